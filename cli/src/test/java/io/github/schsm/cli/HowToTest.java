package io.github.schsm.cli;

import static io.github.schsm.cli.Rack.A;
import static io.github.schsm.cli.Rack.B;
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
        Rack rack = new Rack(folder, false);

        // 3.1
        for (String device : List.of(A, B)) {
            assertThat(rack.withoutPinOn(
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
        String created = rack.on(A, "group-signer", "create", "--label", "Group Signer")
                .done()
                .out();
        String uid = created.replaceAll("(?s).*UID ([0-9A-F]{64}).*", "$1");
        assertThat(rack.withoutPinOn(A, "group-signer", "show").done().out()).contains("Group Signer", uid);
        // 3.3
        for (String device : List.of(A, B)) {
            String id = rack.file(device + ".cvc");
            String kdm = rack.file(device + ".kdm");
            rack.withoutPinOn(device, "device-id", "export", "--out", id).done();
            assertThat(rack.on(A, "kdm", "issue", "--yes", "--signer=Group Signer", "--id=" + id, "--out=" + kdm)
                            .done()
                            .out())
                    .contains(device, uid);
            assertThat(rack.withoutPinOn("", "kdm", "show", kdm).done().out()).contains(device, uid, "good", "genuine");
            assertThat(rack.on(device, "domain", "create", "--slot=0", "--kdm", kdm, "--expect-uid", uid)
                            .done()
                            .out())
                    .contains("XKEK", uid, "KCV none");
        }
        rack.on(A, "generate", "--label=code-signing", "--slot=0", "--allow=ECDSA,WRAP")
                .done();
        rack.on(A, "generate", "--label=bulk", "--type=AES", "--slot=0", "--allow=AES_CBC_ENCRYPT,WRAP")
                .done();
        // 4
        for (String device : List.of(A, B)) {
            rack.on(device, "exchange-key", "create", "--slot=0", "--label=exchange")
                    .done();
            assertThat(rack.withoutPinOn(
                                    device,
                                    "exchange-key",
                                    "export",
                                    "--label=exchange",
                                    "--out=" + rack.file(device + ".pub"))
                            .done()
                            .out())
                    .contains(uid);
        }
        String kcvA = kcv(
                rack.on(A, "derive-xkek", "--label=exchange", "--peer=" + rack.file(B + ".pub"), "--expect-peer=" + B));
        String kcvB = kcv(
                rack.on(B, "derive-xkek", "--label=exchange", "--peer=" + rack.file(A + ".pub"), "--expect-peer=" + A));
        assertThat(kcvA).isEqualTo(kcvB).isNotEqualTo("0".repeat(16));
        assertThat(rack.withoutPinOn(A, "domain", "list").done().out()).contains(uid, kcvA);

        for (String label : List.of("code-signing", "bulk")) {
            String wky = rack.file(label + ".wky");
            rack.on(A, "wrap", "--label", label, "--out", wky).done();
            rack.on(B, "unwrap", wky).done();
            rack.on(B, "unwrap", wky, "--label", label + " 2").done();
        }
        assertThat(rack.withoutPinOn(B, "keys").done().out())
                .contains("code-signing", "code-signing 2", "bulk", "secp256r1", "AES-256", "ECDSA WRAP");

        for (String device : List.of(A, B)) {
            assertThat(rack.on(device, "domain", "clear-kek", "--slot=0").done().out())
                    .contains("KCV none");
        }
        assertThat(rack.on(A, "wrap", "--label=code-signing", "--out=" + rack.file("late.wky"))
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
        Rack rack = new Rack(folder, true);

        assertThat(rack.withoutPinOn(
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
        assertThat(rack.withoutPinOn(A, "devices").done().list("devices"))
                .singleElement()
                .satisfies(device -> assertThat(device)
                        .containsEntry("device", A)
                        .containsEntry("label", "first")
                        .containsEntry("genuine", true)
                        .containsEntry("keyDomainSlots", 2L)
                        .containsKeys("reader", "firmware", "userPin", "keyDomains"));
        assertThat(rack.withoutPinOn(A, "pin", "status").done().json()).containsKeys("device", "userPin", "soPin");

        String uid = (String) rack.on(A, "group-signer", "create", "--label=signer")
                .done()
                .json()
                .get("uid");
        assertThat(rack.withoutPinOn(A, "group-signer", "show").done().list("groupSigners"))
                .containsExactly(Map.of("label", "signer", "uid", uid));
        assertThat(rack.withoutPinOn(A, "device-id", "export", "--out", rack.file("a.cvc"))
                        .done()
                        .json())
                .containsEntry("device", A)
                .containsEntry("genuine", true)
                .containsEntry("file", rack.file("a.cvc"));
        assertThat(rack.on(
                                A,
                                "kdm",
                                "issue",
                                "-y",
                                "--signer=signer",
                                "--id=" + rack.file("a.cvc"),
                                "--out=" + rack.file("a.kdm"))
                        .done()
                        .json())
                .containsEntry("uid", uid);
        assertThat(rack.withoutPinOn("", "kdm", "show", rack.file("a.kdm"))
                        .done()
                        .json())
                .containsEntry("device", A)
                .containsEntry("signatureGood", true)
                .containsEntry("deviceGenuine", true);
        assertThat(rack.on(A, "domain", "create", "--slot=0", "--kdm", rack.file("a.kdm"), "--yes")
                        .done()
                        .json())
                .containsKeys("device", "keyDomain");
        assertThat(rack.on(A, "exchange-key", "create", "--slot=0", "--label=exchange")
                        .done()
                        .json())
                .containsEntry("uid", uid);
        assertThat(rack.withoutPinOn(A, "exchange-key", "export", "--label=exchange", "--out=" + rack.file("a.pub"))
                        .done()
                        .json())
                .containsEntry("uid", uid);
        String kcv = (String) rack.on(A, "derive-xkek", "--label=exchange", "--peer=" + rack.file("a.pub"), "--yes")
                .done()
                .json()
                .get("kcv");
        assertThat(rack.withoutPinOn(A, "domain", "list").done().list("keyDomains"))
                .singleElement()
                .satisfies(domain -> assertThat(domain)
                        .containsEntry("slot", 0L)
                        .containsEntry("type", "XKEK")
                        .containsEntry("uid", uid)
                        .containsEntry("kcv", kcv));
        assertThat(rack.on(A, "generate", "--label=k", "--slot=0", "--allow=ECDSA,WRAP", "--use-counter=7")
                        .done()
                        .json())
                .containsEntry("type", "EC")
                .containsEntry("useCounter", 7L)
                .containsEntry("algorithms", List.of("ECDSA", "WRAP"));
        assertThat(rack.on(A, "wrap", "--label=k", "--out=" + rack.file("k.wky"))
                        .failed()
                        .errorMessage())
                .contains("use counter");
        assertThat(rack.on(A, "wrap", "--label=k", "--without-use-counter", "--out=" + rack.file("k.wky"))
                        .done()
                        .json())
                .containsEntry("kcv", kcv);
        assertThat(WrappedKeyEntry.parse(rack.content("k.wky")).label()).contains("k");
        assertThat(rack.on(A, "unwrap", rack.file("k.wky"), "--label=k2").done().json())
                .containsEntry("label", "k2")
                .containsEntry("keyDomain", 0L);
        assertThat(rack.withoutPinOn(A, "keys").done().list("keys"))
                .extracting(key -> key.get("label"), key -> key.get("useCounter"), key -> key.get("keyDomain"))
                .contains(tuple("k", 7L, 0L), tuple("k2", null, 0L));
        assertThat(rack.withoutPinOn(A, "certs").done().list("certificates"))
                .extracting(certificate -> certificate.get("label"))
                .contains("k", "signer", "exchange");
        assertThat(rack.withoutPinOn(A, "export-cert", "--label=k", "--out=" + rack.file("k.cvreq"))
                        .done()
                        .json())
                .containsEntry("kind", "request");
        assertThat(rack.on(A, "delete", "-y", "--label=k2").done().json()).containsEntry("deleted", true);
        assertThat(rack.on(A, "domain", "clear-kek", "--slot=0").done().json()).containsKey("keyDomain");
        assertThat(rack.on(A, "domain", "delete", "-y", "--slot=0").failed().json())
                .containsOnlyKeys("error");
        assertThat(rack.on(A, "domain", "create", "--slot=1", "--dkek-shares=1")
                        .done()
                        .json())
                .containsKey("keyDomain");
        assertThat(rack.on(A, "domain", "delete", "-y", "--slot=1").done().json())
                .containsEntry("deleted", true);
        assertThat(rack.withoutPinOn(A, "pin", "change", "--pin-env=PIN", "--new-pin-env=NEW_PIN")
                        .done()
                        .json())
                .containsKey("userPin");
        assertThat(rack.withoutPinOn(A, "pin", "unblock", "--so-pin-env=SO_PIN", "--new-pin-env=PIN")
                        .done()
                        .json())
                .containsKey("userPin");
    }

    @Test
    void migrationIsOneCommand() throws IOException {
        Rack rack = new Rack(folder, true);
        rack.on(A, "group-signer", "create", "--label=signer").done();
        for (String device : List.of(A, B)) {
            rack.on(device, "device-id", "export", "--out", rack.file(device)).done();
            rack.on(
                            A,
                            "kdm",
                            "issue",
                            "-y",
                            "--signer=signer",
                            "--id=" + rack.file(device),
                            "--out=" + rack.file(device + ".kdm"))
                    .done();
            rack.on(device, "domain", "create", "--slot=2", "--kdm=" + rack.file(device + ".kdm"), "--yes")
                    .done();
        }
        rack.on(A, "generate", "--label=one", "--slot=2", "--allow=ECDSA,WRAP").done();
        rack.on(A, "generate", "--label=two", "--curve=brainpoolP384r1", "--slot=2", "--allow=ECDSA,WRAP")
                .done();

        Run migrated = rack.on("", "migrate", "--from", A, "--to", B, "--label=one", "--label=two")
                .done();

        assertThat(migrated.list("keys")).extracting(key -> key.get("label")).containsExactly("one", "two");
        assertThat(rack.withoutPinOn(B, "keys").list("keys"))
                .extracting(key -> key.get("label"))
                .containsExactlyInAnyOrder("one", "two");
        assertThat(rack.on("", "migrate", "--from", A, "--to", B, "--label=one")
                        .done()
                        .list("keys"))
                .singleElement()
                .satisfies(key -> assertThat(key).containsEntry("wasThere", true));
        Run refused = rack.on("", "migrate", "--from", A, "--to", B, "--label=signer");
        assertThat(refused.status()).isEqualTo(Status.FAILED);
        assertThat(refused.list("keys"))
                .singleElement()
                .satisfies(key -> assertThat(String.valueOf(key.get("error"))).contains("signer", "no key domain"));
        assertThat(rack.on("", "migrate", "--from", A, "--to", A, "--label=one")
                        .failed()
                        .errorMessage())
                .contains("same device");
        assertThat(rack.withoutPinOn(
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
        Rack rack = new Rack(folder, false);
        Path id = Files.writeString(folder.resolve("a.cvc"), "precious");

        assertThat(rack.withoutPinOn(A, "device-id", "export", "--out=" + id)
                        .failed()
                        .err())
                .contains(id.toString(), "--overwrite");
        assertThat(id).hasContent("precious");
        rack.withoutPinOn(A, "device-id", "export", "--overwrite", "--out=" + id)
                .done();
        assertThat(id).binaryContent().startsWith(0x7F, 0x21);
    }
}
