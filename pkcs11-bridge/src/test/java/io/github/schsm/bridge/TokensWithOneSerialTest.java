// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.bridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.schsm.TokenNotPresentException;
import io.github.schsm.bridge.session.TokenLink;
import io.github.schsm.spi.Token;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Several devices show one serial number, label, model and maker, as those with an open firmware do. */
class TokensWithOneSerialTest extends TwoTokensAlike {
    TokensWithOneSerialTest() {
        super("ESPICOHSMTR");
    }

    private void serial(String serial) {
        first.serial = serial;
        second.serial = serial;
    }

    /** Whether they are alike shows only once both are there. */
    @ParameterizedTest
    @ValueSource(strings = {"ESPICOHSMTR", "DECC0401002"})
    void oneThatWasThereFirstStaysItself(String serial) throws Exception {
        serial(serial);
        module.pull(13);
        Token nine = directory().find("slot:9");
        assertThat(labels(nine)).containsExactly("first");
        module.insert(13, second);
        assertThat(labels(directory().find("slot:13"))).containsExactly("second");
        assertThat(labels(nine)).containsExactly("first");
        module.pull(9);
        assertThatThrownBy(() -> nine.load(FakePin.right()))
                .isInstanceOf(TokenNotPresentException.class)
                .hasMessageContainingAll(serial, "slot:9");
        module.insert(9, first);
        assertThat(labels(nine)).containsExactly("first");
    }

    /** The slots were never looked into for a choice while both were there. */
    @Test
    void oneOfSeveralIsNotGuessed() throws Exception {
        serial("DECC0401002");
        module.pull(13);
        Token nine = directory().find("slot:9");
        assertThat(labels(nine)).containsExactly("first");
        module.pull(9);
        module.insert(13, second);
        module.insert(17, new FakeToken(LABEL, "DECC0401002"));
        assertThatThrownBy(() -> nine.load(FakePin.right()))
                .isInstanceOf(TokenNotPresentException.class)
                .hasMessageContainingAll("DECC0401002", "several others", "slot:<id>");
        assertThat(module.tokenLogin(13)).isEmpty();
    }

    @Test
    void oneWithAnotherLabelIsAnother() throws Exception {
        serial("DECC0401002");
        second.label = "Second";
        Token nine = directory().find(LABEL);
        assertThat(labels(nine)).containsExactly("first");
        assertThat(labels(directory().find("Second"))).containsExactly("second");
        module.pull(9);
        assertThatThrownBy(() -> nine.load(FakePin.right())).isInstanceOf(TokenNotPresentException.class);
    }

    /** Keys are compared by it. */
    @Test
    void tokensThatWereNeverThereTogetherAreTwo() throws Exception {
        module.pull(13);
        Token nine = directory().find("ESPICOHSMTR");
        module.pull(9);
        module.insert(13, second);
        Token thirteen = directory().find("ESPICOHSMTR");
        assertThat(thirteen.id()).isEqualTo(nine.id());
        assertThat(thirteen.uniqueId()).isNotEqualTo(nine.uniqueId());
        assertThat(directory().find("slot:13").uniqueId()).isEqualTo(thirteen.uniqueId());
    }

    @Test
    void theOneWithTheSerialIsAskedFor() {
        assertThatThrownBy(() -> directory().find("ESPICOHSMTR")).hasMessageContainingAll("slot:9", "slot:13");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "ESPICOHSMTR"})
    void keyDomainsAreLookedForInTheSlotsReader(String serial) throws Exception {
        serial(serial);
        for (long slot : new long[] {13, 9}) {
            TokenLink link = new TokenLink(loaded, module.slotInfo(slot), module.tokenInfo(slot));
            DirectCard channel = new DirectCard(link, FakeHost.noting(askedFor));
            assertThat(channel.isThere()).isFalse();
        }
        assertThat(askedFor).containsExactly("Fake Reader 13", "Fake Reader 9");
    }
}
