package io.github.schsm;

import io.github.schsm.codec.Labels;
import io.github.schsm.spi.Token;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.KeyStoreException;
import java.security.NoSuchAlgorithmException;
import java.security.UnrecoverableEntryException;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The device behind a key store: its identity, key domains and PINs, which the JCA has no words for.
 */
public final class SchsmDevice {
    private final Token token;
    private final @Nullable KeyStore keyStore;

    private SchsmDevice(Token token, @Nullable KeyStore keyStore) {
        this.token = Objects.requireNonNull(token, "token");
        this.keyStore = keyStore;
    }

    /**
     * The device of a loaded key store.
     *
     * @param keyStore a key store of type SCHSM
     * @throws InvalidRequestException if it is another type or was not loaded
     */
    public static SchsmDevice of(KeyStore keyStore) throws InvalidRequestException {
        try {
            if (keyStore.getEntry("", Request.INSTANCE) instanceof Answer answer) {
                return new SchsmDevice(answer.token, keyStore);
            }
        } catch (KeyStoreException notLoaded) {
            throw new InvalidRequestException("the key store was not loaded: call load(null, pin) first", notLoaded);
        } catch (NoSuchAlgorithmException | UnrecoverableEntryException | UnsupportedOperationException anotherType) {
            throw notOurs(keyStore, anotherType);
        }
        throw notOurs(keyStore, null);
    }

    private static InvalidRequestException notOurs(KeyStore keyStore, @Nullable Exception cause) {
        return new InvalidRequestException(
                "a key store of type SCHSM is needed, this is a " + keyStore.getType() + " of provider "
                        + keyStore.getProvider().getName(),
                cause);
    }

    /** The device behind a token. */
    public static SchsmDevice of(Token token) {
        return new SchsmDevice(token, null);
    }

    /**
     * The JCA hides a key store's implementation; an entry can be asked for with any protection parameter, so this
     * one asks for the token.
     */
    public static final class Request implements KeyStore.ProtectionParameter {
        private static final Request INSTANCE = new Request();

        private Request() {}

        /** What the key store implementation answers with. */
        public KeyStore.Entry answer(Token token) {
            return new Answer(token);
        }
    }

    private record Answer(Token token) implements KeyStore.Entry {}

    /** The token behind it. */
    public Token token() {
        return token;
    }

    /** The device id, e.g. {@code DECC0401002}: a name for people, which several devices may have; see {@link #name}. */
    public String deviceId() {
        return token.id();
    }

    /**
     * What to call the device where one of several is named: its id, or where others with that id were seen in the readers
     * {@link DeviceIdentity#uniqueName()}.
     */
    public String name() {
        return token.name();
    }

    /**
     * What the device says of itself.
     *
     * @throws SchsmException if it cannot be read
     */
    public TokenInfo info() throws SchsmException {
        return token.info();
    }

    /**
     * The device's certificates: its "device id", which a group signer needs to make it a member.
     *
     * @throws SchsmException if they cannot be read
     */
    public DeviceIdentity identity() throws SchsmException {
        return token.identity();
    }

    /**
     * Verifies that the device traces to a root that the configuration trusts.
     *
     * @throws UntrustedDeviceException if it does not
     * @throws SchsmException           if its certificates cannot be read
     */
    public void verifyGenuine() throws SchsmException {
        attest();
    }

    /**
     * Verifies that the device traces to a root that the configuration trusts, and tells the chain.
     *
     * @throws UntrustedDeviceException if it does not; {@link UntrustedDeviceException#link()} says where it breaks
     * @throws SchsmException           if its certificates cannot be read
     */
    public VerifiedDevice attest() throws SchsmException {
        return token.trust().verify(token.identity());
    }

    /**
     * Verifies that a key was generated in this device, and that the device traces to a root that the configuration
     * trusts. The attestation in the answer can be saved, and verified by others without the device.
     *
     * @param alias the key's alias in the key store
     * @throws NotAttestedException     if the key has no attestation (any more)
     * @throws InvalidRequestException  if there is no such key
     * @throws UntrustedDeviceException if a link does not hold; {@link UntrustedDeviceException#link()} says which
     * @throws SchsmException           if the device cannot be read
     */
    public VerifiedKey attest(String alias) throws SchsmException {
        return KeyAttestation.of(key(alias)).verify(token.trust());
    }

    private SchsmKey key(String alias) throws SchsmException {
        if (keyStore == null) {
            throw new InvalidRequestException(
                    "aliases are a key store's: take this device by SchsmDevice.of(keyStore) to name a key of it");
        }
        try {
            if (keyStore.getKey(alias, null) instanceof SchsmKey key) {
                return key;
            }
        } catch (GeneralSecurityException failed) {
            throw failed.getCause() instanceof SchsmException ours
                    ? ours
                    : new InvalidRequestException(
                            "key \"" + alias + "\" cannot be used: " + failed.getMessage(), failed);
        }
        throw new InvalidRequestException(token.description() + " has no key \"" + alias + "\"");
    }

