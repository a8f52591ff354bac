// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.login;

import io.github.schsm.DeviceIdentity;
import io.github.schsm.TokenAdministration.PinStatus;
import io.github.schsm.codec.HashAlgorithm;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The PINs that a device refused, so that none is tried again which cannot be right. One for the JVM, because the
 * device counts wrong tries whichever key store, provider, reader or module they come through. Holds
 * salted hashes under a salt of this JVM's own, nothing that tells a PIN.
 *
 * <p>All is forgotten as soon as a PIN was verified, changed or unblocked, no matter by whom: then the tries left go up.
 */
public final class FailedPinCache {
    private static final int MOST_DEVICES = 64;
    private static final int MOST_PINS = 16;
    /** Country, holder: what stands in a device's CHR before the sequence number. */
    private static final Pattern DEVICE_ID = Pattern.compile("[A-Z]{2}[A-Z0-9]{1,9}");

    private static final byte[] SALT = new byte[32];

    static {
        new SecureRandom().nextBytes(SALT);
    }

    private static final Map<Owner, FailedPinCache> KNOWN = new LinkedHashMap<>();

    private final List<byte[]> hashes = new ArrayList<>();
    private int triesLeft = Integer.MAX_VALUE;

    private FailedPinCache() {}

    /** Which PIN. */
    public enum Kind {
        /** The user PIN. */
        USER_PIN,
        /** The SO-PIN. */
        SO_PIN
    }

    /**
     * Who is meant. Its methods are written out, because a record's own are linked at first use, which a program's start
     * shows.
     *
     * @param device the device, if its certificates are known: its id is a name, which others may have too
     * @param name   the device id, or what else tells a token or a device without certificate from others
     */
    private record Owner(@Nullable DeviceIdentity device, Object name, Kind kind) {
        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Owner that
                    && Objects.equals(device, that.device)
                    && name.equals(that.name)
                    && kind == that.kind;
        }

        @Override
        public int hashCode() {
            return 31 * (31 * Objects.hashCode(device) + name.hashCode()) + kind.hashCode();
        }
    }

    /** A device that only its reader tells from others. */
    private record InReader(Object reader) {}

    /**
     * Those of a device that is reached directly, or through a module next to which its certificates were read. What
     * was remembered of its serial number alone goes over to it.
     *
     * @param reader which reader it is in, which is all that tells devices apart that have no certificate yet
     */
    public static FailedPinCache ofDevice(DeviceIdentity device, Object reader, Kind kind) {
        if (!device.isMissing()) {
            return ofDevice(device, kind);
        }
        Owner owner = new Owner(null, new InReader(reader), kind);
        synchronized (KNOWN) {
            FailedPinCache known = KNOWN.get(owner);
            return known == null ? keep(owner, new FailedPinCache()) : known;
        }
    }

    /** The same for a device that has a certificate. */
    public static FailedPinCache ofDevice(DeviceIdentity device, Kind kind) {
        Owner owner = new Owner(device, device.deviceId(), kind);
        synchronized (KNOWN) {
            FailedPinCache known = KNOWN.get(owner);
            FailedPinCache byName = KNOWN.remove(new Owner(null, device.deviceId(), kind));
            if (known == null) {
                return keep(owner, byName == null ? new FailedPinCache() : byName);
            }
            if (byName != null) {
                known.addAll(byName);
            }
            return known;
        }
    }

    /**
     * Those of a token of which a module tells the serial number only, which is the device id where it is a SmartCard-HSM:
     * the same as those of that device, if there is one.
     *
     * @param serial    the serial number; may be empty
     * @param otherwise what tells the token from others if the serial number is none of a SmartCard-HSM
     */
    public static FailedPinCache ofToken(String serial, Object otherwise, Kind kind) {
        Object name = DEVICE_ID.matcher(serial).matches() ? serial : otherwise;
        synchronized (KNOWN) {
            List<FailedPinCache> devices = KNOWN.entrySet().stream()
                    .filter(entry -> entry.getKey().device() != null
                            && entry.getKey().name().equals(name)
                            && entry.getKey().kind() == kind)
                    .map(Map.Entry::getValue)
                    .toList();
            if (devices.size() == 1) {
                return devices.get(0);
            }
            Owner owner = new Owner(null, name, kind);
            FailedPinCache known = KNOWN.get(owner);
            return known == null ? keep(owner, new FailedPinCache()) : known;
        }
    }

    private static FailedPinCache keep(Owner owner, FailedPinCache pins) {
        if (KNOWN.size() == MOST_DEVICES) {
            KNOWN.remove(KNOWN.keySet().iterator().next());
        }
        KNOWN.put(owner, pins);
        return pins;
    }

    private void addAll(FailedPinCache others) {
        List<byte[]> theirs;
        synchronized (others) {
            theirs = List.copyOf(others.hashes);
        }
        synchronized (this) {
            theirs.forEach(this::addHash);
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
        addHash(hash(pin));
    }

    private synchronized void addHash(byte[] hash) {
        if (hashes.size() == MOST_PINS) {
            hashes.remove(0);
        }
        hashes.add(hash);
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
        return HashAlgorithm.SHA256.digest(SALT, pin);
    }
}
