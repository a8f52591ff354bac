// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli;

import static io.github.schsm.cli.Bench.A;
import static io.github.schsm.cli.Bench.B;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.schsm.PublicKeyChallenge;
import io.github.schsm.cli.io.FileIo;
import io.github.schsm.cli.io.OutputFiles;
import io.github.schsm.cli.report.CliException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.crypto.Cipher;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;

/** What becomes of files that commands write: every command that has {@code --out}, and every kind of place. */
class OutputFilesTest {
    private static final String OLD = "what was there before";
    private static final Map<String, String[]> COMMANDS = new LinkedHashMap<>();
    private static final Set<String> SECRET =
            Set.of("schsm random", "schsm decrypt", "schsm data read", "schsm backup");

    /** They write through the same class, of what their own tests have prepared, or end with another status. */
    private static final Set<String> PREPARED_ELSEWHERE = Set.of(
            "schsm ca issue", "schsm ca crl", "schsm ca list", "schsm audit seal", "schsm check", "schsm selftest");

    @TempDir
    static Path shared;

    @TempDir
    Path folder;

    private static Bench bench;
    private Path out;

    @BeforeAll
    static void deviceWithEverything() throws Exception {
        bench = new Bench(shared, false);
        bench.on(A, "generate", "--label=ec", "--yes").done();
        bench.on(A, "generate", "--label=rsa", "--type=RSA", "--size=1024").done();
        bench.on(A, "generate", "--label=own").done();
        bench.on(A, "group-signer", "create", "--label=signer").done();
        bench.withoutPinOn(A, "device-id", "export", "--out=" + bench.file("id"))
                .done();
        bench.on(
                        A,
                        "kdm",
                        "issue",
                        "--yes",
                        "--signer=signer",
                        "--id=" + bench.file("id"),
                        "--out=" + bench.file("kdm"))
                .done();
        bench.on(A, "domain", "create", "--slot=0", "--kdm", bench.file("kdm"), "--yes")
                .done();
        bench.on(A, "exchange-key", "create", "--slot=0", "--label=exchange").done();
        bench.withoutPinOn(A, "exchange-key", "export", "--label=exchange", "--out=" + bench.file("pub"))
                .done();
        bench.on(A, "derive-xkek", "--label=exchange", "--peer=" + bench.file("pub"), "--yes")
                .done();
        bench.on(A, "generate", "--label=moving", "--slot=0", "--allow=ECDSA,WRAP")
                .done();
        Files.writeString(shared.resolve("content"), "content");
        bench.on(A, "data", "write", "--label=object", "--protected", bench.file("content"))
                .done();
        encrypt();
        Files.write(
                shared.resolve("challenge"),
                new PublicKeyChallenge("ZZSIM00000200000", new byte[8], "ZZSIM00000100001").encode());

        COMMANDS.put("schsm attest", new String[] {"attest", "ec"});
        COMMANDS.put("schsm random", new String[] {"random", "8"});
        COMMANDS.put("schsm data read", new String[] {"data", "read", "--label=object"});
        COMMANDS.put(
                "schsm decrypt",
                new String[] {"decrypt", "--label=rsa", "--algorithm=RSA/ECB/PKCS1Padding", bench.file("encrypted")});
        COMMANDS.put("schsm device-id export", new String[] {"device-id", "export"});
        COMMANDS.put("schsm export-cert", new String[] {"export-cert", "--label=ec"});
        COMMANDS.put("schsm exchange-key export", new String[] {"exchange-key", "export", "--label=exchange"});
        COMMANDS.put(
                "schsm kdm issue",
                new String[] {"kdm", "issue", "--yes", "--signer=signer", "--id=" + bench.file("id")});
        COMMANDS.put("schsm pka export", new String[] {"pka", "export", "--label=ec"});
        COMMANDS.put(
                "schsm pka respond", new String[] {"pka", "respond", "--yes", "--label=ec", bench.file("challenge")});
        COMMANDS.put("schsm report", new String[] {"report"});
        COMMANDS.put("schsm csr", new String[] {"csr", "--label=ec", "--subject=CN=ec"});
        COMMANDS.put("schsm encrypt", new String[] {"encrypt", "--label=rsa", bench.file("content")});
        COMMANDS.put("schsm public-key", new String[] {"public-key", "--label=ec"});
        COMMANDS.put(
                "schsm self-sign",
                new String[] {"self-sign", "--label=own", "--subject=CN=own", "--replace", "--no-attestation"});
        COMMANDS.put("schsm sign", new String[] {"sign", "--label=ec", bench.file("content")});
        COMMANDS.put("schsm backup", new String[] {"backup"});
        COMMANDS.put("schsm wrap", new String[] {"wrap", "--label=moving"});
    }

