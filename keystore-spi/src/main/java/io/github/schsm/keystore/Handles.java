// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.keystore;

import io.github.schsm.KeyDetails;
import io.github.schsm.SchsmException;
import io.github.schsm.SchsmException.Reason;
import io.github.schsm.TokenKey;
import io.github.schsm.spi.KeyHandle;
import io.github.schsm.spi.Token;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;

/** Key handles for what is listed on a token. */
public final class Handles {
    private Handles() {}

    /** Also for a key that the token says nothing sensible of: others are listed with it, and it can be deleted. */
    static KeyHandle of(Token token, TokenKey key) throws SchsmException {
        return KeyHandle.of(token, key, details(token, key));
    }

    /** The aliases of all keys. */
    public static List<String> keyAliases(Token token) throws SchsmException {
        return Aliases.of(token).entries().entrySet().stream()
                .filter(entry -> entry.getValue().key() != null)
                .map(Map.Entry::getKey)
                .toList();
    }

    /** The aliases of all keys, by {@link TokenKey#reference}. */
    public static Map<String, String> aliases(Token token) throws SchsmException {
        Map<String, String> aliases = new HashMap<>();
        Aliases.of(token).entries().forEach((alias, entry) -> {
            if (entry.key() != null) {
                aliases.put(entry.key().reference(), alias);
            }
        });
        return aliases;
    }

    /** The key with an alias. */
    public static Optional<KeyHandle> find(Token token, String alias) throws SchsmException {
        Aliases.Entry entry = Aliases.of(token).get(alias);
        return entry == null || entry.key() == null ? Optional.empty() : Optional.of(of(token, entry.key()));
    }

    /** What is known of a key; nothing, where the token says nothing sensible of it. */
    public static KeyDetails details(Token token, TokenKey key) throws SchsmException {
        try {
            return token.details(key);
        } catch (SchsmException failed) {
            if (!Token.isOfOneObject(failed) || SchsmException.is(failed, Reason.OBJECT_NOT_FOUND)) {
                throw failed;
            }
            return new KeyDetails(
                    null, null, 0, null, OptionalLong.empty(), OptionalInt.empty(), OptionalInt.empty(), Set.of());
        }
    }
}
