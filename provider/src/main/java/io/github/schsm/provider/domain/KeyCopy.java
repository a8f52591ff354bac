// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.provider.domain;

import io.github.schsm.InvalidRequestException;
import io.github.schsm.KeyAlgorithm;
import io.github.schsm.KeyDetails;
import io.github.schsm.SchsmException;
import io.github.schsm.SchsmException.Reason;
import io.github.schsm.TokenKey;
import io.github.schsm.codec.PrintableText;
import io.github.schsm.keystore.Handles;
import io.github.schsm.spi.KeyProof;
import io.github.schsm.spi.Token;
import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import java.security.spec.AlgorithmParameterSpec;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A key on one member. */
final class KeyCopy implements Failover.Place {
    private static final System.Logger LOGGER = System.getLogger(KeyCopy.class.getName());
    private static final int NEVER = -1;

    private final Member member;
    private final ListedKey listed;
    private volatile boolean usedUp;
    /** How often the member had failed when it was known for certain to have this key. */
    private volatile int knownAfter;
    /** Whether keys of other members are taken for this one, because they list the same public key. */
    private volatile boolean shared;
    /** How often the member had failed when a use of the private key showed that the public key is its own. */
    private volatile int provenAfter = NEVER;

    private volatile @Nullable String checkValue;
    private volatile @Nullable CheckAgain checkAgain;

    /** Computes a check value another time. */
    interface CheckAgain {
        /** The value; empty without a login. */
        Optional<String> compute() throws SchsmException;
    }

    KeyCopy(Member member, ListedKey listed) {
        this.member = member;
        this.listed = listed;
        this.knownAfter = member.listedAfter();
        this.usedUp = listed.details().useCounter().orElse(1) == 0;
    }

    @Override
    public Member member() {
        return member;
    }

    /** After the device was away another program may have put another key in the place of this one. */
    @Override
    public void prove() throws SchsmException {
        int after = member.absences();
        if (knownAfter != after) {
            CheckAgain again = checkAgain;
            boolean there = isThere(Members.token(member));
            Optional<String> value = again == null || !there ? Optional.empty() : again.compute();
            if (!there || (value.isPresent() && !value.get().equals(checkValue))) {
                throw new InvalidRequestException(
                        Reason.OBJECT_NOT_FOUND, key() + " is not in device " + member + " any more");
            }
            if (again == null || value.isPresent()) {
                knownAfter = after;
            }
        }
    }

    private boolean isThere(Token token) throws SchsmException {
        Optional<String> numbers = MergedKeys.numbers(details());
        return numbers.isPresent()
                ? numbers.equals(MergedKeys.numbers(Handles.details(token, key())))
                : token.keys().contains(key());
    }

    /** Other members have the same key, as far as their lists tell. */
    void share() {
        shared = true;
    }

    /** What stands beside a private key may be that of a deleted one, or a lie. */
    private boolean isDoubtful(int after) {
        if (!shared || !isRepeatable() || provenAfter == after) {
            return false;
        }
        if (member.isProven(identity(), after)) {
            provenAfter = after;
            return false;
        }
        return true;
    }

    /** Whether a use of it showed that it is another key than its public key says. */
    boolean isDisproven() {
        return member.hasDisproven() && member.isDisproven(identity());
    }

    String identity() {
        return key().reference() + " " + MergedKeys.numbers(details()).orElse("");
    }

    private void proven(int after) {
        member.proven(identity(), after);
        provenAfter = after;
    }

    /**
     * Uses the private key once, unless it was shown before that the listed public key is its own.
     *
     * @throws InvalidRequestException with {@link Reason#OBJECT_NOT_FOUND} if it is not
     */
    void proveByUse() throws SchsmException {
        int after = member.absences();
        if (isDoubtful(after)) {
            proveByUse(after);
        }
    }

    private void proveByUse(int after) throws SchsmException {
        PublicKey claimed = details().publicKey();
        if (claimed == null) {
            return;
        }
        KeyProof.Verdict verdict;
        try {
            verdict = KeyProof.of(Members.token(member), key(), details(), claimed);
        } catch (SchsmException refused) {
            verdict = switch (FailurePolicy.of(refused, true)) {
                case AWAY, LOCKED, KEY_GONE -> throw refused;
                case TELL, BROKEN, NOT_HERE -> KeyProof.Verdict.IMPOSSIBLE;
            };
            if (refused.reason() == Reason.WRONG_PIN) {
                throw refused;
            }
        }
        if (verdict == KeyProof.Verdict.DISPROVEN) {
            member.disproven(identity());
            String problem = key() + " in device " + member + " is another key than the public key that is listed with"
                    + " it: it is not used for the one that other members have";
            LOGGER.log(System.Logger.Level.WARNING, PrintableText.of(problem));
            throw new InvalidRequestException(Reason.OBJECT_NOT_FOUND, problem);
        }
        proven(after);
    }

    /** Signs; the first signature is verified here, where other members have the key. */
    byte[] sign(KeyAlgorithm algorithm, @Nullable AlgorithmParameterSpec parameters, byte[] input)
            throws SchsmException {
        int after = member.absences();
        byte[] signature = Members.token(member).sign(key(), algorithm, parameters, input);
        if (isDoubtful(after)) {
            PublicKey claimed = details().publicKey();
            if (claimed != null && SignatureCheck.holds(claimed, algorithm, parameters, input, signature)) {
                proven(after);
            } else {
                proveByUse(after);
            }
        }
        return signature;
    }

    /** Decrypts, after proof where other members have the key. */
    byte[] decrypt(KeyAlgorithm algorithm, @Nullable AlgorithmParameterSpec parameters, byte[] input)
            throws SchsmException {
        proveByUse();
        return Members.token(member).decrypt(key(), algorithm, parameters, input);
    }

    /** Agrees, after proof where other members have the key. */
    byte[] agree(ECPublicKey peer) throws SchsmException {
        proveByUse();
        return Members.token(member).agree(key(), peer);
    }

    /** The check value of an AES key, by which it was found to be that of other members. */
    void checked(String value, CheckAgain again) {
        checkValue = value;
        checkAgain = again;
    }

    TokenKey key() {
        return listed.key();
    }

    KeyDetails details() {
        return listed.details();
    }

    /** Whether this copy may be used for it; null for what no list forbids. */
    boolean allows(@Nullable KeyAlgorithm algorithm) {
        return !usedUp && (algorithm == null || listed.details().allows(algorithm));
    }

    /** Whether a use of it that was perhaps done may be done again. */
    @Override
    public boolean isRepeatable() {
        return listed.details().useCounter().isEmpty();
    }

    /** The member says that it is not there any more, or cannot be used any more. */
    void gone() {
        usedUp = true;
    }

    @Override
    public boolean isReady() {
        return member.isReady();
    }

    @Override
    public int queue() {
        return member.queue();
    }

    @Override
    public long nanosAhead() {
        return member.nanosAhead();
    }

    @Override
    public long nanosEach() {
        return member.nanosEach();
    }

    @Override
    public String toString() {
        return key() + " of " + member;
    }
}
