// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.login;

import io.github.schsm.SchsmException;
import io.github.schsm.callback.NewPinCallback;
import io.github.schsm.callback.PinRequest;
import javax.security.auth.callback.TextOutputCallback;
import org.jspecify.annotations.Nullable;

/**
 * Somebody who is asked and, where there is no answer, what the configuration names. What lies there goes out by its own
 * rules: not for the last try, and not again after it was refused.
 */
public final class PinOrElse implements PinSource {
    private final PinSource asked;
    private final PinSource configured;
    private volatile PinSource answered;

    public PinOrElse(PinSource asked, PinSource configured) {
        this.asked = asked;
        this.configured = configured;
        this.answered = asked;
    }

    @Override
    public char @Nullable [] pin(PinRequest request) throws SchsmException {
        answered = asked;
        char[] pin = asked.pin(request);
        if ((pin != null && pin.length > 0) || asked.isOnReader()) {
            return pin;
        }
        if (request.isLastTry() && !configured.isInteractive()) {
            return null;
        }
        answered = configured;
        return configured.pin(request);
    }

    @Override
    public boolean isInteractive() {
        return answered.isInteractive();
    }

    @Override
    public boolean isStored() {
        return answered.isStored();
    }

    @Override
    public boolean isOnReader() {
        return answered.isOnReader();
    }

    @Override
    public void changeTransportPin(NewPinCallback wanted) throws SchsmException {
        asked.changeTransportPin(wanted);
    }

    @Override
    public boolean inform(TextOutputCallback event) {
        return asked.inform(event);
    }

    @Override
    public void destroy() {
        asked.destroy();
        configured.destroy();
    }
}
