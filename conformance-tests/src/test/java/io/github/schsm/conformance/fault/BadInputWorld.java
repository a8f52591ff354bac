// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.github.schsm.AttestedPublicKey;
import io.github.schsm.KeyAlgorithm;
import io.github.schsm.SchsmDevice;
import io.github.schsm.SchsmException;
import io.github.schsm.SchsmKeySpec;
import io.github.schsm.Sp80056cKeySpec;
import io.github.schsm.conformance.bench.Backend.Ability;
import io.github.schsm.conformance.bench.Bench;
import io.github.schsm.conformance.bench.Group;
import io.github.schsm.conformance.bench.Pki;
import io.github.schsm.conformance.bench.SimulatorBench;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.util.Objects;
import javax.crypto.KeyGenerator;
import javax.crypto.SecretKey;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.SecretKeySpec;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;

/** Devices with a good key of each kind, and with keys that are no good. */
final class BadInputWorld implements AutoCloseable {
    static final byte[] DATA = {1, 2, 3, 4, 5};

    final Bench bench;
    final Provider provider;
    final KeyStore keyStore;
    private final @Nullable Group group;
    private final Group.@Nullable Keks keks;
    private final @Nullable KeyPair exchange;
    private final @Nullable KeyPair exchangeOfTarget;
    final KeyPair ec;
    final KeyPair otherCurve;
    private final @Nullable PrivateKey ecdhOnly;
    private final @Nullable PrivateKey ecdsaOnly;
    final PrivateKey deleted;
    private final @Nullable PrivateKey usedUp;
    private final @Nullable PrivateKey movable;
    final KeyPair rsa;
    private final @Nullable PrivateKey rsaSignOnly;
    private final @Nullable PrivateKey rsaDecryptOnly;
    final PrivateKey rsaDeleted;
    final SecretKey aes;
    private final @Nullable SecretKey cmacOnly;
    private final @Nullable SecretKey encryptOnly;
    final SecretKey deletedAes;
    private final AttestedPublicKey attested;
    final KeyPair softwareEc;
    final KeyPair softwareRsa;
    final SecretKey softwareAes = new SecretKeySpec(new byte[16], "AES");
    final X509Certificate certificate;
    final X509Certificate[] chain;

