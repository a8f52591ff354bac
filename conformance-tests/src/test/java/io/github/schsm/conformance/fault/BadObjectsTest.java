// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.schsm.SchsmKeySpec;
import io.github.schsm.UncertifiedKeyEntry;
import io.github.schsm.conformance.bench.Group;
import io.github.schsm.conformance.bench.MadeCertificate;
import io.github.schsm.conformance.bench.MadeCertificate.Authority;
import io.github.schsm.conformance.bench.Pki;
import io.github.schsm.conformance.bench.RawCard;
import io.github.schsm.conformance.bench.SimulatorBench;
import io.github.schsm.spi.OpaqueKeyHandle;
import java.security.InvalidKeyException;
import java.security.Key;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.KeyStoreException;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * One bad object next to good ones: whatever programs call in a loop answers for it, and the others are as they were.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BadObjectsTest {
    private static final int EC_DESCRIPTION = 0xC401;
    private static final int EC_CERTIFICATE = 0xCE01;
    private static final int RSA_DESCRIPTION = 0xC402;
    private static final int RSA_CERTIFICATE = 0xCE02;
    private static final int AES_DESCRIPTION = 0xC403;
    private static final int AES_CERTIFICATE = 0xCE03;
    private static final int CA = 0xCA00;
    private static final int CA_DESCRIPTION = 0xC800;

    private SimulatorBench bench;
    private Provider provider;
    private KeyStore keyStore;
    private KeyPair ec;
    private KeyPair rsa;
    private KeyPair good;
    private X509Certificate[] goodChain;
    private final java.util.Map<Integer, byte[]> files = new java.util.TreeMap<>();

    @BeforeAll
    void open() throws Exception {
        bench = new SimulatorBench();
        provider = bench.source().provider();
        keyStore = bench.source().keyStore();
        ec = generate("EC", SchsmKeySpec.builder("ec").parameters(new ECGenParameterSpec("secp256r1")));
        rsa = generate("RSA", SchsmKeySpec.builder("rsa").keySize(1024));
        javax.crypto.KeyGenerator aes = javax.crypto.KeyGenerator.getInstance("AES", provider);
        aes.init(SchsmKeySpec.builder("aes").keySize(128).build());
        aes.generateKey();
        good = generate("EC", SchsmKeySpec.builder("good").parameters(new ECGenParameterSpec("secp256r1")));
        Authority stranger = Authority.named("Stranger");
        keyStore.setCertificateEntry("Stranger", stranger.certify(stranger, 2050, false));
        goodChain = Pki.create().certify(keyStore, "good", good);
        RawCard raw = bench.source().raw().login();
        for (int fid : new int[] {
            EC_DESCRIPTION, EC_CERTIFICATE, RSA_DESCRIPTION, RSA_CERTIFICATE, AES_DESCRIPTION, CA, CA_DESCRIPTION
        }) {
            files.put(fid, raw.read(fid));
        }
    }

    @AfterAll
    void close() {
        bench.close();
    }

    @BeforeEach
    void restore() throws Exception {
        RawCard raw = bench.source().raw().login();
        for (java.util.Map.Entry<Integer, byte[]> file : files.entrySet()) {
            raw.send(String.format("00E4020002%04X", file.getKey()));
            raw.write(file.getKey(), file.getValue());
        }
        raw.send(String.format("00E4020002%04X", AES_CERTIFICATE));
    }

    private KeyPair generate(String algorithm, SchsmKeySpec.Builder spec) throws Exception {
        return Group.generatePair(provider, algorithm, spec.build());
    }

    private void replace(int fid, byte[] content) throws Exception {
        RawCard raw = bench.source().raw().login();
        raw.send(String.format("00E4020002%04X", fid));
        if (content.length > 0) {
            raw.write(fid, content);
        }
    }

    /** What may be wrong with an object. */
    @SuppressWarnings("ImmutableEnumChecker") // contents are made of constants
    enum Bad {
        RSA_WITHOUT_CERTIFICATE(RSA_CERTIFICATE, test -> new byte[0]),
        EC_WITHOUT_CERTIFICATE(EC_CERTIFICATE, test -> new byte[0]),
        RSA_CERTIFICATE_OF_GARBAGE(RSA_CERTIFICATE, BadCertificate.GARBAGE),
        EC_CERTIFICATE_OF_GARBAGE(EC_CERTIFICATE, BadCertificate.GARBAGE),
        RSA_CERTIFICATE_CUT_OFF(RSA_CERTIFICATE, test -> Arrays.copyOf(test.files.get(RSA_CERTIFICATE), 60)),
        EC_CERTIFICATE_CUT_OFF(EC_CERTIFICATE, test -> Arrays.copyOf(test.files.get(EC_CERTIFICATE), 3)),
        EC_CERTIFICATE_OF_ONE_BYTE(EC_CERTIFICATE, BadCertificate.ONE_BYTE),
        EC_CERTIFICATE_OF_ZEROS(EC_CERTIFICATE, BadCertificate.ZEROS),
        EC_WITH_A_CERTIFICATE_FOR_RSA(EC_CERTIFICATE, BadCertificate.OF_THE_RSA_KEY),
        RSA_WITH_A_CERTIFICATE_FOR_EC(RSA_CERTIFICATE, BadCertificate.OF_THE_EC_KEY),
        EC_WITH_THE_REQUEST_OF_AN_RSA_KEY(EC_CERTIFICATE, test -> test.files.get(RSA_CERTIFICATE)),
        EC_WITH_A_CERTIFICATE_FOR_ANOTHER_KEY(EC_CERTIFICATE, BadCertificate.OF_ANOTHER_KEY),
        EC_WITH_A_COMPRESSED_POINT(EC_CERTIFICATE, BadCertificate.COMPRESSED_POINT),
        EC_WITH_EXPLICIT_PARAMETERS(EC_CERTIFICATE, BadCertificate.EXPLICIT_PARAMETERS),
        EC_ON_AN_UNKNOWN_CURVE(EC_CERTIFICATE, BadCertificate.UNKNOWN_CURVE),
        RSA_FOR_OAEP(RSA_CERTIFICATE, BadCertificate.FOR_OAEP),
        RSA_FOR_PSS(RSA_CERTIFICATE, BadCertificate.FOR_PSS),
        AES_WITH_A_CERTIFICATE(AES_CERTIFICATE, BadCertificate.OF_THE_EC_KEY),
        AES_WITH_A_REQUEST(AES_CERTIFICATE, test -> test.files.get(EC_CERTIFICATE)),
        EC_DESCRIPTION_OF_GARBAGE(EC_DESCRIPTION, BadCertificate.GARBAGE),
        RSA_DESCRIPTION_OF_GARBAGE(RSA_DESCRIPTION, BadCertificate.GARBAGE),
        AES_DESCRIPTION_OF_GARBAGE(AES_DESCRIPTION, BadCertificate.GARBAGE),
        EC_DESCRIBED_AS_RSA(EC_DESCRIPTION, test -> {
            byte[] description = test.files.get(RSA_DESCRIPTION).clone();
            description[description.length - 1] ^= 1;
            return description;
        }),
        RSA_WITHOUT_DESCRIPTION(RSA_DESCRIPTION, test -> new byte[0]),
        CA_OF_GARBAGE(CA, BadCertificate.GARBAGE),
        CA_WITH_A_COMPRESSED_POINT(CA, BadCertificate.COMPRESSED_POINT),
        CA_WITHOUT_CONTENT(CA, test -> new byte[0]),
        CA_DESCRIPTION_OF_GARBAGE(CA_DESCRIPTION, BadCertificate.GARBAGE);

        private final int fid;
        private final Content content;

        Bad(int fid, BadCertificate content) {
            this(fid, test -> content.bytes(test.ec, test.rsa, test.good.getPublic()));
        }

        Bad(int fid, Content content) {
            this.fid = fid;
            this.content = content;
        }
    }

    /** What is in the file instead. */
    private interface Content {
        byte[] of(BadObjectsTest test) throws Exception;
    }

    @ParameterizedTest
    @EnumSource
    void everyMethodAnswersAndTheOthersAreAsTheyWere(Bad bad) throws Exception {
        replace(bad.fid, bad.content.of(this));
        for (char[] pin : new char[][] {bench.source().pin(), null}) {
            Provider fresh = bench.member(bench.source().id()).provider();
            keyStore = KeyStore.getInstance("SCHSM", fresh);
            keyStore.load(null, pin);
            List<String> aliases = WholeKeyStore.assertAnswers(keyStore);
            assertThat(aliases).contains("good");
            assertThat(aliases.size()).isGreaterThanOrEqualTo(6);
            for (String alias : aliases) {
                assertThat(keyStore.getEntry(alias, null)).as(alias).isNotNull();
            }
            assertThat(keyStore.getCertificateAlias(goodChain[0])).isEqualTo("good");
            assertThat(keyStore.getCertificateChain("good")).containsExactly(goodChain);
            assertThat(keyStore.getEntry("good", null)).isInstanceOf(KeyStore.PrivateKeyEntry.class);
            WholeKeyStore.assertServesTls(keyStore, bench.source().pin(), "good");
        }
        Signature signature = Signature.getInstance("SHA256withECDSA", provider);
        signature.initSign(good.getPrivate());
        signature.sign();
    }

    @ParameterizedTest
    @EnumSource(
            names = {
                "RSA_WITHOUT_CERTIFICATE",
                "RSA_CERTIFICATE_OF_GARBAGE",
                "RSA_CERTIFICATE_CUT_OFF",
                "RSA_WITH_A_CERTIFICATE_FOR_EC"
            })
    void anRsaKeyWithoutItsCertificateIsRepairedByIt(Bad bad) throws Exception {
        replace(bad.fid, bad.content.of(this));
        keyStore = bench.source().keyStore();
        Key opaque = keyStore.getKey("rsa", null);
        assertThat(opaque).isInstanceOf(OpaqueKeyHandle.class);
        assertThat(((UncertifiedKeyEntry) keyStore.getEntry("rsa", null)).getPublicKey())
                .isEmpty();
        assertThatThrownBy(
                        () -> Signature.getInstance("SHA256withRSA", provider).initSign((PrivateKey) opaque))
                .isInstanceOf(InvalidKeyException.class)
                .hasMessageContaining("import-cert");
        KeyPairGenerator software = KeyPairGenerator.getInstance("RSA", "SunRsaSign");
        software.initialize(1024);
        Certificate wrong = MadeCertificate.read(MadeCertificate.of(
                MadeCertificate.usual(software.generateKeyPair().getPublic())));
        Certificate right = MadeCertificate.read(MadeCertificate.of(MadeCertificate.usual(rsa.getPublic())));

        assertThatThrownBy(() -> keyStore.setKeyEntry("rsa", opaque, null, new Certificate[] {wrong}))
                .isInstanceOf(KeyStoreException.class)
                .hasMessageContaining("is for another key");
        keyStore.setKeyEntry("rsa", opaque, null, new Certificate[] {right});

        assertThat(keyStore.getCertificate("rsa")).isEqualTo(right);
        Signature signature = Signature.getInstance("SHA256withRSA", provider);
        signature.initSign((PrivateKey) keyStore.getKey("rsa", null));
        assertThat(Pki.verifies("SHA256withRSA", rsa.getPublic(), new byte[0], signature.sign()))
                .isTrue();
    }

    @ParameterizedTest
    @EnumSource(
            names = {
                "EC_CERTIFICATE_OF_GARBAGE",
                "EC_WITH_A_CERTIFICATE_FOR_RSA",
                "EC_WITH_A_CERTIFICATE_FOR_ANOTHER_KEY",
                "EC_ON_AN_UNKNOWN_CURVE",
                "EC_WITH_A_COMPRESSED_POINT"
            })
    void anEcKeyWithAWrongCertificateIsRepairedByItsOwn(Bad bad) throws Exception {
        replace(bad.fid, bad.content.of(this));
        keyStore = bench.source().keyStore();
        Certificate right = MadeCertificate.read(MadeCertificate.of(MadeCertificate.usual(ec.getPublic())));

        keyStore.setKeyEntry("ec", keyStore.getKey("ec", null), null, new Certificate[] {right});

        assertThat(keyStore.getCertificate("ec")).isEqualTo(right);
        Pki.assertSigns(provider, keyStore.getKey("ec", null), ec);
    }

    @Test
    void aBadCertificateOfAnAuthorityDoesNotKeepAChainFromBeingStored() throws Exception {
        replace(CA, BadCertificate.GARBAGE.bytes(ec, rsa, good.getPublic()));
        keyStore = bench.source().keyStore();

        assertThatCode(() -> keyStore.setKeyEntry("good", good.getPrivate(), null, goodChain))
                .doesNotThrowAnyException();
        assertThat(keyStore.getCertificateChain("good")).containsExactly(goodChain);
    }
}
