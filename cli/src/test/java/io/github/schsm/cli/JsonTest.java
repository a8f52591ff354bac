// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.cli.report.Answer;
import io.github.schsm.cli.report.Json;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class JsonTest {
    @Test
    void valuesKeepTheirKindAndOrder() {
        String text = Json.text(Answer.json("text", "a \"b\"\n\u00fc")
                .and("number", 4294967294L)
                .and("yes", true)
                .and("none", null)
                .and("list", Arrays.asList(1, "two", null))
                .and("empty", List.of())
                .members());

        assertThat(new Run(0, text, "").json())
                .containsExactlyEntriesOf(Answer.json("text", "a \"b\"\n\u00fc")
                        .and("number", 4294967294L)
                        .and("yes", true)
                        .and("none", null)
                        .and("list", Arrays.asList(1L, "two", null))
                        .and("empty", List.of())
                        .members());
    }
}
