// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.KeyAlgorithm;
import io.github.schsm.SchsmKeySpec;
import io.github.schsm.SchsmPrivateKey;
import io.github.schsm.conformance.bench.Group;
import io.github.schsm.conformance.bench.OpenScBench;
import io.github.schsm.conformance.bench.PcscBench;
import io.github.schsm.conformance.bench.PcscBench.PcscMember;
import io.github.schsm.conformance.bench.Pki;
import io.github.schsm.conformance.bench.ScriptedModule;
import java.nio.file.Path;
import java.security.InvalidAlgorithmParameterException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.util.Collections;
import java.util.List;
import javax.crypto.KeyAgreement;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A module that is like the SmartCard-HSM vendor's where it differs from OpenSC's (docs/protocol.md#pkcs11-modules), on
 * a card that can be reached directly, too: it stands in front of OpenSC's, which does not know the vendor's
 * attributes, so that the device does not obey them.
 */
@Tag("pcsc")
@Timeout(600)
class VendorsModuleTest {
    private static final String ALGORITHMS = "80000109";
    private static final String USE_COUNTER = "80000108";
    private static final byte[] LONG = new byte[10_000];

    @TempDir
    private Path folder;

    private ScriptedModule module;
    private PcscBench bench;
    private PcscMember member;

    @BeforeEach
    void takeTheDevices() throws Exception {
        module = ScriptedModule.likeTheVendors(OpenScBench.module(), folder);
        bench = new PcscBench("pkcs11:" + module.file(), "pcsc", "");
        member = bench.source();
    }

    @AfterEach
    void giveThemBack() {
        bench.close();
    }

    @Test
    void itsAttributesAreUsedAndAKeyThatDoesNotGetThemIsMadeByTheCardInstead() throws Exception {
        member.keyStore();

        KeyPair pair = generate(limited());

        assertThat(module.attributes())
                .containsExactlyInAnyOrder(ALGORITHMS + " 7092", USE_COUNTER + " " + nativeLong(100));
        assertIsLimited(pair);
    }

    /** A CK_ULONG as this computer has it. */
    private static String nativeLong(int value) {
        return String.format("%02x00000000000000", value);
    }

    @Test
    void whereItRefusesThemTheCardMakesTheKey() throws Exception {
        member.keyStore();
        module.refuseAttributes();

        KeyPair pair = generate(limited());

        assertThat(module.attributes()).hasSize(2);
        assertIsLimited(pair);
    }

    private void assertIsLimited(KeyPair pair) throws Exception {
        assertSigns(pair);
        KeyStore keyStore = member.keyStore();
        assertThat(Collections.list(keyStore.aliases())).containsExactly("limited");
        SchsmPrivateKey key = (SchsmPrivateKey) keyStore.getKey("limited", null);
        assertThat(key.details().allowedAlgorithms()).isEqualTo(List.of(0x70, 0x92));
        assertThat(key.details().useCounter()).hasValue(99);
    }

    @Test
    void keysWithoutAttributesSignDataOfAnySize() throws Exception {
        member.keyStore();
        KeyPair pair = generate(plain("plain"));
        assertThat(module.attributes()).isEmpty();
        assertSigns(pair);
        assertThat(((SchsmPrivateKey) pair.getPrivate()).details().allowedAlgorithms())
                .isNull();
    }

    /** The vendor's module has none. */
    @Test
    void ecdhIsDoneByTheCard() throws Exception {
        member.keyStore();
        KeyPair pair = generate(plain("agreeing"));
        KeyPairGenerator peers = KeyPairGenerator.getInstance("EC", "SunEC");
        peers.initialize(new ECGenParameterSpec("secp256r1"));
        KeyPair peer = peers.generateKeyPair();

        for (int i = 0; i < 2; i++) {
            KeyAgreement here = KeyAgreement.getInstance("ECDH", member.provider());
            here.init(pair.getPrivate());
            here.doPhase(peer.getPublic(), true);
            KeyAgreement there = KeyAgreement.getInstance("ECDH", "SunEC");
            there.init(peer.getPrivate());
            there.doPhase(Pki.publicKey(pair.getPublic()), true);
            assertThat(here.generateSecret()).isEqualTo(there.generateSecret());
            assertSigns(pair);
        }
    }

    @Test
    void keyDomainsGoByTheCard() throws Exception {
        Group group = Group.of(bench);
        assertThat(group.agree().source().getAlgorithm()).isEqualTo("XKEK");
    }

    private static SchsmKeySpec plain(String label) throws InvalidAlgorithmParameterException {
        return SchsmKeySpec.builder(label)
                .parameters(new ECGenParameterSpec("secp256r1"))
                .build();
    }

    private static SchsmKeySpec limited() throws InvalidAlgorithmParameterException {
        return SchsmKeySpec.builder("limited")
                .parameters(new ECGenParameterSpec("secp256r1"))
                .allow(KeyAlgorithm.ECDSA, KeyAlgorithm.WRAP)
                .useCounter(100)
                .build();
    }

    private KeyPair generate(SchsmKeySpec spec) throws Exception {
        return Group.generatePair(member.provider(), spec);
    }

    private void assertSigns(KeyPair pair) throws Exception {
        Signature signer = Signature.getInstance("SHA256withECDSA", member.provider());
        signer.initSign(pair.getPrivate());
        signer.update(LONG);
        assertThat(Pki.verifies("SHA256withECDSA", pair.getPublic(), LONG, signer.sign()))
                .isTrue();
    }
}
