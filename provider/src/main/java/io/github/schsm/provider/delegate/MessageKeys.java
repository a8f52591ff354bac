// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.provider.delegate;

import java.util.List;

/**
 * Keys that are made for one message and go out with it: what encrypts its content, and the ephemeral half of an agreement.
 * Bouncy Castle's builders of messages generate them by the provider that they are told to use. In a device such a key
 * could not be sent, and would stay.
 */
public final class MessageKeys {
    /** The packages of the builders; without their beginning, which changes where a jar relocates them. */
    private static final List<String> BUILDERS = List.of(".bouncycastle.cms.", ".bouncycastle.openpgp.operator.");

    /** How many frames are between the builder and the JCA, at most: helpers of Bouncy Castle. */
    private static final int HELPERS = 6;

    private MessageKeys() {}

    /**
     * Whether the generator that is being made or looked for now is for a key of that kind.
     *
     * @param type the JCA's type of service, e.g. {@code KeyGenerator}, whose {@code getInstance} is on the stack
     */
    public static boolean areAskedFor(String type) {
        return isGenerator(type)
                && StackWalker.getInstance()
                        .walk(frames -> frames.dropWhile(
                                        frame -> !frame.getClassName().endsWith("." + type))
                                .limit(HELPERS)
                                .anyMatch(frame -> BUILDERS.stream().anyMatch(frame.getClassName()::contains)));
    }

    static boolean isGenerator(String type) {
        return type.equals("KeyGenerator") || type.equals("KeyPairGenerator");
    }
}
