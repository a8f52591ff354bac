// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.provider.card;

import io.github.schsm.AttestedPublicKey;
import io.github.schsm.Cvc;
import io.github.schsm.DataObject;
import io.github.schsm.DeviceException;
import io.github.schsm.DeviceIdentity;
import io.github.schsm.DeviceTrust;
import io.github.schsm.InvalidRequestException;
import io.github.schsm.KeyAlgorithm;
import io.github.schsm.KeyDetails;
import io.github.schsm.KeyType;
import io.github.schsm.MalformedDataException;
import io.github.schsm.PinException;
import io.github.schsm.PinRequiredException;
import io.github.schsm.PublicKeyAuthentication;
import io.github.schsm.PublicKeyResponse;
import io.github.schsm.SchsmDevice.Leftover;
import io.github.schsm.SchsmDevice.TokenInfo;
import io.github.schsm.SchsmException;
import io.github.schsm.SchsmException.Reason;
import io.github.schsm.TokenAdministration;
import io.github.schsm.TokenAdministration.PinStatus;
import io.github.schsm.TokenCertificate;
import io.github.schsm.TokenKey;
import io.github.schsm.TokenNotPresentException;
import io.github.schsm.card.CardDevice;
import io.github.schsm.card.CardFunction;
import io.github.schsm.card.SmartCardHsm;
import io.github.schsm.card.apdu.RetryPolicy;
import io.github.schsm.card.apdu.StatusWords;
import io.github.schsm.card.files.CardTokenInfo;
import io.github.schsm.card.files.CertificateDescription;
import io.github.schsm.card.files.Files;
import io.github.schsm.card.files.KeyAttributes;
import io.github.schsm.card.files.KeyPairRequest;
import io.github.schsm.card.files.PrivateKeyDescription;
import io.github.schsm.card.quirk.FirmwareVersion;
import io.github.schsm.codec.EcCurve;
import io.github.schsm.codec.EcdsaSignature;
import io.github.schsm.codec.SecretBytes;
import io.github.schsm.codec.Tlv;
import io.github.schsm.codec.X509Certificates;
import io.github.schsm.config.SchsmConfiguration;
import io.github.schsm.keystore.MigrationKeys;
import io.github.schsm.login.KeptLogin;
import io.github.schsm.login.PinSource;
import io.github.schsm.login.TokenAuthenticator;
import io.github.schsm.spi.KeyDomains;
import io.github.schsm.spi.KeyRequest;
import io.github.schsm.spi.SharedCard;
import io.github.schsm.spi.Token;
import java.math.BigInteger;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
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
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A SmartCard-HSM as a token: files and descriptions become named keys and certificates, operations become commands.
 * Follows the device into another reader. The lock on the contents is taken by who has the device, never the other way
 * round: a callback handler that is asked for the PIN has the device already, and may look into the key store.
 */
public final class CardToken implements SharedCard {
    private static final int MAX_KID = 255;
    private static final int X509 = 0x30;
    private static final int AES_ID_LENGTH = 8;
    private static final long LIST_LASTS_NANOS = 3_000_000_000L;
    private static final SecureRandom RANDOM = new SecureRandom();

    private volatile String id;
    private final String uniqueId;
    private final DeviceTrust trust;
    private final Locator locator;
    private final PinSource pinPad;
    private final Object lock = new Object();
    private final CardContents contents = new CardContents();
    private final CardKeyDomains keyDomains = new CardKeyDomains(this);
    private final CardPublicKeys publicKeys = new CardPublicKeys(this);
    private final CardAdministration administration = new CardAdministration(this);
    private final CardDataObjects dataObjects = new CardDataObjects(this);
    private final CardLeftovers leftovers = new CardLeftovers(this, dataObjects);
    private final CardKeyDerivation derivation = new CardKeyDerivation(this);
    private volatile CardDevice device;
    private volatile boolean nameShared;

    /** Of the list of objects that {@link #freeKidAmongMany} read last; under the lock on the contents. */
    private @Nullable Listed listed;

    private long listedAt;
    private final KeptLogin login = new KeptLogin(this::name, () -> SecretBytes.USER_PIN);
    private volatile boolean closed;

    /** When a list was read, in the device's counters. */
    private record Listed(long selections, long connections) {}

    /** Finds the device again when it is in another reader. */
    interface Locator {
        CardDevice locate() throws SchsmException;
    }

    /**
     * A token.
     *
     * @param pinPad the reader's PIN pad, for what is entered there whatever the PIN's source is
     */
    CardToken(CardDevice device, DeviceTrust trust, Locator locator, PinSource pinPad) throws SchsmException {
        this.device = device;
        this.id = device.identity().deviceId();
        this.uniqueId = CardTokens.uniqueId(device);
        this.trust = trust;
        this.locator = locator;
        this.pinPad = pinPad;
    }

    // The way to the card

    /**
     * Uses the card under the present login. If another thread logs in while this one waits for its turn, the login
     * that it came with is none any more: then it goes on under the new one.
     */
    public <T> T withCard(CardFunction<T> function) throws SchsmException {
        TokenAuthenticator present = login.get();
        CardDevice used = usable();
        try {
            return used.withCard(new CardUse<>(present, function));
        } catch (TokenNotPresentException notInThatReader) {
            CardDevice there = elsewhere(used, notInThatReader);
            try {
                return there.withCard(new CardUse<>(present, function));
            } catch (PinRequiredException notLoggedIn) {
                return underNewerLogin(present, notLoggedIn, function);
            }
        } catch (PinRequiredException notLoggedIn) {
            return underNewerLogin(present, notLoggedIn, function);
        }
    }

