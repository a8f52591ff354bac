// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.schsm.DkekProtection;
import io.github.schsm.KeyAlgorithm;
import io.github.schsm.KeyDomain;
import io.github.schsm.KeyDomainException;
import io.github.schsm.SchsmDevice;
import io.github.schsm.SchsmException;
import io.github.schsm.SchsmException.Reason;
import io.github.schsm.SchsmKey;
import io.github.schsm.UnwrapProtection;
import io.github.schsm.WrapProtection;
import io.github.schsm.card.dkek.DkekShareFile;
import io.github.schsm.codec.BarePublicKey;
import io.github.schsm.codec.EcCurve;
import io.github.schsm.conformance.bench.DomainBench;
import io.github.schsm.conformance.bench.Group;
import io.github.schsm.conformance.bench.Pki;
import io.github.schsm.conformance.bench.SimulatorBench;
import io.github.schsm.conformance.bench.SimulatorBench.SimulatedMember;
import io.github.schsm.conformance.bench.SoftHsmBench;
import io.github.schsm.provider.SchsmProvider;
import io.github.schsm.simulator.profile.DeviceProfile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.KeyStoreException;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.SecretKey;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import javax.security.auth.callback.Callback;
import javax.security.auth.callback.PasswordCallback;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Keys of software in key domains whose DKEK the host has. */
class SoftwareKeysTest {
    private static final byte[] DATA = "signed with a key that came in".getBytes(StandardCharsets.US_ASCII);
    private static final int UNWRAP = 0x74;

    @TempDir
    private Path folder;

    private final byte[] dkek = new byte[32];
    private SimulatorBench bench;
    private KeyStore keyStore;

    /** Both devices in one DKEK key domain. */
    private void devices(DeviceProfile profile) throws Exception {
        new SecureRandom().nextBytes(dkek);
        bench = new SimulatorBench(profile);
        join(bench.target());
        keyStore = join(bench.source());
    }

    private void devices() throws Exception {
        devices(DeviceProfile.smartCardHsm4k());
    }

    private KeyStore join(SimulatedMember member) throws Exception {
        KeyStore joined = member.keyStore();
        KeyDomain domain = SchsmDevice.of(joined).createDkekDomain(0, 1);
        domain.importShare(dkek);
        return joined;
    }

    @AfterEach
    void close() {
        if (bench != null) {
            bench.close();
        }
    }

