// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.examples.authorities;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.examples.support.Command;
import io.github.schsm.examples.support.DeviceKeys;
import io.github.schsm.examples.support.DeviceWorld;
import io.github.schsm.examples.support.Recipe;
import io.github.schsm.examples.support.Verdict;
import io.github.schsm.provider.SchsmProvider;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.PublicKey;
import java.security.Security;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.cert.X509v2CRLBuilder;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v2CRLBuilder;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.cms.CMSAlgorithm;
import org.bouncycastle.cms.CMSEnvelopedData;
import org.bouncycastle.cms.CMSEnvelopedDataGenerator;
import org.bouncycastle.cms.CMSProcessableByteArray;
import org.bouncycastle.cms.jcajce.JceCMSContentEncryptorBuilder;
import org.bouncycastle.cms.jcajce.JceKeyTransEnvelopedRecipient;
import org.bouncycastle.cms.jcajce.JceKeyTransRecipientInfoGenerator;
import org.bouncycastle.operator.BufferingContentSigner;
import org.bouncycastle.operator.ContentSigner;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * EJBCA's classes are in no public repository. This makes the calls of its BaseCryptoToken and KeyStoreTools: everything
 * by the provider's name.
 */
@Recipe(
        program = "EJBCA",
        version = "source of BaseCryptoToken 020a206",
        verdict = Verdict.CODE,
        how = "a few lines in a crypto token",
        limit = "only its calls are tested: EJBCA's classes are in no public repository")
