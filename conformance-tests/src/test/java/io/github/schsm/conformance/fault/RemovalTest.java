// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.schsm.SchsmException;
import io.github.schsm.TokenNotPresentException;
import io.github.schsm.conformance.bench.Bench;
import io.github.schsm.conformance.bench.Group;
import io.github.schsm.conformance.bench.PcscBench;
import io.github.schsm.conformance.bench.Pki;
import io.github.schsm.simulator.Fault;
import io.github.schsm.simulator.Faults;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A card that leaves its reader, as both PC/SC libraries tell it: key and key store live on. */
@Tag("pcsc")
@Timeout(300)
class RemovalTest {
    private static final byte[] DATA = "signed before and after".getBytes(StandardCharsets.UTF_8);
    private static final int SIGN = 0x68;
    private static final int GENERATE = 0x46;

    @ParameterizedTest
    @ValueSource(strings = {"pcsc", "sunpcsc"})
    void handlesSurviveRemovalAndInsertionBetweenOperations(String terminal) throws Exception {
        try (PcscBench bench = new PcscBench(terminal)) {
            Bench.Member member = bench.source();
            KeyStore keyStore = member.keyStore();
            KeyPair pair = generate(member, "survivor");
            Signature begun = Signature.getInstance("SHA256withECDSA", member.provider());
            begun.initSign(pair.getPrivate());
            begun.update(DATA);

            member.remove();
            assertThatThrownBy(() -> sign(member, pair.getPrivate()))
                    .isInstanceOf(SignatureException.class)
                    .hasCauseInstanceOf(SchsmException.class)
                    .hasMessageContaining(bench.source().reader().name());
            member.insert();

            byte[] signature = begun.sign();
            assertThat(Pki.verifies("SHA256withECDSA", pair.getPublic(), DATA, signature))
                    .isTrue();
            assertSigns(member, (PrivateKey) keyStore.getKey("survivor", null), pair.getPublic());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"pcsc", "sunpcsc"})
    void signatureThatARemovalInterruptsFailsAndTheNextOneWorks(String terminal) throws Exception {
        try (PcscBench bench = new PcscBench(terminal)) {
            PcscBench.PcscMember member = bench.source();
            member.keyStore();
            KeyPair pair = generate(member, "interrupted");
            for (Fault removal : new Fault[] {Fault.removalBefore(), Fault.removalAfter()}) {
                member.reader().device().faults().add(1, Faults.instruction(SIGN), removal);

                assertThatThrownBy(() -> sign(member, pair.getPrivate()))
                        .isInstanceOf(SignatureException.class)
                        .hasCauseInstanceOf(SchsmException.class)
                        .hasMessageContaining(member.reader().name());

                assertThat(member.reader().device().faults().pending()).isZero();
                member.reader().reinsert();
                assertSigns(member, pair.getPrivate(), pair.getPublic());
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"pcsc", "sunpcsc"})
    void keyGenerationThatARemovalInterruptsIsNotRepeatedBehindTheCallersBack(String terminal) throws Exception {
        try (PcscBench bench = new PcscBench(terminal)) {
            PcscBench.PcscMember member = bench.source();
            member.keyStore();
            member.reader().device().faults().add(1, Faults.instruction(GENERATE), Fault.removalAfter());

            assertThatThrownBy(() -> generate(member, "lost"))
                    .hasCauseInstanceOf(SchsmException.class)
                    .hasMessageContaining(member.reader().name());

            member.reader().reinsert();
            assertThat(member.keyStore().size()).isLessThanOrEqualTo(1);
            KeyPair next = generate(member, "next");
            assertSigns(member, next.getPrivate(), next.getPublic());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"pcsc", "sunpcsc"})
    void emptyReaderIsNamedWhenAKeyStoreIsLoaded(String terminal) throws Exception {
        try (PcscBench bench = new PcscBench(terminal)) {
            PcscBench.PcscMember member = bench.source();
            member.remove();

            assertThatThrownBy(member::keyStore)
                    .hasCauseInstanceOf(TokenNotPresentException.class)
                    .hasMessageContaining(member.reader().device().id())
                    .hasMessageContaining(member.reader().name());
        }
    }

    static KeyPair generate(Bench.Member member, String label) throws Exception {
        return Group.generateEc(member.provider(), label, "secp256r1");
    }

    static byte[] sign(Bench.Member member, PrivateKey key) throws Exception {
        Signature signer = Signature.getInstance("SHA256withECDSA", member.provider());
        signer.initSign(key);
        signer.update(DATA);
        return signer.sign();
    }

    static void assertSigns(Bench.Member member, PrivateKey key, PublicKey publicKey) throws Exception {
        assertThat(Pki.verifies("SHA256withECDSA", publicKey, DATA, sign(member, key)))
                .isTrue();
    }
}
