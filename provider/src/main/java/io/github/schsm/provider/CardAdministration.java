package io.github.schsm.provider;

import io.github.schsm.DeviceInitialization;
import io.github.schsm.InvalidRequestException;
import io.github.schsm.MalformedDataException;
import io.github.schsm.PinStatus;
import io.github.schsm.SchsmException;
import io.github.schsm.TokenAdministration;
import io.github.schsm.backend.TokenAuthenticator;
import io.github.schsm.card.CardTokenInfo;
import io.github.schsm.card.Files;
import io.github.schsm.card.SmartCardHsm;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/** PINs and initialization of a SmartCard-HSM. */
final class CardAdministration implements TokenAdministration {
    private static final int SO_PIN_DIGITS = 16;
    private static final int MAX_LABEL = 32;

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
        requireUserPin(newPin);
        byte[] before = TokenAuthenticator.toBytes(oldPin.clone());
        byte[] after = TokenAuthenticator.toBytes(newPin.clone());
        try {
            token.withCard(card -> {
                card.changePin(before, after);
                return true;
            });
            token.pinChanged(newPin);
        } finally {
            wipe(before, after);
        }
    }

    @Override
    public void changePinOnReader() throws SchsmException {
        token.withCard(card -> {
            card.changePinOnReader(new TokenAuthenticator(token.id(), token.pinPad(), true));
            return true;
        });
        token.pinChangedOnReader();
    }

    @Override
    public void changeSoPin(char[] oldPin, char[] newPin) throws SchsmException {
        byte[] before = soPin(oldPin);
        byte[] after = soPin(newPin);
        try {
            token.withCard(card -> {
                card.changeSoPin(before, after);
                return true;
            });
        } finally {
            wipe(before, after);
        }
    }

    @Override
    public void unblock(char[] soPin, char[] newPin) throws SchsmException {
        byte[] so = soPin(soPin);
        byte[] after = newPin.length == 0 ? null : TokenAuthenticator.toBytes(newPin.clone());
        try {
            if (after != null) {
                requireUserPin(newPin);
            }
            token.withCard(card -> {
                card.unblock(so, after);
                return true;
            });
            token.forgetLogin();
        } finally {
            wipe(so);
            if (after != null) {
                wipe(after);
            }
        }
    }

    @Override
    public void initialize(DeviceInitialization settings) throws SchsmException {
        token.withContents(card -> {
            token.contents().clear();
            card.initialize(settings);
            token.identifiedAnew();
            try {
                writeLabel(card, settings);
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

    private static void writeLabel(SmartCardHsm card, DeviceInitialization settings) throws SchsmException {
        String label = settings.label();
        if (label != null && opensByPin(settings)) {
            byte[] pin = TokenAuthenticator.toBytes(settings.pin());
            try {
                card.verify(pin);
                card.updateBinary(Files.TOKEN_INFO, CardTokenInfo.of(label).encode());
            } finally {
                wipe(pin);
            }
        }
    }

    @Override
    public void setLabel(String label) throws SchsmException {
        int length = label.getBytes(StandardCharsets.UTF_8).length;
        if (label.isBlank() || length > MAX_LABEL) {
            throw new InvalidRequestException("a token's label has 1 to " + MAX_LABEL + " bytes in UTF-8, this has "
                    + length + (label.isBlank() ? ", all blank" : ""));
        }
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

    /** Whether its PIN alone lets a fresh device be written. */
    private static boolean opensByPin(DeviceInitialization settings) {
        char[] pin = settings.pin();
        Arrays.fill(pin, '\0');
        return pin.length > 0
                && !settings.options().contains(DeviceInitialization.Option.TRANSPORT_PIN)
                && !settings.options().contains(DeviceInitialization.Option.PIN_AND_PUBLIC_KEY);
    }

    @Override
    public long freeMemory() throws SchsmException {
        return token.withCard(card -> card.freeMemory());
    }

    private static void requireUserPin(char[] pin) throws InvalidRequestException {
        if (pin.length < 6 || pin.length > 16) {
            throw new InvalidRequestException("a user PIN has 6 to 16 characters, this has " + pin.length);
        }
    }

    /** The SO-PIN's 16 hexadecimal digits as 8 bytes. */
    private static byte[] soPin(char[] digits) throws InvalidRequestException {
        byte[] bytes = new byte[SO_PIN_DIGITS / 2];
        if (digits.length != SO_PIN_DIGITS) {
            throw new InvalidRequestException("the SO-PIN is 16 hexadecimal digits, this has " + digits.length);
        }
        for (int i = 0; i < digits.length; i++) {
            int digit = Character.digit(digits[i], 16);
            if (digit < 0) {
                wipe(bytes);
                throw new InvalidRequestException(
                        "the SO-PIN is 16 hexadecimal digits, character " + (i + 1) + " is none");
            }
            bytes[i / 2] = (byte) ((bytes[i / 2] << 4) | digit);
        }
        return bytes;
    }

    private static void wipe(byte[]... secrets) {
        for (byte[] secret : secrets) {
            Arrays.fill(secret, (byte) 0);
        }
    }
}
