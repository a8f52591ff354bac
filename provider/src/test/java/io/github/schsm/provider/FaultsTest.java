// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.provider;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.Kdm;
import io.github.schsm.KeyAlgorithm;
import io.github.schsm.KeyDomain;
import io.github.schsm.KeyMigration;
import io.github.schsm.SchsmDevice;
import io.github.schsm.SchsmKeySpec;
import io.github.schsm.card.SmartCardHsm;
import io.github.schsm.keystore.TokenDevice;
import io.github.schsm.provider.card.CardToken;
import io.github.schsm.simulator.Fault;
import io.github.schsm.simulator.Faults;
import io.github.schsm.simulator.SimulatedDevice;
import io.github.schsm.simulator.VirtualReaders;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.Provider;
import java.security.ProviderException;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What takes several commands is done whole or not at all, whichever of the commands goes wrong: refused, carried out
 * although the answer says otherwise, or cut off because the card was removed.
 */
class FaultsTest {
    private static final char[] PIN = "648219".toCharArray();
    private static final String ALIAS = "code-signing";
    private static final AtomicInteger NUMBER = new AtomicInteger(311_000);

    private Member source;
    private Member target;

    private record Member(Provider provider, KeyStore keyStore, SimulatedDevice device) {
        static Member open() throws Exception {
            String id = "ZZSIM" + NUMBER.incrementAndGet();
            Provider provider = new SchsmProvider().configure("terminal = simulator:memory; device = " + id);
            KeyStore keyStore = KeyStore.getInstance("SCHSM", provider);
            keyStore.load(null, PIN);
            return new Member(provider, keyStore, VirtualReaders.memory().device(id));
        }

        SchsmDevice schsm() throws Exception {
            return SchsmDevice.of(keyStore);
        }

        KeyPair generate(SchsmKeySpec spec) throws Exception {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC", provider);
            generator.initialize(spec);
            return generator.generateKeyPair();
        }

        /** Every key and file that the device lists. */
        Set<Integer> objects() throws Exception {
            CardToken token = (CardToken) TokenDevice.tokenOf(schsm());
            List<Integer> listed = token.withCard(SmartCardHsm::enumerateObjects);
            return new TreeSet<>(listed);
        }

        /** Puts the card back if it was removed, forgets faults that did not happen, and looks again. */
        void recover() throws Exception {
            device.faults().clear();
            if (!device.isInserted()) {
                device.insert();
            }
            keyStore.load(null, PIN);
        }

        void deleteAllBut(Set<String> aliases) throws Exception {
            for (String alias : java.util.Collections.list(keyStore.aliases())) {
                if (!aliases.contains(alias)) {
                    keyStore.deleteEntry(alias);
                }
            }
        }
    }

    private interface Operation {
        void run() throws Exception;
    }

    private static List<Fault> refusals() {
        return List.of(Fault.status(0x6400), Fault.status(0x6F00), Fault.garbage(new byte[] {0x64, 0}), Fault.reset());
    }

    @BeforeEach
    void makeGroup() throws Exception {
        source = Member.open();
        target = Member.open();
        KeyPair signer = source.generate(SchsmKeySpec.builder("group-signer")
                .parameters(new ECGenParameterSpec("brainpoolP256r1"))
                .build());
        KeyDomain domain = source.schsm()
                .createKeyDomain(0, Kdm.issue(signer, source.schsm().identity()));
        target.schsm().createKeyDomain(0, Kdm.issue(signer, target.schsm().identity()));
        source.generate(SchsmKeySpec.builder(ALIAS)
                .domain(domain)
                .allow(KeyAlgorithm.ECDSA, KeyAlgorithm.WRAP)
                .build());
    }

    private void move() throws Exception {
        KeyMigration.from(source.keyStore()).to(target.keyStore()).move(ALIAS);
    }

    private static int commands(Member member, Operation operation) throws Exception {
        member.device().recorder().clear();
        member.device().recorder().start();
        operation.run();
        member.device().recorder().stop();
        return member.device().recorder().count();
    }

    private static boolean fails(Operation operation) throws Exception {
        try {
            operation.run();
            return false;
        } catch (GeneralSecurityException | ProviderException refused) {
            assertThat(refused.getMessage()).isNotBlank();
            return true;
        }
    }

    @Test
    void aMigrationThatFailsAtAnyCommandLeavesNothingBehind() throws Exception {
        Set<Integer> atSource = source.objects();
        Set<Integer> atTarget = target.objects();
        for (Member faulty : List.of(source, target)) {
            int commands = commands(faulty, this::move);
            target.keyStore().deleteEntry(ALIAS);
            for (Fault fault : refusals()) {
                for (int n = 1; n <= commands; n++) {
                    faulty.device().faults().add(n, Faults.any(), fault);
                    boolean failed = fails(this::move);
                    source.recover();
                    target.recover();
                    String where = fault + " at command " + n + " of " + faulty.schsm();
                    assertThat(source.objects()).as(where).isEqualTo(atSource);
                    if (!failed) {
                        assertThat(target.keyStore().isKeyEntry(ALIAS))
                                .as(where)
                                .isTrue();
                        target.keyStore().deleteEntry(ALIAS);
                    }
                    assertThat(target.objects()).as(where).isEqualTo(atTarget);
                }
            }
        }
        move();
        assertSigns(target);
    }

    @Test
    void afterARemovalAtAnyCommandTheKeyIsOnTheSourceAndMovesTheNextTime() throws Exception {
        for (Member faulty : List.of(source, target)) {
            int commands = commands(faulty, this::move);
            target.keyStore().deleteEntry(ALIAS);
            for (Fault fault : List.of(Fault.removalBefore(), Fault.removalAfter())) {
                for (int n = 1; n <= commands; n++) {
                    faulty.device().faults().add(n, Faults.any(), fault);
                    fails(this::move);
                    source.recover();
                    target.recover();
                    move();
                    assertSigns(source);
                    assertSigns(target);
                    source.deleteAllBut(Set.of("group-signer", ALIAS));
                    target.deleteAllBut(Set.of());
                }
            }
        }
    }

    @Test
    void aGenerationThatFailsAtAnyCommandLeavesNothingBehind() throws Exception {
        Set<Integer> before = target.objects();
        Operation generate = () -> target.generate(SchsmKeySpec.builder("made").build());
        int commands = commands(target, generate);
        target.keyStore().deleteEntry("made");
        for (Fault fault : refusals()) {
            for (int n = 1; n <= commands; n++) {
                target.device().faults().add(n, Faults.any(), fault);
                boolean failed = fails(generate);
                target.recover();
                if (!failed) {
                    target.keyStore().deleteEntry("made");
                }
                assertThat(target.objects()).as(fault + " at command " + n).isEqualTo(before);
            }
        }
    }

    private static void assertSigns(Member member) throws Exception {
        Signature signer = Signature.getInstance("SHA256withECDSA", member.provider());
        signer.initSign((java.security.PrivateKey) member.keyStore().getKey(ALIAS, null));
        byte[] signature = signer.sign();
        Signature verifier = Signature.getInstance("SHA256withECDSA", "SunEC");
        verifier.initVerify(member.keyStore().getCertificate(ALIAS).getPublicKey());
        assertThat(verifier.verify(signature)).isTrue();
    }
}
