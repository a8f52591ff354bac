// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.card;

import io.github.schsm.AttestedPublicKey;
import io.github.schsm.DeviceException;
import io.github.schsm.InvalidRequestException;
import io.github.schsm.MalformedDataException;
import io.github.schsm.PublicKeyAuthentication;
import io.github.schsm.PublicKeyAuthentication.RegisteredPublicKey;
import io.github.schsm.PublicKeyChallenge;
import io.github.schsm.PublicKeyResponse;
import io.github.schsm.SchsmException;
import io.github.schsm.SchsmException.Reason;
import io.github.schsm.UnsupportedByDeviceException;
import io.github.schsm.card.CardTransaction.Pin;
import io.github.schsm.card.apdu.CardCommand;
import io.github.schsm.card.apdu.CommandApdu;
import io.github.schsm.card.apdu.ResponseApdu;
import io.github.schsm.card.apdu.RetryPolicy;
import io.github.schsm.card.apdu.StatusWords;
import io.github.schsm.codec.Tlv;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Public key authentication (docs/protocol.md#public-key-authentication). */
final class PublicKeyCommands {
    static final CommandApdu STATUS = CommandApdu.of(0x80, 0x54, 0x00, 0x00, CommandApdu.SHORT_LE);

    private static final int STATUS_LENGTH = 4;
    private static final int AUTHENTICATED = 0x9001;
    private static final int CHALLENGE_LENGTH = 8;
    private static final String OBJECT = "public key authentication";

    private final SmartCardHsm card;
    private final CardTransaction session;

    PublicKeyCommands(SmartCardHsm card, CardTransaction session) {
        this.card = card;
        this.session = session;
    }

    /** Whether the device says that it was not initialized with public key authentication, or never heard of it. */
    static boolean isUnused(int sw) {
        return switch (sw) {
            case StatusWords.INSTRUCTION_NOT_SUPPORTED,
                    StatusWords.CLASS_NOT_SUPPORTED,
                    StatusWords.INCORRECT_P1P2,
                    StatusWords.WRONG_P1P2,
                    StatusWords.FILE_NOT_FOUND -> true;
            default -> false;
        };
    }

    static PublicKeyAuthentication.Status parse(byte[] answer) throws MalformedDataException {
        if (answer.length != STATUS_LENGTH) {
            throw new MalformedDataException(
                    "answer to MANAGE PUBLIC KEY AUTHENTICATION", answer.length + " bytes; 4 are expected");
        }
        return new PublicKeyAuthentication.Status(
                answer[0] & 0xFF, answer[1] & 0xFF, answer[2] & 0xFF, answer[3] & 0xFF);
    }

    PublicKeyAuthentication.Status status() throws SchsmException {
        ResponseApdu response = send(CardCommand.MANAGE_PUBLIC_KEY_AUTHENTICATION, STATUS, RetryPolicy.ALLOWED);
        if (isUnused(response.sw())) {
            throw new UnsupportedByDeviceException(
                    "device " + session.identity().deviceId()
                            + " was initialized without public key authentication, or its firmware has none");
        }
        requireOk(CardCommand.MANAGE_PUBLIC_KEY_AUTHENTICATION, OBJECT, response);
        return parse(response.data());
    }

    List<RegisteredPublicKey> keys() throws SchsmException {
        int total = status().total();
        List<RegisteredPublicKey> keys = new ArrayList<>();
        for (int index = 0; index < total; index++) {
            CommandApdu command = CommandApdu.of(0x80, 0x54, 0x02, index, CommandApdu.SHORT_LE);
            ResponseApdu response = send(CardCommand.MANAGE_PUBLIC_KEY_AUTHENTICATION, command, RetryPolicy.ALLOWED);
            boolean authenticated = response.sw() == AUTHENTICATED;
            if (response.isOk() || authenticated) {
                String chr = new String(response.data(), StandardCharsets.ISO_8859_1);
                keys.add(new RegisteredPublicKey(index, chr, authenticated));
            } else if (response.sw() != StatusWords.REFERENCED_DATA_NOT_FOUND) {
                throw StatusWords.error(
                        CardCommand.MANAGE_PUBLIC_KEY_AUTHENTICATION, "registered key " + index, response.sw());
            }
        }
        return keys;
    }

    PublicKeyAuthentication.Status register(AttestedPublicKey key) throws SchsmException {
        PublicKeyAuthentication.Status before = status();
        if (before.isComplete()) {
            throw new InvalidRequestException("device " + session.identity().deviceId() + " has its " + before.total()
                    + " public keys: replace one, or initialize the device for more");
        }
        return put(0x00, 0x00, Pin.NOT_NEEDED, "public key " + key.request().chr(), key);
    }

    PublicKeyAuthentication.Status replace(int index, AttestedPublicKey key) throws SchsmException {
        if (index < 0 || index >= status().total()) {
            throw new DeviceException(
                    Reason.OBJECT_NOT_FOUND,
                    CardCommand.MANAGE_PUBLIC_KEY_AUTHENTICATION.title(),
                    StatusWords.INCORRECT_P1P2,
                    "there is no place " + index + " for a public key in device "
                            + session.identity().deviceId());
        }
        return put(0x01, index, Pin.NEEDED, "registered key " + index, key);
    }

    private PublicKeyAuthentication.Status put(int p1, int p2, Pin pin, String object, AttestedPublicKey key)
            throws SchsmException {
        byte[] content = Tlv.parse(key.request().getEncoded()).value();
        CommandApdu command = CommandApdu.of(0x80, 0x54, p1, p2, content, CommandApdu.SHORT_LE);
        CardCommand name = CardCommand.REGISTER_PUBLIC_KEY;
        byte[] answer =
                card.withKnown(key.identity(), () -> card.executeWhole(name, object, command, pin, RetryPolicy.NEVER));
        return parse(answer);
    }

    /** Nothing is sent between this and {@link #authenticate} by this program, if nobody asks it for something else. */
    PublicKeyChallenge challenge(String chr) throws SchsmException {
        PublicKeyAuthentication.Status status = status();
        if (!status.isComplete()) {
            throw new InvalidRequestException("nobody can authenticate to device "
                    + session.identity().deviceId() + " before all of its " + status.total()
                    + " public keys are registered: " + status.missing() + " are missing");
        }
        String object = "public key " + chr;
        byte[] holder = Tlv.of(0x83, chr.getBytes(StandardCharsets.ISO_8859_1)).encoded();
        CommandApdu select = CommandApdu.of(0x00, 0x22, 0x81, 0xA4, holder, CommandApdu.NO_LE);
        ResponseApdu selected = send(CardCommand.SELECT_AUTHENTICATION_KEY, select, RetryPolicy.ALLOWED);
        if (selected.sw() == StatusWords.CONDITIONS_NOT_SATISFIED) {
            throw new InvalidRequestException(object + " has authenticated to device "
                    + session.identity().deviceId() + " already");
        }
        requireOk(CardCommand.SELECT_AUTHENTICATION_KEY, object, selected);
        byte[] random = card.getChallenge(CHALLENGE_LENGTH);
        PublicKeyChallenge challenge = new PublicKeyChallenge(session.identity().chr(), random, chr);
        session.connection().setChallenge(challenge);
        return challenge;
    }

    PublicKeyAuthentication.Status authenticate(PublicKeyResponse response) throws SchsmException {
        PublicKeyChallenge challenge = response.challenge();
        if (!challenge.device().equals(session.identity().chr())) {
            throw new InvalidRequestException("the response is for device " + challenge.deviceId() + ", this is device "
                    + session.identity().deviceId());
        }
        if (!session.takeChallenge(challenge)) {
            throw new InvalidRequestException(
                    Reason.CHALLENGE_LOST,
                    "device " + session.identity().deviceId() + " has no such challenge open: it has had an answer"
                            + " already, or the device was reset or asked for another one meanwhile; ask for a new challenge");
        }
        int selections = session.selections();
        byte[] signature = response.signature();
        CommandApdu command = CommandApdu.of(0x00, 0x82, 0x00, 0x00, signature, CommandApdu.NO_LE);
        int sw = send(CardCommand.EXTERNAL_AUTHENTICATE, command, RetryPolicy.NEVER)
                .sw();
        if (sw != StatusWords.OK) {
            DeviceException refused =
                    StatusWords.error(CardCommand.EXTERNAL_AUTHENTICATE, "public key " + challenge.key(), sw);
            if (sw == StatusWords.REFERENCED_DATA_NOT_FOUND || session.selections() != selections) {
                throw new InvalidRequestException(
                        Reason.CHALLENGE_LOST,
                        "device " + session.identity().deviceId()
                                + " was reset or used by another program meanwhile: ask for a new challenge",
                        refused);
            }
            throw refused;
        }
        PublicKeyAuthentication.Status status = status();
        if (status.isAuthenticated()) {
            session.logins().authenticatedByKeys(session.user());
        }
        return status;
    }

    private ResponseApdu send(CardCommand name, CommandApdu command, RetryPolicy retry) throws SchsmException {
        return session.transmit(name, command, Pin.NOT_NEEDED, retry);
    }

    private static void requireOk(CardCommand name, String object, ResponseApdu response) throws DeviceException {
        if (!response.isOk()) {
            throw StatusWords.error(name, object, response.sw());
        }
    }
}
