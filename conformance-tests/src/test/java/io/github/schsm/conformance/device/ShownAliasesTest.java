// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.schsm.SchsmDevice;
import io.github.schsm.SchsmDomain;
import io.github.schsm.SchsmLoadParameter;
import io.github.schsm.conformance.bench.Bench;
import io.github.schsm.conformance.bench.BenchKind;
import io.github.schsm.conformance.bench.Group;
import io.github.schsm.conformance.bench.OnBenches;
import io.github.schsm.conformance.bench.Pki;
import io.github.schsm.provider.SchsmProvider;
import java.io.IOException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.KeyStoreException;
import java.security.Provider;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.util.Collections;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Key stores that show some of the entries, and change no other. */
@OnBenches(
        value = {BenchKind.SIMULATOR, BenchKind.DOMAIN, BenchKind.SOFTHSM},
        repeated = {BenchKind.RAM})
class ShownAliasesTest {
    private static final char[] PIN = "648219".toCharArray();

    private final BenchKind kind;
    private Bench bench;
    private KeyStore everything;
    private KeyPair tls;
    private KeyPair other;
    private X509Certificate root;

    ShownAliasesTest(BenchKind kind) {
        this.kind = kind;
    }

    /** Keys "tls", "tls2", "other", and the certificate "ca". */
    @BeforeEach
    void open() throws Exception {
        bench = kind.open();
        everything = bench.source().keyStore();
        other = generate("other");
        tls = generate("tls");
        generate("tls2");
        root = Pki.create().root();
        everything.setCertificateEntry("ca", root);
    }

    /** Clears the bench. */
    @AfterEach
    void close() throws Exception {
        bench.close();
    }

    private KeyPair generate(String label) throws Exception {
        return Group.generateEc(bench.source().provider(), label, "secp256r1");
    }

    private Provider showing(String patterns) {
        return new SchsmProvider().configure(bench.source().configuration() + "; alias = " + patterns);
    }

    private KeyStore shown(String patterns) throws Exception {
        KeyStore keyStore = KeyStore.getInstance("SCHSM", showing(patterns));
        keyStore.load(null, PIN);
        return keyStore;
    }

    @Test
    void nothingElseIsThere() throws Exception {
        KeyStore keyStore = shown("tls, no-such-*");

        assertThat(Collections.list(keyStore.aliases())).containsExactly("tls");
        assertThat(keyStore.size()).isEqualTo(1);
        assertThat(keyStore.getKey("tls", null)).isEqualTo(tls.getPrivate());
        for (String hidden : new String[] {"other", "tls2", "ca"}) {
            assertThat(keyStore.containsAlias(hidden)).isFalse();
            assertThat(keyStore.isKeyEntry(hidden)).isFalse();
            assertThat(keyStore.isCertificateEntry(hidden)).isFalse();
            assertThat(keyStore.getKey(hidden, PIN)).isNull();
            assertThat(keyStore.getEntry(hidden, null)).isNull();
            assertThat(keyStore.getCertificate(hidden)).isNull();
            assertThat(keyStore.getCertificateChain(hidden)).isNull();
            assertThat(keyStore.getCreationDate(hidden)).isNull();
            assertThat(keyStore.entryInstanceOf(hidden, KeyStore.PrivateKeyEntry.class))
                    .isFalse();
        }
        assertThat(keyStore.getCertificateAlias(root)).isNull();
    }

    @Test
    void patternsFitSeveral() throws Exception {
        assertThat(Collections.list(shown("tls*").aliases())).containsExactly("tls", "tls2");
        assertThat(Collections.list(shown("?t*, c?").aliases())).containsExactly("other", "ca");
        assertThat(Collections.list(shown("*").aliases()))
                .containsExactlyElementsOf(Collections.list(everything.aliases()));
        assertThat(shown("none").size()).isZero();
    }

    @Test
    void chainIsCompletedFromWhatIsNotShown() throws Exception {
        Pki pki = Pki.create();
        X509Certificate leaf = pki.issue("localhost", tls.getPublic());
        KeyStore keyStore = shown("tls");

        keyStore.setKeyEntry("tls", keyStore.getKey("tls", null), null, pki.chain(leaf));

        assertThat(keyStore.getCertificateChain("tls")).containsExactly(pki.chain(leaf));
        assertThat(keyStore.size()).isEqualTo(1);
        assertThat(keyStore.getCertificateAlias(leaf)).isEqualTo("tls");
    }

