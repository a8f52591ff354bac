// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.card;

import io.github.schsm.DeviceInitialization;
import io.github.schsm.InvalidRequestException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;

/** The data of INITIALIZE DEVICE (docs/protocol.md#initialization). Written into one array, which can be wiped. */
final class Initialization {
    private static final int MAX_LENGTH = 64;

    private Initialization() {}

    /** Returns what the caller has to wipe. */
    static byte[] encode(DeviceInitialization settings) throws InvalidRequestException {
        char[] pinText = settings.pin();
        char[] soPinText = settings.soPin();
        byte[] pin = {};
        byte[] soPin = {};
        ByteBuffer data = ByteBuffer.allocate(MAX_LENGTH);
        try {
            soPin = Pins.so(soPinText);
            put(data, 0x80, 0x00, options(settings));
            if (pinText.length > 0) {
                pin = Pins.user(pinText);
                data.put((byte) 0x81).put((byte) pin.length).put(pin);
            }
            data.put((byte) 0x82).put((byte) soPin.length).put(soPin);
            put(data, 0x91, settings.retries());
            if (settings.dkekShares() >= 0) {
                put(data, 0x92, settings.dkekShares());
            }
            if (settings.registeredKeys() > 0) {
                put(data, 0x93, settings.registeredKeys(), settings.requiredKeys());
            }
            if (settings.keyDomainSlots() > 0) {
                put(data, 0x97, settings.keyDomainSlots());
            }
            return Arrays.copyOf(data.array(), data.position());
        } finally {
            Arrays.fill(data.array(), (byte) 0);
            Arrays.fill(pin, (byte) 0);
            Arrays.fill(soPin, (byte) 0);
            Arrays.fill(pinText, '\0');
            Arrays.fill(soPinText, '\0');
        }
    }

    private static void put(ByteBuffer data, int tag, int... value) {
        data.put((byte) tag).put((byte) value.length);
        for (int number : value) {
            data.put((byte) number);
        }
    }

    private static int options(DeviceInitialization settings) {
        int options = 0;
        for (DeviceInitialization.Option option : settings.options()) {
            options |= bit(option);
        }
        return options;
    }

    /** The options in the two bytes that a device keeps of them; bits without a known meaning are left out. */
    static Set<DeviceInitialization.Option> options(int bits) {
        Set<DeviceInitialization.Option> options = EnumSet.noneOf(DeviceInitialization.Option.class);
        for (DeviceInitialization.Option option : DeviceInitialization.Option.values()) {
            if ((bits & bit(option)) != 0) {
                options.add(option);
            }
        }
        return options;
    }

    private static int bit(DeviceInitialization.Option option) {
        return switch (option) {
            case RESET_RETRY_COUNTER -> 0x01;
            case TRANSPORT_PIN -> 0x02;
            case SESSION_PIN -> 0x04;
            case REPLACE_PUBLIC_KEYS -> 0x08;
            case PIN_AND_PUBLIC_KEY -> 0x10;
            case UNBLOCK_ONLY -> 0x20;
        };
    }
}
