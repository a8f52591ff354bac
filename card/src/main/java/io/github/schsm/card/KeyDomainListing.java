// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.card;

import io.github.schsm.KeyDomain;
import java.util.List;

/**
 * A device's key domains.
 *
 * @param slots   how many slots there are, free ones counted; 0 where the device has no key domains
 * @param domains the slots in which there is a domain
 */
public record KeyDomainListing(int slots, List<KeyDomain.Status> domains) {
    public KeyDomainListing {
        domains = List.copyOf(domains);
    }
}
