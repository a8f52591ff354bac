// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.schsm.DataObject;
import io.github.schsm.InvalidRequestException;
import io.github.schsm.KeyAlgorithm;
import io.github.schsm.KeyMigration;
import io.github.schsm.KeyType;
import io.github.schsm.SchsmDevice;
import io.github.schsm.SchsmDevice.Leftover;
import io.github.schsm.SchsmDevice.Leftover.Kind;
import io.github.schsm.SchsmException;
import io.github.schsm.SchsmKeySpec;
import io.github.schsm.TokenKey;
import io.github.schsm.conformance.bench.Group;
import io.github.schsm.conformance.bench.Pki;
import io.github.schsm.conformance.bench.SimulatorBench;
import io.github.schsm.simulator.Fault;
import io.github.schsm.simulator.Faults;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.ProviderException;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import javax.crypto.KeyGenerator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is half done when a card is removed at any command is found, told, and removed when that is wanted. */
class HalfDoneTest {
    private static final char[] PIN = "648219".toCharArray();
    private static final byte[] OLD = "the content so far".getBytes(StandardCharsets.UTF_8);
    private static final byte[] NEW = "another content, a longer one".getBytes(StandardCharsets.UTF_8);

    private SimulatorBench bench;
    private Provider provider;
    private KeyStore keyStore;
    private SchsmDevice device;

    private interface Operation {
        void run() throws Exception;
    }

    @BeforeEach
    void open() throws Exception {
        bench = new SimulatorBench();
        provider = bench.source().provider();
        keyStore = bench.source().keyStore();
        device = SchsmDevice.of(keyStore);
    }

    @AfterEach
    void close() {
        bench.close();
    }

    private int commands(Operation operation) throws Exception {
        bench.source().recorder().start();
        operation.run();
        bench.source().recorder().stop();
        return bench.source().recorder().count();
    }

    /** Whether it failed; the card is in again afterwards, and everything is read again. */
    private boolean interrupted(Operation operation, Fault fault, int n) throws Exception {
        bench.source().device().faults().add(n, Faults.any(), fault);
        boolean failed = false;
        try {
            operation.run();
        } catch (GeneralSecurityException | ProviderException told) {
            assertThat(told.getMessage()).isNotBlank();
            failed = true;
        }
        bench.source().device().faults().clear();
        bench.source().insert();
        keyStore.load(null, PIN);
        return failed;
    }

    private static List<Fault> removals() {
        return List.of(Fault.removalBefore(), Fault.removalAfter());
    }

    private void removeAll() throws SchsmException {
        for (Leftover leftover : device.leftovers()) {
            device.remove(leftover);
        }
        assertThat(device.leftovers()).isEmpty();
    }

    private void generate(String type, SchsmKeySpec spec) throws Exception {
        if (type.equals("AES")) {
            KeyGenerator generator = KeyGenerator.getInstance(type, provider);
            generator.init(spec);
            generator.generateKey();
        } else {
            Group.generatePair(provider, type, spec);
        }
    }

    @Test
    void generation() throws Exception {
        Map<String, SchsmKeySpec> kinds = Map.of(
                "EC",
                        SchsmKeySpec.builder("k")
                                .parameters(new ECGenParameterSpec("secp256r1"))
                                .build(),
                "RSA", SchsmKeySpec.builder("k").keySize(1024).build(),
                "AES", SchsmKeySpec.builder("k").keySize(128).build());
        for (Map.Entry<String, SchsmKeySpec> kind : kinds.entrySet()) {
            Operation generation = () -> generate(kind.getKey(), kind.getValue());
            int commands = commands(generation);
            keyStore.deleteEntry("k");
            boolean halves = false;
            for (Fault fault : removals()) {
                for (int n = 1; n <= commands; n++) {
                    String where = kind.getKey() + ", " + fault + " at command " + n;
                    interrupted(generation, fault, n);
                    List<Leftover> left = device.leftovers();
                    for (TokenKey key : device.keys()) {
                        assertThat(key.type()).as(where).isEqualTo(KeyType.valueOf(kind.getKey()));
                        boolean half = !key.label().equals("k");
                        halves |= half;
                        assertThat(left.stream().anyMatch(one -> one.kind() == Kind.KEY_WITHOUT_DESCRIPTION))
                                .as(where)
                                .isEqualTo(half);
                    }
                    assertThat(left)
                            .as(where)
                            .allMatch(one -> one.kind() != Kind.KEY_WITHOUT_DESCRIPTION || !one.proven());
                    removeAll();
                    keyStore.load(null, PIN);
                    keyStore.deleteEntry("k");
                    assertThat(Collections.list(keyStore.aliases())).as(where).isEmpty();
                }
            }
            assertThat(halves).as(kind.getKey()).isTrue();
        }
    }

