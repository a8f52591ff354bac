// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.provider;

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
import io.github.schsm.SchsmKeySpec;
import io.github.schsm.TokenAdministration.PinStatus;
import io.github.schsm.UnsupportedByDeviceException;
import io.github.schsm.UntrustedDeviceException;
import io.github.schsm.simulator.VirtualReaders;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.Signature;
import java.security.SignatureException;
import java.security.spec.ECGenParameterSpec;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import javax.smartcardio.Card;
import javax.smartcardio.CommandAPDU;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Three people with devices of their own, and a device that two of them open. */
class PublicKeyAuthenticationTest {
    private static final char[] PIN = "648219".toCharArray();
    private static final char[] SO_PIN = "3537363231383830".toCharArray();
    private static final AtomicInteger NUMBER = new AtomicInteger(480_000);
    private static final Person[] PEOPLE = new Person[4];

    private String id;
    private Provider provider;
    private KeyStore keyStore;
    private PublicKeyAuthentication keys;

    private record Person(PrivateKey key, AttestedPublicKey publicKey) {
        String chr() {
            return publicKey.request().chr();
        }
    }

    @BeforeAll
    static void people() throws Exception {
        String[] curves = {"brainpoolP256r1", "secp384r1", "secp521r1", "secp256r1"};
        for (int i = 0; i < PEOPLE.length; i++) {
            Provider own = provider(newId(), "production, simulator");
            KeyStore store = KeyStore.getInstance("SCHSM", own);
            store.load(null, PIN);
            KeyPair pair = generate(own, "opens", curves[i]);
            PEOPLE[i] = new Person(pair.getPrivate(), (AttestedPublicKey) pair.getPublic());
        }
    }

    /** Whether any command of another program ends what keys have done, not only the selection of an applet. */
    boolean anyForeignCommandEndsIt() {
        return false;
    }

    /** More for the configuration of the device that is opened. */
    String settings() {
        return "";
    }

    @BeforeEach
    void device() throws Exception {
        id = newId();
        provider = provider(id, "production, simulator" + settings());
        keyStore = KeyStore.getInstance("SCHSM", provider);
        keyStore.load(null, null);
        keys = SchsmDevice.of(keyStore).publicKeyAuthentication();
    }

    private static String newId() {
        return String.format(Locale.ROOT, "ZZSIM%06d", NUMBER.incrementAndGet());
    }

    private static Provider provider(String id, String trust) {
        return new SchsmProvider()
                .configure("terminal = simulator:memory; device = " + id + "; trust = " + trust + "; name = " + id);
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
                .keyDomainSlots(1)
                .publicKeyAuthentication(2, 3)
                .options(Set.of(options))
                .build();
        SchsmDevice.of(keyStore).administration().initialize(settings);
    }

    private void initializeAndRegister(char[] pin, DeviceInitialization.Option... options) throws Exception {
        initialize(pin, options);
        for (int i = 0; i < 3; i++) {
            keys.register(PEOPLE[i].publicKey());
        }
    }

    private PublicKeyAuthentication.Status authenticate(Person person) throws Exception {
        return keys.authenticate(person.key(), person.chr());
    }

    private static PublicKeyAuthentication.Status authenticated(int count) {
        return new PublicKeyAuthentication.Status(3, 0, 2, count);
    }

    private byte[] sign(PrivateKey key) throws Exception {
        Signature signer = Signature.getInstance("SHA256withECDSA", provider);
        signer.initSign(key);
        signer.update(new byte[100]);
        return signer.sign();
    }

    private void assertKeysRequired(org.assertj.core.api.ThrowableAssert.ThrowingCallable operation) {
        assertThatThrownBy(operation)
                .isInstanceOf(SignatureException.class)
                .hasCauseInstanceOf(PinException.class)
                .satisfies(reported -> assertThat(reported.getCause())
                        .matches(
                                told -> SchsmException.is(told, Reason.PUBLIC_KEY_AUTHENTICATION_REQUIRED),
                                "reason PUBLIC_KEY_AUTHENTICATION_REQUIRED"))
                .hasMessageContaining("2 of the 3 registered keys of device " + id);
    }

    /** Another program, in the words of PC/SC. */
    private void foreign(String apdu) throws Exception {
        Card card = VirtualReaders.memory()
                .terminals()
                .getTerminal(VirtualReaders.memory().device(id).readerName())
                .connect("*");
        card.getBasicChannel().transmit(new CommandAPDU(HexFormat.of().parseHex(apdu)));
        card.disconnect(false);
    }

