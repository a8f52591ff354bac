// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli.report;

import io.github.schsm.codec.PrintableText;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is shown to people, line by line. Labels, names and messages from elsewhere may be in any of them, so each is made
 * printable here, where every answer comes along: none can end its line or touch another.
 *
 * @param all the lines, without their ends
 */
public record Lines(List<String> all) {
    public static final Lines NONE = new Lines(List.of());

    public Lines {
        all = all.stream().map(PrintableText::of).toList();
    }

    /**
     * One under the other.
     *
     * @param parts lines, and {@link Lines} of them; null for none
     */
    static Lines of(@Nullable Object... parts) {
        List<String> all = new ArrayList<>();
        for (Object part : parts) {
            if (part instanceof Lines lines) {
                all.addAll(lines.all);
            } else if (part != null) {
                all.add(part.toString());
            }
        }
        return new Lines(all);
    }

    @Override
    public String toString() {
        return String.join(System.lineSeparator(), all);
    }
}
