package io.github.schsm.backend;

import io.github.schsm.PinStatus;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The PINs that a device refused, so that none is tried again which cannot be right. One for the JVM, because the
 * device counts wrong tries whichever key store, provider, reader or module they come through. Holds
 * salted hashes under a salt of this JVM's own, nothing that tells a PIN.
 *
 * <p>All is forgotten as soon as a PIN was verified, changed or unblocked, by whomever: then the tries left go up.
 */
public final class RefusedPins {
    private static final int MOST_DEVICES = 64;
    private static final int MOST_PINS = 16;
    private static final byte[] SALT = new byte[32];

    static {
        new SecureRandom().nextBytes(SALT);
    }

    private static final Map<Object, RefusedPins> KNOWN = new LinkedHashMap<>();

    private final List<byte[]> hashes = new ArrayList<>();
    private int triesLeft = Integer.MAX_VALUE;

    private RefusedPins() {}

    /**
     * Those of one PIN.
     *
     * @param key equal for the same PIN of the same device, e.g. a record of both
     */
    public static RefusedPins of(Object key) {
        synchronized (KNOWN) {
            RefusedPins known = KNOWN.get(key);
            if (known == null) {
                if (KNOWN.size() == MOST_DEVICES) {
                    KNOWN.remove(KNOWN.keySet().iterator().next());
                }
                known = new RefusedPins();
                KNOWN.put(key, known);
            }
            return known;
        }
    }

    /** Whether there are any, which is reason to ask for the tries left before another is sent. */
    public synchronized boolean any() {
        return !hashes.isEmpty();
    }

    /** Whether the device refused this one. */
    public synchronized boolean contains(byte[] pin) {
        byte[] hash = hash(pin);
        return hashes.stream().anyMatch(refused -> MessageDigest.isEqual(refused, hash));
    }

    /**
     * Remembers one.
     *
     * @param left the tries left after it, or -1 if the device did not say
     */
    public synchronized void add(byte[] pin, int left) {
        if (left >= 0) {
            triesLeft = left;
        }
        if (hashes.size() == MOST_PINS) {
            hashes.remove(0);
        }
        hashes.add(hash(pin));
    }

    /** Forgets what the device's present state shows to be out of date. */
    public synchronized void look(PinStatus status) {
        if (status.state() == PinStatus.State.VERIFIED || status.triesLeft() > triesLeft) {
            forget();
        } else if (status.triesLeft() >= 0) {
            triesLeft = status.triesLeft();
        }
    }

    /** Forgets all of them: a PIN was verified, changed or unblocked. */
    public synchronized void forget() {
        hashes.clear();
        triesLeft = Integer.MAX_VALUE;
    }

    /** A hash under the salt of this JVM: to know a PIN again without keeping it. */
    public static byte[] hash(byte[] pin) {
        try {
            MessageDigest sha = MessageDigest.getInstance("SHA-256");
            sha.update(SALT);
            return sha.digest(pin);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
