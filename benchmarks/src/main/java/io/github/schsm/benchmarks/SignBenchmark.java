// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.benchmarks;

import io.github.schsm.SchsmKeySpec;
import io.github.schsm.provider.SchsmProvider;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** ECDSA signatures on secp256r1 over 1,000 bytes, by one thread. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(1)
@SuppressWarnings("NullAway.Init") // JMH calls setUp first
public class SignBenchmark {
    private static final String ALIAS = "benchmark";
    private static final String ALGORITHM = "SHA256withECDSA";

    /** As in the configuration; {@code -p terminal=pcsc} measures a real reader, or one of vpcd's. */
    @Param({"nullcard:x", "simulator:memory"})
    public String terminal;

    /** The device's user PIN; the simulator's by default. */
    @Param("648219")
    public String pin;

    private final byte[] data = new byte[1000];
    private Provider provider;
    private PrivateKey key;
    private Signature signature;

    /** Loads the key store, and generates the key {@code benchmark} where there is none. */
    @Setup
    public void setUp() throws GeneralSecurityException, IOException {
        provider = new SchsmProvider().configure("terminal = " + terminal);
        KeyStore keyStore = KeyStore.getInstance("SCHSM", provider);
        keyStore.load(null, pin.toCharArray());
        if (!keyStore.containsAlias(ALIAS)) {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC", provider);
            generator.initialize(SchsmKeySpec.builder(ALIAS)
                    .parameters(new ECGenParameterSpec("secp256r1"))
                    .build());
            generator.generateKeyPair();
        }
        key = (PrivateKey) Objects.requireNonNull(keyStore.getKey(ALIAS, null));
        signature = Signature.getInstance(ALGORITHM, provider);
        signature.initSign(key);
    }

    /** With an engine that is at hand. */
    @Benchmark
    public byte[] sign() throws GeneralSecurityException {
        signature.update(data);
        return signature.sign();
    }

    /** As most programs do it: a new engine each time. */
    @Benchmark
    public byte[] newEngineAndSign() throws GeneralSecurityException {
        Signature fresh = Signature.getInstance(ALGORITHM, provider);
        fresh.initSign(key);
        fresh.update(data);
        return fresh.sign();
    }
}
