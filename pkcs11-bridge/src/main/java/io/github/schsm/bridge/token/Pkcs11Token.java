// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.bridge.token;

import io.github.schsm.DataObject;
import io.github.schsm.DeviceIdentity;
import io.github.schsm.DeviceTrust;
import io.github.schsm.InvalidRequestException;
import io.github.schsm.KeyAlgorithm;
import io.github.schsm.KeyDetails;
import io.github.schsm.MalformedDataException;
import io.github.schsm.PinRequiredException;
import io.github.schsm.PublicKeyAuthentication;
import io.github.schsm.SchsmDevice.TokenInfo;
import io.github.schsm.SchsmException;
import io.github.schsm.TokenAdministration;
import io.github.schsm.TokenCertificate;
import io.github.schsm.TokenKey;
import io.github.schsm.UnsupportedByDeviceException;
import io.github.schsm.bridge.cryptoki.Ck;
import io.github.schsm.bridge.cryptoki.Ckr;
import io.github.schsm.bridge.cryptoki.Cryptoki;
import io.github.schsm.bridge.cryptoki.Cryptoki.CkTokenInfo;
import io.github.schsm.bridge.cryptoki.CryptokiException;
import io.github.schsm.bridge.cryptoki.ModuleQuirk;
import io.github.schsm.bridge.object.ObjectSnapshot;
import io.github.schsm.bridge.object.ObjectTable;
import io.github.schsm.bridge.object.TokenObjects;
import io.github.schsm.bridge.session.Session;
import io.github.schsm.bridge.session.SessionAccess;
import io.github.schsm.bridge.session.TokenIdentity;
import io.github.schsm.bridge.session.TokenLink;
import io.github.schsm.codec.EcCurve;
import io.github.schsm.codec.PrintableText;
import io.github.schsm.codec.X509Certificates;
import io.github.schsm.login.PinSource;
import io.github.schsm.spi.KeyDomains;
import io.github.schsm.spi.KeyRequest;
import io.github.schsm.spi.Token;
import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.AlgorithmParameterSpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A token behind a PKCS#11 module: objects become named keys and certificates, operations become mechanisms. What
 * PKCS#11 cannot say goes another way, where there is one.
 */
public final class Pkcs11Token implements Token {
    private final TokenLink link;
    private final String id;
    private final String uniqueId;
    private final DeviceTrust trust;
    private final ObjectTable table = new ObjectTable();
    private final KeyOperations operations = new KeyOperations(this);
    private final KeyGeneration generation = new KeyGeneration(this);
    private final KeyObjects keyObjects = new KeyObjects(this);
    private final DataObjects dataObjects = new DataObjects(this);
    private final Pkcs11Administration administration;

    /**
     * A token.
     *
     * @param id what the configuration calls it: the serial number, or what stands in for it
     */
    public Pkcs11Token(TokenLink link, String id, DeviceTrust trust) {
        this.link = link;
        this.id = id;
        this.uniqueId = uniqueId(link, id);
        this.trust = trust;
        this.administration = new Pkcs11Administration(this, link);
    }

    // The way to the token

    TokenLink link() {
        return link;
    }

    public ObjectTable table() {
        return table;
    }

    /**
     * Whether it is the SmartCard-HSM vendor's module, which has attributes of its own
     * (docs/protocol.md#pkcs11-modules).
     */
    boolean isVendorsModule() {
        return isVendors(link.module().info());
    }

    static boolean isVendors(Cryptoki.Info module) {
        return ModuleQuirk.of(module).contains(ModuleQuirk.VENDOR_ATTRIBUTES);
    }

    boolean has(ModuleQuirk quirk) {
        return ModuleQuirk.of(link.module().info()).contains(quirk);
    }

    /** What is done with a key object. */
    @FunctionalInterface
    interface KeyFunction<T> {
        T apply(Session session, TokenObjects.KeyEntry entry, ObjectSnapshot object)
                throws CryptokiException, SchsmException;
    }

    /**
     * Uses a key, under the login. The function says before
     * its first change that it may not be repeated.
     */
    <T> T withKey(SessionAccess use, TokenKey key, KeyFunction<T> function) throws SchsmException {
        try {
            return link.withSession(use, session -> {
                session.mayRepeat(true);
                session.requireLogin();
                return apply(session, use, key, function);
            });
        } catch (PinRequiredException nobodyGaveIt) {
            throw nobodyGaveIt.with(key);
        }
    }

