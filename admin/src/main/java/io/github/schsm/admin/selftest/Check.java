// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.admin.selftest;

import io.github.schsm.SchsmException;
import io.github.schsm.admin.selftest.CheckResult.Certainty;

/**
 * One sentence of docs/protocol.md, and how a device is asked whether it is true.
 *
 * @param id        its name, unlike every other
 * @param section   the section's anchor
 * @param statement a part of the section, word for word
 * @param certainty how certain the section is
 * @param level     what it takes and what it does to the device
 * @param setup     how the device has to be initialized
 * @param from      the major firmware version that has it
 * @param body      the questions
 */
record Check(
        String id,
        String section,
        String statement,
        Certainty certainty,
        Level level,
        Setup setup,
        int from,
        Body body) {
    /** What a check does to the device. */
    enum Level {
        /** It reads and asks. */
        HARMLESS,
        /** It uses a key that the user has named. */
        KEY,
        /** It changes and erases. */
        DESTRUCTIVE,
        /** The same, with a second device. */
        TWO_DEVICES
    }

    /** How a device is initialized. */
    enum Setup {
        /** As it is, selected, nobody logged in. */
        AS_IS,
        /** Anyhow: with key domain slots where the firmware has them, else with a DKEK. Logged in. */
        ANY,
        /** With four key domain slots. Logged in. */
        SLOTS,
        /** With one DKEK of two shares, both imported and known. Logged in. */
        DKEK,
        /** With neither. Logged in. */
        NEITHER,
        /** For public key authentication with one of two keys, and a PIN. Logged in. */
        KEYS,
        /** The check initializes the device itself. */
        OWN
    }

    /** Asks the device. */
    interface Body {
        void run(Probe probe) throws Contradiction, NotTried, SchsmException;
    }

    /** A check that reads and asks. */
    static Check harmless(String id, String section, String statement, Body body) {
        return new Check(id, section, statement, Certainty.STATED, Level.HARMLESS, Setup.AS_IS, 0, body);
    }

    /** A check that uses a key that the user has named. */
    static Check withKey(String id, String section, String statement, Body body) {
        return new Check(id, section, statement, Certainty.STATED, Level.KEY, Setup.AS_IS, 0, body);
    }

    /** A check that changes and erases. */
    static Check destructive(String id, String section, Setup setup, String statement, Body body) {
        return new Check(id, section, statement, Certainty.STATED, Level.DESTRUCTIVE, setup, 0, body);
    }

    /** A check that takes two devices. */
    static Check two(String id, String section, Setup setup, String statement, Body body) {
        return new Check(id, section, statement, Certainty.STATED, Level.TWO_DEVICES, setup, 0, body);
    }

    Check assumed() {
        return with(Certainty.ASSUMED);
    }

    Check checked() {
        return with(Certainty.CHECKED);
    }

    Check open() {
        return with(Certainty.OPEN);
    }

    private Check with(Certainty other) {
        return new Check(id, section, statement, other, level, setup, from, body);
    }

    /** Only firmware from that version on has it. */
    Check from(int major) {
        return new Check(id, section, statement, certainty, level, setup, major, body);
    }
}
