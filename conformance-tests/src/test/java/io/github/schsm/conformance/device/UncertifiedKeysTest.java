// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.device;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.SchsmKeySpec;
import io.github.schsm.SchsmPrivateKey;
import io.github.schsm.UncertifiedKeyEntry;
import io.github.schsm.conformance.bench.Group;
import io.github.schsm.conformance.bench.Pki;
import io.github.schsm.conformance.bench.SimulatorBench;
import java.security.Key;
import java.security.KeyPair;
import java.security.KeyStore;
import java.security.Provider;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import javax.crypto.KeyGenerator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Programs that list all keys and cast each chain to X.509 find the certified keys beside all that is none. */
class UncertifiedKeysTest {
    private SimulatorBench bench;
    private KeyStore keyStore;

    @BeforeEach
    void makeKeys() throws Exception {
        bench = new SimulatorBench();
        Provider provider = bench.source().provider();
        keyStore = bench.source().keyStore();
        generate(provider, "bare");
        KeyGenerator aes = KeyGenerator.getInstance("AES", provider);
        aes.init(SchsmKeySpec.builder("secret").keySize(128).build());
        aes.generateKey();
        Pki.create().certify(keyStore, "certified", generate(provider, "certified"));
    }

    @AfterEach
    void close() {
        bench.close();
    }

    private static KeyPair generate(Provider provider, String label) throws Exception {
        return Group.generateEc(provider, label, "secp256r1");
    }

    /** As the European Commission's DSS does it: what is no private key entry is named in its log by its class. */
    @Test
    void aListingThatCastsChainsFindsTheCertifiedKeys() throws Exception {
        List<String> found = new ArrayList<>();
        List<String> passedOver = new ArrayList<>();
        for (String alias : Collections.list(keyStore.aliases())) {
            if (keyStore.isKeyEntry(alias)) {
                KeyStore.Entry entry = keyStore.getEntry(
                        alias, new KeyStore.PasswordProtection(bench.source().pin()));
                if (entry instanceof KeyStore.PrivateKeyEntry pair) {
                    for (Certificate certificate : pair.getCertificateChain()) {
                        found.add(((X509Certificate) certificate)
                                .getSubjectX500Principal()
                                .getName());
                    }
                } else {
                    passedOver.add(entry.getClass().getSimpleName());
                }
            }
        }

        assertThat(found).containsExactly("CN=certified", "CN=Test Issuer", "CN=Test Root");
        assertThat(passedOver).containsExactlyInAnyOrder("UncertifiedKeyEntry", "SecretKeyEntry");
    }

    @Test
    void theOthersAreEntriesOfTheirOwnKind() throws Exception {
        UncertifiedKeyEntry entry = (UncertifiedKeyEntry) keyStore.getEntry("bare", null);
        Key key = keyStore.getKey("bare", null);

        assertThat(entry.getPrivateKey()).isInstanceOf(SchsmPrivateKey.class).isEqualTo(key);
        assertThat(entry.getCertificate()).contains(keyStore.getCertificate("bare"));
        assertThat(entry.getAttributes()).isNotEmpty();
        assertThat(keyStore.entryInstanceOf("bare", UncertifiedKeyEntry.class)).isTrue();
        assertThat(keyStore.entryInstanceOf("certified", UncertifiedKeyEntry.class))
                .isFalse();
        keyStore.setEntry("renamed", entry, null);
        assertThat(keyStore.getKey("renamed", null)).isNotNull();
        assertThat(keyStore.containsAlias("bare")).isFalse();
    }
}
