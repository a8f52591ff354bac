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
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import javax.crypto.Cipher;
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

/** RSA signatures over 1,000 bytes and decryption, by one thread. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(1)
@SuppressWarnings("NullAway.Init") // JMH calls setUp first
public class RsaBenchmark {
    /** As in the configuration; {@code -p terminal=pcsc} measures a real reader, or one of vpcd's. */
    @Param({"nullcard:x", "simulator:memory"})
    public String terminal;

    /** The device's user PIN; the simulator's by default. */
    @Param("648219")
    public String pin;

    /** Size of the key, which is called {@code benchmark-rsa-<size>}. */
    @Param("2048")
    public int bits;

    private final byte[] data = new byte[1000];
    private Signature pkcs1;
    private Signature paddedThere;
    private Signature paddedHere;
    private Cipher oaep;
    private byte[] encrypted;

    /** Loads the key store, and generates the key where there is none. */
    @Setup
    public void setUp() throws GeneralSecurityException, IOException {
        Provider provider = new SchsmProvider().configure("terminal = " + terminal);
        KeyStore keyStore = KeyStore.getInstance("SCHSM", provider);
        keyStore.load(null, pin.toCharArray());
        String alias = "benchmark-rsa-" + bits;
        if (!keyStore.containsAlias(alias)) {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA", provider);
            generator.initialize(SchsmKeySpec.builder(alias).keySize(bits).build());
            generator.generateKeyPair();
        }
        PrivateKey key = (PrivateKey) Objects.requireNonNull(keyStore.getKey(alias, null));
        pkcs1 = Signature.getInstance("SHA256withRSA", provider);
        pkcs1.initSign(key);
        paddedThere = pss(provider, key, "SHA-256", MGF1ParameterSpec.SHA256, 32);
        paddedHere = pss(provider, key, "SHA-512", MGF1ParameterSpec.SHA512, 64);
        Cipher encrypt = Cipher.getInstance("RSA/ECB/OAEPPadding", "SunJCE");
        encrypt.init(
                Cipher.ENCRYPT_MODE,
                Objects.requireNonNull(keyStore.getCertificate(alias)).getPublicKey());
        encrypted = encrypt.doFinal(new byte[32]);
        oaep = Cipher.getInstance("RSA/ECB/OAEPPadding", provider);
        oaep.init(Cipher.DECRYPT_MODE, key);
    }

    private static Signature pss(Provider provider, PrivateKey key, String hash, MGF1ParameterSpec mgf, int salt)
            throws GeneralSecurityException {
        Signature signature = Signature.getInstance("RSASSA-PSS", provider);
        signature.setParameter(new PSSParameterSpec(hash, "MGF1", mgf, salt, 1));
        signature.initSign(key);
        return signature;
    }

    /** PKCS#1 v1.5, padded by the device. */
    @Benchmark
    public byte[] signPkcs1() throws GeneralSecurityException {
        return sign(pkcs1);
    }

    /** PSS with SHA-256, padded by the device. */
    @Benchmark
    public byte[] signPssPaddedByTheDevice() throws GeneralSecurityException {
        return sign(paddedThere);
    }

    /** PSS with SHA-512, padded by the host. */
    @Benchmark
    public byte[] signPssPaddedByTheHost() throws GeneralSecurityException {
        return sign(paddedHere);
    }

    private byte[] sign(Signature signature) throws GeneralSecurityException {
        signature.update(data);
        return signature.sign();
    }

    /** OAEP, unpadded by the host. */
    @Benchmark
    public byte[] decryptOaep() throws GeneralSecurityException {
        return oaep.doFinal(encrypted);
    }
}
