// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.bridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.schsm.SchsmException;
import io.github.schsm.TokenNotPresentException;
import io.github.schsm.bridge.cryptoki.CryptokiException;
import io.github.schsm.login.FailedPinCache;
import io.github.schsm.spi.Token;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Tokens that only differ in their places: with no serial number, as the vendor's module shows them, with the one that all
 * devices of an open firmware have, or with a number of their own that two show.
 */
@ParameterizedClass(name = "serial number \"{0}\"")
@ValueSource(strings = {"", "ESPICOHSMTR", "DECC0401002"})
class TokensAlikeTest extends TwoTokensAlike {
    TokensAlikeTest(String serial) {
        super(serial);
    }

    @Test
    void eachSlotShowsItsOwnKeys() throws Exception {
        assertThat(labels(directory().find("slot:9"))).containsExactly("first");
        assertThat(labels(directory().find("slot:13"))).containsExactly("second");
        assertThat(labels(directory().find("slot:9"))).containsExactly("first");
    }

    @Test
    void aLoginToOneIsNoneToTheOther() throws Exception {
        Token nine = directory().find("slot:9");
        nine.load(FakePin.right());
        assertThat(directory().find("slot:13").isLoggedIn()).isFalse();
        assertThat(module.tokenLogin(13)).isEmpty();
    }

    @Test
    void aRefusedPinOfOneIsNoneOfTheOther() throws Exception {
        second.user.set("111111");
        assertThatThrownBy(() -> directory().find("slot:13").load(FakePin.right()))
                .isInstanceOf(SchsmException.class);
        assertThat(labels(directory().find("slot:9"))).containsExactly("first");
    }

    @Test
    void oneThatIsOutIsNotLookedForInTheOthersSlot() throws Exception {
        Token nine = directory().find("slot:9");
        assertThat(labels(nine)).containsExactly("first");
        module.pull(9);
        assertThatThrownBy(() -> nine.load(FakePin.right())).isInstanceOf(TokenNotPresentException.class);
        assertThat(module.tokenLogin(13)).isEmpty();
        module.insert(9, first);
        assertThat(labels(nine)).containsExactly("first");
    }

    @Test
    void theSlotOfAnotherReaderIsAnotherToken() throws Exception {
        Token nine = directory().find("slot:9");
        assertThat(labels(nine)).containsExactly("first");
        module.removeSlot(9);
        module.addSlot(9, "Another reader");
        module.insert(9, new FakeToken(LABEL, first.serial));
        assertThatThrownBy(() -> nine.load(FakePin.right())).isInstanceOf(TokenNotPresentException.class);
        Token now = directory().find("slot:9");
        assertThat(now).isNotSameAs(nine);
        assertThat(labels(now)).isEmpty();
    }

    @Test
    void itsLabelMayChange() throws Exception {
        Token nine = directory().find("slot:9");
        first.label = "renamed";
        assertThat(labels(nine)).containsExactly("first");
    }

    @Test
    void aRefusedPinOfOneIsForgottenByItOnly() throws Exception {
        second.user.set("111111");
        Token thirteen = directory().find("slot:13");
        assertThatThrownBy(() -> thirteen.load(FakePin.right())).isInstanceOf(SchsmException.class);
        assertThat(labels(directory().find("slot:9"))).containsExactly("first");
        assertThat(refused(13).any()).isTrue();
        assertThat(refused(9).any()).isFalse();
    }

    private FailedPinCache refused(long slot) throws CryptokiException {
        return loaded.token(module.slotInfo(slot), module.tokenInfo(slot)).failedPins();
    }
}
