// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.keystore;

import io.github.schsm.AttestedPublicKey;
import io.github.schsm.DeviceException;
import io.github.schsm.InvalidRequestException;
import io.github.schsm.KeyAlgorithm;
import io.github.schsm.KeyDetails;
import io.github.schsm.KeyDomain;
import io.github.schsm.KeyDomainException;
import io.github.schsm.KeyMigration;
import io.github.schsm.KeyType;
import io.github.schsm.PinException;
import io.github.schsm.SchsmException;
import io.github.schsm.TokenKey;
import io.github.schsm.UnsupportedByDeviceException;
import io.github.schsm.codec.EcCurve;
import io.github.schsm.spi.KeyDomains;
import io.github.schsm.spi.KeyRequest;
import io.github.schsm.spi.Token;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** A device in a migration, and what has to be cleaned up on it. */
final class MigrationSide {
    private static final System.Logger LOGGER = System.getLogger(KeyMigration.class.getName());

    private final Token token;
    private final Map<TokenKey, Integer> exchangeKeys = new LinkedHashMap<>();

    /** The key domains in which this run agreed on a KEK, or tried to, as they were before. */
    private final Map<Integer, KeyDomain.Status> agreedIn = new TreeMap<>();

    /** The key domains of earlier runs' exchange keys, and whether each of those keys notes a check value. */
    private final Map<Integer, Boolean> foundIn = new TreeMap<>();

    /** Of KEKs that earlier runs agreed on, on either side: equal values mean the same KEK. */
    private final Set<String> notedKcvs;

    private final List<String> leftBehind = new ArrayList<>();
    private boolean finished;

    /** A side; the noted check values are common to both. */
    MigrationSide(Token token, Set<String> notedKcvs) {
        this.token = token;
        this.notedKcvs = notedKcvs;
    }

    Token token() {
        return token;
    }

    // Agreement

    /** Generates an exchange key in a key domain, which is deleted at the end. */
    TokenKey exchangeKey(MigrationSide peer, KeyDomain.Status domain) throws SchsmException {
        KeyRequest request = new KeyRequest(
                        KeyType.EC,
                        MigrationKeys.label(peer.token),
                        new byte[0],
                        EcCurve.BRAINPOOLP256R1,
                        0,
                        List.of(KeyAlgorithm.ECDH_XKEK),
                        OptionalLong.empty(),
                        OptionalInt.of(domain.slot()),
                        OptionalInt.empty())
                .madeForMigration();
        TokenKey made = token.generate(request);
        exchangeKeys.put(made, domain.slot());
        return made;
    }

    AttestedPublicKey attested(TokenKey key) throws SchsmException {
        if (token.details(key).publicKey() instanceof AttestedPublicKey attested) {
            return attested;
        }
        throw new KeyDomainException("device " + token.name() + " gave no authenticated request for its exchange key");
    }

    /** Agrees on the KEK of a key domain, and notes on which one. */
    KeyDomain.Status agree(MigrationSide peer, KeyDomain.Status before, TokenKey exchange, AttestedPublicKey ofPeer)
            throws SchsmException {
        agreedIn.put(before.slot(), before);
        KeyDomain.Status agreed = token.keyDomains().agree(exchange, ofPeer);
        note(peer, exchange, agreed);
        return agreed;
    }

    /** Notes with the exchange key on which KEK was agreed with it: that proves later whose KEK is in the slot. */
    private void note(MigrationSide peer, TokenKey exchange, KeyDomain.Status agreed) throws SchsmException {
        try {
            TokenKey noted = token.rename(exchange, MigrationKeys.label(peer.token, agreed.kcv()));
            exchangeKeys.remove(exchange);
            exchangeKeys.put(noted, agreed.slot());
        } catch (PinException needed) {
            throw needed;
        } catch (DeviceException | InvalidRequestException | UnsupportedByDeviceException goesOnWithout) {
            LOGGER.log(System.Logger.Level.DEBUG, "an interruption would leave a KEK that is nobody's", goesOnWithout);
        }
    }

    // What earlier runs left

