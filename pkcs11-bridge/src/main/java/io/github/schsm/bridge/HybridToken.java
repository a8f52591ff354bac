// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.bridge;

import io.github.schsm.DataObject;
import io.github.schsm.DeviceIdentity;
import io.github.schsm.DeviceTrust;
import io.github.schsm.KeyAlgorithm;
import io.github.schsm.KeyDetails;
import io.github.schsm.PublicKeyAuthentication;
import io.github.schsm.SchsmDevice.Leftover;
import io.github.schsm.SchsmDevice.TokenInfo;
import io.github.schsm.SchsmException;
import io.github.schsm.TokenAdministration;
import io.github.schsm.TokenCertificate;
import io.github.schsm.TokenKey;
import io.github.schsm.TokenNotPresentException;
import io.github.schsm.UnsupportedByDeviceException;
import io.github.schsm.bridge.session.TokenLink;
import io.github.schsm.bridge.token.KeyLimits;
import io.github.schsm.bridge.token.Pkcs11Token;
import io.github.schsm.login.PinSource;
import io.github.schsm.spi.KeyDomains;
import io.github.schsm.spi.KeyRequest;
import io.github.schsm.spi.SharedCard;
import io.github.schsm.spi.Token;
import io.github.schsm.spi.TokenSource;
import java.math.BigInteger;
import java.security.interfaces.ECPublicKey;
import java.security.spec.AlgorithmParameterSpec;
import java.security.spec.RSAKeyGenParameterSpec;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * A router over two tokens that are one card: the module's, and the card itself where it is a SmartCard-HSM in a PC/SC
 * reader of this computer. What the module sees and has a mechanism for goes to the module; keys that it does not see, and
 * what PKCS#11 has no words for, go to the card. Where there is no such card, all goes to the module.
 */
final class HybridToken implements Token {
    private static final System.Logger LOG = System.getLogger(HybridToken.class.getName());

    private final Pkcs11Token module;
    private final DirectCard card;
    private final CardKeys keys;
    private final TokenLink link;
    private final TokenSource.Host host;
    private final Set<String> judged = ConcurrentHashMap.newKeySet();
    /** Whether the module may have read the card long ago: OpenSC does so once. */
    private volatile boolean readAgain;

    private final Set<String> noKeys = ConcurrentHashMap.newKeySet();

    /**
     * A token.
     *
     * @param id what the configuration calls it
     */
    HybridToken(TokenLink link, String id, TokenSource.Host host) {
        this.link = link;
        this.host = host;
        this.module = new Pkcs11Token(link, id, host.trust());
        this.card = new DirectCard(link, host);
        this.keys = new CardKeys(card, module, link);
        link.beforeLogin(card::beforeLogin);
    }

    // The token

    @Override
    public String id() {
        return module.id();
    }

    @Override
    public String uniqueId() {
        return module.uniqueId();
    }

    @Override
    public String description() {
        return module.description();
    }

    @Override
    public DeviceTrust trust() {
        return module.trust();
    }

    /** OpenSC shows the label that was there when the card was put in, and adds to it. */
    @Override
    public TokenInfo info() throws SchsmException {
        TokenInfo info = module.info();
        return card.isThere()
                ? new TokenInfo(
                        info.id(), card.use(Token::info).label(), info.reader(), info.firmware(), info.platform())
                : info;
    }

    @Override
    public DeviceIdentity identity() throws SchsmException {
        return card.use(Token::identity);
    }

    @Override
    public TokenAdministration administration() {
        return card.isThere()
                ? new HybridAdministration(card, keys, link, module.administration(), host.pinPad())
                : module.administration();
    }

    @Override
    public KeyDomains keyDomains() throws SchsmException {
        return card.keyDomains(keys);
    }

    @Override
    public PublicKeyAuthentication publicKeyAuthentication() throws SchsmException {
        return card.publicKeyAuthentication();
    }

    @Override
    public List<Leftover> leftovers() throws SchsmException {
        return card.isThere() ? card.use(Token::leftovers) : List.of();
    }

    @Override
    public void remove(Leftover leftover) throws SchsmException {
        change(there -> there.remove(leftover));
    }

    // Login: the module's, under which the card is used

    @Override
    public void load(@Nullable PinSource pin) throws SchsmException {
        try {
            keys.look();
        } catch (TokenNotPresentException away) {
            link.missed();
            throw away;
        }
        judged.clear();
        noKeys.clear();
        readAgain = link.wasLoaded();
        module.load(pin);
    }

    @Override
    public void login(PinSource pin) throws SchsmException {
        module.login(pin);
    }

    @Override
    public boolean isLoggedIn() throws SchsmException {
        return module.isLoggedIn();
    }

    @Override
    public void useWhenNeeded(PinSource pin) {
        module.useWhenNeeded(pin);
    }

    @Override
    public void logout() throws SchsmException {
        module.logout();
        card.loggedOut();
    }

    // Keys

    private interface ByCard<T> {
        T apply(SharedCard card, TokenKey key) throws SchsmException;
    }

