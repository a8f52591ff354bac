// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.simulator.terminal;

import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** Where threads wait for devices to come and go. */
public final class Presence {
    /** For readers that are watched together. */
    public Presence() {}

    /** Wakes all threads that wait. */
    public synchronized void changed() {
        notifyAll();
    }

    /**
     * Waits until the condition holds.
     *
     * @param millis 0 waits as long as it takes
     * @return whether it holds
     */
    public synchronized boolean await(long millis, BooleanSupplier condition) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        while (!condition.getAsBoolean()) {
            if (millis == 0) {
                wait();
                continue;
            }
            long left = end - System.nanoTime();
            if (left <= 0) {
                return false;
            }
            TimeUnit.NANOSECONDS.timedWait(this, left);
        }
        return true;
    }
}
