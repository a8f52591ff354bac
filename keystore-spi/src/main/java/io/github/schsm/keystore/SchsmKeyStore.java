// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.keystore;

import io.github.schsm.AttestedPublicKey;
import io.github.schsm.Cvc;
import io.github.schsm.DkekProtection;
import io.github.schsm.InvalidRequestException;
import io.github.schsm.KeyAttestation;
import io.github.schsm.KeyAttribute;
import io.github.schsm.KeyDetails;
import io.github.schsm.KeyEncryptionKey;
import io.github.schsm.PinException;
import io.github.schsm.PinRequiredException;
import io.github.schsm.SchsmDevice;
import io.github.schsm.SchsmDomain;
import io.github.schsm.SchsmException;
import io.github.schsm.SchsmException.Reason;
import io.github.schsm.SchsmLoadParameter;
import io.github.schsm.SchsmPrivateKey;
import io.github.schsm.TokenCertificate;
import io.github.schsm.TokenKey;
import io.github.schsm.TokenNotPresentException;
import io.github.schsm.UncertifiedKeyEntry;
import io.github.schsm.UnwrapProtection;
import io.github.schsm.WrapProtection;
import io.github.schsm.WrappedKeyEntry;
import io.github.schsm.codec.AliasPatterns;
import io.github.schsm.codec.BarePublicKey;
import io.github.schsm.codec.PrintableText;
import io.github.schsm.codec.PublicKeyNumbers;
import io.github.schsm.codec.X509Certificates;
import io.github.schsm.config.ConfigurationStream;
import io.github.schsm.login.PinSource;
import io.github.schsm.login.PinSources;
import io.github.schsm.spi.KekHandle;
import io.github.schsm.spi.KeyHandle;
import io.github.schsm.spi.KeyProof;
import io.github.schsm.spi.KeytoolRun;
import io.github.schsm.spi.Token;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.security.Key;
import java.security.KeyStore;
import java.security.KeyStoreException;
import java.security.KeyStoreSpi;
import java.security.ProviderException;
import java.security.PublicKey;
import java.security.UnrecoverableEntryException;
import java.security.UnrecoverableKeyException;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.Collections;
import java.util.Date;
import java.util.Enumeration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import javax.crypto.SecretKey;
import org.jspecify.annotations.Nullable;

/**
 * The key store of type SCHSM over any token. Its file, if there is one, is a configuration that says which token is meant;
 * {@code store} has nothing to do because every change is on the token when its method returns.
 *
 * <p>A key without an X.509 certificate is an {@link UncertifiedKeyEntry} with the request that the device made for it as
 * its certificate, and no chain: programs cast the elements of chains, and the chains of private key entries, to X.509.
 *
 * <p>{@code setKeyEntry} with a certificate proves by one use of the key that the certificate is the key's, and puts it
 * where the device keeps the request: <b>the key's attestation ends with that</b>, so it is saved before
 * ({@link io.github.schsm.KeyAttestation}). What the Java runtime could not read afterwards is refused, and what was there
 * stays.
 *
 * <p>One bad object never takes the others away: whatever is listed is answered for, a key whose certificate or
 * description is unreadable as one without.
 */
public final class SchsmKeyStore extends KeyStoreSpi {
    private static final String NOT_LOADED = "the key store was not loaded: call load(null, pin) first";

    private final TokenFinder registered;
    private TokenFinder finder;
    private AliasPatterns shown = AliasPatterns.ALL;
    private @Nullable Token loaded;
    private @Nullable PasswordMark loadedWith;
    private byte @Nullable [] file;
    /** Whether the Java runtime asked by the content, because nobody named the type. */
    private boolean guessed;

    /** A key store under a configuration; touches no token. */
    public SchsmKeyStore(TokenFinder registered) {
        this.registered = registered;
        this.finder = registered;
    }

    /**
     * A null stream or an empty one stands for the provider's configuration; one with a configuration in it for that
     * configuration. Names of files in it are relative to the working directory, as they are everywhere: a stream has no
     * folder.
     */
    @Override
    public void engineLoad(@Nullable InputStream stream, char @Nullable [] password) throws IOException {
        byte[] content = null;
        TokenFinder found = registered;
        if (stream != null) {
            try {
                ConfigurationStream read = guessed
                        ? ConfigurationStream.readGuessed(stream, registered::isConfigured)
                        : ConfigurationStream.read(stream);
                content = read.content();
                if (read.configuration().isPresent()) {
                    found = registered.under(read.configuration().get());
                }
            } catch (SchsmException wrong) {
                throw new IOException(wrong.getMessage(), wrong);
            }
        }
        load(found, null, stream == null ? given(found, password) : ofStore(found, password));
        shown = found.shownAliases();
        loadedWith = password == null || password.length == 0 ? null : PasswordMark.of(password);
        file = content;
    }

