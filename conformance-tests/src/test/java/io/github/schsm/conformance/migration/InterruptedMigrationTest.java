// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.migration;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.KeyAlgorithm;
import io.github.schsm.KeyMigration;
import io.github.schsm.KeyType;
import io.github.schsm.SchsmException;
import io.github.schsm.SchsmKeySpec;
import io.github.schsm.TokenKey;
import io.github.schsm.conformance.bench.Group;
import io.github.schsm.conformance.bench.Pki;
import io.github.schsm.conformance.bench.RawCard;
import io.github.schsm.conformance.bench.SimulatorBench;
import io.github.schsm.simulator.Fault;
import io.github.schsm.simulator.Faults;
import io.github.schsm.simulator.profile.DeviceProfile;
import java.security.KeyPair;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.ProviderException;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
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
        return group.source()
                .generate(SchsmKeySpec.builder(label)
                        .parameters(new ECGenParameterSpec("secp256r1"))
                        .domain(group.source().domain())
                        .allow(KeyAlgorithm.ECDSA, KeyAlgorithm.WRAP)
                        .build());
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
