// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.bridge.session;

import io.github.schsm.DeviceIdentity;
import io.github.schsm.bridge.cryptoki.Cryptoki;
import io.github.schsm.bridge.cryptoki.Cryptoki.CkTokenInfo;
import io.github.schsm.bridge.cryptoki.Cryptoki.MechanismInfo;
import io.github.schsm.bridge.cryptoki.Cryptoki.SlotInfo;
import io.github.schsm.bridge.cryptoki.CryptokiException;
import io.github.schsm.login.FailedPinCache;
import io.github.schsm.login.FailedPinCache.Kind;
import io.github.schsm.login.LoginState;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.jspecify.annotations.Nullable;

/**
 * What all links to one token share, because PKCS#11 keeps it for the whole process: the slot that the token is in, the
 * sessions, and the login, which counts for each link that verified the PIN and ends with the last of them.
 *
 * <p>Locks are taken in this order: {@link #loginLock}, the module's {@link Pkcs11Module#use}, {@link #lock}.
 */
public final class SharedToken {
    private static final long NO_SLOT = -1;

    private final Pkcs11Module module;
    private volatile TokenIdentity identity;
    private volatile @Nullable DeviceIdentity device;
    private volatile PinRules pinRules = PinRules.SMART_CARD_HSM;
    private final SessionPool pool;
    private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock(true);
    private final ReentrantLock loginLock = new ReentrantLock(true);
    private final LoginState<TokenLink> logins = new LoginState<>();
    private final Object numbering = new Object();
    private volatile long slot;
    /** Where it was seen last, also while it is out. */
    private volatile SlotInfo place;

    private boolean triesTold;
    private boolean loaded;
    private @Nullable Map<Long, MechanismInfo> mechanisms;

    SharedToken(Pkcs11Module module, SlotInfo place, TokenIdentity identity) {
        this.module = module;
        this.slot = place.id();
        this.place = place;
        this.identity = identity;
        this.pool = new SessionPool(module.sessions(), this::find);
    }

    Pkcs11Module module() {
        return module;
    }

    TokenIdentity identity() {
        return identity;
    }

    SessionPool pool() {
        return pool;
    }

    /** See {@link TokenLink#numbering}. */
    Object numbering() {
        return numbering;
    }

    /** Read while sessions are used, written while nobody may: to log out, and for the security officer. */
    ReadWriteLock lock() {
        return lock;
    }

    /** Whether the present thread uses a session. */
    boolean isUsedHere() {
        return lock.getReadHoldCount() > 0 || lock.isWriteLockedByCurrentThread();
    }

    /** Held while a link logs in or out. */
    ReentrantLock loginLock() {
        return loginLock;
    }

    /** Which links are logged in; object handles that were found in another generation of it are stale. */
    LoginState<TokenLink> logins() {
        return logins;
    }

    /** The user PINs that were refused, through whichever module, or past all of them. */
    public FailedPinCache failedPins() {
        DeviceIdentity known = device;
        return known == null
                ? FailedPinCache.ofToken(module.isShared(identity) ? "" : identity.serial(), identity, Kind.USER_PIN)
                : FailedPinCache.ofDevice(known, Kind.USER_PIN);
    }

    /** Which device it is, as another way to it has read; null if there is no other way. */
    void isDevice(@Nullable DeviceIdentity read) {
        device = read;
    }

    /** What the token takes for a PIN. */
    PinRules pinRules() {
        return pinRules;
    }

    // The slot

    /** The token was initialized: it may be called otherwise now. */
    void initialized(long where) {
        try {
            Cryptoki cryptoki = module.cryptoki();
            SlotInfo now = cryptoki.slotInfo(where);
            identity = module.identity(cryptoki.tokenInfo(where), now);
            place = now;
            slot = where;
        } catch (CryptokiException notTold) {
            slot = NO_SLOT;
        }
    }

    /** Others say the same of themselves: from now on this token is the one where it was seen last. */
    void staysInPlace() {
        TokenIdentity known = identity;
        if (!known.isPlaced()) {
            identity = known.in(place);
        }
    }

    /** Whether the token was last seen in that slot. */
    boolean isIn(long number) {
        return slot == number;
    }

    /** The slot that the token was last seen in; empty if it is not known. */
    OptionalLong lastSlot() {
        long known = slot;
        return known == NO_SLOT ? OptionalLong.empty() : OptionalLong.of(known);
    }

    /** The token's slot, looked at a moment ago. */
    long find() throws CryptokiException, TokenMissingException {
        return look().slot();
    }

