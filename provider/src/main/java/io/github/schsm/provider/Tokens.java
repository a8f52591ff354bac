package io.github.schsm.provider;

import io.github.schsm.ConfigurationException;
import io.github.schsm.FoundDevice;
import io.github.schsm.PinSource;
import io.github.schsm.SchsmDevice;
import io.github.schsm.SchsmException;
import io.github.schsm.Token;
import io.github.schsm.TokenNotPresentException;
import io.github.schsm.TokenSource;
import io.github.schsm.card.CardDevice;
import io.github.schsm.card.CardDevices;
import io.github.schsm.card.Channel;
import io.github.schsm.card.TerminalSource;
import io.github.schsm.keystore.TokenFinder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import javax.security.auth.callback.CallbackHandler;
import org.jspecify.annotations.Nullable;

/**
 * The tokens of one provider: finds them in the configured terminal, and keeps one object for each, because a login
 * belongs to a provider and a device, not to a key store. Touches nothing before it is asked for a token. The monitor
 * guards the fields and is never held while a device is used: who has a device may ask for tokens.
 */
final class Tokens implements TokenFinder {
    private final Configuration configuration;
    private final @Nullable ConfigurationException problem;
    private final Handlers handler;
    private final Map<String, CardToken> cardTokens = new LinkedHashMap<>();
    private volatile @Nullable TerminalSource source;
    private volatile @Nullable List<Token> foreign;

    /**
     * The tokens under a configuration.
     *
     * @param problem what was wrong with the configuration that was wanted: told when a token is asked for
     */
    Tokens(Configuration configuration, @Nullable ConfigurationException problem, Handlers handler) {
        this.configuration = configuration;
        this.problem = problem;
        this.handler = handler;
    }

    @Override
    public Optional<PinSource> configuredPin() {
        return configuration.pin().map(pin -> PinSources.configured(pin, handler));
    }

    @Override
    public PinSource password(char[] password) {
        return PinSources.password(password);
    }

    @Override
    public PinSource callback(CallbackHandler answering) {
        return configuration.pin().filter(PinSources.PIN_PAD::equals).isPresent()
                ? PinSources.onReader(() -> answering)
                : PinSources.callback(answering);
    }

    @Override
    public Token find(@Nullable String deviceId) throws SchsmException {
        open();
        if (deviceId != null) {
            requireConfigured(deviceId);
            return byId(deviceId);
        }
        if (configuration.devices().size() == 1) {
            return byId(configuration.devices().get(0));
        }
        List<String> ids = new ArrayList<>();
        List<String> problems = new ArrayList<>();
        for (FoundDevice found : look()) {
            if (found.device() != null && isConfigured(found.device().deviceId())) {
                ids.add(found.device().deviceId());
            } else if (found.problem() != null) {
                problems.add(found.problem());
            }
        }
        if (ids.isEmpty()) {
            throw new TokenNotPresentException("no SmartCard-HSM "
                    + (configuration.devices().isEmpty() ? "" : "of " + configuration.devices() + " ")
                    + "found at terminal = "
                    + configuration.terminal()
                    + (problems.isEmpty() ? ": no reader" : ": " + String.join("; ", problems)));
        }
        if (ids.size() > 1) {
            throw new ConfigurationException("several devices are there: " + String.join(", ", ids)
                    + "; choose one by device = … in the configuration, or by a SchsmLoadParameter");
        }
        return byId(ids.get(0));
    }

    private boolean isConfigured(String deviceId) {
        return configuration.devices().isEmpty() || configuration.devices().contains(deviceId);
    }

    private void requireConfigured(String deviceId) throws ConfigurationException {
        if (!isConfigured(deviceId)) {
            throw new ConfigurationException("device " + deviceId + " is not one of the configured ones: "
                    + String.join(", ", configuration.devices()));
        }
    }

    /** Every reader that the configuration lets us look into, and what is in it. */
    List<FoundDevice> list() throws SchsmException {
        open();
        return look();
    }

    private synchronized void open() throws SchsmException {
        if (problem != null) {
            throw new ConfigurationException(String.valueOf(problem.getMessage()), problem);
        }
        if (source != null || foreign != null) {
            return;
        }
        if (configuration.isPcsc()) {
            source = TerminalSource.pcsc();
            return;
        }
        if (configuration.isSunPcsc()) {
            source = TerminalSource.sunPcsc();
            return;
        }
        List<String> schemes = new ArrayList<>();
        for (TokenSource candidate : ServiceLoader.load(TokenSource.class, Tokens.class.getClassLoader())) {
            if (candidate.scheme().equals(configuration.scheme())) {
                open(candidate);
                return;
            }
            schemes.add(candidate.scheme() + ":…");
        }
        throw new ConfigurationException("terminal = " + configuration.terminal() + ": nothing here speaks "
                + configuration.scheme() + ":, put its jar beside the provider's; there are pcsc, sunpcsc"
                + (schemes.isEmpty() ? "" : ", " + String.join(", ", schemes)));
    }

    private void open(TokenSource candidate) throws SchsmException {
        TokenSource.Opened opened = candidate.open(configuration.location(), configuration.devices());
        if (opened instanceof TokenSource.Terminals terminals) {
            source = TerminalSource.of(configuration.terminal(), terminals.terminals(), terminals.remote());
        } else if (opened instanceof TokenSource.Tokens tokens) {
            if (configuration.channel().orElse(Channel.PLAIN) != Channel.PLAIN) {
                throw new ConfigurationException("terminal = " + configuration.terminal()
                        + ": what is there speaks to the devices itself, a secure channel cannot be put under it; leave"
                        + " channel out");
            }
            foreign = tokens.tokens();
        }
    }

    private List<FoundDevice> look() throws SchsmException {
        List<FoundDevice> found = new ArrayList<>();
        List<Token> others = foreign;
        if (others != null) {
            for (Token token : others) {
                found.add(new FoundDevice(token.info().reader(), SchsmDevice.of(token), null));
            }
            return found;
        }
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
        return CardDevices.list(source(), readerNames, configuration.channelTo(source()), configuration.trust());
    }

    private TerminalSource source() {
        TerminalSource opened = source;
        if (opened == null) {
            throw new IllegalStateException("the terminal was not opened");
        }
        return opened;
    }

    private List<String> readers() throws SchsmException {
        return CardDevices.readers(source()).stream()
                .filter(name -> configuration.reader() == null
                        || configuration.reader().matcher(name).find())
                .toList();
    }

    private Token byId(String deviceId) throws SchsmException {
        List<Token> others = foreign;
        if (others != null) {
            return others.stream()
                    .filter(token -> token.id().equals(deviceId))
                    .findFirst()
                    .orElseThrow(() -> new TokenNotPresentException(
                            "no token " + deviceId + " at terminal = " + configuration.terminal()));
        }
        CardToken known = known(deviceId);
        return known != null ? known : token(locate(deviceId));
    }

    private synchronized @Nullable CardToken known(String deviceId) {
        return cardTokens.get(deviceId);
    }

    private CardToken token(CardDevice device) throws SchsmException {
        String id = device.identity().deviceId();
        CardToken made = new CardToken(device, configuration.trust(), () -> locate(id), PinSources.onReader(handler));
        synchronized (this) {
            CardToken known = cardTokens.putIfAbsent(id, made);
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
