// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.schsm.Kdm;
import io.github.schsm.KeyAlgorithm;
import io.github.schsm.KeyMigration;
import io.github.schsm.KeyMigration.Outcome;
import io.github.schsm.KeyType;
import io.github.schsm.SchsmDevice;
import io.github.schsm.SchsmException;
import io.github.schsm.SchsmKeySpec;
import io.github.schsm.TokenKey;
import io.github.schsm.conformance.bench.Group;
import io.github.schsm.conformance.bench.Pki;
import io.github.schsm.conformance.bench.RawCard;
import io.github.schsm.conformance.bench.SimulatorBench;
import io.github.schsm.keystore.Migrations;
import io.github.schsm.keystore.TokenDevice;
import io.github.schsm.simulator.Fault;
import io.github.schsm.simulator.Faults;
import io.github.schsm.simulator.profile.DeviceProfile;
import io.github.schsm.spi.Token;
import java.security.KeyPair;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.ProviderException;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Whatever breaks at whichever command of a migration, on either device: the next one ends as if nothing had been. */
class InterruptedMigrationTest {
    private static final char[] PIN = "648219".toCharArray();
    private static final byte[] DATA = {1, 2, 3};

    private SimulatorBench bench;
    private Group group;
    private KeyPair pair;

    @BeforeEach
    void open() throws Exception {
        bench = new SimulatorBench();
        group = Group.of(bench);
        pair = movable("moving");
    }

    @AfterEach
    void close() {
        bench.close();
    }

    private KeyPair movable(String label) throws Exception {
        return group.source().movable(label);
    }

    private KeyMigration migration() {
        return KeyMigration.from(group.source().keyStore()).to(group.target().keyStore());
    }

    private void reload() throws Exception {
        for (SimulatorBench.SimulatedMember member : List.of(bench.source(), bench.target())) {
            member.device().faults().clear();
            member.insert();
        }
        group.source().keyStore().load(null, PIN);
        group.target().keyStore().load(null, PIN);
    }

    private int commands(SimulatorBench.SimulatedMember member) throws Exception {
        member.recorder().start();
        migration().move("moving");
        member.recorder().stop();
        int commands = member.recorder().count();
        group.target().keyStore().deleteEntry("moving");
        return commands;
    }

    private static List<String> aliases(KeyStore keyStore) throws Exception {
        return Collections.list(keyStore.aliases());
    }

    private static void assertSigns(Provider provider, KeyStore keyStore, KeyPair pair) throws Exception {
        Signature signature = Signature.getInstance("SHA256withECDSA", provider);
        signature.initSign((PrivateKey) keyStore.getKey("moving", null));
        signature.update(DATA);
        assertThat(Pki.verifies("SHA256withECDSA", pair.getPublic(), DATA, signature.sign()))
                .isTrue();
    }

    private void assertClean(String where) throws Exception {
        assertThat(aliases(group.source().keyStore())).as(where).containsExactlyInAnyOrder("group-signer", "moving");
        assertThat(aliases(group.target().keyStore())).as(where).containsExactly("moving");
        assertThat(group.source().domain().kcv()).as(where).isEqualTo(new byte[8]);
        assertThat(group.target().domain().kcv()).as(where).isEqualTo(new byte[8]);
    }

    private void breakEverywhere(List<Fault> faults) throws Exception {
        for (SimulatorBench.SimulatedMember broken : List.of(bench.source(), bench.target())) {
            int commands = commands(broken);
            assertThat(commands).isGreaterThan(8);
            for (Fault fault : faults) {
                for (int n = 1; n <= commands; n++) {
                    String where = broken.id() + ", " + fault + " at command " + n;
                    broken.device().faults().add(n, Faults.any(), fault);
                    try {
                        migration().move("moving");
                    } catch (SchsmException | ProviderException interrupted) {
                        assertThat(interrupted.getMessage()).as(where).isNotBlank();
                    }
                    reload();
                    KeyMigration.Result again = migration().move("moving");
                    assertThat(again.leftBehind()).as(where).isEmpty();
                    assertClean(where);
                    assertSigns(group.target().provider(), group.target().keyStore(), pair);
                    group.target().keyStore().deleteEntry("moving");
                }
            }
        }
    }

