// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.provider.domain;

import io.github.schsm.InvalidRequestException;
import io.github.schsm.KeyAlgorithm;
import io.github.schsm.KeyDetails;
import io.github.schsm.KeyDomain;
import io.github.schsm.SchsmException;
import io.github.schsm.SchsmException.Reason;
import io.github.schsm.TokenCertificate;
import io.github.schsm.TokenKey;
import io.github.schsm.codec.HashAlgorithm;
import io.github.schsm.codec.X509Certificates;
import io.github.schsm.provider.domain.MergedKeys.Check;
import io.github.schsm.spi.Token;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * What the members have, as one list, kept until the next load or change. Members are listed at the same time, and no
 * lock is held meanwhile: a callback handler that is asked for a PIN may look into the list.
 */
final class DomainKeys {
    private static final System.Logger LOGGER = System.getLogger(DomainKeys.class.getName());
    private static final int BLOCK = 16;
    private static final byte X509 = 0x30;
    private static final int REFERENCE_DIGITS = 16;
    /**
     * What members have with a key, where it differs: certificates count before requests, and the one that begins to be
     * valid last before others. Which of two that begin at once counts does not matter, so long as it is always the same.
     */
    static final Comparator<byte[]> OLDEST_FIRST = Comparator.comparing(DomainKeys::isX509)
            .thenComparing(DomainKeys::notBefore)
            .thenComparing(DomainKeys::digest);

    private final Members members;
    private final DomainLogin login;
    private final Failover failover;
    private final boolean isKeyDomain;
    private final byte[] checkBlock = new byte[BLOCK];
    private volatile Snapshot snapshot = new Snapshot();
    /** The labels that this program gave keys, by reference: they are newer than what members that were away have. */
    private final Map<String, String> given = new ConcurrentHashMap<>();

    /** What is known since the last load or change; filled as it is asked for. */
    private static final class Snapshot {
        private volatile @Nullable MergedKeys keys;
        private volatile @Nullable List<MergedCertificate> certificates;
        private final Map<String, Optional<byte[]>> ofKeys = new ConcurrentHashMap<>();
    }

    /**
     * A certificate that belongs to no key.
     *
     * @param shown   as the domain lists it
     * @param encoded DER
     * @param copies  where it is
     */
    record MergedCertificate(TokenCertificate shown, byte[] encoded, List<CertificateCopy> copies) {}

    /** A certificate on one member. */
    record CertificateCopy(Member member, TokenCertificate certificate) {}

    DomainKeys(Members members, DomainLogin login, Failover failover, boolean isKeyDomain) {
        this.members = members;
        this.login = login;
        this.failover = failover;
        this.isKeyDomain = isKeyDomain;
        new SecureRandom().nextBytes(checkBlock);
    }

    /** What members list now is merged when it is asked for again. */
    void forget() {
        snapshot = new Snapshot();
    }

    /** This program gave the key a label. */
    void renamed(TokenKey shown, String label) {
        given.put(shown.reference(), label);
        forget();
    }

    /** This program deleted the key. */
    void deleted(TokenKey shown) {
        given.remove(shown.reference());
        forget();
    }

    /** Whether the label that is shown is newer than others that copies have, because this program gave it. */
    boolean isLabelNewest(MergedKey key) {
        return key.shown().label().equals(given.get(key.shown().reference()));
    }

    /** All keys. */
    MergedKeys now() throws SchsmException {
        Snapshot current = snapshot;
        MergedKeys known = current.keys;
        boolean proofIsPossible = known != null && login.isLoggedIn() && known.isProofPossible();
        if (known != null && !proofIsPossible) {
            return known;
        }
        boolean loggedIn = login.isLoggedIn();
        members.list();
        List<KeyCopy> copies = new ArrayList<>();
        for (Member member : members.all()) {
            List<ListedKey> listed = member.keys();
            if (listed != null) {
                listed.forEach(key -> copies.add(new KeyCopy(member, key)));
            }
        }
        MergedKeys merged = MergedKeys.of(copies, copy -> check(copy, loggedIn));
        merged.name(given);
        current.keys = merged;
        return merged;
    }

    /**
     * The key that was once listed so.
     *
     * @throws InvalidRequestException if no member has it any more
     */
    MergedKey find(TokenKey shown) throws SchsmException {
        MergedKey known = now().find(shown).orElse(null);
        if (known == null) {
            throw new InvalidRequestException(shown + " is on no member of the domain any more");
        }
        return known;
    }

