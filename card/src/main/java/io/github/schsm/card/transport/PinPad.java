// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.card.transport;

import io.github.schsm.TokenNotPresentException;
import io.github.schsm.card.apdu.TransmitFailure;
import io.github.schsm.codec.SecretBytes;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/**
 * What a reader's PIN pad can do, by PC/SC part 10, and the structures that it takes. The reader puts what is typed into
 * our command and sends that to the card itself; the PIN is never seen here.
 *
 * @param verify  the control code of FEATURE_VERIFY_PIN_DIRECT; 0 if the reader has none
 * @param modify  the control code of FEATURE_MODIFY_PIN_DIRECT; 0 if the reader has none
 * @param longest the longest PIN that it takes, at most 16
 */
public record PinPad(int verify, int modify, int longest) {
    /** No pad. */
    static final PinPad NONE = new PinPad(0, 0, 0);

    /** The reference of the user PIN. */
    private static final byte USER_PIN = (byte) 0x81;

    private static final int GET_FEATURE_REQUEST = 3400;
    private static final int FEATURE_VERIFY_PIN_DIRECT = 0x06;
    private static final int FEATURE_MODIFY_PIN_DIRECT = 0x07;
    private static final int FEATURE_TLV_PROPERTIES = 0x12;
    private static final int PROPERTY_MAX_PIN_SIZE = 0x07;

    private static final int VERIFY_LENGTH = 19;
    private static final int MODIFY_LENGTH = 24;
    private static final byte DEFAULT_TIME = 0x00;
    /** ASCII, from the first byte of the command's data on, left justified. */
    private static final byte ASCII_FROM_START = (byte) 0x82;
    /** As long as what is typed: no length field, no padding. */
    private static final byte AS_TYPED = 0x00;

    private static final byte OLD_AND_NEW_TWICE = 0x03;
    private static final byte WHEN_CONFIRMED = 0x02;
    private static final byte OWN_MESSAGES = (byte) 0xFF;
    private static final short ENGLISH = 0x0409;

    public boolean canVerify() {
        return verify != 0;
    }

    public boolean canModify() {
        return modify != 0;
    }

    /** SCARD_CTL_CODE(3400), which each operating system makes up in its own way. */
    private static int featureRequest() {
        boolean windows =
                System.getProperty("os.name", "").toLowerCase(Locale.ROOT).startsWith("windows");
        return windows ? 0x0031_0000 | GET_FEATURE_REQUEST << 2 : 0x4200_0000 + GET_FEATURE_REQUEST;
    }

    /**
     * Asks a reader. One that does not understand the question has no pad.
     *
     * @throws TransmitFailure if the card, or the reader, is not there any more
     */
    public static PinPad of(CardTransport transport) throws TransmitFailure {
        try {
            Map<Integer, byte[]> features = tlvs(transport.control(featureRequest(), new byte[0]));
            int verify = code(features, FEATURE_VERIFY_PIN_DIRECT);
            int modify = code(features, FEATURE_MODIFY_PIN_DIRECT);
            return verify == 0 && modify == 0 ? NONE : new PinPad(verify, modify, longest(transport, features));
        } catch (TransmitFailure noControlCommands) {
            if (noControlCommands.reported() instanceof TokenNotPresentException) {
                throw noControlCommands;
            }
            PcscTransport.LOG.log(
                    System.Logger.Level.DEBUG, "the reader has no PIN pad: {0}", noControlCommands.getMessage());
            return NONE;
        }
    }

    private static int longest(CardTransport transport, Map<Integer, byte[]> features) {
        int code = code(features, FEATURE_TLV_PROPERTIES);
        if (code != 0) {
            try {
                byte[] most = tlvs(transport.control(code, new byte[0])).get(PROPERTY_MAX_PIN_SIZE);
                if (most != null && most.length == 1 && most[0] != 0) {
                    return Math.min(SecretBytes.USER_PIN.most(), most[0] & 0xFF);
                }
            } catch (TransmitFailure noProperties) {
                PcscTransport.LOG.log(
                        System.Logger.Level.DEBUG, "the PIN pad tells no properties: {0}", noProperties.getMessage());
            }
        }
        return SecretBytes.USER_PIN.most();
    }

    private static int code(Map<Integer, byte[]> features, int feature) {
        byte[] code = features.get(feature);
        return code == null || code.length != Integer.BYTES
                ? 0
                : ByteBuffer.wrap(code).getInt();
    }

    /** Tag, length, value, one byte each for tag and length; what does not add up at the end is left out. */
    private static Map<Integer, byte[]> tlvs(byte[] encoded) {
        Map<Integer, byte[]> values = new HashMap<>();
        int at = 0;
        while (at + 2 <= encoded.length && at + 2 + (encoded[at + 1] & 0xFF) <= encoded.length) {
            int length = encoded[at + 1] & 0xFF;
            values.put(encoded[at] & 0xFF, Arrays.copyOfRange(encoded, at + 2, at + 2 + length));
            at += 2 + length;
        }
        return values;
    }

    /** PIN_VERIFY_STRUCTURE around VERIFY of the user PIN. */
    public byte[] verification() {
        byte[] command = {0x00, 0x20, 0x00, USER_PIN};
        return ByteBuffer.allocate(VERIFY_LENGTH + command.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .put(DEFAULT_TIME)
                .put(DEFAULT_TIME)
                .put(ASCII_FROM_START)
                .put(AS_TYPED)
                .put(AS_TYPED)
                .putShort(digits())
                .put(WHEN_CONFIRMED)
                .put(OWN_MESSAGES)
                .putShort(ENGLISH)
                .put((byte) 0)
                .put(new byte[3])
                .putInt(command.length)
                .put(command)
                .array();
    }

    /** PIN_MODIFY_STRUCTURE around CHANGE REFERENCE DATA of the user PIN: present and new PIN one behind the other. */
    public byte[] modification() {
        byte[] command = {0x00, 0x24, 0x00, USER_PIN};
        return ByteBuffer.allocate(MODIFY_LENGTH + command.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .put(DEFAULT_TIME)
                .put(DEFAULT_TIME)
                .put(ASCII_FROM_START)
                .put(AS_TYPED)
                .put(AS_TYPED)
                .put((byte) 0)
                .put((byte) 0)
                .putShort(digits())
                .put(OLD_AND_NEW_TWICE)
                .put(WHEN_CONFIRMED)
                .put(OWN_MESSAGES)
                .putShort(ENGLISH)
                .put(new byte[] {0, 1, 2})
                .put(new byte[3])
                .putInt(command.length)
                .put(command)
                .array();
    }

    /** Shortest in the high byte, longest in the low one. */
    private short digits() {
        return (short) (SecretBytes.USER_PIN.least() << 8 | longest);
    }
}
