// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.card;

import io.github.schsm.PinException;
import io.github.schsm.PublicKeyAuthentication;
import io.github.schsm.SchsmException;
import io.github.schsm.card.CardTransaction.Pin;
import io.github.schsm.card.apdu.CardCommand;
import io.github.schsm.card.apdu.CommandApdu;
import io.github.schsm.card.apdu.ResponseApdu;
import io.github.schsm.card.apdu.RetryPolicy;
import io.github.schsm.card.apdu.StatusWords;

/**
 * Why a command was refused although the PIN was verified, or without one: because holders of registered keys have to
 * authenticate. The device is asked only then, and nothing that they have done is lost by it.
 */
final class MissingKeys {
    private final CardTransaction session;

    MissingKeys(CardTransaction session) {
        this.session = session;
    }

    /**
     * Returns if keys are not the reason, or if the PIN would do as well.
     *
     * @throws PinException if they are
     */
    void tell(CardCommand refused) throws SchsmException {
        ResponseApdu answer = ask(CardCommand.MANAGE_PUBLIC_KEY_AUTHENTICATION, PublicKeyCommands.STATUS);
        if (!answer.isOk()) {
            return;
        }
        PublicKeyAuthentication.Status keys = PublicKeyCommands.parse(answer.data());
        if (keys.isAuthenticated()) {
            return;
        }
        CommandApdu pinStatus = CommandApdu.of(0x00, 0x20, 0x00, Pins.USER, CommandApdu.NO_LE);
        if (StatusWords.isTriesLeft(ask(CardCommand.VERIFY, pinStatus).sw())) {
            return;
        }
        throw PinException.keysMissing(
                refused.title(),
                StatusWords.SECURITY_STATUS_NOT_SATISFIED,
                "public key authentication: " + keys.required() + " of the " + keys.total()
                        + " registered keys of device " + session.identity().deviceId() + " have to authenticate, "
                        + keys.authenticated() + " have since the device was last reset or selected"
                        + (keys.isComplete() ? "" : "; " + keys.missing() + " are not registered yet"),
                keys);
    }

    private ResponseApdu ask(CardCommand name, CommandApdu command) throws SchsmException {
        return session.transmit(name, command, Pin.NOT_NEEDED, RetryPolicy.ALLOWED);
    }
}
