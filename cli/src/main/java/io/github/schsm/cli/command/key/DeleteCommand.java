// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli.command.key;

import io.github.schsm.cli.command.Connected;
import io.github.schsm.cli.command.Context;
import io.github.schsm.cli.command.SchsmCommand;
import io.github.schsm.cli.report.Answer;
import io.github.schsm.cli.report.CliException;
import java.security.GeneralSecurityException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "delete",
        description = "Deletes a key with its description and certificate, or a certificate that belongs to no key.",
        footer = {"", "Example:", "  schsm delete --device ZZSIM000001 --label rsa"})
@SuppressWarnings("NullAway.Init") // picocli sets the fields
public final class DeleteCommand extends SchsmCommand {
    @Option(
            names = "--label",
            required = true,
            paramLabel = "LABEL",
            description = "The label of the key or certificate.")
    private String label;

    @Override
    protected Answer answer(Context context) throws GeneralSecurityException {
        Connected seen = context.openToChange();
        if (!seen.keyStore().containsAlias(label)) {
            throw new CliException("nothing on device " + seen.id() + " has the label \"" + label + "\"");
        }
        boolean key = seen.keyStore().isKeyEntry(label);
        context.confirm(
                (key ? "Key" : "Certificate") + " \"" + label + "\" on device " + seen.id() + " will be deleted");
        Connected connected = context.on(seen).openWithPin();
        connected.keyStore().deleteEntry(label);
        return Answer.of(
                (key ? "Key" : "Certificate") + " \"" + label + "\" deleted from device " + connected.id() + ".",
                Answer.json("device", connected.id())
                        .and("label", label)
                        .and("deleted", true)
                        .members());
    }
}
