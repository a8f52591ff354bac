// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.conformance.bench.Backend;
import io.github.schsm.mechanism.Mechanism;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The table of engines and backends in CAPABILITIES.md. */
final class EngineTable {
    static final String YES = "yes";
    static final String REFUSED = "refused";

    private static final Path DOCUMENT = Path.of(System.getProperty("schsm.home", "."), "CAPABILITIES.md");
    private static final String BEGIN = "<!-- begin: engines and backends -->\n";
    private static final String END = "<!-- end: engines and backends -->";

    private EngineTable() {}

    /** What the first column says of a row of the mechanism table. */
    static String engine(Mechanism row) {
        return row.type() + " `" + row.name() + "`";
    }

    /** A backend's column, by engine, in the order of the document. */
    static Map<String, String> of(Backend backend) throws IOException {
        List<List<String>> rows = rows();
        int column = rows.get(0).indexOf(backend.title());
        assertThat(column).as("column %s in %s", backend.title(), rows.get(0)).isPositive();
        Map<String, String> cells = new LinkedHashMap<>();
        for (List<String> row : rows.subList(2, rows.size())) {
            assertThat(cells.put(row.get(0), row.get(column))).as(row.get(0)).isNull();
        }
        return cells;
    }

    private static List<List<String>> rows() throws IOException {
        String document = Files.readString(DOCUMENT);
        assertThat(document).contains(BEGIN, END);
        String table = document.substring(document.indexOf(BEGIN) + BEGIN.length(), document.indexOf(END));
        return table.lines()
                .filter(line -> line.startsWith("|"))
                .map(line -> Arrays.stream(
                                line.substring(1, line.lastIndexOf('|')).split("\\|", -1))
                        .map(String::trim)
                        .toList())
                .toList();
    }
}