    private static void encrypt() throws Exception {
        Map<?, ?> key = (Map<?, ?>) new Bench(shared, true)
                .withoutPinOn(A, "attest", "rsa")
                .done()
                .json()
                .get("key");
        PublicKey publicKey = KeyFactory.getInstance("RSA")
                .generatePublic(new X509EncodedKeySpec(Base64.getDecoder().decode((String) key.get("publicKey"))));
        Cipher cipher = Cipher.getInstance("RSA/ECB/PKCS1Padding");
        cipher.init(Cipher.ENCRYPT_MODE, publicKey);
        Files.write(shared.resolve("encrypted"), cipher.doFinal("secret".getBytes(StandardCharsets.US_ASCII)));
    }

    @BeforeEach
    void place() {
        out = folder.resolve("out");
    }

    static Stream<String> commands() {
        return COMMANDS.keySet().stream();
    }

    private Run run(String command, Path file, boolean overwrite) {
        List<String> arguments = new ArrayList<>(List.of(COMMANDS.get(command)));
        arguments.add("--out=" + file);
        if (overwrite) {
            arguments.add("--overwrite");
        }
        // Of a device on which there is nothing that cannot be saved.
        String device = command.equals("schsm backup") ? B : A;
        return bench.on(device, arguments.toArray(String[]::new));
    }

