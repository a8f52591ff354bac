// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.admin.selftest;

import static io.github.schsm.admin.selftest.Check.destructive;

import io.github.schsm.Cvc;
import io.github.schsm.KeyAlgorithm;
import io.github.schsm.SchsmException;
import io.github.schsm.admin.selftest.Check.Setup;
import io.github.schsm.card.apdu.CommandApdu;
import io.github.schsm.card.files.Files;
import io.github.schsm.card.files.KeyAttributes;
import io.github.schsm.card.files.KeyPairRequest;
import io.github.schsm.codec.EcCurve;
import io.github.schsm.codec.Tlv;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;

/** Generation of keys: each curve and size, what is attested, what the attributes do. */
final class KeyChecks {
    private static final int[] OLD_RSA = {1024, 1536, 2048};
    private static final int[] LONG_RSA = {3072, 4096};
    private static final int[] AES = {128, 192, 256};

    private static final int LAST_ID = 255;
    private static final byte[] OPENSC_DESCRIPTION =
            Probe.hex("A026300B0C026B3103020" + "6C0040101300B0401100303073080020101A10A30083002040002020100");
    private static final List<KeyAlgorithm> LONGEST_LIST = List.of(
            KeyAlgorithm.ECDSA,
            KeyAlgorithm.ECDSA_SHA1,
            KeyAlgorithm.ECDSA_SHA224,
            KeyAlgorithm.ECDSA_SHA256,
            KeyAlgorithm.ECDSA_SHA384,
            KeyAlgorithm.ECDSA_SHA512,
            KeyAlgorithm.ECDH,
            KeyAlgorithm.ECDH_AUTHENTICATED,
            KeyAlgorithm.WRAP,
            KeyAlgorithm.REPLACE,
            KeyAlgorithm.DERIVE_EC,
            KeyAlgorithm.RSA_PSS,
            KeyAlgorithm.RSA_PKCS1,
            KeyAlgorithm.RSA_RAW,
            KeyAlgorithm.AES_CMAC,
            KeyAlgorithm.UNWRAP);

    static final List<Check> ALL = all();

    private KeyChecks() {}

