// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli.command.object;

import io.github.schsm.TokenKey;
import io.github.schsm.admin.files.StructureDump;
import io.github.schsm.cli.command.Connected;
import io.github.schsm.cli.command.Context;
import io.github.schsm.cli.command.SchsmCommand;
import io.github.schsm.cli.io.FileIo;
import io.github.schsm.cli.report.Answer;
import io.github.schsm.cli.report.CliException;
import io.github.schsm.cli.report.Lines;
import io.github.schsm.cli.report.UsageException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "dump",
        description = "Shows the structure of a certificate, request, membership, or public key file, tag by tag: of a"
                + " file, of what is stored with a key, or else of the device's own certificates.",
        footer = {
            "",
            "Example:",
            "  schsm dump --device ZZSIM000001",
            "  schsm dump --device ZZSIM000001 --label code-signing",
            "  schsm dump tls.pem"
        })
@SuppressWarnings("NullAway.Init") // picocli sets the fields
public final class DumpCommand extends SchsmCommand {
    @Parameters(arity = "0..1", paramLabel = "FILE", description = "The file; - for standard input.")
    private @Nullable Path file;

    @Option(
            names = "--label",
            paramLabel = "LABEL",
            description = "What is stored with this key: its request or certificate.")
    private @Nullable String label;

    @Override
    protected Answer answer(Context context) throws GeneralSecurityException {
        if (file != null && label != null) {
            throw new UsageException("a file and --label are two things: give one of them");
        }
        StructureDump dump = dump(context);
        List<Map<String, @Nullable Object>> objects = dump.objects().stream()
                .map(entry -> Answer.json("depth", entry.depth())
                        .and("tag", entry.tag())
                        .and("name", entry.name())
                        .and("length", entry.length())
                        .and("value", entry.value())
                        .and("text", entry.text())
                        .members())
                .toList();
        return Answer.of(
                new Lines(dump.lines()),
                Answer.json("kind", dump.kind()).and("objects", objects).members());
    }

    private StructureDump dump(Context context) throws GeneralSecurityException {
        Path read = file;
        if (read != null) {
            return StructureDump.of(FileIo.named(read), FileIo.read(read, "certificate, request, or membership"));
        }
        Connected connected = context.open();
        if (label == null) {
            return StructureDump.of(
                    "certificates of device " + connected.id(),
                    connected.device().identity().encode());
        }
        TokenKey key = connected.device().keys().stream()
                .filter(one -> one.label().equals(label))
                .findFirst()
                .orElseThrow(() -> new CliException(
                        "no key \"" + label + "\" on device " + connected.id() + ": schsm keys shows which there are"));
        byte[] stored = connected
                .device()
                .certificate(key)
                .orElseThrow(() -> new CliException("nothing is stored with the key \"" + label + "\""));
        return StructureDump.of("what is stored with \"" + label + "\"", stored);
    }
}
