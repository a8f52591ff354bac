// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.bridge.token;

import io.github.schsm.DeviceException.ModuleAnswer;
import io.github.schsm.DeviceInitialization;
import io.github.schsm.DeviceInitialization.Option;
import io.github.schsm.PinException;
import io.github.schsm.SchsmException;
import io.github.schsm.SchsmException.Reason;
import io.github.schsm.TokenAdministration;
import io.github.schsm.TokenAdministration.PinStatus;
import io.github.schsm.UnsupportedByDeviceException;
import io.github.schsm.bridge.cryptoki.Ck;
import io.github.schsm.bridge.cryptoki.Cryptoki.CkTokenInfo;
import io.github.schsm.bridge.cryptoki.CryptokiException;
import io.github.schsm.bridge.session.ErrorMapper;
import io.github.schsm.bridge.session.PinRules;
import io.github.schsm.bridge.session.SessionFunction;
import io.github.schsm.bridge.session.TokenLink;
import io.github.schsm.codec.SecretBytes;
import io.github.schsm.login.FixedPinSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * PINs and initialization as far as PKCS#11 has words for them. PINs go to the token as they are typed, if they are as
 * long as it says.
 */
final class Pkcs11Administration implements TokenAdministration {
    private static final int USUAL_RETRIES = 3;

    private final Pkcs11Token token;
    private final TokenLink link;

    Pkcs11Administration(Pkcs11Token token, TokenLink link) {
        this.token = token;
        this.link = link;
    }

    @Override
    public PinStatus userPin() throws SchsmException {
        CkTokenInfo info = link.tokenInfo();
        if (!info.has(Ck.CKF_TOKEN_INITIALIZED) || !info.has(Ck.CKF_USER_PIN_INITIALIZED)) {
            return new PinStatus(PinStatus.State.NOT_INITIALIZED, -1);
        }
        if (link.isLoggedIn()) {
            return new PinStatus(PinStatus.State.VERIFIED, -1);
        }
        return status(
                info.has(Ck.CKF_USER_PIN_LOCKED),
                info.has(Ck.CKF_USER_PIN_TO_BE_CHANGED),
                info.has(Ck.CKF_USER_PIN_FINAL_TRY));
    }

    @Override
    public PinStatus soPin() throws SchsmException {
        CkTokenInfo info = link.tokenInfo();
        if (!info.has(Ck.CKF_TOKEN_INITIALIZED)) {
            return new PinStatus(PinStatus.State.NOT_INITIALIZED, -1);
        }
        return status(
                info.has(Ck.CKF_SO_PIN_LOCKED),
                info.has(Ck.CKF_SO_PIN_TO_BE_CHANGED),
                info.has(Ck.CKF_SO_PIN_FINAL_TRY));
    }

    private static PinStatus status(boolean locked, boolean toBeChanged, boolean finalTry) {
        if (locked) {
            return new PinStatus(PinStatus.State.BLOCKED, 0);
        }
        return new PinStatus(toBeChanged ? PinStatus.State.TRANSPORT : PinStatus.State.NOT_VERIFIED, finalTry ? 1 : -1);
    }

    @Override
    public void changePin(char[] oldPin, char[] newPin) throws SchsmException {
        PinRules rules = link.pinRules();
        SecretBytes.use(rules.user(), oldPin, rules.user(), newPin, link::changePin);
        boolean hadLogin = link.authenticator() != null;
        pinChanged();
        if (hadLogin) {
            link.login(new FixedPinSource(newPin));
        }
    }

    @Override
    public void changePinOnReader() throws SchsmException {
        if (!link.tokenInfo().has(Ck.CKF_PROTECTED_AUTHENTICATION_PATH)) {
            throw new UnsupportedByDeviceException(token.description()
                    + " has no PIN pad (no protected authentication path): change the PIN by typing it here");
        }
        link.changePinOnReader();
        pinChanged();
    }

    /** What was given or typed before is of no use any more. */
    private void pinChanged() throws SchsmException {
        link.logout();
        token.table().forget();
    }

    @Override
    public void changeSoPin(char[] oldPin, char[] newPin) throws SchsmException {
        PinRules rules = link.pinRules();
        SecretBytes.use(
                rules::soPin,
                oldPin,
                rules::soPin,
                newPin,
                (before, after) -> asSecurityOfficer(before, session -> {
                    session.module().setPin(session.handle(), before, after);
                    return true;
                }));
    }

