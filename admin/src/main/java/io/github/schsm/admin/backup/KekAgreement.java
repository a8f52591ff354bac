// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.admin.backup;

import io.github.schsm.AttestedPublicKey;
import io.github.schsm.InvalidRequestException;
import io.github.schsm.KeyAttestation;
import io.github.schsm.KeyDomain;
import io.github.schsm.SchsmDevice;
import io.github.schsm.SchsmException;
import io.github.schsm.SchsmKey;
import io.github.schsm.SchsmKeySpec;
import io.github.schsm.codec.PublicKeyNumbers;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import javax.crypto.KeyAgreement;
import javax.crypto.SecretKey;

/** Agreements on the KEK of an XKEK key domain, where one side may be somewhere else. */
final class KekAgreement {
    /** The label of the exchange key that a recipient keeps, with the slot behind it. */
    private static final String RECIPIENT_LABEL = "schsm-restore-";

    private KekAgreement() {}

    /** Agrees on the KEK of the exchange key's domain. */
    static SecretKey agree(KeyStore keyStore, SchsmKey exchange, AttestedPublicKey peer) throws SchsmException {
        return Failures.typed(() -> {
            KeyAgreement agreement = KeyAgreement.getInstance("ECDH_XKEK", keyStore.getProvider());
            agreement.init(exchange);
            agreement.doPhase(peer, true);
            return agreement.generateSecret("XKEK");
        });
    }

    /** The domain of that UID on a device. */
    static Optional<KeyDomain> domain(SchsmDevice device, byte[] uid) throws SchsmException {
        for (KeyDomain.Status status : device.keyDomainStatuses()) {
            if (status.isXkek() && KeyDomain.Status.sameUid(status.uid(), uid)) {
                return Optional.of(device.keyDomain(status.slot()));
            }
        }
        return Optional.empty();
    }

    /** The exchange key with which a recipient restores, which stays on it: made if it has none. */
    static AttestedPublicKey recipientKey(KeyStore recipient, KeyDomain domain) throws SchsmException {
        String label = RECIPIENT_LABEL + domain.slot();
        return Failures.typed(() -> {
            if (!recipient.containsAlias(label)) {
                KeyPairGenerator generator = KeyPairGenerator.getInstance("EC", recipient.getProvider());
                generator.initialize(SchsmKeySpec.exchangeKey(label, domain));
                generator.generateKeyPair();
            }
            if (recipient.getKey(label, null) instanceof SchsmKey key
                    && key.details().isExchangeKey()
                    && key.details().keyDomain().orElse(-1) == domain.slot()) {
                return KeyAttestation.of(key).publicKey();
            }
            throw new InvalidRequestException("\"" + label + "\" on device " + domain.deviceId()
                    + " is no exchange key of the key domain in slot " + domain.slot()
                    + ", but that is what the label is for: rename it");
        });
    }

    /** The exchange key of a device that has this public key. */
    static Optional<SchsmKey> exchangeKey(KeyStore keyStore, AttestedPublicKey publicKey) throws SchsmException {
        return Failures.typed(() -> {
            List<String> aliases = Collections.list(keyStore.aliases());
            for (String alias : aliases) {
                if (keyStore.isKeyEntry(alias)
                        && keyStore.getKey(alias, null) instanceof SchsmKey key
                        && key.details().isExchangeKey()
                        && PublicKeyNumbers.areEqual(key.details().publicKey(), publicKey)) {
                    return Optional.of(key);
                }
            }
            return Optional.empty();
        });
    }

    /** Proves that a recipient that is here comes to the same KEK, unless that would end another one. */
    static void prove(KeyStore recipient, KeyDomain domain, AttestedPublicKey own, AttestedPublicKey peer, byte[] kcv)
            throws SchsmException {
        if (domain.status().hasKek()) {
            return;
        }
        SchsmKey exchange = exchangeKey(recipient, own)
                .orElseThrow(() -> new SchsmException(
                        "the exchange key of device " + domain.deviceId() + " is not there any more"));
        agree(recipient, exchange, peer);
        byte[] there = domain.kcv();
        domain.clearKek();
        if (!Arrays.equals(there, kcv)) {
            throw new SchsmException("device " + domain.deviceId() + " came to another KEK: nothing could be restored");
        }
    }
}
