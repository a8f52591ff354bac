// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.docs;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.conformance.bench.Jdk;
import io.github.schsm.conformance.bench.Libraries;
import io.github.schsm.conformance.bench.Pki;
import io.github.schsm.conformance.bench.Program;
import io.github.schsm.conformance.bench.SoftHsmFolder;
import java.io.IOException;
import java.io.StringWriter;
import java.lang.reflect.InvocationTargetException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The documents' Java is compiled against the one jar, as a reader would, and run on simulated devices. */
@Tag("jdk")
class ProgramSnippetsTest {
    private static final String IMPORTS = """
            import io.github.schsm.*;
            import io.github.schsm.callback.*;
            import io.github.schsm.DeviceTrust.*;
            import io.github.schsm.card.*;
            import io.github.schsm.card.apdu.*;
            import io.github.schsm.card.dkek.*;
            import io.github.schsm.card.transport.*;
            import io.github.schsm.config.*;
            import io.github.schsm.login.*;
            import io.github.schsm.provider.SchsmProvider;
            import io.github.schsm.simulator.*;
            import io.github.schsm.simulator.profile.*;
            import java.nio.file.Files;
            import java.nio.file.Path;
            import java.security.*;
            import java.security.cert.X509Certificate;
            import java.security.spec.ECGenParameterSpec;
            import java.util.*;
            import javax.crypto.*;
            import javax.security.auth.callback.*;
            import javax.smartcardio.CardTerminals;
            """;

    private static final String DEVICE = """
            Provider schsm = new SchsmProvider().configure("terminal = simulator:memory; device = ZZSIM000001");
            KeyStore keyStore = KeyStore.getInstance("SCHSM", schsm);
            keyStore.load(null, "648219".toCharArray());
            SchsmDevice device = SchsmDevice.of(keyStore);
            """;

    private static final String GENERATOR = """
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC", schsm);
            """;

    private static final String TWO_DEVICES = """
            Provider a = new SchsmProvider().configure("terminal = simulator:memory; device = ZZSIM000001; name = a");
            Provider b = new SchsmProvider().configure("terminal = simulator:memory; device = ZZSIM000002; name = b");
            KeyStore source = KeyStore.getInstance("SCHSM", a), target = KeyStore.getInstance("SCHSM", b);
            source.load(null, "648219".toCharArray());
            target.load(null, "648219".toCharArray());
            SchsmDevice deviceA = SchsmDevice.of(source), deviceB = SchsmDevice.of(target);
            KeyPairGenerator onA = KeyPairGenerator.getInstance("EC", a), onB = KeyPairGenerator.getInstance("EC", b);
            """;

    private static final String DOMAINS = TWO_DEVICES + """
            onA.initialize(SchsmKeySpec.builder("signer").parameters(new ECGenParameterSpec("brainpoolP256r1")).build());
            KeyPair signer = onA.generateKeyPair();
            KeyDomain domainA = deviceA.createKeyDomain(0, Kdm.issue(signer, deviceA.identity()));
            KeyDomain domainB = deviceB.createKeyDomain(0, Kdm.issue(signer, deviceB.identity()));
            """;

    private static final String HANDLER = """
            CallbackHandler handler = callbacks -> {
                for (Callback callback : callbacks) {
                    if (callback instanceof PasswordCallback wanted) {
                        wanted.setPassword("648219".toCharArray());
                    }
                }
            };
            """;

    /**
     * What it takes to run a snippet.
     *
     * @param members of the class that it becomes part of
     * @param before statements in front of it
     * @param after statements that throw if it did not do what the document says
     * @param replaced texts in it and their replacements here, in turn
     */
    record Snip(String id, String members, String before, String after, List<String> replaced) {
        static Snip of(String id, String before, String after, String... replaced) {
            return new Snip(id, "", before, after, List.of(replaced));
        }

        @Override
        public String toString() {
            return id;
        }
    }

