// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.admin.benchmark;

import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What was measured on a device.
 *
 * @param device       the device
 * @param reader       the reader it is in
 * @param firmware     as people write it; may be empty
 * @param platform     may be empty
 * @param measurements in the order in which they were made
 * @param leftBehind   the labels of keys that were made for it and could not be deleted
 */
public record BenchmarkReport(
        String device,
        String reader,
        String firmware,
        String platform,
        List<Measurement> measurements,
        List<String> leftBehind) {
    /** Copies the lists. */
    public BenchmarkReport {
        Objects.requireNonNull(device, "device");
        measurements = List.copyOf(measurements);
        leftBehind = List.copyOf(leftBehind);
    }

    /** What was done again and again. */
    public enum Operation {
        /** The shortest command and its answer. */
        ROUND_TRIP,
        /** Random bytes. */
        RANDOM,
        /** The generation of a key. */
        GENERATE,
        /** A signature over a hash. */
        SIGN,
        /** Encryption of one block. */
        ENCRYPT
    }

    /**
     * One measurement.
     *
     * @param operation what was done
     * @param kind      the kind of key, e.g. {@code secp256r1}, {@code RSA-2048}; null where there is none
     * @param count     how often it was done; 0 if it cannot be
     * @param perSecond how often in a second; of random bytes how many in a second
     * @param p50Millis half of the operations took no longer, in milliseconds
     * @param p99Millis of 100 operations 99 took no longer
     * @param problem   why it could not be measured; null if it was
     */
    public record Measurement(
            Operation operation,
            @Nullable String kind,
            int count,
            double perSecond,
            double p50Millis,
            double p99Millis,
            @Nullable String problem) {
        /** Refuses nulls where a value is needed. */
        public Measurement {
            Objects.requireNonNull(operation, "operation");
        }
    }
}
