// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.simulator.terminal;

import io.github.schsm.simulator.apdu.Answer;
import io.github.schsm.simulator.apdu.Sw;
import java.io.Serial;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import javax.smartcardio.CardException;

/**
 * A PIN pad on a simulated reader (PC/SC part 10, revision 2.02.09) and a person who types on it, for programs to try
 * what they do with one. It is strict: a structure with a length, format or message
 * number that part 10 does not know is answered with 6B80. It takes PINs in ASCII, as long as they are typed.
 */
public final class SimulatedPinPad {
    /** What the reader's display asks for. */
    public enum Wanted {
        /** The PIN. */
        PIN,
        /** The present PIN, the new one, and that again. */
        PIN_CHANGE
    }

    /** Somebody at the reader. */
    @FunctionalInterface
    public interface Person {
        /** Called when the display asks for something; the reader waits for the answer. */
        Typed asked(Wanted wanted);
    }

    /**
     * What a person does when asked.
     *
     * @param pins   what is typed and confirmed, in order; empty if nothing is
     * @param status what the reader answers by itself; 9000 if it goes on to the card
     */
    public record Typed(List<String> pins, int status) {
        private static final int TIME_OUT = 0x6400;
        private static final int CANCELLED = 0x6401;

        /** Copies the list. */
        public Typed {
            pins = List.copyOf(pins);
        }

        /** Types PINs and confirms each. */
        public static Typed pins(String... pins) {
            return new Typed(List.of(pins), Sw.OK);
        }

        /** Presses the red key. */
        public static Typed cancel() {
            return new Typed(List.of(), CANCELLED);
        }

        /** Does nothing until the reader gives up. */
        public static Typed nothing() {
            return new Typed(List.of(), TIME_OUT);
        }
    }

    /** SCARD_CTL_CODE(3400) of pcsc-lite and of Windows. */
    private static final List<Integer> GET_FEATURE_REQUEST = List.of(0x4200_0D48, 0x0031_3520);

    private static final int VERIFY_PIN_DIRECT = 0x06;
    private static final int MODIFY_PIN_DIRECT = 0x07;
    private static final int TLV_PROPERTIES = 0x12;
    /** The reader's driver numbers its features as it likes. */
    private static final int FEATURE_CODES = 0x4233_0000;

    private static final int PINS_DIFFER = 0x6402;
    private static final int PIN_LENGTH = 0x6403;
    private static final int WRONG_PARAMETER = 0x6B80;
    private static final int HEADER = 4;
    private static final int VERIFY = 0x20;
    private static final int CHANGE_REFERENCE_DATA = 0x24;

    private final boolean changes;
    private final int longest;
    private volatile Person person = wanted -> Typed.nothing();

    private SimulatedPinPad(boolean changes, int longest) {
        this.changes = changes;
        this.longest = longest;
    }

    /** A pad that takes PINs of 4 to 16 digits and changes them; no one is there yet. */
    public static SimulatedPinPad create() {
        return new SimulatedPinPad(true, 16);
    }

    /**
     * A lesser one.
     *
     * @param changes whether it can change PINs
     * @param longest the longest PIN that it takes
     */
    public static SimulatedPinPad create(boolean changes, int longest) {
        return new SimulatedPinPad(changes, longest);
    }

    /** Lets a person use it. */
    public SimulatedPinPad with(Person newPerson) {
        person = newPerson;
        return this;
    }

    /** The way to the card that the reader itself has. */
    interface ToCard {
        byte[] exchange(byte[] command) throws CardException;
    }

    private static final class WrongParameter extends Exception {
        @Serial
        private static final long serialVersionUID = 1L;

        private WrongParameter(String what) {
            super(what);
        }
    }

    /** A control command. */
    byte[] control(int code, byte[] data, ToCard card) throws CardException {
        if (GET_FEATURE_REQUEST.contains(code)) {
            return features();
        }
        try {
            return switch (code - FEATURE_CODES) {
                case VERIFY_PIN_DIRECT -> verify(data, card);
                case MODIFY_PIN_DIRECT -> modify(data, card);
                case TLV_PROPERTIES -> properties();
                default -> throw new CardException(String.format("the reader has no control command %08X", code));
            };
        } catch (WrongParameter refused) {
            return Answer.status(WRONG_PARAMETER).encoded();
        }
    }

    private byte[] features() {
        ByteBuffer features = ByteBuffer.allocate(3 * 6);
        List<Integer> tags = changes
                ? List.of(VERIFY_PIN_DIRECT, MODIFY_PIN_DIRECT, TLV_PROPERTIES)
                : List.of(VERIFY_PIN_DIRECT, TLV_PROPERTIES);
        for (int tag : tags) {
            features.put((byte) tag).put((byte) Integer.BYTES).putInt(FEATURE_CODES + tag);
        }
        return Arrays.copyOf(features.array(), features.position());
    }

