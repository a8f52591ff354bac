// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.card.transport;

import io.github.schsm.simulator.terminal.HookedTerminals;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import javax.smartcardio.CardException;

/** What stands in front of a simulated card and throws, or answers in its place, where it is told to. */
final class FailingCard implements HookedTerminals.Hook {
    /** The calls that were made, other than commands. */
    final Set<HookedTerminals.Call> seen = EnumSet.noneOf(HookedTerminals.Call.class);

    private final Map<HookedTerminals.Call, Throwable> failures = new EnumMap<>(HookedTerminals.Call.class);
    private HookedTerminals.Next commands;

    /** A call throws this from now on, checked or not. */
    void failsAt(HookedTerminals.Call call, Throwable thrown) {
        failures.put(call, thrown);
    }

    /** Each command throws this from now on, checked or not. */
    void failsAtCommands(Throwable thrown) {
        answers(command -> {
            throw FailingCard.<CardException>as(thrown);
        });
    }

    /** Each command is answered so from now on. */
    void answers(HookedTerminals.Next answer) {
        commands = answer;
    }

    @Override
    public byte[] transmit(byte[] command, HookedTerminals.Next next) throws CardException {
        return commands == null ? next.transmit(command) : commands.transmit(command);
    }

    @Override
    public <T> T call(HookedTerminals.Call call, HookedTerminals.Real<T> real) throws CardException {
        fail(call);
        return real.call();
    }

    /** What ends something ends it even if it fails. */
    @Override
    public void run(HookedTerminals.Call call, HookedTerminals.Action real) throws CardException {
        if (call != HookedTerminals.Call.BEGIN) {
            real.run();
        }
        fail(call);
        if (call == HookedTerminals.Call.BEGIN) {
            real.run();
        }
    }

    private void fail(HookedTerminals.Call call) throws CardException {
        seen.add(call);
        Throwable thrown = failures.get(call);
        if (thrown != null) {
            throw FailingCard.<CardException>as(thrown);
        }
    }

    /** Implementations of javax.smartcardio throw what they do not declare. */
    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
    private static <E extends Throwable> E as(Throwable thrown) throws E {
        throw (E) thrown;
    }
}
