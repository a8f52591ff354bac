// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli;

import static io.github.schsm.cli.Bench.A;
import static io.github.schsm.cli.Bench.B;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Data objects, and keys derived from other keys. */
class DataTest {
    @TempDir
    Path folder;

    private Bench bench;
    private Bench json;

    @BeforeEach
    void bench() throws IOException {
        bench = new Bench(folder, false);
        json = new Bench(folder, true);
        Files.writeString(folder.resolve("in"), "what a program keeps");
    }

    @Test
    void dataComesOutAsItWentInAndTheProtectedOnlyWithThePin() throws IOException {
        bench.on(A, "data", "write", "--label=open", "--application=Tests", "--oid=1.2.3", bench.file("in"))
                .done();
        bench.on(A, "data", "write", "--label=closed", "--protected", bench.file("in"))
                .done();

        assertThat(json.withoutPinOn(A, "data", "list").done().list("dataObjects"))
                .extracting(
                        o -> o.get("label"), o -> o.get("application"), o -> o.get("oid"), o -> o.get("pinProtected"))
                .containsExactlyInAnyOrder(tuple("open", "Tests", "1.2.3", false), tuple("closed", null, null, true));
        bench.withoutPinOn(A, "data", "read", "--label=open", "--out=" + bench.file("open"))
                .done();
        assertThat(bench.withoutPinOn(A, "data", "read", "--label=closed", "--out=" + bench.file("closed"))
                        .failed()
                        .err())
                .contains("--pin-env");
        bench.on(A, "data", "read", "--label=closed", "--out=" + bench.file("closed"))
                .done();
        assertThat(folder.resolve("open")).hasSameBinaryContentAs(folder.resolve("in"));
        assertThat(folder.resolve("closed")).hasSameBinaryContentAs(folder.resolve("in"));
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve("closed"))))
                .isEqualTo("rw-------");
    }

    @Test
    void dataIsReplacedOnlyOnRequestAndDeletedOnlyWhenConfirmed() throws IOException {
        bench.on(A, "data", "write", "--label=d", bench.file("in")).done();
        Files.writeString(folder.resolve("other"), "something else");

        assertThat(bench.on(A, "data", "write", "--label=d", bench.file("other"))
                        .failed()
                        .err())
                .contains("already", "--replace");
        bench.on(A, "data", "write", "--label=d", "--replace", bench.file("other"))
                .done();
        bench.withoutPinOn(A, "data", "read", "--label=d", "--out=" + bench.file("out"))
                .done();
        assertThat(folder.resolve("out")).hasSameBinaryContentAs(folder.resolve("other"));
        assertThat(bench.on(A, "data", "delete", "--label=d").failed().err()).contains("--yes");
        bench.on(A, "data", "delete", "--label=d", "--yes").done();
        assertThat(bench.withoutPinOn(A, "data", "list").done().out()).contains("has no data objects");
        assertThat(bench.withoutPinOn(A, "data", "read", "--label=d").failed().err())
                .contains("no data object \"d\"");
    }

    @Test
    void deviceIsGivenAnotherLabel() {
        assertThat(bench.on(A, "label", "Signing HSM").done().out()).contains("Signing HSM");

        assertThat(json.withoutPinOn(A, "devices").done().list("devices"))
                .anySatisfy(device -> assertThat(device).containsEntry("label", "Signing HSM"));
        assertThat(bench.on(B, "label", "x".repeat(33)).misused().err()).contains("32");
    }

    @Test
    void randomBytesAreAsManyAsAskedForAndOthersEachTime() throws IOException {
        String once = bench.withoutPinOn(A, "random", "20").done().out().strip();
        String again = bench.withoutPinOn(A, "random", "20").done().out().strip();

        assertThat(once).matches("[0-9A-F]{40}").isNotEqualTo(again);
        bench.withoutPinOn(A, "random", "3000", "--out=" + bench.file("random")).done();
        assertThat(bench.content("random")).hasSize(3000);
        bench.withoutPinOn(A, "random", "0").misused();
    }

    @Test
    void keyIsDerivedWithAValueThatIsNotOnTheCommandLine() throws IOException {
        bench.on(A, "generate", "--label=parent", "--allow=ECDSA,DERIVE_EC").done();
        Path value = folder.resolve("value");
        Files.createFile(value, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(value, "00".repeat(31) + "05\n");

        bench.on(A, "derive-key", "--from=parent", "--label=child", "--value-file=" + value)
                .done();

        assertThat(json.withoutPinOn(A, "keys").done().list("keys"))
                .anySatisfy(key -> assertThat(key)
                        .containsEntry("label", "child")
                        .containsEntry("curve", "secp256r1")
                        .containsEntry("algorithms", List.of("ECDSA", "DERIVE_EC")));
        Files.writeString(value, "5");
        assertThat(bench.on(A, "derive-key", "--from=parent", "--label=other", "--value-file=" + value)
                        .failed()
                        .err())
                .contains("hexadecimal");
        bench.on(A, "generate", "--label=aes", "--type=AES", "--wrapped-by=7").done();
        assertThat(bench.withoutPinOn(A, "keys").done().out()).contains("AES-256, wrapping key 7");
        assertThat(bench.on(A, "derive-key", "--from=aes", "--label=other", "--value-file=" + value)
                        .failed()
                        .err())
                .contains("no EC key");
    }
}
