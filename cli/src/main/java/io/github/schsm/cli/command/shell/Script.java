// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli.command.shell;

import io.github.schsm.cli.command.Context;
import io.github.schsm.cli.io.FileIo;
import io.github.schsm.cli.io.StandardFile;
import io.github.schsm.cli.report.CliException;
import io.github.schsm.cli.report.Status;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A file of commands, one a line, without {@code schsm} before them or with it. Lines that begin with # are comments; a
 * line that ends with a backslash goes on in the next.
 */
public final class Script {
    private static final String BOM = "\uFEFF";

    private final Path file;
    private final boolean keepGoing;

    /** @param keepGoing whether the lines after one that failed are run as well */
    public Script(Path file, boolean keepGoing) {
        this.file = file;
        this.keepGoing = keepGoing;
    }

    private record Line(int number, String text) {}

    /**
     * Runs it.
     *
     * @return 0, or the status of the first line that ended with another
     */
    public int run(Context context) throws CliException {
        if (context.shared().isSession()) {
            throw new CliException("--script is for the command line, not for a line of a shell or script");
        }
        List<Line> lines = lines(context);
        Session session = new Session(context.io(), context);
        int result = Status.DONE;
        try {
            for (Line line : lines) {
                List<String> words;
                int status;
                try {
                    words = Words.of(line.text());
                    if (Session.isEnd(words)) {
                        break;
                    }
                    status = words.isEmpty() ? Status.DONE : session.run(words);
                } catch (CliException wrong) {
                    status = session.refuse(wrong);
                }
                if (status != Status.DONE) {
                    context.io()
                            .err()
                            .println("schsm: line " + line.number() + " of " + FileIo.named(file)
                                    + " ended with exit status " + status + ": "
                                    + line.text().strip());
                    result = result == Status.DONE ? status : result;
                    if (!keepGoing) {
                        break;
                    }
                }
            }
        } finally {
            session.logOut();
        }
        return result;
    }

    private List<Line> lines(Context context) throws CliException {
        List<Line> lines = new ArrayList<>();
        int number = 0;
        int first = 1;
        StringBuilder started = new StringBuilder();
        for (String line : text(context).split("\\R", -1)) {
            number++;
            if (started.isEmpty()) {
                first = number;
            }
            if (Words.goesOn(line)) {
                started.append(line, 0, line.length() - 1);
                continue;
            }
            lines.add(new Line(first, started.append(line).toString()));
            started.setLength(0);
        }
        if (!started.isEmpty()) {
            throw new CliException(
                    "the last line of " + FileIo.named(file) + " ends with a backslash: nothing was done");
        }
        return lines;
    }

    private String text(Context context) throws CliException {
        byte[] content = content(context);
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(content))
                    .toString();
            return text.startsWith(BOM) ? text.substring(1) : text;
        } catch (CharacterCodingException another) {
            throw new CliException("the script " + file + " is not UTF-8: nothing was done", another);
        }
    }

    private byte[] content(Context context) throws CliException {
        // Each line opens its own: only the script itself is read with this one.
        StandardFile standard = StandardFile.open(context.io(), false);
        try {
            return FileIo.read(file, "script");
        } finally {
            standard.close();
        }
    }
}
