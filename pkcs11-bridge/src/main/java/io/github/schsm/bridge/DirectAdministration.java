package io.github.schsm.bridge;

import io.github.schsm.DeviceInitialization;
import io.github.schsm.SchsmException;
import io.github.schsm.TokenAdministration;
import io.github.schsm.TokenAdministration.PinStatus;
import io.github.schsm.bridge.session.TokenLink;
import io.github.schsm.login.PinSource;

/**
 * PINs and initialization of a card beside its module. A module may keep the PIN in order to verify it again by itself,
 * and would spend a try on one that was changed behind its back: so the user PIN is changed by the module, and the
 * module logged out before it becomes invalid in another way.
 */
final class DirectAdministration implements TokenAdministration {
    private final DirectCard channel;
    private final TokenLink link;
    private final TokenAdministration byModule;
    private final PinSource pinPad;

    DirectAdministration(DirectCard channel, TokenLink link, TokenAdministration byModule, PinSource pinPad) {
        this.channel = channel;
        this.link = link;
        this.byModule = byModule;
        this.pinPad = pinPad;
    }

    private interface Function<T> {
        T apply(TokenAdministration card) throws SchsmException;
    }

    private <T> T use(Function<T> function) throws SchsmException {
        return channel.use(card -> function.apply(card.administration()));
    }

    @Override
    public PinStatus userPin() throws SchsmException {
        return use(TokenAdministration::userPin);
    }

    @Override
    public PinStatus soPin() throws SchsmException {
        return use(TokenAdministration::soPin);
    }

    @Override
    public void changePin(char[] oldPin, char[] newPin) throws SchsmException {
        byModule.changePin(oldPin, newPin);
    }

    @Override
    public void changePinOnReader() throws SchsmException {
        boolean hadLogin = link.authenticator() != null;
        use(card -> {
            card.changePinOnReader();
            return true;
        });
        link.logout();
        if (hadLogin) {
            link.useWhenNeeded(pinPad);
        }
    }

    @Override
    public void changeSoPin(char[] oldPin, char[] newPin) throws SchsmException {
        use(card -> {
            card.changeSoPin(oldPin, newPin);
            return true;
        });
    }

    @Override
    public void unblock(char[] soPin, char[] newPin) throws SchsmException {
        use(card -> {
            card.unblock(soPin, newPin);
            return true;
        });
        link.logout();
    }

    @Override
    public void initialize(DeviceInitialization settings) throws SchsmException {
        try {
            use(card -> {
                card.initialize(settings);
                return true;
            });
        } finally {
            channel.changed(null);
        }
        link.logout();
        link.tokenWasReset();
    }

    @Override
    public void setLabel(String label) throws SchsmException {
        use(card -> {
            card.setLabel(label);
            return true;
        });
    }

    @Override
    public long freeMemory() throws SchsmException {
        return use(TokenAdministration::freeMemory);
    }
}
