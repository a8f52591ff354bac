// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.simulator;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * A device's queue of faults: "the third SIGN answers 6400". Each fault waits for its command, happens once and is
 * gone.
 *
 * <pre>{@code
 * device.faults().add(3, Faults.instruction(0x68), Fault.status(0x6400));
 * device.faults().add(1, Faults.command(0x80, 0x62, -1, 0x84), Fault.removalAfter());
 * }</pre>
 *
 * <p>All methods may be called by any thread.
 */
public final class Faults {
    private static final int HEADER = 4;

    private final List<Armed> queue = new ArrayList<>();

    private static final class Armed {
        private final Predicate<byte[]> command;
        private final Fault fault;
        private int toGo;

        private Armed(int nth, Predicate<byte[]> command, Fault fault) {
            this.toGo = nth;
            this.command = command;
            this.fault = fault;
        }
    }

    Faults() {}

    /** Matches every command. */
    public static Predicate<byte[]> any() {
        return command -> true;
    }

    /** Matches commands with that instruction byte. */
    public static Predicate<byte[]> instruction(int ins) {
        return command(-1, ins, -1, -1);
    }

    /** Matches commands by their header; -1 matches every value. */
    public static Predicate<byte[]> command(int cla, int ins, int p1, int p2) {
        return command -> command.length >= HEADER
                && matches(cla, command[0])
                && matches(ins, command[1])
                && matches(p1, command[2])
                && matches(p2, command[3]);
    }

    private static boolean matches(int expected, byte actual) {
        return expected < 0 || expected == (actual & 0xFF);
    }

    /**
     * Arms a fault.
     *
     * @param nth     which matching command from now on, the next one being 1
     * @param command matches the whole command APDU
     * @param fault   what happens then
     */
    public synchronized void add(int nth, Predicate<byte[]> command, Fault fault) {
        if (nth < 1) {
            throw new IllegalArgumentException("the next matching command is number 1, not " + nth);
        }
        queue.add(new Armed(nth, command, fault));
    }

    /** Forgets all faults that have not happened. */
    public synchronized void clear() {
        queue.clear();
    }

    /** How many faults have not happened yet. */
    public synchronized int pending() {
        return queue.size();
    }

    /** The fault that is due with this command. Each fault counts the command; the first that is due happens. */
    synchronized Optional<Fault> next(byte[] command) {
        Fault due = null;
        for (Iterator<Armed> all = queue.iterator(); all.hasNext(); ) {
            Armed armed = all.next();
            if (armed.toGo > 0 && armed.command.test(command.clone())) {
                armed.toGo--;
            }
            if (armed.toGo == 0 && due == null) {
                due = armed.fault;
                all.remove();
            }
        }
        return Optional.ofNullable(due);
    }
}