    /** Through a reader without transactions another program may take the id that was free. */
    @Test
    void keyUnderAnIdThatIsInUseIsNotTakenBack() throws Exception {
        byte[] inUse = {0x6A, (byte) 0x89};
        bench.source().device().faults().add(1, Faults.instruction(0x46), Fault.garbage(inUse));
        SchsmKeySpec spec = SchsmKeySpec.builder("k")
                .parameters(new ECGenParameterSpec("secp256r1"))
                .build();

        assertThatThrownBy(() -> generate("EC", spec)).isInstanceOf(ProviderException.class);

        keyStore.load(null, PIN);
        assertThat(device.keys()).hasSize(1);
        generate("EC", spec);
        assertThat(device.keys()).hasSize(2);
    }

    @Test
    void deletion() throws Exception {
        SchsmKeySpec spec = SchsmKeySpec.builder("k")
                .parameters(new ECGenParameterSpec("secp256r1"))
                .build();
        generate("EC", spec);
        int commands = commands(() -> keyStore.deleteEntry("k"));
        boolean remains = false;
        for (Fault fault : removals()) {
            for (int n = 1; n <= commands; n++) {
                generate("EC", spec);
                interrupted(() -> keyStore.deleteEntry("k"), fault, n);
                remains |= !device.leftovers().isEmpty();
                assertThat(device.leftovers()).allMatch(Leftover::proven);
                removeAll();
                keyStore.load(null, PIN);
                keyStore.deleteEntry("k");
            }
        }
        assertThat(remains).isTrue();
    }

    /** The key has one label or the other, once, and signs under it. */
    @Test
    void renamingOfAKey() throws Exception {
        generate(
                "EC",
                SchsmKeySpec.builder("old")
                        .parameters(new ECGenParameterSpec("secp256r1"))
                        .build());
        int commands = commands(() -> device.rename("old", "new"));
        device.rename("new", "old");
        boolean kept = false;
        boolean renamed = false;
        for (Fault fault : removals()) {
            for (int n = 1; n <= commands; n++) {
                boolean failed = interrupted(() -> device.rename("old", "new"), fault, n);
                List<String> labels = Collections.list(keyStore.aliases());
                assertThat(labels).as(fault + " at command " + n).hasSize(1).isSubsetOf("old", "new");
                assertThat(device.leftovers()).isEmpty();
                kept |= failed && labels.contains("old");
                renamed |= labels.contains("new");
                Signature signature = Signature.getInstance("SHA256withECDSA", provider);
                signature.initSign((PrivateKey) keyStore.getKey(labels.get(0), null));
                assertThat(signature.sign()).isNotEmpty();
                device.rename(labels.get(0), "old");
            }
        }
        assertThat(kept).isTrue();
        assertThat(renamed).isTrue();
    }

    @Test
    void renamingOfACertificate() throws Exception {
        X509Certificate certificate = Pki.create().root();
        keyStore.setCertificateEntry("old", certificate);
        int commands = commands(() -> device.rename("old", "new"));
        device.rename("new", "old");
        for (Fault fault : removals()) {
            for (int n = 1; n <= commands; n++) {
                interrupted(() -> device.rename("old", "new"), fault, n);
                List<String> labels = Collections.list(keyStore.aliases());
                assertThat(labels).as(fault + " at command " + n).hasSize(1).isSubsetOf("old", "new");
                assertThat(keyStore.getCertificate(labels.get(0))).isEqualTo(certificate);
                assertThat(device.leftovers()).isEmpty();
                device.rename(labels.get(0), "old");
            }
        }
    }

