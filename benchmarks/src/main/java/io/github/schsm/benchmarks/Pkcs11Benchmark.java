// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.benchmarks;

import io.github.schsm.provider.SchsmProvider;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.Security;
import java.security.Signature;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.bouncycastle.operator.OperatorCreationException;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * The bridge next to the JDK's SunPKCS11, over the same PKCS#11 module and device. The device is in the first reader;
 * its keys are made over PC/SC, so that neither has an advantage.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(1)
public class Pkcs11Benchmark {
    private static final String KEY = TwentyKeys.LABEL + 0;

    /** A device with keys. */
    @State(Scope.Benchmark)
    @SuppressWarnings("NullAway.Init") // JMH calls prepare first
    public static class Device {
        /** Which provider. */
        @Param({"SCHSM", "SunPKCS11"})
        public String provider;

        /** The PKCS#11 module; SunPKCS11 takes its slot 0. */
        @Param("/usr/lib/x86_64-linux-gnu/opensc-pkcs11.so")
        public String module;

        /** The device's user PIN; the simulator's by default. */
        @Param("648219")
        public String pin;

        private String configuration;

        /** Makes twenty keys with certificates where there are none, and writes the providers' configurations. */
        @Setup(Level.Trial)
        public void prepare() throws GeneralSecurityException, IOException, OperatorCreationException {
            String device = TwentyKeys.make(pin.toCharArray());
            if (provider.equals("SCHSM")) {
                configuration = "terminal = pkcs11:" + module + "; device = " + device;
            } else {
                Path file = Files.createTempFile("sunpkcs11", ".cfg");
                file.toFile().deleteOnExit();
                Files.writeString(file, "name = OpenSC\nlibrary = " + module + "\nslot = 0\n", StandardCharsets.UTF_8);
                configuration = file.toString();
            }
        }

        Provider configured() {
            Provider unconfigured = provider.equals("SCHSM")
                    ? new SchsmProvider()
                    : Objects.requireNonNull(Security.getProvider(provider));
            return unconfigured.configure(configuration);
        }

        KeyStore load(Provider configured) throws GeneralSecurityException, IOException {
            KeyStore keyStore = KeyStore.getInstance(provider.equals("SCHSM") ? provider : "PKCS11", configured);
            keyStore.load(null, pin.toCharArray());
            return keyStore;
        }
    }

    /** A provider with a loaded key store. */
    @State(Scope.Benchmark)
    @SuppressWarnings("NullAway.Init") // JMH calls load first
    public static class Loaded {
        private final byte[] data = new byte[1000];
        private Provider provider;
        private PrivateKey key;
        private Signature signature;

        /** Loads the key store. */
        @Setup(Level.Trial)
        public void load(Device device) throws GeneralSecurityException, IOException {
            provider = device.configured();
            key = (PrivateKey) Objects.requireNonNull(device.load(provider).getKey(KEY, null));
            signature = Signature.getInstance("SHA256withECDSA", provider);
            signature.initSign(key);
        }
    }

    /** SHA256withECDSA on secp256r1 over 1,000 bytes, with an engine that is at hand. */
    @Benchmark
    public byte[] sign(Loaded loaded) throws GeneralSecurityException {
        loaded.signature.update(loaded.data);
        return loaded.signature.sign();
    }

    /** As most programs do it: a new engine each time. */
    @Benchmark
    public byte[] newEngineAndSign(Loaded loaded) throws GeneralSecurityException {
        Signature signature = Signature.getInstance("SHA256withECDSA", loaded.provider);
        signature.initSign(loaded.key);
        signature.update(loaded.data);
        return signature.sign();
    }

    /** A key store of a token that the provider knows: 20 keys with certificates. */
    @Benchmark
    public KeyStore loadAgain(Device device, Loaded loaded) throws GeneralSecurityException, IOException {
        return device.load(loaded.provider);
    }

    /**
     * The first key store in a JVM: provider, module, token and classes are loaded, too. SunPKCS11 reads the token when
     * it is configured.
     */
    @Benchmark
    @BenchmarkMode(Mode.SingleShotTime)
    @Warmup(iterations = 0)
    @Measurement(iterations = 1)
    @Fork(5)
    public KeyStore loadFirst(Device device) throws GeneralSecurityException, IOException {
        return device.load(device.configured());
    }
}
