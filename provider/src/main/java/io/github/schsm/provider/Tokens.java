// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.provider;

import io.github.schsm.ConfigurationException;
import io.github.schsm.DeviceTrust;
import io.github.schsm.InvalidRequestException;
import io.github.schsm.SchsmDevice.FoundDevice;
import io.github.schsm.SchsmException;
import io.github.schsm.TokenNotPresentException;
import io.github.schsm.TransportException;
import io.github.schsm.audit.AuditLog;
import io.github.schsm.audit.AuditSettings;
import io.github.schsm.card.transport.TerminalSource;
import io.github.schsm.codec.AliasPatterns;
import io.github.schsm.codec.SecretBytes;
import io.github.schsm.config.SchsmConfiguration;
import io.github.schsm.config.SchsmConfiguration.Terminal;
import io.github.schsm.keystore.TokenDevice;
import io.github.schsm.keystore.TokenFinder;
import io.github.schsm.login.Handlers;
import io.github.schsm.login.PinOrElse;
import io.github.schsm.login.PinSource;
import io.github.schsm.login.PinSources;
import io.github.schsm.provider.card.CardTokens;
import io.github.schsm.provider.card.ConfiguredDkek;
import io.github.schsm.provider.domain.DomainToken;
import io.github.schsm.provider.domain.MemberSource;
import io.github.schsm.spi.Token;
import io.github.schsm.spi.TokenSource;
import io.github.schsm.spi.TokenSource.Directory;
import java.security.Provider;
import java.security.Security;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
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
    private static final String PLAIN = "plain";
    private static final String SIMULATED = "ZZSIM";

    private final SchsmConfiguration configuration;
    private final @Nullable ConfigurationException problem;
    private final Handlers handler;
    private final Map<Terminal, TerminalTokens> opened = new LinkedHashMap<>();
    private final Map<Terminal, String> unopened = new LinkedHashMap<>();
    private @Nullable CardTokens cardChannels;
    private volatile @Nullable DomainToken domain;
    private @Nullable AuditLog log;
    /** By what key store files say; they end with the provider. */
    private final Map<SchsmConfiguration, Tokens> ofFiles = new HashMap<>();

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

    /**
     * The tokens of this provider or another registered one, where the configurations agree, so that a file that says what
     * a provider says shares its logins.
     */
    @Override
    public TokenFinder under(SchsmConfiguration wanted) throws InvalidRequestException {
        synchronized (this) {
            if (closed) {
                throw CardTokens.closed();
            }
        }
        SchsmConfiguration ofTokens = wanted.ofTokens();
        Optional<Tokens> found = configured(ofTokens);
        return new TokensOfFile(found.isPresent() ? found.get() : ofFile(ofTokens), wanted.aliases());
    }

    @Override
    public boolean isConfigured(SchsmConfiguration unchecked) {
        SchsmConfiguration ofTokens = unchecked.ofTokens();
        return configured(ofTokens).isPresent() || isOfFile(ofTokens);
    }

    private synchronized boolean isOfFile(SchsmConfiguration ofTokens) {
        return ofFiles.containsKey(ofTokens);
    }

    private Optional<Tokens> configured(SchsmConfiguration ofTokens) {
        if (isUnder(ofTokens)) {
            return Optional.of(this);
        }
        for (Provider other : Security.getProviders()) {
            if (other instanceof SchsmProvider ours && ours.tokens().isUnder(ofTokens)) {
                return Optional.of(ours.tokens());
            }
        }
        return Optional.empty();
    }

    private synchronized Tokens ofFile(SchsmConfiguration ofTokens) throws InvalidRequestException {
        if (closed) {
            throw CardTokens.closed();
        }
        return ofFiles.computeIfAbsent(ofTokens, meant -> new Tokens(meant, null, handler));
    }

    private synchronized boolean isUnder(SchsmConfiguration ofTokens) {
        return !closed && problem == null && configuration.ofTokens().equals(ofTokens);
    }

    private synchronized List<Tokens> ofFiles() {
        return List.copyOf(ofFiles.values());
    }

    @Override
    public AliasPatterns shownAliases() {
        return configuration.aliases();
    }

    @Override
    public Optional<PinSource> configuredPin() {
        return configuration.pin().map(pin -> PinSources.configured(pin, handler));
    }

    @Override
    public boolean isDkekConfigured() {
        return dkek().isConfigured();
    }

    @Override
    public byte[] configuredDkek() throws SchsmException {
        return dkek().get();
    }

    private ConfiguredDkek dkek() {
        return new ConfiguredDkek(configuration, handler);
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
    public PinSource present() throws ConfigurationException {
        CallbackHandler answering = handler.get();
        return answering == null ? configuredPin().orElseThrow(Tokens::nobodyToAsk) : callback(answering);
    }

    /** Where no PIN can come from. */
    static ConfigurationException nobodyToAsk() {
        return new ConfigurationException("login needs to know where the PIN comes from: a callback handler (given to"
                + " login, set before, or named by the security property " + Handlers.DEFAULT_HANDLER
                + "), or pin = … in the configuration");
    }

    @Override
    public Token find(@Nullable String deviceId) throws SchsmException {
        open();
        DomainToken together = domain;
        if (together != null && deviceId == null) {
            return together;
        }
        return findOne(deviceId);
    }

    @Override
    public Token own(Token known) throws SchsmException {
        Optional<Token> same = same(known);
        for (Tokens ofFile : ofFiles()) {
            same = same.isPresent() ? same : ofFile.same(known);
        }
        if (same.isEmpty()) {
            open();
            same = same(known);
        }
        return same.isPresent() ? same.get() : findOne(known.id());
    }

    /** Opens nothing. */
    private Optional<Token> same(Token known) throws SchsmException {
        DomainToken together = domain;
        if (together != null && together.uniqueId().equals(known.uniqueId())) {
            return Optional.of(together);
        }
        for (TerminalTokens terminal : terminals()) {
            Optional<Token> same = terminal.same(known);
            if (same.isPresent()) {
                return same;
            }
        }
        return Optional.empty();
    }

    /** One device, in whichever terminal it is. */
    private Token findOne(@Nullable String deviceId) throws SchsmException {
        List<TerminalTokens> all = terminals();
        if (all.size() == 1) {
            return all.get(0).find(deviceId);
        }
        Map<String, Token> found = new LinkedHashMap<>();
        List<String> missing = new ArrayList<>();
        List<String> names = deviceId == null ? configuration.devices() : List.of(deviceId);
        for (TerminalTokens terminal : all) {
            if (names.isEmpty()) {
                find(terminal, null, found, missing);
            }
            for (String name : names) {
                find(terminal, name, found, missing);
            }
        }
        if (found.isEmpty()) {
            missing.addAll(unopened());
            throw new TokenNotPresentException(
                    (deviceId == null ? "there is no device" : "device " + deviceId + " is not") + " at terminal = "
                            + configuration.terminal() + ": " + String.join("; ", missing));
        }
        if (found.size() > 1) {
            throw configuration.several(found.values().stream().map(Token::name).toList());
        }
        return found.values().iterator().next();
    }

    private static void find(
            TerminalTokens terminal, @Nullable String name, Map<String, Token> found, List<String> missing)
            throws SchsmException {
        try {
            Token token = terminal.find(name);
            found.putIfAbsent(token.uniqueId(), token);
        } catch (TokenNotPresentException | TransportException notThere) {
            missing.add(String.valueOf(notThere.getMessage()));
        }
    }

    /** Every reader that the configuration lets us look into, and what is in it. */
    List<FoundDevice> list() throws SchsmException {
        open();
        List<FoundDevice> devices = new ArrayList<>();
        for (Directory.Found found : look()) {
            Token token = found.token();
            devices.add(new FoundDevice(
                    found.reader(), token == null ? null : new TokenDevice(token, this), found.problem()));
        }
        return devices;
    }

    private List<Directory.Found> look() throws SchsmException {
        List<Directory.Found> found = new ArrayList<>();
        SchsmException failure = null;
        int looked = 0;
        for (Map.Entry<Terminal, TerminalTokens> place : places().entrySet()) {
            try {
                found.addAll(place.getValue().list());
                looked++;
            } catch (TransportException | TokenNotPresentException notNow) {
                // One of several places may be out of reach for a while, e.g. while its service is restarted.
                found.add(new Directory.Found(place.getKey().text(), null, String.valueOf(notNow.getMessage())));
                failure = notNow;
            }
        }
        if (looked == 0 && failure != null) {
            throw failure;
        }
        return found;
    }

    private synchronized Map<Terminal, TerminalTokens> places() throws InvalidRequestException {
        if (closed) {
            throw CardTokens.closed();
        }
        return new LinkedHashMap<>(opened);
    }

    private List<TerminalTokens> terminals() throws InvalidRequestException {
        return List.copyOf(places().values());
    }

    /**
     * Logs out of the device that is meant, and of those that key store files opened under this provider. Where only files
     * were used, whether the provider's own configuration leads anywhere does not matter.
     *
     * @throws SchsmException the first failure, after all were logged out of that can be
     */
    void logout() throws SchsmException {
        List<Tokens> used = new ArrayList<>(ofFiles());
        if (used.isEmpty() || isOpened()) {
            used.add(0, this);
        }
        SchsmException failure = null;
        for (Tokens tokens : used) {
            try {
                tokens.find(null).logout();
            } catch (SchsmException failed) {
                if (failure == null) {
                    failure = failed;
                } else {
                    failure.addSuppressed(failed);
                }
            }
        }
        if (failure != null) {
            throw failure;
        }
    }

    private synchronized boolean isOpened() {
        return !opened.isEmpty();
    }

    /** Logs out, gives back cards, readers and modules, for good. */
    void close() {
        List<TerminalTokens> places;
        CardTokens channels;
        DomainToken together;
        AuditLog written;
        List<Tokens> alsoOpened;
        synchronized (this) {
            closed = true;
            alsoOpened = List.copyOf(ofFiles.values());
            ofFiles.clear();
            written = log;
            log = null;
            places = List.copyOf(opened.values());
            channels = cardChannels;
            together = domain;
            opened.clear();
            cardChannels = null;
            domain = null;
        }
        alsoOpened.forEach(Tokens::close);
        if (together != null) {
            together.close();
        }
        places.forEach(TerminalTokens::close);
        // A module may have said something to its cards until now.
        if (channels != null) {
            channels.close();
        }
        if (written != null) {
            written.close();
        }
    }

    /** Opens what is not open yet. One terminal of several that are one key store may be missing for a while. */
    private synchronized void open() throws SchsmException {
        if (closed) {
            throw CardTokens.closed();
        }
        if (problem != null) {
            throw new ConfigurationException(String.valueOf(problem.getMessage()), problem);
        }
        if (opened.size() < configuration.terminals().size()) {
            openAll();
        }
        if (configuration.isManyAsOne() && domain == null) {
            domain = new DomainToken(configuration, new Finder(), this::pinOf);
        }
    }

    private void openAll() throws SchsmException {
        SchsmException failure = null;
        for (Terminal terminal : configuration.terminals()) {
            if (opened.containsKey(terminal)) {
                continue;
            }
            try {
                opened.put(terminal, audited(open(terminal)));
                unopened.remove(terminal);
            } catch (ConfigurationException wrong) {
                throw wrong;
            } catch (SchsmException notNow) {
                if (!configuration.isManyAsOne()) {
                    throw notNow;
                }
                unopened.put(terminal, String.valueOf(notNow.getMessage()));
                failure = notNow;
            }
        }
        if (opened.isEmpty() && failure != null) {
            throw failure;
        }
    }

    /** With the audit log before it, if there is one. */
    private synchronized TerminalTokens audited(TerminalTokens tokens) throws ConfigurationException {
        Optional<AuditSettings> settings = configuration.audit();
        if (settings.isEmpty()) {
            return tokens;
        }
        AuditLog shared = log;
        if (shared == null) {
            shared = new AuditLog(settings.get());
            log = shared;
        }
        return new AuditedTerminal(tokens, shared);
    }

    /** What keeps terminals from being opened. */
    private synchronized List<String> unopened() {
        return List.copyOf(unopened.values());
    }

    private TerminalTokens open(Terminal terminal) throws SchsmException {
        if (terminal.isPcsc()) {
            return new TerminalTokens.Readers(in(TerminalSource.pcsc()), null);
        }
        if (terminal.isSunPcsc()) {
            return new TerminalTokens.Readers(in(TerminalSource.sunPcsc()), null);
        }
        List<String> schemes = new ArrayList<>();
        for (TokenSource candidate : ServiceLoader.load(TokenSource.class, Tokens.class.getClassLoader())) {
            if (candidate.scheme().equals(terminal.scheme())) {
                return open(candidate, terminal);
            }
            schemes.add(candidate.scheme() + ":…");
        }
        throw new ConfigurationException("terminal = " + terminal.text() + ": nothing here speaks "
                + terminal.scheme() + ":, put its jar next to the provider's; there are pcsc, sunpcsc"
                + (schemes.isEmpty() ? "" : ", " + String.join(", ", schemes)));
    }

    private TerminalTokens open(TokenSource candidate, Terminal terminal) throws SchsmException {
        TokenSource.Opened found = candidate.open(terminal.location(), new ThisHost(terminal));
        if (found instanceof TokenSource.Terminals terminals) {
            return new TerminalTokens.Readers(
                    in(TerminalSource.of(
                            terminal.text(), terminals.terminals(), terminals.remote(), terminals.maxAnswer())),
                    found);
        }
        if (!configuration.channel().orElse(PLAIN).equals(PLAIN)) {
            found.close();
            throw new ConfigurationException("terminal = " + terminal.text()
                    + ": what is there speaks to the devices itself, a secure channel cannot be put under it; leave"
                    + " channel out");
        }
        return new ExternalTokens((Directory) found, configuration);
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

    /** Where one device's PIN comes from, if that is configured for it alone. */
    private Optional<PinSource> pinOf(String deviceId) {
        return configuration.get(SchsmConfiguration.PIN_OF + deviceId).map(pin -> PinSources.configured(pin, handler));
    }

    /** Where the members of a domain are looked for. */
    private final class Finder implements MemberSource {
        @Override
        public List<Directory.Found> look() throws SchsmException {
            open();
            return Tokens.this.look();
        }

        @Override
        public Token find(String deviceId) throws SchsmException {
            open();
            return findOne(deviceId);
        }
    }

    /** What a source of tokens gets to see of this provider. */
    private final class ThisHost implements TokenSource.Host {
        private final Terminal terminal;

        private ThisHost(Terminal terminal) {
            this.terminal = terminal;
        }

        /** The simulator makes what is named: only its own, where others are named as well. */
        @Override
        public List<String> devices() {
            boolean alone = configuration.terminals().size() == 1;
            return configuration.devices().stream()
                    .filter(device -> alone || !terminal.isSimulator() || device.startsWith(SIMULATED))
                    .toList();
        }

        @Override
        public boolean isOneOfSeveral() {
            return configuration.terminals().size() > 1;
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
