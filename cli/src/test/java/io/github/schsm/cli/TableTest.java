// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.cli.report.Table;
import org.junit.jupiter.api.Test;

class TableTest {
    @Test
    void columnsAreAsWideAsTheirLongestValue() {
        Table table = new Table("LABEL", "ID");
        table.row("code-signing", "01");
        table.row("a", null);

        assertThat(table.text().all()).containsExactly("LABEL         ID", "code-signing  01", "a             -");
    }

    @Test
    void markupInAValueIsText() {
        Table table = new Table("LABEL");
        table.row("@|bold other|@");

        assertThat(table.text().all()).containsExactly("LABEL", "@|bold other|@");
    }

    @Test
    void whatWouldMoveTheCursorIsNotShown() {
        Table table = new Table("LABEL");
        table.row("\u001b[2Jx\n\u202Ey");

        assertThat(table.text().all()).containsExactly("LABEL", "\\u001B[2Jx\\u000A\\u202Ey");
    }
}
