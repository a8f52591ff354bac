// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.spi;

import java.security.SignatureSpi;
import javax.crypto.CipherSpi;
import javax.crypto.KeyAgreementSpi;

/**
 * How keys that are {@link java.security.interfaces.ECPrivateKey}s or {@link java.security.interfaces.RSAPrivateKey}s
 * without a number get to the provider that can use them. The JCA hands a key to one provider after the other, and goes
 * on if that throws. Most engines ask for the secret number at once, but some of the JDK only when they sign (SunEC in
 * JDK 17, RSASSA-PSS of SunRsaSign), which is too late. So engines of others get no other number either.
 */
final class CastableKeys {
    /** Asked for the class that called a key's method, by that method itself. */
    static final StackWalker CALLERS = StackWalker.getInstance(StackWalker.Option.RETAIN_CLASS_REFERENCE);

    private static final String OURS = "io.github.schsm.";

    private CastableKeys() {}

    /** Lets any caller go on but an engine of another provider. */
    static void refuseForeignEngine(Class<?> caller, String what, PrivateKeyHandle key) {
        if (isForeignEngine(caller)) {
            throw secret(what, key);
        }
    }

    private static boolean isForeignEngine(Class<?> caller) {
        boolean engine = SignatureSpi.class.isAssignableFrom(caller)
                || KeyAgreementSpi.class.isAssignableFrom(caller)
                || CipherSpi.class.isAssignableFrom(caller);
        return engine && !caller.getName().startsWith(OURS);
    }

    /** What a program is told that asks for a secret number. */
    static UnsupportedOperationException secret(String what, PrivateKeyHandle key) {
        return new UnsupportedOperationException("the private " + what + " of " + key
                + " never leaves the device: use the key with a Signature, Cipher, or KeyAgreement of provider SCHSM");
    }
}
