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
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPoint;
import java.security.spec.ECPublicKeySpec;
import java.util.Arrays;
import javax.crypto.KeyAgreement;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.web3j.crypto.ECDSASignature;
import org.web3j.crypto.Hash;
import org.web3j.crypto.Sign;

/**
 * Besu's plugin API is in no public repository. This has the methods of its SecurityModule, with the JDK's types, and
 * what Besu itself does with a signature: canonical form and recovery id.
 */
@Recipe(
        program = "Besu and Web3Signer",
        version = "source of SecurityModule 04ff7fe",
        verdict = Verdict.CODE,
        how = "a `SecurityModule` of three methods",
        limit =
                "tested without Besu, whose jars are in no public repository; node discovery by DiscV5 does not work: it needs"
                        + " a whole point, and the device gives x only")
@Tag("programs")
class BesuTest {
    private static DeviceKeys keys;

    @BeforeAll
    static void open(@TempDir Path folder) throws Exception {
        keys = DeviceKeys.register(folder);
    }

    @AfterAll
    static void close() throws Exception {
        keys.world().close();
    }

    // region besu
    /** The node's key, in a device. */
    static final class DeviceSecurityModule {
        private static final int COORDINATE = 32;

        private final PrivateKey key;
        private final ECPublicKey publicKey;
        private final Provider provider;

        DeviceSecurityModule(PrivateKey key, ECPublicKey publicKey, Provider provider) {
            this.key = key;
            this.publicKey = publicKey;
            this.provider = provider;
        }

        /** r and s of a signature over a Keccak hash. Besu brings s into its lower half and finds the recovery id. */
        BigInteger[] sign(byte[] hash) throws GeneralSecurityException {
            Signature signer = Signature.getInstance("NONEwithECDSAinP1363Format", provider);
            signer.initSign(key);
            signer.update(hash);
            byte[] both = signer.sign();
            return new BigInteger[] {
                new BigInteger(1, Arrays.copyOf(both, COORDINATE)),
                new BigInteger(1, Arrays.copyOfRange(both, COORDINATE, both.length))
            };
        }

        ECPoint getPublicKey() {
            return publicKey.getW();
        }

        byte[] calculateECDHKeyAgreement(ECPoint peer) throws GeneralSecurityException {
            KeyAgreement agreement = KeyAgreement.getInstance("ECDH", provider);
            agreement.init(key);
            agreement.doPhase(publicKey(peer, publicKey.getParams()), true);
            return agreement.generateSecret();
        }

        private PublicKey publicKey(ECPoint point, ECParameterSpec curve) throws GeneralSecurityException {
            return KeyFactory.getInstance("EC", provider).generatePublic(new ECPublicKeySpec(point, curve));
        }
    }
    // endregion

    private static DeviceSecurityModule module() throws GeneralSecurityException {
        return new DeviceSecurityModule(
                keys.key(KeyKind.SECP256K1),
                (ECPublicKey) keys.publicKey(KeyKind.SECP256K1),
                keys.world().provider());
    }

    private static BigInteger number(ECPoint point) {
        return point.getAffineX().shiftLeft(256).add(point.getAffineY());
    }

    @Test
    void signaturesAreRecoverable() throws Exception {
        DeviceSecurityModule module = module();
        byte[] hash = Hash.sha3("block".getBytes(StandardCharsets.UTF_8));

        for (int i = 0; i < 8; i++) {
            BigInteger[] numbers = module.sign(hash);
            ECDSASignature signature = new ECDSASignature(numbers[0], numbers[1]).toCanonicalised();
            BigInteger publicKey = number(module.getPublicKey());
            assertThat(Sign.signedMessageHashToKey(hash, Sign.createSignatureData(signature, publicKey, hash)))
                    .isEqualTo(publicKey);
        }
    }

    @Test
    void nodesAgreeOnASecret() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC", DeviceKeys.SOFTWARE);
        generator.initialize(new ECGenParameterSpec("secp256k1"));
        KeyPair peer = generator.generateKeyPair();
        KeyAgreement software = KeyAgreement.getInstance("ECDH", DeviceKeys.SOFTWARE);
        software.init(peer.getPrivate());
        software.doPhase(keys.publicKey(KeyKind.SECP256K1), true);

        assertThat(module().calculateECDHKeyAgreement(((ECPublicKey) peer.getPublic()).getW()))
                .hasSize(32)
                .isEqualTo(software.generateSecret());
    }
}
