// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.fault;

import static io.github.schsm.conformance.fault.BadInput.refused;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.AttestedPublicKey;
import io.github.schsm.conformance.bench.CarelessEcKey;
import io.github.schsm.conformance.bench.Group;
import io.github.schsm.conformance.bench.StrangeKeys;
import java.math.BigInteger;
import java.security.InvalidAlgorithmParameterException;
import java.security.InvalidKeyException;
import java.security.KeyFactory;
import java.security.NoSuchAlgorithmException;
import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECFieldFp;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPoint;
import java.security.spec.ECPublicKeySpec;
import java.security.spec.EllipticCurve;
import java.util.stream.Stream;
import javax.crypto.KeyAgreement;
import javax.crypto.ShortBufferException;

/** Agreements that cannot be. */
final class BadAgreements {
    private BadAgreements() {}

    static Stream<BadInput<?>> tables() {
        return Stream.of(ecdh(), xkek());
    }

    private static byte[] expected(BadInputWorld world) throws Exception {
        ECPublicKey own = (ECPublicKey) world.ec.getPublic();
        PublicKey plain =
                KeyFactory.getInstance("EC", "SunEC").generatePublic(new ECPublicKeySpec(own.getW(), own.getParams()));
        KeyAgreement sun = KeyAgreement.getInstance("ECDH", "SunEC");
        sun.init(world.softwareEc.getPrivate());
        sun.doPhase(plain, true);
        return sun.generateSecret();
    }

    private static void phase(KeyAgreement agreement, BadInputWorld world) throws Exception {
        agreement.doPhase(world.softwareEc.getPublic(), true);
    }

    /** A key of the right curve's parameters and some point. */
    private static ECPublicKey point(BadInputWorld world, ECPoint point) {
        return new CarelessEcKey(point, ((ECPublicKey) world.ec.getPublic()).getParams());
    }

    private static ECPoint own(BadInputWorld world) {
        return ((ECPublicKey) world.softwareEc.getPublic()).getW();
    }

    private static BigInteger prime(BadInputWorld world) {
        return ((ECFieldFp) ((ECPublicKey) world.ec.getPublic())
                        .getParams()
                        .getCurve()
                        .getField())
                .getP();
    }

    private static BadInput<KeyAgreement> ecdh() {
        return points(new BadInput<KeyAgreement>(
                        "ECDH",
                        world -> KeyAgreement.getInstance("ECDH", world.provider),
                        (agreement, world) -> agreement.init(world.ec.getPrivate()),
                        (agreement, world) -> {
                            phase(agreement, world);
                            assertThat(agreement.generateSecret()).isEqualTo(expected(world));
                        }))
                .fresh("no key", InvalidKeyException.class, (agreement, world) -> agreement.init(null))
                .fresh(
                        "software EC key",
                        InvalidKeyException.class,
                        (agreement, world) -> agreement.init(StrangeKeys.PRIVATE))
                .fresh(
                        "public key as the own one",
                        InvalidKeyException.class,
                        (agreement, world) -> agreement.init(world.ec.getPublic()))
                .fresh("AES key", InvalidKeyException.class, (agreement, world) -> agreement.init(world.aes))
                .fresh(
                        "key for ECDSA only",
                        InvalidKeyException.class,
                        (agreement, world) -> agreement.init(world.ecdsaOnly()))
                .fresh(
                        "exchange key",
                        InvalidKeyException.class,
                        (agreement, world) -> agreement.init(world.exchange().getPrivate()))
                .fresh(
                        "parameters",
                        InvalidAlgorithmParameterException.class,
                        (agreement, world) ->
                                agreement.init(world.ec.getPrivate(), new ECGenParameterSpec("secp256r1")))
                .fresh("doPhase before init", IllegalStateException.class, BadAgreements::phase)
                .fresh(
                        "generateSecret before init",
                        IllegalStateException.class,
                        (agreement, world) -> agreement.generateSecret())
                .lost("doPhase after init failed", IllegalStateException.class, (agreement, world) -> {
                    refused(() -> agreement.init(StrangeKeys.PRIVATE));
                    phase(agreement, world);
                })
                .lost("generateSecret after init failed", IllegalStateException.class, (agreement, world) -> {
                    phase(agreement, world);
                    refused(() -> agreement.init(StrangeKeys.PRIVATE));
                    agreement.generateSecret();
                })
                .kept(
                        "generateSecret before doPhase",
                        IllegalStateException.class,
                        (agreement, world) -> agreement.generateSecret())
                .kept(
                        "generateSecret for TLS before doPhase",
                        IllegalStateException.class,
                        (agreement, world) -> agreement.generateSecret("TlsPremasterSecret"))
                .kept("generateSecret twice", IllegalStateException.class, (agreement, world) -> {
                    phase(agreement, world);
                    agreement.generateSecret();
                    agreement.generateSecret();
                })
                .kept("secret of before another init", IllegalStateException.class, (agreement, world) -> {
                    phase(agreement, world);
                    agreement.init(world.ec.getPrivate());
                    agreement.generateSecret();
                })
                .kept("generateSecret after doPhase failed", IllegalStateException.class, (agreement, world) -> {
                    refused(() -> agreement.doPhase(world.otherCurve.getPublic(), true));
                    agreement.generateSecret();
                })
                .kept("secret as an AES key", NoSuchAlgorithmException.class, (agreement, world) -> {
                    phase(agreement, world);
                    agreement.generateSecret("AES");
                })
                .kept("buffer too small", ShortBufferException.class, (agreement, world) -> {
                    phase(agreement, world);
                    agreement.generateSecret(new byte[31], 0);
                })
                .kept("buffer too small from its offset on", ShortBufferException.class, (agreement, world) -> {
                    phase(agreement, world);
                    agreement.generateSecret(new byte[40], 9);
                })
                .kept("buffer too small, then a larger one", ShortBufferException.class, (agreement, world) -> {
                    phase(agreement, world);
                    refused(() -> agreement.generateSecret(new byte[31], 0));
                    assertThat(agreement.generateSecret(new byte[32], 0)).isEqualTo(32);
                    phase(agreement, world);
                    agreement.generateSecret(new byte[0], 0);
                })
                .kept(
                        "phase that is not the last",
                        IllegalStateException.class,
                        (agreement, world) -> agreement.doPhase(world.softwareEc.getPublic(), false))
                .lost("key that was deleted", InvalidKeyException.class, (agreement, world) -> {
                    agreement.init(world.deleted);
                    phase(agreement, world);
                })
                .kept(
                        "device taken out",
                        InvalidKeyException.class,
                        (agreement, world) -> world.without(() -> phase(agreement, world)));
    }

