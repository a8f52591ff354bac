// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.admin.selftest;

import static io.github.schsm.admin.selftest.Check.destructive;

import io.github.schsm.Cvc;
import io.github.schsm.DeviceIdentity;
import io.github.schsm.KeyAlgorithm;
import io.github.schsm.MalformedDataException;
import io.github.schsm.SchsmException;
import io.github.schsm.admin.selftest.Check.Setup;
import io.github.schsm.admin.selftest.Exchange.Mask;
import io.github.schsm.card.apdu.CommandApdu;
import io.github.schsm.card.files.Files;
import io.github.schsm.card.files.KeyAttributes;
import io.github.schsm.codec.EcCurve;
import io.github.schsm.codec.Tlv;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Key domains: DKEK, membership, the agreement of an XKEK with itself, and registered public keys. */
final class DomainChecks {
    private static final byte[] NO_KCV = new byte[8];
    private static final byte[] SHARE = Probe.sha256(Probe.bytes(1));
    private static final byte[] SECOND_SHARE = Probe.sha256(Probe.bytes(2));
    private static final int UID_LENGTH = 32;

    static final List<Check> ALL = List.of(
            destructive("key-domains.free", "key-domains", Setup.SLOTS, "6A88 says that the slot is free", probe -> {
                free(probe, 3);
                probe.domain(0x00, 3, Probe.NO_DATA).sw(0x6A88);
                probe.domain(0x00, 4, Probe.NO_DATA)
                        .known(0x6B00, "key-domains: slots past the end may answer 6B00")
                        .sw(0x6A86);
            }),
            destructive(
                    "key-domains.dkek",
                    "key-domains",
                    Setup.SLOTS,
                    "import a DKEK share: KEK = XOR of all shares, complete when none is outstanding",
                    probe -> {
                        free(probe, 1);
                        probe.domain(0x01, 1, Probe.bytes(2)).sw(0x9000).data(Probe.concat(Probe.bytes(2, 2), NO_KCV));
                        probe.domain(0x00, 1, SHARE).sw(0x9000).data(Probe.concat(Probe.bytes(2, 1), NO_KCV));
                        byte[] kek = new byte[32];
                        for (int i = 0; i < kek.length; i++) {
                            kek[i] = (byte) (SHARE[i] ^ SECOND_SHARE[i]);
                        }
                        probe.domain(0x00, 1, SECOND_SHARE)
                                .sw(0x9000)
                                .data(Probe.concat(Probe.bytes(2, 0), Arrays.copyOf(Probe.sha256(kek), NO_KCV.length)));
                    }),
            destructive(
                    "key-domains.share-without-pin",
                    "key-domains",
                    Setup.SLOTS,
                    "**the import of DKEK shares need no PIN** (sc-hsm-tool never verifies it); P1=01..04 do.",
                    probe -> {
                        free(probe, 1);
                        probe.domain(0x01, 1, Probe.bytes(1)).sw(0x9000);
                        probe.select();
                        Exchange imported = probe.domain(0x00, 1, SHARE).sw(0x9000);
                        imported.require(
                                imported.data().length >= 2 && imported.data()[1] == 0,
                                "01 00 and the KCV",
                                Probe.openFirmware() + ": a DKEK share imported without PIN stays pending");
                        for (int p1 = 1; p1 <= 4; p1++) {
                            probe.domain(p1, 2, p1 == 1 ? Probe.bytes(1) : Probe.NO_DATA)
                                    .sw(0x6982);
                        }
                        probe.verify(Probe.USER, Probe.testPin()).sw(0x9000);
                    }),
            destructive(
                    "key-domains.kcv-without-pin",
                    "key-domains",
                    Setup.SLOTS,
                    "KCV = first 8 bytes of SHA-256(KEK); all zero: no KEK present.",
                    probe -> {
                        free(probe, 1);
                        probe.domain(0x01, 1, Probe.bytes(1)).sw(0x9000);
                        probe.domain(0x00, 1, SHARE).sw(0x9000);
                        byte[] kcv = Arrays.copyOf(Probe.sha256(SHARE), NO_KCV.length);
                        probe.select();
                        Exchange asked = probe.domain(0x00, 1, Probe.NO_DATA).sw(0x9000);
                        byte[] seen = Arrays.copyOfRange(asked.data(), 2, 10);
                        asked.require(
                                Arrays.equals(kcv, seen),
                                "the KCV",
                                Arrays.equals(NO_KCV, seen)
                                        ? Probe.openFirmware() + ": KCV zero until the PIN is verified"
                                        : null);
                    }),
            destructive(
                    "key-domains.delete-kek",
                    "key-domains",
                    Setup.SLOTS,
                    "delete the KEK (KCV becomes zero); keys stay",
                    probe -> {
                        free(probe, 1);
                        probe.domain(0x01, 1, Probe.bytes(1)).sw(0x9000);
                        probe.domain(0x00, 1, SHARE).sw(0x9000);
                        int kid = probe.newEc(EcCurve.SECP256R1, KeyAttributes.NONE.withKeyDomain(1))
                                .id();
                        Exchange deleted = probe.domain(0x04, 1, Probe.NO_DATA).sw(0x9000);
                        deleted.require(
                                deleted.data().length >= 10
                                        && Arrays.equals(NO_KCV, Arrays.copyOfRange(deleted.data(), 2, 10)),
                                "a KCV of zeros");
                        probe.sign(kid, KeyAlgorithm.ECDSA.id(), new byte[32]).sw(0x9000);
                        probe.delete(Files.key(kid)).sw(0x9000);
                    }),
            destructive(
                    "key-domains.delete-used",
                    "key-domains",
                    Setup.SLOTS,
                    "delete the domain; 6A89 if a key is in it",
                    probe -> {
                        free(probe, 1);
                        probe.domain(0x01, 1, Probe.bytes(1)).sw(0x9000);
                        int kid = probe.newEc(EcCurve.SECP256R1, KeyAttributes.NONE.withKeyDomain(1))
                                .id();
                        probe.domain(0x03, 1, Probe.NO_DATA).sw(0x6A89);
                        probe.delete(Files.key(kid)).sw(0x9000);
                        probe.domain(0x03, 1, Probe.NO_DATA).sw(0x9000, 0x6A88);
                        probe.domain(0x00, 1, Probe.NO_DATA).sw(0x6A88);
                    }),
            destructive(
                    "key-domains.delete-free",
                    "key-domains",
                    Setup.SLOTS,
                    "After P1=03 some firmware answers 6A88 (the slot is free now): success as well.",
                    probe -> {
                        free(probe, 1);
                        probe.domain(0x01, 1, Probe.bytes(1)).sw(0x9000);
                        probe.domain(0x03, 1, Probe.NO_DATA)
                                .known(0x6A88, "key-domains: some firmware answers 6A88")
                                .sw(0x9000);
                    }),
            destructive(
                    "key-domains.dkek-alone",
                    "algorithms",
                    Setup.DKEK,
                    "A key generated without a `92` attribute belongs to domain 0 if the device was initialized with tag"
                            + " `92`, else to none",
                    probe -> {
                        int kid = probe.ec().id();
                        Exchange blob = probe.wrap(kid).sw(0x9000);
                        blob.require(
                                blob.data().length > 8
                                        && Arrays.equals(
                                                Arrays.copyOf(Probe.sha256(probe.kek()), 8),
                                                Arrays.copyOf(blob.data(), 8)),
                                "a wrapped key with the KCV of the device's DKEK");
                    }),
            destructive(
                            "membership.first-form",
                            "key-domain-membership",
                            Setup.SLOTS,
                            "Send the first form; where a device refuses it with 6700, 6A80 or 6985, try the second once before"
                                    + " giving up, and report both.",
                            probe -> {
                                free(probe, 2);
                                createXkek(probe, probe, signer(probe), 2, false)
                                        .sw(0x9000);
                            })
                    .open(),
            destructive(
                    "membership.uid",
                    "key-domains",
                    Setup.SLOTS,
                    "32 bytes, the **x-coordinate of the group signer's public point** (some firmware answers x||y, 64"
                            + " bytes",
                    probe -> {
                        Exchange state = requireXkek(probe, 2);
                        byte[] answer = state.data();
                        byte[] x = Arrays.copyOfRange(signer(probe).point(), 1, 1 + UID_LENGTH);
                        state.require(
                                answer.length >= 10 + UID_LENGTH
                                        && Arrays.equals(x, Arrays.copyOfRange(answer, 10, 10 + UID_LENGTH)),
                                "the group signer's x-coordinate after the KCV");
                        state.require(
                                answer.length == 10 + UID_LENGTH, "42 bytes", Probe.openFirmware() + " answers x||y");
                        state.require(Arrays.equals(NO_KCV, Arrays.copyOfRange(answer, 2, 10)), "a KCV of zeros");
                    }),
            destructive(
                    "membership.wrong-signature",
                    "key-domain-membership",
                    Setup.SLOTS,
                    "The device checks the signature with the group signer's public key over its own device key's x.",
                    probe -> {
                        free(probe, 3);
                        probe.makeKnown(requireIdentity(probe));
                        Probe.Key signer = signer(probe);
                        byte[] signature = sign(probe, signer, probe);
                        signature[signature.length - 1] ^= 1;
                        Exchange created = create(probe, signer, signature, 3, false);
                        if (created.sw() != 0x6985) {
                            created = create(probe, signer, signature, 3, true);
                        }
                        created.sw(0x6985);
                    }),
            destructive(
                    "membership.chain-not-kept",
                    "devices-that-differ",
                    Setup.SLOTS,
                    "PSO stores the certificates as CAii files",
                    probe -> {
                        // The open firmware does; a device that does not is what the rest of the page is about.
                        Set<Integer> before = new HashSet<>(probe.enumerate());
                        probe.makeKnown(requireIdentity(probe));
                        Exchange list = probe.enumerateObjects();
                        Set<Integer> more = new HashSet<>(probe.enumerate());
                        more.removeAll(before);
                        Exchange read = probe.read(0xCA00, 0, 4);
                        list.require(
                                more.isEmpty() && read.sw() != 0x9000,
                                "no new file after PSO: VERIFY CERTIFICATE",
                                Probe.openFirmware() + " stores the certificates as CAii files");
                    }),
            destructive(
                    "xkek.extension",
                    "xkek-agreement",
                    Setup.SLOTS,
                    "with **only** algorithm 84. Its request (67) carries the domain UID extension.",
                    probe -> {
                        requireXkek(probe, 2);
                        Probe.Key exchange = exchangeKey(probe, 2);
                        Exchange read = probe.readAll(Files.keyCertificate(exchange.id()));
                        byte[] x = Arrays.copyOfRange(signer(probe).point(), 1, 1 + UID_LENGTH);
                        byte[] said = exchange.cvc().keyDomainUid().orElse(Probe.NO_DATA);
                        read.require(
                                said.length >= UID_LENGTH && Arrays.equals(x, Arrays.copyOf(said, UID_LENGTH)),
                                "65 { 73 { .. 80 UID } }");
                    }),
            destructive(
                    "xkek.loop-back",
                    "xkek-agreement",
                    Setup.SLOTS,
                    "An own public key file works as peer: that is a loop-back test and a local backup.",
                    probe -> {
                        Exchange state = loopBack(probe, 2);
                        state.require(
                                !Arrays.equals(NO_KCV, Arrays.copyOfRange(state.data(), 2, 10)),
                                "a KCV that is not zero");
                        Exchange cleared = probe.domain(0x04, 2, Probe.NO_DATA).sw(0x9000);
                        cleared.require(
                                Arrays.equals(NO_KCV, Arrays.copyOfRange(cleared.data(), 2, 10)), "a KCV of zeros");
                    }),
            destructive(
                    "xkek.wrap",
                    "xkek-agreement",
                    Setup.SLOTS,
                    "Keys in a domain are generated with `92 kd` and, if they are to move, with 92 (WRAP) among `91`.",
                    probe -> {
                        loopBack(probe, 2);
                        KeyAttributes movable = KeyAttributes.NONE
                                .withKeyDomain(2)
                                .withAlgorithms(List.of(KeyAlgorithm.ECDSA, KeyAlgorithm.WRAP));
                        Probe.Key key = probe.newEc(EcCurve.SECP256R1, movable);
                        byte[] blob = probe.wrap(key.id())
                                .known(0x6A88, Probe.openFirmware() + ": WRAP in an XKEK domain answers 6A88")
                                .sw(0x9000)
                                .data();
                        int kid = probe.nextKeyId();
                        String defect = "wrapped-keys: 6F00 on firmware 3.1 for any key with a 91 list";
                        probe.unwrap(kid, blob).known(0x6F00, defect).sw(0x9000);
                        byte[] hash = Probe.sha256(Probe.bytes(9));
                        Exchange signed =
                                probe.sign(kid, KeyAlgorithm.ECDSA.id(), hash).sw(0x9000);
                        Verification.ecdsa(signed, key.curve(), key.point(), hash);
                    }),
            destructive(
                    "xkek.not-alone",
                    "xkek-agreement",
                    Setup.SLOTS,
                    "The device verifies the outer signature and that the UID extension equals the UID of the domain its own"
                            + " exchange key is in.",
                    probe -> {
                        requireXkek(probe, 2);
                        Probe.Key exchange = exchangeKey(probe, 2);
                        // A key that is attested by the same device, but for no domain.
                        Probe.Key stranger = probe.ec(EcCurve.BRAINPOOLP256R1, KeyAttributes.NONE);
                        probe.makeKnown(requireIdentity(probe));
                        agree(probe, exchange, stranger.cvc()).refused();
                    }),
            destructive(
                    "public-key-authentication.register",
                    "public-key-authentication",
                    Setup.KEYS,
                    "With the content of an authenticated request (as for the XKEK, chain made known first): register the"
                            + " next key.",
                    probe -> {
                        Probe.Key key = probe.newEc(EcCurve.SECP256R1, KeyAttributes.NONE);
                        probe.makeKnown(requireIdentity(probe));
                        register(probe, key.cvc()).sw(0x9000);
                        probe.send(0x80, 0x54, 0x00, 0x00, Probe.NO_DATA, CommandApdu.SHORT_LE)
                                .sw(0x9000)
                                .data(Probe.bytes(2, 1, 1, 0));
                        Exchange named = probe.send(0x80, 0x54, 0x02, 0x00, Probe.NO_DATA, CommandApdu.SHORT_LE);
                        named.sw(0x9000);
                        probe.dirty();
                    }),
            destructive(
                    "public-key-authentication.long-key",
                    "public-key-authentication",
                    Setup.KEYS,
                    "register the next key.",
                    probe -> {
                        Probe.Key key = probe.newEc(EcCurve.SECP384R1, KeyAttributes.NONE);
                        probe.makeKnown(requireIdentity(probe));
                        register(probe, key.cvc())
                                .known(0x6A80, "genuine-hardware: custodians' keys have at most 256 bits")
                                .sw(0x9000);
                        probe.dirty();
                    }));

