// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.provider.card;

import io.github.schsm.Cvc;
import io.github.schsm.DeviceException;
import io.github.schsm.InvalidRequestException;
import io.github.schsm.KeyAlgorithm;
import io.github.schsm.KeyDetails;
import io.github.schsm.SchsmException;
import io.github.schsm.TokenKey;
import io.github.schsm.card.SmartCardHsm;
import io.github.schsm.card.files.Files;
import io.github.schsm.card.files.KeyAttributes;
import io.github.schsm.card.files.KeyPairRequest;
import io.github.schsm.codec.EcCurve;
import io.github.schsm.codec.EcdsaSignature;
import io.github.schsm.codec.HashAlgorithm;
import io.github.schsm.codec.Tlv;
import io.github.schsm.spi.KeyRequest;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.interfaces.ECPublicKey;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Derivation of EC keys in the device. It makes a private key and nothing else, so the public half is computed here and
 * checked by a use of the new key: a request that the key itself signs, which is then stored with it as the device does
 * for a key that it generates, or, where the key may not sign, an agreement.
 */
final class CardKeyDerivation {
    private static final int CERTIFICATE = 0x7F21;
    private static final int BODY = 0x7F4E;
    private static final int SIGNATURE = 0x5F37;
    private static final int PUBLIC_KEY = 0x7F49;
    private static final int COFACTOR = 0x87;

    private final CardToken token;

    CardKeyDerivation(CardToken token) {
        this.token = token;
    }

    TokenKey derive(TokenKey parent, byte[] value, KeyRequest request) throws SchsmException {
        int parentKid = CardToken.kid(parent);
        return token.withContents(card -> {
            KeyDetails details = token.details(card, parentKid, parent.type());
            EcCurve curve = details.curve();
            if (curve == null || !(details.publicKey() instanceof ECPublicKey publicKey)) {
                throw new InvalidRequestException("the public key of " + parent + " in device " + token.name()
                        + " is not known, so that of a key derived from it cannot be computed");
            }
            byte[] point = curve.add(publicKey.getW(), new BigInteger(1, value))
                    .orElseThrow(() -> new InvalidRequestException(
                            "no key can be derived by this value: it is the negative of the private key"));
            int kid = token.freeKid(card);
            List<Integer> fids = List.of(Files.key(kid), Files.keyDescription(kid), Files.keyCertificate(kid));
            KeyAttributes attributes;
            try {
                attributes = make(card, parentKid, kid, value, curve, point);
                token.describe(card, kid, request, CardToken.keyIdentifier(point));
            } catch (SchsmException | RuntimeException failed) {
                token.takeBack(card, fids, failed);
                throw failed;
            }
            token.contents().add(Files.key(kid));
            token.contents().putAttributes(kid, attributes);
            token.contents().recovered(kid, () -> curve.publicKey(point));
            return token.key(card, kid);
        });
    }

    private KeyAttributes make(SmartCardHsm card, int parentKid, int kid, byte[] value, EcCurve curve, byte[] point)
            throws SchsmException {
        card.deriveEcKey(parentKid, kid, value);
        token.contents().forgetAttributes(parentKid);
        KeyAttributes attributes = card.keyAttributes(kid);
        if (PublicKeyRecovery.allows(attributes, KeyAlgorithm.ECDSA)) {
            Cvc request = request(card, kid, curve, point, attributes);
            card.updateBinary(Files.keyCertificate(kid), request.getEncoded());
            token.contents().put(Files.keyCertificate(kid), request.getEncoded());
            return attributes.useCounter().isPresent() ? card.keyAttributes(kid) : attributes;
        }
        if (PublicKeyRecovery.allows(attributes, KeyAlgorithm.ECDH)) {
            byte[] generator = curve.encode(curve.parameters().getGenerator());
            byte[] x = card.deriveEcdh(kid, generator, attributes.retry());
            if (!Arrays.equals(x, Arrays.copyOfRange(point, 1, 1 + curve.fieldLength()))) {
                throw notThatKey(kid);
            }
            return attributes;
        }
        throw new InvalidRequestException(
                "the derived key would inherit an algorithm list with neither ECDSA nor ECDH, "
                        + attributes.algorithms().orElse(List.of())
                        + ", so nobody could use it or check what was derived: generate the parent with one of them");
    }

    /** A request without the device's own signature: the device attests only what it generated. */
    private Cvc request(SmartCardHsm card, int kid, EcCurve curve, byte[] point, KeyAttributes attributes)
            throws SchsmException {
        String chr = card.identity().keyReference();
        List<Tlv> key = new ArrayList<>();
        for (Tlv part :
                KeyPairRequest.ec(curve, chr, KeyAttributes.NONE).publicKey().children()) {
            if (part.tag() == COFACTOR) {
                key.add(Tlv.of(0x86, point));
            }
            key.add(part);
        }
        Tlv body = Tlv.of(
                BODY,
                Tlv.of(0x5F29, new byte[] {0}),
                text(0x42, chr),
                Tlv.of(PUBLIC_KEY, key.toArray(Tlv[]::new)),
                text(0x5F20, chr));
        byte[] hash = EcdsaSignature.truncate(HashAlgorithm.SHA256.digest(body.encoded()), curve.orderLength());
        byte[] signature = EcdsaSignature.parse(card.sign(kid, KeyAlgorithm.ECDSA, hash, attributes.retry()))
                .plain(curve.orderLength());
        Cvc request = Cvc.parse(Tlv.of(CERTIFICATE, body, Tlv.of(SIGNATURE, signature)));
        if (!request.isSelfSigned()) {
            throw notThatKey(kid);
        }
        return request;
    }

    private DeviceException notThatKey(int kid) {
        return new DeviceException(
                "DERIVE EC KEY",
                0x9000,
                "key " + kid + ": device " + token.name() + " derived another key than d + value mod n");
    }

    private static Tlv text(int tag, String text) {
        return Tlv.of(tag, text.getBytes(StandardCharsets.ISO_8859_1));
    }
}
