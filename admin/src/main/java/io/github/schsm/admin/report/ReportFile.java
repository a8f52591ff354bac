// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.admin.report;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.schsm.MalformedDataException;
import io.github.schsm.admin.json.JsonDocuments;
import io.github.schsm.codec.HashAlgorithm;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * Reports as files. A page has two elements in which the report and its signature are, as JSON; the rest, its shell, is what
 * people see, and the SHA-256 of it is in the report. What is in the two elements has one form only, so nothing that is seen
 * can hide there.
 */
final class ReportFile {
    static final String DATA = "<script type=\"application/json\" id=\"schsm-report\">";
    static final String SIGNATURE = "<script type=\"application/json\" id=\"schsm-signature\">";
    static final String END = "</script>";

    private static final HexFormat HEX = HexFormat.of().withUpperCase();

    private ReportFile() {}

    /**
     * What was read.
     *
     * @param report the report with its signature
     * @param shell  of a page all but the two elements' contents; null of a JSON file
     */
    record Read(SignedReport report, @Nullable String shell) {}

    static String sha256(String shell) {
        return HEX.formatHex(HashAlgorithm.SHA256.digest(shell.getBytes(StandardCharsets.UTF_8)));
    }

    /** A page with empty elements for report and signature. */
    static String shell(String page) {
        return page.replace(ReportPage.SLOTS, DATA + END + "\n" + SIGNATURE + END);
    }

    static byte[] html(SignedReport signed) {
        String page = ReportPage.of(signed.report())
                .replace(
                        ReportPage.SLOTS,
                        DATA + embedded(signed.report()) + END + "\n" + SIGNATURE + embedded(signed.signature()) + END);
        return page.getBytes(StandardCharsets.UTF_8);
    }

    /** Canonical JSON, in which no element can begin or end. */
    private static String embedded(@Nullable Object value) {
        String json = value == null ? "null" : new String(JsonDocuments.canonical(value), StandardCharsets.US_ASCII);
        return json.replace("<", "\\u003C").replace(">", "\\u003E").replace("&", "\\u0026");
    }

    static Read parse(String what, byte[] file) throws MalformedDataException {
        int first = 0;
        while (first < file.length && Character.isWhitespace(file[first])) {
            first++;
        }
        if (first < file.length && file[first] == '{') {
            return new Read(signed(what, JsonDocuments.read(what, file)), null);
        }
        String page = text(what, file);
        Slot data = slot(what, page, DATA);
        Slot signature = slot(what, page, SIGNATURE);
        if (signature.start() < data.end()) {
            throw new MalformedDataException(what, "its elements are not in the order in which a report has them");
        }
        Report report = JsonDocuments.as(what, json(what, data.text()), Report.class);
        JsonNode signatureNode = json(what, signature.text());
        SignedReport signed = new SignedReport(
                report,
                signatureNode.isNull() ? null : JsonDocuments.as(what, signatureNode, SignedReport.Signature.class));
        if (!data.text().equals(embedded(report)) || !signature.text().equals(embedded(signed.signature()))) {
            throw new MalformedDataException(
                    what,
                    "the report that is embedded in the page was changed: it is not in the form that reports have");
        }
        String shell = page.substring(0, data.start())
                + page.substring(data.end(), signature.start())
                + page.substring(signature.end());
        return new Read(signed, shell);
    }

    private static SignedReport signed(String what, JsonNode document) throws MalformedDataException {
        return JsonDocuments.as(what, document, SignedReport.class);
    }

    private static JsonNode json(String what, String text) throws MalformedDataException {
        return JsonDocuments.read(what + ", the report in the page", text.getBytes(StandardCharsets.UTF_8));
    }

    private static String text(String what, byte[] file) throws MalformedDataException {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(file))
                    .toString();
        } catch (CharacterCodingException other) {
            throw new MalformedDataException(what, "it is neither JSON nor a page in UTF-8");
        }
    }

    private record Slot(int start, int end, String text) {}

    private static Slot slot(String what, String page, String tag) throws MalformedDataException {
        int at = page.indexOf(tag);
        if (at < 0 || page.indexOf(tag, at + 1) >= 0) {
            throw new MalformedDataException(
                    what,
                    at < 0
                            ? "it is no report of schsm: it has no element " + tag
                            : "it was changed: it has the element " + tag + " more than once");
        }
        int start = at + tag.length();
        int end = page.indexOf(END, start);
        if (end < 0) {
            throw new MalformedDataException(what, "it ends before its element " + tag + " does");
        }
        return new Slot(start, end, page.substring(start, end));
    }
}
