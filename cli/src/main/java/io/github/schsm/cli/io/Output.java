// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli.io;

import java.io.IOException;
import java.io.PrintWriter;
import org.jspecify.annotations.Nullable;

/** A stream of the process, through the guard that keeps it harmless; it tells why something could not be written. */
public final class Output extends PrintWriter {
    private final ShownWriter guard;

    public Output(ShownWriter guard) {
        super(guard, true);
        this.guard = guard;
    }

    /** Whether the encoding has all characters of a text. */
    boolean canShow(String text) {
        return guard.canShow(text);
    }

    /** Why not everything was written; null if it was. */
    @Nullable
    IOException failure() {
        flush();
        return guard.failure();
    }
}
