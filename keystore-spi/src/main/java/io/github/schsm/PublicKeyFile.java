// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm;

import io.github.schsm.codec.Tlv;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/** The three forms in which a public key file is seen, and the one that is written. */
final class PublicKeyFile {
    private static final String WHAT = "public key file";
    private static final int SEQUENCE = 0x30;
    private static final byte[] NEWER_FORM = HexFormat.of().parseHex("2B0601040181C31F040301");

    private PublicKeyFile() {}

    static AttestedPublicKey parse(byte[] file) throws MalformedDataException {
        List<Tlv> objects = Tlv.parseAll(file);
        if (objects.size() == 1 && objects.get(0).tag() == SEQUENCE) {
            Tlv sequence = objects.get(0);
            objects = sequence.children();
            if (!objects.isEmpty() && objects.get(0).tag() == 0x06) {
                return newerForm(sequence, objects.get(0));
            }
        }
        if (objects.size() < 2 || objects.size() > 4) {
            throw new MalformedDataException(
                    WHAT,
                    "expected request, device and issuer certificate, found " + objects.size() + " objects " + objects);
        }
        return of(objects.get(0), objects.subList(1, objects.size()));
    }

    private static AttestedPublicKey newerForm(Tlv sequence, Tlv oid) throws MalformedDataException {
        if (!Arrays.equals(oid.value(), NEWER_FORM)) {
            throw new MalformedDataException(WHAT, "it is marked as something else");
        }
        return of(
                sequence.require(0x63).require(Cvc.TAG_AUTHENTICATED_REQUEST),
                certificates(sequence.require(0x62), sequence.require(0x61)));
    }

    /** What stands in the objects for the device (62) and its issuer (61), where the root may have come along. */
    static List<Tlv> certificates(Tlv device, Tlv issuer) throws MalformedDataException {
        List<Tlv> certificates = new ArrayList<>();
        certificates.add(device.require(Cvc.TAG_CERTIFICATE));
        issuer.require(Cvc.TAG_CERTIFICATE);
        certificates.addAll(issuer.children());
        if (certificates.size() > 1 && certificates.get(1).equals(certificates.get(0))) {
            // A device whose only certificate is self-signed is its own issuer.
            certificates.remove(1);
        }
        return certificates;
    }

    private static AttestedPublicKey of(Tlv request, List<Tlv> certificates) throws MalformedDataException {
        Cvc parsed = Cvc.parse(request);
        if (parsed.kind() != Cvc.Kind.AUTHENTICATED_REQUEST) {
            throw new MalformedDataException(
                    WHAT, "an authenticated request (67) stands first in it, found a " + parsed);
        }
        return AttestedPublicKey.of(parsed, identity(certificates));
    }

    static DeviceIdentity identity(List<Tlv> certificates) throws MalformedDataException {
        List<Cvc> parsed = new ArrayList<>();
        for (Tlv certificate : certificates) {
            parsed.add(Cvc.parse(certificate));
        }
        return DeviceIdentity.of(parsed);
    }

    static byte[] encode(AttestedPublicKey key) {
        byte[][] parts = key.chain().stream().map(Cvc::getEncoded).toArray(byte[][]::new);
        int length = Arrays.stream(parts).mapToInt(part -> part.length).sum();
        byte[] value = new byte[length];
        int at = 0;
        for (byte[] part : parts) {
            System.arraycopy(part, 0, value, at, part.length);
            at += part.length;
        }
        return Tlv.of(SEQUENCE, value).encoded();
    }
}
