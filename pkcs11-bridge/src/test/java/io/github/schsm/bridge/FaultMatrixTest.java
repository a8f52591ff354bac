// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.DataObject;
import io.github.schsm.KeyAlgorithm;
import io.github.schsm.KeyType;
import io.github.schsm.PinException;
import io.github.schsm.SchsmException;
import io.github.schsm.TokenCertificate;
import io.github.schsm.TokenKey;
import io.github.schsm.bridge.cryptoki.Ckr;
import io.github.schsm.bridge.token.Pkcs11Token;
import io.github.schsm.codec.EcCurve;
import io.github.schsm.codec.EcdsaSignature;
import io.github.schsm.spi.KeyRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Each of the answers that modules are likely to give, at each call that each operation makes, once, and one of each
 * class of answers from then on:
 * the operation succeeds all the same, or fails with a typed exception whose sentence names module, function and answer.
 * Nothing hangs, nothing half made stays, no session is lost, and the token is as usable as before.
 */
class FaultMatrixTest {
    private static final Duration GUARD = Duration.ofMinutes(5);
    private static final byte[] HASH = new byte[32];
    private static final byte[] IV = new byte[16];
    private static final byte[] LONG = new byte[10_000];

    private static final List<Long> ANSWERS = List.of(
            Ckr.HOST_MEMORY.value(),
            Ckr.GENERAL_ERROR.value(),
            Ckr.FUNCTION_FAILED.value(),
            Ckr.ARGUMENTS_BAD.value(),
            Ckr.ATTRIBUTE_VALUE_INVALID.value(),
            Ckr.DATA_LEN_RANGE.value(),
            Ckr.DEVICE_ERROR.value(),
            Ckr.DEVICE_MEMORY.value(),
            Ckr.DEVICE_REMOVED.value(),
            Ckr.FUNCTION_CANCELED.value(),
            Ckr.FUNCTION_NOT_SUPPORTED.value(),
            Ckr.KEY_HANDLE_INVALID.value(),
            Ckr.KEY_FUNCTION_NOT_PERMITTED.value(),
            Ckr.MECHANISM_INVALID.value(),
            Ckr.OBJECT_HANDLE_INVALID.value(),
            Ckr.OPERATION_ACTIVE.value(),
            Ckr.OPERATION_NOT_INITIALIZED.value(),
            Ckr.PIN_INCORRECT.value(),
            Ckr.PIN_LOCKED.value(),
            Ckr.SESSION_CLOSED.value(),
            Ckr.SESSION_COUNT.value(),
            Ckr.SESSION_HANDLE_INVALID.value(),
            Ckr.TEMPLATE_INCONSISTENT.value(),
            Ckr.TOKEN_NOT_PRESENT.value(),
            Ckr.USER_NOT_LOGGED_IN.value(),
            Ckr.USER_ALREADY_LOGGED_IN.value(),
            Ckr.BUFFER_TOO_SMALL.value(),
            Ckr.CRYPTOKI_NOT_INITIALIZED.value(),
            0x80000001L);

    /** Those that the bridge treats in a way of their own, whatever they mean. */
    private static final Set<Long> OF_THEIR_OWN = Set.of(
            Ckr.OPERATION_ACTIVE.value(),
            Ckr.PIN_INCORRECT.value(),
            Ckr.SESSION_COUNT.value(),
            Ckr.USER_ALREADY_LOGGED_IN.value(),
            Ckr.BUFFER_TOO_SMALL.value());

    /** Every answer is given once; from then on, one of each class: what it means, and how much is lost with it. */
    private static List<Long> answers(Fault fault) {
        if (fault == Fault.ONCE || Boolean.getBoolean("schsm.repeated")) {
            return ANSWERS;
        }
        Set<String> classes = new HashSet<>();
        return ANSWERS.stream()
                .filter(answer -> classes.add(
                        OF_THEIR_OWN.contains(answer)
                                ? Ckr.name(answer)
                                : Ckr.of(answer).reason() + " " + Ckr.of(answer).scope()))
                .toList();
    }

    private static final Pattern SENTENCE =
            Pattern.compile("[a-z].*\\(C_[A-Z][A-Za-z]+ of fake\\.so answered .*0x[0-9A-F]+\\)");

    private static final Set<Long> PIN_REFUSALS = Set.of(Ckr.PIN_INCORRECT.value(), Ckr.PIN_LOCKED.value());

