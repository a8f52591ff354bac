// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.AttestedPublicKey;
import io.github.schsm.DataObject;
import io.github.schsm.DeviceInitialization;
import io.github.schsm.KeyAlgorithm;
import io.github.schsm.KeyMigration;
import io.github.schsm.PublicKeyAuthentication;
import io.github.schsm.SchsmDevice;
import io.github.schsm.SchsmKeySpec;
import io.github.schsm.Sp80056cKeySpec;
import io.github.schsm.UnwrapProtection;
import io.github.schsm.WrapProtection;
import io.github.schsm.conformance.bench.BenchKind;
import io.github.schsm.conformance.bench.Group;
import io.github.schsm.conformance.bench.OnBenches;
import io.github.schsm.conformance.bench.Pki;
import io.github.schsm.conformance.bench.SimulatorBench;
import io.github.schsm.keystore.TokenDevice;
import io.github.schsm.provider.SchsmProvider;
import io.github.schsm.simulator.ApduRecorder;
import io.github.schsm.simulator.profile.DeviceProfile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Cipher;
import javax.crypto.KeyAgreement;
import javax.crypto.Mac;
import javax.crypto.SecretKey;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.IvParameterSpec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The commands that operations take are those that docs/costs.md says. */
@OnBenches({BenchKind.SIMULATOR, BenchKind.SECURE_CHANNEL})
class CostsTest {
    private static final Path DOCUMENT = Path.of(System.getProperty("schsm.home", "."), "docs", "costs.md");
    private static final Pattern ROW = Pattern.compile("\\| (.+) \\| (\\d+) \\| (\\d+) \\| (\\d+) \\|");
    private static final char[] PIN = "648219".toCharArray();
    private static final int MANY = 100;
    private static final int ENUMERATE = 0x58;

    private final BenchKind kind;
    private SimulatorBench bench;

    @TempDir
    private Path folder;

    CostsTest(BenchKind kind) {
        this.kind = kind;
    }

    private boolean isSecure() {
        return kind == BenchKind.SECURE_CHANNEL;
    }

    /** What tests do at the reader themselves is in plain. */
    @BeforeEach
    void open() throws Exception {
        open(DeviceProfile.smartCardHsm4k());
    }

    /** The audit log costs nothing: over the secure channel everything is written to one. */
    private void open(DeviceProfile profile) throws Exception {
        String audit = "; audit = \"file:" + folder.resolve("audit.log") + "\"; audit.uses = required";
        bench = new SimulatorBench(profile, isSecure() ? "; channel = secure" + audit : "");
    }

    @AfterEach
    void close() {
        bench.close();
    }

    /**
     * How many bytes of data a command with a short Le has on the wire. Over the secure channel: 87 with padding indicator
     * and whole blocks, 97, 8E.
     */
    private int dataOnTheWire(int data) {
        return isSecure() ? 2 + 1 + (data / 16 + 1) * 16 + 3 + 10 : data;
    }

    private interface Operation {
        void run() throws Exception;
    }

    private List<ApduRecorder.Exchange> exchanges(Operation operation) throws Exception {
        bench.source().recorder().start();
        bench.target().recorder().start();
        operation.run();
        bench.source().recorder().stop();
        bench.target().recorder().stop();
        return java.util.stream.Stream.concat(
                        bench.source().recorder().exchanges().stream(), bench.target().recorder().exchanges().stream())
                .toList();
    }

    /** Compares with the document: the bound and the measured number, or the number over the secure channel. */
    private void assertCost(String operation, List<ApduRecorder.Exchange> exchanges) throws Exception {
        Matcher row = row(operation);
        if (isSecure()) {
            assertThat(exchanges)
                    .as("%s: the number over the secure channel", operation)
                    .hasSize(Integer.parseInt(row.group(4)));
            return;
        }
        assertThat(exchanges)
                .as("%s: the bound in %s", operation, DOCUMENT)
                .hasSizeLessThanOrEqualTo(Integer.parseInt(row.group(2)));
        assertThat(exchanges)
                .as("%s: the measured number in %s", operation, DOCUMENT)
                .hasSize(Integer.parseInt(row.group(3)));
    }

