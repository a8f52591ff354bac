// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli.command.key;

import io.github.schsm.admin.key.DeviceKey;
import io.github.schsm.admin.key.PublicKeyFormat;
import io.github.schsm.cli.command.Connected;
import io.github.schsm.cli.command.Context;
import io.github.schsm.cli.command.SchsmCommand;
import io.github.schsm.cli.io.FileIo;
import io.github.schsm.cli.option.OutputOptions;
import io.github.schsm.cli.report.Answer;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "public-key",
        description = "Writes a key's public key in the format of another program.",
        footer = {
            "",
            "Example:",
            "  schsm public-key --device ZZSIM000001 --label tls --format SSH --out tls.pub",
            "  schsm public-key --device ZZSIM000001 --label rsa --format JWK --out rsa.jwk"
        })
@SuppressWarnings("NullAway.Init") // picocli sets the fields
public final class PublicKeyCommand extends SchsmCommand {
    @Option(names = "--label", required = true, paramLabel = "LABEL", description = "The key.")
    private String label;

    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            description = "PEM or DER (SubjectPublicKeyInfo), SSH, JWK, or CVC (the device's request and certificates)."
                    + " Default: PEM.")
    private PublicKeyFormat format = PublicKeyFormat.PEM;

    @Option(
            names = "--comment",
            paramLabel = "TEXT",
            description = "The comment at the end of an SSH key. Default: the label.")
    private @Nullable String comment;

    @Mixin
    private OutputOptions output;

    @Override
    protected Answer answer(Context context) throws GeneralSecurityException {
        Connected connected = context.openToSee();
        DeviceKey key = DeviceKey.of(connected.keyStore(), label);
        byte[] content = format.encode(key.publicKey(), comment == null ? label : comment);
        Path file = output.write(label + format.ending(), content);
        return Answer.of(
                "Public key of \"" + label + "\" on device " + connected.id() + " (" + format + ") written to "
                        + FileIo.target(file) + ".",
                Answer.json("device", connected.id())
                        .and("label", label)
                        .and("format", format.name())
                        .and("file", file)
                        .members());
    }
}