    /**
     * Creates an XKEK key domain.
     *
     * @param slot the slot, from 0; the device was initialized with a number of them
     * @param kdm  the membership that the group signer issued for this device
     * @throws KeyDomainException    if the KDM is for another device or was changed
     * @throws ObjectExistsException if there is a domain in the slot
     * @throws SchsmException        if the device refuses
     */
    public KeyDomain createKeyDomain(int slot, Kdm kdm) throws SchsmException {
        return new KeyDomain(token, token.keyDomains().createXkek(slot, kdm));
    }

    /**
     * Creates an XKEK key domain, if it is the one that is meant.
     *
     * @param slot        the slot, from 0
     * @param kdm         the membership that the group signer issued for this device
     * @param expectedUid the UID that the group signer's holder told by another way, or its first bytes, at least 16
     * @throws KeyDomainException    if the KDM is for another key domain or device, or was changed
     * @throws ObjectExistsException if there is a domain in the slot
     * @throws SchsmException        if the device refuses
     */
    public KeyDomain createKeyDomain(int slot, Kdm kdm, byte[] expectedUid) throws SchsmException {
        kdm.requireUid(expectedUid);
        return createKeyDomain(slot, kdm);
    }

    /**
     * Creates a DKEK key domain, whose key is made of shares.
     *
     * @param slot   the slot, from 0
     * @param shares how many shares there are, 1 to 255
     * @throws SchsmException if the device refuses
     */
    public KeyDomain createDkekDomain(int slot, int shares) throws SchsmException {
        return new KeyDomain(token, token.keyDomains().createDkek(slot, shares));
    }

    /**
     * The key domains on the device.
     *
     * @throws SchsmException if they cannot be read
     */
    public List<KeyDomain> keyDomains() throws SchsmException {
        return token.keyDomains().list().stream()
                .map(status -> new KeyDomain(token, status))
                .toList();
    }

    /**
     * The key domain in a slot.
     *
     * @throws ObjectNotFoundException if the slot is free
     * @throws SchsmException          if there is no such slot
     */
    public KeyDomain keyDomain(int slot) throws SchsmException {
        return new KeyDomain(token, token.keyDomains().status(slot));
    }

    /**
     * The data objects on the device.
     *
     * @throws SchsmException if they cannot be read
     */
    public List<DataObject> dataObjects() throws SchsmException {
        return token.dataObjects();
    }

    /**
     * A data object's content.
     *
     * @return the caller's to wipe
     * @throws PinException   if it is PIN protected and there is no PIN
     * @throws SchsmException if it cannot be read or is not there any more
     */
    public byte[] readData(DataObject object) throws SchsmException {
        return token.read(object);
    }

    /**
     * Stores a data object; see {@link Token#store}.
     *
     * @param object  {@link DataObject#of} for a new one, or one of {@link #dataObjects} to replace it
     * @param content any bytes, also none
     * @return the object as it is stored
     * @throws SchsmException if the device refuses; what was there before stays then
     */
    public DataObject storeData(DataObject object, byte[] content) throws SchsmException {
        try {
            Labels.requireWhole("label", object.label());
            Labels.requireWhole("application's name", object.application());
        } catch (IllegalArgumentException unreadable) {
            throw new InvalidRequestException(String.valueOf(unreadable.getMessage()), unreadable);
        }
        return token.store(object, content);
    }

    /**
     * Deletes a data object.
     *
     * @throws SchsmException if the device refuses
     */
    public void deleteData(DataObject object) throws SchsmException {
        token.delete(object);
    }

    /**
     * What operations that broke half-way left on the device, because the card was taken out, say: keys without a
     * description, descriptions without a key, data objects beside their replacement, exchange keys and KEKs of migrations.
     * Nothing is changed. What a migration left is also put away by the next one between the two devices.
     *
     * @throws SchsmException if the device cannot be read
     */
    public List<Leftover> leftovers() throws SchsmException {
        return token.leftovers();
    }

    /**
     * Removes something that was left. Whether {@link Leftover#proven nothing is lost} by it is the caller's to check:
     * a key without a description may be in use, and can be given a label instead.
     *
     * @param leftover one of {@link #leftovers}
     * @throws InvalidRequestException if it is not there any more
     * @throws SchsmException          if the device refuses
     */
    public void remove(Leftover leftover) throws SchsmException {
        token.remove(leftover);
    }

    /**
     * Gives the token another label; see {@link TokenAdministration#setLabel}.
     *
     * @param label 1 to 32 bytes in UTF-8
     * @throws SchsmException if the device refuses
     */
    public void setLabel(String label) throws SchsmException {
        try {
            Labels.requireWhole("label", label);
        } catch (IllegalArgumentException unreadable) {
            throw new InvalidRequestException(String.valueOf(unreadable.getMessage()), unreadable);
        }
        token.administration().setLabel(label);
    }

    /**
     * PINs and initialization.
     *
     * @throws SchsmException if the backend cannot do it
     */
    public TokenAdministration administration() throws SchsmException {
        return token.administration();
    }

    /**
     * Authentication by registered public keys (n of m), in place of the PIN or besides it.
     *
     * @throws UnsupportedByDeviceException if the backend cannot do it
     * @throws SchsmException               if the token cannot be reached
     */
    public PublicKeyAuthentication publicKeyAuthentication() throws SchsmException {
        return token.publicKeyAuthentication();
    }

    @Override
    public String toString() {
        return token.description();
    }
}
