// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.SchsmDevice;
import io.github.schsm.TokenKey;
import io.github.schsm.keystore.TokenDevice;
import io.github.schsm.provider.SchsmProvider;
import io.github.schsm.spi.Token;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.PublicKey;
import java.security.Signature;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command on tokens behind a PKCS#11 module, here SoftHSM2's. */
class Pkcs11Test {
    @TempDir
    Path folder;

    private String file(String name) {
        return folder.resolve(name).toString();
    }

    private static PublicKey publicKey(String token, String label) throws Exception {
        KeyStore keyStore = KeyStore.getInstance(
                "SCHSM",
                new SchsmProvider().configure("terminal = pkcs11:" + SoftHsm.module() + "; device = " + token));
        keyStore.load(null, null);
        Token behind = TokenDevice.tokenOf(SchsmDevice.of(keyStore));
        TokenKey key = behind.keys().stream()
                .filter(candidate -> candidate.label().equals(label))
                .findFirst()
                .orElseThrow();
        return behind.details(key).publicKey();
    }

    private static boolean isSigned(String algorithm, PublicKey key, Path file, Path signature) throws Exception {
        Signature verifier = Signature.getInstance(algorithm);
        verifier.initVerify(key);
        verifier.update(Files.readAllBytes(file));
        return verifier.verify(Files.readAllBytes(signature));
    }

    @Test
    void devicesListsEveryTokenOfTheModule() throws Exception {
        List<Map<String, Object>> devices =
                SoftHsm.run("devices", "--json").done().list("devices");

        assertThat(devices).extracting(device -> device.get("label")).contains(SoftHsm.ONE, SoftHsm.TWO);
        Map<String, Object> one = devices.stream()
                .filter(device -> SoftHsm.ONE.equals(device.get("label")))
                .findFirst()
                .orElseThrow();
        assertThat((String) one.get("device")).matches("[0-9a-f]{16}");
        assertThat(one).containsEntry("genuine", null).containsEntry("keyDomainSlots", 0L);
        assertThat((String) one.get("reason")).isNotBlank();
        assertThat(SoftHsm.run("devices").done().out()).contains(SoftHsm.ONE, SoftHsm.TWO, (String) one.get("device"));
    }

    @Test
    void keysAreGeneratedListedUsedAndDeleted() throws Exception {
        Path data = Files.write(folder.resolve("data"), new byte[100_000]);

        assertThat(SoftHsm.on(SoftHsm.ONE, "generate", "--label=ec", "--curve=secp384r1", "--json")
                        .done()
                        .json())
                .containsEntry("type", "EC")
                .containsEntry("size", 384L);
        SoftHsm.on(SoftHsm.ONE, "generate", "--label=rsa", "--type=RSA").done();
        SoftHsm.on(SoftHsm.ONE, "generate", "--label=aes", "--type=AES").done();

        assertThat(SoftHsm.on(SoftHsm.ONE, "keys", "--json").done().list("keys"))
                .extracting(key -> key.get("label") + " " + key.get("type") + " " + key.get("size"))
                .containsExactlyInAnyOrder("ec EC 384", "rsa RSA 2048", "aes AES 256");
        assertThat(SoftHsm.run("keys", "--device", SoftHsm.ONE).done().out())
                .as("what is seen without a PIN")
                .contains("ec", "rsa", "secp384r1");

        SoftHsm.on(SoftHsm.ONE, "sign", "--label=ec", "--out=" + file("ec.sig"), data.toString())
                .done();
        SoftHsm.on(SoftHsm.ONE, "sign", "--label=rsa", "--out=" + file("rsa.sig"), data.toString())
                .done();
        assertThat(isSigned("SHA256withECDSA", publicKey(SoftHsm.ONE, "ec"), data, folder.resolve("ec.sig")))
                .isTrue();
        assertThat(isSigned("SHA256withRSA", publicKey(SoftHsm.ONE, "rsa"), data, folder.resolve("rsa.sig")))
                .isTrue();

        for (String label : List.of("ec", "rsa", "aes")) {
            SoftHsm.on(SoftHsm.ONE, "delete", "--yes", "--label=" + label).done();
        }
        assertThat(SoftHsm.on(SoftHsm.ONE, "keys").done().out()).contains("no keys");
    }

