// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.SchsmKeySpec;
import io.github.schsm.SchsmPrivateKey;
import io.github.schsm.conformance.bench.Group;
import io.github.schsm.conformance.bench.Pki;
import io.github.schsm.conformance.bench.Program;
import io.github.schsm.provider.SchsmProvider;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;
import org.bouncycastle.asn1.oiw.OIWObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.sec.SECObjectIdentifiers;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cms.CMSEnvelopedData;
import org.bouncycastle.cms.CMSEnvelopedDataGenerator;
import org.bouncycastle.cms.CMSException;
import org.bouncycastle.cms.CMSProcessableByteArray;
import org.bouncycastle.cms.CMSSignedData;
import org.bouncycastle.cms.CMSSignedDataGenerator;
import org.bouncycastle.cms.Recipient;
import org.bouncycastle.cms.RecipientInfoGenerator;
import org.bouncycastle.cms.RecipientInformation;
import org.bouncycastle.cms.SignerInformation;
import org.bouncycastle.cms.jcajce.JcaSignerInfoGeneratorBuilder;
import org.bouncycastle.cms.jcajce.JcaSimpleSignerInfoVerifierBuilder;
import org.bouncycastle.cms.jcajce.JceCMSContentEncryptorBuilder;
import org.bouncycastle.cms.jcajce.JceKeyAgreeEnvelopedRecipient;
import org.bouncycastle.cms.jcajce.JceKeyAgreeRecipientInfoGenerator;
import org.bouncycastle.cms.jcajce.JceKeyTransEnvelopedRecipient;
import org.bouncycastle.cms.jcajce.JceKeyTransRecipientInfoGenerator;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter;
import org.bouncycastle.operator.ContentSigner;
import org.bouncycastle.operator.DigestCalculator;
import org.bouncycastle.operator.jcajce.JcaAlgorithmParametersConverter;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;
import org.bouncycastle.operator.jcajce.JcaDigestCalculatorProviderBuilder;
import org.bouncycastle.pkcs.PKCS10CertificationRequest;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Bouncy Castle's builders, told to use this provider and no other: they ask it for all they need. What they make is read
 * by Bouncy Castle's own provider or openssl, and what those make is read by a key in the device.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Tag("jdk")
class BouncyCastleBuildersTest {
    private static final byte[] DATA = "a message to a device".getBytes(StandardCharsets.UTF_8);
    private static final String PIN = "648219";

    @TempDir
    private static Path folder;

    private SchsmProvider provider;
    private KeyStore keyStore;
    private Pki pki;

    @BeforeAll
    void makeKeys() throws Exception {
        provider = (SchsmProvider) new SchsmProvider().configure("terminal = simulator:" + folder.resolve("readers"));
        keyStore = KeyStore.getInstance("SCHSM", provider);
        keyStore.load(null, PIN.toCharArray());
        pki = Pki.create();
        certified("RSA", SchsmKeySpec.builder("rsa").keySize(2048));
        for (String curve : List.of("secp256r1", "secp384r1", "brainpoolP256r1")) {
            certified("EC", SchsmKeySpec.builder(curve).parameters(new ECGenParameterSpec(curve)));
        }
    }

    @AfterAll
    void close() {
        provider.close();
    }

    private void certified(String algorithm, SchsmKeySpec.Builder spec) throws Exception {
        SchsmKeySpec wanted = spec.build();
        pki.certify(keyStore, wanted.label(), Group.generatePair(provider, algorithm, wanted));
    }

    private PrivateKey key(String alias) throws Exception {
        return (PrivateKey) keyStore.getKey(alias, null);
    }

    private X509Certificate certificate(String alias) throws Exception {
        return (X509Certificate) keyStore.getCertificate(alias);
    }

    private List<String> aliases() throws Exception {
        return Collections.list(keyStore.aliases());
    }

    // Signatures