    @Test
    void programAsksForFewer() throws Exception {
        KeyStore keyStore = KeyStore.getInstance("SCHSM", showing("tls*"));
        SchsmLoadParameter parameter = new SchsmLoadParameter(new KeyStore.PasswordProtection(PIN));

        keyStore.load(parameter.withAliases("*2", "other"));
        assertThat(Collections.list(keyStore.aliases())).containsExactly("tls2");

        keyStore.load(parameter);
        assertThat(Collections.list(keyStore.aliases())).containsExactly("tls", "tls2");
        assertThat(Collections.list(everything.aliases())).contains("other", "ca");
    }

    @Test
    void whatIsNotShownIsNotChanged() throws Exception {
        KeyStore keyStore = shown("tls");
        KeyStore.Entry entry = everything.getEntry("other", null);
        Pki pki = Pki.create();
        X509Certificate[] chain = pki.chain(pki.issue("other", other.getPublic()));

        assertRefused(() -> keyStore.deleteEntry("other"));
        assertRefused(() -> keyStore.deleteEntry("nothing"));
        assertRefused(() -> keyStore.setKeyEntry("other", other.getPrivate(), null, chain));
        assertRefused(() -> keyStore.setEntry("other", entry, null));
        assertRefused(() -> keyStore.setEntry("mine", entry, null));
        assertRefused(() -> keyStore.setCertificateEntry("ca", root));
        assertRefused(() -> keyStore.setKeyEntry("blob", new byte[100], null));

        assertThat(Collections.list(everything.aliases())).contains("tls", "tls2", "other", "ca");
        keyStore.deleteEntry("tls");
        assertThat(keyStore.size()).isZero();
    }

    private static void assertRefused(ThrowingCallable change) {
        assertThatThrownBy(change).isInstanceOf(KeyStoreException.class).hasMessageContaining("alias = tls");
    }

    /** A key that is hidden cannot be brought into view either. */
    @Test
    void hiddenKeyIsNotRenamed() throws Exception {
        KeyStore keyStore = shown("tls, new");

        assertThatThrownBy(() -> keyStore.setEntry("new", everything.getEntry("other", null), null))
                .isInstanceOf(KeyStoreException.class)
                .hasMessageContaining("not shown by this key store");
        keyStore.setEntry("new", keyStore.getEntry("tls", null), null);

        assertThat(Collections.list(keyStore.aliases())).containsExactly("new");
        assertThat(everything.containsAlias("other")).isTrue();
    }

    @Test
    void newKeyGetsAnAliasThatIsShown() throws Exception {
        Provider provider = showing("fresh");
        KeyStore keyStore = KeyStore.getInstance("SCHSM", provider);
        keyStore.load(null, PIN);
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC", provider);
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        KeyPair made = generator.generateKeyPair();
        Pki pki = Pki.create();
        X509Certificate[] chain = pki.chain(pki.issue("localhost", made.getPublic()));
        assertThat(keyStore.size()).isZero();

        keyStore.setKeyEntry("fresh", made.getPrivate(), null, chain);

        assertThat(keyStore.getCertificateChain("fresh")).containsExactly(chain);
        assertThat(keyStore.size()).isEqualTo(1);
    }

    /** The devices themselves are not limited. */
    @Test
    void devicesShowEverything() throws Exception {
        KeyStore keyStore = shown("tls");
        SchsmDevice.of(keyStore).rename("other", "another");
        everything.load(null, PIN);
        assertThat(everything.containsAlias("another")).isTrue();
        if (kind == BenchKind.DOMAIN) {
            assertThat(SchsmDomain.of(keyStore).copies("another")).isNotEmpty();
        }
    }

    @Test
    void mistakeInThePatternsIsTold() throws Exception {
        KeyStore keyStore = KeyStore.getInstance("SCHSM", showing("tls,"));

        assertThatThrownBy(() -> keyStore.load(null, PIN))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("alias = tls, is no list of aliases");
    }
}
