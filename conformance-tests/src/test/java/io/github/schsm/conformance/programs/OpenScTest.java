// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.programs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.schsm.DeviceInitialization;
import io.github.schsm.PinException;
import io.github.schsm.SchsmDevice;
import io.github.schsm.SchsmKeySpec;
import io.github.schsm.SchsmPrivateKey;
import io.github.schsm.conformance.bench.Bench;
import io.github.schsm.conformance.bench.Group;
import io.github.schsm.conformance.bench.PcscBench;
import io.github.schsm.conformance.bench.Pki;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.util.Collections;
import java.util.HexFormat;
import java.util.Locale;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** OpenSC and we on one device, each seeing what the other did. */
@Tag("pcsc")
class OpenScTest {
    private static final byte[] DATA = "the same device from two sides".getBytes(StandardCharsets.UTF_8);
    private static final String ALGORITHM = "SHA256withECDSA";
    private static final byte[] ID = {0x0B, 0x0E};

    @TempDir
    private Path folder;

    private final OpenSc openSc = new OpenSc(0);

    @ParameterizedTest
    @ValueSource(strings = {"secp256r1", "secp384r1", "brainpoolP256r1"})
    void openScShowsOurKeyAndCertificatesAndSigns(String curve) throws Exception {
        try (PcscBench bench = new PcscBench("pcsc")) {
            Bench.Member member = bench.source();
            member.keyStore();
            KeyPair pair = generate(member, "made-by-us", curve);
            Pki pki = Pki.create();
            X509Certificate leaf = pki.issue("Made by us", pair.getPublic());
            member.keyStore().setKeyEntry("made-by-us", pair.getPrivate(), null, pki.chain(leaf));

            openSc.pkcs11("--list-objects")
                    .succeeded()
                    .says("Private Key Object; EC", "Public Key Object; EC", "Certificate Object")
                    .says("made-by-us", "0b0e", "CN=Made by us", "Test Issuer", "Test Root");
            openSc.pkcs15("--dump")
                    .succeeded()
                    .says("Private EC Key [made-by-us]", "X.509 Certificate [made-by-us]", "0b0e");
            Path certificate = folder.resolve("leaf.der");
            openSc.pkcs11("--read-object", "--type", "cert", "--id", "0b0e", "--output-file", certificate.toString())
                    .succeeded();
            assertThat(Files.readAllBytes(certificate)).isEqualTo(leaf.getEncoded());

            byte[] signature = openSc.sign(ID, sha256(), folder);
            assertThat(Pki.verifies(ALGORITHM, pair.getPublic(), DATA, signature))
                    .isTrue();
        }
    }

    @Test
    void keyAndCertificateMadeByOpenScAppearAndSignInOurs() throws Exception {
        try (PcscBench bench = new PcscBench("pcsc")) {
            Bench.Member member = bench.source();
            KeyStore keyStore = member.keyStore();
            assertThat(keyStore.size()).isZero();

            openSc.pkcs11("--keypairgen", "--key-type", "EC:secp256r1", "--id", "0b0e", "--label", "made-there")
                    .succeeded();
            keyStore.load(null, member.pin());
            assertThat(Collections.list(keyStore.aliases())).containsExactly("made-there");
            PublicKey publicKey = keyStore.getCertificate("made-there").getPublicKey();
            assertThat(keyStore.getCertificateChain("made-there")).isNull();
            X509Certificate leaf = Pki.create().issue("Made there", publicKey);
            Path certificate = Files.write(folder.resolve("leaf.der"), leaf.getEncoded());
            openSc.pkcs11(
                            "--write-object",
                            certificate.toString(),
                            "--type",
                            "cert",
                            "--id",
                            "0b0e",
                            "--label",
                            "made-there")
                    .succeeded();

            keyStore.load(null, member.pin());
            assertThat(Collections.list(keyStore.aliases())).containsExactly("made-there");
            assertThat(keyStore.getCertificate("made-there")).isEqualTo(leaf);
            SchsmPrivateKey key = (SchsmPrivateKey) keyStore.getKey("made-there", null);
            assertThat(key.key().id()).isEqualTo(ID);
            assertSigns(member, key, publicKey);
            assertThat(Pki.verifies(ALGORITHM, publicKey, DATA, openSc.sign(ID, sha256(), folder)))
                    .isTrue();

            keyStore.deleteEntry("made-there");
            openSc.pkcs11("--list-objects").succeeded().doesNotSay("made-there", "0b0e");
        }
    }

