// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.admin.inventory;

import io.github.schsm.Kdm;
import io.github.schsm.KeyAlgorithm;
import io.github.schsm.KeyDomain;
import io.github.schsm.SchsmDevice;
import io.github.schsm.SchsmKeySpec;
import io.github.schsm.provider.SchsmProvider;
import io.github.schsm.simulator.VirtualReaders;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.spec.ECGenParameterSpec;
import java.util.ArrayList;
import java.util.List;
import javax.crypto.KeyGenerator;

/** Simulated devices in a folder: two members of an XKEK key domain with some keys, and one with a DKEK. */
public final class World implements AutoCloseable {
    public static final String A = "ZZSIM000001";
    public static final String B = "ZZSIM000002";
    public static final String C = "ZZSIM000003";

    private final Path folder;
    private final List<SchsmProvider> opened = new ArrayList<>();

    /** The devices' folder, in which nothing else is. */
    public World(Path folder) {
        this.folder = folder;
    }

    /** A loaded key store of a device. */
    public record Side(SchsmProvider provider, KeyStore keyStore, SchsmDevice device) {
        public KeyPair generate(SchsmKeySpec spec) throws Exception {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC", provider);
            generator.initialize(spec);
            return generator.generateKeyPair();
        }

        public void generateSecret(SchsmKeySpec spec) throws Exception {
            KeyGenerator generator = KeyGenerator.getInstance("AES", provider);
            generator.init(spec);
            generator.generateKey();
        }
    }

    /** A provider of some devices. */
    public SchsmProvider provider(String... devices) {
        SchsmProvider provider = (SchsmProvider) new SchsmProvider()
                .configure("terminal = \"simulator:" + folder + "\"; device = " + String.join(",", devices));
        opened.add(provider);
        return provider;
    }

    public Side open(String device) throws Exception {
        SchsmProvider provider = provider(device);
        KeyStore keyStore = KeyStore.getInstance("SCHSM", provider);
        keyStore.load(null, VirtualReaders.USER_PIN.toCharArray());
        return new Side(provider, keyStore, SchsmDevice.of(keyStore));
    }

    static SchsmKeySpec.Builder spec(String label, String curve) {
        return SchsmKeySpec.builder(label).parameters(new ECGenParameterSpec(curve));
    }

    /** Makes both members of a domain in slot 0, with keys on the first. */
    public void group() throws Exception {
        Side a = open(A);
        Side b = open(B);
        KeyPair signer = a.generate(spec("group-signer", "brainpoolP256r1").build());
        KeyDomain domain =
                a.device().createKeyDomain(0, Kdm.issue(signer, a.device().identity()));
        b.device().createKeyDomain(0, Kdm.issue(signer, b.device().identity()));
        a.generate(spec("code-signing", "secp256r1")
                .domain(domain)
                .allow(KeyAlgorithm.ECDSA, KeyAlgorithm.WRAP)
                .build());
        a.generate(spec("staying", "secp256r1")
                .domain(domain)
                .allow(KeyAlgorithm.ECDSA)
                .build());
        a.generate(spec("counted", "secp256r1")
                .domain(domain)
                .allow(KeyAlgorithm.ECDSA, KeyAlgorithm.WRAP)
                .useCounter(100)
                .build());
    }

    /** Gives the third device a DKEK of one share in slot 0. */
    public void dkek() throws Exception {
        Side c = open(C);
        KeyDomain domain = c.device().createDkekDomain(0, 1);
        domain.importShare(new byte[32]);
        c.generateSecret(SchsmKeySpec.builder("aes")
                .domain(domain)
                .allow(KeyAlgorithm.AES_CBC_ENCRYPT, KeyAlgorithm.WRAP)
                .build());
    }

    @Override
    public void close() {
        opened.forEach(SchsmProvider::close);
    }
}