    /**
     * Looks for what an interrupted migration left, and removes what remains of exchange keys that are gone. Costs nothing
     * more than the list of keys, which is needed anyway, unless there is something that looks like it.
     */
    void look() throws SchsmException {
        try {
            token.keyDomains().removeRemains();
        } catch (PinException needed) {
            throw needed;
        } catch (DeviceException stays) {
            LOGGER.log(System.Logger.Level.DEBUG, "what remains of an exchange key stays", stays);
        }
        for (TokenKey key : token.keys()) {
            if (MigrationKeys.hasLabel(key) || MigrationKeys.isPerhapsUndescribed(key)) {
                KeyDetails details = token.details(key);
                if (MigrationKeys.isExchangeKey(details)) {
                    found(key, details);
                }
            }
        }
    }

    private void found(TokenKey key, KeyDetails details) {
        int slot = details.keyDomain().orElse(-1);
        exchangeKeys.put(key, slot);
        Optional<byte[]> noted = MigrationKeys.notedKcv(key);
        noted.ifPresent(kcv -> notedKcvs.add(hex(kcv)));
        // Without a description there was no agreement yet.
        if (slot >= 0 && MigrationKeys.hasLabel(key)) {
            foundIn.merge(slot, noted.isPresent(), Boolean::logicalAnd);
        }
    }

    // The end

    /** Says that something could not be cleaned up. */
    void leave(String what) {
        leftBehind.add(what);
    }

    /**
     * Puts away what this run made here, and what it found of earlier ones. The exchange key goes after the KEK that was
     * agreed on with it, and only then: its note of the check value tells the next run that the KEK is a migration's. A KEK
     * of which that is not proven stays. Done once; a second call does nothing.
     */
    void finish() {
        if (finished) {
            return;
        }
        finished = true;
        Set<Integer> kept = new TreeSet<>();
        Set<Integer> slots = new TreeSet<>(agreedIn.keySet());
        slots.addAll(foundIn.keySet());
        for (int slot : slots) {
            SchsmException failure = tried(() -> clearOurs(slot));
            if (failure != null) {
                kept.add(slot);
                leave("the KEK in key domain " + slot + " of device " + token.name() + " (" + failure.getMessage()
                        + ")");
            }
        }
        exchangeKeys.forEach((key, slot) -> {
            SchsmException failure = kept.contains(slot) ? null : tried(() -> token.delete(key));
            if (failure != null || kept.contains(slot)) {
                leave("the exchange key \"" + key.label() + "\" on device " + token.name()
                        + (failure == null ? "" : " (" + failure.getMessage() + ")"));
            }
        });
    }

    List<String> leftBehind() {
        return List.copyOf(leftBehind);
    }

    /** Clears the KEK in the slot if this run agreed on it, or an exchange key of an earlier one notes that it did. */
    private void clearOurs(int slot) throws SchsmException {
        KeyDomains domains = token.keyDomains();
        KeyDomain.Status before = agreedIn.get(slot);
        if (before != null && !before.hasKek()) {
            domains.clearKek(slot);
            return;
        }
        KeyDomain.Status now = domains.status(slot);
        boolean isNew = before != null && !Arrays.equals(before.kcv(), now.kcv());
        if (isNew || notedKcvs.contains(hex(now.kcv()))) {
            domains.clearKek(slot);
        } else if (now.hasKek() && Boolean.FALSE.equals(foundIn.get(slot))) {
            leave("the KEK in key domain " + slot + " of device " + token.name() + " with KCV "
                    + hex(now.kcv()) + ", which perhaps is of an interrupted migration; that cannot be proven, so it"
                    + " stays until it is cleared or another one is agreed on");
        }
    }

    private static String hex(byte[] kcv) {
        return HexFormat.of().withUpperCase().formatHex(kcv);
    }

    interface Step {
        void run() throws SchsmException;
    }

    /** Once more after a refusal: the card may have been reset. */
    static @Nullable SchsmException tried(Step step) {
        SchsmException failure = failure(step);
        if (failure instanceof DeviceException) {
            LOGGER.log(System.Logger.Level.DEBUG, "once more", failure);
            return failure(step);
        }
        return failure;
    }

    private static @Nullable SchsmException failure(Step step) {
        try {
            step.run();
            return null;
        } catch (SchsmException failed) {
            return failed;
        } catch (RuntimeException thrown) {
            return brokenOff(thrown);
        }
    }

    /** What a callback handler threw, say. */
    static SchsmException brokenOff(RuntimeException thrown) {
        return new SchsmException("the migration was broken off: " + thrown, thrown);
    }
}
