// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.spi;

import io.github.schsm.KeyDetails;
import io.github.schsm.SchsmRsaPrivateKey;
import io.github.schsm.TokenKey;
import io.github.schsm.codec.X509Certificates;
import java.io.Serial;
import java.math.BigInteger;
import java.security.PublicKey;
import java.security.interfaces.RSAPrivateKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.AlgorithmParameterSpec;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The handle for an RSA private key in a token. */
public sealed class RsaKeyHandle extends PrivateKeyHandle implements SchsmRsaPrivateKey permits CastableRsaKeyHandle {
    @Serial
    private static final long serialVersionUID = 1L;

    private final transient BigInteger modulus;

    /**
     * A handle.
     *
     * @param details must have the public key
     */
    public RsaKeyHandle(Token token, TokenKey key, KeyDetails details) {
        super(token, key, details);
        if (!(details.publicKey() instanceof RSAPublicKey publicKey)) {
            throw new IllegalArgumentException("the public key of " + key + " is missing");
        }
        this.modulus = publicKey.getModulus();
    }

    /**
     * RSA; RSASSA-PSS where the key's certificate says that it is for PSS only: the JCA wants both to say the same
     * ({@link java.security.KeyStore.PrivateKeyEntry}, TLS).
     */
    @Override
    public final String getAlgorithm() {
        PublicKey publicKey = details().publicKey();
        return publicKey != null && publicKey.getAlgorithm().equals(X509Certificates.RSASSA_PSS)
                ? X509Certificates.RSASSA_PSS
                : super.getAlgorithm();
    }

    /** The same key, its public half under id-RSASSA-PSS: what is certified from it says that the key is for PSS. */
    public final RsaKeyHandle forPss() {
        return alsoUnnamed(new RsaKeyHandle(
                token(), key(), details().withPublicKey(X509Certificates.forPss((RSAPublicKey)
                        Objects.requireNonNull(details().publicKey())))));
    }

    @Override
    public final RSAPrivateKey asRSAPrivateKey() {
        return alsoUnnamed(new CastableRsaKeyHandle(token(), key(), details()));
    }

    @Override
    public BigInteger getModulus() {
        return modulus;
    }

    @Override
    public @Nullable AlgorithmParameterSpec getParams() {
        return null;
    }
}
