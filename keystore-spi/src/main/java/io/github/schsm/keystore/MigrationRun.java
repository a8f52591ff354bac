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
import io.github.schsm.MalformedDataException;
import io.github.schsm.PinException;
import io.github.schsm.SchsmDevice.Leftover;
import io.github.schsm.SchsmException;
import io.github.schsm.TokenKey;
import io.github.schsm.UnsupportedByDeviceException;
import io.github.schsm.WrappedKeyEntry;
import io.github.schsm.codec.EcCurve;
import io.github.schsm.codec.PrintableText;
import io.github.schsm.codec.PublicKeyNumbers;
import io.github.schsm.spi.KekHandle;
import io.github.schsm.spi.KeyDomains;
import io.github.schsm.spi.KeyHandle;
import io.github.schsm.spi.KeyProof;
import io.github.schsm.spi.KeyRequest;
import io.github.schsm.spi.Token;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
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

/** One run of a migration: agrees once for each key domain, moves keys, and puts away what it made. */
final class MigrationRun {
    private static final System.Logger LOGGER = System.getLogger(KeyMigration.class.getName());
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int BLOCK = 16;
    private static final byte X509 = 0x30;

    private final boolean useCounterMayBeLost;
    private final Side from;
    private final Side to;
    private final Map<Integer, Agreement> agreements = new HashMap<>();
    private final Map<Integer, SchsmException> refused = new HashMap<>();
    private final List<String> leftBehind = new ArrayList<>();

    /** Of KEKs that earlier runs agreed on, on either side: equal values mean the same KEK. */
    private final Set<String> notedKcvs = new HashSet<>();

    /** The domain on both sides, with the same KEK. */
    private record Agreement(KekHandle here, KekHandle there) {}

    /** A device, and what has to be cleaned up on it. */
    private static final class Side {
        private final Token token;
        private final Map<TokenKey, Integer> exchangeKeys = new LinkedHashMap<>();

        /** The key domains in which this run agreed on a KEK, or tried to, as they were before. */
        private final Map<Integer, KeyDomain.Status> agreedIn = new TreeMap<>();

        /** The key domains of earlier runs' exchange keys, and whether each of those keys notes a check value. */
        private final Map<Integer, Boolean> foundIn = new TreeMap<>();

        private @Nullable List<Leftover> leftovers;

        private Side(Token token) {
            this.token = token;
        }
    }

