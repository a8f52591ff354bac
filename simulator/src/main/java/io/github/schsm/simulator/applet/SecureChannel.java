// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.simulator.applet;

import io.github.schsm.MalformedDataException;
import io.github.schsm.codec.Tlv;
import io.github.schsm.simulator.apdu.Answer;
import io.github.schsm.simulator.apdu.Command;
import io.github.schsm.simulator.apdu.Refusal;
import io.github.schsm.simulator.apdu.Sw;
import io.github.schsm.simulator.crypto.Bytes;
import io.github.schsm.simulator.crypto.SmProtocol;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Secure messaging as the device does it (ISO/IEC 7816-4, BSI TR-03110 part 3 appendix F): takes protected commands
 * apart, puts protected answers together. The caller whose command is refused here closes the channel: after that its
 * counter means nothing.
 */
final class SecureChannel {
    private static final int DATA_TLV = 0x85;
    private static final int DATA = 0x87;
    private static final int LE = 0x97;
    private static final int STATUS = 0x99;
    private static final int MAC = 0x8E;
    private static final byte PADDING_INDICATOR = 1;

    private final SmProtocol protocol;
    private final byte[] kEnc;
    private final byte[] kMac;
    private final byte[] counter;

    /** A channel that begins with a send sequence counter of zero. */
    SecureChannel(SmProtocol protocol, byte[] kEnc, byte[] kMac) {
        this(protocol, kEnc, kMac, new byte[protocol.blockLength()]);
    }

    SecureChannel(SmProtocol protocol, byte[] kEnc, byte[] kMac, byte[] counter) {
        this.protocol = protocol;
        this.kEnc = kEnc.clone();
        this.kMac = kMac.clone();
        this.counter = counter.clone();
    }

    /**
     * The command inside a protected one.
     *
     * @throws Refusal with 6987 if an object is missing, with 6988 if the MAC or anything else is wrong
     */
    Command open(Command command) throws Refusal {
        count();
        if (command.ne() == Command.NO_LE) {
            throw new Refusal(Sw.WRONG_LENGTH);
        }
        List<Tlv> objects = objects(command.data());
        Map<Integer, Tlv> byTag = new HashMap<>();
        for (Tlv object : objects) {
            if (byTag.put(object.tag(), object) != null) {
                throw new Refusal(Sw.SM_OBJECT_WRONG);
            }
        }
        Tlv mac = byTag.remove(MAC);
        if (mac == null) {
            throw new Refusal(Sw.SM_OBJECT_MISSING);
        }
        requireMac(command, objects, mac);
        Tlv data = byTag.remove(hasTlvData(command) ? DATA_TLV : DATA);
        Tlv le = byTag.remove(LE);
        if (!byTag.isEmpty()) {
            throw new Refusal(Sw.SM_OBJECT_WRONG);
        }
        byte[] plain = data == null ? new byte[0] : decrypted(data);
        boolean extended = plain.length > 0xFF || (le != null && le.valueLength() > 1);
        return new Command(
                command.cla() & ~Command.PROTECTED,
                command.ins(),
                command.p1(),
                command.p2(),
                plain,
                le == null ? Command.NO_LE : ne(le),
                extended);
    }

    private static List<Tlv> objects(byte[] data) throws Refusal {
        if (data.length == 0) {
            throw new Refusal(Sw.SM_OBJECT_MISSING);
        }
        try {
            return Tlv.parseAll(data);
        } catch (MalformedDataException malformed) {
            throw new Refusal(Sw.SM_OBJECT_WRONG);
        }
    }

    /** The MAC stands last and covers the counter, the header and all that stands before it. */
    private void requireMac(Command command, List<Tlv> objects, Tlv mac) throws Refusal {
        List<Tlv> covered = objects.subList(0, objects.size() - 1);
        byte[] header = Bytes.of(command.cla(), command.ins(), command.p1(), command.p2());
        byte[] expected = mac(protocol.pad(header), covered);
        if (objects.get(objects.size() - 1).tag() != MAC || !MessageDigest.isEqual(expected, mac.value())) {
            throw new Refusal(Sw.SM_OBJECT_WRONG);
        }
    }

    private byte[] mac(byte[] paddedHeader, List<Tlv> objects) {
        byte[] covered = Tlv.concat(objects.toArray(Tlv[]::new));
        return protocol.mac(
                kMac, Bytes.concat(counter, paddedHeader, covered.length == 0 ? covered : protocol.pad(covered)));
    }

    /** Odd instructions carry data objects, whose cryptogram has no padding indicator. */
    private static boolean hasTlvData(Command command) {
        return (command.ins() & 1) == 1;
    }

    private byte[] decrypted(Tlv data) throws Refusal {
        byte[] cryptogram = data.value();
        if (data.tag() == DATA) {
            if (cryptogram.length == 0 || cryptogram[0] != PADDING_INDICATOR) {
                throw new Refusal(Sw.SM_OBJECT_WRONG);
            }
            cryptogram = Arrays.copyOfRange(cryptogram, 1, cryptogram.length);
        }
        if (cryptogram.length == 0 || cryptogram.length % protocol.blockLength() != 0) {
            throw new Refusal(Sw.SM_OBJECT_WRONG);
        }
        byte[] plain = protocol.unpad(protocol.cbc(false, kEnc, protocol.iv(kEnc, counter), cryptogram))
                .orElseThrow(() -> new Refusal(Sw.SM_OBJECT_WRONG));
        if (plain.length == 0) {
            throw new Refusal(Sw.SM_OBJECT_WRONG);
        }
        return plain;
    }

    private static int ne(Tlv le) throws Refusal {
        int value = (int) Bytes.unsigned(le.value());
        return switch (le.valueLength()) {
            case 1 -> value == 0 ? Command.SHORT_ALL : value;
            case 2 -> value == 0 ? Command.EXTENDED_ALL : value;
            default -> throw new Refusal(Sw.SM_OBJECT_WRONG);
        };
    }

    /** The protected answer. The status word is inside, where the MAC covers it, and again outside. */
    Answer seal(Command command, Answer answer) {
        count();
        List<Tlv> objects = new ArrayList<>();
        byte[] data = answer.data();
        if (data.length != 0) {
            byte[] cryptogram = protocol.cbc(true, kEnc, protocol.iv(kEnc, counter), protocol.pad(data));
            objects.add(
                    hasTlvData(command)
                            ? Tlv.of(DATA_TLV, cryptogram)
                            : Tlv.of(DATA, Bytes.concat(Bytes.of(PADDING_INDICATOR), cryptogram)));
        }
        objects.add(Tlv.of(STATUS, Bytes.uint16(answer.sw())));
        objects.add(Tlv.of(MAC, mac(new byte[0], objects)));
        return new Answer(Tlv.concat(objects.toArray(Tlv[]::new)), answer.sw());
    }

    private void count() {
        for (int i = counter.length - 1; i >= 0; i--) {
            counter[i]++;
            if (counter[i] != 0) {
                return;
            }
        }
    }
}
