// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.schsm.DeviceException;
import io.github.schsm.DeviceInitialization;
import io.github.schsm.SchsmDevice;
import io.github.schsm.SchsmKeySpec;
import io.github.schsm.UnsupportedByDeviceException;
import io.github.schsm.card.files.WrappedKeyBlob;
import io.github.schsm.conformance.bench.Group;
import io.github.schsm.conformance.bench.Pki;
import io.github.schsm.conformance.bench.SimulatorBench;
import io.github.schsm.mechanism.Feature;
import io.github.schsm.mechanism.Mechanism;
import io.github.schsm.mechanism.MechanismTable;
import io.github.schsm.simulator.Fault;
import io.github.schsm.simulator.Faults;
import io.github.schsm.simulator.profile.DeviceProfile;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStoreException;
import java.security.Provider;
import java.security.ProviderException;
import java.security.SecureRandom;
import java.security.Signature;
import javax.crypto.KeyGenerator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a device with old firmware refuses is explained by its version, and only then. */
class OldFirmwareTest {
    private SimulatorBench bench;
    private Provider provider;
    private SchsmDevice device;

    @BeforeEach
    void open() throws Exception {
        bench = new SimulatorBench(DeviceProfile.smartCardHsm26());
        provider = bench.source().provider();
        device = SchsmDevice.of(bench.source().keyStore());
    }

    @AfterEach
    void close() {
        bench.close();
    }

    @Test
    void aesKeysNeedFirmware3() throws Exception {
        KeyGenerator generator = KeyGenerator.getInstance("AES", provider);
        generator.init(SchsmKeySpec.builder("aes").keySize(256).build());

        assertThatThrownBy(generator::generateKey)
                .isInstanceOf(ProviderException.class)
                .hasMessageContainingAll("AES keys", "needs firmware 3.0, this is 2.6")
                .cause()
                .isInstanceOf(UnsupportedByDeviceException.class)
                .cause()
                .isInstanceOf(DeviceException.class);
        assertThat(bench.source().keyStore().size()).as("nothing is left").isZero();
    }

    @Test
    void longRsaKeysNeedFirmware3() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA", provider);
        generator.initialize(SchsmKeySpec.builder("rsa").keySize(3072).build());

        assertThatThrownBy(generator::generateKeyPair)
                .isInstanceOf(ProviderException.class)
                .hasMessageContainingAll("RSA keys of more than 2048 bits", "needs firmware 3.0, this is 2.6")
                .hasCauseInstanceOf(UnsupportedByDeviceException.class);
        assertThat(bench.source().keyStore().size()).as("nothing is left").isZero();
    }

    @Test
    void wrappedAesKeysNeedFirmware3() throws Exception {
        byte[] blob = WrappedKeyBlob.wrap(
                        new byte[32], WrappedKeyBlob.AES, new byte[0], new byte[0], new byte[18], new SecureRandom())
                .encode();

        assertThatThrownBy(() -> bench.source().keyStore().setKeyEntry("aes", blob, null))
                .isInstanceOf(KeyStoreException.class)
                .hasMessageContaining("needs firmware 3.0, this is 2.6");
    }

    @Test
    void beforeVersion24FreeMemoryIsNotTold() throws Exception {
        try (SimulatorBench older =
                new SimulatorBench(DeviceProfile.smartCardHsm26().withFirmware(2, 3))) {
            assertThat(SchsmDevice.of(older.source().keyStore())
                            .administration()
                            .freeMemory())
                    .isEqualTo(-1);
        }
        assertThat(device.administration().freeMemory()).isPositive();
    }

    @Test
    void keyDomainsNeedFirmware3() throws Exception {
        for (int slot : new int[] {0, 1}) {
            assertThatThrownBy(() -> device.createDkekDomain(slot, 1))
                    .as("slot %d", slot)
                    .isInstanceOf(UnsupportedByDeviceException.class)
                    .hasMessageContainingAll("key domains", "needs firmware 3.0, this is 2.6");
        }
        assertThatThrownBy(() -> device.keyDomain(1))
                .isInstanceOf(UnsupportedByDeviceException.class)
                .hasMessageContaining("needs firmware 3.0, this is 2.6");
        assertThat(device.keyDomains()).isEmpty();
        DeviceInitialization settings = DeviceInitialization.builder(
                        "648219".toCharArray(), "3537363231383830".toCharArray())
                .keyDomainSlots(4)
                .build();
        assertThatThrownBy(() -> device.administration().initialize(settings))
                .isInstanceOf(UnsupportedByDeviceException.class)
                .hasMessageContaining("needs firmware 3.0, this is 2.6");
    }

    @Test
    void whatOldFirmwareHasWorks() throws Exception {
        KeyPair pair = Group.generateEc(provider, "k", "secp256r1");
        Signature signature = Signature.getInstance("SHA256withECDSA", provider);
        signature.initSign(pair.getPrivate());
        assertThat(Pki.verifies("SHA256withECDSA", pair.getPublic(), new byte[0], signature.sign()))
                .isTrue();
        assertThat(device.info().firmware()).isEqualTo("2.6");
    }

    @Test
    void otherRefusalsAndNewerDevicesAreNotExplainedByFirmware() throws Exception {
        KeyGenerator generator = KeyGenerator.getInstance("AES", provider);
        generator.init(SchsmKeySpec.builder("aes").keySize(256).build());
        bench.source().device().faults().add(1, Faults.instruction(0x48), Fault.status(0x6A84));
        assertThatThrownBy(generator::generateKey)
                .isInstanceOf(ProviderException.class)
                .hasMessageContaining("no memory")
                .hasMessageNotContaining("firmware");

        try (SimulatorBench newer = new SimulatorBench()) {
            newer.source().keyStore();
            KeyGenerator there = KeyGenerator.getInstance("AES", newer.source().provider());
            there.init(SchsmKeySpec.builder("aes").keySize(256).build());
            newer.source().device().faults().add(1, Faults.instruction(0x48), Fault.status(0x6D00));
            assertThatThrownBy(there::generateKey)
                    .isInstanceOf(ProviderException.class)
                    .hasMessageNotContaining("needs firmware");
        }
    }

    @Test
    void mechanismTableHasTheVersionsOfTheFeatures() {
        assertThat(MechanismTable.find("KeyGenerator", "AES").map(Mechanism::minFirmware))
                .contains(Feature.AES.minFirmware());
        assertThat(MechanismTable.find("Cipher", "XKEK").map(Mechanism::minFirmware))
                .contains(Feature.XKEK.minFirmware());
        assertThat(Feature.XKEK.isNewerThan(3, 3)).isTrue();
        assertThat(Feature.XKEK.isNewerThan(3, 4)).isFalse();
        assertThat(Feature.XKEK.isNewerThan(4, 0)).isFalse();
        assertThat(Feature.FREE_MEMORY.isNewerThan(1, 9)).isTrue();
    }
}
