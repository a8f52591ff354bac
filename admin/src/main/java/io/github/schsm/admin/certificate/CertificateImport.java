// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.admin.certificate;

import io.github.schsm.AttestedPublicKey;
import io.github.schsm.InvalidRequestException;
import io.github.schsm.SchsmException;
import io.github.schsm.SchsmException.Reason;
import io.github.schsm.SchsmKey;
import io.github.schsm.UntrustedDeviceException;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Stores certificates with the keys of a device. A certificate takes the place of the device's request, which ends the
 * key's attestation: that is given to an {@link AttestationKeeper} first.
 */
public final class CertificateImport {
    /** Keeps attestations that end. */
    public interface AttestationKeeper {
        /** Takes a kept one back, because the device has it still. */
        interface Undo {
            void undo() throws IOException;
        }

        /**
         * Keeps one.
         *
         * @param label       the key's label
         * @param attestation what will not be on the device anymore
         * @throws SchsmException if it cannot be kept: then the certificate is not stored
         * @throws IOException    the same
         */
        Undo keep(String label, AttestedPublicKey attestation) throws SchsmException, IOException;
    }

    /**
     * A key and what is stored with it.
     *
     * @param label the key's label
     * @param chain its certificate, and those of its issuers that are known
     */
    public record KeyChain(String label, List<X509Certificate> chain) {
        /** Copies the list. */
        public KeyChain {
            chain = List.copyOf(chain);
        }
    }

    private CertificateImport() {}

    /**
     * Which keys of a device the certificates of a bundle belong to, by their public keys.
     *
     * @param keyStore a loaded key store of type {@code SCHSM}
     * @return a chain for each key that has a certificate in the bundle; of several certificates of one key the one that is
     *         valid longest
     */
    public static List<KeyChain> match(KeyStore keyStore, CertificateBundle bundle) throws GeneralSecurityException {
        List<KeyChain> matches = new ArrayList<>();
        for (String alias : Collections.list(keyStore.aliases())) {
            Key key = keyStore.isKeyEntry(alias) ? keyStore.getKey(alias, null) : null;
            PublicKey publicKey = key instanceof SchsmKey ours && key instanceof PrivateKey
                    ? ours.details().publicKey()
                    : null;
            if (publicKey != null && bundle.of(publicKey).isPresent()) {
                matches.add(new KeyChain(alias, bundle.chain(publicKey)));
            }
        }
        return matches;
    }

    /**
     * The attestation that a key has.
     *
     * @return empty if it has none to end
     */
    public static Optional<AttestedPublicKey> attestation(KeyStore keyStore, String label)
            throws GeneralSecurityException {
        if (!(keyStore.getKey(label, null) instanceof SchsmKey key)) {
            return Optional.empty();
        }
        try {
            return Optional.of(key.attestation().publicKey());
        } catch (UntrustedDeviceException none) {
            if (none.reason() == Reason.NOT_ATTESTED) {
                return Optional.empty();
            }
            throw none;
        }
    }

    /**
     * Stores a certificate with a key, after one use of the key has proven that it is the key's.
     *
     * @param keyStore a loaded key store of type {@code SCHSM}
     * @param chain    the key and its certificates
     * @param keeper   keeps the key's attestation; null to give it up
     * @return whether the key's attestation ended
     * @throws InvalidRequestException  if there is no such key, or the certificate is another key's
     * @throws GeneralSecurityException if the attestation cannot be kept or the device does not store it: the key is as it was
     *                                  before, and so is what the keeper has
     */
    public static boolean store(KeyStore keyStore, KeyChain chain, @Nullable AttestationKeeper keeper)
            throws GeneralSecurityException {
        String label = chain.label;
        if (!keyStore.isKeyEntry(label)) {
            throw new InvalidRequestException("there is no key \"" + label + "\" to store a certificate with");
        }
        AttestedPublicKey ending = attestation(keyStore, label).orElse(null);
        AttestationKeeper.Undo undo = ending == null || keeper == null ? null : keep(keeper, label, ending);
        try {
            keyStore.setKeyEntry(
                    label, keyStore.getKey(label, null), null, chain.chain.toArray(X509Certificate[]::new));
            return ending != null;
        } catch (GeneralSecurityException failed) {
            if (undo != null) {
                try {
                    undo.undo();
                } catch (IOException staysThen) {
                    failed.addSuppressed(staysThen);
                }
            }
            throw failed;
        }
    }

    private static AttestationKeeper.Undo keep(AttestationKeeper keeper, String label, AttestedPublicKey ending)
            throws SchsmException {
        try {
            return keeper.keep(label, ending);
        } catch (IOException failed) {
            throw new InvalidRequestException(
                    "the certificate of key \"" + label + "\" is not stored: it would end the key's attestation, which"
                            + " could not be saved: " + failed.getMessage(),
                    failed);
        }
    }
}