    /**
     * Whether it is a configuration for {@link #engineLoad}; opens no device. What is loaded afterwards is not what a program
     * asked for by its type, and may do less.
     */
    @Override
    public boolean engineProbe(InputStream stream) throws IOException {
        guessed = true;
        return ConfigurationStream.isOne(Objects.requireNonNull(stream, "stream"));
    }

    @Override
    public void engineLoad(KeyStore.@Nullable LoadStoreParameter parameter) throws IOException {
        TokenFinder found = registered;
        SchsmLoadParameter ours = parameter instanceof SchsmLoadParameter given ? given : null;
        load(
                found,
                ours == null ? null : ours.deviceId(),
                parameter == null ? () -> null : given(found, parameter.getProtectionParameter()));
        AliasPatterns configured = found.shownAliases();
        shown = ours == null ? configured : configured.and(AliasPatterns.of(ours.aliases()));
        file = null;
    }

    private static Supplier<@Nullable PinSource> given(
            TokenFinder found, KeyStore.@Nullable ProtectionParameter protection) throws IOException {
        if (protection == null) {
            return () -> null;
        }
        if (protection instanceof KeyStore.PasswordProtection password) {
            return given(found, password.getPassword());
        }
        if (protection instanceof KeyStore.CallbackHandlerProtection callback) {
            return () -> found.callback(callback.getCallbackHandler());
        }
        throw new IOException("a device is opened with a PasswordProtection or a CallbackHandlerProtection, not "
                + protection.getClass().getName());
    }

    /** The PIN that a program gave, if it can be one; an empty one is none. */
    private static Supplier<@Nullable PinSource> given(TokenFinder found, char @Nullable [] password)
            throws IOException {
        if (password == null || password.length == 0) {
            return () -> null;
        }
        try {
            found.requirePossible(password);
        } catch (InvalidRequestException unusable) {
            throw wrongPassword(unusable);
        }
        return () -> found.password(password);
    }

    /**
     * The password of a key store file, which many programs need to have one, whatever it is: where the configuration says
     * where the PIN comes from it is none, and elsewhere no device's last try is spent on it.
     */
    private static Supplier<@Nullable PinSource> ofStore(TokenFinder found, char @Nullable [] password)
            throws IOException {
        if (password == null || found.configuredPin().isPresent()) {
            return () -> null;
        }
        Supplier<@Nullable PinSource> given = given(found, password);
        return password.length == 0 ? given : () -> PinSources.storePassword(password);
    }

    /** As the class {@link KeyStore} documents it. */
    private static IOException wrongPassword(SchsmException refused) {
        UnrecoverableKeyException cause = new UnrecoverableKeyException(refused.getMessage());
        cause.initCause(refused);
        return new IOException(refused.getMessage(), cause);
    }

    private void load(TokenFinder found, @Nullable String deviceId, Supplier<@Nullable PinSource> pins)
            throws IOException {
        PinSource pin = null;
        try {
            Token token = found.find(deviceId);
            pin = pins.get();
            try {
                token.load(pin);
            } catch (TokenNotPresentException wentMeanwhile) {
                token = anotherOne(found, deviceId, token, wentMeanwhile);
                pin = pins.get();
                token.load(pin);
            }
            if (pin == null) {
                found.configuredPin().ifPresent(token::useWhenNeeded);
            }
            loaded = token;
            loadedWith = null;
            finder = found;
        } catch (PinException refused) {
            if (refused instanceof PinRequiredException && pin != null && pin.isInteractive()) {
                // Who was asked and did not answer is not asked again: KeyStore.Builder does so after the other cause.
                throw new IOException(refused.getMessage(), refused);
            }
            throw wrongPassword(refused);
        } catch (SchsmException failed) {
            if (failed.reason() == Reason.UNUSABLE_SECRET) {
                throw wrongPassword(failed);
            }
            throw new IOException(failed.getMessage(), failed);
        }
    }

    /** A token that was found before may be away by now, and another one of that name be there. */
    private static Token anotherOne(
            TokenFinder finder, @Nullable String deviceId, Token away, TokenNotPresentException reason)
            throws SchsmException {
        Token found;
        try {
            found = finder.find(deviceId);
        } catch (TokenNotPresentException none) {
            reason.addSuppressed(none);
            throw reason;
        }
        if (found == away) {
            throw reason;
        }
        return found;
    }

