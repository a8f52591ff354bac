// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.bridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.schsm.KeyAlgorithm;
import io.github.schsm.KeyType;
import io.github.schsm.SchsmException;
import io.github.schsm.TokenKey;
import io.github.schsm.TokenNotPresentException;
import io.github.schsm.TransportException;
import io.github.schsm.bridge.cryptoki.Ck;
import io.github.schsm.bridge.cryptoki.Ckr;
import io.github.schsm.bridge.token.Pkcs11Token;
import io.github.schsm.callback.PinRequest;
import io.github.schsm.codec.EcCurve;
import io.github.schsm.codec.EcdsaSignature;
import io.github.schsm.spi.KeyRequest;
import java.security.interfaces.ECPublicKey;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The token goes away in the middle of things, or its module does; sessions are all taken; somebody waits no longer. */
@Timeout(value = 180, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class LostTokenTest {
    private static final byte[] HASH = new byte[32];
    private static final byte[] IV = new byte[16];
    private static final byte[] LONG = FakeCrypto.random(20_000);

    private final FakeBench bench = new FakeBench();

    private static void sign(Pkcs11Token token, TokenKey key) throws Exception {
        byte[] der = token.sign(key, KeyAlgorithm.ECDSA, HASH);
        EcCurve curve = EcCurve.SECP256R1;
        assertThat(curve.verify(
                        curve.encode(((ECPublicKey) FakeBench.EC.getPublic()).getW()),
                        HASH,
                        EcdsaSignature.parse(der).plain(32)))
                .isTrue();
    }

    private static byte[] mac() throws Exception {
        Mac mac = Mac.getInstance("AESCMAC", new BouncyCastleProvider());
        mac.init(new SecretKeySpec(FakeBench.AES, "AES"));
        return mac.doFinal(LONG);
    }

    private static byte[] encrypted() throws Exception {
        Cipher cipher = Cipher.getInstance("AES/CBC/NoPadding");
        cipher.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(FakeBench.AES, "AES"), new IvParameterSpec(IV));
        return cipher.doFinal(LONG);
    }

    private void outAndIn() {
        bench.module.insert(0, bench.module.pull(0));
    }

    private void requireNothingLeft() {
        assertThat(bench.module.misuses()).isEmpty();
        assertThat(bench.module.activeOperations()).isZero();
        assertThat(bench.module.sessionObjects()).isZero();
    }

    // In the middle of an operation of several parts

    @Test
    void aTokenPulledInTheMiddleOfAMacIsMissedAndWorksAgainWhenItIsBack() throws Exception {
        bench.device.withoutMechanisms(Ck.CKM_AES_CBC, Ck.CKM_AES_ECB);
        Pkcs11Token token = bench.loaded();
        TokenKey key = FakeBench.key(token, "aes");
        bench.module.script().before("C_SignUpdate", 3, () -> bench.module.pull(0));

        assertThatThrownBy(() -> token.mac(key, LONG))
                .isInstanceOfAny(TokenNotPresentException.class, TransportException.class)
                .hasMessageContaining(FakeBench.MODULE);
        assertThat(bench.module.script().calls("C_SignUpdate")).isPositive();
        assertThatThrownBy(() -> token.mac(key, LONG))
                .isInstanceOf(TokenNotPresentException.class)
                .hasMessageContaining(bench.device.serial);
        assertThat(bench.module.openSessions()).isZero();

        bench.module.insert(0, bench.device);
        assertThat(token.mac(key, LONG)).isEqualTo(mac());
        requireNothingLeft();
    }

    @Test
    void aTokenThatWasOutAndInInTheMiddleOfAMacStartsItAnew() throws Exception {
        bench.device.withoutMechanisms(Ck.CKM_AES_CBC, Ck.CKM_AES_ECB);
        Pkcs11Token token = bench.loaded();
        bench.module.script().before("C_SignUpdate", 3, this::outAndIn);
        assertThat(token.mac(FakeBench.key(token, "aes"), LONG)).isEqualTo(mac());
        assertThat(bench.module.logins()).isEqualTo(2);
        requireNothingLeft();
    }

    @Test
    void aTokenPulledInTheMiddleOfAnEncryptionInPiecesIsMissedAndWorksAgainWhenItIsBack() throws Exception {
        Pkcs11Token token = bench.loaded();
        TokenKey key = FakeBench.key(token, "aes");
        bench.module.script().before("C_Encrypt", 3, () -> bench.module.pull(0));

        assertThatThrownBy(() -> token.cipher(key, true, IV, LONG))
                .isInstanceOfAny(TokenNotPresentException.class, TransportException.class)
                .hasMessageContaining(FakeBench.MODULE);

        bench.module.insert(5, bench.device);
        assertThat(token.cipher(key, true, IV, LONG)).isEqualTo(encrypted());
        requireNothingLeft();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 5})
    void aTokenThatWasOutAndInInTheMiddleOfAnEncryptionStartsItAnew(int piece) throws Exception {
        Pkcs11Token token = bench.loaded();
        bench.module.script().before("C_Encrypt", piece, this::outAndIn);
        assertThat(token.cipher(FakeBench.key(token, "aes"), true, IV, LONG)).isEqualTo(encrypted());
        requireNothingLeft();
    }

    // Between operations

    @ParameterizedTest
    @EnumSource(
            value = Ckr.class,
            names = {
                "DEVICE_REMOVED",
                "SESSION_HANDLE_INVALID",
                "SESSION_CLOSED",
                "TOKEN_NOT_PRESENT",
                "DEVICE_ERROR",
                "GENERAL_ERROR",
                "FUNCTION_FAILED"
            })
    void keysWorkAfterTheTokenWasOutWhateverTheModuleCallsIt(Ckr answer) throws Exception {
        bench.module.answerOfDeadSessions(answer.value());
        Pkcs11Token token = bench.loaded();
        TokenKey key = FakeBench.key(token, "ec");
        sign(token, key);
        outAndIn();
        sign(token, key);
        bench.module.pull(0);
        assertThatThrownBy(() -> sign(token, key))
                .isInstanceOfAny(TokenNotPresentException.class, TransportException.class);
        bench.module.insert(3, bench.device);
        sign(token, key);
        bench.module.removeSlot(3);
        bench.module.insert(11, bench.device);
        assertThat(token.keys()).contains(key);
        sign(token, key);
        assertThat(bench.device.user.presented()).containsOnly(FakeToken.USER_PIN);
        requireNothingLeft();
    }

    /** The login is made in a session that lives on; the next function meets one that is gone. */
    @Test
    void whoHasLoggedInAfterTheTokenWasOutIsNotAskedAgainBecauseOfASessionThatWasGoneThen() throws Exception {
        bench.module.leaveEveryOtherSession();
        bench.module.answerOfDeadSessions(Ckr.SESSION_HANDLE_INVALID.value());
        FakePin person = FakePin.asked(FakeToken.USER_PIN);
        Pkcs11Token token = bench.open();
        token.load(person);
        token.delete(token.generate(request()));
        assertThat(bench.module.openSessions()).isEqualTo(2);
        outAndIn();
        assertThat(bench.module.openSessions()).isEqualTo(1);
        bench.device.user.left(1);
        token.table().forget();
        assertThat(token.keys()).hasSize(3);

        token.generate(request());

        sign(token, FakeBench.key(token, "ec"));
        assertThat(person.requests()).hasSize(2).last().matches(PinRequest::isLastTry);
        assertThat(bench.device.user.presented()).hasSize(2);
        requireNothingLeft();
    }

    @Test
    void aLoginThatIsGoneWithTheSessionsIsAskedForOnce() throws Exception {
        FakePin person = FakePin.asked(FakeToken.USER_PIN);
        Pkcs11Token token = bench.open();
        token.load(person);
        TokenKey key = FakeBench.key(token, "ec");
        token.delete(token.generate(request()));
        bench.module.answerOfDeadSessions(Ckr.SESSION_HANDLE_INVALID.value());
        outAndIn();

        token.delete(token.generate(request()));
        sign(token, key);

        assertThat(person.requests()).hasSize(2);
        assertThat(bench.device.user.presented()).hasSize(2);
        requireNothingLeft();
    }

    @Test
    void anotherTokenInTheSlotIsNotTakenForIt() throws Exception {
        Pkcs11Token token = bench.loaded();
        TokenKey key = FakeBench.key(token, "ec");
        bench.module.pull(0);
        FakeToken other = new FakeToken("bench", bench.device.serial + "1");
        other.addKeyPair("ec", new byte[] {1}, FakeBench.EC);
        bench.module.insert(0, other);
        assertThatThrownBy(() -> sign(token, key))
                .isInstanceOf(TokenNotPresentException.class)
                .hasMessageContaining(bench.device.serial);
        assertThat(other.user.presented()).isEmpty();
        bench.module.insert(1, bench.device);
        sign(token, key);
    }

    @Test
    void aNewKeyIsNotMadeTwiceWhenTheTokenGoesWhileItIsMade() throws Exception {
        Pkcs11Token token = bench.loaded();
        List<String> before = bench.contents();
        bench.module.script().before("C_GenerateKeyPair", 1, this::outAndIn);
        assertThatThrownBy(() -> token.generate(request())).isInstanceOf(SchsmException.class);
        assertThat(bench.module.script().calls("C_GenerateKeyPair")).isEqualTo(1);
        assertThat(bench.contents()).isEqualTo(before);
        assertThat(token.generate(request()).label()).isEqualTo("new");
    }

    /** OpenSC goes on with its old sessions until it is asked for a slot, and fails when a command has to go out. */
    @Test
    void aNewKeyIsMadeAfterTheModuleDidNotNoticeThatTheTokenWasOut() throws Exception {
        FakePin person = FakePin.asked(FakeToken.USER_PIN);
        Pkcs11Token token = bench.open();
        token.load(person);
        token.delete(token.generate(request()));
        bench.module.answerOfDeadSessions(Ckr.SESSION_HANDLE_INVALID.value());
        bench.module.script().resetCounts();
        bench.module.script().answer("C_GenerateKeyPair", 1, Ckr.DEVICE_REMOVED);
        bench.module.script().before("C_GetSlotInfo", 1, () -> {
            bench.module.script().clear();
            outAndIn();
        });

        assertThat(token.generate(request()).label()).isEqualTo("new");

        assertThat(bench.module.script().calls("C_GenerateKeyPair")).isEqualTo(1);
        assertThat(person.requests()).hasSize(2);
        assertThat(bench.device.user.presented()).hasSize(2);
        requireNothingLeft();
    }

    @Test
    void aSlotThatIsNotToldIsNoReasonNotToMakeAKey() throws Exception {
        Pkcs11Token token = bench.loaded();
        bench.module.script().answerAlways("C_GetSlotInfo", Ckr.FUNCTION_FAILED);

        assertThat(token.generate(request()).label()).isEqualTo("new");

        requireNothingLeft();
    }

    @ParameterizedTest
    @EnumSource(
            value = Ckr.class,
            names = {"DEVICE_ERROR", "GENERAL_ERROR", "SESSION_HANDLE_INVALID", "FUNCTION_FAILED"})
    void aKeyThatWasMadeWithoutSayingSoIsTakenBack(Ckr answer) throws Exception {
        Pkcs11Token token = bench.loaded();
        List<String> before = bench.contents();
        bench.module.script().answerAfter("C_GenerateKeyPair", 1, answer);
        assertThatThrownBy(() -> token.generate(request())).isInstanceOf(SchsmException.class);
        assertThat(bench.contents()).isEqualTo(before);
    }

    private static KeyRequest request() {
        KeyRequest plain = KeyRequest.plain(KeyType.EC, EcCurve.SECP256R1, 0);
        return new KeyRequest(
                plain.type(),
                "new",
                plain.id(),
                plain.curve(),
                0,
                plain.allowedAlgorithms(),
                plain.useCounter(),
                plain.keyDomain(),
                plain.wrappingKey());
    }

    // The module itself

    @ParameterizedTest
    @EnumSource(
            value = Ckr.class,
            names = {"DEVICE_ERROR", "GENERAL_ERROR", "DEVICE_REMOVED", "FUNCTION_FAILED", "CRYPTOKI_NOT_INITIALIZED"})
    void aModuleThatLostItsOtherSideIsInitializedAnew(Ckr answer) throws Exception {
        Pkcs11Token token = bench.loaded();
        TokenKey key = FakeBench.key(token, "ec");
        bench.module.shiftSlotsAtReinitialize(16);
        bench.module.lose(answer.value());
        sign(token, key);
        assertThat(bench.module.script().calls("C_Initialize")).isEqualTo(1);
        requireNothingLeft();
    }

    @Test
    void aModuleIsNotInitializedAnewWhileItWorksForAnotherToken() throws Exception {
        Pkcs11Token token = bench.loaded();
        TokenKey key = FakeBench.key(token, "ec");
        bench.module.insert(1, new FakeToken("other", "X"));
        bench.module.pull(0);
        assertThatThrownBy(() -> sign(token, key)).isInstanceOf(TokenNotPresentException.class);
        assertThat(bench.module.script().calls("C_Finalize")).isZero();
    }

    // Sessions

    /** Others would take what is seen without a login for all there is. */
    @Test
    void nothingIsListedInASessionWhoseLoginWentUnnoticed() throws Exception {
        Pkcs11Token token = bench.loaded();
        TokenKey key = FakeBench.key(token, "ec");
        sign(token, key);
        bench.device.logoutByOther();
        token.table().forget();
        bench.module.script().resetCounts();

        sign(token, key);

        List<String> calls = bench.module.script().trace();
        assertThat(calls).contains("C_Login");
        assertThat(calls.subList(0, calls.indexOf("C_Login"))).doesNotContain("C_FindObjectsInit");
        assertThat(FakeBench.key(token, "aes")).isNotNull();
    }

    @Test
    void noSessionAtAllIsSaidAtOnce() throws Exception {
        bench.device.maxSessions(0, false);
        Pkcs11Token token = bench.open();
        assertThatThrownBy(() -> token.load(FakePin.right()))
                .isInstanceOf(SchsmException.class)
                .hasMessageContaining(FakeBench.MODULE)
                .hasMessageContaining("CKR_SESSION_COUNT");
        bench.device.maxSessions(1, false);
        token.load(FakePin.right());
        sign(token, FakeBench.key(token, "ec"));
    }

    @Test
    void whoWaitsForASessionCanBeInterrupted() throws Exception {
        bench.device.maxSessions(1, true);
        Pkcs11Token token = bench.loaded();
        TokenKey key = FakeBench.key(token, "ec");
        CountDownLatch signing = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        bench.module.script().before("C_Sign", 1, () -> {
            signing.countDown();
            awaitQuietly(goOn);
        });
        CompletableFuture<Void> first = run(() -> sign(token, key));
        assertThat(signing.await(60, TimeUnit.SECONDS)).isTrue();

        CompletableFuture<SchsmException> outcome = new CompletableFuture<>();
        AtomicBoolean flag = new AtomicBoolean();
        Thread waiter = new Thread(() -> {
            try {
                sign(token, key);
                outcome.complete(null);
            } catch (SchsmException refused) {
                flag.set(Thread.currentThread().isInterrupted());
                outcome.complete(refused);
            } catch (Exception other) {
                outcome.completeExceptionally(other);
            }
        });
        waiter.start();
        while (waiter.getState() != Thread.State.WAITING) {
            Thread.onSpinWait();
        }
        waiter.interrupt();
        assertThat(outcome.get(60, TimeUnit.SECONDS)).isNotNull().hasMessageContaining(FakeBench.MODULE);
        assertThat(flag).isTrue();

        goOn.countDown();
        first.get(60, TimeUnit.SECONDS);
        sign(token, key);
        assertThat(bench.module.mostSessions()).isEqualTo(1);
        requireNothingLeft();
    }

    @Test
    void aSessionWithAnOperationLeftInItIsNotLentAgain() throws Exception {
        bench.module.keepOperationsAfterErrors();
        bench.device.maxSessions(1, true);
        Pkcs11Token token = bench.loaded();
        TokenKey key = FakeBench.key(token, "ec");
        bench.module.script().answer("C_Sign", 1, Ckr.DATA_LEN_RANGE);
        assertThatThrownBy(() -> sign(token, key)).isInstanceOf(SchsmException.class);
        sign(token, key);
        sign(token, key);
        requireNothingLeft();
    }

    private interface Action {
        void run() throws Exception;
    }

    private static CompletableFuture<Void> run(Action action) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        new Thread(() -> {
                    try {
                        action.run();
                        done.complete(null);
                    } catch (Exception | AssertionError failed) {
                        done.completeExceptionally(failed);
                    }
                })
                .start();
        return done;
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            assertThat(latch.await(60, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
