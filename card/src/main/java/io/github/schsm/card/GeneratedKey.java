// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.card;

import io.github.schsm.Cvc;
import io.github.schsm.DeviceException;
import io.github.schsm.DeviceIdentity;
import io.github.schsm.KeyAlgorithm;
import io.github.schsm.KeyDomain;
import io.github.schsm.MalformedDataException;
import io.github.schsm.SchsmException;
import io.github.schsm.card.apdu.CardCommand;
import io.github.schsm.card.apdu.StatusWords;
import io.github.schsm.card.files.Files;
import io.github.schsm.card.files.KeyAttributes;
import io.github.schsm.card.files.KeyPairRequest;
import io.github.schsm.codec.EcCurve;
import java.math.BigInteger;
import java.security.interfaces.RSAPublicKey;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * What a device says that it generated, compared with what it was asked for. A hostile reader, or a device that is none,
 * could give a weak key, a key of its own, or one without the limits that it was to have; a key of which anything is not
 * as asked is none that was asked for, and goes again.
 */
final class GeneratedKey {
    private final SmartCardHsm card;
    private final CardCommand command;
    private final int kid;

    GeneratedKey(SmartCardHsm card, CardCommand command, int kid) {
        this.card = card;
        this.command = command;
        this.kid = kid;
    }

    /** Checks the answer to GENERATE ASYMMETRIC KEY PAIR; what is of no use is deleted. */
    void requirePair(KeyPairRequest asked, Cvc made) throws SchsmException {
        deleteUnless(() -> {
            requireKind(asked, made);
            requireSignatures(made, card.identity());
            requireAttributes(asked.attributes());
            requireDomain(asked.attributes(), made);
        });
    }

    /** Checks a key after GENERATE SYMMETRIC KEY. */
    void requireSecret(KeyAttributes asked) throws SchsmException {
        deleteUnless(() -> requireAttributes(asked));
    }

    private interface Check {
        void make() throws SchsmException;
    }

    private void deleteUnless(Check check) throws SchsmException {
        try {
            check.make();
        } catch (DeviceException | MalformedDataException notAsAsked) {
            for (int fid : List.of(Files.key(kid), Files.keyCertificate(kid))) {
                try {
                    if (card.exists(fid)) {
                        card.deleteFile(fid);
                    }
                } catch (SchsmException stays) {
                    notAsAsked.addSuppressed(stays);
                }
            }
            throw notAsAsked;
        }
    }

    private void requireKind(KeyPairRequest asked, Cvc made) throws SchsmException {
        Optional<EcCurve> curve = asked.curve();
        if (curve.isPresent()) {
            if (!made.curve().equals(curve)) {
                throw another(
                        "a key on " + made.curve().map(EcCurve::curveName).orElse("no curve"),
                        curve.get().curveName());
            }
            return;
        }
        if (!(made.getPublicKey() instanceof RSAPublicKey rsa)) {
            throw another("an EC key", "an RSA key");
        }
        if (rsa.getModulus().bitLength() != asked.rsaBits()) {
            throw another("an RSA key of " + rsa.getModulus().bitLength() + " bits", asked.rsaBits() + " bits");
        }
        BigInteger exponent = asked.rsaExponent();
        if (!rsa.getPublicExponent().equals(exponent)) {
            throw another("an RSA key with public exponent " + rsa.getPublicExponent(), exponent.toString());
        }
    }

    private void requireSignatures(Cvc made, DeviceIdentity device) throws DeviceException {
        if (!made.isSelfSigned()) {
            throw wrong("a request that is not signed with the new key");
        }
        if (device.isMissing()) {
            return;
        }
        if (made.kind() != Cvc.Kind.AUTHENTICATED_REQUEST) {
            throw wrong("a request that the device has not signed");
        }
        if (!made.isAttestedBy(device)) {
            throw wrong("a request of device " + made.outerCar().orElse("(unnamed)") + ", but this is " + device.chr());
        }
        if (!made.isSignedBy(device.deviceCertificate())) {
            throw wrong("a request whose outer signature is not by the device's key");
        }
    }

