// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.examples.documents;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;
import org.apache.pdfbox.Loader;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.PDPage;
import org.apache.pdfbox.pdmodel.interactive.digitalsignature.PDSignature;
import org.bouncycastle.asn1.ASN1InputStream;
import org.bouncycastle.asn1.cms.ContentInfo;
import org.bouncycastle.cert.jcajce.JcaCertStore;
import org.bouncycastle.cms.CMSProcessableByteArray;
import org.bouncycastle.cms.CMSSignedData;
import org.bouncycastle.cms.CMSSignedDataGenerator;
import org.bouncycastle.cms.SignerInformation;
import org.bouncycastle.cms.jcajce.JcaSignerInfoGeneratorBuilder;
import org.bouncycastle.cms.jcajce.JcaSimpleSignerInfoVerifierBuilder;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.operator.ContentSigner;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.operator.jcajce.JcaDigestCalculatorProviderBuilder;

/** Documents to sign, the signature that PDF libraries ask their callers for, and its verification. */
final class Pdfs {
    private Pdfs() {}

    /** A document of one empty page. */
    static byte[] unsigned() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (PDDocument document = new PDDocument()) {
            document.addPage(new PDPage());
            document.save(out);
        }
        return out.toByteArray();
    }

    // region cms
    /** A detached CMS signature; the provider is registered. */
    static byte[] cms(byte[] content, String algorithm, PrivateKey key, X509Certificate... chain) throws IOException {
        try {
            ContentSigner signer = new JcaContentSignerBuilder(algorithm).build(key);
            CMSSignedDataGenerator generator = new CMSSignedDataGenerator();
            generator.addSignerInfoGenerator(
                    new JcaSignerInfoGeneratorBuilder(new JcaDigestCalculatorProviderBuilder().build())
                            .build(signer, chain[0]));
            generator.addCertificates(new JcaCertStore(List.of(chain)));
            return generator
                    .generate(new CMSProcessableByteArray(content), false)
                    .getEncoded();
        } catch (Exception e) {
            throw new IOException("no signature by " + chain[0].getSubjectX500Principal(), e);
        }
    }
    // endregion

    /** Bouncy Castle verifies the only signature of a document, which covers all of it. */
    static void verify(byte[] signed, X509Certificate certificate) throws Exception {
        try (PDDocument document = Loader.loadPDF(signed)) {
            assertThat(document.getSignatureDictionaries()).hasSize(1);
            PDSignature signature = document.getSignatureDictionaries().get(0);
            int[] range = signature.getByteRange();
            assertThat(range[2] + range[3]).isEqualTo(signed.length);
            // Behind the signature there is room, filled with zeros.
            CMSSignedData cms;
            try (ASN1InputStream in = new ASN1InputStream(signature.getContents(signed))) {
                cms = new CMSSignedData(
                        new CMSProcessableByteArray(signature.getSignedContent(signed)),
                        ContentInfo.getInstance(in.readObject()));
            }
            SignerInformation signer =
                    cms.getSignerInfos().getSigners().iterator().next();
            assertThat(signer.verify(new JcaSimpleSignerInfoVerifierBuilder()
                            .setProvider(new BouncyCastleProvider())
                            .build(certificate)))
                    .isTrue();
        }
    }
}
