// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.benchmarks;

import io.github.schsm.Kdm;
import io.github.schsm.KeyAlgorithm;
import io.github.schsm.KeyDomain;
import io.github.schsm.KeyMigration;
import io.github.schsm.SchsmDevice;
import io.github.schsm.SchsmKeySpec;
import io.github.schsm.provider.SchsmProvider;
import io.github.schsm.simulator.VirtualReaders;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.Provider;
import java.security.spec.ECGenParameterSpec;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;

/** Simulated devices that are members of one key domain and have the same keys. */
final class DomainMembers {
    /** The key's alias; further ones have a number behind. */
    static final String KEY = "domain-";

    private static final char[] PIN = VirtualReaders.USER_PIN.toCharArray();

    private DomainMembers() {}

    static List<String> ids(int number) {
        List<String> ids = new ArrayList<>();
        for (int i = 1; i <= number; i++) {
            ids.add(String.format(Locale.ROOT, "ZZSIM%06d", i));
        }
        return ids;
    }

    static Provider provider(String terminal, String device) {
        return new SchsmProvider().configure("terminal = " + terminal + "; device = " + device);
    }

    static KeyStore load(Provider provider) throws GeneralSecurityException, IOException {
        KeyStore keyStore = KeyStore.getInstance("SCHSM", provider);
        keyStore.load(null, PIN);
        return keyStore;
    }

    /**
     * Makes devices, a key domain with all of them, and keys that each of them has.
     *
     * @param terminal of the simulator, as in the configuration
     * @return the domain's UID in hex
     */
    static String make(String terminal, List<String> ids, int keys) throws GeneralSecurityException, IOException {
        Provider first = provider(terminal, ids.get(0));
        KeyStore source = load(first);
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC", first);
        generator.initialize(SchsmKeySpec.builder("group-signer")
                .parameters(new ECGenParameterSpec("brainpoolP256r1"))
                .build());
        KeyPair groupSigner = generator.generateKeyPair();
        KeyDomain domain = join(groupSigner, source);
        for (int i = 0; i < keys; i++) {
            generator.initialize(SchsmKeySpec.builder(KEY + i)
                    .parameters(new ECGenParameterSpec("secp256r1"))
                    .domain(domain)
                    .allow(KeyAlgorithm.ECDSA, KeyAlgorithm.WRAP)
                    .build());
            generator.generateKeyPair();
        }
        for (String id : ids.subList(1, ids.size())) {
            KeyStore target = load(provider(terminal, id));
            join(groupSigner, target);
            for (int i = 0; i < keys; i++) {
                KeyMigration.from(source).to(target).move(KEY + i);
            }
        }
        return HexFormat.of().withUpperCase().formatHex(domain.uid());
    }

    private static KeyDomain join(KeyPair groupSigner, KeyStore device) throws GeneralSecurityException {
        SchsmDevice member = SchsmDevice.of(device);
        return member.createKeyDomain(0, Kdm.issue(groupSigner, member.identity()));
    }
}