    static Matcher row(String operation) throws Exception {
        for (String line : Files.readAllLines(DOCUMENT)) {
            Matcher row = ROW.matcher(line);
            if (row.matches() && row.group(1).equals(operation)) {
                return row;
            }
        }
        throw new AssertionError("no row for \"" + operation + "\" with three numbers in " + DOCUMENT);
    }

    private static void sign(Signature signature, byte[] data) throws Exception {
        signature.update(data);
        signature.sign();
    }

    @ParameterizedTest
    @CsvSource({
        "secp256r1, SHA1withECDSA, 20",
        "secp256r1, SHA256withECDSA, 32",
        "secp384r1, SHA384withECDSA, 48",
        "brainpoolP512r1, SHA512withECDSA, 64",
        "secp521r1, SHA512withECDSAinP1363Format, 64",
        "secp256r1, SHA512withECDSA, 32",
    })
    void signature(String curve, String algorithm, int sent) throws Exception {
        Provider provider = bench.source().provider();
        bench.source().keyStore();
        KeyPair pair = Group.generateEc(provider, "k", curve);
        Signature signature = Signature.getInstance(algorithm, provider);
        signature.initSign(pair.getPrivate());

        for (int length : new int[] {0, 1, 1000, 100_000, 1 << 20}) {
            List<ApduRecorder.Exchange> exchanges = exchanges(() -> sign(signature, new byte[length]));

            assertCost("signature, any data size, any hash", exchanges);
            assertThat(exchanges.get(0).dataLength()).isEqualTo(dataOnTheWire(sent));
        }
    }

    @Test
    void signatureOverAHashOnTheLongestCurveSendsItWhole() throws Exception {
        Provider provider = bench.source().provider();
        bench.source().keyStore();
        KeyPair pair = Group.generateEc(provider, "k", "secp521r1");
        Signature signature = Signature.getInstance("NONEwithECDSA", provider);
        signature.initSign(pair.getPrivate());

        List<ApduRecorder.Exchange> exchanges = exchanges(() -> sign(signature, new byte[66]));

        assertCost("signature, any data size, any hash", exchanges);
        assertThat(exchanges.get(0).dataLength()).isEqualTo(dataOnTheWire(66));
    }

    @Test
    void signatureWithAUseCounter() throws Exception {
        Provider provider = bench.source().provider();
        bench.source().keyStore();
        KeyPair pair = Group.generatePair(
                provider,
                SchsmKeySpec.builder("k")
                        .parameters(new ECGenParameterSpec("secp256r1"))
                        .useCounter(100)
                        .build());
        Signature signature = Signature.getInstance("SHA256withECDSA", provider);
        signature.initSign(pair.getPrivate());

        for (int i = 0; i < 3; i++) {
            assertCost("signature with a key that has a use counter", exchanges(() -> sign(signature, new byte[100])));
        }
    }

    /** Three keys with certificates under an issuer and a root. */
    private void fill(SimulatorBench.SimulatedMember member) throws Exception {
        KeyStore keyStore = member.keyStore();
        Pki pki = Pki.create();
        for (int i = 1; i <= 3; i++) {
            KeyPair pair = Group.generateEc(member.provider(), "k" + i, "secp256r1");
            X509Certificate certificate = pki.issue("k" + i, pair.getPublic());
            keyStore.setKeyEntry("k" + i, pair.getPrivate(), null, pki.chain(certificate));
        }
        assertThat(keyStore.size()).isEqualTo(5);
    }

    private KeyStore freshlyLoaded(String configuration) throws Exception {
        KeyStore keyStore = KeyStore.getInstance("SCHSM", new SchsmProvider().configure(configuration));
        keyStore.load(null, PIN);
        return keyStore;
    }

