// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.admin.selftest;

import static io.github.schsm.admin.selftest.Check.harmless;
import static io.github.schsm.admin.selftest.Check.withKey;

import io.github.schsm.Cvc;
import io.github.schsm.KeyAlgorithm;
import io.github.schsm.MalformedDataException;
import io.github.schsm.SchsmException;
import io.github.schsm.card.apdu.CommandApdu;
import io.github.schsm.card.files.Files;
import io.github.schsm.card.files.KeyAttributes;
import io.github.schsm.codec.EcCurve;
import io.github.schsm.codec.Tlv;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.PublicKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;

/** Commands that ask: states of PINs, memory, random bytes, and what is refused. */
final class CommandChecks {
    private static final int LONGEST_CHALLENGE = 1024;

    static final List<Check> ALL = List.of(
            harmless(
                    "commands.user-pin",
                    "commands",
                    "without data: status 9000 verified, 63Cx tries left, 6983 blocked, 6984 transport PIN (must be changed"
                            + " first; **firmware 1.x: not initialized**, so ask reference 88, which answers 6A88 then), 6A88 not"
                            + " initialized",
                    probe -> {
                        Exchange asked = probe.verify(Probe.USER, Probe.NO_DATA);
                        asked.require(
                                isTries(asked.sw())
                                        || asked.sw() == 0x6983
                                        || asked.sw() == 0x6984
                                        || asked.sw() == 0x6A88
                                        // Registered keys stand in its place; not published.
                                        || asked.sw() == 0x6400,
                                "63Cx, 6983, 6984, or 6A88");
                    }),
            harmless("commands.so-pin", "device", "10 otherwise; SO-PIN 15", probe -> {
                Exchange asked = probe.verify(Probe.SO, Probe.NO_DATA);
                asked.require(
                        isTries(asked.sw()) || asked.sw() == 0x6983 || asked.sw() == 0x6A88, "63Cx, 6983, or 6A88");
            }),
            harmless(
                    "commands.biometry",
                    "commands",
                    "References 85 and 86 (biometry) must answer 6A88, or OpenSC assumes a PIN pad",
                    probe -> {
                        probe.verify(0x85, Probe.NO_DATA).sw(0x6A88);
                        probe.verify(0x86, Probe.NO_DATA).sw(0x6A88);
                    }),
            harmless("commands.memory", "commands", "Without data: free memory(4) .. major minor (from 2.4)", probe -> {
                if (!probe.isAtLeast(2, 4)) {
                    throw new NotTried("firmware before 2.4 does not say");
                }
                Exchange asked = probe.send(0x80, 0x50, 0x00, 0x00, Probe.NO_DATA, CommandApdu.SHORT_LE)
                        .sw(0x9000);
                byte[] answer = asked.data();
                asked.require(answer.length >= 6, "at least 6 bytes");
                String said = (answer[answer.length - 2] & 0xFF) + "." + (answer[answer.length - 1] & 0xFF);
                asked.require(
                        probe.applet()
                                .version()
                                .map(Object::toString)
                                .orElse(said)
                                .equals(said),
                        "the version that SELECT answers, at the end");
            }),
            harmless("commands.random", "commands", "Le random bytes (at most 1024 per call)", probe -> {
                Exchange first = challenge(probe, 8).sw(0x9000).length(8);
                Exchange second = challenge(probe, 8).sw(0x9000).length(8);
                second.require(!Arrays.equals(first.data(), second.data()), "other bytes than before");
                if (probe.isExtended()) {
                    challenge(probe, LONGEST_CHALLENGE).sw(0x9000).length(LONGEST_CHALLENGE);
                }
            }),
            harmless(
                    "commands.unknown-key",
                    "commands",
                    "`83` CHR of a CVC: 9000 known, 6A88 unknown",
                    probe -> probe.knows("ZZNOBODY00001").sw(0x6A88)),
            harmless(
                    "commands.known-root",
                    "certificates-and-trust",
                    "A device is genuine if device ← issuer ← root verify.",
                    probe -> {
                        probe.certificate();
                        String root = probe.identity()
                                .issuerCertificate()
                                .flatMap(Cvc::car)
                                .orElseThrow(() -> new NotTried("there is no issuer certificate"));
                        probe.knows(root).sw(0x9000);
                    }),
            harmless(
                    "status-words.unknown-instruction",
                    "status-words",
                    "instruction / class unknown (applet not selected: select again; or old firmware)",
                    probe -> {
                        probe.send(0x80, 0xFE, 0x00, 0x00).sw(0x6D00);
                        probe.send(0xB0, 0xFE, 0x00, 0x00).sw(0x6E00, 0x6D00);
                    }),
            harmless("key-domains.end", "key-domains", "Slots are numbered from 0; 6A86 ends them", probe -> {
                // Slot 254: a device with 255 slots is not known.
                Exchange asked = probe.domain(0x00, 0xFE, Probe.NO_DATA);
                if (asked.sw() == 0x6D00) {
                    throw new NotTried("the device has no key domain slots");
                }
                asked.known(0x6B00, "key-domains: slots past the end may answer 6B00")
                        .sw(0x6A86);
            }),
            harmless(
                    "key-domains.state",
                    "key-domains",
                    "every successful call answers the domain's state: `total shares (1) || outstanding shares (1) || KCV"
                            + " (8) [|| key domain UID]`",
                    probe -> {
                        boolean any = false;
                        for (int slot = 0; slot < 0xFF; slot++) {
                            Exchange asked = probe.domain(0x00, slot, Probe.NO_DATA);
                            if (asked.sw() != 0x9000) {
                                if (asked.sw() == 0x6A88) {
                                    continue;
                                }
                                break;
                            }
                            any = true;
                            int length = asked.data().length;
                            asked.require(
                                    length == 10 || length == 42,
                                    "10 bytes, or 42 with the UID",
                                    length == 74 ? Probe.openFirmware() + " answers x||y" : null);
                        }
                        if (!any) {
                            throw new NotTried("there is no key domain on the device");
                        }
                    }),
            harmless(
                    "public-key-authentication.state",
                    "public-key-authentication",
                    "`80 54 00 00` without data: total, missing, required, authenticated (1 byte each)",
                    probe -> {
                        Exchange asked = probe.send(0x80, 0x54, 0x00, 0x00, Probe.NO_DATA, CommandApdu.SHORT_LE);
                        if (asked.sw() != 0x9000) {
                            throw new NotTried("the device was not initialized for it");
                        }
                        asked.length(4);
                    }),
            harmless(
                    "pkcs15-descriptions.keys",
                    "pkcs15-descriptions",
                    "A private key description (PRKD), one per key; the outer tag tells the type: `30` RSA, `A0` EC, `A8`"
                            + " AES.",
                    probe -> {
                        boolean any = false;
                        for (int fid : probe.enumerate()) {
                            if ((fid & 0xFF00) == 0xC400) {
                                any = true;
                                Exchange read = probe.readAll(fid).sw(0x9000, 0x6282);
                                int tag = read.data().length == 0 ? 0 : read.data()[0] & 0xFF;
                                read.require(tag == 0x30 || tag == 0xA0 || tag == 0xA8, "30, A0, or A8");
                            }
                        }
                        if (!any) {
                            throw new NotTried("there is no description of a key on the device");
                        }
                    }),
            withKey(
                    "algorithms.named-key",
                    "algorithms",
                    "ECDSA, hash given (host: cut to the order's leftmost bits; shorter hashes are sent as they are)",
                    CommandChecks::signWithNamedKey),
            withKey(
                    "wrapped-keys.named-counter",
                    "files",
                    "`90` key use counter (4 bytes, big-endian)",
                    CommandChecks::countNamedKey));

