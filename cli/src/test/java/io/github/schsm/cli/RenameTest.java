// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli;

import static io.github.schsm.cli.Bench.A;
import static io.github.schsm.cli.Bench.B;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code schsm rename}: on one device, and on all members of a key domain. */
class RenameTest {
    @TempDir
    private Path folder;

    private Bench bench;

    @BeforeEach
    void open() {
        bench = new Bench(folder, false);
    }

    @Test
    void keyIsFoundUnderItsNewLabelOnly() {
        bench.on(A, "generate", "--label=old").done();

        assertThat(bench.on(A, "rename", "--label=old", "--to=new").done().out())
                .isEqualTo("Key \"old\" of device " + A + " is \"new\" now.\n");

        assertThat(bench.withoutPinOn(A, "keys").done().out()).contains("new").doesNotContain("old");
        bench.on(A, "sign", "--label=new", "--out=" + bench.file("signature"), bench.file("state/readers.lock"))
                .done();
        assertThat(bench.on(A, "rename", "--label=old", "--to=newer").failed().err())
                .contains("no entry \"old\"", "new");
    }

    @Test
    void labelThatIsTakenOrIsNoneIsRefused() {
        bench.on(A, "generate", "--label=one").done();
        bench.on(A, "generate", "--label=two").done();

        assertThat(bench.on(A, "rename", "--label=one", "--to=two").failed().err())
                .contains("another entry has the alias \"two\"");
        assertThat(bench.on(A, "rename", "--label=one", "--to= ").misused().err())
                .contains("a label has 1 to 64 characters");
        assertThat(bench.withoutPinOn(A, "keys").done().out()).contains("one", "two");
        bench.on(A, "rename", "--label=one", "--to=one").done();
    }

    @Test
    void answersInJson() {
        bench.on(A, "generate", "--label=old").done();

        Map<String, Object> answer = new Bench(folder, true)
                .on(A, "rename", "--label=old", "--to=n\u00FC")
                .done()
                .json();

        assertThat(answer)
                .containsEntry("device", A)
                .containsEntry("label", "n\u00FC")
                .containsEntry("previous", "old")
                .containsEntry("kind", "key")
                .containsEntry("missed", List.of());
    }

    @Test
    void everyMemberOfADomainGetsTheNewLabel() {
        bench.on(A, "group-signer", "create", "--label=signer").done();
        for (String device : List.of(A, B)) {
            bench.on(device, "domain", "join", "--signer=signer", "--signer-device=" + A, "--yes")
                    .done();
        }
        String uid = (String) new Bench(folder, true)
                .withoutPinOn("", "domain", "status")
                .done()
                .json()
                .get("uid");
        bench.on("", "generate", "--label=old", "--domain=" + uid, "--allow=ECDSA,WRAP")
                .done();

        bench.on("", "rename", "--domain=" + uid, "--label=old", "--to=new").done();

        for (String device : List.of(A, B)) {
            assertThat(bench.withoutPinOn(device, "keys").done().out())
                    .contains("new")
                    .doesNotContain("old");
        }
    }
}
