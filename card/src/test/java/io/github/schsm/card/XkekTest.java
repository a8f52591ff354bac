// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.card;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.schsm.AttestedPublicKey;
import io.github.schsm.Cvc;
import io.github.schsm.DeviceException;
import io.github.schsm.InvalidRequestException;
import io.github.schsm.Kdm;
import io.github.schsm.KeyAlgorithm;
import io.github.schsm.KeyDomain;
import io.github.schsm.MalformedDataException;
import io.github.schsm.SchsmException;
import io.github.schsm.SchsmException.Reason;
import io.github.schsm.UntrustedDeviceException;
import io.github.schsm.card.apdu.RetryPolicy;
import io.github.schsm.card.files.KeyAttributes;
import io.github.schsm.card.files.KeyPairRequest;
import io.github.schsm.codec.EcCurve;
import io.github.schsm.codec.EcdsaSignature;
import io.github.schsm.codec.Tlv;
import io.github.schsm.simulator.profile.DeviceProfile;
import io.github.schsm.simulator.profile.Quirk;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Chapters 3 and 4 of the how-to in card commands, on every kind of reader. */
class XkekTest {
    /** Devices as these tests want to speak to them. */
    Simulation simulate(DeviceProfile profile) {
        return new Simulation(profile);
    }

    static final int GROUP_SIGNER = 1;
    private static final int EXCHANGE = 2;
    private static final int MOVING = 3;

    private final Simulation.Login login = Simulation.Login.right();

    static List<DeviceProfile> profiles() {
        DeviceProfile reference = DeviceProfile.smartCardHsm4k();
        return List.of(
                reference,
                reference.withCommandLimit(1014),
                reference.withCommandLimit(478),
                reference.with(Quirk.UID_IS_WHOLE_POINT));
    }

    Cvc generate(CardDevice device, int kid, KeyAttributes attributes) throws SchsmException {
        String chr = device.identity().deviceId() + "0000" + kid;
        KeyPairRequest request = KeyPairRequest.ec(EcCurve.BRAINPOOLP256R1, chr, attributes);
        // A reader that passes 478 bytes has no room for a group signer with a longer authority reference.
        KeyPairRequest shorter =
                new KeyPairRequest(request.publicKey(), "UTCA00001", chr, Optional.empty(), attributes);
        return device.withCard(login, card -> card.generateKeyPair(kid, shorter));
    }

    /** The group signer is a key in the first device. */
    byte[] kdm(CardDevice signer, Cvc groupSigner, CardDevice member) throws SchsmException {
        byte[] point = member.identity().deviceCertificate().publicPoint();
        // 54 || x: the tag and the x-coordinate of the member's public point.
        byte[] signed = Arrays.copyOf(point, 1 + point.length / 2);
        signed[0] = 0x54;
        byte[] signature = signer.withCard(
                login, card -> card.sign(GROUP_SIGNER, KeyAlgorithm.ECDSA, sha256(signed), RetryPolicy.ALLOWED));
        return Tlv.of(
                        0x30,
                        Tlv.of(0x06, java.util.HexFormat.of().parseHex("2B0601040181C31F040201")),
                        Tlv.of(
                                0x61,
                                member.identity()
                                        .issuerCertificate()
                                        .orElseThrow()
                                        .getEncoded()),
                        Tlv.of(0x62, member.identity().deviceCertificate().getEncoded()),
                        Tlv.of(0x63, groupSigner.getEncoded()),
                        Tlv.of(0x54, EcdsaSignature.parse(signature).plain(32)))
                .encoded();
    }

    private static byte[] sha256(byte[] data) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(data);
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    KeyDomain.Status join(CardDevice device, byte[] kdm) throws SchsmException {
        Kdm membership = Kdm.parse(kdm);
        return device.withCard(login, card -> card.createXkekDomain(0, membership));
    }

    @ParameterizedTest
    @MethodSource("profiles")
    void moves_a_key_between_two_members(DeviceProfile profile) throws Exception {
        Simulation simulation = simulate(profile);
        CardDevice a = simulation.device(1);
        CardDevice b = simulation.device(2);
        Cvc groupSigner = generate(a, GROUP_SIGNER, KeyAttributes.NONE);
        KeyDomain.Status domainA = join(a, kdm(a, groupSigner, a));
        KeyDomain.Status domainB = join(b, kdm(a, groupSigner, b));
        assertThat(KeyDomain.Status.sameUid(domainA.uid(), domainB.uid())).isTrue();

        KeyAttributes exchange = KeyAttributes.NONE.withKeyDomain(0).withAlgorithms(List.of(KeyAlgorithm.ECDH_XKEK));
        AttestedPublicKey keyA = AttestedPublicKey.of(generate(a, EXCHANGE, exchange), a.identity());
        AttestedPublicKey keyB = AttestedPublicKey.of(generate(b, EXCHANGE, exchange), b.identity());
        Cvc moving = generate(
                a,
                MOVING,
                KeyAttributes.NONE.withKeyDomain(0).withAlgorithms(List.of(KeyAlgorithm.ECDSA, KeyAlgorithm.WRAP)));
        byte[] kcvA = agree(a, keyB).kcv();
        assertThat(agree(b, keyA).kcv()).isEqualTo(kcvA).isNotEqualTo(new byte[8]);

        byte[] blob = a.withCard(login, card -> card.wrapKey(MOVING));
        byte[] signature = b.withCard(login, card -> {
            card.unwrapKey(9, blob);
            return card.sign(9, KeyAlgorithm.ECDSA, new byte[32], RetryPolicy.ALLOWED);
        });
        assertThat(EcCurve.BRAINPOOLP256R1.verify(
                        moving.publicPoint(),
                        new byte[32],
                        EcdsaSignature.parse(signature).plain(32)))
                .isTrue();
    }

