// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.bench;

import io.github.schsm.simulator.ApduRecorder;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.Provider;
import java.util.Optional;
import javax.smartcardio.Card;

/** Two fresh, initialized devices with user PIN 648219 and free key domain slots, each in a reader of its own. */
public interface Bench extends AutoCloseable {
    /** The device that has the keys at first. */
    Member source();

    /** The device they go to. */
    Member target();

    /** What the devices are, and are reached by. */
    default Backend backend() {
        return Backend.SMART_CARD_HSM;
    }

    /** A way to put known keys into the source. */
    default KeyImport keyImport() throws Exception {
        return DkekRig.of(this);
    }

    @Override
    void close() throws GeneralSecurityException, IOException;

    /** A device and its reader. */
    interface Member {
        /** A provider that is configured for this device and no other; always the same one. */
        Provider provider();

        /** What the provider calls the device. */
        String id();

        /** What a sentence about the device calls it. */
        default String name() {
            return id();
        }

        /** A configuration for this device and no other. */
        String configuration();

        /** What crosses between program and device, where that can be listened to. */
        default Optional<ApduRecorder> wire() {
            return Optional.empty();
        }

        /** A connection of another program to the device. */
        default Card connect() throws Exception {
            throw new UnsupportedOperationException("other programs reach " + id() + " by its module only");
        }

        /** Takes the device out of its reader. */
        void remove() throws Exception;

        /** Puts it back. */
        void insert() throws Exception;

        /** The user PIN, the caller's to wipe. */
        default char[] pin() {
            return "648219".toCharArray();
        }

        /** A key store of this device, loaded with the PIN. */
        default KeyStore keyStore() throws Exception {
            KeyStore keyStore = KeyStore.getInstance("SCHSM", provider());
            keyStore.load(null, pin());
            return keyStore;
        }
    }
}
