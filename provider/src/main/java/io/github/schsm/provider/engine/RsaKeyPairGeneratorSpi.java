// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.provider.engine;

import io.github.schsm.KeyAlgorithm;
import io.github.schsm.KeyType;
import io.github.schsm.SchsmException;
import io.github.schsm.SchsmKeySpec;
import io.github.schsm.keystore.TokenFinder;
import io.github.schsm.mechanism.EngineKind;
import io.github.schsm.mechanism.Mechanism;
import io.github.schsm.spi.KeyHandle;
import io.github.schsm.spi.KeyRequest;
import io.github.schsm.spi.RsaKeyHandle;
import java.math.BigInteger;
import java.security.InvalidAlgorithmParameterException;
import java.security.InvalidParameterException;
import java.security.KeyPair;
import java.security.KeyPairGeneratorSpi;
import java.security.Provider;
import java.security.ProviderException;
import java.security.SecureRandom;
import java.security.spec.AlgorithmParameterSpec;
import java.security.spec.RSAKeyGenParameterSpec;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Generates RSA keys in a device. The random source is the device's own; one that is given is not used. Keys for PSS get
 * an algorithm list that allows nothing else, and a public key under id-RSASSA-PSS, so that certificates say so.
 */
public final class RsaKeyPairGeneratorSpi extends KeyPairGeneratorSpi {
    /** What every firmware can do. */
    private static final int DEFAULT_SIZE = 2048;

    private static final List<Integer> SIZES = List.of(1024, 1536, 2048, 3072, 4096);
    private static final int MAX_EXPONENT_BITS = 64;

    /** With a hash made here and by the device. */
    private static final List<KeyAlgorithm> PSS = List.of(
            KeyAlgorithm.RSA_PSS,
            KeyAlgorithm.RSA_PSS_SHA1,
            KeyAlgorithm.RSA_PSS_SHA224,
            KeyAlgorithm.RSA_PSS_SHA256,
            KeyAlgorithm.RSA_PSS_SHA384,
            KeyAlgorithm.RSA_PSS_SHA512);

    /** What has nothing to do with how the key signs. */
    private static final Set<KeyAlgorithm> MOVES =
            EnumSet.of(KeyAlgorithm.WRAP, KeyAlgorithm.UNWRAP, KeyAlgorithm.REPLACE);

    private final TokenFinder tokens;
    private final Provider provider;
    private final Mechanism mechanism;
    private int size = DEFAULT_SIZE;
    private BigInteger exponent = RSAKeyGenParameterSpec.F4;
    private @Nullable SchsmKeySpec spec;
    private boolean initialized;

    public RsaKeyPairGeneratorSpi(TokenFinder tokens, Provider provider, Mechanism mechanism) {
        this.tokens = tokens;
        this.provider = provider;
        this.mechanism = mechanism;
    }

    private boolean isForPss() {
        return mechanism.engine() == EngineKind.PSS_GENERATOR;
    }

    @Override
    public void initialize(int keysize, @Nullable SecureRandom random) {
        if (Generators.standsInFront(provider, mechanism.type(), mechanism.name())) {
            throw new InvalidParameterException(Generators.standsInFrontMessage(provider, mechanism.name()));
        }
        if (!SIZES.contains(keysize)) {
            throw new InvalidParameterException(sizeMessage(keysize));
        }
        set(new RSAKeyGenParameterSpec(keysize, RSAKeyGenParameterSpec.F4), null);
    }

    @Override
    public void initialize(@Nullable AlgorithmParameterSpec params, @Nullable SecureRandom random)
            throws InvalidAlgorithmParameterException {
        if (params instanceof SchsmKeySpec ours) {
            set(parameters(ours), ours);
            return;
        }
        if (Generators.standsInFront(provider, mechanism.type(), mechanism.name())) {
            throw new InvalidAlgorithmParameterException(Generators.standsInFrontMessage(provider, mechanism.name()));
        }
        set(checked(params), null);
    }

