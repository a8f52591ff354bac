package io.github.schsm;

import io.github.schsm.codec.X509Certificates;
import io.github.schsm.spi.Token;
import java.io.Serial;
import java.math.BigInteger;
import java.security.PublicKey;
import java.security.interfaces.RSAKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.AlgorithmParameterSpec;
import org.jspecify.annotations.Nullable;

/** A handle for an RSA private key in a token; an {@link RSAKey}, so that libraries see its size. */
public final class SchsmRsaPrivateKey extends SchsmPrivateKey implements RSAKey {
    @Serial
    private static final long serialVersionUID = 1L;

    private final transient BigInteger modulus;

    /**
     * A handle.
     *
     * @param details must have the public key
     */
    public SchsmRsaPrivateKey(Token token, TokenKey key, KeyDetails details) {
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
    public String getAlgorithm() {
        PublicKey publicKey = details().publicKey();
        return publicKey != null && publicKey.getAlgorithm().equals(X509Certificates.RSASSA_PSS)
                ? X509Certificates.RSASSA_PSS
                : super.getAlgorithm();
    }

    @Override
    public BigInteger getModulus() {
        return modulus;
    }

    /** Overridden because from JDK 22 on two interfaces of this class have a default of that name. */
    @Override
    public @Nullable AlgorithmParameterSpec getParams() {
        return null;
    }
}
