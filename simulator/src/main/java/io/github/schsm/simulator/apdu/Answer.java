// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.simulator.apdu;

import java.util.Arrays;

/** What the device answers: data and a status word. */
public record Answer(byte[] data, int sw) {
    public static final Answer OK = new Answer(new byte[0], Sw.OK);

    public static Answer of(byte[] data) {
        return new Answer(data, Sw.OK);
    }

    public static Answer status(int sw) {
        return new Answer(new byte[0], sw);
    }

    public byte[] encoded() {
        byte[] encoded = Arrays.copyOf(data, data.length + 2);
        encoded[data.length] = (byte) (sw >> 8);
        encoded[data.length + 1] = (byte) sw;
        return encoded;
    }
}
