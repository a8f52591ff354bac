// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.domain;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.SchsmDomain;
import io.github.schsm.conformance.bench.DomainBench;
import java.security.KeyPair;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Many threads, of either kind, and members that go and come: nothing is lost, wrong or hung. */
@Tag("jdk")
class DomainStormTest {
    private static final int THREADS = 64;
    private static final int FIRST_WITH_VIRTUAL_THREADS = 21;
    private static final int SEED = 20261129;
    private static final Duration SHORT = Duration.ofSeconds(6);
    private static final Duration LONG = Duration.ofSeconds(60);
    private static final int LONGEST_STAY = 400;
    private static final long MOST_JOIN_MILLIS = 120_000;

    /** What a program may run on. */
    enum Kind {
        PLATFORM {
            @Override
            Thread of(Runnable work) {
                return new Thread(work);
            }
        },
        /** Compiled for 17, which has none. */
        VIRTUAL {
            @Override
            Thread of(Runnable work) throws ReflectiveOperationException {
                Object builder = Thread.class.getMethod("ofVirtual").invoke(null);
                return (Thread) Class.forName("java.lang.Thread$Builder")
                        .getMethod("unstarted", Runnable.class)
                        .invoke(builder, work);
            }
        };

        abstract Thread of(Runnable work) throws ReflectiveOperationException;
    }

    private static Stream<Kind> kinds() {
        return Stream.of(Kind.values())
                .filter(kind -> kind == Kind.PLATFORM || Runtime.version().feature() >= FIRST_WITH_VIRTUAL_THREADS);
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void everySignatureIsMadeWhileMembersGoAndCome(Kind kind) throws Exception {
        try (DomainBench bench = new DomainBench()) {
            DomainProgram program = DomainProgram.on(bench);
            KeyPair pair = program.generate("k");
            Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
            AtomicLong signed = new AtomicLong();
            AtomicBoolean over = new AtomicBoolean();
            List<Thread> threads = new ArrayList<>();
            for (int i = 0; i < THREADS; i++) {
                threads.add(kind.of(() -> {
                    while (!over.get()) {
                        try {
                            assertThat(DomainProgram.verifies(pair.getPublic(), program.sign(pair.getPrivate())))
                                    .isTrue();
                            signed.incrementAndGet();
                        } catch (Throwable failure) {
                            failures.add(failure);
                        }
                    }
                }));
            }
            threads.forEach(Thread::start);
            pullAndPlug(bench);
            long before = signed.get();
            DomainProgram.await(() -> signed.get() > before);
            over.set(true);
            for (Thread thread : threads) {
                thread.join(MOST_JOIN_MILLIS);
                assertThat(thread.isAlive()).as("hung").isFalse();
            }
            assertThat(failures).isEmpty();
            List<SchsmDomain.Member> members = program.domain().members();
            DomainProgram.await(() -> members.stream().allMatch(SchsmDomain.Member::isPresent));
            program.assertAllSign(bench, pair.getPrivate(), pair.getPublic());
        }
    }

    /** One member at a time is out, so that there is always one that can work. */
    private static void pullAndPlug(DomainBench bench) throws InterruptedException {
        Random random = new Random(SEED);
        Instant end = Instant.now().plus(Boolean.getBoolean("schsm.full") ? LONG : SHORT);
        while (Instant.now().isBefore(end)) {
            int number = random.nextInt(bench.devices().size());
            bench.device(number).remove();
            Thread.sleep(random.nextInt(LONGEST_STAY));
            bench.device(number).insert();
            Thread.sleep(random.nextInt(LONGEST_STAY));
        }
    }
}
