// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm;

import io.github.schsm.DeviceTrust.VerifiedDevice;
import io.github.schsm.DeviceTrust.VerifiedKey;
import io.github.schsm.codec.PrintableText;
import java.security.KeyStore;
import java.security.KeyStoreException;
import java.security.NoSuchAlgorithmException;
import java.security.UnrecoverableEntryException;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The device behind a key store: its identity, key domains and PINs, which the JCA has no words for.
 */
public abstract class SchsmDevice {
    /** For the implementation. */
    protected SchsmDevice() {}

    /**
     * The device of a loaded key store.
     *
     * @param keyStore a key store of type SCHSM
     * @throws InvalidRequestException if it is another type or was not loaded
     */
    public static SchsmDevice of(KeyStore keyStore) throws InvalidRequestException {
        try {
            if (keyStore.getEntry("", Request.INSTANCE) instanceof Answer answer) {
                return answer.device;
            }
        } catch (KeyStoreException notLoaded) {
            throw new InvalidRequestException("the key store was not loaded: call load(null, pin) first", notLoaded);
        } catch (NoSuchAlgorithmException | UnrecoverableEntryException | UnsupportedOperationException anotherType) {
            throw notOurs(keyStore, anotherType);
        }
        throw notOurs(keyStore, null);
    }

    static InvalidRequestException notOurs(KeyStore keyStore, @Nullable Exception cause) {
        return new InvalidRequestException(
                "a key store of type SCHSM is needed, this is a " + keyStore.getType() + " of provider "
                        + keyStore.getProvider().getName(),
                cause);
    }

    /**
     * The JCA hides a key store's implementation; an entry can be asked for with any protection parameter, so this
     * one asks for the device.
     */
    public static final class Request implements KeyStore.ProtectionParameter {
        private static final Request INSTANCE = new Request();

        private Request() {}

        /** What the key store implementation answers with. */
        public KeyStore.Entry answer(SchsmDevice device) {
            return new Answer(device);
        }
    }

    private record Answer(SchsmDevice device) implements KeyStore.Entry {}

    /** The device id, e.g. {@code DECC0401002}: a name for people, which several devices may have; see {@link #name}. */
    public abstract String deviceId();

    /**
     * What to call the device where one of several is named: its id, or where others with that id were seen in the readers
     * {@link DeviceIdentity#uniqueName()}.
     */
    public abstract String name();

    /**
     * What the device says of itself.
     *
     * @throws SchsmException if it cannot be read
     */
    public abstract TokenInfo info() throws SchsmException;

    /**
     * The device's certificates: its "device id", which a group signer needs to make it a member.
     *
     * @throws SchsmException if they cannot be read
     */
    public abstract DeviceIdentity identity() throws SchsmException;

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
    public abstract VerifiedDevice attest() throws SchsmException;

    /**
     * Verifies that a key was generated in this device, and that the device traces to a root that the configuration
     * trusts. The attestation in the answer can be saved, and verified by others without the device.
     *
     * @param alias the key's alias in the key store
     * @throws UntrustedDeviceException     if the key has no attestation (any more)
     * @throws InvalidRequestException  if there is no such key
     * @throws UntrustedDeviceException if a link does not hold; {@link UntrustedDeviceException#link()} says which
     * @throws SchsmException           if the device cannot be read
     */
    public abstract VerifiedKey attest(String alias) throws SchsmException;

    /**
     * Creates an XKEK key domain.
     *
     * @param slot the slot, from 0; the device was initialized with a number of them
     * @param kdm  the membership that the group signer issued for this device
     * @throws KeyDomainException    if the KDM is for another device or was changed
     * @throws DeviceException if there is a domain in the slot
     * @throws SchsmException        if the device refuses
     */
    public abstract KeyDomain createKeyDomain(int slot, Kdm kdm) throws SchsmException;

    /**
     * Creates an XKEK key domain, if it is the one that is meant.
     *
     * @param slot        the slot, from 0
     * @param kdm         the membership that the group signer issued for this device
     * @param expectedUid the UID that the group signer's holder told by another way, or its first bytes, at least 16
     * @throws KeyDomainException    if the KDM is for another key domain or device, or was changed
     * @throws DeviceException if there is a domain in the slot
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
    public abstract KeyDomain createDkekDomain(int slot, int shares) throws SchsmException;

    /**
     * The key domains on the device.
     *
     * @throws SchsmException if they cannot be read
     */
    public abstract List<KeyDomain> keyDomains() throws SchsmException;

    /**
     * The key domain in a slot.
     *
     * @throws DeviceException if the slot is free
     * @throws SchsmException          if there is no such slot
     */
    public abstract KeyDomain keyDomain(int slot) throws SchsmException;

