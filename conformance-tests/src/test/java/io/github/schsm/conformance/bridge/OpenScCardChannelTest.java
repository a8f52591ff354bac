// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.bridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.github.schsm.KeyAlgorithm;
import io.github.schsm.PinException;
import io.github.schsm.SchsmDevice;
import io.github.schsm.SchsmException;
import io.github.schsm.SchsmException.Reason;
import io.github.schsm.SchsmKeySpec;
import io.github.schsm.SchsmPrivateKey;
import io.github.schsm.TokenAdministration;
import io.github.schsm.WrapProtection;
import io.github.schsm.callback.TokenPinCallback;
import io.github.schsm.conformance.bench.Group;
import io.github.schsm.conformance.bench.OpenScBench;
import io.github.schsm.conformance.bench.PcscBench.PcscMember;
import io.github.schsm.conformance.bench.Pki;
import io.github.schsm.simulator.ApduRecorder;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.RSAKeyGenParameterSpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.crypto.SecretKey;
import javax.security.auth.callback.Callback;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** OpenSC's module and the card channel of the same reader, on one card and under one login. */
@Tag("pcsc")
@Timeout(600)
class OpenScCardChannelTest {
    private static final byte[] DATA = "signed on either way".getBytes(StandardCharsets.UTF_8);
    private static final int SIGN = 0x68;
    private static final int VERIFY = 0x20;
    private static final int SELECT = 0xA4;
    private static final int BY_AID = 0x04;

    private OpenScBench bench;
    private PcscMember member;
    private ApduRecorder wire;

    @BeforeEach
    void takeTheDevices() throws Exception {
        bench = OpenScBench.both();
        member = bench.source();
        wire = member.reader().device().recorder();
    }

    @AfterEach
    void giveThemBack() {
        bench.close();
    }

    @Test
    void signingCostsOneCommandEachAndNothingOnTheCardChannel() throws Exception {
        member.keyStore();
        generate(plain("a"));
        KeyStore keyStore = member.keyStore();
        PrivateKey key = (PrivateKey) keyStore.getKey("a", null);
        PublicKey publicKey = keyStore.getCertificate("a").getPublicKey();
        assertSigns(key, publicKey);

        wire.start();
        for (int i = 0; i < 5; i++) {
            assertSigns(key, publicKey);
        }

        assertThat(wire.exchanges()).hasSize(5).allMatch(exchange -> exchange.ins() == SIGN);
    }

    /** What the card channel looks at and changes leaves the module logged in: its next signature is one command too. */
    @Test
    void moduleNoticesNothingOfTheCardChannel() throws Exception {
        member.keyStore();
        KeyPair pair = generate(plain("a"));
        SchsmDevice device = SchsmDevice.of(member.keyStore());
        assertSigns(pair.getPrivate(), pair.getPublic());
        device.keyDomains();
        device.identity();
        device.administration().freeMemory();
        generate(counted("b", 5));
        wire.start();

        assertSigns(pair.getPrivate(), pair.getPublic());
        generate(plain("c"));
        device.keyDomains();
        assertSigns(pair.getPrivate(), pair.getPublic());

        assertThat(wire.exchanges())
                .as("nobody logs in or out")
                .noneMatch(exchange -> exchange.ins() == VERIFY && exchange.dataLength() > 0)
                .noneMatch(exchange -> exchange.ins() == SELECT && exchange.p1() == BY_AID);
    }

