// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.domain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.schsm.InvalidRequestException;
import io.github.schsm.KeyAlgorithm;
import io.github.schsm.KeyAttribute;
import io.github.schsm.KeyMigration;
import io.github.schsm.SchsmDevice;
import io.github.schsm.SchsmDomain;
import io.github.schsm.SchsmException;
import io.github.schsm.SchsmKey;
import io.github.schsm.SchsmKeySpec;
import io.github.schsm.TokenNotPresentException;
import io.github.schsm.conformance.bench.DomainBench;
import io.github.schsm.conformance.bench.Group;
import io.github.schsm.conformance.bench.Pki;
import io.github.schsm.conformance.bench.SimulatorBench.SimulatedMember;
import java.security.KeyPair;
import java.security.KeyStore;
import java.security.KeyStoreException;
import java.security.PrivateKey;
import java.security.SignatureException;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.IvParameterSpec;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a program sees of three members that are one key store, and what it changes on them. */
class DomainKeyStoreTest {
    private DomainBench bench;
    private DomainProgram program;

    /** Loads the key store over all members. */
    @BeforeEach
    void load() throws Exception {
        bench = new DomainBench();
        program = DomainProgram.on(bench);
    }

    /** Gives back what it has. */
    @AfterEach
    void close() {
        bench.close();
    }

    private List<String> ids() {
        return bench.devices().stream().map(SimulatedMember::id).toList();
    }

    private KeyStore keysOf(int device) throws Exception {
        return bench.device(device).keyStore();
    }

    @Test
    void generatedKeyIsOnAllMembersAndIsOneEntry() throws Exception {
        KeyPair pair = program.generate("k");

        assertThat(program.aliases()).containsExactly("k");
        assertThat(program.domain().copies("k")).isEqualTo(ids());
        assertThat(((SchsmKey) pair.getPrivate()).deviceIds()).isEqualTo(ids());
        for (SimulatedMember device : bench.devices()) {
            assertThat(Collections.list(device.keyStore().aliases())).containsExactly("k");
        }
        program.assertSigns(pair);
    }

    @Test
    void attributesTellWhichMembersHaveTheKey() throws Exception {
        program.generate("k");
        Set<KeyStore.Entry.Attribute> attributes =
                program.keys().getEntry("k", null).getAttributes();
        assertThat(attributes.stream().collect(Collectors.toMap(a -> a.getName(), a -> a.getValue())))
                .containsEntry(KeyAttribute.DEVICES, String.join(",", ids()))
                .containsEntry(KeyAttribute.KEY_DOMAIN, "0");
    }

    @Test
    void noKeyIsMadeInAnotherKeyDomainThatTookTheSlot() throws Exception {
        assertThat(program.aliases()).as("members were looked at").isEmpty();
        SimulatedMember moved = bench.device(0);
        SimulatedMember outsider = bench.readers().member("ZZSIM000007");
        outsider.keyStore();
        KeyPair signer = Group.generatePair(outsider.provider(), Group.signerSpec("group-signer"));
        SchsmDevice.of(moved.keyStore()).keyDomain(0).delete();
        DomainBench.join(signer, moved.keyStore());

        for (int i = 0; i < 3; i++) {
            program.generate("k" + i);
        }
        assertThat(Collections.list(moved.keyStore().aliases())).isEmpty();
        assertThat(program.domain().copies("k0")).doesNotContain(moved.id()).hasSize(2);
        assertThat(program.member(0).problem())
                .hasValueSatisfying(text -> assertThat(text).contains("not a member of key domain"));

        KeyStore again = bench.source().keyStore();
        assertThat(SchsmDomain.of(again).members().get(0).problem())
                .hasValueSatisfying(text -> assertThat(text).contains("not a member of key domain"));
    }

    @Test
    void uidIsThatOfTheDomain() throws Exception {
        assertThat(program.domain().uid()).isEqualTo(bench.uid());
    }

    @Test
    void operationsGoToAllMembersInTurn() throws Exception {
        KeyPair pair = program.generate("k");
        program.assertAllSign(bench, pair.getPrivate(), pair.getPublic());
    }

