// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli;

import static io.github.schsm.cli.Bench.A;
import static io.github.schsm.cli.Bench.B;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.github.schsm.WrappedKeyEntry;
import io.github.schsm.cli.report.Status;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Chapters 3 and 4 of the vendor's how-to, by commands, on two devices in a folder that exchange files. */
class HowToTest {
    @TempDir
    Path folder;

    @Test
    void keyMovesBetweenTwoDevicesByCommandsAndFiles() throws IOException {
        Bench bench = new Bench(folder, false);

        // 3.1
        for (String device : List.of(A, B)) {
            assertThat(bench.withoutPinOn(
                                    device,
                                    "initialize",
                                    "--yes",
                                    "--key-domains=1",
                                    "--so-pin-env=SO_PIN",
                                    "--new-pin-env=PIN")
                            .done()
                            .out())
                    .contains(device, "1 key domain slot");
        }
        // 3.2
        String created = bench.on(A, "group-signer", "create", "--label", "Group Signer")
                .done()
                .out();
        String uid = created.replaceAll("(?s).*UID ([0-9A-F]{64}).*", "$1");
        assertThat(bench.withoutPinOn(A, "group-signer", "show").done().out()).contains("Group Signer", uid);
        // 3.3
        for (String device : List.of(A, B)) {
            String id = bench.file(device + ".cvc");
            String kdm = bench.file(device + ".kdm");
            bench.withoutPinOn(device, "device-id", "export", "--out", id).done();
            assertThat(bench.on(A, "kdm", "issue", "--yes", "--signer=Group Signer", "--id=" + id, "--out=" + kdm)
                            .done()
                            .out())
                    .contains(device, uid);
            assertThat(bench.withoutPinOn("", "kdm", "show", kdm).done().out())
                    .contains(device, uid, "good", "genuine");
            assertThat(bench.on(device, "domain", "create", "--slot=0", "--kdm", kdm, "--expect-uid", uid)
                            .done()
                            .out())
                    .contains("XKEK", uid, "KCV none");
        }
        bench.on(A, "generate", "--label=code-signing", "--slot=0", "--allow=ECDSA,WRAP")
                .done();
        bench.on(A, "generate", "--label=bulk", "--type=AES", "--slot=0", "--allow=AES_CBC_ENCRYPT,WRAP")
                .done();
        // 4
        for (String device : List.of(A, B)) {
            bench.on(device, "exchange-key", "create", "--slot=0", "--label=exchange")
                    .done();
            assertThat(bench.withoutPinOn(
                                    device,
                                    "exchange-key",
                                    "export",
                                    "--label=exchange",
                                    "--out=" + bench.file(device + ".pub"))
                            .done()
                            .out())
                    .contains(uid);
        }
        String kcvA = kcv(bench.on(
                A, "derive-xkek", "--label=exchange", "--peer=" + bench.file(B + ".pub"), "--expect-peer=" + B));
        String kcvB = kcv(bench.on(
                B, "derive-xkek", "--label=exchange", "--peer=" + bench.file(A + ".pub"), "--expect-peer=" + A));
        assertThat(kcvA).isEqualTo(kcvB).isNotEqualTo("0".repeat(16));
        assertThat(bench.withoutPinOn(A, "domain", "list").done().out()).contains(uid, kcvA);

        for (String label : List.of("code-signing", "bulk")) {
            String wky = bench.file(label + ".wky");
            bench.on(A, "wrap", "--label", label, "--out", wky).done();
            bench.on(B, "unwrap", wky).done();
            bench.on(B, "unwrap", wky, "--label", label + " 2").done();
        }
        assertThat(bench.withoutPinOn(B, "keys").done().out())
                .contains("code-signing", "code-signing 2", "bulk", "secp256r1", "AES-256", "ECDSA WRAP");

        for (String device : List.of(A, B)) {
            assertThat(bench.on(device, "domain", "clear-kek", "--slot=0")
                            .done()
                            .out())
                    .contains("KCV none");
        }
        assertThat(bench.on(A, "wrap", "--label=code-signing", "--out=" + bench.file("late.wky"))
                        .failed()
                        .err())
                .contains("no KEK", "schsm derive-xkek");
        assertThat(folder.resolve("late.wky")).doesNotExist();
    }

    private static String kcv(Run derived) {
        return derived.done().out().replaceAll("(?s).*KCV +([0-9A-F]{16}).*", "$1");
    }

