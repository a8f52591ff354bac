// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.bridge.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.schsm.DataObject;
import io.github.schsm.DeviceException;
import io.github.schsm.InvalidRequestException;
import io.github.schsm.KeyAlgorithm;
import io.github.schsm.KeyDetails;
import io.github.schsm.KeyType;
import io.github.schsm.PinRequiredException;
import io.github.schsm.SchsmException;
import io.github.schsm.SchsmException.Reason;
import io.github.schsm.TokenCertificate;
import io.github.schsm.TokenKey;
import io.github.schsm.UnsupportedByDeviceException;
import io.github.schsm.bridge.FakeBench;
import io.github.schsm.bridge.FakeCrypto;
import io.github.schsm.bridge.FakeObject;
import io.github.schsm.bridge.FakePin;
import io.github.schsm.bridge.FakeScript;
import io.github.schsm.bridge.cryptoki.Ck;
import io.github.schsm.bridge.cryptoki.Ckr;
import io.github.schsm.bridge.cryptoki.Cryptoki;
import io.github.schsm.bridge.cryptoki.Template;
import io.github.schsm.bridge.object.ObjectKind;
import io.github.schsm.bridge.session.TokenLink;
import io.github.schsm.codec.EcCurve;
import io.github.schsm.codec.EcdsaSignature;
import io.github.schsm.codec.Tlv;
import io.github.schsm.codec.X509Certificates;
import io.github.schsm.spi.KeyRequest;
import java.math.BigInteger;
import java.security.MessageDigest;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import javax.crypto.Cipher;
import javax.crypto.KeyAgreement;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.OAEPParameterSpec;
import javax.crypto.spec.PSource;
import javax.crypto.spec.SecretKeySpec;
import org.bouncycastle.crypto.engines.AESEngine;
import org.bouncycastle.crypto.macs.CMac;
import org.bouncycastle.crypto.params.KeyParameter;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A token as the engines and the key store see it, over a module in memory. */
class Pkcs11TokenTest {
    private static final byte[] HASH = new byte[32];
    private static final int MORE_THAN_A_MODULE_TAKES = 4088;

    private final FakeBench bench = new FakeBench();
    private Pkcs11Token token;

    @BeforeEach
    void load() throws Exception {
        Arrays.fill(HASH, (byte) 7);
        token = bench.loaded();
    }

    private TokenKey key(String label) throws SchsmException {
        return FakeBench.key(token, label);
    }

    private static byte[] aes(int mode, byte[] iv, byte[] data) throws Exception {
        Cipher cipher = Cipher.getInstance("AES/CBC/NoPadding");
        cipher.init(mode, new SecretKeySpec(FakeBench.AES, "AES"), new IvParameterSpec(iv));
        return cipher.doFinal(data);
    }

    private static byte[] cmac(byte[] data) {
        CMac mac = new CMac(AESEngine.newInstance());
        mac.init(new KeyParameter(FakeBench.AES));
        mac.update(data, 0, data.length);
        byte[] result = new byte[16];
        mac.doFinal(result, 0);
        return result;
    }

    private static boolean isSignedBy(KeyDetails details, byte[] signature) throws SchsmException {
        EcCurve curve =
                EcCurve.of(((ECPublicKey) details.publicKey()).getParams()).orElseThrow();
        byte[] point = curve.encode(((ECPublicKey) details.publicKey()).getW());
        return curve.verify(point, HASH, EcdsaSignature.parse(signature).plain(curve.orderLength()));
    }

    // Reading

    @Test
    void everyObjectIsReadByOneCallAndOnce() throws Exception {
        bench.module.script().resetCounts();
        token.load(null);
        assertThat(bench.module.script().calls("C_GetAttributeValue"))
                .isEqualTo(bench.device.objects().size());
        assertThat(bench.module.script().calls("C_FindObjects")).isLessThanOrEqualTo(ObjectKind.values().length);

        bench.module.script().resetCounts();
        for (TokenKey key : token.keys()) {
            token.details(key);
            token.certificate(key);
        }
        token.certificates();
        token.dataObjects();
        token.sign(key("ec"), KeyAlgorithm.ECDSA, HASH);
        assertThat(bench.module.script().calls("C_GetAttributeValue")).isZero();
        assertThat(bench.module.script().calls("C_FindObjects")).isZero();
    }

    @Test
    void keysCertificatesAndDataObjectsAreListed() throws Exception {
        assertThat(token.keys()).extracting(TokenKey::label).containsExactly("aes", "ec", "rsa");
        assertThat(token.details(key("ec")).publicKey()).isEqualTo(FakeBench.EC.getPublic());
        assertThat(token.details(key("ec")).curve()).isEqualTo(EcCurve.SECP256R1);
        assertThat(token.details(key("rsa")).size()).isEqualTo(1024);
        assertThat(token.details(key("aes")).size()).isEqualTo(256);
        assertThat(token.certificate(key("ec"))).contains(FakeBench.CERTIFICATE);
        assertThat(token.certificate(key("rsa"))).isEmpty();
        assertThat(token.certificates()).extracting(TokenCertificate::label).containsExactly("authority");
        assertThat(token.certificate(token.certificates().get(0))).isEqualTo(FakeBench.CA_CERTIFICATE);
        assertThat(token.dataObjects()).extracting(DataObject::label).containsExactly("data");
    }