    private static void touchEverything(KeyStore keyStore) throws Exception {
        for (String alias : Collections.list(keyStore.aliases())) {
            assertThat(keyStore.getCertificate(alias)).isNotNull();
            if (keyStore.isKeyEntry(alias)) {
                assertThat(keyStore.getKey(alias, null)).isNotNull();
                assertThat(keyStore.getCertificateChain(alias)).hasSize(3);
                assertThat(keyStore.getEntry(alias, null).getAttributes()).isNotEmpty();
            }
        }
        assertThat(keyStore.size()).isEqualTo(5);
    }

    @Test
    void coldLoad() throws Exception {
        fill(bench.source());
        String configuration = bench.configuration(bench.source().id());

        assertCost(
                "cold load, 3 keys, 2 CA certificates, one reader: `load` alone",
                exchanges(() -> freshlyLoaded(configuration)));
        assertCost(
                "cold load, 3 keys, 2 CA certificates, one reader: `load`, then every alias, certificate and key",
                exchanges(() -> touchEverything(freshlyLoaded(configuration))));
    }

    @Test
    void coldLoadWithFurtherReaders() throws Exception {
        SimulatorBench.SimulatedMember third = bench.member("ZZSIM000003");
        fill(third);
        third.recorder().start();

        List<ApduRecorder.Exchange> others =
                exchanges(() -> touchEverything(freshlyLoaded(bench.configuration(third.id()))));

        List<ApduRecorder.Exchange> all = java.util.stream.Stream.concat(
                        others.stream(), third.recorder().exchanges().stream())
                .toList();
        assertCost("the same with the device in the last of three readers", all);
    }

    @Test
    void coldLoadOfAnEmptyDevice() throws Exception {
        assertCost(
                "cold load of an empty device",
                exchanges(() -> assertThat(
                                freshlyLoaded(bench.configuration(bench.source().id()))
                                        .size())
                        .isZero()));
    }

    @Test
    void loadAgainAndOneCertificateReplacedByAnotherOfEqualLength() throws Exception {
        fill(bench.source());
        KeyStore keyStore = freshlyLoaded(bench.configuration(bench.source().id()));
        touchEverything(keyStore);
        X509Certificate old = (X509Certificate) keyStore.getCertificate("k2");

        assertCost("load again, nothing changed", exchanges(() -> keyStore.load(null, PIN)));
        touchEverything(keyStore);
        assertThat(keyStore.getCertificate("k2")).isEqualTo(old);

        byte[] replaced = old.getEncoded();
        replaced[replaced.length - 1] ^= 1;
        bench.source().raw().login().write(0xCE02, replaced);
        keyStore.load(null, PIN);
        keyStore.containsAlias("k2");

        List<ApduRecorder.Exchange> exchanges = exchanges(
                () -> assertThat(keyStore.getCertificate("k2").getEncoded()).isEqualTo(replaced));
        assertCost("after it: reading one replaced certificate", exchanges);
    }

    @Test
    void wrapAndUnwrap() throws Exception {
        Group group = Group.of(bench);
        KeyPair pair = group.source()
                .generate(SchsmKeySpec.builder("code-signing")
                        .parameters(new ECGenParameterSpec("secp256r1"))
                        .domain(group.source().domain())
                        .allow(KeyAlgorithm.ECDSA, KeyAlgorithm.WRAP)
                        .build());
        Pki pki = Pki.create();
        X509Certificate[] certificate = {pki.issue("code-signing", pair.getPublic())};
        group.source().keyStore().setKeyEntry("code-signing", pair.getPrivate(), null, certificate);
        Group.Keks keks = group.agree();

        List<ApduRecorder.Exchange> exchanges = exchanges(() -> {
            KeyStore.Entry moving =
                    group.source().keyStore().getEntry("code-signing", new WrapProtection(keks.source()));
            group.target().keyStore().setEntry("code-signing", moving, new UnwrapProtection(keks.target()));
        });

        assertCost("wrap and unwrap of one EC key with certificate, KEKs agreed", exchanges);
        assertThat(group.target().keyStore().getCertificate("code-signing")).isEqualTo(certificate[0]);
    }

