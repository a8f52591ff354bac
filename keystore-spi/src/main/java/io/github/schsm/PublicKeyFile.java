package io.github.schsm;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

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
        if (objects.size() < 2 || objects.size() > 3) {
            throw new MalformedDataException(
                    WHAT,
                    "expected request, device and issuer certificate, found " + objects.size() + " objects " + objects);
        }
        return of(objects.get(0), objects.get(1), objects.size() == 3 ? objects.get(2) : null);
    }

    private static AttestedPublicKey newerForm(Tlv sequence, Tlv oid) throws MalformedDataException {
        if (!Arrays.equals(oid.value(), NEWER_FORM)) {
            throw new MalformedDataException(WHAT, "it is marked as something else");
        }
        return of(
                sequence.require(0x63).require(Cvc.TAG_AUTHENTICATED_REQUEST),
                sequence.require(0x62).require(Cvc.TAG_CERTIFICATE),
                sequence.require(0x61).require(Cvc.TAG_CERTIFICATE));
    }

    private static AttestedPublicKey of(Tlv request, Tlv device, @Nullable Tlv issuer) throws MalformedDataException {
        Cvc parsed = Cvc.parse(request);
        if (parsed.kind() != Cvc.Kind.AUTHENTICATED_REQUEST) {
            throw new MalformedDataException(
                    WHAT, "an authenticated request (67) stands first in it, found a " + parsed);
        }
        return AttestedPublicKey.of(
                parsed, DeviceIdentity.of(Cvc.parse(device), issuer == null ? null : Cvc.parse(issuer)));
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