    private static List<Check> all() {
        List<Check> all = new ArrayList<>(List.of(
                destructive(
                        "key-generation.stored",
                        "commands",
                        Setup.ANY,
                        "[Key generation](#key-generation) → authenticated request (67), also stored in CEkk",
                        probe -> {
                            int kid = probe.nextKeyId();
                            byte[] data = request(probe, EcCurve.SECP256R1, KeyAttributes.NONE);
                            Exchange made = probe.generate(kid, data, CommandApdu.EXTENDED_LE)
                                    .sw(0x9000);
                            if (probe.isExtended()) {
                                made.require(made.data().length > 0 && made.data()[0] == 0x67, "67 { .. }");
                                probe.readAll(Files.keyCertificate(kid)).data(made.data());
                            }
                        }),
                destructive(
                        "key-generation.without-le",
                        "device",
                        Setup.ANY,
                        "GENERATE is sent without Le (9000, no data) and CEkk is read",
                        probe -> {
                            int kid = probe.nextKeyId();
                            byte[] data = request(probe, EcCurve.SECP256R1, KeyAttributes.NONE);
                            probe.generate(kid, data, CommandApdu.NO_LE)
                                    .sw(0x9000)
                                    .length(0);
                            Exchange read = probe.readAll(Files.keyCertificate(kid));
                            read.require(read.data().length > 0 && read.data()[0] == 0x67, "67 { .. }");
                        }),
                destructive(
                        "key-generation.inner-authority",
                        "key-generation",
                        Setup.ANY,
                        "inner authority reference (CAR), optional from firmware 2 on.",
                        probe -> {
                            if (!probe.isAtLeast(2, 0)) {
                                throw new NotTried("it is mandatory before firmware 2");
                            }
                            KeyPairRequest request =
                                    KeyPairRequest.ec(EcCurve.SECP256R1, probe.chr(), KeyAttributes.NONE);
                            int kid = probe.nextKeyId();
                            probe.generate(kid, request.encodeShort(), CommandApdu.NO_LE)
                                    .sw(0x9000);
                            Exchange read = probe.readAll(Files.keyCertificate(kid));
                            Cvc made = Cvc.parse(Tlv.parseFirst(probe.content(Files.keyCertificate(kid))));
                            read.require(made.car().isEmpty(), "a request without 42 in 7F4E");
                        }),
                destructive(
                        "key-generation.authority-kept",
                        "key-generation",
                        Setup.ANY,
                        "The vendor's key manager makes CAR = CHR = the device's own CHR (DECC040100200000).",
                        probe -> {
                            Probe.Key key = probe.newEc(EcCurve.SECP256R1, KeyAttributes.NONE);
                            Exchange read = probe.readAll(Files.keyCertificate(key.id()));
                            read.require(
                                    key.cvc().chr().equals(probe.chr())
                                            && (!probe.isExtended()
                                                    || key.cvc().car().equals(Optional.of(probe.chr()))),
                                    "CAR and CHR as they were given");
                        }),
                destructive(
                        "authenticated-requests.inner",
                        "authenticated-requests",
                        Setup.ANY,
                        "by the new key over 7F4E, also for exchange and RSA keys",
                        probe -> {
                            for (Probe.Key key : List.of(probe.ec(), probe.rsa())) {
                                Exchange read = probe.readAll(Files.keyCertificate(key.id()));
                                read.require(key.cvc().inner().isSelfSigned(), "an inner signature that verifies");
                            }
                        }),
                destructive(
                                "authenticated-requests.outer",
                                "authenticated-requests",
                                Setup.ANY,
                                "the outer one covers the encoded 7F21 object followed by the encoded outer 42 object.",
                                probe -> {
                                    Cvc device = probe.certificate();
                                    for (Probe.Key key : List.of(probe.ec(), probe.rsa())) {
                                        Exchange read = probe.readAll(Files.keyCertificate(key.id()));
                                        read.require(
                                                key.cvc().outerCar().equals(Optional.of(device.chr())),
                                                "the device's CHR as outer authority");
                                        read.require(key.cvc().isSignedBy(device), "an outer signature that verifies");
                                    }
                                })
                        .checked(),
                destructive(
                        "authenticated-requests.no-extension",
                        "authenticated-requests",
                        Setup.ANY,
                        "is only in requests for keys generated with algorithm 84 (ECDH_XKEK) in a key domain.",
                        probe -> {
                            Probe.Key key = probe.ec();
                            Exchange read = probe.readAll(Files.keyCertificate(key.id()));
                            read.require(key.cvc().keyDomainUid().isEmpty(), "a request without 65");
                        }),
                destructive(
                        "key-generation.key-zero", "device", Setup.ANY, "0 is the device authentication key", probe -> {
                            byte[] data = request(probe, EcCurve.SECP256R1, KeyAttributes.NONE);
                            probe.generate(0, data, CommandApdu.NO_LE).refused();
                        }),
                destructive("key-generation.last-id", "device", Setup.ANY, "1..255", probe -> {
                    byte[] data = request(probe, EcCurve.SECP256R1, KeyAttributes.NONE);
                    probe.generate(LAST_ID, data, CommandApdu.NO_LE).sw(0x9000);
                    probe.sign(LAST_ID, KeyAlgorithm.ECDSA.id(), new byte[32]).sw(0x9000);
                    probe.delete(Files.key(LAST_ID)).sw(0x9000);
                    probe.delete(Files.keyCertificate(LAST_ID)).sw(0x9000);
                }),
                destructive(
                        "key-generation.longest-list",
                        "key-generation",
                        Setup.ANY,
                        "allowed algorithms (1..16), optional",
                        probe -> {
                            KeyAttributes longest = KeyAttributes.NONE.withAlgorithms(LONGEST_LIST);
                            Probe.Key key = probe.newEc(EcCurve.SECP256R1, longest);
                            Exchange selected =
                                    probe.select(Files.key(key.id())).sw(0x9000);
                            selected.require(
                                    KeyAttributes.parse(selected.data())
                                            .algorithms()
                                            .equals(longest.algorithms()),
                                    "91 with 16 algorithms");
                        }),
                destructive(
                        "pkcs15-descriptions.stored",
                        "pkcs15-descriptions",
                        Setup.ANY,
                        "OpenSC writes for an EC key exactly",
                        probe -> {
                            int kid = probe.newEc(EcCurve.SECP256R1, KeyAttributes.NONE)
                                    .id();
                            probe.update(Files.keyDescription(kid), 0, OPENSC_DESCRIPTION)
                                    .sw(0x9000);
                            probe.readAll(Files.keyDescription(kid)).data(OPENSC_DESCRIPTION);
                            probe.select();
                            probe.readAll(Files.keyDescription(kid)).data(OPENSC_DESCRIPTION);
                        }),
                destructive(
                        "key-generation.needs-pin",
                        "status-words",
                        Setup.ANY,
                        "not authenticated (PIN or PKA)",
                        probe -> {
                            int kid = probe.ec().id();
                            byte[] data = request(probe, EcCurve.SECP256R1, KeyAttributes.NONE);
                            probe.select();
                            probe.generate(probe.nextKeyId(), data, CommandApdu.NO_LE)
                                    .sw(0x6982);
                            probe.sign(kid, KeyAlgorithm.ECDSA.id(), new byte[32])
                                    .sw(0x6982);
                        }),
                destructive(
                        "key-generation.missing",
                        "status-words",
                        Setup.ANY,
                        "file not found (a key that is not there: WRAP answers 6A88)",
                        probe -> {
                            int kid = 0xFA;
                            probe.sign(kid, KeyAlgorithm.ECDSA.id(), new byte[32])
                                    .sw(0x6A82);
                            probe.wrap(kid).sw(0x6A88);
                        }),
                destructive(
                        "key-generation.list",
                        "status-words",
                        Setup.ANY,
                        "function not supported / **algorithm not in the key's list**",
                        probe -> {
                            int kid = probe.ec(
                                            EcCurve.SECP256R1,
                                            KeyAttributes.NONE.withAlgorithms(List.of(KeyAlgorithm.ECDH)))
                                    .id();
                            probe.sign(kid, KeyAlgorithm.ECDSA.id(), new byte[32])
                                    .sw(0x6A81);
                        }),
                destructive(
                        "key-generation.counter",
                        "status-words",
                        Setup.ANY,
                        "**SIGN/DECIPHER:** key use counter used up",
                        probe -> {
                            int kid = probe.newEc(EcCurve.SECP256R1, KeyAttributes.NONE.withUseCounter(2))
                                    .id();
                            byte[] hash = new byte[32];
                            probe.sign(kid, KeyAlgorithm.ECDSA.id(), hash).sw(0x9000);
                            Exchange selected = probe.select(Files.key(kid)).sw(0x9000);
                            selected.require(
                                    KeyAttributes.parse(selected.data())
                                                    .useCounter()
                                                    .orElse(-1)
                                            == 1,
                                    "a use counter of 1");
                            probe.sign(kid, KeyAlgorithm.ECDSA.id(), hash).sw(0x9000);
                            probe.sign(kid, KeyAlgorithm.ECDSA.id(), hash)
                                    .known(0x6A84, Probe.openFirmware() + ": a used-up counter answers 6A84")
                                    .sw(0x6984)
                                    .length(0);
                        }),
                destructive(
                                "key-generation.id-in-use",
                                "wrapped-keys",
                                Setup.ANY,
                                "key id in use: 6A89 [assumed]",
                                probe -> {
                                    int kid = probe.ec().id();
                                    byte[] data = request(probe, EcCurve.SECP256R1, KeyAttributes.NONE);
                                    probe.generate(kid, data, CommandApdu.NO_LE).sw(0x6A89);
                                })
                        .assumed(),
                destructive("key-generation.replace", "algorithms", Setup.ANY, "key may be replaced", probe -> {
                    KeyAttributes replaceable =
                            KeyAttributes.NONE.withAlgorithms(List.of(KeyAlgorithm.ECDSA, KeyAlgorithm.REPLACE));
                    Probe.Key first = probe.newEc(EcCurve.SECP256R1, replaceable);
                    byte[] data = request(probe, EcCurve.SECP256R1, replaceable);
                    probe.generate(first.id(), data, CommandApdu.NO_LE).sw(0x9000);
                    Exchange read = probe.readAll(Files.keyCertificate(first.id()));
                    Cvc second = Cvc.parse(Tlv.parseFirst(probe.content(Files.keyCertificate(first.id()))));
                    read.require(!Arrays.equals(second.publicPoint(), first.point()), "another public point");
                }),
                destructive("key-generation.wrapping-key", "files", Setup.ANY, "`93` wrapping key id", probe -> {
                            int kid = probe.nextKeyId();
                            KeyAttributes attributes = KeyAttributes.NONE.withWrappingKeyId(7);
                            probe.generateAes(kid, 128, attributes).sw(0x9000);
                            Exchange selected = probe.select(Files.key(kid)).sw(0x9000);
                            selected.require(
                                    KeyAttributes.parse(selected.data())
                                            .wrappingKeyId()
                                            .equals(OptionalInt.of(7)),
                                    "93 01 07");
                        })
                        .from(3),
                destructive(
                        "key-generation.no-aes",
                        "devices-that-differ",
                        Setup.ANY,
                        "no key domains (6D00 for 80 52 with kd ≥ 1), DKEK only in \"slot 0\", no RSA > 2048, no AES",
                        probe -> {
                            if (probe.isAtLeast(3, 0)) {
                                throw new NotTried("it is about firmware before 3.0");
                            }
                            probe.domain(0x00, 1, Probe.NO_DATA).sw(0x6D00);
                            probe.generateAes(probe.nextKeyId(), 128, KeyAttributes.NONE)
                                    .refused();
                        })));
        for (EcCurve curve : EcCurve.values()) {
            all.add(curve(curve));
        }
        for (int bits : OLD_RSA) {
            all.add(rsa(bits));
        }
        for (int bits : LONG_RSA) {
            all.add(rsa(bits).from(3));
        }
        for (int bits : AES) {
            all.add(destructive(
                            "curves.aes-" + bits,
                            "commands",
                            Setup.ANY,
                            "AES 128/192/256; `90 91 92 93` attributes",
                            probe -> {
                                int kid = probe.nextKeyId();
                                probe.generateAes(kid, bits, KeyAttributes.NONE).sw(0x9000);
                                probe.cipher(kid, KeyAlgorithm.AES_CBC_ENCRYPT.id(), new byte[16])
                                        .sw(0x9000)
                                        .length(16);
                            })
                    .from(3));
        }
        return List.copyOf(all);
    }

