// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.schsm.AttestedPublicKey;
import io.github.schsm.DeviceException;
import io.github.schsm.DeviceInitialization;
import io.github.schsm.InvalidRequestException;
import io.github.schsm.PinException;
import io.github.schsm.PublicKeyAuthentication;
import io.github.schsm.PublicKeyChallenge;
import io.github.schsm.PublicKeyResponse;
import io.github.schsm.SchsmDevice;
import io.github.schsm.SchsmException;
import io.github.schsm.SchsmException.Reason;
import io.github.schsm.SchsmKeySpec;
import io.github.schsm.conformance.bench.Bench;
import io.github.schsm.conformance.bench.BenchKind;
import io.github.schsm.conformance.bench.OnBenches;
import io.github.schsm.conformance.bench.Pki;
import io.github.schsm.conformance.bench.SimulatorBench;
import io.github.schsm.simulator.profile.DeviceProfile;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.Signature;
import java.security.SignatureException;
import java.security.spec.ECGenParameterSpec;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import javax.smartcardio.Card;
import javax.smartcardio.CommandAPDU;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Holders of keys in three devices open a fourth, which is the bench's target. */
@OnBenches(
        value = {BenchKind.SIMULATOR, BenchKind.SECURE_CHANNEL},
        repeated = {BenchKind.PCSC})
class PublicKeyAuthenticationTest {
    private static final char[] SO_PIN = "3537363231383830".toCharArray();
    private static final String SELECT = "00A404000BE82B0601040181C31F0201";
    private static final String[] CURVES = {"brainpoolP256r1", "secp384r1", "secp256r1", "brainpoolP512r1"};
    private static final List<Holder> HOLDERS = new ArrayList<>();
    private static SimulatorBench holders;

    private final BenchKind kind;
    private Bench bench;
    private Provider provider;
    private KeyStore keyStore;
    private PublicKeyAuthentication keys;

    /** Somebody with a key in a device of his own. */
    private record Holder(PrivateKey key, AttestedPublicKey publicKey) {
        String chr() {
            return publicKey.request().chr();
        }
    }

    PublicKeyAuthenticationTest(BenchKind kind) {
        this.kind = kind;
    }

    /** Over a secure channel only the device itself is spoken to: what another program says at its reader is in plain. */
    private Bench open() throws Exception {
        return kind == BenchKind.SECURE_CHANNEL
                ? new SimulatorBench(DeviceProfile.smartCardHsm4k(), "; channel = secure")
                : kind.open();
    }

    /** Makes the holders' keys, in devices elsewhere. */
    @BeforeAll
    static void makeHolders() throws Exception {
        holders = new SimulatorBench();
        HOLDERS.clear();
        for (int i = 0; i < CURVES.length; i++) {
            Bench.Member device = holders.member("ZZSIM00001" + i);
            device.keyStore();
            KeyPair pair = generate(device.provider(), "opens", CURVES[i]);
            HOLDERS.add(new Holder(pair.getPrivate(), (AttestedPublicKey) pair.getPublic()));
        }
    }

    /** Clears them. */
    @AfterAll
    static void closeHolders() {
        holders.close();
    }

    /** Opens the bench. */
    @BeforeEach
    void openBench() throws Exception {
        bench = open();
        provider = bench.target().provider();
        keyStore = KeyStore.getInstance("SCHSM", provider);
        keyStore.load(null, null);
        keys = SchsmDevice.of(keyStore).publicKeyAuthentication();
    }

    /** Clears it. */
    @AfterEach
    void closeBench() throws Exception {
        if (bench != null) {
            bench.close();
        }
    }

