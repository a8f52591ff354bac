// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.admin.inventory;

import io.github.schsm.DeviceIdentity;
import io.github.schsm.KeyDetails;
import io.github.schsm.KeyDomain;
import io.github.schsm.SchsmDevice.TokenInfo;
import io.github.schsm.TokenKey;
import io.github.schsm.admin.inventory.Inventory.Attestation;
import io.github.schsm.admin.inventory.Inventory.Certificate;
import io.github.schsm.admin.inventory.Inventory.Data;
import io.github.schsm.admin.inventory.Inventory.LooseCertificate;
import io.github.schsm.admin.inventory.Inventory.Pin;
import io.github.schsm.admin.inventory.Inventory.Trust;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What was read of one device, before it is compared with the others.
 *
 * @param keyProblem why its keys are not known; null if they are
 */
record ReadDevice(
        String name,
        String id,
        String reader,
        TokenInfo info,
        @Nullable DeviceIdentity identity,
        Trust trust,
        @Nullable Pin userPin,
        @Nullable Pin soPin,
        @Nullable Long freeMemory,
        Leaving leaving,
        List<ReadKey> keys,
        List<LooseCertificate> certificates,
        List<Data> dataObjects,
        boolean pinVerified,
        @Nullable String defect,
        List<String> notSeen,
        List<String> problems,
        @Nullable String keyProblem) {
    /** The same under another name. */
    ReadDevice named(String other) {
        return new ReadDevice(
                other,
                id,
                reader,
                info,
                identity,
                trust,
                userPin,
                soPin,
                freeMemory,
                leaving,
                keys,
                certificates,
                dataObjects,
                pinVerified,
                defect,
                notSeen,
                problems,
                keyProblem);
    }

    /**
     * A key.
     *
     * @param publicKey its fingerprint
     * @param stored    what stands in the place of its certificate, encoded
     */
    record ReadKey(
            TokenKey key,
            KeyDetails details,
            @Nullable String publicKey,
            Leaving.Way way,
            Attestation attestation,
            @Nullable Certificate certificate,
            byte @Nullable [] stored) {
        /** Curve, or type and size. */
        String kind() {
            return Inventory.Key.kind(key.type().name(), curve(), size());
        }

        @Nullable
        String curve() {
            return details.curve() == null ? null : details.curve().curveName();
        }

        @Nullable
        Integer size() {
            return details.size() == 0 ? null : details.size();
        }
    }

    /** The key domain that a key is in; null if it is in none. */
    KeyDomain.@Nullable Status domainOf(ReadKey key) {
        if (key.details().keyDomain().isPresent()) {
            int slot = key.details().keyDomain().getAsInt();
            return leaving.domains().stream()
                    .filter(domain -> domain.slot() == slot)
                    .findFirst()
                    .orElse(null);
        }
        return key.way().under();
    }
}
