// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.codec;

/**
 * What keys, certificates and data objects may be called when this library gives them a name. Others are read as they
 * are: a device takes any bytes.
 */
public final class Labels {
    /** The longest label. */
    public static final int MOST_CHARACTERS = 64;

    private Labels() {}

    /**
     * A label that can be given.
     *
     * @param label 1 to {@value #MOST_CHARACTERS} characters, not only blanks, none of them a control character, U+FFFD
     *              (which stands where bytes were no text) or half of a surrogate pair
     * @return the label
     * @throws IllegalArgumentException if it is not that
     */
    public static String require(String label) {
        if (label.isBlank() || label.length() > MOST_CHARACTERS) {
            throw new IllegalArgumentException("a label has 1 to " + MOST_CHARACTERS + " characters, this has "
                    + label.length() + (label.isBlank() ? " blanks" : ""));
        }
        for (int i = 0; i < label.length(); i++) {
            if (Character.isISOControl(label.charAt(i))) {
                throw new IllegalArgumentException("a label has no control characters, this has one (code "
                        + (int) label.charAt(i) + ") in place " + (i + 1));
            }
        }
        requireWhole("label", label);
        return label;
    }

    /**
     * Refuses a text that is not what was typed, before it is sent to a device.
     *
     * @param what what it is, e.g. {@code label}
     * @throws IllegalArgumentException if there is U+FFFD or half of a surrogate pair in it
     */
    public static void requireWhole(String what, String text) {
        if (!PrintableText.isWhole(text)) {
            throw new IllegalArgumentException("the " + what + " \"" + PrintableText.of(text)
                    + "\" has an invalid character (U+FFFD, or half of a pair): it was read in another encoding than it"
                    + " was written in");
        }
    }

    /** The nearest label that can be given to a name that was not made to be one. */
    public static String nearest(String name) {
        StringBuilder label = new StringBuilder();
        for (int i = 0; i < name.length() && i < MOST_CHARACTERS; i++) {
            label.append(Character.isISOControl(name.charAt(i)) ? '?' : name.charAt(i));
        }
        for (int i = 0; i < label.length(); i++) {
            int pair = label.codePointAt(i);
            if (Character.isSupplementaryCodePoint(pair)) {
                i++;
            } else if (!PrintableText.isWhole(Character.toString(pair))) {
                label.setCharAt(i, '?');
            }
        }
        return label.toString().isBlank() ? "unnamed" : label.toString();
    }
}
