// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.schsm.SchsmException;
import io.github.schsm.TokenNotPresentException;
import io.github.schsm.conformance.bench.Bench;
import io.github.schsm.conformance.bench.OpenScBench;
import io.github.schsm.conformance.bench.PcscBench;
import io.github.schsm.simulator.Fault;
import io.github.schsm.simulator.Faults;
import java.security.KeyPair;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.SignatureException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A card that leaves its reader, as OpenSC's module tells it: key and key store live on. */
@Tag("pcsc")
@Timeout(300)
class OpenScRemovalTest {
    private static final int SIGN = 0x68;
    private static final int GENERATE = 0x46;

    @Test
    void handlesSurviveRemovalAndInsertionBetweenOperations() throws Exception {
        try (OpenScBench bench = OpenScBench.both()) {
            Bench.Member member = bench.source();
            KeyStore keyStore = member.keyStore();
            KeyPair pair = RemovalTest.generate(member, "survivor");
            PrivateKey key = pair.getPrivate();

            for (int i = 0; i < 2; i++) {
                member.remove();
                assertThatThrownBy(() -> RemovalTest.sign(member, key))
                        .isInstanceOf(SignatureException.class)
                        .hasCauseInstanceOf(TokenNotPresentException.class)
                        .hasMessageContaining(bench.source().reader().device().id())
                        .hasMessageContaining("opensc-pkcs11.so");
                member.insert();
                RemovalTest.assertSigns(member, key, pair.getPublic());
            }
            RemovalTest.assertSigns(member, (PrivateKey) keyStore.getKey("survivor", null), pair.getPublic());
        }
    }

    @Test
    void theCardMayBeOutAndInUnnoticed() throws Exception {
        try (OpenScBench bench = OpenScBench.both()) {
            Bench.Member member = bench.source();
            member.keyStore();
            KeyPair pair = RemovalTest.generate(member, "unnoticed");
            for (int i = 0; i < 3; i++) {
                member.remove();
                member.insert();
                RemovalTest.assertSigns(member, pair.getPrivate(), pair.getPublic());
            }
        }
    }

    /** What cannot be repeated must not be begun in a session of the card that was out. */
    @Test
    void keysAreMadeAndDeletedAfterTheCardWasOutAndInUnnoticed() throws Exception {
        try (OpenScBench bench = OpenScBench.both()) {
            PcscBench.PcscMember member = bench.source();
            KeyStore keyStore = member.keyStore();
            member.reader().device().recorder().start();
            for (int i = 0; i < 3; i++) {
                String label = "made after removal " + i;
                member.remove();
                member.insert();
                KeyPair pair = RemovalTest.generate(member, label);
                RemovalTest.assertSigns(member, pair.getPrivate(), pair.getPublic());
                member.remove();
                member.insert();
                keyStore.deleteEntry(label);
                assertThat(keyStore.containsAlias(label)).isFalse();
            }
            assertThat(member.reader().device().recorder().count(sent -> sent.ins() == GENERATE))
                    .isEqualTo(3);
        }
    }

    @Test
    void signatureThatARemovalInterruptsFailsAndTheNextOneWorks() throws Exception {
        try (OpenScBench bench = OpenScBench.both()) {
            PcscBench.PcscMember member = bench.source();
            member.keyStore();
            KeyPair pair = RemovalTest.generate(member, "interrupted");
            for (Fault removal : new Fault[] {Fault.removalBefore(), Fault.removalAfter()}) {
                member.reader().device().faults().add(1, Faults.instruction(SIGN), removal);

                assertThatThrownBy(() -> RemovalTest.sign(member, pair.getPrivate()))
                        .isInstanceOf(SignatureException.class)
                        .hasCauseInstanceOf(SchsmException.class)
                        .hasMessageContaining(member.reader().device().id());

                assertThat(member.reader().device().faults().pending()).isZero();
                member.reader().reinsert();
                RemovalTest.assertSigns(member, pair.getPrivate(), pair.getPublic());
            }
        }
    }

    @Test
    void keyGenerationThatARemovalInterruptsIsNotRepeatedBehindTheCallersBack() throws Exception {
        try (OpenScBench bench = OpenScBench.both()) {
            PcscBench.PcscMember member = bench.source();
            member.keyStore();
            member.reader().device().faults().add(1, Faults.instruction(GENERATE), Fault.removalAfter());

            assertThatThrownBy(() -> RemovalTest.generate(member, "lost")).hasCauseInstanceOf(SchsmException.class);

            member.reader().reinsert();
            assertThat(member.keyStore().size()).isLessThanOrEqualTo(1);
            KeyPair next = RemovalTest.generate(member, "next");
            RemovalTest.assertSigns(member, next.getPrivate(), next.getPublic());
        }
    }
}
