package io.github.schsm.provider;

import io.github.schsm.DeviceException;
import io.github.schsm.KeyAlgorithm;
import io.github.schsm.KeyType;
import io.github.schsm.PinException;
import io.github.schsm.SchsmException;
import io.github.schsm.WrappedKeyEntry;
import io.github.schsm.card.KeyAttributes;
import io.github.schsm.card.SmartCardHsm;
import java.util.List;
import java.util.Optional;

/**
 * What kind of key it is that nothing on the device describes: no description, no certificate. Its algorithm list tells,
 * or what the key does when it is asked. A key with a use counter is not asked, that would cost a use.
 */
final class KeyKind {
    private static final int BLOCK = 16;
    private static final int HASH = 20;

    private static final List<Range> RANGES = List.of(
            new Range(0x10, 0x1F, KeyType.AES),
            new Range(0x20, 0x4F, KeyType.RSA),
            new Range(0x70, 0x84, KeyType.EC),
            new Range(0x98, 0x98, KeyType.EC),
            new Range(0x99, 0x99, KeyType.AES));

    /** Algorithm ids of section 4 of the protocol notes that only one kind of key has. */
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

    /** By what the key does; {@link KeyType#UNKNOWN} if it may do nothing that tells. Takes the PIN. */
    static KeyType asked(SmartCardHsm card, int kid, KeyAttributes attributes) throws SchsmException {
        if (attributes.useCounter().isPresent()) {
            return KeyType.UNKNOWN;
        }
        if (attributes
                .algorithms()
                .filter(list -> list.contains(KeyAlgorithm.WRAP.id()))
                .isPresent()) {
            Optional<byte[]> blob = tried(() -> card.wrapKey(kid));
            if (blob.isPresent()) {
                return WrappedKeyEntry.of(blob.get(), null, List.of()).keyType();
            }
        }
        if (!PublicKeyRecovery.allows(attributes, KeyAlgorithm.ECDSA)) {
            return KeyType.UNKNOWN;
        }
        if (tried(() -> card.sign(kid, KeyAlgorithm.ECDSA, new byte[HASH], attributes.resend()))
                .isPresent()) {
            return KeyType.EC;
        }
        if (tried(() -> card.aesCbc(kid, true, new byte[BLOCK], new byte[BLOCK], attributes.resend()))
                .isPresent()) {
            return KeyType.AES;
        }
        // There are three kinds, and to these two everything of their kind is allowed.
        return KeyType.RSA;
    }

    private interface Step {
        byte[] run() throws SchsmException;
    }

    private static Optional<byte[]> tried(Step step) throws SchsmException {
        try {
            return Optional.of(step.run());
        } catch (PinException needed) {
            throw needed;
        } catch (DeviceException refused) {
            return Optional.empty();
        }
    }
}
