// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli.command.domain;

import io.github.schsm.AttestedPublicKey;
import io.github.schsm.DeviceIdentity;
import io.github.schsm.DeviceTrust.VerifiedDevice;
import io.github.schsm.ExpectedPeer;
import io.github.schsm.KeyDomain;
import io.github.schsm.SchsmKey;
import io.github.schsm.cli.command.Connected;
import io.github.schsm.cli.command.Context;
import io.github.schsm.cli.command.SchsmCommand;
import io.github.schsm.cli.io.FileIo;
import io.github.schsm.cli.option.Values;
import io.github.schsm.cli.report.Answer;
import io.github.schsm.cli.report.Text;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import javax.crypto.KeyAgreement;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "derive-xkek",
        description = "Agrees on a key domain's KEK with another member; both sides then show the same KCV.",
        footer = {
            "",
            "Example:",
            "  schsm exchange-key create --device ZZSIM000001 --slot 0 --label exchange",
            "  schsm exchange-key create --device ZZSIM000002 --slot 0 --label exchange",
            "  schsm exchange-key export --device ZZSIM000002 --label exchange --out exchange-2.pub",
            "  schsm derive-xkek --device ZZSIM000001 --label exchange --peer exchange-2.pub"
        })
@SuppressWarnings("NullAway.Init") // picocli sets the fields
public final class DeriveXkekCommand extends SchsmCommand {
    @Option(names = "--label", required = true, paramLabel = "LABEL", description = "The exchange key on this device.")
    private String label;

    @Option(
            names = "--peer",
            required = true,
            paramLabel = "FILE",
            description = "The other side's public key file, as its schsm exchange-key export wrote it.")
    private Path peer;

    @Option(
            names = "--expect-peer",
            paramLabel = "ID",
            converter = Values.Peer.class,
            description =
                    "The device id of the other side, or that with # and its key's fingerprint, at least"
                            + " the first 32 digits of it: the file of another device is refused, and no confirmation is asked for.")
    private @Nullable String expectedPeer;

    @Override
    protected Answer answer(Context context) throws GeneralSecurityException {
        AttestedPublicKey other = AttestedPublicKey.parse(FileIo.read(peer, "public key file"));
        Connected connected = pinned(context, other);
        SchsmKey exchange = connected.key(label);
        KeyAgreement agreement = KeyAgreement.getInstance("ECDH_XKEK", connected.provider());
        agreement.init(exchange);
        agreement.doPhase(other, true);
        agreement.generateSecret("XKEK");
        KeyDomain.Status status = connected.domainOf(exchange).status();
        String from = other.identity().deviceId();
        return Answer.of(
                Text.lines(
                        "Device " + connected.id() + " agreed on a KEK with device " + from + ".",
                        "Key domain UID " + Text.hex(status.uid()),
                        "KCV            " + Text.hex(status.kcv()) + "  (has to be the same on the other side)"),
                Answer.json("device", connected.id())
                        .and("peer", from)
                        .and("keyDomain", Text.json(status))
                        .and("kcv", Text.hex(status.kcv()))
                        .members());
    }

    /** The device, once it is known that this peer is meant: by what was expected, else by asking. */
    private Connected pinned(Context context, AttestedPublicKey other) throws GeneralSecurityException {
        if (expectedPeer != null) {
            new ExpectedPeer(expectedPeer.strip()).require(other);
            return context.openWithPin();
        }
        Connected seen = context.open();
        VerifiedDevice device = seen.device().trust().verify(other).device();
        DeviceIdentity identity = device.identity();
        context.confirm(
                "--expect-peer (or --yes)",
                "Device " + seen.id() + " agrees on a KEK with device " + identity.deviceId() + " (CHR "
                        + identity.chr() + ", issuer "
                        + identity.deviceCertificate().car().orElse("(unnamed)") + ", verified up to "
                        + device.root().chr() + ", key fingerprint " + identity.keyFingerprint() + "), key domain "
                        + other.keyDomainUid().map(Text::hex).orElse("(none)")
                        + "; keys can move there then");
        return context.on(seen).openWithPin();
    }
}
