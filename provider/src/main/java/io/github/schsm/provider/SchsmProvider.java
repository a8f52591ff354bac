// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.provider;

import io.github.schsm.ConfigurationException;
import io.github.schsm.SchsmDevice.FoundDevice;
import io.github.schsm.SchsmException;
import io.github.schsm.SchsmException.Reason;
import io.github.schsm.config.SchsmConfiguration;
import io.github.schsm.login.Handlers;
import io.github.schsm.login.PinSource;
import io.github.schsm.mechanism.EngineKind;
import io.github.schsm.mechanism.Mechanism;
import io.github.schsm.mechanism.MechanismTable;
import io.github.schsm.provider.delegate.RequestedServices;
import io.github.schsm.spi.Token;
import java.io.InvalidObjectException;
import java.io.NotSerializableException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.Serial;
import java.security.AuthProvider;
import java.security.Provider;
import java.util.List;
import java.util.Optional;
import javax.security.auth.Subject;
import javax.security.auth.callback.CallbackHandler;
import javax.security.auth.login.AccountLockedException;
import javax.security.auth.login.CredentialExpiredException;
import javax.security.auth.login.FailedLoginException;
import javax.security.auth.login.LoginException;
import org.jspecify.annotations.Nullable;

/**
 * The security provider "SCHSM": keys, certificates and key domains of SmartCard-HSMs for the JCA.
 *
 * <p>The constructor registers every service and touches no device: a missing one fails at use, with its own message.
 * {@link #configure} returns a new provider. A configuration that cannot be used is kept and told by
 * {@code KeyStore.load} and by every engine, because {@code java.security} swallows exceptions from here.
 */
public final class SchsmProvider extends AuthProvider implements AutoCloseable {
    @Serial
    private static final long serialVersionUID = 1L;

    private static final String NAME = "SCHSM";
    private static final String VERSION = "0.1";
    private static final String INFO = "SmartCard-HSM: keys in the device, key domains, XKEK migration";
    private static final String SECURE_RANDOM = "SecureRandom";

    private static final StackWalker CALLERS = StackWalker.getInstance(StackWalker.Option.RETAIN_CLASS_REFERENCE);

    private final transient Tokens tokens;
    private final transient RequestedServices requested;
    private final transient Service random;
    private transient volatile @Nullable CallbackHandler handler;

    /** A provider with the default configuration: PC/SC, whichever device is there. */
    public SchsmProvider() {
        this(NAME, SchsmConfiguration.defaults(), null);
    }

    @SuppressWarnings("this-escape") // services only keep the provider for later
    private SchsmProvider(String name, SchsmConfiguration configuration, @Nullable ConfigurationException problem) {
        super(name, VERSION, INFO);
        this.tokens = new Tokens(configuration, problem, this::presentHandler);
        this.requested = new RequestedServices(this);
        this.random =
                new EngineService(this, MechanismTable.find(SECURE_RANDOM, NAME).orElseThrow());
        for (Mechanism mechanism : MechanismTable.all()) {
            if (mechanism.engine() != EngineKind.RANDOM) {
                putService(new EngineService(this, mechanism));
            }
        }
    }

    /**
     * A new provider with this configuration.
     *
     * @param configArg entries {@code key = value}, separated by newlines or {@code ;}, or the name of a file with them
     */
    @Override
    public Provider configure(String configArg) {
        try {
            SchsmConfiguration configuration = SchsmConfiguration.of(configArg);
            String name = configuration.name().map(given -> NAME + "-" + given).orElse(NAME);
            return new SchsmProvider(name, configuration, null);
        } catch (ConfigurationException unusable) {
            return new SchsmProvider(NAME, SchsmConfiguration.defaults(), unusable);
        }
    }

    /** Always: the default configuration is one. */
    @Override
    public boolean isConfigured() {
        return true;
    }

    /**
     * Looks into every reader of the configured terminal; verifies no PIN.
     *
     * @return the readers in order, those that are empty or do not answer with the reason
     * @throws SchsmException if the terminal cannot be reached or the configuration cannot be used
     */
    public List<FoundDevice> devices() throws SchsmException {
        return tokens().list();
    }

