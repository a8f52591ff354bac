// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.admin.inventory;

import io.github.schsm.codec.PrintableText;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Commands for people to copy into a shell. Labels come from devices, and what is pasted is executed: what a shell could
 * take for more than text is quoted, and what cannot be quoted safely makes no command at all. {@code sh}, {@code bash},
 * {@code zsh}, and {@code fish} read it alike, or on Windows both shells there.
 */
public final class ShellLine {
    /** What to say where there is no command. */
    public static final String WHY_NONE =
            "a name has characters that cannot be typed safely into a shell: rename it first";

    private static final Pattern PLAIN = Pattern.compile("(?:--)?[A-Za-z0-9_./][A-Za-z0-9_.,:/@+=#-]*");
    /** What stands in double quotes for both shells of Windows. */
    private static final Pattern WINDOWS = Pattern.compile("[\\p{L}\\p{N} _.,:/@+=#-]+");

    private static final int MOST = 200;

    private final List<String> command;
    private final boolean windows;

    private ShellLine(List<String> command, boolean windows) {
        this.command = List.copyOf(command);
        this.windows = windows;
    }

    /**
     * Lines for the shells of this computer.
     *
     * @param command what each line begins with: {@code schsm}, and the options that lead to the same devices
     */
    public static ShellLine of(List<String> command) {
        return of(
                command,
                System.getProperty("os.name", "").toLowerCase(Locale.ROOT).startsWith("windows"));
    }

    static ShellLine of(List<String> command, boolean windows) {
        return new ShellLine(command, windows);
    }

    /**
     * A text from outside as an argument. What would be an option, or the name of a file with options, is none of the texts
     * that can be given.
     */
    public static String value(String text) {
        return text.startsWith("-") || text.startsWith("@") ? "" : text;
    }

    /**
     * A line.
     *
     * @param words what follows the command; what comes from outside by {@link #value}
     * @return one line; empty if a word cannot stand in one
     */
    public String line(String... words) {
        List<String> quoted = new ArrayList<>();
        for (List<String> part : List.of(command, List.of(words))) {
            for (String word : part) {
                String safe = quoted(word);
                if (safe == null) {
                    return "";
                }
                quoted.add(safe);
            }
        }
        return String.join(" ", quoted);
    }

    private @Nullable String quoted(String word) {
        if (PLAIN.matcher(word).matches()) {
            return word;
        }
        // A line end would start what comes after it, and what turns text around shows another command than it is.
        if (word.isEmpty()
                || word.length() > MOST
                || !PrintableText.of(word).equals(word)
                || !PrintableText.isWhole(word)) {
            return null;
        }
        if (windows) {
            return WINDOWS.matcher(word).matches() ? '"' + word + '"' : null;
        }
        // fish reads a backslash before a quote or a backslash inside single quotes as none; the others keep it.
        return word.contains("\\") ? null : "'" + word.replace("'", "'\\''") + "'";
    }
}