    @Test
    void removedMemberIsPassedOverAndComesBack() throws Exception {
        KeyPair pair = program.generate("k");
        bench.device(1).remove();
        SchsmDomain.Member removed = program.member(1);
        program.signUntil(pair, () -> !removed.isPresent());
        assertThat(removed.problem()).isPresent();
        assertThat(program.domain().copies("k")).isEqualTo(ids());

        bench.device(1).insert();
        DomainProgram.await(() -> removed.problem().isEmpty());
        bench.device(0).remove();
        bench.device(2).remove();
        program.assertSigns(pair);
    }

    @Test
    void keyIsDeletedAtOnceWhenItsMemberIsBack() throws Exception {
        KeyPair pair = program.generate("k");
        bench.device(1).remove();
        SchsmDomain.Member removed = program.member(1);
        program.signUntil(pair, () -> !removed.isPresent());
        // By now it is looked for once a second only.
        Thread.sleep(1500);
        bench.device(1).insert();

        program.keys().deleteEntry("k");

        assertThat(Collections.list(keysOf(1).aliases())).isEmpty();
    }

    @Test
    void whereAllAreAwayEachIsNamed() throws Exception {
        KeyPair pair = program.generate("k");
        bench.source().remove();
        assertThatThrownBy(() -> program.sign(pair.getPrivate()))
                .isInstanceOf(SignatureException.class)
                .hasCauseInstanceOf(TokenNotPresentException.class)
                .hasMessageContainingAll(ids().toArray(new String[0]));
        assertThatThrownBy(() -> bench.source().keyStore())
                .hasCauseInstanceOf(TokenNotPresentException.class)
                .hasMessageContainingAll(ids().toArray(new String[0]));
        bench.source().insert();
        program.assertSigns(pair);
    }

    @Test
    void memberThatIsAwayAtLoadIsFoundLater() throws Exception {
        KeyPair pair = program.generate("k");
        bench.device(0).remove();
        KeyStore another = bench.source().another("; name = another");
        SchsmDomain domain = SchsmDomain.of(another);
        assertThat(another.containsAlias("k")).isTrue();
        assertThat(domain.copies("k")).containsExactly(ids().get(1), ids().get(2));
        SchsmDomain.Member away = domain.members().get(0);
        assertThat(away.deviceId()).isEqualTo(ids().get(0));
        assertThat(away.isPresent()).isFalse();

        bench.device(0).insert();
        DomainProgram.await(away::isPresent);
        assertThat(domain.copies("k")).isEqualTo(ids());
        bench.device(1).remove();
        bench.device(2).remove();
        DomainProgram there = new DomainProgram(another.getProvider(), another);
        there.assertSigns((PrivateKey) another.getKey("k", null), pair.getPublic());
    }

    @Test
    void keyWithoutWrapStaysOnOneMemberAndThatIsTold() throws Exception {
        List<String> told = new ArrayList<>();
        program.domain().addListener(new SchsmDomain.Listener() {
            @Override
            public void notBrought(String alias, SchsmDomain.Member member, String problem) {
                told.add(alias + " " + member.deviceId() + " " + problem);
            }
        });
        KeyPair pair = program.generate("k", KeyAlgorithm.ECDSA_SHA256);
        assertThat(program.domain().copies("k")).hasSize(1);
        assertThat(program.domain().withoutSecondCopy()).containsExactly("k");
        assertThat(told).hasSize(2).allSatisfy(text -> assertThat(text).contains("WRAP"));
        assertThat(program.domain().plan().moves()).isEmpty();
        assertThat(program.domain().plan().impossible())
                .extracting(no -> no.alias())
                .containsExactly("k", "k");
        program.assertSigns(pair);
    }

    @Test
    void aesKeysAreOneByWhatTheMembersCompute() throws Exception {
        SecretKey key = program.generateSecret("aes");
        KeyStore another = bench.source().another("; name = another");
        assertThat(Collections.list(another.aliases())).containsExactly("aes");
        assertThat(SchsmDomain.of(another).copies("aes")).isEqualTo(ids());
        byte[] block = new byte[16];
        byte[] first = null;
        for (int i = 0; i < 6; i++) {
            Cipher cipher =
                    Cipher.getInstance("AES/CBC/NoPadding", bench.source().provider());
            cipher.init(Cipher.ENCRYPT_MODE, key, new IvParameterSpec(new byte[16]));
            byte[] encrypted = cipher.doFinal(block);
            first = first == null ? encrypted : first;
            assertThat(encrypted).isEqualTo(first);
        }
    }

