// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.github.schsm.KeyType;
import io.github.schsm.SchsmKey;
import io.github.schsm.SchsmKeySpec;
import io.github.schsm.conformance.bench.Group;
import io.github.schsm.conformance.bench.OtherVendor;
import io.github.schsm.conformance.bench.Pki;
import io.github.schsm.conformance.bench.SimulatorBench;
import io.github.schsm.conformance.bench.StrangeKeys;
import io.github.schsm.mechanism.EngineKind;
import io.github.schsm.mechanism.Mechanism;
import io.github.schsm.mechanism.MechanismTable;
import io.github.schsm.provider.SchsmProvider;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.SecureRandom;
import java.security.Security;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.util.List;
import java.util.ServiceLoader;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.crypto.Cipher;
import javax.crypto.KeyAgreement;
import javax.crypto.KeyGenerator;
import javax.crypto.Mac;
import javax.crypto.SecretKey;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.IvParameterSpec;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The provider as the JCA meets it: found, without a card, in front of the others, and behind them. */
@Tag("jdk")
class ProviderTest {
    private static final char[] PIN = "648219".toCharArray();
    private static final byte[] DATA = "data".getBytes(StandardCharsets.UTF_8);

    private SimulatorBench bench;
    private Provider registered;

    @BeforeEach
    void open() throws Exception {
        bench = new SimulatorBench();
        registered = bench.source().provider();
    }

    @AfterEach
    void close() {
        Security.removeProvider(registered.getName());
        bench.close();
    }

    // Without a card

    private interface Use {
        void run() throws Exception;
    }

    @TestFactory
    Stream<DynamicTest> everyServiceIsMadeWithoutACardAndSaysAtUseWhatIsMissing() {
        return MechanismTable.all().stream()
                .map(row -> DynamicTest.dynamicTest(row.type() + " " + row.name(), () -> {
                    bench.source().remove();
                    Provider provider = new SchsmProvider()
                            .configure(bench.configuration(bench.source().id()));
                    Object engine = provider.getService(row.type(), row.name()).newInstance(null);
                    assertThat(engine).isNotNull();

                    Throwable thrown = catchThrowable(() -> use(row, provider).run());

                    if (row.type().startsWith("Cert") || row.engine() == EngineKind.MEMORY_KEY_STORE) {
                        assertThat(thrown)
                                .as("certificates need no card, nor does memory")
                                .isNull();
                        return;
                    }
                    assertThat(thrown).isNotNull();
                    assertThat(thrown.getMessage()).isNotBlank();
                    if (row.keyType() == null || row.type().endsWith("Generator")) {
                        boolean ofAKey = row.name().equals("XKEK");
                        assertThat(thrown).hasMessageContaining(ofAKey ? "KeyAgreement ECDH_XKEK" : "ZZSIM000001");
                        assertThat(ofAKey || thrown.getMessage().matches(".*(no card|insert|not there).*"))
                                .as(thrown.getMessage())
                                .isTrue();
                    } else {
                        assertThat(thrown)
                                .isInstanceOf(InvalidKeyException.class)
                                .hasMessageContaining("got from a key store of type SCHSM");
                    }
                }));
    }