    /** A run between two tokens; sends nothing yet. */
    MigrationRun(Token source, Token target, boolean useCounterMayBeLost) throws SchsmException {
        this.useCounterMayBeLost = useCounterMayBeLost;
        this.from = new Side(source);
        this.to = new Side(target);
        if (isSameDevice(from.token, to.token)) {
            throw new InvalidRequestException("source and target are the same device " + from.token.name());
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

    /**
     * Looks for what an interrupted migration left on either side. Costs nothing more than the list of keys, which is
     * needed anyway, unless there is something that looks like it.
     */
    void look() throws SchsmException {
        for (Side side : List.of(from, to)) {
            for (TokenKey key : side.token.keys()) {
                if (MigrationKeys.hasLabel(key) || MigrationKeys.isPerhapsUndescribed(key)) {
                    KeyDetails details = side.token.details(key);
                    if (MigrationKeys.isExchangeKey(details)) {
                        int slot = details.keyDomain().orElse(-1);
                        side.exchangeKeys.put(key, slot);
                        Optional<byte[]> noted = MigrationKeys.notedKcv(key);
                        noted.ifPresent(kcv -> notedKcvs.add(hex(kcv)));
                        // Without a description there was no agreement yet.
                        if (slot >= 0 && MigrationKeys.hasLabel(key)) {
                            side.foundIn.merge(slot, noted.isPresent(), Boolean::logicalAnd);
                        }
                    }
                }
            }
        }
    }

    /** Before the first of many keys. */
    void expectMany(boolean expected) throws SchsmException {
        to.token.keyDomains().expectMany(expected);
    }

    KeyMigration.Result move(String alias) throws SchsmException {
        KeyHandle key = Handles.find(from.token, alias).orElse(null);
        if (key == null) {
            throw new InvalidRequestException("no key \"" + alias + "\" on device " + from.token.name()
                    + "; its aliases are " + Aliases.of(from.token).names());
        }
        if (isThere(key, alias)) {
            return new KeyMigration.Result(alias, new byte[0], true);
        }
        if (key.details().useCounter().isPresent() && !useCounterMayBeLost) {
            throw new InvalidRequestException(KeyWrapping.useCounterMessage(key));
        }
        Agreement agreement = agreement(KeyWrapping.domainSlot(key));
        List<TokenKey> halves = halves(key, agreement);
        WrappedKeyEntry moving = new KeyTransfer(from.token).wrap(key, agreement.here(), useCounterMayBeLost);
        new KeyTransfer(to.token).unwrap(alias, moving, agreement.there());
        removeHalves(halves);
        return new KeyMigration.Result(alias, agreement.here().kcv(), false);
    }

    private boolean isThere(KeyHandle key, String alias) throws SchsmException {
        Aliases.Entry holder = Aliases.of(to.token).get(alias);
        if (holder == null) {
            return false;
        }
        KeyHandle other = holder.key() == null ? null : Handles.of(to.token, holder.key());
        if (other != null
                && PublicKeyNumbers.areEqual(
                        key.details().publicKey(), other.details().publicKey())) {
            return true;
        }
        throw new InvalidRequestException(
                "device " + to.token.name() + " has another entry \"" + alias + "\": delete or rename it first");
    }

    // Agreement

    private Agreement agreement(int slot) throws SchsmException {
        Agreement known = agreements.get(slot);
        if (known != null) {
            return known;
        }
        SchsmException before = refused.get(slot);
        if (before != null) {
            throw before;
        }
        try {
            KeyDomain.Status here = from.token.keyDomains().status(slot);
            KeyDomain.Status there = sameDomain(here);
            Agreement made = here.hasKek() && Arrays.equals(here.kcv(), there.kcv())
                    ? new Agreement(new KekHandle(from.token, here), new KekHandle(to.token, there))
                    : agree(here, there);
            agreements.put(slot, made);
            return made;
        } catch (SchsmException failed) {
            refused.put(slot, failed);
            throw failed;
        }
    }

    private KeyDomain.Status sameDomain(KeyDomain.Status here) throws SchsmException {
        List<KeyDomain.Status> domains = to.token.keyDomains().list();
        for (KeyDomain.Status candidate : domains) {
            boolean same = here.isXkek()
                    ? candidate.isXkek() && KeyDomain.Status.sameUid(here.uid(), candidate.uid())
                    : !candidate.isXkek() && here.hasKek() && Arrays.equals(here.kcv(), candidate.kcv());
            if (same) {
                return candidate;
            }
        }
        throw new KeyDomainException("device " + to.token.name() + " is not a member of " + here + " of device "
                + from.token.name() + "; it has " + (domains.isEmpty() ? "no key domain" : domains));
    }

    private Agreement agree(KeyDomain.Status here, KeyDomain.Status there) throws SchsmException {
        TokenKey exchangeHere = exchangeKey(from, to, here);
        TokenKey exchangeThere = exchangeKey(to, from, there);
        AttestedPublicKey publicHere = attested(from.token, exchangeHere);
        AttestedPublicKey publicThere = attested(to.token, exchangeThere);
        from.agreedIn.put(here.slot(), here);
        KeyDomain.Status kekHere = from.token.keyDomains().agree(exchangeHere, publicThere);
        note(from, to, exchangeHere, kekHere);
        to.agreedIn.put(there.slot(), there);
        KeyDomain.Status kekThere = to.token.keyDomains().agree(exchangeThere, publicHere);
        note(to, from, exchangeThere, kekThere);
        if (!kekHere.hasKek() || !Arrays.equals(kekHere.kcv(), kekThere.kcv())) {
            throw new KeyDomainException("devices " + from.token.name() + " and " + to.token.name()
                    + " did not agree on the same KEK: " + kekHere + " against " + kekThere);
        }
        return new Agreement(new KekHandle(from.token, kekHere), new KekHandle(to.token, kekThere));
    }

    /** Notes with the exchange key on which KEK was agreed with it: that proves later whose KEK is in the slot. */
    private static void note(Side side, Side peer, TokenKey exchange, KeyDomain.Status agreed) throws SchsmException {
        try {
            TokenKey noted = side.token.rename(exchange, MigrationKeys.label(peer.token, agreed.kcv()));
            side.exchangeKeys.remove(exchange);
            side.exchangeKeys.put(noted, agreed.slot());
        } catch (PinException needed) {
            throw needed;
        } catch (DeviceException | InvalidRequestException | UnsupportedByDeviceException goesOnWithout) {
            LOGGER.log(System.Logger.Level.DEBUG, "an interruption would leave a KEK that is nobody's", goesOnWithout);
        }
    }

    private static TokenKey exchangeKey(Side side, Side peer, KeyDomain.Status domain) throws SchsmException {
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
        TokenKey made = side.token.generate(request);
        side.exchangeKeys.put(made, domain.slot());
        return made;
    }

    private static AttestedPublicKey attested(Token token, TokenKey key) throws SchsmException {
        if (token.details(key).publicKey() instanceof AttestedPublicKey attested) {
            return attested;
        }
        throw new KeyDomainException("device " + token.name() + " gave no authenticated request for its exchange key");
    }

    // What an interrupted migration left of the key itself

    /** Copies of the key on the target that never got a description, if they are proven to be copies. */
    private List<TokenKey> halves(KeyHandle key, Agreement agreement) throws SchsmException {
        List<TokenKey> halves = new ArrayList<>();
        for (TokenKey half : to.token.keys()) {
            if (half.type() != key.key().type() || !isUndescribed(half)) {
                continue;
            }
            KeyDetails details = to.token.details(half);
            if (details.keyDomain().orElse(0) != agreement.there().slot()
                    || !sameList(details, key.details())
                    || details.useCounter().isPresent()) {
                continue;
            }
            if (isCertified(half)) {
                // Somebody has use for it.
                continue;
            }
            if (isProvenCopy(half, details, key)) {
                halves.add(half);
            } else if (!publicKeyDiffers(details, key.details())) {
                leftBehind.add(
                        half + " on device " + to.token.name() + ", which has no description and perhaps is a copy"
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
        List<Leftover> leftovers = to.leftovers;
        if (leftovers == null) {
            try {
                leftovers = to.token.leftovers();
            } catch (SchsmException notTold) {
                if (!Token.isOfOneObject(notTold)) {
                    throw notTold;
                }
                leftovers = List.of();
            }
            to.leftovers = leftovers;
        }
        return MigrationKeys.isFoundUndescribed(key, leftovers);
    }

    private boolean isCertified(TokenKey key) throws SchsmException {
        return to.token
                .certificate(key)
                .filter(encoded -> encoded.length > 0 && encoded[0] == X509)
                .isPresent();
    }

    /** Only when the key is there as a whole, so that the target is never without it. */
    private void removeHalves(List<TokenKey> halves) {
        for (TokenKey half : halves) {
            SchsmException failure = tried(() -> to.token.delete(half));
            if (failure != null) {
                leftBehind.add(half + " on device " + to.token.name() + ", a copy without a description ("
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

    /** What stands with a key may be anything: it is asked to do one operation that only the same key can do. */
    private boolean isProvenCopy(TokenKey half, KeyDetails details, KeyHandle key) throws SchsmException {
        PublicKey expected = key.details().publicKey();
        try {
            if (half.type() == KeyType.AES) {
                return isSameSecretKey(half, details, key);
            }
            return expected != null && KeyProof.of(to.token, half, details, expected) == KeyProof.Verdict.PROVEN;
        } catch (PinException needed) {
            throw needed;
        } catch (DeviceException | InvalidRequestException | MalformedDataException otherKey) {
            LOGGER.log(System.Logger.Level.DEBUG, "no copy of the key that is to move", otherKey);
            return false;
        }
    }

    private boolean isSameSecretKey(TokenKey half, KeyDetails details, KeyHandle key) throws SchsmException {
        if (key.details().useCounter().isPresent()) {
            return false;
        }
        byte[] block = new byte[BLOCK];
        RANDOM.nextBytes(block);
        if (details.allows(KeyAlgorithm.AES_CBC_ENCRYPT)) {
            byte[] iv = new byte[BLOCK];
            return Arrays.equals(from.token.cipher(key.key(), true, iv, block), to.token.cipher(half, true, iv, block));
        }
        return details.allows(KeyAlgorithm.AES_CMAC)
                && Arrays.equals(from.token.mac(key.key(), block), to.token.mac(half, block));
    }

    // The end

    /**
     * Puts away what this run made, and what it found of earlier ones. The exchange key goes after the KEK that was agreed
     * on with it, and only then: its note of the check value tells the next run that the KEK is a migration's. A KEK of
     * which that is not proven stays.
     *
     * @return what could not be cleaned up
     */
    List<String> finish() {
        tried(() -> expectMany(false));
        for (Side side : List.of(from, to)) {
            Set<Integer> kept = new TreeSet<>();
            Set<Integer> slots = new TreeSet<>(side.agreedIn.keySet());
            slots.addAll(side.foundIn.keySet());
            for (int slot : slots) {
                SchsmException failure = tried(() -> clearOurs(side, slot));
                if (failure != null) {
                    kept.add(slot);
                    leftBehind.add("the KEK in key domain " + slot + " of device " + side.token.name() + " ("
                            + failure.getMessage() + ")");
                }
            }
            side.exchangeKeys.forEach((key, slot) -> {
                SchsmException failure = kept.contains(slot) ? null : tried(() -> side.token.delete(key));
                if (failure != null || kept.contains(slot)) {
                    leftBehind.add("the exchange key \"" + key.label() + "\" on device " + side.token.name()
                            + (failure == null ? "" : " (" + failure.getMessage() + ")"));
                }
            });
        }
        if (!leftBehind.isEmpty()) {
            LOGGER.log(
                    System.Logger.Level.WARNING,
                    "not cleaned up after the migration: {0}",
                    PrintableText.of(String.join("; ", leftBehind)));
        }
        return List.copyOf(leftBehind);
    }

    /** Clears the KEK in the slot if this run agreed on it, or an exchange key of an earlier one notes that it did. */
    private void clearOurs(Side side, int slot) throws SchsmException {
        KeyDomains domains = side.token.keyDomains();
        KeyDomain.Status before = side.agreedIn.get(slot);
        if (before != null && !before.hasKek()) {
            domains.clearKek(slot);
            return;
        }
        KeyDomain.Status now = domains.status(slot);
        boolean isNew = before != null && !Arrays.equals(before.kcv(), now.kcv());
        if (isNew || notedKcvs.contains(hex(now.kcv()))) {
            domains.clearKek(slot);
        } else if (now.hasKek() && Boolean.FALSE.equals(side.foundIn.get(slot))) {
            leftBehind.add("the KEK in key domain " + slot + " of device " + side.token.name() + " with KCV "
                    + hex(now.kcv()) + ", which perhaps is of an interrupted migration; that cannot be proven, so it"
                    + " stays until it is cleared or another one is agreed on");
        }
    }

    private static String hex(byte[] kcv) {
        return HexFormat.of().withUpperCase().formatHex(kcv);
    }

    private interface Step {
        void run() throws SchsmException;
    }

    /** Once more after a refusal: the card may have been reset. */
    private static @Nullable SchsmException tried(Step step) {
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
