// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.github.schsm.SchsmException;
import java.security.GeneralSecurityException;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/**
 * What is behind the devices of a {@link Bench}. The suites ask it for what not every backend has; what one lacks
 * they want refused, with a sentence.
 */
public enum Backend {
    /** The device itself, spoken to in its own commands. */
    SMART_CARD_HSM("SmartCard-HSM"),
    /** The same device behind OpenSC's PKCS#11 module, with a direct connection to the card, too. */
    OPENSC("OpenSC 0.23"),
    /** The members of a key domain as one: what belongs to one device is refused, with the way to it. */
    DOMAIN("Key domain"),
    /** A token in software, by its PKCS#11 module alone. */
    SOFTHSM("SoftHSM 2.6");

    /** What not every backend has. */
    public enum Ability {
        /** Key domains and wrapped keys. */
        KEY_DOMAINS,
        /** Keys that show the certificates of the device that made them. */
        ATTESTATION,
        /** Certificates of the device. */
        DEVICE_IDENTITY,
        /** Lists of what a key may be used for. */
        ALGORITHM_LISTS,
        /** Use counters of keys. */
        USE_COUNTERS,
        /** EC keys made from others, and SP 800-56C. */
        DERIVED_KEYS,
        /** A label of the token that can be changed. */
        TOKEN_LABEL,
        /** What is protected by the PIN is listed without it. */
        LISTS_PROTECTED,
        /** Tries of the user PIN that end: after three wrong ones it is blocked. */
        TRIES,
        /** How many tries are left is told as a number. */
        TRIES_COUNTED,
        /** A transport PIN, which must be changed before anything else. */
        TRANSPORT_PIN,
        /** Nothing but our own commands goes to the device: no second VERIFY of the module's, no late refusal by it. */
        OWN_COMMANDS,
        /** Data objects without content. */
        EMPTY_DATA,
        /** A card that can be removed. */
        REMOVAL
    }

    private final String title;

    Backend(String title) {
        this.title = title;
    }

    /** The name of its column in CAPABILITIES.md. */
    public String title() {
        return title;
    }

    /** Whether it has that. */
    public boolean has(Ability ability) {
        return switch (ability) {
            case KEY_DOMAINS, DEVICE_IDENTITY, TOKEN_LABEL -> this != SOFTHSM && this != DOMAIN;
            case ATTESTATION, ALGORITHM_LISTS, USE_COUNTERS, DERIVED_KEYS, TRIES, TRIES_COUNTED, REMOVAL ->
                this != SOFTHSM;
            case LISTS_PROTECTED, TRANSPORT_PIN, OWN_COMMANDS -> this == SMART_CARD_HSM || this == DOMAIN;
            case EMPTY_DATA -> this != OPENSC;
        };
    }

    /** What a sentence says that refuses what is done with key domains. */
    public String lackOfKeyDomains() {
        return this == DOMAIN ? "device = …" : "no key domains";
    }

    /** What a sentence says that refuses to show a device's certificates. */
    public String lackOfIdentity() {
        return this == DOMAIN ? "device = …" : "SmartCard-HSM";
    }

    /**
     * That something is refused as what this backend cannot do: by one of our exceptions or the JCA's, with a sentence
     * that names what cannot be, and every link of the chain saying something.
     *
     * @param named what the sentence has to name
     */
    public void assertRefused(ThrowingCallable attempt, String... named) {
        Throwable refused = catchThrowable(attempt);
        assertThat(refused).as("refused by %s", title).isNotNull();
        String sentence = sentence(refused);
        for (String name : named) {
            assertThat(sentence).contains(name);
        }
    }

    /** What an exception, or the one that it comes from, says of why something cannot be done. */
    public static String sentence(Throwable refused) {
        String sentence = null;
        for (Throwable link = refused; link != null; link = link.getCause()) {
            assertThat(link.getMessage()).as("message of %s", link).isNotBlank();
            if (sentence == null && (link instanceof SchsmException || link instanceof GeneralSecurityException)) {
                sentence = link.getMessage();
            }
        }
        if (sentence == null) {
            throw new AssertionError("fails without saying why", refused);
        }
        assertThat(sentence).hasSizeGreaterThan(20).doesNotStartWith("CKR_");
        return sentence;
    }

    /** Our exception in a chain, whatever the backend's cause is. */
    public static SchsmException typed(Throwable failure) {
        Throwable link = failure;
        while (link != null && !(link instanceof SchsmException)) {
            link = link.getCause();
        }
        if (link == null) {
            throw new AssertionError("no exception of ours", failure);
        }
        return (SchsmException) link;
    }
}
