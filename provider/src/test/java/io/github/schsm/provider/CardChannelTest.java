// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.provider;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.schsm.ConfigurationException;
import io.github.schsm.TokenNotPresentException;
import io.github.schsm.card.transport.TerminalSource;
import io.github.schsm.config.SchsmConfiguration;
import io.github.schsm.provider.card.CardTokens;
import io.github.schsm.simulator.VirtualReaders;
import io.github.schsm.simulator.terminal.HookedTerminals;
import io.github.schsm.spi.Token;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A device that is found by its reader, for what a PKCS#11 module in front of it cannot say. */
class CardChannelTest {
    private static final String LONG = "Maker of readers, model with a very long name and two slots (0123456789) 00 0";

    private static CardTokens readers(String first, String second) throws Exception {
        List<String> ids = List.of("ZZSIM310001", "ZZSIM310002");
        for (String id : ids) {
            VirtualReaders.memory().device(id);
        }
        List<HookedTerminals.Named> renamed = new ArrayList<>();
        List<String> names = List.of(first, second);
        for (int i = 0; i < names.size(); i++) {
            String reader = VirtualReaders.memory().device(ids.get(i)).readerName();
            renamed.add(new HookedTerminals.Named(
                    names.get(i), VirtualReaders.memory().terminals().getTerminal(reader)));
        }
        return new CardTokens(
                TerminalSource.of("renamed", HookedTerminals.named(renamed)),
                SchsmConfiguration.of("terminal = simulator:memory"),
                () -> null);
    }

    @Test
    void theDeviceInTheReaderOfThatNameIsTheSameObjectEachTime() throws Exception {
        CardTokens readers = readers("Reader A", "Reader B");

        Token token = readers.inReader("Reader B");

        assertThat(token.id()).isEqualTo("ZZSIM310002");
        assertThat(readers.inReader("Reader B")).isSameAs(token).isSameAs(readers.find("ZZSIM310002"));
    }

    @Test
    void aNameThatWasCutIsEnoughIfOneReaderOnlyBeginsSo() throws Exception {
        String cut = LONG.substring(0, 64);

        assertThat(readers(LONG + "0", "Reader B").inReader(cut).id()).isEqualTo("ZZSIM310001");
        assertThat(readers(LONG + "0", LONG + "1").inReader(LONG + "1").id()).isEqualTo("ZZSIM310002");
        CardTokens alike = readers(LONG + "0", LONG + "1");
        assertThatThrownBy(() -> alike.inReader(cut))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContainingAll(LONG + "0", LONG + "1");
    }

    @Test
    void aReaderThatIsNotThereIsNamedWithThoseThatAre() throws Exception {
        CardTokens readers = readers("Reader A", "Reader B");

        for (String name : List.of("Reader", "reader a", "Reader A with more")) {
            assertThatThrownBy(() -> readers.inReader(name))
                    .isInstanceOf(TokenNotPresentException.class)
                    .hasMessageContainingAll("\"" + name + "\"", "Reader A", "Reader B");
        }
    }

    @Test
    void anEmptyReaderIsToldApart() throws Exception {
        CardTokens readers = readers("Reader A", "Reader B");
        VirtualReaders.memory().device("ZZSIM310001").remove();
        try {
            assertThatThrownBy(() -> readers.inReader("Reader A"))
                    .isInstanceOf(TokenNotPresentException.class)
                    .hasMessageContaining("Reader A");
        } finally {
            VirtualReaders.memory().device("ZZSIM310001").insert();
        }
    }
}