    @Test
    void certificateOfAnAuthorityGoesBothWays() throws Exception {
        try (PcscBench bench = new PcscBench("pcsc")) {
            Pki pki = Pki.create();
            Path certificate =
                    Files.write(folder.resolve("root.der"), pki.root().getEncoded());
            openSc.pkcs11(
                            "--write-object",
                            certificate.toString(),
                            "--type",
                            "cert",
                            "--id",
                            "77",
                            "--label",
                            "root-from-there")
                    .succeeded();
            KeyStore keyStore = bench.source().keyStore();
            assertThat(keyStore.isCertificateEntry("root-from-there")).isTrue();
            assertThat(keyStore.getCertificate("root-from-there")).isEqualTo(pki.root());

            keyStore.setCertificateEntry("issuer-from-here", pki.issuer());
            openSc.pkcs11("--list-objects", "--type", "cert")
                    .succeeded()
                    .says("root-from-there", "issuer-from-here", "Test Issuer");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"pcsc", "sunpcsc"})
    void nextSignatureWorksAfterOtherProgramsSelectedLoggedInAndReset(String terminal) throws Exception {
        try (PcscBench bench = new PcscBench(terminal)) {
            Bench.Member member = bench.source();
            member.keyStore();
            KeyPair pair = generate(member, "shared", "secp256r1");
            assertSigns(member, pair.getPrivate(), pair.getPublic());

            openSc.sign(ID, sha256(), folder);
            assertSigns(member, pair.getPrivate(), pair.getPublic());

            openSc.scHsmTool().succeeded();
            assertSigns(member, pair.getPrivate(), pair.getPublic());

            openSc.openscTool("--reset").succeeded();
            assertSigns(member, pair.getPrivate(), pair.getPublic());

            openSc.openscTool("--send-apdu", "00A4040000").succeeded();
            assertSigns(member, pair.getPrivate(), pair.getPublic());
        }
    }

    @Test
    void pinThatOpenScChangedIsTriedOnceOnlyAndTheNewOneWorks() throws Exception {
        try (PcscBench bench = new PcscBench("pcsc")) {
            Bench.Member member = bench.source();
            KeyStore keyStore = member.keyStore();
            KeyPair pair = generate(member, "shared", "secp256r1");
            openSc.pkcs11("--change-pin", "--new-pin", "987654").succeeded();
            openSc.openscTool("--reset").succeeded();

            for (int i = 0; i < 4; i++) {
                assertThatThrownBy(() -> assertSigns(member, pair.getPrivate(), pair.getPublic()))
                        .isInstanceOf(SignatureException.class)
                        .hasCauseInstanceOf(PinException.class)
                        .hasMessageContaining("PIN");
            }
            openSc.scHsmTool().succeeded().says("User PIN tries left  : 2");

            keyStore.load(null, "987654".toCharArray());
            assertSigns(member, pair.getPrivate(), pair.getPublic());
        }
    }

