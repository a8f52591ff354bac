// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.schsm.SchsmKeySpec;
import io.github.schsm.UncertifiedKeyEntry;
import io.github.schsm.conformance.bench.Group;
import io.github.schsm.conformance.bench.Pki;
import io.github.schsm.conformance.bench.SimulatorBench;
import io.github.schsm.simulator.ApduRecorder;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.KeyStoreException;
import java.security.Provider;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import javax.crypto.KeyGenerator;
import javax.crypto.SecretKey;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The key store for programs that copy a key into one of their own, and what becomes of theirs with the other type. */
class MemoryKeyStoreTest {
    private static final char[] PIN = "648219".toCharArray();
    private static final char[] ANY = "changeit".toCharArray();

    private SimulatorBench bench;
    private Provider provider;
    private KeyStore onDevice;
    private KeyPair pair;
    private X509Certificate[] chain;
    private Pki pki;

    /** A device with a key "tls" and its chain. */
    @BeforeEach
    void open() throws Exception {
        bench = new SimulatorBench();
        provider = bench.source().provider();
        onDevice = bench.source().keyStore();
        pair = generate("tls");
        pki = Pki.create();
        chain = pki.chain(pki.issue("localhost", pair.getPublic()));
        onDevice.setKeyEntry("tls", pair.getPrivate(), null, chain);
    }

    @AfterEach
    void close() {
        bench.close();
    }

    private KeyPair generate(String label) throws Exception {
        return Group.generateEc(provider, label, "secp256r1");
    }

    private KeyStore inMemory() throws Exception {
        KeyStore keyStore = KeyStore.getInstance("SCHSM-MEMORY", provider);
        keyStore.load(null, null);
        return keyStore;
    }

    private ApduRecorder wire() {
        return bench.source().recorder();
    }

    @Test
    void handlesAndCertificatesAreKeptAndTheDeviceHearsNothing() throws Exception {
        SecretKey aes = secret();
        KeyStore keyStore = inMemory();
        wire().start();
        assertThat(keyStore.size()).isZero();

        keyStore.setKeyEntry("key", pair.getPrivate(), ANY, chain);
        keyStore.setKeyEntry("aes", aes, null, null);
        keyStore.setCertificateEntry("1", pki.root());
        keyStore.setEntry("bare", new UncertifiedKeyEntry(privateKey(), null, java.util.Set.of()), null);
        keyStore.setEntry("again", keyStore.getEntry("key", null), new KeyStore.PasswordProtection(ANY));

        assertThat(Collections.list(keyStore.aliases())).containsExactly("key", "aes", "1", "bare", "again");
        assertThat(keyStore.getKey("key", "wrong".toCharArray())).isSameAs(pair.getPrivate());
        assertThat(keyStore.getKey("key", null)).isSameAs(pair.getPrivate());
        assertThat(keyStore.getKey("aes", ANY)).isSameAs(aes);
        assertThat(keyStore.getCertificateChain("key")).containsExactly(chain);
        assertThat(keyStore.getCertificateChain("1")).isNull();
        assertThat(keyStore.getCertificate("1")).isEqualTo(pki.root());
        assertThat(keyStore.getCertificateAlias(chain[0])).isEqualTo("key");
        assertThat(keyStore.getCertificateAlias(pki.root())).isEqualTo("1");
        assertThat(keyStore.getCertificateAlias(pki.issuer())).isNull();
        assertThat(keyStore.isKeyEntry("bare")).isTrue();
        assertThat(keyStore.isCertificateEntry("1")).isTrue();
        assertThat(keyStore.isCertificateEntry("key")).isFalse();
        assertThat(keyStore.entryInstanceOf("key", KeyStore.PrivateKeyEntry.class))
                .isTrue();
        assertThat(keyStore.entryInstanceOf("aes", KeyStore.SecretKeyEntry.class))
                .isTrue();
        assertThat(keyStore.entryInstanceOf("bare", UncertifiedKeyEntry.class)).isTrue();
        assertThat(keyStore.entryInstanceOf("1", KeyStore.TrustedCertificateEntry.class))
                .isTrue();
        assertThat(keyStore.getEntry("key", new KeyStore.PasswordProtection(ANY)))
                .isInstanceOfSatisfying(KeyStore.PrivateKeyEntry.class, entry -> {
                    assertThat(entry.getPrivateKey()).isSameAs(pair.getPrivate());
                    assertThat(entry.getCertificateChain()).containsExactly(chain);
                });
        assertThat(keyStore.getCreationDate("key")).isNotNull();
        assertThat(keyStore.getCreationDate("none")).isNull();
        keyStore.deleteEntry("key");
        assertThat(keyStore.containsAlias("key")).isFalse();
        keyStore.load(null, ANY);
        assertThat(keyStore.size()).isZero();
        wire().stop();

        assertThat(wire().exchanges()).isEmpty();
        assertThat(onDevice.getKey("tls", null)).isEqualTo(pair.getPrivate());
    }

    private io.github.schsm.SchsmPrivateKey privateKey() {
        return (io.github.schsm.SchsmPrivateKey) pair.getPrivate();
    }