    @Test
    void beforeTheLoginKeysAreSeenByTheirPublicHalvesAndUsedAfterIt() throws Exception {
        TokenKey loggedIn = key("ec");
        Pkcs11Token other = new FakeBench().open();
        other.load(null);
        assertThat(other.keys()).extracting(TokenKey::label).containsExactly("ec", "rsa");
        TokenKey seen = FakeBench.key(other, "ec");
        assertThat(seen).isEqualTo(loggedIn);
        assertThat(other.details(seen).allows(KeyAlgorithm.ECDSA)).isTrue();
        assertThat(other.dataObjects()).isEmpty();

        other.useWhenNeeded(FakePin.right());

        assertThat(isSignedBy(other.details(seen), other.sign(seen, KeyAlgorithm.ECDSA, HASH)))
                .isTrue();
    }

    @Test
    void beforeTheLoginNothingTellsKeysFromCertificatesOfOthers() throws Exception {
        FakeBench other = new FakeBench();
        other.device.add(other.device.publicKey(
                FakeBench.PEER.getPublic(),
                new Template()
                        .with(Ck.CKA_TOKEN, true)
                        .with(Ck.CKA_LABEL, "authority")
                        .with(Ck.CKA_ID, new byte[] {9})));
        Pkcs11Token alone = other.open();
        alone.load(null);
        assertThat(alone.keys()).extracting(TokenKey::label).containsExactly("authority", "ec", "rsa");
    }

    @Test
    void aHandleThatIsNotValidAnyMoreIsLookedUpAgain() throws Exception {
        TokenKey key = key("ec");
        bench.module.script().answer("C_SignInit", 1, Ckr.KEY_HANDLE_INVALID);
        assertThat(isSignedBy(token.details(key), token.sign(key, KeyAlgorithm.ECDSA, HASH)))
                .isTrue();
        assertThat(bench.module.script().pending()).isZero();
    }

    @Test
    void loadingLogsInAgainWhereAnotherProgramLoggedOut() throws Exception {
        bench.device.logoutByOther();
        token.load(FakePin.right());
        assertThat(token.keys()).extracting(TokenKey::label).containsExactly("aes", "ec", "rsa");
        assertThat(token.isLoggedIn()).isTrue();
    }

    @Test
    void aTokenThatWantsNoLoginIsUsedWithoutOne() throws Exception {
        FakeBench open = new FakeBench();
        open.device.loginRequired = false;
        open.device.objects().forEach(object -> object.with(Ck.CKA_PRIVATE, false));
        Pkcs11Token other = open.open();
        other.load(null);
        TokenKey key = FakeBench.key(other, "ec");
        assertThat(isSignedBy(other.details(key), other.sign(key, KeyAlgorithm.ECDSA, HASH)))
                .isTrue();
        open.device.clear();
        other.load(null);
        assertThatThrownBy(() -> other.sign(key, KeyAlgorithm.ECDSA, HASH))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("is not in");
    }

    @Test
    void aKeyStoreWithoutAPinDoesNotUseTheLoginOfAnother() throws Exception {
        Pkcs11Token other = bench.open();
        other.load(null);
        TokenKey key = FakeBench.key(other, "ec");
        assertThatThrownBy(() -> other.sign(key, KeyAlgorithm.ECDSA, HASH)).isInstanceOf(PinRequiredException.class);
        assertThatThrownBy(() -> other.delete(key)).isInstanceOf(PinRequiredException.class);
        assertThat(token.sign(key, KeyAlgorithm.ECDSA, HASH)).isNotEmpty();
    }

    @Test
    void aKeyThatAnotherProgramMakesIsSeenAfterLoading() throws Exception {
        bench.device.addEcKey("later", new byte[] {7}, EcCurve.SECP256R1);
        assertThat(token.keys()).extracting(TokenKey::label).doesNotContain("later");
        token.load(null);
        assertThat(token.keys()).extracting(TokenKey::label).contains("later");
    }

    @Test
    void aKeyThatAnotherProgramDeletedIsNamedInTheError() throws Exception {
        TokenKey key = key("ec");
        bench.device.objects().forEach(bench.device::remove);
        token.load(null);
        assertThatThrownBy(() -> token.sign(key, KeyAlgorithm.ECDSA, HASH))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("\"ec\"")
                .hasMessageContaining("bench")
                .hasMessageContaining("load the key store again");
    }

    // Using keys