    @Override
    public void engineStore(@Nullable OutputStream stream, char @Nullable [] password) throws IOException {
        token();
        PasswordMark mark = loadedWith;
        boolean isOther = mark != null && password != null && password.length > 0 && !mark.isOf(password);
        if (isOther && KeytoolRun.isRunning()) {
            throw new IOException("storing does not change the user PIN, which is the password of a key store of type"
                    + " SCHSM, so nothing was changed: use schsm pin change or SchsmDevice.administration().changePin in place of keytool"
                    + " -storepasswd");
        }
        if (stream == null) {
            return;
        }
        byte[] content = file;
        if (content == null || !KeytoolRun.isRunning()) {
            throw new IOException(
                    "a key store of type SCHSM is on a device and cannot be written to a stream or file;"
                            + " nothing is lost: every change is on the device when its method returns. Leave store out, or call"
                            + " it with a null stream (keytool: -keystore NONE); schsm backup writes what a device has to files");
        }
        // keytool writes the file again after each command, although the change is in the device: as it was.
        stream.write(content);
    }

    @Override
    public void engineStore(KeyStore.@Nullable LoadStoreParameter parameter) {
        token();
    }

    private Token token() {
        if (loaded == null) {
            throw new IllegalStateException(NOT_LOADED);
        }
        return loaded;
    }

    private Aliases aliases() {
        try {
            return Aliases.of(token()).only(shown);
        } catch (SchsmException failed) {
            throw new ProviderException(failed.getMessage(), failed);
        }
    }

    private Certificates certificates() {
        return new Certificates(token());
    }

    @Override
    public Enumeration<String> engineAliases() {
        return Collections.enumeration(List.copyOf(aliases().entries().keySet()));
    }

    @Override
    public boolean engineContainsAlias(String alias) {
        return aliases().get(alias) != null;
    }

    @Override
    public int engineSize() {
        return aliases().entries().size();
    }

    @Override
    public boolean engineIsKeyEntry(String alias) {
        return key(alias) != null;
    }

    @Override
    public boolean engineIsCertificateEntry(String alias) {
        Aliases.Entry entry = aliases().get(alias);
        return entry != null && entry.certificate() != null;
    }

    private @Nullable TokenKey key(String alias) {
        Aliases.Entry entry = aliases().get(alias);
        return entry == null ? null : entry.key();
    }

    /**
     * A handle; the password is kept for when the device first wants a PIN, if nothing else was given to the token.
     */
    @Override
    public @Nullable Key engineGetKey(String alias, char @Nullable [] password) throws UnrecoverableKeyException {
        TokenKey key = key(alias);
        if (key == null) {
            return null;
        }
        try {
            KeyHandle handle = Handles.of(token(), key);
            if (password != null && password.length > 0) {
                token().useWhenNeeded(finder.password(password));
            }
            return handle;
        } catch (SchsmException failed) {
            UnrecoverableKeyException unrecoverable = new UnrecoverableKeyException(failed.getMessage());
            unrecoverable.initCause(failed);
            throw unrecoverable;
        }
    }

    @Override
    public @Nullable Certificate engineGetCertificate(String alias) {
        Aliases.Entry entry = aliases().get(alias);
        return entry == null ? null : certificate(entry, true);
    }

    private @Nullable Certificate certificate(Aliases.Entry entry, boolean orPublicKey) {
        try {
            if (entry.key() != null) {
                return orPublicKey ? certificate(entry.key()) : certificates().of(entry.key());
            }
            return entry.certificate() == null ? null : certificates().of(entry.certificate());
        } catch (SchsmException failed) {
            throw new ProviderException(failed.getMessage(), failed);
        }
    }

    @Override
    public Certificate @Nullable [] engineGetCertificateChain(String alias) {
        TokenKey key = key(alias);
        if (key == null) {
            return null;
        }
        try {
            return certificates().of(key) instanceof X509Certificate leaf && X509Certificates.isUsable(leaf)
                    ? certificates().chain(leaf).toArray(new Certificate[0])
                    : null;
        } catch (SchsmException failed) {
            throw new ProviderException(failed.getMessage(), failed);
        }
    }

