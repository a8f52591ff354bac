// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.command;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import com.networknt.schema.ValidationMessage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;

/** The schemas of what commands answer with {@code --json}, in docs/schema. */
public final class JsonSchemas {
    static final Path FOLDER = Path.of(System.getProperty("schsm.home"), "docs", "schema");

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final JsonSchemaFactory SCHEMAS = JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012);

    private JsonSchemas() {}

    static Path file(String name) {
        return FOLDER.resolve(name + ".schema.json");
    }

    static JsonNode schema(String name) throws IOException {
        return JSON.readTree(Files.readString(file(name)));
    }

    static JsonNode parse(String answer) throws IOException {
        return JSON.reader()
                .with(com.fasterxml.jackson.databind.DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                .readTree(answer);
    }

    /** What an answer has that its schema does not allow, or lacks. */
    public static Set<ValidationMessage> problems(String name, JsonNode answer) throws IOException {
        return SCHEMAS.getSchema(schema(name)).validate(answer);
    }
}
