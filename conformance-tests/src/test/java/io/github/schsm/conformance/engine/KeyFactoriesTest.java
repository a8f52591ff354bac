// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.schsm.KeyAlgorithm;
import io.github.schsm.SchsmKey;
import io.github.schsm.SchsmKeySpec;
import io.github.schsm.Sp80056cKeySpec;
import io.github.schsm.conformance.bench.Backend.Ability;
import io.github.schsm.conformance.bench.Bench;
import io.github.schsm.conformance.bench.BenchKind;
import io.github.schsm.conformance.bench.Group;
import io.github.schsm.conformance.bench.OnBenches;
import io.github.schsm.conformance.bench.Pki;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.InvalidKeyException;
import java.security.Key;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.PublicKey;
import java.security.Security;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPrivateCrtKey;
import java.security.spec.ECPublicKeySpec;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.RSAPrivateCrtKeySpec;
import java.security.spec.RSAPublicKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.HexFormat;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import javax.crypto.Cipher;
import javax.crypto.KeyGenerator;
import javax.crypto.SecretKey;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.SecretKeySpec;
import jdk.security.jarsigner.JarSigner;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Key factories: for handles only, and in nobody's way even in front of all others. */
@OnBenches(
        value = {BenchKind.SIMULATOR, BenchKind.DOMAIN, BenchKind.SOFTHSM},
        repeated = {BenchKind.SECURE_CHANNEL, BenchKind.OPENSC})
@Tag("jdk")
class KeyFactoriesTest {
    private static final char[] PIN = "648219".toCharArray();
    private static final KeyPair RSA = software("RSA", "SunRsaSign");
    private static final KeyPair EC = software("EC", "SunEC");

    private final BenchKind kind;
    private Bench bench;
    private Provider provider;

    KeyFactoriesTest(BenchKind kind) {
        this.kind = kind;
    }

    /** Opens the bench. */
    @BeforeEach
    void openBench() throws Exception {
        bench = kind.open();
        provider = bench.source().provider();
        bench.source().keyStore();
    }

    /** Clears the bench. */
    @AfterEach
    void closeBench() throws Exception {
        if (bench != null) {
            Security.removeProvider(bench.source().provider().getName());
            bench.close();
        }
    }

