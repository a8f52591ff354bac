// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli;

import static io.github.schsm.cli.Bench.A;
import static io.github.schsm.cli.Bench.B;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.cli.report.Status;
import io.github.schsm.codec.Tlv;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What nothing proves is not said as if it were, and who joins or agrees sees with whom before. */
class PinningTest {
    @TempDir
    Path folder;

    private Bench bench;
    private String uid;

    @BeforeEach
    void membership() {
        bench = new Bench(folder, false);
        uid = bench.on(A, "group-signer", "create", "--label=signer")
                .done()
                .out()
                .replaceAll("(?s).*UID ([0-9A-F]{64}).*", "$1");
        for (String device : List.of(A, B)) {
            bench.withoutPinOn(device, "device-id", "export", "--out", bench.file(device + ".cvc"))
                    .done();
            bench.on(
                            A,
                            "kdm",
                            "issue",
                            "--yes",
                            "--signer=signer",
                            "--id=" + bench.file(device + ".cvc"),
                            "--out=" + bench.file(device + ".kdm"))
                    .done();
        }
    }

    private Run typed(TypedAnswers person, String device, String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of("--terminal", bench.terminal(), "--device", device, "--pin-env", "PIN"));
        return Run.of(Bench.ENVIRONMENT, person, all.toArray(String[]::new));
    }

    private void noDomain(String device) {
        assertThat(bench.withoutPinOn(device, "domain", "list").done().out()).doesNotContain("XKEK");
    }

    @Test
    void whereTheGroupSignerIsIsOnlyClaimed() throws Exception {
        assertThat(bench.withoutPinOn("", "kdm", "show", bench.file(B + ".kdm"))
                        .done()
                        .out())
                .contains("claims to be generated in ZZSIM00000100000", "a KDM cannot prove it");
        assertThat(bench.withoutPinOn("", "kdm", "show", bench.file(A + ".kdm"))
                        .done()
                        .out())
                .contains("generated in ZZSIM00000100000, the member itself")
                .doesNotContain("claims");
        assertThat(new Bench(folder, true)
                        .withoutPinOn("", "kdm", "show", bench.file(B + ".kdm"))
                        .done()
                        .json())
                .containsEntry("groupSignerDeviceProven", false);
    }

    /** The outer signature is by nobody; a KDM brings no certificate to verify it with. */
    @Test
    void aMadeUpDeviceOfTheGroupSignerIsOnlyClaimed() throws Exception {
        Tlv kdm = Tlv.parse(bench.content(B + ".kdm"));
        List<Tlv> parts = new ArrayList<>();
        for (Tlv part : kdm.children()) {
            Tlv request = part.tag() == 0x63 ? part.require(0x67) : null;
            parts.add(
                    request == null
                            ? part
                            : Tlv.of(
                                    0x63,
                                    Tlv.of(
                                            0x67,
                                            request.require(0x7F21),
                                            Tlv.of(0x42, "DECC040100100000".getBytes(StandardCharsets.US_ASCII)),
                                            request.require(0x5F37))));
        }
        Files.write(
                folder.resolve("forged.kdm"),
                Tlv.of(0x30, parts.toArray(Tlv[]::new)).encoded());

        assertThat(bench.withoutPinOn("", "kdm", "show", bench.file("forged.kdm"))
                        .done()
                        .out())
                .contains("claims to be generated in DECC040100100000", "a KDM cannot prove it");
    }

    @Test
    void whatAnAttestationSaysIsMarkedWhereItDoesNotHold() {
        bench.on(A, "generate", "--label=k").done();
        bench.withoutPinOn(A, "attest", "k", "--out", bench.file("k.pub")).done();

        Run refused = bench.withoutPinOn("", "attest", "--in", bench.file("k.pub"), "--trust=production");
        assertThat(refused.status()).isEqualTo(Status.FAILED);
        assertThat(refused.out()).contains("NOT attested", "claimed", "not proven");
        assertThat(bench.withoutPinOn("", "attest", "--in", bench.file("k.pub"))
                        .done()
                        .out())
                .doesNotContain("claimed");
    }

    @Test
    void theKeyDomainIsShownAndAskedAboutBeforeADeviceJoins() {
        TypedAnswers no = new TypedAnswers("no");
        assertThat(typed(no, B, "domain", "create", "--slot=0", "--kdm", bench.file(B + ".kdm"))
                        .failed()
                        .err())
                .contains("not confirmed");
        assertThat(no.questions).singleElement().asString().contains(uid, B, "claims", "by another way");
        noDomain(B);

        assertThat(bench.on(B, "domain", "create", "--slot=0", "--kdm", bench.file(B + ".kdm"))
                        .failed()
                        .err())
                .contains(uid, "give --expect-uid (or --yes)");
        noDomain(B);

        typed(new TypedAnswers("yes"), B, "domain", "create", "--slot=0", "--kdm", bench.file(B + ".kdm"))
                .done();
    }

    @Test
    void scriptsSayWhichKeyDomainTheyExpect() {
        String[] create = {"domain", "create", "--slot=0", "--kdm", bench.file(B + ".kdm"), "--expect-uid"};
        String other = uid.charAt(0) == '0' ? "1" + uid.substring(1) : "0" + uid.substring(1);
        for (String wrong :
                List.of(other, other.substring(0, 32), uid.substring(0, 62) + (uid.endsWith("00") ? "01" : "00"))) {
            assertThat(bench.on(B, with(create, wrong)).failed().err()).contains(uid, "as expected");
        }
        for (int digits : new int[] {0, 8, 30}) {
            assertThat(bench.on(B, with(create, uid.substring(0, digits)))
                            .misused()
                            .err())
                    .contains("at least 32", "whole UID", uid.substring(0, digits));
        }
        assertThat(bench.on(B, with(create, "nothing")).misused().err()).contains("--expect-uid");
        assertThat(bench.on(B, "domain", "create", "--slot=0", "--dkek-shares=1", "--expect-uid", uid)
                        .misused()
                        .err())
                .contains("--kdm");
        noDomain(B);

        bench.on(B, with(create, uid.toLowerCase(java.util.Locale.ROOT).substring(0, 32)))
                .done();
        bench.on(A, "domain", "create", "--slot=0", "--kdm", bench.file(A + ".kdm"), "--expect-uid", uid)
                .done();
    }

    private static String[] with(String[] arguments, String last) {
        String[] all = java.util.Arrays.copyOf(arguments, arguments.length + 1);
        all[arguments.length] = last;
        return all;
    }

    @Test
    void thePeerIsShownAndAskedAboutBeforeAnAgreement() {
        for (String device : List.of(A, B)) {
            bench.on(device, "domain", "create", "--slot=0", "--yes", "--kdm", bench.file(device + ".kdm"))
                    .done();
            bench.on(device, "exchange-key", "create", "--slot=0", "--label=x").done();
            bench.withoutPinOn(device, "exchange-key", "export", "--label=x", "--out=" + bench.file(device + ".pub"))
                    .done();
        }
        String[] derive = {"derive-xkek", "--label=x", "--peer=" + bench.file(B + ".pub")};
        TypedAnswers no = new TypedAnswers("no");
        assertThat(typed(no, A, derive).failed().err()).contains("not confirmed");
        assertThat(no.questions)
                .singleElement()
                .asString()
                .contains(B, "ZZDICASIM00001", "ZZSRCACC100001", "key fingerprint", uid);
        assertThat(bench.on(A, derive).failed().err()).contains(B, "give --expect-peer (or --yes)");
        assertThat(bench.on(A, with(derive, "--expect-peer=" + A)).failed().err())
                .contains(B, A, "as expected");
        assertThat(bench.on(A, with(derive, "--expect-peer=" + B + "#" + "0".repeat(32)))
                        .failed()
                        .err())
                .contains("as expected");
        assertThat(bench.withoutPinOn(A, "domain", "list").done().out()).contains("none");

        String fingerprint = no.questions.get(0).replaceAll("(?s).*fingerprint ([0-9a-f]{64}).*", "$1");
        String few = B + "#" + fingerprint.substring(0, 31);
        assertThat(bench.on(A, with(derive, "--expect-peer=" + few)).misused().err())
                .contains("--expect-peer", few, "at least the first 32", "the device id alone");
        bench.on(A, with(derive, "--expect-peer=" + B + "#" + fingerprint.substring(0, 32)))
                .done();
        typed(new TypedAnswers("yes"), A, derive).done();
    }
}
