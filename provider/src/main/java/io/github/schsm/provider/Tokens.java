// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.provider;

import io.github.schsm.ConfigurationException;
import io.github.schsm.DeviceTrust;
import io.github.schsm.InvalidRequestException;
import io.github.schsm.SchsmDevice.FoundDevice;
import io.github.schsm.SchsmException;
import io.github.schsm.card.transport.TerminalSource;
import io.github.schsm.codec.SecretBytes;
import io.github.schsm.config.SchsmConfiguration;
import io.github.schsm.keystore.TokenFinder;
import io.github.schsm.login.Handlers;
import io.github.schsm.login.PinOrElse;
import io.github.schsm.login.PinSource;
import io.github.schsm.login.PinSources;
import io.github.schsm.provider.card.CardTokens;
import io.github.schsm.spi.Token;
import io.github.schsm.spi.TokenSource;
import io.github.schsm.spi.TokenSource.Directory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
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
    private static final String PLAIN = "plain";

    private final SchsmConfiguration configuration;
    private final @Nullable ConfigurationException problem;
    private final Handlers handler;
    private volatile @Nullable CardTokens cards;
    private volatile @Nullable ExternalTokens foreign;
    private @Nullable CardTokens cardChannels;
    private TokenSource.@Nullable Opened opened;
    private boolean closed;

    /**
     * The tokens under a configuration.
     *
     * @param problem what was wrong with the configuration that was wanted: told when a token is asked for
     */
    Tokens(SchsmConfiguration configuration, @Nullable ConfigurationException problem, Handlers handler) {
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

    /** What a module finds may take other PINs than a SmartCard-HSM, which it tells later. */
    @Override
    public void requirePossible(char[] password) throws InvalidRequestException {
        byte[] pin = configuration.terminals().stream().anyMatch(SchsmConfiguration.Terminal::isModule)
                ? SecretBytes.password(password, SecretBytes.USER_PIN.what())
                : SecretBytes.of(password, SecretBytes.USER_PIN);
        Arrays.fill(pin, (byte) 0);
    }

    @Override
    public PinSource callback(CallbackHandler answering) {
        String configured = configuration.pin().orElse("");
        return switch (configured) {
            case PinSources.PIN_PAD -> PinSources.onReader(() -> answering);
            case "", PinSources.CALLBACK -> PinSources.callback(answering);
            default -> new PinOrElse(PinSources.callback(answering), PinSources.configured(configured, handler));
        };
    }

    @Override
    public Token find(@Nullable String deviceId) throws SchsmException {
        open();
        ExternalTokens others = foreign;
        return others != null ? others.find(deviceId) : find(cards(), deviceId);
    }

    private Token find(CardTokens there, @Nullable String deviceId) throws SchsmException {
        if (deviceId != null) {
            return there.find(deviceId);
        }
        return configuration.devices().size() == 1
                ? there.find(configuration.devices().get(0))
                : there.theOnlyOne();
    }

    @Override
    public Token own(Token known) throws SchsmException {
        open();
        CardTokens there = cards;
        Optional<Token> same = there == null ? Optional.empty() : there.same(known);
        return same.isPresent() ? same.get() : find(known.id());
    }

    /** Every reader that the configuration lets us look into, and what is in it. */
    List<FoundDevice> list() throws SchsmException {
        open();
        ExternalTokens others = foreign;
        return others != null ? others.look() : cards().look();
    }

    private CardTokens cards() throws InvalidRequestException {
        CardTokens there = cards;
        if (there == null) {
            throw CardTokens.closed();
        }
        return there;
    }

    /** Logs out, gives back cards, readers and modules, for good. */
    void close() {
        CardTokens ours;
        CardTokens channels;
        TokenSource.Opened place;
        synchronized (this) {
            closed = true;
            ours = cards;
            channels = cardChannels;
            place = opened;
            cards = null;
            foreign = null;
            cardChannels = null;
            opened = null;
        }
        if (ours != null) {
            ours.close();
        }
        if (place != null) {
            place.close();
        }
        // A module may have said something to its cards until now.
        if (channels != null) {
            channels.close();
        }
    }

    private synchronized void open() throws SchsmException {
        if (closed) {
            throw CardTokens.closed();
        }
        if (problem != null) {
            throw new ConfigurationException(String.valueOf(problem.getMessage()), problem);
        }
        if (cards != null || foreign != null) {
            return;
        }
        if (configuration.terminals().size() > 1) {
            throw new ConfigurationException("terminal = " + configuration.terminal()
                    + ": several terminals are one key store only with domain = <UID> or members = all");
        }
        SchsmConfiguration.Terminal terminal = configuration.terminals().get(0);
        if (terminal.isPcsc()) {
            cards = in(TerminalSource.pcsc());
            return;
        }
        if (terminal.isSunPcsc()) {
            cards = in(TerminalSource.sunPcsc());
            return;
        }
        List<String> schemes = new ArrayList<>();
        for (TokenSource candidate : ServiceLoader.load(TokenSource.class, Tokens.class.getClassLoader())) {
            if (candidate.scheme().equals(terminal.scheme())) {
                open(candidate, terminal.location());
                return;
            }
            schemes.add(candidate.scheme() + ":…");
        }
        throw new ConfigurationException("terminal = " + configuration.terminal() + ": nothing here speaks "
                + terminal.scheme() + ":, put its jar next to the provider's; there are pcsc, sunpcsc"
                + (schemes.isEmpty() ? "" : ", " + String.join(", ", schemes)));
    }

    private void open(TokenSource candidate, String location) throws SchsmException {
        TokenSource.Opened found = candidate.open(location, new ThisHost());
        if (found instanceof TokenSource.Terminals terminals) {
            cards = in(TerminalSource.of(
                    configuration.terminal(), terminals.terminals(), terminals.remote(), terminals.maxAnswer()));
        } else if (found instanceof Directory tokens) {
            if (!configuration.channel().orElse(PLAIN).equals(PLAIN)) {
                found.close();
                throw new ConfigurationException("terminal = " + configuration.terminal()
                        + ": what is there speaks to the devices itself, a secure channel cannot be put under it; leave"
                        + " channel out");
            }
            foreign = new ExternalTokens(tokens, configuration);
        }
        opened = found;
    }

    private CardTokens in(TerminalSource source) {
        return new CardTokens(source, configuration, handler);
    }

    /** The devices of this computer's readers, in addition to what a source finds. */
    private synchronized CardTokens cardChannels() throws InvalidRequestException {
        if (closed) {
            throw CardTokens.closed();
        }
        CardTokens channels = cardChannels;
        if (channels == null) {
            channels = in(TerminalSource.pcsc());
            cardChannels = channels;
        }
        return channels;
    }

    /** What a source of tokens gets to see of this provider. */
    private final class ThisHost implements TokenSource.Host {
        @Override
        public List<String> devices() {
            return configuration.devices();
        }

        @Override
        public DeviceTrust trust() {
            return configuration.trust();
        }

        @Override
        public boolean isWantedReader(String name) {
            return configuration.isWantedReader(name);
        }

        @Override
        public Optional<String> setting(String key) {
            return configuration.get(key);
        }

        @Override
        public PinSource pinPad() {
            return PinSources.onReader(handler);
        }

        @Override
        public Token cardChannel(String readerName) throws SchsmException {
            return cardChannels().inReader(readerName);
        }
    }
}
