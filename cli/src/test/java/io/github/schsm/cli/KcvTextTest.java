// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.KeyDomain;
import io.github.schsm.cli.report.Text;
import java.util.Arrays;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A KCV of zeros has several reasons. */
class KcvTextTest {
    private static KeyDomain.Status status(int shares, int outstanding, boolean kek, boolean xkek) {
        byte[] kcv = new byte[8];
        Arrays.fill(kcv, (byte) (kek ? 0xAB : 0));
        return new KeyDomain.Status(0, shares, outstanding, kcv, new byte[xkek ? 32 : 0]);
    }

    @ParameterizedTest
    @CsvSource({
        "1, 0, true,  false, true,  ABABABABABABABAB",
        "1, 0, true,  false, false, ABABABABABABABAB",
        "1, 0, false, false, false, not shown before the PIN is verified",
        "0, 0, false, false, false, not shown before the PIN is verified",
        "2, 1, false, false, false, 'none, 1 of 2 shares missing'",
        "2, 1, false, false, true,  'none, 1 of 2 shares missing'",
        "0, 0, false, true,  true,  none",
        "0, 0, false, true,  false, 'none, or not shown before the PIN is verified'",
        "0, 0, true,  true,  false, ABABABABABABABAB",
    })
    void says_which(int shares, int outstanding, boolean kek, boolean xkek, boolean pinVerified, String text) {
        KeyDomain.Status status = status(shares, outstanding, kek, xkek);
        assertThat(Text.kek(status, pinVerified)).isEqualTo(text);
        assertThat(Text.json(status))
                .containsEntry("kekPresent", kek || (!xkek && outstanding == 0))
                .containsKey("kcv");
    }
}