    /** What a program would do first, with a key that no provider takes where the engine wants one. */
    private static Use use(Mechanism row, Provider provider) {
        return switch (row.type()) {
            case "KeyStore" -> () -> KeyStore.getInstance(row.name(), provider).load(null, PIN);
            case "Signature" ->
                () -> Signature.getInstance(row.name(), provider).initSign(StrangeKeys.PRIVATE);
            case "Cipher" ->
                () -> Cipher.getInstance(row.name(), provider)
                        .init(
                                row.name().equals("XKEK")
                                        ? Cipher.WRAP_MODE
                                        : row.keyType() == KeyType.RSA ? Cipher.DECRYPT_MODE : Cipher.ENCRYPT_MODE,
                                StrangeKeys.AES);
            case "KeyAgreement" ->
                () -> KeyAgreement.getInstance(row.name(), provider).init(StrangeKeys.PRIVATE);
            case "Mac" -> () -> Mac.getInstance(row.name(), provider).init(StrangeKeys.AES);
            case "KeyPairGenerator" ->
                () -> KeyPairGenerator.getInstance(row.name(), provider).generateKeyPair();
            case "KeyGenerator" ->
                () -> KeyGenerator.getInstance(row.name(), provider).generateKey();
            case "KeyFactory" ->
                () -> KeyFactory.getInstance(row.name(), provider).translateKey(StrangeKeys.PRIVATE);
            case "SecretKeyFactory" ->
                () -> SecretKeyFactory.getInstance(row.name(), provider).translateKey(StrangeKeys.AES);
            case "SecureRandom" ->
                () -> SecureRandom.getInstance(row.name(), provider).nextBytes(new byte[8]);
            case "CertificateFactory" ->
                () -> java.security.cert.CertificateFactory.getInstance(row.name(), provider)
                        .generateCertificate(new ByteArrayInputStream(root()));
            case "CertPathValidator" -> () -> java.security.cert.CertPathValidator.getInstance(row.name(), provider);
            default -> throw new AssertionError("say here what " + row.type() + " is used for first");
        };
    }

    private static byte[] root() throws Exception {
        return new OtherVendor("XXCC0000001").root();
    }

