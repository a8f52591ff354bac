// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.card.channel;

import io.github.schsm.MalformedDataException;
import io.github.schsm.card.apdu.CommandApdu;
import io.github.schsm.card.apdu.ResponseApdu;
import io.github.schsm.card.apdu.StatusWords;
import io.github.schsm.codec.Tlv;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import javax.crypto.Cipher;
import org.jspecify.annotations.Nullable;

/**
 * Protects commands and takes protected answers apart (ISO/IEC 7816-4 secure messaging as
 * docs/protocol.md#secure-messaging says). One object is one channel: a counter that both sides move on with every
 * command and every answer makes each usable once, in its place. The caller who meets an answer that does not verify
 * destroys the channel.
 */
public final class SecureMessaging {
    private static final int PROTECTED = 0x0C;
    private static final int DATA_OF_ODD_INSTRUCTION = 0x85;
    private static final int DATA = 0x87;
    private static final int LE = 0x97;
    private static final int STATUS = 0x99;
    private static final int MAC = 0x8E;
    private static final byte PADDED = 0x01;
    /** {@code 8E 08} and the MAC. */
    private static final int MAC_OBJECT = 2 + ChannelProtocol.MAC_LENGTH;

    private static final String ANSWER = "protected answer";

    private final ChannelProtocol protocol;
    private final byte[] encryptionKey;
    private final byte[] macKey;
    private final byte[] counter;

    /**
     * A channel at its start.
     *
     * @param encryptionKey 16 bytes; copied
     * @param macKey        16 bytes; copied
     */
    SecureMessaging(ChannelProtocol protocol, byte[] encryptionKey, byte[] macKey) {
        this(protocol, encryptionKey, macKey, new byte[protocol.blockLength()]);
    }

    SecureMessaging(ChannelProtocol protocol, byte[] encryptionKey, byte[] macKey, byte[] counter) {
        this.protocol = protocol;
        this.encryptionKey = encryptionKey.clone();
        this.macKey = macKey.clone();
        this.counter = counter.clone();
    }

    ChannelProtocol protocol() {
        return protocol;
    }

    /** Overwrites the keys. */
    public void destroy() {
        Arrays.fill(encryptionKey, (byte) 0);
        Arrays.fill(macKey, (byte) 0);
        Arrays.fill(counter, (byte) 0);
    }

    /**
     * The command as it goes over the wire.
     *
     * @param extended whether in extended form, which devices expect wherever the reader passes it
     */
    public CommandApdu protect(CommandApdu command, boolean extended) {
        count();
        List<Tlv> objects = new ArrayList<>();
        if (command.dataLength() > 0) {
            objects.add(cryptogram(command));
        }
        if (command.ne() != CommandApdu.NO_LE) {
            objects.add(Tlv.of(LE, le(command)));
        }
        byte[] covered = Tlv.concat(objects.toArray(Tlv[]::new));
        int cla = command.cla() | PROTECTED;
        byte[] header = {(byte) cla, (byte) command.ins(), (byte) command.p1(), (byte) command.p2()};
        Tlv mac = Tlv.of(MAC, mac(protocol.pad(header), covered));
        return CommandApdu.of(
                cla,
                command.ins(),
                command.p1(),
                command.p2(),
                concat(covered, mac.encoded()),
                extended ? CommandApdu.EXTENDED_LE : CommandApdu.SHORT_LE);
    }

    private Tlv cryptogram(CommandApdu command) {
        byte[] plain = command.data();
        byte[] padded = protocol.pad(plain);
        try {
            byte[] encrypted = protocol.crypt(Cipher.ENCRYPT_MODE, encryptionKey, iv(), padded);
            return (command.ins() & 1) == 1
                    ? Tlv.of(DATA_OF_ODD_INSTRUCTION, encrypted)
                    : Tlv.of(DATA, concat(new byte[] {PADDED}, encrypted));
        } finally {
            Arrays.fill(plain, (byte) 0);
            Arrays.fill(padded, (byte) 0);
        }
    }

    private static byte[] le(CommandApdu command) {
        int ne = command.ne();
        return command.needsExtended() ? new byte[] {(byte) (ne >> 8), (byte) ne} : new byte[] {(byte) ne};
    }