    /**
     * The key, where each copy that is here is known for certain to be that key, if a use can show it: before something is
     * done to all of them that cannot be undone.
     *
     * @throws InvalidRequestException if no member has it any more
     */
    MergedKey certain(TokenKey shown) throws SchsmException {
        MergedKey known = loggedIn(shown);
        boolean others = false;
        for (KeyCopy copy : known.copies()) {
            try {
                if (copy.isReady()) {
                    login.admit(copy.member());
                    copy.proveByUse();
                }
            } catch (SchsmException failed) {
                LOGGER.log(System.Logger.Level.DEBUG, "a copy cannot be proven", failed);
                if (copy.isDisproven()) {
                    members.isOutdated(copy.member());
                    others = true;
                }
            }
        }
        MergedKey certain = others ? find(shown) : known;
        certain.requireOneKey("deleted");
        return certain;
    }

    /**
     * The key, after a login where only that can tell which copies are that key.
     *
     * @throws InvalidRequestException if no member has it any more
     */
    MergedKey loggedIn(TokenKey shown) throws SchsmException {
        MergedKey known = find(shown);
        if (known.doubtful().isEmpty() || login.isLoggedIn() || !login.hasPin()) {
            return known;
        }
        for (Member member : known.members()) {
            try {
                if (member.isReady()) {
                    login.admit(member);
                }
            } catch (SchsmException failed) {
                if (failed.reason() == Reason.WRONG_PIN) {
                    throw failed;
                }
                LOGGER.log(System.Logger.Level.DEBUG, "its copy stays in doubt", failed);
            }
        }
        return find(shown);
    }

    /** The copies that may be used for it; all where none may, so that a device says why. */
    List<KeyCopy> copies(TokenKey shown, @Nullable KeyAlgorithm algorithm) throws SchsmException {
        List<KeyCopy> all = loggedIn(shown).usable();
        List<KeyCopy> able = new ArrayList<>(all.size());
        for (KeyCopy copy : all) {
            if (copy.allows(algorithm)) {
                able.add(copy);
            }
        }
        return able.isEmpty() ? all : able;
    }

    /** A block under the key, which two members compute alike only if it is the same key. */
    private Check check(KeyCopy copy, boolean loggedIn) {
        KeyDetails details = copy.details();
        if (!copy.isRepeatable()) {
            return new Check("", false);
        }
        boolean encrypts = details.allows(KeyAlgorithm.AES_CBC_ENCRYPT);
        if (!encrypts && !details.allows(KeyAlgorithm.AES_CMAC)) {
            return new Check("", false);
        }
        if (!loggedIn || !copy.isReady()) {
            return new Check("", true);
        }
        try {
            login.admit(copy.member());
            String value = checkValue(copy);
            copy.checked(
                    value, () -> login.isAdmitted(copy.member()) ? Optional.of(checkValue(copy)) : Optional.empty());
            return new Check(value, false);
        } catch (SchsmException failed) {
            return new Check("", isPostponed(copy.member(), failed));
        }
    }

    private String checkValue(KeyCopy copy) throws SchsmException {
        Token token = Members.token(copy.member());
        boolean encrypts = copy.details().allows(KeyAlgorithm.AES_CBC_ENCRYPT);
        byte[] value = encrypts
                ? token.cipher(copy.key(), true, new byte[BLOCK], checkBlock)
                : token.mac(copy.key(), checkBlock);
        return (encrypts ? "e" : "m") + HexFormat.of().formatHex(value);
    }

    /** Whether the member may compute it another time, or says that it does not do so with this key. */
    private boolean isPostponed(Member member, SchsmException failed) {
        switch (FailurePolicy.of(failed, true)) {
            case AWAY, BROKEN -> members.failed(member, failed);
            case LOCKED -> {
                if (failed.reason() == Reason.PIN_REQUIRED) {
                    login.lapsed(member);
                }
                return true;
            }
            case TELL, KEY_GONE, NOT_HERE -> {}
        }
        return !member.isReady() || Thread.currentThread().isInterrupted();
    }

    /** What is known of a key; members are asked only for use counters. */
    KeyDetails details(TokenKey shown) throws SchsmException {
        MergedKey key = find(shown);
        List<KeyDetails> all = new ArrayList<>();
        for (KeyCopy copy : key.copies()) {
            all.add(copy.isRepeatable() || !copy.isReady() ? copy.details() : counted(copy));
        }
        return MergedKey.merged(all, slot(key));
    }

    /** With its use counter of now; of one that has just gone what was listed. */
    private KeyDetails counted(KeyCopy copy) {
        try {
            return Members.token(copy.member()).details(copy.key());
        } catch (SchsmException failed) {
            if (!Token.isOfOneObject(failed)) {
                members.failed(copy.member(), failed);
            }
            return copy.details();
        }
    }

    /** Of a key in the key domain the only slot that the domain shows. */
    private OptionalInt slot(MergedKey key) {
        if (!isKeyDomain) {
            return key.copies().get(0).details().keyDomain();
        }
        boolean inside = key.copies().stream().anyMatch(copy -> isInDomain(copy.member(), copy.details()));
        return inside ? OptionalInt.of(0) : OptionalInt.empty();
    }

