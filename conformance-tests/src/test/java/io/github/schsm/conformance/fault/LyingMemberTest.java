// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.schsm.AttestedPublicKey;
import io.github.schsm.Kdm;
import io.github.schsm.KeyAlgorithm;
import io.github.schsm.KeyDomain;
import io.github.schsm.KeyDomainException;
import io.github.schsm.KeyMigration;
import io.github.schsm.SchsmDevice;
import io.github.schsm.SchsmKeySpec;
import io.github.schsm.UntrustedDeviceException;
import io.github.schsm.conformance.bench.Group;
import io.github.schsm.conformance.bench.SimulatorBench;
import io.github.schsm.conformance.bench.SimulatorBench.SimulatedMember;
import io.github.schsm.provider.SchsmProvider;
import io.github.schsm.simulator.Fault;
import io.github.schsm.simulator.Faults;
import java.security.InvalidKeyException;
import java.security.KeyPair;
import java.security.KeyStore;
import java.security.Provider;
import java.security.spec.ECGenParameterSpec;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;
import javax.crypto.KeyAgreement;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A device that lies about what it is a member of, or about the key on which it agreed. */
class LyingMemberTest {
    private static final int MANAGE_KEY_DOMAIN = 0x52;
    private static final int DERIVE_XKEK = 0x62;
    private static final int WRAP_KEY = 0x72;
    private static final int KCV_AT = 2;
    private static final int UID_AT = 10;

    private SimulatorBench bench;
    private Group group;

    @BeforeEach
    void open() throws Exception {
        bench = new SimulatorBench();
        group = Group.of(bench);
    }

    @AfterEach
    void close() {
        bench.close();
    }

    private static byte[] state(byte[] kcv, byte[] uid) {
        byte[] answer = new byte[UID_AT + uid.length + 2];
        System.arraycopy(kcv, 0, answer, KCV_AT, kcv.length);
        System.arraycopy(uid, 0, answer, UID_AT, uid.length);
        answer[answer.length - 2] = (byte) 0x90;
        return answer;
    }

    private static Predicate<byte[]> asksForDomain(int slot) {
        return Faults.command(0x80, MANAGE_KEY_DOMAIN, 0x00, slot);
    }

    /** The first question about a key domain's state after the agreement. */
    private static Predicate<byte[]> asksAfterAgreement() {
        AtomicBoolean agreed = new AtomicBoolean();
        return command -> {
            if (Faults.instruction(DERIVE_XKEK).test(command)) {
                agreed.set(true);
            }
            return agreed.get() && asksForDomain(0).test(command);
        };
    }

    private static long sent(SimulatedMember member, int instruction) {
        return member.recorder().count(exchange -> exchange.ins() == instruction);
    }

    /** The device's own chain: it is the one thing that says that the domain will be in a genuine device. */
    @Test
    void aDeviceThatTracesToNoTrustedRootGetsNoKeyDomain() throws Exception {
        SimulatedMember member = bench.target();
        Kdm kdm = Kdm.issue(group.signer(), group.target().device().identity());
        Provider doubtful = new SchsmProvider()
                .configure(member.configuration().replace("production, simulator", "production") + "; name = doubtful");
        KeyStore keyStore = KeyStore.getInstance("SCHSM", doubtful);
        keyStore.load(null, "648219".toCharArray());
        SchsmDevice device = SchsmDevice.of(keyStore);
        member.recorder().start();

        assertThatThrownBy(() -> device.createKeyDomain(1, kdm)).isInstanceOf(UntrustedDeviceException.class);

        assertThat(member.recorder().count(exchange -> exchange.ins() == MANAGE_KEY_DOMAIN))
                .isZero();
        assertThat(device.keyDomains()).hasSize(1);
    }

    private static KeyAgreement agreement(Group.Side side, KeyPair own) throws Exception {
        KeyAgreement agreement = KeyAgreement.getInstance("ECDH_XKEK", side.provider());
        agreement.init(own.getPrivate());
        return agreement;
    }

