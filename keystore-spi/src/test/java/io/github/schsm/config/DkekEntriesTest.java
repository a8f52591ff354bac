// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.schsm.ConfigurationException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DkekEntriesTest {
    @Test
    void sharesAndTheirPasswordsAreReadInOrder() throws Exception {
        SchsmConfiguration read = SchsmConfiguration.parse(
                        "dkek = file:/a, b.pbe , file:c; " + "dkek.password = env:FIRST, callback")
                .checked();

        assertThat(read.dkekShares()).containsExactly(Path.of("/a, b.pbe"), Path.of("c"));
        assertThat(read.dkekPasswords()).containsExactly("env:FIRST", "callback");
        assertThat(SchsmConfiguration.parse(read.text())).isEqualTo(read);
    }

    @Test
    void passwordsAreAskedForWhereNothingSaysOtherwise() throws Exception {
        SchsmConfiguration read = SchsmConfiguration.parse("dkek = file:a").checked();

        assertThat(read.dkekPasswords()).containsExactly("prompt");
        assertThat(SchsmConfiguration.parse("").checked().dkekShares()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "dkek = share.pbe | file:PATH",
                "dkek = file:a, file:a | twice",
                "dkek.password = prompt | which is not there",
                "dkek = file:a; dkek.password = hunter2 | is not known",
                "dkek = file:a, file:b; dkek.password = env:A, env:B, env:C | 3 passwords for 2 files",
            })
    void whatCannotBeMeantIsRefusedWithWhatCould(String text, String reason) {
        assertThatThrownBy(() -> SchsmConfiguration.parse(text).checked())
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining(reason)
                .hasMessageNotContaining("hunter2");
    }
}
