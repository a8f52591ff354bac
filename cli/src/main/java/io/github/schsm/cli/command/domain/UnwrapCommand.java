// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli.command.domain;

import io.github.schsm.KeyDomain;
import io.github.schsm.SchsmKey;
import io.github.schsm.UnwrapProtection;
import io.github.schsm.WrappedKeyEntry;
import io.github.schsm.cli.command.Connected;
import io.github.schsm.cli.command.Context;
import io.github.schsm.cli.command.SchsmCommand;
import io.github.schsm.cli.command.key.KeysCommand;
import io.github.schsm.cli.io.FileIo;
import io.github.schsm.cli.option.Values;
import io.github.schsm.cli.report.Answer;
import io.github.schsm.cli.report.CliException;
import io.github.schsm.cli.report.Text;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "unwrap",
        description = "Brings a wrapped key into the device, which finds the right key domain by the KEK's KCV.",
        footer = {
            "",
            "Example:",
            "  schsm wrap --device ZZSIM000003 --label archive --out archive.wky",
            "  schsm unwrap --device ZZSIM000003 --label archive-2 archive.wky"
        })
@SuppressWarnings("NullAway.Init") // picocli sets the fields
public final class UnwrapCommand extends SchsmCommand {
    @Parameters(paramLabel = "FILE", description = "The wrapped key (.wky).")
    private Path file;

    @Option(
            names = "--label",
            paramLabel = "TEXT",
            converter = Values.Label.class,
            description = "The label it gets. Default: the one it had on the device it came from.")
    private @Nullable String label;

    @Override
    protected Answer answer(Context context) throws GeneralSecurityException {
        WrappedKeyEntry wrapped = WrappedKeyEntry.parse(FileIo.read(file, "wrapped key"));
        String chosen = label != null
                ? label
                : wrapped.label()
                        .orElseThrow(
                                () -> new CliException("no label comes with the key in " + file + ": give --label"));
        Connected connected = context.openWithPin();
        connected.requireFree(chosen);
        KeyDomain domain = domain(connected, wrapped);
        connected.keyStore().setEntry(chosen, wrapped, new UnwrapProtection(domain.kek()));
        SchsmKey key = connected.key(chosen);
        boolean without = wrapped.certificate().isPresent()
                && connected.device().certificate(key.key()).isEmpty();
        return Answer.of(
                "Key \"" + chosen + "\" (" + KeysCommand.type(key.key(), key.details()) + ") is on device "
                        + connected.id() + ", in the key domain of slot " + domain.slot() + "."
                        + (without
                                ? " The certificate or request in " + file
                                        + " was not stored: nothing proves that it is"
                                        + " this key's, or it cannot be read."
                                : ""),
                Answer.json("device", connected.id())
                        .and("label", chosen)
                        .and("type", key.key().type().name())
                        .and("keyDomain", domain.slot())
                        .and("kcv", Text.hex(wrapped.kcv()))
                        .and("certificateStored", wrapped.certificate().isPresent() && !without)
                        .members());
    }

    private static KeyDomain domain(Connected connected, WrappedKeyEntry wrapped) throws GeneralSecurityException {
        StringBuilder there = new StringBuilder();
        for (KeyDomain domain : connected.device().keyDomains()) {
            KeyDomain.Status status = domain.status();
            if (status.hasKek() && Arrays.equals(status.kcv(), wrapped.kcv())) {
                return domain;
            }
            there.append(there.isEmpty() ? "" : "; ").append(Text.domain(status));
        }
        throw new CliException("device " + connected.id() + " does not have the KEK with KCV "
                + Text.hex(wrapped.kcv()) + " under which the key is wrapped: agree on it first (schsm derive-xkek)."
                + " It has " + (there.isEmpty() ? "no key domain" : there));
    }
}
