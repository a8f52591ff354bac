// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.keystore;

import io.github.schsm.InvalidRequestException;
import io.github.schsm.KeyDetails;
import io.github.schsm.KeyDomainException;
import io.github.schsm.KeyMigration.Obstacle;
import io.github.schsm.SchsmException;
import io.github.schsm.TokenKey;
import io.github.schsm.UnsupportedByDeviceException;
import io.github.schsm.codec.PublicKeyNumbers;
import io.github.schsm.spi.KeyHandle;
import io.github.schsm.spi.Token;
import java.security.PublicKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * Decides for each key of a source whether it can be copied to a target, and says what keeps it. Asks the devices only for
 * what the decision needs, and what holds for all keys once: a key costs nothing where the contents are known.
 */
final class MigrationPlanner {
    private static final System.Logger LOGGER = System.getLogger(io.github.schsm.KeyMigration.class.getName());

    private final Token from;
    private final Token to;
    private final Migrations.Request request;
    private final CommonDomains domains;
    private @Nullable Aliases ofSource;
    private @Nullable Aliases ofTarget;
    private @Nullable FreeRoom room;

    /** The public keys that the target has under aliases that the source does not have. */
    private @Nullable List<PublicKey> others;

    /** A plan between two tokens; sends nothing yet. */
    MigrationPlanner(Token from, Token to, Migrations.Request request) throws SchsmException {
        this.from = from;
        this.to = to;
        this.request = request;
        this.domains = new CommonDomains(from, to);
        if (isSameDevice(from, to)) {
            throw new InvalidRequestException("source and target are the same device " + from.name());
        }
    }

    /** By the device's public key, however it is reached. */
    private static boolean isSameDevice(Token one, Token other) {
        if (one.uniqueId().equals(other.uniqueId())) {
            return true;
        }
        try {
            return one.identity().isSameDevice(other.identity());
        } catch (SchsmException noCertificate) {
            LOGGER.log(System.Logger.Level.DEBUG, "a token without a device certificate", noCertificate);
            return one.id().equals(other.id());
        }
    }

    Token from() {
        return from;
    }

    Token to() {
        return to;
    }

    boolean useCounterMayBeLost() {
        return request.useCounterMayBeLost();
    }

    /** What is asked for; where that is everything, the source's keys without those that migrations made for themselves. */
    List<String> aliases() throws SchsmException {
        List<String> asked = request.aliases();
        if (asked != null) {
            return asked;
        }
        List<String> all = new ArrayList<>();
        for (Map.Entry<String, Aliases.Entry> entry : ofSource().entries().entrySet()) {
            TokenKey key = entry.getValue().key();
            if (key != null && !isMigrations(key)) {
                all.add(entry.getKey());
            }
        }
        return all;
    }

    private boolean isMigrations(TokenKey key) throws SchsmException {
        return (MigrationKeys.hasLabel(key) || MigrationKeys.isPerhapsUndescribed(key))
                && MigrationKeys.isExchangeKey(Handles.details(from, key));
    }

    private Aliases ofSource() throws SchsmException {
        Aliases known = ofSource;
        if (known == null) {
            known = Aliases.of(from);
            ofSource = known;
        }
        return known;
    }

    private Aliases ofTarget() throws SchsmException {
        Aliases known = ofTarget;
        if (known == null) {
            known = Aliases.of(to);
            ofTarget = known;
        }
        return known;
    }

    /** All at once, for a plan: what cannot be found out stops it. */
    List<Judgment> judgeAll() throws SchsmException {
        List<Judgment> all = new ArrayList<>();
        for (String alias : aliases()) {
            all.add(judge(alias));
        }
        return all;
    }

    /**
     * Decides.
     *
     * @throws SchsmException if a device cannot be asked
     */
    Judgment judge(String alias) throws SchsmException {
        Aliases.Entry entry = ofSource().get(alias);
        TokenKey listed = entry == null ? null : entry.key();
        if (listed == null) {
            return new Judgment.Hindered(
                    alias,
                    Obstacle.NO_SUCH_KEY,
                    new InvalidRequestException("no key \"" + alias + "\" on device " + from.name()
                            + "; its aliases are " + ofSource().names()));
        }
        try {
            return judge(alias, KeyHandle.of(from, listed, from.details(listed)));
        } catch (SchsmException unreadable) {
            if (!Token.isOfOneObject(unreadable)) {
                throw unreadable;
            }
            return new Judgment.Hindered(alias, Obstacle.UNREADABLE, unreadable);
        }
    }

