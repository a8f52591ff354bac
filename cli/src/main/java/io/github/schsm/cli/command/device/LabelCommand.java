// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli.command.device;

import io.github.schsm.cli.command.Connected;
import io.github.schsm.cli.command.Context;
import io.github.schsm.cli.command.SchsmCommand;
import io.github.schsm.cli.option.Values;
import io.github.schsm.cli.report.Answer;
import java.security.GeneralSecurityException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(
        name = "label",
        description = "Gives a device another label; devices shows it. Its keys keep theirs.",
        footer = {"", "Example:", "  schsm label --device ZZSIM000001 \"Signing 1\""})
@SuppressWarnings("NullAway.Init") // picocli sets the fields
public final class LabelCommand extends SchsmCommand {
    @Parameters(
            paramLabel = "TEXT",
            converter = Values.DeviceLabel.class,
            description = "The label, at most 32 bytes in UTF-8.")
    private String text;

    @Override
    protected Answer answer(Context context) throws GeneralSecurityException {
        Connected connected = context.openWithPin();
        connected.device().setLabel(text);
        // A PKCS#11 module may keep what it read when the card was put in.
        String shown = connected.device().info().label();
        return Answer.of(
                "Device " + connected.id() + " is labeled \"" + text + "\"."
                        + (shown.equals(text)
                                ? ""
                                : " It is shown as \"" + shown + "\" until it was out and in again."),
                Answer.json("device", connected.id()).and("label", text).members());
    }
}
