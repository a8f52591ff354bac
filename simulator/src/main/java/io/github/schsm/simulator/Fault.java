// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.simulator;

import java.time.Duration;

/** What goes wrong with a command; made by the methods here, armed with {@link Faults#add}. */
public sealed interface Fault {
    /** The command takes longer. */
    static Fault delay(Duration duration) {
        return new Delay(duration);
    }

    /** The command is not carried out; the answer is this status word. */
    static Fault status(int sw) {
        return new Status(sw);
    }

    /** The device is removed before it has carried out the command. */
    static Fault removalBefore() {
        return new Removal(false);
    }

    /** The device carries out the command and is removed before the answer is out. */
    static Fault removalAfter() {
        return new Removal(true);
    }

    /** The card resets just before the command, which it then meets without a selected application. */
    static Fault reset() {
        return new Reset();
    }

    /** The command is carried out; instead of its answer these bytes come, status word and all. */
    static Fault garbage(byte[] answer) {
        return new Garbage(answer);
    }

    /** The command is carried out; only the first bytes of its answer come. */
    static Fault truncation(int length) {
        return new Truncation(length);
    }

    /**
     * The command is carried out; one bit of its answer comes inverted.
     *
     * @param number of the bit, from 0, the highest of the first byte; counted from the start again if the answer is
     *               shorter
     */
    static Fault flippedBit(int number) {
        return new FlippedBit(number);
    }

    /** See {@link Fault#delay}. */
    record Delay(Duration duration) implements Fault {}

    /** See {@link Fault#status}. */
    record Status(int sw) implements Fault {}

    /**
     * See {@link Fault#removalBefore} and {@link Fault#removalAfter}.
     *
     * @param executed whether the command is carried out
     */
    record Removal(boolean executed) implements Fault {}

    /** See {@link Fault#reset}. */
    record Reset() implements Fault {}

    /** See {@link Fault#garbage}. */
    record Garbage(byte[] answer) implements Fault {
        /** Copies the bytes. */
        public Garbage {
            answer = answer.clone();
        }

        /** A copy of the bytes. */
        @Override
        public byte[] answer() {
            return answer.clone();
        }
    }

    /** See {@link Fault#truncation}. */
    record Truncation(int length) implements Fault {}

    /** See {@link Fault#flippedBit}. */
    record FlippedBit(int number) implements Fault {}
}
