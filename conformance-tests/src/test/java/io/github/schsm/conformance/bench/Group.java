// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.bench;

import io.github.schsm.AttestedPublicKey;
import io.github.schsm.DeviceIdentity;
import io.github.schsm.Kdm;
import io.github.schsm.KeyAlgorithm;
import io.github.schsm.KeyDomain;
import io.github.schsm.SchsmDevice;
import io.github.schsm.SchsmKeySpec;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.Provider;
import java.security.spec.AlgorithmParameterSpec;
import java.security.spec.ECGenParameterSpec;
import javax.crypto.KeyAgreement;
import javax.crypto.KeyGenerator;
import javax.crypto.SecretKey;

/** Chapter 3 of the how-to, done with JCA calls: two devices that are members of one XKEK key domain in slot 0. */
public final class Group {
    private final Side source;
    private final Side target;
    private final KeyPair signer;

    private Group(Side source, Side target, KeyPair signer) {
        this.source = source;
        this.target = target;
        this.signer = signer;
    }

    /**
     * One of the two.
     *
     * @param domain the key domain in this device
     */
    public record Side(Provider provider, KeyStore keyStore, SchsmDevice device, KeyDomain domain) {
        /** Generates an EC key. */
        public KeyPair generate(SchsmKeySpec spec) throws Exception {
            return generatePair(provider, spec);
        }

        /** Generates an EC key in the key domain that may sign and move. */
        public KeyPair movable(String label) throws Exception {
            return generate(SchsmKeySpec.builder(label)
                    .parameters(new ECGenParameterSpec("secp256r1"))
                    .domain(domain)
                    .allow(KeyAlgorithm.ECDSA, KeyAlgorithm.WRAP)
                    .build());
        }

        /** Generates an AES key. */
        public SecretKey generateSecret(SchsmKeySpec spec) throws Exception {
            KeyGenerator generator = KeyGenerator.getInstance("AES", provider);
            generator.init(spec);
            return generator.generateKey();
        }

        /** Agrees on a KEK with the key in a public key file, which has to come from the other side. */
        public SecretKey agree(KeyPair exchange, byte[] peersFile) throws Exception {
            KeyAgreement agreement = KeyAgreement.getInstance("ECDH_XKEK", provider);
            agreement.init(exchange.getPrivate());
            agreement.doPhase(AttestedPublicKey.parse(peersFile), true);
            return agreement.generateSecret("XKEK");
        }
    }

    /** The KEK handles of the two sides, for the same KEK. */
    public record Keks(SecretKey source, SecretKey target) {}

    /** Makes the devices of a bench members of a new group whose signer is on the source. */
    public static Group of(Bench bench) throws Exception {
        KeyStore from = bench.source().keyStore();
        KeyStore to = bench.target().keyStore();
        SchsmDevice fromDevice = SchsmDevice.of(from);
        SchsmDevice toDevice = SchsmDevice.of(to);
        KeyPair signer = generatePair(bench.source().provider(), signerSpec("group-signer"));
        Kdm kdmOfSource = Kdm.issue(signer, fromDevice.identity());
        byte[] targetsDeviceId = toDevice.identity().encode();
        byte[] kdmOfTarget =
                Kdm.issue(signer, DeviceIdentity.parse(targetsDeviceId)).encode();
        KeyDomain domainOfSource = fromDevice.createKeyDomain(0, kdmOfSource);
        KeyDomain domainOfTarget = toDevice.createKeyDomain(0, Kdm.parse(kdmOfTarget));
        return new Group(
                new Side(bench.source().provider(), from, fromDevice, domainOfSource),
                new Side(bench.target().provider(), to, toDevice, domainOfTarget),
                signer);
    }

    /** A group signer is an ordinary key on brainpoolP256r1. */
    public static SchsmKeySpec signerSpec(String label) {
        return SchsmKeySpec.builder(label)
                .parameters(new ECGenParameterSpec("brainpoolP256r1"))
                .build();
    }

    /** Generates an EC key with nothing but a label and a curve. */
    public static KeyPair generateEc(Provider provider, String label, String curve) throws Exception {
        return generatePair(
                provider,
                SchsmKeySpec.builder(label)
                        .parameters(new ECGenParameterSpec(curve))
                        .build());
    }

    /** Generates an EC key. */
    public static KeyPair generatePair(Provider provider, SchsmKeySpec spec) throws Exception {
        return generatePair(provider, "EC", spec);
    }

    /** Generates a key pair of an algorithm, {@code EC} or {@code RSA}. */
    public static KeyPair generatePair(Provider provider, String algorithm, AlgorithmParameterSpec spec)
            throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm, provider);
        generator.initialize(spec);
        return generator.generateKeyPair();
    }

    /** The device that has the keys at first. */
    public Side source() {
        return source;
    }

    /** The device they go to. */
    public Side target() {
        return target;
    }

    /** The group signer. */
    public KeyPair signer() {
        return signer;
    }

    /** Generates exchange keys called {@code exchange}, passes their public key files across, and agrees. */
    public Keks agree() throws Exception {
        KeyPair ofSource = source.generate(SchsmKeySpec.exchangeKey("exchange", source.domain()));
        KeyPair ofTarget = target.generate(SchsmKeySpec.exchangeKey("exchange", target.domain()));
        SecretKey kekOfSource = source.agree(ofSource, publicKeyFile(ofTarget));
        SecretKey kekOfTarget = target.agree(ofTarget, publicKeyFile(ofSource));
        return new Keks(kekOfSource, kekOfTarget);
    }

    /** What a device exports so that another one can agree with it. */
    public static byte[] publicKeyFile(KeyPair exchange) {
        return ((AttestedPublicKey) exchange.getPublic()).encode();
    }
}
