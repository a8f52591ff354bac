// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.admin.benchmark;

import io.github.schsm.DeviceException;
import io.github.schsm.InvalidRequestException;
import io.github.schsm.KeyAlgorithm;
import io.github.schsm.KeyType;
import io.github.schsm.SchsmDevice;
import io.github.schsm.SchsmException;
import io.github.schsm.SchsmKey;
import io.github.schsm.SchsmKeySpec;
import io.github.schsm.TokenKey;
import io.github.schsm.UnsupportedByDeviceException;
import io.github.schsm.admin.benchmark.BenchmarkReport.Measurement;
import io.github.schsm.admin.benchmark.BenchmarkReport.Operation;
import java.security.GeneralSecurityException;
import java.security.InvalidAlgorithmParameterException;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.ProviderException;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Cipher;
import javax.crypto.KeyGenerator;
import javax.crypto.spec.IvParameterSpec;
import org.jspecify.annotations.Nullable;

/**
 * Measures a device: round trips, random bytes, and what keys do. Keys are those that are named, or are made for it and
 * deleted again: also if the thread is interrupted, or the work fails.
 */
public final class Benchmark {
    /** The kinds of keys that are made if none are named. */
    public static final List<String> USUAL_KINDS =
            List.of("secp256r1", "secp384r1", "secp521r1", "brainpoolP256r1", "RSA-2048", "AES-256");

    private static final String LABEL = "schsm-benchmark-";
    private static final Pattern OURS = Pattern.compile(Pattern.quote(LABEL) + "[0-9a-f]{16}");
    private static final Pattern SIZED = Pattern.compile("(RSA|AES)-([0-9]{3,4})");
    private static final int RANDOM_BYTES = 1024;
    private static final int LABEL_BYTES = 8;
    private static final int BLOCK = 16;
    private static final double NANOS_PER_MILLI = 1_000_000.0;
    private static final double NANOS_PER_SECOND = 1_000_000_000.0;

    private final KeyStore keyStore;
    private final Duration each;
    private final List<String> aliases;
    private final List<String> kinds;
    private final boolean usesMayBeSpent;

    private Benchmark(
            KeyStore keyStore, Duration each, List<String> aliases, List<String> kinds, boolean usesMayBeSpent) {
        this.keyStore = keyStore;
        this.each = each;
        this.aliases = List.copyOf(aliases);
        this.kinds = List.copyOf(kinds);
        this.usesMayBeSpent = usesMayBeSpent;
    }

    /**
     * A benchmark of round trips and random bytes.
     *
     * @param keyStore a loaded key store of type SCHSM of one device
     * @param each     how long each operation is repeated; at least once
     */
    public static Benchmark of(KeyStore keyStore, Duration each) {
        return new Benchmark(keyStore, each, List.of(), List.of(), false);
    }

    /** Uses a key that is there, too. */
    public Benchmark withKey(String alias) {
        List<String> more = new ArrayList<>(aliases);
        more.add(alias);
        return new Benchmark(keyStore, each, more, kinds, usesMayBeSpent);
    }

    /** Keys with a use counter, too, but for their last use: each operation uses one up. */
    public Benchmark spendingUses() {
        return new Benchmark(keyStore, each, aliases, kinds, true);
    }

    /**
     * Makes keys and deletes them again.
     *
     * @param made names of curves, {@code RSA-} or {@code AES-} and bits; those that a device does not have are told so
     */
    public Benchmark makingKeys(List<String> made) {
        return new Benchmark(keyStore, each, aliases, made, usesMayBeSpent);
    }

    /**
     * Measures.
     *
     * @param listener is told what comes next, e.g. {@code SIGN secp256r1}
     * @throws InvalidRequestException if a key cannot be used, or has a use counter
     * @throws SchsmException          if the device fails, or the thread is interrupted; the keys that were made are gone
     *                                 then, as far as the device can be reached
     */
    public BenchmarkReport run(Consumer<String> listener) throws SchsmException {
        return new Run(listener).all();
    }

    private interface Step {
        void run() throws GeneralSecurityException;
    }

    private final class Run {
        private final SchsmDevice device;
        private final Provider provider = keyStore.getProvider();
        private final Consumer<String> listener;
        private final List<Measurement> measurements = new ArrayList<>();
        private final List<String> made = new ArrayList<>();

        private Run(Consumer<String> listener) throws SchsmException {
            this.device = SchsmDevice.of(keyStore);
            this.listener = listener;
        }

