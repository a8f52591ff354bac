// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.card;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.schsm.AttestedPublicKey;
import io.github.schsm.Cvc;
import io.github.schsm.DeviceInitialization;
import io.github.schsm.InvalidRequestException;
import io.github.schsm.KeyAlgorithm;
import io.github.schsm.MalformedDataException;
import io.github.schsm.PinException;
import io.github.schsm.PublicKeyAuthentication;
import io.github.schsm.PublicKeyAuthentication.RegisteredPublicKey;
import io.github.schsm.PublicKeyChallenge;
import io.github.schsm.PublicKeyResponse;
import io.github.schsm.SchsmException;
import io.github.schsm.SchsmException.Reason;
import io.github.schsm.UnsupportedByDeviceException;
import io.github.schsm.card.apdu.RetryPolicy;
import io.github.schsm.card.files.KeyAttributes;
import io.github.schsm.card.files.KeyPairRequest;
import io.github.schsm.codec.EcCurve;
import io.github.schsm.codec.EcdsaSignature;
import io.github.schsm.simulator.ApduRecorder;
import io.github.schsm.simulator.Fault;
import io.github.schsm.simulator.Faults;
import io.github.schsm.simulator.SimulatedDevice;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What goes over the wire for public key authentication, and what must not. */
class PublicKeyCommandsTest {
    private static final int SELECT = 0xA4;
    private static final int VERIFY = 0x20;
    private static final int MANAGE = 0x54;
    private static final int MSE = 0x22;
    private static final int PSO = 0x2A;
    private static final int CHALLENGE = 0x84;
    private static final int AUTHENTICATE = 0x82;
    private static final int UPDATE = 0xD7;
    private static final int FILE = 0xCF01;

    private final Simulation simulation = Simulation.reference();
    private final Simulation.Login login = Simulation.Login.right();
    private final List<AttestedPublicKey> keys = new ArrayList<>();
    private SimulatedDevice simulated;
    private CardDevice guarded;

    @BeforeEach
    void holders() throws Exception {
        simulated = simulation.simulated(1);
        guarded = simulation.device(1);
        for (int number = 2; number <= 3; number++) {
            CardDevice holder = simulation.device(number);
            String chr = holder.identity().deviceId() + "00001";
            Cvc request = holder.withCard(
                    Simulation.Login.right(),
                    card -> card.generateKeyPair(1, KeyPairRequest.ec(EcCurve.SECP256R1, chr, KeyAttributes.NONE)));
            keys.add(AttestedPublicKey.of(request, holder.identity()));
        }
    }

    private void initialize(String pin, DeviceInitialization.Option... options) throws Exception {
        DeviceInitialization settings = DeviceInitialization.builder(
                        pin.toCharArray(), "3537363231383830".toCharArray())
                .publicKeyAuthentication(2, 2)
                .options(Set.of(options))
                .build();
        guarded.withCard(null, card -> {
            card.initialize(settings);
            card.logout();
            return card.registerPublicKey(keys.get(0));
        });
        guarded.withCard(null, card -> card.registerPublicKey(keys.get(1)));
        simulated.recorder().start();
    }

    private PublicKeyResponse respond(PublicKeyChallenge challenge, int holder) throws Exception {
        byte[] hash = MessageDigest.getInstance("SHA-256").digest(challenge.signedData());
        byte[] der = simulation
                .device(holder + 2)
                .withCard(
                        Simulation.Login.right(), card -> card.sign(1, KeyAlgorithm.ECDSA, hash, RetryPolicy.ALLOWED));
        return new PublicKeyResponse(challenge, EcdsaSignature.parse(der).plain(32));
    }

    private PublicKeyAuthentication.Status authenticate(int holder) throws Exception {
        PublicKeyChallenge challenge = guarded.withCard(
                login,
                card -> card.publicKeyChallenge(keys.get(holder).request().chr()));
        PublicKeyResponse response = respond(challenge, holder);
        return guarded.withCard(login, card -> card.authenticate(response));
    }

    private void write() throws Exception {
        guarded.withCard(login, card -> {
            card.updateBinary(FILE, new byte[3]);
            return "";
        });
    }

    private List<Integer> instructions() {
        List<Integer> all = simulated.recorder().exchanges().stream()
                .map(ApduRecorder.Exchange::ins)
                .toList();
        simulated.recorder().start();
        return all;
    }

    @Test
    void takes_five_commands_for_each_holder() throws Exception {
        initialize("648219");
        assertThat(authenticate(0)).isEqualTo(new PublicKeyAuthentication.Status(2, 0, 2, 1));
        assertThat(instructions()).containsExactly(MANAGE, MSE, CHALLENGE, AUTHENTICATE, MANAGE);
        assertThat(authenticate(1).isAuthenticated()).isTrue();
        instructions();
        write();
        assertThat(instructions()).as("no PIN").containsExactly(UPDATE);
        assertThat(guarded.withCard(null, SmartCardHsm::registeredKeys))
                .extracting(RegisteredPublicKey::authenticated)
                .containsExactly(true, true);
    }

    @Test
    void makes_the_holders_device_known_before_it_registers_the_key() throws Exception {
        DeviceInitialization settings = DeviceInitialization.builder(new char[0], "3537363231383830".toCharArray())
                .publicKeyAuthentication(1, 1)
                .build();
        guarded.withCard(null, card -> {
            card.initialize(settings);
            return "";
        });
        simulated.recorder().start();
        guarded.withCard(null, card -> card.registerPublicKey(keys.get(0)));
        assertThat(instructions()).containsSubsequence(MANAGE, MSE, PSO, MSE, PSO, MSE, MANAGE);
    }

