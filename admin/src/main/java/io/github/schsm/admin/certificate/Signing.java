// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.admin.certificate;

import io.github.schsm.admin.key.BouncyCastle;
import io.github.schsm.admin.key.DeviceKey;
import io.github.schsm.admin.key.SignatureAlgorithms;
import java.security.GeneralSecurityException;
import java.security.SignatureException;
import java.util.function.Function;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.cert.CertException;
import org.bouncycastle.operator.ContentSigner;
import org.bouncycastle.operator.ContentVerifierProvider;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.RuntimeOperatorException;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;
import org.jspecify.annotations.Nullable;

/** Bouncy Castle's operators over the keys of devices, with the exceptions of the JCA. */
final class Signing {
    private Signing() {}

    /**
     * What a key of a device signs.
     *
     * @param algorithm as the JCA calls it; null for the one that fits the key
     * @param build     makes it with the signer
     * @throws GeneralSecurityException of the engine, with ours as the cause
     */
    static <T> T with(DeviceKey key, @Nullable String algorithm, Function<ContentSigner, T> build)
            throws GeneralSecurityException {
        String name = SignatureAlgorithms.ofCertificates(key.key(), algorithm);
        try {
            return build.apply(new DeviceContentSigner(key, name));
        } catch (RuntimeOperatorException failed) {
            throw failed.getCause() instanceof GeneralSecurityException engines
                    ? engines
                    : new SignatureException(name + ": " + failed.getMessage(), failed);
        }
    }

    /** Verifies with a public key, in software. */
    static ContentVerifierProvider verifier(SubjectPublicKeyInfo key) throws OperatorCreationException {
        return new JcaContentVerifierProviderBuilder()
                .setProvider(BouncyCastle.provider())
                .build(key);
    }

    /** What verifies something with that. */
    interface Verification {
        boolean verify(ContentVerifierProvider verifier) throws CertException, org.bouncycastle.pkcs.PKCSException;
    }

    /** Whether it verifies; a key or algorithm that cannot be used does not. */
    static boolean isGood(SubjectPublicKeyInfo key, Verification verification) {
        try {
            return verification.verify(verifier(key));
        } catch (OperatorCreationException
                | CertException
                | org.bouncycastle.pkcs.PKCSException
                | RuntimeOperatorException
                | IllegalArgumentException
                | IllegalStateException cannotBeVerified) {
            return false;
        }
    }
}