    private static KeyPair pair(String algorithm, String size) throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm, Pki.BC);
        if (algorithm.equals("EC")) {
            generator.initialize(new ECGenParameterSpec(size));
        } else {
            generator.initialize(Integer.parseInt(size));
        }
        return generator.generateKeyPair();
    }

    private static Certificate[] bare(PublicKey key) {
        return new Certificate[] {new BarePublicKey(key)};
    }

    private KeyStore.PrivateKeyEntry entry(KeyPair pair) {
        return new KeyStore.PrivateKeyEntry(pair.getPrivate(), bare(pair.getPublic()));
    }

    private static void assertSigns(KeyStore keyStore, Provider provider, String alias, PublicKey key)
            throws Exception {
        String algorithm = key.getAlgorithm().equals("RSA") ? "SHA256withRSA" : "SHA256withECDSA";
        Signature signer = Signature.getInstance(algorithm, provider);
        signer.initSign((PrivateKey) keyStore.getKey(alias, null));
        signer.update(DATA);
        assertThat(Pki.verifies(algorithm, key, DATA, signer.sign())).isTrue();
    }

    @Test
    void ecKeysOfAllCurvesSignInTheDevice() throws Exception {
        devices();
        for (EcCurve curve : EcCurve.values()) {
            String alias = curve.curveName();
            KeyPair pair = pair("EC", alias);

            keyStore.setEntry(alias, entry(pair), DkekProtection.of(dkek));

            assertSigns(keyStore, bench.source().provider(), alias, pair.getPublic());
            SchsmKey key = (SchsmKey) keyStore.getKey(alias, null);
            assertThat(key.details().curve()).isEqualTo(curve);
            assertThat(key.details().keyDomain()).hasValue(0);
        }
    }

    /** Making them takes longer than importing them. */
    private static Stream<String> rsaSizes() {
        return Boolean.getBoolean("schsm.repeated")
                ? Stream.of("1024", "1536", "2048", "3072", "4096")
                : Stream.of("1024", "3072");
    }

    @ParameterizedTest
    @MethodSource("rsaSizes")
    void rsaKeySignsInTheDevice(String size) throws Exception {
        devices();
        KeyPair pair = pair("RSA", size);

        keyStore.setEntry("k", entry(pair), DkekProtection.of(dkek));

        assertSigns(keyStore, bench.source().provider(), "k", pair.getPublic());
    }

    @ParameterizedTest
    @ValueSource(ints = {16, 24, 32})
    void aesKeyEncryptsInTheDevice(int length) throws Exception {
        devices();
        byte[] value = new byte[length];
        new SecureRandom().nextBytes(value);
        SecretKeySpec key = new SecretKeySpec(value, "AES");

        keyStore.setEntry("k", new KeyStore.SecretKeyEntry(key), DkekProtection.of(dkek));

        byte[] iv = new byte[16];
        Cipher inside =
                Cipher.getInstance("AES/CBC/PKCS5Padding", bench.source().provider());
        inside.init(Cipher.ENCRYPT_MODE, keyStore.getKey("k", null), new IvParameterSpec(iv));
        Cipher outside = Cipher.getInstance("AES/CBC/PKCS5Padding", "SunJCE");
        outside.init(Cipher.DECRYPT_MODE, key, new IvParameterSpec(iv));
        assertThat(outside.doFinal(inside.doFinal(DATA))).isEqualTo(DATA);
    }

    @Test
    void certificateListAndIdComeWithItAndItMovesOn() throws Exception {
        devices();
        KeyPair pair = pair("EC", "secp384r1");
        Pki pki = Pki.create();
        X509Certificate[] chain = pki.chain(pki.issue("tls", pair.getPublic()));
        DkekProtection protection = DkekProtection.of(dkek)
                .allow(KeyAlgorithm.ECDSA, KeyAlgorithm.WRAP)
                .withId(new byte[] {0x42});

        keyStore.setEntry("tls", new KeyStore.PrivateKeyEntry(pair.getPrivate(), chain), protection);

        assertThat(keyStore.getCertificateChain("tls")).containsExactly(chain);
        SchsmKey key = (SchsmKey) keyStore.getKey("tls", null);
        assertThat(key.key().id()).containsExactly(0x42);
        assertThat(key.details().allowedAlgorithms()).containsExactly(0x70, 0x92);
        SecretKey from = SchsmDevice.of(keyStore).keyDomain(0).kek();
        KeyStore other = bench.target().keyStore();
        SecretKey to = SchsmDevice.of(other).keyDomain(0).kek();
        other.setEntry("tls", keyStore.getEntry("tls", new WrapProtection(from)), new UnwrapProtection(to));
        assertSigns(other, bench.target().provider(), "tls", pair.getPublic());
    }

    @Test
    void keyThatProvesNothingIsStillImportedWithItsCertificate() throws Exception {
        devices();
        KeyPair pair = pair("EC", "secp256r1");
        Pki pki = Pki.create();
        X509Certificate leaf = pki.issue("deriving", pair.getPublic());

        keyStore.setEntry(
                "deriving",
                new KeyStore.PrivateKeyEntry(pair.getPrivate(), new Certificate[] {leaf}),
                DkekProtection.of(dkek).allow(KeyAlgorithm.DERIVE_EC));

        assertThat(keyStore.getCertificate("deriving")).isEqualTo(leaf);
    }

    /** What the host can find out is refused before a PIN, a password, or the key goes anywhere. */
    @Test
    void otherDkekThanTheDevicesIsRefusedBeforeAnythingIsSent() throws Exception {
        devices();
        byte[] wrong = dkek.clone();
        wrong[31] ^= 1;
        bench.source().recorder().start();

        assertThatThrownBy(() -> keyStore.setEntry("k", entry(pair("EC", "secp256r1")), DkekProtection.of(wrong)))
                .isInstanceOf(KeyStoreException.class)
                .hasCauseInstanceOf(KeyDomainException.class)
                .hasMessageContaining(HexFormat.of()
                        .withUpperCase()
                        .formatHex(SchsmDevice.of(keyStore).keyDomain(0).kcv()))
                .hasMessageContaining("Nothing was sent");

        assertThat(bench.source().recorder().count(exchange -> exchange.ins() == UNWRAP))
                .isZero();
        assertThat(keyStore.size()).isZero();
    }

    @Test
    void keyThatNoDeviceCanHaveIsRefusedWithWhatItCould() throws Exception {
        devices();
        KeyPair odd = pair("RSA", "1280");
        KeyPair binary = pair("EC", "sect283r1");
        KeyPair edwards = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        DkekProtection protection = DkekProtection.of(dkek);

        assertThatThrownBy(() -> keyStore.setEntry("k", entry(odd), protection))
                .hasMessageContaining("1280 bits")
                .hasMessageContaining("1024, 1536, 2048, 3072 and 4096");
        assertThatThrownBy(() -> keyStore.setEntry("k", entry(binary), protection))
                .hasMessageContaining("do not have its curve")
                .hasMessageContaining("brainpoolP512r1");
        assertThatThrownBy(() -> keyStore.setEntry("k", entry(edwards), protection))
                .hasMessageContaining("1.3.101.112")
                .hasMessageContaining("EC and RSA");
        assertThatThrownBy(() -> keyStore.setEntry(
                        "k", new KeyStore.SecretKeyEntry(new SecretKeySpec(new byte[24], "DESede")), protection))
                .hasMessageContaining("DESede");
        assertThatThrownBy(() -> keyStore.setEntry(
                        "k", new KeyStore.SecretKeyEntry(new SecretKeySpec(new byte[15], "AES")), protection))
                .hasMessageContaining("120 bits");
        assertThat(keyStore.size()).isZero();
    }

    @Test
    void certificateOfAnotherKeyIsRefused() throws Exception {
        devices();
        KeyPair pair = pair("EC", "secp256r1");
        X509Certificate other =
                Pki.create().issue("other", pair("EC", "secp256r1").getPublic());

        assertThatThrownBy(() -> keyStore.setEntry(
                        "k",
                        new KeyStore.PrivateKeyEntry(pair.getPrivate(), new Certificate[] {other}),
                        DkekProtection.of(dkek)))
                .hasMessageContaining("for another key");
        assertThat(keyStore.size()).isZero();
    }

    @Test
    void xkekDomainAndNoDomainAreRefusedWithTheReason() throws Exception {
        try (DomainBench domain = new DomainBench(1, "")) {
            KeyStore member = domain.device(0).keyStore();
            assertThatThrownBy(
                            () -> member.setEntry("k", entry(pair("EC", "secp256r1")), DkekProtection.of(new byte[32])))
                    .hasMessageContaining("XKEK key domains only")
                    .hasMessageContaining("generate the key in the device");
        }
        bench = new SimulatorBench();
        keyStore = bench.source().keyStore();
        assertThatThrownBy(
                        () -> keyStore.setEntry("k", entry(pair("EC", "secp256r1")), DkekProtection.of(new byte[32])))
                .hasMessageContaining("has no key domain")
                .hasMessageContaining("--dkek-shares");
    }

    @Test
    void tokenOfAModuleIsRefusedWithTheReason() throws Exception {
        try (SoftHsmBench module = new SoftHsmBench()) {
            KeyStore token = module.source().keyStore();

            assertThatThrownBy(
                            () -> token.setEntry("k", entry(pair("EC", "secp256r1")), DkekProtection.of(new byte[32])))
                    .isInstanceOf(KeyStoreException.class)
                    .matches(refused -> SchsmException.is(refused.getCause(), Reason.UNSUPPORTED))
                    .hasMessageContaining("wrapped under the DKEK of a key domain");
            assertThat(token.containsAlias("k")).isFalse();
        }
    }

    @Test
    void fullDeviceLeavesNothingOfTheKeyAndItsChain() throws Exception {
        KeyPair pair = pair("RSA", "2048");
        Pki pki = Pki.create();
        X509Certificate[] chain = pki.chain(pki.issue("k", pair.getPublic()));
        int reached = 0;
        for (int memory = 1000; reached < 3; memory += 250) {
            if (bench != null) {
                bench.close();
            }
            devices(DeviceProfile.smartCardHsm4k().withMemory(memory));
            List<Integer> before = objects();
            try {
                keyStore.setEntry("k", new KeyStore.PrivateKeyEntry(pair.getPrivate(), chain), DkekProtection.of(dkek));
                break;
            } catch (KeyStoreException full) {
                assertThat(SchsmException.is(full.getCause(), Reason.DEVICE_FULL))
                        .as(full.toString())
                        .isTrue();
                assertThat(objects()).isEqualTo(before);
                reached++;
            }
        }
        assertThat(reached).as("full at different places").isPositive();
    }

    private List<Integer> objects() throws Exception {
        return bench.source().state().keySet().stream()
                .filter(name -> name.length() == 4)
                .map(name -> Integer.parseInt(name, 16))
                .sorted()
                .toList();
    }

    /** The whole way by the configuration, into every member of the domain; the share file takes the real number of rounds. */
    @Test
    void configuredSharesBringSetKeyEntryIntoAllMembers() throws Exception {
        devices();
        Path file = Files.write(
                folder.resolve("dkek.pbe"),
                DkekShareFile.encrypt(dkek, "secret".getBytes(StandardCharsets.UTF_8), new SecureRandom()));
        String kcv = HexFormat.of()
                .withUpperCase()
                .formatHex(SchsmDevice.of(keyStore).keyDomain(0).kcv());
        KeyPair pair = pair("EC", "brainpoolP256r1");
        Pki pki = Pki.create();
        X509Certificate[] chain = pki.chain(pki.issue("tls", pair.getPublic()));
        try (SchsmProvider together = (SchsmProvider) new SchsmProvider()
                .configure(bench.configuration() + "; domain = " + kcv.substring(0, 8) + "; dkek = file:" + file
                        + "; dkek.password = callback")) {
            together.setCallbackHandler(callbacks -> {
                for (Callback callback : callbacks) {
                    ((PasswordCallback) callback).setPassword("secret".toCharArray());
                }
            });
            KeyStore all = KeyStore.getInstance("SCHSM", together);
            all.load(null, "648219".toCharArray());

            all.setKeyEntry("tls", pair.getPrivate(), null, chain);

            assertThat(all.getCertificateChain("tls")).containsExactly(chain);
            assertSigns(all, together, "tls", pair.getPublic());
        }
        for (SimulatedMember member : List.of(bench.source(), bench.target())) {
            KeyStore one = member.keyStore();
            assertThat(one.getCertificateChain("tls")).containsExactly(chain);
            assertSigns(one, member.provider(), "tls", pair.getPublic());
        }
    }

    @Test
    void configurationSaysWhatIsMissing() throws Exception {
        devices();
        KeyPair pair = pair("EC", "secp256r1");
        assertThatThrownBy(() -> keyStore.setKeyEntry("k", pair.getPrivate(), null, bare(pair.getPublic())))
                .hasMessageContaining("-providername")
                .hasMessageContaining("dkek = file:");
        Path none = folder.resolve("none.pbe");
        Path text = Files.writeString(folder.resolve("text.pbe"), "no share");
        for (String dkekEntry : List.of("file:" + none, "file:" + text + "; dkek.password = env:SCHSM_NO_SUCH")) {
            try (SchsmProvider configured = (SchsmProvider) new SchsmProvider()
                    .configure(bench.configuration(bench.source().id()) + "; dkek = " + dkekEntry)) {
                KeyStore store = KeyStore.getInstance("SCHSM", configured);
                store.load(null, "648219".toCharArray());
                assertThatThrownBy(() -> store.setKeyEntry("k", pair.getPrivate(), null, bare(pair.getPublic())))
                        .hasMessageMatching("(?s).*(none.pbe|SCHSM_NO_SUCH).*");
            }
        }
        assertThat(Collections.list(keyStore.aliases())).isEmpty();
    }

    @Test
    void macKeyIsProvenByItsMac() throws Exception {
        devices();
        byte[] value = Arrays.copyOf(DATA, 32);

        keyStore.setEntry(
                "mac",
                new KeyStore.SecretKeyEntry(new SecretKeySpec(value, "AES")),
                DkekProtection.of(dkek).allow(KeyAlgorithm.AES_CMAC));

        Mac inside = Mac.getInstance("AESCMAC", bench.source().provider());
        inside.init(keyStore.getKey("mac", null));
        Mac outside = Mac.getInstance("AESCMAC", Pki.BC);
        outside.init(new SecretKeySpec(value, "AES"));
        assertThat(inside.doFinal(DATA)).isEqualTo(outside.doFinal(DATA));
    }

    @Test
    void handleOfADeviceIsNoSoftwareKey() throws Exception {
        devices();
        KeyPair inside = Group.generatePair(bench.source().provider(), Group.signerSpec("inside"));

        assertThatThrownBy(() -> keyStore.setEntry(
                        "again",
                        new KeyStore.PrivateKeyEntry(inside.getPrivate(), bare(inside.getPublic())),
                        DkekProtection.of(dkek)))
                .isInstanceOf(KeyStoreException.class)
                .hasMessageContaining("has none");
    }
}