    private static KeyPair softwareKey() throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC", "SunEC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        return generator.generateKeyPair();
    }

    // Found

    @Test
    void serviceLoaderFindsIt() {
        assertThat(ServiceLoader.load(Provider.class).stream().map(ServiceLoader.Provider::type))
                .contains(SchsmProvider.class);
    }

    @Test
    void classNameIsEnough() throws Exception {
        Object made = Class.forName("io.github.schsm.provider.SchsmProvider")
                .getConstructor()
                .newInstance();

        assertThat(made).isInstanceOf(Provider.class);
        assertThat(((Provider) made).isConfigured()).isTrue();
    }

    // In front of the others

    @Test
    void everySoftwareAlgorithmWorksAsBeforeWithItInFront() throws Exception {
        assertThat(Security.insertProviderAt(registered, 1)).isEqualTo(1);
        KeyStore.getInstance("SCHSM").load(null, PIN);

        assertThat(new SecureRandom().getProvider()).isNotSameAs(registered);
        for (String curve : List.of("secp256r1", "secp384r1", "secp521r1")) {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec(curve));
            assertSoftware(generator.generateKeyPair(), "SHA256withECDSA");
        }
        KeyPairGenerator bySize = KeyPairGenerator.getInstance("EC");
        bySize.initialize(256);
        assertSoftware(bySize.generateKeyPair(), "SHA512withECDSAinP1363Format");
        assertSoftware(KeyPairGenerator.getInstance("EC").generateKeyPair(), "NONEwithECDSA");
        KeyPairGenerator rsa = KeyPairGenerator.getInstance("RSA");
        rsa.initialize(2048);
        assertSoftware(rsa.generateKeyPair(), "SHA256withRSA");
        KeyGenerator bySizeToo = KeyGenerator.getInstance("AES");
        bySizeToo.init(256);
        for (SecretKey key :
                List.of(bySizeToo.generateKey(), KeyGenerator.getInstance("AES").generateKey())) {
            assertThat(key.getEncoded()).isNotEmpty();
            assertThat(roundTrip("AES/CBC/PKCS5Padding", key, new IvParameterSpec(new byte[16])))
                    .isEqualTo(DATA);
            assertThat(roundTrip("AES/GCM/NoPadding", key, new GCMParameterSpec(128, new byte[12])))
                    .isEqualTo(DATA);
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(key);
            assertThat(mac.doFinal(DATA)).hasSize(32);
        }
        KeyPair one = KeyPairGenerator.getInstance("EC").generateKeyPair();
        KeyPair other = KeyPairGenerator.getInstance("EC").generateKeyPair();
        assertThat(agreed(one, other)).isEqualTo(agreed(other, one));
        KeyStore pkcs12 = KeyStore.getInstance("PKCS12");
        pkcs12.load(null, null);
        pkcs12.setKeyEntry(
                "k", one.getPrivate(), PIN, new Certificate[] {Pki.create().issue("k", one.getPublic())});
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        pkcs12.store(file, PIN);
        pkcs12.load(new ByteArrayInputStream(file.toByteArray()), PIN);
        assertThat(pkcs12.getKey("k", PIN).getEncoded())
                .isEqualTo(one.getPrivate().getEncoded());
        assertThat(KeyStore.getInstance(KeyStore.getDefaultType()).getProvider())
                .isNotSameAs(registered);
    }

    private static void assertSoftware(KeyPair pair, String algorithm) throws Exception {
        assertThat(pair.getPrivate()).isNotInstanceOf(SchsmKey.class);
        assertThat(pair.getPrivate().getEncoded()).isNotEmpty();
        Signature signature = Signature.getInstance(algorithm);
        signature.initSign(pair.getPrivate());
        byte[] hash = new byte[32];
        signature.update(hash);
        byte[] signed = signature.sign();
        signature.initVerify(pair.getPublic());
        signature.update(hash);
        assertThat(signature.verify(signed)).isTrue();
    }

    private static byte[] roundTrip(
            String transformation, SecretKey key, java.security.spec.AlgorithmParameterSpec parameters)
            throws Exception {
        Cipher cipher = Cipher.getInstance(transformation);
        cipher.init(Cipher.ENCRYPT_MODE, key, parameters);
        byte[] encrypted = cipher.doFinal(DATA);
        Cipher back = Cipher.getInstance(transformation);
        back.init(Cipher.DECRYPT_MODE, key, parameters);
        return back.doFinal(encrypted);
    }

    private static byte[] agreed(KeyPair own, KeyPair peer) throws Exception {
        KeyAgreement agreement = KeyAgreement.getInstance("ECDH");
        agreement.init(own.getPrivate());
        agreement.doPhase(peer.getPublic(), true);
        return agreement.generateSecret();
    }

    @ParameterizedTest
    @CsvSource({"false, TLSv1.3", "false, TLSv1.2", "true, TLSv1.3", "true, TLSv1.2"})
    void tlsServerAndClientAuthenticateWithSoftwareOrDeviceKeysWithItInFront(boolean device, String protocol)
            throws Exception {
        Security.insertProviderAt(registered, 1);
        Pki pki = Pki.create();
        KeyStore keys;
        if (device) {
            keys = KeyStore.getInstance("SCHSM");
            keys.load(null, PIN);
            KeyPair pair = Group.generateEc(registered, "tls", "secp256r1");
            keys.setKeyEntry("tls", pair.getPrivate(), null, pki.chain(pki.issue("localhost", pair.getPublic())));
        } else {
            KeyPair pair = softwareKey();
            keys = KeyStore.getInstance("PKCS12");
            keys.load(null, null);
            keys.setKeyEntry("tls", pair.getPrivate(), PIN, pki.chain(pki.issue("localhost", pair.getPublic())));
        }
        SSLContext context = context(keys, pki.root());

        ExecutorService server = Executors.newSingleThreadExecutor();
        try (SSLServerSocket listening = (SSLServerSocket)
                context.getServerSocketFactory().createServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            listening.setNeedClientAuth(true);
            listening.setEnabledProtocols(new String[] {protocol});
            Future<Certificate> seen = server.submit(() -> {
                try (SSLSocket socket = (SSLSocket) listening.accept()) {
                    socket.getOutputStream().write(socket.getInputStream().read());
                    return socket.getSession().getPeerCertificates()[0];
                }
            });
            try (SSLSocket client = (SSLSocket) context.getSocketFactory()
                    .createSocket(InetAddress.getLoopbackAddress(), listening.getLocalPort())) {
                client.setSoTimeout(60_000);
                client.getOutputStream().write(42);
                assertThat(client.getInputStream().read()).isEqualTo(42);
                assertThat(client.getSession().getPeerCertificates()[0]).isEqualTo(keys.getCertificate("tls"));
            }
            assertThat(seen.get(60, TimeUnit.SECONDS)).isEqualTo(keys.getCertificate("tls"));
        } finally {
            server.shutdownNow();
        }
    }

    private static SSLContext context(KeyStore keys, X509Certificate root) throws Exception {
        KeyManagerFactory keyManagers = KeyManagerFactory.getInstance("PKIX");
        keyManagers.init(new javax.net.ssl.KeyStoreBuilderParameters(
                KeyStore.Builder.newInstance(keys, new KeyStore.PasswordProtection(PIN))));
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        trusted.setCertificateEntry("root", root);
        TrustManagerFactory trustManagers = TrustManagerFactory.getInstance("PKIX");
        trustManagers.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keyManagers.getKeyManagers(), trustManagers.getTrustManagers(), null);
        return context;
    }

    // Wherever it stands

    @ParameterizedTest
    @ValueSource(strings = {"first", "second", "last"})
    void handlesFindTheirProviderAndSoftwareKeysTheirs(String place) throws Exception {
        Security.insertProviderAt(
                registered,
                switch (place) {
                    case "first" -> 1;
                    case "second" -> 2;
                    default -> Security.getProviders().length + 1;
                });
        KeyStore.getInstance("SCHSM").load(null, PIN);
        KeyPair pair = Group.generateEc(registered, "k", "secp256r1");
        KeyGenerator generator = KeyGenerator.getInstance("AES", registered);
        generator.init(SchsmKeySpec.builder("aes").keySize(128).build());
        SecretKey aes = generator.generateKey();
        KeyPair software = softwareKey();

        for (String algorithm : List.of("SHA256withECDSA", "SHA384withECDSAinP1363Format")) {
            for (KeyPair used : List.of(pair, software, pair)) {
                Signature signature = Signature.getInstance(algorithm);
                signature.initSign(used.getPrivate());
                signature.update(DATA);
                byte[] signed = signature.sign();
                assertThat(signature.getProvider().equals(registered)).isEqualTo(used == pair);
                Signature verifier = Signature.getInstance(algorithm);
                verifier.initVerify(used.getPublic());
                verifier.update(DATA);
                assertThat(verifier.verify(signed)).isTrue();
            }
        }
        assertThat(agreed(pair, software)).isEqualTo(agreed(software, pair));
        assertThat(roundTrip("AES/CBC/PKCS5Padding", aes, new IvParameterSpec(new byte[16])))
                .isEqualTo(DATA);
        Mac mac = Mac.getInstance("AESCMAC");
        mac.init(aes);
        assertThat(mac.doFinal(DATA)).hasSize(16);
        assertThat(KeyStore.getInstance("SCHSM").getProvider()).isSameAs(registered);
    }

    @Test
    void plainSpecsAreHonouredWhereItStandsBehind() throws Exception {
        Security.addProvider(registered);
        KeyStore.getInstance("SCHSM").load(null, PIN);
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC", registered.getName());
        generator.initialize(new ECGenParameterSpec("secp384r1"));

        assertThat(generator.generateKeyPair().getPrivate()).isInstanceOf(SchsmKey.class);
    }

    @Test
    void keyFromTheKeyStoreSignsInAPlainJcaProgram() throws Exception {
        Security.addProvider(registered);
        KeyStore keyStore = KeyStore.getInstance("SCHSM");
        keyStore.load(null, PIN);
        KeyPair pair = Group.generatePair(registered, Group.signerSpec("k"));

        Signature signature = Signature.getInstance("SHA256withECDSA");
        signature.initSign((PrivateKey) keyStore.getKey("k", null));
        signature.update(DATA);

        assertThat(Pki.verifies("SHA256withECDSA", pair.getPublic(), DATA, signature.sign()))
                .isTrue();
    }
}
