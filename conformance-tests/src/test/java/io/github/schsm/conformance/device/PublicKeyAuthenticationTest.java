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
import io.github.schsm.PinRequiredException;
import io.github.schsm.PublicKeyAuthentication;
import io.github.schsm.PublicKeyAuthentication.RegisteredPublicKey;
import io.github.schsm.PublicKeyChallenge;
import io.github.schsm.PublicKeyResponse;
import io.github.schsm.SchsmDevice;
import io.github.schsm.SchsmException;
import io.github.schsm.SchsmException.Reason;
import io.github.schsm.TokenAdministration.PinStatus;
import io.github.schsm.UnsupportedByDeviceException;
import io.github.schsm.UntrustedDeviceException;
import io.github.schsm.conformance.bench.Bench;
import io.github.schsm.conformance.bench.BenchKind;
import io.github.schsm.conformance.bench.Group;
import io.github.schsm.conformance.bench.OnBenches;
import io.github.schsm.conformance.bench.Pki;
import io.github.schsm.conformance.bench.SimulatorBench;
import io.github.schsm.provider.SchsmProvider;
import io.github.schsm.simulator.profile.DeviceProfile;
import java.security.KeyPair;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.Signature;
import java.security.SignatureException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import javax.smartcardio.Card;
import javax.smartcardio.CommandAPDU;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
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
    private static final Pattern TRUST = Pattern.compile("trust = [^;]*");
    private static final String[] CURVES = {"brainpoolP256r1", "secp384r1", "secp521r1", "brainpoolP512r1", "secp256r1"
    };
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
        return Group.generateEc(on, label, curve);
    }

    private void initialize(char[] pin, DeviceInitialization.Option... options) throws Exception {
        DeviceInitialization settings = DeviceInitialization.builder(pin, SO_PIN)
                .keyDomainSlots(1)
                .publicKeyAuthentication(2, 3)
                .options(Set.of(options))
                .build();
        SchsmDevice.of(keyStore).administration().initialize(settings);
        settings.destroy();
    }

    private void initializeAndRegister(char[] pin, DeviceInitialization.Option... options) throws Exception {
        initialize(pin, options);
        for (int i = 0; i < 3; i++) {
            keys.register(AttestedPublicKey.parse(HOLDERS.get(i).publicKey().encode()));
        }
    }

    private PublicKeyAuthentication.Status authenticate(Holder holder) throws Exception {
        return keys.authenticate(holder.key(), holder.chr());
    }

    private PublicKeyResponse respond(Holder holder) throws Exception {
        return PublicKeyResponse.sign(keys.challenge(holder.chr()), holder.key());
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

    private void assertKeysRequired(ThrowingCallable operation) {
        assertThatThrownBy(operation)
                .isInstanceOf(SignatureException.class)
                .hasCauseInstanceOf(PinException.class)
                .satisfies(reported -> assertThat(reported.getCause())
                        .matches(
                                told -> SchsmException.is(told, Reason.PUBLIC_KEY_AUTHENTICATION_REQUIRED),
                                "reason PUBLIC_KEY_AUTHENTICATION_REQUIRED"))
                .hasMessageContaining(
                        "2 of the 3 registered keys of device " + bench.target().id());
    }

    /** Another program, in the words of PC/SC. */
    private void foreign(String apdu) throws Exception {
        Card card = bench.target().connect();
        card.getBasicChannel().transmit(new CommandAPDU(HexFormat.of().parseHex(apdu)));
        card.disconnect(false);
    }

    private void reset() throws Exception {
        bench.target().connect().disconnect(true);
    }

    /** Another program with a provider of its own, which speaks in plain. */
    private Provider stranger(String trust) {
        String configuration = TRUST.matcher(bench.target().configuration()).replaceFirst("trust = " + trust);
        assertThat(configuration).contains(trust);
        return new SchsmProvider().configure(configuration.replace("; channel = secure", ""));
    }

    /** Over a secure channel any command of another program ends what keys have done, not only that of an applet. */
    private boolean anyForeignCommandEndsIt() {
        return kind == BenchKind.SECURE_CHANNEL;
    }

    @Test
    void twoOfThreeOpenADeviceWithoutPin() throws Exception {
        initialize(new char[0]);
        assertThat(SchsmDevice.of(keyStore).administration().userPin().state()).isEqualTo(PinStatus.State.KEYS_INSTEAD);
        assertThat(keys.status()).isEqualTo(new PublicKeyAuthentication.Status(3, 3, 2, 0));
        assertThat(keys.registeredKeys()).isEmpty();
        keys.register(HOLDERS.get(0).publicKey());
        keys.register(AttestedPublicKey.parse(HOLDERS.get(1).publicKey().encode()));
        assertThat(keys.status().isComplete()).isFalse();
        assertThatThrownBy(() -> authenticate(HOLDERS.get(0)))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("1 are missing");
        assertThat(keys.register(HOLDERS.get(2).publicKey())).isEqualTo(authenticated(0));
        assertThatThrownBy(() -> keys.register(HOLDERS.get(3).publicKey()))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("has its 3 public keys");

        assertThat(authenticate(HOLDERS.get(2))).isEqualTo(authenticated(1));
        assertThatThrownBy(() -> generate(provider, "too-early", "secp256r1"))
                .hasRootCauseInstanceOf(PinException.class)
                .satisfies(reported -> assertThat(reported)
                        .rootCause()
                        .matches(
                                told -> SchsmException.is(told, Reason.PUBLIC_KEY_AUTHENTICATION_REQUIRED),
                                "reason PUBLIC_KEY_AUTHENTICATION_REQUIRED"));
        assertThatThrownBy(() -> authenticate(HOLDERS.get(2)))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("already");
        assertThat(authenticate(HOLDERS.get(0))).isEqualTo(authenticated(2));
        assertThat(keys.registeredKeys())
                .containsExactly(
                        new RegisteredPublicKey(0, HOLDERS.get(0).chr(), true),
                        new RegisteredPublicKey(1, HOLDERS.get(1).chr(), false),
                        new RegisteredPublicKey(2, HOLDERS.get(2).chr(), true));

        KeyPair pair = generate(provider, "guarded", "secp256r1");
        assertThat(Pki.verifies("SHA256withECDSA", pair.getPublic(), new byte[1000], sign(pair.getPrivate())))
                .isTrue();
        keyStore.load(null, null);
        assertThat(sign((PrivateKey) keyStore.getKey("guarded", null))).isNotEmpty();
    }

    @Test
    void theStateEndsWithTheCardsAndIsBroughtBackByTheSamePeople() throws Exception {
        initializeAndRegister(new char[0]);
        authenticate(HOLDERS.get(0));
        authenticate(HOLDERS.get(1));
        KeyPair pair = generate(provider, "guarded", "secp256r1");

        foreign("00A404000BE82B0601040181C31F020100");
        assertKeysRequired(() -> sign(pair.getPrivate()));
        authenticate(HOLDERS.get(0));
        authenticate(HOLDERS.get(1));
        assertThat(sign(pair.getPrivate())).isNotEmpty();

        foreign("00A4040000");
        if (anyForeignCommandEndsIt()) {
            assertKeysRequired(() -> sign(pair.getPrivate()));
        } else {
            assertThat(sign(pair.getPrivate()))
                    .as("another applet that is not there selects nothing")
                    .isNotEmpty();
        }

        reset();
        assertKeysRequired(() -> sign(pair.getPrivate()));
        authenticate(HOLDERS.get(1));
        assertKeysRequired(() -> sign(pair.getPrivate()));
        authenticate(HOLDERS.get(2));
        assertThat(sign(pair.getPrivate()))
                .as("what one has done was not lost by the attempt")
                .isNotEmpty();

        bench.target().remove();
        bench.target().insert();
        assertKeysRequired(() -> sign(pair.getPrivate()));
        authenticate(HOLDERS.get(0));
        authenticate(HOLDERS.get(1));
        assertThat(sign(pair.getPrivate())).isNotEmpty();
    }

    /** A wrong signature uses the challenge up, and counts for nobody. */
    @Test
    void aChallengeIsGoodForOneTry() throws Exception {
        initializeAndRegister(new char[0]);
        PublicKeyResponse good = respond(HOLDERS.get(1));
        byte[] changed = good.signature();
        changed[changed.length - 1] ^= 1;
        assertThatThrownBy(() -> keys.authenticate(new PublicKeyResponse(good.challenge(), changed)))
                .isInstanceOf(DeviceException.class)
                .matches(
                        told -> SchsmException.is(told, Reason.CONDITIONS_NOT_SATISFIED),
                        "reason CONDITIONS_NOT_SATISFIED");
        assertThatThrownBy(() -> keys.authenticate(good))
                .isInstanceOf(InvalidRequestException.class)
                .matches(told -> SchsmException.is(told, Reason.CHALLENGE_LOST), "reason CHALLENGE_LOST");
        assertThat(keys.authenticate(respond(HOLDERS.get(1)))).isEqualTo(authenticated(1));
    }

    @Test
    void responseIsMadeSomewhereElseFromBytes() throws Exception {
        initializeAndRegister(new char[0]);
        byte[] sent = keys.challenge(HOLDERS.get(1).chr()).encode();

        PublicKeyChallenge received = PublicKeyChallenge.parse(sent);
        assertThat(received.deviceId()).isEqualTo(bench.target().id());
        assertThat(received.key()).isEqualTo(HOLDERS.get(1).chr());
        byte[] answer = PublicKeyResponse.sign(received, HOLDERS.get(1).key()).encode();

        PublicKeyResponse response = PublicKeyResponse.parse(answer);
        assertThat(keys.authenticate(response)).isEqualTo(authenticated(1));
        assertThatThrownBy(() -> keys.authenticate(response))
                .as("replayed")
                .isInstanceOf(InvalidRequestException.class)
                .matches(told -> SchsmException.is(told, Reason.CHALLENGE_LOST), "reason CHALLENGE_LOST")
                .hasMessageContaining("ask for a new challenge");
        assertThat(keys.status()).isEqualTo(authenticated(1));
    }

    @Test
    void challengeThatTheDeviceHasLostIsNoticed() throws Exception {
        initializeAndRegister(new char[0]);
        PublicKeyResponse before = PublicKeyResponse.sign(
                keys.challenge(HOLDERS.get(0).chr()), HOLDERS.get(0).key());
        reset();
        assertThatThrownBy(() -> keys.authenticate(before))
                .isInstanceOf(InvalidRequestException.class)
                .matches(told -> SchsmException.is(told, Reason.CHALLENGE_LOST), "reason CHALLENGE_LOST");

        PublicKeyResponse selected = PublicKeyResponse.sign(
                keys.challenge(HOLDERS.get(0).chr()), HOLDERS.get(0).key());
        foreign("00A404000BE82B0601040181C31F020100");
        assertThatThrownBy(() -> keys.authenticate(selected))
                .isInstanceOf(InvalidRequestException.class)
                .matches(told -> SchsmException.is(told, Reason.CHALLENGE_LOST), "reason CHALLENGE_LOST")
                .hasMessageContaining("another program");

        PublicKeyResponse older = PublicKeyResponse.sign(
                keys.challenge(HOLDERS.get(0).chr()), HOLDERS.get(0).key());
        PublicKeyResponse newer = PublicKeyResponse.sign(
                keys.challenge(HOLDERS.get(0).chr()), HOLDERS.get(0).key());
        assertThatThrownBy(() -> keys.authenticate(older))
                .isInstanceOf(InvalidRequestException.class)
                .matches(told -> SchsmException.is(told, Reason.CHALLENGE_LOST), "reason CHALLENGE_LOST");
        assertThat(keys.authenticate(newer)).as("the open one stays good").isEqualTo(authenticated(1));

        PublicKeyResponse disturbed = PublicKeyResponse.sign(
                keys.challenge(HOLDERS.get(1).chr()), HOLDERS.get(1).key());
        foreign("0084000008");
        if (anyForeignCommandEndsIt()) {
            assertThatThrownBy(() -> keys.authenticate(disturbed))
                    .isInstanceOf(InvalidRequestException.class)
                    .matches(told -> SchsmException.is(told, Reason.CHALLENGE_LOST), "reason CHALLENGE_LOST");
            assertThat(keys.status()).isEqualTo(authenticated(0));
        } else {
            assertThatThrownBy(() -> keys.authenticate(disturbed))
                    .isInstanceOf(DeviceException.class)
                    .matches(
                            told -> SchsmException.is(told, Reason.CONDITIONS_NOT_SATISFIED),
                            "reason CONDITIONS_NOT_SATISFIED")
                    .hasMessageContaining("used for something else");
            assertThat(keys.status()).isEqualTo(authenticated(1));
        }
    }

    @Test
    void wrongKeyOrDeviceIsRefused() throws Exception {
        initializeAndRegister(new char[0]);
        assertThatThrownBy(() ->
                        keys.authenticate(HOLDERS.get(3).key(), HOLDERS.get(0).chr()))
                .isInstanceOf(DeviceException.class)
                .matches(
                        told -> SchsmException.is(told, Reason.CONDITIONS_NOT_SATISFIED),
                        "reason CONDITIONS_NOT_SATISFIED")
                .hasMessageContaining("another key");
        assertThatThrownBy(() -> authenticate(HOLDERS.get(3)))
                .isInstanceOf(DeviceException.class)
                .matches(told -> SchsmException.is(told, Reason.OBJECT_NOT_FOUND), "reason OBJECT_NOT_FOUND")
                .hasMessageContaining("not registered");
        PublicKeyChallenge elsewhere = new PublicKeyChallenge(
                "ZZSIM00000900000", new byte[8], HOLDERS.get(0).chr());
        assertThatThrownBy(() -> keys.authenticate(
                        PublicKeyResponse.sign(elsewhere, HOLDERS.get(0).key())))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("ZZSIM000009");
        assertThat(keys.status()).isEqualTo(authenticated(0));
    }

    @Test
    void keysOfDevicesThatAreNotTrustedAreNotRegistered() throws Exception {
        initialize(new char[0]);
        KeyStore strict = KeyStore.getInstance("SCHSM", stranger("production"));
        strict.load(null, null);
        assertThatThrownBy(() -> SchsmDevice.of(strict)
                        .publicKeyAuthentication()
                        .register(HOLDERS.get(0).publicKey()))
                .isInstanceOf(UntrustedDeviceException.class);
        assertThat(keys.status().missing()).isEqualTo(3);
        keys.register(HOLDERS.get(0).publicKey());
        assertThatThrownBy(() -> keys.register(HOLDERS.get(0).publicKey()))
                .isInstanceOf(DeviceException.class)
                .matches(told -> SchsmException.is(told, Reason.OBJECT_EXISTS), "reason OBJECT_EXISTS")
                .hasMessageContaining("already");
    }

    @Test
    void registeredKeyIsReplacedByWhoMayUseTheDevice() throws Exception {
        initializeAndRegister(new char[0], DeviceInitialization.Option.REPLACE_PUBLIC_KEYS);
        assertThatThrownBy(() -> keys.replace(1, HOLDERS.get(3).publicKey()))
                .isInstanceOf(PinException.class)
                .matches(
                        told -> SchsmException.is(told, Reason.PUBLIC_KEY_AUTHENTICATION_REQUIRED),
                        "reason PUBLIC_KEY_AUTHENTICATION_REQUIRED");
        authenticate(HOLDERS.get(0));
        authenticate(HOLDERS.get(1));
        assertThatThrownBy(() -> keys.replace(3, HOLDERS.get(3).publicKey()))
                .isInstanceOf(DeviceException.class)
                .matches(told -> SchsmException.is(told, Reason.OBJECT_NOT_FOUND), "reason OBJECT_NOT_FOUND");
        assertThat(keys.replace(1, HOLDERS.get(3).publicKey())).isEqualTo(authenticated(1));
        assertThat(keys.registeredKeys().get(1).chr()).isEqualTo(HOLDERS.get(3).chr());
        assertThatThrownBy(() -> authenticate(HOLDERS.get(1)))
                .isInstanceOf(DeviceException.class)
                .matches(told -> SchsmException.is(told, Reason.OBJECT_NOT_FOUND), "reason OBJECT_NOT_FOUND");
        assertThat(authenticate(HOLDERS.get(3))).isEqualTo(authenticated(2));
        generate(provider, "guarded", "secp256r1");

        initializeAndRegister(new char[0]);
        authenticate(HOLDERS.get(0));
        authenticate(HOLDERS.get(1));
        assertThatThrownBy(() -> keys.replace(1, HOLDERS.get(3).publicKey()))
                .isInstanceOf(DeviceException.class)
                .hasMessageContaining("can not be replaced");
    }

    @Test
    void pinOrKeys() throws Exception {
        initializeAndRegister(bench.target().pin());
        assertThatThrownBy(() -> generate(provider, "nobody", "secp256r1"))
                .hasRootCauseInstanceOf(PinRequiredException.class);
        authenticate(HOLDERS.get(0));
        authenticate(HOLDERS.get(1));
        KeyPair pair = generate(provider, "guarded", "secp256r1");
        foreign("00A404000BE82B0601040181C31F020100");
        keyStore.load(null, bench.target().pin());
        assertThat(sign(pair.getPrivate())).as("by PIN").isNotEmpty();
        foreign("00A404000BE82B0601040181C31F020100");
        assertThat(sign(pair.getPrivate())).as("by the same PIN again").isNotEmpty();
    }

    @Test
    void pinAndKeys() throws Exception {
        initializeAndRegister(bench.target().pin(), DeviceInitialization.Option.PIN_AND_PUBLIC_KEY);
        keyStore.load(null, bench.target().pin());
        assertThatThrownBy(() -> generate(provider, "pin-alone", "secp256r1"))
                .hasRootCauseInstanceOf(PinException.class)
                .satisfies(reported -> assertThat(reported)
                        .rootCause()
                        .matches(
                                told -> SchsmException.is(told, Reason.PUBLIC_KEY_AUTHENTICATION_REQUIRED),
                                "reason PUBLIC_KEY_AUTHENTICATION_REQUIRED"));
        authenticate(HOLDERS.get(0));
        assertThatThrownBy(() -> generate(provider, "pin-and-one", "secp256r1"))
                .hasRootCauseInstanceOf(PinException.class)
                .satisfies(reported -> assertThat(reported)
                        .rootCause()
                        .matches(
                                told -> SchsmException.is(told, Reason.PUBLIC_KEY_AUTHENTICATION_REQUIRED),
                                "reason PUBLIC_KEY_AUTHENTICATION_REQUIRED"));
        assertThat(authenticate(HOLDERS.get(2)))
                .as("the first one still counts")
                .isEqualTo(authenticated(2));
        KeyPair pair = generate(provider, "guarded", "secp256r1");
        assertThat(sign(pair.getPrivate())).isNotEmpty();

        reset();
        assertKeysRequired(() -> sign(pair.getPrivate()));
        authenticate(HOLDERS.get(1));
        authenticate(HOLDERS.get(2));
        assertThat(sign(pair.getPrivate())).as("the PIN is verified by itself").isNotEmpty();

        SchsmDevice.of(keyStore).logout();
        authenticate(HOLDERS.get(1));
        authenticate(HOLDERS.get(2));
        assertThatThrownBy(() -> sign(pair.getPrivate())).hasRootCauseInstanceOf(PinRequiredException.class);
        keyStore.load(null, bench.target().pin());
        assertThat(sign(pair.getPrivate())).as("keys first, then the PIN").isNotEmpty();
    }

    @Test
    void labelOfADeviceThatItsPinAloneDoesNotOpenIsLeftForLater() throws Exception {
        DeviceInitialization settings = DeviceInitialization.builder(
                        bench.target().pin(), SO_PIN)
                .publicKeyAuthentication(1, 1)
                .options(Set.of(DeviceInitialization.Option.PIN_AND_PUBLIC_KEY))
                .label("guarded")
                .build();
        SchsmDevice device = SchsmDevice.of(keyStore);
        device.administration().initialize(settings);
        assertThat(device.info().label()).isNotEqualTo("guarded");
        keys.register(HOLDERS.get(0).publicKey());
        authenticate(HOLDERS.get(0));
        keyStore.load(null, bench.target().pin());
        device.setLabel("guarded");
        assertThat(device.info().label()).isEqualTo("guarded");
    }

    @Test
    void otherProvidersOfTheProgramDoNotProfit() throws Exception {
        initializeAndRegister(new char[0]);
        authenticate(HOLDERS.get(0));
        authenticate(HOLDERS.get(1));
        generate(provider, "guarded", "secp256r1");
        Provider another = stranger("production, simulator");
        KeyStore others = KeyStore.getInstance("SCHSM", another);
        others.load(null, null);
        Signature signer = Signature.getInstance("SHA256withECDSA", another);
        signer.initSign((PrivateKey) others.getKey("guarded", null));
        signer.update(new byte[1]);
        assertThatThrownBy(signer::sign).hasCauseInstanceOf(PinException.class);
    }

    @Test
    void logoutEndsIt() throws Exception {
        initializeAndRegister(new char[0]);
        authenticate(HOLDERS.get(0));
        authenticate(HOLDERS.get(1));
        KeyPair pair = generate(provider, "guarded", "secp256r1");
        SchsmDevice.of(keyStore).logout();
        assertThat(keys.status()).isEqualTo(authenticated(0));
        assertKeysRequired(() -> sign(pair.getPrivate()));
    }

    @Test
    void deviceWithoutItSaysSo() {
        assertThatThrownBy(keys::status)
                .isInstanceOf(UnsupportedByDeviceException.class)
                .hasMessageContaining("initialized without public key authentication");
        assertThatThrownBy(() -> keys.challenge("X")).isInstanceOf(UnsupportedByDeviceException.class);
        assertThatThrownBy(() -> keys.register(HOLDERS.get(0).publicKey()))
                .isInstanceOf(UnsupportedByDeviceException.class);
        assertThatThrownBy(keys::registeredKeys).isInstanceOf(UnsupportedByDeviceException.class);
    }
}