    private interface ByModule<T> {
        T apply() throws SchsmException;
    }

    /** A key that the module does not see is used by the card. */
    private <T> T route(TokenKey key, ByCard<T> byCard, ByModule<T> byModule) throws SchsmException {
        return route(keys.unseen(key), byCard, byModule);
    }

    private <T> T route(Optional<TokenKey> onCard, ByCard<T> byCard, ByModule<T> byModule) throws SchsmException {
        return onCard.isPresent() ? card.use(there -> byCard.apply(there, onCard.get())) : byModule.apply();
    }

    /** The key on the card, if the module does not see it or has no mechanism for what it is to do. */
    private Optional<TokenKey> pastModule(TokenKey key, KeyAlgorithm algorithm) throws SchsmException {
        Optional<TokenKey> unseen = keys.unseen(key);
        return unseen.isPresent() || module.hasMechanism(algorithm) ? unseen : keys.counterpart(key);
    }

    private void change(DirectCard.Action action) throws SchsmException {
        keys.change(there -> {
            action.run(there);
            return true;
        });
    }

    @Override
    public List<TokenKey> keys() throws SchsmException {
        judge();
        return keys.all(module.keys());
    }

    /** Before a login, modules show public keys of certificates as well that belong to no key here: the card tells. */
    private void judge() throws SchsmException {
        List<TokenKey> unknown = module.standIns().stream()
                .filter(key -> !judged.contains(key.reference()))
                .toList();
        if (unknown.isEmpty() || !card.isThere()) {
            return;
        }
        for (TokenKey key : unknown) {
            if (keys.counterpart(key).isEmpty()) {
                noKeys.add(key.reference());
            }
            judged.add(key.reference());
        }
        module.noKeys(noKeys);
    }

    @Override
    public KeyDetails details(TokenKey key) throws SchsmException {
        return route(key, Token::details, () -> {
            KeyDetails byModule = module.details(key);
            return card.isThere() ? keys.details(key, byModule, module.isCertified(key)) : byModule;
        });
    }

    /**
     * An X.509 certificate is the module's to show, as long as nobody can have replaced it since the module read it; the
     * request that takes its place only the card has, as a rule.
     */
    @Override
    public Optional<byte[]> certificate(TokenKey key) throws SchsmException {
        return route(key, Token::certificate, () -> {
            Optional<byte[]> x509 = module.x509(key);
            return x509.isPresent() && !(readAgain && module.isCertified(key) && card.isThere())
                    ? x509
                    : route(
                            keys.counterpart(key),
                            Token::certificate,
                            () -> x509.isPresent() ? x509 : module.request(key));
        });
    }

    @Override
    public void storeCertificate(TokenKey key, byte[] encoded) throws SchsmException {
        Optional<TokenKey> unseen = keys.unseen(key);
        if (unseen.isPresent()) {
            change(there -> there.storeCertificate(unseen.get(), encoded));
        } else {
            module.storeCertificate(key, encoded);
            keys.changed(key);
        }
    }

    @Override
    public TokenKey rename(TokenKey key, String label) throws SchsmException {
        Optional<TokenKey> unseen = keys.unseen(key);
        if (unseen.isPresent()) {
            keys.change(there -> there.rename(unseen.get(), label));
            return new TokenKey(key.reference(), label, key.id(), key.type());
        }
        TokenKey renamed = module.rename(key, label);
        keys.changed(key);
        return renamed;
    }

    @Override
    public void delete(TokenKey key) throws SchsmException {
        Optional<TokenKey> unseen = keys.unseen(key);
        if (unseen.isPresent()) {
            change(there -> there.delete(unseen.get()));
            return;
        }
        try {
            module.delete(key);
        } finally {
            keys.changed(key);
        }
    }

    @Override
    public TokenKey generate(KeyRequest request) throws SchsmException {
        if (!card.isThere()) {
            return module.generate(request);
        }
        if (hasOddExponent(request)) {
            return generateByCard(request);
        }
        TokenKey made;
        try {
            made = module.generate(request, () -> OptionalInt.of(card.use(SharedCard::freeKeyId)));
        } catch (UnsupportedByDeviceException notByModule) {
            LOG.log(System.Logger.Level.DEBUG, "made by the card", notByModule);
            return generateByCard(request);
        }
        keys.changed(made);
        return isKept(request, made) ? made : generateByCard(request);
    }

    /** Some modules take any public exponent and make 65537 of it. */
    private static boolean hasOddExponent(KeyRequest request) {
        BigInteger exponent = request.publicExponent();
        return exponent != null && !exponent.equals(RSAKeyGenParameterSpec.F4);
    }

    private TokenKey generateByCard(KeyRequest request) throws SchsmException {
        return keys.named(keys.change(there -> there.generate(request)));
    }

