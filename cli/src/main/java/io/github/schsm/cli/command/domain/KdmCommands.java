// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli.command.domain;

import io.github.schsm.DeviceIdentity;
import io.github.schsm.Kdm;
import io.github.schsm.KeyDomainException;
import io.github.schsm.SchsmKey;
import io.github.schsm.cli.command.Connected;
import io.github.schsm.cli.command.Context;
import io.github.schsm.cli.command.SchsmCommand;
import io.github.schsm.cli.io.FileIo;
import io.github.schsm.cli.option.OutputOptions;
import io.github.schsm.cli.report.Answer;
import io.github.schsm.cli.report.CliException;
import io.github.schsm.cli.report.Status;
import io.github.schsm.cli.report.Text;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.PrivateKey;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "kdm",
        description = "Key domain memberships: a group signer's word that a device belongs to its group.",
        subcommands = {KdmCommands.Issue.class, KdmCommands.Inspect.class})
public final class KdmCommands {
    @Command(
            name = "issue",
            description = {
                "Makes a device a member of the key domain that a group signer controls.",
                "The device's certificates are verified first; then device and UID are shown and must be confirmed."
            },
            footer = {
                "",
                "Example:",
                "  schsm device-id export --device ZZSIM000002 --out device-2.cvc",
                "  schsm kdm issue --device ZZSIM000001 --signer group-signer --id device-2.cvc --out device-2.kdm"
            })
    @SuppressWarnings("NullAway.Init") // picocli sets the fields
    static final class Issue extends SchsmCommand {
        @Option(
                names = "--signer",
                required = true,
                paramLabel = "LABEL",
                description = "The group signer's label on the device in use.")
        private String signer;

        @Option(
                names = "--id",
                required = true,
                paramLabel = "FILE",
                description = "The device id of the new member, as its schsm device-id export wrote it.")
        private Path id;

        @Mixin
        private OutputOptions output;

        @Override
        protected Answer answer(Context context) throws GeneralSecurityException {
            DeviceIdentity member = DeviceIdentity.parse(FileIo.read(id, "device id"));
            Connected seen = context.open();
            seen.device().trust().verify(member);
            String uid = Text.hex(Text.uid(seen.attested(signer)));
            context.confirm("Device " + member.deviceId() + " (CHR " + member.chr()
                    + ") becomes a member of key domain " + uid);

            Connected connected = context.on(seen).openWithPin();
            SchsmKey key = connected.key(signer);
            if (!(key instanceof PrivateKey privateKey)) {
                throw new CliException("\"" + signer + "\" is a secret key: a group signer is an EC key pair");
            }
            Kdm kdm = Kdm.issue(new KeyPair(connected.attested(signer), privateKey), member);
            Path file = output.write(kdm.fileName(), kdm.encode());
            return Answer.of(
                    Text.lines(
                            "KDM written to " + FileIo.target(file) + ".",
                            "Member         " + member.deviceId() + " (CHR " + member.chr()
                                    + "), certificates verified",
                            "Key domain UID " + uid),
                    Answer.json("file", file)
                            .and("device", member.deviceId())
                            .and("chr", member.chr())
                            .and("uid", uid)
                            .members());
        }
    }

    @Command(
            name = "show",
            description = "Shows whose membership a KDM is, and verifies it.",
            footer = {
                "",
                "Example:",
                "  schsm device-id export --device ZZSIM000002 --out device-2.cvc",
                "  schsm kdm issue --device ZZSIM000001 --signer group-signer --id device-2.cvc --out device-2.kdm",
                "  schsm kdm show device-2.kdm"
            })
    @SuppressWarnings("NullAway.Init") // picocli sets the fields
    static final class Inspect extends SchsmCommand {
        @Parameters(paramLabel = "FILE", description = "The KDM.")
        private Path file;

        @Override
        protected Answer answer(Context context) throws GeneralSecurityException {
            Kdm kdm = Kdm.parse(FileIo.read(file, "KDM"));
            DeviceIdentity member = kdm.identity();
            String wrong = null;
            try {
                kdm.verify();
            } catch (KeyDomainException refused) {
                wrong = refused.getMessage();
            }
            String distrust = Text.distrust(context.settings().checked().trust(), member);
            boolean good = wrong == null && distrust == null;
            return new Answer(
                    Text.lines(
                            "Member         " + member.deviceId() + " (CHR " + member.chr() + ")",
                            "Key domain UID " + Text.hex(kdm.uid()),
                            "Group signer   " + groupSigner(kdm, distrust == null),
                            "Signature      " + (wrong == null ? "good" : "WRONG: " + wrong),
                            "Device         " + (distrust == null ? "genuine" : "NOT TRUSTED: " + distrust)),
                    Answer.json("file", file)
                            .and("device", member.deviceId())
                            .and("chr", member.chr())
                            .and("uid", Text.hex(kdm.uid()))
                            .and(
                                    "groupSignerDevice",
                                    kdm.groupSigner().outerCar().orElse(null))
                            .and("groupSignerDeviceProven", distrust == null && kdm.isGroupSignerOfMember())
                            .and("signatureGood", wrong == null)
                            .and("deviceGenuine", distrust == null)
                            .and("reason", wrong == null ? distrust : wrong)
                            .members(),
                    good ? Status.DONE : Status.FAILED);
        }

        /** The certificates of the group signer's device don't come with a KDM, unless it is the member itself. */
        private static String groupSigner(Kdm kdm, boolean trusted) {
            String device = kdm.groupSigner().outerCar().orElse("(unnamed)");
            return trusted && kdm.isGroupSignerOfMember()
                    ? "generated in " + device + ", the member itself"
                    : "claims to be generated in " + device + "; a KDM cannot prove it: compare the UID with its"
                            + " holder's by another way";
        }
    }
}
