// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.benchmarks;

import io.github.schsm.provider.SchsmProvider;
import io.github.schsm.simulator.SimulatedDevice;
import io.github.schsm.simulator.profile.LatencyTable;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * What a key domain brings under load: what {@code benchmarks/run-domain} starts, once for each way to the devices. The
 * devices take as long as the table {@code 4k} says, a signature 50 ms.
 */
public final class DomainLoad {
    private static final int THREADS = 16;
    private static final int SERVICE_MILLIS = 50;
    private static final int KEYS = 20;
    private static final int ROUNDS = 5;
    private static final double PER_SECOND = 1000.0 / SERVICE_MILLIS;
    private static final double LOAD = 0.8;
    private static final int MOST_WAITING = 64;
    private static final int SEED = 12;

    private static final PrintStream OUT = new PrintStream(System.out, true, StandardCharsets.UTF_8);

    private final DomainReaders.Way way;
    private final int seconds;
    private final List<String> all;
    private final Path folder;
    private String domain = "";

    private DomainLoad(DomainReaders.Way way, int members, int seconds, Path folder) {
        this.way = way;
        this.seconds = seconds;
        this.all = DomainMembers.ids(members);
        this.folder = folder;
    }

    /**
     * Prints one line for each result.
     *
     * @param arguments {@code process}, {@code pcsc}, {@code sunpcsc} or {@code ram}; how many members there are at most; seconds that
     *     each rate is measured; then what to measure, everything if nothing is named: {@code rates}, {@code separate},
     *     {@code mixed}, {@code waiting}, {@code pulled}, {@code load}
     */
    public static void main(String[] arguments) throws Exception {
        Path folder = Files.createTempDirectory("schsm-domain");
        try {
            DomainLoad load = new DomainLoad(
                    DomainReaders.Way.of(arguments[0]),
                    Integer.parseInt(arguments[1]),
                    Integer.parseInt(arguments[2]),
                    folder);
            load.run(List.of(arguments).subList(3, arguments.length));
        } finally {
            try (Stream<Path> files = Files.walk(folder)) {
                files.sorted(Comparator.reverseOrder())
                        .forEach(file -> file.toFile().delete());
            }
        }
        System.exit(0); // Threads of readers go on.
    }

    private void run(List<String> which) throws Exception {
        boolean everything = which.isEmpty();
        int keys = everything || which.contains("load") ? KEYS : 1;
        domain = DomainMembers.make("simulator:" + folder, all, keys);
        try (DomainReaders readers = DomainReaders.plug(way, folder, all)) {
            readers.readers().setLatency(LatencyTable.named("4k"));
            if (everything || which.contains("rates")) {
                rates(readers);
            }
            if (everything || which.contains("separate")) {
                separate(readers);
            }
            if (everything || which.contains("mixed")) {
                mixed(readers);
            }
            if (everything || which.contains("waiting")) {
                waiting(readers);
            }
            if (everything || which.contains("pulled")) {
                pulled(readers);
            }
            if (everything || which.contains("load")) {
                load(readers);
            }
        }
    }

    private String configuration(DomainReaders readers, List<String> members) {
        return readers.terminal() + "; device = " + String.join(", ", members)
                + (members.size() == 1 ? "" : "; domain = " + domain);
    }

    private double rate(DomainReaders readers, List<String> members) throws Exception {
        try (Signers signers = Signers.of(configuration(readers, members), DomainMembers.KEY + 0)) {
            return signers.rate(THREADS, seconds);
        }
    }

    private void rates(DomainReaders readers) throws Exception {
        double one = 0;
        for (int members = 1; members <= all.size(); members *= 2) {
            double rate = rate(readers, all.subList(0, members));
            one = members == 1 ? rate : one;
            say(
                    "rates",
                    "%d members: %.1f signatures/s, %.3f of %d x one member's",
                    members,
                    rate,
                    rate / (members * one),
                    members);
        }
    }

    /** As many providers as devices, and the program deals out the work: what can be had without a domain. */
    private void separate(DomainReaders readers) throws Exception {
        double one = 0;
        for (int members = 1; members <= all.size(); members *= 2) {
            List<Signers> signers = new ArrayList<>();
            for (String member : all.subList(0, members)) {
                signers.add(Signers.of(configuration(readers, List.of(member)), DomainMembers.KEY + 0));
            }
            ExecutorService pool = Executors.newFixedThreadPool(members);
            int threads = THREADS / members;
            List<Future<Double>> running = new ArrayList<>();
            for (Signers each : signers) {
                running.add(pool.submit(() -> each.rate(threads, seconds)));
            }
            double rate = 0;
            for (Future<Double> each : running) {
                rate += each.get();
            }
            pool.shutdown();
            signers.forEach(Signers::close);
            one = members == 1 ? rate : one;
            say(
                    "separate",
                    "%d providers: %.1f signatures/s, %.3f of %d x one member's",
                    members,
                    rate,
                    rate / (members * one),
                    members);
        }
    }

    private void mixed(DomainReaders readers) throws Exception {
        if (all.size() < 4) {
            say("mixed", "left out: it takes 4 members");
            return;
        }
        LatencyTable slow = LatencyTable.parse("100 ms", "sign = " + 2 * SERVICE_MILLIS + "\nother = 27");
        for (String id : all.subList(2, 4)) {
            readers.device(id).setLatency(slow);
        }
        double fastOne = rate(readers, all.subList(0, 1));
        double slowOne = rate(readers, all.subList(2, 3));
        double rate = rate(readers, all.subList(0, 4));
        double sum = 2 * fastOne + 2 * slowOne;
        readers.readers().setLatency(LatencyTable.named("4k"));
        say("mixed", "2 members of 50 ms, 2 of 100 ms: %.1f signatures/s, %.3f of the sum", rate, rate / sum);
    }

