// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.schsm.conformance.bench.OwnClassLoader;
import io.github.schsm.provider.SchsmProvider;
import java.net.URLClassLoader;
import java.security.KeyFactory;
import java.security.KeyPairGenerator;
import java.security.Provider;
import java.security.Security;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.X509EncodedKeySpec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Two web applications register a provider each, of classes of their own: they do not hand work to and fro. */
class TwoCopiesTest {
    private URLClassLoader loader;
    private Provider ours;
    private Provider theirs;

    @BeforeEach
    void open() throws Exception {
        loader = new URLClassLoader(OwnClassLoader.urls(), ClassLoader.getPlatformClassLoader());
        ours = new SchsmProvider().configure("terminal = simulator:memory; name = ours");
        theirs = ((Provider) loader.loadClass(SchsmProvider.class.getName())
                        .getConstructor()
                        .newInstance())
                .configure("terminal = simulator:memory; name = theirs");
        assertThat(theirs.getClass()).isNotEqualTo(ours.getClass());
    }

    @AfterEach
    void close() throws Exception {
        Security.removeProvider(ours.getName());
        Security.removeProvider(theirs.getName());
        loader.close();
    }

    @Test
    void aMalformedKeyIsRefused() throws Exception {
        Security.addProvider(ours);
        Security.addProvider(theirs);
        KeyFactory factory = KeyFactory.getInstance("EC");

        assertThatThrownBy(() -> factory.generatePublic(new X509EncodedKeySpec(new byte[] {0x30, 0})))
                .isInstanceOf(InvalidKeySpecException.class);
    }

    @Test
    void anEarlyCallComesBack() throws Exception {
        Security.addProvider(ours);
        Security.addProvider(theirs);
        for (Provider one : new Provider[] {ours, theirs}) {
            Signature signature = Signature.getInstance("SHA256withECDSA", one);

            assertThatThrownBy(() -> signature.setParameter(new ECGenParameterSpec("secp256r1")))
                    .isInstanceOf(Exception.class);
        }
    }

    @Test
    void inFrontOfAllNeitherTakesOverKeyGeneration() throws Exception {
        Security.insertProviderAt(ours, 1);
        Security.insertProviderAt(theirs, 2);
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");

        generator.initialize(256);

        assertThat(generator.generateKeyPair().getPrivate().getEncoded()).isNotNull();
    }
}
