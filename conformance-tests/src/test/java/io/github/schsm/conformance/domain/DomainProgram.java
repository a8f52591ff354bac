// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.domain;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.KeyAlgorithm;
import io.github.schsm.SchsmDomain;
import io.github.schsm.SchsmKeySpec;
import io.github.schsm.conformance.bench.DomainBench;
import io.github.schsm.conformance.bench.Group;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.function.BooleanSupplier;
import javax.crypto.KeyGenerator;
import javax.crypto.Mac;
import javax.crypto.SecretKey;

/** What a program does with a key store over several members, by the JCA alone. */
record DomainProgram(Provider provider, KeyStore keys) {
    private static final byte[] DATA = "data".getBytes(StandardCharsets.UTF_8);
    private static final int MOST_MILLIS = 60_000;
    private static final int STEP = 20;

    /** The program on a bench, its key store loaded with the PIN. */
    static DomainProgram on(DomainBench bench) throws Exception {
        return new DomainProgram(bench.source().provider(), bench.source().keyStore());
    }

    KeyPair generate(String label, KeyAlgorithm... allowed) throws Exception {
        SchsmKeySpec.Builder spec = SchsmKeySpec.builder(label).parameters(new ECGenParameterSpec("secp256r1"));
        return Group.generatePair(
                provider,
                allowed.length == 0 ? spec.build() : spec.allow(allowed).build());
    }

    SecretKey generateSecret(String label) throws Exception {
        KeyGenerator generator = KeyGenerator.getInstance("AES", provider);
        generator.init(SchsmKeySpec.builder(label).keySize(256).build());
        return generator.generateKey();
    }

    byte[] mac(String alias) throws Exception {
        Mac mac = Mac.getInstance("AESCMAC", provider);
        mac.init(keys.getKey(alias, null));
        return mac.doFinal(DATA);
    }

    byte[] sign(PrivateKey key) throws Exception {
        Signature signature = Signature.getInstance("SHA256withECDSA", provider);
        signature.initSign(key);
        signature.update(DATA);
        return signature.sign();
    }

    void assertSigns(PrivateKey key, PublicKey publicKey) throws Exception {
        assertThat(verifies(publicKey, sign(key))).isTrue();
    }

    void assertSigns(KeyPair pair) throws Exception {
        assertSigns(pair.getPrivate(), pair.getPublic());
    }

    /** Signs until every member has. One that was slow when it was last used is tried again after a while. */
    void assertAllSign(DomainBench bench, PrivateKey key, PublicKey publicKey) throws Exception {
        bench.devices().forEach(device -> device.recorder().start());
        Instant end = Instant.now().plusMillis(MOST_MILLIS);
        do {
            assertSigns(key, publicKey);
        } while (Instant.now().isBefore(end)
                && !bench.devices().stream()
                        .allMatch(device -> device.recorder().count() > 0));
        assertThat(bench.devices())
                .allSatisfy(device ->
                        assertThat(device.recorder().count()).as(device.id()).isPositive());
    }

    /** Signs until something is noticed, which the next operation of a slow member does: there may be many without it. */
    int signUntil(KeyPair pair, BooleanSupplier noticed) throws Exception {
        Instant end = Instant.now().plusMillis(MOST_MILLIS);
        int signed = 0;
        while (!noticed.getAsBoolean() && Instant.now().isBefore(end)) {
            assertSigns(pair);
            signed++;
        }
        assertThat(noticed.getAsBoolean()).isTrue();
        return signed;
    }

    static boolean verifies(PublicKey publicKey, byte[] signed) throws Exception {
        Signature verifier = Signature.getInstance("SHA256withECDSA");
        verifier.initVerify(publicKey);
        verifier.update(DATA);
        return verifier.verify(signed);
    }

    SchsmDomain domain() throws Exception {
        return SchsmDomain.of(keys);
    }

    SchsmDomain.Member member(int number) throws Exception {
        return domain().members().get(number);
    }

    List<String> aliases() throws Exception {
        return Collections.list(keys.aliases());
    }

    /** Waits for something that comes about by itself. */
    static void await(BooleanSupplier condition) throws InterruptedException {
        for (int waited = 0; waited < MOST_MILLIS && !condition.getAsBoolean(); waited += STEP) {
            Thread.sleep(STEP);
        }
        assertThat(condition.getAsBoolean()).isTrue();
    }
}
