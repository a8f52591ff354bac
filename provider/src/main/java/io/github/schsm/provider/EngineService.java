package io.github.schsm.provider;

import io.github.schsm.KeyAlgorithm;
import io.github.schsm.KeyEncryptionKey;
import io.github.schsm.KeyType;
import io.github.schsm.Mechanism;
import io.github.schsm.SchsmPrivateKey;
import io.github.schsm.SchsmSecretKey;
import io.github.schsm.keystore.SchsmKeyStore;
import java.security.InvalidParameterException;
import java.security.NoSuchAlgorithmException;
import java.security.Provider;
import java.security.SignatureSpi;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.crypto.CipherSpi;
import org.jspecify.annotations.Nullable;

/**
 * A row of the mechanism table as a service. Says which keys it takes, so that the JCA's delayed provider selection
 * brings our handles here and everybody else's to where they belong, wherever the provider stands in the list.
 */
final class EngineService extends Provider.Service {
    private final SchsmProvider provider;
    private final Mechanism mechanism;

    EngineService(SchsmProvider provider, Mechanism mechanism) {
        super(
                provider,
                mechanism.type(),
                mechanism.name(),
                className(mechanism),
                aliases(mechanism),
                Map.of("ImplementedIn", "Hardware"));
        this.provider = provider;
        this.mechanism = mechanism;
    }

    private static List<String> aliases(Mechanism mechanism) {
        List<String> aliases = new ArrayList<>(mechanism.aliases());
        for (String oid : mechanism.oids()) {
            aliases.add(oid);
            aliases.add("OID." + oid);
        }
        return aliases;
    }

    private static String className(Mechanism mechanism) {
        return EngineService.class.getPackageName() + "." + mechanism.type();
    }

    @Override
    public Object newInstance(@Nullable Object constructorParameter) throws NoSuchAlgorithmException {
        if (constructorParameter != null) {
            throw new InvalidParameterException(getType() + " " + getAlgorithm() + " takes no constructor parameter");
        }
        Tokens tokens = provider.tokens();
        return switch (mechanism.type()) {
            case "KeyStore" -> new SchsmKeyStore(tokens);
            case "Signature" -> signature();
            case "Cipher" -> cipher();
            case "KeyAgreement" -> isXkek() ? new XkekKeyAgreementSpi() : new EcdhKeyAgreementSpi(mechanism);
            case "Mac" -> new CmacSpi(mechanism);
            case "KeyPairGenerator" ->
                isRsa() ? new RsaKeyPairGeneratorSpi(tokens, provider) : new EcKeyPairGeneratorSpi(tokens, provider);
            case "KeyGenerator" -> new AesKeyGeneratorSpi(tokens, provider);
            case "KeyFactory" -> new HandleKeyFactorySpi(mechanism);
            case "SecretKeyFactory" ->
                mechanism.name().equals("AES") ? new HandleSecretKeyFactorySpi() : new DerivationFactorySpi(mechanism);
            case "CertificateFactory" -> new CvcCertificateFactorySpi();
            case "CertPathValidator" -> new CvcCertPathValidatorSpi();
            case "SecureRandom" -> new TokenSecureRandomSpi(tokens);
            default ->
                throw new NoSuchAlgorithmException("no engine for " + mechanism.type() + " " + mechanism.name()
                        + " in provider " + provider.getName());
        };
    }

    private SignatureSpi signature() throws NoSuchAlgorithmException {
        if (!isRsa()) {
            return new EcdsaSignatureSpi(mechanism);
        }
        return mechanism.algorithm() == KeyAlgorithm.RSA_PKCS1
                ? new RsaSignatureSpi(mechanism)
                : new RsaPssSignatureSpi(mechanism);
    }

    private CipherSpi cipher() {
        if (isWrapping()) {
            return new XkekCipherSpi();
        }
        return isRsa() ? new RsaCipherSpi(mechanism) : new AesCbcCipherSpi(mechanism, provider);
    }

    private boolean isWrapping() {
        return mechanism.name().equals("XKEK");
    }

    private boolean isRsa() {
        return mechanism.keyType() == KeyType.RSA;
    }

    private boolean isXkek() {
        return mechanism.name().equals("ECDH_XKEK");
    }

    @Override
    public boolean supportsParameter(@Nullable Object key) {
        if (mechanism.type().equals("Cipher") && isWrapping()) {
            return key instanceof KeyEncryptionKey;
        }
        KeyType type = mechanism.keyType();
        if (type == null) {
            return false;
        }
        return type.isPrivate()
                ? key instanceof SchsmPrivateKey handle && handle.key().type() == type
                : key instanceof SchsmSecretKey;
    }
}
