// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.examples.documents;

import com.lowagie.text.pdf.PdfDictionary;
import com.lowagie.text.pdf.PdfName;
import com.lowagie.text.pdf.PdfReader;
import com.lowagie.text.pdf.PdfSignature;
import com.lowagie.text.pdf.PdfSignatureAppearance;
import com.lowagie.text.pdf.PdfStamper;
import com.lowagie.text.pdf.PdfString;
import io.github.schsm.examples.support.KeyKind;
import io.github.schsm.examples.support.Recipe;
import io.github.schsm.examples.support.Verdict;
import java.io.ByteArrayOutputStream;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Recipe(
        program = "OpenPDF",
        version = "2.0.5",
        verdict = Verdict.CODE,
        how = "the application makes a CMS signature with the key, between `preClose` and `close`",
        limit = "OpenPDF: 2.1 and newer want Java 21")
class OpenPdfTest extends DocumentWorld {
    private static final int ROOM = 16_384;

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
        PdfSignatureAppearance appearance = PdfStamper.createSignature(new PdfReader(unsigned), signed, '\0')
                .getSignatureAppearance();
        PdfSignature dictionary = new PdfSignature(PdfName.ADOBE_PPKLITE, PdfName.ADBE_PKCS7_DETACHED);
        appearance.setCryptoDictionary(dictionary);
        appearance.preClose(new HashMap<>(Map.of(PdfName.CONTENTS, 2 * ROOM + 2)));
        byte[] cms = Pdfs.cms(appearance.getRangeStream().readAllBytes(), algorithm, key, chain);
        PdfDictionary contents = new PdfDictionary();
        contents.put(PdfName.CONTENTS, new PdfString(Arrays.copyOf(cms, ROOM)).setHexWriting(true));
        appearance.close(contents);
        // endregion

        Pdfs.verify(signed.toByteArray(), chain[0]);
    }
}
