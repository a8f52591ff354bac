// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.domain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.schsm.SchsmDomain;
import io.github.schsm.SchsmKeySpec;
import io.github.schsm.SchsmLoadParameter;
import io.github.schsm.conformance.bench.Group;
import io.github.schsm.conformance.bench.Pki;
import io.github.schsm.conformance.bench.SimulatorBench;
import io.github.schsm.conformance.bench.SimulatorBench.SimulatedMember;
import io.github.schsm.conformance.bench.SoftHsm;
import io.github.schsm.conformance.bench.SoftHsmBench;
import io.github.schsm.conformance.bench.SoftHsmBench.SoftMember;
import io.github.schsm.provider.SchsmProvider;
import java.io.IOException;
import java.math.BigInteger;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.security.interfaces.RSAPrivateCrtKey;
import java.security.spec.ECGenParameterSpec;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Devices in readers and tokens of another maker, at two terminals: side by side, and as one key store. */
class DomainOfOtherMakersTest {
    private static final char[] PIN = "648219".toCharArray();

    private SimulatorBench readers;
    private SoftHsmBench tokens;
    private SimulatedMember card;

    /** Makes a device, and two tokens of SoftHSM. */
    @BeforeEach
    void open() throws Exception {
        readers = new SimulatorBench();
        tokens = new SoftHsmBench();
        card = readers.source();
    }

    /** Gives back what it has. */
    @AfterEach
    void close() {
        readers.close();
        tokens.close();
    }

    private String terminals() {
        String cards = readers.configuration().replace("terminal = ", "");
        return "terminal = " + cards.substring(0, cards.indexOf(';')) + ", pkcs11:"
                + SoftHsm.module().path() + cards.substring(cards.indexOf(';'));
    }

    private String all() {
        return terminals() + "; device = "
                + String.join(
                        ", ", card.id(), tokens.source().id(), tokens.target().id());
    }

    private static KeyStore load(Provider provider) throws Exception {
        KeyStore keyStore = KeyStore.getInstance("SCHSM", provider);
        keyStore.load(null, PIN);
        return keyStore;
    }

    private static SchsmKeySpec spec(String label) {
        return SchsmKeySpec.builder(label)
                .parameters(new ECGenParameterSpec("secp256r1"))
                .build();
    }

    @Test
    void keysOfAllAreInOneKeyStore() throws Exception {
        card.keyStore();
        tokens.source().keyStore();
        KeyPair onCard = Group.generatePair(card.provider(), spec("on card"));
        KeyPair onToken = Group.generatePair(tokens.source().provider(), spec("on token"));
        try (SchsmProvider provider = (SchsmProvider) new SchsmProvider().configure(all() + "; members = all")) {
            DomainProgram program = new DomainProgram(provider, load(provider));
            assertThat(program.aliases()).containsExactlyInAnyOrder("on card", "on token");
            program.assertSigns((PrivateKey) program.keys().getKey("on card", null), onCard.getPublic());
            program.assertSigns((PrivateKey) program.keys().getKey("on token", null), onToken.getPublic());
            assertThat(program.domain().uid()).isEmpty();
            assertThat(program.domain().copies("on card")).containsExactly(card.id());
            assertThat(program.domain().copies("on token"))
                    .containsExactly(tokens.source().id());
            SchsmDomain.Plan plan = program.domain().plan();
            assertThat(plan.moves()).isEmpty();
            assertThat(plan.impossible())
                    .hasSize(4)
                    .allSatisfy(no -> assertThat(no.reason()).isNotBlank());
        }
    }

    @Test
    void sameKeyOnTwoTokensIsOneEntryWhoseWorkIsShared() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
        KeyPair pair = generator.generateKeyPair();
        X509Certificate certificate = Pki.create().issue("rsa", pair.getPublic());
        for (SoftMember token : List.of(tokens.source(), tokens.target())) {
            token.importRsa("rsa", (RSAPrivateCrtKey) pair.getPrivate(), certificate);
        }
        try (SchsmProvider provider = (SchsmProvider) new SchsmProvider().configure(all() + "; members = all")) {
            KeyStore keys = load(provider);
            assertThat(Collections.list(keys.aliases())).containsExactly("rsa");
            assertThat(SchsmDomain.of(keys).copies("rsa"))
                    .containsExactly(tokens.source().id(), tokens.target().id());
            for (int i = 0; i < 4; i++) {
                Signature signature = Signature.getInstance("SHA256withRSA", provider);
                signature.initSign((PrivateKey) keys.getKey("rsa", null));
                BigInteger signed = new BigInteger(1, signature.sign());
                assertThat(signed).isPositive();
            }
        }
    }

    @Test
    void withoutMembersTheTerminalsAreSideBySide() throws Exception {
        try (SchsmProvider provider = (SchsmProvider) new SchsmProvider().configure(all())) {
            assertThatThrownBy(() -> load(provider))
                    .isInstanceOf(IOException.class)
                    .hasMessageContainingAll(card.id(), tokens.source().id(), "choose one");
            for (String id : List.of(card.id(), tokens.target().id())) {
                KeyStore one = KeyStore.getInstance("SCHSM", provider);
                one.load(new SchsmLoadParameter(id, new KeyStore.PasswordProtection(PIN)));
                assertThat(one.size()).isZero();
            }
            assertThat(provider.devices()).hasSizeGreaterThan(2);
        }
    }
}
