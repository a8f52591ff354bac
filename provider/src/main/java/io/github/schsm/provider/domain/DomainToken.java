// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.provider.domain;

import io.github.schsm.DataObject;
import io.github.schsm.DeviceIdentity;
import io.github.schsm.DeviceTrust;
import io.github.schsm.KeyAlgorithm;
import io.github.schsm.KeyDetails;
import io.github.schsm.PublicKeyAuthentication;
import io.github.schsm.SchsmDevice.TokenInfo;
import io.github.schsm.SchsmDomain;
import io.github.schsm.SchsmException;
import io.github.schsm.TokenAdministration;
import io.github.schsm.TokenCertificate;
import io.github.schsm.TokenKey;
import io.github.schsm.TokenNotPresentException;
import io.github.schsm.UnsupportedByDeviceException;
import io.github.schsm.codec.PrintableText;
import io.github.schsm.config.SchsmConfiguration;
import io.github.schsm.keystore.Migrations;
import io.github.schsm.login.PinSource;
import io.github.schsm.provider.domain.DomainKeys.MergedCertificate;
import io.github.schsm.spi.KeyDomains;
import io.github.schsm.spi.KeyRequest;
import io.github.schsm.spi.Token;
import java.security.interfaces.ECPublicKey;
import java.security.spec.AlgorithmParameterSpec;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Several devices as one token: the members of a key domain, or all that are configured. A key is one key, however many
 * members have it; what is done with it is done by the member that will have done it first, and by the next if that one
 * is gone or broken. What belongs to one device (its PINs, its certificates, its data objects, its key domains) is
 * refused, with the way to that device.
 */
public final class DomainToken implements Token {
    private static final System.Logger LOGGER = System.getLogger(DomainToken.class.getName());

    private final SchsmConfiguration configuration;
    private final DomainLogin login;
    private final Members members;
    private final Failover failover;
    private final DomainKeys keys;
    private final DomainChanges changes;
    private final DomainKeyDomains keyDomains;
    private final DomainView view;

    /**
     * Several devices; touches none yet.
     *
     * @param source  where they are looked for
     * @param ownPins where a device's PIN comes from that has one of its own
     */
    public DomainToken(
            SchsmConfiguration configuration, MemberSource source, Function<String, Optional<PinSource>> ownPins) {
        this.configuration = configuration;
        this.login = new DomainLogin(ownPins, this::lock);
        this.members = new Members(configuration, source, login, this::forgetKeys);
        this.failover = new Failover(members, login);
        this.keys =
                new DomainKeys(members, login, failover, configuration.domain().isPresent());
        Migrations migrations = new Migrations();
        this.view = new DomainView(members, login, keys, this, new DomainSync(members, login, keys, migrations, this));
        this.changes = new DomainChanges(configuration, members, login, keys, migrations, view);
        this.keyDomains = new DomainKeyDomains(this, members, keys, changes);
        members.observe(Observers.of(view.observer(), name(configuration)));
        if (configuration.terminals().stream().anyMatch(SchsmConfiguration.Terminal::isSunPcsc)) {
            LOGGER.log(
                    System.Logger.Level.WARNING,
                    "terminal = sunpcsc does one command at a time in the whole JVM, so several devices are no faster"
                            + " than one: with terminal = pcsc they work side by side");
        }
    }

    /** How it is called where people watch it. */
    private static String name(SchsmConfiguration configuration) {
        return configuration
                .domain()
                .map(digits -> digits.toUpperCase(Locale.ROOT))
                .orElse("all");
    }

    private void lock(Member member, SchsmException failure) {
        members.locked(member, failure);
    }

    private void forgetKeys() {
        keys.forget();
    }

    /** Whether its members are those of a key domain, rather than whichever are configured. */
    boolean isKeyDomain() {
        return configuration.domain().isPresent();
    }

    /** Forgets the PIN, and waits for no member any more. The members themselves are for who found them to close. */
    public void close() {
        members.close();
        login.forget();
    }

    UnsupportedByDeviceException ofOneDevice(String what) {
        return new UnsupportedByDeviceException(description() + " is several devices (" + members.names()
                + "), and " + what + " at one of them: use a key store of that device, by device = … without domain"
                + " and members");
    }

    // What it is

    @Override
    public String id() {
        return configuration
                .domain()
                .map(digits -> "domain " + digits.toUpperCase(Locale.ROOT))
                .orElse("all members");
    }

    @Override
    public String uniqueId() {
        return id() + " " + configuration.terminal() + " " + String.join(",", configuration.devices());
    }