    @ParameterizedTest
    @CsvSource({
        "rsa, SHA256withRSA",
        "rsa, SHA256withRSAandMGF1",
        "secp256r1, SHA256withECDSA",
        "secp384r1, SHA384withECDSA",
        "brainpoolP256r1, SHA256withECDSA",
        "secp256r1, SHA256withPLAIN-ECDSA",
        "secp384r1, SHA3-384withPLAIN-ECDSA"
    })
    void signedDataIsMadeAndVerifiedByThisProvider(String alias, String algorithm) throws Exception {
        ContentSigner signer =
                new JcaContentSignerBuilder(algorithm).setProvider(provider).build(key(alias));
        CMSSignedDataGenerator generator = new CMSSignedDataGenerator();
        generator.addSignerInfoGenerator(new JcaSignerInfoGeneratorBuilder(new JcaDigestCalculatorProviderBuilder()
                        .setProvider(provider)
                        .build())
                .build(signer, certificate(alias)));

        CMSSignedData signed = new CMSSignedData(
                generator.generate(new CMSProcessableByteArray(DATA), true).getEncoded());

        SignerInformation information = signed.getSignerInfos().iterator().next();
        for (Provider verifier : List.of(provider, Pki.BC)) {
            assertThat(information.verify(new JcaSimpleSignerInfoVerifierBuilder()
                            .setProvider(verifier)
                            .build(certificate(alias))))
                    .as(verifier.getName())
                    .isTrue();
        }
    }

