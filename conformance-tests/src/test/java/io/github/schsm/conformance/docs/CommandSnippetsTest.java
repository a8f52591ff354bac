// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.docs;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.conformance.bench.Jdk;
import io.github.schsm.conformance.bench.Libraries;
import io.github.schsm.conformance.bench.Program;
import io.github.schsm.conformance.bench.SoftHsmFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The documents' commands do what the documents say. */
@Tag("launcher")
class CommandSnippetsTest {
    @TempDir
    private Path folder;

    private Shell shell;

    @BeforeEach
    void open() throws IOException {
        shell = new Shell(folder, Jdk.all().get(0));
    }

    @Test
    @RunsSnippets("README.md#two-commands")
    void demoRunsAndTheCheckIsThere() throws Exception {
        String commands = Snippet.text("README.md#two-commands");

        // The second one is what runs this test.
        assertThat(commands.lines().map(line -> line.replaceAll(" +#.*", "")))
                .containsExactly("./schsm demo", "./check");
        assertThat(Snippet.HOME.resolve("check")).isExecutable();
        shell.bash("./schsm demo").succeeded();
    }

    @Test
    @RunsSnippets({
        "README.md#first-signature",
        "README.md#first-signature-output",
        "docs/programs.md#sign",
        "docs/programs.md#run-sign",
        "docs/programs.md#run-sign-output"
    })
    void firstSignatureIsMadeAndVerified() throws Exception {
        Files.writeString(folder.resolve("README.md"), "what is signed");
        Program.Result made = shell.run("README.md#first-signature").succeeded();
        assertThat(made.output()).isEqualTo(Snippet.text("README.md#first-signature-output"));

        Files.writeString(folder.resolve("Sign.java"), shell.adapt(Snippet.text("docs/programs.md#sign")));
        Program.Result signed = shell.run("docs/programs.md#run-sign").succeeded();

        assertThat(signed.output()).isEqualTo(Snippet.text("docs/programs.md#run-sign-output"));
    }

    @Test
    @RunsSnippets("docs/programs.md#initialize")
    void newDeviceIsInitialized() throws Exception {
        shell.run("docs/programs.md#initialize", "./schsm", "schsm", "4\n", "4 --so-pin-env SO_PIN --new-pin-env PIN\n")
                .succeeded()
                .says("ZZSIM000002");
    }

    @Test
    @RunsSnippets("docs/dkek.md#import-key")
    void keyOfSoftwareIsImported() throws Exception {
        shell.bash("""
                        umask 077
                        printf secret > dkek-password.txt
                        schsm domain create-share dkek.pbe --password-file dkek-password.txt
                        schsm domain create --slot 0 --dkek-shares 1
                        schsm domain import-share --slot 0 dkek.pbe --password-file dkek-password.txt
                        """).succeeded();

        shell.run("docs/dkek.md#import-key").succeeded().says("Key \"tls\" (EC key on secp256r1) imported", "proved");
    }

    @Test
    @RunsSnippets("docs/attestation.md#attest-commands")
    void keyIsAttestedOnTheDeviceAndOffLine() throws Exception {
        // A certificate for the key, from a CA in software.
        shell.bash("""
                        schsm generate --label code-signing
                        keytool -genkeypair -keystore ca.p12 -storepass 123456 -alias ca -keyalg EC -dname CN=CA -ext bc:c
                        keytool -certreq -alias code-signing -dname CN=Signer -keystore NONE -storetype SCHSM \\
                            -storepass 648219 -providerpath "$(./schsm jar)" \\
                            -providerclass io.github.schsm.provider.SchsmProvider \\
                            -providerarg "terminal = simulator:$PWD/hsm" |
                            keytool -gencert -keystore ca.p12 -storepass 123456 -alias ca -rfc >cert.pem
                        """).succeeded();

        shell.run("docs/attestation.md#attest-commands").succeeded().says("code-signing", "ZZSIM000001");
    }

    @Test
    @RunsSnippets("docs/selftest.md#selftest")
    void deviceIsTestedAndTheReportIsAFile() throws Exception {
        shell.run("docs/selftest.md#selftest").succeeded().says("confirmed", "0 contradicted", "selftest.json");

        assertThat(folder.resolve("selftest.json"))
                .content()
                .contains("\"anonymous\" : true")
                .doesNotContain("ZZSIM");
    }

    @Test
    @RunsSnippets("docs/benchmarks.md#run")
    void benchmarksAreThere() throws Exception {
        assertBenchmarks(Snippet.text("docs/benchmarks.md#run"));
    }

    @Test
    @RunsSnippets("docs/benchmarks.md#run-pkcs11")
    void benchmarkOfTheBridgeIsThere() throws Exception {
        assertBenchmarks(Snippet.text("docs/benchmarks.md#run-pkcs11"));
    }

    @Test
    @RunsSnippets("docs/benchmarks.md#run-domain")
    void benchmarkOfDomainsIsThere() throws Exception {
        assertBenchmarks(Snippet.text("docs/benchmarks.md#run-domain").replaceAll("(?m)^ONLY=\"[a-z ]*\" ", ""));
    }

    @Test
    @RunsSnippets("docs/benchmarks.md#run-start")
    void benchmarkOfColdStartsIsThere() throws Exception {
        assertBenchmarks(Snippet.text("docs/benchmarks.md#run-start"));
    }

    /** A measurement takes too long for a test: the scripts are there, and a benchmark that they name is a class. */
    private static void assertBenchmarks(String commands) {
        assertThat(commands.lines()).isNotEmpty().allSatisfy(line -> {
            String[] words = line.replaceAll(" +#.*", "").split(" ", -1);
            assertThat(Snippet.HOME.resolve(words[0])).isExecutable();
            if (words.length > 1 && words[1].endsWith("Benchmark")) {
                assertThat(Snippet.HOME.resolve(
                                "benchmarks/src/main/java/io/github/schsm/benchmarks/" + words[1] + ".java"))
                        .isRegularFile();
            }
        });
    }

