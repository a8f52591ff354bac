// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.schsm.DeviceIdentity;
import io.github.schsm.Kdm;
import io.github.schsm.KeyDomainException;
import io.github.schsm.SchsmDevice;
import io.github.schsm.conformance.bench.Group;
import io.github.schsm.conformance.bench.ReadersTokenSource;
import io.github.schsm.provider.SchsmProvider;
import io.github.schsm.simulator.SimulatedDevice;
import io.github.schsm.simulator.VirtualReaders;
import io.github.schsm.simulator.profile.DeviceProfile;
import io.github.schsm.simulator.profile.Quirk;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPair;
import java.security.KeyStore;
import java.security.Provider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Devices that even a name does not tell apart: without a certificate, or with the same one in each they signed. */
class NamelessDevicesTest {
    private static final char[] PIN = "648219".toCharArray();

    @TempDir
    private Path folder;

    private static String terminal(Quirk... quirks) throws Exception {
        VirtualReaders readers =
                VirtualReaders.create(DeviceProfile.smartCardHsm4k().with(quirks));
        readers.device("ZZSIM000001");
        readers.device("ZZSIM000002");
        return ReadersTokenSource.offer(readers);
    }

    private static KeyStore keyStore(Provider provider) throws Exception {
        KeyStore keyStore = KeyStore.getInstance("SCHSM", provider);
        keyStore.load(null, PIN);
        return keyStore;
    }

    private static Provider provider(String terminal, String settings) {
        return new SchsmProvider().configure("terminal = " + terminal + "; " + settings);
    }

    /** They have no key that is known either: the reader tells. */
    @Test
    void withoutACertificateTheReaderTells() throws Exception {
        String terminal = terminal(Quirk.NO_DEVICE_CERTIFICATE);
        assertThatThrownBy(() -> keyStore(provider(terminal, "trust = simulator")))
                .hasMessageContaining("several")
                .hasMessageContaining("'Simulator ZZSIM000001'")
                .hasMessageContaining("'Simulator ZZSIM000002'")
                .hasMessageContaining("reader = ");
        KeyPair[] pairs = new KeyPair[2];
        for (int i = 0; i < 2; i++) {
            Provider chosen = provider(terminal, "trust = simulator; reader = 00000" + (i + 1));
            keyStore(chosen);
            pairs[i] = Group.generatePair(chosen, Group.signerSpec("same"));
        }
        assertThat(pairs[0].getPrivate()).isNotEqualTo(pairs[1].getPrivate());
        ReadersTokenSource.withdraw(terminal);
    }

    /** A stored PIN that one of them refused is not sent to it again because the other one has all its tries. */
    @Test
    void withoutACertificateEachRefusesItsOwnPins() throws Exception {
        VirtualReaders readers =
                VirtualReaders.create(DeviceProfile.smartCardHsm4k().with(Quirk.NO_DEVICE_CERTIFICATE));
        SimulatedDevice device = readers.device("ZZSIM000001");
        readers.device("ZZSIM000002");
        String terminal = ReadersTokenSource.offer(readers);
        Path pin = Files.writeString(folder.resolve("pin"), "111111");
        Files.setPosixFilePermissions(pin, PosixFilePermissions.fromString("rw-------"));
        Provider second = provider(terminal, "trust = simulator; reader = 000002");
        device.recorder().start();
        for (int i = 0; i < 3; i++) {
            Provider first = provider(terminal, "trust = simulator; reader = 000001; pin = file:" + pin);
            KeyStore.getInstance("SCHSM", first).load(null, null);
            assertThatThrownBy(() -> Group.generatePair(first, Group.signerSpec("same")))
                    .hasStackTraceContaining("PIN");
            KeyStore other = KeyStore.getInstance("SCHSM", second);
            other.load(null, null);
            SchsmDevice.of(other).administration().userPin();
            keyStore(second);
        }
        assertThat(device.recorder().count(exchange -> exchange.ins() == 0x20 && exchange.dataLength() > 0))
                .as("PINs sent")
                .isEqualTo(1);
        ReadersTokenSource.withdraw(terminal);
    }

    /** The very same holder reference, in certificates that the devices signed themselves. */
    @Test
    void selfSignedDevicesOfOneNameAreMembersOfOneGroup() throws Exception {
        String terminal = terminal(Quirk.SELF_SIGNED_DEVICE, Quirk.SHARED_DEVICE_ID);
        DeviceIdentity[] identities = new DeviceIdentity[2];
        for (int i = 0; i < 2; i++) {
            KeyStore keyStore = keyStore(provider(terminal, "reader = 00000" + (i + 1)));
            identities[i] = SchsmDevice.of(keyStore).identity();
            Files.write(folder.resolve(i + ".cvc"), identities[i].encode());
        }
        assertThat(identities[0].chr()).isEqualTo(identities[1].chr()).isEqualTo("ESPICOHSMTR00001");
        assertThat(identities[0].isSameDevice(identities[1])).isFalse();
        assertThatThrownBy(() -> keyStore(provider(terminal, "device = ESPICOHSMTR")))
                .hasMessageContaining(identities[0].uniqueName())
                .hasMessageContaining(identities[1].uniqueName());
        Provider first = provider(
                terminal,
                "device = " + identities[0].uniqueName() + "; trust = file:" + folder.resolve("0.cvc") + ", file:"
                        + folder.resolve("1.cvc"));
        keyStore(first);
        KeyPair signer = Group.generatePair(first, Group.signerSpec("signer"));

        Kdm kdm = Kdm.parse(Kdm.issue(signer, identities[1]).encode());

        kdm.verifyFor(identities[1]);
        assertThatThrownBy(() -> kdm.verifyFor(identities[0]))
                .isInstanceOf(KeyDomainException.class)
                .hasMessageContaining("is for device " + identities[1].uniqueName())
                .hasMessageContaining("this is device " + identities[0].uniqueName())
                .hasMessageNotContaining("was changed");
        ReadersTokenSource.withdraw(terminal);
    }
}