        private BenchmarkReport all() throws SchsmException {
            List<SchsmKey> named = new ArrayList<>();
            for (String alias : aliases) {
                named.add(usable(alias));
            }
            SchsmDevice.TokenInfo info = device.info();
            try {
                roundTrips();
                measure(Operation.RANDOM, null, Integer.MAX_VALUE, () -> device.random(RANDOM_BYTES));
                for (SchsmKey key : named) {
                    use(key, kind(key));
                }
                if (!kinds.isEmpty()) {
                    removeOld();
                }
                for (String kind : kinds) {
                    make(kind);
                }
            } catch (SchsmException | RuntimeException failed) {
                deleteMade().forEach(failed::addSuppressed);
                throw failed;
            }
            List<SchsmException> stay = deleteMade();
            return new BenchmarkReport(
                    device.name(),
                    info.reader(),
                    info.firmware(),
                    info.platform(),
                    measurements,
                    stay.isEmpty() ? List.of() : made);
        }

        private SchsmKey usable(String alias) throws SchsmException {
            SchsmKey key = find(alias);
            if (key.details().useCounter().isPresent() && !usesMayBeSpent) {
                throw new InvalidRequestException("key \"" + alias + "\" has a use counter ("
                        + key.details().useCounter().getAsLong()
                        + " left), which a benchmark uses up: name another key, or say that it may (--yes,"
                        + " Benchmark.spendingUses)");
            }
            return key;
        }

        private SchsmKey find(String alias) throws SchsmException {
            try {
                if (keyStore.getKey(alias, null) instanceof SchsmKey key) {
                    return key;
                }
            } catch (GeneralSecurityException failed) {
                throw typed(failed);
            }
            throw new InvalidRequestException(device + " has no key \"" + alias + "\"");
        }

        private static String kind(SchsmKey key) {
            return key.details().curve() != null
                    ? key.details().curve().curveName()
                    : key.key().type() + "-" + key.details().size();
        }

        /** What asks for the state of the PIN is the shortest command that there is. */
        private void roundTrips() throws SchsmException {
            try {
                measure(
                        Operation.ROUND_TRIP,
                        null,
                        Integer.MAX_VALUE,
                        () -> device.administration().userPin());
            } catch (UnsupportedByDeviceException anotherBackend) {
                measurements.add(cannot(Operation.ROUND_TRIP, null, String.valueOf(anotherBackend.getMessage())));
            }
        }

        private void use(SchsmKey key, String kind) throws SchsmException {
            long uses = key.details().useCounter().orElse(Integer.MAX_VALUE) - 1;
            int most = (int) Math.max(0, Math.min(Integer.MAX_VALUE, uses));
            try {
                if (key.key().type() == KeyType.AES) {
                    Cipher cipher = Cipher.getInstance("AES/CBC/NoPadding", provider);
                    cipher.init(Cipher.ENCRYPT_MODE, key, new IvParameterSpec(new byte[BLOCK]));
                    measure(Operation.ENCRYPT, kind, most, () -> cipher.doFinal(new byte[BLOCK]));
                } else {
                    Signature signature = Signature.getInstance(
                            key.key().type() == KeyType.RSA ? "SHA256withRSA" : "SHA256withECDSA", provider);
                    signature.initSign((PrivateKey) key);
                    measure(Operation.SIGN, kind, most, () -> {
                        signature.update((byte) 1);
                        signature.sign();
                    });
                }
            } catch (GeneralSecurityException refused) {
                refused(key.key().type() == KeyType.AES ? Operation.ENCRYPT : Operation.SIGN, kind, refused);
            }
        }

        /** Of this key or kind alone: others may do. */
        private void refused(Operation operation, String kind, Exception refused) throws SchsmException {
            SchsmException typed = typed(refused);
            if (typed instanceof DeviceException
                    || typed instanceof UnsupportedByDeviceException
                    || typed instanceof InvalidRequestException
                    || typed.getClass() == SchsmException.class) {
                measurements.add(cannot(operation, kind, String.valueOf(typed.getMessage())));
            } else {
                throw typed;
            }
        }

        private static Measurement cannot(Operation operation, @Nullable String kind, String problem) {
            return new Measurement(operation, kind, 0, 0, 0, 0, problem);
        }

        private void make(String kind) throws SchsmException {
            listener.accept(Operation.GENERATE + " " + kind);
            requireNotInterrupted();
            byte[] random = new byte[LABEL_BYTES];
            new SecureRandom().nextBytes(random);
            String label = LABEL + HexFormat.of().formatHex(random);
            SchsmKey key;
            made.add(label);
            try {
                long begin = System.nanoTime();
                generate(kind, label);
                measurements.add(of(Operation.GENERATE, kind, new long[] {System.nanoTime() - begin}));
                key = find(label);
            } catch (GeneralSecurityException | ProviderException | IllegalArgumentException refused) {
                // Perhaps it was made all the same: it is looked for at the end.
                requireNotInterrupted();
                refused(Operation.GENERATE, kind, refused);
                return;
            }
            use(key, kind);
            delete(label);
            made.remove(label);
        }

