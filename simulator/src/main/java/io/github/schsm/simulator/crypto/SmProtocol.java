// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.simulator.crypto;

import io.github.schsm.mechanism.Lightweight;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import org.bouncycastle.crypto.BlockCipher;
import org.bouncycastle.crypto.Mac;
import org.bouncycastle.crypto.engines.DESEngine;
import org.bouncycastle.crypto.engines.DESedeEngine;
import org.bouncycastle.crypto.macs.CMac;
import org.bouncycastle.crypto.macs.ISO9797Alg3Mac;
import org.bouncycastle.crypto.params.KeyParameter;
import org.bouncycastle.crypto.params.ParametersWithIV;

/**
 * The two chip authentication protocols that devices know, with the ciphers that secure messaging uses after each (BSI
 * TR-03110 part 3, appendices A.2, A.4 and F). They differ in block length, MAC and where the IV comes from; all else is
 * the same.
 */
public enum SmProtocol {
    /** id-CA-ECDH-AES-CBC-CMAC-128: IV = AES(Kenc, SSC), CMAC. */
    AES_CBC_CMAC_128("04007F00070202030202", 16) {
        @Override
        BlockCipher engine() {
            return Lightweight.aes();
        }

        @Override
        public byte[] iv(byte[] kEnc, byte[] counter) {
            return cbc(true, kEnc, new byte[blockLength()], counter);
        }

        @Override
        Mac newMac() {
            return new CMac(Lightweight.aes());
        }

        @Override
        public byte[] token(byte[] kMac, byte[] publicKey) {
            return mac(kMac, publicKey);
        }
    },

    /** id-CA-ECDH-3DES-CBC-CBC: two keys, IV of zeros, retail MAC (ISO/IEC 9797-1 algorithm 3). */
    TDES_CBC_CBC("04007F00070202030201", 8) {
        @Override
        BlockCipher engine() {
            return new DESedeEngine();
        }

        @Override
        public byte[] iv(byte[] kEnc, byte[] counter) {
            return new byte[blockLength()];
        }

        @Override
        Mac newMac() {
            return new ISO9797Alg3Mac(new DESEngine(), 8 * MAC_LENGTH);
        }

        @Override
        public byte[] token(byte[] kMac, byte[] publicKey) {
            return mac(kMac, pad(publicKey));
        }
    };

    static final int MAC_LENGTH = 8;

    private static final int KEY_LENGTH = 16;
    private static final byte PADDING = (byte) 0x80;

    private final String oid;
    private final int blockLength;

    SmProtocol(String oid, int blockLength) {
        this.oid = oid;
        this.blockLength = blockLength;
    }

    /** The protocol that the object identifier's value names. */
    public static Optional<SmProtocol> of(byte[] oid) {
        return Arrays.stream(values())
                .filter(protocol -> Arrays.equals(protocol.oid(), oid))
                .findFirst();
    }

    public byte[] oid() {
        return HexFormat.of().parseHex(oid);
    }

    /** Bytes of a cipher block, and of the send sequence counter. */
    public int blockLength() {
        return blockLength;
    }

    abstract BlockCipher engine();

    abstract Mac newMac();

    /** The IV for data of a command or answer with that send sequence counter. */
    public abstract byte[] iv(byte[] kEnc, byte[] counter);

    /** What proves that the device has computed the same keys: a MAC over the 7F49 of the ephemeral key. */
    public abstract byte[] token(byte[] kMac, byte[] publicKey);

    /** A session key; DES parity bits are left as they come, nothing looks at them. */
    public static byte[] deriveKey(byte[] sharedX, byte[] nonce, int counter) {
        return Arrays.copyOf(Hashes.digest("SHA-1", sharedX, nonce, Bytes.uint32(counter)), KEY_LENGTH);
    }

    public byte[] cbc(boolean encrypt, byte[] key, byte[] iv, byte[] blocks) {
        BlockCipher cipher = Lightweight.cbc(engine());
        cipher.init(encrypt, new ParametersWithIV(new KeyParameter(key), iv));
        byte[] result = new byte[blocks.length];
        for (int at = 0; at < blocks.length; at += blockLength) {
            cipher.processBlock(blocks, at, result, at);
        }
        return result;
    }

    /** The first eight bytes of the MAC. */
    public byte[] mac(byte[] key, byte[] data) {
        Mac mac = newMac();
        mac.init(new KeyParameter(key));
        mac.update(data, 0, data.length);
        byte[] result = new byte[mac.getMacSize()];
        mac.doFinal(result, 0);
        return Arrays.copyOf(result, MAC_LENGTH);
    }

    /** Whole blocks: the data, 80, zeros (ISO/IEC 9797-1 padding method 2). */
    public byte[] pad(byte[] data) {
        byte[] padded = Arrays.copyOf(data, (data.length / blockLength + 1) * blockLength);
        padded[data.length] = PADDING;
        return padded;
    }

    /** The data without its padding; empty if there is no padding. */
    public Optional<byte[]> unpad(byte[] padded) {
        int end = padded.length - 1;
        while (end >= 0 && padded[end] == 0) {
            end--;
        }
        boolean complete = end >= 0 && padded[end] == PADDING && padded.length - end <= blockLength;
        return complete ? Optional.of(Arrays.copyOf(padded, end)) : Optional.empty();
    }
}