    /** OpenSC reads a card when it is put in, and not again. */
    @Test
    void keyThatTheModuleDoesNotSeeIsListedAndUsedAtOnceAndTheSameAfterTheCardWasOut() throws Exception {
        member.keyStore();
        KeyPair module = generate(plain("by-module"));
        KeyPair card = generate(counted("by-card", 100));
        KeyStore keyStore = member.keyStore();
        assertThat(Collections.list(keyStore.aliases())).containsExactlyInAnyOrder("by-module", "by-card");
        SchsmPrivateKey before = (SchsmPrivateKey) keyStore.getKey("by-card", null);
        assertThat(before.details().useCounter()).hasValue(100);
        assertSigns(before, card.getPublic());
        assertThat(usesLeft(keyStore)).isEqualTo(99);

        member.remove();
        member.insert();

        assertSigns(card.getPrivate(), card.getPublic());
        assertSigns(module.getPrivate(), module.getPublic());
        KeyStore fresh = member.keyStore();
        assertThat(Collections.list(fresh.aliases())).containsExactlyInAnyOrder("by-module", "by-card");
        SchsmPrivateKey after = (SchsmPrivateKey) fresh.getKey("by-card", null);
        assertThat(after.key()).isEqualTo(before.key());
        assertThat(after.details().useCounter()).hasValue(98);
        assertThat(after.details().allowedAlgorithms())
                .containsExactly(KeyAlgorithm.ECDSA.id(), KeyAlgorithm.WRAP.id());
        wire.start();
        assertSigns(after, card.getPublic());
        assertThat(wire.count(exchange -> exchange.ins() == SIGN)).isEqualTo(1);
        assertThat(usesLeft(fresh)).isEqualTo(97);
    }

    /** After the card is inserted again, the module sees exchange keys, too, but has no mechanism for their purpose. */
    @Test
    void exchangeKeyThatTheModuleSeesAgreesOnTheCard() throws Exception {
        Group group = Group.of(bench);
        KeyPair own =
                generate(SchsmKeySpec.exchangeKey("exchange", group.source().domain()));
        KeyPair peer = group.target()
                .generate(SchsmKeySpec.exchangeKey("exchange", group.target().domain()));
        member.remove();
        member.insert();

        PrivateKey exchange = (PrivateKey) member.keyStore().getKey("exchange", null);
        SecretKey kek = group.source().agree(new KeyPair(own.getPublic(), exchange), Group.publicKeyFile(peer));

        assertThat(kek.getAlgorithm()).isEqualTo("XKEK");
        assertThat(((SchsmPrivateKey) exchange).details().allows(KeyAlgorithm.ECDSA))
                .isFalse();
    }

    private static long usesLeft(KeyStore keyStore) throws Exception {
        return ((SchsmPrivateKey) keyStore.getKey("by-card", null))
                .details()
                .useCounter()
                .orElseThrow();
    }

    @Test
    void certificateLabelAndDeletionGoTheWayThatTheKeyIsSeen() throws Exception {
        member.keyStore();
        for (SchsmKeySpec spec : List.of(plain("seen"), counted("unseen", 100))) {
            KeyPair pair = generate(spec);
            KeyStore keyStore = member.keyStore();
            String alias = spec.label();
            assertThat(keyStore.getCertificate(alias).getPublicKey()).isEqualTo(pair.getPublic());
            Pki pki = Pki.create();
            X509Certificate[] chain = pki.chain(pki.issue("of " + alias, pair.getPublic()));

            keyStore.setKeyEntry(alias, pair.getPrivate(), null, chain);
            assertThat(member.keyStore().getCertificateChain(alias)).containsExactly(chain);
            assertSigns((PrivateKey) member.keyStore().getKey(alias, null), pair.getPublic());

            keyStore.deleteEntry(alias);
            assertThat(member.keyStore().containsAlias(alias)).isFalse();
            assertThat(member.keyStore().isKeyEntry(alias)).isFalse();
        }
    }

    /** OpenSC 0.23 takes any exponent and makes 65537, and has no AES keys: those come from the card itself. */
    @Test
    void whatTheModuleCannotMakeTheCardMakes() throws Exception {
        member.keyStore();
        KeyPair pair = Group.generatePair(
                member.provider(),
                "RSA",
                SchsmKeySpec.builder("three")
                        .parameters(new RSAKeyGenParameterSpec(1024, RSAKeyGenParameterSpec.F0))
                        .build());

        assertThat(((java.security.interfaces.RSAPublicKey) pair.getPublic()).getPublicExponent())
                .isEqualTo(RSAKeyGenParameterSpec.F0);
        Signature signer = Signature.getInstance("SHA256withRSA", member.provider());
        signer.initSign(pair.getPrivate());
        signer.update(DATA);
        assertThat(Pki.verifies("SHA256withRSA", pair.getPublic(), DATA, signer.sign()))
                .isTrue();
    }

