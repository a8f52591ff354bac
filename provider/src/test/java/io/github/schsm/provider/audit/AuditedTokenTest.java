// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.provider.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.mockingDetails;

import io.github.schsm.AttestedPublicKey;
import io.github.schsm.Cvc;
import io.github.schsm.DataObject;
import io.github.schsm.DeviceException;
import io.github.schsm.DeviceIdentity;
import io.github.schsm.DeviceInitialization;
import io.github.schsm.Kdm;
import io.github.schsm.KeyAlgorithm;
import io.github.schsm.KeyDomain;
import io.github.schsm.KeyType;
import io.github.schsm.PinException;
import io.github.schsm.PublicKeyAuthentication;
import io.github.schsm.PublicKeyChallenge;
import io.github.schsm.PublicKeyResponse;
import io.github.schsm.SchsmDevice.Leftover;
import io.github.schsm.SchsmException;
import io.github.schsm.TokenAdministration;
import io.github.schsm.TokenCertificate;
import io.github.schsm.TokenKey;
import io.github.schsm.WrappedKeyEntry;
import io.github.schsm.audit.AuditEvent;
import io.github.schsm.audit.AuditLog;
import io.github.schsm.audit.AuditLogException;
import io.github.schsm.audit.AuditSettings;
import io.github.schsm.audit.AuditSettings.Uses;
import io.github.schsm.codec.EcCurve;
import io.github.schsm.codec.SoftwareKey;
import io.github.schsm.login.FixedPinSource;
import io.github.schsm.login.PinSource;
import io.github.schsm.spi.ImportRequest;
import io.github.schsm.spi.KeyDomains;
import io.github.schsm.spi.KeyRequest;
import io.github.schsm.spi.Token;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.mockito.invocation.InvocationOnMock;
import org.mockito.stubbing.Answer;

/** Every method of a token is a change, a use or reads only, and is written so; none is forgotten. */
class AuditedTokenTest {
    private static final String SECRET = "Geheimnis";
    private static final byte[] SECRET_BYTES = SECRET.getBytes(StandardCharsets.UTF_8);
    private static final TokenKey KEY = new TokenKey("7", "tls", new byte[] {7}, KeyType.EC);
    private static final KeyPair SOFTWARE = software();

    /** A method that only tells what it knows, and never asks the device: nothing can fail there. */
    private static final List<String> TELLS = List.of(
            "Token.id",
            "Token.uniqueId",
            "Token.name",
            "Token.description",
            "Token.holders",
            "Token.domain",
            "Token.trust",
            "Token.defect",
            "TokenSession.useWhenNeeded",
            "TokenOperations.takesPaddingParameters",
            "KeyDomains.expectMany");

    /** Roles, which are asked for before each of their methods. */
    private static final List<String> ROLES =
            List.of("Token.keyDomains", "Token.administration", "Token.publicKeyAuthentication");

    private static final List<String> READS = List.of(
            "Token.info",
            "Token.identity",
            "Token.administration",
            "Token.keyDomains",
            "Token.publicKeyAuthentication",
            "TokenSession.isLoggedIn",
            "TokenContents.keys",
            "TokenContents.details",
            "TokenContents.publicKey",
            "TokenContents.certificate",
            "TokenContents.certificates",
            "TokenContents.issuerCertificates",
            "TokenContents.dataObjects",
            "TokenContents.read",
            "TokenContents.leftovers",
            "TokenOperations.random",
            "KeyDomains.status",
            "KeyDomains.slots",
            "KeyDomains.list",
            "TokenAdministration.userPin",
            "TokenAdministration.soPin",
            "TokenAdministration.requirePossible",
            "TokenAdministration.options",
            "TokenAdministration.freeMemory",
            "PublicKeyAuthentication.status",
            "PublicKeyAuthentication.registeredKeys",
            "PublicKeyAuthentication.challenge");

