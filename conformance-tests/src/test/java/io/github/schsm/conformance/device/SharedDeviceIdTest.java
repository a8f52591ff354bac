// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.github.schsm.DeviceIdentity;
import io.github.schsm.InvalidRequestException;
import io.github.schsm.Kdm;
import io.github.schsm.KeyAlgorithm;
import io.github.schsm.KeyDomain;
import io.github.schsm.KeyDomainException;
import io.github.schsm.KeyMigration;
import io.github.schsm.SchsmDevice;
import io.github.schsm.SchsmKeySpec;
import io.github.schsm.SchsmLoadParameter;
import io.github.schsm.conformance.bench.Group;
import io.github.schsm.conformance.bench.ReadersTokenSource;
import io.github.schsm.provider.SchsmProvider;
import io.github.schsm.simulator.SimulatedDevice;
import io.github.schsm.simulator.VirtualReaders;
import io.github.schsm.simulator.profile.DeviceProfile;
import io.github.schsm.simulator.profile.Quirk;
import java.security.KeyPair;
import java.security.KeyStore;
import java.security.Provider;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A device is its public key. Its id is a name, which several devices may have, as those with an open firmware do. */
class SharedDeviceIdTest {
    private static final char[] PIN = "648219".toCharArray();
    private static final String ID = "ESPICOHSMTR";

    private final List<SimulatedDevice> devices = new ArrayList<>();
    private final List<String> names = new ArrayList<>();
    private String terminal;

    @BeforeEach
    void open() throws Exception {
        VirtualReaders readers =
                VirtualReaders.create(DeviceProfile.smartCardHsm4k().with(Quirk.SHARED_DEVICE_ID));
        devices.add(readers.device("ZZSIM000001"));
        devices.add(readers.device("ZZSIM000002"));
        terminal = ReadersTokenSource.offer(readers);
        for (SimulatedDevice device : devices) {
            KeyStore keyStore = keyStore("reader = " + device.readerName(), null);
            DeviceIdentity identity = SchsmDevice.of(keyStore).identity();
            assertThat(identity.deviceId()).isEqualTo(ID);
            names.add(identity.uniqueName());
        }
        devices.forEach(device -> device.recorder().start());
    }

    @AfterEach
    void close() {
        ReadersTokenSource.withdraw(terminal);
    }

    private Provider provider(String settings) {
        return new SchsmProvider()
                .configure(
                        "terminal = " + terminal + "; trust = simulator" + (settings.isEmpty() ? "" : "; " + settings));
    }

    private KeyStore keyStore(String settings, char[] pin) throws Exception {
        return loaded(provider(settings), pin);
    }

    private static KeyStore loaded(Provider provider, char[] pin) throws Exception {
        KeyStore keyStore = KeyStore.getInstance("SCHSM", provider);
        keyStore.load(null, pin);
        return keyStore;
    }

    private int pinsSeen(int device) {
        return devices.get(device).recorder().count(exchange -> exchange.ins() == 0x20 && exchange.dataLength() > 0);
    }

    @Test
    void namesOfOneDeviceDiffer() {
        assertThat(names.get(0)).matches("ESPICOHSMTR#[0-9a-f]{8}").isNotEqualTo(names.get(1));
    }

    /** Not configured, configured, named by a program: never the first one, and neither gets the PIN. */
    @Test
    void whichOfThemIsMeantIsAsked() throws Exception {
        for (String settings : List.of("", "device = " + ID, "device = " + ID + ", ZZSIM000009")) {
            assertSeveral(catchThrowable(() -> keyStore(settings, PIN)));
        }
        for (String settings : List.of("", "device = " + ID, "device = " + String.join(",", names))) {
            KeyStore keyStore = KeyStore.getInstance("SCHSM", provider(settings));
            assertSeveral(catchThrowable(
                    () -> keyStore.load(new SchsmLoadParameter(ID, new KeyStore.PasswordProtection(PIN)))));
        }
        assertThat(pinsSeen(0) + pinsSeen(1)).isZero();
    }

    private void assertSeveral(Throwable refusal) {
        assertThat(refusal)
                .hasMessageContaining("several")
                .hasMessageContaining(names.get(0))
                .hasMessageContaining(names.get(1))
                .hasMessageContaining("'Simulator ZZSIM000001'")
                .hasMessageContaining("'Simulator ZZSIM000002'")
                .hasMessageContaining("device = ");
    }

