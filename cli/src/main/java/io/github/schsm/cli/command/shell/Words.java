// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli.command.shell;

import io.github.schsm.cli.report.CliException;
import java.util.List;
import org.jline.reader.EOFError;
import org.jline.reader.Parser;
import org.jline.reader.impl.DefaultParser;

/** The words of a line, quoted as for a shell: by single or double quotes, or by a backslash. */
final class Words {
    private static final char ESCAPE = '\\';

    private Words() {}

    /** What divides lines into words. */
    static DefaultParser parser() {
        return new DefaultParser().eofOnUnclosedQuote(true).eofOnEscapedNewLine(true);
    }

    /** The words of a line without its comment; none if there is nothing else in it. */
    static List<String> of(String line) throws CliException {
        String text = withoutComment(line).strip();
        if (text.isEmpty()) {
            return List.of();
        }
        try {
            return List.copyOf(parser().parse(text, text.length(), Parser.ParseContext.ACCEPT_LINE)
                    .words());
        } catch (EOFError open) {
            throw new CliException("a quote is open, or a backslash is the last character: " + text, open);
        }
    }

    /** A comment begins at the start of a word: a device is ID#FINGERPRINT. */
    private static String withoutComment(String line) {
        char quote = 0;
        boolean start = true;
        for (int i = 0; i < line.length(); i++) {
            char c = line.charAt(i);
            if (quote != 0) {
                if (c == ESCAPE) {
                    i++;
                } else if (c == quote) {
                    quote = 0;
                }
            } else if (c == '#' && start) {
                return line.substring(0, i);
            } else if (c == ESCAPE) {
                i++;
            } else if (c == '\'' || c == '"') {
                quote = c;
            }
            start = quote == 0 && Character.isWhitespace(c);
        }
        return line;
    }

    /** Whether the next line goes on with this one. */
    static boolean goesOn(String line) {
        int escapes = 0;
        while (escapes < line.length() && line.charAt(line.length() - 1 - escapes) == ESCAPE) {
            escapes++;
        }
        return escapes % 2 == 1;
    }
}