    @Test
    void deviceInitializedByScHsmToolIsUsedByUs() throws Exception {
        try (PcscBench bench = new PcscBench("pcsc")) {
            Bench.Member member = bench.source();
            member.keyStore();
            generate(member, "gone-afterwards", "secp256r1");

            openSc.scHsmTool(
                            "--initialize",
                            "--so-pin",
                            OpenSc.SO_PIN,
                            "--pin",
                            "12345678",
                            "--pin-retry",
                            "5",
                            "--label",
                            "made there")
                    .succeeded();

            openSc.scHsmTool().succeeded().says("User PIN tries left  : 5");
            KeyStore keyStore = KeyStore.getInstance("SCHSM", member.provider());
            keyStore.load(null, "12345678".toCharArray());
            assertThat(keyStore.size()).isZero();
            SchsmDevice device = SchsmDevice.of(keyStore);
            assertThat(device.info().label()).contains("made there");
            KeyPair pair = generate(member, "new", "secp256r1");
            assertSigns(member, pair.getPrivate(), pair.getPublic());
        }
    }

    @Test
    void deviceInitializedByUsIsUsedByOpenSc() throws Exception {
        try (PcscBench bench = new PcscBench("pcsc")) {
            Bench.Member member = bench.source();
            KeyStore keyStore = member.keyStore();
            generate(member, "gone-afterwards", "secp256r1");
            DeviceInitialization settings = DeviceInitialization.builder(member.pin(), OpenSc.SO_PIN.toCharArray())
                    .label("made here")
                    .dkekShares(2)
                    .build();
            SchsmDevice.of(keyStore).administration().initialize(settings);
            settings.destroy();

            openSc.scHsmTool()
                    .succeeded()
                    .says("User PIN tries left  : 3", "SO-PIN tries left    : 15")
                    .says("DKEK shares          : 2", "2 share(s) still missing");
            openSc.pkcs11("--list-objects").succeeded().doesNotSay("gone-afterwards");
            openSc.pkcs15("--dump").succeeded().says("made here");
            openSc.pkcs11("--keypairgen", "--key-type", "EC:secp256r1", "--id", "0b0e", "--label", "made-there")
                    .succeeded();
            keyStore.load(null, member.pin());
            PublicKey publicKey = keyStore.getCertificate("made-there").getPublicKey();
            assertThat(Pki.verifies(ALGORITHM, publicKey, DATA, openSc.sign(ID, sha256(), folder)))
                    .isTrue();
        }
    }

    @Test
    void openScsOwnTestOfEcKeysPasses() throws Exception {
        try (PcscBench bench = new PcscBench("pcsc")) {
            openSc.pkcs11("--test-ec", "--session-rw", "--id", "55", "--key-type", "EC:secp256r1")
                    .succeeded()
                    .says("==> OK");
            assertThat(bench.source().keyStore().size()).isZero();
        }
    }

    @Test
    void membersOfAnXkekDomainAreDevicesLikeOthersToOpenSc() throws Exception {
        try (PcscBench bench = new PcscBench("pcsc")) {
            Group group = Group.of(bench);
            group.agree();
            String kcv = HexFormat.of().formatHex(group.source().domain().kcv()).toUpperCase(Locale.ROOT);

            openSc.scHsmTool().succeeded().says("DKEK key check value : " + kcv);
            openSc.pkcs11("--list-objects").succeeded().says("group-signer", "exchange");
        }
    }

    static KeyPair generate(Bench.Member member, String label, String curve) throws Exception {
        return Group.generatePair(
                member.provider(),
                SchsmKeySpec.builder(label)
                        .parameters(new ECGenParameterSpec(curve))
                        .id(ID)
                        .build());
    }

    static void assertSigns(Bench.Member member, PrivateKey key, PublicKey publicKey) throws Exception {
        Signature signer = Signature.getInstance(ALGORITHM, member.provider());
        signer.initSign(key);
        signer.update(DATA);
        assertThat(Pki.verifies(ALGORITHM, publicKey, DATA, signer.sign())).isTrue();
    }

    static byte[] sha256() throws Exception {
        return MessageDigest.getInstance("SHA-256").digest(DATA);
    }

    static boolean verifies(PublicKey publicKey, byte[] signature) throws Exception {
        return Pki.verifies(ALGORITHM, publicKey, DATA, signature);
    }
}
