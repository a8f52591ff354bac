// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.provider.card;

import io.github.schsm.SchsmException;
import io.github.schsm.card.CardFunction;
import io.github.schsm.card.SmartCardHsm;
import io.github.schsm.login.Authenticator;
import io.github.schsm.login.UnderLogin;
import org.jspecify.annotations.Nullable;

/** What is done with a card under a login. */
record CardUse<T>(@Nullable Authenticator login, CardFunction<T> function) implements CardFunction<T>, UnderLogin {
    @Override
    public T apply(SmartCardHsm card) throws SchsmException {
        return function.apply(card);
    }
}