    @Test
    void cardTakenOutBeforeACommand() throws Exception {
        breakEverywhere(List.of(Fault.removalBefore()));
    }

    @Test
    void cardTakenOutAfterACommand() throws Exception {
        breakEverywhere(List.of(Fault.removalAfter()));
    }

    @Test
    void commandRefused() throws Exception {
        breakEverywhere(List.of(Fault.status(0x6400)));
    }

    private static Set<String> moved(List<KeyMigration.Result> results) {
        return results.stream()
                .filter(result -> result.outcome() == Outcome.MOVED)
                .map(KeyMigration.Result::alias)
                .collect(Collectors.toSet());
    }

    private int commandsOfAll(SimulatorBench.SimulatedMember member, List<String> labels) throws Exception {
        member.recorder().start();
        assertThat(moved(migration().moveAll())).hasSameElementsAs(labels);
        member.recorder().stop();
        deleteOnTarget(labels);
        return member.recorder().count();
    }

    private void deleteOnTarget(List<String> labels) throws Exception {
        for (String label : labels) {
            group.target().keyStore().deleteEntry(label);
        }
    }

    /** What arrived stays and does not travel again, the rest follows, and no key is there twice. */
    private void breakManyEverywhere(Fault fault) throws Exception {
        List<String> labels = List.of("moving", "second", "secret");
        movable("second");
        group.source()
                .generateSecret(SchsmKeySpec.builder("secret")
                        .keySize(128)
                        .domain(group.source().domain())
                        .allow(KeyAlgorithm.AES_CBC_ENCRYPT, KeyAlgorithm.WRAP)
                        .build());
        for (SimulatorBench.SimulatedMember broken : List.of(bench.source(), bench.target())) {
            int commands = commandsOfAll(broken, labels);
            for (int n = 1; n <= commands; n++) {
                String where = broken.id() + ", " + fault + " at command " + n;
                broken.device().faults().add(n, Faults.any(), fault);
                Set<String> arrived = new HashSet<>();
                try {
                    arrived.addAll(moved(migration().moveAll()));
                } catch (SchsmException | ProviderException interrupted) {
                    assertThat(interrupted.getMessage()).as(where).isNotBlank();
                }
                reload();
                List<KeyMigration.Result> again = migration().moveAll();
                assertThat(again).as(where).allSatisfy(result -> {
                    assertThat(result.leftBehind()).isEmpty();
                    if (labels.contains(result.alias())) {
                        assertThat(result.isThere()).isTrue();
                    }
                });
                assertThat(moved(again)).as(where).noneMatch(arrived::contains);
                assertThat(aliases(group.source().keyStore()))
                        .as(where)
                        .containsExactlyInAnyOrder("group-signer", "moving", "second", "secret");
                assertThat(aliases(group.target().keyStore())).as(where).containsExactlyInAnyOrderElementsOf(labels);
                assertThat(group.source().domain().kcv()).as(where).isEqualTo(new byte[8]);
                assertThat(group.target().domain().kcv()).as(where).isEqualTo(new byte[8]);
                assertThat(group.target().device().leftovers()).as(where).isEmpty();
                assertSigns(group.target().provider(), group.target().keyStore(), pair);
                deleteOnTarget(labels);
            }
        }
    }

    @Test
    void manyKeysAndACardTakenOutBeforeACommand() throws Exception {
        breakManyEverywhere(Fault.removalBefore());
    }

    @Test
    void manyKeysAndACardTakenOutAfterACommand() throws Exception {
        breakManyEverywhere(Fault.removalAfter());
    }

    @Test
    void manyKeysAndACommandRefused() throws Exception {
        breakManyEverywhere(Fault.status(0x6400));
    }

    /** Only what is proven to be a migration's goes by itself. */
    @Test
    void whatRemainsOfOtherKeysStays() throws Exception {
        group.target().movable("gone");
        RawCard raw = bench.target().raw();
        raw.login();
        raw.send("00E4020002CC01");
        reload();

        migration().moveAll();

        assertThat(group.target().device().leftovers())
                .extracting(SchsmDevice.Leftover::reference)
                .containsExactly("C401", "CE01");
    }