    @Test
    void everyCommandAnswersWithOneJsonObject() throws Exception {
        Bench bench = new Bench(folder, true);

        assertThat(bench.withoutPinOn(
                                A,
                                "initialize",
                                "-y",
                                "--key-domains=2",
                                "--label=first",
                                "--so-pin-env=SO_PIN",
                                "--new-pin-env=PIN")
                        .done()
                        .json())
                .containsEntry("device", A)
                .containsEntry("keyDomainSlots", 2L)
                .containsEntry("label", "first");
        assertThat(bench.withoutPinOn(A, "devices").done().list("devices"))
                .singleElement()
                .satisfies(device -> assertThat(device)
                        .containsEntry("device", A)
                        .containsEntry("label", "first")
                        .containsEntry("genuine", true)
                        .containsEntry("keyDomainSlots", 2L)
                        .containsKeys("reader", "firmware", "userPin", "keyDomains"));
        assertThat(bench.withoutPinOn(A, "pin", "status").done().json()).containsKeys("device", "userPin", "soPin");

        String uid = (String) bench.on(A, "group-signer", "create", "--label=signer")
                .done()
                .json()
                .get("uid");
        assertThat(bench.withoutPinOn(A, "group-signer", "show").done().list("groupSigners"))
                .containsExactly(Map.of("label", "signer", "uid", uid));
        assertThat(bench.withoutPinOn(A, "device-id", "export", "--out", bench.file("a.cvc"))
                        .done()
                        .json())
                .containsEntry("device", A)
                .containsEntry("genuine", true)
                .containsEntry("file", bench.file("a.cvc"));
        assertThat(bench.on(
                                A,
                                "kdm",
                                "issue",
                                "-y",
                                "--signer=signer",
                                "--id=" + bench.file("a.cvc"),
                                "--out=" + bench.file("a.kdm"))
                        .done()
                        .json())
                .containsEntry("uid", uid);
        assertThat(bench.withoutPinOn("", "kdm", "show", bench.file("a.kdm"))
                        .done()
                        .json())
                .containsEntry("device", A)
                .containsEntry("signatureGood", true)
                .containsEntry("deviceGenuine", true);
        assertThat(bench.on(A, "domain", "create", "--slot=0", "--kdm", bench.file("a.kdm"), "--yes")
                        .done()
                        .json())
                .containsKeys("device", "keyDomain");
        assertThat(bench.on(A, "exchange-key", "create", "--slot=0", "--label=exchange")
                        .done()
                        .json())
                .containsEntry("uid", uid);
        assertThat(bench.withoutPinOn(A, "exchange-key", "export", "--label=exchange", "--out=" + bench.file("a.pub"))
                        .done()
                        .json())
                .containsEntry("uid", uid);
        String kcv = (String) bench.on(A, "derive-xkek", "--label=exchange", "--peer=" + bench.file("a.pub"), "--yes")
                .done()
                .json()
                .get("kcv");
        assertThat(bench.withoutPinOn(A, "domain", "list").done().list("keyDomains"))
                .singleElement()
                .satisfies(domain -> assertThat(domain)
                        .containsEntry("slot", 0L)
                        .containsEntry("type", "XKEK")
                        .containsEntry("uid", uid)
                        .containsEntry("kcv", kcv));
        assertThat(bench.on(A, "generate", "--label=k", "--slot=0", "--allow=ECDSA,WRAP", "--use-counter=7")
                        .done()
                        .json())
                .containsEntry("type", "EC")
                .containsEntry("useCounter", 7L)
                .containsEntry("algorithms", List.of("ECDSA", "WRAP"));
        assertThat(bench.on(A, "wrap", "--label=k", "--out=" + bench.file("k.wky"))
                        .failed()
                        .errorMessage())
                .contains("use counter");
        assertThat(bench.on(A, "wrap", "--label=k", "--without-use-counter", "--out=" + bench.file("k.wky"))
                        .done()
                        .json())
                .containsEntry("kcv", kcv);
        assertThat(WrappedKeyEntry.parse(bench.content("k.wky")).label()).contains("k");
        assertThat(bench.on(A, "unwrap", bench.file("k.wky"), "--label=k2")
                        .done()
                        .json())
                .containsEntry("label", "k2")
                .containsEntry("keyDomain", 0L);
        assertThat(bench.withoutPinOn(A, "keys").done().list("keys"))
                .extracting(key -> key.get("label"), key -> key.get("useCounter"), key -> key.get("keyDomain"))
                .contains(tuple("k", 7L, 0L), tuple("k2", null, 0L));
        assertThat(bench.withoutPinOn(A, "certs").done().list("certificates"))
                .extracting(certificate -> certificate.get("label"))
                .contains("k", "signer", "exchange");
        assertThat(bench.withoutPinOn(A, "export-cert", "--label=k", "--out=" + bench.file("k.cvreq"))
                        .done()
                        .json())
                .containsEntry("kind", "request");
        assertThat(bench.on(A, "delete", "-y", "--label=k2").done().json()).containsEntry("deleted", true);
        assertThat(bench.on(A, "domain", "clear-kek", "--slot=0").done().json()).containsKey("keyDomain");
        assertThat(bench.on(A, "domain", "delete", "-y", "--slot=0").failed().json())
                .containsOnlyKeys("error");
        assertThat(bench.on(A, "domain", "create", "--slot=1", "--dkek-shares=1")
                        .done()
                        .json())
                .containsKey("keyDomain");
        assertThat(bench.on(A, "domain", "delete", "-y", "--slot=1").done().json())
                .containsEntry("deleted", true);
        assertThat(bench.withoutPinOn(A, "pin", "change", "--pin-env=PIN", "--new-pin-env=NEW_PIN")
                        .done()
                        .json())
                .containsKey("userPin");
        assertThat(bench.withoutPinOn(A, "pin", "unblock", "--so-pin-env=SO_PIN", "--new-pin-env=PIN")
                        .done()
                        .json())
                .containsKey("userPin");
    }

