// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.programs;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.SchsmDevice;
import io.github.schsm.card.dkek.DkekShareFile;
import io.github.schsm.conformance.bench.Jdk;
import io.github.schsm.conformance.bench.Pki;
import io.github.schsm.conformance.bench.Program;
import io.github.schsm.provider.SchsmProvider;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** keytool and jarsigner of each JDK, which know nothing of SmartCard-HSMs; the device is a simulated one in a folder. */
@Tag("jdk")
class KeytoolTest {
    @TempDir
    private Path folder;

    private static Stream<Jdk> jdks() {
        return Jdk.all().stream();
    }

    private static Stream<Arguments> otherWays() {
        return jdks().flatMap(jdk ->
                Stream.of(Keytool.Way.PROVIDER_PATH, Keytool.Way.JAVA_SECURITY).map(way -> Arguments.of(way, jdk)));
    }

    private String configuration() {
        return "terminal = simulator:" + folder.resolve("readers");
    }

    private Keytool keytool(Keytool.Way way, Jdk jdk) {
        return new Keytool(jdk, way, configuration(), folder);
    }

    @ParameterizedTest
    @MethodSource("jdks")
    void keyLivesFromGenerationToDeletion(Jdk jdk) throws Exception {
        LifeOfAKey.run(keytool(Keytool.Way.ADD_PROVIDER, jdk), () -> MakeKey.run(jdk, configuration(), "bare"), folder);
    }

    /** That it is the same provider whichever way it is found: once it is, all else is the same. */
    @ParameterizedTest(name = "{0} on {1}")
    @MethodSource("otherWays")
    void keyIsGeneratedAndListedByEachOtherWay(Keytool.Way way, Jdk jdk) throws Exception {
        Keytool keytool = keytool(way, jdk);
        LifeOfAKey.generate(keytool, "generated");
        keytool.run("-list").succeeded().says("contains 1 entry", "generated, ", "PrivateKeyEntry");
    }

    @ParameterizedTest
    @MethodSource("jdks")
    void softwareKeyIsRefusedAndNothingIsStored(Jdk jdk) throws Exception {
        Keytool keytool = keytool(Keytool.Way.ADD_PROVIDER, jdk);

        keytool.run("-genkeypair", "-alias", "soft", "-keyalg", "EC", "-dname", "CN=Soft", "-keypass", Keytool.PIN)
                .failed()
                .says("a software key cannot be stored on a device", "-providername");

        keytool.run("-list").succeeded().says("contains 0 entries").doesNotSay("soft");
    }

    /** keytool writes the file again after each change, which must leave it as it is. */
    @ParameterizedTest
    @MethodSource("jdks")
    void fileIsAKeyStore(Jdk jdk) throws Exception {
        String text = "# the one key\n" + configuration() + "\nalias = generated\n";
        Path file = Files.writeString(folder.resolve("hsm.schsm"), text);
        Keytool keytool = keytool(Keytool.Way.ADD_PROVIDER, jdk);

        keytool.onFile(
                        file,
                        "-storetype",
                        "SCHSM",
                        "-genkeypair",
                        "-alias",
                        "generated",
                        "-keyalg",
                        "EC",
                        "-groupname",
                        "secp256r1",
                        "-dname",
                        "CN=generated",
                        "-keypass",
                        Keytool.PIN,
                        "-providername",
                        "SCHSM")
                .succeeded();
        assertThat(file).hasContent(text);
        keytool.onFile(file, "-changealias", "-alias", "generated", "-destalias", "other")
                .failed()
                .says("alias = generated");
        keytool.onFile(file, "-list").succeeded().says("Keystore type: SCHSM", "contains 1 entry", "generated, ");
        assertThat(file).hasContent(text);
    }