    /** Somebody may have logged in meanwhile. */
    private <T> T underNewerLogin(
            @Nullable TokenAuthenticator present, PinRequiredException notLoggedIn, CardFunction<T> function)
            throws SchsmException {
        TokenAuthenticator newer = login.get();
        if (newer == null || newer == present) {
            throw notLoggedIn;
        }
        return withCard(newer, function);
    }

    private <T> T withCard(@Nullable TokenAuthenticator under, CardFunction<T> function) throws SchsmException {
        CardDevice used = usable();
        CardFunction<T> use = new CardUse<>(under, function);
        try {
            return used.withCard(use);
        } catch (TokenNotPresentException notInThatReader) {
            return elsewhere(used, notInThatReader).withCard(use);
        }
    }

    private CardDevice usable() throws InvalidRequestException {
        if (closed) {
            throw new InvalidRequestException(
                    "device " + id + " cannot be used any more: the provider that it belongs to was closed");
        }
        return device;
    }

    /** Where the device is now, if it is in another reader; a card that went during a command is not looked for. */
    private CardDevice elsewhere(CardDevice used, TokenNotPresentException reason) throws SchsmException {
        if (reason.reason() == Reason.TOKEN_REMOVED) {
            throw reason;
        }
        CardDevice found;
        try {
            found = locator.locate();
        } catch (TokenNotPresentException nowhere) {
            reason.addSuppressed(nowhere);
            throw reason;
        }
        if (found.readerName().equals(used.readerName())) {
            throw reason;
        }
        if (nameShared) {
            found.nameIsShared();
        }
        device = found;
        return found;
    }

    /** Whether the device was last seen in that reader. */
    boolean isIn(String reader) {
        return device.readerName().equals(reader);
    }

    /** Uses the card for reading or changing its contents. */
    <T> T withContents(CardFunction<T> function) throws SchsmException {
        return withCard(card -> {
            synchronized (lock) {
                return function.apply(card);
            }
        });
    }

    /** The same without anybody's login: a PIN that somebody gave for what was there before does not go out. */
    <T> T withoutLogin(CardFunction<T> function) throws SchsmException {
        return withCard(null, card -> {
            synchronized (lock) {
                return function.apply(card);
            }
        });
    }

    CardContents contents() {
        return contents;
    }

