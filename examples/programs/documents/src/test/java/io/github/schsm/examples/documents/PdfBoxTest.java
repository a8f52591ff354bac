// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.examples.documents;

import io.github.schsm.examples.support.KeyKind;
import io.github.schsm.examples.support.Recipe;
import io.github.schsm.examples.support.Verdict;
import java.io.ByteArrayOutputStream;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import org.apache.pdfbox.Loader;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.interactive.digitalsignature.PDSignature;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Recipe(
        program = "PDFBox",
        version = "3.0.8",
        verdict = Verdict.UNCHANGED,
        how = "it asks the application for a CMS signature, which Bouncy Castle makes with the key")
class PdfBoxTest extends DocumentWorld {
    @Tag("programs")
    @ParameterizedTest
    @CsvSource({
        "P256, SHA256withECDSA",
        "P384, SHA384withECDSA",
        "BRAINPOOL256, SHA256withECDSA",
        "BRAINPOOL384, SHA384withECDSA",
        "RSA2048, SHA256withRSA",
        "RSA2048, SHA256withRSAandMGF1"
    })
    void signsADocument(KeyKind kind, String algorithm) throws Exception {
        PrivateKey key = world.key("pdf", kind);
        X509Certificate[] chain = world.chain("pdf");
        byte[] unsigned = Pdfs.unsigned();

        // region sign
        ByteArrayOutputStream signed = new ByteArrayOutputStream();
        try (PDDocument document = Loader.loadPDF(unsigned)) {
            PDSignature signature = new PDSignature();
            signature.setFilter(PDSignature.FILTER_ADOBE_PPKLITE);
            signature.setSubFilter(PDSignature.SUBFILTER_ADBE_PKCS7_DETACHED);
            document.addSignature(signature, content -> Pdfs.cms(content.readAllBytes(), algorithm, key, chain));
            document.saveIncremental(signed);
        }
        // endregion

        Pdfs.verify(signed.toByteArray(), chain[0]);
    }
}