    BadInputWorld(Bench bench) throws Exception {
        this.bench = bench;
        provider = bench.source().provider();
        if (has(Ability.KEY_DOMAINS)) {
            group = Group.of(bench);
            keyStore = group.source().keyStore();
            exchange = group.source()
                    .generate(
                            SchsmKeySpec.exchangeKey("exchange", group.source().domain()));
            exchangeOfTarget = group.target()
                    .generate(
                            SchsmKeySpec.exchangeKey("exchange", group.target().domain()));
            keks = new Group.Keks(
                    group.source().agree(exchange, Group.publicKeyFile(exchangeOfTarget)),
                    group.target().agree(exchangeOfTarget, Group.publicKeyFile(exchange)));
            movable = group.source()
                    .generate(SchsmKeySpec.builder("movable")
                            .parameters(new ECGenParameterSpec("secp256r1"))
                            .domain(group.source().domain())
                            .allow(KeyAlgorithm.ECDSA, KeyAlgorithm.WRAP)
                            .build())
                    .getPrivate();
        } else {
            group = null;
            keyStore = bench.source().keyStore();
            exchange = null;
            exchangeOfTarget = null;
            keks = null;
            movable = null;
        }
        ec = ec("ec", "secp256r1");
        otherCurve = ec("other-curve", "brainpoolP256r1");
        rsa = rsa("rsa");
        aes = aes("aes");
        if (has(Ability.ALGORITHM_LISTS)) {
            ecdhOnly = ec("ecdh-only", "secp256r1", KeyAlgorithm.ECDH).getPrivate();
            ecdsaOnly = ec("ecdsa-only", "secp256r1", KeyAlgorithm.ECDSA).getPrivate();
            rsaSignOnly = rsa("rsa-sign", KeyAlgorithm.RSA_PKCS1, KeyAlgorithm.RSA_PSS)
                    .getPrivate();
            rsaDecryptOnly = rsa("rsa-decrypt", KeyAlgorithm.RSA_DECRYPT_RAW).getPrivate();
            cmacOnly = aes("cmac-only", KeyAlgorithm.AES_CMAC);
            encryptOnly = aes("encrypt-only", KeyAlgorithm.AES_CBC_ENCRYPT);
        } else {
            ecdhOnly = null;
            ecdsaOnly = null;
            rsaSignOnly = null;
            rsaDecryptOnly = null;
            cmacOnly = null;
            encryptOnly = null;
        }
        if (has(Ability.USE_COUNTERS)) {
            usedUp = Group.generatePair(
                            provider,
                            SchsmKeySpec.builder("used-up")
                                    .parameters(new ECGenParameterSpec("secp256r1"))
                                    .useCounter(1)
                                    .build())
                    .getPrivate();
            sign(usedUp);
        } else {
            usedUp = null;
        }
        deleted = ec("deleted", "secp256r1").getPrivate();
        rsaDeleted = rsa("rsa-deleted").getPrivate();
        deletedAes = aes("deleted-aes");
        keyStore.deleteEntry("deleted");
        keyStore.deleteEntry("deleted-aes");
        keyStore.deleteEntry("rsa-deleted");
        attested = has(Ability.ATTESTATION) ? (AttestedPublicKey) ec.getPublic() : ofAnotherDevice();
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC", "SunEC");
        generator.initialize(256);
        softwareEc = generator.generateKeyPair();
        KeyPairGenerator rsaGenerator = KeyPairGenerator.getInstance("RSA", "SunRsaSign");
        rsaGenerator.initialize(1024);
        softwareRsa = rsaGenerator.generateKeyPair();
        Pki pki = Pki.create();
        certificate = pki.root();
        chain = new X509Certificate[] {pki.issue("ec", ec.getPublic())};
    }

    /** For the engines that read certificates of devices and need none. */
    private static AttestedPublicKey ofAnotherDevice() throws Exception {
        try (SimulatorBench simulator = new SimulatorBench()) {
            simulator.source().keyStore();
            return (AttestedPublicKey) Group.generatePair(
                            simulator.source().provider(),
                            SchsmKeySpec.builder("attested").build())
                    .getPublic();
        }
    }

    private boolean has(Ability ability) {
        return bench.backend().has(ability);
    }

    /** Ends a case that begins with what this backend does not have. */
    void require(Ability ability) {
        if (!has(ability)) {
            throw new Lacks(ability);
        }
    }

    private <T> T required(@Nullable T thing, Ability ability) {
        require(ability);
        return Objects.requireNonNull(thing);
    }

    Group group() {
        return required(group, Ability.KEY_DOMAINS);
    }

    Group.Keks keks() {
        return required(keks, Ability.KEY_DOMAINS);
    }

    KeyPair exchange() {
        return required(exchange, Ability.KEY_DOMAINS);
    }

    KeyPair exchangeOfTarget() {
        return required(exchangeOfTarget, Ability.KEY_DOMAINS);
    }

    PrivateKey ecdhOnly() {
        return required(ecdhOnly, Ability.ALGORITHM_LISTS);
    }

    PrivateKey ecdsaOnly() {
        return required(ecdsaOnly, Ability.ALGORITHM_LISTS);
    }

    PrivateKey usedUp() {
        return required(usedUp, Ability.USE_COUNTERS);
    }

    PrivateKey movable() {
        return required(movable, Ability.KEY_DOMAINS);
    }

    PrivateKey rsaSignOnly() {
        return required(rsaSignOnly, Ability.ALGORITHM_LISTS);
    }

    PrivateKey rsaDecryptOnly() {
        return required(rsaDecryptOnly, Ability.ALGORITHM_LISTS);
    }