    static List<Snip> programs() {
        return List.of(
                Snip.of(
                        "README.md#sign",
                        DEVICE + GENERATOR + """
                                generator.initialize(SchsmKeySpec.builder("my-key")
                                        .parameters(new ECGenParameterSpec("secp256r1")).build());
                                generator.generateKeyPair();
                                char[] pin = "648219".toCharArray();
                                byte[] document = {1, 2, 3};
                                """,
                        "expect(signed.length > 60);",
                        "simulator:/tmp/hsm",
                        "simulator:memory"),
                Snip.of(
                        "README.md#migrate",
                        "char[] pin = \"648219\".toCharArray();\n",
                        "expect(target.containsAlias(\"code-signing\"));"),
                Snip.of("docs/programs.md#pkcs11-provider", "", "expect(schsm.getName().equals(\"SCHSM\"));"),
                Snip.of(
                        "docs/attestation.md#attest",
                        DEVICE.replace("SchsmDevice device", "SchsmDevice unused") + GENERATOR + """
                                generator.initialize(SchsmKeySpec.builder("code-signing")
                                        .parameters(new ECGenParameterSpec("secp256r1")).build());
                                generator.generateKeyPair();
                                Path path = folder.resolve("code-signing.pub");
                                X509Certificate certificate = certificate();
                                """,
                        """
                        expect(again.device().deviceId().equals("ZZSIM000001"));
                        expect(!again.attestation().isFor(certificate));
                        """,
                        "DeviceTrust.parse(\"production\")",
                        "DeviceTrust.parse(\"simulator\")"),
                Snip.of(
                        "docs/key-store-files.md#open",
                        """
                        Security.addProvider(new SchsmProvider());
                        atTheEnd(() -> Security.removeProvider("SCHSM"));
                        Path path = folder.resolve("hsm.schsm");
                        Files.writeString(path, "terminal = simulator:memory\\ndevice = ZZSIM000001\\nalias = tls\\n");
                        char[] pin = "648219".toCharArray();
                        """,
                        "expect(byType.size() == 0 && byContent.getType().equals(\"SCHSM\"));",
                        "InputStream file",
                        "java.io.InputStream file",
                        "Path.of(\"hsm.schsm\")",
                        "path",
                        "new File(\"hsm.schsm\")",
                        "path.toFile()"),
                Snip.of("docs/key-store-files.md#aliases", DEVICE + GENERATOR + """
                                generator.initialize(SchsmKeySpec.builder("other")
                                        .parameters(new ECGenParameterSpec("secp256r1")).build());
                                generator.generateKeyPair();
                                expect(keyStore.size() == 1);
                                char[] pin = "648219".toCharArray();
                                """, "expect(keyStore.size() == 0);"),
                Snip.of(
                        "docs/key-store-files.md#memory",
                        DEVICE + GENERATOR + """
                                generator.initialize(SchsmKeySpec.builder("tls")
                                        .parameters(new ECGenParameterSpec("secp256r1")).build());
                                PrivateKey key = generator.generateKeyPair().getPrivate();
                                java.security.cert.Certificate[] chain = {keyStore.getCertificate("tls")};
                                """,
                        "expect(memory.getKey(\"key\", null) == key && keyStore.size() == 1);",
                        "getInstance(\"SCHSM-MEMORY\")",
                        "getInstance(\"SCHSM-MEMORY\", schsm)"),
                Snip.of(
                        "docs/dkek.md#import",
                        DEVICE + """
                                KeyDomain domain = device.createDkekDomain(0, 1);
                                domain.importShare(new byte[32]);
                                byte[] password = "secret".getBytes();
                                Files.write(folder.resolve("dkek.pbe"),
                                        DkekShareFile.encrypt(new byte[32], password, new SecureRandom()));
                                KeyPair pair = KeyPairGenerator.getInstance("EC").generateKeyPair();
                                PrivateKey privateKey = pair.getPrivate();
                                java.security.cert.Certificate[] chain =
                                        {new io.github.schsm.codec.BarePublicKey(pair.getPublic())};
                                """,
                        "expect(keyStore.getKey(\"tls\", null) instanceof SchsmKey);",
                        "Path.of(\"dkek.pbe\")",
                        "folder.resolve(\"dkek.pbe\")"),
                Snip.of("docs/authentication.md#logins", HANDLER + """
                                Provider registered =
                                        new SchsmProvider().configure("terminal = simulator:memory; device = ZZSIM000002");
                                atTheEnd(() -> Security.removeProvider("SCHSM"));
                                Security.addProvider(registered);
                                """, "expect(builder.getKeyStore().size() == 0);"),
                new Snip(
                        "docs/many-devices.md#domain",
                        "static void log(String text) {\n    expect(!text.isBlank());\n}\n",
                        DOMAINS + """
                                String digits = HexFormat.of().formatHex(domainA.uid()).substring(0, 8);
                                onA.initialize(SchsmKeySpec.builder("code-signing").domain(domainA)
                                        .parameters(new ECGenParameterSpec("secp256r1"))
                                        .allow(KeyAlgorithm.ALL, KeyAlgorithm.WRAP).build());
                                onA.generateKeyPair();
                                char[] pin = "648219".toCharArray();
                                """,
                        """
                        expect(plan.moves().size() == 1);
                        expect(done.report().size() == 2 && !done.isComplete());
                        expect(domain.withoutSecondCopy().equals(List.of("signer")));
                        expect(target.size() == 0);
                        target.load(null, pin);
                        expect(target.containsAlias("code-signing"));
                        """,
                        List.of(
                                "\"device = ZZSIM000001, ZZSIM000002; domain = 62AEA0ED\"",
                                "\"terminal = simulator:memory; device = ZZSIM000001, ZZSIM000002; name = all; domain = \" + digits")),
                new Snip("docs/authentication.md#callback-handler", """
                        static char[] dialog(String prompt, boolean lastTry) {
                            expect(!lastTry);
                            return "648219".toCharArray();
                        }

                        static void show(String message) {
                            expect(!message.isBlank());
                        }
                        """, DEVICE, """
                        keyStore.load(new SchsmLoadParameter(
                                "ZZSIM000001", new KeyStore.CallbackHandlerProtection(handler)));
                        """, List.of()),
                Snip.of("docs/authentication.md#pin-administration", DEVICE + """
                                char[] oldPin = "648219".toCharArray(), newPin = "1234567".toCharArray();
                                char[] soPin = "3537363231383830".toCharArray(), oldSoPin = soPin.clone();
                                char[] newSoPin = "0011223344556677".toCharArray();
                                """, "keyStore.load(null, newPin);"),
                Snip.of(
                        "docs/card.md#sign",
                        DEVICE + GENERATOR + """
                                generator.initialize(SchsmKeySpec.builder("first")
                                        .parameters(new ECGenParameterSpec("secp256r1")).build());
                                PublicKey key = generator.generateKeyPair().getPublic();
                                byte[] hash = MessageDigest.getInstance("SHA-256").digest(new byte[5]);
                                char[] pin = "648219".toCharArray();
                                """,
                        """
                        Signature check = Signature.getInstance("NONEwithECDSA");
                        check.initVerify(key);
                        check.update(hash);
                        expect(check.verify(signature));
                        """,
                        "CardDevice device",
                        "CardDevice card1",
                        "device.withPin",
                        "card1.withPin",
                        "TerminalSource.pcsc()",
                        "TerminalSource.of(\"readers\", VirtualReaders.memory().terminals())",
                        "Reader 00 00",
                        "Simulator ZZSIM000001"),
                Snip.of("docs/migration.md#devices", "", """
                        KeyStore.getInstance("SCHSM", a).load(null, null);
                        KeyStore.getInstance("SCHSM", b).load(null, null);
                        """, "\"device =", "\"terminal = simulator:memory; device ="),
                Snip.of(
                        "docs/migration.md#group-signer",
                        TWO_DEVICES + """
                                SchsmDevice device = deviceB;
                                byte[] deviceIdFile = deviceB.identity().encode();
                                """,
                        "expect(domain.isXkek() && domain.uid().length > 0);"),
                Snip.of(
                        "docs/migration.md#key",
                        DOMAINS + "KeyDomain domain = domainA;\nonA.initialize(",
                        ");\nonA.generateKeyPair();\nKeyMigration.from(source).to(target).move(\"code-signing\");"),
                new Snip("docs/migration.md#many", """
                        static List<String> told = new ArrayList<>();

                        static void log(String line) {
                            told.add(line);
                        }
                        """, DOMAINS + """
                        for (String label : List.of("one", "two")) {
                            onA.initialize(SchsmKeySpec.builder(label).parameters(new ECGenParameterSpec("secp256r1"))
                                    .domain(domainA).allow(KeyAlgorithm.ECDSA, KeyAlgorithm.WRAP).build());
                            onA.generateKeyPair();
                        }
                        """, """
                        expect(results.size() == 3);
                        expect(target.containsAlias("one") && target.containsAlias("two"));
                        expect(told.get(0).equals("will move: one") && told.get(1).equals("will move: two"));
                        expect(told.get(2).startsWith("cannot move: signer, because ") && told.get(2).contains("no key domain"));
                        expect(told.get(3).equals("1 of 3: signer IMPOSSIBLE") && told.get(5).equals("3 of 3: two MOVED"));
                        """, List.of()),
                Snip.of(
                        "docs/migration.md#agreement",
                        DOMAINS + """
                                onA.initialize(SchsmKeySpec.exchangeKey("mine", domainA));
                                KeyPair exchangeA = onA.generateKeyPair();
                                onB.initialize(SchsmKeySpec.exchangeKey("theirs", domainB));
                                byte[] fileOfB = ((AttestedPublicKey) onB.generateKeyPair().getPublic()).encode();
                                """,
                        "expect(kek.getEncoded() == null && publicKeyFile.length > 0);"),
                Snip.of(
                        "docs/opensc.md#dkek",
                        """
                        Path share1 = folder.resolve("share.pbe");
                        byte[] password = {1, 2, 3};
                        // DkekShareFile.encrypt of 32 zeros: ten million rounds less
                        Files.write(share1, HexFormat.of().parseHex(
                                "53616c7465645f5f294e7d962dd70c64f066ce0eea26c5be30538cbae605a62c"
                                        + "5a807bef3482587b3b5e27fadb74f423b02fbd479f9f87cc45d69fe8d004dc82"));
                        """ + TWO_DEVICES + """
                                for (SchsmDevice one : List.of(deviceA, deviceB)) {
                                    one.administration().initialize(DeviceInitialization.builder(
                                                    "648219".toCharArray(), "3537363231383830".toCharArray())
                                            .dkekShares(1).build());
                                }
                                source.load(null, "648219".toCharArray());
                                target.load(null, "648219".toCharArray());
                                deviceA.keyDomain(0).importShare(new byte[32]);
                                onA.initialize(SchsmKeySpec.builder("signing")
                                        .parameters(new ECGenParameterSpec("secp256r1")).build());
                                onA.generateKeyPair();
                                KeyDomain mine = deviceA.keyDomain(0);
                                Files.write(folder.resolve("key.wky"), ((WrappedKeyEntry)
                                        source.getEntry("signing", new WrapProtection(mine.kek()))).encode());
                                SchsmDevice device = deviceB;
                                """,
                        "expect(target.containsAlias(\"signing\"));",
                        "Path.of(\"share.pbe\")",
                        "share1",
                        "Path.of(\"key.wky\")",
                        "folder.resolve(\"key.wky\")",
                        "source.getEntry",
                        "target.getEntry"),
                Snip.of(
                        "docs/public-key-authentication.md#program",
                        TWO_DEVICES + """
                                Provider guarded =
                                        new SchsmProvider().configure("terminal = simulator:memory; device = ZZSIM000003; name = c");
                                KeyStore guardedStore = KeyStore.getInstance("SCHSM", guarded);
                                guardedStore.load(null, "648219".toCharArray());
                                SchsmDevice.of(guardedStore).administration().initialize(DeviceInitialization.builder(
                                                new char[0], "3537363231383830".toCharArray())
                                        .publicKeyAuthentication(2, 2).build());
                                onA.initialize(SchsmKeySpec.builder("opens")
                                        .parameters(new ECGenParameterSpec("secp256r1")).build());
                                onB.initialize(SchsmKeySpec.builder("opens")
                                        .parameters(new ECGenParameterSpec("secp256r1")).build());
                                KeyPair anna = onA.generateKeyPair(), boris = onB.generateKeyPair();
                                byte[] publicKeyFile = ((AttestedPublicKey) anna.getPublic()).encode();
                                PrivateKey annasPrivateKey = anna.getPrivate(), borisPrivateKey = boris.getPrivate();
                                String annasChr = ((AttestedPublicKey) anna.getPublic()).request().chr();
                                String borisChr = ((AttestedPublicKey) boris.getPublic()).request().chr();
                                """,
                        "signer.update(new byte[3]);\nexpect(signer.sign().length > 0);",
                        "keys.status();",
                        "keys.register(AttestedPublicKey.parse(((AttestedPublicKey) boris.getPublic()).encode()));",
                        "//   where he is: ",
                        "byte[] answer = ",
                        "borisPrivateKey).encode()",
                        "borisPrivateKey).encode();",
                        "Signature signer",
                        """
                        KeyPairGenerator there = KeyPairGenerator.getInstance("EC", guarded);
                        there.initialize(SchsmKeySpec.builder("root-ca")
                                .parameters(new ECGenParameterSpec("secp256r1")).build());
                        there.generateKeyPair();
                        Signature signer"""),
                Snip.of("docs/simulator.md#devices", "", "expect(terminals.list().size() == 1);"),
                Snip.of(
                        "docs/simulator.md#faults",
                        DEVICE.replace("SchsmDevice device ", "SchsmDevice schsmDevice ") + """
                                SimulatedDevice device = VirtualReaders.memory().device("ZZSIM000001");
                                """,
                        "expect(keyStore.size() == 0);"),
                Snip.of(
                        "docs/simulator.md#latency",
                        """
                                VirtualReaders readers = VirtualReaders.create(DeviceProfile.smartCardHsm4k());
                                SimulatedDevice device = readers.device("ZZSIM000001");
                                """,
                        "expect(LatencyTable.named(\"4k\").of(0x68, \"ec-256\", 0).toMillis() == 50);"));
    }