    private <T> T apply(Session session, SessionAccess use, TokenKey key, KeyFunction<T> function)
            throws CryptokiException, SchsmException {
        TokenObjects.KeyEntry entry = require(session, use, key);
        ObjectSnapshot object = entry.object();
        if (object == null) {
            requireUser(session, use);
            throw new InvalidRequestException("of " + key + " only the public key can be seen in " + description()
                    + ": log in first, the private key may be there then");
        }
        return function.apply(session, entry, object);
    }

    private TokenObjects.KeyEntry require(Session session, SessionAccess use, TokenKey key)
            throws CryptokiException, SchsmException {
        Optional<TokenObjects.KeyEntry> known = table.contents(session).find(key);
        if (known.isEmpty()) {
            // Another program may have made it after everything was read.
            table.forget();
            known = table.contents(session).find(key);
        }
        if (known.isEmpty()) {
            requireUser(session, use);
        }
        return known.orElseThrow(() -> new InvalidRequestException(
                key + " is not in " + description() + " any more; load the key store again"));
    }

    /** Without a login private objects are not there: then it is the login that is missing, not the key. */
    private void requireUser(Session session, SessionAccess use) throws CryptokiException, SchsmException {
        if (use.user() && !session.isUser() && link.tokenInfo().has(Ck.CKF_LOGIN_REQUIRED)) {
            throw new CryptokiException("C_GetSessionInfo", Ckr.USER_NOT_LOGGED_IN);
        }
    }

    /** What is known is not asked for again: looking at a session may cost a command to the token. */
    private TokenObjects contents() throws SchsmException {
        TokenObjects known = table.known(link.generation());
        return known == null ? link.withSession(SessionAccess.VIEW, table::contents) : known;
    }

    /** Keys of which only the public half is seen, which stands for the private one until somebody logs in. */
    public List<TokenKey> standIns() throws SchsmException {
        return contents().keys().stream()
                .filter(TokenObjects.KeyEntry::isStandIn)
                .map(TokenObjects.KeyEntry::key)
                .toList();
    }

    /** What another way to the token knows: public keys that stand for no private key, by their references. */
    public void noKeys(Set<String> references) {
        table.noKeys(references);
    }

    // Token

    @Override
    public String id() {
        return id;
    }

    @Override
    public String uniqueId() {
        return uniqueId;
    }

    /** Where only its place tells a token from others its id is no more than a name, which another module gives as well. */
    private static String uniqueId(TokenLink link, String id) {
        TokenIdentity identity = link.identity();
        return identity.isPlaced()
                ? "slot:" + Long.toUnsignedString(identity.slot()) + " (" + identity.reader() + ") of "
                        + link.module().path()
                : id;
    }

    @Override
    public String description() {
        return PrintableText.of("token \""
                + (link.identity().label().isEmpty() ? id : link.identity().label()) + "\" of "
                + link.module().name());
    }

    @Override
    public TokenInfo info() throws SchsmException {
        CkTokenInfo token = link.tokenInfo();
        return new TokenInfo(id, token.label(), link.slotInfo().description(), token.firmware(), token.model());
    }

    @Override
    public DeviceTrust trust() {
        return trust;
    }

    @Override
    public DeviceIdentity identity() throws SchsmException {
        throw unsupported("no device certificate");
    }

    @Override
    public TokenAdministration administration() {
        return administration;
    }

    @Override
    public KeyDomains keyDomains() throws SchsmException {
        throw unsupported("no key domains");
    }

    @Override
    public PublicKeyAuthentication publicKeyAuthentication() throws SchsmException {
        throw unsupported("no authentication by registered keys");
    }

    private UnsupportedByDeviceException unsupported(String what) {
        return new UnsupportedByDeviceException(description() + " is reached by PKCS#11 only, which has " + what);
    }

    @Override
    public void load(@Nullable PinSource pin) throws SchsmException {
        if (pin != null && pin.isInteractive() && isLoggedIn()) {
            // Nobody is asked for what is done already: a KeyStore.Builder loads each time it is asked for its key
            // store.
            pin.destroy();
        } else if (pin != null) {
            link.loginOrJoin(pin);
        }
        table.noKeys(Set.of());
        table.forget();
        if (pin == null) {
            contents();
        } else {
            link.withSession(SessionAccess.USER, session -> {
                TokenObjects contents = table.contents(session);
                if (table.wasReadByAnybody()) {
                    requireUser(session, SessionAccess.USER);
                }
                return contents;
            });
        }
    }

