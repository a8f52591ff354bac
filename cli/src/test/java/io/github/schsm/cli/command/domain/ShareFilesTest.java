// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli.command.domain;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.card.dkek.DkekShareFile;
import org.junit.jupiter.api.Test;

class ShareFilesTest {
    /** Other tests of these commands take fewer rounds. */
    @Test
    void theCommandWritesAndOpensWhatTheCommonToolsDo() {
        assertThat(new DomainCommands.CreateShare().form).isSameAs(DkekShareFile.common());
        assertThat(new DomainCommands.ImportShare().form).isSameAs(DkekShareFile.common());
    }
}
