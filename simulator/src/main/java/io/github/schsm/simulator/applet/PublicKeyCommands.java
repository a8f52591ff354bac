// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.simulator.applet;

import io.github.schsm.Cvc;
import io.github.schsm.MalformedDataException;
import io.github.schsm.codec.Tlv;
import io.github.schsm.simulator.apdu.Answer;
import io.github.schsm.simulator.apdu.Command;
import io.github.schsm.simulator.apdu.Refusal;
import io.github.schsm.simulator.apdu.Sw;
import io.github.schsm.simulator.crypto.Bytes;
import io.github.schsm.simulator.crypto.Hashes;
import io.github.schsm.simulator.profile.Quirk;
import io.github.schsm.simulator.state.DeviceState;
import io.github.schsm.simulator.state.RegisteredKeys;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Public key authentication (docs/protocol.md#public-key-authentication): registration of keys, and authentication with
 * them.
 */
final class PublicKeyCommands {
    private static final int STATUS_OR_REGISTER = 0x00;
    private static final int REPLACE = 0x01;
    private static final int QUERY_KEY = 0x02;
    private static final int TAG_HOLDER = 0x83;
    private static final int CHALLENGE_LENGTH = 8;
    private static final int MAX_BITS = 256;

    private final Applet applet;
    private final VerificationKeys verificationKeys;

    PublicKeyCommands(Applet applet, VerificationKeys verificationKeys) {
        this.applet = applet;
        this.verificationKeys = verificationKeys;
    }

    Answer manage(Command command) throws Refusal, MalformedDataException {
        requireUsed(Sw.UNKNOWN_INSTRUCTION);
        switch (command.p1()) {
            case STATUS_OR_REGISTER -> {
                command.requireP1P2(0);
                if (command.data().length != 0) {
                    register(command.data());
                }
                return status();
            }
            case REPLACE -> {
                replace(index(command), command);
                return status();
            }
            case QUERY_KEY -> {
                command.requireNoData();
                int index = index(command);
                Cvc key = keys().key(index).orElseThrow(() -> new Refusal(Sw.REFERENCE_NOT_FOUND));
                int authenticated = applet.session().isKeyAuthenticated(index) ? 1 : 0;
                return new Answer(key.chr().getBytes(StandardCharsets.US_ASCII), Sw.OK | authenticated);
            }
            default -> throw new Refusal(Sw.WRONG_P1_P2);
        }
    }

    private void requireUsed(int sw) throws Refusal {
        if (!keys().isUsed()) {
            throw new Refusal(sw);
        }
    }

    private RegisteredKeys keys() {
        return applet.state().registeredKeys();
    }

    private int index(Command command) throws Refusal {
        if (command.p2() >= keys().total()) {
            throw new Refusal(Sw.WRONG_P1_P2);
        }
        return command.p2();
    }

    private Answer status() {
        return Answer.of(Bytes.of(
                keys().total(),
                keys().missing(),
                keys().required(),
                applet.session().authenticatedKeys()));
    }

    /** Takes no PIN: who has not registered all the keys has not finished setting the device up. */
    private void register(byte[] content) throws Refusal, MalformedDataException {
        int place = keys().free().orElseThrow(() -> new Refusal(Sw.CONDITIONS_NOT_SATISFIED));
        Cvc key = attested(content);
        if (keys().indexOf(key).isPresent()) {
            throw new Refusal(Sw.ALREADY_EXISTS);
        }
        set(place, key);
    }

    private void replace(int index, Command command) throws Refusal, MalformedDataException {
        if (!applet.state().hasOption(DeviceState.OPTION_REPLACE_PUBLIC_KEYS)) {
            throw new Refusal(Sw.COMMAND_NOT_ALLOWED);
        }
        applet.requireUser();
        command.requireData();
        if (keys().key(index).isEmpty()) {
            throw new Refusal(Sw.REFERENCE_NOT_FOUND);
        }
        Cvc key = attested(command.data());
        Optional<Integer> present = keys().indexOf(key);
        if (present.isPresent() && present.get() != index) {
            throw new Refusal(Sw.ALREADY_EXISTS);
        }
        set(index, key);
        applet.session().setKeyAuthenticated(index, false);
    }

    private void set(int index, Cvc key) throws Refusal {
        applet.requireMemory(key.publicPoint().length);
        keys().set(index, key);
        applet.state().markChanged();
    }

    private Cvc attested(byte[] content) throws Refusal, MalformedDataException {
        Cvc request = verificationKeys.requireAttested(content);
        if (!request.isEc()
                || (applet.profile().has(Quirk.REGISTERS_256_BITS_AT_MOST)
                        && request.curve()
                                .filter(curve -> curve.bits() <= MAX_BITS)
                                .isEmpty())) {
            throw new Refusal(Sw.WRONG_DATA);
        }
        return request;
    }

    /**
     * MSE SET: who is going to authenticate. Requests of some tools all name the same holder, so that several registered
     * keys may be meant.
     */
    Answer select(Command command) throws Refusal, MalformedDataException {
        requireUsed(Sw.WRONG_P1_P2);
        command.requireData();
        String holder = new String(Tlv.parse(command.data()).expect(TAG_HOLDER).value(), StandardCharsets.ISO_8859_1);
        boolean known = false;
        List<Integer> meant = new ArrayList<>();
        for (int i = 0; i < keys().total(); i++) {
            if (keys().key(i).filter(key -> key.chr().equals(holder)).isPresent()) {
                known = true;
                if (!applet.session().isKeyAuthenticated(i)) {
                    meant.add(i);
                }
            }
        }
        if (!known) {
            throw new Refusal(Sw.REFERENCE_NOT_FOUND);
        }
        if (meant.isEmpty()) {
            throw new Refusal(Sw.CONDITIONS_NOT_SATISFIED);
        }
        applet.session().selectAuthenticationKeys(meant);
        return Answer.OK;
    }

    /** The signature over device CHR and challenge. Right or wrong, the challenge is used up. */
    Answer externalAuthenticate(Command command) throws Refusal {
        requireUsed(Sw.UNKNOWN_INSTRUCTION);
        command.requireP1P2(0);
        command.requireData();
        byte[] challenge = applet.session().takeChallenge();
        List<Integer> selected = applet.session().authenticationKeys();
        if (selected.isEmpty()) {
            throw new Refusal(Sw.REFERENCE_NOT_FOUND);
        }
        if (challenge.length != CHALLENGE_LENGTH || keys().missing() != 0) {
            throw new Refusal(Sw.CONDITIONS_NOT_SATISFIED);
        }
        byte[] signed = Hashes.sha256(applet.state().chr().getBytes(StandardCharsets.US_ASCII), challenge);
        for (int index : selected) {
            if (verifies(keys().key(index).orElseThrow(), signed, command.data())) {
                applet.session().setKeyAuthenticated(index, true);
                applet.session().selectAuthenticationKeys(List.of());
                return Answer.OK;
            }
        }
        throw new Refusal(Sw.CONDITIONS_NOT_SATISFIED);
    }

    private static boolean verifies(Cvc key, byte[] hash, byte[] signature) {
        return key.curve().orElseThrow().verify(key.publicPoint(), hash, signature);
    }
}
