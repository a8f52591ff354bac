package io.github.schsm;

import org.jspecify.annotations.Nullable;

/**
 * A reader and what is in it.
 *
 * @param reader  the reader's name
 * @param device  the device in it, if there is one that answers
 * @param problem why not, else null
 */
public record FoundDevice(
        String reader,
        @Nullable SchsmDevice device,
        @Nullable String problem) {}