    @Test
    void somebodyIsAskedForThePinOnceForBothWays() throws Exception {
        AtomicInteger questions = new AtomicInteger();
        KeyStore keyStore = load(questions, "648219");
        Group group = Group.of(bench);
        generate(counted("a", 100));
        KeyPair pair = generate(plain("b"));
        assertSigns(pair.getPrivate(), pair.getPublic());
        group.agree();
        assertSigns((PrivateKey) keyStore.getKey("b", null), pair.getPublic());

        assertThat(questions).hasValue(1);
    }

    private KeyStore load(AtomicInteger questions, String pin) throws Exception {
        KeyStore keyStore = KeyStore.getInstance("SCHSM", member.provider());
        keyStore.load(() -> new KeyStore.CallbackHandlerProtection(callbacks -> {
            for (Callback callback : callbacks) {
                if (callback instanceof TokenPinCallback wanted) {
                    questions.incrementAndGet();
                    wanted.setPassword(pin.toCharArray());
                }
            }
        }));
        return keyStore;
    }

    @Test
    void refusedPinIsSentByNeitherWayAgainAndTheLastTryIsKept() throws Exception {
        KeyStore keyStore = KeyStore.getInstance("SCHSM", member.provider());
        for (String wrong : List.of("111111", "222222")) {
            assertThatThrownBy(() -> keyStore.load(null, wrong.toCharArray()))
                    .rootCause()
                    .matches(told -> SchsmException.is(told, Reason.WRONG_PIN), "reason WRONG_PIN");
        }
        keyStore.load(null, null);
        SchsmDevice device = SchsmDevice.of(keyStore);
        assertThat(device.administration().userPin().triesLeft()).isEqualTo(1);

        assertThatThrownBy(() -> generate(counted("a", 5))).hasRootCauseInstanceOf(PinException.class);
        assertThatThrownBy(() -> generate(plain("a"))).hasRootCauseInstanceOf(PinException.class);
        assertThatThrownBy(() -> device.createDkekDomain(0, 1)).isInstanceOf(PinException.class);

        assertThat(device.administration().userPin().triesLeft()).isEqualTo(1);
        member.keyStore();
        assertThat(device.createDkekDomain(0, 1).slot()).isZero();
    }

    @Test
    void changedPinServesBothWaysAndCostsNoTry() throws Exception {
        KeyStore keyStore = member.keyStore();
        KeyPair pair = generate(plain("a"));
        SchsmDevice device = SchsmDevice.of(keyStore);
        TokenAdministration administration = device.administration();

        administration.changePin("648219".toCharArray(), "135790".toCharArray());
        assertSigns(pair.getPrivate(), pair.getPublic());
        assertThat(device.createDkekDomain(0, 1).slot()).isZero();
        assertSigns(pair.getPrivate(), pair.getPublic());
        administration.unblock("3537363231383830".toCharArray(), "246801".toCharArray());
        keyStore.load(null, "246801".toCharArray());
        assertSigns(pair.getPrivate(), pair.getPublic());
        assertThat(device.createDkekDomain(1, 1).slot()).isEqualTo(1);

        keyStore.load(null, "246801".toCharArray());
        member.remove();
        member.insert();
        assertThat(administration.userPin().triesLeft()).isEqualTo(3);
        assertSigns(pair.getPrivate(), pair.getPublic());
    }

    /** Two threads, one on either way, and both change things. */
    @Test
    void bothWaysMayBeUsedAtTheSameTime() throws Exception {
        Group group = Group.of(bench);
        Group.Keks keks = group.agree();
        KeyPair seen = generate(plain("seen"));
        KeyPair movable = generate(SchsmKeySpec.builder("movable")
                .parameters(new ECGenParameterSpec("secp256r1"))
                .domain(group.source().domain())
                .allow(KeyAlgorithm.ECDSA, KeyAlgorithm.WRAP)
                .build());
        KeyStore keyStore = group.source().keyStore();
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try {
            List<Future<?>> running = new ArrayList<>();
            running.add(threads.submit(() -> {
                for (int i = 0; i < 15; i++) {
                    assertSigns(seen.getPrivate(), seen.getPublic());
                    if (i % 5 == 0) {
                        generate(plain("made-" + i));
                        keyStore.deleteEntry("made-" + i);
                    }
                }
                return null;
            }));
            running.add(threads.submit(() -> {
                for (int i = 0; i < 15; i++) {
                    assertThat(wrapped(keyStore, keks.source())).isNotNull();
                    assertSigns(movable.getPrivate(), movable.getPublic());
                    if (i % 5 == 0) {
                        generate(counted("counted-" + i, 5));
                        keyStore.deleteEntry("counted-" + i);
                    }
                }
                return null;
            }));
            for (Future<?> future : running) {
                future.get(8, TimeUnit.MINUTES);
            }
        } finally {
            threads.shutdownNow();
        }
        assertThat(Collections.list(member.keyStore().aliases()))
                .containsExactlyInAnyOrder("group-signer", "exchange", "seen", "movable");
        assertThat(group.source().device().administration().userPin().triesLeft())
                .isNotIn(0, 1, 2);
    }

