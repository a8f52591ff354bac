// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.admin.selftest;

import static io.github.schsm.admin.selftest.Check.destructive;
import static io.github.schsm.admin.selftest.Check.harmless;

import io.github.schsm.Cvc;
import io.github.schsm.DeviceIdentity;
import io.github.schsm.MalformedDataException;
import io.github.schsm.SchsmException;
import io.github.schsm.UnsupportedByDeviceException;
import io.github.schsm.UntrustedDeviceException;
import io.github.schsm.admin.selftest.Check.Setup;
import io.github.schsm.card.apdu.CommandApdu;
import io.github.schsm.card.channel.ChannelProtocol;
import io.github.schsm.card.channel.ChipAuthentication;
import io.github.schsm.card.channel.SecureMessagingProcessor;
import io.github.schsm.card.files.Files;
import io.github.schsm.card.quirk.ReaderQuirk;
import io.github.schsm.card.transport.CommandLimits;
import io.github.schsm.codec.Tlv;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** The device's certificates, and the channel that its key makes. */
final class CertificateChecks {
    private static final String SHARED_ID = "ESPICOHSMTR";
    private static final int SHORTEST_CHR = 8;
    private static final int LONGEST_CHR = 16;

    static final List<Check> ALL = List.of(
            harmless(
                    "certificates.two",
                    "files",
                    "device certificate (CVC) followed directly by the device issuer certificate (CVC)",
                    probe -> {
                        Exchange read = probe.readAll(Files.DEVICE_CERTIFICATES);
                        int count = 0;
                        byte[] content = probe.content(Files.DEVICE_CERTIFICATES);
                        int at = 0;
                        while (at < content.length && content[at] == 0x7F) {
                            at += Tlv.parseFirst(Arrays.copyOfRange(content, at, content.length))
                                    .encodedLength();
                            count++;
                        }
                        read.require(
                                count == 2,
                                "two certificates, not " + count,
                                "files: also seen are one self-signed certificate, three, and none");
                    }),
            harmless("certificates.roles", "certificates-and-trust", "C0 root, 80 device issuer, 00 device.", probe -> {
                Cvc device = probe.certificate();
                Exchange read = probe.readAll(Files.DEVICE_CERTIFICATES);
                read.require(
                        device.role().filter(Cvc.Role.DEVICE::equals).isPresent(), "a device certificate with role 00");
                Optional<Cvc> issuer = probe.identity().issuerCertificate();
                read.require(
                        issuer.isEmpty()
                                || issuer.get()
                                        .role()
                                        .filter(Cvc.Role.DEVICE_ISSUER::equals)
                                        .isPresent(),
                        "an issuer certificate with role 80");
            }),
            harmless(
                    "certificates.holder",
                    "certificates-and-trust",
                    "CHR = country(2) holder(..9) sequence(5), 8..16 characters.",
                    probe -> {
                        String chr = probe.certificate().chr();
                        Exchange read = probe.readAll(Files.DEVICE_CERTIFICATES);
                        read.require(
                                chr.length() >= SHORTEST_CHR && chr.length() <= LONGEST_CHR,
                                "a holder reference of 8 to 16 characters");
                    }),
            harmless(
                    "certificates.chain",
                    "certificates-and-trust",
                    "A device is genuine if device ← issuer ← root verify.",
                    probe -> {
                        probe.certificate();
                        Exchange read = probe.readAll(Files.DEVICE_CERTIFICATES);
                        try {
                            probe.trust().verify(probe.identity());
                        } catch (UntrustedDeviceException untrusted) {
                            throw read.contradiction(
                                    "certificates that lead to a trusted root", untrusted.getMessage());
                        }
                    }),
            harmless(
                    "certificates.curve",
                    "authenticated-requests",
                    "in the device and issuer certificates only `06` and `86` are, and the parameters come from the root.",
                    probe -> {
                        Cvc device = probe.certificate();
                        Cvc issuer = probe.identity()
                                .issuerCertificate()
                                .orElseThrow(() -> new NotTried("there is no issuer certificate"));
                        Exchange read = probe.readAll(Files.DEVICE_CERTIFICATES);
                        read.require(
                                device.curve().equals(issuer.curve()),
                                "a device key on the issuer's curve",
                                Probe.openFirmware() + " has its device key on secp256k1 or secp256r1");
                        Tlv key = Tlv.parseFirst(device.getEncoded())
                                .require(0x7F4E)
                                .require(0x7F49);
                        read.require(key.find(0x81).isEmpty() && key.find(0x86).isPresent(), "7F49 { 06 86 }");
                    }),
            harmless(
                    "devices-that-differ.shared-id",
                    "devices-that-differ",
                    "published device ids are ESPICOHSMTR for all",
                    probe -> {
                        probe.certificate();
                        Exchange read = probe.readAll(Files.DEVICE_CERTIFICATES);
                        read.require(
                                !probe.identity().deviceId().startsWith(SHARED_ID),
                                "an id of its own",
                                Probe.openFirmware() + ": ids are not unique");
                    }),
            harmless(
                            "authenticated-requests.present",
                            "authenticated-requests",
                            "the inner signature covers the encoded 7F4E object; the outer one covers the encoded 7F21 object"
                                    + " followed by the encoded outer 42 object.",
                            probe -> {
                                DeviceIdentity identity = probe.identity();
                                boolean any = false;
                                for (int fid : probe.enumerate()) {
                                    byte[] content = (fid & 0xFF00) == 0xCE00 ? probe.content(fid) : Probe.NO_DATA;
                                    if (content.length > 0 && content[0] == 0x67) {
                                        Exchange read = probe.readAll(fid);
                                        Cvc request = Cvc.parse(Tlv.parseFirst(content));
                                        read.require(
                                                request.inner().isSelfSigned(), "an inner signature that verifies");
                                        if (!identity.isMissing()
                                                && request.outerCar()
                                                        .filter(identity.chr()::equals)
                                                        .isPresent()) {
                                            any = true;
                                            read.require(
                                                    request.isSignedBy(identity.deviceCertificate()),
                                                    "an outer signature that verifies");
                                        }
                                    }
                                }
                                if (!any) {
                                    throw new NotTried("there is no request of a key of this device on it");
                                }
                            })
                    .checked(),
            harmless(
                    "secure-messaging.channel",
                    "secure-messaging",
                    "Chip authentication (TR-03110) with the device key: MSE 41 A4 `80 id-CA-ECDH-AES-CBC-CMAC-128`",
                    probe -> {
                        SecureMessagingProcessor channel = open(probe);
                        byte[] offset = Probe.bytes(0x54, 2, 0, 0);
                        CommandApdu read = CommandApdu.of(0x00, 0xB1, 0x2F, 0x02, offset, 64);
                        byte[] plain = Arrays.copyOf(probe.identity().encode(), 64);
                        probe.over(channel, read).sw(0x9000).data(plain);
                        CommandApdu random = CommandApdu.of(0x00, 0x84, 0x00, 0x00, 16);
                        probe.over(channel, random).sw(0x9000).length(16);
                        CommandApdu refused = CommandApdu.of(0x80, 0xFE, 0x00, 0x00, CommandApdu.NO_LE);
                        probe.over(channel, refused).sw(0x6D00);
                    }),
            harmless(
                    "secure-messaging.ends",
                    "secure-messaging",
                    "An answer without secure messaging ends the channel; 6E00 means that the firmware has none.",
                    probe -> {
                        if (!probe.isAtLeast(2, 0)) {
                            probe.certificate();
                            probe.send(0x0C, 0x84, 0x00, 0x00, Probe.NO_DATA, 8).sw(0x6E00);
                            return;
                        }
                        // A protected command where there is no channel is no command.
                        probe.send(0x0C, 0x84, 0x00, 0x00, Probe.NO_DATA, 8).refused();
                    }),
            destructive(
                    "secure-messaging.pin",
                    "secure-messaging",
                    Setup.ANY,
                    "protected APDUs are extended length",
                    probe -> {
                        probe.select();
                        SecureMessagingProcessor channel = open(probe);
                        CommandApdu verify =
                                new CommandApdu(0x00, 0x20, 0x00, Probe.USER, Probe.testPin(), CommandApdu.NO_LE, true);
                        probe.over(channel, verify).sw(0x9000);
                        CommandApdu state = CommandApdu.of(0x00, 0x20, 0x00, Probe.USER, CommandApdu.NO_LE);
                        probe.over(channel, state).sw(0x9000);
                    }));

