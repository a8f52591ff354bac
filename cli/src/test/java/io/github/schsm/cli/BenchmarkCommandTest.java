// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli;

import static io.github.schsm.cli.Bench.A;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.cli.report.Status;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code schsm benchmark}. */
class BenchmarkCommandTest {
    @TempDir
    private Path folder;

    private Bench bench;

    @BeforeEach
    void open() {
        bench = new Bench(folder, false);
    }

    @Test
    void showsWhatWasMeasuredAndWhatCannotBe() {
        Run run = bench.on(A, "benchmark", "--make-keys", "--kinds=secp256r1,RSA-512", "--seconds=1");

        assertThat(run.status()).as(run.err()).isEqualTo(Status.INCOMPLETE);
        assertThat(run.out())
                .containsPattern("OPERATION +KEY +COUNT +PER SECOND +P50 MS +P99 MS")
                .containsPattern("round trip +- +\\d+ +[0-9.]+ +[0-9.]+ +[0-9.]+")
                .containsPattern("random +- +\\d+ +[0-9.]+ bytes")
                .containsPattern("sign +secp256r1 +\\d+")
                .contains("Not measured: generate RSA-512: ");
        assertThat(bench.withoutPinOn(A, "keys").done().out()).doesNotContain("schsm-benchmark");
    }

    @Test
    void usesOfACountedKeyAreAskedFor() {
        bench.on(A, "generate", "--label=counted", "--allow=ECDSA", "--use-counter=3")
                .done();

        assertThat(bench.on(A, "benchmark", "--label=counted", "--seconds=1")
                        .failed()
                        .err())
                .contains("can be used 3 times", "--yes");
        Run run = bench.on(A, "benchmark", "--label=counted", "--seconds=1", "--yes", "--json")
                .done();
        assertThat(run.list("measurements"))
                .anySatisfy(one ->
                        assertThat(one).containsEntry("operation", "SIGN").containsEntry("count", 2L));
    }

    @Test
    void optionsThatDoNotFitAreRefused() {
        assertThat(bench.on(A, "benchmark", "--kinds=secp256r1").misused().err())
                .contains("--make-keys");
        assertThat(bench.on(A, "benchmark", "--seconds=0").misused().err()).contains("1 to 3600");
        assertThat(bench.on(A, "benchmark", "--label=nobody", "--seconds=1")
                        .failed()
                        .err())
                .contains("no key \"nobody\"");
    }
}
