// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli.option;

import io.github.schsm.MalformedDataException;
import io.github.schsm.card.dkek.DkekPasswordShare;
import io.github.schsm.cli.io.Io;
import io.github.schsm.cli.report.CliException;
import io.github.schsm.cli.report.UsageException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where the shares of a DKEK share file's password come from, when it was divided among custodians. */
public final class PasswordShareOptions {
    @Option(
            names = "--shares",
            paramLabel = "N",
            converter = Values.Shares.class,
            description = "The password was divided among custodians: how many of them are here. Prime, share id and"
                    + " share value are asked for.")
    private @Nullable Integer present;

    @Option(
            names = "--shares-file",
            paramLabel = "FILE",
            description = "A file with a custodian's password share, as sc-hsm-tool prints it or schsm domain"
                    + " create-share writes it, readable by its owner only; may be given several times.")
    private @Nullable List<Path> files;

    public boolean areGiven() {
        return present != null || files != null;
    }

    /** Refuses options that exclude each other. */
    public void require() throws UsageException {
        if (files != null && present != null) {
            throw new UsageException(
                    "password shares are either asked for (--shares) or come from --shares-file: give one");
        }
    }

    public List<DkekPasswordShare> read(Io io) throws CliException, MalformedDataException {
        require();
        if (files == null) {
            return ask(io, present == null ? 0 : present);
        }
        List<DkekPasswordShare> shares = new ArrayList<>();
        for (Path file : files) {
            char[] text = Secret.of("password share", "--shares", null, file).read(io, "");
            try {
                shares.addAll(DkekPasswordShare.parse(text));
            } finally {
                Arrays.fill(text, '\0');
            }
        }
        return shares;
    }

    private static List<DkekPasswordShare> ask(Io io, int count) throws CliException, MalformedDataException {
        Io.Person person = io.person();
        if (person == null) {
            throw new CliException(
                    "the password shares are needed and there is no terminal to ask on: give --shares-file FILE for each");
        }
        char[] prime = answered(person.secret("Prime: "));
        List<DkekPasswordShare> shares = new ArrayList<>();
        try {
            for (int i = 1; i <= count; i++) {
                char[] id = answered(person.secret("Share " + i + " of " + count + ", share ID: "));
                char[] value = answered(person.secret("Share " + i + " of " + count + ", share value: "));
                try {
                    shares.add(DkekPasswordShare.of(prime, id, value));
                } finally {
                    Arrays.fill(value, '\0');
                }
            }
        } finally {
            Arrays.fill(prime, '\0');
        }
        return shares;
    }

    private static char[] answered(char @Nullable [] typed) throws CliException {
        if (typed == null) {
            throw new CliException("no password share was entered");
        }
        return typed;
    }
}
