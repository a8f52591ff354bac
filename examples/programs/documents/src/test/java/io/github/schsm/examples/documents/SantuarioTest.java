// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.examples.documents;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.examples.support.KeyKind;
import io.github.schsm.examples.support.Recipe;
import io.github.schsm.examples.support.Verdict;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.cert.X509Certificate;
import org.apache.xml.security.Init;
import org.apache.xml.security.algorithms.MessageDigestAlgorithm;
import org.apache.xml.security.c14n.Canonicalizer;
import org.apache.xml.security.signature.XMLSignature;
import org.apache.xml.security.transforms.Transforms;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.w3c.dom.Document;

@Recipe(
        program = "Santuario",
        version = "3.0.6",
        verdict = Verdict.UNCHANGED,
        how = "`signature.sign(privateKey)`; the provider registered, or named to the constructor",
        limit = "Santuario: for PSS, name the provider, or set `jdk.security.provider.preferred`")
class SantuarioTest extends DocumentWorld {
    @Tag("programs")
    @ParameterizedTest
    @CsvSource({
        "P256, http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256",
        "P384, http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha384",
        "BRAINPOOL256, http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256",
        "RSA2048, http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
    })
    void signs(KeyKind kind, String method) throws Exception {
        PrivateKey key = world.key("xml", kind);
        X509Certificate certificate = world.certificate("xml");
        Document document = Xmls.document();
        Init.init();

        // region sign
        XMLSignature signature = new XMLSignature(document, "", method, Canonicalizer.ALGO_ID_C14N_EXCL_OMIT_COMMENTS);
        document.getDocumentElement().appendChild(signature.getElement());
        Transforms transforms = new Transforms(document);
        transforms.addTransform(Transforms.TRANSFORM_ENVELOPED_SIGNATURE);
        signature.addDocument("", transforms, MessageDigestAlgorithm.ALGO_ID_DIGEST_SHA256);
        signature.addKeyInfo(certificate);
        signature.sign(key);
        // endregion

        assertThat(Xmls.isSigned(document, certificate.getPublicKey())).isTrue();
    }

    /** Santuario sets the parameters before it shows the key, and is then bound to a provider of the JDK. */
    @Tag("programs")
    @Test
    void signsByPssIfTheProviderIsNamed() throws Exception {
        PrivateKey key = world.key("xml", KeyKind.RSA2048);
        Document document = Xmls.document();
        Provider provider = world.provider();
        String method = "http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1";
        Init.init();

        // region pss
        XMLSignature signature =
                new XMLSignature(document, "", method, Canonicalizer.ALGO_ID_C14N_EXCL_OMIT_COMMENTS, provider);
        // endregion
        document.getDocumentElement().appendChild(signature.getElement());
        Transforms transforms = new Transforms(document);
        transforms.addTransform(Transforms.TRANSFORM_ENVELOPED_SIGNATURE);
        signature.addDocument("", transforms, MessageDigestAlgorithm.ALGO_ID_DIGEST_SHA256);
        signature.sign(key);

        assertThat(Xmls.isSigned(document, world.certificate("xml").getPublicKey()))
                .isTrue();
    }
}
