// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.domain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.schsm.SchsmDevice;
import io.github.schsm.SchsmDomain;
import io.github.schsm.conformance.bench.Backend;
import io.github.schsm.conformance.bench.DomainBench;
import io.github.schsm.conformance.bench.Pki;
import io.github.schsm.conformance.bench.SimulatorBench.SimulatedMember;
import io.github.schsm.simulator.Fault;
import io.github.schsm.simulator.Faults;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.ProviderException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Each thing that can go wrong with one of three members, at each thing that a program does. The program gets what it asked
 * for, or a typed exception; nothing is lost or hung, and once the member is well everything can be brought everywhere.
 */
class DomainFaultsTest {
    private static final char[] OTHER = "222222".toCharArray();
    private static final char[] RIGHT = "648219".toCharArray();
    private static final int EXECUTION_ERROR = 0x6400;
    private static final int GENERATE_PAIR = 0x46;
    private static final int MANY = 40;
    private static final Duration SILENCE = Duration.ofMillis(1500);

    /** What is wrong with a member. */
    enum Trouble {
        REMOVED {
            @Override
            void come(SimulatedMember member) {
                member.remove();
            }

            @Override
            void go(SimulatedMember member) {
                member.insert();
            }
        },
        REMOVED_DURING_COMMAND {
            @Override
            void come(SimulatedMember member) {
                member.device().faults().add(1, Faults.any(), Fault.removalAfter());
            }

            @Override
            void go(SimulatedMember member) {
                member.device().faults().clear();
                member.insert();
            }
        },
        RESET {
            @Override
            void come(SimulatedMember member) {
                member.device().faults().add(1, Faults.any(), Fault.reset());
            }

            @Override
            void go(SimulatedMember member) {
                member.device().faults().clear();
            }
        },
        BLOCKED_PIN {
            @Override
            void come(SimulatedMember member) throws Exception {
                for (int i = 0; i < 3; i++) {
                    member.raw().send("0020008106313131313131");
                }
            }

            @Override
            void go(SimulatedMember member) throws Exception {
                SchsmDevice.of(publicView(member)).administration().unblock(SO_PIN, RIGHT);
            }
        },
        WRONG_PIN {
            @Override
            void come(SimulatedMember member) throws Exception {
                SchsmDevice.of(publicView(member)).administration().changePin(RIGHT, OTHER);
                member.raw();
            }

            @Override
            void go(SimulatedMember member) throws Exception {
                SchsmDevice.of(publicView(member)).administration().unblock(SO_PIN, RIGHT);
            }
        },
        EXECUTION_ERRORS {
            @Override
            void come(SimulatedMember member) {
                for (int i = 0; i < MANY; i++) {
                    member.device().faults().add(1, Faults.any(), Fault.status(EXECUTION_ERROR));
                }
            }

            @Override
            void go(SimulatedMember member) {
                member.device().faults().clear();
            }
        },
        SILENT {
            @Override
            void come(SimulatedMember member) {
                member.device().faults().add(1, Faults.any(), Fault.delay(SILENCE));
            }

            @Override
            void go(SimulatedMember member) {
                member.device().faults().clear();
            }
        };

        private static final char[] SO_PIN = "3537363231383830".toCharArray();

        abstract void come(SimulatedMember member) throws Exception;

        abstract void go(SimulatedMember member) throws Exception;

        private static KeyStore publicView(SimulatedMember member) throws Exception {
            KeyStore keys = KeyStore.getInstance("SCHSM", member.provider());
            keys.load(null, null);
            return keys;
        }
    }

    /** What a program does. */
    enum Work {
        LOAD {
            @Override
            void on(DomainProgram program, KeyPair pair) throws Exception {
                program.keys().load(null, RIGHT);
            }
        },
        SIGN {
            @Override
            void on(DomainProgram program, KeyPair pair) throws Exception {
                for (int i = 0; i < 6; i++) {
                    program.assertSigns(pair);
                }
            }
        },
        GENERATE {
            @Override
            void on(DomainProgram program, KeyPair pair) throws Exception {
                program.assertSigns(program.generate("new"));
            }
        },
        COPY {
            @Override
            void on(DomainProgram program, KeyPair pair) throws Exception {
                program.domain().synchronize();
            }
        },
        DELETE {
            @Override
            void on(DomainProgram program, KeyPair pair) throws Exception {
                program.keys().deleteEntry("k");
            }
        },
        CERTIFICATE {
            @Override
            void on(DomainProgram program, KeyPair pair) throws Exception {
                Pki pki = Pki.create();
                program.keys()
                        .setKeyEntry("k", pair.getPrivate(), null, pki.chain(pki.issue("leaf", pair.getPublic())));
            }
        };

        abstract void on(DomainProgram program, KeyPair pair) throws Exception;
    }