    @Test
    void wrapAndUnwrapOfAFreshlyLoadedKey() throws Exception {
        Group group = Group.of(bench);
        KeyPair pair = group.source()
                .generate(SchsmKeySpec.builder("code-signing")
                        .parameters(new ECGenParameterSpec("secp256r1"))
                        .domain(group.source().domain())
                        .allow(KeyAlgorithm.ECDSA, KeyAlgorithm.WRAP)
                        .build());
        Group.Keks keks = group.agree();
        group.source().keyStore().load(null, PIN);
        group.target().keyStore().load(null, PIN);
        PrivateKey key = (PrivateKey) group.source().keyStore().getKey("code-signing", null);
        group.target().keyStore().size();

        List<ApduRecorder.Exchange> exchanges = exchanges(() -> {
            Cipher wrap = Cipher.getInstance("XKEK", group.source().provider());
            wrap.init(Cipher.WRAP_MODE, keks.source());
            byte[] blob = wrap.wrap(key);
            group.target()
                    .keyStore()
                    .setEntry(
                            "code-signing",
                            io.github.schsm.WrappedKeyEntry.of(
                                    blob,
                                    null,
                                    List.of(group.source().keyStore().getCertificate("code-signing"))),
                            new UnwrapProtection(keks.target()));
        });

        assertThat(exchanges).hasSizeLessThanOrEqualTo(8);
        assertThat(group.target().keyStore().getCertificate("code-signing").getPublicKey())
                .isEqualTo(pair.getPublic());
    }

    private Group manyKeys(boolean knownContents) throws Exception {
        bench.close();
        open(DeviceProfile.smartCardHsm4k().withMemory(200_000));
        Group group = Group.of(bench);
        for (int i = 0; i < MANY; i++) {
            group.source().movable("many-" + i);
        }
        if (!knownContents) {
            group.source().keyStore().load(null, PIN);
            group.target().keyStore().load(null, PIN);
        }
        return group;
    }

    private List<ApduRecorder.Exchange> moveAll(Group group) throws Exception {
        List<KeyMigration.Result> results = new ArrayList<>();
        List<ApduRecorder.Exchange> exchanges =
                exchanges(() -> results.addAll(KeyMigration.from(group.source().keyStore())
                        .to(group.target().keyStore())
                        .moveAll()));
        assertThat(results)
                .filteredOn(result -> result.outcome() == KeyMigration.Outcome.MOVED)
                .hasSize(MANY);
        // The target's list of objects is read once more for every three seconds that it takes.
        return exchanges.stream()
                .filter(exchange -> exchange.ins() != ENUMERATE)
                .toList();
    }

    @Test
    void hundredKeysToANewMember() throws Exception {
        assertCost("100 EC keys to a new member, agreement included, both devices together", moveAll(manyKeys(true)));
    }

    @Test
    void hundredKeysOfWhichNothingIsKnown() throws Exception {
        assertCost("the same with nothing known of the keys but that they are there", moveAll(manyKeys(false)));
    }

    @Test
    void nothingToMove() throws Exception {
        Group group = manyKeys(true);
        moveAll(group);
        KeyMigration migration =
                KeyMigration.from(group.source().keyStore()).to(group.target().keyStore());

        assertCost("the same again, all keys being there", exchanges(migration::moveAll));
        assertCost("what would move, of keys that are known", exchanges(migration::plan));
    }

    @Test
    void agreement() throws Exception {
        Group group = Group.of(bench);
        KeyPair own = group.source()
                .generate(SchsmKeySpec.exchangeKey("exchange", group.source().domain()));
        KeyPair peer = group.target()
                .generate(SchsmKeySpec.exchangeKey("exchange", group.target().domain()));
        byte[] file = Group.publicKeyFile(peer);

        assertCost(
                "XKEK agreement on one side, first time",
                exchanges(() -> group.source().agree(own, file)));
        assertCost(
                "XKEK agreement on one side, again with a known peer",
                exchanges(() -> group.source().agree(own, file)));
    }

