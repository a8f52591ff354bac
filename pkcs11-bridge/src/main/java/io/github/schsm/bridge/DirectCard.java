package io.github.schsm.bridge;

import io.github.schsm.AttestedPublicKey;
import io.github.schsm.DeviceException;
import io.github.schsm.KeyAlgorithm;
import io.github.schsm.KeyDetails;
import io.github.schsm.KeyType;
import io.github.schsm.PublicKeyAuthentication;
import io.github.schsm.SchsmException;
import io.github.schsm.SchsmException.Reason;
import io.github.schsm.TokenAdministration;
import io.github.schsm.TokenAdministration.PinStatus;
import io.github.schsm.TokenKey;
import io.github.schsm.UnsupportedByDeviceException;
import io.github.schsm.bridge.cryptoki.Ck;
import io.github.schsm.bridge.cryptoki.Cryptoki.MechanismInfo;
import io.github.schsm.bridge.cryptoki.Cryptoki.SlotInfo;
import io.github.schsm.bridge.object.TokenObjects;
import io.github.schsm.bridge.session.TokenIdentity;
import io.github.schsm.bridge.session.TokenLink;
import io.github.schsm.bridge.session.TokenPins;
import io.github.schsm.bridge.token.Algorithms;
import io.github.schsm.spi.KeyDomains;
import io.github.schsm.spi.KeyRequest;
import io.github.schsm.spi.SharedCard;
import io.github.schsm.spi.Token;
import io.github.schsm.spi.TokenSource;
import java.security.PublicKey;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The SmartCard-HSM behind a module's token, spoken to directly in the PC/SC reader that the slot stands for.
 *
 * <p>Both sides work on one card, whose security state is the card's own: a SELECT here ends the module's login, and a
 * PIN verified here counts for the module. So each use is one PC/SC transaction under the login of the module's link,
 * at whose end the PIN is verified again if it has to be; the module notices nothing. A module reads the card once and
 * does not see keys that come later: those are listed and used here, under the references that the module's would have.
 *
 * <p>Signing with a key that the module sees never comes here: what the card says of a key is kept until somebody looks
 * anew or changes something.
 */
final class DirectCard implements Beside {
    private static final System.Logger LOG = System.getLogger(DirectCard.class.getName());

    /** A slot of another kind stands for no reader, so nobody is asked for its card. */
    private static final long READER = Ck.CKF_REMOVABLE_DEVICE | Ck.CKF_HW_SLOT;

    private final TokenLink link;
    private final TokenSource.Host host;
    private final Object lock = new Object();
    private volatile Listing module = List::of;
    private @Nullable SharedCard card;
    private @Nullable SchsmException reason;
    private boolean stale;
    private long connections;
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
     * @param generation   of the module's objects
     * @param unseen       keys that only the card shows, as the bridge names them
     * @param onCard       the card's names of all keys, by the bridge's references
     * @param unseenOnCard the card's names of those that only the card shows
     */
    private record Keys(
            long generation, List<TokenKey> unseen, Map<String, TokenKey> onCard, Map<String, TokenKey> unseenOnCard) {}

    DirectCard(TokenLink link, TokenSource.Host host) {
        this.link = link;
        this.host = host;
    }

    @Override
    public void attach(Listing keysOfModule) {
        module = keysOfModule;
        link.beforeLogin(this::beforeLogin);
    }

    /** A card that was out is selected now, so that this need not end the login that the module is about to make. */
    private Optional<TokenPins.Told> beforeLogin() {
        try {
            SharedCard there = require();
            PinStatus pin = there.within(null, () -> there.administration().userPin());
            return Optional.of(new TokenPins.Told(there.identity(), pin, wasAway(there.connections())));
        } catch (SchsmException notNow) {
            LOG.log(System.Logger.Level.DEBUG, "no card channel to " + link.identity() + " just now", notNow);
            return Optional.empty();
        }
    }

    private boolean wasAway(long count) {
        synchronized (lock) {
            boolean away = connections != 0 && connections != count;
            connections = count;
            return away;
        }
    }

    // Is there one?

    @Override
    public boolean isThere() {
        try {
            require();
            return true;
        } catch (SchsmException none) {
            return false;
        }
    }

