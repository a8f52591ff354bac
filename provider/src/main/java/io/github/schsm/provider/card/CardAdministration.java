// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.provider.card;

import io.github.schsm.DeviceInitialization;
import io.github.schsm.MalformedDataException;
import io.github.schsm.PinRequiredException;
import io.github.schsm.SchsmException;
import io.github.schsm.TokenAdministration;
import io.github.schsm.TokenAdministration.PinStatus;
import io.github.schsm.card.SmartCardHsm;
import io.github.schsm.card.files.CardTokenInfo;
import io.github.schsm.card.files.Files;
import io.github.schsm.codec.SecretBytes;
import io.github.schsm.login.FixedPinSource;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import javax.security.auth.callback.Callback;
import javax.security.auth.callback.TextOutputCallback;
import javax.security.auth.callback.UnsupportedCallbackException;

/** PINs and initialization of a SmartCard-HSM. */
final class CardAdministration implements TokenAdministration {
    private final CardToken token;

    CardAdministration(CardToken token) {
        this.token = token;
    }

    @Override
    public PinStatus userPin() throws SchsmException {
        return token.withCard(card -> card.pinStatus());
    }

    @Override
    public PinStatus soPin() throws SchsmException {
        return token.withCard(card -> card.soPinStatus());
    }

    @Override
    public void changePin(char[] oldPin, char[] newPin) throws SchsmException {
        SecretBytes.use(
                SecretBytes.USER_PIN,
                oldPin,
                SecretBytes.USER_PIN,
                newPin,
                (before, after) -> run(card -> card.changePin(before, after)));
        token.pinChanged(new FixedPinSource(newPin));
    }

    private interface Command {
        void send(SmartCardHsm card) throws SchsmException;
    }

    private void run(Command command) throws SchsmException {
        token.withCard(card -> {
            command.send(card);
            return true;
        });
    }

    @Override
    public void changePinOnReader() throws SchsmException {
        run(card -> card.changePinOnReader(this::tell));
        token.pinChanged(token.pinPad());
    }

    private void tell(Callback[] callbacks) throws UnsupportedCallbackException {
        for (Callback callback : callbacks) {
            if (!(callback instanceof TextOutputCallback event)
                    || !token.pinPad().inform(event)) {
                throw new UnsupportedCallbackException(callback);
            }
        }
    }

    @Override
    public void changeSoPin(char[] oldPin, char[] newPin) throws SchsmException {
        SecretBytes.use(
                SecretBytes::soPin,
                oldPin,
                SecretBytes::soPin,
                newPin,
                (before, after) -> run(card -> card.changeSoPin(before, after)));
    }

    @Override
    public void unblock(char[] soPin, char[] newPin) throws SchsmException {
        boolean keepsPin = newPin.length == 0;
        SecretBytes.use(
                SecretBytes::soPin,
                soPin,
                typed -> keepsPin ? new byte[0] : SecretBytes.of(typed, SecretBytes.USER_PIN),
                newPin,
                (so, after) -> run(card -> card.unblock(so, keepsPin ? null : after)));
        token.forgetLogin();
    }

    @Override
    public void initialize(DeviceInitialization settings) throws SchsmException {
        token.withoutLogin(card -> {
            token.contents().clear();
            card.initialize(settings);
            token.identifiedAgain();
            try {
                String label = settings.label();
                if (label != null && !isOpenedByKeys(settings)) {
                    writeLabel(card, settings, label);
                }
            } finally {
                endSession(card);
            }
            return true;
        });
        token.forgetLogin();
    }

    /** Who initializes a device is authenticated until it is selected again, and nobody else shall be. */
    private static void endSession(SmartCardHsm card) {
        try {
            card.logout();
        } catch (SchsmException gone) {
            // A connection that is lost has ended it.
            System.getLogger(CardAdministration.class.getName())
                    .log(System.Logger.Level.DEBUG, "not logged out after the initialization", gone);
        }
    }

    /**
     * The session in which the device was initialized may write to it, also where the PIN is a transport PIN, which
     * opens nothing. A device that ends that session wants the PIN.
     */
    private static void writeLabel(SmartCardHsm card, DeviceInitialization settings, String label)
            throws SchsmException {
        byte[] content = CardTokenInfo.of(label).encode();
        try {
            card.updateBinary(Files.TOKEN_INFO, content);
            return;
        } catch (PinRequiredException sessionEnded) {
            if (settings.options().contains(DeviceInitialization.Option.TRANSPORT_PIN)) {
                throw new PinRequiredException(
                        sessionEnded.command(),
                        sessionEnded.statusWord(),
                        "the device is initialized, but it takes its label only after the transport PIN was changed; give"
                                + " it then (schsm label)");
            }
        }
        char[] digits = settings.pin();
        byte[] pin = {};
        try {
            pin = SecretBytes.of(digits, SecretBytes.USER_PIN);
            card.verify(pin);
            card.updateBinary(Files.TOKEN_INFO, content);
        } finally {
            Arrays.fill(digits, '\0');
            Arrays.fill(pin, (byte) 0);
        }
    }

    /** Whether registered keys have to open it, instead of the PIN or in addition to it. */
    private static boolean isOpenedByKeys(DeviceInitialization settings) {
        char[] pin = settings.pin();
        Arrays.fill(pin, '\0');
        return pin.length == 0 || settings.options().contains(DeviceInitialization.Option.PIN_AND_PUBLIC_KEY);
    }

    @Override
    public void setLabel(String label) throws SchsmException {
        DeviceInitialization.requireLabel(label);
        token.withContents(card -> {
            token.contents().forget(Files.TOKEN_INFO);
            token.replaceFile(
                    card, Files.TOKEN_INFO, tokenInfo(card).withLabel(label).encode());
            return true;
        });
    }

    private CardTokenInfo tokenInfo(SmartCardHsm card) throws SchsmException {
        Optional<byte[]> file = token.contents().file(card, Files.TOKEN_INFO);
        try {
            return file.isPresent() ? CardTokenInfo.parse(file.get()) : CardTokenInfo.of("");
        } catch (MalformedDataException writtenBySomebodyElse) {
            return CardTokenInfo.of("");
        }
    }

    @Override
    public Optional<Set<DeviceInitialization.Option>> options() throws SchsmException {
        return token.withCard(SmartCardHsm::options);
    }

    @Override
    public long freeMemory() throws SchsmException {
        return token.withCard(card -> card.freeMemory());
    }
}
