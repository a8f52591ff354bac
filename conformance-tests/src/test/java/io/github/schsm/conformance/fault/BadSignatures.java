// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.fault;

import static io.github.schsm.conformance.fault.BadInput.refused;
import static io.github.schsm.conformance.fault.BadInputWorld.DATA;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.conformance.bench.Pki;
import io.github.schsm.conformance.bench.StrangeKeys;
import java.security.InvalidAlgorithmParameterException;
import java.security.InvalidKeyException;
import java.security.InvalidParameterException;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.util.stream.Stream;
import javax.crypto.spec.IvParameterSpec;

/** Signatures that cannot be made. */
final class BadSignatures {
    private BadSignatures() {}

    static Stream<BadInput<?>> tables() {
        return Stream.of(
                ecdsa("SHA1withECDSA"),
                ecdsa("SHA256withECDSA"),
                ecdsa("SHA512withECDSAinP1363Format"),
                none(ecdsa("NONEwithECDSA")));
    }

    private static BadInput<Signature> ecdsa(String name) {
        boolean isRaw = name.startsWith("NONE");
        BadInput<Signature> table = new BadInput<>(
                name,
                world -> Signature.getInstance(name, world.provider),
                (signature, world) -> signature.initSign(world.ec.getPrivate()),
                (signature, world) -> {
                    signature.update(
                            isRaw ? MessageDigest.getInstance("SHA-256").digest(DATA) : DATA);
                    assertThat(Pki.verifies(
                                    isRaw ? "SHA256withECDSA" : name, world.ec.getPublic(), DATA, signature.sign()))
                            .isTrue();
                });
        return common(table)
                .fresh(
                        "key on which only ECDH is allowed",
                        InvalidKeyException.class,
                        (signature, world) -> signature.initSign(world.ecdhOnly()))
                .fresh(
                        "exchange key",
                        InvalidKeyException.class,
                        (signature, world) ->
                                signature.initSign(world.exchange().getPrivate()))
                .lost("key that was deleted", SignatureException.class, (signature, world) -> {
                    signature.initSign(world.deleted);
                    signature.update(DATA);
                    signature.sign();
                })
                .lost("key whose use counter ended", SignatureException.class, (signature, world) -> {
                    signature.initSign(world.usedUp());
                    signature.update(DATA);
                    signature.sign();
                })
                .kept(
                        "parameters of another curve",
                        InvalidAlgorithmParameterException.class,
                        (signature, world) ->
                                signature.setParameter(((ECPublicKey) world.otherCurve.getPublic()).getParams()))
                .kept(
                        "parameters of another algorithm",
                        InvalidAlgorithmParameterException.class,
                        (signature, world) -> signature.setParameter(PSSParameterSpec.DEFAULT));
    }

    private static BadInput<Signature> none(BadInput<Signature> table) {
        return table.kept("no hash", SignatureException.class, (signature, world) -> signature.sign())
                .kept(
                        "more than a hash",
                        SignatureException.class,
                        (signature, world) -> signature.update(new byte[67]))
                .kept("more than a hash in pieces", SignatureException.class, (signature, world) -> {
                    signature.update(new byte[66]);
                    signature.update((byte) 0);
                });
    }

    /** What is wrong for every signature. */
    static BadInput<Signature> common(BadInput<Signature> table) {
        return table.fresh(
                        "no key",
                        InvalidKeyException.class,
                        (signature, world) -> signature.initSign((PrivateKey) null))
                .fresh(
                        "key that no provider takes",
                        InvalidKeyException.class,
                        (signature, world) -> signature.initSign(StrangeKeys.PRIVATE))
                .fresh(
                        "verification with no key",
                        InvalidKeyException.class,
                        (signature, world) -> signature.initVerify((PublicKey) null))
                .fresh("sign before initSign", SignatureException.class, (signature, world) -> signature.sign())
                .fresh("update before initSign", SignatureException.class, (signature, world) -> signature.update(DATA))
                .fresh(
                        "update with one byte before initSign",
                        SignatureException.class,
                        (signature, world) -> signature.update((byte) 1))
                .fresh(
                        "verify before anything",
                        SignatureException.class,
                        (signature, world) -> signature.verify(new byte[70]))
                .kept(
                        "verify after initSign",
                        SignatureException.class,
                        (signature, world) -> signature.verify(new byte[70]))
                .lost("sign after initSign failed", SignatureException.class, (signature, world) -> {
                    signature.update(DATA);
                    refused(() -> signature.initSign(StrangeKeys.PRIVATE));
                    signature.sign();
                })
                .lost("update and sign after initSign failed", SignatureException.class, (signature, world) -> {
                    refused(() -> signature.initSign(StrangeKeys.PRIVATE));
                    signature.update(DATA);
                    signature.sign();
                })
                .lost("sign after initVerify failed", SignatureException.class, (signature, world) -> {
                    signature.update(DATA);
                    refused(() -> signature.initVerify((PublicKey) null));
                    signature.sign();
                })
                .lost("software key in the middle of it", InvalidKeyException.class, (signature, world) -> {
                    signature.update(new byte[7]);
                    signature.initSign(StrangeKeys.PRIVATE);
                })
                .kept(
                        "data from a negative offset",
                        IllegalArgumentException.class,
                        (signature, world) -> signature.update(DATA, -1, 2))
                .kept(
                        "more data than there is",
                        IllegalArgumentException.class,
                        (signature, world) -> signature.update(DATA, 3, 3))
                .kept("no data", IllegalArgumentException.class, (signature, world) -> signature.update(null, 0, 0))
                .kept("buffer too small for the signature", SignatureException.class, (signature, world) -> {
                    signature.update(new byte[32]);
                    signature.sign(new byte[10], 0, 10);
                })
                .kept(
                        "no place for the signature",
                        IllegalArgumentException.class,
                        (signature, world) -> signature.sign(new byte[100], 90, 100))
                .kept(
                        "IV as a parameter",
                        InvalidAlgorithmParameterException.class,
                        (signature, world) -> signature.setParameter(new IvParameterSpec(new byte[16])))
                .kept(
                        "name of a curve as a parameter",
                        InvalidAlgorithmParameterException.class,
                        (signature, world) -> signature.setParameter(new ECGenParameterSpec("secp256r1")))
                .kept("parameter by name", InvalidParameterException.class, BadSignatures::setByName)
                .kept("name of a parameter", InvalidParameterException.class, BadSignatures::getByName)
                .kept("device taken out before sign", SignatureException.class, (signature, world) -> {
                    signature.update(new byte[32]);
                    world.without(signature::sign);
                });
    }

    @SuppressWarnings("deprecation") // programs still do it
    private static void setByName(Signature signature, BadInputWorld world) {
        signature.setParameter("salt", 20);
    }

    @SuppressWarnings("deprecation") // programs still do it
    private static void getByName(Signature signature, BadInputWorld world) {
        signature.getParameter("salt");
    }
}
