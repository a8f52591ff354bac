// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.codec.EcCurve;
import io.github.schsm.simulator.crypto.Bytes;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A simulator that is killed at any moment has lost nothing that it had acknowledged. */
@Tag("jdk")
class KillTest {
    private static final int KILLS = 12;
    private static final long USES = 1_000_000;

    @TempDir
    private Path folder;

    private final Random random = new Random(20261123);
    private final Map<Integer, Integer> acknowledgedFiles = new HashMap<>();
    private final Set<Integer> acknowledgedKeys = new HashSet<>();
    private int signatures;
    private int next = 1;

    @Test
    void whatWasAcknowledgedIsThereAfterEachKill() throws Exception {
        try (VirtualReaders readers = VirtualReaders.folder(folder)) {
            CardProbe card = new CardProbe(readers.device(ChildSimulator.DEVICE));
            card.select();
            card.verify();
            assertThat(card.generate(ChildSimulator.COUNTED_KEY, EcCurve.SECP256R1, String.format("9004%08X", USES)))
                    .isEqualTo(0x9000);
        }
        for (int kill = 1; kill <= KILLS; kill++) {
            workAndDie();
            check(kill);
        }
        assertThat(signatures).as("there was something to lose").isGreaterThan(KILLS);
    }

    private void workAndDie() throws Exception {
        try (ChildSimulator child = ChildSimulator.start(folder, next)) {
            assertThat(child.readLine()).isEqualTo("ready");
            int lines = 3 + random.nextInt(60);
            for (int i = 0; i < lines; i++) {
                note(child.readLine());
            }
            Thread.sleep(0, random.nextInt(1_000_000));
            child.kill();
            String line = child.readLine();
            while (line != null) {
                note(line);
                line = child.readLine();
            }
        }
    }

    private void note(String line) {
        String[] words = line.split(" ", 2);
        int number = Integer.parseInt(words[1]);
        next = number + 1;
        switch (words[0]) {
            case "file" -> acknowledgedFiles.put(number % ChildSimulator.FILES, number);
            case "signature" -> signatures++;
            default -> acknowledgedKeys.add(1 + number % ChildSimulator.KEYS);
        }
    }

    private void check(int kills) throws Exception {
        try (VirtualReaders readers = VirtualReaders.folder(folder)) {
            CardProbe card = new CardProbe(readers.device(ChildSimulator.DEVICE));
            card.select();
            card.verify();
            acknowledgedFiles.forEach((index, number) -> assertThat((int) Bytes.unsigned(card.read(0xCF00 | index)))
                    .as("file %d after kill %d", index, kills)
                    .isIn(number, number + ChildSimulator.FILES));
            for (int keyId : acknowledgedKeys) {
                assertThat(card.send(String.format("00A4000C02CC%02X", keyId))).isEqualTo(0x9000);
            }
            assertThat(card.send(String.format("00A4000402CC%02X00", ChildSimulator.COUNTED_KEY)))
                    .isEqualTo(0x9000);
            String attributes = card.hex();
            long left = Long.parseLong(attributes.substring(attributes.length() - 8), 16);
            assertThat(left).isBetween(USES - signatures - kills, USES - signatures);
        }
    }
}
