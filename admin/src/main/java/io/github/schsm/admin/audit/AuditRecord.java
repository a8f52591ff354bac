// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.admin.audit;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A line of an audit log. Text in it comes from devices and programs as it was: a program that shows it escapes it.
 *
 * @param file     the name of the file it is in
 * @param line     its number in the file, from 1
 * @param sequence its number in the log, from 1
 * @param time     when it was written; null if the line does not say
 * @param event    what it tells of, e.g. {@code key.generate}
 * @param members  the whole line
 */
public record AuditRecord(
        String file, long line, long sequence, @Nullable Instant time, String event, JsonNode members) {
    /** Refuses one without a name of what it tells of. */
    public AuditRecord {
        Objects.requireNonNull(file, "file");
        Objects.requireNonNull(event, "event");
        Objects.requireNonNull(members, "members");
    }

    static AuditRecord of(String file, long line, JsonNode members) {
        return new AuditRecord(
                file,
                line,
                members.path("sequence").asLong(),
                time(members),
                members.path("event").asText(),
                members);
    }

    private static @Nullable Instant time(JsonNode members) {
        try {
            return members.has("time") ? Instant.parse(members.get("time").asText()) : null;
        } catch (DateTimeException none) {
            return null;
        }
    }

    /** A member that is a text. */
    public Optional<String> text(String name) {
        JsonNode value = members.get(name);
        return value == null || !value.isTextual() ? Optional.empty() : Optional.of(value.textValue());
    }

    /** The device's id; empty in a line about the log. */
    public Optional<String> device() {
        return text("device");
    }

    /** The label of the key, certificate or data object, or the new label of a device. */
    public Optional<String> label() {
        for (String part : new String[] {"key", "certificate", "data"}) {
            JsonNode label = members.path(part).get("label");
            if (label != null && label.isTextual()) {
                return Optional.of(label.textValue());
            }
        }
        return text("label");
    }

    /** Whether something was going to be done: how it ended stands in a later line. */
    public boolean isBegin() {
        return text("phase").filter("begin"::equals).isPresent();
    }

    /** Whether this tells how something ended that an earlier line began. */
    public boolean isEnd() {
        return text("phase").filter("end"::equals).isPresent();
    }

    /** The number of the line that began what ended here; 0 if this is no such line. */
    public long begin() {
        return isEnd() ? members.path("begin").asLong() : 0;
    }

    /** Whether what it tells of failed; false in a line that only begins. */
    public boolean isFailed() {
        return text("result").filter("failed"::equals).isPresent();
    }

    /** What was wrong, in one word: a {@link io.github.schsm.SchsmException.Reason} or the type of an exception. */
    public Optional<String> reason() {
        return text("reason").or(() -> text("error"));
    }

    /** {@code file:line}. */
    public String place() {
        return file + ":" + line;
    }
}
