// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.bridge;

import io.github.schsm.DeviceInitialization;
import io.github.schsm.SchsmException;
import io.github.schsm.TokenAdministration;
import io.github.schsm.TokenAdministration.PinStatus;
import io.github.schsm.bridge.session.TokenLink;
import io.github.schsm.login.PinSource;
import java.util.Optional;
import java.util.Set;

/**
 * PINs and initialization of a card next to its module. A module may keep the PIN in order to verify it again by
 * itself, and would spend a try on one that was changed behind its back: so the user PIN is changed by the module, and
 * the module logged out before it becomes invalid in another way.
 */
final class HybridAdministration implements TokenAdministration {
    private final DirectCard card;
    private final CardKeys keys;
    private final TokenLink link;
    private final TokenAdministration byModule;
    private final PinSource pinPad;

    HybridAdministration(
            DirectCard card, CardKeys keys, TokenLink link, TokenAdministration byModule, PinSource pinPad) {
        this.card = card;
        this.keys = keys;
        this.link = link;
        this.byModule = byModule;
        this.pinPad = pinPad;
    }

    @Override
    public PinStatus userPin() throws SchsmException {
        return card.use(there -> there.administration().userPin());
    }

    @Override
    public PinStatus soPin() throws SchsmException {
        return card.use(there -> there.administration().soPin());
    }

    @Override
    public void changePin(char[] oldPin, char[] newPin) throws SchsmException {
        byModule.changePin(oldPin, newPin);
    }

    @Override
    public void changePinOnReader() throws SchsmException {
        boolean hadLogin = link.authenticator() != null;
        card.run(there -> there.administration().changePinOnReader());
        link.logout();
        if (hadLogin) {
            link.useWhenNeeded(pinPad);
        }
    }

    @Override
    public void changeSoPin(char[] oldPin, char[] newPin) throws SchsmException {
        card.run(there -> there.administration().changeSoPin(oldPin, newPin));
    }

    @Override
    public void unblock(char[] soPin, char[] newPin) throws SchsmException {
        card.run(there -> there.administration().unblock(soPin, newPin));
        link.logout();
    }

    @Override
    public void initialize(DeviceInitialization settings) throws SchsmException {
        try {
            card.run(there -> there.administration().initialize(settings));
        } finally {
            keys.changed(null);
        }
        link.logout();
        link.tokenWasReset();
    }

    @Override
    public void setLabel(String label) throws SchsmException {
        card.run(there -> there.administration().setLabel(label));
    }

    @Override
    public Optional<Set<DeviceInitialization.Option>> options() throws SchsmException {
        return card.use(there -> there.administration().options());
    }

    @Override
    public long freeMemory() throws SchsmException {
        return card.use(there -> there.administration().freeMemory());
    }
}
