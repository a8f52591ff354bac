// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli.command.device;

import io.github.schsm.cli.command.Connected;
import io.github.schsm.cli.command.Context;
import io.github.schsm.cli.command.SchsmCommand;
import io.github.schsm.cli.io.FileIo;
import io.github.schsm.cli.option.Values;
import io.github.schsm.cli.report.Answer;
import io.github.schsm.cli.report.Json;
import io.github.schsm.cli.report.Text;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "random",
        description = "Random bytes from a device's generator, as hexadecimal digits or in a file.",
        footer = {"", "Example:", "  schsm random --device ZZSIM000001 16"})
@SuppressWarnings("NullAway.Init") // picocli sets the fields
public final class RandomCommand extends SchsmCommand {
    private static final int MOST_BYTES = 1 << 20;

    @Parameters(paramLabel = "N", converter = Length.class, description = "How many bytes.")
    private int length;

    @Option(
            names = {"-o", "--out"},
            paramLabel = "FILE",
            description = "Write the bytes to this file, which only its owner may read.")
    private @Nullable Path out;

    @Option(names = "--overwrite", description = "Replace the file if it is there already.")
    private boolean overwrite;

    /** A number of bytes. */
    static final class Length extends Values.Whole {
        Length() {
            super(1, MOST_BYTES);
        }
    }

    @Override
    protected Answer answer(Context context) throws GeneralSecurityException {
        Connected connected = context.open();
        byte[] bytes = connected.device().random(length);
        Json.ObjectBuilder json = Answer.json("device", connected.id()).and("size", length);
        try {
            if (out == null) {
                String digits = Text.hex(bytes);
                return Answer.of(digits, json.and("random", digits).members());
            }
            FileIo.writeSecret(out, bytes, overwrite);
            return Answer.of(
                    length + " random bytes of device " + connected.id() + " written to " + FileIo.target(out) + ".",
                    json.and("file", out).members());
        } finally {
            Arrays.fill(bytes, (byte) 0);
        }
    }
}
