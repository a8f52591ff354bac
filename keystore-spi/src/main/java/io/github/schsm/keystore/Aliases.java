// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.keystore;

import io.github.schsm.SchsmException;
import io.github.schsm.TokenCertificate;
import io.github.schsm.TokenKey;
import io.github.schsm.codec.AliasPatterns;
import io.github.schsm.spi.Token;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Aliases are labels. Where two entries have the same label, the first has it as it is and each further one gets its
 * reference behind it, {@code label [7]}; keys come before certificates, each in the order of their numbers on the
 * token. So an alias does not depend on anything but the token's contents.
 */
final class Aliases {
    private final Map<String, Entry> entries = new LinkedHashMap<>();

    /** What an alias stands for: a key, or a certificate that belongs to none. */
    record Entry(@Nullable TokenKey key, @Nullable TokenCertificate certificate) {}

    private Aliases() {}

    static Aliases of(Token token) throws SchsmException {
        Aliases aliases = new Aliases();
        for (TokenKey key : token.keys()) {
            aliases.add(key.label(), key.reference(), new Entry(key, null));
        }
        for (TokenCertificate certificate : token.certificates()) {
            aliases.add(certificate.label(), certificate.reference(), new Entry(null, certificate));
        }
        return aliases;
    }

    /** Those that are shown, under the same aliases as all of them together. */
    Aliases only(AliasPatterns shown) {
        if (!shown.isAll()) {
            entries.keySet().removeIf(alias -> !shown.show(alias));
        }
        return this;
    }

    private void add(String label, String reference, Entry entry) {
        String alias = label;
        while (entries.containsKey(alias)) {
            alias = alias + " [" + reference + "]";
        }
        entries.put(alias, entry);
    }

    /** Every alias, of keys and certificates. */
    List<String> names() {
        return List.copyOf(entries.keySet());
    }

    Map<String, Entry> entries() {
        return entries;
    }

    @Nullable
    Entry get(String alias) {
        return entries.get(alias);
    }
}