    @Override
    public void login(PinSource pin) throws SchsmException {
        link.login(pin);
    }

    @Override
    public boolean isLoggedIn() throws SchsmException {
        return link.isLoggedIn();
    }

    @Override
    public void useWhenNeeded(PinSource pin) {
        link.useWhenNeeded(pin);
    }

    @Override
    public void logout() throws SchsmException {
        try {
            link.logout();
        } finally {
            table.forget();
        }
    }

    // Listing

    @Override
    public List<TokenKey> keys() throws SchsmException {
        return contents().keys().stream().map(TokenObjects.KeyEntry::key).toList();
    }

    @Override
    public KeyDetails details(TokenKey key) throws SchsmException {
        return details(proven(key));
    }

    /** A key with its public half, which is found out by a use of the key where only a certificate tells it, or nothing. */
    private TokenObjects.KeyEntry proven(TokenKey key) throws SchsmException {
        TokenObjects.KeyEntry entry = entry(key);
        return entry.isPublicKeyUnproven() && isLoggedIn()
                ? withKey(SessionAccess.USER, key, operations::recoverPublicKey)
                : entry;
    }

    /** Whether a certificate stands in the place where a SmartCard-HSM puts its request for the key. */
    public boolean isCertified(TokenKey key) throws SchsmException {
        TokenObjects.KeyEntry entry = entry(key);
        byte[] id = entry.key().id();
        return entry.certificates().stream().anyMatch(certificate -> Arrays.equals(certificate.id(), id));
    }

    TokenObjects.KeyEntry entry(TokenKey key) throws SchsmException {
        Optional<TokenObjects.KeyEntry> known = contents().find(key);
        return known.isPresent()
                ? known.get()
                : link.withSession(SessionAccess.VIEW, session -> require(session, SessionAccess.VIEW, key));
    }

    private KeyDetails details(TokenObjects.KeyEntry entry) throws SchsmException {
        return new KeyDetails(
                named(entry),
                entry.curve(),
                size(entry),
                null,
                OptionalLong.empty(),
                OptionalInt.empty(),
                OptionalInt.empty(),
                Algorithms.available(entry, link.mechanisms()));
    }

    /** The public key, under the name that the key's certificate has for its algorithm: RSASSA-PSS is not RSA to the JCA. */
    private static @Nullable PublicKey named(TokenObjects.KeyEntry entry) {
        PublicKey publicKey = entry.publicKey();
        if (publicKey instanceof RSAPublicKey && !entry.certificates().isEmpty()) {
            try {
                PublicKey certified = X509Certificates.publicKey(X509Certificates.parse(
                        entry.certificates().get(0).certificate().orElse(new byte[0])));
                return certified instanceof RSAPublicKey ? certified : publicKey;
            } catch (MalformedDataException notForThisJdk) {
                return publicKey;
            }
        }
        return publicKey;
    }

    private static int size(TokenObjects.KeyEntry entry) {
        PublicKey publicKey = entry.publicKey();
        if (publicKey instanceof RSAPublicKey rsa) {
            return rsa.getModulus().bitLength();
        }
        EcCurve curve = entry.curve();
        if (curve != null) {
            return curve.bits();
        }
        ObjectSnapshot object = entry.object();
        return object == null
                ? 0
                : (int) Math.min(
                        Integer.MAX_VALUE,
                        8 * object.attributes().number(Ck.CKA_VALUE_LEN).orElse(0));
    }

    // Certificates and changes

    @Override
    public Optional<byte[]> certificate(TokenKey key) throws SchsmException {
        Optional<byte[]> certificate = x509(key);
        return certificate.isPresent() ? certificate : request(key);
    }

    /** The certificate that is shown with a key. */
    public Optional<byte[]> x509(TokenKey key) throws SchsmException {
        List<ObjectSnapshot> certificates = proven(key).certificates();
        return certificates.isEmpty() ? Optional.empty() : certificates.get(0).certificate();
    }

    /** The request that the device made for a key, where the module gives it. */
    public Optional<byte[]> request(TokenKey key) throws SchsmException {
        return keyObjects.request(entry(key));
    }

    @Override
    public void storeCertificate(TokenKey key, byte[] encoded) throws SchsmException {
        keyObjects.storeCertificate(key, encoded);
    }