    /** With the shares of a DKEK in the configuration, keytool brings keys of software from any key store. */
    @ParameterizedTest
    @MethodSource("jdks")
    void keysOfSoftwareComeInUnderTheConfiguredDkek(Jdk jdk) throws Exception {
        byte[] share = new byte[DkekShareFile.SHARE_LENGTH];
        Arrays.fill(share, (byte) 7);
        Path file = Files.write(
                folder.resolve("dkek.pbe"),
                DkekShareFile.encrypt(share, "secret".getBytes(StandardCharsets.UTF_8), new SecureRandom()));
        Path password = Files.writeString(folder.resolve("password"), "secret");
        Files.setPosixFilePermissions(password, PosixFilePermissions.fromString("rw-------"));
        try (SchsmProvider schsm = (SchsmProvider) new SchsmProvider().configure(configuration())) {
            KeyStore keyStore = KeyStore.getInstance("SCHSM", schsm);
            keyStore.load(null, Keytool.PIN.toCharArray());
            SchsmDevice.of(keyStore).createDkekDomain(0, 1).importShare(share);
        }
        String software = folder.resolve("software.p12").toString();
        Program.run(
                        List.of(
                                jdk.tool("keytool"),
                                "-genkeypair",
                                "-alias",
                                "tls",
                                "-keyalg",
                                "EC",
                                "-groupname",
                                "secp256r1",
                                "-dname",
                                "CN=tls",
                                "-keystore",
                                software,
                                "-storepass",
                                "123456"),
                        Map.of())
                .succeeded();
        Keytool keytool = new Keytool(
                jdk,
                Keytool.Way.ADD_PROVIDER,
                configuration() + "; dkek = file:" + file + "; dkek.password = file:" + password,
                folder);

        keytool.importKeyStore(software, "123456").succeeded();

        keytool.run("-list").succeeded().says("contains 1 entry", "tls, ", "PrivateKeyEntry");
        keytool.run("-certreq", "-alias", "tls").succeeded().says("BEGIN NEW CERTIFICATE REQUEST");
    }

    /** From JDK 17 on keytool's way of setting a group leaves the JDK's own generator; the last in the list makes the key. */
    @ParameterizedTest
    @MethodSource("jdks")
    void groupNameWithoutProviderNameNeverLeavesASoftwareKey(Jdk jdk) throws Exception {
        Keytool keytool = keytool(Keytool.Way.ADD_PROVIDER, jdk);

        Program.Result made = keytool.run(
                "-genkeypair",
                "-alias",
                "made",
                "-keyalg",
                "EC",
                "-groupname",
                "secp256r1",
                "-dname",
                "CN=Made",
                "-keypass",
                Keytool.PIN);

        Program.Result listed = keytool.run("-list").succeeded();
        if (made.status() == 0) {
            listed.says("made, ", "PrivateKeyEntry");
            keytool.run("-certreq", "-alias", "made").succeeded().says("BEGIN NEW CERTIFICATE REQUEST");
        } else {
            made.says("a software key cannot be stored on a device");
            listed.says("contains 0 entries");
        }
    }

    @ParameterizedTest
    @MethodSource("jdks")
    void pinComesFromTheEnvironmentInBothWays(Jdk jdk) throws Exception {
        Keytool keytool = keytool(Keytool.Way.ADD_PROVIDER, jdk);
        keytool.runWithoutPin(Map.of("HSM_PIN", Keytool.PIN), "-list", "-storepass:env", "HSM_PIN")
                .succeeded()
                .says("contains 0 entries");

        Keytool configured =
                new Keytool(jdk, Keytool.Way.ADD_PROVIDER, configuration() + "; pin = env:HSM_PIN", folder);
        generateAsConfigured(configured, Map.of()).failed().says("HSM_PIN");
        generateAsConfigured(configured, Map.of("HSM_PIN", Keytool.PIN)).succeeded();
        configured.runWithoutPin(Map.of(), "-protected", "-list").succeeded().says("contains 1 entry", "asked, ");
    }

    private static Program.Result generateAsConfigured(Keytool keytool, Map<String, String> environment)
            throws Exception {
        return keytool.runWithoutPin(
                environment,
                "-protected",
                "-genkeypair",
                "-alias",
                "asked",
                "-keyalg",
                "EC",
                "-groupname",
                "secp256r1",
                "-dname",
                "CN=Asked",
                "-providername",
                "SCHSM");
    }

