// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.examples.documents;

import com.itextpdf.kernel.pdf.PdfReader;
import com.itextpdf.kernel.pdf.StampingProperties;
import com.itextpdf.signatures.IExternalSignature;
import com.itextpdf.signatures.PdfSigner;
import com.itextpdf.signatures.PrivateKeySignature;
import com.itextpdf.signatures.RSASSAPSSMechanismParams;
import io.github.schsm.examples.support.KeyKind;
import io.github.schsm.examples.support.Recipe;
import io.github.schsm.examples.support.Verdict;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Recipe(
        program = "iText",
        version = "9.5.0",
        verdict = Verdict.CODE,
        how = "`new PrivateKeySignature(key, \"SHA-256\", \"SCHSM\")`; its license is the AGPL")
class ITextTest extends DocumentWorld {
    @Tag("programs")
    @ParameterizedTest
    @CsvSource({"P256, SHA-256", "P384, SHA-384", "BRAINPOOL256, SHA-256", "RSA2048, SHA-256"})
    void signsADocument(KeyKind kind, String hash) throws Exception {
        PrivateKey key = world.key("pdf", kind);
        X509Certificate[] chain = world.chain("pdf");
        byte[] unsigned = Pdfs.unsigned();

        // region sign
        ByteArrayOutputStream signed = new ByteArrayOutputStream();
        IExternalSignature signature = new PrivateKeySignature(key, hash, "SCHSM");
        PdfReader reader = new PdfReader(new ByteArrayInputStream(unsigned));
        new PdfSigner(reader, signed, new StampingProperties())
                .signDetached(signature, chain, null, null, null, 0, PdfSigner.CryptoStandard.CADES);
        // endregion

        Pdfs.verify(signed.toByteArray(), chain[0]);
    }

    @Tag("programs")
    @Test
    void signsADocumentByPss() throws Exception {
        PrivateKey key = world.key("pdf", KeyKind.RSA2048);
        X509Certificate[] chain = world.chain("pdf");
        ByteArrayOutputStream signed = new ByteArrayOutputStream();

        // region pss
        IExternalSignature signature = new PrivateKeySignature(
                key, "SHA-256", "RSASSA-PSS", "SCHSM", RSASSAPSSMechanismParams.createForDigestAlgorithm("SHA-256"));
        // endregion
        PdfReader reader = new PdfReader(new ByteArrayInputStream(Pdfs.unsigned()));
        new PdfSigner(reader, signed, new StampingProperties())
                .signDetached(signature, chain, null, null, null, 0, PdfSigner.CryptoStandard.CADES);

        Pdfs.verify(signed.toByteArray(), chain[0]);
    }
}
