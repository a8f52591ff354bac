// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.examples.documents;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.examples.support.KeyKind;
import io.github.schsm.examples.support.Recipe;
import io.github.schsm.examples.support.Verdict;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Instant;
import javax.xml.namespace.QName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.opensaml.core.config.InitializationService;
import org.opensaml.core.xml.config.XMLObjectProviderRegistrySupport;
import org.opensaml.saml.saml2.core.Assertion;
import org.opensaml.saml.saml2.core.Issuer;
import org.opensaml.security.x509.BasicX509Credential;
import org.opensaml.xmlsec.SignatureSigningParameters;
import org.opensaml.xmlsec.signature.support.SignatureConstants;
import org.opensaml.xmlsec.signature.support.SignatureSupport;

@Recipe(
        program = "OpenSAML",
        version = "4.0.1",
        verdict = Verdict.UNCHANGED,
        how = "`new BasicX509Credential(certificate, privateKey)`; the provider registered",
        limit = "4.1 and newer are in no public repository but Shibboleth's, and not tried")
class OpenSamlTest extends DocumentWorld {
    @Tag("programs")
    @ParameterizedTest
    @CsvSource({
        "P256, http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256",
        "P384, http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha384",
        "BRAINPOOL256, http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256",
        "RSA2048, http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
    })
    void signsAnAssertion(KeyKind kind, String method) throws Exception {
        PrivateKey key = world.key("saml", kind);
        X509Certificate certificate = world.certificate("saml");
        InitializationService.initialize();
        Issuer issuer = build(Issuer.class, Issuer.DEFAULT_ELEMENT_NAME);
        issuer.setValue("https://idp.example.com");
        Assertion assertion = build(Assertion.class, Assertion.DEFAULT_ELEMENT_NAME);
        assertion.setID("_1");
        assertion.setIssueInstant(Instant.parse("2026-11-30T00:00:00Z"));
        assertion.setIssuer(issuer);

        // region sign
        SignatureSigningParameters parameters = new SignatureSigningParameters();
        parameters.setSigningCredential(new BasicX509Credential(certificate, key));
        parameters.setSignatureAlgorithm(method);
        parameters.setSignatureReferenceDigestMethod(SignatureConstants.ALGO_ID_DIGEST_SHA256);
        parameters.setSignatureCanonicalizationAlgorithm(SignatureConstants.ALGO_ID_C14N_EXCL_OMIT_COMMENTS);
        SignatureSupport.signObject(assertion, parameters);
        // endregion

        assertThat(assertion.isSigned()).isTrue();
        assertion.getDOM().setIdAttributeNS(null, "ID", true);
        assertThat(Xmls.isSigned(assertion.getDOM().getOwnerDocument(), certificate.getPublicKey()))
                .isTrue();
    }

    private static <T> T build(Class<T> type, QName name) {
        return type.cast(XMLObjectProviderRegistrySupport.getBuilderFactory()
                .getBuilder(name)
                .buildObject(name));
    }
}
