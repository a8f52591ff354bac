// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.device;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.DataObject;
import io.github.schsm.SchsmDevice;
import io.github.schsm.conformance.bench.RawCard;
import io.github.schsm.conformance.bench.SimulatorBench;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Data objects that other programs left behind, well described or not. */
class ForeignDataTest {
    private SimulatorBench bench;
    private SchsmDevice device;

    @BeforeEach
    void open() throws Exception {
        bench = new SimulatorBench();
        device = SchsmDevice.of(bench.source().keyStore());
    }

    @AfterEach
    void close() {
        bench.close();
    }

    private static byte[] hex(String text) {
        return HexFormat.of().parseHex(text);
    }

    /** As docs/protocol.md#pkcs15-descriptions has it. */
    private static byte[] description(String label, String fid) {
        String name = HexFormat.of().formatHex(label.getBytes(java.nio.charset.StandardCharsets.UTF_8));
        int length = label.length();
        String parts =
                String.format(Locale.ROOT, "30%02X0C%02X%s30050C03617070A10630040402%s", length + 2, length, name, fid);
        return hex(String.format(Locale.ROOT, "30%02X%s", parts.length() / 2, parts));
    }

    private List<String> labels() throws Exception {
        bench.source().keyStore();
        return device.dataObjects().stream().map(DataObject::label).toList();
    }

    @Test
    void whateverHasAFileIsListedAndNothingElse() throws Exception {
        RawCard other = bench.source().raw().login();
        other.write(0xCF05, hex("0102"));
        other.write(0xCD06, hex("0304"));
        other.write(0xC906, description("described", "CD06"));
        other.write(0xCF07, hex("05"));
        other.write(0xC907, hex("FFFFFFFF"));
        other.write(0xC908, description("a key", "CC01"));
        other.write(0xC909, description("no file", "CF09"));
        other.write(0xCF21, hex("0607"));
        other.write(0xC920, description("elsewhere", "CF21"));
        other.write(0xCF22, hex("08"));
        other.write(0xC922, description("", "CF22"));

        assertThat(labels()).containsExactly("described", "data-CF05", "data-CF07", "elsewhere", "data-CF22");
        for (DataObject object : device.dataObjects()) {
            assertThat(device.readData(object)).as(object.label()).isNotEmpty();
            device.deleteData(object);
        }
        assertThat(labels()).isEmpty();
        assertThat(bench.source().raw().login().send("00A4000002C92000").getSW())
                .as("the description goes with the file")
                .isEqualTo(0x6A82);
    }

    @Test
    void aNewObjectTakesNobodysFiles() throws Exception {
        RawCard other = bench.source().raw().login();
        other.write(0xC900, description("no file", "CF00"));
        other.write(0xCF01, hex("0102"));
        other.write(0xCD02, hex("0304"));
        bench.source().keyStore();

        DataObject stored = device.storeData(DataObject.of("ours", false), hex("AA"));

        assertThat(stored.reference()).isEqualTo("CF03");
        assertThat(labels()).containsExactly("data-CD02", "data-CF01", "ours");
    }
}