    /**
     * Besides what is registered: the random generator, for programs that name it (registered, it would be every
     * {@code new SecureRandom()}), and, for programs that name this provider, what other providers have: hashes,
     * encodings of parameters, X.509 certificates, keys, and ciphers in software.
     */
    @Override
    public @Nullable Service getService(String type, String algorithm) {
        if (type.equals(SECURE_RANDOM) && algorithm.equalsIgnoreCase(NAME)) {
            return random;
        }
        Service own = super.getService(type, algorithm);
        return own == null && RequestedServices.isRequest(CALLERS.getCallerClass())
                ? requested.find(type, algorithm)
                : own;
    }

    /**
     * Verifies the user PIN now, unless it is. Who is asked: the handler given here, else the one that was set, else
     * what the configuration says under {@code pin}, else the handler of the security property
     * {@code auth.login.defaultCallbackHandler}. With {@code pin = pinpad} the PIN is typed on the reader, and the handler
     * is told so.
     */
    @Override
    public void login(@Nullable Subject subject, @Nullable CallbackHandler answering) throws LoginException {
        try {
            Token token = tokens().find(null);
            if (!token.isLoggedIn()) {
                token.login(pinSource(answering));
            }
        } catch (SchsmException failed) {
            throw loginException(failed);
        }
    }

    private PinSource pinSource(@Nullable CallbackHandler given) throws ConfigurationException {
        CallbackHandler own = given != null ? given : handler;
        if (own != null) {
            return tokens().callback(own);
        }
        Optional<PinSource> configured = tokens().configuredPin();
        if (configured.isPresent()) {
            return configured.get();
        }
        CallbackHandler general = Handlers.ofSecurityProperty();
        if (general == null) {
            throw Tokens.nobodyToAsk();
        }
        return tokens().callback(general);
    }

    private @Nullable CallbackHandler presentHandler() throws ConfigurationException {
        CallbackHandler own = handler;
        return own != null ? own : Handlers.ofSecurityProperty();
    }

    @Override
    public void logout() throws LoginException {
        try {
            tokens().logout();
        } catch (SchsmException failed) {
            throw loginException(failed);
        }
    }

    private static LoginException loginException(SchsmException failed) {
        String message = failed.getMessage();
        LoginException exception;
        if (SchsmException.is(failed, Reason.WRONG_PIN) || SchsmException.is(failed, Reason.UNUSABLE_SECRET)) {
            exception = new FailedLoginException(message);
        } else if (SchsmException.is(failed, Reason.PIN_BLOCKED)) {
            exception = new AccountLockedException(message);
        } else if (SchsmException.is(failed, Reason.TRANSPORT_PIN)) {
            exception = new CredentialExpiredException(message);
        } else {
            exception = new LoginException(message);
        }
        exception.initCause(failed);
        return exception;
    }

    @Override
    public void setCallbackHandler(@Nullable CallbackHandler answering) {
        handler = answering;
    }

    /**
     * Ends the provider: logs out of its devices, wipes the PINs it was given, gives cards and readers back, and ends PKCS#11
     * modules that nobody else uses. It cannot be used afterwards, nor can keys, key stores and engines that came from it:
     * they throw, with a cause that says so. Providers that {@link #configure} made are closed by themselves; what they share with this
     * one (a reader, a module) ends with the last of them. The code that registered it takes it out by
     * {@link java.security.Security#removeProvider}.
     *
     * <p>Waits for what is being done with a device. Closing it again does nothing.
     */
    @Override
    public void close() {
        handler = null;
        tokens.close();
        RecordCaches.forget();
    }

    /** The tokens of this provider. */
    Tokens tokens() {
        return tokens;
    }

    @Serial
    private void writeObject(ObjectOutputStream out) throws NotSerializableException {
        throw new NotSerializableException("a provider with logins cannot be serialized");
    }

    @Serial
    private void readObject(ObjectInputStream in) throws InvalidObjectException {
        throw new InvalidObjectException("a provider with logins cannot be serialized");
    }
}
