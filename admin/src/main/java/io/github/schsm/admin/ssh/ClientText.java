// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.admin.ssh;

import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * Text from a client inside a question. It cannot end its quotes, look like the rest of the question, or push that out of
 * sight.
 */
final class ClientText {
    private static final int MOST_CHARACTERS = 64;
    private static final String CUT = "…";

    private ClientText() {}

    /** The text of SSH's data type {@code string}, in quotes. */
    static String quoted(byte[] utf8) {
        return quoted(new String(utf8, StandardCharsets.UTF_8));
    }

    /**
     * A text in quotes: quotes, backslashes, what is not ASCII, and blanks behind a blank are written as numbers ({@code
     * \}{@code u0022}), and after {@value #MOST_CHARACTERS} characters it is cut.
     */
    static String quoted(String text) {
        StringBuilder shown = new StringBuilder(MOST_CHARACTERS + 3).append('"');
        char before = ' ';
        for (int i = 0; i < text.length(); i++) {
            char character = text.charAt(i);
            String piece = piece(before, character);
            if (shown.length() - 1 + piece.length() > MOST_CHARACTERS) {
                return shown.append(CUT).append('"').toString();
            }
            shown.append(piece);
            before = character;
        }
        return shown.append('"').toString();
    }

    private static String piece(char before, char character) {
        boolean plain = character >= ' '
                && character <= '~'
                && character != '"'
                && character != '\\'
                && (character != ' ' || before != ' ');
        return plain ? String.valueOf(character) : String.format(Locale.ROOT, "\\u%04X", (int) character);
    }
}
