// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.examples.documents;

import static org.assertj.core.api.Assertions.assertThat;

import eu.europa.esig.dss.cades.CAdESSignatureParameters;
import eu.europa.esig.dss.cades.signature.CAdESService;
import eu.europa.esig.dss.enumerations.DigestAlgorithm;
import eu.europa.esig.dss.enumerations.EncryptionAlgorithm;
import eu.europa.esig.dss.enumerations.SignatureLevel;
import eu.europa.esig.dss.enumerations.SignaturePackaging;
import eu.europa.esig.dss.jades.JAdESSignatureParameters;
import eu.europa.esig.dss.jades.signature.JAdESService;
import eu.europa.esig.dss.model.DSSDocument;
import eu.europa.esig.dss.model.InMemoryDocument;
import eu.europa.esig.dss.model.SignatureValue;
import eu.europa.esig.dss.model.ToBeSigned;
import eu.europa.esig.dss.pades.PAdESSignatureParameters;
import eu.europa.esig.dss.pades.signature.PAdESService;
import eu.europa.esig.dss.signature.AbstractSignatureParameters;
import eu.europa.esig.dss.signature.DocumentSignatureService;
import eu.europa.esig.dss.spi.signature.AdvancedSignature;
import eu.europa.esig.dss.spi.validation.CommonCertificateVerifier;
import eu.europa.esig.dss.token.DSSPrivateKeyEntry;
import eu.europa.esig.dss.token.KSPrivateKeyEntry;
import eu.europa.esig.dss.token.KeyStoreSignatureTokenConnection;
import eu.europa.esig.dss.validation.SignedDocumentValidator;
import eu.europa.esig.dss.xades.XAdESSignatureParameters;
import eu.europa.esig.dss.xades.signature.XAdESService;
import io.github.schsm.SchsmKeySpec;
import io.github.schsm.examples.support.DeviceWorld;
import io.github.schsm.examples.support.KeyKind;
import io.github.schsm.examples.support.Recipe;
import io.github.schsm.examples.support.Verdict;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.KeyPairGenerator;
import java.security.KeyStore.PasswordProtection;
import java.security.Security;
import java.util.List;
import javax.crypto.KeyGenerator;
import org.apache.xml.security.algorithms.JCEMapper;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The European Commission's library; its validator says what came out. */
@Recipe(
        program = "EU DSS",
        version = "6.4",
        verdict = Verdict.CODE,
        how = "`new KeyStoreSignatureTokenConnection((InputStream) null, \"SCHSM\", pin)`; the provider registered",
        limit = "JWS, and so JAdES, has no brainpool; DSS reads no PDF signatures with Bouncy Castle 1.87")
class DssTest extends DocumentWorld {
    private static final CommonCertificateVerifier VERIFIER = new CommonCertificateVerifier();

    /** DSS makes Bouncy Castle Santuario's provider, for the whole JVM; others sign by Santuario here, too. */
    @AfterAll
    static void giveSantuarioBack() {
        JCEMapper.setProviderId(null);
        Security.removeProvider("BC");
    }

    private static KeyStoreSignatureTokenConnection connect() {
        char[] pin = DeviceWorld.PIN.toCharArray();
        // region connect
        return new KeyStoreSignatureTokenConnection((InputStream) null, "SCHSM", new PasswordProtection(pin));
        // endregion
    }

    // region sign
    private static <P extends AbstractSignatureParameters<?>> DSSDocument sign(
            DocumentSignatureService<P, ?> service,
            P parameters,
            DSSDocument document,
            KeyStoreSignatureTokenConnection token,
            DSSPrivateKeyEntry key) {
        parameters.setSigningCertificate(key.getCertificate());
        parameters.setCertificateChain(key.getCertificateChain());
        ToBeSigned data = service.getDataToSign(document, parameters);
        SignatureValue value = token.sign(data, parameters.getSignatureAlgorithm(), key);
        return service.signDocument(document, parameters, value);
    }
    // endregion

