// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.card.channel;

import io.github.schsm.mechanism.Lightweight;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.HexFormat;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.bouncycastle.crypto.Mac;
import org.bouncycastle.crypto.engines.DESEngine;
import org.bouncycastle.crypto.macs.CMac;
import org.bouncycastle.crypto.macs.ISO9797Alg3Mac;
import org.bouncycastle.crypto.params.KeyParameter;

/**
 * The chip authentication protocols and the ciphers that secure messaging uses after each (BSI TR-03110 part 3, A.2 and
 * F; ICAO Doc 9303-11 for Triple-DES). Keys have 16 bytes, MACs are cut to 8.
 */
public enum ChannelProtocol {
    /** id-CA-ECDH-AES-CBC-CMAC-128: the IV is the encrypted counter. */
    AES_128("04007F00070202030202", 16) {
        @Override
        byte[] iv(byte[] key, byte[] counter) {
            return transform(Cipher.ENCRYPT_MODE, "AES", key, new byte[blockLength()], counter);
        }

        @Override
        byte[] crypt(int mode, byte[] key, byte[] iv, byte[] blocks) {
            return transform(mode, "AES", key, iv, blocks);
        }

        @Override
        Mac newMac() {
            return new CMac(Lightweight.aes());
        }

        @Override
        byte[] token(byte[] key, byte[] publicKey) {
            return mac(key, publicKey);
        }
    },

    /** id-CA-ECDH-3DES-CBC-CBC, all that old firmware has: two keys, an IV of zeros, retail MAC. */
    TRIPLE_DES("04007F00070202030201", 8) {
        @Override
        byte[] iv(byte[] key, byte[] counter) {
            return new byte[blockLength()];
        }

        @Override
        byte[] crypt(int mode, byte[] key, byte[] iv, byte[] blocks) {
            byte[] three = ByteBuffer.allocate(KEY_LENGTH + blockLength())
                    .put(key)
                    .put(key, 0, blockLength())
                    .array();
            try {
                return transform(mode, "DESede", three, iv, blocks);
            } finally {
                Arrays.fill(three, (byte) 0);
            }
        }

        @Override
        Mac newMac() {
            return new ISO9797Alg3Mac(new DESEngine(), Byte.SIZE * MAC_LENGTH);
        }

        @Override
        byte[] token(byte[] key, byte[] publicKey) {
            return mac(key, pad(publicKey));
        }
    };

    static final int KEY_LENGTH = 16;
    static final int MAC_LENGTH = 8;

    private static final byte PADDING = (byte) 0x80;

    private final String oid;
    private final int blockLength;

    ChannelProtocol(String oid, int blockLength) {
        this.oid = oid;
        this.blockLength = blockLength;
    }

    /** The value of the protocol's object identifier. */
    byte[] oid() {
        return HexFormat.of().parseHex(oid);
    }

    /** Bytes of a block, and of the send sequence counter. */
    int blockLength() {
        return blockLength;
    }

    /** The IV under the encryption key at a state of the send sequence counter. */
    abstract byte[] iv(byte[] key, byte[] counter);

    /** CBC over whole blocks, in a mode of {@link Cipher}. */
    abstract byte[] crypt(int mode, byte[] key, byte[] iv, byte[] blocks);

    abstract Mac newMac();

    /** What the device proves with that it has the keys, over the encoded ephemeral public key (7F49). */
    abstract byte[] token(byte[] key, byte[] publicKey);

    /** The MAC, 8 bytes; for Triple-DES over whole blocks. */
    byte[] mac(byte[] key, byte[] data) {
        Mac mac = newMac();
        mac.init(new KeyParameter(key));
        mac.update(data, 0, data.length);
        byte[] computed = new byte[mac.getMacSize()];
        mac.doFinal(computed, 0);
        return Arrays.copyOf(computed, MAC_LENGTH);
    }

    /** Data, 80, and zeros up to whole blocks. */
    byte[] pad(byte[] data) {
        byte[] padded = Arrays.copyOf(data, paddedLength(data.length));
        padded[data.length] = PADDING;
        return padded;
    }

    int paddedLength(int length) {
        return (length / blockLength + 1) * blockLength;
    }

    /** How long the data before the padding is; -1 if there is no padding. */
    int unpaddedLength(byte[] padded) {
        int end = padded.length - 1;
        while (end >= 0 && padded[end] == 0) {
            end--;
        }
        return end >= 0 && padded[end] == PADDING && padded.length - end <= blockLength ? end : -1;
    }

    private static byte[] transform(int mode, String cipher, byte[] key, byte[] iv, byte[] blocks) {
        try {
            Cipher cbc = Cipher.getInstance(cipher + "/CBC/NoPadding");
            cbc.init(mode, new SecretKeySpec(key, cipher), new IvParameterSpec(iv));
            return cbc.doFinal(blocks);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has " + cipher, e);
        }
    }
}
