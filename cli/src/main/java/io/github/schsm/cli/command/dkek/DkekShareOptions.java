// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli.command.dkek;

import io.github.schsm.SchsmException;
import io.github.schsm.card.dkek.Dkek;
import io.github.schsm.card.dkek.DkekShareFile;
import io.github.schsm.cli.io.FileIo;
import io.github.schsm.cli.io.Io;
import io.github.schsm.cli.option.PasswordShareOptions;
import io.github.schsm.cli.option.Secret;
import io.github.schsm.cli.report.CliException;
import io.github.schsm.cli.report.UsageException;
import io.github.schsm.codec.SecretBytes;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Which files have the shares of a DKEK, and where their passwords come from. */
public final class DkekShareOptions {
    private static final String TWICE =
            "a share is named twice: each counts once, and together they would cancel each other out";

    /** What the files are like; a test makes do with fewer rounds. */
    DkekShareFile form = DkekShareFile.common();

    @Option(
            names = "--share",
            paramLabel = "FILE",
            description = "A file with a share of the DKEK; all of them are needed, each once. Default: asked for.")
    private @Nullable List<Path> files;

    @Option(
            names = "--share-password-env",
            paramLabel = "NAME",
            description =
                    "The environment variable that holds the password of a --share: one for each, in their order, or"
                            + " one for all.")
    private @Nullable List<String> environments;

    @Option(
            names = "--share-password-file",
            paramLabel = "FILE",
            description =
                    "A file with the password of a --share, readable by its owner only: one for each, in their order,"
                            + " or one for all. Without this and --share-password-env each is asked for.")
    private @Nullable List<Path> passwordFiles;

    @Mixin
    private PasswordShareOptions passwordShares = new PasswordShareOptions();

    /** Whether files are named. */
    public boolean areGiven() {
        return files != null;
    }

    /** Refuses options that do not fit together, before anything is asked for or looked at. */
    public void require() throws CliException {
        passwordShares.require();
        if (files != null) {
            if (isTwice(files)) {
                throw new UsageException(TWICE);
            }
            sources(files);
        } else if (environments != null && passwordFiles != null) {
            throw bothSources();
        }
    }

    private static boolean isTwice(List<Path> named) {
        return new HashSet<>(named).size() < named.size();
    }

    private static UsageException bothSources() {
        return new UsageException(
                "the passwords of shares come from --share-password-env or from --share-password-file: give"
                        + " one kind of them");
    }

    /** A share as it is in its file. */
    private record Read(Path file, byte[] content) {}

    /**
     * The shares of all files, opened.
     *
     * @param expected how many there should be, to ask for that many where none is named; 0 if that is not known
     * @return each the caller's to wipe, in the order of the files
     */
    public List<Opened> open(Io io, int expected) throws SchsmException {
        List<Path> named = files == null ? ask(io, expected) : files;
        if (isTwice(named)) {
            throw new CliException(TWICE);
        }
        List<Secret> sources = sources(named);
        List<Read> read = new ArrayList<>();
        for (Path file : named) {
            read.add(new Read(file, FileIo.read(file, "DKEK share")));
        }
        List<Opened> opened = new ArrayList<>();
        boolean done = false;
        try {
            for (int i = 0; i < read.size(); i++) {
                Read one = read.get(i);
                opened.add(new Opened(one.file(), one.content(), share(io, one, sources.get(i))));
            }
            done = true;
            return opened;
        } finally {
            if (!done) {
                opened.forEach(Opened::wipe);
            }
        }
    }

    /**
     * A share and the file it was in.
     *
     * @param share 32 bytes
     */
    public record Opened(Path file, byte[] content, byte[] share) {
        /** Wipes the share. */
        public void wipe() {
            Arrays.fill(share, (byte) 0);
        }
    }

    /** The DKEK that all shares make. */
    Dkek dkek(Io io, int expected) throws SchsmException {
        List<Opened> opened = open(io, expected);
        try {
            return Dkek.of(opened.stream().map(Opened::share).toList());
        } finally {
            opened.forEach(Opened::wipe);
        }
    }

    private static List<Path> ask(Io io, int expected) throws CliException {
        Io.Person person = io.person();
        if (person == null || expected < 1) {
            throw new CliException("the shares of the DKEK are needed"
                    + (person == null ? " and there is no terminal to ask on" : "") + ": give --share FILE for each");
        }
        List<Path> named = new ArrayList<>();
        for (int i = 1; i <= expected; i++) {
            String line = person.line("File of DKEK share " + i + " of " + expected + ": ");
            if (line == null || line.isBlank()) {
                throw new CliException("no file was entered for DKEK share " + i + " of " + expected);
            }
            named.add(Path.of(line.strip()));
        }
        return named;
    }

    private List<Secret> sources(List<Path> named) throws CliException {
        if (environments != null && passwordFiles != null) {
            throw bothSources();
        }
        int given = environments != null ? environments.size() : passwordFiles != null ? passwordFiles.size() : 0;
        if (given > 1 && given != named.size()) {
            throw new UsageException(given + " passwords are given for " + named.size()
                    + " shares: give one for each, in their order, or one for all");
        }
        if (passwordShares.areGiven() && (given > 0 || named.size() != 1)) {
            throw new UsageException(
                    "--shares and --shares-file are for the divided password of a single --share, and not"
                            + " together with --share-password-env or --share-password-file");
        }
        List<Secret> sources = new ArrayList<>();
        for (int i = 0; i < named.size(); i++) {
            int at = given == 1 ? 0 : i;
            sources.add(Secret.of(
                    "password",
                    "--share-password",
                    environments == null ? null : environments.get(at),
                    passwordFiles == null ? null : passwordFiles.get(at)));
        }
        return sources;
    }

    private byte[] share(Io io, Read read, Secret source) throws SchsmException {
        try {
            if (passwordShares.areGiven()) {
                return form.open(read.content(), passwordShares.read(io));
            }
            char[] typed = source.read(io, "of " + read.file());
            byte[] password = {};
            try {
                password = SecretBytes.password(typed, "password");
                return form.open(read.content(), password);
            } finally {
                Arrays.fill(typed, '\0');
                Arrays.fill(password, (byte) 0);
            }
        } catch (CliException told) {
            throw told;
        } catch (SchsmException refused) {
            throw new CliException("the share " + read.file() + " cannot be opened: " + refused.getMessage(), refused);
        }
    }
}
