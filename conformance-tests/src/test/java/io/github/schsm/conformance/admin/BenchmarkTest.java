// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.github.schsm.InvalidRequestException;
import io.github.schsm.KeyAlgorithm;
import io.github.schsm.SchsmDevice;
import io.github.schsm.SchsmException;
import io.github.schsm.SchsmKey;
import io.github.schsm.SchsmKeySpec;
import io.github.schsm.admin.benchmark.Benchmark;
import io.github.schsm.admin.benchmark.BenchmarkReport;
import io.github.schsm.admin.benchmark.BenchmarkReport.Measurement;
import io.github.schsm.admin.benchmark.BenchmarkReport.Operation;
import io.github.schsm.conformance.bench.Group;
import io.github.schsm.conformance.bench.SimulatorBench;
import java.security.KeyStore;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a benchmark does to a device; not how fast the simulated one is. */
class BenchmarkTest {
    private static final Duration SHORT = Duration.ofMillis(30);

    private SimulatorBench bench;
    private KeyStore keyStore;

    @BeforeEach
    void open() throws Exception {
        bench = new SimulatorBench();
        keyStore = bench.source().keyStore();
    }

    @AfterEach
    void close() {
        bench.close();
    }

    private void generate(SchsmKeySpec.Builder spec) throws Exception {
        Group.generatePair(
                keyStore.getProvider(),
                spec.parameters(new ECGenParameterSpec("secp256r1")).build());
    }

    @Test
    void keysAreMadeUsedAndDeleted() throws Exception {
        BenchmarkReport report = Benchmark.of(keyStore, SHORT)
                .makingKeys(List.of("secp256r1", "AES-256", "secp112r1"))
                .run(next -> {});

        assertThat(report.measurements())
                .extracting(Measurement::operation, Measurement::kind, one -> one.problem() == null)
                .containsExactly(
                        tuple(Operation.ROUND_TRIP, null, true),
                        tuple(Operation.RANDOM, null, true),
                        tuple(Operation.GENERATE, "secp256r1", true),
                        tuple(Operation.SIGN, "secp256r1", true),
                        tuple(Operation.GENERATE, "AES-256", true),
                        tuple(Operation.ENCRYPT, "AES-256", true),
                        tuple(Operation.GENERATE, "secp112r1", false));
        assertThat(report.measurements())
                .filteredOn(one -> one.problem() == null)
                .allMatch(one -> one.count() > 0 && one.perSecond() > 0 && one.p50Millis() <= one.p99Millis());
        assertThat(report.measurements().get(6).problem()).contains("secp112r1");
        assertThat(Collections.list(keyStore.aliases())).isEmpty();
        assertThat(report.leftBehind()).isEmpty();
    }

    @Test
    void namedKeyIsUsedAndItsCounterSpared() throws Exception {
        generate(SchsmKeySpec.builder("plain"));
        generate(SchsmKeySpec.builder("counted").allow(KeyAlgorithm.ECDSA).useCounter(5));

        assertThat(Benchmark.of(keyStore, SHORT)
                        .withKey("plain")
                        .run(next -> {})
                        .measurements())
                .filteredOn(one -> one.operation() == Operation.SIGN)
                .hasSize(1);
        assertThatThrownBy(
                        () -> Benchmark.of(keyStore, SHORT).withKey("counted").run(next -> {}))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("use counter (5 left)");
        assertThatThrownBy(() -> Benchmark.of(keyStore, SHORT).withKey("nobody").run(next -> {}))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("no key \"nobody\"");

        BenchmarkReport report =
                Benchmark.of(keyStore, SHORT).withKey("counted").spendingUses().run(next -> {});
        long left = ((SchsmKey) keyStore.getKey("counted", null))
                .currentDetails()
                .useCounter()
                .orElseThrow();
        assertThat(left).isPositive();
        assertThat(report.measurements().get(2).count()).isEqualTo((int) (5 - left));
    }

    @Test
    void interruptionLeavesNoKey() throws Exception {
        SchsmDevice device = SchsmDevice.of(keyStore);
        try {
            assertThatThrownBy(() -> Benchmark.of(keyStore, SHORT)
                            .makingKeys(List.of("secp256r1"))
                            .run(next -> {
                                if (next.startsWith("SIGN")) {
                                    Thread.currentThread().interrupt();
                                }
                            }))
                    .isInstanceOf(SchsmException.class)
                    .hasMessageContaining("interrupted");
            assertThat(Thread.currentThread().isInterrupted()).isTrue();
        } finally {
            Thread.interrupted();
        }
        assertThat(device.keys()).isEmpty();
    }

    /** What a process that was killed has left. */
    @Test
    void nextBenchmarkDeletesWhatWasLeft() throws Exception {
        generate(SchsmKeySpec.builder("schsm-benchmark-0123456789abcdef"));
        generate(SchsmKeySpec.builder("schsm-benchmark-mine"));

        Benchmark.of(keyStore, SHORT).makingKeys(List.of("AES-128")).run(next -> {});

        assertThat(Collections.list(keyStore.aliases())).containsExactly("schsm-benchmark-mine");
    }
}
