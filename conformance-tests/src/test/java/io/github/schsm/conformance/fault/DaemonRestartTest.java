// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.fault;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.conformance.bench.OpenScBench;
import io.github.schsm.conformance.bench.Program;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A daemon that ends and comes back. It is one of its own, in namespaces of its own: other tests need theirs. */
@Tag("pcsc")
@Tag("namespaces")
class DaemonRestartTest {
    @TempDir
    private Path folder;

    @Test
    void nextSignatureWorksAfterTheDaemonWasRestarted() throws Exception {
        requireSignatureAfterRestart("pcsc");
    }

    @Test
    void nextSignatureByOpenScsModuleWorksAfterTheDaemonWasRestarted() throws Exception {
        requireSignatureAfterRestart(OpenScBench.terminal());
    }

    @Test
    void membersOfADomainElsewhereGoOnWhileTheDaemonIsAway() throws Exception {
        String said = run(DomainDaemonRestart.class, folder.resolve("devices").toString());

        assertThat(said).contains(DomainDaemonRestart.WITHOUT, DomainDaemonRestart.TOGETHER);
    }

    private void requireSignatureAfterRestart(String terminal) throws Exception {
        assertThat(run(DaemonRestart.class, terminal)).contains(DaemonRestart.WITHOUT, DaemonRestart.AGAIN);
    }

    /** Runs a program that starts and ends daemons, and expects that it succeeds; returns what it says. */
    private String run(Class<?> program, String argument) throws Exception {
        List<String> command = Program.unshare("--mount", "--net", "--pid", "--fork", "--mount-proc", "--kill-child");
        command.addAll(List.of("bash", "-c", "mount -t tmpfs tmpfs /run && ip link set lo up && exec \"$@\"", "bash"));
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        if (Runtime.version().feature() >= 24) {
            command.add("--enable-native-access=ALL-UNNAMED");
        }
        command.addAll(List.of("-cp", classPath(), program.getName(), argument));
        Path output = folder.resolve("output");
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        boolean ended = process.waitFor(8, TimeUnit.MINUTES);
        process.destroyForcibly();
        String said = Files.readString(output, StandardCharsets.UTF_8);

        assertThat(ended).as(said).isTrue();
        assertThat(process.exitValue()).as(said).isZero();
        return said;
    }

    private static String classPath() {
        return System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    }
}