    @Override
    public @Nullable String engineGetCertificateAlias(@Nullable Certificate certificate) {
        if (certificate == null) {
            return null;
        }
        for (Map.Entry<String, Aliases.Entry> entry : aliases().entries().entrySet()) {
            if (certificate.equals(certificate(entry.getValue(), certificate instanceof BarePublicKey))) {
                return entry.getKey();
            }
        }
        return null;
    }

    /**
     * The first day of the certificate's validity: a device keeps no other date. Where there is no X.509 certificate,
     * the start of 1970.
     */
    @Override
    @SuppressWarnings("JavaUtilDate") // what KeyStoreSpi answers with
    public @Nullable Date engineGetCreationDate(String alias) {
        try {
            Aliases.Entry entry = aliases().get(alias);
            if (entry == null) {
                return null;
            }
            return certificate(entry, false) instanceof X509Certificate x509 ? x509.getNotBefore() : new Date(0);
        } catch (ProviderException unreadable) {
            return new Date(0);
        }
    }

    /** What a key store shows of an entry besides the key; overrides the method that JDK 18 introduced. */
    public Set<KeyStore.Entry.Attribute> engineGetAttributes(String alias) {
        TokenKey key = key(alias);
        try {
            return key == null ? Set.of() : KeyAttribute.of(Handles.of(token(), key));
        } catch (SchsmException failed) {
            throw new ProviderException(failed.getMessage(), failed);
        }
    }

    /** Every private key is a PrivateKeyEntry here: for keytool what is none has no key, and no request is made of it. */
    @Override
    public boolean engineEntryInstanceOf(String alias, Class<? extends KeyStore.Entry> entryClass) {
        Aliases.Entry entry = aliases().get(alias);
        if (entry == null) {
            return false;
        }
        if (entry.key() == null) {
            return entryClass == KeyStore.TrustedCertificateEntry.class;
        }
        return entry.key().type().isPrivate()
                ? entryClass == KeyStore.PrivateKeyEntry.class
                        || (entryClass == UncertifiedKeyEntry.class && engineGetCertificateChain(alias) == null)
                : entryClass == KeyStore.SecretKeyEntry.class;
    }

    @Override
    public KeyStore.@Nullable Entry engineGetEntry(String alias, KeyStore.@Nullable ProtectionParameter protection)
            throws KeyStoreException, UnrecoverableEntryException {
        if (protection instanceof SchsmDevice.Request request) {
            return request.answer(new TokenDevice(token(), finder));
        }
        if (protection instanceof SchsmDomain.Request request) {
            return request.answer(token().domain().orElse(null));
        }
        Aliases.Entry entry = aliases().get(alias);
        if (entry == null) {
            return null;
        }
        try {
            if (protection instanceof WrapProtection wrap) {
                return wrap(alias, entry, wrap);
            }
            if (entry.key() != null) {
                return keyEntry(entry.key(), protection);
            }
            Certificate certificate = certificate(entry, false);
            return certificate == null ? null : new KeyStore.TrustedCertificateEntry(certificate);
        } catch (SchsmException failed) {
            UnrecoverableEntryException unrecoverable = new UnrecoverableEntryException(failed.getMessage());
            unrecoverable.initCause(failed);
            throw unrecoverable;
        }
    }

    private KeyStore.Entry keyEntry(TokenKey key, KeyStore.@Nullable ProtectionParameter protection)
            throws SchsmException {
        KeyHandle handle = Handles.of(token(), key);
        if (protection instanceof KeyStore.PasswordProtection password
                && password.getPassword() != null
                && password.getPassword().length > 0) {
            token().useWhenNeeded(finder.password(password.getPassword()));
        }
        if (handle instanceof SecretKey secret) {
            return new KeyStore.SecretKeyEntry(secret, KeyAttribute.of(handle));
        }
        SchsmPrivateKey privateKey = (SchsmPrivateKey) handle;
        Certificate certificate = certificate(key);
        if (!(certificate instanceof X509Certificate leaf) || !X509Certificates.isUsable(leaf)) {
            return new UncertifiedKeyEntry(privateKey, certificate, KeyAttribute.of(handle));
        }
        try {
            return new KeyStore.PrivateKeyEntry(
                    privateKey, certificates().chain(leaf).toArray(new Certificate[0]), KeyAttribute.of(handle));
        } catch (IllegalArgumentException refused) {
            throw new InvalidRequestException(
                    key + " and its certificate are no entry: " + refused.getMessage(), refused);
        }
    }

