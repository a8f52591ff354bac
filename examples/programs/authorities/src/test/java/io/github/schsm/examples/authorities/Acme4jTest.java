// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.examples.authorities;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.examples.support.DeviceKeys;
import io.github.schsm.examples.support.DeviceWorld;
import io.github.schsm.examples.support.KeyKind;
import io.github.schsm.examples.support.Recipe;
import io.github.schsm.examples.support.Verdict;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.shredzone.acme4j.AccountBuilder;
import org.shredzone.acme4j.Login;
import org.shredzone.acme4j.Order;
import org.shredzone.acme4j.Session;

@Recipe(program = "acme4j", version = "4.0.0", verdict = Verdict.UNCHANGED, how = "`KeyPair`s of public key and handle")
class Acme4jTest {
    @TempDir
    private Path folder;

    private static X509Certificate[] order(KeyStore keyStore, String server, String account, String alias)
            throws Exception {
        // region acme4j
        KeyPair accountKey = new KeyPair(
                keyStore.getCertificate(account).getPublicKey(), (PrivateKey) keyStore.getKey(account, null));
        KeyPair domainKey =
                new KeyPair(keyStore.getCertificate(alias).getPublicKey(), (PrivateKey) keyStore.getKey(alias, null));

        Login login = new AccountBuilder()
                .agreeToTermsOfService()
                .useKeyPair(accountKey)
                .createLogin(new Session(server));
        Order order = login.newOrder().domain("localhost").create();
        // ... the challenges, as with any other key ...
        order.execute(domainKey);
        order.waitForCompletion(Duration.ofMinutes(1));
        X509Certificate[] chain = order.getCertificate().getCertificateChain().toArray(X509Certificate[]::new);
        keyStore.setKeyEntry(alias, domainKey.getPrivate(), null, chain);
        // endregion
        return chain;
    }

    private void ordersACertificate(KeyKind account, KeyKind domain, String algorithm) throws Exception {
        try (DeviceWorld world = DeviceWorld.in(folder).register();
                AcmeServer server = new AcmeServer(world.authority())) {
            DeviceKeys keys = new DeviceKeys(world);
            world.key("account", account);

            X509Certificate[] chain = order(world.keyStore(), server.directory(), "account", keys.alias(domain));

            assertThat(server.algorithms()).hasSizeGreaterThan(2).containsOnly(algorithm);
            assertThat(world.chain(keys.alias(domain))).isEqualTo(chain);
            assertThat(chain[0].getPublicKey()).isEqualTo(keys.publicKey(domain));
            chain[0].verify(world.authority().issuer().getPublicKey());
        }
    }

    @Test
    void ordersACertificate() throws Exception {
        ordersACertificate(KeyKind.P256, KeyKind.P256, "ES256");
    }

    @ParameterizedTest
    @CsvSource({"P384, P384, ES384", "RSA2048, RSA2048, RS256"})
    @Tag("programs")
    void ordersByOtherKeys(KeyKind account, KeyKind domain, String algorithm) throws Exception {
        ordersACertificate(account, domain, algorithm);
    }
}
