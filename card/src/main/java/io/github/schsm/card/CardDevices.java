// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.card;

import io.github.schsm.ConfigurationException;
import io.github.schsm.DeviceIdentity;
import io.github.schsm.DeviceTrust;
import io.github.schsm.SchsmException;
import io.github.schsm.SchsmException.Reason;
import io.github.schsm.card.channel.SecureChannelMode;
import io.github.schsm.card.transport.PcscTransport;
import io.github.schsm.card.transport.TerminalSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Finds devices. Asking a reader costs two commands; cards of other kinds are passed over without a word. */
public final class CardDevices {
    private CardDevices() {}

    /**
     * A reader that could not be asked.
     *
     * @param readerName its PC/SC name
     * @param reason     why: no card in it, used exclusively by another program, ...
     */
    public record UnusableReader(String readerName, SchsmException reason) {}

    /**
     * What was found.
     *
     * @param devices  the devices, in the order of their readers
     * @param unusable readers that could not be asked, empty ones among them
     */
    public record Listing(List<CardDevice> devices, List<UnusableReader> unusable) {
        public Listing {
            devices = List.copyOf(devices);
            unusable = List.copyOf(unusable);
        }

        /**
         * The device of that name.
         *
         * @param name a device id, e.g. {@code DECC0401002}, or with a fingerprint ({@link DeviceIdentity#uniqueName})
         * @throws ConfigurationException if several devices have it
         */
        public Optional<CardDevice> find(String name) throws SchsmException {
            CardDevice found = null;
            for (CardDevice device : devices) {
                if (!device.identity().isCalled(name)) {
                    continue;
                }
                if (found != null) {
                    throw new ConfigurationException("several devices are called " + name + ": "
                            + found.identity().uniqueName() + " in reader '" + found.readerName() + "', "
                            + device.identity().uniqueName() + " in reader '" + device.readerName() + "'");
                }
                found = device;
            }
            return Optional.ofNullable(found);
        }
    }

    /**
     * The names of all readers, empty or not.
     *
     * @throws SchsmException if the PC/SC service cannot be reached
     */
    public static List<String> readers(TerminalSource source) throws SchsmException {
        return PcscTransport.readers(source);
    }

    /**
     * Looks into every reader.
     *
     * @throws SchsmException if the PC/SC service cannot be reached; what is wrong with one reader is in the listing
     */
    public static Listing list(TerminalSource source) throws SchsmException {
        return list(source, readers(source));
    }

    /** Looks into some readers. */
    public static Listing list(TerminalSource source, List<String> readerNames) {
        return list(source, readerNames, SecureChannelMode.PLAIN, DeviceTrust.of(List.of()));
    }

    /**
     * Looks into some readers for devices to speak to over a secure channel. None is made yet: listing asks for nothing
     * but certificates.
     *
     * @param channel which commands go over a secure channel afterwards
     * @param trust   which devices one is made to
     */
    public static Listing list(
            TerminalSource source, List<String> readerNames, SecureChannelMode channel, DeviceTrust trust) {
        List<CardDevice> devices = new ArrayList<>();
        List<UnusableReader> unusable = new ArrayList<>();
        for (String reader : readerNames) {
            CardDevice device = CardDevice.of(source, reader, channel, trust);
            try {
                device.identity();
                devices.add(device);
            } catch (SchsmException e) {
                if (e.reason() == Reason.OTHER_CARD) {
                    PcscTransport.LOG.log(System.Logger.Level.DEBUG, e.getMessage());
                    continue;
                }
                unusable.add(new UnusableReader(reader, e));
            }
        }
        return new Listing(devices, unusable);
    }
}
