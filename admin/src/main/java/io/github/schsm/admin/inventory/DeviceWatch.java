// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.admin.inventory;

import io.github.schsm.DeviceIdentity;
import io.github.schsm.SchsmDevice;
import io.github.schsm.SchsmDevice.FoundDevice;
import io.github.schsm.SchsmException;
import io.github.schsm.TokenNotPresentException;
import io.github.schsm.TransportException;
import io.github.schsm.provider.SchsmProvider;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Tells which readers and devices come and go. It looks when it is asked to ({@link #look}); nobody is asked for a PIN, and
 * nothing is read of a device but what says which it is. Used by one thread.
 */
public final class DeviceWatch {
    private final SchsmProvider provider;
    private final Clock clock;
    private final Map<String, Seen> seen = new LinkedHashMap<>();
    private boolean started;
    private @Nullable String outage;

    /** What can happen. */
    public enum Kind {
        /** A reader is there. */
        READER_CAME,
        /** A reader is not there any more. */
        READER_LEFT,
        /** A device is in a reader. */
        DEVICE_CAME,
        /** The device is not in the reader any more. */
        DEVICE_LEFT,
        /** Readers cannot be looked for, e.g. because the PC/SC service is not running; told once until they can. */
        OUTAGE,
        /** Readers can be looked for again. */
        OUTAGE_ENDED
    }

    /**
     * Something that happened, or was so at the start.
     *
     * @param time    when it was noticed
     * @param kind    what it is
     * @param reader  the reader's name; null of an outage
     * @param device  what the device is called; null where it is not about a device
     * @param reason  of an outage and of a reader without a device what is known of it, else null
     * @param initial whether it was so when the watch began
     */
    public record Event(
            Instant time,
            Kind kind,
            @Nullable String reader,
            @Nullable String device,
            @Nullable String reason,
            boolean initial) {}

    private record Seen(
            String reader,
            @Nullable String unique,
            @Nullable String device,
            @Nullable String problem) {}

    private DeviceWatch(SchsmProvider provider, Clock clock) {
        this.provider = provider;
        this.clock = clock;
    }

    /** A watch on everything that a provider's configuration reaches. */
    public static DeviceWatch of(SchsmProvider provider) {
        return new DeviceWatch(provider, Clock.systemUTC());
    }

    /**
     * What has changed since the last look; at the first what is there.
     *
     * @throws SchsmException if the configuration cannot be used
     */
    public List<Event> look() throws SchsmException {
        boolean initial = !started;
        List<Event> events = new ArrayList<>();
        Map<String, Seen> now = new LinkedHashMap<>();
        try {
            for (FoundDevice found : provider.devices()) {
                Seen one = seen(found);
                now.put(one.reader(), one);
            }
        } catch (TransportException | TokenNotPresentException unreachable) {
            started = true;
            if (outage == null) {
                outage = String.valueOf(unreachable.getMessage());
                events.add(event(Kind.OUTAGE, null, null, outage, initial));
            }
            return events;
        }
        started = true;
        if (outage != null) {
            outage = null;
            events.add(event(Kind.OUTAGE_ENDED, null, null, null, false));
        }
        compare(now, initial, events);
        seen.clear();
        seen.putAll(now);
        return events;
    }

    private void compare(Map<String, Seen> now, boolean initial, List<Event> events) {
        for (Seen before : seen.values()) {
            Seen after = now.get(before.reader());
            if (before.device() != null && (after == null || !Objects.equals(before.unique(), after.unique()))) {
                events.add(event(Kind.DEVICE_LEFT, before.reader(), before.device(), null, initial));
            }
            if (after == null) {
                events.add(event(Kind.READER_LEFT, before.reader(), null, null, initial));
            }
        }
        for (Seen after : now.values()) {
            Seen before = seen.get(after.reader());
            if (before == null) {
                events.add(event(Kind.READER_CAME, after.reader(), null, after.problem(), initial));
            }
            if (after.device() != null && (before == null || !Objects.equals(before.unique(), after.unique()))) {
                events.add(event(Kind.DEVICE_CAME, after.reader(), after.device(), null, initial));
            }
        }
    }

    private Event event(
            Kind kind, @Nullable String reader, @Nullable String device, @Nullable String reason, boolean initial) {
        return new Event(clock.instant().truncatedTo(ChronoUnit.MILLIS), kind, reader, device, reason, initial);
    }

    private static Seen seen(FoundDevice found) {
        SchsmDevice device = found.device();
        if (device == null) {
            return new Seen(found.reader(), null, null, found.problem());
        }
        String unique = device.deviceId();
        try {
            DeviceIdentity identity = device.identity();
            unique = identity.isMissing() ? unique : identity.keyFingerprint();
        } catch (SchsmException hasNoCertificate) {
            // Its id has to do.
        }
        return new Seen(found.reader(), unique, device.name(), null);
    }
}
