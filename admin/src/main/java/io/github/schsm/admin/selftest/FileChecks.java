// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.admin.selftest;

import static io.github.schsm.admin.selftest.Check.destructive;
import static io.github.schsm.admin.selftest.Check.harmless;

import io.github.schsm.KeyAlgorithm;
import io.github.schsm.MalformedDataException;
import io.github.schsm.SchsmException;
import io.github.schsm.admin.selftest.Check.Setup;
import io.github.schsm.card.apdu.CommandApdu;
import io.github.schsm.card.files.CardTokenInfo;
import io.github.schsm.card.files.Files;
import io.github.schsm.card.files.KeyAttributes;
import io.github.schsm.codec.EcCurve;
import io.github.schsm.codec.Tlv;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Files: what SELECT says of them, reading, writing, deleting. */
final class FileChecks {
    private static final int CERTIFICATES = Files.DEVICE_CERTIFICATES;
    private static final int PUBLIC = 0xCF77;
    private static final int PRIVATE = 0xCD77;
    private static final int NO_SUCH_FILE = 0xCF76;
    private static final int OLD = 2;

    static final List<Check> ALL = List.of(
            harmless(
                    "files.select-size",
                    "files",
                    "SELECT of an EF answers a template with `80` or `81` size(2)",
                    probe -> {
                        int size = contentOf2F02(probe).length;
                        Exchange selected = probe.select(CERTIFICATES).sw(0x9000);
                        Tlv template = template(selected);
                        Tlv said = template.find(0x81)
                                .or(() -> find(template, 0x80))
                                .orElseThrow(() -> selected.contradiction("80 or 81 with the size", null));
                        selected.require(number(said.value()) == size, "the size, " + size + " bytes, in 80 or 81");
                    }),
            harmless("files.select-81", "files", "`62 0E 81 02 01EA 82 01 01 83 02 CE01 8A 01 05`", probe -> {
                if (!probe.isAtLeast(OLD, 0)) {
                    throw new NotTried("firmware 1.x describes files in the old form");
                }
                contentOf2F02(probe);
                Exchange selected = probe.select(CERTIFICATES).sw(0x9000);
                Tlv template = template(selected);
                selected.require(template.find(0x81).isPresent(), "81 with the size", "files: firmware 1.x has 80");
                selected.require(
                        template.find(0x83)
                                .filter(tlv -> number(tlv.value()) == CERTIFICATES)
                                .isPresent(),
                        "83 02 2F02");
            }),
            harmless("files.select-p1", "commands", "P1 08 and 09: 6A86 (6A82 is harmless too)", probe -> {
                for (int p1 = 0x08; p1 <= 0x09; p1++) {
                    probe.send(0x00, 0xA4, p1, 0x00, Probe.bytes(0x2F, 0x02), CommandApdu.SHORT_LE)
                            .sw(0x6A86, 0x6A82);
                }
            }),
            harmless("files.read-elsewhere", "files", "elsewhere 9000; never 6B00", probe -> {
                byte[] content = contentOf2F02(probe);
                probe.read(CERTIFICATES, 1, 4).sw(0x9000).data(Arrays.copyOfRange(content, 1, 5));
            }),
            harmless(
                    "files.read-past-end",
                    "files",
                    "past the end answers 6282 with the bytes that were there (genuine, 4.1)",
                    probe -> {
                        byte[] content = contentOf2F02(probe);
                        probe.read(CERTIFICATES, content.length - 2, 8)
                                .known(0x9000, "devices-that-differ: answers what was there with 9000")
                                .sw(0x6282)
                                .data(Arrays.copyOfRange(content, content.length - 2, content.length));
                    }),
            harmless("files.read-at-end", "files", "exactly at the end 6282 without data", probe -> {
                byte[] content = contentOf2F02(probe);
                probe.read(CERTIFICATES, content.length, 8).sw(0x6282).length(0);
            }),
            harmless(
                    "files.read-all",
                    "device",
                    "a file of any length comes in one extended answer (Le 0000), and hosts rely on it",
                    probe -> {
                        if (!probe.isExtended()) {
                            throw new NotTried("this reader passes short commands only");
                        }
                        contentOf2F02(probe);
                        probe.readAll(CERTIFICATES)
                                .known(0x6282, "files: reading past the end answers 6282, here with Le 0000, too")
                                .sw(0x9000);
                    }),
            harmless("files.current", "commands", "fid 0000 = file selected last", probe -> {
                byte[] content = contentOf2F02(probe);
                probe.select(CERTIFICATES).sw(0x9000);
                probe.read(0x0000, 0, 4).sw(0x9000).data(Arrays.copyOf(content, 4));
            }),
            harmless(
                    "files.missing",
                    "status-words",
                    "file not found (a key that is not there: WRAP answers 6A88)",
                    probe -> probe.read(missing(probe), 0, 8).sw(0x6A82)),
            harmless("files.enumerate", "files", "ENUMERATE is not sorted, also lists **2F02**", probe -> {
                Exchange list = probe.enumerateObjects().sw(0x9000);
                list.require(
                        probe.enumerate().contains(CERTIFICATES),
                        "2F02 among the files",
                        Probe.openFirmware() + " may list only keys and descriptions");
                list.require(probe.enumerate().contains(0xCC00), "CC00 among the files");
            }),
            harmless(
                    "files.device-key",
                    "files",
                    "SELECT shows its attributes, READ BINARY is refused",
                    probe -> probe.read(0xCC00, 0, 8).refused()),
            harmless("files.token-info", "files", "CIAInfo / TokenInfo (PKCS#15)", probe -> {
                byte[] content = probe.content(Files.TOKEN_INFO);
                if (content.length == 0) {
                    throw new NotTried("there is no 2F03: the device was never initialized");
                }
                Exchange read = probe.readAll(Files.TOKEN_INFO);
                try {
                    CardTokenInfo.parse(content);
                } catch (MalformedDataException rubbish) {
                    throw read.contradiction("30 { 02 version 04 serial .. }", null);
                }
            }),
            harmless(
                    "files.public",
                    "files",
                    "end-entity certificate of key kk: X.509 (starts 30), or the CVC request (67) that key generation"
                            + " made, or a CVC (7F21)",
                    probe -> {
                        boolean any = false;
                        for (int fid : probe.enumerate()) {
                            if ((fid & 0xFF00) == 0xCE00) {
                                any = true;
                                Exchange read = probe.readAll(fid).sw(0x9000, 0x6282);
                                byte[] content = read.data();
                                int first = content.length == 0 ? 0 : content[0] & 0xFF;
                                read.require(
                                        first == 0x30 || first == 0x67 || first == 0x7F, "30 .., 67 .., or 7F21 ..");
                            }
                        }
                        if (!any) {
                            throw new NotTried("there is no certificate of a key on the device");
                        }
                    }),
            harmless("files.private", "files", "data object, PIN protected", probe -> {
                for (int fid : probe.enumerate()) {
                    if ((fid & 0xFF00) == 0xCD00) {
                        probe.read(fid, 0, 8).sw(0x6982);
                        return;
                    }
                }
                throw new NotTried("there is no protected data object on the device");
            }),
            destructive("files.write", "files", Setup.ANY, "data object, public", probe -> {
                byte[] content = Probe.hex("0102030405060708");
                probe.update(PUBLIC, 0, content).sw(0x9000);
                Exchange read = probe.readAll(PUBLIC).data(content);
                read.require(probe.readAll(PUBLIC).data().length == content.length, "8 bytes");
                probe.select();
                probe.readAll(PUBLIC).data(content);
                probe.verify(Probe.USER, Probe.testPin()).sw(0x9000);
                probe.delete(PUBLIC).sw(0x9000);
            }),
            destructive(
                    "files.listed",
                    "commands",
                    Setup.ANY,
                    "list of fids, 2 bytes each (keys, PRKDs, certificates, descriptions, data)",
                    probe -> {
                        probe.update(PUBLIC, 0, Probe.bytes(1)).sw(0x9000);
                        Exchange list = probe.enumerateObjects();
                        list.require(
                                probe.enumerate().contains(PUBLIC),
                                "CF77 among the files",
                                Probe.openFirmware() + " does not list data files");
                        probe.delete(PUBLIC).sw(0x9000);
                        Exchange after = probe.enumerateObjects();
                        after.require(!probe.enumerate().contains(PUBLIC), "no CF77 among the files");
                    }),
            destructive(
                    "files.no-truncation", "files", Setup.ANY, "Writing at offset 0 does **not** truncate", probe -> {
                        probe.update(PUBLIC, 0, Probe.hex("0102030405060708")).sw(0x9000);
                        probe.update(PUBLIC, 0, Probe.hex("FFFF")).sw(0x9000);
                        probe.readAll(PUBLIC).data(Probe.hex("FFFF030405060708"));
                        probe.delete(PUBLIC).sw(0x9000);
                    }),
            destructive(
                    "files.create-empty",
                    "files",
                    Setup.ANY,
                    "`54 02 0000 53 00` creates it empty *and* makes it current",
                    probe -> {
                        probe.update(PUBLIC, 0, Probe.NO_DATA).sw(0x9000);
                        probe.update(0x0000, 0, Probe.hex("AABB")).sw(0x9000);
                        probe.readAll(PUBLIC).data(Probe.hex("AABB"));
                        probe.delete(PUBLIC).sw(0x9000);
                    }),
            destructive(
                    "files.deleted-current",
                    "files",
                    Setup.ANY,
                    "after DELETE of the current file there is none",
                    probe -> {
                        probe.update(PUBLIC, 0, Probe.hex("AABB")).sw(0x9000);
                        probe.delete(PUBLIC).sw(0x9000);
                        probe.read(0x0000, 0, 2).refused();
                        probe.read(PUBLIC, 0, 2).sw(0x6A82);
                    }),
            destructive("files.delete-needs-pin", "files", Setup.ANY, "DELETE needs the PIN.", probe -> {
                probe.update(PUBLIC, 0, Probe.hex("AABB")).sw(0x9000);
                probe.select();
                probe.delete(PUBLIC).sw(0x6982);
                probe.update(PUBLIC, 0, Probe.hex("00")).sw(0x6982);
                probe.verify(Probe.USER, Probe.testPin()).sw(0x9000);
                probe.delete(PUBLIC).sw(0x9000);
            }),
            destructive("files.protected", "files", Setup.ANY, "data object, PIN protected", probe -> {
                probe.update(PRIVATE, 0, Probe.hex("AABB")).sw(0x9000);
                probe.readAll(PRIVATE).sw(0x9000, 0x6282).data(Probe.hex("AABB"));
                probe.select();
                probe.readAll(PRIVATE).sw(0x6982).length(0);
                probe.verify(Probe.USER, Probe.testPin()).sw(0x9000);
                probe.delete(PRIVATE).sw(0x9000);
            }),
            destructive(
                    "files.device-key-with-pin",
                    "files",
                    Setup.ANY,
                    "Reading CC00 with the PIN verified: 6982.",
                    probe -> probe.read(0xCC00, 0, 8).sw(0x6982)),
            destructive(
                    "files.certificates-fixed",
                    "files",
                    Setup.ANY,
                    "device certificate (CVC) followed directly by the device issuer certificate (CVC)",
                    probe -> probe.update(CERTIFICATES, 0, Probe.bytes(0)).refused()),
            destructive(
                    "files.opensc-certificate",
                    "files",
                    Setup.ANY,
                    "OpenSC stores a certificate by SELECT CE01, DELETE CE01, `D7 CE01 54020000 5300`, `D7 0000 54020000"
                            + " 53…`.",
                    probe -> {
                        int kid = probe.newEc(EcCurve.SECP256R1, KeyAttributes.NONE)
                                .id();
                        int fid = Files.keyCertificate(kid);
                        probe.select(fid).sw(0x9000);
                        probe.delete(fid).sw(0x9000);
                        probe.update(fid, 0, Probe.NO_DATA).sw(0x9000);
                        probe.update(0x0000, 0, Probe.hex("3003020101")).sw(0x9000);
                        probe.readAll(fid).data(Probe.hex("3003020101"));
                    }),
            destructive(
                    "files.deleted-key",
                    "files",
                    Setup.ANY,
                    "DELETE of CCkk leaves C4kk and **CEkk**: a free key id has none of the three.",
                    probe -> {
                        int kid = probe.newEc(EcCurve.SECP256R1, KeyAttributes.NONE)
                                .id();
                        probe.update(Files.keyDescription(kid), 0, Probe.hex("3000"))
                                .sw(0x9000);
                        probe.delete(Files.key(kid)).sw(0x9000);
                        probe.select(Files.key(kid)).sw(0x6A82);
                        probe.select(Files.keyCertificate(kid)).sw(0x9000);
                        probe.select(Files.keyDescription(kid)).sw(0x9000);
                    }),
            destructive(
                    "files.key-attributes",
                    "files",
                    Setup.ANY,
                    "`A5`, which contains, each optional: `90` key use counter (4 bytes, big-endian), `91` list of"
                            + " allowed algorithm ids",
                    probe -> {
                        int kid = probe.ec(
                                        EcCurve.SECP256R1,
                                        KeyAttributes.NONE
                                                .withUseCounter(3)
                                                .withAlgorithms(List.of(KeyAlgorithm.ECDSA)))
                                .id();
                        Exchange selected = probe.select(Files.key(kid)).sw(0x9000);
                        Tlv attributes = template(selected)
                                .find(0xA5)
                                .orElseThrow(() -> selected.contradiction("A5 with 90 and 91", null));
                        selected.require(
                                attributes.find(0x90).map(Tlv::valueLength).orElse(0) == 4, "90 with 4 bytes");
                        selected.require(
                                attributes
                                        .find(0x91)
                                        .filter(list -> Arrays.equals(list.value(), Probe.bytes(0x70)))
                                        .isPresent(),
                                "91 01 70");
                        selected.require(
                                (attributes.encoded()[1] & 0xFF) < 0x80,
                                "A5 with a length of one byte",
                                Probe.openFirmware() + " encodes A5 with a long length");
                    }));

    private FileChecks() {}

    /** 2F02, of which everybody can read several hundred bytes. */
    private static byte[] contentOf2F02(Probe probe) throws SchsmException, NotTried {
        byte[] content = probe.content(CERTIFICATES);
        if (content.length < 8) {
            throw new NotTried("2F02 is empty: there is nothing to read");
        }
        return content;
    }

    private static int missing(Probe probe) throws SchsmException, NotTried, Contradiction {
        return probe.enumerate().contains(NO_SUCH_FILE) ? NO_SUCH_FILE - 1 : NO_SUCH_FILE;
    }

    static Tlv template(Exchange selected) throws Contradiction {
        return Probe.template(selected).orElseThrow(() -> selected.contradiction("62 { .. }", null));
    }

    private static Optional<Tlv> find(Tlv template, int tag) {
        try {
            return template.find(tag);
        } catch (MalformedDataException rubbish) {
            return Optional.empty();
        }
    }

    private static int number(byte[] value) {
        int number = 0;
        for (byte digit : value) {
            number = (number << 8) | (digit & 0xFF);
        }
        return number;
    }
}
