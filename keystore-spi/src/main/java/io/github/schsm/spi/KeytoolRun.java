// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.spi;

import io.github.schsm.SchsmException;
import io.github.schsm.codec.PrintableText;
import org.jspecify.annotations.Nullable;

/**
 * What the JDK's keytool is doing while it calls us. It goes on silently where nothing was changed, and forgets the key
 * that it generated when what comes after that fails: both can be mended here only, by the stack.
 */
public final class KeytoolRun {
    private static final System.Logger LOGGER = System.getLogger(KeytoolRun.class.getName());
    private static final String MAIN = "sun.security.tools.keytool.Main";
    private static final String GENERATE_PAIR = "doGenKeyPair";

    private static volatile @Nullable KeyHandle unfinished;

    private KeytoolRun() {}

    private static boolean isIn(String method) {
        return StackWalker.getInstance()
                .walk(frames -> frames.anyMatch(frame -> frame.getClassName().equals(MAIN)
                        && frame.getMethodName().equals(method)));
    }

    /** Whether keytool calls. */
    public static boolean isRunning() {
        return isIn("doCommands");
    }

    /** Whether {@code -keypasswd} is run. */
    public static boolean isChangingKeyPassword() {
        return isIn("doChangeKeyPasswd");
    }

    /**
     * Tells of a key that was generated; it is unfinished while {@code -genkeypair} has not stored it, and is deleted
     * when keytool ends before that: for what failed we may not even be asked.
     */
    public static void generated(KeyHandle key) {
        if (isIn(GENERATE_PAIR)) {
            unfinished = key;
            Runtime.getRuntime().addShutdownHook(new Thread(KeytoolRun::tidyUp, "unfinished key"));
        }
    }

    /** Tells that a key was stored. */
    public static void stored() {
        unfinished = null;
    }

    private static void tidyUp() {
        KeyHandle key = unfinished;
        if (key != null) {
            try {
                key.token().delete(key.key());
            } catch (SchsmException left) {
                LOGGER.log(
                        System.Logger.Level.WARNING,
                        "the key that was generated, \"{0}\", could not be deleted ({1}): delete it with keytool -delete",
                        PrintableText.of(key.label()),
                        left.getMessage());
            }
        }
    }
}
