// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.admin.dkek;

import io.github.schsm.admin.dkek.CeremonyRecord.Custodian;
import io.github.schsm.admin.dkek.CeremonyRecord.Share;
import io.github.schsm.codec.PrintableText;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The sheet of paper that a custodian takes home: a page of HTML that needs nothing else. No secret is on it; a part of a
 * password has boxes to be filled in by hand.
 */
final class CustodianSheet {
    private static final String STYLE =
            "body{font:12pt/1.5 sans-serif;max-width:42em;margin:2em auto;color:#000;background:#fff}"
                    + "table{border-collapse:collapse;width:100%}th,td{border:1px solid #555;padding:.4em .6em;text-align:left;"
                    + "vertical-align:top}th{width:10em}td{overflow-wrap:anywhere}.box{height:2.2em;font-family:monospace}";

    private CustodianSheet() {}

    /** The sheets of all custodians, by the names of their files. */
    static Map<String, byte[]> all(CeremonyRecord record) {
        Map<String, byte[]> sheets = new LinkedHashMap<>();
        for (int i = 0; i < record.custodians().size(); i++) {
            sheets.put("custodian-" + (i + 1) + ".html", of(record, i).getBytes(StandardCharsets.UTF_8));
        }
        return sheets;
    }

    private static String of(CeremonyRecord record, int number) {
        Custodian custodian = record.custodians().get(number);
        Share share = record.shares().get(custodian.share() - 1);
        int total = record.custodians().size();
        StringBuilder page = new StringBuilder(2048);
        String title = "DKEK custodian " + (number + 1) + " of " + total;
        page.append("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n")
                .append(
                        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n")
                .append("<title>")
                .append(title)
                .append("</title>\n<style>")
                .append(STYLE)
                .append("</style>\n</head>\n<body>\n<h1>")
                .append(title)
                .append("</h1>\n<table>\n");
        row(page, "Custodian", custodian.name());
        row(page, "Ceremony", record.begun());
        row(page, "Comment", record.comment());
        row(page, "KCV of the DKEK", record.kcv());
        row(page, "Share file", share.file());
        row(page, "its SHA-256", share.sha256());
        row(page, "Sealed file", custodian.sealedFile());
        row(page, "its SHA-256", custodian.sealedSha256());
        page.append("</table>\n");
        if (custodian.hasSealedFile()) {
            page.append("<p>The sealed file holds ")
                    .append(
                            record.hasDividedPassword()
                                    ? "your part of the password"
                                    : "the password of the share file")
                    .append(". Open it where nobody looks on: <code>openssl cms -decrypt -inform DER -in ")
                    .append(escaped(custodian.sealedFile()))
                    .append(" -inkey YOUR-KEY.pem</code></p>\n");
        } else if (record.hasDividedPassword()) {
            page.append("<p>Write down what the screen shows to you alone. Any ")
                    .append(record.threshold())
                    .append(" of ")
                    .append(total)
                    .append(" custodians open the share file together.</p>\n<table>\n");
            for (String field : new String[] {"Prime", "Share ID", "Share value"}) {
                page.append("<tr><th scope=\"row\">").append(field).append("</th><td class=\"box\"></td></tr>\n");
            }
            page.append("</table>\n");
        } else {
            page.append("<p>You alone know the password of the share file. All ")
                    .append(total)
                    .append(" shares together make the DKEK: without yours nothing can be restored.</p>\n");
        }
        page.append("<p>Keep this sheet and what it is for apart from the share file, and tell nobody.</p>\n")
                .append("<table>\n<tr><th scope=\"row\">Date, signature</th><td class=\"box\"></td></tr>\n")
                .append("<tr><th scope=\"row\">Witness</th><td class=\"box\"></td></tr>\n</table>\n</body>\n</html>\n");
        return page.toString();
    }

    private static void row(StringBuilder page, String name, @Nullable String value) {
        if (value != null && !value.isEmpty()) {
            page.append("<tr><th scope=\"row\">")
                    .append(name)
                    .append("</th><td>")
                    .append(escaped(value))
                    .append("</td></tr>\n");
        }
    }

    private static String escaped(@Nullable String text) {
        return PrintableText.of(String.valueOf(text))
                .replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }
}
