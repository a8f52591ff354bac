// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.admin.selftest;

import static io.github.schsm.admin.selftest.Check.destructive;

import io.github.schsm.SchsmException;
import io.github.schsm.admin.selftest.Check.Setup;
import io.github.schsm.card.apdu.CommandApdu;
import io.github.schsm.card.files.Files;
import io.github.schsm.card.files.KeyAttributes;
import io.github.schsm.codec.EcCurve;
import io.github.schsm.codec.Tlv;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Initialization, and the PINs that it sets. */
final class InitializationChecks {
    private static final byte[] WRONG_PIN = Probe.hex("303030303030");
    private static final byte[] WRONG_SO_PIN = Probe.hex("0102030405060708");
    private static final byte[] TOKEN_INFO = Probe.hex("300D02010080047465737403020520");
    private static final byte[] LONGEST_PIN = Probe.hex("31323334353637383930313233343536");
    private static final int UNBLOCK_ONLY = 0x20;
    private static final int TRANSPORT = 0x02;

    static final List<Check> ALL = List.of(
            destructive(
                    "initialization.at-once",
                    "initialization",
                    Setup.ANY,
                    "INITIALIZE may answer 6A84 the first time (garbage collection): send it once more.",
                    probe -> {
                        probe.wire().reset();
                        probe.select().sw(0x9000);
                        Exchange first = probe.initializeOnce(
                                        Probe.RESET_ALLOWED, Probe.testPin(), probe.soPin(), probe.kindOfDomains())
                                .known(0x6A84, "initialization: garbage collection, the second time it does");
                        if (first.sw() != 0x9000) {
                            probe.initializeOnce(
                                            Probe.RESET_ALLOWED, Probe.testPin(), probe.soPin(), probe.kindOfDomains())
                                    .sw(0x9000);
                        }
                        first.sw(0x9000);
                    }),
            destructive(
                    "initialization.erases",
                    "initialization",
                    Setup.ANY,
                    "Initialization erases keys, files, and domains; the device key and its certificates stay.",
                    probe -> {
                        byte[] before = probe.content(Files.DEVICE_CERTIFICATES);
                        probe.newEc(EcCurve.SECP256R1, KeyAttributes.NONE);
                        probe.update(0xCF01, 0, Probe.bytes(1)).sw(0x9000);
                        again(probe, Probe.RESET_ALLOWED).sw(0x9000);
                        probe.select();
                        Exchange list = probe.enumerateObjects();
                        Set<Integer> left = new HashSet<>(probe.enumerate());
                        left.removeAll(Set.of(Files.DEVICE_CERTIFICATES, Files.TOKEN_INFO, 0xCC00));
                        list.require(left.isEmpty(), "2F02 CC00");
                        Exchange read = probe.readAll(Files.DEVICE_CERTIFICATES);
                        byte[] after = probe.content(Files.DEVICE_CERTIFICATES);
                        read.require(before.length == 0 || Arrays.equals(before, after), "2F02 as before");
                    }),
            destructive(
                    "initialization.stays-authenticated",
                    "initialization",
                    Setup.OWN,
                    "firmware 4.1: 2F03 can be written right after without VERIFY, in a new session 6982",
                    probe -> {
                        again(probe, Probe.RESET_ALLOWED).sw(0x9000);
                        probe.update(Files.TOKEN_INFO, 0, TOKEN_INFO)
                                .known(0x6982, "nowhere: a label and a transport PIN cannot be set together")
                                .sw(0x9000);
                        probe.select();
                        probe.update(Files.TOKEN_INFO, 0, TOKEN_INFO).sw(0x6982);
                    }),
            destructive(
                            "initialization.token-info",
                            "initialization",
                            Setup.OWN,
                            "2F03 exists afterwards even without a label",
                            probe -> {
                                again(probe, Probe.RESET_ALLOWED).sw(0x9000);
                                probe.select();
                                probe.select(Files.TOKEN_INFO).sw(0x9000);
                            })
                    .assumed(),
            destructive(
                    "initialization.options",
                    "device",
                    Setup.OWN,
                    "the first two the options given at initialization",
                    probe -> {
                        if (!probe.isAtLeast(2, 0)) {
                            throw new NotTried("firmware 1.x says its version alone");
                        }
                        again(probe, Probe.RESET_ALLOWED | UNBLOCK_ONLY).sw(0x9000);
                        Exchange selected = probe.select().sw(0x9000);
                        byte[] value =
                                FileChecks.template(selected).require(0x85).value();
                        selected.require(value.length >= 4 && value[0] == 0 && value[1] == 0x21, "85 .. 0021 ..");
                    }),
            destructive(
                    "initialization.code",
                    "initialization",
                    Setup.ANY,
                    "the initialization code must match (6A80/6982/63Cx otherwise)",
                    probe -> {
                        Exchange wrong = probe.initializeOnce(
                                Probe.RESET_ALLOWED, Probe.testPin(), WRONG_SO_PIN, probe.kindOfDomains());
                        wrong.require(
                                wrong.sw() == 0x6A80 || wrong.sw() == 0x6982 || (wrong.sw() & 0xFFF0) == 0x63C0,
                                "6A80, 6982, or 63Cx");
                    }),
            destructive(
                    "initialization.exclusive",
                    "initialization",
                    Setup.OWN,
                    "number of key domain slots (1..255); excludes 92",
                    probe -> probe.initialize(
                                    Probe.RESET_ALLOWED,
                                    Probe.testPin(),
                                    Tlv.of(0x92, Probe.bytes(1)),
                                    Tlv.of(0x97, Probe.bytes(1)))
                            .refused()),
            destructive(
                    "initialization.tries",
                    "device",
                    Setup.OWN,
                    "user PIN: at most 3 tries for a 6-byte PIN, 5 for 7 bytes, 10 otherwise",
                    probe -> probe.initializeWithTries(4).refused()),
            destructive(
                    "initialization.random-dkek",
                    "initialization",
                    Setup.OWN,
                    "number of DKEK shares (0 = random DKEK)",
                    probe -> {
                        probe.initialize(Probe.RESET_ALLOWED, Probe.testPin(), Tlv.of(0x92, Probe.bytes(0)))
                                .sw(0x9000);
                        probe.select();
                        probe.verify(Probe.USER, Probe.testPin()).sw(0x9000);
                        Exchange state = probe.domain(0x00, 0, Probe.NO_DATA).sw(0x9000);
                        byte[] answer = state.data();
                        state.require(
                                answer.length >= 10
                                        && answer[1] == 0
                                        && !Arrays.equals(new byte[8], Arrays.copyOfRange(answer, 2, 10)),
                                "no share outstanding, and a KCV");
                    }),
            destructive("pins.longest", "device", Setup.OWN, "user PIN 6..16 bytes (reference 81)", probe -> {
                probe.initialize(Probe.RESET_ALLOWED, LONGEST_PIN, probe.kindOfDomains())
                        .sw(0x9000);
                probe.select();
                probe.verify(Probe.USER, LONGEST_PIN).sw(0x9000);
                byte[] longer = Arrays.copyOf(LONGEST_PIN, LONGEST_PIN.length + 1);
                longer[LONGEST_PIN.length] = '1';
                probe.initialize(Probe.RESET_ALLOWED, longer, probe.kindOfDomains())
                        .refused();
            }),
            destructive(
                    "initialization.neither",
                    "initialization",
                    Setup.NEITHER,
                    "Initialized with neither `92` nor `97`: 80 52 and 72/74 answer 6D00",
                    probe -> {
                        probe.domain(0x00, 0, Probe.NO_DATA).sw(0x6D00);
                        int kid = probe.ec().id();
                        probe.wrap(kid).sw(0x6D00);
                        probe.unwrap(probe.nextKeyId(), new byte[64]).sw(0x6D00);
                    }),
            destructive("pins.wrong", "status-words", Setup.ANY, "wrong PIN, x tries left", probe -> {
                probe.select();
                probe.verify(Probe.USER, WRONG_PIN).sw(0x63C2);
                probe.verify(Probe.USER, Probe.NO_DATA).sw(0x63C2);
                probe.verify(Probe.USER, Probe.testPin()).sw(0x9000);
                probe.select();
                probe.verify(Probe.USER, Probe.NO_DATA).sw(0x63C3);
            }),
            destructive("pins.length", "status-words", Setup.ANY, "wrong length", probe -> {
                probe.select();
                probe.verify(Probe.USER, Probe.hex("3132333435")).sw(0x6700);
                probe.verify(Probe.USER, Probe.NO_DATA).sw(0x63C3);
            }),
            destructive("pins.blocked", "status-words", Setup.ANY, "PIN blocked", probe -> {
                block(probe);
                probe.verify(Probe.USER, Probe.testPin()).sw(0x6983);
                probe.verify(Probe.USER, Probe.NO_DATA).sw(0x6983);
                unblock(probe, 0x01, Probe.NO_DATA).sw(0x9000);
                probe.verify(Probe.USER, Probe.testPin()).sw(0x9000);
            }),
            destructive(
                    "pins.unblock",
                    "commands",
                    Setup.ANY,
                    "SO-PIN(8) \\|\\| new PIN. P1=01: SO-PIN only, the PIN stays",
                    probe -> {
                        block(probe);
                        unblock(probe, 0x00, Probe.OTHER_PIN).sw(0x9000);
                        probe.verify(Probe.USER, Probe.OTHER_PIN).sw(0x9000);
                        change(probe, Probe.USER, Probe.OTHER_PIN, Probe.testPin())
                                .sw(0x9000);
                    }),
            destructive("pins.change", "commands", Setup.ANY, "old PIN \\|\\| new PIN", probe -> {
                change(probe, Probe.USER, Probe.testPin(), Probe.OTHER_PIN).sw(0x9000);
                probe.select();
                probe.verify(Probe.USER, Probe.testPin()).sw(0x63C2);
                probe.verify(Probe.USER, Probe.OTHER_PIN).sw(0x9000);
                change(probe, Probe.USER, Probe.OTHER_PIN, Probe.testPin()).sw(0x9000);
            }),
            destructive("pins.change-so", "device", Setup.ANY, "SO-PIN = initialization code, 8 bytes", probe -> {
                change(probe, Probe.SO, probe.soPin(), WRONG_SO_PIN).sw(0x9000);
                change(probe, Probe.SO, WRONG_SO_PIN, probe.soPin()).sw(0x9000);
            }),
            destructive("pins.transport", "status-words", Setup.OWN, "**VERIFY:** transport PIN", probe -> {
                again(probe, TRANSPORT | Probe.RESET_ALLOWED).sw(0x9000);
                probe.select();
                probe.verify(Probe.USER, Probe.NO_DATA).sw(0x6984);
                change(probe, Probe.USER, Probe.testPin(), Probe.OTHER_PIN).sw(0x9000);
                probe.select();
                probe.verify(Probe.USER, Probe.OTHER_PIN).sw(0x9000);
            }),
            destructive(
                    "pins.unblock-only",
                    "initialization",
                    Setup.OWN,
                    "20 RESET RETRY COUNTER may only unblock, not set a PIN.",
                    probe -> {
                        again(probe, Probe.RESET_ALLOWED | UNBLOCK_ONLY).sw(0x9000);
                        probe.select();
                        unblock(probe, 0x00, Probe.OTHER_PIN).refused();
                        unblock(probe, 0x01, Probe.NO_DATA).sw(0x9000);
                        probe.verify(Probe.USER, Probe.testPin()).sw(0x9000);
                    }),
            destructive(
                    "pins.no-unblock",
                    "genuine-hardware",
                    Setup.OWN,
                    "With RESET RETRY COUNTER switched off the SO-PIN is refused and the old PIN stays good.",
                    probe -> {
                        again(probe, 0).sw(0x9000);
                        probe.select();
                        unblock(probe, 0x01, Probe.NO_DATA).refused();
                        probe.verify(Probe.USER, Probe.testPin()).sw(0x9000);
                    }),
            destructive(
                    "pins.session",
                    "commands",
                    Setup.ANY,
                    "GENERATE SESSION PIN | needs secure messaging",
                    probe ->
                            probe.send(0x80, 0x5A, 0x01, 0x81, Probe.NO_DATA, 8).refused()));

    private InitializationChecks() {}

    private static Exchange again(Probe probe, int options) throws SchsmException, NotTried {
        return probe.initialize(options, Probe.testPin(), probe.kindOfDomains());
    }

    private static void block(Probe probe) throws SchsmException, NotTried, Contradiction {
        probe.select();
        for (int left = 3; left > 1; left--) {
            probe.verify(Probe.USER, WRONG_PIN);
        }
        // What the last wrong try answers is not written.
        probe.verify(Probe.USER, WRONG_PIN).refused();
    }

    private static Exchange unblock(Probe probe, int p1, byte[] newPin) throws SchsmException, NotTried {
        return probe.send(0x00, 0x2C, p1, Probe.USER, Probe.concat(probe.soPin(), newPin), CommandApdu.NO_LE);
    }

    private static Exchange change(Probe probe, int reference, byte[] present, byte[] chosen)
            throws SchsmException, NotTried {
        return probe.send(0x00, 0x24, 0x00, reference, Probe.concat(present, chosen), CommandApdu.NO_LE);
    }
}