    /**
     * The data objects on the device.
     *
     * @throws SchsmException if they cannot be read
     */
    public abstract List<DataObject> dataObjects() throws SchsmException;

    /**
     * A data object's content.
     *
     * @return the caller's to wipe
     * @throws PinException   if it is PIN protected and there is no PIN
     * @throws SchsmException if it cannot be read or is not there any more
     */
    public abstract byte[] readData(DataObject object) throws SchsmException;

    /**
     * Stores a data object; new or in place of what was there.
     *
     * @param object  {@link DataObject#of} for a new one, or one of {@link #dataObjects} to replace it
     * @param content any bytes, also none
     * @return the object as it is stored
     * @throws SchsmException if the device refuses; what was there before stays then
     */
    public abstract DataObject storeData(DataObject object, byte[] content) throws SchsmException;

    /**
     * Deletes a data object.
     *
     * @throws SchsmException if the device refuses
     */
    public abstract void deleteData(DataObject object) throws SchsmException;

    /**
     * What interrupted operations left on the device, for example because the card was removed: keys without a
     * description, descriptions without a key, data objects next to their replacement, exchange keys and KEKs of
     * migrations. Nothing is changed. What a migration left is also cleaned up by the next one between the two devices.
     *
     * @throws SchsmException if the device cannot be read
     */
    public abstract List<Leftover> leftovers() throws SchsmException;

    /**
     * Removes something that was left. Whether {@link Leftover#proven nothing is lost} by it is the caller's to check:
     * a key without a description may be in use, and can be given a label instead.
     *
     * @param leftover one of {@link #leftovers}
     * @throws InvalidRequestException if it is not there any more
     * @throws SchsmException          if the device refuses
     */
    public abstract void remove(Leftover leftover) throws SchsmException;

    /**
     * Gives the token another label; see {@link TokenAdministration#setLabel}.
     *
     * @param label 1 to 32 bytes in UTF-8
     * @throws SchsmException if the device refuses
     */
    public abstract void setLabel(String label) throws SchsmException;

    /**
     * PINs and initialization.
     *
     * @throws SchsmException if the backend cannot do it
     */
    public abstract TokenAdministration administration() throws SchsmException;

    /**
     * Authentication by registered public keys (n of m), in place of the PIN or in addition to it.
     *
     * @throws UnsupportedByDeviceException if the backend cannot do it
     * @throws SchsmException               if the token cannot be reached
     */
    public abstract PublicKeyAuthentication publicKeyAuthentication() throws SchsmException;

    /**
     * Whether the user PIN is verified.
     *
     * @throws SchsmException if the device cannot be asked
     */
    public abstract boolean isLoggedIn() throws SchsmException;

    /**
     * Verifies the user PIN now, unless it is. The key store's provider is asked for it: its callback handler (the one that
     * was set, or that of the security property {@code auth.login.defaultCallbackHandler}), else what {@code pin} names in the
     * configuration that the key store was loaded under, its file's if it has one.
     *
     * @throws PinException   if the PIN is wrong or blocked
     * @throws SchsmException if nobody can be asked, or the device cannot be reached
     */
    public abstract void login() throws SchsmException;

    /**
     * Forgets the PIN and ends the authenticated state.
     *
     * @throws SchsmException if the device cannot be reached
     */
    public abstract void logout() throws SchsmException;

    /**
     * Looks at the device again: what another program made, changed or deleted is seen from the next use on. A login stays
     * as it is, and nobody is asked for a PIN.
     *
     * @throws SchsmException if the device is not there
     */
    public abstract void refresh() throws SchsmException;

    /** The roots that the configuration trusts. */
    public abstract DeviceTrust trust();

    /** A defect that this kind of device is known for, in a sentence for its owner; empty almost always. */
    public abstract Optional<String> defect();

    /**
     * The keys on the device, in a fixed order. A handle for one is the key store's: {@link KeyStore#getKey}.
     *
     * @throws SchsmException if they cannot be read
     */
    public abstract List<TokenKey> keys() throws SchsmException;

    /**
     * What is known of a key.
     *
     * @throws SchsmException if it cannot be read or is not there any more
     */
    public abstract KeyDetails details(TokenKey key) throws SchsmException;

    /**
     * What is stored with a key: an X.509 certificate in DER, or a card-verifiable request or certificate.
     *
     * @throws SchsmException if it cannot be read
     */
    public abstract Optional<byte[]> certificate(TokenKey key) throws SchsmException;

    /**
     * The certificates that belong to no key, in a fixed order.
     *
     * @throws SchsmException if they cannot be read
     */
    public abstract List<TokenCertificate> certificates() throws SchsmException;

    /**
     * A certificate in X.509 DER.
     *
     * @throws SchsmException if it cannot be read
     */
    public abstract byte[] certificate(TokenCertificate certificate) throws SchsmException;