    @Test
    void sameLabelOfAnotherKeyIsAnotherEntry() throws Exception {
        KeyPair together = program.generate("k");
        keysOf(2);
        KeyPair alone = Group.generateEc(bench.device(2).provider(), "k", "secp256r1");
        KeyStore another = bench.source().another("; name = another");
        List<String> aliases = Collections.list(another.aliases());
        assertThat(aliases).hasSize(2).allSatisfy(alias -> assertThat(alias).startsWith("k"));
        DomainProgram there = new DomainProgram(another.getProvider(), another);
        there.assertSigns((PrivateKey) another.getKey(aliases.get(0), null), together.getPublic());
        there.assertSigns((PrivateKey) another.getKey(aliases.get(1), null), alone.getPublic());
    }

    @Test
    void certificateGoesToEveryMember() throws Exception {
        KeyPair pair = program.generate("k");
        Pki pki = Pki.create();
        X509Certificate leaf = pki.issue("leaf", pair.getPublic());
        program.keys().setKeyEntry("k", pair.getPrivate(), null, pki.chain(leaf));
        for (int i = 0; i < 3; i++) {
            assertThat(keysOf(i).getCertificateChain("k")).containsExactly(pki.chain(leaf));
        }
        assertThat(program.keys().getCertificateChain("k")).containsExactly(pki.chain(leaf));
        assertThat(program.keys().size()).isEqualTo(3);
    }

    @Test
    void memberThatWasAwayGetsCertificateAndLabelBySynchronizing() throws Exception {
        KeyPair pair = program.generate("k");
        bench.device(2).remove();
        Pki pki = Pki.create();
        X509Certificate leaf = pki.issue("leaf", pair.getPublic());
        program.keys().setEntry("renamed", new KeyStore.PrivateKeyEntry(pair.getPrivate(), pki.chain(leaf)), null);
        assertThat(program.aliases()).contains("renamed").doesNotContain("k");
        SchsmDomain.Member away = program.member(2);
        bench.device(2).insert();
        DomainProgram.await(() -> away.problem().isEmpty());
        assertThat(keysOf(2).containsAlias("k")).isTrue();

        SchsmDomain.Plan plan = program.domain().plan();
        assertThat(plan.moves()).isEmpty();
        assertThat(plan.updates())
                .extracting(SchsmDomain.Update::part)
                .containsExactlyInAnyOrder(
                        SchsmDomain.Part.CERTIFICATE_OF_KEY,
                        SchsmDomain.Part.LABEL,
                        SchsmDomain.Part.CERTIFICATE,
                        SchsmDomain.Part.CERTIFICATE);
        SchsmDomain.Synchronization done = program.domain().synchronize();
        assertThat(done.isComplete()).isTrue();
        assertThat(done.updates()).hasSize(4);
        assertThat(keysOf(2).getCertificateChain("renamed")).containsExactly(pki.chain(leaf));
        assertThat(program.domain().plan().updates()).isEmpty();
    }

    @Test
    void newerCertificateIsShownAndBroughtWhicheverMemberHasIt() throws Exception {
        KeyPair pair = program.generate("k");
        Pki pki = Pki.create();
        X509Certificate old = pki.issue("old", pair.getPublic());
        program.keys().setKeyEntry("k", pair.getPrivate(), null, pki.chain(old));
        Instant begin = old.getNotBefore().toInstant();
        for (int i = 0; i < 3; i++) {
            begin = begin.plus(Duration.ofDays(1));
            X509Certificate renewed = pki.issue("renewed", pair.getPublic(), begin);
            KeyStore alone = keysOf(i);
            alone.setKeyEntry("k", alone.getKey("k", null), null, pki.chain(renewed));

            KeyStore another = bench.source().another("; name = another" + i);
            assertThat(another.getCertificate("k")).isEqualTo(renewed);
            SchsmDomain.Synchronization done = SchsmDomain.of(another).synchronize();
            assertThat(done.isComplete()).isTrue();
            assertThat(done.updates()).hasSize(2);
            for (int j = 0; j < 3; j++) {
                assertThat(keysOf(j).getCertificate("k")).as("on member %s", j).isEqualTo(renewed);
            }
        }
    }

