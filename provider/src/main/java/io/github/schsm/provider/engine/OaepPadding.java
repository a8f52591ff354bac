// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.provider.engine;

import io.github.schsm.codec.HashAlgorithm;
import java.security.InvalidAlgorithmParameterException;
import java.security.spec.AlgorithmParameterSpec;
import java.security.spec.MGF1ParameterSpec;
import javax.crypto.BadPaddingException;
import javax.crypto.spec.OAEPParameterSpec;
import javax.crypto.spec.PSource;
import org.jspecify.annotations.Nullable;

/**
 * OAEP parameters that were found good.
 *
 * @param spec    as they were given
 * @param hash    the label's hash function
 * @param mgfHash the hash function of MGF1
 * @param label   the label; may be empty
 */
record OaepPadding(OAEPParameterSpec spec, HashAlgorithm hash, HashAlgorithm mgfHash, byte[] label) {
    /** As the JDK does without parameters, whatever the hash of the name: MGF1 with SHA-1, no label. */
    static OaepPadding ofName(HashAlgorithm hash) {
        return new OaepPadding(
                new OAEPParameterSpec(hash.jca(), "MGF1", MGF1ParameterSpec.SHA1, PSource.PSpecified.DEFAULT),
                hash,
                HashAlgorithm.SHA1,
                new byte[0]);
    }

    static OaepPadding of(@Nullable AlgorithmParameterSpec given) throws InvalidAlgorithmParameterException {
        if (!(given instanceof OAEPParameterSpec spec)) {
            throw new InvalidAlgorithmParameterException("OAEP takes an OAEPParameterSpec, not "
                    + (given == null ? "null" : given.getClass().getSimpleName()));
        }
        if (!spec.getMGFAlgorithm().equalsIgnoreCase("MGF1")
                || !(spec.getMGFParameters() instanceof MGF1ParameterSpec mgf)) {
            throw new InvalidAlgorithmParameterException(
                    "the mask generation function of OAEP is MGF1 with an MGF1ParameterSpec, not "
                            + spec.getMGFAlgorithm());
        }
        if (!(spec.getPSource() instanceof PSource.PSpecified source)) {
            throw new InvalidAlgorithmParameterException("the label of OAEP is given (PSource.PSpecified), not "
                    + spec.getPSource().getAlgorithm());
        }
        return new OaepPadding(
                spec,
                RsaPadding.hash(spec.getDigestAlgorithm()),
                RsaPadding.hash(mgf.getDigestAlgorithm()),
                source.getValue());
    }

    /** Whether a device may be able to do it: which hash it takes is its own, but it is one for both, without label. */
    boolean mayBeDoneByADevice() {
        return hash == mgfHash && label.length == 0;
    }

    void requirePlace(int modulusLength) throws InvalidAlgorithmParameterException {
        if (!RsaPadding.fitsOaep(modulusLength, hash.length())) {
            throw new InvalidAlgorithmParameterException(
                    "OAEP with " + hash.jca() + " does not fit into a key of " + 8 * modulusLength + " bits");
        }
    }

    /**
     * Takes the padding off.
     *
     * @param padded as many bytes as the modulus has; wiped
     */
    byte[] without(byte[] padded) throws BadPaddingException {
        return RsaPadding.withoutOaep(padded, hash, mgfHash, label);
    }
}
