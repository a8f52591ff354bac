// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.benchmarks;

import io.github.schsm.provider.SchsmProvider;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Signature;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;

/** Threads that sign with one key of a key store, as a program does that has never heard of domains. */
final class Signers implements AutoCloseable {
    private static final byte[] DATA = new byte[1000];

    private final SchsmProvider provider;
    private final PrivateKey key;

    private Signers(SchsmProvider provider, KeyStore keyStore, String alias) throws GeneralSecurityException {
        this.provider = provider;
        this.key = (PrivateKey) Objects.requireNonNull(keyStore.getKey(alias, null), alias);
    }

    static Signers of(String configuration, String alias) throws GeneralSecurityException, IOException {
        SchsmProvider provider = (SchsmProvider) new SchsmProvider().configure(configuration);
        return new Signers(provider, DomainMembers.load(provider), alias);
    }

    @Override
    public void close() {
        provider.close();
    }

    private void sign(Signature engine) throws GeneralSecurityException {
        engine.update(DATA);
        engine.sign();
    }

    private Signature engine() throws GeneralSecurityException {
        Signature engine = Signature.getInstance("SHA256withECDSA", provider);
        engine.initSign(key);
        return engine;
    }

    /** Work of one thread. */
    private interface Work {
        void run(Signature engine) throws GeneralSecurityException, InterruptedException;
    }

    private List<Future<Void>> start(ExecutorService pool, int threads, Work work) throws GeneralSecurityException {
        List<Signature> engines = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
            engines.add(engine());
        }
        List<Future<Void>> running = new ArrayList<>();
        for (Signature engine : engines) {
            running.add(pool.submit(() -> {
                work.run(engine);
                return null;
            }));
        }
        return running;
    }

    private static void join(List<Future<Void>> running) throws InterruptedException, ExecutionException {
        for (Future<Void> thread : running) {
            thread.get();
        }
    }

    /** Signatures per second of threads that sign without pause, after as many seconds of warming up as are measured. */
    double rate(int threads, int seconds) throws GeneralSecurityException, InterruptedException, ExecutionException {
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        AtomicBoolean stop = new AtomicBoolean();
        LongAdder done = new LongAdder();
        try {
            List<Future<Void>> running = start(pool, threads, engine -> {
                while (!stop.get()) {
                    sign(engine);
                    done.increment();
                }
            });
            TimeUnit.SECONDS.sleep(seconds);
            long start = System.nanoTime();
            long before = done.sum();
            TimeUnit.SECONDS.sleep(seconds);
            long signatures = done.sum() - before;
            double rate = signatures * 1e9 / (System.nanoTime() - start);
            stop.set(true);
            join(running);
            return rate;
        } finally {
            stop.set(true);
            pool.shutdown();
        }
    }

    /**
     * Signs when requests arrive, not when a thread is free: nanoseconds from each arrival to its signature.
     *
     * @param arrivals in nanoseconds from the start
     */
    long[] responseTimes(int threads, long[] arrivals)
            throws GeneralSecurityException, InterruptedException, ExecutionException {
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        long[] times = new long[arrivals.length];
        AtomicInteger next = new AtomicInteger();
        try {
            AtomicLong begin = new AtomicLong();
            CountDownLatch ready = new CountDownLatch(1);
            List<Future<Void>> running = start(pool, threads, engine -> {
                ready.await();
                long start = begin.get();
                for (int i = next.getAndIncrement(); i < arrivals.length; i = next.getAndIncrement()) {
                    long due = start + arrivals[i];
                    for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
                        LockSupport.parkNanos(left);
                    }
                    sign(engine);
                    times[i] = System.nanoTime() - due;
                }
            });
            begin.set(System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(200));
            ready.countDown();
            join(running);
            return times;
        } finally {
            pool.shutdown();
        }
    }

    /**
     * Each thread signs so many times.
     *
     * @return the failures
     */
    List<String> failures(int threads, int signatures, Meanwhile meanwhile) throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        List<String> failures = Collections.synchronizedList(new ArrayList<>());
        try {
            List<Future<Void>> running = start(pool, threads, engine -> {
                for (int i = 0; i < signatures; i++) {
                    try {
                        sign(engine);
                    } catch (GeneralSecurityException | RuntimeException failed) {
                        failures.add(failed.toString());
                    }
                }
            });
            meanwhile.happen();
            join(running);
            return failures;
        } finally {
            pool.shutdown();
        }
    }

    /** What goes on while they sign. */
    interface Meanwhile {
        void happen() throws Exception;
    }
}