    @Test
    void labelIsNotChangedWhereNothingTellsWhichIsNewer() throws Exception {
        KeyPair pair = program.generate("k");
        Pki pki = Pki.create();
        Certificate[] chain = pki.chain(pki.issue("leaf", pair.getPublic()));
        program.keys().setKeyEntry("k", pair.getPrivate(), null, chain);
        KeyStore alone = keysOf(1);
        alone.setEntry("renamed", new KeyStore.PrivateKeyEntry((PrivateKey) alone.getKey("k", null), chain), null);

        KeyStore another = bench.source().another("; name = another");
        SchsmDomain domain = SchsmDomain.of(another);
        assertThat(domain.plan().updates()).isEmpty();
        assertThat(domain.plan().impossible())
                .extracting(no -> no.obstacle())
                .containsExactly(KeyMigration.Obstacle.LABELS_DIFFER);
        SchsmDomain.Synchronization done = domain.synchronize();
        assertThat(done.isComplete()).isFalse();
        assertThat(done.failed().values())
                .singleElement(InstanceOfAssertFactories.THROWABLE)
                .hasMessageContainingAll("\"k\"", "\"renamed\"", ids().get(1), "rename it");
        assertThat(keysOf(0).containsAlias("k")).isTrue();
        assertThat(keysOf(1).containsAlias("renamed")).isTrue();

        another.setEntry("settled", new KeyStore.PrivateKeyEntry((PrivateKey) another.getKey("k", null), chain), null);
        assertThat(domain.synchronize().isComplete()).isTrue();
        for (int i = 0; i < 3; i++) {
            assertThat(keysOf(i).containsAlias("settled")).isTrue();
        }
    }

    @Test
    void labelThatOneMemberGotWhileOthersWereAwayIsBroughtToThem() throws Exception {
        KeyPair pair = program.generate("k");
        Pki pki = Pki.create();
        Certificate[] chain = pki.chain(pki.issue("leaf", pair.getPublic()));
        program.keys().setKeyEntry("k", pair.getPrivate(), null, chain);
        SchsmDomain.Member second = program.member(1);
        SchsmDomain.Member third = program.member(2);
        bench.device(1).remove();
        bench.device(2).remove();
        program.keys().setEntry("renamed", new KeyStore.PrivateKeyEntry(pair.getPrivate(), chain), null);
        assertThat(program.aliases()).contains("renamed").doesNotContain("k");

        bench.device(1).insert();
        bench.device(2).insert();
        DomainProgram.await(() -> second.problem().isEmpty() && third.problem().isEmpty());
        assertThat(program.aliases()).contains("renamed").doesNotContain("k");
        assertThat(program.domain().synchronize().isComplete()).isTrue();
        for (int i = 0; i < 3; i++) {
            assertThat(keysOf(i).containsAlias("renamed")).as("on member %s", i).isTrue();
        }
    }

    @Test
    void deletionIsOnAllMembers() throws Exception {
        program.generate("k");
        program.keys().deleteEntry("k");
        assertThat(program.aliases()).isEmpty();
        for (int i = 0; i < 3; i++) {
            assertThat(keysOf(i).size()).isZero();
        }
    }

    @Test
    void deletionIsRefusedWhileMemberIsAway() throws Exception {
        KeyPair pair = program.generate("k");
        bench.device(1).remove();
        assertThatThrownBy(() -> program.keys().deleteEntry("k"))
                .isInstanceOf(KeyStoreException.class)
                .hasMessageContainingAll(ids().get(1), "delete = present");
        program.assertSigns(pair);
        assertThat(keysOf(0).containsAlias("k")).isTrue();

        KeyStore present = bench.source().another("; name = another; delete = present");
        present.deleteEntry("k");
        assertThat(keysOf(0).containsAlias("k")).isFalse();
        bench.device(1).insert();
        assertThat(keysOf(1).containsAlias("k")).isTrue();
    }