    @Test
    @RunsSnippets("docs/cli.md#start")
    void commandStartsOnEachKindOfTerminal() throws Exception {
        SoftHsmFolder tokens = new SoftHsmFolder(folder);
        tokens.add("My token");

        shell.with(tokens.environment())
                .run(
                        "docs/cli.md#start",
                        "./schsm devices",
                        "schsm devices",
                        "/usr/lib/softhsm/libsofthsm2.so",
                        Libraries.find(Libraries.SOFT_HSM).toString())
                .succeeded()
                .says("ZZSIM000001", "LABEL");
    }

    @Test
    @RunsSnippets("docs/cli.md#script")
    void scriptRunsItsLines() throws Exception {
        Files.writeString(folder.resolve("README.md"), "what is signed");
        shell.bash("schsm generate --device ZZSIM000001 --label code-signing").succeeded();

        shell.run("docs/cli.md#script").succeeded().says("code-signing", "README.md.sig");
    }

    @Test
    @RunsSnippets("docs/cli.md#completion")
    void bashTakesTheCompletions() throws Exception {
        shell.bash(Snippet.text("docs/cli.md#completion") + "complete -p schsm\n")
                .succeeded()
                .says("_complete_schsm schsm");
    }

    @Test
    @RunsSnippets({"docs/cli.md#how-to", "docs/cli.md#migrate"})
    void howToIsDoneByCommands() throws Exception {
        Program.Result done = shell.bash(shell.adapt(Snippet.text("docs/cli.md#how-to"), "./schsm", "./schsm --yes"))
                .succeeded();
        done.says("code-signing");

        // The same key is there already: the one command finds nothing to do.
        shell.run("docs/cli.md#migrate", "s migrate", "schsm migrate")
                .succeeded()
                .says("code-signing");
        shell.bash("schsm keys --device ZZSIM000002").succeeded().says("code-signing");
    }

    @Test
    @RunsSnippets({"docs/pkcs11.md#p11-kit-server", "docs/pkcs11.md#p11-kit-client"})
    void tokenOfAnotherComputerIsListed() throws Exception {
        SoftHsmFolder tokens = new SoftHsmFolder(folder);
        tokens.add("Far token");
        Path socket = folder.resolve("hsm.sock");
        String server = shell.adapt(
                Snippet.text("docs/pkcs11.md#p11-kit-server"),
                "/run/user/1000/hsm.sock",
                socket.toString(),
                "/usr/lib/x86_64-linux-gnu/opensc-pkcs11.so",
                Libraries.find(Libraries.SOFT_HSM).toString());
        // Both ends are on this computer, so nothing has to be forwarded.
        String client = shell.adapt(
                Snippet.text("docs/pkcs11.md#p11-kit-client").replaceAll("(?s)^ssh .*? me@far\\.example &\\R", ""),
                "/run/user/1000/far-hsm.sock",
                socket.toString(),
                "schsm devices",
                "./schsm devices",
                "/usr/lib/x86_64-linux-gnu/pkcs11/p11-kit-client.so",
                Libraries.find(Libraries.P11_KIT_CLIENT).toString());
        ProcessBuilder builder = new ProcessBuilder("bash", "-c", "exec " + server)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("server.log").toFile())
                .redirectInput(Path.of("/dev/null").toFile());
        builder.environment().putAll(tokens.environment());
        Process running = builder.start();
        try (AutoCloseable end = () -> {
            running.descendants().forEach(ProcessHandle::destroyForcibly);
            running.destroyForcibly();
        }) {
            assertThat(end).isNotNull();
            shell.with(tokens.environment())
                    .bash("for i in $(seq 600); do [ -S '" + socket + "' ] && break; sleep 0.1; done\n" + client)
                    .succeeded()
                    .says("Far token");
            assertThat(running.waitFor(0, TimeUnit.SECONDS)).isFalse();
        }
    }

    @Test
    @RunsSnippets({
        "docs/public-key-authentication.md#export-key",
        "docs/public-key-authentication.md#register",
        "docs/public-key-authentication.md#run",
        "docs/public-key-authentication.md#respond"
    })
    void holdersOfKeysOpenTheDevice() throws Exception {
        // Anna's device is ZZSIM000003, Boris's 4; Clara's is in another folder, because she is somewhere else.
        String clara = "./schsm --terminal simulator:" + folder.resolve("far") + " --pin-env PIN --yes";
        shell.run("docs/public-key-authentication.md#export-key").succeeded();
        shell.bash("""
                        schsm --device ZZSIM000004 generate --label opens
                        schsm --device ZZSIM000004 pka export --label opens --out boris.pub
                        %1$s --device ZZSIM000005 generate --label opens
                        %1$s --device ZZSIM000005 pka export --label opens --out clara.pub
                        """.formatted(clara)).succeeded();
        shell.run("docs/public-key-authentication.md#register", "--no-pin", "--no-pin --so-pin-env SO_PIN")
                .succeeded()
                .says("2");
        shell.run("docs/public-key-authentication.md#run", "pka run", "pka run --holder-pin-env PIN")
                .succeeded()
                .says("root-ca");

        shell.run(
                        "docs/public-key-authentication.md#respond",
                        "pka run",
                        "pka run --holder-pin-env PIN",
                        "-- keys\n",
                        "-- keys &\nuntil [ -s ZZSIM*.challenge ]; do sleep 0.1; done\n",
                        "schsm pka respond",
                        clara + " pka respond",
                        ".challenge\n",
                        ".challenge\nwait $!\n")
                .succeeded()
                .says("root-ca");
    }
}