    private DomainChecks() {}

    static DeviceIdentity requireIdentity(Probe probe) throws NotTried {
        probe.certificate();
        if (probe.identity().issuerCertificate().isEmpty()) {
            throw new NotTried("the device has no issuer certificate: a chain cannot be made known");
        }
        return probe.identity();
    }

    /** Empties a slot that another check has left filled. */
    static void free(Probe probe, int slot) throws SchsmException, NotTried {
        for (int attempt = 0;
                attempt < 2 && probe.domain(0x00, slot, Probe.NO_DATA).sw() == 0x9000;
                attempt++) {
            if (probe.domain(0x03, slot, Probe.NO_DATA).sw() == 0x6A89) {
                for (int kid = 1; kid < 256; kid++) {
                    KeyAttributes attributes = attributes(probe, kid);
                    if (attributes.keyDomain().orElse(-1) == slot) {
                        probe.delete(Files.key(kid));
                    }
                }
            }
        }
    }

    private static KeyAttributes attributes(Probe probe, int kid) throws SchsmException, NotTried {
        Exchange selected = probe.select(Files.key(kid));
        try {
            return selected.sw() == 0x9000 ? KeyAttributes.parse(selected.data()) : KeyAttributes.NONE;
        } catch (MalformedDataException rubbish) {
            return KeyAttributes.NONE;
        }
    }

