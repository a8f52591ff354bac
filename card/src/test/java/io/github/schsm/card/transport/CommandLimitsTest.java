// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.card.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.card.apdu.CommandApdu;
import io.github.schsm.card.quirk.AppletInfo;
import io.github.schsm.card.quirk.DeviceQuirks;
import io.github.schsm.card.quirk.ReaderQuirk;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CommandLimitsTest {
    private static byte[] hex(String hex) {
        return HexFormat.of().parseHex(hex);
    }

    @Test
    void lowers_the_limit_step_by_step_and_only_for_commands_that_exceed_it() {
        CommandLimits limits = new CommandLimits(1232, true, 65_536, ReaderQuirk.NONE);
        CommandApdu large = CommandApdu.of(0, 0xD7, 0, 0, new byte[1200], -1);
        assertThat(limits.fits(large)).isTrue();
        assertThat(limits.lower(large)).isTrue();
        assertThat(limits.maxData(false)).isEqualTo(1014 - 7);
        assertThat(limits.fits(large)).isFalse();
        CommandApdu middle = CommandApdu.of(0, 0xD7, 0, 0, new byte[900], -1);
        assertThat(limits.lower(middle)).isTrue();
        assertThat(limits.maxData(true)).isEqualTo(478 - 9);
        assertThat(limits.lower(CommandApdu.of(0, 0xD7, 0, 0, new byte[400], -1)))
                .isFalse();
        limits.shortOnly();
        assertThat(limits.maxData(true)).isEqualTo(255);
        assertThat(limits.adapt(CommandApdu.of(0, 0xB1, 0, 0, 65_536)).ne()).isEqualTo(256);
    }

    @ParameterizedTest
    @CsvSource({
        "3BDE18FF8191FE1FC38031815448534D317380214081071C, 1232",
        "3BFE1800008131FE458031815448534D31738021408107FA, 1454",
        "3BDE96FF8191FE1FC38031815448534D3173802140810792, 1454",
        "3B8E80018031815448534D3173802140810718, 1454",
        "3B00, 1232",
    })
    void knows_the_platforms_limit_by_its_atr(String atr, int limit) {
        DeviceQuirks quirks = DeviceQuirks.of(new DeviceQuirks.Seen(hex(atr), "Reader 00 00", AppletInfo.NOTHING));
        assertThat(new CommandLimits(quirks.commandLimit(), true, 65_536, ReaderQuirk.NONE).maxData(false))
                .isEqualTo(limit - 7);
    }
}
