// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.provider.card;

import io.github.schsm.ConfigurationException;
import io.github.schsm.DeviceIdentity;
import io.github.schsm.InvalidRequestException;
import io.github.schsm.SchsmException;
import io.github.schsm.TokenNotPresentException;
import io.github.schsm.card.CardDevice;
import io.github.schsm.card.CardDevices;
import io.github.schsm.card.channel.SecureChannelMode;
import io.github.schsm.card.transport.TerminalSource;
import io.github.schsm.config.SchsmConfiguration;
import io.github.schsm.login.Handlers;
import io.github.schsm.login.PinSources;
import io.github.schsm.spi.Token;
import io.github.schsm.spi.TokenSource.Directory.Found;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The SmartCard-HSMs in the readers of one terminal, one token object for each. The monitor guards the map and is never
 * held while a device is used: who has a device may ask for tokens.
 */
public final class CardTokens {
    /** What PKCS#11 modules have room for in a slot's description; longer names of readers are cut. */
    private static final int SLOT_DESCRIPTION = 64;

    private final TerminalSource source;
    private final SchsmConfiguration configuration;
    private final Handlers handler;
    /** By {@link Token#uniqueId}. */
    private final Map<String, CardToken> tokens = new LinkedHashMap<>();

    private final Map<String, CardDevice> used = new LinkedHashMap<>();
    private boolean closed;

    /** What names stand for, once it was found out. */
    private final Map<String, CardToken> chosen = new HashMap<>();

    public CardTokens(TerminalSource source, SchsmConfiguration configuration, Handlers handler) {
        this.source = source;
        this.configuration = configuration;
        this.handler = handler;
        source.retain();
    }

    /** Looks into every reader that the configuration lets us look into. */
    public List<Found> list() throws SchsmException {
        List<Found> found = new ArrayList<>();
        CardDevices.Listing listing = list(readers());
        for (CardDevice device : listing.devices()) {
            found.add(new Found(device.readerName(), token(device), null));
        }
        for (CardDevices.UnusableReader unusable : listing.unusable()) {
            found.add(new Found(unusable.readerName(), null, unusable.reason().getMessage()));
        }
        return found;
    }

    /** The device that is meant where nobody named one. */
    public Token find() throws SchsmException {
        return configuration.devices().size() == 1
                ? find(configuration.devices().get(0))
                : theOnlyOne();
    }

    private CardDevices.Listing list(List<String> readerNames) throws SchsmException {
        CardDevices.Listing listing =
                CardDevices.list(source, readerNames, channelTo(source, configuration), configuration.trust());
        boolean late;
        synchronized (this) {
            for (CardDevice device : listing.devices()) {
                device.retain(this);
                used.putIfAbsent(device.readerName(), device);
            }
            late = closed;
        }
        if (late) {
            releaseAll();
            throw closed();
        }
        return listing;
    }

