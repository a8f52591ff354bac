// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.domain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.schsm.KeyAlgorithm;
import io.github.schsm.SchsmDevice;
import io.github.schsm.SchsmDomain;
import io.github.schsm.SchsmLoadParameter;
import io.github.schsm.callback.TokenPinCallback;
import io.github.schsm.conformance.bench.DkekRig;
import io.github.schsm.conformance.bench.DomainBench;
import io.github.schsm.conformance.bench.SimulatorBench.SimulatedMember;
import io.github.schsm.provider.SchsmProvider;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPair;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.UnrecoverableKeyException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.security.auth.callback.Callback;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where a PIN goes that is for several members, and what a wrong one costs. */
class DomainPinTest {
    private static final char[] RIGHT = "648219".toCharArray();
    private static final char[] WRONG = "111111".toCharArray();
    private static final char[] OTHER = "222222".toCharArray();

    private DomainBench bench;
    private KeyPair pair;

    /** Makes a key on all members, and closes what made it. */
    @BeforeEach
    void makeKey() throws Exception {
        bench = new DomainBench();
        DomainProgram program = DomainProgram.on(bench);
        pair = program.generate("k");
        SchsmDevice.of(program.keys()).logout();
    }

    /** Gives back what it has. */
    @AfterEach
    void close() {
        bench.close();
    }

    private KeyStore fresh(String settings) throws Exception {
        return KeyStore.getInstance(
                "SCHSM", new SchsmProvider().configure(bench.source().configuration() + settings));
    }

    /** Tries left on each member, asked by another program. */
    private List<Integer> tries() throws Exception {
        List<Integer> tries = new ArrayList<>();
        for (SimulatedMember device : bench.devices()) {
            int sw = device.raw().send("00200081").getSW();
            tries.add(sw == 0x6983 ? 0 : sw & 0xF);
        }
        return tries;
    }

    private void block(SimulatedMember device) throws Exception {
        for (int i = 0; i < 3; i++) {
            device.raw().send("0020008106313131313131");
        }
    }

    private void changePin(SimulatedMember device, char[] pin) throws Exception {
        SchsmDevice owner = SchsmDevice.of(device.keyStore());
        owner.administration().changePin(RIGHT, pin);
        owner.logout();
    }

    private void assertSigns(KeyStore keys) throws Exception {
        new DomainProgram(keys.getProvider(), keys).assertSigns((PrivateKey) keys.getKey("k", null), pair.getPublic());
    }

    private void assertAllSign(KeyStore keys) throws Exception {
        PrivateKey key = (PrivateKey) keys.getKey("k", null);
        new DomainProgram(keys.getProvider(), keys).assertAllSign(bench, key, pair.getPublic());
    }

    @Test
    void wrongPinCostsOneTryOnOneMember() throws Exception {
        KeyStore keys = fresh("");
        assertThatThrownBy(() -> keys.load(null, WRONG))
                .isInstanceOf(IOException.class)
                .hasCauseInstanceOf(UnrecoverableKeyException.class);
        assertThat(tries()).containsExactlyInAnyOrder(2, 3, 3);
        keys.load(null, RIGHT);
        assertAllSign(keys);
    }

    @Test
    void wrongConfiguredPinCostsOneTryHoweverOftenItIsUsed(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("pin");
        Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(file, "111111");
        KeyStore keys = fresh("; pin = file:" + file);
        keys.load(null, null);
        PrivateKey key = (PrivateKey) keys.getKey("k", null);
        DomainProgram program = new DomainProgram(keys.getProvider(), keys);
        for (int i = 0; i < 4; i++) {
            assertThatThrownBy(() -> program.sign(key)).isInstanceOf(Exception.class);
        }
        assertThat(tries()).containsExactlyInAnyOrder(2, 3, 3);
    }

    @Test
    void configuredPinLogsInWhereItIsNeeded(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("pin");
        Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(file, "648219");
        KeyStore keys = fresh("; pin = file:" + file);
        keys.load(null, null);
        assertAllSign(keys);
    }

    @Test
    void blockedMemberIsPassedOverAndReported() throws Exception {
        block(bench.device(0));
        KeyStore keys = fresh("");
        keys.load(null, null);
        List<String> changed = new CopyOnWriteArrayList<>();
        SchsmDomain.of(keys).addListener(new SchsmDomain.Listener() {
            @Override
            public void memberChanged(SchsmDomain.Member member) {
                changed.add(member.deviceId());
            }
        });
        keys.load(null, RIGHT);
        assertThat(changed).contains(bench.device(0).id());
        for (int i = 0; i < 6; i++) {
            assertSigns(keys);
        }
        List<SchsmDomain.Member> members = SchsmDomain.of(keys).members();
        assertThat(members.get(0).isPresent()).isTrue();
        assertThat(members.get(0).problem())
                .hasValueSatisfying(text -> assertThat(text).contains("blocked"));
        assertThat(members.get(1).problem()).isEmpty();
        assertThat(members.get(2).problem()).isEmpty();
        assertThat(SchsmDomain.of(keys).copies("k")).hasSize(3);
    }

    @Test
    void memberWithAnotherPinCostsOneTryAndStopsTheOffer() throws Exception {
        changePin(bench.device(1), OTHER);
        KeyStore keys = fresh("");
        keys.load(null, RIGHT);
        List<SchsmDomain.Member> members = SchsmDomain.of(keys).members();
        assertThat(members.get(0).problem()).isEmpty();
        assertThat(members.get(1).problem())
                .hasValueSatisfying(text -> assertThat(text).contains("PIN"));
        assertThat(members.get(2).problem())
                .hasValueSatisfying(
                        text -> assertThat(text).contains(bench.device(1).id(), "pin.<device id>"));
        for (int i = 0; i < 6; i++) {
            assertSigns(keys);
        }
        ((SchsmProvider) keys.getProvider()).close();
        assertThat(tries()).containsExactly(3, 2, 3);
    }