    /**
     * Gives a key, or a certificate that belongs to none, another label, which is its alias from then on. Of members that are
     * one key store all that are here get it; a member that is away gets a key's new label when the domain is synchronized.
     *
     * @param alias the alias that it has in the key store
     * @param label 1 to 64 characters, no control characters
     * @throws InvalidRequestException if there is no such entry, another one has that alias, or it can be no label
     * @throws SchsmException          if the device refuses; the label is the one that it was then
     */
    public abstract void rename(String alias, String label) throws SchsmException;

    /**
     * How many slots for key domains the device has.
     *
     * @throws UnsupportedByDeviceException if it has no such thing
     * @throws SchsmException               if it cannot be asked
     */
    public abstract int keyDomainSlots() throws SchsmException;

    /**
     * The states of all key domains, at less cost than one by one.
     *
     * @throws SchsmException if they cannot be read
     */
    public abstract List<KeyDomain.Status> keyDomainStatuses() throws SchsmException;

    /**
     * The key domain that a key is in. A key that names none is in slot 0 of a device that was initialized with one DKEK
     * for all its keys.
     *
     * @throws KeyDomainException if it is in none
     * @throws SchsmException     if the device cannot be asked
     */
    public abstract KeyDomain keyDomain(SchsmKey key) throws SchsmException;

    /**
     * Random bytes from the device.
     *
     * @throws SchsmException if the device is not there
     */
    public abstract byte[] random(int length) throws SchsmException;

    /** Moves a key; for {@link KeyMigration}. */
    protected abstract KeyMigration.Result migrate(SchsmDevice target, String alias, boolean useCounterMayBeLost)
            throws SchsmException;

    /**
     * Moves keys; for {@link KeyMigration}.
     *
     * @param aliases the keys; null for all
     */
    protected abstract List<KeyMigration.Result> migrate(
            SchsmDevice target,
            @Nullable List<String> aliases,
            boolean useCounterMayBeLost,
            Consumer<KeyMigration.Progress> listener)
            throws SchsmException;

    /**
     * What would move, and what cannot; for {@link KeyMigration}.
     *
     * @param aliases the keys; null for all
     */
    protected abstract KeyMigration.Plan planMigration(
            SchsmDevice target, @Nullable List<String> aliases, boolean useCounterMayBeLost) throws SchsmException;

    /**
     * What an operation that broke half-way left on a device, or what looks like it; see {@link SchsmDevice#leftovers}.
     *
     * @param kind        what it is
     * @param reference   how it is found again: the file id in hexadecimal digits
     * @param description what it is, for people
     * @param proven      whether it is proven that nothing is lost when it is removed; otherwise it may be another program's,
     *                    which writes less than this one does
     */
    public record Leftover(Kind kind, String reference, String description, boolean proven) {
        /** Refuses nulls. */
        public Leftover {
            Objects.requireNonNull(kind, "kind");
            Objects.requireNonNull(reference, "reference");
            Objects.requireNonNull(description, "description");
        }

        /** What can be left half done. */
        public enum Kind {
            /** A key without a description: generated or unwrapped, and then interrupted. It can be used, and renamed. */
            KEY_WITHOUT_DESCRIPTION,
            /** A key's description without the key. */
            DESCRIPTION_WITHOUT_KEY,
            /** A key's certificate or request without the key. */
            CERTIFICATE_WITHOUT_KEY,
            /** A migration's own exchange key; removing it clears the KEK too, if the key notes that it agreed on this very one. */
            EXCHANGE_KEY_OF_A_MIGRATION,
            /** A data object without a description. */
            DATA_WITHOUT_DESCRIPTION,
            /** A data object's description without the content. */
            DESCRIPTION_WITHOUT_DATA,
            /** A data object whose replacement is complete next to it. */
            REPLACED_DATA,
            /** The description of a certificate that belongs to no key, without the certificate. */
            DESCRIPTION_WITHOUT_CERTIFICATE
        }

        @Override
        public String toString() {
            return PrintableText.of(description + " (" + reference + ")");
        }
    }

    /**
     * A reader and what is in it.
     *
     * @param reader  the reader's name
     * @param device  the device in it, if there is one that answers
     * @param problem why not, else null
     */
    public record FoundDevice(
            String reader,
            @Nullable SchsmDevice device,
            @Nullable String problem) {}

    /**
     * What a token says of itself.
     *
     * @param id       device id or serial number: what the configuration's {@code device} names
     * @param label    the token's label; may be empty
     * @param reader   the reader it is in
     * @param firmware version as people write it, e.g. {@code 3.5}; empty if unknown
     * @param platform what it runs on, e.g. {@code JCOP 3}; empty if unknown
     */
    public record TokenInfo(String id, String label, String reader, String firmware, String platform) {}
}