    private void requireAttributes(KeyAttributes asked) throws SchsmException {
        if (asked.equals(KeyAttributes.NONE)) {
            // What the device gives a key by itself is its own affair, and old firmware says nothing of keys.
            return;
        }
        KeyAttributes made = card.keyAttributes(kid);
        if (asked.algorithms().isPresent()
                && !made.algorithms()
                        .map(HashSet::new)
                        .equals(asked.algorithms().map(HashSet::new))) {
            throw another("a key with " + algorithms(made.algorithms()), algorithms(asked.algorithms()));
        }
        if (asked.useCounter().isPresent() && !made.useCounter().equals(asked.useCounter())) {
            throw another(
                    made.useCounter().isPresent()
                            ? "a key with use counter " + made.useCounter().getAsLong()
                            : "a key without use counter",
                    "use counter " + asked.useCounter().getAsLong());
        }
        if (asked.keyDomain().isPresent() && !made.keyDomain().equals(asked.keyDomain())) {
            throw another(
                    made.keyDomain().isPresent()
                            ? "a key in key domain slot " + made.keyDomain().getAsInt()
                            : "a key in no key domain",
                    "slot " + asked.keyDomain().getAsInt());
        }
        // Devices with one DKEK for everything may say that it is in slot 0.
        if (asked.keyDomain().isEmpty() && made.keyDomain().orElse(0) != 0) {
            throw another("a key in key domain slot " + made.keyDomain().getAsInt(), "none");
        }
        if (asked.wrappingKeyId().isPresent() && !made.wrappingKeyId().equals(asked.wrappingKeyId())) {
            throw another(
                    made.wrappingKeyId().isPresent()
                            ? "a key with wrapping key " + made.wrappingKeyId().getAsInt()
                            : "a key without wrapping key",
                    "wrapping key " + asked.wrappingKeyId().getAsInt());
        }
    }

    private static String algorithms(Optional<List<Integer>> list) {
        return list.isEmpty()
                ? "no algorithm list"
                : "algorithm list "
                        + list.get().stream()
                                .map(id -> KeyAlgorithm.of(id)
                                        .map(KeyAlgorithm::name)
                                        .orElse(HexFormat.of().withUpperCase().toHexDigits(id.byteValue())))
                                .toList();
    }

    /** The request for an exchange key names its key domain; the peers and the device go by that. */
    private void requireDomain(KeyAttributes asked, Cvc made) throws SchsmException {
        Optional<byte[]> named = made.keyDomainUid();
        boolean exchange = asked.algorithms()
                .filter(List.of(KeyAlgorithm.ECDH_XKEK.id())::equals)
                .isPresent();
        if (named.isEmpty() && !(exchange && asked.keyDomain().isPresent())) {
            return;
        }
        if (asked.keyDomain().isEmpty()) {
            throw wrong(
                    "a request that names key domain " + hex(named.orElseThrow()) + ", but the key was to be in none");
        }
        int slot = asked.keyDomain().getAsInt();
        Optional<KeyDomain.Status> domain = card.queryKeyDomain(slot);
        byte[] uid = domain.map(KeyDomain.Status::uid).orElse(new byte[0]);
        if (named.isEmpty()) {
            if (uid.length > 0) {
                throw wrong("a request for an exchange key that does not name key domain " + hex(uid));
            }
        } else if (!KeyDomain.Status.sameUid(named.get(), uid)) {
            throw wrong("a request that names key domain " + hex(named.get()) + ", but in slot " + slot + " is "
                    + (uid.length == 0 ? "no XKEK key domain" : hex(uid)));
        }
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().withUpperCase().formatHex(bytes);
    }

    private DeviceException another(String answered, String asked) {
        return wrong(answered + " where " + asked + " was asked for");
    }

    private DeviceException wrong(String answered) {
        return new DeviceException(
                command.title(),
                StatusWords.OK,
                "key " + kid + ": device " + card.identity().deviceId() + " answered with " + answered
                        + "; it is not used and was deleted. Something between may have changed the answer: try another"
                        + " reader or a secure channel, and verify the device's certificates");
    }
}