    private CommandChecks() {}

    private static boolean isTries(int sw) {
        return (sw & 0xFFF0) == 0x63C0;
    }

    private static Exchange challenge(Probe probe, int length) throws SchsmException, NotTried {
        return probe.send(0x00, 0x84, 0x00, 0x00, Probe.NO_DATA, length);
    }

    /** The signature is verified with the public key that is stored with the key. */
    private static void signWithNamedKey(Probe probe) throws SchsmException, NotTried, Contradiction {
        probe.verifyUserPin();
        byte[] hash = Probe.sha256("self-test".getBytes(StandardCharsets.US_ASCII));
        PublicKey publicKey = publicKey(probe.content(Files.keyCertificate(probe.namedKey())));
        if (publicKey instanceof ECPublicKey ec) {
            EcCurve curve =
                    EcCurve.of(ec.getParams()).orElseThrow(() -> new NotTried("a curve that is not known here"));
            Exchange signed =
                    probe.sign(probe.namedKey(), KeyAlgorithm.ECDSA.id(), hash).sw(0x9000);
            Verification.ecdsa(signed, curve, curve.encode(ec.getW()), hash);
        } else if (publicKey instanceof RSAPublicKey rsa) {
            byte[] padded = Verification.pkcs1(rsa, Verification.SHA_256, hash);
            Exchange signed = probe.sign(probe.namedKey(), KeyAlgorithm.RSA_RAW.id(), padded)
                    .sw(0x9000);
            Verification.rsa(signed, rsa, padded);
        } else {
            throw new NotTried("there is no public key stored with it");
        }
    }

    private static void countNamedKey(Probe probe) throws SchsmException, NotTried, Contradiction {
        OptionalLong before = counter(probe);
        if (before.isEmpty()) {
            throw new NotTried("the key has no use counter");
        }
        signWithNamedKey(probe);
        Exchange selected = probe.select(Files.key(probe.namedKey()));
        selected.require(
                counter(probe).orElse(-1) == before.getAsLong() - 1, "a use counter of " + (before.getAsLong() - 1));
    }

    private static OptionalLong counter(Probe probe) throws SchsmException, NotTried {
        return KeyAttributes.parse(probe.select(Files.key(probe.namedKey())).data())
                .useCounter();
    }

    private static PublicKey publicKey(byte[] stored) throws NotTried {
        try {
            if (stored.length > 0 && stored[0] == 0x30) {
                return CertificateFactory.getInstance("X.509")
                        .generateCertificate(new ByteArrayInputStream(stored))
                        .getPublicKey();
            }
            return Cvc.parse(Tlv.parseFirst(stored)).getPublicKey();
        } catch (CertificateException | MalformedDataException none) {
            throw new NotTried("there is no public key stored with it");
        }
    }
}