    private @Nullable Certificate certificate(TokenKey key) throws SchsmException {
        try {
            return certificates().orPublicKey(key);
        } catch (SchsmException failed) {
            if (!Token.isOfOneObject(failed) || SchsmException.is(failed, Reason.OBJECT_NOT_FOUND)) {
                throw failed;
            }
            return null;
        }
    }

    private WrappedKeyEntry wrap(String alias, Aliases.Entry entry, WrapProtection protection) throws SchsmException {
        if (entry.key() == null) {
            throw new InvalidRequestException("\"" + alias + "\" is a certificate: only keys are wrapped");
        }
        return transfer()
                .wrap(Handles.of(token(), entry.key()), kek(protection.kek()), protection.useCounterMayBeLost());
    }

    @Override
    public void engineSetEntry(String alias, KeyStore.Entry entry, KeyStore.@Nullable ProtectionParameter protection)
            throws KeyStoreException {
        if (protection instanceof UnwrapProtection && !(entry instanceof WrappedKeyEntry)) {
            throw new KeyStoreException("only a WrappedKeyEntry is unwrapped, not a "
                    + entry.getClass().getSimpleName() + ": store it without an UnwrapProtection");
        }
        if (protection instanceof DkekProtection dkek) {
            importEntry(alias, entry, dkek);
        } else if (entry instanceof WrappedKeyEntry wrapped) {
            unwrap(alias, wrapped, protection);
        } else if (entry instanceof KeyStore.PrivateKeyEntry pair) {
            setHandle(alias, pair.getPrivateKey(), pair.getCertificateChain(), pair.getAttributes(), true);
        } else if (entry instanceof UncertifiedKeyEntry bare) {
            setHandle(
                    alias,
                    bare.getPrivateKey(),
                    bare.getCertificate()
                            .map(certificate -> new Certificate[] {certificate})
                            .orElse(null),
                    bare.getAttributes(),
                    true);
        } else if (entry instanceof KeyStore.SecretKeyEntry secret) {
            setHandle(alias, secret.getSecretKey(), null, secret.getAttributes(), true);
        } else if (entry instanceof KeyStore.TrustedCertificateEntry trusted) {
            engineSetCertificateEntry(alias, trusted.getTrustedCertificate());
        } else {
            throw new KeyStoreException("an entry of type " + entry.getClass().getName()
                    + " cannot be put on a device: use PrivateKeyEntry, SecretKeyEntry, TrustedCertificateEntry or"
                    + " WrappedKeyEntry");
        }
    }

    private void importEntry(String alias, KeyStore.Entry entry, DkekProtection dkek) throws KeyStoreException {
        requireAlias(alias);
        if (entry instanceof KeyStore.PrivateKeyEntry pair && !(pair.getPrivateKey() instanceof KeyHandle)) {
            importSoftware(alias, pair.getPrivateKey(), pair.getCertificateChain(), dkek);
        } else if (entry instanceof KeyStore.SecretKeyEntry secret && !(secret.getSecretKey() instanceof KeyHandle)) {
            importSoftware(alias, secret.getSecretKey(), null, dkek);
        } else {
            throw new KeyStoreException("with a DkekProtection software keys are imported, in a PrivateKeyEntry or a"
                    + " SecretKeyEntry; this " + entry.getClass().getSimpleName() + " has none");
        }
    }

    @Override
    public void engineSetKeyEntry(String alias, Key key, char @Nullable [] password, Certificate @Nullable [] chain)
            throws KeyStoreException {
        if (KeytoolRun.isChangingKeyPassword()) {
            throw new KeyStoreException(
                    "keys on a device have no passwords of their own, so nothing was changed: the user"
                            + " PIN is for all of them, and schsm pin change changes it");
        }
        setHandle(alias, key, chain, Set.of(), false);
    }

