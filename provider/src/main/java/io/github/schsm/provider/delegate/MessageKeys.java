// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.provider.delegate;

import java.util.List;

/**
 * Keys that are made for one message and go out with it: what encrypts its content, and the ephemeral half of an agreement.
 * Bouncy Castle's builders of messages generate them by the provider that they are told to use. In a device such a key
 * could not be sent, and would stay.
 *
 * <p>Only these builders are meant, called by nothing but Bouncy Castle: a program that they call back, and Bouncy Castle's
 * generators of keys that last, get keys of the device.
 */
public final class MessageKeys {
    /**
     * Where Bouncy Castle is: by itself, and in the jar that has everything. Put together here, because a name that stands
     * in one piece is changed when that jar is made.
     */
    private static final List<String> BOUNCY_CASTLES =
            List.of(String.join(".", "org", "bouncycastle", ""), "io.github.schsm.shaded.bouncycastle.");

    /** What makes such keys: a package, or a class with those in it. */
    private static final List<String> BUILDERS = List.of(
            "cms.",
            "openpgp.operator.jcajce.JcePGPDataEncryptorBuilder",
            "openpgp.operator.jcajce.JcePublicKeyKeyEncryptionMethodGenerator");

    /** What is between a builder and here: the JCA, and this provider. */
    private static final List<String> BETWEEN =
            List.of("java.security.", "javax.crypto.", "sun.security.jca.", "io.github.schsm.provider.");

    private MessageKeys() {}

    /**
     * Whether the generator that is being made or looked for now is for a key of that kind.
     *
     * @param type the JCA's type of service, e.g. {@code KeyGenerator}
     */
    public static boolean areAskedFor(String type) {
        return isGenerator(type)
                && StackWalker.getInstance()
                        .walk(frames -> frames.map(StackWalker.StackFrame::getClassName)
                                .takeWhile(name -> isIn(BETWEEN, name) || isIn(BOUNCY_CASTLES, name))
                                .anyMatch(MessageKeys::isBuilder));
    }

    private static boolean isGenerator(String type) {
        return type.equals("KeyGenerator") || type.equals("KeyPairGenerator");
    }

    private static boolean isIn(List<String> packages, String name) {
        return packages.stream().anyMatch(name::startsWith);
    }

    private static boolean isBuilder(String name) {
        return BOUNCY_CASTLES.stream()
                .filter(name::startsWith)
                .map(packages -> name.substring(packages.length()))
                .anyMatch(rest -> BUILDERS.stream()
                        .anyMatch(builder -> builder.endsWith(".")
                                ? rest.startsWith(builder)
                                : rest.equals(builder) || rest.startsWith(builder + "$")));
    }
}