    @Test
    void twoOfThreeOpenADeviceWithoutPin() throws Exception {
        initialize(new char[0]);
        assertThat(SchsmDevice.of(keyStore).administration().userPin().state()).isEqualTo(PinStatus.State.KEYS_INSTEAD);
        assertThat(keys.status()).isEqualTo(new PublicKeyAuthentication.Status(3, 3, 2, 0));
        assertThat(keys.registeredKeys()).isEmpty();
        keys.register(PEOPLE[0].publicKey());
        keys.register(AttestedPublicKey.parse(PEOPLE[1].publicKey().encode()));
        assertThat(keys.status().isComplete()).isFalse();
        assertThatThrownBy(() -> authenticate(PEOPLE[0]))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("1 are missing");
        assertThat(keys.register(PEOPLE[2].publicKey())).isEqualTo(authenticated(0));
        assertThatThrownBy(() -> keys.register(PEOPLE[3].publicKey()))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("has its 3 public keys");

        assertThat(authenticate(PEOPLE[2])).isEqualTo(authenticated(1));
        assertThatThrownBy(() -> generate(provider, "too-early", "secp256r1"))
                .hasRootCauseInstanceOf(PinException.class)
                .satisfies(reported -> assertThat(reported)
                        .rootCause()
                        .matches(
                                told -> SchsmException.is(told, Reason.PUBLIC_KEY_AUTHENTICATION_REQUIRED),
                                "reason PUBLIC_KEY_AUTHENTICATION_REQUIRED"));
        assertThatThrownBy(() -> authenticate(PEOPLE[2]))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("already");
        assertThat(authenticate(PEOPLE[0])).isEqualTo(authenticated(2));
        assertThat(keys.registeredKeys())
                .containsExactly(
                        new RegisteredPublicKey(0, PEOPLE[0].chr(), true),
                        new RegisteredPublicKey(1, PEOPLE[1].chr(), false),
                        new RegisteredPublicKey(2, PEOPLE[2].chr(), true));

        KeyPair pair = generate(provider, "guarded", "secp256r1");
        assertThat(sign(pair.getPrivate())).isNotEmpty();
        keyStore.load(null, null);
        assertThat(sign((PrivateKey) keyStore.getKey("guarded", null))).isNotEmpty();
    }

    @Test
    void theStateEndsWithTheCardsAndIsBroughtBackByTheSamePeople() throws Exception {
        initializeAndRegister(new char[0]);
        authenticate(PEOPLE[0]);
        authenticate(PEOPLE[1]);
        KeyPair pair = generate(provider, "guarded", "secp256r1");

        foreign("00A404000BE82B0601040181C31F020100");
        assertKeysRequired(() -> sign(pair.getPrivate()));
        authenticate(PEOPLE[0]);
        authenticate(PEOPLE[1]);
        assertThat(sign(pair.getPrivate())).isNotEmpty();

        foreign("00A4040000");
        if (anyForeignCommandEndsIt()) {
            assertKeysRequired(() -> sign(pair.getPrivate()));
        } else {
            assertThat(sign(pair.getPrivate()))
                    .as("another applet that is not there selects nothing")
                    .isNotEmpty();
        }

        VirtualReaders.memory().device(id).reset();
        assertKeysRequired(() -> sign(pair.getPrivate()));
        authenticate(PEOPLE[1]);
        assertKeysRequired(() -> sign(pair.getPrivate()));
        authenticate(PEOPLE[2]);
        assertThat(sign(pair.getPrivate()))
                .as("what one has done was not lost by the attempt")
                .isNotEmpty();

        VirtualReaders.memory().device(id).remove();
        VirtualReaders.memory().device(id).insert();
        assertKeysRequired(() -> sign(pair.getPrivate()));
    }

    @Test
    void responseIsMadeSomewhereElseFromBytes() throws Exception {
        initializeAndRegister(new char[0]);
        byte[] sent = keys.challenge(PEOPLE[1].chr()).encode();

        PublicKeyChallenge received = PublicKeyChallenge.parse(sent);
        assertThat(received.deviceId()).isEqualTo(id);
        assertThat(received.key()).isEqualTo(PEOPLE[1].chr());
        byte[] answer = PublicKeyResponse.sign(received, PEOPLE[1].key()).encode();

        PublicKeyResponse response = PublicKeyResponse.parse(answer);
        assertThat(keys.authenticate(response)).isEqualTo(authenticated(1));
        assertThatThrownBy(() -> keys.authenticate(response))
                .as("replayed")
                .isInstanceOf(InvalidRequestException.class)
                .matches(told -> SchsmException.is(told, Reason.CHALLENGE_LOST), "reason CHALLENGE_LOST")
                .hasMessageContaining("ask for a new challenge");
    }

