// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.bench;

import io.github.schsm.KeyAlgorithm;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.security.interfaces.RSAPrivateCrtKey;
import javax.crypto.SecretKey;

/** A way to put keys that a test knows into a device, past the provider, which takes none in. */
public interface KeyImport {
    /** Imports an AES key. */
    SecretKey importAes(String label, byte[] key, KeyAlgorithm... allowed) throws Exception;

    /** Imports an RSA key with its certificate. */
    PrivateKey importRsa(String label, RSAPrivateCrtKey key, X509Certificate certificate) throws Exception;
}