    /** It says that all is well, and shows no KEK, or one of another domain. */
    @Test
    void anAgreementIsNotBelievedBeforeTheKeyDomainShowsItsKek() throws Exception {
        KeyPair own = group.source()
                .generate(SchsmKeySpec.exchangeKey("exchange", group.source().domain()));
        KeyPair peer = group.target()
                .generate(SchsmKeySpec.exchangeKey("exchange", group.target().domain()));
        byte[] uid = group.source().domain().uid();
        byte[] otherUid = uid.clone();
        otherUid[0] ^= 1;
        byte[] kcv = new byte[8];
        Arrays.fill(kcv, (byte) 7);

        requireRefused(own, peer, state(new byte[8], uid), "has no KEK in slot 0");
        requireRefused(own, peer, state(kcv, otherUid), "which is not the key domain of");
        KeyAgreement honest = agreement(group.source(), own);
        honest.doPhase(AttestedPublicKey.parse(Group.publicKeyFile(peer)), true);
        assertThat(honest.generateSecret("XKEK")).isNotNull();
    }

    private void requireRefused(KeyPair own, KeyPair peer, byte[] lie, String says) throws Exception {
        bench.source().device().faults().add(1, asksAfterAgreement(), Fault.garbage(lie));
        KeyAgreement agreement = agreement(group.source(), own);
        assertThatThrownBy(() -> agreement.doPhase(AttestedPublicKey.parse(Group.publicKeyFile(peer)), true))
                .isInstanceOf(InvalidKeyException.class)
                .hasCauseInstanceOf(KeyDomainException.class)
                .hasMessageContaining(says);
        assertThat(bench.source().device().faults().pending()).isZero();
        assertThatThrownBy(() -> agreement.generateSecret("XKEK")).isInstanceOf(IllegalStateException.class);
    }

    /** The exchange key's attested request names its domain; what the device says of the slot does not count. */
    @Test
    void theDomainOfAnExchangeKeyIsTheOneInItsRequest() throws Exception {
        KeyPair otherSigner = group.target().generate(Group.signerSpec("other-signer"));
        KeyDomain other = group.target()
                .device()
                .createKeyDomain(
                        1, Kdm.issue(otherSigner, group.target().device().identity()));
        KeyPair ofOther = group.target().generate(SchsmKeySpec.exchangeKey("of-other", other));
        KeyPair own = group.source()
                .generate(SchsmKeySpec.exchangeKey("exchange", group.source().domain()));
        SimulatedMember member = bench.source();
        member.device().faults().add(1, asksForDomain(0), Fault.garbage(state(new byte[8], other.uid())));
        member.recorder().start();

        assertThatThrownBy(() -> agreement(group.source(), own)
                        .doPhase(AttestedPublicKey.parse(Group.publicKeyFile(ofOther)), true))
                .isInstanceOf(InvalidKeyException.class)
                .hasCauseInstanceOf(KeyDomainException.class);

        assertThat(sent(member, DERIVE_XKEK)).isZero();
        member.device().faults().clear();
    }

    /** Both devices show a KEK after the agreement, and it is not the same: then no key leaves under it. */
    @Test
    void noKeyMovesUnderAKekThatTheOtherDeviceDoesNotShow() throws Exception {
        KeyPair moving = group.source()
                .generate(SchsmKeySpec.builder("moving")
                        .parameters(new ECGenParameterSpec("secp256r1"))
                        .domain(group.source().domain())
                        .allow(KeyAlgorithm.ECDSA, KeyAlgorithm.WRAP)
                        .build());
        bench.target().device().faults().add(1, asksAfterAgreement(), Fault.flippedBit(8 * KCV_AT));
        bench.source().recorder().start();

        assertThatThrownBy(() -> KeyMigration.from(group.source().keyStore())
                        .to(group.target().keyStore())
                        .move("moving"))
                .isInstanceOf(KeyDomainException.class)
                .hasMessageContaining("did not agree on the same KEK");

        assertThat(bench.target().device().faults().pending()).isZero();
        assertThat(sent(bench.source(), WRAP_KEY)).isZero();
        group.target().keyStore().load(null, "648219".toCharArray());
        assertThat(group.target().keyStore().containsAlias("moving")).isFalse();
        assertThat(group.source().keyStore().getKey("moving", null)).isEqualTo(moving.getPrivate());
    }
}