    @Test
    void replacementOfADataObject() throws Exception {
        for (boolean pinProtected : new boolean[] {true, false}) {
            device.storeData(DataObject.of("object", pinProtected), OLD);
            int commands = commands(
                    () -> device.storeData(device.storeData(device.dataObjects().get(0), NEW), OLD));
            boolean twoAtOnce = false;
            for (Fault fault : removals()) {
                for (int n = 1; n <= commands; n++) {
                    String where = fault + " at command " + n;
                    DataObject before = device.dataObjects().get(0);
                    boolean failed = interrupted(() -> device.storeData(before, NEW), fault, n);
                    List<Leftover> left = device.leftovers();
                    if (device.dataObjects().size() > 1) {
                        assertThat(failed).as(where).isTrue();
                        assertThat(left).as(where).isNotEmpty();
                        twoAtOnce |= left.stream().anyMatch(one -> one.kind() == Kind.REPLACED_DATA && one.proven());
                    }
                    removeAll();
                    assertThat(device.dataObjects()).as(where).hasSize(1);
                    DataObject after = device.dataObjects().get(0);
                    assertThat(after.label()).as(where).isEqualTo("object");
                    assertThat(device.readData(after)).as(where).isIn(OLD, NEW);
                    device.storeData(after, OLD);
                }
            }
            assertThat(twoAtOnce).isTrue();
            device.deleteData(device.dataObjects().get(0));
        }
    }

    /** Two objects of one label are no replacement of each other. */
    @Test
    void objectsThatAreAlikeAreNotLeftOver() throws Exception {
        DataObject first = device.storeData(DataObject.of("object", false), OLD);
        DataObject replaced = device.storeData(first, NEW);
        device.storeData(DataObject.of("object", false), OLD);
        device.storeData(replaced, OLD);
        device.storeData(DataObject.of("object", false), OLD);

        assertThat(device.dataObjects()).hasSize(3);
        assertThat(device.leftovers()).isEmpty();
    }

    @Test
    void migration() throws Exception {
        Group group = Group.of(bench);
        group.source()
                .generate(SchsmKeySpec.builder("moving")
                        .parameters(new ECGenParameterSpec("secp256r1"))
                        .domain(group.source().domain())
                        .allow(KeyAlgorithm.ECDSA, KeyAlgorithm.WRAP)
                        .build());
        bench.target().device().faults().add(1, Faults.instruction(0x74), Fault.removalAfter());
        KeyMigration migration =
                KeyMigration.from(group.source().keyStore()).to(group.target().keyStore());
        assertThatThrownBy(() -> migration.move("moving")).isInstanceOf(SchsmException.class);
        bench.target().insert();
        group.target().keyStore().load(null, PIN);
        SchsmDevice target = group.target().device();

        assertThat(target.leftovers())
                .extracting(Leftover::kind)
                .containsExactlyInAnyOrder(Kind.EXCHANGE_KEY_OF_A_MIGRATION, Kind.KEY_WITHOUT_DESCRIPTION);
        for (Leftover leftover : target.leftovers()) {
            target.remove(leftover);
            assertThatThrownBy(() -> target.remove(leftover)).isInstanceOf(InvalidRequestException.class);
        }
        assertThat(target.leftovers()).isEmpty();
        assertThat(target.keys()).isEmpty();
        assertThat(group.target().domain().kcv()).isEqualTo(new byte[8]);
    }

    /** Exchange keys and KEKs that people made are nobody's leftovers. */
    @Test
    void whatPeopleMadeIsNotLeftOver() throws Exception {
        Group group = Group.of(bench);
        group.agree();

        assertThat(group.source().device().leftovers()).isEmpty();
        assertThat(group.target().device().leftovers()).isEmpty();
    }
}
