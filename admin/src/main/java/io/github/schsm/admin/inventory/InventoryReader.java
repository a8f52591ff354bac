// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.admin.inventory;

import io.github.schsm.DeviceIdentity;
import io.github.schsm.KeyDomain;
import io.github.schsm.SchsmDevice;
import io.github.schsm.SchsmDevice.FoundDevice;
import io.github.schsm.SchsmException;
import io.github.schsm.SchsmLoadParameter;
import io.github.schsm.admin.inventory.Inventory.Device;
import io.github.schsm.admin.inventory.Inventory.Domain;
import io.github.schsm.admin.inventory.Inventory.DomainKind;
import io.github.schsm.admin.inventory.Inventory.Leaves;
import io.github.schsm.admin.inventory.Inventory.Reader;
import io.github.schsm.admin.inventory.Inventory.Slot;
import io.github.schsm.admin.inventory.ReadDevice.ReadKey;
import io.github.schsm.provider.SchsmProvider;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Reads an {@link Inventory}: all devices that a provider's configuration reaches, at the same time. Nothing is changed and
 * nobody is asked for a PIN. A device that fails is told as a problem and does not keep the others from being read; only a
 * terminal that cannot be reached at all, or a configuration that cannot be used, is an exception.
 *
 * <pre>{@code
 * try (SchsmProvider provider = (SchsmProvider) new SchsmProvider().configure("terminal = pcsc")) {
 *     Inventory inventory = InventoryReader.of(provider).read();
 * }
 * }</pre>
 *
 * <p>One reader may be used again and again, as a console does: each time it looks at the devices again. Readers are
 * immutable; the methods that configure one give another.
 */
public final class InventoryReader {
    /** More than there are readers on a desk; each waits for its own device most of the time. */
    private static final int MOST_AT_ONCE = 32;

    private static final String KEY_STORE = "SCHSM";

    private final SchsmProvider provider;
    private final Set<String> only;
    private final Pins pins;
    private final Consumer<Progress> listener;
    private final Clock clock;
    private final boolean contents;

    /** Where PINs come from, if there are any. */
    public interface Pins {
        /**
         * The user PIN of a device. Called by several threads at once. It is sent once; a wrong one is told as a problem of the
         * device, which is read without it.
         *
         * @param device its {@link Device#name}
         * @return wiped after use; null to read it without
         */
        char @Nullable [] of(String device);
    }

    /**
     * How far it is.
     *
     * @param done    how many devices have been read
     * @param devices how many there are
     */
    public record Progress(int done, int devices) {
        /** In words: {@code 2 of 3 devices}. */
        @Override
        public String toString() {
            return done + " of " + devices + " devices";
        }
    }

    private InventoryReader(
            SchsmProvider provider,
            Set<String> only,
            Pins pins,
            Consumer<Progress> listener,
            Clock clock,
            boolean contents) {
        this.provider = provider;
        this.only = only;
        this.pins = pins;
        this.listener = listener;
        this.clock = clock;
        this.contents = contents;
    }

    /** A reader of everything that a provider's configuration reaches, without PINs. */
    public static InventoryReader of(SchsmProvider provider) {
        return new InventoryReader(provider, Set.of(), device -> null, progress -> {}, Clock.systemUTC(), true);
    }

    /**
     * The same, of some devices only.
     *
     * @param names device ids, as {@code device = …} in a configuration has them; none for all
     */
    public InventoryReader only(Collection<String> names) {
        return new InventoryReader(provider, Set.copyOf(names), pins, listener, clock, contents);
    }

    /** The same, with PINs, for what is seen with a PIN only. */
    public InventoryReader withPins(Pins source) {
        return new InventoryReader(provider, only, source, listener, clock, contents);
    }

    /** The same, telling how far it is; by several threads, one at a time. */
    public InventoryReader withListener(Consumer<Progress> told) {
        return new InventoryReader(provider, only, pins, told, clock, contents);
    }

    /** The same with another clock, which says when it was taken and how many days certificates have left. */
    public InventoryReader withClock(Clock other) {
        return new InventoryReader(provider, only, pins, listener, other, contents);
    }

    /** The same without what is on the devices: no keys, certificates, data objects, and not the SO-PIN's tries. */
    public InventoryReader withoutContents() {
        return new InventoryReader(provider, only, pins, listener, clock, false);
    }

