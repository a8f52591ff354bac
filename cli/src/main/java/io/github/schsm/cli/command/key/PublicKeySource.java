// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli.command.key;

import io.github.schsm.admin.key.DeviceKey;
import io.github.schsm.admin.key.PublicKeys;
import io.github.schsm.cli.command.Connected;
import io.github.schsm.cli.command.Context;
import io.github.schsm.cli.io.FileIo;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Whose public key is used: a device's, or that in a file, which needs no device. */
final class PublicKeySource {
    @Option(names = "--label", paramLabel = "LABEL", description = "A key of the device.")
    private @Nullable String label;

    @Option(
            names = "--key",
            paramLabel = "FILE",
            description = "A file with a certificate or a public key, PEM, DER, SSH, JWK or CVC; needs no device.")
    private @Nullable Path file;

    /**
     * A public key.
     *
     * @param owner  how the key is called in a sentence
     * @param device the device; null for a file
     * @param label  the label there; null for a file
     */
    record Found(
            PublicKey key,
            String owner,
            @Nullable String device,
            @Nullable String label) {}

    Found find(Context context) throws GeneralSecurityException {
        if (file != null) {
            String what = FileIo.named(file);
            return new Found(PublicKeys.parse(what, FileIo.read(file, "public key")), "the key in " + what, null, null);
        }
        String chosen = String.valueOf(label);
        Connected connected = context.openToSee();
        return new Found(
                DeviceKey.of(connected.keyStore(), chosen).publicKey(),
                "key \"" + chosen + "\" of device " + connected.id(),
                connected.id(),
                chosen);
    }
}
