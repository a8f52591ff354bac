// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.examples.documents;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.schsm.examples.support.KeyKind;
import io.github.schsm.examples.support.Recipe;
import io.github.schsm.examples.support.Verdict;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.xml.crypto.dsig.CanonicalizationMethod;
import javax.xml.crypto.dsig.DigestMethod;
import javax.xml.crypto.dsig.Reference;
import javax.xml.crypto.dsig.SignatureMethod;
import javax.xml.crypto.dsig.SignedInfo;
import javax.xml.crypto.dsig.Transform;
import javax.xml.crypto.dsig.XMLSignatureFactory;
import javax.xml.crypto.dsig.dom.DOMSignContext;
import javax.xml.crypto.dsig.keyinfo.KeyInfo;
import javax.xml.crypto.dsig.keyinfo.KeyInfoFactory;
import javax.xml.crypto.dsig.spec.C14NMethodParameterSpec;
import javax.xml.crypto.dsig.spec.TransformParameterSpec;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.w3c.dom.Document;

@Recipe(
        program = "javax.xml.crypto",
        version = "JDK 17 and newer",
        verdict = Verdict.UNCHANGED,
        how = "`new DOMSignContext(privateKey, node)`; the provider registered",
        limit = "JDK: for PSS, name the provider, or set `jdk.security.provider.preferred=RSASSA-PSS:SCHSM`")
class XmlCryptoTest extends DocumentWorld {
    private static void sign(String method, DOMSignContext context, X509Certificate certificate) throws Exception {
        // region sign
        XMLSignatureFactory factory = XMLSignatureFactory.getInstance("DOM");
        Reference all = factory.newReference(
                "",
                factory.newDigestMethod(DigestMethod.SHA256, null),
                List.of(factory.newTransform(Transform.ENVELOPED, (TransformParameterSpec) null)),
                null,
                null);
        SignedInfo info = factory.newSignedInfo(
                factory.newCanonicalizationMethod(CanonicalizationMethod.EXCLUSIVE, (C14NMethodParameterSpec) null),
                factory.newSignatureMethod(method, null),
                List.of(all));
        KeyInfoFactory keys = factory.getKeyInfoFactory();
        KeyInfo signer = keys.newKeyInfo(List.of(keys.newX509Data(List.of(certificate))));
        factory.newXMLSignature(info, signer).sign(context);
        // endregion
    }

    @Test
    void signsADocument() throws Exception {
        signs(KeyKind.P256, SignatureMethod.ECDSA_SHA256);
    }

    @Tag("programs")
    @ParameterizedTest
    @CsvSource({
        "P384, http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha384",
        "BRAINPOOL256, http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256",
        "RSA2048, http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
    })
    void signs(KeyKind kind, String method) throws Exception {
        PrivateKey key = world.key("xml", kind);
        X509Certificate certificate = world.certificate("xml");
        Document document = Xmls.document();

        // region context
        DOMSignContext context = new DOMSignContext(key, document.getDocumentElement());
        // endregion
        sign(method, context, certificate);

        assertThat(Xmls.isSigned(document, certificate.getPublicKey())).isTrue();
    }

    /** The JDK sets the parameters before it shows the key, and is then bound to a provider of its own. */
    @Tag("programs")
    @Test
    void signsByPssIfTheProviderIsNamed() throws Exception {
        PrivateKey key = world.key("xml", KeyKind.RSA2048);
        X509Certificate certificate = world.certificate("xml");
        Document document = Xmls.document();
        Provider provider = world.provider();
        String method = "http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1";
        DOMSignContext context = new DOMSignContext(key, document.getDocumentElement());
        Document other = Xmls.document();

        assertThatThrownBy(() -> sign(method, new DOMSignContext(key, other.getDocumentElement()), certificate))
                .hasMessageContaining("key must be RSAPrivateKey");
        // region provider
        context.setProperty("org.jcp.xml.dsig.internal.dom.SignatureProvider", provider);
        // endregion
        sign(method, context, certificate);

        assertThat(Xmls.isSigned(document, certificate.getPublicKey())).isTrue();
    }
}
