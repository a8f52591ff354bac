// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.fault;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.SchsmKeySpec;
import java.math.BigInteger;
import java.security.InvalidAlgorithmParameterException;
import java.security.InvalidParameterException;
import java.security.KeyPairGenerator;
import java.security.ProviderException;
import java.security.SecureRandom;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.AlgorithmParameterSpec;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.EllipticCurve;
import java.security.spec.RSAKeyGenParameterSpec;
import java.util.List;
import java.util.stream.Stream;
import javax.crypto.KeyGenerator;
import javax.crypto.spec.IvParameterSpec;

/** Keys and random numbers that cannot be made. */
final class BadGenerators {
    private static final String MADE = "made";

    private BadGenerators() {}

    static Stream<BadInput<?>> tables() {
        return Stream.of(ecPairs(), rsaPairs(), aesKeys(), random());
    }

    private static SchsmKeySpec ec(String curve) {
        return SchsmKeySpec.builder(MADE)
                .parameters(new ECGenParameterSpec(curve))
                .build();
    }

    private static BadInput<KeyPairGenerator> ecPairs() {
        BadInput<KeyPairGenerator> table = new BadInput<>(
                "KeyPairGenerator EC",
                world -> KeyPairGenerator.getInstance("EC", world.provider),
                (generator, world) -> generator.initialize(ec("secp256r1")),
                (generator, world) -> {
                    ECPublicKey made = (ECPublicKey) generator.generateKeyPair().getPublic();
                    assertThat(made.getParams().getOrder())
                            .isEqualTo(((ECPublicKey) world.ec.getPublic())
                                    .getParams()
                                    .getOrder());
                    world.keyStore.deleteEntry(MADE);
                });
        for (int bits : new int[] {-1, 0, 128, 255, 1024}) {
            table.fresh(
                    "size of " + bits,
                    InvalidParameterException.class,
                    (generator, world) -> generator.initialize(bits));
        }
        return table.fresh(
                        "no parameters",
                        InvalidAlgorithmParameterException.class,
                        (generator, world) -> generator.initialize((AlgorithmParameterSpec) null))
                .fresh(
                        "curve that there is not",
                        InvalidAlgorithmParameterException.class,
                        (generator, world) -> generator.initialize(new ECGenParameterSpec("secp1024r1")))
                .fresh(
                        "curve that devices have not",
                        InvalidAlgorithmParameterException.class,
                        (generator, world) -> generator.initialize(new ECGenParameterSpec("sect283r1")))
                .fresh(
                        "curve without a name",
                        InvalidAlgorithmParameterException.class,
                        (generator, world) -> generator.initialize(new ECGenParameterSpec("")))
                .fresh("curve nobody knows, in full", InvalidAlgorithmParameterException.class, (generator, world) -> {
                    ECParameterSpec right = ((ECPublicKey) world.ec.getPublic()).getParams();
                    generator.initialize(new ECParameterSpec(
                            new EllipticCurve(
                                    right.getCurve().getField(),
                                    right.getCurve().getA(),
                                    right.getCurve().getB().add(BigInteger.ONE)),
                            right.getGenerator(),
                            right.getOrder(),
                            right.getCofactor()));
                })
                .fresh(
                        "parameters of RSA",
                        InvalidAlgorithmParameterException.class,
                        (generator, world) ->
                                generator.initialize(new RSAKeyGenParameterSpec(2048, RSAKeyGenParameterSpec.F4)))
                .fresh(
                        "spec with parameters of RSA",
                        InvalidAlgorithmParameterException.class,
                        (generator, world) -> generator.initialize(SchsmKeySpec.builder(MADE)
                                .parameters(new RSAKeyGenParameterSpec(2048, RSAKeyGenParameterSpec.F4))
                                .build()))
                .fresh(
                        "spec with a size of 7",
                        InvalidAlgorithmParameterException.class,
                        (generator, world) -> generator.initialize(
                                SchsmKeySpec.builder(MADE).keySize(7).build()))
                .lost(
                        "curve that there is not, after a good one",
                        InvalidAlgorithmParameterException.class,
                        (generator, world) -> generator.initialize(ec("secp1024r1")))
                .lost("domain of another device", ProviderException.class, (generator, world) -> {
                    generator.initialize(SchsmKeySpec.builder(MADE)
                            .parameters(new ECGenParameterSpec("secp256r1"))
                            .domain(world.group().target().domain())
                            .build());
                    generator.generateKeyPair();
                })
                .kept(
                        "device taken out",
                        ProviderException.class,
                        (generator, world) -> world.without(generator::generateKeyPair));
    }

    private static SchsmKeySpec rsa(int size) {
        return SchsmKeySpec.builder(MADE).keySize(size).build();
    }

