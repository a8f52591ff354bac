// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.spi;

import io.github.schsm.DeviceException;
import io.github.schsm.DeviceIdentity;
import io.github.schsm.DeviceTrust;
import io.github.schsm.MalformedDataException;
import io.github.schsm.PinException;
import io.github.schsm.PublicKeyAuthentication;
import io.github.schsm.SchsmDevice.Leftover;
import io.github.schsm.SchsmDevice.TokenInfo;
import io.github.schsm.SchsmDomain;
import io.github.schsm.SchsmException;
import io.github.schsm.TokenAdministration;
import io.github.schsm.TokenKey;
import io.github.schsm.UnsupportedByDeviceException;
import io.github.schsm.codec.PrintableText;
import java.util.List;
import java.util.Optional;

/**
 * A token as the engines see it. Two backends are behind it, the device itself and any PKCS#11 module, so nothing
 * here speaks of APDUs or PKCS#11 sessions.
 *
 * <p>It is put together from roles, and a new operation belongs into one of them: {@link TokenSession} for login,
 * {@link TokenContents} for keys, certificates and data, {@link TokenOperations} for what is done with keys,
 * {@link TokenAdministration} for PINs and initialization, {@link KeyDomains}, and {@link PublicKeyAuthentication}.
 * The last three need support by the backend and are asked for.
 *
 * <p>A token object stands for the physical token, not for a connection: it survives removal and re-insertion, and
 * may be used by many threads.
 */
public interface Token extends TokenSession, TokenContents, TokenOperations {
    /**
     * Whether a failure is of the one object that was asked for, which holds something else than it should or cannot be
     * read: the others are not harmed, so a listing goes on without it. A token that is gone or wants a PIN is no such.
     */
    static boolean isOfOneObject(SchsmException failed) {
        return failed instanceof MalformedDataException
                || (failed instanceof DeviceException device
                        && device.statusWord() != 0
                        && !(failed instanceof PinException));
    }

    /** Device id or serial number: a name for people, which several devices may have. */
    String id();

    /**
     * What tells this token from every other one, for comparing only: of a SmartCard-HSM it is that of its device public
     * key. Costs no command.
     */
    default String uniqueId() {
        return id();
    }

    /** What to call the token where one of several is named: its id, with more behind it where others have that id too. */
    default String name() {
        return id();
    }

    /** The token as people are told of it: {@code device DECC0401002}, {@code token "Signing" of libsofthsm2.so}. */
    default String description() {
        return PrintableText.of("device " + name());
    }

    /** The devices that have a key: this one or, of several that are one token, those of them that have it. */
    default List<String> holders(TokenKey key) {
        return List.of(id());
    }

    /** The domain that several devices make up which are this one token; empty for a single device. */
    default Optional<SchsmDomain> domain() {
        return Optional.empty();
    }

    /**
     * What the token says of itself.
     *
     * @throws SchsmException if it cannot be read
     */
    TokenInfo info() throws SchsmException;

    /** What the configuration trusts. */
    DeviceTrust trust();

    /** A defect that this very kind of device is known for, in a sentence for its owner; empty almost always. */
    default Optional<String> defect() {
        return Optional.empty();
    }

    /**
     * The certificates of the device.
     *
     * @throws UnsupportedByDeviceException if the token has none
     * @throws SchsmException               if they cannot be read
     */
    DeviceIdentity identity() throws SchsmException;

    /**
     * PINs and initialization.
     *
     * @throws UnsupportedByDeviceException if the backend cannot do it
     */
    TokenAdministration administration() throws SchsmException;

    /**
     * The device's key domains.
     *
     * @throws UnsupportedByDeviceException if the token has none
     */
    KeyDomains keyDomains() throws SchsmException;

    /**
     * Authentication by registered public keys (n of m).
     *
     * @throws UnsupportedByDeviceException if the backend cannot do it
     */
    PublicKeyAuthentication publicKeyAuthentication() throws SchsmException;

    @Override
    default void remove(Leftover leftover) throws SchsmException {
        throw new UnsupportedByDeviceException(description() + ": what is left over cannot be told there");
    }
}