    /** What is asked of the token; fails if the result is wrong. */
    private enum Operation {
        LOAD {
            @Override
            void run(Pkcs11Token token, Known known) throws Exception {
                token.load(FakePin.right());
                assertThat(token.keys()).hasSize(3);
            }
        },
        LIST {
            @Override
            void run(Pkcs11Token token, Known known) throws Exception {
                token.load(null);
                for (TokenKey key : token.keys()) {
                    token.details(key);
                    token.certificate(key);
                }
                assertThat(token.certificates()).hasSize(1);
                assertThat(token.dataObjects()).hasSizeLessThan(2);
                token.info();
            }
        },
        SIGN_EC {
            @Override
            void run(Pkcs11Token token, Known known) throws Exception {
                byte[] der = token.sign(known.ec, KeyAlgorithm.ECDSA, HASH);
                EcCurve curve = EcCurve.SECP256R1;
                byte[] point = curve.encode(((java.security.interfaces.ECPublicKey) FakeBench.EC.getPublic()).getW());
                assertThat(curve.verify(point, HASH, EcdsaSignature.parse(der).plain(32)))
                        .isTrue();
            }
        },
        SIGN_RSA {
            @Override
            void run(Pkcs11Token token, Known known) throws Exception {
                requireRsaSignature(token, known);
            }
        },
        DECRYPT {
            @Override
            void run(Pkcs11Token token, Known known) throws Exception {
                Cipher cipher = Cipher.getInstance("RSA/ECB/PKCS1Padding");
                cipher.init(Cipher.ENCRYPT_MODE, FakeBench.RSA.getPublic());
                assertThat(token.decrypt(known.rsa, KeyAlgorithm.RSA_DECRYPT_PKCS1, cipher.doFinal(HASH)))
                        .isEqualTo(HASH);
            }
        },
        AGREE {
            @Override
            void run(Pkcs11Token token, Known known) throws Exception {
                javax.crypto.KeyAgreement other = javax.crypto.KeyAgreement.getInstance("ECDH");
                other.init(FakeBench.PEER.getPrivate());
                other.doPhase(FakeBench.EC.getPublic(), true);
                assertThat(token.agree(known.ec, FakeBench.peer())).isEqualTo(other.generateSecret());
            }
        },
        ENCRYPT_IN_CHUNKS {
            @Override
            void run(Pkcs11Token token, Known known) throws Exception {
                assertThat(token.cipher(known.aes, true, IV, LONG)).isEqualTo(cbc(Cipher.ENCRYPT_MODE));
            }
        },
        DECRYPT_IN_CHUNKS {
            @Override
            void run(Pkcs11Token token, Known known) throws Exception {
                assertThat(token.cipher(known.aes, false, IV, LONG)).isEqualTo(cbc(Cipher.DECRYPT_MODE));
            }
        },
        MAC {
            @Override
            void run(Pkcs11Token token, Known known) throws Exception {
                Mac mac = Mac.getInstance("AESCMAC", new BouncyCastleProvider());
                mac.init(new SecretKeySpec(FakeBench.AES, "AES"));
                assertThat(token.mac(known.aes, LONG)).isEqualTo(mac.doFinal(LONG));
            }
        },
        GENERATE_EC {
            @Override
            void run(Pkcs11Token token, Known known) throws Exception {
                assertThat(token.generate(request(KeyType.EC)).label()).isEqualTo("new");
            }
        },
        GENERATE_AES {
            @Override
            void run(Pkcs11Token token, Known known) throws Exception {
                assertThat(token.generate(request(KeyType.AES)).type()).isEqualTo(KeyType.AES);
            }
        },
        STORE_FIRST_CERTIFICATE {
            @Override
            void run(Pkcs11Token token, Known known) throws Exception {
                token.storeCertificate(known.rsa, FakeBench.OTHER_CERTIFICATE);
            }
        },
        REPLACE_CERTIFICATE {
            @Override
            void run(Pkcs11Token token, Known known) throws Exception {
                token.storeCertificate(known.ec, FakeBench.NEW_CERTIFICATE);
            }
        },
        ADD_CERTIFICATE {
            @Override
            void run(Pkcs11Token token, Known known) throws Exception {
                assertThat(token.addCertificate("new", FakeBench.OTHER_CERTIFICATE)
                                .label())
                        .isEqualTo("new");
            }
        },
        DELETE_CERTIFICATE {
            @Override
            void run(Pkcs11Token token, Known known) throws Exception {
                token.delete(known.certificate);
            }
        },
        RENAME {
            @Override
            void run(Pkcs11Token token, Known known) throws Exception {
                assertThat(token.rename(known.ec, "other").label()).isEqualTo("other");
            }
        },
        DELETE {
            @Override
            void run(Pkcs11Token token, Known known) throws Exception {
                token.delete(known.ec);
            }
        },
        RANDOM {
            @Override
            void run(Pkcs11Token token, Known known) throws Exception {
                assertThat(token.random(5000)).hasSize(5000).isNotEqualTo(new byte[5000]);
            }
        },
        READ_DATA {
            @Override
            void run(Pkcs11Token token, Known known) throws Exception {
                assertThat(token.read(known.data)).isEqualTo(FakeBench.content());
            }
        },
        STORE_DATA {
            @Override
            void run(Pkcs11Token token, Known known) throws Exception {
                token.store(DataObject.of("new", true), HASH);
            }
        },
        REPLACE_DATA {
            @Override
            void run(Pkcs11Token token, Known known) throws Exception {
                token.store(known.data, HASH);
            }
        },
        DELETE_DATA {
            @Override
            void run(Pkcs11Token token, Known known) throws Exception {
                token.delete(known.data);
            }
        },
        LOGOUT {
            @Override
            void run(Pkcs11Token token, Known known) throws Exception {
                token.logout();
                assertThat(token.isLoggedIn()).isFalse();
            }
        };

