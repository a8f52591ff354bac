package io.github.schsm;

import java.io.Serial;

/** The device refused the PIN. It is not sent again by itself. */
public final class WrongPinException extends PinException {
    @Serial
    private static final long serialVersionUID = 1L;

    private final int triesLeft;

    /**
     * @param command    the command as the specification names it
     * @param statusWord the status word, 63Cx
     * @param triesLeft  how often a PIN may still be tried before it is blocked
     * @param pin        which PIN: {@code "user PIN"}, {@code "SO-PIN"}
     */
    public WrongPinException(String command, int statusWord, int triesLeft, String pin) {
        super(command, statusWord, message(triesLeft, pin));
        this.triesLeft = triesLeft;
    }

    /**
     * @param answer    what the PKCS#11 module answered
     * @param triesLeft how often a PIN may still be tried before it is blocked; -1 if the module does not say
     * @param pin       which PIN: {@code "user PIN"}, {@code "SO-PIN"}
     */
    public WrongPinException(ModuleAnswer answer, int triesLeft, String pin) {
        super(answer, message(triesLeft, pin));
        this.triesLeft = triesLeft;
    }

    private static String message(int triesLeft, String pin) {
        String wrong = "the " + pin + " is wrong";
        if (triesLeft < 0) {
            return wrong;
        }
        return wrong + "; " + (triesLeft == 1 ? "1 try is left" : triesLeft + " tries are left")
                + " before it is blocked";
    }

    /** How often a PIN may still be tried before it is blocked; -1 if that is not known. */
    public int triesLeft() {
        return triesLeft;
    }
}
