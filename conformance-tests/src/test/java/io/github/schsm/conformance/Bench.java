package io.github.schsm.conformance;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.Provider;

/** Two fresh, initialized devices with user PIN 648219 and free key domain slots, each in a reader of its own. */
public interface Bench extends AutoCloseable {
    /** The device that has the keys at first. */
    Member source();

    /** The device they go to. */
    Member target();

    @Override
    void close() throws GeneralSecurityException, IOException;

    /** A device and its reader. */
    interface Member {
        /** A provider that is configured for this device and no other; always the same one. */
        Provider provider();

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
