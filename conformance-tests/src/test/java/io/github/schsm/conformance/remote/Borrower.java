// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.remote;

import io.github.schsm.provider.SchsmProvider;
import java.io.PrintStream;
import java.nio.file.Path;
import java.security.KeyStore;

/** A program that waits for a device to dial in, and goes on until it is killed. */
public final class Borrower {
    private Borrower() {}

    /** The configuration; then a file that is made when the device is there. */
    public static void main(String[] arguments) throws Exception {
        KeyStore keys = KeyStore.getInstance("SCHSM", new SchsmProvider().configure(arguments[0]));
        keys.load(null, "648219".toCharArray());
        try (PrintStream out = new PrintStream(Path.of(arguments[1]).toFile(), "UTF-8")) {
            out.println("here");
        }
        Thread.sleep(120_000);
    }
}