    private static BadInput<KeyAgreement> points(BadInput<KeyAgreement> table) {
        return table.kept("no peer", InvalidKeyException.class, (agreement, world) -> agreement.doPhase(null, true))
                .kept(
                        "private key as the peer's",
                        InvalidKeyException.class,
                        (agreement, world) -> agreement.doPhase(world.softwareEc.getPrivate(), true))
                .kept(
                        "RSA key as the peer's",
                        InvalidKeyException.class,
                        (agreement, world) -> agreement.doPhase(world.softwareRsa.getPublic(), true))
                .kept(
                        "secret key as the peer's",
                        InvalidKeyException.class,
                        (agreement, world) -> agreement.doPhase(world.softwareAes, true))
                .kept(
                        "peer on another curve",
                        InvalidKeyException.class,
                        (agreement, world) -> agreement.doPhase(world.otherCurve.getPublic(), true))
                .kept(
                        "peer without a curve",
                        InvalidKeyException.class,
                        (agreement, world) -> agreement.doPhase(new CarelessEcKey(own(world), null), true))
                .kept(
                        "peer without a point",
                        InvalidKeyException.class,
                        (agreement, world) -> agreement.doPhase(point(world, null), true))
                .kept(
                        "point at infinity",
                        InvalidKeyException.class,
                        (agreement, world) -> agreement.doPhase(point(world, ECPoint.POINT_INFINITY), true))
                .kept(
                        "point (0, 0)",
                        InvalidKeyException.class,
                        (agreement, world) ->
                                agreement.doPhase(point(world, new ECPoint(BigInteger.ZERO, BigInteger.ZERO)), true))
                .kept(
                        "point off the curve",
                        InvalidKeyException.class,
                        (agreement, world) -> agreement.doPhase(
                                point(
                                        world,
                                        new ECPoint(
                                                own(world).getAffineX(),
                                                own(world).getAffineY().add(BigInteger.ONE))),
                                true))
                .kept(
                        "coordinate that is not reduced",
                        InvalidKeyException.class,
                        (agreement, world) -> agreement.doPhase(
                                point(
                                        world,
                                        new ECPoint(
                                                own(world).getAffineX().add(prime(world)),
                                                own(world).getAffineY())),
                                true))
                .kept(
                        "negative coordinate",
                        InvalidKeyException.class,
                        (agreement, world) -> agreement.doPhase(
                                point(
                                        world,
                                        new ECPoint(
                                                own(world).getAffineX(),
                                                own(world).getAffineY().subtract(prime(world)))),
                                true))
                .kept(
                        "coordinate of 10,000 bits",
                        InvalidKeyException.class,
                        (agreement, world) -> agreement.doPhase(
                                point(world, new ECPoint(BigInteger.ONE.shiftLeft(10_000), BigInteger.ONE)), true))
                .kept(
                        "point of the twisted curve under its own parameters",
                        InvalidKeyException.class,
                        (agreement, world) -> {
                            ECParameterSpec right = ((ECPublicKey) world.ec.getPublic()).getParams();
                            ECParameterSpec twisted = new ECParameterSpec(
                                    new EllipticCurve(
                                            right.getCurve().getField(),
                                            right.getCurve().getA(),
                                            right.getCurve().getB().add(BigInteger.ONE)),
                                    right.getGenerator(),
                                    right.getOrder(),
                                    right.getCofactor());
                            agreement.doPhase(new CarelessEcKey(own(world), twisted), true);
                        });
    }