@Tag("programs")
@SuppressWarnings("JavaUtilDate") // what the builders take
class EjbcaTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    private static final Date BEGIN = Date.from(NOW);
    private static final Date END = Date.from(NOW.plus(Duration.ofDays(10_000)));

    @TempDir
    private Path folder;

    private DeviceWorld world;
    private KeyStore keyStore;
    private String providerName;

    @BeforeEach
    void activate() throws Exception {
        world = DeviceWorld.in(folder);
        String configuration = world.configuration();
        char[] authCode = DeviceWorld.PIN.toCharArray();
        // region ejbca
        Provider provider = new SchsmProvider().configure(configuration);
        Security.addProvider(provider); // setJCAProvider(provider)
        KeyStore keyStore = KeyStore.getInstance("SCHSM", provider);
        keyStore.load(null, authCode); // setKeyStore(keyStore)
        // endregion
        this.keyStore = keyStore;
        this.providerName = provider.getName();
    }

    @AfterEach
    void deactivate() throws Exception {
        SchsmProvider provider = (SchsmProvider) Security.getProvider(providerName);
        Security.removeProvider(providerName);
        provider.close();
        world.close();
    }

    /** The key has no name when it is generated; it gets one with its certificate. */
    private void generate(String spec, String alias, String algorithm) throws Exception {
        KeyPairGenerator generator;
        if (spec.matches("\\d+")) {
            generator = KeyPairGenerator.getInstance("RSA", providerName);
            generator.initialize(Integer.parseInt(spec));
        } else {
            generator = KeyPairGenerator.getInstance("EC", providerName);
            generator.initialize(new ECGenParameterSpec(spec));
        }
        KeyPair pair = generator.generateKeyPair();
        X509Certificate certificate =
                certificate("CN=some guy", pair.getPrivate(), "CN=some guy", pair.getPublic(), algorithm);
        keyStore.setKeyEntry(alias, pair.getPrivate(), null, new Certificate[] {certificate});
        keyStore.store(null, null);
    }

    private X509Certificate certificate(
            String issuer, PrivateKey issuerKey, String subject, PublicKey key, String algorithm) throws Exception {
        X509v3CertificateBuilder builder = new JcaX509v3CertificateBuilder(
                new X500Name(issuer), BigInteger.TEN, BEGIN, END, new X500Name(subject), key);
        builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(true));
        ContentSigner signer = new BufferingContentSigner(
                new JcaContentSignerBuilder(algorithm).setProvider(providerName).build(issuerKey), 20480);
        return new JcaX509CertificateConverter()
                .setProvider(DeviceKeys.SOFTWARE)
                .getCertificate(builder.build(signer));
    }

    /** How EJBCA finds out whether a key is usable, and in hardware. */
    private boolean works(String alias, String algorithm) throws GeneralSecurityException {
        PrivateKey key = (PrivateKey) keyStore.getKey(alias, null);
        byte[] data = "Lillan gick on the roaden ut".getBytes(StandardCharsets.UTF_8);
        Signature signer = Signature.getInstance(algorithm, providerName);
        signer.initSign(key);
        signer.update(data);
        byte[] signature = signer.sign();
        Signature verifier = Signature.getInstance(algorithm, DeviceKeys.SOFTWARE);
        verifier.initVerify(keyStore.getCertificate(alias).getPublicKey());
        verifier.update(data);
        return key.getEncoded() == null && verifier.verify(signature);
    }

    @ParameterizedTest
    @CsvSource({
        "1.2.840.10045.3.1.7, SHA256withECDSA",
        "1.3.132.0.34, SHA384withECDSA",
        "1.3.36.3.3.2.8.1.1.7, SHA256withECDSA",
        "2048, SHA256WithRSA",
        "2048, SHA256withRSAandMGF1"
    })
    void tokenGeneratesKeysAndIssues(String spec, String algorithm) throws Exception {
        generate(spec, "signKey", algorithm);

        assertThat(works("signKey", algorithm)).isTrue();
        PrivateKey key = (PrivateKey) keyStore.getKey("signKey", null);
        PublicKey publicKey = keyStore.getCertificate("signKey").getPublicKey();
        X509Certificate authority = certificate("CN=CA", key, "CN=CA", publicKey, algorithm);
        X509v2CRLBuilder list = new JcaX509v2CRLBuilder(authority, BEGIN);
        list.setNextUpdate(END);
        byte[] signed = list.build(new JcaContentSignerBuilder(algorithm)
                        .setProvider(providerName)
                        .build(key))
                .getEncoded();
        Path certificate = world.pem("ca.pem", authority);
        assertThat(Command.run(
                        folder,
                        "openssl",
                        "verify",
                        "-check_ss_sig",
                        "-CAfile",
                        certificate.toString(),
                        certificate.toString()))
                .contains("OK");
        assertThat(Command.run(
                        folder,
                        "openssl",
                        "crl",
                        "-inform",
                        "DER",
                        "-in",
                        Files.write(folder.resolve("ca.crl"), signed).toString(),
                        "-CAfile",
                        certificate.toString(),
                        "-noout"))
                .contains("verify OK");

        keyStore.deleteEntry("signKey");
        assertThat(keyStore.containsAlias("signKey")).isFalse();
    }

    /** Keys that EJBCA recovers are encrypted to the token's defaultKey. */
    @Test
    void tokenDecryptsRecoveredKeys() throws Exception {
        generate("2048", "defaultKey", "SHA256WithRSA");
        CMSEnvelopedDataGenerator generator = new CMSEnvelopedDataGenerator();
        generator.addRecipientInfoGenerator(new JceKeyTransRecipientInfoGenerator(
                        "id".getBytes(StandardCharsets.UTF_8),
                        keyStore.getCertificate("defaultKey").getPublicKey())
                .setProvider(DeviceKeys.SOFTWARE));
        byte[] secret = {1, 2, 3};
        CMSEnvelopedData encrypted = generator.generate(
                new CMSProcessableByteArray(secret),
                new JceCMSContentEncryptorBuilder(CMSAlgorithm.AES256_CBC)
                        .setProvider(DeviceKeys.SOFTWARE)
                        .build());

        assertThat(encrypted
                        .getRecipientInfos()
                        .getRecipients()
                        .iterator()
                        .next()
                        .getContent(new JceKeyTransEnvelopedRecipient((PrivateKey) keyStore.getKey("defaultKey", null))
                                .setProvider(providerName)
                                .setContentProvider(DeviceKeys.SOFTWARE)))
                .isEqualTo(secret);
    }
}
