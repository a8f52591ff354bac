// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.provider;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.DataObject;
import io.github.schsm.SchsmDevice;
import io.github.schsm.SchsmKeySpec;
import io.github.schsm.card.SmartCardHsm;
import io.github.schsm.keystore.TokenDevice;
import io.github.schsm.provider.card.CardToken;
import io.github.schsm.simulator.Fault;
import io.github.schsm.simulator.Faults;
import io.github.schsm.simulator.SimulatedDevice;
import io.github.schsm.simulator.VirtualReaders;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.Provider;
import java.security.ProviderException;
import java.security.spec.ECGenParameterSpec;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Data objects, labels and derived keys, with each of their commands going wrong: all or nothing. */
class FeatureFaultsTest {
    private static final char[] PIN = "648219".toCharArray();
    private static final AtomicInteger NUMBER = new AtomicInteger(330_000);
    private static final byte[] OLD = "the content so far, longer than the new one".getBytes(StandardCharsets.UTF_8);
    private static final byte[] NEW = "new content".getBytes(StandardCharsets.UTF_8);

    private Provider provider;
    private KeyStore keyStore;
    private SimulatedDevice device;
    private SchsmDevice schsm;

    @BeforeEach
    void open() throws Exception {
        String id = "ZZSIM" + NUMBER.incrementAndGet();
        provider = new SchsmProvider().configure("terminal = simulator:memory; device = " + id);
        keyStore = KeyStore.getInstance("SCHSM", provider);
        keyStore.load(null, PIN);
        device = VirtualReaders.memory().device(id);
        schsm = SchsmDevice.of(keyStore);
    }

    private interface Operation {
        void run() throws Exception;
    }

    private static List<Fault> refusals() {
        return List.of(Fault.status(0x6400), Fault.status(0x6A84), Fault.garbage(new byte[] {0x64, 0}), Fault.reset());
    }

    private Set<Integer> objects() throws Exception {
        CardToken token = (CardToken) TokenDevice.tokenOf(schsm);
        List<Integer> listed = token.withCard(SmartCardHsm::enumerateObjects);
        return new TreeSet<>(listed);
    }

    private static boolean fails(Operation operation) throws Exception {
        try {
            operation.run();
            return false;
        } catch (GeneralSecurityException | ProviderException refused) {
            assertThat(refused.getMessage()).isNotBlank();
            return true;
        }
    }

    private int commands(Operation operation) throws Exception {
        device.recorder().start();
        operation.run();
        device.recorder().stop();
        return device.recorder().count();
    }

    private void arm(Fault fault, int n) {
        device.faults().add(n, Faults.any(), fault);
    }

    private void recover() throws Exception {
        device.faults().clear();
        if (!device.isInserted()) {
            device.insert();
        }
        keyStore.load(null, PIN);
    }

    @Test
    void aDataObjectIsStoredWholeOrNotAtAll() throws Exception {
        for (boolean pinProtected : new boolean[] {false, true}) {
            DataObject wanted = DataObject.of("object", pinProtected);
            int commands = commands(() -> schsm.deleteData(schsm.storeData(wanted, new byte[3000])));
            Set<Integer> before = objects();
            for (Fault fault : refusals()) {
                for (int n = 1; n <= commands; n++) {
                    arm(fault, n);
                    boolean failed = fails(() -> schsm.storeData(wanted, new byte[3000]));
                    recover();
                    String where = fault + " at command " + n;
                    if (failed) {
                        assertThat(objects()).as(where).isEqualTo(before);
                    } else {
                        assertThat(schsm.dataObjects()).as(where).hasSize(1);
                        assertThat(schsm.readData(schsm.dataObjects().get(0)))
                                .as(where)
                                .hasSize(3000);
                        schsm.deleteData(schsm.dataObjects().get(0));
                    }
                }
            }
        }
    }

    @Test
    void aDataObjectIsReplacedOrStays() throws Exception {
        schsm.storeData(DataObject.of("object", true), OLD);
        int commands = commands(
                () -> schsm.storeData(schsm.storeData(schsm.dataObjects().get(0), NEW), OLD));
        for (Fault fault : refusals()) {
            for (int n = 1; n <= commands; n++) {
                DataObject before = schsm.dataObjects().get(0);
                arm(fault, n);
                boolean failed = fails(() -> schsm.storeData(before, NEW));
                recover();
                String where = fault + " at command " + n;
                assertThat(schsm.dataObjects()).as(where).hasSize(1);
                DataObject after = schsm.dataObjects().get(0);
                assertThat(schsm.readData(after)).as(where).isEqualTo(failed ? OLD : NEW);
                schsm.storeData(after, OLD);
            }
        }
    }

    @Test
    void aDataObjectIsDeletedOrStays() throws Exception {
        Set<Integer> empty = objects();
        int commands = commands(() -> schsm.deleteData(schsm.storeData(DataObject.of("object", false), OLD)));
        for (Fault fault : refusals()) {
            for (int n = 1; n <= commands; n++) {
                DataObject stored = schsm.storeData(DataObject.of("object", false), OLD);
                arm(fault, n);
                boolean failed = fails(() -> schsm.deleteData(stored));
                recover();
                String where = fault + " at command " + n;
                if (failed && !schsm.dataObjects().isEmpty()) {
                    assertThat(schsm.readData(stored)).as(where).isEqualTo(OLD);
                    schsm.deleteData(stored);
                }
                assertThat(schsm.dataObjects()).as(where).isEmpty();
                assertThat(objects()).as(where).isEqualTo(empty);
            }
        }
    }

    @Test
    void aLabelIsChangedOrStays() throws Exception {
        int commands = commands(() -> schsm.setLabel("one label"));
        for (Fault fault : refusals()) {
            for (int n = 1; n <= commands; n++) {
                schsm.setLabel("the label before");
                arm(fault, n);
                boolean failed = fails(() -> schsm.setLabel("new"));
                recover();
                assertThat(schsm.info().label())
                        .as("%s at command %d", fault, n)
                        .isEqualTo(failed ? "the label before" : "new");
            }
        }
    }

    @Test
    void aKeyIsDerivedWholeOrNotAtAll() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC", provider);
        generator.initialize(SchsmKeySpec.builder("parent")
                .parameters(new ECGenParameterSpec("secp256r1"))
                .build());
        KeyPair parent = generator.generateKeyPair();
        generator.initialize(SchsmKeySpec.builder("derived")
                .derivedFrom(parent.getPrivate(), new byte[] {5})
                .build());
        Set<Integer> before = objects();
        int commands = commands(generator::generateKeyPair);
        keyStore.deleteEntry("derived");
        for (Fault fault : refusals()) {
            for (int n = 1; n <= commands; n++) {
                arm(fault, n);
                boolean failed = fails(generator::generateKeyPair);
                recover();
                String where = fault + " at command " + n;
                if (!failed) {
                    assertThat(keyStore.isKeyEntry("derived")).as(where).isTrue();
                    assertThat(keyStore.getCertificate("derived")).as(where).isNotNull();
                    keyStore.deleteEntry("derived");
                }
                assertThat(objects()).as(where).isEqualTo(before);
            }
        }
    }
}
