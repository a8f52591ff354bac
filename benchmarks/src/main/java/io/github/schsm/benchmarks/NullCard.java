// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.benchmarks;

import io.github.schsm.simulator.terminal.HookedTerminals;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import javax.smartcardio.CardException;

/**
 * In front of one simulated device: its first signature or decryption with a key and an algorithm is answered again and
 * again. What is left is what our own side costs.
 */
final class NullCard implements HookedTerminals.Hook {
    private static final int INS = 1;
    private static final int P1 = 2;
    private static final int P2 = 3;
    private static final int SIGN = 0x68;
    private static final int DECIPHER = 0x62;

    private final Map<Integer, byte[]> results = new ConcurrentHashMap<>();

    @Override
    public byte[] transmit(byte[] command, HookedTerminals.Next next) throws CardException {
        if (command[INS] != SIGN && command[INS] != DECIPHER) {
            return next.transmit(command);
        }
        int operation = command[INS] << 16 | (command[P1] & 0xFF) << 8 | (command[P2] & 0xFF);
        byte[] known = results.get(operation);
        if (known == null) {
            known = next.transmit(command);
            results.put(operation, known);
        }
        return known;
    }

    /** PC/SC's own cost, and that of the simulator's lock, are not ours. */
    @Override
    public void run(HookedTerminals.Call call, HookedTerminals.Action real) throws CardException {
        if (call == HookedTerminals.Call.DISCONNECT) {
            real.run();
        }
    }
}
