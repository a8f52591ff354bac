// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm;

import io.github.schsm.codec.Labels;
import java.security.spec.AlgorithmParameterSpec;

/**
 * The label a key gets when {@code Cipher XKEK} unwraps it. Without one it is {@code unwrapped-<KCV>-<n>}.
 *
 * @param label 1 to {@value Labels#MOST_CHARACTERS} characters, none of them a control character
 */
public record UnwrapSpec(String label) implements AlgorithmParameterSpec {
    /** Checks the label. */
    public UnwrapSpec {
        Labels.require(label);
    }

    /** The label for the unwrapped key. */
    public static UnwrapSpec label(String label) {
        return new UnwrapSpec(label);
    }
}