    private void set(RSAKeyGenParameterSpec wanted, @Nullable SchsmKeySpec ours) {
        size = wanted.getKeysize();
        exponent = wanted.getPublicExponent();
        spec = ours;
        initialized = true;
    }

    private RSAKeyGenParameterSpec parameters(SchsmKeySpec ours) throws InvalidAlgorithmParameterException {
        if (ours.parent().isPresent() || ours.wrappingKey().isPresent()) {
            throw new InvalidAlgorithmParameterException(
                    "an RSA key is neither derived from another key nor has it a wrapping key: leave parent and"
                            + " wrappingKey out");
        }
        if (isForPss() && !ours.allowed().isEmpty() && !isPssOnly(ours.allowed())) {
            throw new InvalidAlgorithmParameterException(
                    "a key for RSASSA-PSS is allowed some of " + PSS + ", and may be allowed " + MOVES + ", not "
                            + ours.allowed() + ": leave the list out, or generate the key by KeyPairGenerator RSA");
        }
        if (ours.parameters() != null) {
            return checked(ours.parameters());
        }
        return checked(new RSAKeyGenParameterSpec(
                ours.keySize() == 0 ? DEFAULT_SIZE : ours.keySize(), RSAKeyGenParameterSpec.F4));
    }

    private static boolean isPssOnly(List<KeyAlgorithm> allowed) {
        return allowed.stream().anyMatch(PSS::contains)
                && allowed.stream().allMatch(algorithm -> PSS.contains(algorithm) || MOVES.contains(algorithm));
    }

    private static RSAKeyGenParameterSpec checked(@Nullable AlgorithmParameterSpec params)
            throws InvalidAlgorithmParameterException {
        if (!(params instanceof RSAKeyGenParameterSpec wanted)) {
            throw new InvalidAlgorithmParameterException(
                    "RSA keys are generated by a SchsmKeySpec or RSAKeyGenParameterSpec, not by "
                            + (params == null ? "null" : params.getClass().getSimpleName()));
        }
        if (!SIZES.contains(wanted.getKeysize())) {
            throw new InvalidAlgorithmParameterException(sizeMessage(wanted.getKeysize()));
        }
        BigInteger e = wanted.getPublicExponent();
        if (e == null
                || !e.testBit(0)
                || e.compareTo(RSAKeyGenParameterSpec.F0) < 0
                || e.bitLength() > MAX_EXPONENT_BITS) {
            throw new InvalidAlgorithmParameterException(
                    "the public exponent of an RSA key in a device is odd, at least"
                            + " 3 and has at most " + MAX_EXPONENT_BITS + " bits, this is "
                            + (e == null || e.bitLength() <= MAX_EXPONENT_BITS
                                    ? e
                                    : "one of " + e.bitLength() + " bits"));
        }
        if (wanted.getKeyParams() != null) {
            throw new InvalidAlgorithmParameterException(
                    "a device cannot bind an RSA key to parameters: give them to the signature (setParameter)");
        }
        return wanted;
    }

    private static String sizeMessage(int bits) {
        return "the device has RSA keys of 1024, 1536, 2048, 3072 and 4096 bits, not of " + bits;
    }

    @Override
    public KeyPair generateKeyPair() {
        if (!initialized && Generators.standsInFront(provider, mechanism.type(), mechanism.name())) {
            throw new ProviderException(Generators.standsInFrontMessage(provider, mechanism.name()));
        }
        SchsmKeySpec wanted = spec;
        KeyRequest request = wanted == null
                ? KeyRequest.plain(KeyType.RSA, null, size)
                : KeyRequest.of(wanted, KeyType.RSA, null, size);
        try {
            KeyRequest whole = request.withPublicExponent(exponent);
            if (!isForPss()) {
                return Generators.pair(Generators.generate(tokens, wanted, whole));
            }
            KeyHandle handle = Generators.generate(tokens, wanted, whole.limitedTo(PSS));
            return Generators.pair(handle instanceof RsaKeyHandle rsa ? rsa.forPss() : handle);
        } catch (SchsmException failed) {
            throw EngineKeys.unchecked(failed);
        }
    }
}