    private SharedCard require() throws SchsmException {
        synchronized (lock) {
            SharedCard known = card;
            if (known != null) {
                return known;
            }
            if (reason == null) {
                try {
                    SharedCard found = find();
                    card = found;
                    return found;
                } catch (SchsmException none) {
                    LOG.log(System.Logger.Level.DEBUG, "no card channel to " + link.identity(), none);
                    reason = none;
                }
            }
            throw new UnsupportedByDeviceException(
                    "token " + link.identity().id() + " of " + link.module().name()
                            + " has no key domains, and nothing else for which PKCS#11 has no words: "
                            + reason.getMessage(),
                    reason);
        }
    }

    private SharedCard find() throws SchsmException {
        SlotInfo slot = link.slotInfo();
        requireReader(slot);
        try {
            return find(slot);
        } catch (SchsmException none) {
            // The token may be in another slot by now.
            link.tokenInfo();
            SlotInfo now = link.slotInfo();
            if (now.id() == slot.id()) {
                throw none;
            }
            requireReader(now);
            return find(now);
        }
    }

    private static void requireReader(SlotInfo slot) throws UnsupportedByDeviceException {
        if ((slot.flags() & READER) != READER) {
            throw new UnsupportedByDeviceException(
                    "it is no SmartCard-HSM in a PC/SC reader of this computer (its slot is \"" + slot.description()
                            + "\")");
        }
    }

    private SharedCard find(SlotInfo slot) throws SchsmException {
        Token found = host.cardChannel(slot.description());
        TokenIdentity wanted = link.identity();
        // Without a serial number the reader says which device it is.
        if (!wanted.serial().isEmpty() && !found.id().equals(wanted.serial())) {
            throw new UnsupportedByDeviceException("the SmartCard-HSM in the PC/SC reader \"" + slot.description()
                    + "\" of this computer is " + found.id() + ", which is not that token");
        }
        if (!(found instanceof SharedCard shared)) {
            throw new UnsupportedByDeviceException(found + " cannot be shared with a module");
        }
        return shared;
    }

    // The way to the card

    @Override
    public void look() throws SchsmException {
        synchronized (lock) {
            reason = null;
            stale = true;
            details.clear();
            if (link.identity().isPlaced()) {
                // Another device may be in the reader by now, and the card follows its own into any.
                card = null;
            }
        }
        if (isThere()) {
            SharedCard there = require();
            // The module logs in next, if it has to: after the card was out, whoever knows the PIN is asked anew.
            there.within(null, () -> {
                lookIfStale(there);
                return true;
            });
        }
    }

    @Override
    public <T> T use(Function<T> function) throws SchsmException {
        return shared(function::apply);
    }

    private interface CardFunction<T> {
        T apply(SharedCard card) throws SchsmException;
    }

    private <T> T shared(CardFunction<T> function) throws SchsmException {
        SharedCard there = require();
        return there.within(link.authenticator(), () -> {
            lookIfStale(there);
            return function.apply(there);
        });
    }

    @Override
    public <T> T change(Function<T> function) throws SchsmException {
        try {
            return use(function);
        } finally {
            synchronized (lock) {
                forget();
                details.clear();
            }
        }
    }

    private void lookIfStale(SharedCard there) throws SchsmException {
        synchronized (lock) {
            if (!stale) {
                return;
            }
            stale = false;
            forget();
        }
        boolean looked = false;
        try {
            there.load(null);
            looked = true;
        } finally {
            if (!looked) {
                stale();
            }
        }
    }

    /** What is being read now is not kept either. */
    private void forget() {
        looks++;
        listed = null;
        keys = null;
    }

    private void stale() {
        synchronized (lock) {
            stale = true;
            forget();
        }
    }

    @Override
    public void changed(@Nullable TokenKey key) {
        synchronized (lock) {
            stale = true;
            forget();
            if (key == null) {
                details.clear();
            } else {
                details.remove(key.reference());
            }
        }
    }

    @Override
    public void used(TokenKey key) {
        synchronized (lock) {
            KeyDetails known = details.get(key.reference());
            if (known != null && known.useCounter().isPresent()) {
                details.remove(key.reference());
                stale = true;
            }
        }
    }

    /** The card's own login ends as well; nothing is done where it was never used. */
    @Override
    public void loggedOut() throws SchsmException {
        SharedCard known;
        synchronized (lock) {
            known = card;
        }
        if (known != null) {
            known.within(null, () -> {
                known.logout();
                return true;
            });
        }
    }

    // Keys

