// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.admin.selftest;

import static io.github.schsm.admin.selftest.Check.two;

import io.github.schsm.Cvc;
import io.github.schsm.KeyAlgorithm;
import io.github.schsm.SchsmException;
import io.github.schsm.admin.selftest.Check.Setup;
import io.github.schsm.card.apdu.CommandApdu;
import io.github.schsm.card.files.Files;
import io.github.schsm.card.files.KeyAttributes;
import io.github.schsm.codec.EcCurve;
import io.github.schsm.codec.Tlv;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/** What takes two devices: an XKEK that both agree on, and keys of one that open the other. */
final class PairChecks {
    private static final int SLOT = 2;
    private static final byte[] NO_KCV = new byte[8];

    static final List<Check> ALL = List.of(
            two(
                    "pair.agreement",
                    "xkek-agreement",
                    Setup.SLOTS,
                    "Both now have the same KEK in the domain's slot: equal KCVs.",
                    probe -> {
                        agree(probe, probe.other());
                        byte[] ours = kcv(probe);
                        Exchange theirs =
                                probe.other().domain(0x00, SLOT, Probe.NO_DATA).sw(0x9000);
                        theirs.require(
                                !Arrays.equals(NO_KCV, ours)
                                        && Arrays.equals(ours, Arrays.copyOfRange(theirs.data(), 2, 10)),
                                "the KCV of the other device");
                    }),
            two(
                    "pair.migration",
                    "wrapped-keys",
                    Setup.SLOTS,
                    "UNWRAP finds the domain by the KCV (no slot is named); the key keeps its allowed algorithms",
                    probe -> {
                        Probe other = probe.other();
                        agree(probe, other);
                        KeyAttributes movable = KeyAttributes.NONE
                                .withKeyDomain(SLOT)
                                .withAlgorithms(List.of(KeyAlgorithm.ECDSA, KeyAlgorithm.WRAP));
                        Probe.Key key = probe.newEc(EcCurve.SECP256R1, movable);
                        byte[] blob = probe.wrap(key.id())
                                .known(0x6A88, Probe.openFirmware() + ": WRAP in an XKEK domain answers 6A88")
                                .sw(0x9000)
                                .data();
                        int kid = other.nextKeyId();
                        other.unwrap(kid, blob)
                                .known(0x6F00, "wrapped-keys: 6F00 on firmware 3.1 for any key with a 91 list")
                                .sw(0x9000);
                        byte[] hash = Probe.sha256(Probe.bytes(7));
                        Exchange signed =
                                other.sign(kid, KeyAlgorithm.ECDSA.id(), hash).sw(0x9000);
                        Verification.ecdsa(signed, key.curve(), key.point(), hash);
                    }),
            two(
                    "pair.stranger",
                    "xkek-agreement",
                    Setup.SLOTS,
                    "The device verifies the outer signature and that the UID extension equals the UID of the domain its own"
                            + " exchange key is in.",
                    probe -> {
                        Probe other = probe.other();
                        DomainChecks.requireXkek(probe, SLOT);
                        DomainChecks.free(other, 3);
                        // Another domain of the other device's own group signer.
                        DomainChecks.requireXkek(other, 3);
                        Probe.Key ours = DomainChecks.exchangeKey(probe, SLOT);
                        Probe.Key theirs = DomainChecks.exchangeKey(other, 3);
                        probe.makeKnown(DomainChecks.requireIdentity(other));
                        DomainChecks.agree(probe, ours, theirs.cvc()).refused();
                    }),
            two("pair.attested-ecdh", "algorithms", Setup.SLOTS, "ECDH with authenticated peer key", probe -> {
                Probe.Key ours = probe.ec();
                Probe.Key theirs = probe.other().ec();
                probe.makeKnown(DomainChecks.requireIdentity(probe.other()));
                byte[] content = Tlv.parseFirst(theirs.cvc().getEncoded()).value();
                byte[] point = probe.decipher(ours.id(), KeyAlgorithm.ECDH_AUTHENTICATED.id(), content)
                        .sw(0x9000)
                        .data();
                probe.other()
                        .decipher(theirs.id(), KeyAlgorithm.ECDH.id(), ours.point())
                        .sw(0x9000)
                        .data(point);
            }),
            two(
                    "pair.public-key-authentication",
                    "public-key-authentication",
                    Setup.KEYS,
                    "when n keys have done so the device is authenticated as by the PIN.",
                    PairChecks::authenticate));

    private PairChecks() {}

    /** Both become members of the domain of one group signer, and agree. */
    private static void agree(Probe probe, Probe other) throws SchsmException, NotTried, Contradiction {
        DomainChecks.requireXkek(probe, probe, SLOT);
        DomainChecks.requireXkek(other, probe, SLOT);
        Probe.Key ours = DomainChecks.exchangeKey(probe, SLOT);
        Probe.Key theirs = DomainChecks.exchangeKey(other, SLOT);
        probe.makeKnown(DomainChecks.requireIdentity(other));
        DomainChecks.agree(probe, ours, theirs.cvc()).sw(0x9000);
        other.makeKnown(DomainChecks.requireIdentity(probe));
        DomainChecks.agree(other, theirs, ours.cvc()).sw(0x9000);
    }

    private static byte[] kcv(Probe probe) throws SchsmException, NotTried, Contradiction {
        Exchange state = probe.domain(0x00, SLOT, Probe.NO_DATA).sw(0x9000);
        state.require(state.data().length >= 10, "a KCV");
        return Arrays.copyOfRange(state.data(), 2, 10);
    }

    /** Keys of the other device open this one, which takes one of two. */
    private static void authenticate(Probe probe) throws SchsmException, NotTried, Contradiction {
        Probe other = probe.other();
        Probe.Key first = other.newEc(EcCurve.SECP256R1, KeyAttributes.NONE);
        Probe.Key second = other.newEc(EcCurve.SECP256R1, KeyAttributes.NONE);
        for (Probe.Key key : List.of(first, second)) {
            probe.makeKnown(DomainChecks.requireIdentity(other));
            DomainChecks.register(probe, key.cvc()).sw(0x9000);
        }
        probe.dirty();
        other.dirty();
        probe.select();
        probe.update(0xCF55, 0, Probe.bytes(1)).sw(0x6982);
        byte[] holder = Tlv.of(0x83, holder(first.cvc())).encoded();
        probe.send(0x00, 0x22, 0x81, 0xA4, holder, CommandApdu.NO_LE).sw(0x9000);
        byte[] challenge = probe.send(0x00, 0x84, 0x00, 0x00, Probe.NO_DATA, 8)
                .sw(0x9000)
                .length(8)
                .data();
        byte[] name = probe.certificate().chr().getBytes(StandardCharsets.ISO_8859_1);
        Exchange signed = other.sign(first.id(), KeyAlgorithm.ECDSA.id(), Probe.sha256(name, challenge))
                .sw(0x9000);
        byte[] signature = Verification.lenient(signed).plain(first.curve().orderLength());
        probe.send(0x00, 0x82, 0x00, 0x00, signature, CommandApdu.NO_LE).sw(0x9000);
        probe.update(0xCF55, 0, Probe.bytes(1)).sw(0x9000);
        probe.delete(0xCF55).sw(0x9000);
        probe.select(Files.DEVICE_CERTIFICATES);
    }

    private static byte[] holder(Cvc key) {
        return key.chr().getBytes(StandardCharsets.ISO_8859_1);
    }
}
