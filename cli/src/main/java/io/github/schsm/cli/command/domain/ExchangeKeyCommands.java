// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli.command.domain;

import io.github.schsm.AttestedPublicKey;
import io.github.schsm.KeyDomain;
import io.github.schsm.SchsmKeySpec;
import io.github.schsm.cli.command.Connected;
import io.github.schsm.cli.command.Context;
import io.github.schsm.cli.command.SchsmCommand;
import io.github.schsm.cli.io.FileIo;
import io.github.schsm.cli.option.OutputOptions;
import io.github.schsm.cli.option.SlotOption;
import io.github.schsm.cli.option.Values;
import io.github.schsm.cli.report.Answer;
import io.github.schsm.cli.report.Text;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "exchange-key",
        description = "Exchange keys, with which two members of a key domain agree on its KEK.",
        subcommands = {ExchangeKeyCommands.Create.class, ExchangeKeyCommands.Export.class})
public final class ExchangeKeyCommands {
    @Command(
            name = "create",
            description = "Generates an exchange key in a key domain.",
            footer = {"", "Example:", "  schsm exchange-key create --device ZZSIM000001 --slot 0 --label exchange"})
    @SuppressWarnings("NullAway.Init") // picocli sets the fields
    static final class Create extends SchsmCommand {
        @Mixin
        private SlotOption slot;

        @Option(
                names = "--label",
                required = true,
                paramLabel = "TEXT",
                converter = Values.Label.class,
                description = "The key's label.")
        private String label;

        @Override
        protected Answer answer(Context context) throws GeneralSecurityException {
            Connected connected = context.openWithPin();
            connected.requireFree(label);
            KeyDomain domain = connected.device().keyDomain(slot.number);
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC", connected.provider());
            generator.initialize(SchsmKeySpec.exchangeKey(label, domain));
            generator.generateKeyPair();
            return Answer.of(
                    Text.lines(
                            "Exchange key \"" + label + "\" generated on device " + connected.id() + ".",
                            "Key domain UID " + Text.hex(domain.uid())),
                    Answer.json("device", connected.id())
                            .and("label", label)
                            .and("slot", slot.number)
                            .and("uid", Text.hex(domain.uid()))
                            .members());
        }
    }

    @Command(
            name = "export",
            description = "Writes the public key file of an exchange key, for the other side. Default name:"
                    + " <CHR>-<label>.pub.",
            footer = {
                "",
                "Example:",
                "  schsm exchange-key create --device ZZSIM000001 --slot 0 --label exchange",
                "  schsm exchange-key export --device ZZSIM000001 --label exchange --out exchange-1.pub"
            })
    @SuppressWarnings("NullAway.Init") // picocli sets the fields
    static final class Export extends SchsmCommand {
        @Option(names = "--label", required = true, paramLabel = "LABEL", description = "The exchange key's label.")
        private String label;

        @Mixin
        private OutputOptions output;

        @Override
        protected Answer answer(Context context) throws GeneralSecurityException {
            Connected connected = context.open();
            AttestedPublicKey key = connected.attested(label);
            Path file = output.write(key.identity().chr() + "-" + label + ".pub", key.encode());
            String uid = key.keyDomainUid().map(Text::hex).orElse(null);
            return Answer.of(
                    Text.lines(
                            "Public key file of \"" + label + "\" on device " + connected.id() + " written to "
                                    + FileIo.target(file) + ".",
                            uid == null
                                    ? "It is no exchange key: no key domain is named in it."
                                    : "Key domain UID " + uid),
                    Answer.json("device", connected.id())
                            .and("label", label)
                            .and("uid", uid)
                            .and("file", file)
                            .members());
        }
    }
}