    private static KeyPair generate(Provider on, String label, String curve) throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC", on);
        generator.initialize(SchsmKeySpec.builder(label)
                .parameters(new ECGenParameterSpec(curve))
                .build());
        return generator.generateKeyPair();
    }

    private void initialize(char[] pin, DeviceInitialization.Option... options) throws Exception {
        DeviceInitialization settings = DeviceInitialization.builder(pin, SO_PIN)
                .publicKeyAuthentication(2, 3)
                .options(Set.of(options))
                .build();
        SchsmDevice.of(keyStore).administration().initialize(settings);
        settings.destroy();
        for (int i = 0; i < 3; i++) {
            keys.register(AttestedPublicKey.parse(HOLDERS.get(i).publicKey().encode()));
        }
    }

    private PublicKeyAuthentication.Status authenticate(int holder) throws Exception {
        return keys.authenticate(HOLDERS.get(holder).key(), HOLDERS.get(holder).chr());
    }

    private PublicKeyResponse respond(int holder) throws Exception {
        PublicKeyChallenge challenge = keys.challenge(HOLDERS.get(holder).chr());
        byte[] answer = PublicKeyResponse.sign(
                        PublicKeyChallenge.parse(challenge.encode()),
                        HOLDERS.get(holder).key())
                .encode();
        return PublicKeyResponse.parse(answer);
    }

    private static PublicKeyAuthentication.Status authenticated(int count) {
        return new PublicKeyAuthentication.Status(3, 0, 2, count);
    }

    private byte[] sign(PrivateKey key) throws Exception {
        Signature signer = Signature.getInstance("SHA256withECDSA", provider);
        signer.initSign(key);
        signer.update(new byte[1000]);
        return signer.sign();
    }

    private void assertRefused(PrivateKey key) {
        assertThatThrownBy(() -> sign(key))
                .isInstanceOf(SignatureException.class)
                .hasCauseInstanceOf(PinException.class)
                .satisfies(reported -> assertThat(reported.getCause())
                        .matches(
                                told -> SchsmException.is(told, Reason.PUBLIC_KEY_AUTHENTICATION_REQUIRED),
                                "reason PUBLIC_KEY_AUTHENTICATION_REQUIRED"))
                .hasMessageContaining("2 of the 3 registered keys");
    }

    private void foreignSelect() throws Exception {
        Card card = bench.target().connect();
        int sw = card.getBasicChannel()
                .transmit(new CommandAPDU(HexFormat.of().parseHex(SELECT)))
                .getSW();
        assertThat(sw).isEqualTo(0x9000);
        card.disconnect(false);
    }

    private void reset() throws Exception {
        bench.target().connect().disconnect(true);
    }

    /** Any two of three will do; the key store then works without a PIN. */
    @Test
    void twoOfThreeHoldersOpenTheDevice() throws Exception {
        initialize(new char[0]);
        assertThat(keys.status()).isEqualTo(authenticated(0));
        assertThat(authenticate(2)).isEqualTo(authenticated(1));
        assertThatThrownBy(() -> authenticate(2))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("already");
        assertThatThrownBy(() -> generate(provider, "too-early", "secp256r1"))
                .hasRootCauseInstanceOf(PinException.class)
                .satisfies(reported -> assertThat(reported)
                        .rootCause()
                        .matches(
                                told -> SchsmException.is(told, Reason.PUBLIC_KEY_AUTHENTICATION_REQUIRED),
                                "reason PUBLIC_KEY_AUTHENTICATION_REQUIRED"));
        assertThat(keys.authenticate(respond(0))).isEqualTo(authenticated(2));
        KeyPair pair = generate(provider, "guarded", "secp256r1");
        byte[] signature = sign(pair.getPrivate());
        assertThat(Pki.verifies("SHA256withECDSA", pair.getPublic(), new byte[1000], signature))
                .isTrue();
        keyStore.load(null, null);
        assertThat(sign((PrivateKey) keyStore.getKey("guarded", null))).isNotEmpty();
    }

    /** A wrong signature, an unknown key, an old response: each refused, none of them counts. */
    @Test
    void whatIsNotTheAnswerIsRefused() throws Exception {
        initialize(new char[0]);
        PublicKeyResponse good = respond(1);
        byte[] changed = good.signature();
        changed[changed.length - 1] ^= 1;
        assertThatThrownBy(() -> keys.authenticate(new PublicKeyResponse(good.challenge(), changed)))
                .isInstanceOf(DeviceException.class)
                .matches(
                        told -> SchsmException.is(told, Reason.CONDITIONS_NOT_SATISFIED),
                        "reason CONDITIONS_NOT_SATISFIED");
        assertThatThrownBy(() -> keys.authenticate(good))
                .as("one try for each challenge")
                .isInstanceOf(InvalidRequestException.class)
                .matches(told -> SchsmException.is(told, Reason.CHALLENGE_LOST), "reason CHALLENGE_LOST");
        assertThatThrownBy(() ->
                        keys.authenticate(HOLDERS.get(3).key(), HOLDERS.get(0).chr()))
                .isInstanceOf(DeviceException.class)
                .matches(
                        told -> SchsmException.is(told, Reason.CONDITIONS_NOT_SATISFIED),
                        "reason CONDITIONS_NOT_SATISFIED");
        assertThatThrownBy(() -> authenticate(3))
                .isInstanceOf(DeviceException.class)
                .matches(told -> SchsmException.is(told, Reason.OBJECT_NOT_FOUND), "reason OBJECT_NOT_FOUND");
        PublicKeyResponse used = respond(1);
        assertThat(keys.authenticate(used)).isEqualTo(authenticated(1));
        assertThatThrownBy(() -> keys.authenticate(used))
                .isInstanceOf(InvalidRequestException.class)
                .matches(told -> SchsmException.is(told, Reason.CHALLENGE_LOST), "reason CHALLENGE_LOST");
        assertThat(keys.status()).isEqualTo(authenticated(1));
    }

    /** Reset, selection by another program, removal: said clearly, and done again by the holders. */
    @Test
    void lostStateIsToldAndMadeAnew() throws Exception {
        initialize(new char[0]);
        authenticate(0);
        authenticate(1);
        KeyPair pair = generate(provider, "guarded", "secp256r1");
        foreignSelect();
        assertRefused(pair.getPrivate());
        authenticate(1);
        assertRefused(pair.getPrivate());
        authenticate(2);
        assertThat(sign(pair.getPrivate())).isNotEmpty();
        reset();
        assertRefused(pair.getPrivate());
        authenticate(0);
        authenticate(2);
        assertThat(sign(pair.getPrivate())).isNotEmpty();
        bench.target().remove();
        bench.target().insert();
        assertRefused(pair.getPrivate());
        authenticate(0);
        authenticate(1);
        assertThat(sign(pair.getPrivate())).isNotEmpty();
    }

    /** A challenge that was out while the device was reset or used by others. */
    @Test
    void lostChallengeIsTold() throws Exception {
        initialize(new char[0]);
        PublicKeyResponse beforeSelection = respond(0);
        foreignSelect();
        assertThatThrownBy(() -> keys.authenticate(beforeSelection))
                .isInstanceOf(InvalidRequestException.class)
                .matches(told -> SchsmException.is(told, Reason.CHALLENGE_LOST), "reason CHALLENGE_LOST")
                .hasMessageContaining("ask for a new challenge");
        PublicKeyResponse beforeReset = respond(0);
        reset();
        assertThatThrownBy(() -> keys.authenticate(beforeReset))
                .isInstanceOf(InvalidRequestException.class)
                .matches(told -> SchsmException.is(told, Reason.CHALLENGE_LOST), "reason CHALLENGE_LOST")
                .hasMessageContaining("ask for a new challenge");
        assertThat(keys.authenticate(respond(0))).isEqualTo(authenticated(1));
    }

    /** Who opens the device may replace a holder, if it was initialized so. */
    @Test
    void registeredKeyIsReplaced() throws Exception {
        initialize(new char[0], DeviceInitialization.Option.REPLACE_PUBLIC_KEYS);
        assertThatThrownBy(() -> keys.replace(0, HOLDERS.get(3).publicKey()))
                .isInstanceOf(PinException.class)
                .matches(
                        told -> SchsmException.is(told, Reason.PUBLIC_KEY_AUTHENTICATION_REQUIRED),
                        "reason PUBLIC_KEY_AUTHENTICATION_REQUIRED");
        authenticate(0);
        authenticate(1);
        assertThat(keys.replace(0, HOLDERS.get(3).publicKey())).isEqualTo(authenticated(1));
        assertThat(keys.registeredKeys().get(0).chr()).isEqualTo(HOLDERS.get(3).chr());
        assertThatThrownBy(() -> authenticate(0))
                .isInstanceOf(DeviceException.class)
                .matches(told -> SchsmException.is(told, Reason.OBJECT_NOT_FOUND), "reason OBJECT_NOT_FOUND");
        assertThat(authenticate(3)).isEqualTo(authenticated(2));
        generate(provider, "guarded", "secp256r1");
    }

    /** PIN and keys: the PIN is verified again automatically, the keys are not. */
    @Test
    void pinAndKeysAreBothNeeded() throws Exception {
        initialize(bench.target().pin(), DeviceInitialization.Option.PIN_AND_PUBLIC_KEY);
        keyStore.load(null, bench.target().pin());
        assertThatThrownBy(() -> generate(provider, "pin-alone", "secp256r1"))
                .hasRootCauseInstanceOf(PinException.class)
                .satisfies(reported -> assertThat(reported)
                        .rootCause()
                        .matches(
                                told -> SchsmException.is(told, Reason.PUBLIC_KEY_AUTHENTICATION_REQUIRED),
                                "reason PUBLIC_KEY_AUTHENTICATION_REQUIRED"));
        authenticate(0);
        authenticate(1);
        KeyPair pair = generate(provider, "guarded", "secp256r1");
        foreignSelect();
        assertRefused(pair.getPrivate());
        authenticate(0);
        authenticate(2);
        assertThat(sign(pair.getPrivate())).isNotEmpty();
    }
}
