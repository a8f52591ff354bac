// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.spi;

import io.github.schsm.AttestedPublicKey;
import io.github.schsm.Cvc;
import io.github.schsm.KeyAttestation;
import io.github.schsm.KeyDetails;
import io.github.schsm.KeyType;
import io.github.schsm.SchsmException;
import io.github.schsm.SchsmException.Reason;
import io.github.schsm.SchsmKey;
import io.github.schsm.TokenKey;
import io.github.schsm.UntrustedDeviceException;
import io.github.schsm.codec.Tlv;
import java.security.interfaces.RSAPublicKey;
import java.util.List;

/** A key handle as engines and key store see it: with the token that holds the key. */
public sealed interface KeyHandle extends SchsmKey permits PrivateKeyHandle, SecretKeyHandle {
    /** The token that holds the key. */
    Token token();

    /**
     * Whether this is the handle that a program got when it made the key, without having said what the key is called: only
     * then a key store gives the key the alias under which it is stored. Handles that are got later are none.
     */
    boolean isUnnamed();

    /** Marks the handle of a key that was just made, under a label that nobody chose. */
    void madeWithoutName();

    /**
     * A handle of the kind that fits the key: an {@link OpaqueKeyHandle} where the public half of a private key is
     * not known.
     */
    static KeyHandle of(Token token, TokenKey key, KeyDetails details) {
        if (key.type() == KeyType.AES) {
            return new SecretKeyHandle(token, key, details);
        }
        if (key.type() == KeyType.EC && details.curve() != null) {
            return new EcKeyHandle(token, key, details);
        }
        if (key.type() == KeyType.RSA && details.publicKey() instanceof RSAPublicKey) {
            return new RsaKeyHandle(token, key, details);
        }
        return new OpaqueKeyHandle(token, key, details);
    }

    @Override
    default KeyDetails currentDetails() throws SchsmException {
        return token().details(key());
    }

    @Override
    default String deviceId() {
        return token().id();
    }

    @Override
    default List<String> deviceIds() {
        return token().holders(key());
    }

    @Override
    default KeyAttestation attestation() throws SchsmException {
        if (!key().type().isPrivate()) {
            throw new UntrustedDeviceException(
                    Reason.NOT_ATTESTED,
                    key() + " of device " + token().name()
                            + " has no attestation: devices attest key pairs, not secret keys");
        }
        if (currentDetails().publicKey() instanceof AttestedPublicKey attested) {
            return KeyAttestation.of(attested);
        }
        throw new UntrustedDeviceException(Reason.NOT_ATTESTED, whyNotAttested());
    }

    private String whyNotAttested() throws SchsmException {
        String whose = key() + " of device " + token().name();
        byte[] stored = token().certificate(key()).orElse(new byte[0]);
        if (stored.length == 0) {
            return whose + " has no attestation: nothing is stored with it, as after an import. The device in which it"
                    + " was generated attests it";
        }
        if (stored[0] == 0x30) {
            return whose + " has no attestation on the device any more: an X.509 certificate took its place. Where the"
                    + " attestation was saved to a file before that, use the file; else generate a new key, and save its"
                    + " attestation (schsm attest --out) before a certificate is stored";
        }
        return Cvc.parse(Tlv.parseFirst(stored))
                .outerCar()
                .map(maker -> whose + " was attested by another device, " + maker
                        + ", where it was generated: take the attestation from there")
                .orElse(whose + " has no attestation: what is stored with it was not authenticated by a device");
    }
}
