// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli;

import static io.github.schsm.cli.Bench.A;
import static io.github.schsm.cli.Bench.B;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.github.schsm.cli.report.Status;
import io.github.schsm.simulator.VirtualReaders;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A key domain as the administrator of several devices sees it: a new member in two commands, who has what. */
class DomainMembersTest {
    private static final String SIGNER = "group-signer";

    @TempDir
    private Path folder;

    private Bench bench;

    @BeforeEach
    void createGroupSigner() {
        bench = new Bench(folder, false);
        bench.on(A, "group-signer", "create", "--label", SIGNER).done();
    }

    private Run join(String device, String... more) {
        String[] arguments = new String[more.length + 5];
        List<String> command = List.of("domain", "join", "--signer=" + SIGNER, "--signer-device=" + A, "--yes");
        for (int i = 0; i < command.size(); i++) {
            arguments[i] = command.get(i);
        }
        System.arraycopy(more, 0, arguments, command.size(), more.length);
        return bench.on(device, arguments);
    }

    private void makeMembersWithKeys() {
        join(A).done();
        join(B).done();
        bench.on(A, "generate", "--label=moving", "--slot=0", "--allow=ECDSA,WRAP")
                .done();
        bench.on(A, "generate", "--label=staying", "--slot=0", "--allow=ECDSA").done();
    }

    @Test
    void newMemberGetsAllKeysThatMayMoveByTwoCommands() {
        makeMembersWithKeys();
        assertThat(bench.withoutPinOn("", "domain", "status").done().out())
                .containsPattern("KEY +" + A + " +" + B)
                .containsPattern("moving +● +○")
                .contains("Key \"moving\" has no second copy");

        Run plan = bench.on("", "domain", "sync", "--dry-run");
        assertThat(plan.status()).isEqualTo(Status.INCOMPLETE);
        assertThat(plan.out())
                .contains("Key \"moving\" would be copied from device " + A + " to device " + B + ".")
                .contains("Key \"staying\" cannot move to device " + B);
        assertThat(bench.withoutPinOn("", "domain", "status").done().out()).containsPattern("moving +● +○");

        Run sync = bench.on("", "domain", "sync");
        assertThat(sync.status()).as(sync.err()).isEqualTo(Status.INCOMPLETE);
        assertThat(sync.out()).contains("Key \"moving\" of device " + A + " is now on device " + B + " too.");
        assertThat(bench.withoutPinOn("", "domain", "status").done().out())
                .containsPattern("moving +● +●")
                .containsPattern("staying +● +✕");
        assertThat(bench.on(
                                B,
                                "sign",
                                "--label=moving",
                                "--out=" + bench.file("signature"),
                                bench.file("state/readers.lock"))
                        .status())
                .isZero();
    }

    @Test
    void domainIsOneDeviceToTheOtherCommands() {
        makeMembersWithKeys();
        String uid = (String) new Bench(folder, true)
                .withoutPinOn("", "domain", "status")
                .done()
                .json()
                .get("uid");

        bench.on("", "generate", "--label=everywhere", "--domain=" + uid.substring(0, 8), "--allow=ECDSA,WRAP")
                .done();

        for (String device : List.of(A, B)) {
            assertThat(bench.withoutPinOn(device, "keys").done().out()).contains("everywhere");
        }
        bench.on("", "delete", "--label=everywhere", "--domain=" + uid.substring(0, 8), "--yes")
                .done();
        for (String device : List.of(A, B)) {
            assertThat(bench.withoutPinOn(device, "keys").done().out()).doesNotContain("everywhere");
        }
    }

    @Test
    void statusInJsonHasMembersKeysAndCopies() {
        makeMembersWithKeys();
        bench.on("", "domain", "sync");

        Run status =
                new Bench(folder, true).withoutPinOn("", "domain", "status").done();

        assertThat(status.list("members"))
                .extracting(member -> member.get("device"), member -> member.get("present"))
                .containsExactly(tuple(A, true), tuple(B, true));
        assertThat(status.list("keys"))
                .extracting(key -> key.get("label"), key -> key.get("copies"))
                .contains(tuple("moving", List.of(A, B)), tuple("staying", List.of(A)));
        assertThat(status.json().get("withoutSecondCopy")).isEqualTo(List.of(SIGNER, "staying"));
    }

    @Test
    void whoIsAMemberAlreadyStaysOne() {
        assertThat(join(B).done().out()).contains("Device " + B + " is a member now");
        assertThat(join(B).done().out()).contains("Device " + B + " is a member already");
        assertThat(bench.withoutPinOn(B, "domain", "list").done().out().lines().filter(line -> line.contains("XKEK")))
                .hasSize(1);
    }

    @Test
    void onePersonConfirmsOnceAndTypesOnePinADevice() {
        TypedAnswers person = new TypedAnswers("yes", VirtualReaders.USER_PIN, VirtualReaders.USER_PIN);

        Run.of(
                        Map.of(),
                        person,
                        "domain",
                        "join",
                        "--signer=" + SIGNER,
                        "--signer-device=" + A,
                        "--device=" + B,
                        "--terminal=" + bench.terminal())
                .done();

        assertThat(person.questions).hasSize(3);
        assertThat(person.questions.get(0)).contains(B, A, SIGNER, "Go on?");
        assertThat(person.questions.get(1)).contains("PIN").contains(A);
        assertThat(person.questions.get(2)).contains("PIN").contains(B);
    }

    @Test
    void onOneDeviceOnePinIsEnough() {
        TypedAnswers person = new TypedAnswers("yes", VirtualReaders.USER_PIN);

        Run.of(
                        Map.of(),
                        person,
                        "domain",
                        "join",
                        "--signer=" + SIGNER,
                        "--signer-device=" + A,
                        "--device=" + A,
                        "--terminal=" + bench.terminal())
                .done();

        assertThat(person.questions).hasSize(2);
    }

    @Test
    void nothingHappensWithoutConfirmationSignerOrFreeSlot() {
        assertThat(bench.on(B, "domain", "join", "--signer=" + SIGNER, "--signer-device=" + A)
                        .failed()
                        .err())
                .contains("give --yes");
        assertThat(bench.on(B, "domain", "join", "--signer=other", "--signer-device=" + A, "--yes")
                        .failed()
                        .err())
                .contains("no key \"other\" on device " + A, SIGNER);
        assertThat(join(B, "--slot=77").failed().err()).contains("77");
        bench.withoutPinOn(B, "initialize", "--yes", "--key-domains=1", "--so-pin-env=SO_PIN", "--new-pin-env=PIN")
                .done();
        bench.on(B, "domain", "create", "--slot=0", "--dkek-shares=1").done();
        assertThat(join(B).failed().err()).contains("no free key domain slot", "schsm initialize");
        assertThat(bench.withoutPinOn(B, "domain", "list").done().out()).doesNotContain("XKEK");
    }

    @Test
    void withoutADomainTheWayToOneIsTold() {
        assertThat(bench.withoutPinOn("", "domain", "status").failed().err()).contains("schsm domain join");
        assertThat(bench.withoutPinOn("", "domain", "status", "--domain=12345678")
                        .failed()
                        .err())
                .contains("12345678");
    }

    @Test
    void ofSeveralDomainsOneIsNamed() {
        join(A).done();
        bench.on(B, "group-signer", "create", "--label=other").done();
        bench.on(B, "domain", "join", "--signer=other", "--signer-device=" + B, "--yes")
                .done();

        assertThat(bench.withoutPinOn("", "domain", "status").failed().err())
                .contains("several key domains", "--domain");
    }
}
