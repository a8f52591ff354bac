// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm;

import io.github.schsm.codec.EcCurve;
import java.security.interfaces.ECKey;
import java.security.interfaces.ECPrivateKey;
import java.security.spec.ECParameterSpec;

/** A handle for an EC private key in a token; an {@link ECKey}, so that libraries see its curve. */
public interface SchsmEcPrivateKey extends SchsmPrivateKey, ECKey {
    /** The curve. */
    EcCurve curve();

    /** The curve's parameters. */
    @Override
    ECParameterSpec getParams();

    /**
     * The same key as the JDK's ECPrivateKey, for a program that casts to that. java-jwt and jose4j (ECDH-ES) do.
     *
     * <p>Only where a program insists on it: an interface for a private key's numbers, on a key that has none to give,
     * makes the JCA try providers that come before SCHSM. They are refused when the key is given to them, in
     * {@code initSign} and the like, and the JCA goes on to SCHSM. A program that named such a provider, or chose it by
     * {@code setParameter} or {@code getProvider} before, gets an exception instead. All engines and key stores of SCHSM
     * take the key. It is equal to this handle, and cannot be serialized either.
     *
     * @return a handle whose {@code getS()} throws an {@link UnsupportedOperationException}
     */
    ECPrivateKey asECPrivateKey();

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