        abstract void run(Pkcs11Token token, Known known) throws Exception;

        /** Several objects change one after the other, and no order of doing it can be undone in any case. */
        boolean isInSteps() {
            return this == DELETE || this == RENAME;
        }
    }

    /** Whether the token is logged in and everything read before, or the operation is the first that is asked of it. */
    private enum State {
        WARM,
        COLD
    }

    private enum Fault {
        ONCE,
        ALWAYS
    }

    /** What the operations use, as an earlier token object gave it. */
    private record Known(TokenKey ec, TokenKey rsa, TokenKey aes, TokenCertificate certificate, DataObject data) {}

    private static Known known() throws Exception {
        FakeBench bench = new FakeBench();
        Pkcs11Token token = bench.loaded();
        return new Known(
                FakeBench.key(token, "ec"),
                FakeBench.key(token, "rsa"),
                FakeBench.key(token, "aes"),
                token.certificates().get(0),
                token.dataObjects().get(0));
    }

    private static KeyRequest request(KeyType type) {
        return new KeyRequest(
                type,
                "new",
                new byte[0],
                type == KeyType.EC ? EcCurve.SECP256R1 : null,
                type == KeyType.EC ? 0 : 256,
                List.of(),
                OptionalLong.empty(),
                OptionalInt.empty(),
                OptionalInt.empty());
    }

    private static byte[] cbc(int mode) throws Exception {
        Cipher cipher = Cipher.getInstance("AES/CBC/NoPadding");
        cipher.init(mode, new SecretKeySpec(FakeBench.AES, "AES"), new IvParameterSpec(IV));
        return cipher.doFinal(LONG);
    }

    private static void requireRsaSignature(Pkcs11Token token, Known known) throws Exception {
        Cipher cipher = Cipher.getInstance("RSA/ECB/PKCS1Padding");
        cipher.init(Cipher.DECRYPT_MODE, FakeBench.RSA.getPublic());
        assertThat(cipher.doFinal(token.sign(known.rsa, KeyAlgorithm.RSA_PKCS1, HASH)))
                .isEqualTo(HASH);
    }

    private static Pkcs11Token prepare(FakeBench bench, State state) throws Exception {
        if (state == State.WARM) {
            return bench.loaded();
        }
        Pkcs11Token token = bench.open();
        token.useWhenNeeded(FakePin.right());
        return token;
    }

    /** All operations after a load; and as the first use of a token, which reads everything, where that differs. */
    static Stream<Arguments> matrix() {
        Stream<Arguments> warm = Arrays.stream(Operation.values())
                .flatMap(operation ->
                        Arrays.stream(Fault.values()).map(fault -> Arguments.of(operation, State.WARM, fault)));
        Stream<Arguments> cold = Stream.of(
                        Operation.LOAD,
                        Operation.LIST,
                        Operation.SIGN_EC,
                        Operation.GENERATE_EC,
                        Operation.REPLACE_CERTIFICATE,
                        Operation.REPLACE_DATA)
                .map(operation -> Arguments.of(operation, State.COLD, Fault.ONCE));
        return Stream.concat(warm, cold);
    }