    private KeyDomain.Status agree(CardDevice device, AttestedPublicKey peer) throws SchsmException {
        return device.withCard(login, card -> {
            card.deriveXkek(EXCHANGE, peer);
            return card.queryKeyDomain(0).orElseThrow();
        });
    }

    @Test
    void says_that_a_reader_is_too_small_for_a_key_domain_membership() throws Exception {
        CardDevice device =
                simulate(DeviceProfile.smartCardHsm4k().withShortApdusOnly()).device(1);
        Cvc groupSigner = generate(device, GROUP_SIGNER, KeyAttributes.NONE);
        byte[] kdm = kdm(device, groupSigner, device);
        assertThatThrownBy(() -> join(device, kdm))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining(
                        "key domain slot 0: reader '" + device.readerName() + "' passes at most 255 bytes")
                .hasMessageContaining("extended length");
    }

    @Test
    void agrees_with_nine_commands_at_first_and_three_later() throws Exception {
        Simulation simulation = simulate(DeviceProfile.smartCardHsm4k());
        CardDevice a = simulation.device(1);
        CardDevice b = simulation.device(2);
        Cvc groupSigner = generate(a, GROUP_SIGNER, KeyAttributes.NONE);
        join(a, kdm(a, groupSigner, a));
        join(b, kdm(a, groupSigner, b));
        KeyAttributes exchange = KeyAttributes.NONE.withKeyDomain(0).withAlgorithms(List.of(KeyAlgorithm.ECDH_XKEK));
        generate(a, EXCHANGE, exchange);
        AttestedPublicKey peer = AttestedPublicKey.of(generate(b, EXCHANGE, exchange), b.identity());
        simulation.simulated(1).recorder().start();
        agree(a, peer);
        assertThat(simulation.simulated(1).recorder().count()).isLessThanOrEqualTo(9);
        simulation.simulated(1).recorder().start();
        agree(a, peer);
        assertThat(simulation.simulated(1).recorder().count()).isEqualTo(3);
    }

    @Test
    void refuses_a_membership_of_another_device_and_a_changed_one() throws Exception {
        Simulation simulation = simulate(DeviceProfile.smartCardHsm4k());
        CardDevice a = simulation.device(1);
        CardDevice b = simulation.device(2);
        Cvc groupSigner = generate(a, GROUP_SIGNER, KeyAttributes.NONE);
        byte[] good = kdm(a, groupSigner, a);
        assertThatThrownBy(() -> join(b, good))
                .isInstanceOf(SchsmException.class)
                .hasMessageContaining("membership");
        byte[] changed = good.clone();
        changed[changed.length - 1] ^= 1;
        assertThatThrownBy(() -> join(a, changed))
                .isInstanceOf(DeviceException.class)
                .matches(
                        told -> SchsmException.is(told, Reason.CONDITIONS_NOT_SATISFIED),
                        "reason CONDITIONS_NOT_SATISFIED")
                .hasMessageContaining("membership");
        Optional<KeyDomain.Status> slot = a.withCard(null, card -> card.queryKeyDomain(0));
        assertThat(slot).isEmpty();
    }

    @Test
    void does_not_accept_a_peer_whose_chain_the_device_does_not_know() throws Exception {
        CardDevice a = simulate(DeviceProfile.smartCardHsm4k()).device(1);
        CardDevice open = simulate(DeviceProfile.smartCardHsm4k().with(Quirk.SELF_SIGNED_DEVICE))
                .device(2);
        Cvc foreign = generate(open, EXCHANGE, KeyAttributes.NONE);
        AttestedPublicKey peer = AttestedPublicKey.of(foreign, open.identity());
        assertThatThrownBy(() -> a.withCard(login, card -> {
                    card.deriveXkek(EXCHANGE, peer);
                    return "";
                }))
                .isInstanceOf(UntrustedDeviceException.class)
                .hasMessageContaining("ZZSIM000001");
    }

    @Test
    void refuses_states_of_a_key_domain_that_no_device_gives() {
        for (int length : new int[] {0, 1, 9, 11, 41, 75, 500}) {
            assertThatThrownBy(() -> KeyDomainAnswer.parse(0, new byte[length]))
                    .isInstanceOf(MalformedDataException.class);
        }
    }
}