    /** Whether a member's key is in the key domain that makes it a member. */
    static boolean isInDomain(Member member, KeyDetails details) {
        KeyDomain.Status domain = member.domain();
        if (domain == null) {
            return false;
        }
        boolean always =
                !domain.isXkek() && domain.slot() == 0 && details.keyDomain().isEmpty();
        return always || details.keyDomain().equals(OptionalInt.of(domain.slot()));
    }

    /** What is stored with a key: the newest X.509 certificate that one of its copies has, if one has any. */
    Optional<byte[]> certificate(TokenKey shown) throws SchsmException {
        Snapshot current = snapshot;
        MergedKey key = find(shown);
        Optional<byte[]> known = current.ofKeys.get(shown.reference());
        if (known != null) {
            return known.map(byte[]::clone);
        }
        Optional<byte[]> found = certificate(key);
        current.ofKeys.put(shown.reference(), found);
        return found.map(byte[]::clone);
    }

    private Optional<byte[]> certificate(MergedKey key) throws SchsmException {
        List<KeyCopy> left = new ArrayList<>(key.copies());
        Optional<byte[]> found = Optional.empty();
        while (!left.isEmpty()) {
            KeyCopy[] asked = new KeyCopy[1];
            Optional<byte[]> stored;
            try {
                stored = failover.use(left, Operation.READ, copy -> {
                    asked[0] = copy;
                    return Members.token(copy.member()).certificate(copy.key());
                });
            } catch (SchsmException failed) {
                if (found.isPresent()) {
                    return found;
                }
                throw failed;
            }
            if (stored.isPresent() && (found.isEmpty() || OLDEST_FIRST.compare(stored.get(), found.get()) > 0)) {
                found = stored;
            }
            left.remove(asked[0]);
            left.removeIf(copy -> !copy.isReady());
        }
        return found;
    }

    private static Instant notBefore(byte[] encoded) {
        if (!isX509(encoded)) {
            return Instant.MIN;
        }
        try {
            return X509Certificates.parse(encoded).getNotBefore().toInstant();
        } catch (SchsmException unreadable) {
            return Instant.MIN;
        }
    }

    private static String digest(byte[] encoded) {
        return HexFormat.of().formatHex(HashAlgorithm.SHA256.digest(encoded));
    }

    /** Whether it is an X.509 certificate, rather than a request. */
    static boolean isX509(byte[] encoded) {
        return encoded.length > 0 && encoded[0] == X509;
    }

    /** The certificates that belong to no key, each once under each of its labels: a device may have it under two. */
    List<MergedCertificate> certificates() throws SchsmException {
        Snapshot current = snapshot;
        List<MergedCertificate> known = current.certificates;
        if (known != null) {
            return known;
        }
        Map<Member, Map<TokenCertificate, byte[]>> listed = new ConcurrentHashMap<>();
        members.each(members.all().stream().filter(Member::isReady).toList(), member -> {
            Map<TokenCertificate, byte[]> its = new LinkedHashMap<>();
            Token token = Members.token(member);
            for (TokenCertificate certificate : token.certificates()) {
                try {
                    its.put(certificate, token.certificate(certificate));
                } catch (SchsmException unreadable) {
                    if (!Token.isOfOneObject(unreadable)) {
                        throw unreadable;
                    }
                }
            }
            listed.put(member, its);
        });
        Map<String, MergedCertificate> merged = new LinkedHashMap<>();
        for (Member member : members.all()) {
            listed.getOrDefault(member, Map.of()).forEach((certificate, encoded) -> {
                byte[] label = certificate.label().getBytes(StandardCharsets.UTF_8);
                String digest = HexFormat.of()
                        .formatHex(HashAlgorithm.SHA256.digest(ByteBuffer.allocate(label.length + encoded.length)
                                .put(label)
                                .put(encoded)
                                .array()));
                merged.computeIfAbsent(
                                digest,
                                one -> new MergedCertificate(
                                        new TokenCertificate(
                                                digest.substring(0, REFERENCE_DIGITS), certificate.label()),
                                        encoded,
                                        new ArrayList<>()))
                        .copies()
                        .add(new CertificateCopy(member, certificate));
            });
        }
        List<MergedCertificate> all = List.copyOf(merged.values());
        current.certificates = all;
        return all;
    }

    /**
     * The certificate that was once listed so.
     *
     * @throws InvalidRequestException if no member has it any more
     */
    MergedCertificate find(TokenCertificate shown) throws SchsmException {
        for (MergedCertificate certificate : certificates()) {
            if (certificate.shown().reference().equals(shown.reference())) {
                return certificate;
            }
        }
        throw new InvalidRequestException(
                "certificate \"" + shown.label() + "\" is on no member of the domain any more");
    }
}
