// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli.command.domain;

import io.github.schsm.AttestedPublicKey;
import io.github.schsm.KeyAlgorithm;
import io.github.schsm.KeyDetails;
import io.github.schsm.SchsmKeySpec;
import io.github.schsm.TokenKey;
import io.github.schsm.cli.command.Connected;
import io.github.schsm.cli.command.Context;
import io.github.schsm.cli.command.SchsmCommand;
import io.github.schsm.cli.option.Values;
import io.github.schsm.cli.report.Answer;
import io.github.schsm.cli.report.Table;
import io.github.schsm.cli.report.Text;
import io.github.schsm.codec.EcCurve;
import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "group-signer",
        description = "The key that says which devices are members of a key domain.",
        subcommands = {GroupSignerCommands.Create.class, GroupSignerCommands.Listing.class})
public final class GroupSignerCommands {
    @Command(
            name = "create",
            description = "Generates a group signer; its public key is the UID of the key domain it controls.",
            footer = {"", "Example:", "  schsm group-signer create --device ZZSIM000001 --label \"Domain Build\""})
    @SuppressWarnings("NullAway.Init") // picocli sets the fields
    static final class Create extends SchsmCommand {
        @Option(
                names = "--label",
                required = true,
                paramLabel = "TEXT",
                converter = Values.Label.class,
                description = "The key's label.")
        private String label;

        @Override
        protected Answer answer(Context context) throws GeneralSecurityException {
            SchsmKeySpec spec = SchsmKeySpec.builder(label)
                    .parameters(new ECGenParameterSpec(EcCurve.BRAINPOOLP256R1.curveName()))
                    .allow(KeyAlgorithm.ECDSA)
                    .build();
            Connected connected = context.openWithPin();
            connected.requireFree(label);
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC", connected.provider());
            generator.initialize(spec);
            generator.generateKeyPair();
            String uid = Text.hex(Text.uid(connected.attested(label)));
            return Answer.of(
                    Text.lines(
                            "Group signer \"" + label + "\" generated on device " + connected.id() + ".",
                            "Key domain UID " + uid),
                    Answer.json("device", connected.id())
                            .and("label", label)
                            .and("uid", uid)
                            .members());
        }
    }

    /** Whether a key is of the kind that a group signer is; the device does not say which one is in use as such. */
    public static boolean canSign(KeyDetails details) {
        return details.curve() == EcCurve.BRAINPOOLP256R1
                && details.publicKey() instanceof AttestedPublicKey
                && details.allows(KeyAlgorithm.ECDSA);
    }

    @Command(
            name = "show",
            description = "Lists the device's keys that can be group signers, with their UIDs.",
            footer = {"", "Example:", "  schsm group-signer show --device ZZSIM000001"})
    static final class Listing extends SchsmCommand {
        @Override
        protected Answer answer(Context context) throws GeneralSecurityException {
            Connected connected = context.open();
            Table table = new Table("LABEL", "KEY DOMAIN UID");
            List<Map<String, @Nullable Object>> json = new ArrayList<>();
            for (TokenKey key : connected.device().keys()) {
                KeyDetails details = connected.device().details(key);
                if (canSign(details) && details.publicKey() instanceof AttestedPublicKey attested) {
                    String uid = Text.hex(Text.uid(attested));
                    table.row(key.label(), uid);
                    json.add(Answer.json("label", key.label()).and("uid", uid).members());
                }
            }
            return Answer.of(
                    json.isEmpty()
                            ? Text.lines("Device " + connected.id()
                                    + " has no key that can be a group signer: schsm group-signer create makes one.")
                            : table.text(),
                    Answer.json("device", connected.id())
                            .and("groupSigners", json)
                            .members());
        }
    }
}