    private List<String> four() {
        return all.subList(0, Math.min(4, all.size()));
    }

    private void waiting(DomainReaders readers) throws Exception {
        List<String> members = four();
        try (Signers signers = Signers.of(configuration(readers, members), DomainMembers.KEY + 0)) {
            signers.rate(THREADS, 2);
            int requests = (int) (2 * seconds * LOAD * members.size() * PER_SECOND);
            long apart = (long) (1e9 / (LOAD * members.size() * PER_SECOND));
            long[] even = new long[requests];
            long[] random = new long[requests];
            Random chance = new Random(SEED);
            double at = 0;
            for (int i = 0; i < requests; i++) {
                even[i] = i * apart;
                at += -Math.log(1 - chance.nextDouble()) * apart;
                random[i] = (long) at;
            }
            for (long[] arrivals : List.of(even, random)) {
                long[] times = signers.responseTimes(MOST_WAITING, arrivals);
                Arrays.sort(times);
                say(
                        "waiting",
                        "%d members, 80 %% load, requests %s: median %.1f ms, p99 %.1f ms; p99 of a perfect queue"
                                + " %.1f ms",
                        members.size(),
                        arrivals == even ? "evenly spaced" : "at random (Poisson)",
                        millis(times[requests / 2]),
                        millis(times[requests * 99 / 100]),
                        millis(perfect(arrivals, members.size())));
            }
        }
    }

    /** The 99th percentile if each request went to the member that is free first, and nothing took time but signing. */
    private static long perfect(long[] arrivals, int members) {
        PriorityQueue<Long> free = new PriorityQueue<>();
        for (int i = 0; i < members; i++) {
            free.add(0L);
        }
        long[] times = new long[arrivals.length];
        for (int i = 0; i < arrivals.length; i++) {
            long begins = Math.max(arrivals[i], free.remove());
            long ends = begins + TimeUnit.MILLISECONDS.toNanos(SERVICE_MILLIS);
            free.add(ends);
            times[i] = ends - arrivals[i];
        }
        Arrays.sort(times);
        return times[times.length * 99 / 100];
    }

    private void pulled(DomainReaders readers) throws Exception {
        List<String> members = four();
        SimulatedDevice pulled = readers.device(members.get(members.size() - 1));
        long[] back = new long[1];
        try (Signers signers = Signers.of(configuration(readers, members), DomainMembers.KEY + 0)) {
            long start = System.nanoTime();
            List<String> failures = signers.failures(8, 500, () -> {
                TimeUnit.SECONDS.sleep(5);
                pulled.remove();
                TimeUnit.SECONDS.sleep(5);
                pulled.recorder().start();
                long inserted = System.nanoTime();
                pulled.insert();
                while (pulled.recorder().count(exchange -> exchange.ins() == 0x68) < 2) {
                    TimeUnit.MILLISECONDS.sleep(1);
                }
                back[0] = System.nanoTime() - inserted;
                pulled.recorder().stop();
            });
            double took = (System.nanoTime() - start) / 1e9;
            say(
                    "pulled",
                    "one of %d members out for 5 s during 8 x 500 signatures: %d failures%s, signs again after %.2f s,"
                            + " %.1f signatures/s in all",
                    members.size(),
                    failures.size(),
                    failures.isEmpty() ? "" : " (" + failures.get(0) + ")",
                    back[0] / 1e9,
                    4000 / took);
        }
    }

    private void load(DomainReaders readers) throws Exception {
        long[][] one = new long[ROUNDS][];
        long[][] together = new long[ROUNDS][];
        for (int i = 0; i < ROUNDS; i++) {
            one[i] = load(readers, all.subList(0, 1));
            together[i] = load(readers, four());
        }
        List<String> steps = List.of("KeyStore.load", "and all aliases", "and all keys and certificates");
        for (int step = 0; step < steps.size(); step++) {
            double ofOne = median(one, step);
            double ofAll = median(together, step);
            say(
                    "load",
                    "%s, %d keys: one member %.0f ms, domain of %d members %.0f ms, %.2f of it",
                    steps.get(step),
                    KEYS,
                    ofOne,
                    four().size(),
                    ofAll,
                    ofAll / ofOne);
        }
    }

    private static double median(long[][] rounds, int step) {
        return millis(Arrays.stream(rounds)
                .mapToLong(round -> round[step])
                .sorted()
                .skip(rounds.length / 2)
                .findFirst()
                .orElseThrow());
    }

    /** Nanoseconds until the key store is loaded, its aliases are known, and all keys and certificates are. */
    private long[] load(DomainReaders readers, List<String> members) throws Exception {
        long start = System.nanoTime();
        try (SchsmProvider provider = (SchsmProvider) new SchsmProvider().configure(configuration(readers, members))) {
            KeyStore keyStore = DomainMembers.load(provider);
            long loaded = System.nanoTime() - start;
            List<String> aliases = Collections.list(keyStore.aliases());
            long listed = System.nanoTime() - start;
            for (String alias : aliases) {
                keyStore.getKey(alias, null);
                keyStore.getCertificate(alias);
            }
            long read = System.nanoTime() - start;
            if (aliases.size() < KEYS) {
                throw new IllegalStateException(aliases.size() + " keys instead of " + KEYS);
            }
            return new long[] {loaded, listed, read};
        }
    }

    private static double millis(long nanos) {
        return nanos / 1e6;
    }

    private void say(String what, String format, Object... arguments) {
        OUT.println(way.name().toLowerCase(Locale.ROOT) + ", " + what + ": "
                + String.format(Locale.ROOT, format, arguments));
    }
}
