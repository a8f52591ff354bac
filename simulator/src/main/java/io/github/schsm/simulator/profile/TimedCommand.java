// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.simulator.profile;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The commands as a latency table calls them, each by its instruction byte (docs/protocol.md#commands). */
enum TimedCommand {
    SELECT(0xA4),
    READ_BINARY(0xB1),
    UPDATE_BINARY(0xD7),
    DELETE_FILE(0xE4),
    ENUMERATE_OBJECTS(0x58),
    VERIFY(0x20),
    CHANGE_REFERENCE_DATA(0x24),
    RESET_RETRY_COUNTER(0x2C),
    INITIALIZE_DEVICE(0x50),
    MANAGE_KEY_DOMAIN(0x52),
    MANAGE_PUBLIC_KEY_AUTHENTICATION(0x54),
    GENERATE_SESSION_PIN(0x5A),
    GENERATE_KEY_PAIR(0x46, true),
    GENERATE_SYMMETRIC_KEY(0x48, true),
    SIGN(0x68, true),
    DECIPHER(0x62, true),
    SYMMETRIC_CIPHER(0x78, true),
    DERIVE_EC_KEY(0x76, true),
    WRAP_KEY(0x72, true),
    UNWRAP_KEY(0x74, true),
    GET_CHALLENGE(0x84),
    MANAGE_SECURITY_ENVIRONMENT(0x22),
    VERIFY_CERTIFICATE(0x2A),
    GENERAL_AUTHENTICATE(0x86),
    EXTERNAL_AUTHENTICATE(0x82);

    private final int instruction;
    private final boolean keyed;

    TimedCommand(int instruction) {
        this(instruction, false);
    }

    TimedCommand(int instruction, boolean keyed) {
        this.instruction = instruction;
        this.keyed = keyed;
    }

    /** Whether P1 is the id of a key, whose kind counts. */
    boolean isKeyed() {
        return keyed;
    }

    /** {@code sign}, {@code read-binary}. */
    String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    static Optional<TimedCommand> of(int instruction) {
        return Arrays.stream(values())
                .filter(command -> command.instruction == instruction)
                .findFirst();
    }

    static Optional<TimedCommand> called(String label) {
        return Arrays.stream(values())
                .filter(command -> command.label().equals(label))
                .findFirst();
    }

    static List<String> labels() {
        return Arrays.stream(values()).map(TimedCommand::label).toList();
    }
}
