// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.provider.domain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.times;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import io.github.schsm.InvalidRequestException;
import io.github.schsm.KeyAlgorithm;
import io.github.schsm.KeyDetails;
import io.github.schsm.KeyType;
import io.github.schsm.SchsmException;
import io.github.schsm.SchsmException.Reason;
import io.github.schsm.TokenKey;
import io.github.schsm.codec.EcCurve;
import io.github.schsm.codec.HashAlgorithm;
import io.github.schsm.provider.domain.MergedKeys.Check;
import io.github.schsm.spi.Token;
import java.math.BigInteger;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.ECPublicKey;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import javax.crypto.Cipher;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A key that several members list is proven to be the one that they list, once on each. */
class KeyCopyTest {
    private static final byte[] ID = {1};
    private static final byte[] HASH = HashAlgorithm.SHA256.digest(new byte[3]);

    private static final List<KeyPair> RSA = List.of(rsaPair(), rsaPair());

    private KeyPair right;
    private KeyPair wrong;

    @BeforeEach
    void makeKeys() throws Exception {
        right = ecPair();
        wrong = ecPair();
    }

    private static KeyPair rsaPair() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
            generator.initialize(2048);
            return generator.generateKeyPair();
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static KeyPair ecPair() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(256);
        return generator.generateKeyPair();
    }

    /** A member whose private key is that of one pair, while it lists the public key of another. */
    private static KeyCopy copy(String id, KeyPair used, PublicKey listed, OptionalLong uses) throws Exception {
        Token token = mock(Token.class);
        when(token.name()).thenReturn(id);
        when(token.sign(any(), any(), any())).thenAnswer(call -> signed(used, call.getArgument(2)));
        when(token.sign(any(), any(), any(), any())).thenAnswer(call -> signed(used, call.getArgument(3)));
        when(token.agree(any(), any())).thenAnswer(call -> {
            ECPublicKey peer = call.getArgument(1);
            return EcCurve.SECP256R1.multiply(peer.getW(), ((ECPrivateKey) used.getPrivate()).getS());
        });
        KeyDetails details = new KeyDetails(
                listed,
                EcCurve.SECP256R1,
                256,
                List.of(KeyAlgorithm.ECDSA.id(), KeyAlgorithm.ECDH.id()),
                uses,
                OptionalInt.of(0),
                OptionalInt.empty());
        Member member = new Member(id, token);
        return new KeyCopy(member, new ListedKey(new TokenKey("1", "k", ID, KeyType.EC), details));
    }

    private static byte[] signed(KeyPair pair, byte[] hash) throws Exception {
        Signature signature = Signature.getInstance("NONEwithECDSA");
        signature.initSign(pair.getPrivate());
        signature.update(hash);
        return signature.sign();
    }

    private static MergedKeys merge(KeyCopy... copies) {
        return MergedKeys.of(List.of(copies), copy -> new Check("", true));
    }

    private static Token token(KeyCopy copy) throws SchsmException {
        return Members.token(copy.member());
    }

    private KeyCopy copy(String id, KeyPair used) throws Exception {
        return copy(id, used, right.getPublic(), OptionalLong.empty());
    }

    @Test
    void firstSignatureIsVerifiedWithoutAnotherCommand() throws Exception {
        KeyCopy a = copy("a", right);
        merge(a, copy("b", right));
        a.sign(KeyAlgorithm.ECDSA, null, HASH);
        a.sign(KeyAlgorithm.ECDSA, null, HASH);
        verify(token(a), times(2)).sign(any(), any(), any(), any());
        verify(token(a), never()).sign(any(), any(), any());
    }

    @Test
    void keyThatIsNotTheListedOneIsAnotherEntry() throws Exception {
        KeyCopy a = copy("a", right);
        KeyCopy liar = copy("liar", wrong);
        assertThat(merge(a, liar).all()).hasSize(1);
        assertThatThrownBy(() -> liar.sign(KeyAlgorithm.ECDSA, null, HASH))
                .isInstanceOfSatisfying(
                        InvalidRequestException.class,
                        failed -> assertThat(failed.reason()).isEqualTo(Reason.OBJECT_NOT_FOUND))
                .hasMessageContainingAll("liar", "another key");
        MergedKeys apart = merge(a, liar);
        assertThat(apart.all())
                .extracting(MergedKey::members)
                .containsExactly(List.of(a.member()), List.of(liar.member()));
    }

    @Test
    void nothingIsAgreedWithAKeyThatIsNotTheListedOne() throws Exception {
        KeyCopy liar = copy("liar", wrong);
        merge(copy("a", right), liar);
        ECPublicKey peer = (ECPublicKey) ecPair().getPublic();
        assertThatThrownBy(() -> liar.agree(peer)).isInstanceOf(InvalidRequestException.class);
        verify(token(liar), never()).agree(any(), any());
    }

    @Test
    void proofIsOncePerMemberAndAbsence() throws Exception {
        KeyCopy a = copy("a", right);
        KeyCopy b = copy("b", right);
        merge(a, b);
        ECPublicKey peer = (ECPublicKey) ecPair().getPublic();
        a.agree(peer);
        a.agree(peer);
        KeyCopy listedAgain = new KeyCopy(a.member(), new ListedKey(a.key(), a.details()));
        merge(listedAgain, b);
        listedAgain.agree(peer);
        verify(token(a), times(1)).sign(any(), any(), any());
        a.member().failed("away", true);
        listedAgain.agree(peer);
        verify(token(a), times(2)).sign(any(), any(), any());
    }

    @Test
    void keyOfOneMemberAndKeyWithUseCounterAreNotUsedForProof() throws Exception {
        KeyCopy alone = copy("alone", wrong);
        merge(alone);
        KeyCopy counted = copy("counted", wrong, right.getPublic(), OptionalLong.of(5));
        merge(counted, copy("b", right));
        ECPublicKey peer = (ECPublicKey) ecPair().getPublic();
        alone.agree(peer);
        counted.agree(peer);
        verify(token(alone), never()).sign(any(), any(), any());
        verify(token(counted), never()).sign(any(), any(), any());
    }

    @ParameterizedTest
    @CsvSource({
        "ECDSA_SHA1,SHA1withECDSA",
        "ECDSA_SHA256,SHA256withECDSA",
        "ECDSA_SHA512,SHA512withECDSA",
    })
    void everyEcSignatureIsVerified(KeyAlgorithm algorithm, String jca) throws Exception {
        assertVerified(right, wrong, algorithm, jca, null);
    }

    @ParameterizedTest
    @CsvSource({
        "RSA_PKCS1_SHA1,SHA1withRSA,",
        "RSA_PKCS1_SHA256,SHA256withRSA,",
        "RSA_PKCS1_SHA512,SHA512withRSA,",
        "RSA_PSS_SHA256,RSASSA-PSS,SHA-256",
        "RSA_PSS_SHA512,RSASSA-PSS,SHA-512",
    })
    void everyRsaSignatureIsVerified(KeyAlgorithm algorithm, String jca, @Nullable String pss) throws Exception {
        PSSParameterSpec parameters = pss == null
                ? null
                : new PSSParameterSpec(
                        pss,
                        "MGF1",
                        new MGF1ParameterSpec(pss),
                        HashAlgorithm.named(pss).orElseThrow().length(),
                        1);
        assertVerified(RSA.get(0), RSA.get(1), algorithm, jca, parameters);
    }

    private static void assertVerified(
            KeyPair pair, KeyPair other, KeyAlgorithm algorithm, String jca, @Nullable PSSParameterSpec parameters)
            throws Exception {
        byte[] data = {5, 6, 7};
        Signature signature = Signature.getInstance(jca);
        if (parameters != null) {
            signature.setParameter(parameters);
        }
        signature.initSign(pair.getPrivate());
        signature.update(data);
        byte[] signed = signature.sign();
        assertThat(SignatureCheck.holds(pair.getPublic(), algorithm, null, data, signed))
                .isTrue();
        assertThat(SignatureCheck.holds(pair.getPublic(), algorithm, parameters, data, signed))
                .isTrue();
        assertThat(SignatureCheck.holds(other.getPublic(), algorithm, null, data, signed))
                .isFalse();
        if (algorithm == KeyAlgorithm.RSA_PSS_SHA256) {
            byte[] hash = HashAlgorithm.SHA256.digest(data);
            assertThat(SignatureCheck.holds(pair.getPublic(), KeyAlgorithm.RSA_PSS, null, hash, signed))
                    .isTrue();
            assertThat(SignatureCheck.holds(other.getPublic(), KeyAlgorithm.RSA_PSS, null, hash, signed))
                    .isFalse();
        }
    }

    @Test
    void rsaSignatureOverGivenBlockIsVerified() throws Exception {
        KeyPair pair = RSA.get(0);
        PublicKey other = RSA.get(1).getPublic();
        byte[] info = new byte[51];
        info[0] = 0x30;
        Cipher padded = Cipher.getInstance("RSA/ECB/PKCS1Padding");
        padded.init(Cipher.ENCRYPT_MODE, pair.getPrivate());
        byte[] signed = padded.doFinal(info);
        assertThat(SignatureCheck.holds(pair.getPublic(), KeyAlgorithm.RSA_PKCS1, null, info, signed))
                .isTrue();
        assertThat(SignatureCheck.holds(other, KeyAlgorithm.RSA_PKCS1, null, info, signed))
                .isFalse();
        Cipher raw = Cipher.getInstance("RSA/ECB/NoPadding");
        raw.init(Cipher.ENCRYPT_MODE, pair.getPublic());
        byte[] block = raw.doFinal(signed);
        assertThat(new BigInteger(1, block).signum()).isPositive();
        assertThat(SignatureCheck.holds(pair.getPublic(), KeyAlgorithm.RSA_RAW, null, block, signed))
                .isTrue();
        assertThat(SignatureCheck.holds(other, KeyAlgorithm.RSA_RAW, null, block, signed))
                .isFalse();
    }
}