    /** The group signer, an ordinary key. */
    static Probe.Key signer(Probe probe) throws SchsmException, NotTried, Contradiction {
        return probe.ec(EcCurve.BRAINPOOLP256R1, KeyAttributes.NONE.withAlgorithms(List.of(KeyAlgorithm.ECDSA)));
    }

    /** An exchange key in a domain. */
    static Probe.Key exchangeKey(Probe probe, int slot) throws SchsmException, NotTried, Contradiction {
        return probe.ec(
                EcCurve.BRAINPOOLP256R1,
                KeyAttributes.NONE.withKeyDomain(slot).withAlgorithms(List.of(KeyAlgorithm.ECDH_XKEK)));
    }

    /** The group signer's signature over a member's public key, {@code r || s}. */
    private static byte[] sign(Probe signing, Probe.Key signer, Probe member)
            throws SchsmException, NotTried, Contradiction {
        byte[] point = member.certificate().publicPoint();
        byte[] x = Arrays.copyOfRange(point, 1, 1 + (point.length - 1) / 2);
        byte[] hash = Probe.sha256(Probe.bytes(0x54), x);
        Exchange signed =
                signing.sign(signer.id(), KeyAlgorithm.ECDSA.id(), hash).sw(0x9000);
        return Verification.lenient(signed).plain(signer.curve().orderLength());
    }

