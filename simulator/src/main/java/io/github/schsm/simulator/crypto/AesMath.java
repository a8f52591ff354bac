// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.simulator.crypto;

import io.github.schsm.mechanism.Lightweight;
import org.bouncycastle.crypto.BlockCipher;
import org.bouncycastle.crypto.digests.SHA256Digest;
import org.bouncycastle.crypto.generators.HKDFBytesGenerator;
import org.bouncycastle.crypto.macs.CMac;
import org.bouncycastle.crypto.params.HKDFParameters;
import org.bouncycastle.crypto.params.KeyParameter;

/** AES as the device does it (docs/protocol.md#algorithms). */
public final class AesMath {
    public static final int BLOCK = 16;

    public static final int DERIVED_LENGTH = 32;

    private AesMath() {}

    /** CBC with an IV of zeros; the data is whole blocks. */
    public static byte[] cbc(boolean encrypt, byte[] key, byte[] data) {
        BlockCipher cipher = Lightweight.cbc(Lightweight.aes());
        cipher.init(encrypt, new KeyParameter(key));
        byte[] result = new byte[data.length];
        for (int at = 0; at < data.length; at += BLOCK) {
            cipher.processBlock(data, at, result, at);
        }
        return result;
    }

    public static byte[] cmac(byte[] key, byte[] data) {
        CMac mac = new CMac(Lightweight.aes());
        mac.init(new KeyParameter(key));
        mac.update(data, 0, data.length);
        byte[] result = new byte[mac.getMacSize()];
        mac.doFinal(result, 0);
        return result;
    }

    /** HKDF with SHA-256, no salt, the input as info. */
    public static byte[] derive(byte[] key, byte[] input, int length) {
        HKDFBytesGenerator generator = new HKDFBytesGenerator(new SHA256Digest());
        generator.init(new HKDFParameters(key, null, input));
        byte[] derived = new byte[length];
        generator.generateBytes(derived, 0, derived.length);
        return derived;
    }
}
