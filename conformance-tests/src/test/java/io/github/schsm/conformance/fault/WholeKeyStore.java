// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.fault;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.Key;
import java.security.KeyStore;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509KeyManager;

/** Whatever programs call in a loop over all entries of a key store. */
final class WholeKeyStore {
    private WholeKeyStore() {}

    /**
     * Every method answers for every entry. One that is a certificate which cannot be read has no content.
     *
     * @return the aliases
     */
    static List<String> assertAnswers(KeyStore keyStore) throws Exception {
        List<String> aliases = Collections.list(keyStore.aliases());
        assertThat(aliases).hasSize(keyStore.size());
        for (String alias : aliases) {
            assertThat(keyStore.containsAlias(alias)).isTrue();
            assertThat(keyStore.isKeyEntry(alias)).isNotEqualTo(keyStore.isCertificateEntry(alias));
            Key key = keyStore.getKey(alias, null);
            assertThat(key != null).as(alias).isEqualTo(keyStore.isKeyEntry(alias));
            keyStore.getCertificate(alias);
            keyStore.getCertificateChain(alias);
            assertThat(keyStore.getCreationDate(alias)).isNotNull();
            KeyStore.Entry entry = keyStore.getEntry(alias, null);
            if (entry == null) {
                // There, so that it can be deleted.
                assertThat(keyStore.getCertificate(alias)).as(alias).isNull();
                assertThat(keyStore.isCertificateEntry(alias)).as(alias).isTrue();
            } else {
                assertThat(keyStore.entryInstanceOf(alias, entry.getClass()))
                        .as(alias)
                        .isTrue();
                entry.getAttributes();
            }
        }
        return aliases;
    }

    /**
     * TLS takes the key store as its keys and as its roots.
     *
     * @param servers alias of an EC key that a server can have
     */
    static void assertServesTls(KeyStore keyStore, char[] pin, String servers) throws Exception {
        for (String factory : new String[] {"SunX509", "NewSunX509"}) {
            KeyManagerFactory keys = KeyManagerFactory.getInstance(factory);
            keys.init(keyStore, pin);
            X509KeyManager manager = (X509KeyManager) keys.getKeyManagers()[0];
            assertThat(Arrays.stream(manager.getServerAliases("EC", null)).anyMatch(alias -> alias.endsWith(servers)))
                    .as(factory)
                    .isTrue();
        }
        TrustManagerFactory.getInstance("PKIX").init(keyStore);
    }
}