    /** A listener that throws ends the run, which is cleaned up; the next one goes on. */
    @Test
    void listenerThatThrowsEndsTheRun() throws Exception {
        movable("second");
        movable("third");

        assertThatThrownBy(() -> migration().moveAll(progress -> {
                    if (progress.key().equals("second")) {
                        throw new IllegalStateException("enough");
                    }
                }))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("enough");

        assertThat(aliases(group.target().keyStore())).containsExactlyInAnyOrder("moving", "second");
        assertThat(group.source().domain().kcv()).isEqualTo(new byte[8]);
        assertThat(group.target().domain().kcv()).isEqualTo(new byte[8]);
        assertThat(moved(migration().moveAll())).containsExactly("third");
    }

    /** Generates a key on the target under the id that the next key of the migration would get. */
    private static void generateMeanwhile(Provider other) {
        try {
            Group.generatePair(other, Group.signerSpec("foreign"));
        } catch (Exception failed) {
            throw new IllegalStateException(failed);
        }
    }

    private void assertForeignKeyStays(SimulatorBench.SimulatedMember other) throws Exception {
        KeyStore keyStore = other.keyStore();
        assertThat(keyStore.getCertificate("foreign")).isNotNull();
        Signature signature = Signature.getInstance("SHA256withECDSA", other.provider());
        signature.initSign((PrivateKey) keyStore.getKey("foreign", null));
        signature.update(DATA);
        byte[] signed = signature.sign();
        assertThat(Pki.verifies(
                        "SHA256withECDSA", keyStore.getCertificate("foreign").getPublicKey(), DATA, signed))
                .isTrue();
    }

    @Test
    void keyThatAnotherProgramMakesBetweenTwoKeysStays() throws Exception {
        movable("second");
        movable("third");
        SimulatorBench.SimulatedMember other = bench.member("ZZSIM000002");
        other.keyStore();

        List<KeyMigration.Result> results = migration().moveAll(progress -> {
            if (progress.key().equals("moving")) {
                generateMeanwhile(other.provider());
            }
        });

        assertThat(moved(results)).containsExactlyInAnyOrder("moving", "second", "third");
        group.target().keyStore().load(null, PIN);
        assertThat(aliases(group.target().keyStore()))
                .containsExactlyInAnyOrder("moving", "second", "third", "foreign");
        assertForeignKeyStays(other);
        assertSigns(group.target().provider(), group.target().keyStore(), pair);
    }

    /** Whatever the device says to the UNWRAP, and even if it does not say anything. */
    @Test
    void keyThatAnotherProgramMakesStaysWhenTheNextOneIsRefused() throws Exception {
        movable("second");
        SimulatorBench.SimulatedMember other = bench.member("ZZSIM000002");
        for (Fault fault : List.of(Fault.status(0x6400), Fault.garbage(new byte[] {0x64}))) {
            other.keyStore();

            List<KeyMigration.Result> results = migration().moveAll(progress -> {
                if (progress.key().equals("moving")) {
                    generateMeanwhile(other.provider());
                    bench.target().device().faults().add(1, Faults.instruction(0x74), fault);
                }
            });

            assertThat(moved(results)).as(fault.toString()).containsExactly("moving");
            assertThat(results)
                    .filteredOn(result -> result.alias().equals("second"))
                    .singleElement()
                    .satisfies(result -> assertThat(result.failure())
                            .satisfies(failure -> assertThat(failure.getSuppressed())
                                    .anySatisfy(left -> assertThat(left).hasMessageContaining("was left there"))));
            reload();
            assertForeignKeyStays(other);
            assertThat(moved(migration().moveAll())).as(fault.toString()).containsExactly("second");
            deleteOnTarget(List.of("moving", "second", "foreign"));
        }
    }

    /** They would clear each other's KEK. */
    @Test
    void migrationsToOneDeviceTakeTurns() throws Exception {
        movable("second");
        ExecutorService thread = Executors.newSingleThreadExecutor();
        try {
            List<Future<KeyMigration.Result>> other = new ArrayList<>();
            migration().moveAll(progress -> {
                if (other.isEmpty()) {
                    other.add(thread.submit(() -> migration().move("second")));
                    assertThatThrownBy(() -> other.get(0).get(1, TimeUnit.SECONDS))
                            .isInstanceOf(TimeoutException.class);
                }
            });

            assertThat(other.get(0).get(1, TimeUnit.MINUTES).wasThere()).isTrue();
        } finally {
            thread.shutdownNow();
        }
        assertThat(aliases(group.target().keyStore())).containsExactlyInAnyOrder("moving", "second");
    }

