// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.provider.card;

import io.github.schsm.SchsmException;
import io.github.schsm.callback.NewPinCallback;
import io.github.schsm.callback.PinRequest;
import io.github.schsm.login.Authenticator;
import io.github.schsm.login.TokenAuthenticator;
import org.jspecify.annotations.Nullable;

/**
 * A login that another backend keeps, and shares with the card. The other one notices by itself when the card was out;
 * what was entered is not forgotten here, so that nobody is asked once per way to the same card.
 */
record LentLogin(TokenAuthenticator lender) implements Authenticator {
    @Override
    public byte @Nullable [] pin(PinRequest request) throws SchsmException {
        return lender.pin(request);
    }

    @Override
    public boolean hasPin() {
        return lender.hasPin();
    }

    @Override
    public boolean isGivenNow() {
        return lender.isGivenNow();
    }

    @Override
    public boolean isInteractive() {
        return lender.isInteractive();
    }

    @Override
    public boolean isOnReader() {
        return lender.isOnReader();
    }

    @Override
    public boolean mayUseLastTry() {
        return lender.mayUseLastTry();
    }

    @Override
    public void changeTransportPin(NewPinCallback wanted) throws SchsmException {
        lender.changeTransportPin(wanted);
    }

    @Override
    public boolean entryOnReader(PinRequest request, boolean change) {
        return lender.entryOnReader(request, change);
    }

    @Override
    public void entryFinished(PinRequest request) {
        lender.entryFinished(request);
    }

    @Override
    public void accepted() {
        lender.accepted();
    }

    @Override
    public void refused(int triesLeft) {
        lender.refused(triesLeft);
    }
}
