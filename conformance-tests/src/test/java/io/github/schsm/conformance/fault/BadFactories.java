// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.fault;

import static io.github.schsm.conformance.fault.BadInputWorld.DATA;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.Sp80056cKeySpec;
import io.github.schsm.conformance.bench.Backend.Ability;
import io.github.schsm.conformance.bench.StrangeKeys;
import java.security.InvalidKeyException;
import java.security.Key;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.KeySpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.function.Function;
import java.util.stream.Stream;
import javax.crypto.SecretKey;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.SecretKeySpec;

/** Keys that cannot be translated, and secrets that cannot be derived. */
final class BadFactories {
    private BadFactories() {}

    static Stream<BadInput<?>> tables() {
        return Stream.of(
                keys("EC", world -> world.ec, world -> world.softwareRsa, world -> world.rsa),
                keys("RSA", world -> world.rsa, world -> world.softwareEc, world -> world.ec),
                secrets(),
                derivation());
    }

    private static BadInput<KeyFactory> keys(
            String name,
            Function<BadInputWorld, KeyPair> ours,
            Function<BadInputWorld, KeyPair> otherSoftware,
            Function<BadInputWorld, KeyPair> other) {
        return new BadInput<KeyFactory>(
                        "KeyFactory " + name,
                        world -> KeyFactory.getInstance(name, world.provider),
                        (factory, world) -> {},
                        (factory, world) -> {
                            Key key = ours.apply(world).getPrivate();
                            assertThat(factory.translateKey(key)).isEqualTo(key);
                        })
                .kept("no key", InvalidKeyException.class, (factory, world) -> factory.translateKey(null))
                .kept(
                        "software key",
                        InvalidKeyException.class,
                        (factory, world) -> factory.translateKey(StrangeKeys.PRIVATE))
                .kept(
                        "key of another type",
                        InvalidKeyException.class,
                        (factory, world) ->
                                factory.translateKey(other.apply(world).getPrivate()))
                .kept("AES key", InvalidKeyException.class, (factory, world) -> factory.translateKey(world.aes))
                .kept("no spec", InvalidKeySpecException.class, (factory, world) -> factory.generatePrivate(null))
                .kept(
                        "encoded private key of another type",
                        InvalidKeySpecException.class,
                        (factory, world) -> factory.generatePrivate(new PKCS8EncodedKeySpec(
                                otherSoftware.apply(world).getPrivate().getEncoded())))
                .kept(
                        "damaged public key",
                        InvalidKeySpecException.class,
                        (factory, world) -> factory.generatePublic(new X509EncodedKeySpec(DATA)))
                .kept(
                        "bytes of a key of the device",
                        InvalidKeySpecException.class,
                        (factory, world) ->
                                factory.getKeySpec(ours.apply(world).getPrivate(), PKCS8EncodedKeySpec.class))
                .kept(
                        "bytes of no key",
                        InvalidKeySpecException.class,
                        (factory, world) -> factory.getKeySpec(null, PKCS8EncodedKeySpec.class));
    }

    private static BadInput<SecretKeyFactory> secrets() {
        return new BadInput<SecretKeyFactory>(
                        "SecretKeyFactory AES",
                        world -> SecretKeyFactory.getInstance("AES", world.provider),
                        (factory, world) -> {},
                        (factory, world) ->
                                assertThat(factory.translateKey(world.aes)).isEqualTo(world.aes))
                .kept("no key", InvalidKeyException.class, (factory, world) -> factory.translateKey(null))
                .kept(
                        "KEK",
                        InvalidKeyException.class,
                        (factory, world) -> factory.translateKey(world.keks().source()))
                .kept("no spec", InvalidKeySpecException.class, (factory, world) -> factory.generateSecret(null))
                .kept(
                        "bytes of a key of the device",
                        InvalidKeySpecException.class,
                        (factory, world) -> factory.getKeySpec(world.aes, SecretKeySpec.class));
    }

    private static KeySpec spec(SecretKey key) {
        return new Sp80056cKeySpec(key, DATA, "AES");
    }

    private static BadInput<SecretKeyFactory> derivation() {
        return new BadInput<SecretKeyFactory>(
                        "SecretKeyFactory SP800-56C",
                        world -> SecretKeyFactory.getInstance("SP800-56C", world.provider),
                        (factory, world) -> world.require(Ability.DERIVED_KEYS),
                        (factory, world) -> assertThat(factory.generateSecret(spec(world.aes)))
                                .isEqualTo(SecretKeyFactory.getInstance("SP800-56C", world.provider)
                                        .generateSecret(spec(world.aes))))
                .kept("no spec", InvalidKeySpecException.class, (factory, world) -> factory.generateSecret(null))
                .kept(
                        "bytes",
                        InvalidKeySpecException.class,
                        (factory, world) -> factory.generateSecret(new SecretKeySpec(new byte[16], "AES")))
                .kept(
                        "software key",
                        IllegalArgumentException.class,
                        (factory, world) -> factory.generateSecret(spec(world.softwareAes)))
                .kept(
                        "KEK",
                        IllegalArgumentException.class,
                        (factory, world) ->
                                factory.generateSecret(spec(world.keks().source())))
                .kept(
                        "key for CMAC only",
                        InvalidKeySpecException.class,
                        (factory, world) -> factory.generateSecret(spec(world.cmacOnly())))
                .kept(
                        "key that was deleted",
                        InvalidKeySpecException.class,
                        (factory, world) -> factory.generateSecret(spec(world.deletedAes)))
                .kept(
                        "5 kB",
                        InvalidKeySpecException.class,
                        (factory, world) ->
                                factory.generateSecret(new Sp80056cKeySpec(world.aes, new byte[5000], "AES")))
                .kept(
                        "device taken out",
                        InvalidKeySpecException.class,
                        (factory, world) -> world.without(() -> factory.generateSecret(spec(world.aes))))
                .kept(
                        "bytes of a key",
                        InvalidKeySpecException.class,
                        (factory, world) -> factory.getKeySpec(world.aes, SecretKeySpec.class))
                .kept("translation", InvalidKeyException.class, (factory, world) -> factory.translateKey(world.aes));
    }
}
