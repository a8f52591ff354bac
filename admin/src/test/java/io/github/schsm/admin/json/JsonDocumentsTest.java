// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.admin.json;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.schsm.MalformedDataException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonDocumentsTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{",
                "{\"a\":1,\"a\":2}",
                "{\"b\":{\"a\":1,\"a\":2}}",
                "{} {}",
                "[1,]",
                "nul",
                "{'a':1}",
                "// x\n{}"
            })
    void whatIsNoDocumentIsRefused(String text) {
        assertThatThrownBy(() -> JsonDocuments.read("policy x.json", text.getBytes(UTF_8)))
                .isInstanceOf(MalformedDataException.class)
                .hasMessageContaining("policy x.json");
    }

    record Named(String name) {}

    @Test
    void messagesHaveNoSettingsOfTheLibrary() throws Exception {
        JsonNode empty = JsonDocuments.read("record", "{}".getBytes(UTF_8));
        assertThatThrownBy(() -> JsonDocuments.as("record", empty, Named.class))
                .hasMessageEndingWith("/name: it is missing");
        JsonNode more = JsonDocuments.read("record", "{\"name\":\"a\",\"x\":1}".getBytes(UTF_8));
        assertThatThrownBy(() -> JsonDocuments.as("record", more, Named.class))
                .hasMessageEndingWith("/x: it is not known here");
        assertThatThrownBy(() -> JsonDocuments.read("record", "{".getBytes(UTF_8)))
                .hasMessageContaining("no JSON document: Unexpected end-of-input")
                .hasMessageNotContaining("Source");
    }

    @Test
    void aDeepDocumentIsRefused() {
        assertThatThrownBy(() -> JsonDocuments.read("manifest", ("[".repeat(100) + "]".repeat(100)).getBytes(UTF_8)))
                .isInstanceOf(MalformedDataException.class)
                .hasMessageContaining("no JSON document");
    }

    @Test
    void membersAreSortedWhereverTheyComeFrom() throws Exception {
        String sorted = "{\"a\":[1,null,true],\"b\":{\"c\":\"\\u00E9\",\"d\":2}}";
        assertThat(new String(
                        JsonDocuments.canonical(JsonDocuments.read(
                                "x", "{\"b\": {\"d\": 2, \"c\": \"é\"}, \"a\": [1, null, true]}".getBytes(UTF_8))),
                        UTF_8))
                .isEqualTo(sorted);
        assertThat(JsonDocuments.canonical(JsonDocuments.read(
                        "x",
                        JsonDocuments.pretty(
                                Map.of("b", Map.of("d", 2, "c", "é"), "a", Arrays.asList(1, null, true))))))
                .asString(UTF_8)
                .isEqualTo(sorted);
        assertThat(JsonDocuments.canonical(List.of())).asString(UTF_8).isEqualTo("[]");
    }
}