    @Override
    public String description() {
        return PrintableText.of(configuration
                .domain()
                .map(digits -> "key domain " + digits.toUpperCase(Locale.ROOT))
                .orElse("the key store over all devices"));
    }

    @Override
    public List<String> holders(TokenKey key) {
        try {
            return keys.find(key).members().stream().map(Member::id).toList();
        } catch (SchsmException gone) {
            LOGGER.log(System.Logger.Level.DEBUG, "nobody is known to have it", gone);
            return List.of();
        }
    }

    @Override
    public Optional<SchsmDomain> domain() {
        return Optional.of(view);
    }

    @Override
    public TokenInfo info() {
        return new TokenInfo(id(), description(), members.names(), "", "");
    }

    @Override
    public DeviceTrust trust() {
        return configuration.trust();
    }

    @Override
    public DeviceIdentity identity() throws SchsmException {
        throw ofOneDevice("a device certificate is read");
    }

    @Override
    public TokenAdministration administration() throws SchsmException {
        throw ofOneDevice("PINs are administered");
    }

    @Override
    public KeyDomains keyDomains() throws SchsmException {
        if (configuration.domain().isEmpty()) {
            throw ofOneDevice("key domains are used");
        }
        return keyDomains;
    }

    @Override
    public PublicKeyAuthentication publicKeyAuthentication() throws SchsmException {
        throw ofOneDevice("registered keys authenticate");
    }

    // Login

    @Override
    public void load(@Nullable PinSource pin) throws SchsmException {
        boolean loggedIn = false;
        try {
            look();
            if (pin != null && !(pin.isInteractive() && login.isLoggedIn())) {
                login.login(pin, here());
                loggedIn = true;
            }
        } finally {
            if (pin != null && !loggedIn) {
                pin.destroy();
            }
            keys.forget();
        }
        loginAtOthers();
    }

    private void look() throws SchsmException {
        members.find();
        unlock();
        members.each(
                members.all().stream().filter(member -> member.token() != null).toList(), member -> {
                    Members.token(member).load(null);
                    member.loaded();
                    members.look(member);
                });
        here();
    }

    /** A member that wanted a PIN gets another chance. */
    private void unlock() {
        members.all().stream()
                .filter(member -> member.isLocked() && !member.isStranger())
                .forEach(Member::answers);
    }

    /** The members that are here. */
    private List<Member> here() throws SchsmException {
        List<Member> here = members.all().stream().filter(Member::isReady).toList();
        if (here.isEmpty()) {
            throw new TokenNotPresentException("no member of " + description() + " is here at terminal = "
                    + configuration.terminal() + (members.all().isEmpty() ? "" : ": " + members.problems()));
        }
        return here;
    }

    @Override
    public void login(PinSource pin) throws SchsmException {
        boolean loggedIn = false;
        try {
            if (members.all().stream().noneMatch(Member::isReady)) {
                look();
            }
            unlock();
            login.login(pin, here());
            loggedIn = true;
        } finally {
            if (!loggedIn) {
                pin.destroy();
            }
        }
        loginAtOthers();
    }

    private void loginAtOthers() {
        view.background(() -> login.loginAtOthers(members.all()));
    }

    @Override
    public boolean isLoggedIn() throws SchsmException {
        if (!login.isLoggedIn()) {
            return false;
        }
        for (Member member : members.all()) {
            Token token = member.token();
            if (token != null && member.isReady() && token.isLoggedIn()) {
                return true;
            }
        }
        return false;
    }

    @Override
    public void useWhenNeeded(PinSource pin) {
        login.useWhenNeeded(pin, members.all());
    }

    @Override
    public void logout() throws SchsmException {
        login.forget();
        SchsmException failure = null;
        for (Member member : members.all()) {
            Token token = member.token();
            if (token == null || !member.isPresent()) {
                continue;
            }
            try {
                token.logout();
            } catch (SchsmException failed) {
                // Who is gone is logged out.
                failure = FailurePolicy.isAway(failed) ? failure : failed;
            }
        }
        if (failure != null) {
            throw failure;
        }
    }

    // Contents

    /** Finds members first, where nobody has loaded a key store: generators and random numbers need none. */
    private void found() throws SchsmException {
        if (members.all().stream().noneMatch(Member::isReady)) {
            look();
        }
    }

    @Override
    public List<TokenKey> keys() throws SchsmException {
        found();
        return keys.now().all().stream().map(MergedKey::shown).toList();
    }

    @Override
    public KeyDetails details(TokenKey key) throws SchsmException {
        return keys.details(key);
    }