    @Test
    void challengeThatTheDeviceHasLostIsNoticed() throws Exception {
        initializeAndRegister(new char[0]);
        PublicKeyResponse before = PublicKeyResponse.sign(keys.challenge(PEOPLE[0].chr()), PEOPLE[0].key());
        VirtualReaders.memory().device(id).reset();
        assertThatThrownBy(() -> keys.authenticate(before))
                .isInstanceOf(InvalidRequestException.class)
                .matches(told -> SchsmException.is(told, Reason.CHALLENGE_LOST), "reason CHALLENGE_LOST");

        PublicKeyResponse selected = PublicKeyResponse.sign(keys.challenge(PEOPLE[0].chr()), PEOPLE[0].key());
        foreign("00A404000BE82B0601040181C31F020100");
        assertThatThrownBy(() -> keys.authenticate(selected))
                .isInstanceOf(InvalidRequestException.class)
                .matches(told -> SchsmException.is(told, Reason.CHALLENGE_LOST), "reason CHALLENGE_LOST")
                .hasMessageContaining("another program");

        PublicKeyResponse older = PublicKeyResponse.sign(keys.challenge(PEOPLE[0].chr()), PEOPLE[0].key());
        PublicKeyResponse newer = PublicKeyResponse.sign(keys.challenge(PEOPLE[0].chr()), PEOPLE[0].key());
        assertThatThrownBy(() -> keys.authenticate(older))
                .isInstanceOf(InvalidRequestException.class)
                .matches(told -> SchsmException.is(told, Reason.CHALLENGE_LOST), "reason CHALLENGE_LOST");
        assertThat(keys.authenticate(newer)).as("the open one stays good").isEqualTo(authenticated(1));

        PublicKeyResponse disturbed = PublicKeyResponse.sign(keys.challenge(PEOPLE[1].chr()), PEOPLE[1].key());
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
        assertThatThrownBy(() -> keys.authenticate(PEOPLE[3].key(), PEOPLE[0].chr()))
                .isInstanceOf(DeviceException.class)
                .matches(
                        told -> SchsmException.is(told, Reason.CONDITIONS_NOT_SATISFIED),
                        "reason CONDITIONS_NOT_SATISFIED")
                .hasMessageContaining("another key");
        assertThatThrownBy(() -> authenticate(PEOPLE[3]))
                .isInstanceOf(DeviceException.class)
                .matches(told -> SchsmException.is(told, Reason.OBJECT_NOT_FOUND), "reason OBJECT_NOT_FOUND")
                .hasMessageContaining("not registered");
        PublicKeyChallenge elsewhere = new PublicKeyChallenge("ZZSIM00000900000", new byte[8], PEOPLE[0].chr());
        assertThatThrownBy(() -> keys.authenticate(PublicKeyResponse.sign(elsewhere, PEOPLE[0].key())))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("ZZSIM000009");
        assertThat(keys.status()).isEqualTo(authenticated(0));
    }

    @Test
    void keysOfDevicesThatAreNotTrustedAreNotRegistered() throws Exception {
        initialize(new char[0]);
        KeyStore strict = KeyStore.getInstance("SCHSM", provider(id, "production"));
        strict.load(null, null);
        assertThatThrownBy(
                        () -> SchsmDevice.of(strict).publicKeyAuthentication().register(PEOPLE[0].publicKey()))
                .isInstanceOf(UntrustedDeviceException.class);
        assertThat(keys.status().missing()).isEqualTo(3);
        keys.register(PEOPLE[0].publicKey());
        assertThatThrownBy(() -> keys.register(PEOPLE[0].publicKey()))
                .isInstanceOf(DeviceException.class)
                .matches(told -> SchsmException.is(told, Reason.OBJECT_EXISTS), "reason OBJECT_EXISTS")
                .hasMessageContaining("already");
    }

    @Test
    void registeredKeyIsReplacedByWhoMayUseTheDevice() throws Exception {
        initializeAndRegister(new char[0], DeviceInitialization.Option.REPLACE_PUBLIC_KEYS);
        assertThatThrownBy(() -> keys.replace(1, PEOPLE[3].publicKey()))
                .isInstanceOf(PinException.class)
                .matches(
                        told -> SchsmException.is(told, Reason.PUBLIC_KEY_AUTHENTICATION_REQUIRED),
                        "reason PUBLIC_KEY_AUTHENTICATION_REQUIRED");
        authenticate(PEOPLE[0]);
        authenticate(PEOPLE[1]);
        assertThatThrownBy(() -> keys.replace(3, PEOPLE[3].publicKey()))
                .isInstanceOf(DeviceException.class)
                .matches(told -> SchsmException.is(told, Reason.OBJECT_NOT_FOUND), "reason OBJECT_NOT_FOUND");
        assertThat(keys.replace(1, PEOPLE[3].publicKey())).isEqualTo(authenticated(1));
        assertThatThrownBy(() -> authenticate(PEOPLE[1]))
                .isInstanceOf(DeviceException.class)
                .matches(told -> SchsmException.is(told, Reason.OBJECT_NOT_FOUND), "reason OBJECT_NOT_FOUND");
        assertThat(authenticate(PEOPLE[3])).isEqualTo(authenticated(2));
        generate(provider, "guarded", "secp256r1");

        initializeAndRegister(new char[0]);
        authenticate(PEOPLE[0]);
        authenticate(PEOPLE[1]);
        assertThatThrownBy(() -> keys.replace(1, PEOPLE[3].publicKey()))
                .isInstanceOf(DeviceException.class)
                .hasMessageContaining("can not be replaced");
    }