    @Test
    void otherOperations() throws Exception {
        Provider provider = bench.source().provider();
        bench.source().keyStore();
        SchsmKeySpec spec = SchsmKeySpec.builder("k")
                .parameters(new ECGenParameterSpec("secp256r1"))
                .build();
        KeyPair[] made = new KeyPair[1];
        assertCost("generation of an EC key pair", exchanges(() -> made[0] = Group.generatePair(provider, spec)));
        KeyAgreement ecdh = KeyAgreement.getInstance("ECDH", provider);
        ecdh.init(made[0].getPrivate());
        assertCost("ECDH", exchanges(() -> {
            ecdh.doPhase(made[0].getPublic(), true);
            ecdh.generateSecret();
        }));

        javax.crypto.KeyGenerator generator = javax.crypto.KeyGenerator.getInstance("AES", provider);
        generator.init(SchsmKeySpec.builder("aes").keySize(256).build());
        SecretKey aes = generator.generateKey();
        Cipher cipher = Cipher.getInstance("AES/CBC/NoPadding", provider);
        cipher.init(Cipher.ENCRYPT_MODE, aes, new IvParameterSpec(new byte[16]));
        assertCost("AES-CBC, 4 KiB", exchanges(() -> cipher.doFinal(new byte[4096])));
        Mac mac = Mac.getInstance("AESCMAC", provider);
        mac.init(aes);
        assertCost("AES-CMAC", exchanges(() -> mac.doFinal(new byte[1000])));
    }

    @Test
    void rsaOperations() throws Exception {
        Provider provider = bench.source().provider();
        bench.source().keyStore();
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA", provider);
        generator.initialize(SchsmKeySpec.builder("k").keySize(2048).build());
        KeyPair[] made = new KeyPair[1];
        assertCost("generation of an RSA key pair", exchanges(() -> made[0] = generator.generateKeyPair()));
        for (String algorithm : List.of("SHA256withRSA", "SHA256withRSAandMGF1", "SHA512withRSAandMGF1")) {
            Signature signature = Signature.getInstance(algorithm, provider);
            signature.initSign(made[0].getPrivate());
            assertCost(
                    "RSA signature, PKCS#1 v1.5 or PSS, any data size, any hash",
                    exchanges(() -> sign(signature, new byte[100_000])));
        }
        for (String padding : List.of("PKCS1Padding", "OAEPWithSHA-256AndMGF1Padding", "NoPadding")) {
            Cipher encrypt = Cipher.getInstance("RSA/ECB/" + padding, "SunJCE");
            encrypt.init(Cipher.ENCRYPT_MODE, made[0].getPublic());
            byte[] encrypted = encrypt.doFinal(new byte[] {1, 2, 3});
            Cipher decrypt = Cipher.getInstance("RSA/ECB/" + padding, provider);
            decrypt.init(Cipher.DECRYPT_MODE, made[0].getPrivate());
            assertCost("RSA decryption, any padding", exchanges(() -> decrypt.doFinal(encrypted)));
        }
        assertCost(
                "random numbers, up to 1,024 bytes",
                exchanges(() -> SecureRandom.getInstance("SCHSM", provider).nextBytes(new byte[1024])));
    }

    @Test
    void secretKeyOperations() throws Exception {
        Provider provider = bench.source().provider();
        bench.source().keyStore();
        javax.crypto.KeyGenerator generator = javax.crypto.KeyGenerator.getInstance("AES", provider);
        generator.init(SchsmKeySpec.builder("aes").keySize(256).build());
        SecretKey aes = generator.generateKey();
        Cipher cipher = Cipher.getInstance("AES/CBC/PKCS5Padding", provider);
        cipher.init(Cipher.ENCRYPT_MODE, aes, new IvParameterSpec(new byte[16]));
        assertCost("AES-CBC, 10 kB", exchanges(() -> cipher.doFinal(new byte[10_000])));
        Mac mac = Mac.getInstance("AESCMAC", provider);
        mac.init(aes);
        assertCost("AES-CMAC, 10 kB", exchanges(() -> mac.doFinal(new byte[10_000])));
        SecretKeyFactory factory = SecretKeyFactory.getInstance("SP800-56C", provider);
        assertCost(
                "derivation by SP 800-56C",
                exchanges(() -> factory.generateSecret(new Sp80056cKeySpec(aes, new byte[32], "AES"))));
    }