    @Override
    public void unblock(char[] soPin, char[] newPin) throws SchsmException {
        if (newPin.length == 0) {
            throw new UnsupportedByDeviceException(
                    "PKCS#11 unblocks a PIN by setting a new one: give the new user PIN of " + token.description());
        }
        PinRules rules = link.pinRules();
        SecretBytes.use(rules::soPin, soPin, rules.user(), newPin, this::setPin);
        pinChanged();
    }

    private void setPin(byte[] so, byte[] pin) throws SchsmException {
        asSecurityOfficer(so, session -> {
            session.module().initPin(session.handle(), pin);
            return true;
        });
    }

    private <T> T asSecurityOfficer(byte[] soPin, SessionFunction<T> function) throws SchsmException {
        return withSoPin(() -> link.alone(session -> {
            session.about("login of the security officer");
            try {
                session.module().login(session.handle(), Ck.CKU_SO, soPin);
            } catch (CryptokiException refused) {
                throw wrongSoPin(refused, -1);
            }
            session.about("administration by the security officer");
            return function.apply(session);
        }));
    }

    private interface WithSoPin<T> {
        T run() throws SchsmException;
    }

    /** Only when the token is not in use any more it can be asked how many tries are left. */
    private <T> T withSoPin(WithSoPin<T> function) throws SchsmException {
        try {
            return function.run();
        } catch (PinException wrong) {
            if (wrong.reason() != Reason.WRONG_PIN) {
                throw wrong;
            }
            CkTokenInfo info = link.tokenInfo();
            Optional<ModuleAnswer> answer = wrong.moduleAnswer();
            if (answer.isPresent() && (info.has(Ck.CKF_SO_PIN_LOCKED) || info.has(Ck.CKF_SO_PIN_FINAL_TRY))) {
                throw wrongSoPin(
                        new CryptokiException(
                                answer.get().function(), answer.get().returnValue()),
                        info.has(Ck.CKF_SO_PIN_LOCKED) ? 0 : 1);
            }
            throw wrong;
        }
    }

    private SchsmException wrongSoPin(CryptokiException refused, int triesLeft) {
        return ErrorMapper.ofPin(link.module().name(), link.identity().id(), "SO-PIN", triesLeft, refused);
    }

    @Override
    public void initialize(DeviceInitialization settings) throws SchsmException {
        requirePossible(settings);
        String label = settings.label() == null ? link.tokenInfo().label() : settings.label();
        DeviceInitialization.requireLabel(label);
        char[] soDigits = settings.soPin();
        char[] pinText = settings.pin();
        try {
            PinRules rules = link.pinRules();
            SecretBytes.use(rules::soPin, soDigits, rules.user(), pinText, (so, pin) -> initialize(so, label, pin));
        } finally {
            Arrays.fill(soDigits, '\0');
            Arrays.fill(pinText, '\0');
            token.table().forget();
        }
        link.logout();
    }

    private void initialize(byte[] so, String label, byte[] pin) throws SchsmException {
        withSoPin(() -> link.withoutSessions((module, slot) -> {
            try {
                module.initToken(slot, so, label);
            } catch (CryptokiException refused) {
                throw wrongSoPin(refused, -1);
            }
            return true;
        }));
        setPin(so, pin);
    }

    @Override
    public void requirePossible(DeviceInitialization settings) throws UnsupportedByDeviceException {
        List<String> unsaid = new ArrayList<>();
        if (settings.retries() != USUAL_RETRIES) {
            unsaid.add("retries (" + settings.retries() + ")");
        }
        if (settings.keyDomainSlots() != 0) {
            unsaid.add("key domain slots (" + settings.keyDomainSlots() + ")");
        }
        if (settings.dkekShares() >= 0) {
            unsaid.add("DKEK shares (" + settings.dkekShares() + ")");
        }
        if (settings.registeredKeys() != 0) {
            unsaid.add(
                    "public key authentication (" + settings.requiredKeys() + " of " + settings.registeredKeys() + ")");
        }
        if (!settings.options().equals(Set.of(Option.RESET_RETRY_COUNTER))) {
            unsaid.add("options (" + settings.options() + ")");
        }
        if (!unsaid.isEmpty()) {
            throw new UnsupportedByDeviceException("PKCS#11 has no words for " + String.join(" and ", unsaid)
                    + ": leave it out, or initialize the device without the module (terminal = pcsc)");
        }
    }

    @Override
    public void setLabel(String label) throws SchsmException {
        DeviceInitialization.requireLabel(label);
        throw new UnsupportedByDeviceException("PKCS#11 gives a token its label when it is initialized, and "
                + token.description() + " is reached by PKCS#11 only: its label stays");
    }

    @Override
    public long freeMemory() {
        return -1;
    }
}
