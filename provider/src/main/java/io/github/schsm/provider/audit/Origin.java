// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.provider.audit;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Who writes: the same for every line of this process. */
final class Origin {
    /** As it stands in every line but those that tell how something ended. */
    static final Map<String, Object> THIS = Map.of(
            "program", program(System.getProperty("sun.java.command")),
            "pid", ProcessHandle.current().pid(),
            "user", System.getProperty("user.name", "unknown"));

    private Origin() {}

    /**
     * The main class or the jar; never an argument, which could be a secret.
     *
     * @param command null in a program that started the JVM itself
     */
    static String program(@Nullable String command) {
        if (command == null || command.isBlank()) {
            return ProcessHandle.current().info().command().orElse("unknown");
        }
        int end = command.indexOf(' ');
        return end < 0 ? command : command.substring(0, end);
    }
}
