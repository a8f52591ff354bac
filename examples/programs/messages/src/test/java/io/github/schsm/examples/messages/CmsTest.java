// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.examples.messages;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.examples.support.Command;
import io.github.schsm.examples.support.DeviceKeys;
import io.github.schsm.examples.support.KeyKind;
import io.github.schsm.examples.support.Recipe;
import io.github.schsm.examples.support.Verdict;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.MGF1ParameterSpec;
import java.util.List;
import javax.crypto.spec.OAEPParameterSpec;
import javax.crypto.spec.PSource;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.bsi.BSIObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.cert.jcajce.JcaCertStore;
import org.bouncycastle.cms.CMSAlgorithm;
import org.bouncycastle.cms.CMSEnvelopedData;
import org.bouncycastle.cms.CMSEnvelopedDataGenerator;
import org.bouncycastle.cms.CMSProcessableByteArray;
import org.bouncycastle.cms.CMSSignedData;
import org.bouncycastle.cms.CMSSignedDataGenerator;
import org.bouncycastle.cms.Recipient;
import org.bouncycastle.cms.RecipientInfoGenerator;
import org.bouncycastle.cms.SignerInformation;
import org.bouncycastle.cms.jcajce.JcaSignerInfoGeneratorBuilder;
import org.bouncycastle.cms.jcajce.JcaSimpleSignerInfoVerifierBuilder;
import org.bouncycastle.cms.jcajce.JceCMSContentEncryptorBuilder;
import org.bouncycastle.cms.jcajce.JceKeyAgreeEnvelopedRecipient;
import org.bouncycastle.cms.jcajce.JceKeyAgreeRecipientInfoGenerator;
import org.bouncycastle.cms.jcajce.JceKeyTransEnvelopedRecipient;
import org.bouncycastle.cms.jcajce.JceKeyTransRecipientInfoGenerator;
import org.bouncycastle.operator.ContentSigner;
import org.bouncycastle.operator.jcajce.JcaAlgorithmParametersConverter;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.operator.jcajce.JcaDigestCalculatorProviderBuilder;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

@Recipe(
        program = "Bouncy Castle CMS",
        version = "1.87",
        verdict = Verdict.CODE,
        how = "`setProvider(provider)` in the builders that take the key")
class CmsTest extends DeviceMessages {
    private static byte[] sign(
            PrivateKey key, List<X509Certificate> chain, String algorithm, Provider provider, byte[] content)
            throws Exception {
        // region cms-sign
        ContentSigner signer =
                new JcaContentSignerBuilder(algorithm).setProvider(provider).build(key);
        CMSSignedDataGenerator generator = new CMSSignedDataGenerator();
        generator.addSignerInfoGenerator(
                new JcaSignerInfoGeneratorBuilder(new JcaDigestCalculatorProviderBuilder().build())
                        .build(signer, chain.get(0)));
        generator.addCertificates(new JcaCertStore(chain));
        CMSSignedData message = generator.generate(new CMSProcessableByteArray(content), true);
        // endregion
        return message.getEncoded();
    }

    private static void signAndVerify(String algorithm, KeyKind kind) throws Exception {
        Path message = folder.resolve("signed.p7m");
        Files.write(message, sign(keys.key(kind), List.of(keys.chain(kind)), algorithm, provider, TEXT));

        assertThat(Command.run(
                        folder,
                        "openssl",
                        "cms",
                        "-verify",
                        "-inform",
                        "DER",
                        "-in",
                        message.toString(),
                        "-CAfile",
                        world.rootFile().toString(),
                        "-purpose",
                        "smimesign"))
                .contains("hello")
                .contains("Verification successful");
    }

    @Test
    void signs() throws Exception {
        signAndVerify("SHA256withECDSA", KeyKind.P256);
    }

    @ParameterizedTest
    @CsvSource({
        "SHA384withECDSA, P384",
        "SHA256withECDSA, BRAINPOOL256",
        "SHA256withRSA, RSA2048",
        "SHA256withRSAandMGF1, RSA2048"
    })
    @Tag("programs")
    void signsByEveryKindOfKey(String algorithm, KeyKind kind) throws Exception {
        signAndVerify(algorithm, kind);
    }

    /** As the German BSI wants it; openssl does not know it. */
    @Test
    @Tag("programs")
    void signsByPlainEcdsa() throws Exception {
        KeyKind kind = KeyKind.BRAINPOOL256;
        CMSSignedData message = new CMSSignedData(
                sign(keys.key(kind), List.of(keys.chain(kind)), "SHA256withPLAIN-ECDSA", provider, TEXT));

        SignerInformation signer =
                message.getSignerInfos().getSigners().iterator().next();
        assertThat(signer.getEncryptionAlgOID()).isEqualTo(BSIObjectIdentifiers.ecdsa_plain_SHA256.getId());
        assertThat(signer.verify(new JcaSimpleSignerInfoVerifierBuilder()
                        .setProvider(DeviceKeys.SOFTWARE)
                        .build(keys.certificate(kind))))
                .isTrue();
    }

