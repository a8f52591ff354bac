// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli.command.key;

import io.github.schsm.SchsmEcPrivateKey;
import io.github.schsm.SchsmKey;
import io.github.schsm.SchsmKeySpec;
import io.github.schsm.cli.command.Connected;
import io.github.schsm.cli.command.Context;
import io.github.schsm.cli.command.SchsmCommand;
import io.github.schsm.cli.option.Secret;
import io.github.schsm.cli.option.SecretOptions;
import io.github.schsm.cli.option.Values;
import io.github.schsm.cli.report.Answer;
import io.github.schsm.cli.report.CliException;
import io.github.schsm.cli.report.Text;
import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.util.Arrays;
import java.util.HexFormat;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "derive-key",
        description = {
            "Makes a new EC key from one on the device, by adding a value to its private key in the device.",
            "Anyone who knows the value and the first public key can compute the new public key. The first key has to allow"
                    + " DERIVE_EC."
        },
        footer = {
            "",
            "Example:",
            "  schsm generate --device ZZSIM000001 --label base --allow ECDSA,DERIVE_EC",
            "  schsm derive-key --device ZZSIM000001 --from base --label derived --value-file derivation-value.txt"
        })
@SuppressWarnings("NullAway.Init") // picocli sets the fields
public final class DeriveKeyCommand extends SchsmCommand {
    @Option(names = "--from", required = true, paramLabel = "LABEL", description = "The key to derive from.")
    private String parent;

    @Option(
            names = "--label",
            required = true,
            paramLabel = "TEXT",
            converter = Values.Label.class,
            description = "The new key's label.")
    private String label;

    @Mixin
    private SecretOptions.DerivationValue derivationValue;

    @Override
    protected Answer answer(Context context) throws GeneralSecurityException {
        SchsmKeySpec.Builder spec = SchsmKeySpec.builder(label);
        Secret secret = derivationValue.secret();
        Connected connected = context.openWithPin();
        connected.requireFree(label);
        if (!(connected.key(parent) instanceof SchsmEcPrivateKey ec)) {
            throw new CliException("\"" + parent + "\" is no EC key: only those are derived from");
        }
        char[] digits = secret.read(context.io(), "for key \"" + label + "\"");
        byte[] value = parse(digits);
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC", connected.provider());
            generator.initialize(spec.derivedFrom(ec, value).build());
            generator.generateKeyPair();
        } finally {
            Arrays.fill(value, (byte) 0);
        }
        SchsmKey key = connected.key(label);
        return Answer.of(
                "Key \"" + label + "\" (" + KeysCommand.type(key.key(), key.details()) + ") derived from \"" + parent
                        + "\" on device " + connected.id() + ".",
                Answer.json("device", connected.id())
                        .and("label", label)
                        .and("from", parent)
                        .and("id", Text.hex(key.key().id()))
                        .members());
    }

    /** Wipes the digits. */
    private static byte[] parse(char[] digits) throws CliException {
        try {
            return HexFormat.of().parseHex(digits, 0, digits.length);
        } catch (IllegalArgumentException notHex) {
            throw new CliException("the derivation value is not an even number of hexadecimal digits");
        } finally {
            Arrays.fill(digits, '\0');
        }
    }
}