    private static KeyPair software(String algorithm, String name) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm, name);
            generator.initialize(algorithm.equals("RSA") ? 2048 : 256);
            return generator.generateKeyPair();
        } catch (java.security.GeneralSecurityException everyJdkHasThem) {
            throw new IllegalStateException(everyJdkHasThem);
        }
    }

    private boolean has(Ability ability) {
        return bench.backend().has(ability);
    }

    private KeyPair inDevice() throws Exception {
        return Group.generateEc(provider, "k", "secp256r1");
    }

    private SecretKey aes(KeyAlgorithm... allowed) throws Exception {
        KeyGenerator generator = KeyGenerator.getInstance("AES", provider);
        SchsmKeySpec.Builder spec = SchsmKeySpec.builder("aes").keySize(256);
        generator.init((allowed.length == 0 ? spec : spec.allow(allowed)).build());
        return generator.generateKey();
    }

    // Handles

    @Test
    void aHandleIsTranslatedToItself() throws Exception {
        PrivateKey handle = inDevice().getPrivate();
        SecretKey secret = aes();

        assertThat(KeyFactory.getInstance("EC", provider).translateKey(handle)).isSameAs(handle);
        assertThat(SecretKeyFactory.getInstance("AES", provider).translateKey(secret))
                .isSameAs(secret);
    }

    @Test
    void anRsaKeyFromOutsideIsOneOfTheDeviceOnceItIsIn() throws Exception {
        RSAPrivateCrtKey key = (RSAPrivateCrtKey) RSA.getPrivate();
        X509Certificate certificate = Pki.create().issue("rsa", RSA.getPublic());
        PrivateKey handle = bench.keyImport().importRsa("rsa", key, certificate);

        assertThat(KeyFactory.getInstance("RSA", provider).translateKey(handle)).isSameAs(handle);
        Signature signature = Signature.getInstance("SHA256withRSA", provider);
        signature.initSign(handle);
        Signature expected = Signature.getInstance("SHA256withRSA", "SunRsaSign");
        expected.initSign(key);
        assertThat(signature.sign()).isEqualTo(expected.sign());
    }

    @Test
    void keysWithBytesAreOtherProvidersKeysAndNothingIsTakenIn() throws Exception {
        PrivateKey handle = inDevice().getPrivate();
        for (String name : List.of("EC", "RSA")) {
            KeyFactory factory = KeyFactory.getInstance(name, provider);
            KeyPair own = name.equals("EC") ? EC : RSA;
            KeyPair other = name.equals("EC") ? RSA : EC;
            assertThat(factory.translateKey(own.getPrivate()).getEncoded())
                    .isEqualTo(own.getPrivate().getEncoded());
            assertThat(factory.generatePrivate(
                            new PKCS8EncodedKeySpec(own.getPrivate().getEncoded())))
                    .isNotInstanceOf(SchsmKey.class);
            assertThat(factory.generatePublic(
                            new X509EncodedKeySpec(own.getPublic().getEncoded())))
                    .isEqualTo(own.getPublic());
            assertThatThrownBy(() -> factory.generatePrivate(
                            new PKCS8EncodedKeySpec(other.getPrivate().getEncoded())))
                    .isInstanceOf(InvalidKeySpecException.class);
            for (Key foreign : new Key[] {other.getPrivate(), other.getPublic(), null}) {
                assertThatThrownBy(() -> factory.translateKey(foreign)).isInstanceOf(InvalidKeyException.class);
            }
            assertThatThrownBy(() -> factory.getKeySpec(handle, PKCS8EncodedKeySpec.class))
                    .isInstanceOf(InvalidKeySpecException.class)
                    .hasMessageContaining("never leaves its device");
            assertThat(factory.getKeySpec(own.getPrivate(), PKCS8EncodedKeySpec.class)
                            .getEncoded())
                    .isEqualTo(own.getPrivate().getEncoded());
        }
        assertThatThrownBy(() -> KeyFactory.getInstance("RSA", provider).translateKey(handle))
                .as("an EC handle is no RSA key")
                .isInstanceOf(InvalidKeyException.class);
        SecretKeyFactory secrets = SecretKeyFactory.getInstance("AES", provider);
        SecretKeySpec software = new SecretKeySpec(new byte[16], "AES");
        assertThat(secrets.generateSecret(software)).isNotInstanceOf(SchsmKey.class);
        assertThatThrownBy(() -> secrets.translateKey(null)).isInstanceOf(InvalidKeyException.class);
        SecretKey secret = aes();
        assertThatThrownBy(() -> secrets.getKeySpec(secret, SecretKeySpec.class))
                .isInstanceOf(InvalidKeySpecException.class)
                .hasMessageContaining("never leaves its device");
    }

    // In front of all others

    @Test
    void keysInSoftwareAreMadeAsBeforeWithItInFront() throws Exception {
        Security.insertProviderAt(provider, 1);
        assertThat(Security.getProviders()[0]).isSameAs(provider);
        for (KeyPair pair : List.of(EC, RSA)) {
            KeyFactory factory = KeyFactory.getInstance(pair.getPublic().getAlgorithm());
            PublicKey publicKey = factory.generatePublic(
                    new X509EncodedKeySpec(pair.getPublic().getEncoded()));
            assertThat(publicKey).isEqualTo(pair.getPublic());
            factory = KeyFactory.getInstance(pair.getPublic().getAlgorithm());
            PrivateKey privateKey = factory.generatePrivate(
                    new PKCS8EncodedKeySpec(pair.getPrivate().getEncoded()));
            assertThat(privateKey).isEqualTo(pair.getPrivate());
            factory = KeyFactory.getInstance(pair.getPublic().getAlgorithm());
            assertThat(factory.translateKey(pair.getPrivate()).getEncoded())
                    .isEqualTo(pair.getPrivate().getEncoded());
            factory = KeyFactory.getInstance(pair.getPublic().getAlgorithm());
            assertThat(factory.getKeySpec(pair.getPublic(), X509EncodedKeySpec.class)
                            .getEncoded())
                    .isEqualTo(pair.getPublic().getEncoded());
        }
        assertThat(KeyFactory.getInstance("EC")
                        .getKeySpec(EC.getPublic(), ECPublicKeySpec.class)
                        .getW())
                .isEqualTo(((ECPublicKey) EC.getPublic()).getW());
        RSAPrivateCrtKey rsa = (RSAPrivateCrtKey) RSA.getPrivate();
        assertThat(KeyFactory.getInstance("RSA")
                        .generatePublic(new RSAPublicKeySpec(rsa.getModulus(), rsa.getPublicExponent())))
                .isEqualTo(RSA.getPublic());
        assertThat(KeyFactory.getInstance("RSA")
                        .getKeySpec(rsa, RSAPrivateCrtKeySpec.class)
                        .getPrimeP())
                .isEqualTo(rsa.getPrimeP());
        PrivateKey handle = inDevice().getPrivate();
        assertThat(KeyFactory.getInstance("EC").translateKey(handle)).isSameAs(handle);
    }

    @Test
    void certificatesAndKeyStoresAreReadAsBeforeWithItInFront() throws Exception {
        Security.insertProviderAt(provider, 1);
        Pki pki = Pki.create();
        for (KeyPair pair : List.of(EC, RSA)) {
            X509Certificate made = pki.issue("k", pair.getPublic());
            X509Certificate read = (X509Certificate) CertificateFactory.getInstance("X.509")
                    .generateCertificate(new ByteArrayInputStream(made.getEncoded()));
            assertThat(read.getPublicKey()).isEqualTo(pair.getPublic());
            read.verify(pki.issuer().getPublicKey());
            for (String type : List.of("PKCS12", "JKS", "JCEKS")) {
                KeyStore store = KeyStore.getInstance(type);
                store.load(null, null);
                store.setKeyEntry("k", pair.getPrivate(), PIN, new Certificate[] {made});
                ByteArrayOutputStream file = new ByteArrayOutputStream();
                store.store(file, PIN);
                KeyStore again = KeyStore.getInstance(type);
                again.load(new ByteArrayInputStream(file.toByteArray()), PIN);
                assertThat(again.getKey("k", PIN)).as(type).isEqualTo(pair.getPrivate());
                assertThat(again.getCertificate("k").getPublicKey()).isEqualTo(pair.getPublic());
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"EC", "RSA"})
    void jarsAreSignedAndVerifiedWithSoftwareKeysWithItInFront(String algorithm, @TempDir Path folder)
            throws Exception {
        KeyPair pair = algorithm.equals("EC") ? EC : RSA;
        Security.insertProviderAt(provider, 1);
        Pki pki = Pki.create();
        Path unsigned = folder.resolve("unsigned.jar");
        try (JarOutputStream jar = new JarOutputStream(Files.newOutputStream(unsigned))) {
            jar.putNextEntry(new JarEntry("a.txt"));
            jar.write("text".getBytes(StandardCharsets.UTF_8));
        }
        Path signed = folder.resolve("signed.jar");
        try (JarFile jar = new JarFile(unsigned.toFile());
                OutputStream out = Files.newOutputStream(signed)) {
            new JarSigner.Builder(
                            pair.getPrivate(),
                            CertificateFactory.getInstance("X.509")
                                    .generateCertPath(List.of(pki.chain(pki.issue("k", pair.getPublic())))))
                    .build()
                    .sign(jar, out);
        }
        try (JarFile jar = new JarFile(signed.toFile(), true)) {
            JarEntry entry = jar.getJarEntry("a.txt");
            jar.getInputStream(entry).readAllBytes();
            assertThat(entry.getCodeSigners()).hasSize(1);
        }
    }

    // SP 800-56C

    @Test
    void derivedKeyIsWhatTheDeviceAnswers() throws Exception {
        SecretKey key = bench.keyImport().importAes("aes", HexFormat.of().parseHex("00".repeat(15) + "01"));
        byte[] input = "context".getBytes(StandardCharsets.UTF_8);
        SecretKeyFactory factory = SecretKeyFactory.getInstance("SP800-56C", provider);

        if (!has(Ability.DERIVED_KEYS)) {
            bench.backend()
                    .assertRefused(
                            () -> factory.generateSecret(new Sp80056cKeySpec(key, input, "AES")),
                            "DERIVE_",
                            bench.source().name());
            return;
        }
        SecretKey derived = factory.generateSecret(new Sp80056cKeySpec(key, input, "AES"));

        // The simulator's choice of what enters the extraction: HKDF with SHA-256, the input as info.
        org.bouncycastle.crypto.generators.HKDFBytesGenerator hkdf =
                new org.bouncycastle.crypto.generators.HKDFBytesGenerator(
                        new org.bouncycastle.crypto.digests.SHA256Digest());
        hkdf.init(new org.bouncycastle.crypto.params.HKDFParameters(
                HexFormat.of().parseHex("00".repeat(15) + "01"), null, input));
        byte[] expected = new byte[32];
        hkdf.generateBytes(expected, 0, 32);
        assertThat(derived.getEncoded()).isEqualTo(expected);
        assertThat(derived.getAlgorithm()).isEqualTo("AES");
        Cipher software = Cipher.getInstance("AES/CBC/PKCS5Padding", Pki.BC);
        software.init(Cipher.ENCRYPT_MODE, derived);
        assertThat(software.doFinal(input)).hasSize(16);
        assertThat(factory.generateSecret(new Sp80056cKeySpec(key, new byte[] {1}, "HmacSHA256"))
                        .getAlgorithm())
                .isEqualTo("HmacSHA256");
    }

    @Test
    void derivationSaysWhatItCannotTake() throws Exception {
        SecretKey key = has(Ability.ALGORITHM_LISTS) ? aes(KeyAlgorithm.AES_CMAC) : aes();
        SecretKeyFactory factory = SecretKeyFactory.getInstance("SP800-56C", provider);

        assertThatThrownBy(() -> factory.generateSecret(new Sp80056cKeySpec(key, new byte[1], "AES")))
                .isInstanceOf(InvalidKeySpecException.class)
                .hasMessageContainingAll("DERIVE_SP800_56C", has(Ability.ALGORITHM_LISTS) ? "[AES_CMAC]" : "\"aes\"");
        assertThatThrownBy(() -> factory.generateSecret(new SecretKeySpec(new byte[16], "AES")))
                .isInstanceOf(InvalidKeySpecException.class)
                .hasMessageContaining("Sp80056cKeySpec");
        assertThatThrownBy(() -> new Sp80056cKeySpec(new SecretKeySpec(new byte[16], "AES"), new byte[1], "AES"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("SecretKeySpec");
        assertThatThrownBy(() -> new Sp80056cKeySpec(key, new byte[0], "AES"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("empty");
        assertThatThrownBy(() -> new Sp80056cKeySpec(key, new byte[1], " "))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("name of an algorithm");
        if (!has(Ability.DERIVED_KEYS)) {
            return;
        }
        SecretKey all = aes();
        assertThatThrownBy(() -> factory.generateSecret(new Sp80056cKeySpec(all, new byte[2000], "AES")))
                .isInstanceOf(InvalidKeySpecException.class)
                .hasMessageContaining("2000");
        assertThat(factory.generateSecret(new Sp80056cKeySpec(all, new byte[20], "AES"))
                        .getEncoded())
                .hasSize(32);
    }
}
