// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.card;

import io.github.schsm.ConfigurationException;
import io.github.schsm.DeviceIdentity;
import io.github.schsm.DeviceTrust;
import io.github.schsm.SchsmException;
import io.github.schsm.TokenNotPresentException;
import io.github.schsm.UnsupportedByDeviceException;
import io.github.schsm.card.transport.TerminalSource;
import io.github.schsm.codec.PrintableText;
import io.github.schsm.config.SchsmConfiguration;
import io.github.schsm.login.PinSource;
import io.github.schsm.spi.Token;
import io.github.schsm.spi.TokenSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;

/**
 * The reader that a configuration means, and the device in it: {@code terminal}, {@code reader} and {@code device} choose
 * it, as for a program on this computer. Looked for each time it is asked for, because devices move.
 */
public final class CardPlaces implements AutoCloseable {
    private final SchsmConfiguration settings;
    private final List<TerminalSource> sources;
    private final List<TokenSource.Opened> opened;

    private CardPlaces(SchsmConfiguration settings, List<TerminalSource> sources, List<TokenSource.Opened> opened) {
        this.settings = settings;
        this.sources = sources;
        this.opened = opened;
        sources.forEach(TerminalSource::retain);
    }

    /**
     * The readers of a configuration.
     *
     * @param configuration which terminal, reader and device, as the provider takes it
     * @throws SchsmException if its terminal has no readers, or cannot be opened
     */
    public static CardPlaces of(String configuration) throws SchsmException {
        SchsmConfiguration settings = SchsmConfiguration.of(configuration);
        List<TerminalSource> sources = new ArrayList<>();
        List<TokenSource.Opened> opened = new ArrayList<>();
        for (SchsmConfiguration.Terminal terminal : settings.terminals()) {
            if (terminal.isPcsc()) {
                sources.add(TerminalSource.pcsc());
            } else if (terminal.isSunPcsc()) {
                sources.add(TerminalSource.sunPcsc());
            } else {
                sources.add(open(settings, terminal, opened));
            }
        }
        return new CardPlaces(settings, sources, opened);
    }

    private static TerminalSource open(
            SchsmConfiguration settings, SchsmConfiguration.Terminal terminal, List<TokenSource.Opened> opened)
            throws SchsmException {
        for (TokenSource source : ServiceLoader.load(TokenSource.class, CardPlaces.class.getClassLoader())) {
            if (source.scheme().equals(terminal.scheme()) && !terminal.isRemote()) {
                TokenSource.Opened place = source.open(terminal.location(), new ThisHost(settings));
                if (place instanceof TokenSource.Terminals terminals) {
                    opened.add(place);
                    return TerminalSource.of(terminal.text(), terminals.terminals(), terminals.remote());
                }
                place.close();
            }
        }
        throw new ConfigurationException(
                "terminal = " + terminal.text() + " has no reader of this computer: use pcsc, sunpcsc or simulator:…");
    }

    /**
     * A device, and the reader it is in now.
     *
     * @param source   where the reader is
     * @param reader   its name
     * @param identity which device it is
     */
    public record Place(TerminalSource source, String reader, DeviceIdentity identity) {
        /** The device's id. */
        public String device() {
            return identity.deviceId();
        }
    }

    /**
     * The one device that is meant. Selects its applet, which logs everybody out.
     *
     * @throws TokenNotPresentException if it is not there, or cannot be asked
     * @throws ConfigurationException   if several are meant
     * @throws SchsmException           if no reader can be asked
     */
    public Place find() throws SchsmException {
        List<Place> found = new ArrayList<>();
        List<String> problems = new ArrayList<>();
        for (TerminalSource source : sources) {
            List<String> readers = CardDevices.readers(source).stream()
                    .filter(settings::isWantedReader)
                    .toList();
            CardDevices.Listing listing = CardDevices.list(source, readers);
            for (CardDevice device : listing.devices()) {
                if (settings.isConfigured(device.identity())) {
                    found.add(new Place(source, device.readerName(), device.identity()));
                }
                device.disconnect();
            }
            listing.unusable()
                    .forEach(unusable -> problems.add(unusable.reason().getMessage()));
        }
        if (found.isEmpty()) {
            throw new TokenNotPresentException("no SmartCard-HSM "
                    + (settings.devices().isEmpty() ? "" : "of " + settings.devices() + " ") + "found at terminal = "
                    + settings.terminal() + (problems.isEmpty() ? ": no reader" : ": " + String.join("; ", problems)));
        }
        if (found.size() > 1) {
            throw new ConfigurationException("several devices are there: "
                    + String.join(
                            ", ",
                            found.stream()
                                    .map(place ->
                                            place.device() + " in reader '" + PrintableText.of(place.reader()) + "'")
                                    .toList())
                    + "; choose one by device or reader");
        }
        return found.get(0);
    }

    @Override
    public void close() {
        sources.forEach(TerminalSource::release);
        opened.forEach(TokenSource.Opened::close);
    }

    /** A source of simulated devices makes those that are named. */
    private record ThisHost(SchsmConfiguration settings) implements TokenSource.Host {
        @Override
        public List<String> devices() {
            return settings.devices();
        }

        @Override
        public DeviceTrust trust() {
            return settings.trust();
        }

        @Override
        public boolean isWantedReader(String name) {
            return settings.isWantedReader(name);
        }

        @Override
        public Optional<String> setting(String key) {
            return settings.get(key);
        }

        @Override
        public PinSource pinPad() {
            throw new IllegalStateException("what speaks to readers directly asks nobody for a PIN");
        }

        @Override
        public Token cardChannel(String readerName) throws SchsmException {
            throw new UnsupportedByDeviceException("there is no other way to reader '" + readerName + "' here");
        }
    }
}