    private CertificateChecks() {}

    private static SecureMessagingProcessor open(Probe probe) throws SchsmException, NotTried, Contradiction {
        Cvc certificate = probe.certificate();
        if (!probe.isAtLeast(2, 0)) {
            throw new NotTried("firmware before 2.0 has no secure channel");
        }
        if (!probe.isExtended()) {
            throw new NotTried("protected commands are extended, and this reader passes short commands only");
        }
        if (!certificate.isEc()) {
            throw new UnsupportedByDeviceException("the device key is no EC key");
        }
        ChannelProtocol protocol = probe.isAtLeast(3, 0) ? ChannelProtocol.AES_128 : ChannelProtocol.TRIPLE_DES;
        CommandApdu choice = ChipAuthentication.select(protocol);
        String late = Probe.openFirmware() + " makes a channel only after the PIN";
        probe.send(choice.cla(), choice.ins(), choice.p1(), choice.p2(), choice.data(), choice.ne())
                .known(0x6982, late)
                .sw(0x9000);
        ChipAuthentication authentication = ChipAuthentication.of(protocol, probe.identity());
        CommandApdu command = authentication.command();
        Exchange answer = probe.send(
                        command.cla(), command.ins(), command.p1(), command.p2(), command.data(), command.ne())
                .known(0x6982, late)
                .sw(0x9000);
        CommandLimits limits = new CommandLimits(
                probe.quirks().commandLimit(),
                probe.isExtended(),
                CommandApdu.EXTENDED_LE,
                ReaderQuirk.of(probe.wire().reader()));
        try {
            return new SecureMessagingProcessor(
                    authentication.open(probe.identity(), answer.data()),
                    probe.wire().reader(),
                    probe.identity().deviceId(),
                    limits,
                    probe.wire().way());
        } catch (MalformedDataException wrong) {
            throw answer.contradiction("7C { 81 nonce(8) 82 token(8) }, a token that verifies", wrong.getMessage());
        }
    }
}
