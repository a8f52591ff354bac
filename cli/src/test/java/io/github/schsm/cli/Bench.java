// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli;

import io.github.schsm.cli.io.StandardStreams;
import io.github.schsm.simulator.VirtualReaders;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Simulated devices in a folder, and the command run on one of them.
 *
 * @param folder where state and files are
 * @param json   whether answers are JSON
 */
public record Bench(Path folder, boolean json) {
    static final String A = "ZZSIM000001";
    static final String B = "ZZSIM000002";
    static final Map<String, String> ENVIRONMENT = Map.of(
            "PIN", VirtualReaders.USER_PIN,
            "WRONG_PIN", "111111",
            "NEW_PIN", "12345678",
            "SO_PIN", VirtualReaders.SO_PIN,
            "WRONG_SO_PIN", "0000000000000000",
            "PASSWORD", "secret");

    /** The place as --terminal names it. */
    String terminal() {
        return "simulator:" + folder.resolve("state");
    }

    /** A file in the folder, as an argument. */
    public String file(String name) {
        return folder.resolve(name).toString();
    }

    byte[] content(String name) throws IOException {
        return Files.readAllBytes(folder.resolve(name));
    }

    /** Runs with the PIN in the environment. */
    Run on(String device, String... arguments) {
        return run(device, List.of("--pin-env", "PIN"), arguments);
    }

    /** Runs with another variable of the environment for the PIN. */
    Run withPinOn(String device, String variable, String... arguments) {
        return run(device, List.of("--pin-env", variable), arguments);
    }

    /** Runs without a PIN. */
    Run withoutPinOn(String device, String... arguments) {
        return run(device, List.of(), arguments);
    }

    /** Runs with the PIN in the environment, and streams that the file {@code -} stands for. */
    Run on(String device, StandardStreams streams, String... arguments) {
        return Run.of(ENVIRONMENT, null, streams, line(device, List.of("--pin-env", "PIN"), arguments));
    }

    private Run run(String device, List<String> options, String... arguments) {
        return Run.of(ENVIRONMENT, line(device, options, arguments));
    }

    private String[] line(String device, List<String> options, String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of("--terminal", terminal()));
        if (!device.isEmpty()) {
            all.addAll(List.of("--device", device));
        }
        all.addAll(options);
        if (json) {
            all.add("--json");
        }
        return all.toArray(String[]::new);
    }
}
