// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli.command.domain;

import io.github.schsm.DeviceIdentity;
import io.github.schsm.Kdm;
import io.github.schsm.KeyDomain;
import io.github.schsm.SchsmDevice;
import io.github.schsm.SchsmException;
import io.github.schsm.SchsmKey;
import io.github.schsm.cli.command.Connected;
import io.github.schsm.cli.command.Context;
import io.github.schsm.cli.command.SchsmCommand;
import io.github.schsm.cli.option.Secret;
import io.github.schsm.cli.option.Values;
import io.github.schsm.cli.report.Answer;
import io.github.schsm.cli.report.CliException;
import io.github.schsm.cli.report.Text;
import io.github.schsm.cli.report.UsageException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** From a device to a member: its id, the group signer's word, and the domain, where both devices are at hand. */
@Command(
        name = "join",
        description = {
            "Makes the device a member of a key domain whose group signer is on a device at hand: device id, KDM, and key"
                    + " domain in one step. Then schsm domain sync brings the keys.",
            "One confirmation, and one PIN for each of the two devices. Where the group signer is on another computer:"
                    + " schsm device-id export, schsm kdm issue, schsm domain create."
        },
        footer = {
            "",
            "Example:",
            "  schsm domain join --device ZZSIM000003 --signer group-signer --signer-device ZZSIM000001"
        })
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class DomainJoinCommand extends SchsmCommand {
    @Option(
            names = "--signer",
            required = true,
            paramLabel = "LABEL",
            description = "The group signer's label; schsm group-signer show lists them.")
    private String signer;

    @Option(
            names = "--signer-device",
            required = true,
            paramLabel = "ID",
            converter = Values.DeviceName.class,
            description = "The device that has the group signer. It may be the new member itself.")
    private String signerDevice;

    @Option(
            names = "--slot",
            paramLabel = "N",
            converter = Values.Slot.class,
            description = "The key domain's slot, from 0. Default: the first free one.")
    private @Nullable Integer slot;

    @Option(
            names = "--signer-pin-env",
            paramLabel = "NAME",
            description =
                    "The environment variable that holds the PIN of the group signer's device. Default: as --pin-env.")
    private @Nullable String signerEnvironment;

    @Option(
            names = "--signer-pin-file",
            paramLabel = "FILE",
            description = "A file with the PIN of the group signer's device. Default: as --pin-file.")
    private @Nullable Path signerFile;

    @Override
    protected String work() {
        return "joining the key domain";
    }

    @Override
    protected Answer answer(Context context) throws GeneralSecurityException {
        if (context.settings().isManyAsOne()) {
            throw new UsageException(
                    "one device joins at a time: leave out --domain and --members (also in the configuration"
                            + " file), and name it with --device");
        }
        Secret own = Secret.of("user PIN", "--signer-pin", signerEnvironment, signerFile);
        Context signers = context.on("--signer-device", signerDevice);
        Connected member = context.open();
        Connected holder = signers.open();
        DeviceIdentity identity = member.device().identity();
        member.device().trust().verify(identity);
        byte[] uid = Text.uid(holder.attested(signer));
        List<KeyDomain.Status> domains = member.device().keyDomainStatuses();
        for (KeyDomain.Status status : domains) {
            if (status.isXkek() && Arrays.equals(status.uid(), uid)) {
                return joined(member.id(), status, "is a member already");
            }
        }
        int free = slot == null ? firstFree(member.device(), domains) : slot;
        context.confirm("Device " + member.id() + " (CHR " + identity.chr() + ") becomes a member of key domain "
                + Text.hex(uid) + " in slot " + free + "; its group signer \"" + signer + "\" is on device "
                + holder.id());

        Context signing = context.on(holder);
        Connected issuing = own.isGiven() ? signing.openWithPin(own) : signing.openWithPin();
        Kdm kdm = issue(issuing, identity);
        Connected joining = context.on(member).openWithPin();
        KeyDomain created = joining.device().createKeyDomain(free, kdm, uid);
        return joined(joining.id(), created.status(), "is a member now");
    }

    private Kdm issue(Connected issuing, DeviceIdentity member) throws GeneralSecurityException {
        SchsmKey key = issuing.key(signer);
        if (!(key instanceof PrivateKey privateKey)) {
            throw new CliException("\"" + signer + "\" is a secret key: a group signer is an EC key pair");
        }
        return Kdm.issue(new KeyPair(issuing.attested(signer), privateKey), member);
    }

    private static int firstFree(SchsmDevice device, List<KeyDomain.Status> domains)
            throws SchsmException, CliException {
        int slots = device.keyDomainSlots();
        for (int number = 0; number < slots; number++) {
            int candidate = number;
            if (domains.stream().noneMatch(status -> status.slot() == candidate)) {
                return number;
            }
        }
        throw new CliException("device " + device.name() + " has "
                + (slots == 0 ? "no key domain slots" : "no free key domain slot, all " + slots + " are in use")
                + ": schsm domain delete frees one without keys, and schsm initialize, which erases the device, gives it"
                + " some");
    }

    private static Answer joined(String device, KeyDomain.Status status, String what) {
        return Answer.of(
                Text.lines("Device " + device + " " + what + ": " + Text.domain(status)),
                Answer.json("device", device)
                        .and("keyDomain", Text.json(status))
                        .members());
    }
}
