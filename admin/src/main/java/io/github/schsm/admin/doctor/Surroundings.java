// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.admin.doctor;

import io.github.schsm.SchsmException;
import io.github.schsm.admin.inventory.Inventory;
import io.github.schsm.admin.inventory.InventoryReader;
import io.github.schsm.card.CardDevices;
import io.github.schsm.card.transport.TerminalSource;
import io.github.schsm.config.SchsmConfiguration;
import io.github.schsm.provider.SchsmProvider;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.Provider;
import java.security.Security;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What a {@link Doctor} looks at. {@link #ofThisComputer} is the real one; a test replaces parts of it.
 *
 * @param environment       environment variables
 * @param properties        system properties
 * @param root              the folder that stands for the root of the file system
 * @param now               what time it is
 * @param nativeAccess      whether JNA may load native libraries without a warning; empty where the JVM does not ask
 * @param bouncyCastles     where the class of Bouncy Castle's provider is found, each place once
 * @param providerEntries   the numbers and values of {@code security.provider.N}
 * @param providerNames     names of the security providers of this JVM, in their order
 * @param isSocketRefused   whether this user may not write to a file that is there
 * @param serviceVersion    what {@code pcscd --version} says; empty if it cannot be asked
 * @param readers           the readers of PC/SC
 * @param devices           everything in reach of a configuration
 */
public record Surroundings(
        Map<String, String> environment,
        Map<String, String> properties,
        Path root,
        Instant now,
        Optional<Boolean> nativeAccess,
        List<String> bouncyCastles,
        Map<Integer, String> providerEntries,
        List<String> providerNames,
        Refusal isSocketRefused,
        Version serviceVersion,
        Readers readers,
        Devices devices) {
    private static final int MOST_PROVIDERS = 100;
    private static final int PATIENCE_SECONDS = 3;
    /** Where systems install it. What a search path leads to may be anybody's, and doctors are often called by root. */
    private static final List<Path> SERVICES = Stream.of("/usr/sbin", "/usr/bin", "/sbin", "/usr/local/sbin")
            .map(folder -> Path.of(folder, "pcscd"))
            .toList();

    private static final String BOUNCY_CASTLE = "org/bouncycastle/jce/provider/BouncyCastleProvider.class";

    /** Asks whether a file may not be used. */
    @FunctionalInterface
    public interface Refusal {
        /** Whether this user may not write to it. */
        boolean of(Path file);
    }

    /** Asks the PC/SC service for its version. */
    @FunctionalInterface
    public interface Version {
        /** What it says, in one line; empty if it cannot be asked. */
        Optional<String> get();
    }

    /** Asks PC/SC for its readers. */
    @FunctionalInterface
    public interface Readers {
        /**
         * Their names.
         *
         * @param sun whether by the JDK's own way to PC/SC
         * @throws SchsmException if PC/SC cannot be asked
         */
        List<String> names(boolean sun) throws SchsmException;
    }

    /** Reads devices. */
    @FunctionalInterface
    public interface Devices {
        /**
         * Everything in reach.
         *
         * @param configuration entries as for {@code Provider.configure}
         * @throws SchsmException if nothing can be read
         */
        Inventory read(String configuration) throws SchsmException;
    }

    public Surroundings {
        environment = Map.copyOf(environment);
        properties = Map.copyOf(properties);
        bouncyCastles = List.copyOf(bouncyCastles);
        providerEntries = Collections.unmodifiableMap(new TreeMap<>(providerEntries));
        providerNames = List.copyOf(providerNames);
    }

    /** This computer, this user, and this JVM. */
    public static Surroundings ofThisComputer() {
        Map<String, String> properties = new LinkedHashMap<>();
        System.getProperties()
                .stringPropertyNames()
                .forEach(name -> properties.put(name, System.getProperty(name, "")));
        Map<Integer, String> entries = new TreeMap<>();
        for (int i = 1; i <= MOST_PROVIDERS; i++) {
            String entry = Security.getProperty("security.provider." + i);
            if (entry != null) {
                entries.put(i, entry);
            }
        }
        return new Surroundings(
                System.getenv(),
                properties,
                Path.of("/").toAbsolutePath(),
                Instant.now(),
                nativeAccessOfJna(),
                places(),
                entries,
                Arrays.stream(Security.getProviders()).map(Provider::getName).toList(),
                file -> !Files.isWritable(file),
                Surroundings::askService,
                sun -> CardDevices.readers(sun ? TerminalSource.sunPcsc() : TerminalSource.pcsc()),
                Surroundings::inventory);
    }

    /** From JDK 22 on a module can be asked. */
    private static Optional<Boolean> nativeAccessOfJna() {
        try {
            Class<?> jna = Class.forName("com.sun.jna.Native", false, Surroundings.class.getClassLoader());
            Object enabled = MethodHandles.publicLookup()
                    .findVirtual(Module.class, "isNativeAccessEnabled", MethodType.methodType(boolean.class))
                    .invoke(jna.getModule());
            return Optional.of((Boolean) enabled);
        } catch (NoSuchMethodException | ClassNotFoundException notAsked) {
            return Optional.empty();
        } catch (Throwable unexpected) {
            throw new IllegalStateException("a module cannot be asked for native access", unexpected);
        }
    }

    private static List<String> places() {
        try {
            return Collections.list(Surroundings.class.getClassLoader().getResources(BOUNCY_CASTLE)).stream()
                    .map(URL::toString)
                    .map(place -> place.replaceFirst("^jar:", "").replaceFirst("!?/" + BOUNCY_CASTLE + "$", ""))
                    .distinct()
                    .toList();
        } catch (IOException unreadable) {
            return List.of();
        }
    }

    private static Optional<String> askService() {
        return SERVICES.stream().filter(Files::isExecutable).findFirst().flatMap(Surroundings::version);
    }

    private static Optional<String> version(Path service) {
        try {
            Process process = new ProcessBuilder(service.toString(), "--version")
                    .redirectErrorStream(true)
                    .start();
            process.getOutputStream().close();
            if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                return Optional.empty();
            }
            String said = new String(process.getInputStream().readNBytes(4096), StandardCharsets.UTF_8);
            return said.lines()
                    .findFirst()
                    .map(line -> line.strip().replaceFirst("\\.$", ""))
                    .filter(line -> !line.isEmpty());
        } catch (IOException notThere) {
            return Optional.empty();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }

    private static Inventory inventory(String configuration) throws SchsmException {
        SchsmConfiguration checked = SchsmConfiguration.parse(configuration).checked();
        try (SchsmProvider provider = (SchsmProvider) new SchsmProvider().configure(checked.text())) {
            return InventoryReader.of(provider).withoutContents().read();
        }
    }

    /** With other environment variables. */
    public Surroundings withEnvironment(Map<String, String> other) {
        return with(parts -> parts.environment = other);
    }

    /** With these system properties in place of those of the same names. */
    public Surroundings withProperties(Map<String, String> other) {
        Map<String, String> all = new LinkedHashMap<>(properties);
        all.putAll(other);
        return with(parts -> parts.properties = all);
    }

    /** With another file system. */
    public Surroundings withRoot(Path other) {
        return with(parts -> parts.root = other);
    }

    /** At another time. */
    public Surroundings at(Instant other) {
        return with(parts -> parts.now = other);
    }

    /** With another answer to whether native access is allowed. */
    public Surroundings withNativeAccess(Optional<Boolean> other) {
        return with(parts -> parts.nativeAccess = other);
    }

    /** With Bouncy Castle in other places. */
    public Surroundings withBouncyCastles(List<String> other) {
        return with(parts -> parts.bouncyCastles = other);
    }

    /** With other security providers. */
    public Surroundings withProviders(Map<Integer, String> entries, List<String> names) {
        return with(parts -> {
            parts.providerEntries = entries;
            parts.providerNames = names;
        });
    }

    /** With another PC/SC service. */
    public Surroundings withPcsc(Refusal refusal, Version version, Readers otherReaders) {
        return with(parts -> {
            parts.isSocketRefused = refusal;
            parts.serviceVersion = version;
            parts.readers = otherReaders;
        });
    }

    /** With other devices. */
    public Surroundings withDevices(Devices other) {
        return with(parts -> parts.devices = other);
    }

    private Surroundings with(Consumer<Parts> change) {
        Parts parts = new Parts(this);
        change.accept(parts);
        return parts.together();
    }

    /** All parts, of which some are replaced. */
    private static final class Parts {
        private Map<String, String> environment;
        private Map<String, String> properties;
        private Path root;
        private Instant now;
        private Optional<Boolean> nativeAccess;
        private List<String> bouncyCastles;
        private Map<Integer, String> providerEntries;
        private List<String> providerNames;
        private Refusal isSocketRefused;
        private Version serviceVersion;
        private Readers readers;
        private Devices devices;

        Parts(Surroundings from) {
            environment = from.environment;
            properties = from.properties;
            root = from.root;
            now = from.now;
            nativeAccess = from.nativeAccess;
            bouncyCastles = from.bouncyCastles;
            providerEntries = from.providerEntries;
            providerNames = from.providerNames;
            isSocketRefused = from.isSocketRefused;
            serviceVersion = from.serviceVersion;
            readers = from.readers;
            devices = from.devices;
        }

        Surroundings together() {
            return new Surroundings(
                    environment,
                    properties,
                    root,
                    now,
                    nativeAccess,
                    bouncyCastles,
                    providerEntries,
                    providerNames,
                    isSocketRefused,
                    serviceVersion,
                    readers,
                    devices);
        }
    }

    String property(String name) {
        return properties.getOrDefault(name, "");
    }

    boolean isLinux() {
        return property("os.name").toLowerCase(Locale.ROOT).contains("linux");
    }

    /** A path of the file system that is looked at. */
    Path path(String absolute) {
        return root.resolve(absolute.replaceFirst("^/+", ""));
    }

    String providers() {
        return providerNames.stream().collect(Collectors.joining(", "));
    }
}