    /** Logs out; nothing can be asked of it afterwards. */
    void close() {
        try {
            if (login.wasAccepted()) {
                logout();
            }
        } catch (SchsmException gone) {
            System.getLogger(CardToken.class.getName())
                    .log(System.Logger.Level.DEBUG, "the card was gone before it was logged out", gone);
        } finally {
            closed = true;
            login.close();
        }
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

    @Override
    public String name() {
        return device.name();
    }

    /** Whether the configuration lets it be used. */
    boolean isMeantBy(SchsmConfiguration configuration) throws SchsmException {
        return configuration.isConfigured(device.identity());
    }

    /** Another device with this id was seen: from now on this one is called by its key as well. */
    void nameIsShared() {
        nameShared = true;
        device.nameIsShared();
    }

    @Override
    public TokenInfo info() throws SchsmException {
        return withContents(card -> {
            String label =
                    contents.file(card, Files.TOKEN_INFO).map(CardToken::label).orElse("");
            String firmware =
                    card.applet().version().map(FirmwareVersion::toString).orElse("");
            return new TokenInfo(
                    id,
                    label,
                    device.readerName(),
                    firmware,
                    platform(card.applet().platform()));
        });
    }

    private static String label(byte[] tokenInfo) {
        try {
            return CardTokenInfo.parse(tokenInfo).label().orElse("");
        } catch (MalformedDataException writtenBySomebodyElse) {
            return "";
        }
    }

    private static String platform(OptionalInt type) {
        if (type.isEmpty()) {
            return "";
        }
        return "type " + type.getAsInt();
    }

    @Override
    public Optional<String> defect() {
        return device.defect();
    }

    @Override
    public DeviceTrust trust() {
        return trust;
    }

    @Override
    public DeviceIdentity identity() throws SchsmException {
        return device.identity().require("the device in reader '" + device.readerName() + "'");
    }

    /** After an initialization: some firmware has its certificate only then, and so its id. */
    void identifiedAgain() throws SchsmException {
        id = device.identity().deviceId();
    }

    @Override
    public TokenAdministration administration() {
        return administration;
    }

    @Override
    public KeyDomains keyDomains() {
        return keyDomains;
    }

    @Override
    public PublicKeyAuthentication publicKeyAuthentication() {
        return publicKeys;
    }

    @Override
    public void load(@Nullable PinSource pin) throws SchsmException {
        if (pin == null) {
            withContents(contents::look);
            return;
        }
        if (pin.isInteractive() && isLoggedIn()) {
            // Nobody is asked for what is done already: a KeyStore.Builder loads each time it is asked for its key
            // store.
            pin.destroy();
            withContents(contents::look);
            return;
        }
        loginWith(pin, card -> {
            synchronized (lock) {
                contents.look(card);
            }
            card.login();
            return true;
        });
    }

    @Override
    public void login(PinSource pin) throws SchsmException {
        loginWith(pin, card -> {
            card.login();
            return true;
        });
    }

    private void loginWith(PinSource pin, CardFunction<Boolean> function) throws SchsmException {
        login.verify(pin, given -> withCard(given, function));
    }

    @Override
    public <T> T within(@Nullable TokenAuthenticator lent, Use<T> use) throws SchsmException {
        login.borrow(lent);
        long selections = device.selections();
        long connections = device.connections();
        return withCard(card -> {
            try {
                return use.apply();
            } finally {
                boolean askedAgain = lent != null && lent.isInteractive() && device.connections() != connections;
                if (device.selections() != selections && !askedAgain) {
                    stayLoggedIn(card, lent);
                }
            }
        });
    }

    @Override
    public long connections() {
        return device.connections();
    }

    /** The login on the other side must not be lost; nobody is asked for that, not even on a pad. */
    private void stayLoggedIn(SmartCardHsm card, @Nullable TokenAuthenticator lent) {
        if (lent == null || lent != login.get() || !lent.wasAccepted() || lent.isOnReader()) {
            return;
        }
        try {
            card.login();
        } catch (SchsmException otherSideFindsOut) {
            System.getLogger(CardToken.class.getName())
                    .log(System.Logger.Level.DEBUG, "the PIN is not verified any more", otherSideFindsOut);
        }
    }

    @Override
    public void useWhenNeeded(PinSource pin) {
        login.useWhenNeeded(pin);
    }

    @Override
    public void logout() throws SchsmException {
        login.forget();
        withCard(null, card -> {
            card.logout();
            return true;
        });
    }

    /** The last of the keys logs in: who has given a PIN before or, if nobody has, for as long as the state lasts. */
    PublicKeyAuthentication.Status authenticate(PublicKeyResponse response) throws SchsmException {
        TokenAuthenticator before = login.get();
        TokenAuthenticator used = before == null ? TokenAuthenticator.ofKeys(name()) : before;
        PublicKeyAuthentication.Status status = withCard(used, card -> card.authenticate(response));
        if (status.isAuthenticated()) {
            login.keep(used);
        }
        return status;
    }

    @Override
    public boolean isLoggedIn() throws SchsmException {
        return login.wasAccepted() && withCard(null, card -> card.pinStatus().state() == PinStatus.State.VERIFIED);
    }

    /** The reader's PIN pad as a source. */
    PinSource pinPad() {
        return pinPad;
    }

    /** After an initialization, and where nobody here knows the new PIN: what was entered before is of no use. */
    void forgetLogin() {
        login.forget();
    }

    /** After the PIN was changed: where the new one comes from, if there was a login. */
    void pinChanged(PinSource next) {
        login.pinChanged(next);
    }

    // Listing

    @Override
    public List<TokenKey> keys() throws SchsmException {
        return withContents(this::keys);
    }

    List<TokenKey> keys(SmartCardHsm card) throws SchsmException {
        List<TokenKey> keys = new ArrayList<>();
        for (int fid : new TreeSet<>(contents.present(card))) {
            int kid = fid & 0xFF;
            if (fid == Files.key(Math.max(kid, 1)) && kid != 0) {
                keys.add(key(card, kid));
            }
        }
        return keys;
    }

    /** A key whose description is missing or unreadable is still a key: by its certificate, under a made-up label. */
    TokenKey key(SmartCardHsm card, int kid) throws SchsmException {
        String reference = Integer.toString(kid);
        byte[] shortId = {(byte) kid};
        Optional<PrivateKeyDescription> description = description(card, kid);
        if (description.isPresent()) {
            return new TokenKey(
                    reference,
                    description.get().label().filter(text -> !text.isBlank()).orElse("key-" + kid),
                    description.get().id().orElse(shortId),
                    description.get().type());
        }
        return new TokenKey(reference, "key-" + kid, shortId, undescribedType(card, kid));
    }

    private static KeyType ecOrUnknown(PublicKey publicKey) {
        return publicKey instanceof ECPublicKey ? KeyType.EC : KeyType.UNKNOWN;
    }

    private KeyType undescribedType(SmartCardHsm card, int kid) throws SchsmException {
        PublicKey publicKey = publicKey(card, kid);
        if (publicKey != null) {
            return publicKey instanceof RSAPublicKey ? KeyType.RSA : ecOrUnknown(publicKey);
        }
        try {
            KeyAttributes attributes = contents.attributes(card, kid);
            KeyType listed = KeyKind.listed(attributes);
            return listed != KeyType.UNKNOWN || login.get() == null
                    ? listed
                    : contents.kind(kid, () -> KeyKind.asked(card, kid, attributes));
        } catch (PinException notLoggedIn) {
            return KeyType.UNKNOWN;
        } catch (SchsmException refused) {
            if (!Token.isOfOneObject(refused)) {
                throw refused;
            }
            return KeyType.UNKNOWN;
        }
    }

    Optional<PrivateKeyDescription> description(SmartCardHsm card, int kid) throws SchsmException {
        Optional<byte[]> file = readable(card, Files.keyDescription(kid));
        if (file.isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(PrivateKeyDescription.parse(file.get()));
        } catch (MalformedDataException writtenBySomebodyElse) {
            return Optional.empty();
        }
    }

    /** A file's content; empty also if the device refuses to read this one, which must not hide what is in the others. */
    private Optional<byte[]> readable(SmartCardHsm card, int fid) throws SchsmException {
        try {
            return contents.file(card, fid);
        } catch (SchsmException refused) {
            if (!Token.isOfOneObject(refused)) {
                throw refused;
            }
            return Optional.empty();
        }
    }

    private @Nullable PublicKey publicKey(SmartCardHsm card, int kid) throws SchsmException {
        Optional<byte[]> file = readable(card, Files.keyCertificate(kid));
        return file.isEmpty() ? null : publicKeyIn(file.get(), card.identity());
    }

    /** The public key in the certificate or request of a key; null if there is none in it. */
    static @Nullable PublicKey publicKeyIn(byte[] file, DeviceIdentity device) throws SchsmException {
        try {
            byte[] encoded = Tlv.parseFirst(file).encoded();
            if ((encoded[0] & 0xFF) == X509) {
                return publicKeyIn(encoded);
            }
            Cvc cvc = Cvc.parse(encoded);
            return cvc.isAttestedBy(device) ? AttestedPublicKey.of(cvc, device) : cvc.getPublicKey();
        } catch (MalformedDataException writtenBySomebodyElse) {
            return null;
        }
    }

    /** As the JDK gives it, under its name of the algorithm, or at least its numbers. */
    private static PublicKey publicKeyIn(byte[] x509) throws MalformedDataException {
        try {
            return X509Certificates.publicKey(X509Certificates.parse(x509));
        } catch (MalformedDataException notForThisJdk) {
            return X509Certificates.publicKey(x509);
        }
    }

    static int kid(TokenKey key) throws InvalidRequestException {
        try {
            return Integer.parseInt(key.reference());
        } catch (NumberFormatException ofAnotherBackend) {
            throw new InvalidRequestException(key + " is not a key of a SmartCard-HSM");
        }
    }

    @Override
    public KeyDetails details(TokenKey key) throws SchsmException {
        int kid = kid(key);
        return withContents(card -> details(card, kid, key.type()));
    }

    @Override
    public Optional<PublicKey> publicKey(TokenKey key) throws SchsmException {
        int kid = kid(key);
        return withContents(card -> Optional.ofNullable(publicKey(card, kid, key.type())));
    }

    /** What stands with the key or, where nothing fits it, what its use shows. */
    private @Nullable PublicKey publicKey(SmartCardHsm card, int kid, KeyType type) throws SchsmException {
        PublicKey stored = publicKey(card, kid);
        if (stored != null && isOf(type, stored)) {
            return stored;
        }
        return login.get() != null && type == KeyType.EC
                ? contents.recovered(kid, () -> recover(card, kid, contents.attributes(card, kid)))
                : null;
    }

    KeyDetails details(SmartCardHsm card, int kid, KeyType type) throws SchsmException {
        KeyAttributes attributes = contents.attributes(card, kid);
        PublicKey publicKey = publicKey(card, kid, type);
        int size = size(publicKey);
        if (size == 0) {
            Optional<PrivateKeyDescription> description = description(card, kid);
            size = description.isPresent() ? description.get().keySize().orElse(0) : 0;
        }
        return details(attributes, publicKey, size);
    }

    @Override
    public KeyDetails details(TokenKey key, PublicKey publicKey) throws SchsmException {
        int kid = kid(key);
        return withContents(card -> details(contents.attributes(card, kid), publicKey, size(publicKey)));
    }

    private static KeyDetails details(KeyAttributes attributes, @Nullable PublicKey publicKey, int size) {
        EcCurve curve =
                publicKey instanceof ECPublicKey ec ? EcCurve.of(ec.getParams()).orElse(null) : null;
        return new KeyDetails(
                publicKey,
                curve,
                size,
                attributes.algorithms().orElse(null),
                attributes.useCounter(),
                attributes.keyDomain(),
                attributes.wrappingKeyId());
    }

    /** Bits of field or modulus; 0 if not known. */
    static int size(@Nullable PublicKey key) {
        if (key instanceof RSAPublicKey rsa) {
            return rsa.getModulus().bitLength();
        }
        return key instanceof ECPublicKey ec
                ? EcCurve.of(ec.getParams()).map(EcCurve::bits).orElse(0)
                : 0;
    }

    /** What is stored with a key may be for one of another kind; its description says which kind it is. */
    private static boolean isOf(KeyType type, PublicKey publicKey) {
        return switch (type) {
            case EC ->
                publicKey instanceof ECPublicKey ec
                        && EcCurve.of(ec.getParams()).isPresent();
            case RSA -> publicKey instanceof RSAPublicKey;
            case AES -> false;
            case UNKNOWN -> true;
        };
    }

    private static @Nullable PublicKey recover(SmartCardHsm card, int kid, KeyAttributes attributes)
            throws SchsmException {
        try {
            return PublicKeyRecovery.recover(card, kid, attributes);
        } catch (SchsmException refused) {
            if (!Token.isOfOneObject(refused)) {
                throw refused;
            }
            return null;
        }
    }

    // Certificates

    @Override
    public Optional<byte[]> certificate(TokenKey key) throws SchsmException {
        int kid = kid(key);
        return withContents(card -> certificate(card, kid));
    }

    Optional<byte[]> certificate(SmartCardHsm card, int kid) throws SchsmException {
        Optional<byte[]> file = contents.file(card, Files.keyCertificate(kid));
        return file.isEmpty()
                ? Optional.empty()
                : Optional.of(Tlv.parseFirst(file.get()).encoded());
    }

    @Override
    public void storeCertificate(TokenKey key, byte[] encoded) throws SchsmException {
        int kid = kid(key);
        withContents(card -> {
            requireKey(card, key, kid);
            replaceFile(card, Files.keyCertificate(kid), encoded);
            return true;
        });
    }

    /** Before a key is changed or deleted: another program may have given its number to another key meanwhile. */
    private void requireKey(SmartCardHsm card, TokenKey key, int kid) throws SchsmException {
        if (!contents.present(card).contains(Files.key(kid))) {
            throw new InvalidRequestException(key + " is not in device " + name() + " any more");
        }
        contents.forget(Files.keyDescription(kid));
        // A refusal is no description: what is changed has to be known for certain.
        contents.file(card, Files.keyDescription(kid));
        TokenKey present = key(card, kid);
        boolean sameType =
                present.type() == key.type() || present.type() == KeyType.UNKNOWN || key.type() == KeyType.UNKNOWN;
        if (!sameType || !Arrays.equals(present.id(), key.id())) {
            throw new InvalidRequestException(key + " is not in device " + name() + " any more: " + present
                    + " is in its place; load the key store again");
        }
    }

    /** Overwrites a file; if that fails half-way the old content is put back, or what was written goes again. */
    void replaceFile(SmartCardHsm card, int fid, byte[] content) throws SchsmException {
        Optional<byte[]> before = contents.file(card, fid);
        try {
            card.updateBinary(fid, content);
            contents.put(fid, content);
        } catch (SchsmException failed) {
            contents.remove(List.of(fid));
            try {
                if (before.isPresent()) {
                    card.updateBinary(fid, before.get());
                } else {
                    deleteIfThere(card, fid);
                }
            } catch (SchsmException alsoFailed) {
                failed.addSuppressed(alsoFailed);
            }
            throw failed;
        }
    }

    @Override
    public TokenKey rename(TokenKey key, String label) throws SchsmException {
        int kid = kid(key);
        return withContents(card -> {
            requireKey(card, key, kid);
            Optional<PrivateKeyDescription> before = description(card, kid);
            KeyType type = key(card, kid).type();
            if (type == KeyType.UNKNOWN) {
                throw new InvalidRequestException(
                        key + " of device " + name() + " cannot get a label: what kind of key it"
                                + " is cannot be found out; store its certificate with it first");
            }
            PrivateKeyDescription description = before.isPresent()
                    ? before.get().withLabel(label)
                    : PrivateKeyDescription.of(
                            type, label, key.id(), details(card, kid, type).size());
            replaceFile(card, Files.keyDescription(kid), description.encode());
            return key(card, kid);
        });
    }

    @Override
    public void delete(TokenKey key) throws SchsmException {
        int kid = kid(key);
        withContents(card -> {
            requireKey(card, key, kid);
            deleteKey(card, kid);
            return true;
        });
    }

    /** The key first: should the rest fail, what is left is a description without a key, which nobody lists. */
    void deleteKey(SmartCardHsm card, int kid) throws SchsmException {
        List<Integer> fids = List.of(Files.key(kid), Files.keyDescription(kid), Files.keyCertificate(kid));
        contents.forgetAttributes(kid);
        deleteAll(card, fids);
    }

    /** Deletes the first and then the others, whatever becomes of each; if the first stays, all stay. */
    void deleteAll(SmartCardHsm card, List<Integer> fids) throws SchsmException {
        SchsmException failure = null;
        try {
            try {
                deleteIfThere(card, fids.get(0));
            } catch (DeviceException refused) {
                if (contents.enumerate(card).contains(fids.get(0)) || card.exists(fids.get(0))) {
                    throw refused;
                }
            }
            for (int fid : fids.subList(1, fids.size())) {
                try {
                    deleteIfThere(card, fid);
                } catch (DeviceException refused) {
                    // Without the key nobody could ask for it again.
                    failure = deletedAtLast(card, fid) ? failure : refused;
                }
            }
            contents.remove(fids);
            contents.enumerate(card);
        } catch (SchsmException failed) {
            contents.clear();
            throw failed;
        }
        if (failure != null) {
            throw failure;
        }
    }

    private static boolean deletedAtLast(SmartCardHsm card, int fid) throws SchsmException {
        try {
            // Perhaps the card was reset and the applet is not selected any more.
            card.selectApplet();
            deleteIfThere(card, fid);
            return true;
        } catch (DeviceException refusedAgain) {
            return false;
        }
    }

    static void deleteIfThere(SmartCardHsm card, int fid) throws SchsmException {
        try {
            card.deleteFile(fid);
        } catch (DeviceException wasNotThere) {
            if (wasNotThere.reason() != Reason.OBJECT_NOT_FOUND) {
                throw wasNotThere;
            }
            System.getLogger(CardToken.class.getName())
                    .log(System.Logger.Level.DEBUG, "nothing to delete: {0}", wasNotThere.getMessage());
        }
    }

    @Override
    public List<TokenCertificate> certificates() throws SchsmException {
        return withContents(card -> {
            // Some firmware lists descriptions but not the certificates that they describe.
            Set<Integer> numbers = new TreeSet<>();
            for (int fid : contents.present(card)) {
                int number = fid & 0xFF;
                if (fid == Files.caCertificate(number) || fid == Files.certificateDescription(number)) {
                    numbers.add(number);
                }
            }
            List<TokenCertificate> certificates = new ArrayList<>();
            for (int number : numbers) {
                caCertificate(card, number).ifPresent(certificates::add);
            }
            return certificates;
        });
    }

    /** A CA file that holds something other than X.509 is not ours: some firmware keeps CVCs of peers there. */
    private Optional<TokenCertificate> caCertificate(SmartCardHsm card, int number) throws SchsmException {
        Optional<byte[]> file = readable(card, Files.caCertificate(number));
        if (file.isEmpty() || (file.get()[0] & 0xFF) != X509) {
            return Optional.empty();
        }
        Optional<String> label = certificateLabel(card, number);
        try {
            X509Certificate certificate = X509Certificates.parse(file.get());
            String subject = certificate.getSubjectX500Principal().getName();
            return Optional.of(new TokenCertificate(
                    Integer.toString(number),
                    label.filter(text -> !text.isBlank()).orElse(subject)));
        } catch (MalformedDataException writtenBySomebodyElse) {
            return Optional.empty();
        }
    }

    private Optional<String> certificateLabel(SmartCardHsm card, int number) throws SchsmException {
        Optional<byte[]> description = readable(card, Files.certificateDescription(number));
        try {
            return description.isPresent()
                    ? CertificateDescription.parse(description.get()).label()
                    : Optional.empty();
        } catch (MalformedDataException writtenBySomebodyElse) {
            return Optional.empty();
        }
    }

    @Override
    public byte[] certificate(TokenCertificate certificate) throws SchsmException {
        int number = Integer.parseInt(certificate.reference());
        return withContents(card -> {
            Optional<byte[]> file = contents.file(card, Files.caCertificate(number));
            if (file.isEmpty()) {
                throw new InvalidRequestException(
                        "certificate \"" + certificate.label() + "\" is not in device " + name() + " any more");
            }
            return Tlv.parseFirst(file.get()).encoded();
        });
    }

    @Override
    public TokenCertificate addCertificate(String label, byte[] encoded) throws SchsmException {
        X509Certificate parsed = X509Certificates.parse(encoded);
        byte[] ckaId = sha1(parsed.getPublicKey().getEncoded());
        return withContents(card -> {
            int number = freeCertificate(contents.enumerate(card));
            List<Integer> fids = List.of(Files.caCertificate(number), Files.certificateDescription(number));
            byte[] description = CertificateDescription.of(label, ckaId, Files.caCertificate(number))
                    .encode();
            try {
                card.updateBinary(fids.get(0), encoded);
                card.updateBinary(fids.get(1), description);
            } catch (SchsmException | RuntimeException failed) {
                undo(card, fids, failed);
                throw failed;
            }
            contents.put(fids.get(0), encoded);
            contents.put(fids.get(1), description);
            return new TokenCertificate(Integer.toString(number), label);
        });
    }

    @Override
    public TokenCertificate rename(TokenCertificate certificate, String label) throws SchsmException {
        int number = Integer.parseInt(certificate.reference());
        int fid = Files.certificateDescription(number);
        return withContents(card -> {
            X509Certificate there = X509Certificates.parse(certificate(certificate));
            replaceFile(
                    card, fid, describe(card, number, there).withLabel(label).encode());
            return new TokenCertificate(certificate.reference(), label);
        });
    }

    /** What is written about a certificate or, where that is nothing that can be read, what should be. */
    private CertificateDescription describe(SmartCardHsm card, int number, X509Certificate certificate)
            throws SchsmException {
        Optional<byte[]> written = contents.file(card, Files.certificateDescription(number));
        try {
            if (written.isPresent()) {
                return CertificateDescription.parse(written.get());
            }
        } catch (MalformedDataException writtenBySomebodyElse) {
            System.getLogger(CardToken.class.getName())
                    .log(System.Logger.Level.DEBUG, "written again", writtenBySomebodyElse);
        }
        return CertificateDescription.of(
                "", sha1(certificate.getPublicKey().getEncoded()), Files.caCertificate(number));
    }

    private int freeCertificate(Set<Integer> present) throws InvalidRequestException {
        for (int number = 0; number <= MAX_KID; number++) {
            if (!present.contains(Files.caCertificate(number))
                    && !present.contains(Files.certificateDescription(number))) {
                return number;
            }
        }
        throw new InvalidRequestException(
                "device " + name() + " holds 256 CA certificates, there is no place for another");
    }

    /**
     * Takes back a key that was being made under a number that was free, as far as the device can be reached: a command
     * that failed or whose answer was lost may have made it all the same. Where the device says that the number is in use
     * nothing was made: another program has taken the number since, and the key is not ours to delete.
     */
    void takeBack(SmartCardHsm card, List<Integer> fids, Exception reason) {
        if (isInUse(reason)) {
            contents.clear();
            return;
        }
        try {
            deleteListed(card, fids);
        } catch (DeviceException refused) {
            // Perhaps the card was reset and the applet is not selected any more.
            try {
                card.selectApplet();
                deleteListed(card, fids);
            } catch (SchsmException | RuntimeException alsoFailed) {
                reason.addSuppressed(alsoFailed);
            }
        } catch (SchsmException | RuntimeException alsoFailed) {
            reason.addSuppressed(alsoFailed);
        } finally {
            contents.clear();
        }
    }

    /** Whether a device refused to make a key because there is one under that number. */
    static boolean isInUse(Exception reason) {
        return reason instanceof DeviceException refused && refused.reason() == Reason.OBJECT_EXISTS;
    }

    private void deleteListed(SmartCardHsm card, List<Integer> fids) throws SchsmException {
        Set<Integer> present = contents.enumerate(card);
        if (fids.stream().anyMatch(present::contains)) {
            for (int fid : fids) {
                deleteIfThere(card, fid);
            }
        }
    }

    /** Takes back what was written; a second failure is told with the first. */
    void undo(SmartCardHsm card, List<Integer> fids, Exception reason) {
        for (int fid : fids) {
            try {
                deleteIfThere(card, fid);
            } catch (SchsmException | RuntimeException alsoFailed) {
                reason.addSuppressed(alsoFailed);
            }
        }
        contents.remove(fids);
    }

    @Override
    public void delete(TokenCertificate certificate) throws SchsmException {
        int number = Integer.parseInt(certificate.reference());
        withContents(card -> {
            List<Integer> fids = List.of(Files.caCertificate(number), Files.certificateDescription(number));
            deleteAll(card, fids);
            return true;
        });
    }

    // Generation

    @Override
    public TokenKey generate(KeyRequest request) throws SchsmException {
        return withContents(card -> {
            int kid = freeKid(card);
            List<Integer> fids = List.of(Files.key(kid), Files.keyDescription(kid), Files.keyCertificate(kid));
            KeyAttributes attributes = attributes(request);
            try {
                byte[] id = request.type().isPrivate()
                        ? generatePair(card, kid, request, attributes)
                        : generateSecret(card, kid, request, attributes);
                describe(card, kid, request, id);
            } catch (SchsmException | RuntimeException failed) {
                takeBack(card, fids, failed);
                throw failed;
            }
            contents.add(Files.key(kid));
            contents.putAttributes(kid, attributes);
            return key(card, kid);
        });
    }

    private byte[] generatePair(SmartCardHsm card, int kid, KeyRequest request, KeyAttributes attributes)
            throws SchsmException {
        String chr = request.forMigration()
                ? card.identity().deviceId() + MigrationKeys.SEQUENCE
                : card.identity().keyReference();
        EcCurve curve = request.curve();
        BigInteger exponent = request.publicExponent();
        KeyPairRequest pair;
        if (curve != null) {
            pair = KeyPairRequest.ec(curve, chr, attributes);
        } else if (exponent != null) {
            pair = KeyPairRequest.rsa(request.size(), exponent, chr, attributes);
        } else {
            throw new InvalidRequestException("an EC key needs a curve, an RSA key a public exponent");
        }
        Cvc made = card.generateKeyPair(kid, pair);
        contents.put(Files.keyCertificate(kid), made.getEncoded());
        return keyIdentifier(made.getPublicKey());
    }

    private byte[] generateSecret(SmartCardHsm card, int kid, KeyRequest request, KeyAttributes attributes)
            throws SchsmException {
        card.generateAesKey(kid, request.size(), attributes);
        byte[] ckaId = new byte[AES_ID_LENGTH];
        RANDOM.nextBytes(ckaId);
        return ckaId;
    }

    void describe(SmartCardHsm card, int kid, KeyRequest request, byte[] computedId) throws SchsmException {
        byte[] wantedId = request.id();
        String label = request.label() == null ? "key-" + kid : request.label();
        int size = request.curve() == null ? request.size() : request.curve().bits();
        byte[] description = PrivateKeyDescription.of(
                        request.type(), label, wantedId.length == 0 ? computedId : wantedId, size)
                .encode();
        card.updateBinary(Files.keyDescription(kid), description);
        contents.put(Files.keyDescription(kid), description);
    }

    private static KeyAttributes attributes(KeyRequest request) {
        KeyAttributes attributes = KeyAttributes.NONE.withAlgorithms(request.allowedAlgorithms());
        if (request.useCounter().isPresent()) {
            attributes = attributes.withUseCounter(request.useCounter().getAsLong());
        }
        if (request.keyDomain().isPresent()) {
            attributes = attributes.withKeyDomain(request.keyDomain().getAsInt());
        }
        if (request.wrappingKey().isPresent()) {
            attributes = attributes.withWrappingKeyId(request.wrappingKey().getAsInt());
        }
        return attributes;
    }

    @Override
    public int freeKeyId() throws SchsmException {
        return withContents(this::freeKid);
    }

    /**
     * A key id for a new key. Deleting a key leaves its description and its certificate, which would be taken for the new
     * key's; some firmware does not list certificates, so then they are looked for.
     */
    int freeKid(SmartCardHsm card) throws SchsmException {
        return freeKid(card, contents.enumerate(card));
    }

    /**
     * The same for one of many keys that come one after the other: the list of objects is a few seconds old at most, and
     * neither was the card away since it was read nor has another program's SELECT come to light.
     */
    FreeKid freeKidAmongMany(SmartCardHsm card) throws SchsmException {
        Listed now = new Listed(device.selections(), device.connections());
        boolean recent = now.equals(listed) && System.nanoTime() - listedAt < LIST_LASTS_NANOS;
        if (!recent) {
            contents.enumerate(card);
            listed = now;
            listedAt = System.nanoTime();
        }
        return new FreeKid(freeKid(card, contents.present(card)), !recent);
    }

    /**
     * A key id that is free.
     *
     * @param certain whether the list that says so was read just before; otherwise another program may have made a key
     *                there since
     */
    record FreeKid(int kid, boolean certain) {}

    private int freeKid(SmartCardHsm card, Set<Integer> present) throws SchsmException {
        boolean listsAll = present.contains(Files.DEVICE_CERTIFICATES)
                || present.stream().anyMatch(fid -> fid == Files.keyCertificate(fid & 0xFF));
        for (int kid = 1; kid <= MAX_KID; kid++) {
            if (!present.contains(Files.key(kid))
                    && !present.contains(Files.keyDescription(kid))
                    && !present.contains(Files.keyCertificate(kid))
                    && (listsAll || !card.exists(Files.keyCertificate(kid)))) {
                return kid;
            }
        }
        throw new InvalidRequestException("all 255 key ids of device " + name() + " are in use: delete a key first");
    }

    /** What people call a subject key identifier: SHA-1 of the point without its first byte. */
    static byte[] keyIdentifier(byte[] point) {
        return sha1(Arrays.copyOfRange(point, 1, point.length));
    }

    /** The same for either kind of key: of an RSA key, SHA-1 of the modulus. */
    static byte[] keyIdentifier(PublicKey key) throws InvalidRequestException {
        if (key instanceof RSAPublicKey rsa) {
            byte[] modulus = rsa.getModulus().toByteArray();
            return sha1(modulus[0] == 0 ? Arrays.copyOfRange(modulus, 1, modulus.length) : modulus);
        }
        if (key instanceof ECPublicKey ec) {
            return keyIdentifier(EcCurve.of(ec.getParams())
                    .orElseThrow(() -> new InvalidRequestException("the key is on none of the known curves"))
                    .encode(ec.getW()));
        }
        throw new InvalidRequestException("an EC or RSA key is expected, not " + key.getAlgorithm());
    }

    private static byte[] sha1(byte[] data) {
        try {
            return MessageDigest.getInstance("SHA-1").digest(data);
        } catch (NoSuchAlgorithmException everyJdkHasIt) {
            throw new IllegalStateException(everyJdkHasIt);
        }
    }

    // Operations

    @Override
    public byte[] sign(TokenKey key, KeyAlgorithm algorithm, @Nullable AlgorithmParameterSpec parameters, byte[] input)
            throws SchsmException {
        DevicePadding.requirePss(algorithm, parameters, input.length);
        int kid = kid(key);
        RetryPolicy retry = retry(kid);
        byte[] signature = use(key, card -> card.sign(kid, algorithm, input, retry));
        return key.type() == KeyType.EC ? EcdsaSignature.parse(signature).der() : signature;
    }

    @Override
    public byte[] decrypt(
            TokenKey key, KeyAlgorithm algorithm, @Nullable AlgorithmParameterSpec parameters, byte[] input)
            throws SchsmException {
        DevicePadding.requireOaep(parameters);
        int kid = kid(key);
        RetryPolicy retry = retry(kid);
        return use(key, card -> card.decipher(kid, algorithm, input, retry));
    }

    /** A lost answer is asked for again only if that cannot cost a use. */
    private RetryPolicy retry(int kid) {
        synchronized (lock) {
            return contents.knownAttributes(kid).map(KeyAttributes::retry).orElse(RetryPolicy.NEVER);
        }
    }

    private <T> T use(TokenKey key, CardFunction<T> function) throws SchsmException {
        int kid = kid(key);
        boolean counted;
        synchronized (lock) {
            counted = contents.knownAttributes(kid)
                    .map(KeyAttributes::useCounter)
                    .filter(OptionalLong::isPresent)
                    .isPresent();
        }
        try {
            return withCard(function);
        } catch (PinRequiredException nobodyGaveIt) {
            throw nobodyGaveIt.with(key);
        } catch (DeviceException refused) {
            if (refused.reason() != Reason.USE_COUNTER_EXHAUSTED) {
                throw refused;
            }
            throw whyRefused(kid, refused);
        } finally {
            if (counted) {
                synchronized (lock) {
                    contents.forgetAttributes(kid);
                }
            }
        }
    }

    /** Some firmware says of a used-up counter what others say of memory; a key that has none cannot have used it up. */
    private DeviceException whyRefused(int kid, DeviceException refused) {
        boolean uncounted;
        synchronized (lock) {
            uncounted = contents.knownAttributes(kid)
                    .filter(known -> known.useCounter().isEmpty())
                    .isPresent();
        }
        if (!uncounted || refused.statusWord() != StatusWords.NOT_ENOUGH_MEMORY) {
            return refused;
        }
        DeviceException full = new DeviceException(
                Reason.DEVICE_FULL,
                refused.command(),
                refused.statusWord(),
                "key " + kid + " of device " + id + " has no use counter, so the device has no memory left to use it;"
                        + " delete keys or files that are not needed");
        full.addSuppressed(refused);
        return full;
    }

    @Override
    public byte[] agree(TokenKey key, ECPublicKey peer) throws SchsmException {
        int kid = kid(key);
        EcCurve curve = EcCurve.of(peer.getParams())
                .orElseThrow(() -> new InvalidRequestException("the peer's key is on none of the known curves"));
        byte[] point = curve.encode(peer.getW());
        RetryPolicy retry = retry(kid);
        return use(key, card -> card.deriveEcdh(kid, point, retry));
    }

    @Override
    public byte[] cipher(TokenKey key, boolean encrypt, byte[] iv, byte[] data) throws SchsmException {
        int kid = kid(key);
        RetryPolicy retry = retry(kid);
        return use(key, card -> card.aesCbc(kid, encrypt, iv, data, retry));
    }

    @Override
    public byte[] mac(TokenKey key, byte[] data) throws SchsmException {
        int kid = kid(key);
        RetryPolicy retry = retry(kid);
        return use(key, card -> card.cmac(kid, data, lastAttributes(card, kid), retry));
    }

    /** However old: what a key may be used for does not change. */
    private KeyAttributes lastAttributes(SmartCardHsm card, int kid) throws SchsmException {
        synchronized (lock) {
            Optional<KeyAttributes> known = contents.knownAttributes(kid);
            return known.isPresent() ? known.get() : contents.attributes(card, kid);
        }
    }

    @Override
    public byte[] derive(TokenKey key, byte[] input) throws SchsmException {
        int kid = kid(key);
        RetryPolicy retry = retry(kid);
        return use(key, card -> card.derive(kid, input, retry));
    }

    @Override
    public TokenKey deriveKey(TokenKey parent, byte[] value, KeyRequest request) throws SchsmException {
        return derivation.derive(parent, value, request);
    }

    // Data objects

    @Override
    public List<DataObject> dataObjects() throws SchsmException {
        return dataObjects.list();
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

    void removeRemainsOfMigrations() throws SchsmException {
        leftovers.removeRemainsOfMigrations();
    }

    @Override
    public List<Leftover> leftovers() throws SchsmException {
        return leftovers.find();
    }

    @Override
    public void remove(Leftover leftover) throws SchsmException {
        leftovers.remove(leftover);
    }

    @Override
    public byte[] random(int length) throws SchsmException {
        return withCard(card -> card.getChallenge(length));
    }

    @Override
    public String toString() {
        return device.toString();
    }
}
