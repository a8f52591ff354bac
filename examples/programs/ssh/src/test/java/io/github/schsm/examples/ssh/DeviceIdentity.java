// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.examples.ssh;

import com.jcraft.jsch.Identity;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Signature;
import java.util.Arrays;
import java.util.Map;
import org.jspecify.annotations.Nullable;

// region jsch-identity
/** A key in the device, for JSch. */
record DeviceIdentity(String type, byte[] publicKeyBlob, PrivateKey key) implements Identity {
    private static final Map<String, String> ALGORITHMS = Map.of(
            "ecdsa-sha2-nistp256", "SHA256withECDSAinP1363Format",
            "ecdsa-sha2-nistp384", "SHA384withECDSAinP1363Format",
            "ecdsa-sha2-nistp521", "SHA512withECDSAinP1363Format",
            "rsa-sha2-256", "SHA256withRSA",
            "rsa-sha2-512", "SHA512withRSA");

    @Override
    public byte @Nullable [] getSignature(byte[] data, String algorithm) {
        String name = ALGORITHMS.get(algorithm);
        if (name == null) {
            return null;
        }
        try {
            Signature signature = Signature.getInstance(name);
            signature.initSign(key);
            signature.update(data);
            byte[] signed = signature.sign();
            return strings(
                    algorithm.getBytes(StandardCharsets.US_ASCII),
                    algorithm.startsWith("rsa") ? signed : strings(half(signed, 0), half(signed, 1)));
        } catch (GeneralSecurityException failed) {
            throw new IllegalStateException(failed);
        }
    }

    private static byte[] half(byte[] signature, int half) {
        int length = signature.length / 2;
        return new BigInteger(1, Arrays.copyOfRange(signature, half * length, (half + 1) * length)).toByteArray();
    }

    private static byte[] strings(byte[] first, byte[] second) {
        return ByteBuffer.allocate(8 + first.length + second.length)
                .putInt(first.length)
                .put(first)
                .putInt(second.length)
                .put(second)
                .array();
    }

    @Override
    public byte @Nullable [] getSignature(byte[] data) {
        return getSignature(data, type);
    }

    @Override
    public byte[] getPublicKeyBlob() {
        return publicKeyBlob;
    }

    @Override
    public String getAlgName() {
        return type;
    }

    @Override
    public String getName() {
        return type;
    }

    @Override
    public boolean isEncrypted() {
        return false;
    }

    @Override
    public boolean setPassphrase(byte[] passphrase) {
        return true;
    }

    @Override
    public void clear() {
        // Nothing secret is here.
    }
}
// endregion