    @TempDir
    private Path folder;

    @ParameterizedTest
    @MethodSource("programs")
    void programDoesWhatTheDocumentSays(Snip program) throws Exception {
        String text = Snippet.text(program.id()).replaceAll("DECC0401(\\d{3})", "ZZSIM000$1");
        for (int i = 0; i < program.replaced().size(); i += 2) {
            assertThat(text).contains(program.replaced().get(i));
            text = text.replace(program.replaced().get(i), program.replaced().get(i + 1));
        }
        run(program, text);
    }

    @Test
    @RunsSnippets("docs/secure-channel.md#configuration")
    void channelIsConfigured() throws Exception {
        configure(Snippet.text("docs/secure-channel.md#configuration") + "terminal = simulator:memory");
    }

    @Test
    @RunsSnippets("docs/dkek.md#configuration")
    void dkekIsConfigured() throws Exception {
        configure(Snippet.text("docs/dkek.md#configuration") + "terminal = simulator:memory");
    }

    @Test
    @RunsSnippets("docs/many-devices.md#configuration")
    void domainIsConfigured() throws Exception {
        configure(Snippet.text("docs/many-devices.md#configuration"));
    }

    @Test
    @RunsSnippets("docs/pkcs11.md#uri")
    void moduleIsNamedByAnUri() throws Exception {
        configure(Snippet.text("docs/pkcs11.md#uri"));
    }