    private void setHandle(
            String alias,
            @Nullable Key key,
            Certificate @Nullable [] chain,
            Set<KeyStore.Entry.Attribute> attributes,
            boolean mayRename)
            throws KeyStoreException {
        requireAlias(alias);
        if (key == null) {
            throw new KeyStoreException(
                    "there is no key to store under \"" + PrintableText.of(alias) + "\": it is null");
        }
        if (!(key instanceof KeyHandle handle)) {
            importSoftware(alias, key, chain, null);
            return;
        }
        if (!handle.token().uniqueId().equals(token().uniqueId())) {
            throw new KeyStoreException(handle + " cannot be stored in " + token().description()
                    + ": keys move between members of a key domain with KeyMigration");
        }
        try {
            if (chain != null) {
                requireNothingMissing(chain);
            }
            Aliases aliases = Aliases.of(token());
            Map.Entry<String, TokenKey> there = current(aliases, handle);
            TokenKey current = there.getValue();
            requireSame(attributes, handle);
            Aliases.Entry holder = aliases.get(alias);
            if (holder != null && !current.equals(holder.key())) {
                throw new InvalidRequestException(
                        "another entry has the alias \"" + alias + "\": delete or rename it first");
            }
            if (holder == null) {
                requireNewName(alias, there.getKey(), handle, mayRename);
            }
            X509Certificate leaf = leaf(chain, handle, current);
            List<X509Certificate> issuers =
                    leaf == null || chain == null ? List.of() : Certificates.issuers(leaf, chain);
            if (leaf != null) {
                store(current, leaf, issuers, holder == null ? alias : null);
            } else if (holder == null) {
                token().rename(current, alias);
            }
            KeytoolRun.stored();
        } catch (SchsmException failed) {
            throw new KeyStoreException(failed.getMessage(), failed);
        }
    }

    /**
     * Programs that copy a key into a key store of their own, which they make by its type, call it what they like: that must
     * not rename the key on the device. So the alias becomes its label only where the key has no name yet, because the
     * program has just made it, or where the program says that it means an entry of this key store.
     */
    private void requireNewName(String alias, String own, KeyHandle handle, boolean mayRename) throws SchsmException {
        KeyTransfer.requireLabel(alias);
        if (handle.isUnnamed() && own.equals(handle.key().label())) {
            return;
        }
        if (!mayRename) {
            throw new InvalidRequestException(handle + " has the alias \"" + PrintableText.of(own)
                    + "\" and is not renamed to \"" + PrintableText.of(alias)
                    + "\" by setKeyEntry: nothing was changed. To copy keys into a key store of a program's own, let that"
                    + " key store have the type SCHSM-MEMORY; to rename the key use SchsmDevice.rename, setEntry or schsm"
                    + " rename");
        }
        if (!shown.show(own)) {
            throw new InvalidRequestException(handle + " is not shown by this key store, which was loaded with alias = "
                    + shown + ", so it is not renamed");
        }
    }

    private void importSoftware(
            String alias, Key key, Certificate @Nullable [] chain, @Nullable DkekProtection protection)
            throws KeyStoreException {
        try {
            if (chain != null) {
                requireNothingMissing(chain);
            }
            new SoftwareKeys(token(), finder).store(alias, key, chain, protection);
            KeytoolRun.stored();
        } catch (SchsmException failed) {
            throw new KeyStoreException(failed.getMessage(), failed);
        }
    }

    /** Certificate, issuers and label: all of them, or, as far as the device lets it be undone, none. */
    private void store(TokenKey key, X509Certificate leaf, List<X509Certificate> issuers, @Nullable String newLabel)
            throws SchsmException {
        Optional<byte[]> before = stored(key);
        List<TokenCertificate> added = transfer().storeIssuers(issuers);
        try {
            byte[] encoded = KeyTransfer.encoded(leaf);
            if (before.filter(bytes -> Arrays.equals(bytes, encoded)).isEmpty()) {
                token().storeCertificate(key, encoded);
            }
        } catch (SchsmException failed) {
            transfer().removeAll(added, failed);
            throw failed;
        }
        if (newLabel == null) {
            return;
        }
        try {
            token().rename(key, newLabel);
        } catch (SchsmException failed) {
            transfer().removeAll(added, failed);
            try {
                if (before.isPresent()) {
                    token().storeCertificate(key, before.get());
                }
            } catch (SchsmException alsoFailed) {
                failed.addSuppressed(alsoFailed);
            }
            throw failed;
        }
    }

    private static void requireNothingMissing(Certificate[] chain) throws InvalidRequestException {
        for (int i = 0; i < chain.length; i++) {
            if (chain[i] == null) {
                throw new InvalidRequestException("element " + i + " of the certificate chain is null");
            }
        }
    }

    private void requireAlias(@Nullable String alias) throws KeyStoreException {
        if (alias == null || alias.isBlank()) {
            throw new KeyStoreException("an alias is the label on the device: it has to be there and not blank");
        }
        requireShown(alias);
    }

    /** What is not shown is not changed either. */
    private void requireShown(String alias) throws KeyStoreException {
        if (!shown.show(alias)) {
            throw new KeyStoreException("\"" + PrintableText.of(alias)
                    + "\" is none of the aliases that this key store shows, so it is not changed: it was loaded with alias = "
                    + shown + "; use a key store without that restriction");
        }
    }

