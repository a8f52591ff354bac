package io.github.schsm;

import java.security.spec.AlgorithmParameterSpec;

/**
 * The label a key gets when {@code Cipher XKEK} unwraps it. Without one it is {@code unwrapped-<KCV>-<n>}.
 *
 * @param label 1 to 64 characters
 */
public record UnwrapSpec(String label) implements AlgorithmParameterSpec {
    /** Checks the label. */
    public UnwrapSpec {
        if (label.isBlank() || label.length() > 64) {
            throw new IllegalArgumentException("a label has 1 to 64 characters, this has " + label.length());
        }
    }

    /** The label for the unwrapped key. */
    public static UnwrapSpec label(String label) {
        return new UnwrapSpec(label);
    }
}
