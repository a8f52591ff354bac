// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.programs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.github.schsm.SchsmKeySpec;
import io.github.schsm.conformance.bench.Group;
import io.github.schsm.conformance.bench.OpenScBench;
import io.github.schsm.conformance.bench.PcscBench;
import io.github.schsm.conformance.bench.Pki;
import io.github.schsm.conformance.bench.ScriptedModule;
import io.github.schsm.provider.SchsmProvider;
import io.github.schsm.simulator.ApduRecorder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.Signature;
import java.security.UnrecoverableKeyException;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A key store that is loaded again through OpenSC's module, which reads a card once: what it costs, and that what other
 * programs change meanwhile is there.
 */
@Tag("pcsc")
@Timeout(600)
class OpenScReloadTest {
    private static final byte[] DATA = "signed after another load".getBytes(StandardCharsets.UTF_8);
    private static final String ALGORITHM = "SHA256withECDSA";
    private static final int ENUMERATE = 0x58;
    private static final int VERIFY = 0x20;

    @TempDir
    private Path folder;

    private final OpenSc openSc = new OpenSc(0);
    private ScriptedModule module;
    private PcscBench bench;
    private PcscBench.PcscMember member;
    private Pki pki;

    @BeforeEach
    void makeTwoKeys() throws Exception {
        module = ScriptedModule.before(OpenScBench.module(), folder);
        bench = new PcscBench("pkcs11:" + module.file(), "pcsc", "");
        member = bench.source();
        pki = Pki.create();
        KeyStore byPcsc = ByPcsc.keyStore(member.reader());
        make(byPcsc, "first", (byte) 1);
        make(byPcsc, "second", (byte) 2);
        assertAliases(member.keyStore(), "first", "second");
    }

    @AfterEach
    void giveThemBack() {
        bench.close();
    }

    private void make(KeyStore keyStore, String label, byte id) throws Exception {
        KeyPair pair = Group.generatePair(
                keyStore.getProvider(),
                SchsmKeySpec.builder(label)
                        .parameters(new ECGenParameterSpec("secp256r1"))
                        .id(new byte[] {id})
                        .build());
        Certificate[] chain = {pki.issue(label, pair.getPublic())};
        keyStore.setKeyEntry(label, pair.getPrivate(), null, chain);
    }

    private static void assertAliases(KeyStore keyStore, String... labels) throws Exception {
        assertThat(Collections.list(keyStore.aliases())).containsExactlyInAnyOrder(labels);
    }

    private static void assertSigns(KeyStore keyStore, String label) throws Exception {
        Signature signer = Signature.getInstance(ALGORITHM, keyStore.getProvider());
        signer.initSign((PrivateKey) keyStore.getKey(label, null));
        signer.update(DATA);
        assertThat(Pki.verifies(ALGORITHM, keyStore.getCertificate(label).getPublicKey(), DATA, signer.sign()))
                .isTrue();
    }

    /** Two keys are six objects to OpenSC; the wrapper asks for the lengths of attributes first. */
    @Test
    void loadAgainAsksForTheObjectsOnceAndSendsTwoCommands() throws Exception {
        member.keyStore();
        ApduRecorder wire = member.reader().device().recorder();
        wire.start();
        module.noteCalls();

        KeyStore again = member.keyStore();

        List<String> calls = module.notedCalls();
        assertThat(calls)
                .containsOnly(
                        "C_GetSessionInfo",
                        "C_FindObjectsInit",
                        "C_FindObjects",
                        "C_FindObjectsFinal",
                        "C_GetAttributeValue")
                .containsOnlyOnce("C_GetSessionInfo", "C_FindObjectsInit", "C_FindObjectsFinal");
        assertThat(Collections.frequency(calls, "C_GetAttributeValue")).isLessThanOrEqualTo(2 * 6);
        assertThat(wire.exchanges())
                .hasSize(2)
                .anyMatch(exchange -> exchange.ins() == ENUMERATE)
                .anyMatch(exchange -> exchange.ins() == VERIFY && exchange.dataLength() == 0);
        assertAliases(again, "first", "second");
        assertSigns(again, "second");
    }

    @Test
    void anotherPinIsVerifiedByALoadAgain() throws Exception {
        KeyStore keyStore = KeyStore.getInstance("SCHSM", member.provider());
        module.noteCalls();

        assertThat(catchThrowable(() -> keyStore.load(null, "999999".toCharArray())))
                .hasCauseInstanceOf(UnrecoverableKeyException.class);

        assertThat(module.notedCalls()).contains("C_Login");
        assertSigns(member.keyStore(), "first");
    }

    @Test
    void addedKeyIsThere() throws Exception {
        openSc.pkcs11("--keypairgen", "--key-type", "EC:secp256r1", "--id", "03", "--label", "third")
                .succeeded();

        KeyStore again = member.keyStore();
        assertAliases(again, "first", "second", "third");
        assertSigns(again, "third");
    }

    @Test
    void deletedKeyIsGone() throws Exception {
        openSc.pkcs11("--delete-object", "--type", "privkey", "--id", "02").succeeded();

        KeyStore again = member.keyStore();
        assertAliases(again, "first");
        assertSigns(again, "first");
    }

    @Test
    void renamedKeyHasItsNewName() throws Exception {
        KeyStore elsewhere = ByPcsc.keyStore(member.reader());
        elsewhere.setEntry("renamed", elsewhere.getEntry("second", null), null);

        KeyStore again = member.keyStore();
        assertAliases(again, "first", "renamed");
        assertSigns(again, "renamed");
    }

    @Test
    void replacedCertificateIsRead() throws Exception {
        X509Certificate before = (X509Certificate) member.keyStore().getCertificate("second");
        X509Certificate other = pki.issue("another", before.getPublicKey());
        Path file = Files.write(folder.resolve("other.der"), other.getEncoded());
        openSc.pkcs11("--delete-object", "--type", "cert", "--id", "02").succeeded();
        openSc.pkcs11("--write-object", file.toString(), "--type", "cert", "--id", "02", "--label", "second")
                .succeeded();

        KeyStore again = member.keyStore();
        assertThat(again.getCertificate("second")).isEqualTo(other);
        assertThat(again.getCertificateChain("second")[0]).isEqualTo(other);
        Provider another = new SchsmProvider().configure(member.configuration());
        KeyStore firstOfAnother = KeyStore.getInstance("SCHSM", another);
        firstOfAnother.load(null, member.pin());
        assertThat(firstOfAnother.getCertificate("second")).isEqualTo(other);
    }

    /** The device is initialized again by a program of OpenSC's: nothing that was there before is shown. */
    @Test
    void keysOfADeviceThatWasInitializedAreGone() throws Exception {
        openSc.scHsmTool("--initialize", "--so-pin", OpenSc.SO_PIN, "--pin", OpenSc.PIN)
                .succeeded();

        assertAliases(member.keyStore());
    }
}