    @Test
    void derivedKeysAndUseCounters() throws Exception {
        Provider provider = bench.source().provider();
        KeyStore keyStore = bench.source().keyStore();
        KeyPair parent = Group.generateEc(provider, "parent", "secp256r1");
        assertCost(
                "derivation of an EC key",
                exchanges(() -> Group.generatePair(
                        provider,
                        SchsmKeySpec.builder("derived")
                                .derivedFrom(parent.getPrivate(), new byte[] {1})
                                .build())));
        KeyPair counted = Group.generatePair(
                provider,
                SchsmKeySpec.builder("counted")
                        .parameters(new ECGenParameterSpec("secp256r1"))
                        .useCounter(5)
                        .build());
        Signature signature = Signature.getInstance("SHA256withECDSA", provider);
        signature.initSign(counted.getPrivate());
        assertThat(keyStore.getEntry("counted", null).getAttributes()).isNotEmpty();
        sign(signature, new byte[1]);
        assertCost(
                "use counter shown after a use",
                exchanges(() -> keyStore.getEntry("counted", null).getAttributes()));
    }

    @Test
    void dataObjectsAndLabel() throws Exception {
        SchsmDevice device = SchsmDevice.of(bench.source().keyStore());
        DataObject[] stored = new DataObject[1];
        assertCost(
                "data object of 500 bytes stored",
                exchanges(() -> stored[0] = device.storeData(DataObject.of("one", true), new byte[500])));
        assertCost("data object of 500 bytes read", exchanges(() -> device.readData(stored[0])));
        assertCost(
                "data object of 500 bytes replaced",
                exchanges(() -> stored[0] = device.storeData(stored[0], new byte[500])));
        device.storeData(DataObject.of("two", false), new byte[5000]);
        TokenDevice.tokenOf(device).load(null);
        assertCost("list of two data objects after a load", exchanges(device::dataObjects));
        assertCost("data object deleted", exchanges(() -> device.deleteData(stored[0])));
        device.info();
        assertCost("label of the token changed", exchanges(() -> device.setLabel("label")));
    }

    @Test
    void publicKeyAuthentication() throws Exception {
        KeyPairGenerator generator =
                KeyPairGenerator.getInstance("EC", bench.source().provider());
        bench.source().keyStore();
        generator.initialize(SchsmKeySpec.builder("opens")
                .parameters(new ECGenParameterSpec("secp256r1"))
                .build());
        KeyPair holder = generator.generateKeyPair();
        AttestedPublicKey publicKey = (AttestedPublicKey) holder.getPublic();
        KeyStore guarded = KeyStore.getInstance("SCHSM", bench.target().provider());
        guarded.load(null, null);
        SchsmDevice device = SchsmDevice.of(guarded);
        DeviceInitialization settings = DeviceInitialization.builder(PIN, "3537363231383830".toCharArray())
                .publicKeyAuthentication(1, 1)
                .build();
        device.administration().initialize(settings);
        PublicKeyAuthentication keys = device.publicKeyAuthentication();
        keys.status();
        assertCost("registration of a public key", exchanges(() -> keys.register(publicKey)));
        assertCost("public key authentication: status", exchanges(keys::status));
        Signature login =
                Signature.getInstance("SHA256withECDSA", bench.source().provider());
        login.initSign(holder.getPrivate());
        sign(login, new byte[1]);
        assertCost(
                "public key authentication by a holder, the signature on the holder's device included",
                exchanges(() -> keys.authenticate(
                        holder.getPrivate(), publicKey.request().chr())));
    }
}
