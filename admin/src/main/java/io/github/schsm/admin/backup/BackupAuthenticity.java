// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.admin.backup;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What is known of who made an archive.
 *
 * @param kind     how it is known
 * @param signer   the device, or the subject of the certificate, or the SHA-256 of the public key; null without a signature
 *                 that holds
 * @param sentence the same for people
 */
public record BackupAuthenticity(Kind kind, @Nullable String signer, String sentence) {
    /** Refuses nulls where a value is needed. */
    public BackupAuthenticity {
        Objects.requireNonNull(kind, "kind");
        Objects.requireNonNull(sentence, "sentence");
    }

    /** How it is known. */
    public enum Kind {
        /** The device that the backup is of attests the key that signed, and traces to a trusted root. */
        DEVICE,
        /**
         * A device that traces to a trusted root attests the key that signed, and it is another one than the backup is said
         * to be of: anyone who has a genuine device can make such an archive.
         */
        OTHER_DEVICE,
        /** The key that signed comes with an X.509 certificate, which nobody has checked further. */
        CERTIFICATE,
        /** The signature holds, and nothing says whose it is: everybody can make one. */
        UNKNOWN_KEY,
        /** There is no signature: everybody can have changed the archive, other than inside the wrapped keys. */
        UNSIGNED,
        /** There is a signature, and it does not hold. */
        FORGED
    }

    /** Whether the device that it is of vouches for it, a trusted one. */
    public boolean isProven() {
        return kind == Kind.DEVICE;
    }
}