    /** wLcdLayout, bEntryValidationCondition, bTimeOut2, bMinPINSize, bMaxPINSize. */
    private byte[] properties() {
        return new byte[] {1, 2, 16, 2, 2, 1, 7, 3, 1, 0, 6, 1, 4, 7, 1, (byte) longest};
    }

    /** The fields that both structures begin and end with, decoded. */
    private record Structure(int shortest, int longest, byte[] command) {}

    private static void require(boolean condition, String what) throws WrongParameter {
        if (!condition) {
            throw new WrongParameter(what);
        }
    }

    private static void requireTypedAsAscii(ByteBuffer fields) throws WrongParameter {
        fields.get(); // bTimeOut and bTimeOut2: there is no hurry here
        fields.get();
        int format = fields.get();
        require((format & 0x03) == 0x02, "bmFormatString: ASCII");
        require((format & 0x04) == 0, "bmFormatString: left justified");
        require((format & 0x80) != 0 && (format >> 3 & 0x0F) == 0, "bmFormatString: from the first byte on");
        require(fields.get() == 0, "bmPINBlockString: as long as typed");
        require(fields.get() == 0, "bmPINLengthFormat: no length");
    }

    private Structure rest(ByteBuffer fields, int digits, int messages, int instruction) throws WrongParameter {
        int condition = fields.get();
        require(condition > 0 && condition <= 7, "bEntryValidationCondition");
        int shown = fields.get() & 0xFF;
        require(shown <= messages || shown == 0xFF, "bNumberMessage");
        fields.getShort(); // wLangId: the display speaks one language
        for (int i = 0; i < messages; i++) {
            int message = fields.get() & 0xFF;
            require(message < messages, "bMsgIndex");
        }
        byte[] prologue = new byte[3];
        fields.get(prologue);
        require(Arrays.equals(prologue, new byte[3]), "bTeoPrologue");
        int length = fields.getInt();
        require(length == fields.remaining(), "ulDataLength");
        byte[] command = new byte[length];
        fields.get(command);
        require(command.length == HEADER && (command[1] & 0xFF) == instruction, "abData");
        int least = digits >> 8 & 0xFF;
        int most = digits & 0xFF;
        require(least <= most && most <= longest, "wPINMaxExtraDigit");
        return new Structure(least, most, command);
    }

    private byte[] verify(byte[] data, ToCard card) throws WrongParameter, CardException {
        require(data.length >= 19, "length");
        ByteBuffer fields = ByteBuffer.wrap(data).order(ByteOrder.LITTLE_ENDIAN);
        requireTypedAsAscii(fields);
        Structure structure = rest(fields, fields.getShort(), 1, VERIFY);
        Typed typed = person.asked(Wanted.PIN);
        if (typed.status() != Sw.OK) {
            return Answer.status(typed.status()).encoded();
        }
        String pin = typed.pins().get(0);
        return fits(structure, pin)
                ? send(card, structure.command(), pin)
                : Answer.status(PIN_LENGTH).encoded();
    }

    private byte[] modify(byte[] data, ToCard card) throws WrongParameter, CardException {
        require(changes && data.length >= 24, "length");
        ByteBuffer fields = ByteBuffer.wrap(data).order(ByteOrder.LITTLE_ENDIAN);
        requireTypedAsAscii(fields);
        require(fields.getShort() == 0, "bInsertionOffsetOld, bInsertionOffsetNew: one after the other");
        int digits = fields.getShort();
        require(fields.get() == 3, "bConfirmPIN: present PIN, and confirmation");
        Structure structure = rest(fields, digits, 3, CHANGE_REFERENCE_DATA);
        Typed typed = person.asked(Wanted.PIN_CHANGE);
        if (typed.status() != Sw.OK) {
            return Answer.status(typed.status()).encoded();
        }
        String present = typed.pins().get(0);
        String wanted = typed.pins().get(1);
        if (!wanted.equals(typed.pins().get(2))) {
            return Answer.status(PINS_DIFFER).encoded();
        }
        return fits(structure, present) && fits(structure, wanted)
                ? send(card, structure.command(), present + wanted)
                : Answer.status(PIN_LENGTH).encoded();
    }

    private static boolean fits(Structure structure, String pin) {
        return pin.length() >= structure.shortest() && pin.length() <= structure.longest();
    }

    private static byte[] send(ToCard card, byte[] header, String pins) throws CardException {
        byte[] digits = pins.getBytes(StandardCharsets.US_ASCII);
        byte[] command = Arrays.copyOf(header, HEADER + 1 + digits.length);
        command[HEADER] = (byte) digits.length;
        System.arraycopy(digits, 0, command, HEADER + 1, digits.length);
        return card.exchange(command);
    }
}
