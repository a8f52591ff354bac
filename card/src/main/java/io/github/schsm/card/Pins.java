package io.github.schsm.card;

import io.github.schsm.InvalidRequestException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** From what people type to what the device takes. Every array is the caller's to wipe. */
public final class Pins {
    /** References of the PINs (section 1 of the protocol notes). */
    static final int USER = 0x81;

    static final int SO = 0x88;

    static final int MIN_USER_PIN = 6;
    static final int MAX_USER_PIN = 16;
    private static final int SO_PIN_DIGITS = 16;

    private Pins() {}

    /**
     * A user PIN in bytes (UTF-8).
     *
     * @throws InvalidRequestException if it has not 6 to 16 bytes
     */
    public static byte[] user(char[] pin) throws InvalidRequestException {
        ByteBuffer encoded = StandardCharsets.UTF_8.encode(CharBuffer.wrap(pin));
        byte[] bytes = new byte[encoded.remaining()];
        encoded.get(bytes).clear();
        encoded.put(new byte[encoded.capacity()]);
        if (bytes.length < MIN_USER_PIN || bytes.length > MAX_USER_PIN) {
            Arrays.fill(bytes, (byte) 0);
            throw new InvalidRequestException("a user PIN has " + MIN_USER_PIN + " to " + MAX_USER_PIN + " characters");
        }
        return bytes;
    }

    /**
     * An SO-PIN (initialization code) in bytes.
     *
     * @param digits 16 hexadecimal digits, as people see it
     * @return 8 bytes
     * @throws InvalidRequestException if it is something else
     */
    public static byte[] so(char[] digits) throws InvalidRequestException {
        byte[] bytes = new byte[SO_PIN_DIGITS / 2];
        boolean valid = digits.length == SO_PIN_DIGITS;
        for (int i = 0; valid && i < SO_PIN_DIGITS; i++) {
            int digit = Character.digit(digits[i], 16);
            valid = digit >= 0;
            bytes[i / 2] = (byte) (bytes[i / 2] << 4 | digit);
        }
        if (!valid) {
            Arrays.fill(bytes, (byte) 0);
            throw new InvalidRequestException("an SO-PIN is " + SO_PIN_DIGITS + " hexadecimal digits");
        }
        return bytes;
    }
}
