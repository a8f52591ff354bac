// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli.report;

import io.github.schsm.codec.PrintableText;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Columns of text under headings, as wide as they need to be. Not picocli's table: that one takes {@code @|...|@} in a
 * value for markup and drops it, so that a device could show one label for another.
 */
public final class Table {
    private static final String GAP = "  ";

    private final List<List<String>> rows = new ArrayList<>();

    public Table(String... headings) {
        rows.add(List.of(headings));
    }

    /** A row; a missing value is a dash. */
    public void row(@Nullable Object... values) {
        List<String> row = new ArrayList<>();
        for (Object value : values) {
            String text = Objects.toString(value, "");
            // As it will be shown, because that is how wide it is.
            row.add(text.isBlank() ? "-" : PrintableText.of(text));
        }
        rows.add(row);
    }

    public Lines text() {
        int columns = rows.get(0).size();
        int[] widths = new int[columns];
        for (List<String> row : rows) {
            for (int i = 0; i < columns; i++) {
                widths[i] = Math.max(widths[i], row.get(i).length());
            }
        }
        List<String> lines = new ArrayList<>();
        for (List<String> row : rows) {
            StringBuilder line = new StringBuilder();
            for (int i = 0; i < columns; i++) {
                line.append(row.get(i))
                        .append(" ".repeat(widths[i] - row.get(i).length()))
                        .append(GAP);
            }
            lines.add(line.toString().stripTrailing());
        }
        return new Lines(lines);
    }
}