    @Test
    @RunsSnippets("docs/simulator.md#latency-table")
    void simulatorTakesItsTime() throws Exception {
        run(
                Snip.of("a latency table", "", ""),
                "LatencyTable table = LatencyTable.parse(\"simulator.md\", \"\"\"\n"
                        + Snippet.text("docs/simulator.md#latency-table") + "\"\"\");\n"
                        + "expect(table.of(0x68, \"rsa-4096\", 0).toMillis() == 600);\n"
                        + "expect(table.of(0x84, \"\", 10).toMillis() == 32);\n");
    }

    private void configure(String configuration) throws Exception {
        run(
                Snip.of("a configuration", "", ""),
                "SchsmConfiguration parsed = SchsmConfiguration.parse(\"\"\"\n" + configuration + "\"\"\");\n"
                        + "new SchsmProvider().configure(\"\"\"\n" + configuration + "\"\"\");\n");
    }

    /** The token is SoftHSM's; in a JVM of its own, because a native module is loaded once. */
    @Test
    @RunsSnippets("docs/pkcs11.md#sign")
    void moduleIsUsed() throws Exception {
        SoftHsmFolder tokens = new SoftHsmFolder(folder);
        tokens.add("ZZSIM000002");
        String text = Snippet.text("docs/pkcs11.md#sign")
                .replace(
                        "/usr/lib/x86_64-linux-gnu/opensc-pkcs11.so",
                        Libraries.find(Libraries.SOFT_HSM).toString())
                .replace("DECC0401002", "ZZSIM000002");
        Path source = Files.writeString(
                folder.resolve("Snippet.java"),
                source(
                        Snip.of(
                                "",
                                "char[] pin = \"648219\".toCharArray();",
                                "System.out.println(keys.size() + \" keys\");"),
                        text));
        Jdk jdk = Jdk.all().get(0);

        Program.run(
                        List.of(jdk.tool("java"), "-cp", Jdk.ALL_JAR.toString(), source.toString(), folder.toString()),
                        tokens.environment())
                .succeeded()
                .says("0 keys");
    }