    private static byte[] decrypt(byte[] encrypted, PrivateKey key, X509Certificate certificate, Provider provider)
            throws Exception {
        // region cms-decrypt
        Recipient recipient = key.getAlgorithm().equals("RSA")
                ? new JceKeyTransEnvelopedRecipient(key).setProvider(provider)
                : new JceKeyAgreeEnvelopedRecipient(key)
                        .setProvider(provider)
                        .setPrivateKeyAlgorithmIdentifier(SubjectPublicKeyInfo.getInstance(
                                        certificate.getPublicKey().getEncoded())
                                .getAlgorithm());
        byte[] content = new CMSEnvelopedData(encrypted)
                .getRecipientInfos()
                .getRecipients()
                .iterator()
                .next()
                .getContent(recipient);
        // endregion
        return content;
    }

    private static byte[] decrypt(byte[] message, KeyKind kind) throws Exception {
        return decrypt(message, keys.key(kind), keys.certificate(kind), provider);
    }

    private static byte[] encrypt(RecipientInfoGenerator recipient) throws Exception {
        CMSEnvelopedDataGenerator generator = new CMSEnvelopedDataGenerator();
        generator.addRecipientInfoGenerator(recipient);
        return generator
                .generate(
                        new CMSProcessableByteArray(TEXT),
                        new JceCMSContentEncryptorBuilder(CMSAlgorithm.AES256_CBC)
                                .setProvider(DeviceKeys.SOFTWARE)
                                .build())
                .getEncoded();
    }

    @Test
    @Tag("programs")
    void decryptsByRsa() throws Exception {
        byte[] message = encrypt(new JceKeyTransRecipientInfoGenerator(keys.certificate(KeyKind.RSA2048))
                .setProvider(DeviceKeys.SOFTWARE));

        assertThat(decrypt(message, KeyKind.RSA2048)).isEqualTo(TEXT);
    }

    @ParameterizedTest
    @CsvSource({"SHA-1", "SHA-256", "SHA-384"})
    @Tag("programs")
    void decryptsByRsaWithOaep(String hash) throws Exception {
        AlgorithmIdentifier oaep = new JcaAlgorithmParametersConverter()
                .getAlgorithmIdentifier(
                        PKCSObjectIdentifiers.id_RSAES_OAEP,
                        new OAEPParameterSpec(hash, "MGF1", new MGF1ParameterSpec(hash), PSource.PSpecified.DEFAULT));
        byte[] message = encrypt(new JceKeyTransRecipientInfoGenerator(keys.certificate(KeyKind.RSA2048), oaep)
                .setProvider(DeviceKeys.SOFTWARE));

        assertThat(decrypt(message, KeyKind.RSA2048)).isEqualTo(TEXT);
    }

    /** Key derivation by each hash, and by the cofactor's form. */
    @ParameterizedTest
    @CsvSource({
        "1.3.133.16.840.63.0.2, 2.16.840.1.101.3.4.1.5, P256",
        "1.3.132.1.11.0, 2.16.840.1.101.3.4.1.5, P256",
        "1.3.132.1.11.1, 2.16.840.1.101.3.4.1.45, P256",
        "1.3.132.1.11.1, 2.16.840.1.101.3.4.1.45, BRAINPOOL256",
        "1.3.132.1.11.2, 2.16.840.1.101.3.4.1.45, P384",
        "1.3.132.1.11.3, 2.16.840.1.101.3.4.1.45, BRAINPOOL384",
        "1.3.132.1.14.1, 2.16.840.1.101.3.4.1.25, P256"
    })
    @Tag("programs")
    void decryptsByAgreement(String agreement, String wrap, KeyKind kind) throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC", DeviceKeys.SOFTWARE);
        generator.initialize(new ECGenParameterSpec(kind.curve()));
        KeyPair sender = generator.generateKeyPair();
        byte[] message = encrypt(new JceKeyAgreeRecipientInfoGenerator(
                        new ASN1ObjectIdentifier(agreement),
                        sender.getPrivate(),
                        sender.getPublic(),
                        new ASN1ObjectIdentifier(wrap))
                .addRecipient(keys.certificate(kind))
                .setProvider(DeviceKeys.SOFTWARE));

        assertThat(decrypt(message, kind)).isEqualTo(TEXT);
    }

    @ParameterizedTest
    @EnumSource(names = {"P256", "P384", "BRAINPOOL256", "RSA2048"})
    @Tag("programs")
    void decryptsWhatOpensslEncrypts(KeyKind kind) throws Exception {
        Path plain = Files.write(folder.resolve("plain.txt"), TEXT);
        Path message = folder.resolve("encrypted.der");
        Command.run(
                folder,
                "openssl",
                "cms",
                "-encrypt",
                "-binary",
                "-aes256",
                "-in",
                plain.toString(),
                "-outform",
                "DER",
                "-out",
                message.toString(),
                world.pem("recipient.pem", keys.certificate(kind)).toString());

        assertThat(decrypt(Files.readAllBytes(message), kind)).isEqualTo(TEXT);
    }
}
