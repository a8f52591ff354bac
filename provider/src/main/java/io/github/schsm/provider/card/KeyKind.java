// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.provider.card;

import io.github.schsm.DeviceException;
import io.github.schsm.KeyAlgorithm;
import io.github.schsm.KeyType;
import io.github.schsm.PinException;
import io.github.schsm.SchsmException;
import io.github.schsm.WrappedKeyEntry;
import io.github.schsm.card.SmartCardHsm;
import io.github.schsm.card.apdu.RetryPolicy;
import io.github.schsm.card.apdu.StatusWords;
import io.github.schsm.card.files.KeyAttributes;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What kind of key it is that nothing on the device describes: no description, no certificate. Its algorithm list tells,
 * or what the key does when it is asked. A key with a use counter is not asked, that would cost a use.
 */
final class KeyKind {
    private static final int BLOCK = 16;
    private static final int HASH = 20;
    private static final List<Integer> MODULI = List.of(256, 128, 192, 384, 512);

    private static final List<Range> RANGES = List.of(
            new Range(0x10, 0x1F, KeyType.AES),
            new Range(0x20, 0x4F, KeyType.RSA),
            new Range(0x70, 0x84, KeyType.EC),
            new Range(0x98, 0x98, KeyType.EC),
            new Range(0x99, 0x99, KeyType.AES));

    /** Algorithm ids of docs/protocol.md#algorithms that only one kind of key has. */
    private record Range(int first, int last, KeyType type) {}

    private KeyKind() {}

    /** By the list alone, which is free to read; {@link KeyType#UNKNOWN} if it does not tell. */
    static KeyType listed(KeyAttributes attributes) {
        for (int algorithm : attributes.algorithms().orElse(List.of())) {
            for (Range range : RANGES) {
                if (algorithm >= range.first && algorithm <= range.last) {
                    return range.type;
                }
            }
        }
        return KeyType.UNKNOWN;
    }

    /**
     * By what the key does: only what it has done tells, no refusal does. {@link KeyType#UNKNOWN} if it may do nothing that
     * tells. Takes the PIN.
     *
     * @throws DeviceException if the device was in trouble meanwhile, so that it should be asked again another time
     */
    static KeyType asked(SmartCardHsm card, int kid, KeyAttributes attributes) throws SchsmException {
        if (attributes.useCounter().isPresent()) {
            return KeyType.UNKNOWN;
        }
        Asking asking = new Asking();
        if (attributes
                .algorithms()
                .filter(list -> list.contains(KeyAlgorithm.WRAP.id()))
                .isPresent()) {
            Optional<byte[]> blob = asking.tried(() -> card.wrapKey(kid));
            if (blob.isPresent()) {
                return WrappedKeyEntry.of(blob.get(), null, List.of()).keyType();
            }
        }
        if (!PublicKeyRecovery.allows(attributes, KeyAlgorithm.ECDSA)) {
            return KeyType.UNKNOWN;
        }
        asking.inTrouble = null;
        RetryPolicy retry = attributes.retry();
        if (asking.tried(() -> card.sign(kid, KeyAlgorithm.ECDSA, new byte[HASH], retry))
                .isPresent()) {
            return KeyType.EC;
        }
        if (asking.tried(() -> card.aesCbc(kid, true, new byte[BLOCK], new byte[BLOCK], retry))
                .isPresent()) {
            return KeyType.AES;
        }
        if (asking.tried(() -> card.sign(kid, KeyAlgorithm.RSA_PKCS1, new byte[HASH], retry))
                .isPresent()) {
            return KeyType.RSA;
        }
        for (int length : MODULI) {
            byte[] number = new byte[length];
            number[length - 1] = 2;
            // Some firmware pads nothing itself.
            if (asking.tried(() -> card.sign(kid, KeyAlgorithm.RSA_RAW, number, retry))
                    .isPresent()) {
                return KeyType.RSA;
            }
        }
        if (asking.inTrouble != null) {
            throw asking.inTrouble;
        }
        return KeyType.UNKNOWN;
    }

    private interface Step {
        byte[] run() throws SchsmException;
    }

    /** Remembers an answer that does not mean "not for this kind of key". */
    private static final class Asking {
        private static final Set<Integer> NOT_FOR_THIS_KIND = Set.of(
                StatusWords.WRONG_DATA,
                StatusWords.FUNCTION_NOT_SUPPORTED,
                StatusWords.WRONG_LENGTH,
                StatusWords.INCORRECT_P1P2,
                StatusWords.INSTRUCTION_NOT_SUPPORTED);

        private @Nullable DeviceException inTrouble;

        private Optional<byte[]> tried(Step step) throws SchsmException {
            try {
                return Optional.of(step.run());
            } catch (PinException needed) {
                throw needed;
            } catch (DeviceException refused) {
                if (!NOT_FOR_THIS_KIND.contains(refused.statusWord())) {
                    inTrouble = refused;
                }
                return Optional.empty();
            }
        }
    }
}