    private List<String> names() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }

    /** A command that is added has to be in the table. */
    @Test
    void everyCommandThatWritesAFileIsHere() {
        Set<String> writing = CommandLineTest.leaves()
                .filter(command -> command.getCommandSpec().findOption("--out") != null)
                .map(command -> command.getCommandSpec().qualifiedName())
                .collect(Collectors.toSet());

        writing.removeAll(PREPARED_ELSEWHERE);
        assertThat(COMMANDS.keySet()).isEqualTo(writing);
        assertThat(CommandLineTest.leaves()
                        .map(CommandLine::getCommandSpec)
                        .filter(spec -> spec.findOption("--out") != null))
                .allMatch(spec -> spec.findOption("--overwrite") != null);
    }

    @ParameterizedTest
    @MethodSource("commands")
    void fileComesWholeAndAlone(String command) throws IOException {
        run(command, out, false).done();

        assertThat(out).isNotEmptyFile();
        assertThat(names()).containsExactly("out");
        String permissions = PosixFilePermissions.toString(Files.getPosixFilePermissions(out));
        Path ordinary = Files.createFile(folder.resolve("ordinary"));
        assertThat(permissions)
                .isEqualTo(
                        SECRET.contains(command)
                                ? "rw-------"
                                : PosixFilePermissions.toString(Files.getPosixFilePermissions(ordinary)));
    }

    @ParameterizedTest
    @MethodSource("commands")
    void fileThatIsThereStaysUnlessItMayBeReplaced(String command) throws IOException {
        Files.writeString(out, OLD);

        assertThat(run(command, out, false).failed().err()).contains(out.toString(), "--overwrite");
        assertThat(out).hasContent(OLD);

        run(command, out, true).done();
        assertThat(out).isNotEmptyFile();
        assertThat(Files.readAllBytes(out)).isNotEqualTo(OLD.getBytes(StandardCharsets.US_ASCII));
        assertThat(names()).containsExactly("out");
    }

    @ParameterizedTest
    @MethodSource("commands")
    void pipeGetsTheContentAndStaysAPipe(String command) throws Exception {
        assertThat(new ProcessBuilder("mkfifo", out.toString()).start().waitFor())
                .isZero();
        CompletableFuture<byte[]> read = CompletableFuture.supplyAsync(() -> {
            try {
                return Files.readAllBytes(out);
            } catch (IOException failed) {
                throw new IllegalStateException(failed);
            }
        });

        run(command, out, true).done();

        assertThat(read.get(60, TimeUnit.SECONDS)).isNotEmpty();
        assertThat(Files.readAttributes(out, BasicFileAttributes.class).isOther())
                .isTrue();
        assertThat(names()).containsExactly("out");
    }

    @ParameterizedTest
    @MethodSource("commands")
    void fullDeviceIsAnErrorAndStaysADevice(String command) throws IOException {
        Path full = Path.of("/dev/full");

        assertThat(run(command, full, true).failed().err()).contains("/dev/full", "No space left");

        assertThat(Files.readAttributes(full, BasicFileAttributes.class).isOther())
                .isTrue();
    }

    @ParameterizedTest
    @MethodSource("commands")
    void linkIsRefusedAndNeitherItNorItsFileChanges(String command) throws IOException {
        Path file = Files.writeString(folder.resolve("file"), OLD);
        Files.createSymbolicLink(out, file);

        assertThat(run(command, out, true).failed().err()).contains(out.toString(), "link");
        assertThat(run(command, out, false).failed().err()).contains(out.toString());

        assertThat(Files.isSymbolicLink(out)).isTrue();
        assertThat(file).hasContent(OLD);
    }

    @ParameterizedTest
    @MethodSource("commands")
    void linkThatLeadsNowhereMakesNoFileThere(String command) throws IOException {
        Path nowhere = folder.resolve("nowhere");
        Files.createSymbolicLink(out, nowhere);

        run(command, out, false).failed();
        run(command, out, true).failed();

        assertThat(Files.isSymbolicLink(out)).isTrue();
        assertThat(Files.exists(nowhere, LinkOption.NOFOLLOW_LINKS)).isFalse();
    }

    @ParameterizedTest
    @MethodSource("commands")
    void folderAndMissingFolderAreNamedBeforeAnythingIsDone(String command) throws IOException {
        assertThat(run(command, folder, true).failed().err()).contains("is a folder");
        assertThat(run(command, folder.resolve("none/out"), true).failed().err())
                .contains("no folder " + folder.resolve("none"));
        assertThat(names()).isEmpty();
    }

    @Test
    void ordinaryFileThatIsReplacedKeepsItsPermissionsAndASecretOneGetsItsOwn() throws Exception {
        Files.writeString(out, OLD);
        Files.setPosixFilePermissions(out, PosixFilePermissions.fromString("rw-rw-r--"));

        FileIo.write(out, new byte[] {1}, true);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(out)))
                .isEqualTo("rw-rw-r--");

        FileIo.writeSecret(out, new byte[] {1}, true);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(out)))
                .isEqualTo("rw-------");
    }

    @Test
    void ofSeveralFilesAllComeOrNone() throws Exception {
        Path second = folder.resolve("second");
        try (OutputFiles files = new OutputFiles(false)) {
            files.add(out, new byte[] {1}, true).add(second, new byte[] {2}, false);
            assertThat(out).doesNotExist();
            Files.writeString(second, OLD); // somebody was faster

            assertThatThrownBy(files::commit).isInstanceOf(CliException.class).hasMessageContaining("second");
        }

        assertThat(names()).containsExactly("second");
        assertThat(second).hasContent(OLD);
    }

    @Test
    void whatFailsLeavesTheOldFileAndNothingBeside() throws Exception {
        Files.writeString(out, OLD);
        try (OutputFiles files = new OutputFiles(true)) {
            files.add(out, new byte[] {1}, true).add(Path.of("/dev/full"), new byte[] {2}, false);

            assertThatThrownBy(files::commit).isInstanceOf(CliException.class);
        }

        assertThat(out).hasContent(OLD);
        assertThat(names()).containsExactly("out");
    }

    /** Everybody may put a link there: only those of the system's own folders are followed. */
    @Test
    void aLinkThatSomebodyPutBelowTheSystemsFoldersIsRefused() throws Exception {
        Path victim = Files.writeString(folder.resolve("victim"), "kept");
        Path link = Path.of("/dev/shm", "schsm-" + folder.getFileName());
        Files.createSymbolicLink(link, victim);
        try {
            assertThat(Run.of(Map.of(), "random", "8", "--terminal=simulator:memory", "--out=" + link, "--overwrite")
                            .failed()
                            .err())
                    .contains(link.toString());
            assertThat(victim).hasContent("kept");
        } finally {
            Files.delete(link);
        }
    }
}