    private Keys keys() throws SchsmException {
        synchronized (lock) {
            Keys known = keys;
            if (known != null && !stale && known.generation == link.generation()) {
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
        synchronized (lock) {
            if (listed != null && !stale) {
                return listed;
            }
        }
        Listed read = use(there -> {
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
        Map<String, TokenKey> only = new LinkedHashMap<>();
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
                only.put(unique, key);
                unseen.add(new TokenKey(unique, key.label(), key.id(), key.type()));
            }
        }
        return new Keys(generation, List.copyOf(unseen), Map.copyOf(all), Map.copyOf(only));
    }

    private String reference(TokenKey key) throws SchsmException {
        synchronized (lock) {
            String known = references.get(key);
            if (known != null) {
                return known;
            }
        }
        String found = use(there -> TokenObjects.reference(key.type(), key.id(), publicKey(there, key)));
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

    @Override
    public List<TokenKey> unseen(List<TokenKey> seen) throws SchsmException {
        return isThere() ? keys().unseen() : List.of();
    }

    @Override
    public Optional<TokenKey> unseen(TokenKey key) throws SchsmException {
        return isThere() ? Optional.ofNullable(keys().unseenOnCard().get(key.reference())) : Optional.empty();
    }

    @Override
    public Optional<TokenKey> counterpart(TokenKey key) throws SchsmException {
        return isThere() ? Optional.ofNullable(keys().onCard().get(key.reference())) : Optional.empty();
    }

    /** The card's name of a key, however it is seen. */
    TokenKey onCard(TokenKey key) throws SchsmException {
        Optional<TokenKey> there = counterpart(key);
        if (there.isEmpty()) {
            stale();
            there = counterpart(key);
        }
        return there.orElseThrow(() -> new DeviceException(
                Reason.OBJECT_NOT_FOUND,
                "MANAGE KEY DOMAIN",
                0x6A88,
                key + " is not in device " + link.identity().id() + " any more"));
    }

    /** The bridge's name of a key that the card has just made. */
    TokenKey named(TokenKey made) throws SchsmException {
        Keys known = keys();
        for (TokenKey key : known.unseen()) {
            TokenKey there = known.unseenOnCard().get(key.reference());
            if (there != null && there.reference().equals(made.reference())) {
                return key;
            }
        }
        throw new DeviceException(
                Reason.OBJECT_NOT_FOUND,
                "GENERATE ASYMMETRIC KEY PAIR",
                0x6A88,
                made + " is not in device " + link.identity().id() + " any more");
    }

    @Override
    public OptionalInt freeKeyId() throws SchsmException {
        return isThere() ? OptionalInt.of(shared(SharedCard::freeKeyId)) : OptionalInt.empty();
    }

    @Override
    public TokenKey generate(KeyRequest request) throws SchsmException {
        return named(change(there -> there.generate(request)));
    }

    @Override
    public TokenKey deriveKey(TokenKey parent, byte[] value, KeyRequest request) throws SchsmException {
        TokenKey there = onCard(parent);
        return named(change(other -> other.deriveKey(there, value, request)));
    }

    @Override
    public KeyDetails details(TokenKey key, KeyDetails byModule, boolean certified) throws SchsmException {
        if (!isThere()) {
            return byModule;
        }
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
            known = shared(
                    other -> publicKey == null ? other.details(there.get()) : other.details(there.get(), publicKey));
            synchronized (lock) {
                details.put(key.reference(), known);
            }
        }
        return merged(key.type(), known, byModule);
    }

    /** What the card says of a key, and what the module and this way can do with it. */
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

    /** What goes this way where the module has no mechanism for it. */
    private static Set<KeyAlgorithm> here(KeyType type) {
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
        Map<Long, MechanismInfo> mechanisms = link.mechanisms();
        Set<KeyAlgorithm> both = here(type);
        both.removeIf(algorithm -> Algorithms.isAmong(mechanisms, algorithm));
        both.removeIf(algorithm -> !byCard.isAvailable(algorithm));
        both.addAll(available);
        return both;
    }

    // What PKCS#11 has no words for

    @Override
    public KeyDomains keyDomains() throws SchsmException {
        require();
        return new DirectKeyDomains(this);
    }

    @Override
    public PublicKeyAuthentication publicKeyAuthentication() throws SchsmException {
        require();
        return new DirectKeyAuthentication(this);
    }

    @Override
    public TokenAdministration administration(TokenAdministration byModule) {
        return isThere() ? new DirectAdministration(this, link, byModule, host.pinPad()) : byModule;
    }
}
