// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.domain;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.SchsmDomain;
import io.github.schsm.conformance.bench.DomainBench;
import io.github.schsm.conformance.bench.Group;
import io.github.schsm.conformance.bench.SimulatorBench.SimulatedMember;
import java.security.KeyPair;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a member is asked before it works again. */
class DomainReturnTest {
    private static final int SIGN = 0x68;
    private static final int KEYS = 8;
    /** Connection, list of objects, login, and the proof of one key: no more with more keys. */
    private static final int MOST_COMMANDS = 10;

    private static final int ROUNDS = 6;

    private DomainBench bench;
    private DomainProgram program;

    /** Loads the key store over all members. */
    @BeforeEach
    void load() throws Exception {
        bench = new DomainBench();
        program = DomainProgram.on(bench);
    }

    /** Gives back what it has. */
    @AfterEach
    void close() {
        bench.close();
    }

    private void takeOut(SimulatedMember member, SchsmDomain.Member seen, KeyPair pair) throws Exception {
        member.remove();
        while (seen.problem().isEmpty()) {
            program.assertSigns(pair);
        }
    }

    @Test
    void memberThatIsBackIsNotReadAgain() throws Exception {
        KeyPair pair = program.generate("k");
        for (int i = 1; i < KEYS; i++) {
            program.generate("k" + i);
        }
        program.assertSigns(pair);
        SimulatedMember member = bench.device(1);
        SchsmDomain.Member seen = program.member(1);
        takeOut(member, seen, pair);

        member.recorder().start();
        member.insert();
        DomainProgram.await(() -> seen.problem().isEmpty());
        while (member.recorder().count(exchange -> exchange.ins() == SIGN) == 0) {
            program.assertSigns(pair);
        }
        assertThat(member.recorder().exchanges()).hasSizeLessThanOrEqualTo(MOST_COMMANDS);
    }

    @Test
    void keyThatTookThePlaceOfAnotherIsNotUsed() throws Exception {
        KeyPair pair = program.generate("k");
        program.assertSigns(pair);
        SimulatedMember member = bench.device(1);
        member.keyStore().deleteEntry("k");
        // The exchange key was in the first place when the key was brought here.
        for (String label : List.of("first place", "k")) {
            Group.generateEc(member.provider(), label, "secp256r1");
        }
        SchsmDomain.Member seen = program.member(1);
        takeOut(member, seen, pair);

        member.insert();
        DomainProgram.await(() -> seen.problem().isEmpty());
        for (int i = 0; i < ROUNDS; i++) {
            program.assertSigns(pair);
        }
        assertThat(seen.problem()).as("it is not the member's fault").isEmpty();
    }

    @Test
    void aesKeyIsStillThatKey() throws Exception {
        program.generateSecret("aes");
        KeyPair pair = program.generate("k");
        SchsmDomain.Member seen = program.member(2);
        takeOut(bench.device(2), seen, pair);

        bench.device(2).insert();
        DomainProgram.await(() -> seen.problem().isEmpty());
        bench.device(0).remove();
        bench.device(1).remove();
        program.assertSigns(pair);
        assertThat(program.mac("aes")).hasSize(16);
    }
}
