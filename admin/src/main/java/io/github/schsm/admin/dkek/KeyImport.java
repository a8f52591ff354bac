// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.admin.dkek;

import io.github.schsm.DkekProtection;
import io.github.schsm.InvalidRequestException;
import io.github.schsm.KeyAlgorithm;
import io.github.schsm.KeyDomain;
import io.github.schsm.KeyDomainException;
import io.github.schsm.SchsmDevice;
import io.github.schsm.SchsmException;
import io.github.schsm.UnsupportedByDeviceException;
import io.github.schsm.card.dkek.Dkek;
import io.github.schsm.codec.SoftwareKey;
import java.security.KeyStore;
import java.security.KeyStoreException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Imports keys of software into a device, or into all members of a key domain that are one key store: under the DKEK, which
 * the host has to have. All keys of a call are imported, or none.
 */
public final class KeyImport {
    private final KeyStore keyStore;
    private final List<KeyAlgorithm> allowed;
    private final byte @Nullable [] id;

    private KeyImport(KeyStore keyStore, List<KeyAlgorithm> allowed, byte @Nullable [] id) {
        this.keyStore = keyStore;
        this.allowed = List.copyOf(allowed);
        this.id = id == null ? null : id.clone();
    }

    /**
     * An import into a device.
     *
     * @param keyStore of type SCHSM, loaded with the PIN
     */
    public static KeyImport into(KeyStore keyStore) {
        return new KeyImport(keyStore, List.of(), null);
    }

    /** The same, and the keys may be used for these only; see {@link DkekProtection#allow}. */
    public KeyImport allow(List<KeyAlgorithm> algorithms) {
        return new KeyImport(keyStore, algorithms, id);
    }

    /** The same, and the key, the only one then, gets this id (CKA_ID). */
    public KeyImport withId(byte[] keyId) {
        return new KeyImport(keyStore, allowed, keyId);
    }

    /**
     * A key that was imported.
     *
     * @param label        its label
     * @param description  what it is, in words: {@code EC key on secp256r1}
     * @param slot         the slot of the key domain it is in
     * @param certificates how many certificates came with it
     * @param proven       whether one use in the device proved that it is the key of the file; false where its algorithm list
     *                     allows no use that could
     */
    public record Imported(String label, String description, int slot, int certificates, boolean proven) {}

    /** Uses that show nothing of the key that could be checked outside. */
    private static final Set<KeyAlgorithm> PROVE_NOTHING = Set.of(
            KeyAlgorithm.ECDH_AUTHENTICATED,
            KeyAlgorithm.ECDH_XKEK,
            KeyAlgorithm.WRAP,
            KeyAlgorithm.UNWRAP,
            KeyAlgorithm.REPLACE,
            KeyAlgorithm.DERIVE_EC,
            KeyAlgorithm.DERIVE_SP800_56C);

    /**
     * What stands against an import, before anybody is asked for a share's password: entries that no device can have, labels
     * that are taken, a device without a DKEK key domain.
     *
     * @param keys by their labels
     * @throws SchsmException if one cannot be imported
     */
    public void require(Map<String, KeyFile.Entry> keys) throws SchsmException {
        if (keys.isEmpty()) {
            throw new InvalidRequestException("there is no key to import");
        }
        if (id != null && keys.size() > 1) {
            throw new InvalidRequestException(
                    "one id cannot be given to " + keys.size() + " keys: choose one of them, or leave the id out");
        }
        for (Map.Entry<String, KeyFile.Entry> key : keys.entrySet()) {
            key.getValue().numbers().destroy();
            if (contains(key.getKey())) {
                throw new InvalidRequestException("there is an entry \"" + key.getKey()
                        + "\" already: choose another label, or delete or rename it first");
            }
        }
        SchsmDevice device = SchsmDevice.of(keyStore);
        List<KeyDomain.Status> domains;
        try {
            domains = device.keyDomainStatuses();
        } catch (UnsupportedByDeviceException none) {
            throw new UnsupportedByDeviceException(
                    "a software key cannot be imported there: it goes into a device wrapped under the DKEK of a key domain, and"
                            + " nothing of these is in reach (" + none.getMessage() + ")",
                    none);
        }
        if (domains.stream().allMatch(KeyDomain.Status::isXkek)) {
            throw new KeyDomainException("a software key cannot be imported into device " + device.name() + ": "
                    + (domains.isEmpty()
                            ? "it has no key domain; make one with a DKEK (schsm domain create --dkek-shares)"
                            : "it has XKEK key domains only, whose KEK devices agree on and nobody else has, so that no key"
                                    + " comes in from outside; generate the key in the device, or make a key domain with a"
                                    + " DKEK (schsm domain create --dkek-shares)"));
        }
    }

