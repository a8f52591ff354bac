// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.examples.messages;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.examples.support.Command;
import io.github.schsm.examples.support.KeyKind;
import io.github.schsm.examples.support.Recipe;
import io.github.schsm.examples.support.Verdict;
import jakarta.mail.Message;
import jakarta.mail.Session;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeBodyPart;
import jakarta.mail.internet.MimeMessage;
import jakarta.mail.internet.MimeMultipart;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Properties;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.cert.jcajce.JcaCertStore;
import org.bouncycastle.cms.Recipient;
import org.bouncycastle.cms.jcajce.JcaSimpleSignerInfoGeneratorBuilder;
import org.bouncycastle.cms.jcajce.JceKeyAgreeEnvelopedRecipient;
import org.bouncycastle.cms.jcajce.JceKeyTransEnvelopedRecipient;
import org.bouncycastle.mail.smime.SMIMEEnveloped;
import org.bouncycastle.mail.smime.SMIMESignedGenerator;
import org.bouncycastle.mail.smime.SMIMEUtil;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

@Recipe(
        program = "Bouncy Castle S/MIME",
        version = "1.85",
        verdict = Verdict.CODE,
        how = "`setProvider(provider)` in the builders that take the key")
@Tag("programs")
class SmimeTest extends DeviceMessages {
    private static final Session SESSION = Session.getInstance(new Properties());

    private static MimeMultipart sign(
            MimeBodyPart body, PrivateKey key, List<X509Certificate> chain, String algorithm, Provider provider)
            throws Exception {
        // region smime-sign
        SMIMESignedGenerator generator = new SMIMESignedGenerator();
        generator.addSignerInfoGenerator(
                new JcaSimpleSignerInfoGeneratorBuilder().setProvider(provider).build(algorithm, key, chain.get(0)));
        generator.addCertificates(new JcaCertStore(chain));
        MimeMultipart signed = generator.generate(body);
        // endregion
        return signed;
    }

    @ParameterizedTest
    @CsvSource({
        "SHA256withECDSA, P256",
        "SHA384withECDSA, P384",
        "SHA256withECDSA, BRAINPOOL256",
        "SHA256withRSA, RSA2048",
        "SHA256withRSAandMGF1, RSA2048"
    })
    void signsWhatOpensslVerifies(String algorithm, KeyKind kind) throws Exception {
        MimeBodyPart body = new MimeBodyPart();
        body.setText("hello\r\n");
        MimeMessage mail = new MimeMessage(SESSION);
        mail.setFrom(new InternetAddress("alice@example.com"));
        mail.setRecipient(Message.RecipientType.TO, new InternetAddress("bob@example.com"));
        mail.setContent(sign(body, keys.key(kind), List.of(keys.chain(kind)), algorithm, provider));
        mail.saveChanges();
        Path file = folder.resolve("signed.eml");
        try (OutputStream out = Files.newOutputStream(file)) {
            mail.writeTo(out);
        }

        assertThat(Command.run(
                        folder,
                        "openssl",
                        "cms",
                        "-verify",
                        "-in",
                        file.toString(),
                        "-CAfile",
                        world.rootFile().toString()))
                .contains("Verification successful");
    }

    private static MimeBodyPart decrypt(
            MimeMessage mail, PrivateKey key, X509Certificate certificate, Provider provider) throws Exception {
        // region smime-decrypt
        Recipient recipient = key.getAlgorithm().equals("RSA")
                ? new JceKeyTransEnvelopedRecipient(key).setProvider(provider)
                : new JceKeyAgreeEnvelopedRecipient(key)
                        .setProvider(provider)
                        .setPrivateKeyAlgorithmIdentifier(SubjectPublicKeyInfo.getInstance(
                                        certificate.getPublicKey().getEncoded())
                                .getAlgorithm());
        MimeBodyPart body = SMIMEUtil.toMimeBodyPart(new SMIMEEnveloped(mail)
                .getRecipientInfos()
                .getRecipients()
                .iterator()
                .next()
                .getContent(recipient));
        // endregion
        return body;
    }

    @ParameterizedTest
    @EnumSource(names = {"P256", "P384", "BRAINPOOL256", "RSA2048"})
    void decryptsWhatOpensslEncrypts(KeyKind kind) throws Exception {
        Path plain = Files.writeString(folder.resolve("plain.eml"), "Content-Type: text/plain\r\n\r\nhello\r\n");
        Path encrypted = folder.resolve("encrypted.eml");
        Command.run(
                folder,
                "openssl",
                "cms",
                "-encrypt",
                "-aes256",
                "-in",
                plain.toString(),
                "-out",
                encrypted.toString(),
                "-subject",
                "hello",
                world.pem("recipient.pem", keys.certificate(kind)).toString());

        try (InputStream in = Files.newInputStream(encrypted)) {
            MimeMessage mail = new MimeMessage(SESSION, in);
            assertThat(mail.getContentType()).contains("pkcs7-mime");
            MimeBodyPart body = decrypt(mail, keys.key(kind), keys.certificate(kind), provider);
            assertThat(body.getContent().toString()).isEqualToIgnoringNewLines("hello");
        }
    }
}
