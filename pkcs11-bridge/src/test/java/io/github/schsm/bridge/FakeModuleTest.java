// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.bridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.schsm.bridge.cryptoki.Ck;
import io.github.schsm.bridge.cryptoki.CkMechanism;
import io.github.schsm.bridge.cryptoki.Ckr;
import io.github.schsm.bridge.cryptoki.Cryptoki;
import io.github.schsm.bridge.cryptoki.CryptokiException;
import io.github.schsm.bridge.cryptoki.Template;
import io.github.schsm.codec.EcCurve;
import io.github.schsm.codec.EcdsaSignature;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** The module of the other tests behaves as the standard says; what they find with it is then the bridge's doing. */
class FakeModuleTest {
    private static final byte[] PIN = FakeToken.USER_PIN.getBytes(StandardCharsets.UTF_8);
    private static final byte[] WRONG = "000000".getBytes(StandardCharsets.UTF_8);
    private static final byte[] ID = {1};
    private static final Template ALL = new Template();
    private static final CkMechanism ECDSA = new CkMechanism.Plain(Ck.CKM_ECDSA);

    private final FakeToken token = new FakeToken("fake", "F001");
    private final FakeModule module = FakeModule.with(token);

    private static void refuses(long value, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        CryptokiException.class,
                        refused -> assertThat(Ckr.name(refused.value())).isEqualTo(Ckr.name(value)));
    }

    private long privateKey(long session) throws CryptokiException {
        return module.find(session, new Template().with(Ck.CKA_CLASS, Ck.CKO_PRIVATE_KEY))
                .get(0);
    }

    @Test
    void privateObjectsAreThereAfterTheLoginOnlyAndForAllSessions() throws Exception {
        token.addEcKey("key", ID, EcCurve.SECP256R1);
        long one = module.openSession(0, false);
        long other = module.openSession(0, true);
        assertThat(module.find(one, ALL)).hasSize(1);
        assertThat(module.sessionState(other)).isEqualTo(Ck.CKS_RW_PUBLIC_SESSION);

        module.login(one, Ck.CKU_USER, PIN);

        assertThat(module.find(other, ALL)).hasSize(2);
        assertThat(module.sessionState(one)).isEqualTo(Ck.CKS_RO_USER_FUNCTIONS);
        assertThat(module.sessionState(other)).isEqualTo(Ck.CKS_RW_USER_FUNCTIONS);
        refuses(Ckr.USER_ALREADY_LOGGED_IN.value(), () -> module.login(other, Ck.CKU_USER, PIN));
        assertThat(module.logins()).isEqualTo(1);
    }

    @Test
    void theLastSessionThatIsClosedTakesTheLoginWithIt() throws Exception {
        long session = module.openSession(0, false);
        module.login(session, Ck.CKU_USER, PIN);
        module.closeSession(session);

        assertThat(module.sessionState(module.openSession(0, false))).isEqualTo(Ck.CKS_RO_PUBLIC_SESSION);
        refuses(Ckr.SESSION_HANDLE_INVALID.value(), () -> module.sessionState(session));
    }

    @Test
    void wrongPinsCountDownAndLock() throws Exception {
        long session = module.openSession(0, false);
        refuses(Ckr.PIN_INCORRECT.value(), () -> module.login(session, Ck.CKU_USER, WRONG));
        assertThat(module.tokenInfo(0).has(Ck.CKF_USER_PIN_COUNT_LOW)).isTrue();
        assertThat(module.tokenInfo(0).has(Ck.CKF_USER_PIN_FINAL_TRY)).isFalse();
        refuses(Ckr.PIN_INCORRECT.value(), () -> module.login(session, Ck.CKU_USER, WRONG));
        assertThat(module.tokenInfo(0).has(Ck.CKF_USER_PIN_FINAL_TRY)).isTrue();
        refuses(Ckr.PIN_INCORRECT.value(), () -> module.login(session, Ck.CKU_USER, WRONG));
        assertThat(module.tokenInfo(0).has(Ck.CKF_USER_PIN_LOCKED)).isTrue();
        refuses(Ckr.PIN_LOCKED.value(), () -> module.login(session, Ck.CKU_USER, PIN));
        assertThat(token.user.presented()).containsExactly("000000", "000000", "000000", FakeToken.USER_PIN);
    }

    @Test
    void aNullPinIsTypedOnThePadIfThereIsOne() throws Exception {
        long session = module.openSession(0, false);
        refuses(Ckr.ARGUMENTS_BAD.value(), () -> module.login(session, Ck.CKU_USER, null));
        token.pad(Optional::empty);
        refuses(Ckr.FUNCTION_CANCELED.value(), () -> module.login(session, Ck.CKU_USER, null));
        token.pad(() -> Optional.of(FakeToken.USER_PIN));
        assertThat(module.tokenInfo(0).has(Ck.CKF_PROTECTED_AUTHENTICATION_PATH))
                .isTrue();
        module.login(session, Ck.CKU_USER, null);
    }

    @Test
    void thereAreAsManySessionsAsTheTokenAllows() throws Exception {
        token.maxSessions(2, true);
        module.openSession(0, false);
        long second = module.openSession(0, true);
        refuses(Ckr.SESSION_COUNT.value(), () -> module.openSession(0, false));
        module.closeSession(second);
        module.openSession(0, false);
        assertThat(module.openSessions()).isEqualTo(2);
        assertThat(module.mostSessions()).isEqualTo(2);
        module.closeAllSessions(0);
        assertThat(module.openSessions()).isZero();
    }

    @Test
    void aTokenThatWasOutHasNewHandlesAndNoSessions() throws Exception {
        token.addEcKey("key", ID, EcCurve.SECP256R1);
        long session = module.openSession(0, false);
        module.login(session, Ck.CKU_USER, PIN);
        long key = privateKey(session);

        module.pull(0);
        refuses(Ckr.TOKEN_NOT_PRESENT.value(), () -> module.tokenInfo(0));
        refuses(Ckr.TOKEN_NOT_PRESENT.value(), () -> module.openSession(0, false));
        refuses(Ckr.DEVICE_REMOVED.value(), () -> module.signInit(session, ECDSA, key));
        assertThat(module.slots(true)).isEmpty();
        assertThat(module.slots(false)).containsExactly(0L);
        module.insert(7, token);

        refuses(Ckr.DEVICE_REMOVED.value(), () -> module.sessionState(session));
        long again = module.openSession(7, false);
        assertThat(module.find(again, ALL)).hasSize(1);
        module.login(again, Ck.CKU_USER, PIN);
        refuses(Ckr.KEY_HANDLE_INVALID.value(), () -> module.signInit(again, ECDSA, key));
        assertThat(privateKey(again)).isNotEqualTo(key);
    }

    @Test
    void generatesSignsAndDestroys() throws Exception {
        long session = module.openSession(0, true);
        Template publicTemplate =
                new Template().with(Ck.CKA_TOKEN, true).with(Ck.CKA_EC_PARAMS, FakeToken.oid(EcCurve.BRAINPOOLP256R1));
        Template privateTemplate = new Template().with(Ck.CKA_TOKEN, true).with(Ck.CKA_LABEL, "made");
        CkMechanism generation = new CkMechanism.Plain(Ck.CKM_EC_KEY_PAIR_GEN);
        refuses(
                Ckr.USER_NOT_LOGGED_IN.value(),
                () -> module.generateKeyPair(session, generation, publicTemplate, privateTemplate));
        assertThat(token.objects()).isEmpty();
        module.login(session, Ck.CKU_USER, PIN);
        long readOnly = module.openSession(0, false);
        refuses(
                Ckr.SESSION_READ_ONLY.value(),
                () -> module.generateKeyPair(readOnly, generation, publicTemplate, privateTemplate));
        Cryptoki.KeyPairHandles pair = module.generateKeyPair(session, generation, publicTemplate, privateTemplate);

        byte[] hash = FakeCrypto.random(32);
        module.signInit(session, ECDSA, pair.privateKey());
        refuses(Ckr.OPERATION_ACTIVE.value(), () -> module.signInit(session, ECDSA, pair.privateKey()));
        byte[] plain = module.sign(session, hash);
        refuses(Ckr.OPERATION_NOT_INITIALIZED.value(), () -> module.sign(session, hash));
        byte[] point = module.attributes(session, pair.publicKey(), List.of(Ck.CKA_EC_POINT))
                .bytes(Ck.CKA_EC_POINT)
                .orElseThrow();
        assertThat(EcCurve.BRAINPOOLP256R1.verify(Arrays.copyOfRange(point, 2, point.length), hash, plain))
                .isTrue();

        module.destroyObject(session, pair.privateKey());
        refuses(Ckr.OBJECT_HANDLE_INVALID.value(), () -> module.destroyObject(session, pair.privateKey()));
        assertThat(token.objects()).hasSize(1);
        assertThat(module.misuses()).hasSize(1);
    }

    @Test
    void calculatesWhatItsMechanismsSay() throws Exception {
        KeyPair rsa = FakeCrypto.rsa(1024, BigInteger.valueOf(65537));
        token.addKeyPair("rsa", ID, rsa);
        token.addSecretKey("aes", ID, new byte[16]);
        long session = module.openSession(0, false);
        module.login(session, Ck.CKU_USER, PIN);
        long key = privateKey(session);
        byte[] message = FakeCrypto.random(20);
        Cipher encrypt = Cipher.getInstance("RSA/ECB/PKCS1Padding");
        encrypt.init(Cipher.ENCRYPT_MODE, rsa.getPublic());
        module.decryptInit(session, new CkMechanism.Plain(Ck.CKM_RSA_PKCS), key);
        assertThat(module.decrypt(session, encrypt.doFinal(message))).isEqualTo(message);
        module.decryptInit(session, new CkMechanism.Plain(Ck.CKM_RSA_X_509), key);
        byte[] block = new byte[128];
        block[127] = 1;
        assertThat(module.decrypt(session, block)).isEqualTo(block);
        module.decryptInit(session, new CkMechanism.Plain(Ck.CKM_RSA_PKCS), key);
        refuses(Ckr.ENCRYPTED_DATA_INVALID.value(), () -> module.decrypt(session, block));

        long aes = module.find(session, new Template().with(Ck.CKA_CLASS, Ck.CKO_SECRET_KEY))
                .get(0);
        assertThat(module.attributes(session, aes, List.of(Ck.CKA_VALUE, Ck.CKA_VALUE_LEN))
                        .values())
                .containsOnlyKeys(Ck.CKA_VALUE_LEN);
        byte[] iv = FakeCrypto.random(16);
        Cipher cbc = Cipher.getInstance("AES/CBC/NoPadding");
        cbc.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(new byte[16], "AES"), new IvParameterSpec(iv));
        module.encryptInit(session, new CkMechanism.Bytes(Ck.CKM_AES_CBC, iv), aes);
        assertThat(module.encrypt(session, new byte[48])).isEqualTo(cbc.doFinal(new byte[48]));
        module.signInit(session, new CkMechanism.Plain(Ck.CKM_AES_CMAC), aes);
        module.signUpdate(session, new byte[5]);
        module.signUpdate(session, new byte[11]);
        byte[] inParts = module.signFinal(session);
        module.signInit(session, new CkMechanism.Plain(Ck.CKM_AES_CMAC), aes);
        assertThat(module.sign(session, new byte[16])).isEqualTo(inParts).hasSize(16);
        refuses(Ckr.KEY_TYPE_INCONSISTENT.value(), () -> module.signInit(session, ECDSA, key));
        assertThat(module.activeOperations()).isZero();
    }

    @Test
    void twoSidesAgreeOnASecretThatLivesAsLongAsTheSession() throws Exception {
        KeyPair peer = FakeCrypto.ec(EcCurve.SECP256R1);
        FakeObject own = token.addEcKey("own", ID, EcCurve.SECP256R1);
        long session = module.openSession(0, false);
        module.login(session, Ck.CKU_USER, PIN);
        byte[] point = EcCurve.SECP256R1.encode(((java.security.interfaces.ECPublicKey) peer.getPublic()).getW());
        long secret = module.deriveKey(
                session,
                new CkMechanism.Ecdh(Ck.CKM_ECDH1_DERIVE, point),
                privateKey(session),
                new Template().with(Ck.CKA_EXTRACTABLE, true).with(Ck.CKA_SENSITIVE, false));
        byte[] value = module.attributes(session, secret, List.of(Ck.CKA_VALUE))
                .bytes(Ck.CKA_VALUE)
                .orElseThrow();

        FakeToken other = new FakeToken("other", "F002");
        FakeObject peers = other.addKeyPair("peer", ID, peer);
        byte[] ownPoint = token.objects().get(0).value(Ck.CKA_EC_POINT);
        assertThat(FakeCrypto.agree(peers, Arrays.copyOfRange(ownPoint, 2, ownPoint.length)))
                .isEqualTo(value);
        assertThat(own.flag(Ck.CKA_DERIVE)).isTrue();
        assertThat(module.sessionObjects()).isEqualTo(1);
        module.closeSession(session);
        assertThat(module.sessionObjects()).isZero();
        assertThat(token.objects()).hasSize(2);
    }

    @Test
    void aKeyThatAlwaysAuthenticatesWantsThePinForEachOperation() throws Exception {
        token.addEcKey("key", ID, EcCurve.SECP256R1).with(Ck.CKA_ALWAYS_AUTHENTICATE, true);
        long session = module.openSession(0, false);
        module.login(session, Ck.CKU_USER, PIN);
        long key = privateKey(session);
        refuses(Ckr.OPERATION_NOT_INITIALIZED.value(), () -> module.login(session, Ck.CKU_CONTEXT_SPECIFIC, PIN));
        module.signInit(session, ECDSA, key);
        refuses(Ckr.USER_NOT_LOGGED_IN.value(), () -> module.sign(session, new byte[32]));
        module.signInit(session, ECDSA, key);
        module.login(session, Ck.CKU_CONTEXT_SPECIFIC, PIN);
        assertThat(EcdsaSignature.truncate(module.sign(session, new byte[32]), 64))
                .hasSize(64);
        assertThat(module.logins()).isEqualTo(1);
    }

    @Test
    void theScriptDecidesWhatCallsAnswer() throws Exception {
        module.script().answer("C_GetInfo", 2, Ckr.GENERAL_ERROR);
        module.info();
        refuses(Ckr.GENERAL_ERROR.value(), module::info);
        module.info();
        module.script().answerAlways(FakeScript.ANY, Ckr.DEVICE_ERROR.value());
        refuses(Ckr.DEVICE_ERROR.value(), () -> module.openSession(0, false));
        module.script().clear();
        module.script().answerAfter("C_OpenSession", 1, Ckr.HOST_MEMORY);
        refuses(Ckr.HOST_MEMORY.value(), () -> module.openSession(0, false));
        assertThat(module.openSessions()).isEqualTo(1);
        module.script().before("C_GetTokenInfo", 1, () -> module.pull(0));
        refuses(Ckr.TOKEN_NOT_PRESENT.value(), () -> module.tokenInfo(0));
        assertThat(module.script().calls("C_GetInfo")).isEqualTo(3);
        assertThat(module.script().pending()).isZero();
    }

    @Test
    void theModuleComesBackWhenItIsInitializedAnew() throws Exception {
        long session = module.openSession(0, false);
        module.lose(Ckr.DEVICE_ERROR.value());
        refuses(Ckr.DEVICE_ERROR.value(), () -> module.slots(true));
        refuses(Ckr.DEVICE_ERROR.value(), () -> module.sessionState(session));
        module.shiftSlotsAtReinitialize(16);
        module.script().answer("C_Initialize", 1, Ckr.GENERAL_ERROR);
        refuses(Ckr.GENERAL_ERROR.value(), module::reinitialize);
        refuses(Ckr.CRYPTOKI_NOT_INITIALIZED.value(), () -> module.slots(true));
        module.reinitialize();
        assertThat(module.slots(true)).containsExactly(16L);
    }

    @Test
    void anotherApplicationThatLogsOutLeavesTheSessionsOpen() throws Exception {
        token.addEcKey("key", ID, EcCurve.SECP256R1);
        module.keepHandlesAtLogout();
        long session = module.openSession(0, false);
        module.login(session, Ck.CKU_USER, PIN);
        long key = privateKey(session);
        token.logoutByOther();
        refuses(Ckr.USER_NOT_LOGGED_IN.value(), () -> module.signInit(session, ECDSA, key));
        module.login(session, Ck.CKU_USER, PIN);
        module.signInit(session, ECDSA, key);
    }
}