    SecretKey cmacOnly() {
        return required(cmacOnly, Ability.ALGORITHM_LISTS);
    }

    SecretKey encryptOnly() {
        return required(encryptOnly, Ability.ALGORITHM_LISTS);
    }

    /** A public key with the certificates of a device. */
    AttestedPublicKey attested() {
        return attested;
    }

    /** That what a case could not begin with is refused on this backend, by name. */
    void assertRefused(Ability ability) {
        SchsmKeySpec.Builder spec = SchsmKeySpec.builder("refused").keySize(128);
        switch (ability) {
            case KEY_DOMAINS ->
                refusedBy(
                        bench.backend().lackOfKeyDomains(),
                        () -> SchsmDevice.of(keyStore).createDkekDomain(0, 1));
            case ATTESTATION, DEVICE_IDENTITY ->
                refusedBy(
                        bench.backend().lackOfKeyDomains(),
                        () -> SchsmDevice.of(keyStore).identity());
            case ALGORITHM_LISTS ->
                refusedBy(
                        "algorithm list",
                        () -> aes(spec.allow(KeyAlgorithm.AES_CMAC).build()));
            case USE_COUNTERS ->
                refusedBy("use counter", () -> aes(spec.useCounter(1).build()));
            case DERIVED_KEYS ->
                refusedBy(
                        "DERIVE_",
                        () -> SecretKeyFactory.getInstance("SP800-56C", provider)
                                .generateSecret(new Sp80056cKeySpec(aes, DATA, "AES")));
            case TOKEN_LABEL,
                    LISTS_PROTECTED,
                    TRIES,
                    TRIES_COUNTED,
                    TRANSPORT_PIN,
                    OWN_COMMANDS,
                    EMPTY_DATA,
                    REMOVAL -> {
                // Nothing to refuse: the case has seen that nothing was lost.
            }
        }
    }

    private void refusedBy(String named, ThrowingCallable attempt) {
        bench.backend().assertRefused(attempt, named);
    }

    private KeyPair ec(String label, String curve, KeyAlgorithm... allowed) throws Exception {
        return Group.generatePair(
                provider,
                spec(label, allowed).parameters(new ECGenParameterSpec(curve)).build());
    }

    private KeyPair rsa(String label, KeyAlgorithm... allowed) throws Exception {
        return Group.generatePair(
                provider, "RSA", spec(label, allowed).keySize(1024).build());
    }

    private static SchsmKeySpec.Builder spec(String label, KeyAlgorithm... allowed) {
        SchsmKeySpec.Builder builder = SchsmKeySpec.builder(label);
        return allowed.length == 0 ? builder : builder.allow(allowed);
    }

    private SecretKey aes(String label, KeyAlgorithm... allowed) throws Exception {
        return aes(spec(label, allowed).keySize(128).build());
    }

    private SecretKey aes(SchsmKeySpec spec) throws Exception {
        KeyGenerator generator = KeyGenerator.getInstance("AES", provider);
        generator.init(spec);
        return generator.generateKey();
    }

    private void sign(PrivateKey key) throws Exception {
        Signature signature = Signature.getInstance("SHA256withECDSA", provider);
        signature.initSign(key);
        assertThat(signature.sign()).isNotEmpty();
    }

    /**
     * Runs something while the device is out of its reader. One that cannot be removed forgets all sessions instead,
     * which nobody may notice.
     */
    void without(BadInput.Failing call) throws Exception {
        if (!has(Ability.REMOVAL)) {
            bench.source().remove();
            for (Throwable link = catchThrowable(call::run); link != null; link = link.getCause()) {
                assertThat(link).isNotInstanceOf(SchsmException.class);
            }
            throw new Lacks(Ability.REMOVAL);
        }
        bench.source().remove();
        try {
            call.run();
        } finally {
            bench.source().insert();
        }
    }

    @Override
    public void close() throws GeneralSecurityException, IOException {
        bench.close();
    }
}
