// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.schsm.KeyAlgorithm;
import io.github.schsm.KeyMigration;
import io.github.schsm.SchsmDevice.Leftover;
import io.github.schsm.SchsmException;
import io.github.schsm.SchsmKeySpec;
import io.github.schsm.TokenKey;
import io.github.schsm.callback.PinRequest;
import io.github.schsm.conformance.bench.Group;
import io.github.schsm.conformance.bench.SimulatorBench;
import io.github.schsm.keystore.TokenDevice;
import io.github.schsm.login.PinSource;
import io.github.schsm.simulator.Fault;
import io.github.schsm.simulator.Faults;
import java.security.spec.ECGenParameterSpec;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A migration touches no KEK, exchange key or key on the target that is not its own, whatever an earlier one left. */
class ForeignKekTest {
    private static final char[] PIN = "648219".toCharArray();
    private static final byte[] NONE = new byte[8];

    private SimulatorBench bench;
    private Group group;

    @BeforeEach
    void open() throws Exception {
        bench = new SimulatorBench();
        group = Group.of(bench);
        movable("moving");
    }

    @AfterEach
    void close() {
        bench.close();
    }

    private void movable(String label) throws Exception {
        group.source()
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

    private static List<String> aliases(Group.Side side) throws Exception {
        return Collections.list(side.keyStore().aliases());
    }

    private static TokenKey key(Group.Side side, String label) throws Exception {
        return side.device().keys().stream()
                .filter(key -> key.label().equals(label))
                .findFirst()
                .orElseThrow();
    }

    /** The key is moved, and the target keeps the migration's exchange key; then people agree themselves. */
    private byte[] agreeBesideAnExchangeKeyOfAMigration() throws Exception {
        bench.target().device().faults().add(1, Faults.command(0x80, 0x52, 0x04, -1), Fault.removalBefore());
        assertThat(migration().move("moving").leftBehind()).hasSize(2);
        reload();
        assertThat(aliases(group.target())).anyMatch(alias -> alias.startsWith("migration exchange"));
        group.agree();
        for (Group.Side side : List.of(group.source(), group.target())) {
            side.keyStore().deleteEntry("exchange");
        }
        return group.source().domain().kcv();
    }

    @Test
    void aKekThatPeopleAgreedOnLaterStays() throws Exception {
        byte[] kcv = agreeBesideAnExchangeKeyOfAMigration();

        KeyMigration.Result again = migration().move("moving");

        assertThat(again.wasThere()).isTrue();
        assertThat(again.leftBehind()).isEmpty();
        assertThat(group.source().domain().kcv()).isEqualTo(kcv);
        assertThat(group.target().domain().kcv()).isEqualTo(kcv);
        assertThat(aliases(group.target())).containsExactly("moving");
    }

    @Test
    void aKekThatBothShareIsUsedAndStays() throws Exception {
        byte[] kcv = agreeBesideAnExchangeKeyOfAMigration();
        movable("second");

        assertThat(migration().move("second").kcv()).isEqualTo(kcv);

        assertThat(group.source().domain().kcv()).isEqualTo(kcv);
        assertThat(group.target().domain().kcv()).isEqualTo(kcv);
    }

    @Test
    void cleaningUpLeavesAnotherKek() throws Exception {
        byte[] kcv = agreeBesideAnExchangeKeyOfAMigration();

        List<Leftover> leftovers = group.target().device().leftovers();
        assertThat(leftovers).hasSize(1);
        assertThat(leftovers.get(0).description()).contains("the KEK in key domain 0 is another one and stays");
        group.target().device().remove(leftovers.get(0));

        assertThat(group.target().domain().kcv()).isEqualTo(kcv);
        assertThat(aliases(group.target())).containsExactly("moving");
    }

    /** Interrupted between the agreement and the note of what was agreed on: nobody can tell whose it is. */
    @Test
    void aKekThatMayBeAMigrationsIsTold() throws Exception {
        migration().move("moving");
        movable("second");
        bench.target().device().faults().add(1, Faults.command(0x80, 0x62, -1, 0x84), Fault.removalAfter());
        assertThatThrownBy(() -> migration().move("second")).isInstanceOf(SchsmException.class);
        reload();
        byte[] kcv = group.target().domain().kcv();
        assertThat(kcv).isNotEqualTo(NONE);
        assertThat(group.target().device().leftovers())
                .anyMatch(leftover -> leftover.description().contains("stays, for whose it is cannot be told"));

        List<String> told = migration().move("moving").leftBehind();

        assertThat(told).hasSize(1);
        assertThat(told.get(0)).contains("the KEK in key domain 0 of device ZZSIM000002", "cannot be proven");
        assertThat(group.target().domain().kcv()).isEqualTo(kcv);
        assertThat(migration().move("second").leftBehind()).isEmpty();
        assertThat(group.target().domain().kcv()).isEqualTo(NONE);
    }

    @Test
    void anAgreementThatWasRefusedLeavesTheKekBefore() throws Exception {
        group.agree();
        byte[] kcv = group.source().domain().kcv();
        group.target().domain().clearKek();
        bench.source().device().faults().add(1, Faults.command(0x80, 0x62, -1, 0x84), Fault.status(0x6985));

        assertThatThrownBy(() -> migration().move("moving")).isInstanceOf(SchsmException.class);

        assertThat(group.source().domain().kcv()).isEqualTo(kcv);
    }

    @Test
    void aKeyThatIsCalledLikeAMigrationsIsNotOne() throws Exception {
        String label = "migration exchange with my other device";
        group.source().generate(SchsmKeySpec.exchangeKey(label, group.source().domain()));

        assertThat(group.source().device().leftovers()).isEmpty();
        assertThat(migration().move("moving").leftBehind()).isEmpty();

        assertThat(aliases(group.source())).contains(label);
    }

    /** It has the label that is made up for a key without a description, and a description all the same. */
    @Test
    void aDescribedKeyIsNoHalfWhateverItsLabel() throws Exception {
        movable("key-2");
        migration().move("key-2");
        assertThat(key(group.target(), "key-2").reference()).isEqualTo("2");
        TokenDevice.tokenOf(group.source().device()).rename(key(group.source(), "key-2"), "signing");
        reload();

        KeyMigration.Result moved = migration().move("signing");

        assertThat(moved.isThere()).isTrue();
        assertThat(aliases(group.target())).containsExactlyInAnyOrder("key-2", "signing");
    }

    /** The half is the only copy that the target has: it goes when there is a whole one. */
    @Test
    void aHalfStaysUntilTheKeyIsThere() throws Exception {
        bench.target().device().faults().add(1, Faults.instruction(0x74), Fault.removalAfter());
        assertThatThrownBy(() -> migration().move("moving")).isInstanceOf(SchsmException.class);
        reload();
        List<String> before = aliases(group.target());
        bench.target().device().faults().add(1, Faults.instruction(0x74), Fault.status(0x6400));

        assertThatThrownBy(() -> migration().move("moving")).isInstanceOf(SchsmException.class);

        reload();
        assertThat(before).anyMatch(alias -> alias.startsWith("key-"));
        assertThat(aliases(group.target()))
                .containsExactlyElementsOf(before.stream()
                        .filter(alias -> alias.startsWith("key-"))
                        .toList());
        assertThat(migration().move("moving").leftBehind()).isEmpty();
        assertThat(aliases(group.target())).containsExactly("moving");
    }

    /** The target asks for the PIN again in the middle, and the handler that gives it throws once. */
    private void askAndCancel(int unwrapping) throws Exception {
        AtomicInteger asked = new AtomicInteger();
        TokenDevice.tokenOf(group.target().device()).login(new PinSource() {
            @Override
            public char[] pin(PinRequest request) {
                if (asked.incrementAndGet() == 2) {
                    throw new CancellationException("not now");
                }
                return PIN.clone();
            }

            @Override
            public boolean isInteractive() {
                return false;
            }
        });
        bench.target().device().faults().add(unwrapping, Faults.instruction(0x74), Fault.status(0x6982));
    }

    @Test
    void anUncheckedExceptionIsCleanedUpAfter() throws Exception {
        askAndCancel(1);

        assertThatThrownBy(() -> migration().move("moving")).isInstanceOf(CancellationException.class);

        reload();
        assertThat(aliases(group.source())).containsExactlyInAnyOrder("group-signer", "moving");
        assertThat(group.source().domain().kcv()).isEqualTo(NONE);
        assertThat(group.target().domain().kcv()).isEqualTo(NONE);
    }

    @Test
    void anUncheckedExceptionLosesNoResults() throws Exception {
        movable("second");
        movable("third");
        askAndCancel(2);

        List<KeyMigration.Result> results = migration().move(List.of("moving", "second", "third"));

        assertThat(results).extracting(KeyMigration.Result::isThere).containsExactly(true, false, false);
        assertThat(results.get(1).failure()).hasRootCauseInstanceOf(CancellationException.class);
        reload();
        assertThat(aliases(group.source())).containsExactlyInAnyOrder("group-signer", "moving", "second", "third");
        assertThat(group.source().domain().kcv()).isEqualTo(NONE);
        assertThat(group.target().domain().kcv()).isEqualTo(NONE);
    }
}
