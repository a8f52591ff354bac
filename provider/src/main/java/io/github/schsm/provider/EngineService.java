// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.provider;

import io.github.schsm.KeyEncryptionKey;
import io.github.schsm.KeyType;
import io.github.schsm.SchsmKey;
import io.github.schsm.SchsmPrivateKey;
import io.github.schsm.SchsmSecretKey;
import io.github.schsm.keystore.MemoryKeyStore;
import io.github.schsm.keystore.SchsmKeyStore;
import io.github.schsm.mechanism.EngineKind;
import io.github.schsm.mechanism.Mechanism;
import io.github.schsm.provider.certificate.CvcCertPathValidatorSpi;
import io.github.schsm.provider.certificate.CvcCertificateFactorySpi;
import io.github.schsm.provider.delegate.MessageKeys;
import io.github.schsm.provider.delegate.OtherProviders;
import io.github.schsm.provider.delegate.SoftwareGenerators;
import io.github.schsm.provider.engine.AesCbcCipherSpi;
import io.github.schsm.provider.engine.AesKeyGeneratorSpi;
import io.github.schsm.provider.engine.CmacSpi;
import io.github.schsm.provider.engine.DerivationFactorySpi;
import io.github.schsm.provider.engine.EcKeyPairGeneratorSpi;
import io.github.schsm.provider.engine.EcdhKeyAgreementSpi;
import io.github.schsm.provider.engine.EcdsaSignatureSpi;
import io.github.schsm.provider.engine.FrontKeyGeneratorSpi;
import io.github.schsm.provider.engine.FrontKeyPairGeneratorSpi;
import io.github.schsm.provider.engine.Generators;
import io.github.schsm.provider.engine.HandleKeyFactorySpi;
import io.github.schsm.provider.engine.HandleSecretKeyFactorySpi;
import io.github.schsm.provider.engine.KdfAgreementSpi;
import io.github.schsm.provider.engine.RsaCipherSpi;
import io.github.schsm.provider.engine.RsaKeyPairGeneratorSpi;
import io.github.schsm.provider.engine.RsaPssSignatureSpi;
import io.github.schsm.provider.engine.RsaSignatureSpi;
import io.github.schsm.provider.engine.TokenSecureRandomSpi;
import io.github.schsm.provider.engine.XkekCipherSpi;
import io.github.schsm.provider.engine.XkekKeyAgreementSpi;
import java.security.InvalidParameterException;
import java.security.Key;
import java.security.KeyPairGenerator;
import java.security.KeyPairGeneratorSpi;
import java.security.NoSuchAlgorithmException;
import java.security.Provider;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.crypto.KeyGenerator;
import javax.crypto.KeyGeneratorSpi;
import javax.crypto.SecretKey;
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
        return switch (mechanism.engine()) { // the compiler sees to it that every kind has one
            case KEY_STORE -> new SchsmKeyStore(tokens);
            case MEMORY_KEY_STORE -> new MemoryKeyStore();
            case ECDSA_SIGNATURE -> new EcdsaSignatureSpi(provider, mechanism);
            case PKCS1_SIGNATURE -> new RsaSignatureSpi(provider, mechanism);
            case PSS_SIGNATURE -> new RsaPssSignatureSpi(provider, mechanism);
            case RSA_CIPHER -> new RsaCipherSpi(provider, mechanism);
            case AES_CBC_CIPHER -> new AesCbcCipherSpi(provider, mechanism);
            case XKEK_CIPHER -> new XkekCipherSpi();
            case ECDH_AGREEMENT -> new EcdhKeyAgreementSpi(provider, mechanism);
            case X963_AGREEMENT, CONCAT_AGREEMENT -> new KdfAgreementSpi(provider, mechanism);
            case XKEK_AGREEMENT -> new XkekKeyAgreementSpi();
            case CMAC -> new CmacSpi(provider, mechanism);
            case EC_GENERATOR -> inFront(new EcKeyPairGeneratorSpi(tokens, provider));
            case RSA_GENERATOR, PSS_GENERATOR -> inFront(new RsaKeyPairGeneratorSpi(tokens, provider, mechanism));
            case AES_GENERATOR -> inFront(new AesKeyGeneratorSpi(tokens, provider));
            case KEY_HANDLES -> new HandleKeyFactorySpi(provider, mechanism);
            case SECRET_KEY_HANDLES -> new HandleSecretKeyFactorySpi(provider, mechanism);
            case DERIVATION -> new DerivationFactorySpi(mechanism);
            case CERTIFICATES -> new CvcCertificateFactorySpi();
            case CERTIFICATE_PATHS -> new CvcCertPathValidatorSpi();
            case RANDOM -> new TokenSecureRandomSpi(tokens);
        };
    }

    private KeyPairGeneratorSpi inFront(KeyPairGeneratorSpi own) {
        return isForSoftware(KeyPairGenerator.class) ? new FrontKeyPairGeneratorSpi(own, software()) : own;
    }

    private KeyGeneratorSpi inFront(AesKeyGeneratorSpi own) {
        return isForSoftware(KeyGenerator.class) ? new FrontKeyGeneratorSpi(own, software()) : own;
    }

    /**
     * Whether the program did not ask for this provider, and gets it because it stands in front of all others; or named it
     * and is making a message, whose keys are no device's.
     */
    private boolean isForSoftware(Class<?> api) {
        boolean isFallenTo = SoftwareGenerators.isForAnyProvider(api)
                && Generators.standsInFront(provider, mechanism.type(), mechanism.name());
        return isFallenTo || MessageKeys.areAskedFor(mechanism.type());
    }

    private SoftwareGenerators software() {
        return new SoftwareGenerators(provider, mechanism.type(), mechanism.name());
    }

    /**
     * Our handles belong here, every other key to other providers. Only where no registered one has this name would a
     * program that has none of our keys find the name, but nobody to do it: then the engine sees to it.
     */
    @Override
    public boolean supportsParameter(@Nullable Object key) {
        if (isTaken(key)) {
            return true;
        }
        return key instanceof Key foreign
                && mechanism.engine().isDelegating()
                && !(foreign instanceof SchsmKey)
                && !(foreign instanceof KeyEncryptionKey)
                && isKeyOfItsKind(foreign)
                && !OtherProviders.have(provider, getType(), getAlgorithm());
    }

    private boolean isTaken(@Nullable Object key) {
        if (mechanism.engine() == EngineKind.XKEK_CIPHER) {
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

    private boolean isKeyOfItsKind(Key key) {
        KeyType type = mechanism.keyType();
        return type != null && (type.isPrivate() ? !(key instanceof SecretKey) : key instanceof SecretKey);
    }
}
