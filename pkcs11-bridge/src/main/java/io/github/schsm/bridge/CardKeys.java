// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.bridge;

import io.github.schsm.AttestedPublicKey;
import io.github.schsm.DeviceException;
import io.github.schsm.KeyAlgorithm;
import io.github.schsm.KeyDetails;
import io.github.schsm.KeyType;
import io.github.schsm.SchsmException;
import io.github.schsm.SchsmException.Reason;
import io.github.schsm.TokenKey;
import io.github.schsm.bridge.object.TokenObjects;
import io.github.schsm.bridge.session.TokenLink;
import io.github.schsm.bridge.token.Pkcs11Token;
import io.github.schsm.spi.Token;
import java.security.PublicKey;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which of the card's keys is which of the module's, and what the card says of them. A key has the same reference either
 * way; one that the module does not see has the reference that the module's would have.
 *
 * <p>Signing with a key that the module sees never goes to the card: what it says of a key is kept until somebody looks
 * again or changes something.
 */
final class CardKeys {
    private final DirectCard card;
    private final Pkcs11Token module;
    private final TokenLink link;
    private final Object lock = new Object();
    private long looks;
    private @Nullable Listed listed;
    private @Nullable Keys keys;
    private final Map<TokenKey, String> references = new HashMap<>();
    private final Map<String, KeyDetails> details = new HashMap<>();

    /**
     * The card's keys.
     *
     * @param look at which look they were read: they may be others by the next
     */
    private record Listed(List<TokenKey> keys, long look) {}

    /**
     * Which key is which.
     *
     * @param generation of the module's objects
     * @param unseen     keys that only the card shows, as the bridge names them
     * @param onCard     the card's names of all keys, by the bridge's references
     */
    private record Keys(long generation, List<TokenKey> unseen, Map<String, TokenKey> onCard) {
        private Optional<TokenKey> unseen(String reference) {
            return unseen.stream().anyMatch(key -> key.reference().equals(reference))
                    ? Optional.ofNullable(onCard.get(reference))
                    : Optional.empty();
        }
    }

    CardKeys(DirectCard card, Pkcs11Token module, TokenLink link) {
        this.card = card;
        this.module = module;
        this.link = link;
        card.whenStale(this::forget);
    }

    // What is not known any more

    /** What is being read now is not kept either. */
    private void forget() {
        synchronized (lock) {
            looks++;
            listed = null;
            keys = null;
        }
    }

    private void stale() {
        card.stale();
        forget();
    }

    /** Looks at everything again. */
    void look() throws SchsmException {
        synchronized (lock) {
            details.clear();
        }
        card.look();
    }

    /** The module has changed something: of that key, or in general. */
    void changed(@Nullable TokenKey key) {
        stale();
        synchronized (lock) {
            if (key == null) {
                details.clear();
            } else {
                details.remove(key.reference());
            }
        }
    }

    /** The module has used a key, which may have cost one of a limited number of uses. */
    void used(TokenKey key) {
        boolean counts;
        synchronized (lock) {
            KeyDetails known = details.get(key.reference());
            counts = known != null && known.useCounter().isPresent();
            if (counts) {
                details.remove(key.reference());
            }
        }
        if (counts) {
            card.stale();
        }
    }

    /** Has the card change keys: what was known of them is read again. */
    <T> T change(DirectCard.Function<T> function) throws SchsmException {
        try {
            return card.use(function);
        } finally {
            forget();
            synchronized (lock) {
                details.clear();
            }
        }
    }

    // Which key is which

    private Keys keys() throws SchsmException {
        boolean isStale = card.isStale();
        synchronized (lock) {
            Keys known = keys;
            if (known != null && !isStale && known.generation == link.generation()) {
                return known;
            }
        }
        Listed onCard = listed();
        Keys matched = match(onCard.keys(), module.keys(), link.generation());
        synchronized (lock) {
            if (onCard.look() == looks) {
                keys = matched;
            }
            return matched;
        }
    }