    @Test
    void migrationIsOneCommand() throws IOException {
        Bench bench = new Bench(folder, true);
        bench.on(A, "group-signer", "create", "--label=signer").done();
        for (String device : List.of(A, B)) {
            bench.on(device, "device-id", "export", "--out", bench.file(device)).done();
            bench.on(
                            A,
                            "kdm",
                            "issue",
                            "-y",
                            "--signer=signer",
                            "--id=" + bench.file(device),
                            "--out=" + bench.file(device + ".kdm"))
                    .done();
            bench.on(device, "domain", "create", "--slot=2", "--kdm=" + bench.file(device + ".kdm"), "--yes")
                    .done();
        }
        bench.on(A, "generate", "--label=one", "--slot=2", "--allow=ECDSA,WRAP").done();
        bench.on(A, "generate", "--label=two", "--curve=brainpoolP384r1", "--slot=2", "--allow=ECDSA,WRAP")
                .done();

        Run migrated = bench.on("", "migrate", "--from", A, "--to", B, "--label=one", "--label=two")
                .done();

        assertThat(migrated.list("keys")).extracting(key -> key.get("label")).containsExactly("one", "two");
        assertThat(bench.withoutPinOn(B, "keys").list("keys"))
                .extracting(key -> key.get("label"))
                .containsExactlyInAnyOrder("one", "two");
        assertThat(bench.on("", "migrate", "--from", A, "--to", B, "--label=one")
                        .done()
                        .list("keys"))
                .singleElement()
                .satisfies(key -> assertThat(key).containsEntry("wasThere", true));
        Run refused = bench.on("", "migrate", "--from", A, "--to", B, "--label=signer");
        assertThat(refused.status()).isEqualTo(Status.FAILED);
        assertThat(refused.list("keys"))
                .singleElement()
                .satisfies(key -> assertThat(String.valueOf(key.get("error"))).contains("signer", "no key domain"));
        assertThat(bench.on("", "migrate", "--from", A, "--to", A, "--label=one")
                        .misused()
                        .errorMessage())
                .contains("same device");
        assertThat(bench.withoutPinOn(
                                "",
                                "migrate",
                                "--from=" + A,
                                "--to=" + B,
                                "--label=two",
                                "--from-pin-env=PIN",
                                "--to-pin-env=WRONG_PIN")
                        .failed()
                        .errorMessage())
                .contains("PIN is wrong");
    }

    @Test
    void filesAreNamedAfterWhatIsInThemAndNeverReplacedUnasked() throws IOException {
        Bench bench = new Bench(folder, false);
        Path id = Files.writeString(folder.resolve("a.cvc"), "precious");

        assertThat(bench.withoutPinOn(A, "device-id", "export", "--out=" + id)
                        .failed()
                        .err())
                .contains(id.toString(), "--overwrite");
        assertThat(id).hasContent("precious");
        bench.withoutPinOn(A, "device-id", "export", "--overwrite", "--out=" + id)
                .done();
        assertThat(id).binaryContent().startsWith(0x7F, 0x21);
    }
}