    private static Map.Entry<String, TokenKey> current(Aliases aliases, KeyHandle handle)
            throws InvalidRequestException {
        for (Map.Entry<String, Aliases.Entry> entry : aliases.entries().entrySet()) {
            TokenKey key = entry.getValue().key();
            if (key != null
                    && key.reference().equals(handle.key().reference())
                    && Arrays.equals(key.id(), handle.key().id())) {
                return Map.entry(entry.getKey(), key);
            }
        }
        throw new InvalidRequestException(handle + " is not there any more");
    }

    private static void requireSame(Set<KeyStore.Entry.Attribute> wanted, KeyHandle handle)
            throws InvalidRequestException {
        Set<KeyStore.Entry.Attribute> actual = KeyAttribute.of(handle);
        for (KeyStore.Entry.Attribute attribute : wanted) {
            if (attribute instanceof KeyAttribute && !actual.contains(attribute)) {
                throw new InvalidRequestException("attribute " + attribute.getName() + " = " + attribute.getValue()
                        + " cannot be given to a key that exists: a device sets it when it generates the key");
            }
        }
    }

    /** What is stored with a key, readable or not; empty where it cannot even be read as bytes. */
    private Optional<byte[]> stored(TokenKey key) throws SchsmException {
        try {
            return token().certificate(key);
        } catch (SchsmException failed) {
            if (!Token.isOfOneObject(failed)) {
                throw failed;
            }
            return Optional.empty();
        }
    }

    /** The certificate to store, proven to be the key's; null if the chain only has the request that is there. */
    private @Nullable X509Certificate leaf(Certificate @Nullable [] chain, KeyHandle handle, TokenKey current)
            throws SchsmException {
        if (chain == null || chain.length == 0) {
            return null;
        }
        PublicKey publicKey = handle.details().publicKey();
        if (chain[0] instanceof Cvc request) {
            if (!PublicKeyNumbers.areEqual(request.getPublicKey(), publicKey)) {
                throw new InvalidRequestException("the request " + request + " is of another key than " + handle);
            }
            return null;
        }
        if (chain[0] instanceof BarePublicKey bare) {
            if (!PublicKeyNumbers.areEqual(bare.getPublicKey(), publicKey)) {
                throw new InvalidRequestException("the public key given with it is not that of " + handle);
            }
            return null;
        }
        if (!(chain[0] instanceof X509Certificate given)) {
            throw new InvalidRequestException(
                    "certificates of type " + chain[0].getType() + " are not stored with keys, X.509 are");
        }
        if (!(handle instanceof SchsmPrivateKey)) {
            throw new InvalidRequestException(handle + " is a secret key and has no certificate");
        }
        X509Certificate leaf = X509Certificates.requireUsable(given);
        if (stored(current).filter(bytes -> Arrays.equals(bytes, bytesOf(leaf))).isEmpty()) {
            prove(leaf, handle, current);
        }
        return leaf;
    }

    private static byte[] bytesOf(X509Certificate certificate) {
        try {
            return KeyTransfer.encoded(certificate);
        } catch (InvalidRequestException wasJustParsed) {
            throw new IllegalStateException(wasJustParsed);
        }
    }

    /**
     * By one use of the key. A key with a use counter is spared that where the device's own request says which its public
     * key is, and where the key may do nothing that proves anything that request is all there is.
     */
    private void prove(X509Certificate leaf, KeyHandle handle, TokenKey current) throws SchsmException {
        KeyDetails details = Handles.details(token(), current);
        PublicKey claimed = X509Certificates.publicKey(leaf);
        boolean attested = details.publicKey() instanceof AttestedPublicKey known
                && KeyAttestation.of(known).isSignedByKey()
                && KeyAttestation.of(known).isSignedByDevice()
                && PublicKeyNumbers.areEqual(known, claimed);
        KeyProof.Verdict verdict = attested && details.useCounter().isPresent()
                ? KeyProof.Verdict.PROVEN
                : verdict(current, details, claimed, attested);
        if (verdict == KeyProof.Verdict.DISPROVEN) {
            throw new InvalidRequestException(
                    "the certificate of " + leaf.getSubjectX500Principal() + " is for another key than " + handle);
        }
        if (verdict == KeyProof.Verdict.IMPOSSIBLE && !attested) {
            throw new InvalidRequestException("the certificate of " + leaf.getSubjectX500Principal()
                    + " is not stored with " + handle
                    + ": nothing shows that it is for this key, which neither signs nor"
                    + " agrees nor decrypts (its algorithms: "
                    + details.algorithmNames().map(Object::toString).orElse("any") + "), and the device's own request"
                    + " does not say so");
        }
    }

