// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.keystore;

import io.github.schsm.KeyDetails;
import io.github.schsm.SchsmDevice.Leftover;
import io.github.schsm.SchsmException;
import io.github.schsm.TokenKey;
import io.github.schsm.codec.PublicKeyNumbers;
import io.github.schsm.spi.KeyHandle;
import io.github.schsm.spi.Token;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What an interrupted migration left of the keys themselves: copies on the target that never got a description. */
final class HalfKeys {
    private static final byte X509 = 0x30;

    private final MigrationSide target;
    private final Token to;
    private @Nullable List<Leftover> leftovers;

    HalfKeys(MigrationSide target) {
        this.target = target;
        this.to = target.token();
    }

    /** Copies of the key on the target that never got a description, if they are proven to be copies. */
    List<TokenKey> of(KeyHandle key, int slot) throws SchsmException {
        List<TokenKey> halves = new ArrayList<>();
        for (TokenKey half : to.keys()) {
            if (half.type() != key.key().type() || !isUndescribed(half)) {
                continue;
            }
            KeyDetails details = to.details(half);
            if (details.keyDomain().orElse(0) != slot
                    || !sameList(details, key.details())
                    || details.useCounter().isPresent()) {
                continue;
            }
            if (isCertified(half)) {
                // Somebody has use for it.
                continue;
            }
            if (SameKey.isProvenCopy(KeyHandle.of(to, half, details), key)) {
                halves.add(half);
            } else if (!publicKeyDiffers(details, key.details())) {
                target.leave(half + " on device " + to.name() + ", which has no description and perhaps is a copy"
                        + " of \"" + key.label() + "\"; that cannot be proven");
            }
        }
        return halves;
    }

    /** The label alone does not tell: a key may be called so. What is left over is looked for once at most. */
    private boolean isUndescribed(TokenKey key) throws SchsmException {
        if (!MigrationKeys.isPerhapsUndescribed(key)) {
            return false;
        }
        List<Leftover> known = leftovers;
        if (known == null) {
            try {
                known = to.leftovers();
            } catch (SchsmException notTold) {
                if (!Token.isOfOneObject(notTold)) {
                    throw notTold;
                }
                known = List.of();
            }
            leftovers = known;
        }
        return MigrationKeys.isFoundUndescribed(key, known);
    }

    private boolean isCertified(TokenKey key) throws SchsmException {
        return to.certificate(key)
                .filter(encoded -> encoded.length > 0 && encoded[0] == X509)
                .isPresent();
    }

    /** Only when the key is there as a whole, so that the target is never without it. */
    void remove(List<TokenKey> halves) {
        for (TokenKey half : halves) {
            SchsmException failure = MigrationSide.tried(() -> to.delete(half));
            if (failure != null) {
                target.leave(half + " on device " + to.name() + ", a copy without a description ("
                        + failure.getMessage() + ")");
            }
        }
    }

    private static boolean sameList(KeyDetails one, KeyDetails other) {
        List<Integer> first = one.allowedAlgorithms();
        List<Integer> second = other.allowedAlgorithms();
        return first == null ? second == null : first.equals(second);
    }

    private static boolean publicKeyDiffers(KeyDetails one, KeyDetails other) {
        return one.publicKey() != null
                && other.publicKey() != null
                && !PublicKeyNumbers.areEqual(one.publicKey(), other.publicKey());
    }
}
