// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.admin.ssh;

import io.github.schsm.InvalidRequestException;
import io.github.schsm.MalformedDataException;
import io.github.schsm.admin.key.DeviceKey;
import io.github.schsm.admin.key.PublicKeyFormat;
import io.github.schsm.admin.key.SignatureAlgorithms;
import io.github.schsm.admin.ssh.SshSignatures.Algorithm;
import io.github.schsm.codec.HashAlgorithm;
import io.github.schsm.codec.PrintableText;
import java.nio.charset.StandardCharsets;
import java.security.interfaces.RSAPublicKey;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * A key of the device as SSH sees it.
 *
 * @param shown     what people are shown
 * @param deviceKey the key
 * @param blob      the public key as SSH encodes it
 * @param ecdsa     the algorithm that goes with an EC key's curve; null for an RSA key, where each request says it
 */
record OfferedKey(
        SshAgentKey shown,
        DeviceKey deviceKey,
        byte[] blob,
        @Nullable Algorithm ecdsa) {
    /**
     * The key, if SSH can use it.
     *
     * @throws InvalidRequestException if it cannot; the message says why
     */
    static OfferedKey of(DeviceKey key) throws InvalidRequestException {
        String label = PrintableText.of(key.label());
        String line = new String(PublicKeyFormat.SSH.encode(key.publicKey(), label), StandardCharsets.UTF_8).strip();
        String[] words = line.split(" ", 3);
        String type = words[0];
        byte[] blob = Base64.getDecoder().decode(words[1]);
        Algorithm ecdsa = null;
        if (key.publicKey() instanceof RSAPublicKey) {
            requireAny(key, SshSignatures.RSA);
        } else {
            HashAlgorithm hash = SshSignatures.hash(key.key().details().size());
            ecdsa = new Algorithm(hash.name() + "withECDSA", type);
            SignatureAlgorithms.ofCertificates(key.key(), ecdsa.jca());
        }
        return new OfferedKey(new SshAgentKey(label, type, fingerprint(blob), line), key, blob, ecdsa);
    }

    /** A key's list may name the algorithms of one hash only. */
    private static void requireAny(DeviceKey key, Iterable<Algorithm> algorithms) throws InvalidRequestException {
        InvalidRequestException refused = null;
        for (Algorithm algorithm : algorithms) {
            try {
                SignatureAlgorithms.ofCertificates(key.key(), algorithm.jca());
                return;
            } catch (InvalidRequestException mayNot) {
                refused = mayNot;
            }
        }
        if (refused != null) {
            throw refused;
        }
    }

    /** What a request to sign asks for. */
    Algorithm algorithm(long flags) throws MalformedDataException {
        return ecdsa == null ? SshSignatures.rsa(flags) : ecdsa;
    }

    /** As OpenSSH shows it. */
    static String fingerprint(byte[] blob) {
        return "SHA256:" + Base64.getEncoder().withoutPadding().encodeToString(HashAlgorithm.SHA256.digest(blob));
    }
}