    @Test
    void whatAKeyCanDoIsWhatTheModuleAndItsFlagsSay() throws Exception {
        assertThat(token.details(key("ec")).available()).contains(KeyAlgorithm.ECDSA, KeyAlgorithm.ECDH);
        assertThat(token.details(key("rsa")).available())
                .contains(KeyAlgorithm.RSA_RAW, KeyAlgorithm.RSA_PSS, KeyAlgorithm.RSA_DECRYPT_OAEP);
        assertThat(token.details(key("aes")).available())
                .containsExactlyInAnyOrder(
                        KeyAlgorithm.AES_CBC_ENCRYPT, KeyAlgorithm.AES_CBC_DECRYPT, KeyAlgorithm.AES_CMAC);

        FakeBench less = new FakeBench();
        less.device.withoutMechanisms(Ck.CKM_RSA_X_509);
        less.device.objects(Ck.CKO_PRIVATE_KEY, "ec").get(0).with(Ck.CKA_DERIVE, false);
        Pkcs11Token other = less.loaded();
        assertThat(other.details(FakeBench.key(other, "rsa")).allows(KeyAlgorithm.RSA_DECRYPT_RAW))
                .isFalse();
        TokenKey ec = FakeBench.key(other, "ec");
        assertThat(other.details(ec).allows(KeyAlgorithm.ECDH)).isFalse();
        assertThatThrownBy(() -> other.agree(ec, FakeBench.peer()))
                .isInstanceOf(UnsupportedByDeviceException.class)
                .hasMessageContaining("CKM_ECDH1_DERIVE")
                .hasMessageContaining("CKM_ECDSA")
                .hasMessageContaining(FakeBench.MODULE);
    }

    @Test
    void theSecretOfAnAgreementIsReadAndDestroyed() throws Exception {
        byte[] secret = token.agree(key("ec"), FakeBench.peer());
        KeyAgreement expected = KeyAgreement.getInstance("ECDH");
        expected.init(FakeBench.PEER.getPrivate());
        expected.doPhase(FakeBench.EC.getPublic(), true);

        assertThat(secret).isEqualTo(expected.generateSecret());
        assertThat(bench.module.sessionObjects()).isZero();
    }

    @Test
    void aPointThatIsWantedInAnOctetStringIsSentAgainLikeThat() throws Exception {
        bench.module.script().answer("C_DeriveKey", 1, Ckr.MECHANISM_PARAM_INVALID);
        bench.module.script().answer("C_DeriveKey", 2, Ckr.MECHANISM_PARAM_INVALID);
        assertThatThrownBy(() -> token.agree(key("ec"), FakeBench.peer())).isInstanceOf(SchsmException.class);
        assertThat(bench.module.script().pending()).isZero();
        assertThat(bench.module.sessionObjects()).isZero();
    }

    @Test
    void dataOfAnySizeIsCutIntoWhatTheModuleTakes() throws Exception {
        bench.device.largestInput = MORE_THAN_A_MODULE_TAKES - 1;
        byte[] iv = new byte[16];
        iv[0] = 3;
        for (int length : List.of(0, 16, 4080, 4096, 3 * 4080 + 16, 100_000)) {
            byte[] data = FakeCrypto.random(length);
            byte[] encrypted = token.cipher(key("aes"), true, iv, data);
            assertThat(encrypted).isEqualTo(aes(Cipher.ENCRYPT_MODE, iv, data));
            assertThat(token.cipher(key("aes"), false, iv, encrypted)).isEqualTo(data);
        }
        for (int length : List.of(0, 1, 16, 4080, 4081, 4088, 4096, 4097, 8160, 8161, 50_001)) {
            byte[] data = FakeCrypto.random(length);
            assertThat(token.mac(key("aes"), data)).as("%d bytes", length).isEqualTo(cmac(data));
        }
    }

    @Test
    void aLongMacWithAKeyThatMayNotEncryptGoesInParts() throws Exception {
        bench.device.objects(Ck.CKO_SECRET_KEY, "aes").get(0).with(Ck.CKA_ENCRYPT, false);
        token.load(null);
        byte[] data = FakeCrypto.random(10_000);
        assertThat(token.mac(key("aes"), data)).isEqualTo(cmac(data));
        assertThat(bench.module.script().calls("C_SignUpdate")).isEqualTo(3);
    }