    private static BadInput<KeyAgreement> xkek() {
        return new BadInput<KeyAgreement>(
                        "ECDH_XKEK",
                        world -> KeyAgreement.getInstance("ECDH_XKEK", world.provider),
                        (agreement, world) -> agreement.init(world.exchange().getPrivate()),
                        (agreement, world) -> {
                            agreement.doPhase(world.exchangeOfTarget().getPublic(), true);
                            assertThat(agreement.generateSecret("XKEK").getAlgorithm())
                                    .isEqualTo("XKEK");
                        })
                .fresh("no key", InvalidKeyException.class, (agreement, world) -> agreement.init(null))
                .fresh(
                        "software EC key",
                        InvalidKeyException.class,
                        (agreement, world) -> agreement.init(StrangeKeys.PRIVATE))
                .fresh(
                        "key that is no exchange key",
                        InvalidKeyException.class,
                        (agreement, world) -> agreement.init(world.ec.getPrivate()))
                .fresh(
                        "key for ECDH only",
                        InvalidKeyException.class,
                        (agreement, world) -> agreement.init(world.ecdhOnly()))
                .fresh(
                        "key in the domain that is no exchange key",
                        InvalidKeyException.class,
                        (agreement, world) -> agreement.init(world.movable()))
                .fresh(
                        "parameters",
                        InvalidAlgorithmParameterException.class,
                        (agreement, world) ->
                                agreement.init(world.exchange().getPrivate(), new ECGenParameterSpec("secp256r1")))
                .fresh(
                        "doPhase before init",
                        IllegalStateException.class,
                        (agreement, world) ->
                                agreement.doPhase(world.exchangeOfTarget().getPublic(), true))
                .lost("doPhase after init failed", IllegalStateException.class, (agreement, world) -> {
                    refused(() -> agreement.init(world.ec.getPrivate()));
                    agreement.doPhase(world.exchangeOfTarget().getPublic(), true);
                })
                .kept("no peer", InvalidKeyException.class, (agreement, world) -> agreement.doPhase(null, true))
                .kept(
                        "software key as the peer's",
                        InvalidKeyException.class,
                        (agreement, world) -> agreement.doPhase(world.softwareEc.getPublic(), true))
                .kept("peer without its device's certificates", InvalidKeyException.class, (agreement, world) -> {
                    ECPublicKey peer = (ECPublicKey) world.exchangeOfTarget().getPublic();
                    agreement.doPhase(new CarelessEcKey(peer.getW(), peer.getParams()), true);
                })
                .kept(
                        "attested key that is no exchange key",
                        InvalidKeyException.class,
                        (agreement, world) -> agreement.doPhase(world.ec.getPublic(), true))
                .kept("peer whose request was changed", InvalidKeyException.class, (agreement, world) -> {
                    byte[] file = Group.publicKeyFile(world.exchangeOfTarget());
                    byte[] request = AttestedPublicKey.parse(file).request().getEncoded();
                    int signature = indexOf(file, request) + request.length - 1;
                    file[signature] ^= 1;
                    agreement.doPhase(AttestedPublicKey.parse(file), true);
                })
                .kept(
                        "phase that is not the last",
                        IllegalStateException.class,
                        (agreement, world) ->
                                agreement.doPhase(world.exchangeOfTarget().getPublic(), false))
                .kept(
                        "generateSecret before doPhase",
                        IllegalStateException.class,
                        (agreement, world) -> agreement.generateSecret("XKEK"))
                .kept("bytes of the KEK", IllegalStateException.class, (agreement, world) -> {
                    agreement.doPhase(world.exchangeOfTarget().getPublic(), true);
                    agreement.generateSecret();
                })
                .kept("bytes of the KEK in a buffer", IllegalStateException.class, (agreement, world) -> {
                    agreement.doPhase(world.exchangeOfTarget().getPublic(), true);
                    agreement.generateSecret(new byte[32], 0);
                })
                .kept("KEK as an AES key", NoSuchAlgorithmException.class, (agreement, world) -> {
                    agreement.doPhase(world.exchangeOfTarget().getPublic(), true);
                    agreement.generateSecret("AES");
                })
                .kept("generateSecret twice", IllegalStateException.class, (agreement, world) -> {
                    agreement.doPhase(world.exchangeOfTarget().getPublic(), true);
                    agreement.generateSecret("XKEK");
                    agreement.generateSecret("XKEK");
                })
                .kept(
                        "device taken out",
                        InvalidKeyException.class,
                        (agreement, world) -> world.without(
                                () -> agreement.doPhase(world.exchangeOfTarget().getPublic(), true)));
    }

    private static int indexOf(byte[] all, byte[] part) {
        for (int at = 0; at <= all.length - part.length; at++) {
            if (java.util.Arrays.equals(all, at, at + part.length, part, 0, part.length)) {
                return at;
            }
        }
        throw new AssertionError("the request is not in the file");
    }
}
