// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.audit;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.schsm.admin.audit.AuditReader;
import io.github.schsm.admin.audit.AuditVerification;
import io.github.schsm.admin.audit.AuditVerifier;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Processes that write one log: killed at any moment, several at once, on a disk that is full. */
@Timeout(value = 15, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@Tag("once")
class AuditProcessesTest {
    /** Each time another process is killed. */
    private static final int KILLS = Boolean.getBoolean("schsm.full") ? 200 : 20;

    /** How long a process lives after it began to write. */
    private static final int MOST_MILLIS = 400;

    /** More than one each on the average, and together more than one file's. */
    private static final int SOME = 5;

    private static final String ENDLESS = "1000000";

    @TempDir
    private Path folder;

    private Path log() {
        return folder.resolve("audit.log");
    }

    private String configuration(String devices, String more) {
        return "terminal = \"simulator:" + folder.resolve(devices) + "\"; audit = \"file:" + log() + "\"" + more;
    }

    private Process start(@Nullable String limit, String configuration, String prefix, String most) throws IOException {
        List<String> command = new ArrayList<>();
        if (limit != null) {
            command.addAll(List.of("bash", "-c", "ulimit -f " + limit + "; exec \"$@\"", "bash"));
        }
        command.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-Xshare:auto",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                AuditedChanges.class.getName(),
                configuration,
                prefix,
                most));
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment().remove("JAVA_TOOL_OPTIONS");
        return builder.start();
    }

    private static BufferedReader output(Process process) {
        return new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    /** Whole lines only: the last one may have been cut off by the end of the process. */
    private static List<String> rest(BufferedReader output) throws IOException {
        StringBuilder all = new StringBuilder();
        int c = output.read();
        while (c >= 0) {
            all.append((char) c);
            c = output.read();
        }
        String whole = all.substring(0, all.lastIndexOf("\n") + 1);
        return whole.lines().toList();
    }

    private AuditVerification verified() throws Exception {
        AuditVerification verified = AuditVerifier.of(AuditReader.of(log())).verify();
        assertThat(verified.findings()).isEmpty();
        return verified;
    }

    /** What the log says was done: {@code stored LABEL}, {@code deleted LABEL}. */
    private Set<String> logged() throws Exception {
        Map<Long, JsonNode> begun = new HashMap<>();
        Set<String> done = new HashSet<>();
        AuditReader.of(log()).forEach(line -> {
            if (line.isBegin()) {
                begun.put(line.sequence(), line.members());
            } else if (line.isEnd() && !line.isFailed()) {
                JsonNode begin = begun.get(line.begin());
                String word = line.event().equals("data.store") ? "stored " : "deleted ";
                done.add(word + begin.path("data").path("label").asText());
            }
        });
        return done;
    }

    @Test
    void noAcknowledgedChangeIsMissingWheneverTheProcessIsKilled() throws Exception {
        Random random = new Random();
        Set<String> acknowledged = new HashSet<>();
        for (int i = 0; i < KILLS; i++) {
            Process process = start(null, configuration("state", "; audit.size = 8k"), i + "-", ENDLESS);
            try (BufferedReader output = output(process)) {
                assertThat(output.readLine()).isEqualTo("ready");
                // However slow it is, every other one makes some changes before.
                for (int j = 0; j < i % 2 * SOME; j++) {
                    acknowledged.add(output.readLine());
                }
                int millis = random.nextInt(MOST_MILLIS);
                assertThat(process.waitFor(millis, TimeUnit.MILLISECONDS)).isFalse();
                // SIGKILL, and not by the process itself, which would close what it said.
                process.toHandle().destroyForcibly();
                acknowledged.addAll(rest(output));
                process.waitFor();
            }
        }

        AuditVerification verified = verified();
        assertThat(verified.files()).hasSizeGreaterThan(1);
        assertThat(acknowledged).hasSizeGreaterThan(KILLS);
        assertThat(logged()).containsAll(acknowledged);
        assertThat(verified.unfinished()).hasSizeLessThanOrEqualTo(KILLS);
    }

    @Test
    void twoProcessesShareOneLogWhileItsFilesFillUp() throws Exception {
        List<Process> processes = new ArrayList<>();
        Set<String> acknowledged = new HashSet<>();
        try {
            for (String name : List.of("a", "b")) {
                processes.add(start(null, configuration(name, "; audit.size = 8k"), name, "40"));
            }
            for (Process process : processes) {
                try (BufferedReader output = output(process)) {
                    assertThat(output.readLine()).isEqualTo("ready");
                    acknowledged.addAll(rest(output));
                }
                assertThat(process.waitFor()).isZero();
            }
        } finally {
            processes.forEach(Process::destroyForcibly);
        }

        AuditVerification verified = verified();
        assertThat(verified.files()).hasSizeGreaterThan(3);
        assertThat(verified.unfinished()).isEmpty();
        assertThat(acknowledged).hasSize(160);
        assertThat(logged()).isEqualTo(acknowledged);
    }

    /** No file may become longer than some blocks, as on a disk that is full. */
    @Test
    void changeThatCannotBeLoggedIsNotMade() throws Exception {
        Process process = start("64", configuration("state", ""), "x", ENDLESS);
        List<String> said;
        try (BufferedReader output = output(process)) {
            assertThat(output.readLine()).isEqualTo("ready");
            said = rest(output);
        }
        process.waitFor();

        assertThat(said).hasSizeGreaterThan(20);
        String refused = said.get(said.size() - 2);
        assertThat(refused).startsWith("refused ").endsWith(" AUDIT_LOG");
        assertThat(Files.size(log())).isLessThanOrEqualTo(64 * 1024);
        AuditVerification verified = verified();
        assertThat(logged()).containsAll(said.subList(0, said.size() - 2));
        // Either the change was not begun, or it was done and only its end could not be written.
        int there = Integer.parseInt(said.get(said.size() - 1).replace("there are ", ""));
        boolean storing = said.get(said.size() - 3).startsWith("deleted ");
        boolean begun = !verified.unfinished().isEmpty();
        assertThat(there).isEqualTo(storing == begun ? 1 : 0);
    }
}
