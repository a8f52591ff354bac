// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.audit;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.schsm.admin.audit.AuditReader;
import io.github.schsm.admin.audit.AuditVerification;
import io.github.schsm.admin.audit.AuditVerifier;
import io.github.schsm.conformance.bench.Program;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.zip.Deflater;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
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

    /** How many changes a process makes at most before it is killed, and how long it lives after the last of them. */
    private static final int MOST_CHANGES = 12;

    private static final int MOST_MILLIS = 20;

    /** How many processes are started before it is their turn: to start takes longer than all the rest. */
    private static final int AHEAD = 2;

    private static final String ENDLESS = "1000000";
    private static final String SMALL_FILES = "; audit.size = 8k";

    @TempDir
    private Path folder;

    private Path log() {
        return folder.resolve("audit.log");
    }

    private String configuration(String devices, String more) {
        return configuration(devices, log(), more);
    }

    private String configuration(String devices, Path log, String more) {
        return "terminal = \"simulator:" + folder.resolve(devices) + "\"; audit = \"file:" + log + "\"" + more;
    }

    private static List<String> changes(String... arguments) {
        return changes(System.getProperty("java.class.path"), List.of(), arguments);
    }

    private static List<String> changes(String classPath, List<String> options, String... arguments) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-Xshare:auto",
                "-XX:+UseSerialGC",
                "-XX:-UsePerfData",
                "-cp",
                classPath));
        command.addAll(options);
        command.add(AuditedChanges.class.getName());
        command.addAll(List.of(arguments));
        return command;
    }

    /** The class path as a JVM can keep an archive of its classes: no folders, and no jars that are signed. */
    private String jars() throws IOException {
        String program = AuditedChanges.class.getName().replace('.', '/') + ".class";
        List<String> jars = new ArrayList<>();
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
            Path path = Path.of(entry);
            if (Files.isRegularFile(path)) {
                jars.add(unsigned(path));
            } else if (Files.isRegularFile(path.resolve(program))) {
                // Nothing else of the tests is in the processes.
                jars.add(jar(path, List.of(path.resolve(program))));
            } else if (Files.isDirectory(path)) {
                try (Stream<Path> walked = Files.walk(path)) {
                    List<Path> files = walked.filter(Files::isRegularFile).toList();
                    if (!files.isEmpty()) {
                        jars.add(jar(path, files));
                    }
                }
            }
        }
        return String.join(File.pathSeparator, jars);
    }

    private String unsigned(Path jar) throws IOException {
        try (ZipFile zip = new ZipFile(jar.toFile())) {
            if (zip.stream().noneMatch(entry -> isSignature(entry.getName()))) {
                return jar.toString();
            }
        }
        try (FileSystem zip = FileSystems.newFileSystem(jar);
                Stream<Path> files = Files.walk(zip.getPath("/"))) {
            Path root = zip.getPath("/");
            return jar(
                    root,
                    files.filter(Files::isRegularFile)
                            .filter(file -> !isSignature(root.relativize(file).toString()))
                            .toList());
        }
    }

    private static boolean isSignature(String file) {
        return file.matches("META-INF/[^/]*[.](SF|RSA|DSA|EC)");
    }

    private String jar(Path root, List<Path> files) throws IOException {
        Path jar = Files.createTempFile(folder, "classes", ".jar");
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(jar))) {
            zip.setLevel(Deflater.NO_COMPRESSION);
            for (Path file : files) {
                zip.putNextEntry(new ZipEntry(root.relativize(file).toString()));
                Files.copy(file, zip);
                zip.closeEntry();
            }
        }
        return jar.toString();
    }

    private static Process start(List<String> command, ProcessBuilder.Redirect input) throws IOException {
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectInput(input).redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment().remove("JAVA_TOOL_OPTIONS");
        return builder.start();
    }

    /** It begins at once. */
    private static Process start(List<String> command) throws IOException {
        return start(command, ProcessBuilder.Redirect.from(new File("/dev/null")));
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

    private static AuditVerification verified(Path log) throws Exception {
        AuditVerification verified = AuditVerifier.of(AuditReader.of(log)).verify();
        assertThat(verified.findings()).isEmpty();
        return verified;
    }

    /** What the log says was done: {@code stored LABEL}, {@code deleted LABEL}. */
    private static Set<String> logged(Path log) throws Exception {
        Map<Long, JsonNode> begun = new HashMap<>();
        Set<String> done = new HashSet<>();
        AuditReader.of(log).forEach(line -> {
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
        String jars = jars();
        Path classes = folder.resolve("classes.jsa");
        // What the first one loads is there for all the others, which halves their time.
        Program.run(
                        changes(
                                jars,
                                List.of("-Xlog:disable", "-XX:ArchiveClassesAtExit=" + classes),
                                configuration("first", folder.resolve("first.log"), SMALL_FILES),
                                "first",
                                "20"),
                        Map.of())
                .succeeded();
        List<String> archived =
                Files.exists(classes) ? List.of("-Xlog:disable", "-XX:SharedArchiveFile=" + classes) : List.of();
        Random random = new Random();
        Set<String> acknowledged = new HashSet<>();
        Deque<Process> processes = new ArrayDeque<>();
        try {
            int started = 0;
            for (int i = 0; i < KILLS; i++) {
                while (processes.size() <= AHEAD && started < KILLS) {
                    // Those that run at the same time have devices of their own; they share the log.
                    String devices = "state-" + started % (AHEAD + 1);
                    processes.add(start(
                            changes(jars, archived, configuration(devices, SMALL_FILES), started + "-", ENDLESS),
                            ProcessBuilder.Redirect.PIPE));
                    started++;
                }
                acknowledged.addAll(saidUntilKilled(processes.element(), random));
                processes.remove();
            }
        } finally {
            processes.forEach(Process::destroyForcibly);
        }

        AuditVerification verified = verified(log());
        assertThat(verified.files()).hasSizeGreaterThan(1);
        assertThat(acknowledged).hasSizeGreaterThan(KILLS);
        assertThat(logged(log())).containsAll(acknowledged);
        assertThat(verified.unfinished()).hasSizeLessThanOrEqualTo(KILLS);
    }

    /** Lets a process begin, kills it within or after some changes, and returns those that it said were done. */
    private static List<String> saidUntilKilled(Process process, Random random) throws Exception {
        try (BufferedReader output = output(process);
                OutputStream input = process.getOutputStream()) {
            assertThat(output.readLine()).isEqualTo("ready");
            List<String> said = new ArrayList<>();
            int changes = random.nextInt(MOST_CHANGES);
            int millis = random.nextInt(MOST_MILLIS);
            input.write('\n');
            input.flush();
            while (said.size() < changes) {
                said.add(Objects.requireNonNull(output.readLine(), "the process ended by itself"));
            }
            assertThat(process.waitFor(millis, TimeUnit.MILLISECONDS)).isFalse();
            // SIGKILL, and not by the process itself, which would close what it said.
            process.toHandle().destroyForcibly();
            said.addAll(rest(output));
            process.waitFor();
            return said;
        }
    }

    @Test
    void twoProcessesShareOneLogWhileItsFilesFillUp() throws Exception {
        List<Process> processes = new ArrayList<>();
        Set<String> acknowledged = new HashSet<>();
        try {
            for (String name : List.of("a", "b")) {
                processes.add(start(changes(configuration(name, SMALL_FILES), name, "40")));
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

        AuditVerification verified = verified(log());
        assertThat(verified.files()).hasSizeGreaterThan(3);
        assertThat(verified.unfinished()).isEmpty();
        assertThat(acknowledged).hasSize(160);
        assertThat(logged(log())).isEqualTo(acknowledged);
    }

    /** No file may become longer than some blocks. */
    @Test
    void changeThatCannotBeLoggedIsNotMade() throws Exception {
        List<String> limited = new ArrayList<>(List.of("bash", "-c", "ulimit -f 64; exec \"$@\"", "bash"));
        limited.addAll(changes(configuration("state", ""), "x", ENDLESS));
        Process process = start(limited);
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
        AuditVerification verified = verified(log());
        assertThat(logged(log())).containsAll(said.subList(0, said.size() - 2));
        // Either the change was not begun, or it was done and only its end could not be written.
        int there = Integer.parseInt(said.get(said.size() - 1).replace("there are ", ""));
        boolean storing = said.get(said.size() - 3).startsWith("deleted ");
        boolean begun = !verified.unfinished().isEmpty();
        assertThat(there).isEqualTo(storing == begun ? 1 : 0);
    }

    /** A disk that is full, in memory: {@code $0} is where it is, and what is on it is copied to {@code $1} at the end. */
    @Test
    @Tag("pcsc")
    @Tag("namespaces")
    void fullDiskRefusesChangesUntilThereIsRoom() throws Exception {
        Path disk = Files.createDirectory(folder.resolve("disk"));
        Path kept = folder.resolve("kept");
        Path filler = disk.resolve("filler");
        List<String> command = Program.unshare("--mount");
        command.addAll(List.of(
                "bash",
                "-ec",
                "mount -t tmpfs -o size=512k tmpfs \"$0\"; head --bytes=384K /dev/zero >\"$0/filler\";"
                        + " \"${@:2}\"; cp --recursive \"$0\" \"$1\"",
                disk.toString(),
                kept.toString()));
        command.addAll(changes(configuration("state", disk.resolve("audit.log"), ""), "x", ENDLESS, filler.toString()));

        Program.Result ran = Program.run(command, Map.of())
                .succeeded()
                .says(" AUDIT_LOG\n", "No space left on device", "Make room", "\nuntouched with ");

        assertThat(disk).as("mounted where nobody else sees it").isEmptyDirectory();
        assertThat(kept.resolve("filler")).doesNotExist();
        Path log = kept.resolve("audit.log");
        verified(log);
        List<String> done = ran.output()
                .lines()
                .filter(line -> line.startsWith("stored ") || line.startsWith("deleted "))
                .toList();
        assertThat(done).hasSizeGreaterThan(20).endsWith("stored xagain", "deleted xagain");
        assertThat(logged(log)).containsAll(done);
    }
}