    @Test
    void pinOrKeys() throws Exception {
        initializeAndRegister(PIN);
        assertThatThrownBy(() -> generate(provider, "nobody", "secp256r1"))
                .hasRootCauseInstanceOf(PinRequiredException.class);
        authenticate(PEOPLE[0]);
        authenticate(PEOPLE[1]);
        KeyPair pair = generate(provider, "guarded", "secp256r1");
        foreign("00A404000BE82B0601040181C31F020100");
        keyStore.load(null, PIN);
        assertThat(sign(pair.getPrivate())).as("by PIN").isNotEmpty();
        foreign("00A404000BE82B0601040181C31F020100");
        assertThat(sign(pair.getPrivate())).as("by the same PIN again").isNotEmpty();
    }

    @Test
    void pinAndKeys() throws Exception {
        initializeAndRegister(PIN, DeviceInitialization.Option.PIN_AND_PUBLIC_KEY);
        keyStore.load(null, PIN);
        assertThatThrownBy(() -> generate(provider, "pin-alone", "secp256r1"))
                .hasRootCauseInstanceOf(PinException.class)
                .satisfies(reported -> assertThat(reported)
                        .rootCause()
                        .matches(
                                told -> SchsmException.is(told, Reason.PUBLIC_KEY_AUTHENTICATION_REQUIRED),
                                "reason PUBLIC_KEY_AUTHENTICATION_REQUIRED"));
        authenticate(PEOPLE[0]);
        assertThatThrownBy(() -> generate(provider, "pin-and-one", "secp256r1"))
                .hasRootCauseInstanceOf(PinException.class)
                .satisfies(reported -> assertThat(reported)
                        .rootCause()
                        .matches(
                                told -> SchsmException.is(told, Reason.PUBLIC_KEY_AUTHENTICATION_REQUIRED),
                                "reason PUBLIC_KEY_AUTHENTICATION_REQUIRED"));
        assertThat(authenticate(PEOPLE[2])).as("the first one still counts").isEqualTo(authenticated(2));
        KeyPair pair = generate(provider, "guarded", "secp256r1");
        assertThat(sign(pair.getPrivate())).isNotEmpty();

        VirtualReaders.memory().device(id).reset();
        assertKeysRequired(() -> sign(pair.getPrivate()));
        authenticate(PEOPLE[1]);
        authenticate(PEOPLE[2]);
        assertThat(sign(pair.getPrivate())).as("the PIN is verified by itself").isNotEmpty();

        SchsmDevice.of(keyStore).logout();
        authenticate(PEOPLE[1]);
        authenticate(PEOPLE[2]);
        assertThatThrownBy(() -> sign(pair.getPrivate())).hasRootCauseInstanceOf(PinRequiredException.class);
        keyStore.load(null, PIN);
        assertThat(sign(pair.getPrivate())).as("keys first, then the PIN").isNotEmpty();
    }

    @Test
    void labelOfADeviceThatItsPinAloneDoesNotOpenIsLeftForLater() throws Exception {
        DeviceInitialization settings = DeviceInitialization.builder(PIN, SO_PIN)
                .publicKeyAuthentication(1, 1)
                .options(Set.of(DeviceInitialization.Option.PIN_AND_PUBLIC_KEY))
                .label("guarded")
                .build();
        SchsmDevice device = SchsmDevice.of(keyStore);
        device.administration().initialize(settings);
        assertThat(device.info().label()).isNotEqualTo("guarded");
        keys.register(PEOPLE[0].publicKey());
        authenticate(PEOPLE[0]);
        keyStore.load(null, PIN);
        device.setLabel("guarded");
        assertThat(device.info().label()).isEqualTo("guarded");
    }

    @Test
    void otherProvidersOfTheProgramDoNotProfit() throws Exception {
        initializeAndRegister(new char[0]);
        authenticate(PEOPLE[0]);
        authenticate(PEOPLE[1]);
        generate(provider, "guarded", "secp256r1");
        Provider another = provider(id, "production, simulator");
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
        authenticate(PEOPLE[0]);
        authenticate(PEOPLE[1]);
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
        assertThatThrownBy(() -> keys.register(PEOPLE[0].publicKey())).isInstanceOf(UnsupportedByDeviceException.class);
        assertThatThrownBy(keys::registeredKeys).isInstanceOf(UnsupportedByDeviceException.class);
    }
}
