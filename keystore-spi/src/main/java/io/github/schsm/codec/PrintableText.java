// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.codec;

import java.util.Locale;

/**
 * Text that comes from a device, a file, a certificate, a module or a reader's name, as people may be shown it. The
 * writer of such a text could otherwise move the cursor, erase what stands above, hide a part or turn its order around.
 *
 * <p>What goes to people goes through here: tables, sentences, questions, messages of exceptions, logs. What goes to
 * programs (labels of the API, JSON) stays exact.
 */
public final class PrintableText {
    private static final int BASIC_PLANE = 0xFFFF;

    private PrintableText() {}

    /**
     * The text with each character that is not seen, but does something, written as its number: {@code \}{@code u001B}.
     * These are control characters, also line ends and tabs, format characters such as those for the direction of
     * writing, line and paragraph separators, and halves of a surrogate pair. A text without any is given back as it is,
     * so that a second time changes nothing.
     *
     * @param text any text
     * @return one line
     */
    public static String of(String text) {
        int shown = 0;
        while (shown < text.length() && isShown(text.codePointAt(shown))) {
            shown += Character.charCount(text.codePointAt(shown));
        }
        if (shown == text.length()) {
            return text;
        }
        StringBuilder safe = new StringBuilder(text.length() + 16).append(text, 0, shown);
        text.substring(shown).codePoints().forEach(character -> append(safe, character));
        return safe.toString();
    }

    private static void append(StringBuilder safe, int character) {
        if (isShown(character)) {
            safe.appendCodePoint(character);
        } else if (character <= BASIC_PLANE) {
            safe.append(String.format(Locale.ROOT, "\\u%04X", character));
        } else {
            safe.append(String.format(Locale.ROOT, "\\u%04X\\u%04X", (int) Character.highSurrogate(character), (int)
                    Character.lowSurrogate(character)));
        }
    }

    /** Whether a character may be shown as it is. */
    private static boolean isShown(int character) {
        return switch (Character.getType(character)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.SURROGATE -> false;
            default -> true;
        };
    }

    /**
     * Whether a text is what somebody wrote: no replacement character (U+FFFD), which stands where bytes were no text,
     * and no half of a surrogate pair. Such a text is not sent to a device: nobody could type it again.
     *
     * @param text any text
     */
    public static boolean isWhole(CharSequence text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (Character.isHighSurrogate(c) && i + 1 < text.length() && Character.isLowSurrogate(text.charAt(i + 1))) {
                i++;
            } else if (c == '\uFFFD' || Character.isSurrogate(c)) {
                return false;
            }
        }
        return true;
    }
}