    @Test
    void paddingByTheTokenTakesTheParametersOfTheProgram() throws Exception {
        RSAPublicKey publicKey = (RSAPublicKey) FakeBench.RSA.getPublic();
        for (String name : List.of("SHA-1", "SHA-256", "SHA-384")) {
            MessageDigest digest = MessageDigest.getInstance(name);
            PSSParameterSpec spec = new PSSParameterSpec(name, "MGF1", new MGF1ParameterSpec(name), 11, 1);
            byte[] signature = token.sign(key("rsa"), KeyAlgorithm.RSA_PSS, spec, digest.digest(new byte[] {1, 2, 3}));
            Signature verifier = Signature.getInstance("RSASSA-PSS");
            verifier.setParameter(spec);
            verifier.initVerify(publicKey);
            verifier.update(new byte[] {1, 2, 3});
            assertThat(verifier.verify(signature)).as(name).isTrue();

            OAEPParameterSpec oaep = new OAEPParameterSpec(
                    name, "MGF1", MGF1ParameterSpec.SHA256, new PSource.PSpecified(new byte[] {9}));
            if (digest.getDigestLength() < 48) {
                Cipher cipher = Cipher.getInstance("RSA/ECB/OAEPPadding");
                cipher.init(Cipher.ENCRYPT_MODE, publicKey, oaep);
                byte[] encrypted = cipher.doFinal(new byte[] {4, 5});
                assertThat(token.decrypt(key("rsa"), KeyAlgorithm.RSA_DECRYPT_OAEP, oaep, encrypted))
                        .containsExactly(4, 5);
            }
        }
        PSSParameterSpec unknown = new PSSParameterSpec("MD5", "MGF1", MGF1ParameterSpec.SHA1, 11, 1);
        assertThatThrownBy(() -> token.sign(key("rsa"), KeyAlgorithm.RSA_PSS, unknown, HASH))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("MD5")
                .hasMessageContaining("SHA-256");
    }

    @Test
    void aSignatureOnP521ThatTheModuleMisreadIsMadeOnceMore() throws Exception {
        TokenKey key = token.generate(request(KeyType.EC, "p521", new byte[0], EcCurve.SECP521R1, 0));
        byte[] hash = FakeCrypto.random(64);
        for (int refused = 1; refused <= 5; refused++) {
            bench.module.script().answer("C_Sign", refused, Ckr.DATA_INVALID);
        }
        EcdsaSignature signature = EcdsaSignature.parse(token.sign(key, KeyAlgorithm.ECDSA, null, hash));
        ECPublicKey publicKey = (ECPublicKey) token.details(key).publicKey();
        assertThat(EcCurve.SECP521R1.verify(EcCurve.SECP521R1.encode(publicKey.getW()), hash, signature.plain(66)))
                .isTrue();
        assertThat(bench.module.script().calls("C_Sign")).isEqualTo(6);

        bench.module.script().answerAlways("C_Sign", Ckr.DATA_INVALID);
        assertThatThrownBy(() -> token.sign(key, KeyAlgorithm.ECDSA, null, hash))
                .isInstanceOf(DeviceException.class)
                .hasMessageContaining("CKR_DATA_INVALID");
        assertThat(bench.module.script().calls("C_Sign")).as("it ends").isEqualTo(12);
    }

    @Test
    void aRefusedSignatureOnOtherCurvesIsNotMadeOnceMore() throws Exception {
        bench.module.script().answer("C_Sign", 1, Ckr.DATA_INVALID);
        assertThatThrownBy(() -> token.sign(key("ec"), KeyAlgorithm.ECDSA, null, HASH))
                .isInstanceOf(DeviceException.class)
                .hasMessageContaining("CKR_DATA_INVALID");
        assertThat(bench.module.script().calls("C_Sign")).isEqualTo(1);
    }

    @Test
    void aWrongPaddingIsOneKindOfErrorWhateverTheModuleCallsIt() throws Exception {
        byte[] block = new byte[128];
        block[127] = 5;
        for (long answer : List.of(
                Ckr.ENCRYPTED_DATA_INVALID.value(),
                Ckr.DATA_INVALID.value(),
                Ckr.GENERAL_ERROR.value(),
                Ckr.FUNCTION_FAILED.value())) {
            bench.module.script().answer("C_Decrypt", 1, answer);
            assertThatThrownBy(() -> token.decrypt(key("rsa"), KeyAlgorithm.RSA_DECRYPT_PKCS1, block))
                    .isInstanceOf(DeviceException.class)
                    .matches(told -> SchsmException.is(told, Reason.INVALID_DATA), "reason INVALID_DATA")
                    .hasMessageContaining("does not decrypt");
        }
        bench.module.script().answerAlways("C_Decrypt", Ckr.GENERAL_ERROR);
        assertThatThrownBy(() -> token.decrypt(key("rsa"), KeyAlgorithm.RSA_DECRYPT_PKCS1, block))
                .isInstanceOf(DeviceException.class)
                .matches(told -> SchsmException.is(told, Reason.INVALID_DATA), "reason INVALID_DATA")
                .hasMessageContaining("does not decrypt")
                .hasMessageContaining("CKR_GENERAL_ERROR");
    }