    @Test
    void memberWithAnotherPinHasItsOwnEntry(@TempDir Path folder) throws Exception {
        changePin(bench.device(1), OTHER);
        Path file = folder.resolve("pin");
        Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(file, "222222");
        KeyStore keys = fresh("; pin." + bench.device(1).id() + " = file:" + file);
        keys.load(null, RIGHT);
        assertAllSign(keys);
        ((SchsmProvider) keys.getProvider()).close();
        assertThat(tries()).containsExactly(3, 3, 3);
    }

    @Test
    void lastTryIsNotSpentOnPinOfAnotherMember() throws Exception {
        changePin(bench.device(1), OTHER);
        for (int i = 0; i < 2; i++) {
            bench.device(1).raw().send("0020008106313131313131");
        }
        KeyStore keys = fresh("");
        keys.load(null, RIGHT);
        List<SchsmDomain.Member> members = SchsmDomain.of(keys).members();
        assertThat(members.get(1).problem()).isPresent();
        assertThat(members.get(2).problem()).isEmpty();
        ((SchsmProvider) keys.getProvider()).close();
        assertThat(tries()).containsExactly(3, 1, 3);
    }

    @Test
    void personIsAskedOnceForAllMembersAndNotAgainWhenOneComesBack() throws Exception {
        List<String> asked = new ArrayList<>();
        KeyStore keys = fresh("");
        keys.load(() -> new KeyStore.CallbackHandlerProtection(callbacks -> {
            for (Callback callback : callbacks) {
                if (callback instanceof TokenPinCallback pin) {
                    asked.add(pin.getPrompt());
                    pin.setPassword(RIGHT.clone());
                }
            }
        }));
        assertAllSign(keys);
        SchsmDomain.Member member = SchsmDomain.of(keys).members().get(0);
        bench.device(0).remove();
        for (int i = 0; i < 3; i++) {
            assertSigns(keys);
        }
        bench.device(0).insert();
        DomainProgram.await(() -> member.problem().isEmpty());
        assertAllSign(keys);
        assertThat(asked).hasSize(1);
    }

    @Test
    void handlerThatIsAskedMayLookIntoTheKeyStore() throws Exception {
        KeyStore keys = fresh("");
        keys.load(null, null);
        List<Integer> seen = new ArrayList<>();
        keys.load(() -> new KeyStore.CallbackHandlerProtection(callbacks -> {
            for (Callback callback : callbacks) {
                if (callback instanceof TokenPinCallback pin) {
                    seen.add(size(keys));
                    pin.setPassword(RIGHT.clone());
                }
            }
        }));
        assertThat(seen).containsExactly(1);
        assertAllSign(keys);
    }

    private static int size(KeyStore keys) throws IOException {
        try {
            return keys.size();
        } catch (java.security.KeyStoreException notLoaded) {
            throw new IOException(notLoaded);
        }
    }

    @Test
    void logoutIsOnAllMembers() throws Exception {
        KeyStore keys = fresh("");
        keys.load(null, RIGHT);
        assertAllSign(keys);
        SchsmDevice.of(keys).logout();
        assertThat(SchsmDevice.of(keys).isLoggedIn()).isFalse();
        assertThatThrownBy(() -> assertSigns(keys)).isInstanceOf(Exception.class);
        keys.load(null, RIGHT);
        assertSigns(keys);
    }

    @Test
    void memberOnWhichSomebodyElseLoggedOutIsLoggedInAgain() throws Exception {
        KeyStore keys = fresh("");
        keys.load(null, RIGHT);
        assertAllSign(keys);
        KeyStore one = KeyStore.getInstance("SCHSM", keys.getProvider());
        one.load(new SchsmLoadParameter(bench.device(0).id(), new KeyStore.PasswordProtection(RIGHT)));
        SchsmDevice.of(one).logout();
        assertAllSign(keys);
    }

    /** Two keys of one id and label, as undescribed ones are: nothing tells them apart before the login. */
    private void importTwins() throws Exception {
        for (int i = 0; i < 2; i++) {
            KeyStore keys = bench.device(i).keyStore();
            byte[] key = new byte[32];
            key[0] = (byte) i;
            DkekRig.of(keys).importAes("twin", key, KeyAlgorithm.ALL);
            SchsmDevice.of(keys).logout();
        }
    }

    @Test
    void oneOfTwoAesKeysThatLookAlikeIsUsedBeforeTheLogin(@TempDir Path folder) throws Exception {
        importTwins();
        Path file = folder.resolve("pin");
        Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(file, "648219");
        KeyStore keys = fresh("; pin = file:" + file);
        keys.load(null, null);
        assertThat(Collections.list(keys.aliases()))
                .filteredOn(alias -> alias.startsWith("twin"))
                .hasSize(1);
        DomainProgram program = new DomainProgram(keys.getProvider(), keys);
        byte[] first = program.mac("twin");
        for (int i = 0; i < 6; i++) {
            assertThat(program.mac("twin")).isEqualTo(first);
        }
        assertThat(SchsmDomain.of(keys).copies("twin")).hasSize(1);
    }

    @Test
    void keysThatMayBeTwoAreNotDeletedAsOne() throws Exception {
        importTwins();
        KeyStore keys = fresh("");
        keys.load(null, null);
        assertThatThrownBy(() -> keys.deleteEntry("twin"))
                .hasStackTraceContaining(bench.device(0).id())
                .hasStackTraceContaining(bench.device(1).id())
                .hasStackTraceContaining("are one key");
    }
}
