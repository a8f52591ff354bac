// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli.command.object;

import io.github.schsm.admin.files.PublicFiles;
import io.github.schsm.admin.files.PublicFiles.PublicFile;
import io.github.schsm.cli.command.Connected;
import io.github.schsm.cli.command.Context;
import io.github.schsm.cli.command.SchsmCommand;
import io.github.schsm.cli.io.OutputFiles;
import io.github.schsm.cli.report.Answer;
import io.github.schsm.cli.report.CliException;
import io.github.schsm.cli.report.Errors;
import io.github.schsm.cli.report.Lines;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "public-files",
        description =
                "Writes every file of the device that everybody may read to a folder, as it is: certificates, requests,"
                        + " descriptions, public data objects, what the device says of itself. Needs no PIN.",
        footer = {"", "Example:", "  schsm public-files --device ZZSIM000001 --folder ZZSIM000001-files"})
@SuppressWarnings("NullAway.Init") // picocli sets the fields
public final class PublicFilesCommand extends SchsmCommand {
    @Option(
            names = "--folder",
            paramLabel = "FOLDER",
            description = "The folder, which is made if it is not there. Without it the files are listed only.")
    private @Nullable Path folder;

    @Option(names = "--overwrite", description = "Replace files that are there already.")
    private boolean overwrite;

    @Override
    protected String work() {
        return "reading the device";
    }

    @Override
    protected Answer answer(Context context) throws GeneralSecurityException {
        Connected connected = context.open();
        PublicFiles read =
                PublicFiles.read(context.on(connected.id()).settings().text());
        if (folder != null) {
            write(folder, read.files());
        }
        List<String> lines = new ArrayList<>();
        List<Map<String, @Nullable Object>> files = new ArrayList<>();
        for (PublicFile file : read.files()) {
            String fid = HexFormat.of().withUpperCase().toHexDigits((short) file.fid());
            lines.add(fid + "  " + file.content().length + " bytes  " + file.meaning());
            files.add(Answer.json("file", fid)
                    .and("meaning", file.meaning())
                    .and("size", file.content().length)
                    .and("written", folder == null ? null : folder.resolve(file.fileName()))
                    .members());
        }
        lines.add(
                read.files().size() + " files" + (folder == null ? "; --folder writes them" : " written to " + folder));
        return Answer.of(
                new Lines(lines),
                Answer.json("device", connected.id()).and("files", files).members());
    }

    /** All of them or none. */
    private void write(Path place, List<PublicFile> files) throws CliException {
        try {
            Files.createDirectories(place);
        } catch (IOException refused) {
            throw new CliException("the folder " + place + " cannot be made: " + Errors.reason(refused), refused);
        }
        try (OutputFiles output = new OutputFiles(overwrite)) {
            for (PublicFile file : files) {
                output.add(place.resolve(file.fileName()), file.content(), false);
            }
            output.commit();
        }
    }
}
