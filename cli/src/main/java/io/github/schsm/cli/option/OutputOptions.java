// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli.option;

import io.github.schsm.cli.io.FileIo;
import io.github.schsm.cli.io.OutputFiles;
import io.github.schsm.cli.io.StandardFile;
import io.github.schsm.cli.report.CliException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The file that a command writes. */
public final class OutputOptions {
    @Option(
            names = {"-o", "--out"},
            paramLabel = "FILE",
            description =
                    "The file to write; - for standard output. Default: a name made of what is in it, in the current"
                            + " folder.")
    private @Nullable Path out;

    @Option(names = "--overwrite", description = "Replace the file if it is there already.")
    private boolean overwrite;

    /**
     * Writes the file.
     *
     * @param name its name if none was given
     * @return the file
     */
    public Path write(String name, byte[] content) throws CliException {
        Path file = file(name);
        FileIo.write(file, content, overwrite);
        return file;
    }

    /** The same, and only its owner may read it. */
    public Path writeSecret(String name, byte[] content) throws CliException {
        Path file = file(name);
        FileIo.writeSecret(file, content, overwrite);
        return file;
    }

    /**
     * Writes a file that is made of another one.
     *
     * @param source what it is made of; where that is standard input and no file was given, it is standard output
     * @param ending what follows the source's name in that of the file
     * @return the file
     */
    public Path write(Path source, String ending, byte[] content) throws CliException {
        Path file = file(source, ending);
        FileIo.write(file, content, overwrite);
        return file;
    }

    /** The same, and only its owner may read it. */
    public Path writeSecret(Path source, String ending, byte[] content) throws CliException {
        Path file = file(source, ending);
        FileIo.writeSecret(file, content, overwrite);
        return file;
    }

    /** Refuses what {@link #write(Path, String, byte[])} cannot write, before anything is done with a key. */
    public void require(Path source, String ending) throws CliException {
        OutputFiles.require(file(source, ending), overwrite);
    }

    private Path file(Path source, String ending) {
        return out == null && StandardFile.is(source) ? StandardFile.NAME : file(source.getFileName() + ending);
    }

    /** Refuses what cannot be written before anything is done with a key; what the name is made of is known by then. */
    public void require(String name) throws CliException {
        OutputFiles.require(file(name), overwrite);
    }

    private Path file(String name) {
        if (out != null) {
            return out;
        }
        try {
            return Path.of(fileName(name));
        } catch (InvalidPathException notInThisLocale) {
            return Path.of(fileName(name).replaceAll("[^\\x21-\\x7E]", "-"));
        }
    }

    /** Labels and CHRs come from elsewhere: what could leave the folder or upset a shell becomes a dash. */
    public static String fileName(String name) {
        String plain = name.replaceAll("[^\\p{L}\\p{N}._-]", "-");
        return plain.startsWith(".") || plain.startsWith("-") ? "_" + plain.substring(1) : plain;
    }
}