    private void run(Snip program, String text) throws Exception {
        Path source = Files.writeString(folder.resolve("Snippet.java"), source(program, text));
        Files.write(folder.resolve("certificate.cer"), Pki.create().root().getEncoded());
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        StringWriter said = new StringWriter();
        boolean compiled = compiler.getTask(
                        said,
                        null,
                        null,
                        List.of("-proc:none", "-cp", Jdk.ALL_JAR.toString(), "-d", folder.toString()),
                        null,
                        compiler.getStandardFileManager(null, null, null).getJavaFileObjects(source))
                .call();
        assertThat(compiled).as("%s%n%s", said, Files.readString(source)).isTrue();

        URL[] classPath = {folder.toUri().toURL(), Jdk.ALL_JAR.toUri().toURL()};
        try (URLClassLoader loader = new URLClassLoader(classPath, ClassLoader.getPlatformClassLoader())) {
            loader.loadClass("Snippet").getMethod("main", String[].class).invoke(null, (Object)
                    new String[] {folder.toString()});
        } catch (InvocationTargetException failed) {
            throw new AssertionError(program + ":\n" + Files.readString(source), failed.getCause());
        }
    }

    /** A class whose main method does it. */
    private static String source(Snip program, String text) throws IOException {
        String imports = text.lines().filter(line -> line.startsWith("import ")).collect(Collectors.joining("\n"));
        String statements =
                text.lines().filter(line -> !line.startsWith("import ")).collect(Collectors.joining("\n"));
        return IMPORTS + imports + """

                public final class Snippet {
                    private static Runnable end = () -> {};

                    static void atTheEnd(Runnable what) {
                        end = what;
                    }

                    static void expect(boolean condition) {
                        if (!condition) {
                            throw new AssertionError("not as the document says");
                        }
                    }

                    static X509Certificate certificate() throws Exception {
                        try (var in = Snippet.class.getResourceAsStream("/certificate.cer")) {
                            return (X509Certificate) java.security.cert.CertificateFactory.getInstance("X.509")
                                    .generateCertificate(in);
                        }
                    }

                    public static void main(String[] arguments) throws Exception {
                        Path folder = Path.of(arguments[0]);
                        try {
                            run(folder);
                        } finally {
                            end.run();
                        }
                    }

                """ + program.members() + "\nstatic void run(Path folder) throws Exception {\n"
                + program.before() + "\n"
                + statements + "\n" + program.after() + "\n}\n}\n";
    }
}
