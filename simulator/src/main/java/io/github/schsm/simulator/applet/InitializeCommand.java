// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.simulator.applet;

import io.github.schsm.MalformedDataException;
import io.github.schsm.codec.Tlv;
import io.github.schsm.simulator.apdu.Answer;
import io.github.schsm.simulator.apdu.Command;
import io.github.schsm.simulator.apdu.Refusal;
import io.github.schsm.simulator.apdu.Sw;
import io.github.schsm.simulator.crypto.Bytes;
import io.github.schsm.simulator.profile.Quirk;
import io.github.schsm.simulator.state.DeviceState;
import io.github.schsm.simulator.state.DeviceState.DomainScheme;
import io.github.schsm.simulator.state.FileId;
import io.github.schsm.simulator.state.KeyDomainSlot;
import io.github.schsm.simulator.state.Pin;
import io.github.schsm.simulator.state.RegisteredKeys;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * INITIALIZE DEVICE (docs/protocol.md#initialization): erases everything but the device key and its certificates. On a
 * device that has a security officer, only for those who know the initialization code. The device stays
 * authenticated until it is selected or reset.
 */
final class InitializeCommand {
    private static final int OPTIONS = 0x80;
    private static final int USER_PIN = 0x81;
    private static final int SO_PIN = 0x82;
    private static final int RETRY_COUNTER = 0x91;
    private static final int DKEK_SHARES = 0x92;
    private static final int PUBLIC_KEY_AUTHENTICATION = 0x93;
    private static final int BIOMETRIC_1 = 0x95;
    private static final int BIOMETRIC_2 = 0x96;
    private static final int KEY_DOMAIN_SLOTS = 0x97;

    private static final int MIN_AID = 5;
    private static final int MAX_AID = 16;
    private static final String MANUFACTURER = "SCHSM simulator";
    private static final String LABEL = "SmartCard-HSM";

    private final Applet applet;

    InitializeCommand(Applet applet) {
        this.applet = applet;
    }

    Answer initialize(Command command) throws Refusal, MalformedDataException {
        command.requireP1P2(0);
        if (command.data().length == 0) {
            if (!applet.profile().tellsMemory()) {
                throw new Refusal(Sw.WRONG_LENGTH);
            }
            return query();
        }
        Map<Integer, byte[]> values = parse(command.data());
        byte[] userPin = values.get(USER_PIN);
        byte[] soPin = values.get(SO_PIN);
        byte[] options = values.get(OPTIONS);
        if (soPin == null || options == null || soPin.length != Pin.SO_LENGTH || options.length != 2) {
            throw new Refusal(Sw.WRONG_DATA);
        }
        RegisteredKeys keys = registeredKeys(values.get(PUBLIC_KEY_AUTHENTICATION));
        int tries = 0;
        if (userPin != null) {
            if (!Pin.isUserLength(userPin.length)) {
                throw new Refusal(Sw.WRONG_DATA);
            }
            tries = single(values, RETRY_COUNTER).orElse(Pin.maxTries(userPin.length));
            if (tries == 0 || tries > Pin.maxTries(userPin.length)) {
                throw new Refusal(Sw.WRONG_DATA);
            }
        }
        boolean both = (Bytes.unsigned(options) & DeviceState.OPTION_PIN_AND_PUBLIC_KEY) != 0;
        if (userPin == null ? both || !keys.isUsed() : both && !keys.isUsed()) {
            throw new Refusal(Sw.WRONG_DATA);
        }
        Optional<Integer> shares = single(values, DKEK_SHARES);
        Optional<Integer> slots = single(values, KEY_DOMAIN_SLOTS);
        if (shares.isPresent() && slots.isPresent()) {
            throw new Refusal(Sw.WRONG_DATA);
        }
        if (slots.isPresent() && slots.get() == 0) {
            throw new Refusal(Sw.WRONG_DATA);
        }
        if (slots.isPresent() && applet.profile().isBeforeVersion3()) {
            throw new Refusal(Sw.WRONG_DATA);
        }
        Optional<Pin> present = applet.state().soPin();
        if (present.isPresent()) {
            present.get().verify(soPin);
        }
        if (present.isPresent() && applet.profile().has(Quirk.FIRST_INITIALIZE_ANSWERS_FULL) && !applet.tidy()) {
            throw new Refusal(Sw.OUT_OF_MEMORY);
        }
        set(options, userPin, soPin, tries, keys, shares, slots);
        return Answer.OK;
    }

    private void set(
            byte[] options,
            byte @Nullable [] userPin,
            byte[] soPin,
            int tries,
            RegisteredKeys keys,
            Optional<Integer> shares,
            Optional<Integer> slots) {
        DeviceState state = applet.state();
        int optionBits = (int) Bytes.unsigned(options);
        boolean transport = (optionBits & DeviceState.OPTION_TRANSPORT_PIN) != 0;
        DomainScheme scheme = DomainScheme.NONE;
        int slotCount = 0;
        if (shares.isPresent()) {
            scheme = DomainScheme.DKEK;
            slotCount = 1;
        } else if (slots.isPresent()) {
            scheme = DomainScheme.SLOTS;
            slotCount = slots.get();
        }
        state.initialize(
                optionBits,
                userPin == null ? null : new Pin(userPin, tries, tries, transport, state::markChanged),
                new Pin(soPin, Pin.SO_TRIES, Pin.SO_TRIES, false, state::markChanged),
                keys,
                scheme,
                slotCount);
        if (shares.isPresent()) {
            state.setDomain(0, KeyDomainSlot.ofShares(shares.get()));
        }
        state.putFile(FileId.TOKEN_INFO, tokenInfo(state.id()));
        applet.select();
        applet.forgetSessionPin();
        if (!applet.profile().has(Quirk.INITIALIZE_LOGS_OUT)) {
            applet.session().setInitialized();
        }
    }

    /** Free memory, then what SELECT says in tag 85. */
    private Answer query() {
        int options = applet.state().options();
        return Answer.of(Bytes.concat(
                Bytes.uint32(applet.freeMemory()),
                Bytes.of(
                        options >> 8,
                        options,
                        applet.profile().platform(),
                        applet.profile().major(),
                        applet.profile().minor())));
    }

    private static Map<Integer, byte[]> parse(byte[] data) throws Refusal, MalformedDataException {
        Map<Integer, byte[]> values = new HashMap<>();
        for (Tlv object : Tlv.parseAll(data)) {
            boolean acceptable = switch (object.tag()) {
                case OPTIONS,
                        USER_PIN,
                        SO_PIN,
                        RETRY_COUNTER,
                        DKEK_SHARES,
                        PUBLIC_KEY_AUTHENTICATION,
                        KEY_DOMAIN_SLOTS -> true;
                case BIOMETRIC_1, BIOMETRIC_2 -> object.valueLength() >= MIN_AID && object.valueLength() <= MAX_AID;
                default -> false;
            };
            if (!acceptable || values.put(object.tag(), object.value()) != null) {
                throw new Refusal(Sw.WRONG_DATA);
            }
        }
        return values;
    }

    /** How many keys there will be, then how many of them have to authenticate. */
    private static RegisteredKeys registeredKeys(byte @Nullable [] value) throws Refusal {
        if (value == null) {
            return RegisteredKeys.none();
        }
        int total = value.length == 2 ? value[0] & 0xFF : 0;
        int required = value.length == 2 ? value[1] & 0xFF : 0;
        if (total > RegisteredKeys.MAX || required == 0 || required > total) {
            throw new Refusal(Sw.WRONG_DATA);
        }
        return new RegisteredKeys(required, total);
    }

    private static Optional<Integer> single(Map<Integer, byte[]> values, int tag) throws Refusal {
        byte[] value = values.get(tag);
        if (value == null) {
            return Optional.empty();
        }
        if (value.length != 1) {
            throw new Refusal(Sw.WRONG_DATA);
        }
        return Optional.of(value[0] & 0xFF);
    }

    /** PKCS#15 CIAInfo as a fresh device has it, without a label of the user's. */
    private static byte[] tokenInfo(String id) {
        return Tlv.of(
                        0x30,
                        Tlv.of(0x02, Bytes.of(1)),
                        Tlv.of(0x04, id.getBytes(StandardCharsets.US_ASCII)),
                        Tlv.of(0x0C, MANUFACTURER.getBytes(StandardCharsets.UTF_8)),
                        Tlv.of(0x80, LABEL.getBytes(StandardCharsets.UTF_8)),
                        Tlv.of(0x03, Bytes.of(0x04, 0x20)))
                .encoded();
    }
}