    private static void validate(DSSDocument signed, SignatureLevel level) {
        SignedDocumentValidator validator = SignedDocumentValidator.fromDocument(signed);
        validator.setCertificateVerifier(VERIFIER);
        List<AdvancedSignature> signatures = validator.getSignatures();
        assertThat(signatures).hasSize(1);
        AdvancedSignature signature = signatures.get(0);
        signature.checkSignatureIntegrity();
        assertThat(signature.getSignatureCryptographicVerification().isSignatureValid())
                .as("%s", signature.getSignatureCryptographicVerification().getErrorMessage())
                .isTrue();
        assertThat(signature.getDataFoundUpToLevel()).isEqualTo(level);
    }

    private static DSSDocument text() {
        return new InMemoryDocument("hello".getBytes(StandardCharsets.UTF_8), "hello.txt");
    }

    @Tag("programs")
    @Test
    void listsAllKeysWithCertificates() throws Exception {
        KeyPairGenerator bare = KeyPairGenerator.getInstance("RSA", world.provider());
        bare.initialize(SchsmKeySpec.builder("bare").keySize(1024).build());
        bare.generateKeyPair();
        KeyGenerator secret = KeyGenerator.getInstance("AES", world.provider());
        secret.init(SchsmKeySpec.builder("secret").keySize(128).build());
        secret.generateKey();
        world.key("rsa", KeyKind.RSA2048);
        world.key("ec", KeyKind.P256);

        try (KeyStoreSignatureTokenConnection token = connect()) {
            assertThat(token.getKeys())
                    .extracting(key -> ((KSPrivateKeyEntry) key).getAlias())
                    .containsExactlyInAnyOrder("rsa", "ec");
            assertThat(token.getKeys())
                    .allSatisfy(key -> assertThat(key.getCertificateChain()).hasSize(3));
        }
    }

    @Tag("programs")
    @ParameterizedTest
    @CsvSource({"P256, ECDSA", "P384, ECDSA", "BRAINPOOL256, ECDSA", "RSA2048, RSA", "RSA2048, RSASSA_PSS"})
    void signsInEveryFormat(KeyKind kind, EncryptionAlgorithm algorithm) throws Exception {
        world.key("dss", kind);
        try (KeyStoreSignatureTokenConnection token = connect()) {
            DSSPrivateKeyEntry key = token.getKey("dss");

            // region pades
            PAdESSignatureParameters pades = new PAdESSignatureParameters();
            pades.setSignatureLevel(SignatureLevel.PAdES_BASELINE_B);
            // endregion
            pades.setEncryptionAlgorithm(algorithm);
            validate(
                    sign(new PAdESService(VERIFIER), pades, new InMemoryDocument(Pdfs.unsigned()), token, key),
                    SignatureLevel.PAdES_BASELINE_B);

            XAdESSignatureParameters xades = new XAdESSignatureParameters();
            xades.setSignatureLevel(SignatureLevel.XAdES_BASELINE_B);
            xades.setSignaturePackaging(SignaturePackaging.ENVELOPING);
            xades.setEncryptionAlgorithm(algorithm);
            validate(sign(new XAdESService(VERIFIER), xades, text(), token, key), SignatureLevel.XAdES_BASELINE_B);

            CAdESSignatureParameters cades = new CAdESSignatureParameters();
            cades.setSignatureLevel(SignatureLevel.CAdES_BASELINE_B);
            cades.setSignaturePackaging(SignaturePackaging.ENVELOPING);
            cades.setEncryptionAlgorithm(algorithm);
            validate(sign(new CAdESService(VERIFIER), cades, text(), token, key), SignatureLevel.CAdES_BASELINE_B);

            if (kind == KeyKind.BRAINPOOL256) {
                return;
            }
            JAdESSignatureParameters jades = new JAdESSignatureParameters();
            jades.setSignatureLevel(SignatureLevel.JAdES_BASELINE_B);
            jades.setSignaturePackaging(SignaturePackaging.ENVELOPING);
            jades.setEncryptionAlgorithm(algorithm);
            jades.setDigestAlgorithm(kind == KeyKind.P384 ? DigestAlgorithm.SHA384 : DigestAlgorithm.SHA256);
            validate(sign(new JAdESService(VERIFIER), jades, text(), token, key), SignatureLevel.JAdES_BASELINE_B);
        }
    }
}