    /** The source is free once its keys are wrapped, and each run has a KEK of its own. */
    @Test
    void severalTargetsAtTheSameTime() throws Exception {
        List<String> labels = List.of("moving", "second", "third");
        movable("second");
        movable("third");
        List<SimulatorBench.SimulatedMember> targets = new ArrayList<>();
        for (String id : List.of("ZZSIM000002", "ZZSIM000003", "ZZSIM000004")) {
            targets.add(bench.member(id));
        }
        List<SchsmDevice> devices = new ArrayList<>();
        for (SimulatorBench.SimulatedMember target : targets) {
            SchsmDevice device = SchsmDevice.of(target.keyStore());
            devices.add(device);
            if (device.keyDomains().isEmpty()) {
                device.createKeyDomain(0, Kdm.issue(group.signer(), device.identity()));
            }
        }
        Migrations migrations = new Migrations();
        Token source = TokenDevice.tokenOf(group.source().device());
        ExecutorService threads = Executors.newFixedThreadPool(targets.size());
        try {
            List<Future<List<KeyMigration.Result>>> runs = new ArrayList<>();
            for (SchsmDevice device : devices) {
                runs.add(threads.submit(() -> migrations.move(
                        source, TokenDevice.tokenOf(device), Migrations.Request.all(false), progress -> {})));
            }
            for (Future<List<KeyMigration.Result>> run : runs) {
                assertThat(moved(run.get(1, TimeUnit.MINUTES))).hasSameElementsAs(labels);
            }
        } finally {
            threads.shutdownNow();
        }
        for (SchsmDevice device : devices) {
            assertThat(device.keys()).extracting(TokenKey::label).containsExactlyInAnyOrderElementsOf(labels);
            assertThat(device.keyDomain(0).kcv()).isEqualTo(new byte[8]);
            assertThat(device.leftovers()).isEmpty();
        }
        assertThat(aliases(group.source().keyStore()))
                .containsExactlyInAnyOrder("group-signer", "moving", "second", "third");
        assertThat(group.source().domain().kcv()).isEqualTo(new byte[8]);
    }

    /** The result says that the KEK and the exchange key are still there, and the next migration puts them away. */
    @Test
    void whatCouldNotBePutAwayIsTold() throws Exception {
        bench.target().device().faults().add(1, Faults.command(0x80, 0x52, 0x04, -1), Fault.removalBefore());

        KeyMigration.Result moved = migration().move("moving");

        assertThat(moved.isThere()).isTrue();
        assertThat(moved.leftBehind()).hasSize(2);
        assertThat(moved.leftBehind().get(0)).contains("KEK in key domain 0 of device ZZSIM000002");
        assertThat(moved.leftBehind().get(1)).contains("exchange key", "ZZSIM000002");
        reload();
        assertThat(group.target().domain().kcv()).isNotEqualTo(new byte[8]);
        KeyMigration.Result again = migration().move("moving");
        assertThat(again.wasThere()).isTrue();
        assertThat(again.leftBehind()).isEmpty();
        assertClean("after the second");
    }

    /** What people agreed on and made themselves is theirs. */
    @Test
    void othersKeksAndExchangeKeysStay() throws Exception {
        group.agree();
        byte[] kcv = group.source().domain().kcv();

        migration().move("moving");

        assertThat(group.source().domain().kcv()).isEqualTo(kcv);
        assertThat(group.target().domain().kcv()).isEqualTo(kcv);
        assertThat(aliases(group.source().keyStore())).contains("exchange");
        assertThat(aliases(group.target().keyStore())).contains("exchange", "moving");
    }

