// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.admin.json;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.deser.std.FromStringDeserializer;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.ToStringSerializer;
import io.github.schsm.MalformedDataException;
import java.io.IOException;
import java.io.Serial;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Reads and writes JSON documents. What is read comes from outside: its size and depth are bounded, a name may stand in
 * an object once only, and nothing may follow the document.
 */
public final class JsonDocuments {
    /** No document of this program comes near. */
    private static final int MAXIMUM_BYTES = 64 << 20;

    private static final int MAXIMUM_DEPTH = 64;

    private static final JsonMapper MAPPER = mapper();

    private JsonDocuments() {}

    private static JsonMapper mapper() {
        JsonMapper mapper = JsonMapper.builder()
                .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
                .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
                .enable(MapperFeature.SORT_PROPERTIES_ALPHABETICALLY)
                .disable(JsonParser.Feature.AUTO_CLOSE_SOURCE)
                .enable(JsonWriteFeature.ESCAPE_NON_ASCII.mappedFeature())
                .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
                .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
                .enable(DeserializationFeature.FAIL_ON_NUMBERS_FOR_ENUMS)
                .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
                .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
                .addModule(times())
                .build();
        mapper.getFactory()
                .setStreamReadConstraints(StreamReadConstraints.builder()
                        .maxNestingDepth(MAXIMUM_DEPTH)
                        .maxDocumentLength(MAXIMUM_BYTES)
                        .build());
        return mapper;
    }

    /** Times and dates are as ISO 8601 has them. */
    private static SimpleModule times() {
        return new SimpleModule()
                .addSerializer(Instant.class, ToStringSerializer.instance)
                .addSerializer(LocalDate.class, ToStringSerializer.instance)
                .addDeserializer(Instant.class, new Iso<>(Instant.class, Instant::parse))
                .addDeserializer(LocalDate.class, new Iso<>(LocalDate.class, LocalDate::parse));
    }

    /** Reads a time or a date. */
    private static final class Iso<T> extends FromStringDeserializer<T> {
        @Serial
        private static final long serialVersionUID = 1L;

        private final transient Function<String, T> parser;

        Iso(Class<T> type, Function<String, T> parser) {
            super(type);
            this.parser = parser;
        }

        @Override
        protected T _deserialize(String value, DeserializationContext context) throws IOException {
            try {
                return parser.apply(value);
            } catch (DateTimeException none) {
                throw context.weirdStringException(value, _valueClass, "not as ISO 8601 has it");
            }
        }
    }

    /** Records, maps and lists as a tree. */
    public static JsonNode tree(Object value) {
        return MAPPER.valueToTree(value);
    }

    /** A record or map as plain maps, lists, strings, numbers, booleans and nulls; members are sorted. */
    public static Map<String, @Nullable Object> members(Object value) {
        return MAPPER.convertValue(value, new TypeReference<Map<String, @Nullable Object>>() {});
    }

    /**
     * A document as a record: every member that the record has must be there, and no other.
     *
     * @param what what it is, to name it in the error
     * @throws MalformedDataException if it does not fit
     */
    public static <T> T as(String what, JsonNode document, Class<T> type) throws MalformedDataException {
        try {
            return MAPPER.treeToValue(document, type);
        } catch (JsonMappingException misfit) {
            String where = misfit.getPath().stream()
                    .map(step -> step.getFieldName() == null ? "[" + step.getIndex() + "]" : "/" + step.getFieldName())
                    .collect(Collectors.joining());
            throw new MalformedDataException(what, (where.isEmpty() ? "" : where + ": ") + plain(misfit));
        } catch (JsonProcessingException malformed) {
            throw new MalformedDataException(what, firstLine(malformed.getOriginalMessage()));
        }
    }

    /** What does not fit, without Jackson's words for the classes and settings of this program. */
    private static String plain(JsonMappingException misfit) {
        String message = firstLine(misfit.getOriginalMessage());
        if (misfit instanceof UnrecognizedPropertyException) {
            return "it is not known here";
        }
        return message.startsWith("Missing creator property") ? "it is missing" : message;
    }

    private static String firstLine(String message) {
        return message.lines().findFirst().orElse(message);
    }

    /**
     * Reads a document.
     *
     * @param what what it is, to name it in the error, e.g. {@code "policy /etc/schsm/policy.json"}
     * @param utf8 the document
     * @throws MalformedDataException if it is no JSON document, is too large or too deep, or names something twice
     */
    public static JsonNode read(String what, byte[] utf8) throws MalformedDataException {
        if (utf8.length > MAXIMUM_BYTES) {
            throw new MalformedDataException(what, utf8.length + " bytes are more than " + MAXIMUM_BYTES);
        }
        try {
            JsonNode read = MAPPER.readTree(utf8);
            if (read.isMissingNode()) {
                throw new MalformedDataException(what, "it is empty, a JSON document is expected");
            }
            return read;
        } catch (JsonProcessingException malformed) {
            throw new MalformedDataException(
                    what, "no JSON document: " + withoutSource(malformed.getOriginalMessage()) + at(malformed));
        } catch (IOException inMemory) {
            throw new UncheckedIOException(inMemory);
        }
    }

    /** Where an unclosed object began is told as a setting of Jackson; the place where it is missed follows. */
    private static String withoutSource(String message) {
        return message.replaceFirst(" \\(start marker at .*\\)$", "");
    }

    private static String at(JsonProcessingException malformed) {
        return malformed.getLocation() == null
                ? ""
                : " (line " + malformed.getLocation().getLineNr() + ", column "
                        + malformed.getLocation().getColumnNr() + ")";
    }

    /**
     * A document in the one form that signatures and hash chains are over: UTF-8 in ASCII, no white space, members of maps
     * and records sorted by name.
     *
     * @param value records, maps, lists, strings, numbers, booleans, nulls and trees of them
     */
    public static byte[] canonical(Object value) {
        return write(MAPPER.writer(), value);
    }

    /** The same for people to read, with line breaks. */
    public static byte[] pretty(Object value) {
        return write(MAPPER.writerWithDefaultPrettyPrinter(), value);
    }

    private static byte[] write(ObjectWriter writer, Object value) {
        try {
            // A tree keeps the order it was made in: as plain values its members are sorted, too.
            Object plain = MAPPER.convertValue(value, Object.class);
            return writer.writeValueAsString(plain).getBytes(StandardCharsets.UTF_8);
        } catch (JsonProcessingException notWritable) {
            throw new IllegalArgumentException("this cannot be written as JSON", notWritable);
        }
    }
}