    /**
     * The answer that the device protected.
     *
     * @throws MalformedDataException if it is not what the device sent now: it says why
     */
    public ResponseApdu unprotect(ResponseApdu answer) throws MalformedDataException {
        count();
        byte[] data = answer.data();
        int covered = data.length - MAC_OBJECT;
        if (covered < 0 || (data[covered] & 0xFF) != MAC || data[covered + 1] != ChannelProtocol.MAC_LENGTH) {
            throw new MalformedDataException(ANSWER, "there is no MAC (8E) at its end");
        }
        byte[] objects = Arrays.copyOf(data, covered);
        byte[] mac = Arrays.copyOfRange(data, covered + 2, data.length);
        if (!MessageDigest.isEqual(mac(new byte[0], objects), mac)) {
            throw new MalformedDataException(ANSWER, covered, "the MAC is wrong");
        }
        return content(Tlv.parseAll(objects), answer.sw());
    }

    private ResponseApdu content(List<Tlv> objects, int outerStatus) throws MalformedDataException {
        @Nullable Tlv encrypted = null;
        @Nullable Tlv status = null;
        for (Tlv object : objects) {
            boolean isData = object.tag() == DATA || object.tag() == DATA_OF_ODD_INSTRUCTION;
            if (isData && encrypted == null && status == null) {
                encrypted = object;
            } else if (object.tag() == STATUS && object.valueLength() == 2 && status == null) {
                status = object;
            } else {
                throw new MalformedDataException(ANSWER, "it holds " + object + " where that cannot stand");
            }
        }
        if (status == null) {
            throw new MalformedDataException(ANSWER, "there is no status word (99) under the MAC");
        }
        byte[] word = status.value();
        int sw = (word[0] & 0xFF) << 8 | (word[1] & 0xFF);
        // The MAC covers the inner one alone; outside some say it once more, others that the messaging went well.
        if (outerStatus != sw && outerStatus != StatusWords.OK) {
            throw new MalformedDataException(
                    ANSWER, String.format("it says %04X inside and %04X outside", sw, outerStatus));
        }
        if (encrypted == null) {
            return new ResponseApdu(new byte[0], sw);
        }
        byte[] plain = decrypt(encrypted);
        try {
            return new ResponseApdu(plain, sw);
        } finally {
            Arrays.fill(plain, (byte) 0);
        }
    }

    private byte[] decrypt(Tlv encrypted) throws MalformedDataException {
        byte[] blocks = encrypted.value();
        if (encrypted.tag() == DATA) {
            if (blocks.length == 0 || blocks[0] != PADDED) {
                throw new MalformedDataException(ANSWER, "its data (87) do not begin with padding indicator 01");
            }
            blocks = Arrays.copyOfRange(blocks, 1, blocks.length);
        }
        if (blocks.length == 0 || blocks.length % protocol.blockLength() != 0) {
            throw new MalformedDataException(ANSWER, "its data are " + blocks.length + " bytes, not whole blocks");
        }
        byte[] padded = protocol.crypt(Cipher.DECRYPT_MODE, encryptionKey, iv(), blocks);
        try {
            int length = protocol.unpaddedLength(padded);
            if (length < 0) {
                throw new MalformedDataException(ANSWER, "its data are not padded");
            }
            return Arrays.copyOf(padded, length);
        } finally {
            Arrays.fill(padded, (byte) 0);
        }
    }

    /** Over the counter, a header in whole blocks if there is one, and data objects if there are any. */
    private byte[] mac(byte[] paddedHeader, byte[] objects) {
        byte[] padded = objects.length == 0 ? objects : protocol.pad(objects);
        return protocol.mac(macKey, concat(counter, paddedHeader, padded));
    }

    private byte[] iv() {
        return protocol.iv(encryptionKey, counter);
    }

    private void count() {
        for (int i = counter.length - 1; i >= 0; i--) {
            counter[i]++;
            if (counter[i] != 0) {
                return;
            }
        }
    }

    private static byte[] concat(byte[]... parts) {
        int length = 0;
        for (byte[] part : parts) {
            length += part.length;
        }
        byte[] whole = new byte[length];
        int at = 0;
        for (byte[] part : parts) {
            System.arraycopy(part, 0, whole, at, part.length);
            at += part.length;
        }
        return whole;
    }
}
