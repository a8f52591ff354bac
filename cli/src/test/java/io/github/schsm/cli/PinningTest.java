package io.github.schsm.cli;

import static io.github.schsm.cli.Rack.A;
import static io.github.schsm.cli.Rack.B;
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

    private Rack rack;
    private String uid;

    @BeforeEach
    void membership() {
        rack = new Rack(folder, false);
        uid = rack.on(A, "group-signer", "create", "--label=signer")
                .done()
                .out()
                .replaceAll("(?s).*UID ([0-9A-F]{64}).*", "$1");
        for (String device : List.of(A, B)) {
            rack.withoutPinOn(device, "device-id", "export", "--out", rack.file(device + ".cvc"))
                    .done();
            rack.on(
                            A,
                            "kdm",
                            "issue",
                            "--yes",
                            "--signer=signer",
                            "--id=" + rack.file(device + ".cvc"),
                            "--out=" + rack.file(device + ".kdm"))
                    .done();
        }
    }

    private Run typed(TypedAnswers person, String device, String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of("--terminal", rack.terminal(), "--device", device, "--pin-env", "PIN"));
        return Run.of(Rack.ENVIRONMENT, person, all.toArray(String[]::new));
    }

    private void noDomain(String device) {
        assertThat(rack.withoutPinOn(device, "domain", "list").done().out()).doesNotContain("XKEK");
    }

    @Test
    void whereTheGroupSignerIsIsOnlyClaimed() throws Exception {
        assertThat(rack.withoutPinOn("", "kdm", "show", rack.file(B + ".kdm"))
                        .done()
                        .out())
                .contains("claims to be generated in ZZSIM00000100000", "a KDM cannot prove it");
        assertThat(rack.withoutPinOn("", "kdm", "show", rack.file(A + ".kdm"))
                        .done()
                        .out())
                .contains("generated in ZZSIM00000100000, the member itself")
                .doesNotContain("claims");
        assertThat(new Rack(folder, true)
                        .withoutPinOn("", "kdm", "show", rack.file(B + ".kdm"))
                        .done()
                        .json())
                .containsEntry("groupSignerDeviceProven", false);
    }

    /** The outer signature is by nobody; a KDM brings no certificate to verify it with. */
    @Test
    void aMadeUpDeviceOfTheGroupSignerIsOnlyClaimed() throws Exception {
        Tlv kdm = Tlv.parse(rack.content(B + ".kdm"));
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

        assertThat(rack.withoutPinOn("", "kdm", "show", rack.file("forged.kdm"))
                        .done()
                        .out())
                .contains("claims to be generated in DECC040100100000", "a KDM cannot prove it");
    }

    @Test
    void whatAnAttestationSaysIsMarkedWhereItDoesNotHold() {
        rack.on(A, "generate", "--label=k").done();
        rack.withoutPinOn(A, "attest", "k", "--out", rack.file("k.pub")).done();

        Run refused = rack.withoutPinOn("", "attest", "--in", rack.file("k.pub"), "--trust=production");
        assertThat(refused.status()).isEqualTo(Status.FAILED);
        assertThat(refused.out()).contains("NOT attested", "claimed", "not proven");
        assertThat(rack.withoutPinOn("", "attest", "--in", rack.file("k.pub"))
                        .done()
                        .out())
                .doesNotContain("claimed");
    }

    @Test
    void theKeyDomainIsShownAndAskedAboutBeforeADeviceJoins() {
        TypedAnswers no = new TypedAnswers("no");
        assertThat(typed(no, B, "domain", "create", "--slot=0", "--kdm", rack.file(B + ".kdm"))
                        .failed()
                        .err())
                .contains("not confirmed");
        assertThat(no.questions).singleElement().asString().contains(uid, B, "claims", "by another way");
        noDomain(B);

        assertThat(rack.on(B, "domain", "create", "--slot=0", "--kdm", rack.file(B + ".kdm"))
                        .failed()
                        .err())
                .contains(uid, "give --expect-uid (or --yes)");
        noDomain(B);

        typed(new TypedAnswers("yes"), B, "domain", "create", "--slot=0", "--kdm", rack.file(B + ".kdm"))
                .done();
    }

    @Test
    void scriptsSayWhichKeyDomainTheyExpect() {
        String[] create = {"domain", "create", "--slot=0", "--kdm", rack.file(B + ".kdm"), "--expect-uid"};
        String other = uid.charAt(0) == '0' ? "1" + uid.substring(1) : "0" + uid.substring(1);
        for (String wrong :
                List.of(other, other.substring(0, 32), uid.substring(0, 62) + (uid.endsWith("00") ? "01" : "00"))) {
            assertThat(rack.on(B, with(create, wrong)).failed().err()).contains(uid, "as expected");
        }
        for (int digits : new int[] {0, 8, 30}) {
            assertThat(rack.on(B, with(create, uid.substring(0, digits)))
                            .failed()
                            .err())
                    .contains("at least 32", "whole UID", uid.substring(0, digits));
        }
        assertThat(rack.on(B, with(create, "nothing")).failed().err()).contains("--expect-uid");
        assertThat(rack.on(B, "domain", "create", "--slot=0", "--dkek-shares=1", "--expect-uid", uid)
                        .failed()
                        .err())
                .contains("--kdm");
        noDomain(B);

        rack.on(B, with(create, uid.toLowerCase(java.util.Locale.ROOT).substring(0, 32)))
                .done();
        rack.on(A, "domain", "create", "--slot=0", "--kdm", rack.file(A + ".kdm"), "--expect-uid", uid)
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
            rack.on(device, "domain", "create", "--slot=0", "--yes", "--kdm", rack.file(device + ".kdm"))
                    .done();
            rack.on(device, "exchange-key", "create", "--slot=0", "--label=x").done();
            rack.withoutPinOn(device, "exchange-key", "export", "--label=x", "--out=" + rack.file(device + ".pub"))
                    .done();
        }
        String[] derive = {"derive-xkek", "--label=x", "--peer=" + rack.file(B + ".pub")};
        TypedAnswers no = new TypedAnswers("no");
        assertThat(typed(no, A, derive).failed().err()).contains("not confirmed");
        assertThat(no.questions)
                .singleElement()
                .asString()
                .contains(B, "ZZDICASIM00001", "ZZSRCACC100001", "key fingerprint", uid);
        assertThat(rack.on(A, derive).failed().err()).contains(B, "give --expect-peer (or --yes)");
        assertThat(rack.on(A, with(derive, "--expect-peer=" + A)).failed().err())
                .contains(B, A, "as expected");
        assertThat(rack.on(A, with(derive, "--expect-peer=" + B + "#" + "0".repeat(32)))
                        .failed()
                        .err())
                .contains("as expected");
        assertThat(rack.withoutPinOn(A, "domain", "list").done().out()).contains("none");

        String fingerprint = no.questions.get(0).replaceAll("(?s).*fingerprint ([0-9a-f]{64}).*", "$1");
        String few = B + "#" + fingerprint.substring(0, 31);
        assertThat(rack.on(A, with(derive, "--expect-peer=" + few)).failed().err())
                .contains("--expect-peer", few, "at least the first 32", "the device id alone");
        rack.on(A, with(derive, "--expect-peer=" + B + "#" + fingerprint.substring(0, 32)))
                .done();
        typed(new TypedAnswers("yes"), A, derive).done();
    }
}