    @Test
    void aTokenThatWasResetIsNotTakenForAWrongPadding() throws Exception {
        Cipher cipher = Cipher.getInstance("RSA/ECB/PKCS1Padding");
        cipher.init(Cipher.ENCRYPT_MODE, FakeBench.RSA.getPublic());
        byte[] encrypted = cipher.doFinal(HASH);
        token.load(FakePin.right());
        bench.module.script().answer("C_Decrypt", 1, Ckr.GENERAL_ERROR);
        assertThat(token.decrypt(key("rsa"), KeyAlgorithm.RSA_DECRYPT_PKCS1, encrypted))
                .isEqualTo(HASH);
        bench.module.pull(0);
        bench.module.script().answer("C_Decrypt", 1, Ckr.FUNCTION_FAILED);
        assertThatThrownBy(() -> token.decrypt(key("rsa"), KeyAlgorithm.RSA_DECRYPT_PKCS1, encrypted))
                .matches(thrown -> !(thrown instanceof SchsmException schsm) || schsm.reason() != Reason.INVALID_DATA);
    }

    @Test
    void randomBytesComeInAnyNumber() throws Exception {
        assertThat(token.random(0)).isEmpty();
        assertThat(token.random(5000)).hasSize(5000).isNotEqualTo(token.random(5000));
    }

    // Generation

    @Test
    void generatedKeysAreThereWithLabelAndIdAndStayInside() throws Exception {
        KeyRequest plain = KeyRequest.plain(KeyType.EC, EcCurve.BRAINPOOLP320R1, 0);
        TokenKey unnamed = token.generate(plain);
        assertThat(unnamed.label()).startsWith("key-");
        assertThat(unnamed.id()).hasSize(8);
        assertThat(isSignedBy(token.details(unnamed), token.sign(unnamed, KeyAlgorithm.ECDSA, HASH)))
                .isTrue();

        TokenKey aes = token.generate(request(KeyType.AES, "mine", new byte[] {5, 6}, null, 192));
        assertThat(aes.label()).isEqualTo("mine");
        assertThat(aes.id()).containsExactly(5, 6);
        assertThat(token.details(aes).size()).isEqualTo(192);
        assertThat(token.keys()).contains(unnamed, aes);
        for (FakeObject object : bench.device.objects()) {
            if (object.isPrivate() && object.number(Ck.CKA_CLASS) != Ck.CKO_DATA) {
                assertThat(object.flag(Ck.CKA_SENSITIVE)).isTrue();
                assertThat(object.flag(Ck.CKA_EXTRACTABLE)).isFalse();
                assertThat(object.isTokenObject()).isTrue();
            }
        }
        token.load(null);
        assertThat(token.keys()).contains(unnamed, aes);
    }

    private static KeyRequest request(KeyType type, String label, byte[] id, EcCurve curve, int size) {
        return new KeyRequest(
                type,
                label,
                id,
                curve,
                size,
                List.of(),
                OptionalLong.empty(),
                OptionalInt.empty(),
                OptionalInt.empty());
    }

    @Test
    void aModuleThatDoesNotTakeAllAttributesGetsFewer() throws Exception {
        bench.module.script().answer("C_GenerateKeyPair", 1, Ckr.ATTRIBUTE_TYPE_INVALID);
        bench.module.script().answer("C_GenerateKey", 1, Ckr.TEMPLATE_INCONSISTENT);
        TokenKey pair = token.generate(request(KeyType.EC, "pair", new byte[0], EcCurve.SECP256R1, 0));
        TokenKey secret = token.generate(request(KeyType.AES, "secret", new byte[0], null, 128));
        assertThat(token.keys()).contains(pair, secret);
    }

    @Test
    void nothingIsLeftOfAKeyThatCouldNotBeMadeWhole() throws Exception {
        List<String> before = bench.contents();
        KeyRequest pair = request(KeyType.EC, "new pair", new byte[0], EcCurve.SECP256R1, 0);
        KeyRequest secret = request(KeyType.AES, "new secret", new byte[0], null, 128);

        bench.module.script().answerAfter("C_GenerateKeyPair", 1, Ckr.DEVICE_ERROR);
        assertThatThrownBy(() -> token.generate(pair)).isInstanceOf(SchsmException.class);
        assertThat(bench.contents()).isEqualTo(before);

        bench.module.script().answer("C_GetAttributeValue", 2, Ckr.DEVICE_MEMORY);
        assertThatThrownBy(() -> token.generate(pair)).isInstanceOf(SchsmException.class);
        assertThat(bench.contents()).isEqualTo(before);

        bench.module.script().answerAfter("C_GenerateKey", 1, Ckr.DEVICE_MEMORY);
        assertThatThrownBy(() -> token.generate(secret)).isInstanceOf(SchsmException.class);
        assertThat(bench.contents()).isEqualTo(before);
        assertThat(token.keys()).extracting(TokenKey::label).containsExactly("aes", "ec", "rsa");
    }