    private record Outcome(
            FoundDevice found,
            @Nullable ReadDevice device,
            @Nullable String problem,
            boolean failed) {}

    /**
     * Reads.
     *
     * @throws SchsmException if no terminal can be reached, or the configuration cannot be used
     */
    public Inventory read() throws SchsmException {
        Instant taken = clock.instant().truncatedTo(ChronoUnit.SECONDS);
        Evidence evidence = new Evidence(taken);
        List<Outcome> outcomes = readAll(wanted(provider.devices()), evidence);
        List<Reader> readers = new ArrayList<>();
        List<ReadDevice> read = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (Outcome outcome : outcomes) {
            ReadDevice device = outcome.device();
            String name = null;
            if (device != null) {
                name = unique(device, names);
                read.add(name.equals(device.name()) ? device : device.named(name));
            }
            readers.add(new Reader(outcome.found().reader(), name, outcome.problem(), outcome.failed()));
        }
        Matrix matrix = new Matrix(read);
        List<Domain> domains = matrix.domains();
        return new Inventory(
                taken,
                readers,
                read.stream().map(device -> device(device, matrix)).toList(),
                domains,
                Matrix.singles(domains),
                evidence.all());
    }

    /** Devices without a certificate are all called the same: their readers tell them apart. */
    private static String unique(ReadDevice device, Set<String> names) {
        String name = device.name();
        if (DeviceIdentity.isNoId(name) || names.contains(name)) {
            name = name + " in " + device.reader();
        }
        String candidate = name;
        for (int i = 2; !names.add(candidate); i++) {
            candidate = name + " [" + i + "]";
        }
        return candidate;
    }

    private List<FoundDevice> wanted(List<FoundDevice> found) throws SchsmException {
        if (only.isEmpty()) {
            return found;
        }
        List<FoundDevice> wanted = new ArrayList<>();
        Set<String> missing = new HashSet<>(only);
        for (FoundDevice one : found) {
            SchsmDevice device = one.device();
            if (device != null && isWanted(device)) {
                missing.removeIf(name -> isCalled(device, name));
                wanted.add(one);
            }
        }
        missing.stream()
                .sorted()
                .map(name -> new FoundDevice(name, null, "device " + name + " is not there"))
                .forEach(wanted::add);
        return wanted;
    }

    private boolean isWanted(SchsmDevice device) {
        return only.stream().anyMatch(name -> isCalled(device, name));
    }

    private static boolean isCalled(SchsmDevice device, String name) {
        if (device.deviceId().equals(name) || device.name().equals(name)) {
            return true;
        }
        try {
            return device.identity().isCalled(name);
        } catch (SchsmException hasNoCertificate) {
            return false;
        }
    }

    private List<Outcome> readAll(List<FoundDevice> found, Evidence evidence) throws SchsmException {
        int devices = (int) found.stream().filter(one -> one.device() != null).count();
        if (devices == 0) {
            return found.stream().map(this::empty).toList();
        }
        AtomicInteger done = new AtomicInteger();
        ExecutorService pool = Executors.newFixedThreadPool(Math.min(devices, MOST_AT_ONCE), task -> {
            Thread thread = new Thread(task, "schsm-inventory");
            thread.setDaemon(true);
            return thread;
        });
        try {
            List<Future<Outcome>> running = new ArrayList<>();
            for (FoundDevice one : found) {
                running.add(pool.submit(() -> {
                    Outcome outcome = read(one, evidence);
                    if (one.device() != null) {
                        tell(done, devices);
                    }
                    return outcome;
                }));
            }
            List<Outcome> outcomes = new ArrayList<>();
            for (Future<Outcome> one : running) {
                outcomes.add(one.get());
            }
            return outcomes;
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new SchsmException("interrupted while devices were read", stopped);
        } catch (ExecutionException fault) {
            throw new IllegalStateException("the listener of an inventory must not throw", fault.getCause());
        } finally {
            pool.shutdownNow();
        }
    }

    private synchronized void tell(AtomicInteger done, int devices) {
        listener.accept(new Progress(done.incrementAndGet(), devices));
    }

    /** A reader without a device, or what stands for a device that was named and is not there. */
    private Outcome empty(FoundDevice found) {
        String problem = found.problem() == null ? "there is no device in it" : found.problem();
        return new Outcome(found, null, problem, only.contains(found.reader()));
    }

