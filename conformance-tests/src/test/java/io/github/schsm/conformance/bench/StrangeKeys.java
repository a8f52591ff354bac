// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.bench;

import java.security.PrivateKey;
import javax.crypto.SecretKey;
import org.jspecify.annotations.Nullable;

/** Another vendor's keys, which no provider here takes. */
public final class StrangeKeys {
    /** A private key of no known algorithm. */
    public static final PrivateKey PRIVATE = new StrangePrivate();
    /** A secret key that says AES. */
    public static final SecretKey AES = new StrangeSecret();

    private StrangeKeys() {}

    private static final class StrangePrivate implements PrivateKey {
        private static final long serialVersionUID = 1L;

        @Override
        public String getAlgorithm() {
            return "STRANGE";
        }

        @Override
        public @Nullable String getFormat() {
            return null;
        }

        @Override
        public byte @Nullable [] getEncoded() {
            return null;
        }
    }

    private static final class StrangeSecret implements SecretKey {
        private static final long serialVersionUID = 1L;

        @Override
        public String getAlgorithm() {
            return "AES";
        }

        @Override
        public @Nullable String getFormat() {
            return null;
        }

        @Override
        public byte @Nullable [] getEncoded() {
            return null;
        }
    }
}
