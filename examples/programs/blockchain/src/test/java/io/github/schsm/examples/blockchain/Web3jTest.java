// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.examples.blockchain;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.examples.support.DeviceKeys;
import io.github.schsm.examples.support.KeyKind;
import io.github.schsm.examples.support.Recipe;
import io.github.schsm.examples.support.Verdict;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.Signature;
import java.util.Arrays;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.web3j.crypto.CryptoUtils;
import org.web3j.crypto.ECDSASignature;
import org.web3j.crypto.HSMPass;
import org.web3j.crypto.Hash;
import org.web3j.crypto.Keys;
import org.web3j.crypto.RawTransaction;
import org.web3j.crypto.Sign;
import org.web3j.crypto.SignedRawTransaction;
import org.web3j.crypto.TransactionDecoder;
import org.web3j.service.HSMRequestProcessor;
import org.web3j.service.TxHSMSignService;
import org.web3j.service.TxSignService;
import org.web3j.utils.Numeric;

@Recipe(program = "web3j", version = "4.12.3", verdict = Verdict.CODE, how = "an `HSMRequestProcessor` of a few lines")
class Web3jTest {
    private static final int CHAIN = 1;

    private static DeviceKeys keys;
    private static PrivateKey key;
    private static BigInteger publicKey;

    @BeforeAll
    static void open(@TempDir Path folder) throws Exception {
        keys = DeviceKeys.register(folder);
        key = keys.key(KeyKind.SECP256K1);
        byte[] encoded = keys.certificate(KeyKind.SECP256K1).getPublicKey().getEncoded();
        // region public-key
        byte[] point =
                SubjectPublicKeyInfo.getInstance(encoded).getPublicKeyData().getBytes();
        BigInteger publicKey = Sign.publicFromPoint(point);
        // endregion
        Web3jTest.publicKey = publicKey;
    }

    @AfterAll
    static void close() throws Exception {
        keys.world().close();
    }

    // region processor
    /** Signs hashes in the device: s in its lower half, and v such that the public key can be recovered. */
    static final class DeviceProcessor implements HSMRequestProcessor<HSMPass> {
        private final PrivateKey key;
        private final Provider provider;

        DeviceProcessor(PrivateKey key, Provider provider) {
            this.key = key;
            this.provider = provider;
        }

        @Override
        public Sign.SignatureData callHSM(byte[] hash, HSMPass pass) {
            try {
                Signature signer = Signature.getInstance("NONEwithECDSA", provider);
                signer.initSign(key);
                signer.update(hash);
                ECDSASignature signature =
                        CryptoUtils.fromDerFormat(signer.sign()).toCanonicalised();
                return Sign.createSignatureData(signature, pass.getPublicKey(), hash);
            } catch (GeneralSecurityException refused) {
                throw new IllegalStateException("the device has not signed: " + refused.getMessage(), refused);
            }
        }
    }
    // endregion

    private static HSMPass pass() {
        return new HSMPass(Numeric.prependHexPrefix(Keys.getAddress(publicKey)), publicKey);
    }

    private static byte[] sign(RawTransaction transaction, PrivateKey key, Provider provider) {
        // region transaction
        HSMPass account = new HSMPass(Numeric.prependHexPrefix(Keys.getAddress(publicKey)), publicKey);
        TxSignService signer = new TxHSMSignService<>(new DeviceProcessor(key, provider), account);
        byte[] signed = signer.sign(transaction, CHAIN);
        // endregion
        return signed;
    }

    private static RawTransaction payment(int nonce) {
        return RawTransaction.createEtherTransaction(
                BigInteger.valueOf(nonce),
                BigInteger.TWO,
                BigInteger.valueOf(21_000),
                "0x1111111111111111111111111111111111111111",
                BigInteger.TEN);
    }

    private static void isFromTheDevice(byte[] signed) throws Exception {
        SignedRawTransaction transaction =
                (SignedRawTransaction) TransactionDecoder.decode(Numeric.toHexString(signed));
        assertThat(transaction.getFrom()).isEqualTo(Numeric.prependHexPrefix(Keys.getAddress(publicKey)));
        Sign.SignatureData signature = transaction.getSignatureData();
        assertThat(new ECDSASignature(Numeric.toBigInt(signature.getR()), Numeric.toBigInt(signature.getS()))
                        .isCanonical())
                .isTrue();
    }

    @Test
    void signsATransaction() throws Exception {
        isFromTheDevice(sign(payment(1), key, keys.world().provider()));
    }

    /** Each signature has its own random number, and half of them an s that has to be turned. */
    @RepeatedTest(8)
    @Tag("programs")
    void everySignatureIsRecoverable() throws Exception {
        isFromTheDevice(sign(payment(2), key, keys.world().provider()));
    }

    @Test
    @Tag("programs")
    void signsATransactionWithFees() throws Exception {
        RawTransaction transaction = RawTransaction.createEtherTransaction(
                CHAIN,
                BigInteger.ONE,
                BigInteger.valueOf(21_000),
                "0x1111111111111111111111111111111111111111",
                BigInteger.TEN,
                BigInteger.ONE,
                BigInteger.TWO);

        isFromTheDevice(sign(transaction, key, keys.world().provider()));
    }

    @Test
    @Tag("programs")
    void signsAMessage() throws Exception {
        byte[] message = "hello".getBytes(StandardCharsets.UTF_8);

        // region message
        byte[] hash = Sign.getEthereumMessageHash(message);
        // endregion
        Sign.SignatureData signature = new DeviceProcessor(key, keys.world().provider()).callHSM(hash, pass());

        assertThat(Sign.signedPrefixedMessageToKey(message, signature)).isEqualTo(publicKey);
    }

    @Test
    @Tag("programs")
    void everySIsInItsLowerHalf() {
        BigInteger half = Sign.CURVE_PARAMS.getN().shiftRight(1);
        byte[] hash = Hash.sha3("hello".getBytes(StandardCharsets.UTF_8));

        for (int i = 0; i < 8; i++) {
            Sign.SignatureData signature = new DeviceProcessor(key, keys.world().provider()).callHSM(hash, pass());
            assertThat(new BigInteger(1, signature.getS())).isLessThanOrEqualTo(half);
            assertThat(Arrays.asList(27, 28)).contains((int) signature.getV()[0]);
        }
    }
}
