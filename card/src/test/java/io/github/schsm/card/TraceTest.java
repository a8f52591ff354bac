// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.card;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.simulator.VirtualReaders;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import org.junit.jupiter.api.Test;

class TraceTest {
    private final Logger logger = Logger.getLogger("io.github.schsm.card.apdu");
    private final List<String> lines = new ArrayList<>();
    private final Handler collector = new Handler() {
        private final SimpleFormatter formatter = new SimpleFormatter();

        @Override
        public void publish(LogRecord entry) {
            lines.add(formatter.formatMessage(entry));
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    };

    @Test
    void shows_commands_and_answers_and_masks_secrets() throws Exception {
        logger.setLevel(Level.ALL);
        logger.addHandler(collector);
        try {
            byte[] share = HexFormat.of().parseHex("A1A2A3A4A5A6A7A8".repeat(4));
            Simulation.reference().device(1).withCard(Simulation.Login.right(), card -> {
                card.login();
                card.createDkekDomain(0, 1);
                card.importDkekShare(0, share);
                card.changeSoPin(
                        HexFormat.of().parseHex(VirtualReaders.SO_PIN),
                        HexFormat.of().parseHex("B1B2B3B4B5B6B7B8"));
                card.getChallenge(8);
                return "";
            });
        } finally {
            logger.removeHandler(collector);
            logger.setLevel(null);
        }
        String pin = HexFormat.of().withUpperCase().formatHex(Simulation.pin(VirtualReaders.USER_PIN));
        assertThat(lines)
                .contains("Simulator ZZSIM000001 > VERIFY 00 20 0081 ***")
                .contains("Simulator ZZSIM000001 < *** 9000")
                .anyMatch(line -> line.contains("> SELECT 00 A4 0400 0B E82B0601040181C31F0201 00"))
                .anyMatch(line -> line.contains("..("))
                .noneMatch(line -> line.contains(pin))
                .noneMatch(line -> line.contains("A1A2A3A4"))
                .noneMatch(line -> line.contains(VirtualReaders.SO_PIN))
                .noneMatch(line -> line.contains("B1B2B3B4"));
    }
}