    /** What a method is written as; by what is deleted or renamed where that can be several things. */
    private static final Map<String, AuditEvent> WRITTEN = Map.ofEntries(
            Map.entry("TokenSession.load", AuditEvent.SESSION_LOGIN),
            Map.entry("TokenSession.login", AuditEvent.SESSION_LOGIN),
            Map.entry("TokenSession.logout", AuditEvent.SESSION_LOGOUT),
            Map.entry("TokenContents.storeCertificate", AuditEvent.CERTIFICATE_STORE),
            Map.entry("TokenContents.rename TokenKey", AuditEvent.KEY_RENAME),
            Map.entry("TokenContents.rename TokenCertificate", AuditEvent.CERTIFICATE_RENAME),
            Map.entry("TokenContents.delete TokenKey", AuditEvent.KEY_DELETE),
            Map.entry("TokenContents.addCertificate", AuditEvent.CERTIFICATE_ADD),
            Map.entry("TokenContents.delete TokenCertificate", AuditEvent.CERTIFICATE_DELETE),
            Map.entry("TokenContents.generate", AuditEvent.KEY_GENERATE),
            Map.entry("TokenContents.deriveKey", AuditEvent.KEY_DERIVE),
            Map.entry("TokenContents.store", AuditEvent.DATA_STORE),
            Map.entry("TokenContents.delete DataObject", AuditEvent.DATA_DELETE),
            Map.entry("Token.remove", AuditEvent.LEFTOVER_REMOVE),
            Map.entry("TokenOperations.sign", AuditEvent.USE_SIGN),
            Map.entry("TokenOperations.decrypt", AuditEvent.USE_DECRYPT),
            Map.entry("TokenOperations.agree", AuditEvent.USE_AGREE),
            Map.entry("TokenOperations.cipher", AuditEvent.USE_CIPHER),
            Map.entry("TokenOperations.mac", AuditEvent.USE_MAC),
            Map.entry("TokenOperations.derive", AuditEvent.USE_DERIVE),
            Map.entry("KeyDomains.createXkek", AuditEvent.DOMAIN_CREATE_XKEK),
            Map.entry("KeyDomains.createDkek", AuditEvent.DOMAIN_CREATE_DKEK),
            Map.entry("KeyDomains.importShare", AuditEvent.DOMAIN_IMPORT_SHARE),
            Map.entry("KeyDomains.clearKek", AuditEvent.DOMAIN_CLEAR_KEK),
            Map.entry("KeyDomains.delete", AuditEvent.DOMAIN_DELETE),
            Map.entry("KeyDomains.agree", AuditEvent.DOMAIN_AGREE),
            Map.entry("KeyDomains.wrap", AuditEvent.KEY_WRAP),
            Map.entry("KeyDomains.removeRemains", AuditEvent.LEFTOVER_CLEAN),
            Map.entry("KeyDomains.unwrap", AuditEvent.KEY_UNWRAP),
            Map.entry("KeyDomains.importKey", AuditEvent.KEY_IMPORT),
            Map.entry("TokenAdministration.changePin", AuditEvent.PIN_CHANGE),
            Map.entry("TokenAdministration.changePinOnReader", AuditEvent.PIN_CHANGE),
            Map.entry("TokenAdministration.changeSoPin", AuditEvent.PIN_CHANGE_SO),
            Map.entry("TokenAdministration.unblock", AuditEvent.PIN_UNBLOCK),
            Map.entry("TokenAdministration.initialize", AuditEvent.DEVICE_INITIALIZE),
            Map.entry("TokenAdministration.setLabel", AuditEvent.DEVICE_LABEL),
            Map.entry("PublicKeyAuthentication.register", AuditEvent.PKA_REGISTER),
            Map.entry("PublicKeyAuthentication.replace", AuditEvent.PKA_REPLACE),
            Map.entry("PublicKeyAuthentication.authenticate", AuditEvent.PKA_AUTHENTICATE));

    @TempDir
    private Path folder;