    @ParameterizedTest
    @MethodSource("jdks")
    void wrongPinIsSaidWithTheTriesThatAreLeft(Jdk jdk) throws Exception {
        keytool(Keytool.Way.ADD_PROVIDER, jdk)
                .runWithoutPin(Map.of(), "-list", "-storepass", "123456")
                .failed()
                .says("PIN", "2");
    }

    @ParameterizedTest
    @MethodSource("jdks")
    void misspelledConfigurationIsSaid(Jdk jdk) throws Exception {
        new Keytool(jdk, Keytool.Way.JAVA_SECURITY, "terminl = pcsc", folder)
                .run("-list")
                .failed()
                .says("terminl", "terminal");
    }

    @ParameterizedTest
    @MethodSource("jdks")
    void jarsignerSignsAJarThatVerifies(Jdk jdk) throws Exception {
        Keytool keytool = keytool(Keytool.Way.ADD_PROVIDER, jdk);
        LifeOfAKey.generate(keytool, "signer");
        Pki pki = Pki.create();
        LifeOfAKey.certify(keytool, pki, "signer", "CN=Signer", folder);
        Path jar = jar(folder);

        keytool.jarsigner(jar.toString(), "signer").succeeded().says("jar signed");

        verify(jdk, jar);
    }

    static Path jar(Path folder) throws IOException {
        Path jar = folder.resolve("signed.jar");
        try (OutputStream out = Files.newOutputStream(jar);
                JarOutputStream packed = new JarOutputStream(out)) {
            packed.putNextEntry(new JarEntry("hello.txt"));
            packed.write("hello".getBytes(StandardCharsets.UTF_8));
        }
        return jar;
    }

    static void verify(Jdk jdk, Path jar) throws Exception {
        Program.run(jdk.tool("jarsigner"), "-verify", "-verbose", "-certs", jar.toString())
                .succeeded()
                .says("jar verified", "CN=Signer", "CN=Test Issuer", "CN=Test Root");
    }

    @ParameterizedTest
    @MethodSource("jdks")
    void rsaKeyIsGeneratedCertifiedAndSignsJarsWithBothPaddings(Jdk jdk) throws Exception {
        Keytool keytool = keytool(Keytool.Way.ADD_PROVIDER, jdk);
        LifeOfAKey.generate(keytool, "signer", "-keyalg", "RSA", "-keysize", "2048");
        keytool.run("-list", "-v", "-alias", "signer").succeeded().says("2048-bit RSA key", "Owner: CN=signer");
        Pki pki = Pki.create();
        LifeOfAKey.certify(keytool, pki, "signer", "CN=Signer", folder);
        keytool.run("-certreq", "-alias", "signer", "-sigalg", "RSASSA-PSS")
                .succeeded()
                .says("BEGIN NEW CERTIFICATE REQUEST");

        for (String algorithm : List.of("SHA384withRSA", "RSASSA-PSS")) {
            Path jar = jar(folder);
            keytool.jarsigner("-sigalg", algorithm, jar.toString(), "signer")
                    .succeeded()
                    .says("jar signed");
            verify(jdk, jar);
        }
    }

    /** The certificate's key is under id-RSASSA-PSS, and all that signs with it takes PSS without being told. */
    @ParameterizedTest
    @MethodSource("jdks")
    void keyForPssIsGeneratedWithACertificateThatSaysSo(Jdk jdk) throws Exception {
        Keytool keytool = keytool(Keytool.Way.ADD_PROVIDER, jdk);
        LifeOfAKey.generate(keytool, "pss", "-keyalg", "RSASSA-PSS", "-keysize", "2048");
        keytool.run("-list", "-v", "-alias", "pss")
                .succeeded()
                .says("Owner: CN=pss", "Signature algorithm name: RSASSA-PSS", "2048-bit RSASSA-PSS key");
        keytool.run("-certreq", "-alias", "pss").succeeded().says("BEGIN NEW CERTIFICATE REQUEST");
    }
}