    private KeyProof.Verdict verdict(TokenKey key, KeyDetails details, PublicKey claimed, boolean attested)
            throws SchsmException {
        try {
            return KeyProof.of(token(), key, details, claimed);
        } catch (SchsmException refused) {
            if (!Token.isOfOneObject(refused)) {
                throw refused;
            }
            if (attested) {
                return KeyProof.Verdict.IMPOSSIBLE;
            }
            throw new InvalidRequestException(
                    "whether the certificate is for " + key + " cannot be found out, it is not stored: "
                            + refused.getMessage(),
                    refused);
        }
    }

    @Override
    public void engineSetKeyEntry(String alias, byte @Nullable [] key, Certificate @Nullable [] chain)
            throws KeyStoreException {
        if (key == null) {
            throw new KeyStoreException(
                    "there is no wrapped key to store under \"" + PrintableText.of(alias) + "\": it is null");
        }
        requireAlias(alias);
        try {
            if (chain != null) {
                requireNothingMissing(chain);
            }
            WrappedKeyEntry given = KeyWrapping.parse(key);
            List<Certificate> certificates = chain == null ? List.of() : List.of(chain);
            WrappedKeyEntry entry = certificates.isEmpty()
                    ? given
                    : WrappedKeyEntry.of(given.blob(), given.description().orElse(null), certificates);
            unwrap(alias, entry, null);
        } catch (SchsmException malformed) {
            throw new KeyStoreException(malformed.getMessage(), malformed);
        }
    }

    private void unwrap(String alias, WrappedKeyEntry entry, KeyStore.@Nullable ProtectionParameter protection)
            throws KeyStoreException {
        requireAlias(alias);
        try {
            if (protection != null && !(protection instanceof UnwrapProtection)) {
                throw new InvalidRequestException("a wrapped key is stored with an UnwrapProtection or none, not with "
                        + protection.getClass().getName());
            }
            transfer().unwrap(alias, entry, protection instanceof UnwrapProtection unwrap ? kek(unwrap.kek()) : null);
        } catch (SchsmException failed) {
            throw new KeyStoreException(failed.getMessage(), failed);
        }
    }

    private static KekHandle kek(KeyEncryptionKey kek) throws InvalidRequestException {
        if (kek instanceof KekHandle handle) {
            return handle;
        }
        throw new InvalidRequestException(
                "a KEK in a key domain is needed, not a " + kek.getClass().getName());
    }

    private KeyTransfer transfer() {
        return new KeyTransfer(token());
    }

    @Override
    public void engineSetCertificateEntry(String alias, @Nullable Certificate certificate) throws KeyStoreException {
        requireAlias(alias);
        if (!(certificate instanceof X509Certificate given)) {
            throw new KeyStoreException("a device stores X.509 certificates of others, not "
                    + (certificate == null ? "null" : certificate.getType()));
        }
        try {
            Aliases.Entry holder = Aliases.of(token()).get(alias);
            if (holder != null && holder.key() != null) {
                throw new InvalidRequestException(
                        "\"" + alias + "\" is a key: setKeyEntry stores a certificate with it");
            }
            if (holder == null) {
                KeyTransfer.requireLabel(alias);
            }
            TokenCertificate replaced = holder == null ? null : holder.certificate();
            TokenCertificate added =
                    token().addCertificate(alias, KeyTransfer.encoded(X509Certificates.requireReadable(given)));
            if (replaced != null) {
                try {
                    token().delete(replaced);
                } catch (SchsmException failed) {
                    transfer().removeAll(List.of(added), failed);
                    throw failed;
                }
            }
        } catch (SchsmException failed) {
            throw new KeyStoreException(failed.getMessage(), failed);
        }
    }

    /** Deletes a key with its description and certificate, or a certificate; an alias that is not there is no error. */
    @Override
    public void engineDeleteEntry(String alias) throws KeyStoreException {
        requireShown(alias);
        try {
            Aliases.Entry entry = Aliases.of(token()).get(alias);
            if (entry == null) {
                return;
            }
            if (entry.key() != null) {
                token().delete(entry.key());
            } else if (entry.certificate() != null) {
                token().delete(entry.certificate());
            }
        } catch (SchsmException failed) {
            throw new KeyStoreException(failed.getMessage(), failed);
        }
    }
}
