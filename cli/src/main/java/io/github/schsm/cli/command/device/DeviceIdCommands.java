// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli.command.device;

import io.github.schsm.DeviceIdentity;
import io.github.schsm.cli.command.Connected;
import io.github.schsm.cli.command.Context;
import io.github.schsm.cli.command.SchsmCommand;
import io.github.schsm.cli.io.FileIo;
import io.github.schsm.cli.option.OutputOptions;
import io.github.schsm.cli.report.Answer;
import io.github.schsm.cli.report.Text;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
        name = "device-id",
        description = "Exports the device id, which a group signer needs to make the device a member.",
        subcommands = DeviceIdCommands.Export.class)
public final class DeviceIdCommands {
    @Command(
            name = "export",
            description = "Writes the device's certificate and its issuer's to a file. Default name: <CHR>.cvc.",
            footer = {"", "Example:", "  schsm device-id export --device ZZSIM000001 --out device-1.cvc"})
    @SuppressWarnings("NullAway.Init") // picocli sets the fields
    static final class Export extends SchsmCommand {
        @Mixin
        private OutputOptions output;

        @Override
        protected Answer answer(Context context) throws GeneralSecurityException {
            Connected connected = context.open();
            DeviceIdentity identity = connected.device().identity();
            String distrust = Text.distrust(connected.device().trust(), identity);
            Path file = output.write(identity.fileName(), identity.encode());
            return Answer.of(
                    Text.lines(
                            "Device id of " + identity.deviceId() + " written to " + FileIo.target(file) + ".",
                            distrust == null ? null : "Not trusted here: " + distrust),
                    Answer.json("device", identity.deviceId())
                            .and("chr", identity.chr())
                            .and("file", file)
                            .and("genuine", distrust == null)
                            .and("reason", distrust)
                            .members());
        }
    }
}