    @Test
    void certificateIsStoredListedAndDeleted() throws Exception {
        Path pem = folder.resolve("ca.pem");
        try (InputStream in = Pkcs11Test.class.getResourceAsStream("example-ca.pem")) {
            Files.write(pem, in.readAllBytes());
        }

        SoftHsm.on(SoftHsm.TWO, "import-cert", "--label=Example CA", pem.toString())
                .done();

        assertThat(SoftHsm.on(SoftHsm.TWO, "certs", "--json").done().list("certificates"))
                .singleElement()
                .satisfies(certificate -> assertThat(certificate)
                        .containsEntry("label", "Example CA")
                        .containsEntry("ofKey", false)
                        .containsEntry("kind", "X.509"));
        SoftHsm.on(SoftHsm.TWO, "delete", "--yes", "--label=Example CA").done();
        assertThat(SoftHsm.on(SoftHsm.TWO, "certs").done().out()).contains("no certificates");
    }

    @Test
    void dataObjectAndRandomNumbersComeFromTheToken() throws Exception {
        Path data = Files.writeString(folder.resolve("data"), "kept");

        SoftHsm.on(SoftHsm.TWO, "data", "write", "--label=note", "--protected", data.toString())
                .done();
        SoftHsm.on(SoftHsm.TWO, "data", "read", "--label=note", "--out=" + file("read"))
                .done();
        SoftHsm.on(SoftHsm.TWO, "data", "delete", "--yes", "--label=note").done();

        assertThat(folder.resolve("read")).hasContent("kept");
        assertThat(SoftHsm.run("random", "16", "--device", SoftHsm.TWO)
                        .done()
                        .out()
                        .strip())
                .matches("[0-9A-F]{32}");
    }

    @Test
    void tokenIsChosenBySerialNumberAndUriToo() throws Exception {
        String serial = SoftHsm.run("devices", "--json").done().list("devices").stream()
                .filter(device -> SoftHsm.TWO.equals(device.get("label")))
                .map(device -> (String) device.get("device"))
                .findFirst()
                .orElseThrow();

        for (String device : List.of(serial, SoftHsm.TWO, "pkcs11:token=Token%20two;serial=" + serial)) {
            assertThat(SoftHsm.run("pin", "status", "--device", device, "--json")
                            .done()
                            .json())
                    .as(device)
                    .containsEntry("device", serial);
        }
    }

    @Test
    void severalTokensAreNeverChosenFrom() throws Exception {
        assertThat(SoftHsm.run("keys").failed().err()).contains(SoftHsm.ONE, SoftHsm.TWO, "--device");
    }

    @Test
    void tokenThatIsNotThereIsMissedWithWhatThereIs() throws Exception {
        assertThat(SoftHsm.run("keys", "--device", "Token four").failed().err())
                .contains("Token four", SoftHsm.ONE, SoftHsm.TWO);
        assertThat(SoftHsm.run("keys", "--device", "Token four", "--json")
                        .failed()
                        .errorMessage())
                .contains("Token four", SoftHsm.ONE);
    }

    @Test
    void fileThatIsNoModuleIsRefused() throws Exception {
        Path text = Files.writeString(folder.resolve("module.so"), "no library");

        assertThat(onModule(text.toString()).failed().err()).contains("module.so");
        assertThat(onModule(file("nothing.so")).failed().err()).contains("nothing.so");
        assertThat(onModule("").misused().err()).contains("pkcs11:");
    }

    private static Run onModule(String module) {
        return Run.of(Map.of(), "devices", "--terminal", "pkcs11:" + module);
    }

    @Test
    void wrongPinIsSaid() throws Exception {
        assertThat(SoftHsm.run("pin", "verify", "--device", SoftHsm.THREE, "--pin-env", "WRONG_PIN")
                        .failed()
                        .err())
                .contains("PIN", "wrong");
        SoftHsm.on(SoftHsm.THREE, "pin", "verify").done();
    }

    @Test
    void whatOnlyASmartCardHsmHasIsRefusedWithTheReason() throws Exception {
        for (String[] command :
                new String[][] {{"domain", "list"}, {"attest"}, {"pka", "status"}, {"device-id", "export"}}) {
            assertThat(SoftHsm.on(SoftHsm.TWO, command).failed().err())
                    .as(command[0])
                    .contains("token");
        }
    }
}
