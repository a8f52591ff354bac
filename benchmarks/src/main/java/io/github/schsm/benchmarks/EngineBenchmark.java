// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.benchmarks;

import io.github.schsm.SchsmKeySpec;
import io.github.schsm.provider.SchsmProvider;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.Provider;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.spec.ECGenParameterSpec;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import javax.crypto.Cipher;
import javax.crypto.KeyAgreement;
import javax.crypto.KeyGenerator;
import javax.crypto.Mac;
import javax.crypto.spec.IvParameterSpec;
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

/** ECDH, AES-CBC over one and ten kilobytes, AES-CMAC and random numbers, by one thread. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(1)
@SuppressWarnings("NullAway.Init") // JMH calls setUp first
public class EngineBenchmark {
    private static final String EC = "benchmark-ecdh";
    private static final String AES = "benchmark-aes";

    /** As in the configuration; {@code -p terminal=pcsc} measures a real reader, or one of vpcd's. */
    @Param("simulator:memory")
    public String terminal;

    /** The device's user PIN; the simulator's by default. */
    @Param("648219")
    public String pin;

    private final byte[] kilobyte = new byte[1024];
    private final byte[] tenKilobytes = new byte[10_240];
    private KeyAgreement agreement;
    private PublicKey peer;
    private Cipher cipher;
    private Mac mac;
    private SecureRandom random;

    /** Loads the key store, and generates the keys where there are none. */
    @Setup
    public void setUp() throws GeneralSecurityException, IOException {
        Provider provider = new SchsmProvider().configure("terminal = " + terminal);
        KeyStore keyStore = KeyStore.getInstance("SCHSM", provider);
        keyStore.load(null, pin.toCharArray());
        ECGenParameterSpec curve = new ECGenParameterSpec("secp256r1");
        if (!keyStore.containsAlias(EC)) {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC", provider);
            generator.initialize(SchsmKeySpec.builder(EC).parameters(curve).build());
            generator.generateKeyPair();
        }
        if (!keyStore.containsAlias(AES)) {
            KeyGenerator generator = KeyGenerator.getInstance("AES", provider);
            generator.init(SchsmKeySpec.builder(AES).keySize(256).build());
            generator.generateKey();
        }
        KeyPairGenerator software = KeyPairGenerator.getInstance("EC", "SunEC");
        software.initialize(curve);
        peer = software.generateKeyPair().getPublic();
        agreement = KeyAgreement.getInstance("ECDH", provider);
        agreement.init(Objects.requireNonNull(keyStore.getKey(EC, null)));
        Key aes = Objects.requireNonNull(keyStore.getKey(AES, null));
        cipher = Cipher.getInstance("AES/CBC/NoPadding", provider);
        cipher.init(Cipher.ENCRYPT_MODE, aes, new IvParameterSpec(new byte[16]));
        mac = Mac.getInstance("AESCMAC", provider);
        mac.init(aes);
        random = SecureRandom.getInstance("SCHSM", provider);
    }

    /** ECDH on secp256r1. */
    @Benchmark
    public byte[] ecdh() throws GeneralSecurityException {
        agreement.doPhase(peer, true);
        return agreement.generateSecret();
    }

    /** AES-CBC, what one command carries. */
    @Benchmark
    public byte[] cbcOfOneKilobyte() throws GeneralSecurityException {
        return cipher.doFinal(kilobyte);
    }

    /** AES-CBC in several commands. */
    @Benchmark
    public byte[] cbcOfTenKilobytes() throws GeneralSecurityException {
        return cipher.doFinal(tenKilobytes);
    }

    /** AES-CMAC, what one command carries. */
    @Benchmark
    public byte[] cmacOfOneKilobyte() {
        return mac.doFinal(kilobyte);
    }

    /** 32 random bytes. */
    @Benchmark
    public byte[] random() {
        byte[] bytes = new byte[32];
        random.nextBytes(bytes);
        return bytes;
    }
}