    private SecretKey secret() throws Exception {
        KeyGenerator generator = KeyGenerator.getInstance("AES", provider);
        generator.init(SchsmKeySpec.builder("secret").keySize(128).build());
        return generator.generateKey();
    }

    @Test
    void whatDoesNotBelongIntoItIsRefused() throws Exception {
        KeyStore keyStore = inMemory();
        KeyPair software = KeyPairGenerator.getInstance("EC", "SunEC").generateKeyPair();
        X509Certificate ofSoftware = pki.issue("software", software.getPublic());

        assertThatThrownBy(() -> keyStore.setKeyEntry("k", software.getPrivate(), ANY, pki.chain(ofSoftware)))
                .isInstanceOf(KeyStoreException.class)
                .hasMessageContaining("takes keys that are in devices")
                .hasMessageContaining("PKCS12");
        assertThatThrownBy(() -> keyStore.setKeyEntry("k", pair.getPrivate(), ANY, pki.chain(ofSoftware)))
                .isInstanceOf(KeyStoreException.class)
                .hasMessageContaining("is for another key");
        assertThatThrownBy(() -> keyStore.setKeyEntry("k", pair.getPrivate(), ANY, new Certificate[] {chain[0], null}))
                .isInstanceOf(KeyStoreException.class)
                .hasMessageContaining("element 1");
        assertThatThrownBy(() -> keyStore.setKeyEntry("k", new byte[5], null)).isInstanceOf(KeyStoreException.class);
        assertThatThrownBy(() -> keyStore.setCertificateEntry("k", null)).isInstanceOf(KeyStoreException.class);
        assertThatThrownBy(() -> keyStore.setCertificateEntry(null, pki.root())).isInstanceOf(KeyStoreException.class);
        keyStore.setKeyEntry("k", pair.getPrivate(), ANY, chain);
        assertThatThrownBy(() -> keyStore.setCertificateEntry("k", pki.root()))
                .isInstanceOf(KeyStoreException.class)
                .hasMessageContaining("is a key");
        assertThatThrownBy(() -> keyStore.store(new ByteArrayOutputStream(), ANY))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("in memory and cannot be stored");
        assertThatThrownBy(() -> keyStore.store(null)).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> keyStore.load(new ByteArrayInputStream(new byte[] {1}), ANY))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("has no file");
        keyStore.load(new ByteArrayInputStream(new byte[0]), ANY);
        assertThat(keyStore.size()).isZero();
    }

    /** As Netty and gRPC do it, whose users name the type. */
    @Test
    void copyIntoAKeyStoreOfTheDevicesTypeChangesNothing() throws Exception {
        KeyPair other = generate("other");
        Map<String, String> before = bench.source().state();
        onDevice.load(null, PIN);
        onDevice.getCertificateChain("tls");
        KeyStore own = KeyStore.getInstance("SCHSM", provider);
        own.load(null, null);
        wire().start();
        for (KeyPair copied : List.of(pair, other)) {
            X509Certificate[] given = copied == pair ? chain : pki.chain(pki.issue("localhost", copied.getPublic()));
            assertThatThrownBy(() -> own.setKeyEntry("key", copied.getPrivate(), ANY, given))
                    .isInstanceOf(KeyStoreException.class)
                    .hasMessageContaining("SCHSM-MEMORY")
                    .hasMessageContaining("nothing was changed");
        }
        wire().stop();

        assertThat(wire().count(exchange -> exchange.ins() == 0xD7 || exchange.ins() == 0x68))
                .as("neither written nor signed")
                .isZero();
        assertThat(bench.source().state()).isEqualTo(before);
        onDevice.load(null, PIN);
        assertThat(Collections.list(onDevice.aliases()))
                .contains("tls", "other")
                .doesNotContain("key");
    }

    /** The alias is its own: what is there already is not written again. */
    @Test
    void copyUnderTheSameAliasWritesNothing() throws Exception {
        KeyStore own = KeyStore.getInstance("SCHSM", provider);
        own.load(null, null);
        wire().start();
        own.setKeyEntry("tls", own.getKey("tls", null), ANY, own.getCertificateChain("tls"));
        wire().stop();

        assertThat(wire().count(exchange -> exchange.ins() == 0xD7)).isZero();
    }

    @Test
    void keyThatWasJustMadeWithoutANameGetsOne() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC", provider);
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        KeyPair nameless = generator.generateKeyPair();
        String label = Collections.list(onDevice.aliases()).stream()
                .filter(alias -> alias.startsWith("key-"))
                .findFirst()
                .orElseThrow();
        X509Certificate[] given = pki.chain(pki.issue("localhost", nameless.getPublic()));
        assertThatThrownBy(() -> onDevice.setKeyEntry("copied", onDevice.getKey(label, null), ANY, given))
                .as("a handle that was got later")
                .hasMessageContaining("SCHSM-MEMORY");

        onDevice.setKeyEntry("named", nameless.getPrivate(), null, given);

        assertThat(onDevice.getCertificateChain("named")).containsExactly(given);
        assertThatThrownBy(() -> onDevice.setKeyEntry("key", nameless.getPrivate(), ANY, given))
                .as("it has a name now")
                .hasMessageContaining("SCHSM-MEMORY");
    }
}
