// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli.command;

import io.github.schsm.AttestedPublicKey;
import io.github.schsm.KeyAttestation;
import io.github.schsm.KeyDomain;
import io.github.schsm.SchsmDevice;
import io.github.schsm.SchsmException;
import io.github.schsm.SchsmKey;
import io.github.schsm.TokenKey;
import io.github.schsm.cli.report.CliException;
import io.github.schsm.provider.SchsmProvider;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.List;

/**
 * A device that is in use: by the JCA where it has words for it, else by what is behind the key store.
 *
 * @param provider the provider of that one device
 * @param keyStore its loaded key store
 * @param device   the device
 */
public record Connected(SchsmProvider provider, KeyStore keyStore, SchsmDevice device) {
    /** What the device is called, as --device takes it: its id, with more behind it where others have that too. */
    public String id() {
        return device.name();
    }

    /** The key with that label. */
    public SchsmKey key(String label) throws GeneralSecurityException {
        if (keyStore.getKey(label, null) instanceof SchsmKey key) {
            return key;
        }
        List<String> labels =
                device.keys().stream().map(TokenKey::label).sorted().toList();
        throw new CliException("no key \"" + label + "\" on device " + id()
                + (labels.isEmpty() ? ": it has no keys" : ": it has " + String.join(", ", labels)));
    }

    /** The public key with that label, with its attestation. */
    public AttestedPublicKey attested(String label) throws GeneralSecurityException {
        return KeyAttestation.of(key(label)).publicKey();
    }

    /** Two keys of one label would be told apart by a number only, so commands do not make a second. */
    public void requireFree(String label) throws GeneralSecurityException {
        if (keyStore.containsAlias(label)) {
            throw new CliException("device " + id() + " has an entry \"" + label + "\" already: choose another label");
        }
    }

    /** The key domain a key is in. */
    public KeyDomain domainOf(SchsmKey key) throws SchsmException {
        return device.keyDomain(key);
    }
}
