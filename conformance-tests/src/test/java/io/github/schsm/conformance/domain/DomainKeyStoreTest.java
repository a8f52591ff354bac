// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.domain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.schsm.SchsmDomain;
import io.github.schsm.SchsmKey;
import io.github.schsm.SchsmKeySpec;
import io.github.schsm.TokenNotPresentException;
import io.github.schsm.conformance.bench.DomainBench;
import io.github.schsm.conformance.bench.Group;
import java.security.KeyPair;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.spec.ECGenParameterSpec;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a program sees of three members that are one key store. */
class DomainKeyStoreTest {
    private static final byte[] DATA = "data".getBytes(java.nio.charset.StandardCharsets.UTF_8);

    private DomainBench bench;
    private KeyStore keys;

    /** Loads the key store over all members. */
    @BeforeEach
    void load() throws Exception {
        bench = new DomainBench();
        keys = bench.source().keyStore();
    }

    /** Gives back what it has. */
    @AfterEach
    void close() {
        bench.close();
    }

    private KeyPair generate(String label) throws Exception {
        return Group.generatePair(
                bench.source().provider(),
                SchsmKeySpec.builder(label)
                        .parameters(new ECGenParameterSpec("secp256r1"))
                        .build());
    }

    private byte[] sign(PrivateKey key) throws Exception {
        Signature signature =
                Signature.getInstance("SHA256withECDSA", bench.source().provider());
        signature.initSign(key);
        signature.update(DATA);
        return signature.sign();
    }

    private void assertSigns(PrivateKey key, PublicKey publicKey) throws Exception {
        Signature verifier = Signature.getInstance("SHA256withECDSA");
        verifier.initVerify(publicKey);
        verifier.update(DATA);
        assertThat(verifier.verify(sign(key))).isTrue();
    }

    private List<String> ids() {
        return bench.devices().stream().map(device -> device.id()).toList();
    }

    @Test
    void generatedKeyIsOnAllMembersAndIsOneEntry() throws Exception {
        KeyPair pair = generate("k");

        assertThat(Collections.list(keys.aliases())).containsExactly("k");
        assertThat(SchsmDomain.of(keys).copies("k")).isEqualTo(ids());
        assertThat(((SchsmKey) pair.getPrivate()).deviceIds()).isEqualTo(ids());
        for (var device : bench.devices()) {
            assertThat(Collections.list(device.keyStore().aliases())).containsExactly("k");
        }
        assertSigns(pair.getPrivate(), pair.getPublic());
    }

    @Test
    void operationsGoToAllMembersInTurn() throws Exception {
        KeyPair pair = generate("k");
        bench.devices().forEach(device -> device.recorder().start());
        for (int i = 0; i < 12; i++) {
            assertSigns(pair.getPrivate(), pair.getPublic());
        }
        assertThat(bench.devices())
                .allSatisfy(device -> assertThat(device.recorder().count()).isPositive());
    }

    @Test
    void removedMemberIsPassedOverAndComesBack() throws Exception {
        KeyPair pair = generate("k");
        bench.device(1).remove();
        for (int i = 0; i < 6; i++) {
            assertSigns(pair.getPrivate(), pair.getPublic());
        }
        SchsmDomain.Member removed = SchsmDomain.of(keys).members().get(1);
        assertThat(removed.isPresent()).isFalse();
        assertThat(removed.problem()).isPresent();
        bench.device(1).insert();
        for (int i = 0; i < 100 && !removed.isPresent(); i++) {
            Thread.sleep(50);
        }
        assertThat(removed.problem()).isEmpty();
        bench.device(0).remove();
        bench.device(2).remove();
        assertSigns(pair.getPrivate(), pair.getPublic());
    }

    @Test
    void whereAllAreAwayEachIsNamed() throws Exception {
        KeyPair pair = generate("k");
        bench.source().remove();
        assertThatThrownBy(() -> sign(pair.getPrivate()))
                .isInstanceOf(SignatureException.class)
                .hasCauseInstanceOf(TokenNotPresentException.class)
                .hasMessageContainingAll(ids().toArray(new String[0]));
    }
}