    /** An unfinished key with other rights, or another key, is not taken for the one that moves. */
    @Test
    void anotherKeyWithoutDescriptionStays() throws Exception {
        group.target()
                .generate(SchsmKeySpec.builder("other")
                        .parameters(new ECGenParameterSpec("secp256r1"))
                        .domain(group.target().domain())
                        .allow(KeyAlgorithm.ECDSA, KeyAlgorithm.WRAP)
                        .build());
        RawCard raw = bench.target().raw();
        raw.login();
        raw.send("00E4020002C401");
        reload();
        List<TokenKey> before = group.target().device().keys();
        assertThat(before).extracting(TokenKey::label).contains("key-1");

        assertThat(migration().move("moving").leftBehind()).isEmpty();

        assertThat(aliases(group.target().keyStore())).containsExactlyInAnyOrder("key-1", "moving");
    }

    @Test
    void manyKeysWithOneAgreementAndFewCommands() throws Exception {
        int count = 100;
        bench.close();
        bench = new SimulatorBench(DeviceProfile.smartCardHsm4k().withMemory(1_000_000));
        group = Group.of(bench);
        List<String> labels = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            labels.add("many-" + i);
            movable("many-" + i);
        }
        aliases(group.source().keyStore());
        bench.source().recorder().start();
        bench.target().recorder().start();

        List<KeyMigration.Result> results = migration().move(labels);

        int commands =
                bench.source().recorder().count() + bench.target().recorder().count();
        assertThat(results).hasSize(count).allMatch(KeyMigration.Result::isThere);
        assertThat(results).extracting(KeyMigration.Result::alias).isEqualTo(labels);
        int generations = bench.source().recorder().count(exchange -> exchange.ins() == 0x46)
                + bench.target().recorder().count(exchange -> exchange.ins() == 0x46);
        assertThat(generations).isEqualTo(2);
        assertThat(commands).isLessThanOrEqualTo(6 * count);
        assertThat(aliases(group.target().keyStore())).hasSize(count);
    }

    @Test
    void oneKeyThatFailsDoesNotKeepTheOthers() throws Exception {
        movable("second");
        group.target().generate(Group.signerSpec("taken"));
        movable("taken");
        group.source()
                .generate(SchsmKeySpec.builder("in no domain")
                        .parameters(new ECGenParameterSpec("secp256r1"))
                        .build());

        List<KeyMigration.Result> results =
                migration().move(List.of("missing", "moving", "taken", "in no domain", "second", "moving"));

        assertThat(results)
                .extracting(KeyMigration.Result::isThere)
                .containsExactly(false, true, false, false, true, true);
        assertThat(results.get(0).failure()).hasMessageContaining("no key \"missing\"");
        assertThat(results.get(2).failure()).hasMessageContaining("another entry \"taken\"");
        assertThat(results.get(3).failure()).hasMessageContaining("no key domain");
        assertThat(results.get(5).wasThere()).isTrue();
        assertThat(group.source().domain().kcv()).isEqualTo(new byte[8]);
    }

    /** Interrupted between two keys, and called again. */
    @Test
    void isTakenUpAgain() throws Exception {
        movable("second");
        bench.target().device().faults().add(2, Faults.instruction(0x74), Fault.removalAfter());
        List<KeyMigration.Result> first = migration().move(List.of("moving", "second"));
        assertThat(first).extracting(KeyMigration.Result::isThere).containsExactly(true, false);
        reload();
        List<KeyMigration.Result> again = migration().move(List.of("moving", "second"));
        assertThat(again).allMatch(KeyMigration.Result::isThere);
        assertThat(again.get(0).wasThere()).isTrue();
        assertThat(again.get(1).wasThere()).isFalse();
        assertThat(aliases(group.target().keyStore())).containsExactlyInAnyOrder("moving", "second");
    }

    /** A key that nothing describes is asked what it is. */
    @Test
    void theKindOfAKeyIsAskedOfTheKey() throws Exception {
        bench.target().device().faults().add(1, Faults.instruction(0x74), Fault.removalAfter());
        assertThat(migration().move(List.of("moving")).get(0).isThere()).isFalse();
        reload();
        TokenKey half = group.target().device().keys().stream()
                .filter(key -> key.label().equals("key-" + key.reference()))
                .findFirst()
                .orElseThrow();
        assertThat(half.type()).isEqualTo(KeyType.EC);
    }
}
