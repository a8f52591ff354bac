// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.schsm.DeviceException;
import io.github.schsm.KeyAlgorithm;
import io.github.schsm.SchsmException;
import io.github.schsm.SchsmException.Reason;
import io.github.schsm.SchsmKeySpec;
import io.github.schsm.conformance.bench.SimulatorBench;
import io.github.schsm.simulator.Fault;
import io.github.schsm.simulator.Faults;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Provider;
import java.security.ProviderException;
import java.security.Signature;
import java.security.SignatureException;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.util.Arrays;
import java.util.List;
import javax.crypto.Cipher;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** What reaches the device: one command for each operation, with the algorithm that it can do best. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RsaOnTheDeviceTest {
    private static final int SIGN = 0x68;
    private static final int DECIPHER = 0x62;
    private static final int NOT_SUPPORTED = 0x6A81;
    private static final byte[] DATA = new byte[5000];

    private SimulatorBench bench;
    private Provider provider;
    private KeyPair pair;

    @BeforeAll
    void open() throws Exception {
        bench = new SimulatorBench();
        bench.source().keyStore();
        provider = bench.source().provider();
        pair = generate("open");
    }

    @AfterAll
    void close() {
        bench.close();
    }

    private KeyPair generate(String label, KeyAlgorithm... allowed) throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA", provider);
        SchsmKeySpec.Builder spec = SchsmKeySpec.builder(label).keySize(1024);
        if (allowed.length > 0) {
            spec.allow(allowed);
        }
        generator.initialize(spec.build());
        return generator.generateKeyPair();
    }

    private byte[] sign(String name, PSSParameterSpec parameters, KeyPair used) throws Exception {
        Signature signature = Signature.getInstance(name, provider);
        if (parameters != null) {
            signature.setParameter(parameters);
        }
        signature.initSign(used.getPrivate());
        signature.update(DATA);
        return signature.sign();
    }

    /** The algorithms of the commands that were sent since {@code start}; nothing but key operations is expected. */
    private List<Integer> algorithms() {
        return bench.source().recorder().exchanges().stream()
                .filter(exchange -> exchange.ins() == SIGN || exchange.ins() == DECIPHER)
                .map(exchange -> exchange.p2())
                .toList();
    }

    private static PSSParameterSpec pss(String hash, String mgfHash, int salt) {
        return new PSSParameterSpec(hash, "MGF1", new MGF1ParameterSpec(mgfHash), salt, 1);
    }

    @Test
    void theDevicePadsWhatItCanAndGetsTheRestPadded() throws Exception {
        bench.source().recorder().start();
        sign("SHA256withRSA", null, pair);
        sign("RSASSA-PSS", pss("SHA-1", "SHA-1", 20), pair);
        sign("RSASSA-PSS", pss("SHA-256", "SHA-256", 32), pair);
        sign("SHA256withRSAandMGF1", null, pair);
        sign("RSASSA-PSS", pss("SHA-256", "SHA-1", 32), pair);
        sign("RSASSA-PSS", pss("SHA-256", "SHA-256", 20), pair);
        sign("RSASSA-PSS", pss("SHA-384", "SHA-384", 48), pair);

        assertThat(algorithms()).containsExactly(0x20, 0x40, 0x40, 0x40, 0x20, 0x20, 0x20);
    }

    @Test
    void firmwareWithoutOneWayGetsItDoneTheOther() throws Exception {
        for (int p2 : new int[] {0x20, 0x40}) {
            bench.source().recorder().start();
            bench.source().device().faults().add(1, Faults.command(0x80, SIGN, -1, p2), Fault.status(NOT_SUPPORTED));
            PSSParameterSpec standard = p2 == 0x40 ? pss("SHA-256", "SHA-256", 32) : null;
            byte[] signed = sign(p2 == 0x40 ? "RSASSA-PSS" : "SHA256withRSA", standard, pair);

            assertThat(algorithms()).containsExactly(p2, p2 == 0x20 ? 0x30 : 0x20);
            Signature verifier = Signature.getInstance(p2 == 0x40 ? "RSASSA-PSS" : "SHA256withRSA", "SunRsaSign");
            if (standard != null) {
                verifier.setParameter(standard);
            }
            verifier.initVerify(pair.getPublic());
            verifier.update(DATA);
            assertThat(verifier.verify(signed)).isTrue();
        }
        KeyPair padded = generate("padded there", KeyAlgorithm.RSA_PKCS1);
        bench.source().device().faults().add(1, Faults.command(0x80, SIGN, -1, 0x30), Fault.status(NOT_SUPPORTED));
        assertThatThrownBy(() -> sign("SHA256withRSA", null, padded))
                .isInstanceOf(SignatureException.class)
                .hasCauseInstanceOf(DeviceException.class)
                .satisfies(reported -> assertThat(reported.getCause())
                        .matches(
                                told -> SchsmException.is(told, Reason.ALGORITHM_NOT_ALLOWED),
                                "reason ALGORITHM_NOT_ALLOWED"));
        assertThat(sign("SHA256withRSA", null, padded)).hasSize(128);
    }

    @Test
    void aSignatureOfTheWrongLengthIsNone() throws Exception {
        bench.source().device().faults().add(1, Faults.instruction(SIGN), Fault.garbage(new byte[] {1, 2, (byte) 0x90, 0
        }));
        assertThatThrownBy(() -> sign("SHA256withRSA", null, pair))
                .isInstanceOf(SignatureException.class)
                .hasMessageContainingAll("2 bytes", "128");
    }

    @Test
    void decryptionIsOneCommandAndAWrongAnswerIsNoPaddingOracle() throws Exception {
        Cipher theirs = Cipher.getInstance("RSA/ECB/PKCS1Padding", "SunJCE");
        theirs.init(Cipher.ENCRYPT_MODE, pair.getPublic());
        byte[] message = {1, 2, 3};
        byte[] encrypted = theirs.doFinal(message);
        Cipher ours = Cipher.getInstance("RSA/ECB/PKCS1Padding", provider);
        ours.init(Cipher.DECRYPT_MODE, pair.getPrivate());
        bench.source().recorder().start();
        assertThat(ours.doFinal(encrypted)).isEqualTo(message);
        assertThat(algorithms()).containsExactly(0x21);

        byte[] withoutZeros = new byte[129];
        Arrays.fill(withoutZeros, (byte) 7);
        withoutZeros[0] = 2;
        withoutZeros[100] = 0;
        withoutZeros[127] = (byte) 0x90;
        withoutZeros[128] = 0;
        bench.source().device().faults().add(1, Faults.instruction(DECIPHER), Fault.garbage(withoutZeros));
        assertThat(ours.doFinal(encrypted)).as("a number without leading zeros").hasSize(26);

        bench.source().device().faults().add(1, Faults.instruction(DECIPHER), Fault.garbage(filled(140)));
        assertThatThrownBy(() -> ours.doFinal(encrypted))
                .isInstanceOf(ProviderException.class)
                .hasMessageContainingAll("138", "128");
        bench.source().device().faults().add(1, Faults.instruction(DECIPHER), Fault.status(0x6400));
        assertThatThrownBy(() -> ours.doFinal(encrypted)).isInstanceOf(ProviderException.class);
        assertThat(ours.doFinal(encrypted)).isEqualTo(message);
    }

    private static byte[] filled(int length) {
        byte[] answer = new byte[length];
        answer[length - 2] = (byte) 0x90;
        return answer;
    }
}
