// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.admin.policy;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Something that a rule found. Texts are in parts as they were on the devices: a program that shows them escapes them.
 *
 * @param verdict   what it means; never {@link Verdict#HELD}
 * @param device    the device's name in the inventory; null if it is about none or about several
 * @param key       the label of the key or certificate; null if it is about none
 * @param publicKey SHA-256 of the key's public key, as in the inventory; null if it is about none or not known
 * @param message   what was found, in a sentence without its end
 * @param exception why it is excepted, or until when it was; null if the policy says nothing of it
 */
public record Finding(
        Verdict verdict,
        @Nullable String device,
        @Nullable String key,
        @Nullable String publicKey,
        String message,
        @Nullable String exception) {
    /** Refuses one that says nothing. */
    public Finding {
        Objects.requireNonNull(verdict, "verdict");
        Objects.requireNonNull(message, "message");
        if (verdict == Verdict.HELD) {
            throw new IllegalArgumentException("a rule that holds finds nothing");
        }
    }

    Finding with(Verdict other, String why) {
        return new Finding(other, device, key, publicKey, message, why);
    }

    /** Where it is: {@code "tls" on ZZSIM000001}; empty if it is about no device and no key. */
    public String place() {
        if (key == null) {
            return device == null ? "" : device;
        }
        return "\"" + key + "\"" + (device == null ? "" : " on " + device);
    }
}
