// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.docs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.github.schsm.SchsmEcPrivateKey;
import io.github.schsm.SchsmKeySpec;
import io.github.schsm.conformance.bench.Program;
import io.github.schsm.provider.SchsmProvider;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.interfaces.ECPrivateKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The exceptions of docs/troubleshooting.md, each provoked as a program provokes it, and what to do about it, done. */
@Tag("jdk")
class TroubleshootingSnippetsTest {
    private static final String PAGE = "docs/troubleshooting.md#";
    private static final String DEVICE = "device = ZZSIM000001";
    private static final char[] PIN = "648219".toCharArray();
    private static final PSSParameterSpec PSS =
            new PSSParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA256, 32, 1);

    @TempDir
    private static Path folder;

    private static SchsmProvider provider;
    private static KeyStore keyStore;
    private static KeyPair rsa;

    @BeforeAll
    static void makeKeys() throws Exception {
        provider = provider(DEVICE);
        keyStore = KeyStore.getInstance("SCHSM", provider);
        keyStore.load(null, PIN);
        generate("EC", SchsmKeySpec.builder("code-signing").parameters(new ECGenParameterSpec("secp256r1")));
        rsa = generate("RSA", SchsmKeySpec.builder("rsa").keySize(1024));
    }

    @AfterAll
    static void close() {
        provider.close();
    }

    private static SchsmProvider provider(String more) {
        return (SchsmProvider)
                new SchsmProvider().configure("terminal = simulator:" + folder.resolve("readers") + "\n" + more);
    }

    private static KeyPair generate(String algorithm, SchsmKeySpec.Builder spec) throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm, provider);
        generator.initialize(spec.build());
        return generator.generateKeyPair();
    }

    private static PrivateKey key(KeyStore from, String alias) throws Exception {
        return (PrivateKey) from.getKey(alias, null);
    }

    /** In the document it is broken into lines, and has … for what differs. */
    private static void assertShown(String snippet, Throwable thrown) throws IOException {
        String shown = Snippet.text(PAGE + snippet).strip().replaceAll("\\s+", " ");
        String pattern = Arrays.stream(shown.split("…", -1)).map(Pattern::quote).collect(Collectors.joining(".*"));
        assertThat(thrown).isNotNull();
        assertThat(thrown.toString().replaceAll("\\s+", " ")).matches(pattern);
    }

    private static void assertProvokes(String snippet, ThrowingCallable program) throws IOException {
        assertShown(snippet, catchThrowable(program));
    }

    @Test
    @RunsSnippets(PAGE + "pin-required")
    void aKeyIsUsedWithoutAPin() throws Exception {
        try (SchsmProvider other = provider("device = ZZSIM000003")) {
            KeyStore store = KeyStore.getInstance("SCHSM", other);
            store.load(null, PIN);
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC", other);
            generator.initialize(SchsmKeySpec.builder("code-signing")
                    .parameters(new ECGenParameterSpec("secp256r1"))
                    .build());
            Signature signature = Signature.getInstance("SHA256withECDSA", other);
            signature.initSign(generator.generateKeyPair().getPrivate());
            other.logout();

            assertProvokes("pin-required", signature::sign);
        }
    }

    @Test
    @RunsSnippets({PAGE + "pin-wrong", PAGE + "pin-blocked"})
    void thePinIsWrongUntilItIsBlocked() throws Exception {
        try (SchsmProvider other = provider("device = ZZSIM000004")) {
            KeyStore store = KeyStore.getInstance("SCHSM", other);
            assertProvokes("pin-wrong", () -> store.load(null, "111111".toCharArray()));
            assertThatThrownBy(() -> store.load(null, "111112".toCharArray())).isInstanceOf(IOException.class);
            assertProvokes("pin-blocked", () -> store.load(null, "111113".toCharArray()));
        }
    }

    @Test
    @RunsSnippets({PAGE + "provider-missing", PAGE + "provider-not-registered", PAGE + "other-provider"})
    void theProviderIsMissingOrAnotherOneIsNamed() throws Exception {
        assertProvokes("provider-missing", () -> KeyStore.getInstance("SCHSM"));
        PrivateKey ec = key(keyStore, "code-signing");
        assertProvokes(
                "provider-not-registered",
                () -> Signature.getInstance("SHA256withECDSA").initSign(ec));
        assertProvokes(
                "other-provider",
                () -> Signature.getInstance("SHA256withRSA", "SunRsaSign").initSign(rsa.getPrivate()));
        assertThat(catchThrowable(
                        () -> Signature.getInstance("SHA256withECDSA", "SunEC").initSign(ec)))
                .hasMessage("Neither a public nor a private key");
    }

    @Test
    @RunsSnippets(PAGE + "pss-bound")
    void thePaddingIsSetBeforeTheKey() throws Exception {
        Signature signature = Signature.getInstance("RSASSA-PSS");
        signature.setParameter(PSS);

        assertProvokes("pss-bound", () -> signature.initSign(rsa.getPrivate()));
    }

    /** The property is read when the JVM starts. */
    @Test
    @RunsSnippets(PAGE + "pss-preferred")
    void theJdkPrefersTheProviderForPss() throws Exception {
        Path properties =
                Files.writeString(folder.resolve("preferred.properties"), Snippet.text(PAGE + "pss-preferred"));
        Path program = Files.writeString(folder.resolve("Preferred.java"), """
                import java.security.*;
                import java.security.spec.*;
                public class Preferred {
                    public static void main(String[] arguments) throws Exception {
                        Provider schsm = new io.github.schsm.provider.SchsmProvider().configure(arguments[0]);
                        Security.addProvider(schsm);
                        KeyStore keyStore = KeyStore.getInstance("SCHSM");
                        keyStore.load(null, "648219".toCharArray());
                        KeyPairGenerator software = KeyPairGenerator.getInstance("RSA", "SunRsaSign");
                        software.initialize(2048);
                        for (Key key : new Key[] {keyStore.getKey("pss", null), software.generateKeyPair().getPrivate()}) {
                            Signature signature = Signature.getInstance("RSASSA-PSS");
                            signature.setParameter(
                                    new PSSParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA256, 32, 1));
                            signature.initSign((PrivateKey) key);
                            System.out.println(signature.getProvider().getName() + " " + signature.sign().length);
                        }
                    }
                }
                """);
        Path readers = folder.resolve("preferred");
        String configuration = "terminal = simulator:" + readers + "; " + DEVICE;
        try (SchsmProvider other = (SchsmProvider) new SchsmProvider().configure(configuration)) {
            KeyStore.getInstance("SCHSM", other).load(null, PIN);
            KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA", other);
            generator.initialize(SchsmKeySpec.builder("pss").keySize(1024).build());
            generator.generateKeyPair();
        }

        Program.run(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Djava.security.properties=" + properties,
                        "-cp",
                        System.getProperty("java.class.path"),
                        program.toString(),
                        configuration)
                .succeeded()
                .says("SCHSM 128", "SCHSM 256");
    }

    @Test
    @RunsSnippets({PAGE + "no-device", PAGE + "several-devices", PAGE + "configuration"})
    void theDeviceCannotBeChosen() throws Exception {
        try (SchsmProvider none = (SchsmProvider)
                new SchsmProvider().configure("terminal = simulator:" + folder.resolve("nobody") + "\nreader = none")) {
            assertProvokes(
                    "no-device", () -> KeyStore.getInstance("SCHSM", none).load(null, null));
        }
        String both = "terminal = simulator:" + folder.resolve("both") + "\n";
        for (String device : List.of("ZZSIM000001", "ZZSIM000002")) {
            try (SchsmProvider one = (SchsmProvider) new SchsmProvider().configure(both + "device = " + device)) {
                KeyStore.getInstance("SCHSM", one).load(null, null);
            }
        }
        try (SchsmProvider two = (SchsmProvider) new SchsmProvider().configure(both)) {
            assertProvokes(
                    "several-devices", () -> KeyStore.getInstance("SCHSM", two).load(null, null));
        }
        try (SchsmProvider wrong = (SchsmProvider) new SchsmProvider().configure("terminl = pcsc")) {
            assertProvokes(
                    "configuration", () -> KeyStore.getInstance("SCHSM", wrong).load(null, null));
        }
    }

    @Test
    @RunsSnippets({PAGE + "class-cast", PAGE + "cast"})
    void aProgramCastsTheKey() throws Exception {
        PrivateKey handle = key(keyStore, "code-signing");
        assertProvokes("class-cast", () -> assertThat((ECPrivateKey) handle).isNull());
        assertThat(Snippet.text(PAGE + "cast").strip())
                .isEqualTo("ECPrivateKey key = ((SchsmEcPrivateKey) keyStore.getKey(\"code-signing\", null))"
                        + ".asECPrivateKey();");

        ECPrivateKey key = ((SchsmEcPrivateKey) keyStore.getKey("code-signing", null)).asECPrivateKey();

        Signature signature = Signature.getInstance("SHA256withECDSA", provider);
        signature.initSign(key);
        assertThat(signature.sign()).isNotEmpty();
        assertThat(catchThrowable(key::getS))
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessageContaining("never leaves the device");
    }

    @Test
    @RunsSnippets(PAGE + "not-allowed")
    void aKeyMayNotDoIt() throws Exception {
        KeyPair pss = generate("RSASSA-PSS", SchsmKeySpec.builder("pss").keySize(1024));

        assertProvokes(
                "not-allowed",
                () -> Signature.getInstance("SHA256withRSA", provider).initSign(pss.getPrivate()));
    }
}
