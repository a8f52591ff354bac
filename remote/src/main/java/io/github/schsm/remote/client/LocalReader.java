// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.remote.client;

import io.github.schsm.ConfigurationException;
import io.github.schsm.SchsmException;
import io.github.schsm.SchsmException.Reason;
import io.github.schsm.card.CardPlaces;
import io.github.schsm.config.SchsmConfiguration;
import org.jspecify.annotations.Nullable;

/** The reader that a configuration means, and the device in it, which is lent to another computer. */
public final class LocalReader implements AutoCloseable {
    private final CardPlaces places;

    private LocalReader(CardPlaces places) {
        this.places = places;
    }

    /**
     * The readers of a configuration.
     *
     * @param settings which terminal, reader and device; checked
     * @throws SchsmException if its terminal has no readers, or cannot be opened
     */
    public static LocalReader of(SchsmConfiguration settings) throws SchsmException {
        return new LocalReader(CardPlaces.of(settings.text()));
    }

    /** The one device that is meant, see {@link CardPlaces#find()}. */
    CardPlaces.Place find() throws SchsmException {
        return places.find();
    }

    @Override
    public void close() {
        places.close();
    }

    /** Whether waiting can help: the device may come, everything else has to be put right first. */
    static boolean isAbsence(SchsmException problem) {
        @Nullable Reason reason = problem.reason();
        return !(problem instanceof ConfigurationException) && reason != Reason.OTHER_CARD;
    }
}