    @ParameterizedTest
    @MethodSource("matrix")
    void everyAnswerAtEveryCallIsHandled(Operation operation, State state, Fault fault) {
        Assertions.assertTimeoutPreemptively(GUARD, () -> {
            Known known = known();
            FakeBench undisturbed = new FakeBench();
            Pkcs11Token token = prepare(undisturbed, state);
            undisturbed.module.script().resetCounts();
            operation.run(token, known);
            List<String> calls = undisturbed.module.script().trace();
            assertThat(undisturbed.module.misuses()).isEmpty();
            assertThat(undisturbed.module.activeOperations()).isZero();

            List<String> problems = new ArrayList<>();
            for (int call = 0; call < calls.size(); call++) {
                for (long answer : answers(fault)) {
                    try {
                        disturb(operation, state, fault, known, calls, call, answer, undisturbed);
                    } catch (Exception | AssertionError problem) {
                        problems.add(calls.get(call) + " (call " + (call + 1) + " of " + calls.size() + ") answers "
                                + Ckr.name(answer) + ": " + problem.getMessage());
                    }
                }
            }
            assertThat(problems).isEmpty();
        });
    }

    private static void disturb(
            Operation operation,
            State state,
            Fault fault,
            Known known,
            List<String> calls,
            int call,
            long answer,
            FakeBench undisturbed)
            throws Exception {
        String function = calls.get(call);
        FakeBench bench = new FakeBench();
        Pkcs11Token token = prepare(bench, state);
        List<String> before = bench.contents();
        int sessions = bench.module.openSessions();
        FakeScript script = bench.module.script();
        script.resetCounts();
        if (fault == Fault.ONCE) {
            script.answer(FakeScript.ANY, call + 1, answer);
        } else {
            int nth = Collections.frequency(calls.subList(0, call + 1), function);
            script.answerFrom(function, nth, answer);
        }

        SchsmException failure = null;
        try {
            operation.run(token, known);
        } catch (SchsmException refused) {
            failure = refused;
        } catch (AssertionError wrongResult) {
            if (!isBelievable(function, answer)) {
                throw wrongResult;
            }
        }

        if (!isBelievable(function, answer)) {
            if (failure == null && operation != Operation.RENAME) {
                assertThat(bench.contents()).as("what a success leaves").isEqualTo(undisturbed.contents());
            } else if (failure != null && fault == Fault.ONCE && !operation.isInSteps()) {
                assertThat(bench.contents()).as("what a failure leaves").isEqualTo(before);
            }
            if (failure != null) {
                requireSentence(failure);
            }
        }
        if (function.equals("C_Login") && PIN_REFUSALS.contains(answer)) {
            assertThat(failure).isInstanceOf(PinException.class);
            assertThat(script.calls("C_Login")).as("PINs sent").isEqualTo(1);
        }
        assertThat(bench.module.misuses()).isEmpty();
        assertThat(bench.module.activeOperations()).as("operations left behind").isZero();
        if (!isBelievable(function, answer)) {
            assertThat(bench.module.sessionObjects())
                    .as("session objects left behind")
                    .isZero();
        }
        if (!function.equals("C_CloseSession")) {
            assertThat(bench.module.openSessions())
                    .as("sessions")
                    .isLessThanOrEqualTo(Math.max(sessions, undisturbed.module.openSessions()));
        }

        script.clear();
        token.load(FakePin.right());
        requireRsaSignature(token, known);
        assertThat(bench.module.misuses()).isEmpty();
        if (operation == Operation.DELETE && failure != null) {
            deleteAgain(bench, token, undisturbed);
        }
    }

    /** A key that is still there can be deleted by another try; one that is gone has left no key. */
    private static void deleteAgain(FakeBench bench, Pkcs11Token token, FakeBench undisturbed) throws Exception {
        for (TokenKey left : token.keys()) {
            if (left.label().equals("ec")) {
                token.delete(left);
                assertThat(bench.contents()).as("what a second try leaves").isEqualTo(undisturbed.contents());
            }
        }
    }

    /**
     * Whether the answer says what may be true at any time: that another program deleted the object at the moment, or
     * has logged in. Then the bridge goes on without the object, or with the login, and nothing here says what has to
     * come of that.
     */
    private static boolean isBelievable(String function, long answer) {
        return switch (function) {
            case "C_GetAttributeValue", "C_DestroyObject" ->
                answer == Ckr.OBJECT_HANDLE_INVALID.value() || answer == Ckr.KEY_HANDLE_INVALID.value();
            case "C_Login" -> answer == Ckr.USER_ALREADY_LOGGED_IN.value();
            default -> false;
        };
    }

    /** Typed, and module, function and answer are named. */
    static void requireSentence(SchsmException failure) {
        assertThat(failure.getClass()).as("type of %s", failure).isNotEqualTo(SchsmException.class);
        assertThat(SENTENCE.matcher(failure.getMessage()).find())
                .as("module, function and answer are named in: %s", failure.getMessage())
                .isTrue();
    }
}