    @Test
    void whatPkcs11HasNoWordsForIsRefusedByName() throws Exception {
        KeyRequest wanted = new KeyRequest(
                KeyType.EC,
                "new",
                new byte[0],
                EcCurve.SECP256R1,
                0,
                List.of(KeyAlgorithm.ECDSA, KeyAlgorithm.WRAP),
                OptionalLong.of(5),
                OptionalInt.of(2),
                OptionalInt.empty());
        assertThatThrownBy(() -> token.generate(wanted))
                .isInstanceOf(UnsupportedByDeviceException.class)
                .hasMessageContaining("algorithm list")
                .hasMessageContaining("WRAP")
                .hasMessageContaining("use counter (5)")
                .hasMessageContaining("key domain (slot 2)");
        assertThatThrownBy(token::keyDomains)
                .isInstanceOf(UnsupportedByDeviceException.class)
                .hasMessageContaining("no key domains");
        assertThatThrownBy(() -> token.derive(key("aes"), new byte[1]))
                .isInstanceOf(UnsupportedByDeviceException.class);
    }

    /** Each look is a command to a card. */
    @Test
    void loadingLooksOnceAtTheTokenAndOnceAtTheSession() throws Exception {
        FakeBench counted = new FakeBench();
        Pkcs11Token opened = counted.open();
        FakeScript script = counted.module.script();
        script.resetCounts();
        opened.load(FakePin.right());
        assertThat(script.calls("C_GetTokenInfo")).isEqualTo(1);
        assertThat(script.calls("C_GetSessionInfo")).isEqualTo(1);
        assertThat(script.calls("C_Login")).isEqualTo(1);
    }

