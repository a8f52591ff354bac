// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.benchmarks;

import io.github.schsm.provider.SchsmProvider;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.Signature;
import java.util.List;
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

/** What a domain adds to a signature of a single device: members are null cards, one thread signs. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(2)
@SuppressWarnings("NullAway.Init") // JMH calls setUp first
public class DomainOverheadBenchmark {
    private static final int MOST = 4;

    /** How many members there are; 0 is a single device, without a domain. */
    @Param({"0", "1", "4"})
    public int members;

    private final byte[] data = new byte[1000];
    private Signature signature;

    /** Makes a domain of simulated devices and loads it over null cards. */
    @Setup
    public void setUp() throws GeneralSecurityException, IOException {
        List<String> ids = DomainMembers.ids(MOST);
        String domain = DomainMembers.make("simulator:memory", ids, 1);
        Provider provider = new SchsmProvider()
                .configure("terminal = nullcard:memory; trust = simulator; device = "
                        + (members == 0
                                ? ids.get(0)
                                : String.join(", ", ids.subList(0, members)) + "; domain = " + domain));
        PrivateKey key =
                (PrivateKey) Objects.requireNonNull(DomainMembers.load(provider).getKey(DomainMembers.KEY + 0, null));
        signature = Signature.getInstance("SHA256withECDSA", provider);
        signature.initSign(key);
    }

    /** ECDSA on secp256r1 over 1,000 bytes, with an engine that is at hand. */
    @Benchmark
    public byte[] sign() throws GeneralSecurityException {
        signature.update(data);
        return signature.sign();
    }
}
