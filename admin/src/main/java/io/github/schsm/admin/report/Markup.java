// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.admin.report;

import io.github.schsm.codec.PrintableText;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Lines of HTML, in ASCII. What is text is made printable and escaped, wherever it comes from; each element that shows
 * something is a line, so that two pages can be compared.
 */
final class Markup {
    static final int FIRST_NOT_ASCII = 0x7F;

    private static final Pattern LONG = Pattern.compile("\\S{30}");

    private final StringBuilder out = new StringBuilder();

    /** What this program has written itself. */
    Markup raw(String line) {
        out.append(line).append('\n');
        return this;
    }

    /** An element with a text. */
    Markup element(String tag, @Nullable Object text) {
        return element(tag, "", text);
    }

    /** An element with attributes, of this program's, and a text. */
    Markup element(String tag, String attributes, @Nullable Object text) {
        return raw("<" + tag + attributes + ">" + escaped(text) + "</" + tag + ">");
    }

    /** The beginning of a table. */
    Markup table(String caption, String... headings) {
        raw("<table>").element("caption", caption).raw("<thead><tr>");
        for (String heading : headings) {
            element("th", " scope=\"col\"", heading);
        }
        return raw("</tr></thead>").raw("<tbody>");
    }

    /** A row, which begins with what it is about. */
    Markup row(@Nullable Object... cells) {
        raw("<tr>");
        for (int i = 0; i < cells.length; i++) {
            if (i == 0) {
                element("th", " scope=\"row\"", cells[i]);
            } else {
                element("td", isLong(cells[i]) ? " class=\"long\"" : "", cells[i]);
            }
        }
        return raw("</tr>");
    }

    /** Whether there is something in it that has to be broken where a line ends. */
    private static boolean isLong(@Nullable Object cell) {
        return cell != null && LONG.matcher(cell.toString()).find();
    }

    Markup endTable() {
        return raw("</tbody>").raw("</table>");
    }

    /** A list; nothing where there is nothing to list. */
    Markup list(List<String> items) {
        if (items.isEmpty()) {
            return this;
        }
        raw("<ul>");
        items.forEach(item -> element("li", item));
        return raw("</ul>");
    }

    static String escaped(@Nullable Object value) {
        if (value == null) {
            return "&#8211;";
        }
        StringBuilder escaped = new StringBuilder();
        PrintableText.of(value.toString()).codePoints().forEach(point -> {
            switch (point) {
                case '&' -> escaped.append("&amp;");
                case '<' -> escaped.append("&lt;");
                case '>' -> escaped.append("&gt;");
                case '"' -> escaped.append("&quot;");
                case '\'' -> escaped.append("&#39;");
                default -> append(escaped, point);
            }
        });
        return escaped.toString();
    }

    /** A character of a page, in ASCII. */
    static void append(StringBuilder page, int point) {
        if (point < FIRST_NOT_ASCII) {
            page.appendCodePoint(point);
        } else {
            page.append(String.format(Locale.ROOT, "&#%d;", point));
        }
    }

    @Override
    public String toString() {
        return out.toString();
    }
}
