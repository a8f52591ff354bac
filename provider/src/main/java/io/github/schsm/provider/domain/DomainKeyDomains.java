// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.provider.domain;

import io.github.schsm.AttestedPublicKey;
import io.github.schsm.DeviceException;
import io.github.schsm.Kdm;
import io.github.schsm.KeyDomain.Status;
import io.github.schsm.SchsmException;
import io.github.schsm.SchsmException.Reason;
import io.github.schsm.TokenKey;
import io.github.schsm.UnsupportedByDeviceException;
import io.github.schsm.WrappedKeyEntry;
import io.github.schsm.spi.ImportRequest;
import io.github.schsm.spi.KeyDomains;
import java.util.List;

/** The one key domain that the members have in common, as slot 0. What changes one member's KEK is not for all of them. */
final class DomainKeyDomains implements KeyDomains {
    private final DomainToken token;
    private final Members members;
    private final DomainKeys keys;
    private final DomainChanges changes;

    DomainKeyDomains(DomainToken token, Members members, DomainKeys keys, DomainChanges changes) {
        this.token = token;
        this.members = members;
        this.keys = keys;
        this.changes = changes;
    }

    @Override
    public Status status(int slot) throws SchsmException {
        return list().stream()
                .filter(status -> status.slot() == slot)
                .findFirst()
                .orElseThrow(() -> new DeviceException(
                        Reason.OBJECT_NOT_FOUND,
                        "MANAGE KEY DOMAIN",
                        0x6A88,
                        "there is no key domain in slot " + slot + " of " + token.description()));
    }

    @Override
    public int slots() throws SchsmException {
        return list().size();
    }

    /** A KEK is one between two devices: the members together have none. */
    @Override
    public List<Status> list() throws SchsmException {
        keys.now();
        return members.domain().stream()
                .map(status -> new Status(
                        0,
                        status.shares(),
                        status.outstanding(),
                        status.isXkek() ? new byte[status.kcv().length] : status.kcv(),
                        status.uid()))
                .toList();
    }

    @Override
    public Status createXkek(int slot, Kdm kdm) throws SchsmException {
        throw token.ofOneDevice("a key domain is created");
    }

    @Override
    public Status createDkek(int slot, int shares) throws SchsmException {
        throw token.ofOneDevice("a key domain is created");
    }

    @Override
    public Status importShare(int slot, byte[] share) throws SchsmException {
        throw token.ofOneDevice("a share of a DKEK is imported");
    }

    @Override
    public void clearKek(int slot) throws SchsmException {
        throw token.ofOneDevice("a KEK is deleted");
    }

    @Override
    public void delete(int slot) throws SchsmException {
        throw token.ofOneDevice("a key domain is deleted");
    }

    @Override
    public Status agree(TokenKey exchange, AttestedPublicKey peer) throws SchsmException {
        throw token.ofOneDevice("a KEK is agreed on");
    }

    @Override
    public WrappedKeyEntry wrap(TokenKey key) throws SchsmException {
        throw token.ofOneDevice("a key is wrapped");
    }

    @Override
    public TokenKey unwrap(WrappedKeyEntry entry, String label) throws UnsupportedByDeviceException {
        throw token.ofOneDevice("a key is unwrapped");
    }

    /** The host can wrap it for each of them. */
    @Override
    public TokenKey importKey(ImportRequest request, byte[] dkek) throws SchsmException {
        return changes.importKey(request, dkek);
    }
}
