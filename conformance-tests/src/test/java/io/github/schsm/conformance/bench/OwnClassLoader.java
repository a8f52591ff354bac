// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.github.schsm.bridge.Pkcs11TokenSource;
import io.github.schsm.card.SmartCardHsm;
import io.github.schsm.provider.SchsmProvider;
import io.github.schsm.simulator.VirtualReaders;
import io.github.schsm.spi.Token;
import java.lang.ref.WeakReference;
import java.net.URL;
import java.net.URLClassLoader;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.Provider;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

/** The provider and all it needs in a class loader of its own, as a web application has it. */
public final class OwnClassLoader {
    private static final AtomicInteger NUMBER = new AtomicInteger();
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private OwnClassLoader() {}

    public static URL[] urls() {
        Map<String, URL> urls = new LinkedHashMap<>();
        for (Class<?> type : List.of(
                SchsmProvider.class,
                SmartCardHsm.class,
                Token.class,
                VirtualReaders.class,
                Pkcs11TokenSource.class,
                jnasmartcardio.Smartcardio.class,
                com.sun.jna.Native.class,
                org.xipki.pkcs11.wrapper.PKCS11Module.class,
                org.bouncycastle.jce.provider.BouncyCastleProvider.class,
                org.bouncycastle.cert.X509CertificateHolder.class,
                org.bouncycastle.asn1.x509.Certificate.class)) {
            URL place = type.getProtectionDomain().getCodeSource().getLocation();
            urls.put(place.toString(), place);
        }
        return urls.values().toArray(URL[]::new);
    }

    /** Uses the provider there, closes it, and expects that nothing keeps the class loader. */
    public static void assertIsCollected(String configuration) throws Exception {
        WeakReference<ClassLoader> loader = use(configuration);
        Instant end = Instant.now().plus(PATIENCE);
        while (loader.get() != null && Instant.now().isBefore(end)) {
            System.gc();
            Thread.sleep(50);
        }
        assertThat(loader.get())
                .as("class loader of a provider with " + configuration)
                .isNull();
    }

    private static WeakReference<ClassLoader> use(String configuration) throws Exception {
        try (URLClassLoader loader = new URLClassLoader(urls(), ClassLoader.getPlatformClassLoader())) {
            Class<?> type = loader.loadClass(SchsmProvider.class.getName());
            assertThat(type).isNotEqualTo(SchsmProvider.class);
            Provider first = (Provider) type.getConstructor().newInstance();
            Provider provider = first.configure(configuration);
            use(provider);
            ((AutoCloseable) first).close();
            return new WeakReference<>(loader);
        }
    }

    /** A signature by a new key, which goes again, and what is told after the end. */
    private static void use(Provider provider) throws Exception {
        KeyStore keyStore = KeyStore.getInstance("SCHSM", provider);
        keyStore.load(null, VirtualReaders.USER_PIN.toCharArray());
        Set<String> before = Set.copyOf(Collections.list(keyStore.aliases()));
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC", provider);
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        KeyPair pair = generator.generateKeyPair();
        Signature signature = Signature.getInstance("SHA256withECDSA", provider);
        signature.initSign(pair.getPrivate());
        signature.update((byte) NUMBER.incrementAndGet());
        assertThat(signature.sign()).isNotEmpty();
        keyStore.load(null, VirtualReaders.USER_PIN.toCharArray());
        for (String alias : Collections.list(keyStore.aliases())) {
            if (!before.contains(alias)) {
                keyStore.deleteEntry(alias);
            }
        }

        ((AutoCloseable) provider).close();
        ((AutoCloseable) provider).close();

        assertToldClosed(() -> {
            signature.initSign(pair.getPrivate());
            signature.update((byte) 1);
            signature.sign();
        });
        assertToldClosed(() -> keyStore.load(null, VirtualReaders.USER_PIN.toCharArray()));
        assertToldClosed(() -> KeyStore.getInstance("SCHSM", provider).load(null, null));
        assertToldClosed(() -> KeyPairGenerator.getInstance("EC", provider).generateKeyPair());
    }

    private interface Use {
        void run() throws Exception;
    }

    private static void assertToldClosed(Use use) {
        Throwable told = catchThrowable(use::run);
        assertThat(told).isNotNull().isNotInstanceOf(IllegalStateException.class);
        assertThat(told.getMessage()).contains("closed");
    }
}
