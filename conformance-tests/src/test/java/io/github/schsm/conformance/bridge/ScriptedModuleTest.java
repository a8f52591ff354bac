// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.PinException;
import io.github.schsm.SchsmException;
import io.github.schsm.SchsmKeySpec;
import io.github.schsm.conformance.bench.Group;
import io.github.schsm.conformance.bench.Pki;
import io.github.schsm.conformance.bench.ScriptedModule;
import io.github.schsm.conformance.bench.ScriptedModule.Moment;
import io.github.schsm.conformance.bench.SoftHsm;
import io.github.schsm.conformance.bench.SoftHsm.SoftToken;
import io.github.schsm.provider.SchsmProvider;
import io.github.schsm.simulator.VirtualReaders;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.AuthProvider;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.ProviderException;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.spec.AlgorithmParameterSpec;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.RSAKeyGenParameterSpec;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import javax.crypto.Cipher;
import javax.crypto.KeyAgreement;
import javax.crypto.KeyGenerator;
import javax.crypto.SecretKey;
import javax.crypto.spec.IvParameterSpec;
import javax.security.auth.callback.Callback;
import javax.security.auth.callback.PasswordCallback;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What a JCA program sees when a native module fails, through the wrapper and its native part: each likely answer at each
 * function, once, given instead of what was asked for or after it. It succeeds all the same or fails with an exception
 * that the JCA documents; the next use works, and no session is left behind. (The bridge's own {@code FaultMatrixTest} goes
 * through every single call, on a module in memory.)
 */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ScriptedModuleTest {
    private static final byte[] DATA = "signed in spite of it".getBytes(StandardCharsets.UTF_8);
    private static final char[] PIN = VirtualReaders.USER_PIN.toCharArray();
    private static final int MOST_SESSIONS = 16;

    private static final Set<String> LOSSES =
            Set.of("CKR_SESSION_HANDLE_INVALID", "CKR_USER_NOT_LOGGED_IN", "CKR_DEVICE_REMOVED");

    private static final Map<String, Long> ANSWERS = new LinkedHashMap<>();

    static {
        ANSWERS.put("CKR_HOST_MEMORY", 0x2L);
        ANSWERS.put("CKR_GENERAL_ERROR", 0x5L);
        ANSWERS.put("CKR_FUNCTION_FAILED", 0x6L);
        ANSWERS.put("CKR_ARGUMENTS_BAD", 0x7L);
        ANSWERS.put("CKR_DATA_LEN_RANGE", 0x21L);
        ANSWERS.put("CKR_DEVICE_ERROR", 0x30L);
        ANSWERS.put("CKR_DEVICE_MEMORY", 0x31L);
        ANSWERS.put("CKR_DEVICE_REMOVED", 0x32L);
        ANSWERS.put("CKR_FUNCTION_NOT_SUPPORTED", 0x54L);
        ANSWERS.put("CKR_KEY_HANDLE_INVALID", 0x60L);
        ANSWERS.put("CKR_MECHANISM_INVALID", 0x70L);
        ANSWERS.put("CKR_OBJECT_HANDLE_INVALID", 0x82L);
        ANSWERS.put("CKR_OPERATION_ACTIVE", 0x90L);
        ANSWERS.put("CKR_OPERATION_NOT_INITIALIZED", 0x91L);
        ANSWERS.put("CKR_PIN_INCORRECT", 0xA0L);
        ANSWERS.put("CKR_SESSION_CLOSED", 0xB0L);
        ANSWERS.put("CKR_SESSION_COUNT", 0xB1L);
        ANSWERS.put("CKR_SESSION_HANDLE_INVALID", 0xB3L);
        ANSWERS.put("CKR_TEMPLATE_INCONSISTENT", 0xD1L);
        ANSWERS.put("CKR_TOKEN_NOT_PRESENT", 0xE0L);
        ANSWERS.put("CKR_USER_NOT_LOGGED_IN", 0x101L);
        ANSWERS.put("CKR_BUFFER_TOO_SMALL", 0x150L);
        ANSWERS.put("a vendor's own", 0x80000005L);
    }

    /** What is done with the token, and which functions are asked on the way. */
    @SuppressWarnings("ImmutableEnumChecker") // the list is a copy that nobody can write to
    private enum Operation {
        FIND("C_GetSlotList", "C_GetSlotInfo", "C_GetTokenInfo") {
            @Override
            void run() throws Exception {
                Provider another = new SchsmProvider().configure(configuration);
                KeyStore keyStore = KeyStore.getInstance("SCHSM", another);
                keyStore.load(null, PIN.clone());
                assertThat(keyStore.size()).isEqualTo(3);
                ((AuthProvider) another).logout();
            }
        },
        LOAD(
                "C_GetTokenInfo",
                "C_OpenSession",
                "C_GetSessionInfo",
                "C_Login",
                "C_FindObjectsInit",
                "C_FindObjects",
                "C_FindObjectsFinal",
                "C_GetAttributeValue") {
            @Override
            void run() throws Exception {
                ((AuthProvider) provider).logout();
                assertThat(load().size()).isEqualTo(3);
            }
        },
        SIGN("C_SignInit", "C_Sign") {
            @Override
            void run() throws Exception {
                sign();
            }
        },
        DECRYPT("C_DecryptInit", "C_Decrypt") {
            @Override
            void run() throws Exception {
                Cipher encrypt = Cipher.getInstance("RSA/ECB/PKCS1Padding", "SunJCE");
                encrypt.init(Cipher.ENCRYPT_MODE, rsaPublic);
                Cipher decrypt = Cipher.getInstance("RSA/ECB/PKCS1Padding", provider);
                decrypt.init(Cipher.DECRYPT_MODE, rsa);
                assertThat(decrypt.doFinal(encrypt.doFinal(DATA))).isEqualTo(DATA);
            }
        },
        ENCRYPT("C_EncryptInit", "C_Encrypt") {
            @Override
            void run() throws Exception {
                Cipher encrypt = Cipher.getInstance("AES/CBC/PKCS5Padding", provider);
                encrypt.init(Cipher.ENCRYPT_MODE, aes, new IvParameterSpec(new byte[16]));
                byte[] encrypted = encrypt.doFinal(DATA);
                Cipher decrypt = Cipher.getInstance("AES/CBC/PKCS5Padding", provider);
                decrypt.init(Cipher.DECRYPT_MODE, aes, new IvParameterSpec(new byte[16]));
                assertThat(decrypt.doFinal(encrypted)).isEqualTo(DATA);
            }
        },
        AGREE("C_DeriveKey", "C_GetAttributeValue", "C_DestroyObject") {
            @Override
            void run() throws Exception {
                KeyAgreement here = KeyAgreement.getInstance("ECDH", provider);
                here.init(ec);
                here.doPhase(peer.getPublic(), true);
                KeyAgreement there = KeyAgreement.getInstance("ECDH", "SunEC");
                there.init(peer.getPrivate());
                there.doPhase(ecPublic, true);
                assertThat(here.generateSecret()).isEqualTo(there.generateSecret());
            }
        },
        GENERATE("C_GenerateKeyPair", "C_GetAttributeValue") {
            @Override
            void run() throws Exception {
                assertThat(pair("EC", "new", new ECGenParameterSpec("secp256r1"))
                                .getPublic())
                        .isNotNull();
                load().deleteEntry("new");
            }
        },
        STORE("C_CreateObject", "C_DestroyObject", "C_FindObjects") {
            @Override
            void run() throws Exception {
                KeyStore keyStore = load();
                keyStore.setCertificateEntry("new", pki.root());
                assertThat(keyStore.getCertificate("new")).isEqualTo(pki.root());
                keyStore.deleteEntry("new");
            }
        },
        RANDOM("C_GenerateRandom") {
            @Override
            void run() throws Exception {
                byte[] random = new byte[32];
                SecureRandom.getInstance("SCHSM", provider).nextBytes(random);
                assertThat(random).isNotEqualTo(new byte[32]);
            }
        };

        private final List<String> functions;

        Operation(String... functions) {
            this.functions = List.of(functions);
        }

        abstract void run() throws Exception;
    }

    private record Disturbance(Operation operation, String function, Moment moment) {
        @Override
        public String toString() {
            return operation + ", " + function + " answers " + moment;
        }
    }

    @TempDir
    private static Path folder;

    private static ScriptedModule module;
    private static String configuration;
    private static Provider provider;
    private static Pki pki;
    private static PrivateKey ec;
    private static PublicKey ecPublic;
    private static PrivateKey rsa;
    private static PublicKey rsaPublic;
    private static SecretKey aes;
    private static KeyPair peer;

    @BeforeAll
    static void makeKeys() throws Exception {
        SoftToken token = SoftHsm.module().newToken();
        module = ScriptedModule.before(SoftHsm.module().path(), folder);
        configuration = "terminal = pkcs11:" + module.file() + "; device = " + token.serial();
        provider = new SchsmProvider().configure(configuration);
        pki = Pki.create();
        load();
        KeyPair pair = pair("EC", "ec", new ECGenParameterSpec("secp256r1"));
        ec = pair.getPrivate();
        ecPublic = pair.getPublic();
        pair = pair("RSA", "rsa", new RSAKeyGenParameterSpec(2048, RSAKeyGenParameterSpec.F4));
        rsa = pair.getPrivate();
        rsaPublic = pair.getPublic();
        KeyGenerator generator = KeyGenerator.getInstance("AES", provider);
        generator.init(SchsmKeySpec.builder("aes").keySize(256).build());
        aes = generator.generateKey();
        KeyPairGenerator peers = KeyPairGenerator.getInstance("EC", "SunEC");
        peers.initialize(new ECGenParameterSpec("secp256r1"));
        peer = peers.generateKeyPair();
    }

    @AfterAll
    static void noSessionIsLeft() throws Exception {
        load();
        ((AuthProvider) provider).logout();
        assertThat(module.sessions()).isZero();
    }

    private static KeyStore load() throws Exception {
        KeyStore keyStore = KeyStore.getInstance("SCHSM", provider);
        keyStore.load(null, PIN.clone());
        return keyStore;
    }

    private static KeyPair pair(String algorithm, String label, AlgorithmParameterSpec parameters) throws Exception {
        return Group.generatePair(
                provider,
                algorithm,
                SchsmKeySpec.builder(label).parameters(parameters).build());
    }

    private static void sign() throws Exception {
        Signature signer = Signature.getInstance("SHA256withECDSA", provider);
        signer.initSign(ec);
        signer.update(DATA);
        assertThat(Pki.verifies("SHA256withECDSA", ecPublic, DATA, signer.sign()))
                .isTrue();
    }

    private static Stream<Disturbance> disturbances() {
        return Stream.of(Operation.values())
                .flatMap(operation -> operation.functions.stream()
                        .flatMap(function -> Stream.of(Moment.values())
                                .map(moment -> new Disturbance(operation, function, moment))));
    }

    @ParameterizedTest
    @MethodSource("disturbances")
    void everyAnswerIsSurvived(Disturbance disturbance) throws Exception {
        List<String> problems = new ArrayList<>();
        int given = 0;
        List<Map.Entry<String, Long>> answers = answers(disturbance);
        for (Map.Entry<String, Long> answer : answers) {
            load();
            module.answerOnce(disturbance.function(), answer.getValue(), disturbance.moment());
            try {
                disturbance.operation().run();
            } catch (GeneralSecurityException | IOException | ProviderException failure) {
                requireSentence(problems, answer.getKey(), failure);
            } catch (AssertionError wrong) {
                if (!isBelievable(disturbance.function(), answer.getKey())) {
                    problems.add(answer.getKey() + ": " + wrong.getMessage());
                }
            }
            given += module.wasGiven() ? 1 : 0;
            KeyStore afterwards = load();
            if (afterwards.containsAlias("new")) {
                if (!mayLeaveSomething(disturbance, answer.getKey())) {
                    problems.add(answer.getKey() + ": \"new\" was left on the token");
                }
                afterwards.deleteEntry("new");
            }
            sign();
            if (module.sessions() > MOST_SESSIONS) {
                problems.add(answer.getKey() + ": " + module.sessions() + " sessions are open");
            }
        }
        assertThat(problems).isEmpty();
        assertThat(given).as("answers that were given").isEqualTo(answers.size());
    }

    /** OpenSC does so after a card was out: it leaves some of the sessions, and a login in one of them is a login. */
    @Test
    void whoHasLoggedInIsNotAskedAgainBecauseOneSessionIsGone() throws Exception {
        ((AuthProvider) provider).logout();
        AtomicInteger questions = new AtomicInteger();
        AuthProvider asking = (AuthProvider) new SchsmProvider().configure(configuration);
        asking.login(null, callbacks -> {
            for (Callback callback : callbacks) {
                if (callback instanceof PasswordCallback wanted) {
                    questions.incrementAndGet();
                    wanted.setPassword(PIN.clone());
                }
            }
        });
        KeyStore keyStore = KeyStore.getInstance("SCHSM", asking);
        keyStore.load(null, null);
        keyStore.setCertificateEntry("new", pki.root());
        module.answerOnce("C_GetSessionInfo", ANSWERS.get("CKR_SESSION_HANDLE_INVALID"), Moment.BEFORE);

        keyStore.deleteEntry("new");

        assertThat(module.wasGiven()).isTrue();
        assertThat(keyStore.containsAlias("new")).isFalse();
        assertThat(questions).hasValue(1);
        asking.logout();
    }

    /**
     * What loses session, login or token, and every third of the other answers: which, differs by function, so that each is
     * given somewhere. In the whole matrix all of them.
     */
    private static List<Map.Entry<String, Long>> answers(Disturbance disturbance) {
        List<Map.Entry<String, Long>> answers = new ArrayList<>();
        int turn = disturbances().toList().indexOf(disturbance);
        for (Map.Entry<String, Long> answer : ANSWERS.entrySet()) {
            if (Boolean.getBoolean("schsm.repeated") || LOSSES.contains(answer.getKey()) || turn++ % 3 == 0) {
                answers.add(answer);
            }
        }
        return answers;
    }

    /** What may be so at any time is believed: that an object is gone. */
    private static boolean isBelievable(String function, String answer) {
        return List.of("C_GetAttributeValue", "C_DestroyObject").contains(function)
                && List.of("CKR_OBJECT_HANDLE_INVALID", "CKR_KEY_HANDLE_INVALID")
                        .contains(answer);
    }

    /**
     * What could not be deleted is still there; and nobody looks for a key of a module that refuses the template, and takes
     * the next one.
     */
    private static boolean mayLeaveSomething(Disturbance disturbance, String answer) {
        return disturbance.function().equals("C_DestroyObject")
                || isBelievable(disturbance.function(), answer)
                || (disturbance.function().equals("C_GenerateKeyPair") && answer.equals("CKR_TEMPLATE_INCONSISTENT"));
    }

    private static void requireSentence(List<String> problems, String answer, Throwable failure) {
        Throwable cause = failure;
        while (cause != null && !(cause instanceof SchsmException)) {
            cause = cause.getCause();
        }
        boolean named = cause != null
                && cause.getMessage() != null
                && (cause instanceof PinException || cause.getMessage().contains("scripted.so"));
        if (!named || failure.getMessage() == null || failure.getMessage().isBlank()) {
            problems.add(answer + ": " + failure + ", cause " + cause);
        }
    }
}