    /** The card's keys, read once: which of them the module sees is found out without going there. */
    private Listed listed() throws SchsmException {
        boolean isStale = card.isStale();
        synchronized (lock) {
            if (listed != null && !isStale) {
                return listed;
            }
        }
        Listed read = card.use(there -> {
            long look;
            synchronized (lock) {
                look = looks;
            }
            return new Listed(there.keys(), look);
        });
        synchronized (lock) {
            if (read.look() == looks) {
                listed = read;
                references.clear();
            }
            return read;
        }
    }

    private Keys match(List<TokenKey> onCard, List<TokenKey> seen, long generation) throws SchsmException {
        List<TokenKey> unseen = new ArrayList<>();
        Map<String, TokenKey> all = new LinkedHashMap<>();
        for (TokenKey key : onCard) {
            List<TokenKey> like = like(key, seen);
            if (like.size() == 1 && like(key, onCard).size() == 1) {
                all.put(like.get(0).reference(), key);
                continue;
            }
            String reference;
            try {
                reference = reference(key);
            } catch (DeviceException went) {
                if (went.reason() != Reason.OBJECT_NOT_FOUND) {
                    throw went;
                }
                // Deleted since the list was read, by the module or somebody else.
                stale();
                continue;
            }
            Optional<TokenKey> same = like.stream()
                    .filter(candidate -> candidate.reference().equals(reference))
                    .findFirst();
            if (same.isPresent()) {
                all.put(same.get().reference(), key);
            } else {
                String unique = all.containsKey(reference) ? reference + "-" + key.reference() : reference;
                all.put(unique, key);
                unseen.add(new TokenKey(unique, key.label(), key.id(), key.type()));
            }
        }
        return new Keys(generation, List.copyOf(unseen), Map.copyOf(all));
    }

    private String reference(TokenKey key) throws SchsmException {
        synchronized (lock) {
            String known = references.get(key);
            if (known != null) {
                return known;
            }
        }
        String found = card.use(there -> TokenObjects.reference(key.type(), key.id(), publicKey(there, key)));
        synchronized (lock) {
            references.put(key, found);
        }
        return found;
    }

    private static List<TokenKey> like(TokenKey key, List<TokenKey> among) {
        return among.stream()
                .filter(other -> other.type() == key.type() && Arrays.equals(other.id(), key.id()))
                .toList();
    }

    private static @Nullable PublicKey publicKey(Token there, TokenKey key) throws SchsmException {
        return key.type().isPrivate() ? there.details(key).publicKey() : null;
    }

    /**
     * The keys as they are on the card now, named as the bridge names keys. A module may have read it long ago: keys that
     * others made since then are added, those that they deleted left out, those that they renamed called by their new
     * names.
     */
    List<TokenKey> all(List<TokenKey> seen) throws SchsmException {
        if (!card.isThere()) {
            return seen;
        }
        Keys known = keys();
        List<TokenKey> all = new ArrayList<>();
        for (TokenKey key : seen) {
            TokenKey there = known.onCard().get(key.reference());
            if (there != null) {
                all.add(named(key, there));
            } else if (known.unseen().stream().anyMatch(other -> mayBe(key, other))) {
                all.add(key);
            }
        }
        all.addAll(known.unseen());
        return all;
    }

    /** A key of which nothing is written down has no name of its own, and numbered references go by the module's. */
    private static TokenKey named(TokenKey key, TokenKey there) {
        boolean nameless = there.label().equals("key-" + there.reference());
        return nameless || TokenObjects.isNumbered(key)
                ? key
                : new TokenKey(key.reference(), there.label(), key.id(), key.type());
    }

    private static boolean mayBe(TokenKey key, TokenKey other) {
        return other.type() == KeyType.UNKNOWN || (other.type() == key.type() && Arrays.equals(other.id(), key.id()));
    }

    /** A key as the card calls it, if the module does not see it. */
    Optional<TokenKey> unseen(TokenKey key) throws SchsmException {
        return card.isThere() ? keys().unseen(key.reference()) : Optional.empty();
    }

    /** A key as the card calls it, whether or not the module sees it; empty if the card does not have it. */
    Optional<TokenKey> counterpart(TokenKey key) throws SchsmException {
        return card.isThere() ? Optional.ofNullable(keys().onCard().get(key.reference())) : Optional.empty();
    }

