package io.github.schsm.provider;

import io.github.schsm.ConfigurationException;
import io.github.schsm.FoundDevice;
import io.github.schsm.SchsmDevice;
import io.github.schsm.SchsmException;
import io.github.schsm.Token;
import io.github.schsm.TokenNotPresentException;
import io.github.schsm.card.CardDevice;
import io.github.schsm.card.CardDevices;
import io.github.schsm.card.TerminalSource;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The SmartCard-HSMs in the readers of one terminal, one token object for each. The monitor guards the map and is never
 * held while a device is used: who has a device may ask for tokens.
 */
final class CardTokens {
    /** What PKCS#11 modules have room for in a slot's description; longer names of readers are cut. */
    private static final int SLOT_DESCRIPTION = 64;

    private final TerminalSource source;
    private final Configuration configuration;
    private final Handlers handler;
    private final Map<String, CardToken> tokens = new LinkedHashMap<>();

    CardTokens(TerminalSource source, Configuration configuration, Handlers handler) {
        this.source = source;
        this.configuration = configuration;
        this.handler = handler;
    }

    /** Looks into every reader that the configuration lets us look into. */
    List<FoundDevice> look() throws SchsmException {
        List<FoundDevice> found = new ArrayList<>();
        CardDevices.Listing listing = list(readers());
        for (CardDevice device : listing.devices()) {
            found.add(new FoundDevice(device.readerName(), SchsmDevice.of(token(device)), null));
        }
        for (CardDevices.UnusableReader unusable : listing.unusable()) {
            found.add(new FoundDevice(
                    unusable.readerName(), null, unusable.reason().getMessage()));
        }
        return found;
    }

    private CardDevices.Listing list(List<String> readerNames) {
        return CardDevices.list(source, readerNames, configuration.channelTo(source), configuration.trust());
    }

    private List<String> readers() throws SchsmException {
        return CardDevices.readers(source).stream()
                .filter(configuration::isWantedReader)
                .toList();
    }

    /** The device with that id, in whichever reader it is. */
    Token find(String deviceId) throws SchsmException {
        CardToken known = known(deviceId);
        return known != null ? known : token(locate(deviceId));
    }

    /** The device in the reader of that name, also if only the beginning fitted into a slot's description. */
    Token inReader(String name) throws SchsmException {
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
            return token(device);
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

    private synchronized @Nullable CardToken known(String deviceId) {
        return tokens.get(deviceId);
    }

    private CardToken token(CardDevice device) throws SchsmException {
        String id = device.identity().deviceId();
        CardToken made = new CardToken(device, configuration.trust(), () -> locate(id), PinSources.onReader(handler));
        synchronized (this) {
            CardToken known = tokens.putIfAbsent(id, made);
            return known != null ? known : made;
        }
    }

    /** Looks for a device, one reader after the other, and stops where it is. */
    private CardDevice locate(String deviceId) throws SchsmException {
        List<String> seen = new ArrayList<>();
        for (String reader : readers()) {
            CardDevices.Listing listing = list(List.of(reader));
            for (CardDevice device : listing.devices()) {
                if (device.identity().deviceId().equals(deviceId)) {
                    return device;
                }
                seen.add(device.identity().deviceId() + " in " + reader);
            }
            for (CardDevices.UnusableReader unusable : listing.unusable()) {
                seen.add(unusable.reason().getMessage());
            }
        }
        throw new TokenNotPresentException("device " + deviceId + " is not there; "
                + (seen.isEmpty()
                        ? "there is no reader with a SmartCard-HSM"
                        : "there are: " + String.join("; ", seen)));
    }
}