    static Stream<Arguments> table() {
        List<Arguments> table = new ArrayList<>();
        int next = 0;
        for (Trouble trouble : Trouble.values()) {
            for (Work work : Work.values()) {
                // Each member has its turn; in the full matrix all have.
                for (int member : Boolean.getBoolean("schsm.repeated") ? new int[] {0, 1, 2} : new int[] {next++ % 3}) {
                    table.add(Arguments.of(trouble, work, member));
                }
            }
        }
        return table.stream();
    }

    @ParameterizedTest(name = "{0} at {1} on member {2}")
    @MethodSource("table")
    @Timeout(value = 5, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void nothingIsLostAndEverythingCanBeMended(Trouble trouble, Work work, int number) throws Exception {
        try (DomainBench bench = new DomainBench(3, work == Work.COPY ? "; copies = 1" : "")) {
            DomainProgram program = DomainProgram.on(bench);
            KeyPair pair = program.generate("k");
            SimulatedMember member = bench.device(number);

            trouble.come(member);
            Throwable failure = attempt(work, program, pair);
            if (failure == null) {
                // What was not brought somewhere is told here.
                assertThat(program.domain().members()).hasSize(3);
            } else {
                assertThat(isRefusal(trouble, work)).as("fails: %s", failure).isTrue();
                Backend.sentence(failure);
            }
            boolean deleted = work == Work.DELETE && failure == null;
            if (!deleted && !isOnlyCopyThere(work, program, member)) {
                signsAtLast(program, pair);
            }

            trouble.go(member);
            KeyStore again = bench.source().another("; name = again");
            DomainProgram well = new DomainProgram(again.getProvider(), again);
            assertThat(well.domain().members()).allMatch(SchsmDomain.Member::isPresent);
            SchsmDomain.Synchronization mended = well.domain().synchronize();
            assertThat(mended.isComplete())
                    .as("%s, %s", mended.report(), mended.failed())
                    .isTrue();
            assertThat(well.domain().withoutSecondCopy()).isEmpty();
            assertThat(again.containsAlias("k")).isEqualTo(!deleted);
            if (!deleted) {
                well.assertAllSign(bench, (PrivateKey) again.getKey("k", null), pair.getPublic());
            }
            for (SimulatedMember device : bench.devices()) {
                assertThat(SchsmDevice.of(device.keyStore()).leftovers())
                        .as("left on %s", device.id())
                        .allMatch(left -> trouble == Trouble.REMOVED_DURING_COMMAND);
            }
        }
    }

    @Test
    void keyThatWasPerhapsMadeIsNotMadeAgain() throws Exception {
        try (DomainBench bench = new DomainBench()) {
            DomainProgram program = DomainProgram.on(bench);
            program.generate("k");
            for (SimulatedMember device : bench.devices()) {
                device.device().faults().add(1, Faults.instruction(GENERATE_PAIR), Fault.removalAfter());
            }
            assertThatThrownBy(() -> program.generate("new")).isInstanceOf(ProviderException.class);
            assertThat(program.domain().members())
                    .filteredOn(SchsmDomain.Member::isPresent)
                    .as("no other member made one")
                    .hasSize(2);

            bench.devices().forEach(device -> device.device().faults().clear());
            bench.source().insert();
            KeyStore again = bench.source().another("; name = again");
            // What was perhaps made was, and has no description.
            List<String> aliases = Collections.list(again.aliases());
            assertThat(aliases).hasSize(2).contains("k");
            aliases.remove("k");
            assertThat(SchsmDomain.of(again).copies(aliases.get(0))).hasSize(1);
        }
    }

    private static @Nullable Throwable attempt(Work work, DomainProgram program, KeyPair pair) {
        try {
            work.on(program, pair);
            return null;
        } catch (Exception failure) {
            return failure;
        }
    }

    /**
     * Where a program is told: a PIN that is refused goes to nobody else, what would come back is not deleted, and a key
     * that was perhaps made is not made again.
     */
    private static boolean isRefusal(Trouble trouble, Work work) {
        return trouble == Trouble.WRONG_PIN
                || work == Work.DELETE
                || (work == Work.GENERATE && trouble == Trouble.REMOVED_DURING_COMMAND);
    }

    /** With one copy the key is where it is. */
    private static boolean isOnlyCopyThere(Work work, DomainProgram program, SimulatedMember member) throws Exception {
        return work == Work.COPY && program.domain().copies("k").equals(List.of(member.id()));
    }

    /** A refused PIN is told once; from then on the others do it. */
    private static void signsAtLast(DomainProgram program, KeyPair pair) throws Exception {
        List<Exception> told = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            try {
                program.assertSigns(pair);
                return;
            } catch (GeneralSecurityException refused) {
                told.add(refused);
            }
        }
        throw told.get(0);
    }
}
