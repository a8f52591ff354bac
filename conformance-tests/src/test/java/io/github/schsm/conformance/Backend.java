package io.github.schsm.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.github.schsm.SchsmException;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/**
 * What stands behind the devices of a {@link Bench}. The suites ask it for what not every backend has; what one has not
 * they want refused, with a sentence.
 */
public enum Backend {
    /** The device itself, spoken to in its own commands. */
    SMART_CARD_HSM("SmartCard-HSM"),
    /** The same device behind OpenSC's PKCS#11 module, with the card channel beside it. */
    OPENSC("OpenSC 0.23"),
    /** A token in software, by its PKCS#11 module alone. */
    SOFTHSM("SoftHSM 2.6");

    /** What not every backend has. */
    public enum Ability {
        /** Key domains, wrapped keys, and the attestation that goes with them. */
        KEY_DOMAINS,
        /** Use counters of keys. */
        USE_COUNTERS,
        /** EC keys made from others, and SP 800-56C. */
        DERIVED_KEYS,
        /** Tries of the user PIN that end. */
        TRIES,
        /** A card that can be taken out. */
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
            case KEY_DOMAINS, USE_COUNTERS, DERIVED_KEYS, TRIES, REMOVAL -> this != SOFTHSM;
        };
    }

    /**
     * That something is refused as what this backend cannot do: by an exception of ours, with a sentence that names what
     * cannot be and every link of the chain saying something.
     *
     * @param named what the sentence has to name
     */
    public void assertRefused(ThrowingCallable attempt, String... named) {
        Throwable refused = catchThrowable(attempt);
        assertThat(refused).as("refused by %s", title).isNotNull();
        SchsmException typed = null;
        for (Throwable link = refused; link != null; link = link.getCause()) {
            assertThat(link.getMessage()).as("message of %s", link).isNotBlank();
            if (typed == null && link instanceof SchsmException found) {
                typed = found;
            }
        }
        assertThat(typed).as("typed cause of %s", refused).isNotNull();
        assertThat(typed).hasMessageContainingAll(named).message().doesNotStartWith("CKR_");
    }
}