    @Override
    public Optional<byte[]> certificate(TokenKey key) throws SchsmException {
        return keys.certificate(key);
    }

    @Override
    public void storeCertificate(TokenKey key, byte[] encoded) throws SchsmException {
        changes.storeCertificate(key, encoded);
    }

    @Override
    public TokenKey rename(TokenKey key, String label) throws SchsmException {
        return changes.rename(key, label);
    }

    @Override
    public void delete(TokenKey key) throws SchsmException {
        changes.delete(key);
    }

    @Override
    public List<TokenCertificate> certificates() throws SchsmException {
        found();
        return keys.certificates().stream().map(MergedCertificate::shown).toList();
    }

    @Override
    public byte[] certificate(TokenCertificate certificate) throws SchsmException {
        return keys.find(certificate).encoded().clone();
    }

    @Override
    public TokenCertificate addCertificate(String label, byte[] encoded) throws SchsmException {
        found();
        return changes.addCertificate(label, encoded);
    }

    @Override
    public TokenCertificate rename(TokenCertificate certificate, String label) throws SchsmException {
        return changes.rename(certificate, label);
    }

    @Override
    public void delete(TokenCertificate certificate) throws SchsmException {
        changes.delete(certificate);
    }

    @Override
    public TokenKey generate(KeyRequest request) throws SchsmException {
        found();
        return changes.generate(request);
    }

    @Override
    public TokenKey deriveKey(TokenKey parent, byte[] value, KeyRequest request) throws SchsmException {
        return changes.deriveKey(parent, value, request);
    }

    @Override
    public List<DataObject> dataObjects() throws SchsmException {
        throw ofOneDevice("data objects are stored");
    }

    @Override
    public byte[] read(DataObject object) throws SchsmException {
        throw ofOneDevice("data objects are stored");
    }

    @Override
    public DataObject store(DataObject object, byte[] content) throws SchsmException {
        throw ofOneDevice("data objects are stored");
    }

    @Override
    public void delete(DataObject object) throws SchsmException {
        throw ofOneDevice("data objects are stored");
    }

    // Operations

    @Override
    public byte[] sign(TokenKey key, KeyAlgorithm algorithm, @Nullable AlgorithmParameterSpec parameters, byte[] input)
            throws SchsmException {
        return failover.use(
                keys.copies(key, algorithm), Operation.SIGN, copy -> copy.sign(algorithm, parameters, input));
    }

    @Override
    public boolean takesPaddingParameters() {
        List<Token> tokens = members.all().stream()
                .map(Member::token)
                .filter(token -> token != null)
                .toList();
        return !tokens.isEmpty() && tokens.stream().allMatch(Token::takesPaddingParameters);
    }

    @Override
    public byte[] decrypt(
            TokenKey key, KeyAlgorithm algorithm, @Nullable AlgorithmParameterSpec parameters, byte[] input)
            throws SchsmException {
        return failover.use(
                keys.copies(key, algorithm), Operation.DECRYPT, copy -> copy.decrypt(algorithm, parameters, input));
    }

    @Override
    public byte[] agree(TokenKey key, ECPublicKey peer) throws SchsmException {
        return failover.use(keys.copies(key, KeyAlgorithm.ECDH), Operation.AGREE, copy -> copy.agree(peer));
    }

    @Override
    public byte[] cipher(TokenKey key, boolean encrypt, byte[] iv, byte[] data) throws SchsmException {
        return failover.use(
                keys.copies(key, encrypt ? KeyAlgorithm.AES_CBC_ENCRYPT : KeyAlgorithm.AES_CBC_DECRYPT),
                Operation.CIPHER,
                copy -> Members.token(copy.member()).cipher(copy.key(), encrypt, iv, data));
    }

    @Override
    public byte[] mac(TokenKey key, byte[] data) throws SchsmException {
        return failover.use(
                keys.copies(key, KeyAlgorithm.AES_CMAC),
                Operation.MAC,
                copy -> Members.token(copy.member()).mac(copy.key(), data));
    }

    @Override
    public byte[] derive(TokenKey key, byte[] input) throws SchsmException {
        return failover.use(
                keys.copies(key, KeyAlgorithm.DERIVE_SP800_56C),
                Operation.DERIVE,
                copy -> Members.token(copy.member()).derive(copy.key(), input));
    }

    @Override
    public byte[] random(int length) throws SchsmException {
        found();
        return failover.use(
                members.all(), Operation.RANDOM, member -> Members.token(member).random(length));
    }

    @Override
    public String toString() {
        return description();
    }
}