    @Test
    void keyThatAnotherProgramHasCopiedIsDeletedThereToo() throws Exception {
        try (DomainBench alone = new DomainBench(3, "; copies = 1")) {
            DomainProgram there = DomainProgram.on(alone);
            there.generate("k");
            there.generate("other");
            KeyStore another = alone.source().another("; name = another");
            assertThat(SchsmDomain.of(another).synchronize().isComplete()).isTrue();

            there.keys().deleteEntry("k");
            for (SimulatedMember device : alone.devices()) {
                assertThat(Collections.list(device.keyStore().aliases())).containsExactly("other");
            }
        }
    }

    @Test
    void memberThatIsAwayMayHaveGotTheKeyThatIsDeleted() throws Exception {
        try (DomainBench alone = new DomainBench(3, "; copies = 1")) {
            DomainProgram there = DomainProgram.on(alone);
            KeyPair pair = there.generate("k");
            KeyStore another = alone.source().another("; name = another");
            assertThat(SchsmDomain.of(another).synchronize().isComplete()).isTrue();
            alone.device(2).remove();

            assertThatThrownBy(() -> there.keys().deleteEntry("k"))
                    .isInstanceOf(KeyStoreException.class)
                    .hasMessageContainingAll(alone.device(2).id(), "delete = present");
            there.assertSigns(pair);
        }
    }

    @Test
    void keyWithUseCounterIsStillGivenOutWhenItsMemberHasJustGone() throws Exception {
        Group.generatePair(
                bench.source().provider(),
                SchsmKeySpec.builder("counted")
                        .parameters(new ECGenParameterSpec("secp256r1"))
                        .useCounter(5)
                        .build());
        String holder = program.domain().copies("counted").get(0);
        bench.device(ids().indexOf(holder)).remove();
        assertThat(program.keys().getKey("counted", null)).isInstanceOf(PrivateKey.class);
    }

    @Test
    void copiesMayBeFewer() throws Exception {
        try (DomainBench two = new DomainBench(3, "; copies = 2")) {
            DomainProgram there = DomainProgram.on(two);
            there.generate("k");
            assertThat(there.domain().copies("k")).hasSize(2);
            assertThat(there.domain().plan().moves()).hasSize(1);
        }
    }

    @Test
    void keysOfOneMemberGoToAllBySynchronizing() throws Exception {
        try (DomainBench alone = new DomainBench(3, "; copies = 1")) {
            DomainProgram there = DomainProgram.on(alone);
            KeyPair one = there.generate("one");
            SecretKey two = there.generateSecret("two");
            assertThat(two).isNotNull();
            assertThat(there.domain().withoutSecondCopy()).containsExactlyInAnyOrder("one", "two");
            assertThat(there.domain().plan().moves()).hasSize(4);
            List<String> told = Collections.synchronizedList(new ArrayList<>());
            SchsmDomain.Synchronization done =
                    there.domain().synchronize(progress -> told.add(progress.done() + "/" + progress.total()));
            assertThat(done.isComplete()).isTrue();
            assertThat(done.report()).hasSize(4);
            assertThat(told).containsExactly("1/4", "2/4", "3/4", "4/4");
            assertThat(there.domain().withoutSecondCopy()).isEmpty();
            assertThat(there.domain().plan().moves()).isEmpty();
            for (int i = 0; i < 2; i++) {
                alone.device(i).remove();
            }
            there.assertSigns(one);
        }
    }

    @Test
    void whatBelongsToOneDeviceIsRefusedWithTheWayThere() throws Exception {
        SchsmDevice device = SchsmDevice.of(program.keys());
        for (ThrowingCallable attempt : List.<ThrowingCallable>of(
                device::administration,
                device::identity,
                device::dataObjects,
                device::publicKeyAuthentication,
                () -> device.keyDomain(0).clearKek())) {
            assertThatThrownBy(attempt)
                    .isInstanceOf(SchsmException.class)
                    .hasMessageContainingAll("device = …", ids().get(0));
        }
    }

    @Test
    void keyStoreOfOneDeviceIsNoDomain() throws Exception {
        assertThatThrownBy(() -> SchsmDomain.of(keysOf(0)))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("domain = <UID>");
    }
}