    /** MANAGE KEY DOMAIN, create; the device's own chain is made known before. */
    static Exchange createXkek(Probe member, Probe signing, Probe.Key signer, int slot, boolean whole)
            throws SchsmException, NotTried, Contradiction {
        byte[] signature = sign(signing, signer, member);
        member.makeKnown(requireIdentity(member));
        return create(member, signer, signature, slot, whole)
                .known(0x6A80, "key-domain-membership: a device may want the whole request")
                .known(0x6985, "key-domain-membership: a device may want the whole request")
                .known(0x6700, "key-domain-membership: a device may want the whole request");
    }

    private static Exchange create(Probe member, Probe.Key signer, byte[] signature, int slot, boolean whole)
            throws SchsmException, NotTried {
        Tlv request = Tlv.parseFirst(signer.cvc().getEncoded());
        byte[] part = whole ? request.value() : signer.cvc().inner().getEncoded();
        return member.domain(
                0x02, slot, Probe.concat(part, Tlv.of(0x54, signature).encoded()));
    }

    /** An XKEK domain in a slot; its state. */
    static Exchange requireXkek(Probe probe, int slot) throws SchsmException, NotTried, Contradiction {
        return requireXkek(probe, probe, slot);
    }

    /** The same with the group signer on another device. */
    static Exchange requireXkek(Probe member, Probe signing, int slot) throws SchsmException, NotTried, Contradiction {
        Exchange present = member.domain(0x00, slot, Probe.NO_DATA);
        if (present.sw() == 0x9000 && present.data().length > 10) {
            return present;
        }
        Probe.Key signer = signer(signing);
        Exchange created = createXkek(member, signing, signer, slot, false);
        return created.sw() == 0x9000
                ? created
                : createXkek(member, signing, signer, slot, true).sw(0x9000);
    }

    /** Sends the peer's request to the exchange key. */
    static Exchange agree(Probe probe, Probe.Key exchange, Cvc peer) throws SchsmException, NotTried, Contradiction {
        byte[] content = Tlv.parseFirst(peer.getEncoded()).value();
        return probe.sendLong(0x80, 0x62, exchange.id(), KeyAlgorithm.ECDH_XKEK.id(), content, Mask.NONE);
    }

    private static Exchange loopBack(Probe probe, int slot) throws SchsmException, NotTried, Contradiction {
        requireXkek(probe, slot);
        Probe.Key exchange = exchangeKey(probe, slot);
        probe.makeKnown(requireIdentity(probe));
        agree(probe, exchange, exchange.cvc()).sw(0x9000);
        return probe.domain(0x00, slot, Probe.NO_DATA).sw(0x9000);
    }

    /** MANAGE PUBLIC KEY AUTHENTICATION, register. */
    static Exchange register(Probe probe, Cvc request) throws SchsmException, NotTried {
        return probe.send(
                0x80, 0x54, 0x00, 0x00, Tlv.parseFirst(request.getEncoded()).value(), CommandApdu.SHORT_LE);
    }
}
