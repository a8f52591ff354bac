// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.provider;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.schsm.SchsmEcPrivateKey;
import io.github.schsm.SchsmKeySpec;
import io.github.schsm.SchsmRsaPrivateKey;
import java.io.ByteArrayOutputStream;
import java.io.NotSerializableException;
import java.io.ObjectOutputStream;
import java.math.BigInteger;
import java.security.InvalidKeyException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.Security;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPrivateKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import javax.crypto.Cipher;
import javax.crypto.KeyAgreement;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Handles that are an ECPrivateKey or RSAPrivateKey: the JCA finds the provider that can use them, wherever it stands. */
@Tag("jdk")
class CastableKeysTest {
    private static final byte[] DATA = {1, 2, 3};
    private static final BouncyCastleProvider BC = new BouncyCastleProvider();
    private static final PSSParameterSpec PSS =
            new PSSParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA256, 32, 1);

    private static SchsmProvider provider;
    private static KeyStore keyStore;
    private static KeyPair ec;
    private static KeyPair rsa;
    private static ECPrivateKey castEc;
    private static RSAPrivateKey castRsa;

    private enum Place {
        FIRST,
        LAST,
        BEHIND_BOUNCY_CASTLE,
        NAMED;

        void register() {
            switch (this) {
                case FIRST -> Security.insertProviderAt(provider, 1);
                case LAST -> Security.addProvider(provider);
                case BEHIND_BOUNCY_CASTLE -> {
                    Security.insertProviderAt(BC, 1);
                    Security.addProvider(provider);
                }
                case NAMED -> assertThat(Security.getProvider("SCHSM")).isNull();
            }
        }

        Signature signature(String name) throws Exception {
            return this == NAMED ? Signature.getInstance(name, provider) : Signature.getInstance(name);
        }

        Cipher cipher(String name) throws Exception {
            return this == NAMED ? Cipher.getInstance(name, provider) : Cipher.getInstance(name);
        }

        KeyAgreement agreement(String name) throws Exception {
            return this == NAMED ? KeyAgreement.getInstance(name, provider) : KeyAgreement.getInstance(name);
        }
    }

    @BeforeAll
    static void makeKeys() throws Exception {
        provider = (SchsmProvider) new SchsmProvider().configure("terminal = simulator:memory; device = ZZSIM800230");
        keyStore = KeyStore.getInstance("SCHSM", provider);
        keyStore.load(null, "648219".toCharArray());
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC", provider);
        generator.initialize(SchsmKeySpec.builder("cast-ec")
                .parameters(new ECGenParameterSpec("secp256r1"))
                .build());
        ec = generator.generateKeyPair();
        generator = KeyPairGenerator.getInstance("RSA", provider);
        generator.initialize(SchsmKeySpec.builder("cast-rsa").keySize(1536).build());
        rsa = generator.generateKeyPair();
        castEc = ((SchsmEcPrivateKey) keyStore.getKey("cast-ec", null)).asECPrivateKey();
        castRsa = ((SchsmRsaPrivateKey) keyStore.getKey("cast-rsa", null)).asRSAPrivateKey();
    }

    @AfterAll
    static void close() {
        provider.close();
    }

    @AfterEach
    void unregister() {
        Security.removeProvider(provider.getName());
        Security.removeProvider(BC.getName());
    }

    @ParameterizedTest
    @EnumSource
    void signaturesAreMadeInTheDevice(Place place) throws Exception {
        place.register();
        for (String name : List.of("SHA256withECDSA", "NONEwithECDSA", "SHA256withECDSAinP1363Format")) {
            sign(place.signature(name), castEc);
        }
        for (String name : List.of("SHA256withRSA", "RSASSA-PSS")) {
            sign(place.signature(name), castRsa);
        }
    }

    private static void sign(Signature signature, PrivateKey key) throws Exception {
        byte[] data = signature.getAlgorithm().startsWith("NONE") ? new byte[32] : DATA;
        signature.initSign(key);
        if (signature.getAlgorithm().equals("RSASSA-PSS")) {
            signature.setParameter(PSS);
        }
        signature.update(data);
        byte[] made = signature.sign();
        assertThat(signature.getProvider()).isSameAs(provider);

        Signature verifier = Signature.getInstance(signature.getAlgorithm(), BC);
        if (signature.getAlgorithm().equals("RSASSA-PSS")) {
            verifier.setParameter(PSS);
        }
        verifier.initVerify(key instanceof ECPrivateKey ? plain(ec) : plain(rsa));
        verifier.update(data);
        assertThat(verifier.verify(made)).isTrue();
    }

    private static java.security.PublicKey plain(KeyPair pair) throws Exception {
        return java.security.KeyFactory.getInstance(pair.getPublic().getAlgorithm(), BC)
                .generatePublic(new java.security.spec.X509EncodedKeySpec(
                        pair.getPublic().getEncoded()));
    }

    @ParameterizedTest
    @EnumSource
    void secretsAreAgreedAndDataDecryptedInTheDevice(Place place) throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC", "SunEC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        KeyPair peer = generator.generateKeyPair();
        place.register();
        KeyAgreement agreement = place.agreement("ECDH");
        agreement.init(castEc);
        agreement.doPhase(peer.getPublic(), true);
        KeyAgreement theirs = KeyAgreement.getInstance("ECDH", "SunEC");
        theirs.init(peer.getPrivate());
        theirs.doPhase(ec.getPublic(), true);
        assertThat(agreement.generateSecret()).isEqualTo(theirs.generateSecret());

        Cipher encrypt = Cipher.getInstance("RSA/ECB/PKCS1Padding", "SunJCE");
        encrypt.init(Cipher.ENCRYPT_MODE, rsa.getPublic());
        Cipher decrypt = place.cipher("RSA/ECB/PKCS1Padding");
        decrypt.init(Cipher.DECRYPT_MODE, castRsa);
        assertThat(decrypt.doFinal(encrypt.doFinal(DATA))).isEqualTo(DATA);
    }

    @Test
    void numbersThatAreNotSecretAreShownAndTheSecretOnesAreNot() {
        assertThat(castEc.getParams().getOrder())
                .isEqualTo(((ECPublicKey) ec.getPublic()).getParams().getOrder());
        assertThat(castRsa.getModulus()).isEqualTo(((RSAPublicKey) rsa.getPublic()).getModulus());
        assertThat(castRsa.getParams()).isNull();
        for (PrivateKey key : List.of(castEc, castRsa)) {
            assertThat(key.getEncoded()).isNull();
            assertThat(key.getFormat()).isNull();
        }
        assertThatThrownBy(castEc::getS)
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessageContainingAll("cast-ec", "never leaves the device", "provider SCHSM");
        assertThatThrownBy(castRsa::getPrivateExponent)
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessageContainingAll("cast-rsa", "never leaves the device", "provider SCHSM");
    }

    /** Before anything is signed, on every JDK: SunEC of JDK 17 would ask for the number only then. */
    @Test
    void aProviderThatIsNamedInsteadRefusesTheKeyAtOnce() throws Exception {
        for (String name : List.of("SunEC", "BC")) {
            Signature signature = name.equals("BC")
                    ? Signature.getInstance("SHA256withECDSA", BC)
                    : Signature.getInstance("SHA256withECDSA", name);
            assertThatThrownBy(() -> signature.initSign(castEc)).satisfies(CastableKeysTest::isRefusal);
        }
        Signature pss = Signature.getInstance("RSASSA-PSS", "SunRsaSign");
        assertThatThrownBy(() -> pss.initSign(castRsa)).satisfies(CastableKeysTest::isRefusal);
    }

    private static void isRefusal(Throwable thrown) {
        assertThat(thrown).isInstanceOfAny(UnsupportedOperationException.class, InvalidKeyException.class);
        assertThat(thrown instanceof UnsupportedOperationException ? thrown : thrown.getCause())
                .hasMessageContaining("never leaves the device");
    }

    @Test
    void itIsTheSameKeyAndNeverTheDefault() throws Exception {
        PrivateKey plain = (PrivateKey) keyStore.getKey("cast-ec", null);
        assertThat(plain).isNotInstanceOf(ECPrivateKey.class).isEqualTo(castEc).hasSameHashCodeAs(castEc);
        assertThat(castEc).isEqualTo(plain).isInstanceOf(SchsmEcPrivateKey.class);
        assertThat(ec.getPrivate()).isNotInstanceOf(ECPrivateKey.class);
        assertThat(keyStore.getKey("cast-rsa", null)).isNotInstanceOf(RSAPrivateKey.class);
        try (ObjectOutputStream out = new ObjectOutputStream(new ByteArrayOutputStream())) {
            assertThatThrownBy(() -> out.writeObject(castEc)).isInstanceOf(NotSerializableException.class);
        }
    }

    @Test
    void keyStoresTakeIt() throws Exception {
        X500Name name = new X500Name("CN=cast");
        X509CertificateHolder certificate = new JcaX509v3CertificateBuilder(
                        name,
                        BigInteger.ONE,
                        Date.from(Instant.EPOCH),
                        Date.from(Instant.parse("2100-01-01T00:00:00Z")),
                        name,
                        plain(ec))
                .build(new JcaContentSignerBuilder("SHA256withECDSA")
                        .setProvider(provider)
                        .build(castEc));

        keyStore.setKeyEntry("cast-ec", castEc, null, new X509Certificate[] {
            new JcaX509CertificateConverter().getCertificate(certificate)
        });

        assertThat(((KeyStore.PrivateKeyEntry) keyStore.getEntry("cast-ec", null)).getPrivateKey())
                .isEqualTo(castEc);
        Provider other = new SchsmProvider();
        assertThat(other.getService("Signature", "SHA256withECDSA").supportsParameter(castEc))
                .isTrue();
    }
}