    /**
     * A token in its slot.
     *
     * @param slot  its number
     * @param token what it says of itself now
     */
    record Place(long slot, CkTokenInfo token) {}

    /** Looks where the token was last, and then everywhere. */
    Place look() throws CryptokiException, TokenMissingException {
        long known = slot;
        Optional<Place> there = lookWhereItWas(known);
        return there.isPresent() ? there.get() : seen(search(known));
    }

    private Optional<Place> lookWhereItWas(long last) throws CryptokiException {
        if (last != NO_SLOT) {
            try {
                CkTokenInfo token = module.cryptoki().tokenInfo(last);
                if (identity.isSame(token) && isWhere(last)) {
                    return Optional.of(seen(new Place(last, token)));
                }
            } catch (CryptokiException refused) {
                if (!refused.scope().maybeGone()) {
                    throw refused;
                }
            }
        }
        return Optional.empty();
    }

    /**
     * What it says of itself where it was seen last; empty if it is not there, or only its place tells it from others, so
     * that all places have to be looked at.
     */
    Optional<CkTokenInfo> stillThere() throws CryptokiException {
        return identity.isPlaced() ? Optional.empty() : lookWhereItWas(slot).map(Place::token);
    }

    /** Where it was seen last, also while it is out. */
    SlotInfo place() {
        return place;
    }

    /** A token that no serial number tells from others is the one in its slot, as long as that is its reader's. */
    private boolean isWhere(long number) throws CryptokiException {
        return !identity.isPlaced() || identity.mayBeIn(module.cryptoki().slotInfo(number));
    }

    private Place seen(Place place) {
        slot = place.slot();
        pinRules = PinRules.of(place.token());
        place.token().maxSessions().ifPresent(pool::limit);
        return place;
    }

    private Place search(long last) throws TokenMissingException {
        List<Place> found = new ArrayList<>();
        CryptokiException unreadable = null;
        for (long number : module.slots(true)) {
            try {
                CkTokenInfo token = module.cryptoki().tokenInfo(number);
                if (identity.isSame(token) && isWhere(number) && !module.isAnother(this, number, token)) {
                    found.add(new Place(number, token));
                }
            } catch (CryptokiException refused) {
                unreadable = refused;
            }
        }
        if (found.isEmpty()) {
            slot = NO_SLOT;
            boolean unreachable = unreadable != null || module.slots(false).isEmpty() || module.mayHaveOtherSlots();
            throw new TokenMissingException(unreachable, unreadable);
        }
        return moved(theOne(found, last));
    }

    /** Of several, the one with the label, or where it was; never one of those that nothing tells apart. */
    private Place theOne(List<Place> found, long last) throws TokenMissingException {
        List<Place> labeled =
                found.stream().filter(one -> identity.hasLabelOf(one.token())).toList();
        List<Place> choice = labeled.isEmpty() ? found : labeled;
        if (choice.size() == 1) {
            return choice.get(0);
        }
        slot = NO_SLOT;
        return choice.stream()
                .filter(one -> one.slot() == last)
                .findFirst()
                .orElseThrow(TokenMissingException::oneOfSeveral);
    }

    private Place moved(Place found) {
        if (found.slot() != place.id()) {
            try {
                place = module.cryptoki().slotInfo(found.slot());
            } catch (CryptokiException notTold) {
                place = new SlotInfo(found.slot(), "", "", 0);
            }
        }
        return found;
    }

    synchronized @Nullable Map<Long, MechanismInfo> mechanisms() {
        return mechanisms;
    }

    synchronized void mechanisms(Map<Long, MechanismInfo> read) {
        mechanisms = Map.copyOf(read);
    }

    // What was lost

    /** The sessions of an epoch are gone: the token was out, or may be another one now. */
    void lost(long epoch) {
        pool.lost(epoch, () -> {
            synchronized (this) {
                mechanisms = null;
                slot = NO_SLOT;
            }
            logins.away();
        });
    }

    /** See {@link TokenLink#wasLoaded}. */
    synchronized boolean wasLoaded() {
        boolean before = loaded;
        loaded = true;
        return before;
    }

    /** The token's flags said that some of the user PIN's tries are used up. */
    synchronized void triesAreTold() {
        triesTold = true;
    }

    /** The token's flags say that none is: after they said otherwise, somebody gave the right PIN. */
    void triesAreFull() {
        synchronized (this) {
            if (!triesTold) {
                return;
            }
            triesTold = false;
        }
        failedPins().forget();
    }
}