    @Test
    void does_not_select_where_that_would_end_what_a_holder_has_done() throws Exception {
        initialize("648219", DeviceInitialization.Option.PIN_AND_PUBLIC_KEY);
        authenticate(0);
        instructions();
        for (int i = 0; i < 3; i++) {
            assertThatThrownBy(this::write)
                    .matches(
                            told -> SchsmException.is(told, Reason.PUBLIC_KEY_AUTHENTICATION_REQUIRED),
                            "reason PUBLIC_KEY_AUTHENTICATION_REQUIRED")
                    .isInstanceOfSatisfying(
                            PinException.class,
                            required -> assertThat(required.keys().orElseThrow().authenticated())
                                    .isEqualTo(1));
        }
        assertThat(instructions()).contains(VERIFY, UPDATE, MANAGE).doesNotContain(SELECT);
        authenticate(1);
        write();
    }

    @Test
    void asks_nobody_for_a_pin_that_the_device_does_not_have() throws Exception {
        initialize("");
        login.givenNow = false;
        assertThatThrownBy(this::write)
                .isInstanceOf(PinException.class)
                .matches(
                        told -> SchsmException.is(told, Reason.PUBLIC_KEY_AUTHENTICATION_REQUIRED),
                        "reason PUBLIC_KEY_AUTHENTICATION_REQUIRED");
        assertThat(login.asked).isZero();
        login.givenNow = true;
        assertThatThrownBy(this::write)
                .isInstanceOf(PinException.class)
                .matches(
                        told -> SchsmException.is(told, Reason.PUBLIC_KEY_AUTHENTICATION_REQUIRED),
                        "reason PUBLIC_KEY_AUTHENTICATION_REQUIRED")
                .hasMessageContaining("0 have");
    }

    @Test
    void sends_no_response_to_a_challenge_that_was_lost_on_our_side() throws Exception {
        initialize("");
        PublicKeyChallenge challenge = guarded.withCard(
                null, card -> card.publicKeyChallenge(keys.get(0).request().chr()));
        guarded.withCard(null, card -> card.getChallenge(8));
        PublicKeyResponse response = respond(challenge, 0);
        instructions();
        assertThatThrownBy(() -> guarded.withCard(null, card -> card.authenticate(response)))
                .isInstanceOf(InvalidRequestException.class)
                .matches(told -> SchsmException.is(told, Reason.CHALLENGE_LOST), "reason CHALLENGE_LOST");
        assertThat(instructions()).doesNotContain(AUTHENTICATE);
    }

    @Test
    void sends_a_response_once() throws Exception {
        initialize("");
        PublicKeyChallenge challenge = guarded.withCard(
                null, card -> card.publicKeyChallenge(keys.get(0).request().chr()));
        PublicKeyResponse response = respond(challenge, 0);
        PublicKeyAuthentication.Status status = guarded.withCard(null, card -> card.authenticate(response));
        assertThat(status).isEqualTo(new PublicKeyAuthentication.Status(2, 0, 2, 1));
        instructions();

        assertThatThrownBy(() -> guarded.withCard(null, card -> card.authenticate(response)))
                .isInstanceOf(InvalidRequestException.class)
                .matches(told -> SchsmException.is(told, Reason.CHALLENGE_LOST), "reason CHALLENGE_LOST");
        assertThat(instructions()).doesNotContain(AUTHENTICATE);
    }

    @Test
    void tells_a_reset_between_challenge_and_response() throws Exception {
        initialize("");
        PublicKeyChallenge challenge = guarded.withCard(
                null, card -> card.publicKeyChallenge(keys.get(0).request().chr()));
        PublicKeyResponse response = respond(challenge, 0);
        simulated.faults().add(1, Faults.instruction(AUTHENTICATE), Fault.reset());
        assertThatThrownBy(() -> guarded.withCard(null, card -> card.authenticate(response)))
                .isInstanceOf(InvalidRequestException.class)
                .matches(told -> SchsmException.is(told, Reason.CHALLENGE_LOST), "reason CHALLENGE_LOST")
                .hasMessageContaining("ask for a new challenge");
    }

    @Test
    void refuses_an_answer_that_is_no_status() throws Exception {
        initialize("");
        simulated
                .faults()
                .add(1, Faults.instruction(MANAGE), Fault.garbage(HexFormat.of().parseHex("0303019000")));
        assertThatThrownBy(() -> guarded.withCard(null, SmartCardHsm::publicKeyAuthentication))
                .isInstanceOf(MalformedDataException.class)
                .hasMessageContaining("4 are expected");
    }

    @Test
    void says_that_a_device_has_no_public_key_authentication() {
        assertThatThrownBy(() -> guarded.withCard(null, SmartCardHsm::publicKeyAuthentication))
                .isInstanceOf(UnsupportedByDeviceException.class)
                .hasMessageContaining("ZZSIM000001");
    }

    /** A shorter challenge is easier to guess, and of a longer one only a part would be signed. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 7, 9, 16})
    void takes_no_challenge_of_another_length(int length) throws Exception {
        initialize("648219");
        String chr = keys.get(0).request().chr();
        byte[] answer = new byte[length + 2];
        answer[length] = (byte) 0x90;
        simulated.faults().add(1, Faults.instruction(CHALLENGE), Fault.garbage(answer));

        assertThatThrownBy(() -> guarded.withCard(login, card -> card.publicKeyChallenge(chr)))
                .isInstanceOf(MalformedDataException.class)
                .hasMessageContaining(length + " bytes, 8 were asked for");
        assertThat(simulated.faults().pending()).isZero();
        PublicKeyChallenge whole = guarded.withCard(login, card -> card.publicKeyChallenge(chr));
        assertThat(whole.challenge()).hasSize(8);
    }
}