        private void generate(String kind, String label) throws GeneralSecurityException {
            SchsmKeySpec.Builder spec = SchsmKeySpec.builder(label);
            Matcher sized = SIZED.matcher(kind);
            if (!sized.matches()) {
                pair("EC", spec.parameters(new ECGenParameterSpec(kind)).build());
            } else if (sized.group(1).equals("RSA")) {
                pair("RSA", spec.keySize(Integer.parseInt(sized.group(2))).build());
            } else {
                KeyGenerator generator = KeyGenerator.getInstance("AES", provider);
                generator.init(spec.keySize(Integer.parseInt(sized.group(2)))
                        .allow(KeyAlgorithm.AES_CBC_ENCRYPT)
                        .build());
                generator.generateKey();
            }
        }

        private void pair(String type, SchsmKeySpec spec) throws GeneralSecurityException {
            KeyPairGenerator generator = KeyPairGenerator.getInstance(type, provider);
            generator.initialize(spec);
            generator.generateKeyPair();
        }

        /** What an earlier one left that was killed. */
        private void removeOld() throws SchsmException {
            for (TokenKey key : device.keys()) {
                if (OURS.matcher(key.label()).matches()) {
                    delete(key.label());
                }
            }
        }

        private void delete(String label) throws SchsmException {
            try {
                keyStore.deleteEntry(label);
            } catch (GeneralSecurityException failed) {
                throw typed(failed);
            }
        }

        private List<SchsmException> deleteMade() {
            // A command that is interrupted would not be sent.
            boolean interrupted = Thread.interrupted();
            List<SchsmException> failures = new ArrayList<>();
            for (String label : List.copyOf(made)) {
                try {
                    delete(label);
                    made.remove(label);
                } catch (SchsmException stays) {
                    failures.add(stays);
                }
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
            return failures;
        }

        private void measure(Operation operation, @Nullable String kind, int most, Step step) throws SchsmException {
            listener.accept(kind == null ? operation.name() : operation + " " + kind);
            List<Long> took = new ArrayList<>();
            long end = System.nanoTime() + each.toNanos();
            try {
                do {
                    requireNotInterrupted();
                    if (took.size() >= most) {
                        break;
                    }
                    long begin = System.nanoTime();
                    step.run();
                    took.add(System.nanoTime() - begin);
                } while (System.nanoTime() < end);
            } catch (GeneralSecurityException | ProviderException failed) {
                throw typed(failed);
            }
            measurements.add(
                    took.isEmpty()
                            ? cannot(operation, kind, "the key has no use left but its last one")
                            : of(
                                    operation,
                                    kind,
                                    took.stream().mapToLong(Long::longValue).toArray()));
        }

        private static void requireNotInterrupted() throws SchsmException {
            if (Thread.currentThread().isInterrupted()) {
                throw new SchsmException("the benchmark was interrupted");
            }
        }
    }

    private static Measurement of(Operation operation, @Nullable String kind, long[] nanos) {
        long[] sorted = nanos.clone();
        Arrays.sort(sorted);
        long total = Arrays.stream(sorted).sum();
        double perSecond = sorted.length * NANOS_PER_SECOND / Math.max(1, total);
        return new Measurement(
                operation,
                kind,
                sorted.length,
                operation == Operation.RANDOM ? perSecond * RANDOM_BYTES : perSecond,
                percentile(sorted, 50) / NANOS_PER_MILLI,
                percentile(sorted, 99) / NANOS_PER_MILLI,
                null);
    }

    /** The nearest rank. */
    static long percentile(long[] sorted, int percent) {
        int rank = (int) Math.ceil(percent * sorted.length / 100.0);
        return sorted[Math.max(1, rank) - 1];
    }

    private static SchsmException typed(Exception failed) {
        Throwable cause = failed;
        while (cause != null) {
            if (cause instanceof SchsmException ours) {
                return ours;
            }
            cause = cause.getCause();
        }
        String message = failed.getMessage();
        if (failed instanceof InvalidAlgorithmParameterException || failed instanceof IllegalArgumentException) {
            return new InvalidRequestException(String.valueOf(message), failed);
        }
        return new SchsmException(
                message == null || message.isBlank()
                        ? "failed: " + failed.getClass().getSimpleName()
                        : message,
                failed);
    }
}
