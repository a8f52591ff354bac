// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.conformance.bench.Group;
import io.github.schsm.conformance.bench.OwnClassLoader;
import io.github.schsm.conformance.bench.SoftHsm;
import io.github.schsm.provider.SchsmProvider;
import io.github.schsm.simulator.SimulatedDevice;
import io.github.schsm.simulator.VirtualReaders;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyStore;
import java.security.Provider;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A provider that was closed leaves nothing behind, and takes nothing from others. */
@Timeout(300)
@Tag("jdk")
class ClosedProviderTest {
    private static final AtomicInteger NUMBER = new AtomicInteger(880_000);

    @RepeatedTest(2)
    void itsClassLoaderIsCollectedAfterSimulatedDevices(@TempDir Path folder) throws Exception {
        OwnClassLoader.assertIsCollected("terminal = simulator:memory");
        OwnClassLoader.assertIsCollected("terminal = simulator:" + folder);
        // The folder's lock was given back.
        try (VirtualReaders readers = VirtualReaders.folder(folder)) {
            assertThat(readers.deviceIds()).containsExactly(VirtualReaders.DEFAULT_DEVICE);
        }
    }

    @RepeatedTest(2)
    void itsClassLoaderIsCollectedAfterAModule() throws Exception {
        SoftHsm.SoftToken token = SoftHsm.module().newToken();
        OwnClassLoader.assertIsCollected(
                "terminal = pkcs11:" + SoftHsm.module().path() + "; device = " + token.serial());
    }

    private static KeyPair generate(Provider provider, String label) throws Exception {
        return Group.generatePair(
                provider,
                io.github.schsm.SchsmKeySpec.builder(label)
                        .parameters(new ECGenParameterSpec("secp256r1"))
                        .build());
    }

    private static KeyStore load(Provider provider) throws Exception {
        KeyStore keyStore = KeyStore.getInstance("SCHSM", provider);
        keyStore.load(null, VirtualReaders.USER_PIN.toCharArray());
        return keyStore;
    }

    private static void assertSigns(Provider provider, KeyPair pair) throws Exception {
        Signature signature = Signature.getInstance("SHA256withECDSA", provider);
        signature.initSign(pair.getPrivate());
        signature.update((byte) 1);
        assertThat(signature.sign()).isNotEmpty();
    }

    @Test
    void anotherProviderOnTheSameDeviceGoesOn() throws Exception {
        String configuration = "terminal = simulator:memory; device = ZZSIM" + NUMBER.incrementAndGet();
        try (SchsmProvider first = new SchsmProvider();
                SchsmProvider other = (SchsmProvider) first.configure(configuration)) {
            SchsmProvider closed = (SchsmProvider) first.configure(configuration);
            load(closed);
            load(other);
            KeyPair pair = generate(other, "other's");
            closed.close();
            assertSigns(other, pair);
        }
    }

    @Test
    void theLastOneLogsOut() throws Exception {
        String id = "ZZSIM" + NUMBER.incrementAndGet();
        SimulatedDevice device = VirtualReaders.memory().device(id);
        SchsmProvider provider =
                (SchsmProvider) new SchsmProvider().configure("terminal = simulator:memory; device = " + id);
        load(provider);
        device.recorder().start();
        provider.close();
        device.recorder().stop();
        assertThat(device.recorder().exchanges())
                .as("SELECT, which logs out")
                .anyMatch(exchange -> exchange.ins() == 0xA4);
    }

    @Test
    void oneThatWasNeverUsedIsClosedWithoutATouch() {
        SchsmProvider provider = (SchsmProvider) new SchsmProvider().configure("terminal = pcsc");
        provider.close();
        provider.close();
    }

    @Test
    void aModuleIsUsedAgainAfterItsEnd() throws Exception {
        SoftHsm.SoftToken token = SoftHsm.module().newToken();
        for (int i = 0; i < 2; i++) {
            try (SchsmProvider provider = (SchsmProvider) new SchsmProvider()
                    .configure("terminal = pkcs11:" + SoftHsm.module().path() + "; device = " + token.serial())) {
                load(provider);
                assertSigns(provider, generate(provider, "key " + i));
            }
        }
    }
}