    private Judgment judge(String alias, KeyHandle key) throws SchsmException {
        Judgment onTarget = onTarget(alias, key);
        if (onTarget != null) {
            return onTarget;
        }
        KeyDetails details = key.details();
        if (details.isExchangeKey()) {
            return new Judgment.Hindered(
                    alias,
                    Obstacle.EXCHANGE_KEY,
                    new InvalidRequestException("key \"" + alias + "\" of device " + from.name()
                            + " is an exchange key: every member of a key domain has its own"));
        }
        if (details.useCounter().isPresent() && !request.useCounterMayBeLost()) {
            return new Judgment.Hindered(
                    alias, Obstacle.USE_COUNTER, new InvalidRequestException(KeyWrapping.useCounterMessage(key)));
        }
        OptionalInt slot = slot(details);
        if (slot.isEmpty()) {
            return new Judgment.Hindered(
                    alias, Obstacle.NO_DOMAIN, new KeyDomainException(KeyWrapping.noDomainMessage(key)));
        }
        return inDomain(alias, key, slot.getAsInt());
    }

    /** A token without key domains has none that a key could be in. */
    private OptionalInt slot(KeyDetails details) throws SchsmException {
        try {
            return domains.slotOf(details);
        } catch (UnsupportedByDeviceException noKeyDomains) {
            LOGGER.log(System.Logger.Level.DEBUG, "the source has no key domains", noKeyDomains);
            return OptionalInt.empty();
        }
    }

    private Judgment inDomain(String alias, KeyHandle key, int slot) throws SchsmException {
        if (request.asPlanned() && !domains.mayLeave(key.details(), domains.here(slot))) {
            return new Judgment.Hindered(alias, Obstacle.WRAP_NOT_ALLOWED, KeyWrapping.wrapNotListed(key));
        }
        CommonDomains.Membership membership = domains.membership(slot);
        if (membership instanceof CommonDomains.Stranger stranger) {
            return new Judgment.Hindered(alias, stranger.obstacle(), stranger.reason());
        }
        SchsmException noRoom = request.asPlanned() ? room().take(key) : null;
        return noRoom == null
                ? new Judgment.Movable(alias, key, (CommonDomains.Member) membership)
                : new Judgment.Hindered(alias, Obstacle.NO_ROOM, noRoom);
    }

    private FreeRoom room() throws SchsmException {
        FreeRoom known = room;
        if (known == null) {
            known = FreeRoom.of(to);
            room = known;
        }
        return known;
    }

    // What is on the target

    /** Whether the target has the key, or another entry in its place; null if neither. */
    private @Nullable Judgment onTarget(String alias, KeyHandle key) throws SchsmException {
        Aliases.Entry holder = ofTarget().get(alias);
        if (holder == null) {
            PublicKey publicKey = key.details().publicKey();
            return request.asPlanned() && publicKey != null && isAmongOthers(publicKey)
                    ? new Judgment.Present(alias)
                    : null;
        }
        if (holder.key() != null && SameKey.isSame(key, to, holder.key())) {
            return new Judgment.Present(alias);
        }
        return new Judgment.Hindered(
                alias,
                Obstacle.OTHER_ENTRY,
                new InvalidRequestException(
                        "device " + to.name() + " has another entry \"" + alias + "\": delete or rename it first"));
    }

    /** Under whatever alias. */
    private boolean isAmongOthers(PublicKey publicKey) throws SchsmException {
        List<PublicKey> known = others;
        if (known == null) {
            known = new ArrayList<>();
            for (Map.Entry<String, Aliases.Entry> entry : ofTarget().entries().entrySet()) {
                TokenKey other = entry.getValue().key();
                if (other != null
                        && ofSource().get(entry.getKey()) == null
                        && !MigrationKeys.isPerhapsUndescribed(other)) {
                    SameKey.publicKey(to, other).ifPresent(known::add);
                }
            }
            others = known;
        }
        return known.stream().anyMatch(other -> PublicKeyNumbers.areEqual(publicKey, other));
    }
}
