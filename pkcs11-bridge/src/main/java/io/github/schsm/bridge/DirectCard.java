// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.bridge;

import io.github.schsm.PublicKeyAuthentication;
import io.github.schsm.SchsmException;
import io.github.schsm.TokenAdministration.PinStatus;
import io.github.schsm.UnsupportedByDeviceException;
import io.github.schsm.bridge.cryptoki.Ck;
import io.github.schsm.bridge.cryptoki.Cryptoki.SlotInfo;
import io.github.schsm.bridge.session.TokenIdentity;
import io.github.schsm.bridge.session.TokenLink;
import io.github.schsm.bridge.session.TokenPins;
import io.github.schsm.spi.KeyDomains;
import io.github.schsm.spi.SharedCard;
import io.github.schsm.spi.Token;
import io.github.schsm.spi.TokenSource;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The SmartCard-HSM behind a module's token, spoken to directly in the PC/SC reader that the slot stands for.
 *
 * <p>Both sides work on one card, whose security state is the card's own: a SELECT here ends the module's login, and a
 * PIN verified here counts for the module. So each use is one PC/SC transaction under the login of the module's link,
 * at whose end the PIN is verified again if it has to be; the module notices nothing. A module reads the card once and
 * does not see keys that come later.
 */
final class DirectCard {
    private static final System.Logger LOG = System.getLogger(DirectCard.class.getName());

    /** A slot of another kind stands for no reader, so nobody is asked for its card. */
    private static final long READER = Ck.CKF_REMOVABLE_DEVICE | Ck.CKF_HW_SLOT;

    private final TokenLink link;
    private final TokenSource.Host host;
    private final Object lock = new Object();
    private volatile Runnable forget = () -> {};
    private @Nullable SharedCard card;
    private @Nullable SchsmException reason;
    private boolean stale;
    private long connections;

    DirectCard(TokenLink link, TokenSource.Host host) {
        this.link = link;
        this.host = host;
    }

    /** What is done with the card. */
    @FunctionalInterface
    interface Function<T> {
        T apply(SharedCard card) throws SchsmException;
    }

    /** The same without a result. */
    @FunctionalInterface
    interface Action {
        void run(SharedCard card) throws SchsmException;
    }

    /** What was read of the card is forgotten when this runs. */
    void whenStale(Runnable forget) {
        this.forget = forget;
    }

    /** A card that was out is selected now, so that this need not end the login that the module is about to make. */
    Optional<TokenPins.Told> beforeLogin() {
        try {
            SharedCard there = require();
            PinStatus pin = there.within(null, () -> there.administration().userPin());
            return Optional.of(new TokenPins.Told(there.identity(), pin, wasAway(there.connections())));
        } catch (SchsmException notNow) {
            LOG.log(System.Logger.Level.DEBUG, "no card behind " + link.identity() + " at the moment", notNow);
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

    /** Whether there is one. Where there is none, {@link #use} says why. */
    boolean isThere() {
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
                    LOG.log(System.Logger.Level.DEBUG, "no card behind " + link.identity(), none);
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

    /** Looks for the card again; before the module logs in when a key store is loaded. */
    void look() throws SchsmException {
        synchronized (lock) {
            reason = null;
            stale = true;
            if (link.identity().isPlaced()) {
                // Another device may be in the reader by now, and the card follows its own into any.
                card = null;
            }
        }
        if (isThere()) {
            SharedCard there = require();
            // The module logs in next, if it has to: after the card was out, the PIN is asked for again.
            there.within(null, () -> {
                lookIfStale(there);
                return true;
            });
        }
    }

    /**
     * Uses the card, which may end the module's login: that is looked after.
     *
     * @throws UnsupportedByDeviceException if there is no card, with the reason
     */
    <T> T use(Function<T> function) throws SchsmException {
        SharedCard there = require();
        return there.within(link.authenticator(), () -> {
            lookIfStale(there);
            return function.apply(there);
        });
    }

    /** The same without a result. */
    void run(Action action) throws SchsmException {
        use(there -> {
            action.run(there);
            return true;
        });
    }

    /** Whether what was read of the card has to be read again. */
    boolean isStale() {
        synchronized (lock) {
            return stale;
        }
    }

    /** The module has changed something on the card: it is read again at the next use. */
    void stale() {
        synchronized (lock) {
            stale = true;
        }
    }

    private void lookIfStale(SharedCard there) throws SchsmException {
        synchronized (lock) {
            if (!stale) {
                return;
            }
            stale = false;
        }
        forget.run();
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

    /** The card's own login ends as well; nothing is done where it was never used. */
    void loggedOut() throws SchsmException {
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

    // What PKCS#11 has no words for

    KeyDomains keyDomains(CardKeys keys) throws SchsmException {
        require();
        return new DirectKeyDomains(this, keys);
    }

    PublicKeyAuthentication publicKeyAuthentication() throws SchsmException {
        require();
        return new DirectKeyAuthentication(this);
    }
}