    private static KeyPair software() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            return generator.generateKeyPair();
        } catch (GeneralSecurityException everyJdkCan) {
            throw new IllegalStateException(everyJdkCan);
        }
    }

    private static Stream<Method> methods() {
        return Stream.of(Token.class, KeyDomains.class, TokenAdministration.class, PublicKeyAuthentication.class)
                .flatMap(role -> Arrays.stream(role.getMethods()))
                .filter(method -> !Modifier.isStatic(method.getModifiers()));
    }

    private static String name(Method method) {
        String name = method.getDeclaringClass().getSimpleName() + "." + method.getName();
        return name.equals("TokenContents.delete") || name.equals("TokenContents.rename")
                ? name + " " + method.getParameterTypes()[0].getSimpleName()
                : name;
    }

    /** Something of a type, to give to a method or to get from it. */
    private static Object sample(Class<?> type) {
        Map<Class<?>, Object> samples = Map.ofEntries(
                Map.entry(boolean.class, true),
                Map.entry(int.class, 1),
                Map.entry(long.class, 1L),
                Map.entry(String.class, "text"),
                Map.entry(byte[].class, SECRET_BYTES.clone()),
                Map.entry(char[].class, SECRET.toCharArray()),
                Map.entry(List.class, List.of()),
                Map.entry(Set.class, Set.of()),
                Map.entry(Optional.class, Optional.empty()),
                Map.entry(TokenKey.class, KEY),
                Map.entry(KeyAlgorithm.class, KeyAlgorithm.RSA_RAW),
                Map.entry(KeyRequest.class, KeyRequest.plain(KeyType.EC, EcCurve.SECP256R1, 0)),
                Map.entry(DataObject.class, DataObject.of("data", true)),
                Map.entry(TokenCertificate.class, new TokenCertificate("1", "ca")),
                Map.entry(Leftover.class, new Leftover(Leftover.Kind.KEY_WITHOUT_DESCRIPTION, "1", "a key", true)),
                Map.entry(KeyDomain.Status.class, new KeyDomain.Status(0, 1, 0, new byte[8], new byte[32])),
                Map.entry(PublicKeyAuthentication.Status.class, new PublicKeyAuthentication.Status(3, 0, 2, 1)),
                Map.entry(
                        PublicKeyChallenge.class, new PublicKeyChallenge("DEV000000100000", new byte[8], "KEY0000001")),
                Map.entry(
                        PublicKeyResponse.class,
                        new PublicKeyResponse(
                                new PublicKeyChallenge("DEV000000100000", new byte[8], "KEY0000001"), new byte[64])),
                Map.entry(PinSource.class, new FixedPinSource(SECRET.toCharArray())),
                Map.entry(ECPublicKey.class, SOFTWARE.getPublic()),
                Map.entry(PrivateKey.class, SOFTWARE.getPrivate()));
        if (type == ImportRequest.class) {
            return new ImportRequest(new SoftwareKey.Aes(SECRET_BYTES.clone()), "text", null, List.of(), null);
        }
        if (type == AttestedPublicKey.class) {
            Cvc request = mock(Cvc.class, call -> switch (call.getMethod().getName()) {
                case "kind" -> Cvc.Kind.AUTHENTICATED_REQUEST;
                case "curve" -> Optional.of(EcCurve.SECP256R1);
                case "plainKey" -> SOFTWARE.getPublic();
                default -> ofPublicValue(call);
            });
            return AttestedPublicKey.of(request, mock(DeviceIdentity.class, AuditedTokenTest::ofPublicValue));
        }
        if (samples.containsKey(type)) {
            return samples.get(type);
        }
        List<Class<?>> mocked = List.of(
                Kdm.class,
                WrappedKeyEntry.class,
                Cvc.class,
                DeviceIdentity.class,
                DeviceInitialization.class,
                TokenAdministration.class,
                KeyDomains.class,
                PublicKeyAuthentication.class);
        if (mocked.contains(type)) {
            return mock(type, AuditedTokenTest::ofPublicValue);
        }
        return type == KeyType.class ? KeyType.EC : null;
    }

    /** What is in a certificate or a wrapped key is no secret. */
    private static Object ofPublicValue(InvocationOnMock call) {
        return call.getMethod().getReturnType() == byte[].class ? new byte[] {1, 2, 3} : answer(call);
    }

    private static Object answer(InvocationOnMock call) {
        return call.getMethod().getName().equals("toString")
                ? "a mock"
                : sample(call.getMethod().getReturnType());
    }

    /** A token all of whose roles answer alike. */
    private record Fake(Token token, KeyDomains domains, TokenAdministration pins, PublicKeyAuthentication keys) {
        static Fake of(Answer<Object> behavior) {
            KeyDomains domains = mock(KeyDomains.class, behavior);
            TokenAdministration pins = mock(TokenAdministration.class, behavior);
            PublicKeyAuthentication keys = mock(PublicKeyAuthentication.class, behavior);
            Token token = mock(Token.class, call -> switch (call.getMethod().getName()) {
                case "keyDomains" -> domains;
                case "administration" -> pins;
                case "publicKeyAuthentication" -> keys;
                case "id", "uniqueId", "name", "description", "toString" -> "ZZSIM000001";
                default -> behavior.answer(call);
            });
            return new Fake(token, domains, pins, keys);
        }

        Object ofRole(Class<?> role, Token of) throws SchsmException {
            if (role == KeyDomains.class) {
                return of.keyDomains();
            }
            if (role == TokenAdministration.class) {
                return of.administration();
            }
            return role == PublicKeyAuthentication.class ? of.publicKeyAuthentication() : of;
        }

        List<String> calls() {
            List<String> calls = new ArrayList<>();
            for (Object one : List.of(token, domains, pins, keys)) {
                mockingDetails(one).getInvocations().stream()
                        .map(call -> name(call.getMethod()))
                        .filter(name -> !TELLS.contains(name) && !name.endsWith(".toString"))
                        .filter(name -> !ROLES.contains(name))
                        .forEach(calls::add);
            }
            return calls;
        }
    }

    private Path path() {
        return folder.resolve("audit.log");
    }

    private AuditLog log(Uses uses) {
        return new AuditLog(new AuditSettings(path(), uses, 1 << 20, AuditSettings.KEEP_ALL));
    }

    private List<String> lines() throws Exception {
        return Files.exists(path()) ? Files.readAllLines(path()) : List.of();
    }

    private static void call(Fake fake, Token audited, Method method) throws Exception {
        Object[] arguments = Arrays.stream(method.getParameterTypes())
                .map(AuditedTokenTest::sample)
                .toArray();
        try {
            method.invoke(fake.ofRole(method.getDeclaringClass(), audited), arguments);
        } catch (InvocationTargetException failed) {
            if (failed.getCause() instanceof Exception thrown) {
                throw thrown;
            }
            throw failed;
        }
    }

    @TestFactory
    Stream<DynamicTest> methodIsWrittenAsWhatItIs() {
        return methods()
                .map(method -> DynamicTest.dynamicTest(method.toString(), () -> {
                    Files.deleteIfExists(path());
                    Files.deleteIfExists(folder.resolve("audit.log.head"));
                    Fake fake = Fake.of(AuditedTokenTest::answer);
                    try (AuditLog log = log(Uses.YES)) {
                        call(fake, new AuditedToken(fake.token(), log), method);
                    }

                    String name = name(method);
                    List<String> lines = lines();
                    AuditEvent event = WRITTEN.get(name);
                    if (TELLS.contains(name) || READS.contains(name)) {
                        assertThat(event).isNull();
                        assertThat(lines).isEmpty();
                    } else {
                        assertThat(event).as("%s is not classified", name).isNotNull();
                        assertThat(lines).hasSize(event.kind() == AuditEvent.Kind.CHANGE ? 3 : 2);
                        assertThat(lines.subList(1, lines.size()))
                                .allSatisfy(line -> assertThat(line)
                                        .contains("\"event\":\"" + event.id() + "\"", "\"device\":\"ZZSIM000001\""));
                        assertThat(lines.get(1)).contains("\"program\":", "\"user\":", "\"pid\":");
                        assertThat(lines.get(lines.size() - 1)).contains("\"result\":\"ok\"");
                    }
                    assertThat(String.join("\n", lines))
                            .doesNotContain(SECRET)
                            .doesNotContain(HexFormat.of().withUpperCase().formatHex(SECRET_BYTES));
                    // Nothing else is asked of the device than without a log: a default method of a role counts as
                    // itself.
                    List<String> expected = new ArrayList<>();
                    if (!TELLS.contains(name) && !ROLES.contains(name)) {
                        expected.add(name);
                    }
                    if (name.equals("PublicKeyAuthentication.authenticate") && method.getParameterCount() == 2) {
                        expected.add(0, "PublicKeyAuthentication.challenge");
                    }
                    assertThat(fake.calls()).isEqualTo(expected);
                }));
    }

    @TestFactory
    Stream<DynamicTest> nothingIsDoneThatCannotBeWritten() {
        return methods()
                .filter(method -> WRITTEN.containsKey(name(method)))
                .map(method -> DynamicTest.dynamicTest(method.toString(), () -> {
                    Fake fake = Fake.of(AuditedTokenTest::answer);
                    Path none = folder.resolve("none").resolve("audit.log");
                    AuditSettings settings = new AuditSettings(none, Uses.REQUIRED, 1 << 20, AuditSettings.KEEP_ALL);
                    try (AuditLog log = new AuditLog(settings)) {
                        Token audited = new AuditedToken(fake.token(), log);
                        assertThatThrownBy(() -> call(fake, audited, method)).isInstanceOf(AuditLogException.class);
                    }
                    boolean asksBefore = method.getName().equals("authenticate") && method.getParameterCount() == 2;
                    assertThat(fake.calls())
                            .isEqualTo(asksBefore ? List.of("PublicKeyAuthentication.challenge") : List.of());
                }));
    }

    @Test
    void useIsDoneThoughItCannotBeWrittenUnlessThatIsRequired() throws Exception {
        Fake fake = Fake.of(AuditedTokenTest::answer);
        AuditSettings settings = new AuditSettings(
                folder.resolve("none").resolve("audit.log"), Uses.YES, 1 << 20, AuditSettings.KEEP_ALL);
        try (AuditLog log = new AuditLog(settings)) {
            Token audited = new AuditedToken(fake.token(), log);

            assertThat(audited.sign(KEY, KeyAlgorithm.ECDSA, new byte[32])).isEqualTo(SECRET_BYTES);
        }
    }

    @Test
    void failureIsWrittenWithItsReason() throws Exception {
        Fake fake = Fake.of(call -> {
            throw new DeviceException(SchsmException.Reason.DEVICE_FULL, "GENERATE", 0x6A84, "no memory is left");
        });
        try (AuditLog log = log(Uses.NO)) {
            Token audited = new AuditedToken(fake.token(), log);
            assertThatThrownBy(() -> audited.delete(KEY)).isInstanceOf(DeviceException.class);
        }

        assertThat(lines()).hasSize(3);
        assertThat(lines().get(2))
                .contains(
                        "\"result\":\"failed\"",
                        "\"reason\":\"DEVICE_FULL\"",
                        "\"error\":\"DeviceException\"",
                        "\"statusWord\":\"6A84\"",
                        "\"begin\":2");
    }

    @Test
    void refusedPinIsWrittenWhateverWasDone() throws Exception {
        Fake fake = Fake.of(call -> {
            throw PinException.wrong("VERIFY", 0x63C2, 2, "user PIN");
        });
        try (AuditLog log = log(Uses.NO)) {
            Token audited = new AuditedToken(fake.token(), log);
            assertThatThrownBy(audited::keys).isInstanceOf(PinException.class);
            assertThatThrownBy(() -> audited.login(new FixedPinSource(SECRET.toCharArray())))
                    .isInstanceOf(PinException.class);
            assertThatThrownBy(() -> audited.sign(KEY, KeyAlgorithm.ECDSA, new byte[32]))
                    .isInstanceOf(PinException.class);
        }

        assertThat(lines()).hasSize(4);
        assertThat(lines().subList(1, 4))
                .allSatisfy(line -> assertThat(line)
                        .contains("\"event\":\"pin.refused\"", "\"reason\":\"WRONG_PIN\"", "\"triesLeft\":2")
                        .doesNotContain(SECRET));
    }

    @Test
    void hashOfWhatIsSignedIsWrittenAndNothingOfWhatIsEncrypted() throws Exception {
        Fake fake = Fake.of(AuditedTokenTest::answer);
        byte[] digest = new byte[32];
        Arrays.fill(digest, (byte) 0xAB);
        try (AuditLog log = log(Uses.YES)) {
            Token audited = new AuditedToken(fake.token(), log);
            audited.sign(KEY, KeyAlgorithm.ECDSA, digest);
            audited.cipher(KEY, true, new byte[16], digest);
        }

        assertThat(lines().get(1)).contains("\"digest\":\"" + "AB".repeat(32) + "\"", "\"algorithm\":\"ECDSA\"");
        assertThat(lines().get(2)).contains("\"outputSha256\":").doesNotContain("inputSha256");
    }

    @Test
    void programIsItsMainClassOnly() {
        assertThat(Origin.program("org.example.Main --pin 123456")).isEqualTo("org.example.Main");
        assertThat(Origin.program(null)).contains("java");
    }
}