    @Override
    public TokenKey rename(TokenKey key, String label) throws SchsmException {
        return keyObjects.rename(key, label);
    }

    @Override
    public void delete(TokenKey key) throws SchsmException {
        keyObjects.delete(key);
    }

    @Override
    public List<TokenCertificate> certificates() throws SchsmException {
        return contents().certificates().stream()
                .map(TokenObjects.CertificateEntry::certificate)
                .toList();
    }

    /** An authority's key may be on the token, and its certificate then belongs to it. */
    @Override
    public List<byte[]> issuerCertificates() throws SchsmException {
        TokenObjects contents = contents();
        List<byte[]> issuers = new ArrayList<>();
        for (TokenObjects.CertificateEntry entry : contents.certificates()) {
            entry.object().certificate().ifPresent(issuers::add);
        }
        for (TokenObjects.KeyEntry key : contents.keys()) {
            for (ObjectSnapshot certificate : key.certificates()) {
                certificate.certificate().ifPresent(issuers::add);
            }
        }
        return issuers;
    }

    @Override
    public byte[] certificate(TokenCertificate certificate) throws SchsmException {
        return keyObjects.certificate(certificate);
    }

    @Override
    public TokenCertificate addCertificate(String label, byte[] encoded) throws SchsmException {
        return keyObjects.addCertificate(label, encoded);
    }

    @Override
    public TokenCertificate rename(TokenCertificate certificate, String label) throws SchsmException {
        return keyObjects.rename(certificate, label);
    }

    @Override
    public void delete(TokenCertificate certificate) throws SchsmException {
        keyObjects.delete(certificate);
    }

    // Keys

    @Override
    public TokenKey generate(KeyRequest request) throws SchsmException {
        return generation.generate(request, OptionalInt::empty);
    }

    /**
     * Generates a key.
     *
     * @param numbers asked for a number where the module takes one
     * @throws UnsupportedByDeviceException if the module cannot make such a key
     */
    public TokenKey generate(KeyRequest request, KeyNumbers numbers) throws SchsmException {
        return generation.generate(request, numbers);
    }

    /** Whether the module has a mechanism for an algorithm, whichever the key. */
    public boolean hasMechanism(KeyAlgorithm algorithm) throws SchsmException {
        return Algorithms.isAmong(link.mechanisms(), algorithm);
    }

    @Override
    public byte[] sign(TokenKey key, KeyAlgorithm algorithm, @Nullable AlgorithmParameterSpec parameters, byte[] input)
            throws SchsmException {
        return operations.sign(key, algorithm, parameters, input);
    }

    @Override
    public boolean takesPaddingParameters() {
        return true;
    }

    @Override
    public byte[] decrypt(
            TokenKey key, KeyAlgorithm algorithm, @Nullable AlgorithmParameterSpec parameters, byte[] input)
            throws SchsmException {
        return operations.decrypt(key, algorithm, parameters, input);
    }

    @Override
    public byte[] agree(TokenKey key, ECPublicKey peer) throws SchsmException {
        return operations.agree(key, peer);
    }

    @Override
    public byte[] cipher(TokenKey key, boolean encrypt, byte[] iv, byte[] data) throws SchsmException {
        return operations.cipher(key, encrypt, iv, data);
    }

    @Override
    public byte[] mac(TokenKey key, byte[] data) throws SchsmException {
        return operations.mac(key, data);
    }

    @Override
    public byte[] derive(TokenKey key, byte[] input) throws SchsmException {
        throw unsupported("no mechanism for the derivation of a SmartCard-HSM");
    }

    @Override
    public TokenKey deriveKey(TokenKey parent, byte[] value, KeyRequest request) throws SchsmException {
        throw unsupported("no mechanism for the derivation of a SmartCard-HSM");
    }

    // Data objects and random

    @Override
    public List<DataObject> dataObjects() throws SchsmException {
        return contents().data().stream().map(TokenObjects.DataEntry::data).toList();
    }

    @Override
    public byte[] read(DataObject object) throws SchsmException {
        return dataObjects.read(object);
    }

    @Override
    public DataObject store(DataObject object, byte[] content) throws SchsmException {
        return dataObjects.store(object, content);
    }

    @Override
    public void delete(DataObject object) throws SchsmException {
        dataObjects.delete(object);
    }

    @Override
    public byte[] random(int length) throws SchsmException {
        return operations.random(length);
    }

    @Override
    public String toString() {
        return description();
    }
}
