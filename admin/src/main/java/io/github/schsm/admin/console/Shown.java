// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.admin.console;

import io.github.schsm.codec.PrintableText;

/** Text from devices as a page shows it: printable, and no longer than a page can bear. */
final class Shown {
    private static final int MOST = 160;

    private Shown() {}

    static String text(String text) {
        if (text.codePointCount(0, text.length()) <= MOST) {
            return PrintableText.of(text);
        }
        return PrintableText.of(text.substring(0, text.offsetByCodePoints(0, MOST))) + "… (" + text.length()
                + " characters)";
    }
}