    /** Logs out of every device and gives all cards back that nobody else in this JVM uses. */
    public void close() {
        List<CardToken> made;
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
            made = List.copyOf(tokens.values());
        }
        made.forEach(CardToken::close);
        releaseAll();
        source.release();
    }

    /** What a program is told that uses a provider after its end. */
    public static InvalidRequestException closed() {
        return new InvalidRequestException(
                "the provider was closed: make another one, by new SchsmProvider() or configure");
    }

    private void releaseAll() {
        List<CardDevice> released;
        synchronized (this) {
            released = List.copyOf(used.values());
            used.clear();
        }
        released.forEach(device -> device.release(this));
    }

    /** Which commands go over a secure channel to devices of a terminal: PINs if it is remote and nothing was said. */
    static SecureChannelMode channelTo(TerminalSource source, SchsmConfiguration configuration) {
        return configuration
                .channel()
                .map(name -> SecureChannelMode.valueOf(name.toUpperCase(Locale.ROOT)))
                .orElse(source.isRemote() ? SecureChannelMode.PIN : SecureChannelMode.PLAIN);
    }

    private List<String> readers() throws SchsmException {
        return CardDevices.readers(source).stream()
                .filter(configuration::isWantedReader)
                .toList();
    }

    /**
     * The device of that name ({@link DeviceIdentity#isCalled}), in whichever reader it is. Names may be shared, and
     * certificates copied, so all readers are looked into before one is taken for the first time.
     */
    public Token find(String name) throws SchsmException {
        CardToken known = chosen(name);
        if (known != null) {
            return known;
        }
        SchsmConfiguration.requireWholeName(name);
        List<CardDevice> found = new ArrayList<>();
        List<String> others = new ArrayList<>();
        boolean excluded = false;
        for (String reader : readers()) {
            CardDevices.Listing listing = list(List.of(reader));
            for (CardDevice device : listing.devices()) {
                DeviceIdentity identity = device.identity();
                boolean called = identity.isCalled(name);
                if (called && configuration.isConfigured(identity)) {
                    found.add(device);
                } else {
                    excluded |= called;
                    others.add(identity.deviceId() + " in " + reader);
                }
            }
            for (CardDevices.UnusableReader unusable : listing.unusable()) {
                others.add(unusable.reason().getMessage());
            }
        }
        if (found.isEmpty()) {
            configuration.requireMeant(name, excluded);
            throw notThere(name, others);
        }
        return choose(name, found);
    }

    /** A name with digits of the key's fingerprint. */
    private static boolean isByKey(String name) {
        return name.indexOf('#') >= 0;
    }

    /** The only device that is there, of those that the configuration means. */
    private Token theOnlyOne() throws SchsmException {
        List<CardDevice> found = new ArrayList<>();
        List<String> problems = new ArrayList<>();
        CardDevices.Listing listing = list(readers());
        for (CardDevice device : listing.devices()) {
            if (configuration.isConfigured(device.identity())) {
                found.add(device);
            }
        }
        for (CardDevices.UnusableReader unusable : listing.unusable()) {
            problems.add(String.valueOf(unusable.reason().getMessage()));
        }
        if (found.isEmpty()) {
            throw new TokenNotPresentException("no SmartCard-HSM "
                    + (configuration.devices().isEmpty() ? "" : "of " + configuration.devices() + " ")
                    + "found at terminal = "
                    + configuration.terminal()
                    + (problems.isEmpty() ? ": no reader" : ": " + String.join("; ", problems)));
        }
        return choose(null, found);
    }

    /** The object here for a device that somebody else has a token of. */
    public Optional<Token> same(Token other) throws SchsmException {
        CardToken known;
        synchronized (this) {
            known = tokens.get(other.uniqueId());
        }
        return known != null && known.isMeantBy(configuration) ? Optional.of(known) : Optional.empty();
    }

    private Token choose(@Nullable String name, List<CardDevice> found) throws SchsmException {
        List<CardToken> choice = new ArrayList<>();
        for (CardDevice device : found) {
            choice.add(token(device));
        }
        if (found.size() > 1) {
            throw several(name, found);
        }
        CardToken only = choice.get(0);
        if (name != null) {
            synchronized (this) {
                chosen.put(name, only);
            }
            if (isByKey(name)) {
                // Who chose it so knows why: others with its id are not always there.
                only.nameIsShared();
            }
        }
        return only;
    }

    private ConfigurationException several(@Nullable String name, List<CardDevice> found) throws SchsmException {
        Map<String, Integer> ids = new HashMap<>();
        Map<String, Integer> keys = new HashMap<>();
        for (CardDevice device : found) {
            ids.merge(device.identity().deviceId(), 1, Integer::sum);
            keys.merge(uniqueId(device), 1, Integer::sum);
        }
        List<String> shown = new ArrayList<>();
        boolean byReader = false;
        for (CardDevice device : found) {
            DeviceIdentity identity = device.identity();
            boolean sharedId = ids.getOrDefault(identity.deviceId(), 0) > 1;
            byReader |= identity.keyFingerprint().isEmpty() || keys.getOrDefault(uniqueId(device), 0) > 1;
            shown.add((sharedId ? identity.uniqueName() : identity.deviceId()) + " in reader '" + device.readerName()
                    + "'");
        }
        return new ConfigurationException((name == null
                        ? "several devices are there: "
                        : "several devices are called " + name + ": ")
                + String.join(", ", shown)
                + "; choose one by device = … in the configuration, or by a SchsmLoadParameter"
                + (byReader ? ", and where names do not tell them apart by reader = … (a regular expression)" : ""));
    }

    private TokenNotPresentException notThere(String name, List<String> seen) {
        return new TokenNotPresentException("device " + name + " is not there; "
                + (seen.isEmpty()
                        ? "there is no reader with a SmartCard-HSM"
                        : "there are: " + String.join("; ", seen)));
    }

    /** The device in the reader of that name, also if only the beginning fitted into a slot's description. */
    public Token inReader(String name) throws SchsmException {
        List<String> there = CardDevices.readers(source);
        List<String> readers = there.stream()
                .filter(reader -> reader.equals(name) || isCut(reader, name))
                .toList();
        if (readers.isEmpty()) {
            throw new TokenNotPresentException("there is no reader \"" + name + "\" at " + source.name() + "; "
                    + (there.isEmpty() ? "there is none at all" : "there are: " + String.join("; ", there)));
        }
        if (readers.size() > 1 && !readers.contains(name)) {
            throw new ConfigurationException("several readers begin with \"" + name + "\", which is all that is known: "
                    + String.join("; ", readers));
        }
        String reader = readers.contains(name) ? name : readers.get(0);
        CardDevices.Listing listing = list(List.of(reader));
        for (CardDevice device : listing.devices()) {
            CardToken token = token(device);
            if (!token.isIn(reader)) {
                // It was seen elsewhere before: it moved, or one of the two is a copy.
                locate(device);
            }
            return token;
        }
        for (CardDevices.UnusableReader unusable : listing.unusable()) {
            throw unusable.reason();
        }
        throw new TokenNotPresentException(
                "there is a card in the reader \"" + reader + "\", but it is no SmartCard-HSM");
    }

    private static boolean isCut(String reader, String name) {
        byte[] whole = reader.getBytes(StandardCharsets.UTF_8);
        return whole.length > SLOT_DESCRIPTION
                && new String(whole, 0, SLOT_DESCRIPTION, StandardCharsets.UTF_8)
                        .stripTrailing()
                        .equals(name.stripTrailing());
    }

    private synchronized @Nullable CardToken chosen(String name) {
        return chosen.get(name);
    }

    /** By its key; a device without a certificate is whatever is in its reader. */
    static String uniqueId(CardDevice device) throws SchsmException {
        String fingerprint = device.identity().keyFingerprint();
        return fingerprint.isEmpty() ? "reader " + device.readerName() : fingerprint;
    }

    private CardToken token(CardDevice device) throws SchsmException {
        String unique = uniqueId(device);
        CardToken made =
                new CardToken(device, configuration.trust(), () -> locate(device), PinSources.onReader(handler));
        synchronized (this) {
            CardToken known = tokens.putIfAbsent(unique, made);
            if (known != null) {
                return known;
            }
            List<CardToken> alike = tokens.values().stream()
                    .filter(token -> token.id().equals(made.id()))
                    .toList();
            if (alike.size() > 1) {
                alike.forEach(CardToken::nameIsShared);
            }
            return made;
        }
    }

    /** Looks for a device again, in all readers: what shows its certificate may be another device. */
    private CardDevice locate(CardDevice wanted) throws SchsmException {
        DeviceIdentity identity = wanted.identity();
        List<CardDevice> found = new ArrayList<>();
        List<String> seen = new ArrayList<>();
        for (String reader : readers()) {
            CardDevices.Listing listing = list(List.of(reader));
            for (CardDevice device : listing.devices()) {
                if (uniqueId(device).equals(uniqueId(wanted))) {
                    found.add(device);
                    continue;
                }
                DeviceIdentity other = device.identity();
                seen.add((other.deviceId().equals(identity.deviceId()) ? other.uniqueName() : other.deviceId()) + " in "
                        + reader);
            }
            for (CardDevices.UnusableReader unusable : listing.unusable()) {
                seen.add(unusable.reason().getMessage());
            }
        }
        if (found.isEmpty()) {
            throw notThere(identity.deviceId(), seen);
        }
        if (found.size() > 1) {
            throw several(identity.uniqueName(), found);
        }
        return found.get(0);
    }
}
