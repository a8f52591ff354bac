// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli.command.domain;

import io.github.schsm.KeyDomain;
import io.github.schsm.SchsmException;
import io.github.schsm.SchsmKey;
import io.github.schsm.WrapProtection;
import io.github.schsm.WrappedKeyEntry;
import io.github.schsm.cli.command.Connected;
import io.github.schsm.cli.command.Context;
import io.github.schsm.cli.command.SchsmCommand;
import io.github.schsm.cli.io.FileIo;
import io.github.schsm.cli.option.OutputOptions;
import io.github.schsm.cli.report.Answer;
import io.github.schsm.cli.report.CliException;
import io.github.schsm.cli.report.Text;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "wrap",
        description = "Writes a key, wrapped under its key domain's KEK, to a file. Default name: <label>.wky.",
        footer = {"", "Example:", "  schsm wrap --device ZZSIM000003 --label archive --out archive.wky"})
@SuppressWarnings("NullAway.Init") // picocli sets the fields
public final class WrapCommand extends SchsmCommand {
    @Option(names = "--label", required = true, paramLabel = "LABEL", description = "The key's label.")
    private String label;

    @Mixin
    private OutputOptions output;

    @Option(
            names = "--without-use-counter",
            description = "Wrap a key that has a use counter: the counter is not in the file, the key will have none.")
    private boolean withoutUseCounter;

    @Override
    protected Answer answer(Context context) throws GeneralSecurityException {
        output.require(label + ".wky");
        Connected connected = context.openWithPin();
        SchsmKey key = connected.key(label);
        KeyDomain domain = connected.domainOf(key);
        requireKek(connected, domain);
        WrapProtection protection = new WrapProtection(domain.kek());
        KeyStore.Entry entry =
                connected.keyStore().getEntry(label, withoutUseCounter ? protection.withoutUseCounter() : protection);
        if (!(entry instanceof WrappedKeyEntry wrapped)) {
            throw new CliException("no key \"" + label + "\" on device " + connected.id() + " anymore");
        }
        Path file = output.write(label + ".wky", wrapped.encode());
        return Answer.of(
                Text.lines(
                        "Key \"" + label + "\" of device " + connected.id() + " written to " + FileIo.target(file)
                                + ", wrapped.",
                        "KCV " + Text.hex(wrapped.kcv())),
                Answer.json("device", connected.id())
                        .and("label", label)
                        .and("file", file)
                        .and("kcv", Text.hex(wrapped.kcv()))
                        .members());
    }

    /** The library says it too, but in the words of the JCA. */
    private static void requireKek(Connected connected, KeyDomain domain) throws SchsmException {
        if (!domain.status().hasKek()) {
            throw new CliException("the key domain in slot " + domain.slot() + " of device " + connected.id()
                    + " has no KEK to wrap with: "
                    + (domain.isXkek()
                            ? "agree on one with the other device first (schsm derive-xkek)"
                            : "import its DKEK shares first (schsm domain import-share)"));
        }
    }
}