    private Outcome read(FoundDevice found, Evidence evidence) {
        SchsmDevice device = found.device();
        if (device == null) {
            return empty(found);
        }
        try {
            List<String> problems = new ArrayList<>();
            boolean pinVerified = login(device, problems);
            return new Outcome(
                    found,
                    new DeviceReading(found, device, evidence, contents, problems).read(pinVerified),
                    null,
                    false);
        } catch (SchsmException failed) {
            return new Outcome(found, null, device.name() + ": " + failed.getMessage(), true);
        } catch (RuntimeException fault) {
            return new Outcome(found, null, device.name() + ": unknown fault: " + fault, true);
        }
    }

    /** Verifies the PIN, if there is one; what is wrong with it is a problem of the device. */
    private boolean login(SchsmDevice device, List<String> problems) throws SchsmException {
        char[] pin = pins.of(device.name());
        if (pin == null) {
            return device.isLoggedIn();
        }
        KeyStore.PasswordProtection protection = new KeyStore.PasswordProtection(pin);
        Arrays.fill(pin, '\0');
        try {
            KeyStore.getInstance(KEY_STORE, provider).load(new SchsmLoadParameter(device.name(), protection));
            return true;
        } catch (IOException | GeneralSecurityException refused) {
            problems.add("the user PIN was not verified: " + message(refused));
            return false;
        } finally {
            destroy(protection);
        }
    }

    private static String message(Exception refused) {
        Throwable cause = refused.getCause();
        return String.valueOf(cause instanceof SchsmException ? cause.getMessage() : refused.getMessage());
    }

    private static void destroy(KeyStore.PasswordProtection protection) {
        try {
            protection.destroy();
        } catch (javax.security.auth.DestroyFailedException cannotBe) {
            throw new IllegalStateException(cannotBe);
        }
    }

    private static Device device(ReadDevice read, Matrix matrix) {
        DeviceIdentity identity = read.identity();
        String fingerprint = identity == null ? "" : identity.keyFingerprint();
        return new Device(
                read.name(),
                read.id(),
                fingerprint.isEmpty() ? null : fingerprint,
                read.info().label(),
                read.reader(),
                read.info().firmware(),
                read.info().platform(),
                read.trust(),
                read.userPin(),
                read.soPin(),
                read.freeMemory(),
                read.leaving().slots() < 0 ? null : read.leaving().slots(),
                read.leaving().domains().stream()
                        .map(status -> slot(read, status, matrix))
                        .toList(),
                read.keys().stream().map(key -> key(read, key, matrix)).toList(),
                read.certificates(),
                read.dataObjects(),
                read.pinVerified(),
                read.defect(),
                read.notSeen(),
                read.problems());
    }

    private static Slot slot(ReadDevice device, KeyDomain.Status status, Matrix matrix) {
        return new Slot(
                status.slot(),
                status.isXkek() ? DomainKind.XKEK : DomainKind.DKEK,
                status.isXkek() ? KeyFingerprint.HEX.formatHex(status.uid()) : null,
                status.hasKek() || status.isKcvHidden(),
                status.hasKek() ? KeyFingerprint.HEX.formatHex(status.kcv()) : null,
                status.isXkek() ? null : status.shares(),
                status.isXkek() ? null : status.outstanding(),
                matrix.name(device, status),
                matrix.signer(status));
    }

    private static Inventory.Key key(ReadDevice device, ReadKey read, Matrix matrix) {
        Leaving.Way way = read.way();
        KeyDomain.Status under = way.under();
        return new Inventory.Key(
                read.key().label(),
                KeyFingerprint.HEX.formatHex(read.key().id()),
                read.key().reference(),
                read.key().type().name(),
                read.curve(),
                read.size(),
                read.publicKey(),
                read.details().algorithmNames().orElse(null),
                boxed(read.details().useCounter()),
                boxed(read.details().keyDomain()),
                matrix.name(device, read),
                boxed(read.details().wrappingKey()),
                new Leaves(way.can(), under == null ? null : under.slot(), way.text()),
                read.details().isExchangeKey(),
                matrix.controlled(read),
                Matrix.uid(read),
                read.attestation(),
                read.certificate());
    }

    private static @Nullable Integer boxed(OptionalInt value) {
        return value.isPresent() ? value.getAsInt() : null;
    }

    private static @Nullable Long boxed(OptionalLong value) {
        return value.isPresent() ? value.getAsLong() : null;
    }
}
