// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.config;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.security.Security;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What a key store file may say whose type nobody named. A program that takes key stores from others, and leaves their type
 * to the Java runtime, must not load a native library, listen on a port, read or write a file because one of them says so.
 */
final class GuessedFile {
    /** The security property that lifts the limits. */
    static final String PROPERTY = "schsm.probe";

    private static final String ALL = "all";
    private static final String MEMORY = "memory";

    /** What decides nothing but which devices are meant, and how they are used. A pattern of readers could run for long. */
    private static final Set<String> HARMLESS = Set.of(
            SchsmConfiguration.DEVICE,
            SchsmConfiguration.DOMAIN,
            SchsmConfiguration.MEMBERS,
            SchsmConfiguration.COPIES,
            SchsmConfiguration.DELETE,
            SchsmConfiguration.DATES,
            SchsmConfiguration.CHANNEL,
            SchsmConfiguration.ALIAS,
            SchsmConfiguration.NAME);

    /** PINs that a person gives, who sees what for: a handler may have been made for other devices. */
    private static final Set<String> TYPED = Set.of("prompt", "pinpad");

    private GuessedFile() {}

    /** Whether somebody decided that guessed files may say everything. */
    static boolean isEverythingAllowed() {
        return ALL.equals(Security.getProperty(PROPERTY));
    }

    /** The first entry that says too much, as people read it; empty if there is none. */
    static Optional<String> tooMuch(SchsmConfiguration unchecked) {
        return unchecked.entries().entrySet().stream()
                .filter(entry -> !isHarmless(entry.getKey(), entry.getValue()))
                .map(GuessedFile::told)
                .findFirst();
    }

    private static boolean isHarmless(String key, String value) {
        if (key.equals(SchsmConfiguration.TERMINAL)) {
            return SchsmConfiguration.terminalsIn(value).allMatch(GuessedFile::isHarmless);
        }
        if (key.equals(SchsmConfiguration.PIN) || key.startsWith(SchsmConfiguration.PIN_OF)) {
            return TYPED.contains(value);
        }
        return key.equals(SchsmConfiguration.TRUST) ? value.indexOf(':') < 0 : HARMLESS.contains(key);
    }

    private static boolean isHarmless(SchsmConfiguration.Terminal terminal) {
        return terminal.scheme().isEmpty()
                || (terminal.isSimulator()
                        && (terminal.location().equals(MEMORY) || isOfSimulator(terminal.location())));
    }

    /** Whether it is a folder with simulated devices in it: no other may become one. */
    private static boolean isOfSimulator(String folder) {
        try (DirectoryStream<Path> devices = Files.newDirectoryStream(Path.of(folder), "*.device")) {
            return devices.iterator().hasNext();
        } catch (IOException | InvalidPathException | DirectoryIteratorException none) {
            return false;
        }
    }

    /** Without the value, of which only the beginning has a meaning of ours. */
    private static String told(Map.Entry<String, String> entry) {
        String value = entry.getValue();
        boolean isTerminal = entry.getKey().equals(SchsmConfiguration.TERMINAL);
        return entry.getKey() + " = "
                + (isTerminal
                        ? SchsmConfiguration.terminalsIn(value)
                                .filter(terminal -> !isHarmless(terminal))
                                .map(terminal -> terminal.scheme() + ":…")
                                .findFirst()
                                .orElse("…")
                        : "…");
    }
}