    private static Check curve(EcCurve curve) {
        String name = curve.curveName();
        boolean brainpool = name.startsWith("brainpool") && !name.contains("P192");
        Check check = destructive(
                "curves." + name.toLowerCase(Locale.ROOT),
                "curves-and-key-sizes",
                Setup.ANY,
                brainpool ? name.substring("brainpool".length()) : name,
                probe -> {
                    Probe.Key key = probe.newEc(curve, KeyAttributes.NONE);
                    Exchange read = probe.readAll(Files.keyCertificate(key.id()));
                    read.require(key.cvc().curve().equals(Optional.of(curve)), "a key on " + name);
                    read.require(key.cvc().inner().isSelfSigned(), "an inner signature that verifies");
                    byte[] hash = Arrays.copyOf(
                            Probe.sha256(name.getBytes(StandardCharsets.US_ASCII)), Math.min(32, curve.orderLength()));
                    Exchange signed =
                            probe.sign(key.id(), KeyAlgorithm.ECDSA.id(), hash).sw(0x9000);
                    Verification.ecdsa(signed, curve, key.point(), hash);
                });
        return curve == EcCurve.SECP224R1 ? check.assumed() : check;
    }

    private static Check rsa(int bits) {
        return destructive(
                "curves.rsa-" + bits, "curves-and-key-sizes", Setup.ANY, "RSA 1024, 1536, 2048, 3072, 4096.", probe -> {
                    Probe.Key key = probe.rsa(bits, KeyAttributes.NONE);
                    Exchange read = probe.readAll(Files.keyCertificate(key.id()));
                    read.require(key.cvc().inner().isSelfSigned(), "an inner signature that verifies");
                    AlgorithmChecks.rsaRaw(probe, key);
                });
    }

    private static byte[] request(Probe probe, EcCurve curve, KeyAttributes attributes) throws SchsmException {
        KeyPairRequest request = KeyPairRequest.ec(curve, probe.chr(), attributes);
        return probe.isExtended() ? request.encode() : request.encodeShort();
    }
}
