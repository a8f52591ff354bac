// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli.report;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a command has to say: the same for people and for programs.
 *
 * @param text   for people
 * @param json   for programs: maps, lists, strings, numbers, booleans and nulls, with values as they are
 * @param status the exit status
 */
public record Answer(Lines text, Map<String, ? extends @Nullable Object> json, int status) {
    /** One line. */
    public static Answer of(String line, Map<String, ? extends @Nullable Object> json) {
        return of(Lines.of(line), json);
    }

    public static Answer of(Lines text, Map<String, ? extends @Nullable Object> json) {
        return new Answer(text, json, Status.DONE);
    }

    /** Of a command that has answered itself. */
    public static Answer given(int status) {
        return new Answer(Lines.NONE, Map.of(), status);
    }

    /** A map for {@link #json} that keeps the order. */
    public static Json.ObjectBuilder json(String name, @Nullable Object value) {
        return new Json.ObjectBuilder(new LinkedHashMap<>()).and(name, value);
    }
}