    /**
     * Whether a key is as it was wanted. A module may pass over attributes that it does not know: a key with fewer limits
     * than it was to have is deleted.
     */
    private boolean isKept(KeyRequest request, TokenKey made) throws SchsmException {
        List<String> limits = KeyLimits.of(request);
        if (limits.isEmpty()) {
            return true;
        }
        boolean kept;
        try {
            kept = KeyLimits.areKept(request, details(made));
        } catch (SchsmException notTold) {
            try {
                delete(made);
            } catch (SchsmException alsoFailed) {
                notTold.addSuppressed(alsoFailed);
            }
            throw notTold;
        }
        if (!kept) {
            LOG.log(
                    System.Logger.Level.DEBUG,
                    "{0} made {1} without {2}: it is deleted, and made by the card",
                    description(),
                    made,
                    limits);
            delete(made);
        }
        return kept;
    }

    @Override
    public TokenKey deriveKey(TokenKey parent, byte[] value, KeyRequest request) throws SchsmException {
        TokenKey onCard = keys.onCard(parent);
        return keys.named(keys.change(there -> there.deriveKey(onCard, value, request)));
    }

    // Certificates and data objects

    @Override
    public List<TokenCertificate> certificates() throws SchsmException {
        judge();
        return module.certificates();
    }

    @Override
    public List<byte[]> issuerCertificates() throws SchsmException {
        judge();
        return module.issuerCertificates();
    }

    @Override
    public byte[] certificate(TokenCertificate certificate) throws SchsmException {
        return module.certificate(certificate);
    }

    @Override
    public TokenCertificate addCertificate(String label, byte[] encoded) throws SchsmException {
        TokenCertificate added = module.addCertificate(label, encoded);
        keys.changed(null);
        return added;
    }

    @Override
    public TokenCertificate rename(TokenCertificate certificate, String label) throws SchsmException {
        TokenCertificate renamed = module.rename(certificate, label);
        keys.changed(null);
        return renamed;
    }

    @Override
    public void delete(TokenCertificate certificate) throws SchsmException {
        module.delete(certificate);
        keys.changed(null);
    }

    @Override
    public List<DataObject> dataObjects() throws SchsmException {
        return module.dataObjects();
    }

    @Override
    public byte[] read(DataObject object) throws SchsmException {
        return module.read(object);
    }

    @Override
    public DataObject store(DataObject object, byte[] content) throws SchsmException {
        return module.store(object, content);
    }

    @Override
    public void delete(DataObject object) throws SchsmException {
        module.delete(object);
    }

    // Operations

    /** A use of a key by the module, which may count. */
    private byte[] counted(TokenKey key, ByModule<byte[]> use) throws SchsmException {
        try {
            return use.apply();
        } finally {
            keys.used(key);
        }
    }

    @Override
    public byte[] sign(TokenKey key, KeyAlgorithm algorithm, @Nullable AlgorithmParameterSpec parameters, byte[] input)
            throws SchsmException {
        return route(
                key,
                (there, onCard) -> there.sign(onCard, algorithm, parameters, input),
                () -> counted(key, () -> module.sign(key, algorithm, parameters, input)));
    }

    /** A SmartCard-HSM makes its paddings in one way, and OpenSC passes over parameters that say otherwise. */
    @Override
    public boolean takesPaddingParameters() {
        return !card.isThere();
    }

    @Override
    public byte[] decrypt(
            TokenKey key, KeyAlgorithm algorithm, @Nullable AlgorithmParameterSpec parameters, byte[] input)
            throws SchsmException {
        return route(
                key,
                (there, onCard) -> there.decrypt(onCard, algorithm, parameters, input),
                () -> counted(key, () -> module.decrypt(key, algorithm, parameters, input)));
    }

    @Override
    public byte[] agree(TokenKey key, ECPublicKey peer) throws SchsmException {
        return route(
                pastModule(key, KeyAlgorithm.ECDH),
                (there, onCard) -> there.agree(onCard, peer),
                () -> counted(key, () -> module.agree(key, peer)));
    }

    @Override
    public byte[] cipher(TokenKey key, boolean encrypt, byte[] iv, byte[] data) throws SchsmException {
        return route(
                pastModule(key, encrypt ? KeyAlgorithm.AES_CBC_ENCRYPT : KeyAlgorithm.AES_CBC_DECRYPT),
                (there, onCard) -> there.cipher(onCard, encrypt, iv, data),
                () -> counted(key, () -> module.cipher(key, encrypt, iv, data)));
    }

    @Override
    public byte[] mac(TokenKey key, byte[] data) throws SchsmException {
        return route(
                pastModule(key, KeyAlgorithm.AES_CMAC),
                (there, onCard) -> there.mac(onCard, data),
                () -> counted(key, () -> module.mac(key, data)));
    }

    @Override
    public byte[] derive(TokenKey key, byte[] input) throws SchsmException {
        TokenKey onCard = keys.counterpart(key).orElse(key);
        return card.use(there -> there.derive(onCard, input));
    }

    @Override
    public byte[] random(int length) throws SchsmException {
        return module.random(length);
    }

    @Override
    public String toString() {
        return description();
    }
}
