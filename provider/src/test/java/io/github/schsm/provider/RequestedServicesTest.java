// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.provider;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.security.AlgorithmParameters;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.Provider;
import java.security.Security;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.List;
import javax.crypto.Cipher;
import javax.crypto.KeyGenerator;
import javax.crypto.Mac;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.OAEPParameterSpec;
import javax.crypto.spec.PSource;
import javax.crypto.spec.SecretKeySpec;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What other providers have is given to programs that name this one, and to nobody else. No device is there. */
@Tag("jdk")
class RequestedServicesTest {
    private static final byte[] DATA = {1, 2, 3};

    private final Provider provider = new SchsmProvider();

    @AfterEach
    void unregister() {
        Security.removeProvider(provider.getName());
    }

    private static KeyPair pair(String curve) throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC", new BouncyCastleProvider());
        generator.initialize(new ECGenParameterSpec(curve));
        return generator.generateKeyPair();
    }

    @Test
    void everyHashOfTheJdkIsThereByNameAndIdentifier() throws Exception {
        Provider sun = Security.getProvider("SUN");
        List<String> hashes = sun.getServices().stream()
                .filter(service -> service.getType().equals("MessageDigest"))
                .map(Provider.Service::getAlgorithm)
                .toList();
        assertThat(hashes).contains("SHA-256", "SHA3-512");
        for (String hash : hashes) {
            MessageDigest digest = MessageDigest.getInstance(hash, provider);
            assertThat(digest.digest(DATA))
                    .as(hash)
                    .isEqualTo(MessageDigest.getInstance(hash, sun).digest(DATA));
            assertThat(digest.getProvider()).isSameAs(provider);
        }
        assertThat(MessageDigest.getInstance("2.16.840.1.101.3.4.2.1", provider).digest(DATA))
                .isEqualTo(MessageDigest.getInstance("SHA-256", sun).digest(DATA));
    }

    @Test
    void parametersOfEachKindAreRead() throws Exception {
        AlgorithmParameters oaep = AlgorithmParameters.getInstance("OAEP", provider);
        oaep.init(new OAEPParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA256, PSource.PSpecified.DEFAULT));
        AlgorithmParameters again = AlgorithmParameters.getInstance("1.2.840.113549.1.1.7", provider);
        again.init(oaep.getEncoded());
        assertThat(again.getParameterSpec(OAEPParameterSpec.class).getDigestAlgorithm())
                .isEqualTo("SHA-256");

        AlgorithmParameters pss = AlgorithmParameters.getInstance("1.2.840.113549.1.1.10", provider);
        pss.init(new PSSParameterSpec("SHA-384", "MGF1", MGF1ParameterSpec.SHA384, 48, 1));
        assertThat(pss.getParameterSpec(PSSParameterSpec.class).getSaltLength()).isEqualTo(48);

        AlgorithmParameters aes = AlgorithmParameters.getInstance("AES", provider);
        aes.init(new IvParameterSpec(new byte[16]));
        assertThat(aes.getParameterSpec(IvParameterSpec.class).getIV()).hasSize(16);
    }

    /** SunEC comes first, and knows one of these curves only. */
    @ParameterizedTest
    @ValueSource(strings = {"secp256r1", "brainpoolP384r1"})
    void parametersOfEachCurveAreRead(String curve) throws Exception {
        AlgorithmParameters parameters = AlgorithmParameters.getInstance("EC", provider);
        parameters.init(new ECGenParameterSpec(curve));
        AlgorithmParameters again = AlgorithmParameters.getInstance("1.2.840.10045.2.1", provider);
        again.init(parameters.getEncoded());
        assertThat(again.getParameterSpec(ECParameterSpec.class).getOrder())
                .isEqualTo(((ECPublicKey) pair(curve).getPublic()).getParams().getOrder());
        assertThatThrownBy(() -> AlgorithmParameters.getInstance("EC", provider).init(new byte[] {4, 0}))
                .isInstanceOf(java.io.IOException.class);
    }

    @Test
    void certificatesAndKeysAreReadAndSignaturesOfAnyKindVerified() throws Exception {
        for (String algorithm : List.of("Ed25519", "EC", "brainpoolP256r1")) {
            boolean isCurve = algorithm.startsWith("brainpool");
            KeyPair pair = isCurve
                    ? pair(algorithm)
                    : KeyPairGenerator.getInstance(algorithm).generateKeyPair();
            String signing = algorithm.equals("Ed25519") ? algorithm : "SHA256withECDSA";
            X500Name name = new X500Name("CN=" + algorithm);
            byte[] encoded = new JcaX509v3CertificateBuilder(
                            name,
                            java.math.BigInteger.ONE,
                            java.util.Date.from(java.time.Instant.EPOCH),
                            java.util.Date.from(java.time.Instant.parse("2100-01-01T00:00:00Z")),
                            name,
                            pair.getPublic())
                    .build(new JcaContentSignerBuilder(signing)
                            .setProvider(new BouncyCastleProvider())
                            .build(pair.getPrivate()))
                    .getEncoded();

            java.security.cert.Certificate certificate = CertificateFactory.getInstance("X.509", provider)
                    .generateCertificate(new ByteArrayInputStream(encoded));
            String identifier = algorithm.equals("Ed25519") ? "1.3.101.112" : "1.2.840.10045.2.1";
            java.security.PublicKey key = KeyFactory.getInstance(identifier, provider)
                    .generatePublic(
                            new X509EncodedKeySpec(certificate.getPublicKey().getEncoded()));
            certificate.verify(key, provider);
            Signature signature = Signature.getInstance(signing, provider);
            signature.initVerify(key);
            signature.update(DATA);
            assertThat(signature.getProvider()).isSameAs(provider);
        }
    }

    @Test
    void ciphersAndMacsInSoftwareAreThereWithTheirModes() throws Exception {
        SecretKeySpec key = new SecretKeySpec(new byte[16], "AES");
        for (String name : List.of("AES/GCM/NoPadding", "AESWrap", "2.16.840.1.101.3.4.1.5", "AES/CTR/NoPadding")) {
            Cipher cipher = Cipher.getInstance(name, provider);
            boolean wraps = !name.contains("/");
            cipher.init(wraps ? Cipher.WRAP_MODE : Cipher.ENCRYPT_MODE, key);
            byte[] made = wraps ? cipher.wrap(key) : cipher.doFinal(DATA);
            Cipher other =
                    Cipher.getInstance(name, wraps ? new BouncyCastleProvider() : Security.getProvider("SunJCE"));
            if (wraps) {
                other.init(Cipher.UNWRAP_MODE, key);
                assertThat(other.unwrap(made, "AES", Cipher.SECRET_KEY)).isEqualTo(key);
            } else {
                other.init(Cipher.DECRYPT_MODE, key, cipher.getParameters());
                assertThat(other.doFinal(made)).isEqualTo(DATA);
            }
        }
        Mac mac = Mac.getInstance("HmacSHA256", provider);
        mac.init(key);
        Mac expected = Mac.getInstance("HmacSHA256", "SunJCE");
        expected.init(key);
        assertThat(mac.doFinal(DATA)).isEqualTo(expected.doFinal(DATA));
    }

    /** In front of all others, and still nobody gets them who did not ask for the provider. */
    @Test
    void whoNamesNoProviderGetsTheOneThatHeGotBefore() throws Exception {
        Security.insertProviderAt(provider, 1);

        assertThat(MessageDigest.getInstance("SHA-256").getProvider().getName()).isEqualTo("SUN");
        assertThat(Mac.getInstance("HmacSHA256").getProvider().getName()).isEqualTo("SunJCE");
        assertThat(Cipher.getInstance("AES/GCM/NoPadding").getProvider().getName())
                .isEqualTo("SunJCE");
        assertThat(AlgorithmParameters.getInstance("EC").getProvider().getName())
                .isEqualTo("SunEC");
        assertThat(CertificateFactory.getInstance("X.509").getProvider().getName())
                .isEqualTo("SUN");
        assertThat(KeyFactory.getInstance("Ed25519").getProvider().getName()).isEqualTo("SunEC");
        assertThat(Arrays.stream(Security.getProviders("MessageDigest.SHA-256")).map(Provider::getName))
                .doesNotContain("SCHSM");
        assertThat(Security.getAlgorithms("MessageDigest")).isNotEmpty();
        assertThat(MessageDigest.getInstance("SHA-256", "SCHSM").getProvider()).isSameAs(provider);
    }

    @Test
    void nothingOfThemIsInTheListOfServices() {
        assertThat(provider.getServices().stream().map(Provider.Service::getType))
                .doesNotContain("MessageDigest", "AlgorithmParameters");
        assertThat(provider.keySet()).noneMatch(key -> key.toString().startsWith("MessageDigest"));
    }

    /** A program that names the provider to get a key means the device. */
    @Test
    void keysAreNotMadeInSoftwareForWhoNamesTheProvider() {
        assertThatThrownBy(() -> KeyPairGenerator.getInstance("Ed25519", provider))
                .isInstanceOf(NoSuchAlgorithmException.class);
        assertThatThrownBy(() -> KeyGenerator.getInstance("HmacSHA256", provider))
                .isInstanceOf(NoSuchAlgorithmException.class);
        assertThatThrownBy(() -> java.security.KeyStore.getInstance("PKCS12", provider))
                .isInstanceOf(java.security.KeyStoreException.class);
        assertThatThrownBy(() -> MessageDigest.getInstance("NOSUCH", provider))
                .isInstanceOf(NoSuchAlgorithmException.class);
    }
}
