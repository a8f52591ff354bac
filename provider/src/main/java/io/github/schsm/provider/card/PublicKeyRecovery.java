// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.provider.card;

import io.github.schsm.DeviceException;
import io.github.schsm.KeyAlgorithm;
import io.github.schsm.PinException;
import io.github.schsm.SchsmException;
import io.github.schsm.card.SmartCardHsm;
import io.github.schsm.card.files.KeyAttributes;
import io.github.schsm.codec.EcCurve;
import io.github.schsm.codec.EcdsaSignature;
import java.security.SecureRandom;
import java.security.interfaces.ECPublicKey;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Finds out the public half of an EC key that has neither request nor certificate with it, as after the unwrapping of
 * a bare blob, by using the key: two signatures leave one key on one curve with which both verify; a key for ECDH
 * only is multiplied with the generators (of a point and its negative, which agree on the same secrets, it takes the
 * one the device gives).
 */
final class PublicKeyRecovery {
    /** Shorter than the shortest order, so that no curve cuts it. */
    private static final int HASH_LENGTH = 20;

    private static final SecureRandom RANDOM = new SecureRandom();

    private PublicKeyRecovery() {}

    /** The public key; null if the key may not be used for that, or has a use counter that must not be spent. */
    static @Nullable ECPublicKey recover(SmartCardHsm card, int kid, KeyAttributes attributes) throws SchsmException {
        if (attributes.useCounter().isPresent()) {
            return null;
        }
        if (allows(attributes, KeyAlgorithm.ECDSA)) {
            return bySignatures(card, kid, attributes);
        }
        return allows(attributes, KeyAlgorithm.ECDH) ? byAgreement(card, kid, attributes) : null;
    }

    static boolean allows(KeyAttributes attributes, KeyAlgorithm algorithm) {
        Optional<List<Integer>> list = attributes.algorithms();
        return list.isEmpty()
                || list.get().contains(algorithm.id())
                || list.get().contains(KeyAlgorithm.ALL.id());
    }

    private static @Nullable ECPublicKey bySignatures(SmartCardHsm card, int kid, KeyAttributes attributes)
            throws SchsmException {
        byte[] firstHash = hash();
        byte[] secondHash = hash();
        EcdsaSignature first = EcdsaSignature.parse(card.sign(kid, KeyAlgorithm.ECDSA, firstHash, attributes.retry()));
        EcdsaSignature second =
                EcdsaSignature.parse(card.sign(kid, KeyAlgorithm.ECDSA, secondHash, attributes.retry()));
        for (EcCurve curve : EcCurve.values()) {
            for (byte[] point : curve.recover(firstHash, first)) {
                int length = curve.orderLength();
                if (second.r().bitLength() <= 8 * length
                        && second.s().bitLength() <= 8 * length
                        && curve.verify(point, secondHash, second.plain(length))) {
                    return curve.publicKey(point);
                }
            }
        }
        return null;
    }

    private static byte[] hash() {
        byte[] hash = new byte[HASH_LENGTH];
        RANDOM.nextBytes(hash);
        return hash;
    }

    private static @Nullable ECPublicKey byAgreement(SmartCardHsm card, int kid, KeyAttributes attributes)
            throws SchsmException {
        for (EcCurve curve : EcCurve.values()) {
            Optional<byte[]> x = multiplyGenerator(card, kid, curve, attributes);
            if (x.isPresent()) {
                return curve.publicKeyWithX(x.get());
            }
        }
        return null;
    }

    private static Optional<byte[]> multiplyGenerator(
            SmartCardHsm card, int kid, EcCurve curve, KeyAttributes attributes) throws SchsmException {
        byte[] generator = curve.encode(curve.parameters().getGenerator());
        try {
            return Optional.of(card.deriveEcdh(kid, generator, attributes.retry()));
        } catch (PinException noReasonToGoOn) {
            throw noReasonToGoOn;
        } catch (DeviceException notItsCurve) {
            return Optional.empty();
        }
    }
}
