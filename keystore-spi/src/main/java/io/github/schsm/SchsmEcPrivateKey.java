// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm;

import io.github.schsm.codec.EcCurve;
import java.security.interfaces.ECKey;
import java.security.spec.ECParameterSpec;

/** A handle for an EC private key in a token; an {@link ECKey}, so that libraries see its curve. */
public interface SchsmEcPrivateKey extends SchsmPrivateKey, ECKey {
    /** The curve. */
    EcCurve curve();

    /** The curve's parameters. */
    @Override
    ECParameterSpec getParams();

    /** The roots that the configuration of the key's device trusts. */
    DeviceTrust trust();

    /**
     * Signs in the device, by its own words and without a {@link java.security.Signature}.
     *
     * @param algorithm {@link KeyAlgorithm#ECDSA} for a hash, or one with a hash for the data
     * @param input     a hash, not longer than the curve's order, or the data
     * @return the signature in DER
     * @throws DeviceException if the key's list lacks the algorithm
     * @throws SchsmException               if the device refuses
     */
    byte[] sign(KeyAlgorithm algorithm, byte[] input) throws SchsmException;
}
