package io.github.schsm.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a command has to say: the same for people and for programs.
 *
 * @param text   for people; lines without the last line's end
 * @param json   for programs: maps, lists, strings, numbers, booleans and nulls
 * @param status the exit status
 */
record Answer(String text, Map<String, ? extends @Nullable Object> json, int status) {
    static Answer of(String text, Map<String, ? extends @Nullable Object> json) {
        return new Answer(text, json, Status.DONE);
    }

    /** A map for {@link #json} that keeps the order. */
    static Json.ObjectBuilder json(String name, @Nullable Object value) {
        return new Json.ObjectBuilder(new LinkedHashMap<>()).and(name, value);
    }
}