    @Test
    void listingWithoutLoginLooksOnceAtTheToken() throws Exception {
        FakeBench counted = new FakeBench();
        Pkcs11Token opened = counted.open();
        FakeScript script = counted.module.script();
        script.resetCounts();
        opened.load(null);
        assertThat(opened.keys()).isNotEmpty();
        assertThat(script.calls("C_GetTokenInfo")).isEqualTo(1);
        assertThat(script.calls("C_GetSessionInfo")).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource({
        "CardContact (www.cardcontact.de), SmartCard-HSM PKCS#11, true",
        "somebody, sc-hsm-pkcs11, true",
        "OpenSC Project, OpenSC smartcard framework, false",
        "PKCS#11 Kit, PKCS#11 Kit Proxy Module, false",
        "SoftHSM, Implementation of PKCS11, false"
    })
    void theVendorsModuleIsKnownByWhatItSaysOfItself(String manufacturer, String description, boolean vendors) {
        assertThat(Pkcs11Token.isVendors(new Cryptoki.Info(manufacturer, description, "1.0", "2.40")))
                .isEqualTo(vendors);
    }

    @Test
    void theVendorsModuleTakesAttributesOfItsOwnAndGivesTheRequest() throws Exception {
        bench.module.manufacturer = "CardContact (www.cardcontact.de)";
        TokenLink link =
                new TokenLink(FakeBench.loaded(bench.module), bench.module.slotInfo(0), bench.module.tokenInfo(0));
        Pkcs11Token vendors = new Pkcs11Token(link, "F0001", token.trust());
        vendors.load(FakePin.right());
        TokenKey made = vendors.generate(new KeyRequest(
                KeyType.EC,
                "made",
                new byte[0],
                EcCurve.SECP256R1,
                0,
                List.of(KeyAlgorithm.ECDSA, KeyAlgorithm.WRAP),
                OptionalLong.of(5),
                OptionalInt.of(2),
                OptionalInt.empty()));
        FakeObject publicKey = bench.device.objects(Ck.CKO_PUBLIC_KEY, "made").get(0);
        assertThat(publicKey.value(Ck.CKA_SC_HSM_ALGORITHM_LIST)).containsExactly(0x70, 0x92);
        assertThat(publicKey.number(Ck.CKA_SC_HSM_KEY_USE_COUNTER)).isEqualTo(5);
        assertThat(publicKey.value(Ck.CKA_SC_HSM_KEY_DOMAIN)).containsExactly(2);

        assertThat(vendors.certificate(made)).isEmpty();
        publicKey.with(Ck.CKA_SC_HSM_PUBLIC_KEY_REQUEST, new byte[] {0x67, 0});
        assertThat(vendors.certificate(made)).contains(new byte[] {0x67, 0});
        assertThat(token.certificate(FakeBench.key(token, "rsa"))).isEmpty();
    }

    @Test
    void aTokenThatDoesNotGenerateSaysWhichMechanismIsMissing() throws Exception {
        FakeBench less = new FakeBench();
        less.device.withoutMechanisms(Ck.CKM_AES_KEY_GEN);
        Pkcs11Token other = less.loaded();
        assertThatThrownBy(() -> other.generate(KeyRequest.plain(KeyType.AES, null, 128)))
                .isInstanceOf(UnsupportedByDeviceException.class)
                .hasMessageContaining("CKM_AES_KEY_GEN")
                .hasMessageContaining(FakeBench.MODULE);
    }

    @Test
    void thePublicExponentIsTheOneThatWasAskedFor() throws Exception {
        List<String> before = bench.contents();
        KeyRequest wanted =
                request(KeyType.RSA, "new", new byte[0], null, 1024).withPublicExponent(BigInteger.valueOf(3));
        TokenKey made = token.generate(wanted);
        assertThat(((RSAPublicKey) token.details(made).publicKey()).getPublicExponent())
                .isEqualTo(BigInteger.valueOf(3));
        token.delete(made);
        assertThat(bench.contents()).isEqualTo(before);
    }

    @Test
    void aPublicKeyThatNoObjectTellsIsFoundOutAfterTheLogin() throws Exception {
        bench.device.objects(Ck.CKO_PUBLIC_KEY, "ec").forEach(bench.device::remove);
        bench.device.objects(Ck.CKO_CERTIFICATE, "ec").forEach(bench.device::remove);
        token.load(null);
        TokenKey key = key("ec");
        assertThat(token.details(key).publicKey()).isEqualTo(FakeBench.EC.getPublic());
        bench.module.script().resetCounts();
        assertThat(token.details(key).publicKey()).isEqualTo(FakeBench.EC.getPublic());
        assertThat(bench.module.script().calls("C_Sign")).isZero();
        assertThat(isSignedBy(token.details(key), token.sign(key, KeyAlgorithm.ECDSA, HASH)))
                .isTrue();
    }

    // Changes

    @Test
    void aRenamedKeyKeepsItsReferenceAndItsObjectsHaveTheNewLabel() throws Exception {
        TokenKey before = key("ec");
        TokenKey renamed = token.rename(before, "other");
        assertThat(renamed.reference()).isEqualTo(before.reference());
        assertThat(renamed.label()).isEqualTo("other");
        assertThat(bench.device.objects(Ck.CKO_PRIVATE_KEY, "other")).hasSize(1);
        assertThat(bench.device.objects(Ck.CKO_PUBLIC_KEY, "other")).hasSize(1);
        assertThat(bench.device.objects(Ck.CKO_CERTIFICATE, "other")).hasSize(1);
        assertThat(token.sign(before, KeyAlgorithm.ECDSA, HASH)).isNotEmpty();
        assertThat(token.certificate(renamed)).contains(FakeBench.CERTIFICATE);
    }

    @Test
    void aLabelThatCannotBeChangedIsAnError() throws Exception {
        bench.device.unchangeable(Ck.CKA_LABEL);
        assertThatThrownBy(() -> token.rename(key("ec"), "other")).isInstanceOf(SchsmException.class);
        assertThat(token.keys()).extracting(TokenKey::label).contains("ec");
    }

    @Test
    void aDeletedKeyTakesItsObjectsWithItAndNoOthers() throws Exception {
        bench.device.addKeyPair("same id", new byte[] {1}, FakeBench.PEER);
        token.load(null);
        token.delete(key("ec"));
        assertThat(bench.device.objects(Ck.CKO_PRIVATE_KEY, "ec")).isEmpty();
        assertThat(bench.device.objects(Ck.CKO_PUBLIC_KEY, "ec")).isEmpty();
        assertThat(bench.device.objects(Ck.CKO_CERTIFICATE, "ec")).isEmpty();
        assertThat(bench.device.objects(Ck.CKO_PRIVATE_KEY, "same id")).hasSize(1);
        assertThat(bench.device.objects(Ck.CKO_PUBLIC_KEY, "same id")).hasSize(1);
        assertThat(token.keys()).extracting(TokenKey::label).containsExactly("aes", "rsa", "same id");
    }

    @Test
    void aKeyThatCannotBeDeletedKeepsItsCertificate() throws Exception {
        List<String> before = bench.contents();
        bench.module.script().answer("C_DestroyObject", 1, Ckr.ACTION_PROHIBITED);
        assertThatThrownBy(() -> token.delete(key("ec"))).isInstanceOf(SchsmException.class);
        assertThat(bench.contents()).isEqualTo(before);
    }

    @Test
    void aStoredCertificateHasWhatOthersLookForItBy() throws Exception {
        token.storeCertificate(key("ec"), FakeBench.NEW_CERTIFICATE);
        X509Certificate certificate = X509Certificates.parse(FakeBench.NEW_CERTIFICATE);
        List<FakeObject> stored = bench.device.objects(Ck.CKO_CERTIFICATE, "ec");
        assertThat(stored).hasSize(1);
        FakeObject object = stored.get(0);
        assertThat(object.value(Ck.CKA_ID)).containsExactly(1);
        assertThat(object.value(Ck.CKA_SUBJECT))
                .isEqualTo(certificate.getSubjectX500Principal().getEncoded());
        assertThat(object.value(Ck.CKA_ISSUER))
                .isEqualTo(certificate.getIssuerX500Principal().getEncoded());
        assertThat(object.value(Ck.CKA_SERIAL_NUMBER))
                .isEqualTo(Tlv.of(0x02, certificate.getSerialNumber().toByteArray())
                        .encoded());
        assertThat(object.value(Ck.CKA_VALUE)).isEqualTo(FakeBench.NEW_CERTIFICATE);
        assertThat(token.certificate(key("ec"))).contains(FakeBench.NEW_CERTIFICATE);
        assertThat(token.certificates()).extracting(TokenCertificate::label).containsExactly("authority");
    }

    @Test
    void theOldCertificateStaysIfTheNewOneCannotBeWrittenOrTheOldOneNotDeleted() throws Exception {
        List<String> before = bench.contents();
        bench.module.script().answerAlways("C_CreateObject", Ckr.DEVICE_MEMORY);
        assertThatThrownBy(() -> token.storeCertificate(key("rsa"), FakeBench.NEW_CERTIFICATE))
                .isInstanceOf(SchsmException.class);
        bench.module.script().clear();
        assertThat(bench.contents()).isEqualTo(before);

        bench.module.script().answer("C_DestroyObject", 1, Ckr.ACTION_PROHIBITED);
        assertThatThrownBy(() -> token.storeCertificate(key("ec"), FakeBench.NEW_CERTIFICATE))
                .isInstanceOf(SchsmException.class);
        assertThat(bench.contents()).isEqualTo(before);

        // Not next to the old one, and not in its place either.
        bench.module.script().answer("C_CreateObject", 1, Ckr.GENERAL_ERROR);
        bench.module.script().answer("C_CreateObject", 2, Ckr.GENERAL_ERROR);
        assertThatThrownBy(() -> token.storeCertificate(key("ec"), FakeBench.NEW_CERTIFICATE))
                .isInstanceOf(SchsmException.class);
        assertThat(bench.contents()).isEqualTo(before);
        assertThat(token.certificate(key("ec"))).contains(FakeBench.CERTIFICATE);
    }

    @Test
    void whereThereIsPlaceForOneCertificateTheNewOneTakesIt() throws Exception {
        bench.module.script().answer("C_CreateObject", 1, Ckr.GENERAL_ERROR);
        token.storeCertificate(key("ec"), FakeBench.NEW_CERTIFICATE);
        assertThat(token.certificate(key("ec"))).contains(FakeBench.NEW_CERTIFICATE);
        assertThat(bench.device.objects(Ck.CKO_CERTIFICATE, "ec")).hasSize(1);
    }

    @Test
    void certificatesOfOthersAreAddedAndDeleted() throws Exception {
        TokenCertificate added = token.addCertificate("other", FakeBench.OTHER_CERTIFICATE);
        assertThat(token.certificates()).extracting(TokenCertificate::label).containsExactly("authority", "other");
        assertThat(token.certificate(added)).isEqualTo(FakeBench.OTHER_CERTIFICATE);
        token.delete(added);
        assertThat(token.certificates()).extracting(TokenCertificate::label).containsExactly("authority");
        assertThatThrownBy(() -> token.certificate(added))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("\"other\"");
    }

    @Test
    void aCertificateThatIsNoX509IsRefused() {
        assertThatThrownBy(() -> token.storeCertificate(key("ec"), new byte[] {0x67, 0}))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("X.509");
        assertThatThrownBy(() -> token.addCertificate("none", new byte[0])).isInstanceOf(SchsmException.class);
    }

    // Data objects

    @Test
    void dataObjectsAreStoredReplacedAndDeleted() throws Exception {
        for (boolean pinProtected : List.of(true, false)) {
            DataObject stored = token.store(
                    DataObject.of("mine", pinProtected).withApplication("app", "1.2.3.40000"), new byte[] {1, 2});
            assertThat(stored.application()).isEqualTo("app");
            assertThat(stored.oid()).isEqualTo("1.2.3.40000");
            assertThat(stored.pinProtected()).isEqualTo(pinProtected);
            assertThat(token.read(stored)).containsExactly(1, 2);
            DataObject replaced = token.store(stored, new byte[] {3});
            assertThat(token.read(replaced)).containsExactly(3);
            assertThat(token.dataObjects()).extracting(DataObject::label).containsExactly("data", "mine");
            token.delete(replaced);
            assertThat(token.dataObjects()).extracting(DataObject::label).containsExactly("data");
        }
    }

    @Test
    void theOldContentStaysIfTheNewOneCannotBeWritten() throws Exception {
        List<String> before = bench.contents();
        DataObject data = token.dataObjects().get(0);
        bench.module.script().answer("C_CreateObject", 1, Ckr.DEVICE_MEMORY);
        assertThatThrownBy(() -> token.store(data, new byte[] {9})).isInstanceOf(SchsmException.class);
        bench.module.script().answer("C_DestroyObject", 1, Ckr.ACTION_PROHIBITED);
        assertThatThrownBy(() -> token.store(data, new byte[] {9})).isInstanceOf(SchsmException.class);
        assertThat(bench.contents()).isEqualTo(before);
        assertThat(token.read(data)).isEqualTo(FakeBench.content());
    }
}