    /** The same, or an exception. */
    TokenKey onCard(TokenKey key) throws SchsmException {
        Optional<TokenKey> there = counterpart(key);
        if (there.isEmpty()) {
            stale();
            there = counterpart(key);
        }
        return there.orElseThrow(() -> gone("MANAGE KEY DOMAIN", key));
    }

    /** The bridge's name of a key that the card has just made. */
    TokenKey named(TokenKey made) throws SchsmException {
        Keys known = keys();
        return known.unseen().stream()
                .filter(key -> known.unseen(key.reference())
                        .filter(there -> there.reference().equals(made.reference()))
                        .isPresent())
                .findFirst()
                .orElseThrow(() -> gone("GENERATE ASYMMETRIC KEY PAIR", made));
    }

    private DeviceException gone(String command, TokenKey key) {
        return new DeviceException(
                Reason.OBJECT_NOT_FOUND,
                command,
                0x6A88,
                key + " is not in device " + link.identity().id() + " any more");
    }

    // What is known of a key

    /**
     * What is known of a key, with what the module cannot tell.
     *
     * @param certified whether the module shows a certificate in the place where the device puts its request for the
     *                  key, so that there is none
     */
    KeyDetails details(TokenKey key, KeyDetails byModule, boolean certified) throws SchsmException {
        KeyDetails known;
        synchronized (lock) {
            known = details.get(key.reference());
        }
        if (known == null) {
            Optional<TokenKey> there = counterpart(key);
            if (there.isEmpty()) {
                return byModule;
            }
            PublicKey publicKey = certified ? byModule.publicKey() : null;
            known = card.use(
                    other -> publicKey == null ? other.details(there.get()) : other.details(there.get(), publicKey));
            synchronized (lock) {
                details.put(key.reference(), known);
            }
        }
        return merged(key.type(), known, byModule);
    }

    /** What the card says of a key, and what the module and the card can do with it. */
    private KeyDetails merged(KeyType type, KeyDetails byCard, KeyDetails byModule) throws SchsmException {
        boolean attested = byCard.publicKey() instanceof AttestedPublicKey;
        return new KeyDetails(
                attested || byModule.publicKey() == null ? byCard.publicKey() : byModule.publicKey(),
                byModule.curve() == null ? byCard.curve() : byModule.curve(),
                byModule.size() == 0 ? byCard.size() : byModule.size(),
                byCard.allowedAlgorithms(),
                byCard.useCounter(),
                byCard.keyDomain(),
                byCard.wrappingKey(),
                available(type, byCard, byModule));
    }

    /** What the card does where the module has no mechanism for it. */
    private static Set<KeyAlgorithm> byCard(KeyType type) {
        return switch (type) {
            case EC -> EnumSet.of(KeyAlgorithm.ECDH, KeyAlgorithm.ECDH_XKEK, KeyAlgorithm.DERIVE_EC, KeyAlgorithm.WRAP);
            case RSA, UNKNOWN -> EnumSet.of(KeyAlgorithm.WRAP);
            case AES ->
                EnumSet.of(
                        KeyAlgorithm.AES_CBC_ENCRYPT,
                        KeyAlgorithm.AES_CBC_DECRYPT,
                        KeyAlgorithm.AES_CMAC,
                        KeyAlgorithm.DERIVE_SP800_56C,
                        KeyAlgorithm.WRAP);
        };
    }

    private @Nullable Set<KeyAlgorithm> available(KeyType type, KeyDetails byCard, KeyDetails byModule)
            throws SchsmException {
        Set<KeyAlgorithm> available = byModule.available();
        if (available == null) {
            return null;
        }
        Set<KeyAlgorithm> both = byCard(type);
        for (KeyAlgorithm algorithm : Set.copyOf(both)) {
            if (module.hasMechanism(algorithm)) {
                both.remove(algorithm);
            }
        }
        both.removeIf(algorithm -> !byCard.isAvailable(algorithm));
        both.addAll(available);
        return both;
    }
}
