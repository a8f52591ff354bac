// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.provider;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.schsm.KeyAlgorithm;
import io.github.schsm.KeyDetails;
import io.github.schsm.KeyType;
import io.github.schsm.SchsmException;
import io.github.schsm.SchsmKey;
import io.github.schsm.TokenKey;
import io.github.schsm.codec.EcCurve;
import io.github.schsm.spi.KeyHandle;
import io.github.schsm.spi.Token;
import java.security.InvalidAlgorithmParameterException;
import java.security.InvalidKeyException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.Signature;
import java.security.spec.AlgorithmParameterSpec;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import javax.crypto.Cipher;
import javax.crypto.KeyAgreement;
import javax.crypto.Mac;
import javax.crypto.spec.OAEPParameterSpec;
import javax.crypto.spec.PSource;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Engines over a token that has only some algorithms, as behind a PKCS#11 module with a short list of mechanisms. */
class FewAlgorithmsTest {
    private static final PSSParameterSpec ODD_PSS =
            new PSSParameterSpec("SHA-384", "MGF1", new MGF1ParameterSpec("SHA-256"), 11, 1);
    private static final OAEPParameterSpec ODD_OAEP =
            new OAEPParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA1, new PSource.PSpecified(new byte[] {1, 2}));

    private static KeyPair rsa;
    private static KeyPair ec;

    private final Provider provider = new SchsmProvider();
    private final List<KeyAlgorithm> used = new ArrayList<>();
    private final List<AlgorithmParameterSpec> parameters = new ArrayList<>();
    private boolean takesParameters;

    @BeforeAll
    static void makeKeys() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(1024);
        rsa = generator.generateKeyPair();
        generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        ec = generator.generateKeyPair();
    }

    /** A token that only notes what it is asked for. */
    private Token token() {
        return StubToken.of("4711", (method, arguments) -> switch (method) {
            case "description" -> "token \"Signing\" of few.so";
            case "takesPaddingParameters" -> takesParameters;
            case "sign", "decrypt" -> note(arguments);
            default -> throw new AssertionError(method);
        });
    }

    private byte[] note(Object[] arguments) {
        used.add((KeyAlgorithm) arguments[1]);
        if (arguments.length == 4) {
            parameters.add((AlgorithmParameterSpec) arguments[2]);
        }
        return new byte[128];
    }

    private SchsmKey rsaKey(KeyAlgorithm... available) throws SchsmException {
        return key(KeyType.RSA, rsa, null, available);
    }

    private SchsmKey key(KeyType type, KeyPair pair, EcCurve curve, KeyAlgorithm... available) throws SchsmException {
        KeyDetails details = new KeyDetails(
                pair == null ? null : pair.getPublic(),
                curve,
                0,
                null,
                OptionalLong.empty(),
                OptionalInt.empty(),
                OptionalInt.empty(),
                Set.of(available));
        return KeyHandle.of(token(), new TokenKey("1", "key", new byte[] {1}, type), details);
    }

    private void sign(String algorithm, SchsmKey key, PSSParameterSpec pss) throws Exception {
        Signature signature = Signature.getInstance(algorithm, provider);
        if (pss != null) {
            signature.setParameter(pss);
        }
        signature.initSign((PrivateKey) key);
        signature.update(new byte[1000]);
        assertThat(signature.sign()).hasSize(128);
    }

    @Test
    void pkcs1SignaturesArePaddedHereWhereADeviceHasTheBareOperation() throws Exception {
        sign("SHA256withRSA", rsaKey(KeyAlgorithm.RSA_RAW), null);
        sign("SHA256withRSA", rsaKey(KeyAlgorithm.RSA_RAW, KeyAlgorithm.RSA_PKCS1), null);
        sign("SHA256withRSA", rsaKey(KeyAlgorithm.RSA_PKCS1), null);
        sign("SHA256withRSA", rsaKey(KeyAlgorithm.RSA_PKCS1_SHA256), null);
        takesParameters = true;
        sign("SHA256withRSA", rsaKey(KeyAlgorithm.RSA_RAW, KeyAlgorithm.RSA_PKCS1), null);

        assertThat(used)
                .as("a device gets the padded block, a PKCS#11 module makes it")
                .containsExactly(
                        KeyAlgorithm.RSA_RAW,
                        KeyAlgorithm.RSA_RAW,
                        KeyAlgorithm.RSA_PKCS1,
                        KeyAlgorithm.RSA_PKCS1_SHA256,
                        KeyAlgorithm.RSA_PKCS1);
    }

    @Test
    void pssParametersReachATokenThatTakesThemAndHasNoBareOperation() throws Exception {
        takesParameters = true;

        sign("RSASSA-PSS", rsaKey(KeyAlgorithm.RSA_PSS), ODD_PSS);
        sign("RSASSA-PSS", rsaKey(KeyAlgorithm.RSA_PSS_SHA384), ODD_PSS);

        assertThat(used).containsExactly(KeyAlgorithm.RSA_PSS, KeyAlgorithm.RSA_PSS_SHA384);
        assertThat(parameters).containsExactly(ODD_PSS, ODD_PSS);
    }

    @Test
    void aTokenThatTakesPssParametersIsNotBelievedWhereThePaddingCanBeMadeHere() throws Exception {
        takesParameters = true;

        sign("RSASSA-PSS", rsaKey(KeyAlgorithm.RSA_PSS, KeyAlgorithm.RSA_RAW), ODD_PSS);

        assertThat(used).containsExactly(KeyAlgorithm.RSA_RAW);
    }

    @Test
    void pssParametersThatATokenWouldPassOverAreRefused() throws Exception {
        SchsmKey key = rsaKey(KeyAlgorithm.RSA_PSS);
        Signature signature = Signature.getInstance("RSASSA-PSS", provider);
        signature.initSign((PrivateKey) key);

        assertThatThrownBy(() -> signature.setParameter(ODD_PSS))
                .isInstanceOf(InvalidAlgorithmParameterException.class)
                .hasMessageContainingAll("RSA_RAW", "token \"Signing\" of few.so", "RSA_PSS (CKM_RSA_PKCS_PSS)");
        assertThat(used).isEmpty();
    }

    @Test
    void oaepParametersReachATokenThatTakesThem() throws Exception {
        Cipher cipher = Cipher.getInstance("RSA/ECB/OAEPPadding", provider);
        SchsmKey key = rsaKey(KeyAlgorithm.RSA_DECRYPT_OAEP);

        assertThatThrownBy(() -> cipher.init(Cipher.DECRYPT_MODE, key, ODD_OAEP))
                .isInstanceOf(InvalidAlgorithmParameterException.class);
        takesParameters = true;
        cipher.init(Cipher.DECRYPT_MODE, key, ODD_OAEP);
        cipher.doFinal(new byte[128]);

        assertThat(used).containsExactly(KeyAlgorithm.RSA_DECRYPT_OAEP);
        assertThat(parameters).containsExactly(ODD_OAEP);
    }

    @Test
    void pkcs1DecryptionIsLeftToATokenWithoutTheBareOperation() throws Exception {
        Cipher cipher = Cipher.getInstance("RSA/ECB/PKCS1Padding", provider);
        cipher.init(Cipher.DECRYPT_MODE, rsaKey(KeyAlgorithm.RSA_DECRYPT_PKCS1));
        cipher.doFinal(new byte[128]);

        assertThat(used).containsExactly(KeyAlgorithm.RSA_DECRYPT_PKCS1);
    }

    @Test
    void whatATokenCannotDoIsRefusedWithTheTokenTheMechanismAndWhatItCan() throws Exception {
        SchsmKey signing = key(KeyType.EC, ec, EcCurve.SECP256R1, KeyAlgorithm.ECDSA);
        KeyAgreement agreement = KeyAgreement.getInstance("ECDH", provider);
        SchsmKey aes = key(KeyType.AES, null, null);
        Mac mac = Mac.getInstance("AESCMAC", provider);

        assertThatThrownBy(() -> agreement.init(signing))
                .isInstanceOf(InvalidKeyException.class)
                .hasMessageContainingAll(
                        "EC key \"key\"",
                        "token \"Signing\" of few.so",
                        "ECDH (CKM_ECDH1_DERIVE)",
                        "what it can do is ECDSA (CKM_ECDSA)");
        assertThatThrownBy(() -> mac.init(aes))
                .isInstanceOf(InvalidKeyException.class)
                .hasMessageContainingAll("AES_CMAC (CKM_AES_CMAC)", "nothing that it can do");
    }
}
