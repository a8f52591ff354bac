// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.schsm.InvalidRequestException;
import io.github.schsm.KeyMigration;
import io.github.schsm.SchsmException;
import io.github.schsm.conformance.bench.Group;
import io.github.schsm.conformance.bench.SimulatorBench;
import io.github.schsm.provider.SchsmProvider;
import java.security.KeyPair;
import java.security.KeyStore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Where a migration has nothing to do, or may not begin: one device on both sides, another key under the alias. */
class MigrationBordersTest {
    private static final String LABEL = "moving";

    private SimulatorBench bench;
    private Group group;
    private KeyPair moving;

    @BeforeEach
    void open() throws Exception {
        bench = new SimulatorBench();
        group = Group.of(bench);
        moving = movable(group.source());
    }

    @AfterEach
    void close() {
        bench.close();
    }

    private static KeyPair movable(Group.Side side) throws Exception {
        return side.movable(LABEL);
    }

    @Test
    void aDeviceIsNotItsOwnTarget() throws Exception {
        assertSameDevice(group.source().keyStore());
    }

    @Test
    void aDeviceIsNotItsOwnTargetByAnotherProviderEither() throws Exception {
        KeyStore again = KeyStore.getInstance(
                "SCHSM",
                new SchsmProvider().configure(bench.configuration(bench.source().id())));
        again.load(null, "648219".toCharArray());
        assertSameDevice(again);
    }

    private void assertSameDevice(KeyStore target) throws Exception {
        assertThatThrownBy(() ->
                        KeyMigration.from(group.source().keyStore()).to(target).move(LABEL))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("same device");
        assertThat(group.source().keyStore().getKey(LABEL, null)).isEqualTo(moving.getPrivate());
    }

    @Test
    void anotherKeyUnderTheAliasIsNotTakenForTheOneThatMoves() throws Exception {
        KeyPair other = movable(group.target());

        assertThatThrownBy(() -> KeyMigration.from(group.source().keyStore())
                        .to(group.target().keyStore())
                        .move(LABEL))
                .isInstanceOf(SchsmException.class)
                .hasMessageContaining(LABEL);
        group.source().keyStore().load(null, "648219".toCharArray());
        group.target().keyStore().load(null, "648219".toCharArray());
        assertThat(group.source().keyStore().getKey(LABEL, null)).isEqualTo(moving.getPrivate());
        assertThat(group.target().keyStore().getKey(LABEL, null)).isEqualTo(other.getPrivate());
    }
}