    private static BadInput<KeyPairGenerator> rsaPairs() {
        BadInput<KeyPairGenerator> table = new BadInput<>(
                "KeyPairGenerator RSA",
                world -> KeyPairGenerator.getInstance("RSA", world.provider),
                (generator, world) -> generator.initialize(rsa(1024)),
                (generator, world) -> {
                    RSAPublicKey made =
                            (RSAPublicKey) generator.generateKeyPair().getPublic();
                    assertThat(made.getModulus().bitLength()).isEqualTo(1024);
                    world.keyStore.deleteEntry(MADE);
                });
        for (int bits : new int[] {-1, 0, 512, 1025, 8192}) {
            table.fresh(
                    "size of " + bits,
                    InvalidParameterException.class,
                    (generator, world) -> generator.initialize(bits));
        }
        for (BigInteger exponent : List.of(
                BigInteger.ZERO,
                BigInteger.ONE,
                BigInteger.valueOf(65536),
                BigInteger.ONE.negate(),
                BigInteger.TWO.pow(65).add(BigInteger.ONE))) {
            table.fresh(
                    "exponent " + exponent,
                    InvalidAlgorithmParameterException.class,
                    (generator, world) -> generator.initialize(new RSAKeyGenParameterSpec(1024, exponent)));
        }
        return table.fresh(
                        "no parameters",
                        InvalidAlgorithmParameterException.class,
                        (generator, world) -> generator.initialize((AlgorithmParameterSpec) null))
                .fresh(
                        "no exponent",
                        InvalidAlgorithmParameterException.class,
                        (generator, world) -> generator.initialize(new RSAKeyGenParameterSpec(1024, null)))
                .fresh(
                        "curve",
                        InvalidAlgorithmParameterException.class,
                        (generator, world) -> generator.initialize(new ECGenParameterSpec("secp256r1")))
                .fresh(
                        "spec with a curve",
                        InvalidAlgorithmParameterException.class,
                        (generator, world) -> generator.initialize(ec("secp256r1")))
                .fresh(
                        "spec with a size of 256",
                        InvalidAlgorithmParameterException.class,
                        (generator, world) -> generator.initialize(rsa(256)))
                .lost("domain of another device", ProviderException.class, (generator, world) -> {
                    generator.initialize(SchsmKeySpec.builder(MADE)
                            .keySize(1024)
                            .domain(world.group().target().domain())
                            .build());
                    generator.generateKeyPair();
                })
                .kept(
                        "device taken out",
                        ProviderException.class,
                        (generator, world) -> world.without(generator::generateKeyPair));
    }

    private static BadInput<KeyGenerator> aesKeys() {
        BadInput<KeyGenerator> table = new BadInput<>(
                "KeyGenerator AES",
                world -> KeyGenerator.getInstance("AES", world.provider),
                (generator, world) ->
                        generator.init(SchsmKeySpec.builder(MADE).keySize(192).build()),
                (generator, world) -> {
                    assertThat(generator.generateKey().getAlgorithm()).isEqualTo("AES");
                    world.keyStore.deleteEntry(MADE);
                });
        for (int bits : new int[] {-1, 0, 64, 129, 512}) {
            table.fresh("size of " + bits, InvalidParameterException.class, (generator, world) -> generator.init(bits));
        }
        return table.fresh(
                        "no parameters",
                        InvalidAlgorithmParameterException.class,
                        (generator, world) -> generator.init((AlgorithmParameterSpec) null))
                .fresh(
                        "IV",
                        InvalidAlgorithmParameterException.class,
                        (generator, world) -> generator.init(new IvParameterSpec(new byte[16])))
                .fresh(
                        "curve",
                        InvalidAlgorithmParameterException.class,
                        (generator, world) -> generator.init(new ECGenParameterSpec("secp256r1")))
                .fresh(
                        "spec with a curve",
                        InvalidAlgorithmParameterException.class,
                        (generator, world) -> generator.init(ec("secp256r1")))
                .fresh(
                        "spec with a size of 100",
                        InvalidAlgorithmParameterException.class,
                        (generator, world) -> generator.init(
                                SchsmKeySpec.builder(MADE).keySize(100).build()))
                .lost(
                        "spec with a size of 1, after a good one",
                        InvalidAlgorithmParameterException.class,
                        (generator, world) -> generator.init(
                                SchsmKeySpec.builder(MADE).keySize(1).build()))
                .lost("domain of another device", ProviderException.class, (generator, world) -> {
                    generator.init(SchsmKeySpec.builder(MADE)
                            .keySize(256)
                            .domain(world.group().target().domain())
                            .build());
                    generator.generateKey();
                })
                .kept(
                        "device taken out",
                        ProviderException.class,
                        (generator, world) -> world.without(generator::generateKey));
    }

    private static BadInput<SecureRandom> random() {
        return new BadInput<SecureRandom>(
                        "SecureRandom SCHSM",
                        world -> SecureRandom.getInstance("SCHSM", world.provider),
                        (random, world) -> {},
                        (random, world) -> {
                            byte[] bytes = new byte[20];
                            random.nextBytes(bytes);
                            assertThat(bytes).isNotEqualTo(new byte[20]);
                        })
                .kept(
                        "no parameters",
                        IllegalArgumentException.class,
                        (random, world) -> random.nextBytes(new byte[5], null))
                .kept("less than nothing", IllegalArgumentException.class, (random, world) -> random.generateSeed(-1))
                .kept("reseeding", UnsupportedOperationException.class, (random, world) -> random.reseed())
                .kept(
                        "device taken out",
                        ProviderException.class,
                        (random, world) -> world.without(() -> random.nextBytes(new byte[5])));
    }
}