    @Test
    void eachCanBeChosen() throws Exception {
        for (int i = 0; i < 2; i++) {
            String other = names.get(1 - i);
            for (String settings : List.of(
                    "device = " + names.get(i),
                    "device = " + names.get(i).toUpperCase(java.util.Locale.ROOT),
                    "device = " + ID + "; reader = " + devices.get(i).readerName(),
                    "reader = " + devices.get(i).readerName())) {
                devices.forEach(device -> device.recorder().start());
                SchsmDevice chosen = SchsmDevice.of(keyStore(settings, PIN));
                assertThat(chosen.identity().uniqueName())
                        .isEqualTo(names.get(i))
                        .isNotEqualTo(other);
                assertThat(chosen.deviceId()).isEqualTo(ID);
                assertThat(pinsSeen(1 - i)).as(settings).isZero();
            }
            KeyStore keyStore = KeyStore.getInstance("SCHSM", provider("device = " + ID));
            keyStore.load(new SchsmLoadParameter(names.get(i), new KeyStore.PasswordProtection(PIN)));
            assertThat(SchsmDevice.of(keyStore).identity().uniqueName()).isEqualTo(names.get(i));
        }
        assertThatThrownBy(() -> keyStore("device = " + ID + "#00000000", PIN)).hasMessageContaining("is not there");
    }

    @Test
    void whatIsNotConfiguredIsNotUsed() throws Exception {
        KeyStore keyStore = KeyStore.getInstance("SCHSM", provider("device = " + names.get(0)));
        keyStore.load(new SchsmLoadParameter(ID, null));
        assertThat(SchsmDevice.of(keyStore).identity().uniqueName()).isEqualTo(names.get(0));
        assertThatThrownBy(() -> keyStore.load(new SchsmLoadParameter(names.get(1), null)))
                .hasMessageContaining("not one of the configured ones");
    }

    @Test
    void theOtherOneInTheSameReaderIsAnother() throws Exception {
        devices.get(1).remove();
        KeyStore keyStore = keyStore("device = " + ID, PIN);
        assertThat(SchsmDevice.of(keyStore).identity().uniqueName()).isEqualTo(names.get(0));
        devices.get(0).remove();
        devices.get(1).insert();
        devices.get(1).recorder().start();
        assertThatThrownBy(() -> keyStore.load(null, PIN)).isInstanceOf(java.io.IOException.class);
        assertThat(pinsSeen(1)).isZero();
        devices.get(0).insert();
        keyStore.load(null, PIN);
        assertThat(SchsmDevice.of(keyStore).identity().uniqueName()).isEqualTo(names.get(0));
    }

    @Test
    void handlesOfTheTwoAreDifferentKeys() throws Exception {
        KeyPair[] pairs = new KeyPair[2];
        for (int i = 0; i < 2; i++) {
            Provider provider = provider("device = " + names.get(i));
            loaded(provider, PIN);
            pairs[i] = Group.generatePair(provider, Group.signerSpec("same"));
        }
        assertThat(pairs[0].getPrivate()).isNotEqualTo(pairs[1].getPrivate());
        KeyStore first = keyStore("device = " + names.get(0), PIN);
        assertThat(first.getKey("same", null)).isEqualTo(pairs[0].getPrivate());
        assertThatThrownBy(() ->
                        first.setKeyEntry("moved", pairs[1].getPrivate(), null, new java.security.cert.Certificate[] {
                            first.getCertificate("same")
                        }))
                .hasMessageContaining("cannot be stored");
    }

    @Test
    void keysMoveBetweenThem() throws Exception {
        Provider a = provider("device = " + names.get(0));
        Provider b = provider("device = " + names.get(1));
        KeyStore source = loaded(a, PIN);
        KeyStore target = loaded(b, PIN);
        SchsmDevice deviceA = SchsmDevice.of(source);
        SchsmDevice deviceB = SchsmDevice.of(target);
        KeyPair signer = Group.generatePair(a, Group.signerSpec("group-signer"));
        Kdm kdmA = Kdm.parse(Kdm.issue(signer, deviceA.identity()).encode());
        Kdm kdmB = Kdm.parse(Kdm.issue(signer, deviceB.identity()).encode());
        assertThatThrownBy(() -> deviceB.createKeyDomain(0, kdmA))
                .isInstanceOf(KeyDomainException.class)
                .hasMessageContaining("is for device " + names.get(0))
                .hasMessageContaining("this is device " + names.get(1));
        KeyDomain domain = deviceA.createKeyDomain(0, kdmA);
        deviceB.createKeyDomain(0, kdmB);
        KeyPair moving = Group.generatePair(
                a,
                SchsmKeySpec.builder("moving")
                        .parameters(new ECGenParameterSpec("secp256r1"))
                        .domain(domain)
                        .allow(KeyAlgorithm.ECDSA, KeyAlgorithm.WRAP)
                        .build());

        KeyMigration.from(source).to(target).move("moving");

        Signature signature = Signature.getInstance("SHA256withECDSA", b);
        signature.initSign((java.security.PrivateKey) target.getKey("moving", null));
        signature.update(new byte[] {1, 2, 3});
        assertThat(signature.sign()).isNotEmpty();
        assertThat(target.getCertificate("moving").getPublicKey()).isEqualTo(moving.getPublic());
        assertThatThrownBy(() -> KeyMigration.from(source)
                        .to(keyStore("device = " + names.get(0), PIN))
                        .move("moving"))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("the same device");
    }
}