    private static KeyStore.Entry wrapped(KeyStore keyStore, SecretKey kek) throws Exception {
        return keyStore.getEntry("movable", new WrapProtection(kek));
    }

    /** A card reset by another program, or one that another program selected, is no reason to fail. */
    @Test
    void otherProgramsMayUseTheCardInBetween() throws Exception {
        member.keyStore();
        Group group = Group.of(bench);
        KeyPair seen = generate(plain("seen"));
        KeyPair unseen = generate(counted("unseen", 100));
        KeyStore other = KeyStore.getInstance(
                "SCHSM",
                new io.github.schsm.provider.SchsmProvider()
                        .configure(member.reader().configuration("pcsc")));
        for (int i = 0; i < 3; i++) {
            if (i == 1) {
                member.reader().device().reset();
            } else {
                other.load(null, member.pin());
            }
            assertSigns(seen.getPrivate(), seen.getPublic());
            assertSigns(unseen.getPrivate(), unseen.getPublic());
            assertThat(group.source().domain().isXkek()).isTrue();
            generate(plain("made-" + i));
        }
        assertThat(Arrays.asList("made-0", "made-1", "made-2")).allMatch(alias -> contains(alias));
    }

    private boolean contains(String alias) {
        Throwable failed = catchThrowable(
                () -> assertThat(member.keyStore().isKeyEntry(alias)).isTrue());
        return failed == null;
    }

    @Test
    void cardThatIsAwayIsNamedOnBothWays() throws Exception {
        member.keyStore();
        KeyPair seen = generate(plain("seen"));
        KeyPair unseen = generate(counted("unseen", 100));
        SchsmDevice device = SchsmDevice.of(member.keyStore());
        member.remove();

        assertThatThrownBy(() -> sign(seen.getPrivate())).hasCauseInstanceOf(SchsmException.class);
        assertThatThrownBy(() -> sign(unseen.getPrivate())).hasCauseInstanceOf(SchsmException.class);
        assertThatThrownBy(device::keyDomains).isInstanceOf(SchsmException.class);

        member.insert();
        assertSigns(seen.getPrivate(), seen.getPublic());
        assertSigns(unseen.getPrivate(), unseen.getPublic());
        assertThat(device.keyDomains()).isEmpty();
    }

    private static SchsmKeySpec plain(String label) {
        return SchsmKeySpec.builder(label)
                .parameters(new ECGenParameterSpec("secp256r1"))
                .build();
    }

    /** A key with what PKCS#11 has no words for. */
    private static SchsmKeySpec counted(String label, long uses) {
        return SchsmKeySpec.builder(label)
                .parameters(new ECGenParameterSpec("secp256r1"))
                .allow(KeyAlgorithm.ECDSA, KeyAlgorithm.WRAP)
                .useCounter(uses)
                .build();
    }

    private KeyPair generate(SchsmKeySpec spec) throws Exception {
        return Group.generatePair(member.provider(), spec);
    }

    private byte[] sign(PrivateKey key) throws Exception {
        Signature signer = Signature.getInstance("SHA256withECDSA", member.provider());
        signer.initSign(key);
        signer.update(DATA);
        return signer.sign();
    }

    private void assertSigns(PrivateKey key, PublicKey publicKey) throws Exception {
        assertThat(Pki.verifies("SHA256withECDSA", publicKey, DATA, sign(key))).isTrue();
    }
}