    /**
     * Imports keys.
     *
     * @param keys     by the labels they get; in that order
     * @param dkek     the DKEK of the device's key domain
     * @param progress is told how many keys are done, after each
     * @return the keys, in the same order
     * @throws SchsmException if one cannot be imported; then none of them is left on the device
     */
    public List<Imported> store(Map<String, KeyFile.Entry> keys, Dkek dkek, Consumer<Integer> progress)
            throws SchsmException {
        require(keys);
        byte[] bytes = dkek.bytes();
        DkekProtection plain = DkekProtection.of(bytes).allow(allowed.toArray(new KeyAlgorithm[0]));
        DkekProtection protection = id == null ? plain : plain.withId(id);
        Arrays.fill(bytes, (byte) 0);
        Set<String> before = aliases();
        Map<String, Imported> done = new LinkedHashMap<>();
        try {
            for (Map.Entry<String, KeyFile.Entry> key : keys.entrySet()) {
                store(key.getKey(), key.getValue(), protection);
                done.put(key.getKey(), imported(key.getKey(), key.getValue(), dkek));
                progress.accept(done.size());
            }
            return new ArrayList<>(done.values());
        } catch (SchsmException failed) {
            takeBack(done.keySet(), before, failed);
            throw failed;
        } finally {
            plain.destroy();
            protection.destroy();
        }
    }

    private void store(String label, KeyFile.Entry key, DkekProtection protection) throws SchsmException {
        try {
            keyStore.setEntry(label, key.toKeyStoreEntry(), protection);
        } catch (KeyStoreException failed) {
            if (failed.getCause() instanceof SchsmException ours) {
                throw ours;
            }
            throw new InvalidRequestException(String.valueOf(failed.getMessage()), failed);
        }
    }

    private Imported imported(String label, KeyFile.Entry key, Dkek dkek) throws SchsmException {
        SoftwareKey numbers = key.numbers();
        try {
            int slot = SchsmDevice.of(keyStore).keyDomainStatuses().stream()
                    .filter(domain -> !domain.isXkek() && Arrays.equals(domain.kcv(), dkek.kcv()))
                    .mapToInt(KeyDomain.Status::slot)
                    .findFirst()
                    .orElse(0);
            return new Imported(
                    label,
                    numbers.toString(),
                    slot,
                    key.chain().size(),
                    allowed.isEmpty() || !PROVE_NOTHING.containsAll(allowed));
        } finally {
            numbers.destroy();
        }
    }

    /** Keys that came before the one that failed, and what their chains left. */
    private void takeBack(Set<String> labels, Set<String> before, SchsmException reason) {
        try {
            for (String label : labels) {
                keyStore.deleteEntry(label);
            }
            for (String alias : aliases()) {
                if (!before.contains(alias) && keyStore.isCertificateEntry(alias) && !labels.isEmpty()) {
                    keyStore.deleteEntry(alias);
                }
            }
        } catch (KeyStoreException | SchsmException alsoFailed) {
            reason.addSuppressed(alsoFailed);
        }
    }

    private Set<String> aliases() throws SchsmException {
        try {
            return new HashSet<>(Collections.list(keyStore.aliases()));
        } catch (KeyStoreException notLoaded) {
            throw new InvalidRequestException("the key store is not loaded", notLoaded);
        }
    }

    private boolean contains(String label) throws SchsmException {
        return aliases().contains(label);
    }
}