    @ParameterizedTest
    @CsvSource({"rsa, SHA256withRSA", "secp256r1, SHA256withECDSA", "brainpoolP256r1, SHA256withECDSA"})
    void requestsAndCertificatesAreVerifiedByThisProvider(String alias, String algorithm) throws Exception {
        PKCS10CertificationRequest request = new JcaPKCS10CertificationRequestBuilder(
                        new X500Name("CN=request"), certificate(alias).getPublicKey())
                .build(new JcaContentSignerBuilder(algorithm)
                        .setProvider(provider)
                        .build(key(alias)));

        assertThat(request.isSignatureValid(new JcaContentVerifierProviderBuilder()
                        .setProvider(provider)
                        .build(request.getSubjectPublicKeyInfo())))
                .isTrue();
        X509CertificateHolder holder =
                new X509CertificateHolder(certificate(alias).getEncoded());
        X509Certificate converted =
                new JcaX509CertificateConverter().setProvider(provider).getCertificate(holder);
        assertThat(converted).isEqualTo(certificate(alias));
        assertThat(holder.isSignatureValid(new JcaContentVerifierProviderBuilder()
                        .setProvider(provider)
                        .build(pki.issuer())))
                .isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"rsa", "secp384r1", "brainpoolP256r1"})
    void publicKeysAreReadByTheirIdentifiers(String alias) throws Exception {
        byte[] encoded = certificate(alias).getPublicKey().getEncoded();
        String pem = "-----BEGIN PUBLIC KEY-----\n" + Base64.getMimeEncoder().encodeToString(encoded)
                + "\n-----END PUBLIC KEY-----\n";
        try (PEMParser parser = new PEMParser(new StringReader(pem))) {
            Key read = new JcaPEMKeyConverter()
                    .setProvider(provider)
                    .getPublicKey(SubjectPublicKeyInfo.getInstance(parser.readObject()));
            assertThat(read.getEncoded()).isEqualTo(encoded);
        }
        assertThat(KeyFactory.getInstance(alias.equals("rsa") ? "RSA" : "EC", provider)
                        .generatePublic(new X509EncodedKeySpec(encoded))
                        .getEncoded())
                .isEqualTo(encoded);
    }

    @Test
    void hashesAreMadeByThisProvider() throws Exception {
        for (ASN1ObjectIdentifier hash : List.of(
                OIWObjectIdentifiers.idSHA1, NISTObjectIdentifiers.id_sha256, NISTObjectIdentifiers.id_sha3_512)) {
            byte[][] made = new byte[2][];
            List<Provider> makers = List.of(provider, Pki.BC);
            for (int i = 0; i < made.length; i++) {
                DigestCalculator calculator = new JcaDigestCalculatorProviderBuilder()
                        .setProvider(makers.get(i))
                        .build()
                        .get(new AlgorithmIdentifier(hash));
                calculator.getOutputStream().write(DATA);
                made[i] = calculator.getDigest();
            }
            assertThat(made[0]).isEqualTo(made[1]);
        }
    }

    // Messages to RSA keys

    /** No key is made in the device for the content. */
    private CMSEnvelopedData encrypted(ASN1ObjectIdentifier content, RecipientInfoGenerator recipient, Provider by)
            throws Exception {
        List<String> before = aliases();
        CMSEnvelopedDataGenerator generator = new CMSEnvelopedDataGenerator();
        generator.addRecipientInfoGenerator(recipient);
        CMSEnvelopedData message = generator.generate(
                new CMSProcessableByteArray(DATA),
                new JceCMSContentEncryptorBuilder(content).setProvider(by).build());
        assertThat(aliases()).isEqualTo(before);
        return new CMSEnvelopedData(message.getEncoded());
    }

    private static void assertReads(CMSEnvelopedData message, Recipient recipient) throws Exception {
        RecipientInformation information =
                message.getRecipientInfos().getRecipients().iterator().next();
        assertThat(information.getContent(recipient)).isEqualTo(DATA);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "2.16.840.1.101.3.4.1.2",
                "2.16.840.1.101.3.4.1.42",
                "2.16.840.1.101.3.4.1.46",
                "1.2.840.113549.3.7"
            })
    void messagesToAnRsaKeyAreMadeAndReadByThisProvider(String content) throws Exception {
        CMSEnvelopedData message = encrypted(
                new ASN1ObjectIdentifier(content),
                new JceKeyTransRecipientInfoGenerator(certificate("rsa")).setProvider(provider),
                provider);

        assertReads(message, new JceKeyTransEnvelopedRecipient(key("rsa")).setProvider(provider));
    }

    @Test
    void oaepIsTakenByItsIdentifierWithItsParameters() throws Exception {
        javax.crypto.spec.OAEPParameterSpec sha256 = new javax.crypto.spec.OAEPParameterSpec(
                "SHA-256",
                "MGF1",
                java.security.spec.MGF1ParameterSpec.SHA256,
                javax.crypto.spec.PSource.PSpecified.DEFAULT);
        AlgorithmIdentifier oaep = new JcaAlgorithmParametersConverter()
                .getAlgorithmIdentifier(PKCSObjectIdentifiers.id_RSAES_OAEP, sha256);
        for (Provider sender : List.of(provider, Pki.BC)) {
            CMSEnvelopedData message = encrypted(
                    NISTObjectIdentifiers.id_aes256_CBC,
                    new JceKeyTransRecipientInfoGenerator(certificate("rsa"), oaep).setProvider(sender),
                    sender);

            assertReads(message, new JceKeyTransEnvelopedRecipient(key("rsa")).setProvider(provider));
        }
    }

    // Messages to EC keys

    /** Bouncy Castle asks for the algorithm, which it otherwise looks for in the key's bytes. */
    private Recipient agreeing(String alias) throws Exception {
        return new JceKeyAgreeEnvelopedRecipient(key(alias))
                .setPrivateKeyAlgorithmIdentifier(SubjectPublicKeyInfo.getInstance(
                                certificate(alias).getPublicKey().getEncoded())
                        .getAlgorithm())
                .setProvider(provider);
    }

    /** X9.63 with each hash, with and without cofactor, and each key wrap. */
    @ParameterizedTest
    @CsvSource({
        "secp256r1, 1.3.133.16.840.63.0.2, 2.16.840.1.101.3.4.1.5",
        "secp256r1, 1.3.132.1.11.0, 1.2.840.113549.1.9.16.3.6",
        "secp384r1, 1.3.132.1.11.1, 2.16.840.1.101.3.4.1.25",
        "brainpoolP256r1, 1.3.132.1.11.2, 2.16.840.1.101.3.4.1.45",
        "secp256r1, 1.3.132.1.11.3, 2.16.840.1.101.3.4.1.45",
        "secp256r1, 1.3.133.16.840.63.0.3, 2.16.840.1.101.3.4.1.5",
        "secp384r1, 1.3.132.1.14.2, 2.16.840.1.101.3.4.1.45"
    })
    void messagesToAnEcKeyAreRead(String alias, String agreement, String wrap) throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC", Pki.BC);
        generator.initialize(new ECGenParameterSpec(alias));
        KeyPair sender = generator.generateKeyPair();
        for (byte[] material : new byte[][] {null, {1, 2, 3}}) {
            JceKeyAgreeRecipientInfoGenerator recipient = new JceKeyAgreeRecipientInfoGenerator(
                            new ASN1ObjectIdentifier(agreement),
                            sender.getPrivate(),
                            sender.getPublic(),
                            new ASN1ObjectIdentifier(wrap))
                    .setProvider(Pki.BC)
                    .addRecipient(certificate(alias));
            if (material != null) {
                recipient.setUserKeyingMaterial(material);
            }
            CMSEnvelopedData message = encrypted(NISTObjectIdentifiers.id_aes256_CBC, recipient, Pki.BC);

            assertReads(message, agreeing(alias));
        }
    }

    /** The ephemeral key is made in software, too. */
    @ParameterizedTest
    @ValueSource(strings = {"secp256r1", "brainpoolP256r1"})
    void messagesToAnEcKeyAreMadeByThisProvider(String alias) throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC", Pki.BC);
        generator.initialize(new ECGenParameterSpec(alias));
        KeyPair sender = generator.generateKeyPair();
        CMSEnvelopedData message = encrypted(
                NISTObjectIdentifiers.id_aes128_CBC,
                new JceKeyAgreeRecipientInfoGenerator(
                                SECObjectIdentifiers.dhSinglePass_stdDH_sha256kdf_scheme,
                                sender.getPrivate(),
                                sender.getPublic(),
                                NISTObjectIdentifiers.id_aes128_wrap)
                        .setProvider(provider)
                        .addRecipient(certificate(alias)),
                provider);

        assertReads(message, agreeing(alias));
    }

    /** Code of a program that a builder calls means the device, as everywhere. */
    @Test
    void keysOfAProgramThatABuilderCallsAreTheDevices() throws Exception {
        X509Certificate recipient = certificate("rsa");
        RecipientInfoGenerator own = contentKey -> {
            try {
                KeyPairGenerator plain = KeyPairGenerator.getInstance("EC", provider);
                plain.initialize(new ECGenParameterSpec("secp256r1"));
                PrivateKey key = plain.generateKeyPair().getPrivate();
                assertThat(key).isInstanceOf(SchsmPrivateKey.class);
                keyStore.deleteEntry(((SchsmPrivateKey) key).key().label());
                return new JceKeyTransRecipientInfoGenerator(recipient).generate(contentKey);
            } catch (GeneralSecurityException failed) {
                throw new CMSException("no key", failed);
            }
        };

        assertReads(
                encrypted(NISTObjectIdentifiers.id_aes128_CBC, own, provider),
                new JceKeyTransEnvelopedRecipient(key("rsa")).setProvider(provider));
    }

    // openssl

    private CMSEnvelopedData byOpenSsl(String alias, String... options) throws Exception {
        Path pem = folder.resolve(alias + ".pem");
        Files.writeString(
                pem,
                "-----BEGIN CERTIFICATE-----\n"
                        + Base64.getMimeEncoder()
                                .encodeToString(certificate(alias).getEncoded())
                        + "\n-----END CERTIFICATE-----\n");
        Path in = Files.write(folder.resolve("in.txt"), DATA);
        Path out = folder.resolve(alias + ".cms");
        List<String> command = new ArrayList<>(List.of(
                "openssl",
                "cms",
                "-encrypt",
                "-binary",
                "-in",
                in.toString(),
                "-outform",
                "DER",
                "-out",
                out.toString(),
                "-aes256",
                "-recip",
                pem.toString()));
        command.addAll(List.of(options));
        Program.run(command.toArray(new String[0])).succeeded();
        return new CMSEnvelopedData(Files.readAllBytes(out));
    }

    @ParameterizedTest
    @CsvSource({
        "secp256r1, ",
        "secp256r1, ecdh_kdf_md:sha256",
        "secp384r1, ecdh_kdf_md:sha384",
        "brainpoolP256r1, ecdh_kdf_md:sha512",
        "secp256r1, ecdh_cofactor_mode:1"
    })
    void messagesOfOpenSslToAnEcKeyAreRead(String alias, String option) throws Exception {
        CMSEnvelopedData message = option == null ? byOpenSsl(alias) : byOpenSsl(alias, "-keyopt", option);

        assertReads(message, agreeing(alias));
    }

    @ParameterizedTest
    @ValueSource(strings = {"rsa_padding_mode:pkcs1", "rsa_padding_mode:oaep"})
    void messagesOfOpenSslToAnRsaKeyAreRead(String option) throws Exception {
        assertReads(
                byOpenSsl("rsa", "-keyopt", option),
                new JceKeyTransEnvelopedRecipient(key("rsa")).setProvider(provider));
    }
}
