// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.schsm.InvalidRequestException;
import io.github.schsm.KeyAlgorithm;
import io.github.schsm.KeyMigration;
import io.github.schsm.KeyType;
import io.github.schsm.SchsmKeySpec;
import io.github.schsm.SchsmPrivateKey;
import io.github.schsm.UnwrapProtection;
import io.github.schsm.UnwrapSpec;
import io.github.schsm.WrapProtection;
import io.github.schsm.WrappedKeyEntry;
import io.github.schsm.conformance.bench.Bench;
import io.github.schsm.conformance.bench.BenchKind;
import io.github.schsm.conformance.bench.Group;
import io.github.schsm.conformance.bench.OnBenches;
import io.github.schsm.conformance.bench.Pki;
import java.nio.charset.StandardCharsets;
import java.security.InvalidKeyException;
import java.security.Key;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.IvParameterSpec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The whole migration with JCA calls only; what is between the program and the devices is the bench's. */
@OnBenches(
        value = {BenchKind.SIMULATOR, BenchKind.OPEN_FIRMWARE, BenchKind.PCSC},
        repeated = {
            BenchKind.SECURE_CHANNEL,
            BenchKind.RAM,
            BenchKind.SUN_PCSC,
            BenchKind.PCSC_SECURE_CHANNEL,
            BenchKind.SUN_PCSC_SECURE_CHANNEL,
            BenchKind.OPENSC,
            BenchKind.OPENSC_TO_PCSC,
            BenchKind.PCSC_TO_OPENSC
        })
@Tag("jdk")
class MigrationTest {
    private static final byte[] DATA = "the same document".getBytes(StandardCharsets.UTF_8);
    private static final byte[] BLOCKS = "two whole blocks of sixteen byte".getBytes(StandardCharsets.UTF_8);
    private static final String LABEL = "code-signing";
    private static final byte[] ID = {0x0B, 0x0E, 0x0E, 0x0F};

    private final BenchKind kind;
    private Bench bench;
    private Group group;

    MigrationTest(BenchKind kind) {
        this.kind = kind;
    }

    /** Opens the bench and makes its devices members of one group. */
    @BeforeEach
    void openBench() throws Exception {
        bench = kind.open();
        group = Group.of(bench);
    }

    /** Clears the bench. */
    @AfterEach
    void closeBench() throws Exception {
        if (bench != null) {
            bench.close();
        }
    }

    /** The key store way, the Cipher way and the one-call way, with a key on each curve. */
    @ParameterizedTest
    @ValueSource(strings = {"secp256r1", "secp384r1", "brainpoolP256r1"})
    void ecKeyMovesAndSignsTheSameOnBothDevices(String curve) throws Exception {
        KeyPair pair = group.source().generate(movable(curve));
        Group.Keks keks = group.agree();
        assertThat(group.source().domain().kcv())
                .isEqualTo(group.target().domain().kcv())
                .isNotEqualTo(new byte[8]);

        Cipher wrap = Cipher.getInstance("XKEK", group.source().provider());
        wrap.init(Cipher.WRAP_MODE, keks.source());
        byte[] blob = wrap.wrap(pair.getPrivate());
        Cipher unwrap = Cipher.getInstance("XKEK", group.target().provider());
        unwrap.init(Cipher.UNWRAP_MODE, keks.target(), UnwrapSpec.label("by-cipher"));
        Key byCipher = unwrap.unwrap(blob, "EC", Cipher.PRIVATE_KEY);
        assertSigns(group.target().provider(), (PrivateKey) byCipher, pair.getPublic());

        KeyStore.Entry moving = group.source().keyStore().getEntry(LABEL, new WrapProtection(keks.source()));
        group.target().keyStore().setEntry(LABEL, moving, new UnwrapProtection(keks.target()));
        assertSigns(group.target().provider(), targetKey(LABEL), pair.getPublic());
        assertThat(group.target().keyStore().getCertificate(LABEL).getPublicKey())
                .isEqualTo(pair.getPublic());

        group.target().keyStore().deleteEntry(LABEL);
        KeyMigration.Result moved = KeyMigration.from(group.source().keyStore())
                .to(group.target().keyStore())
                .move(LABEL);
        assertThat(moved.wasThere()).isFalse();
        assertSigns(group.target().provider(), targetKey(LABEL), pair.getPublic());
        assertSigns(group.source().provider(), pair.getPrivate(), pair.getPublic());
        assertThat(Collections.list(group.source().keyStore().aliases()))
                .containsExactlyInAnyOrder("group-signer", LABEL, "exchange");
        assertThat(Collections.list(group.target().keyStore().aliases()))
                .containsExactlyInAnyOrder("exchange", "by-cipher", LABEL);

        group.source().domain().clearKek();
        group.target().domain().clearKek();
        assertThat(group.source().domain().kcv()).isEqualTo(new byte[8]);
        assertThat(group.target().domain().kcv()).isEqualTo(new byte[8]);
    }

    /** A secret key: what one device encrypted the other decrypts. */
    @Test
    void aesKeyMovesAndDecryptsOnTheOtherDevice() throws Exception {
        SecretKey key = group.source()
                .generateSecret(SchsmKeySpec.builder(LABEL)
                        .keySize(256)
                        .domain(group.source().domain())
                        .allow(KeyAlgorithm.AES_CBC_ENCRYPT, KeyAlgorithm.AES_CBC_DECRYPT, KeyAlgorithm.WRAP)
                        .build());
        byte[] encrypted = cipher(group.source().provider(), Cipher.ENCRYPT_MODE, key, BLOCKS);

        Group.Keks keks = group.agree();
        Cipher wrap = Cipher.getInstance("XKEK", group.source().provider());
        wrap.init(Cipher.WRAP_MODE, keks.source());
        byte[] blob = wrap.wrap(key);
        Cipher unwrap = Cipher.getInstance("XKEK", group.target().provider());
        unwrap.init(Cipher.UNWRAP_MODE, keks.target(), UnwrapSpec.label("by-cipher"));
        Key byCipher = unwrap.unwrap(blob, "AES", Cipher.SECRET_KEY);
        assertThat(cipher(group.target().provider(), Cipher.DECRYPT_MODE, byCipher, encrypted))
                .isEqualTo(BLOCKS);

        KeyMigration.from(group.source().keyStore())
                .to(group.target().keyStore())
                .move(LABEL);
        Key moved = group.target().keyStore().getKey(LABEL, null);
        assertThat(cipher(group.target().provider(), Cipher.DECRYPT_MODE, moved, encrypted))
                .isEqualTo(BLOCKS);
        assertThat(cipher(group.source().provider(), Cipher.DECRYPT_MODE, key, encrypted))
                .isEqualTo(BLOCKS);
    }

    /** An RSA key; the larger one leaves without its primes. */
    @ParameterizedTest
    @ValueSource(ints = {1024, 3072})
    void rsaKeyMovesAndSignsAndDecryptsOnTheOtherDevice(int bits) throws Exception {
        KeyPairGenerator generator =
                KeyPairGenerator.getInstance("RSA", group.source().provider());
        generator.initialize(SchsmKeySpec.builder(LABEL)
                .keySize(bits)
                .domain(group.source().domain())
                .allow(KeyAlgorithm.RSA_RAW, KeyAlgorithm.RSA_DECRYPT_RAW, KeyAlgorithm.WRAP)
                .id(ID)
                .build());
        KeyPair pair = generator.generateKeyPair();
        Pki pki = Pki.create();
        X509Certificate[] chain = pki.chain(pki.issue("RSA", pair.getPublic()));
        Group.Keks keks = group.agree();
        byte[] blob = wrapped(keks.source(), pair.getPrivate());

        assertThatThrownBy(() -> unwrapped(keks.target(), blob, "bare"))
                .isInstanceOf(InvalidKeyException.class)
                .hasMessageContainingAll("RSA key", ".wky");
        assertThat(group.target().keyStore().containsAlias("bare"))
                .as("nothing is left of it")
                .isFalse();
        group.target().keyStore().setKeyEntry("with-chain", blob, chain);
        assertDecrypts(group.target().provider(), targetKey("with-chain"), pair.getPublic());
        assertThat(group.target().keyStore().getCertificateChain("with-chain")).containsExactly(chain);
        group.target().keyStore().deleteEntry("with-chain");

        KeyStore.Entry moving = group.source().keyStore().getEntry(LABEL, new WrapProtection(keks.source()));
        assertThat(((WrappedKeyEntry) moving).keyType()).isEqualTo(KeyType.RSA);
        group.target()
                .keyStore()
                .setEntry(
                        LABEL,
                        WrappedKeyEntry.parse(((WrappedKeyEntry) moving).encode()),
                        new UnwrapProtection(keks.target()));
        assertDecrypts(group.target().provider(), targetKey(LABEL), pair.getPublic());
        assertThat(((SchsmPrivateKey) targetKey(LABEL)).key().id()).isEqualTo(ID);
        group.target().keyStore().deleteEntry(LABEL);

        group.source().keyStore().setKeyEntry(LABEL, pair.getPrivate(), null, chain);
        KeyMigration.from(group.source().keyStore())
                .to(group.target().keyStore())
                .move(LABEL);
        KeyStore fresh = bench.target().keyStore();
        assertThat(fresh.getCertificateChain(LABEL)).containsExactly(chain);
        SchsmPrivateKey there = (SchsmPrivateKey) fresh.getKey(LABEL, null);
        assertThat(there.details().size()).isEqualTo(bits);
        assertThat(there.details().algorithmNames()).hasValue(List.of("RSA_RAW", "RSA_DECRYPT_RAW", "WRAP"));
        Signature signer = Signature.getInstance("SHA512withRSA", group.target().provider());
        signer.initSign(there);
        signer.update(DATA);
        assertThat(Pki.verifies("SHA512withRSA", chain[0].getPublicKey(), DATA, signer.sign()))
                .isTrue();
        assertDecrypts(group.source().provider(), pair.getPrivate(), pair.getPublic());
    }

    private byte[] wrapped(SecretKey kek, PrivateKey key) throws Exception {
        Cipher wrap = Cipher.getInstance("XKEK", group.source().provider());
        wrap.init(Cipher.WRAP_MODE, kek);
        return wrap.wrap(key);
    }

    private void unwrapped(SecretKey kek, byte[] blob, String label) throws Exception {
        Cipher unwrap = Cipher.getInstance("XKEK", group.target().provider());
        unwrap.init(Cipher.UNWRAP_MODE, kek, UnwrapSpec.label(label));
        unwrap.unwrap(blob, "RSA", Cipher.PRIVATE_KEY);
    }

    private static void assertDecrypts(Provider provider, PrivateKey privateKey, PublicKey publicKey) throws Exception {
        Cipher encrypt = Cipher.getInstance("RSA/ECB/OAEPPadding", "SunJCE");
        encrypt.init(Cipher.ENCRYPT_MODE, publicKey);
        Cipher decrypt = Cipher.getInstance("RSA/ECB/OAEPPadding", provider);
        decrypt.init(Cipher.DECRYPT_MODE, privateKey);
        assertThat(decrypt.doFinal(encrypt.doFinal(DATA))).isEqualTo(DATA);
    }

    /** What makes a key usable elsewhere goes with it. */
    @Test
    void certificatesLabelIdAlgorithmsAndUsageFlagsMoveAlong() throws Exception {
        KeyPair pair = group.source().generate(movable("secp256r1"));
        Pki pki = Pki.create();
        X509Certificate[] chain = pki.chain(pki.issue("Code signing", pair.getPublic()));
        group.source().keyStore().setKeyEntry(LABEL, pair.getPrivate(), null, chain);

        KeyMigration.Result moved = KeyMigration.from(group.source().keyStore())
                .to(group.target().keyStore())
                .move(LABEL);

        assertThat(moved.alias()).isEqualTo(LABEL);
        KeyStore fresh = bench.target().keyStore();
        assertThat(fresh.getCertificateChain(LABEL)).containsExactly(chain);
        SchsmPrivateKey there = (SchsmPrivateKey) fresh.getKey(LABEL, null);
        assertThat(there.label()).isEqualTo(LABEL);
        assertThat(there.key().id()).isEqualTo(ID);
        assertThat(there.details().allowedAlgorithms())
                .containsExactly(KeyAlgorithm.ECDSA.id(), KeyAlgorithm.WRAP.id());
        assertThat(there.details().keyDomain()).hasValue(group.target().domain().slot());
        assertThat(attributes(fresh.getEntry(LABEL, null)))
                .containsAll(attributes(group.source().keyStore().getEntry(LABEL, null)));
        assertSigns(group.target().provider(), there, chain[0].getPublicKey());

        Group.Keks keks = group.agree();
        assertThat(description(fresh, keks.target()))
                .as("PKCS#15 description, with the usage flags")
                .isEqualTo(description(group.source().keyStore(), keks.source()));
    }

    /** A moved key moves on: nothing of its right to leave is lost. */
    @Test
    void migratedKeyMovesBackAfterItWasDeletedAtHome() throws Exception {
        KeyPair pair = group.source().generate(movable("secp256r1"));
        KeyMigration.from(group.source().keyStore())
                .to(group.target().keyStore())
                .move(LABEL);
        group.source().keyStore().deleteEntry(LABEL);

        KeyMigration.from(group.target().keyStore())
                .to(group.source().keyStore())
                .move(LABEL);

        PrivateKey home = (PrivateKey) group.source().keyStore().getKey(LABEL, null);
        assertSigns(group.source().provider(), home, pair.getPublic());
    }

    /** The counter is not in the blob. */
    @Test
    void keyWithUseCounterMovesOnlyWhereThatIsAskedFor() throws Exception {
        KeyPair pair = group.source()
                .generate(SchsmKeySpec.builder(LABEL)
                        .parameters(new ECGenParameterSpec("secp256r1"))
                        .domain(group.source().domain())
                        .allow(KeyAlgorithm.ECDSA, KeyAlgorithm.WRAP)
                        .useCounter(1000)
                        .build());
        KeyMigration migration =
                KeyMigration.from(group.source().keyStore()).to(group.target().keyStore());

        assertThatThrownBy(() -> migration.move(LABEL))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("use counter")
                .hasMessageContaining("withoutUseCounter");
        assertThat(group.target().keyStore().size()).isZero();

        migration.withoutUseCounter().move(LABEL);
        assertSigns(group.target().provider(), targetKey(LABEL), pair.getPublic());
        assertThat(((SchsmPrivateKey) targetKey(LABEL)).details().useCounter()).isEmpty();
    }

    /** Handles outlive the card's absence on either side, in the middle of it all. */
    @Test
    void bothCardsMayBeTakenOutAndPutBackOnTheWay() throws Exception {
        KeyPair pair = group.source().generate(movable("secp256r1"));
        Group.Keks keks = group.agree();
        bench.source().remove();
        bench.source().insert();
        KeyStore.Entry moving = group.source().keyStore().getEntry(LABEL, new WrapProtection(keks.source()));
        bench.target().remove();
        bench.target().insert();

        group.target().keyStore().setEntry(LABEL, moving, new UnwrapProtection(keks.target()));

        assertSigns(group.target().provider(), targetKey(LABEL), pair.getPublic());
        assertSigns(group.source().provider(), pair.getPrivate(), pair.getPublic());
    }

    private SchsmKeySpec movable(String curve) {
        return SchsmKeySpec.builder(LABEL)
                .parameters(new ECGenParameterSpec(curve))
                .domain(group.source().domain())
                .allow(KeyAlgorithm.ECDSA, KeyAlgorithm.WRAP)
                .id(ID)
                .build();
    }

    private PrivateKey targetKey(String alias) throws Exception {
        return (PrivateKey) group.target().keyStore().getKey(alias, null);
    }

    private static Set<String> attributes(KeyStore.Entry entry) {
        return entry.getAttributes().stream()
                .filter(attribute -> !attribute.getName().equals("schsm.device")
                        && !attribute.getName().equals("schsm.origin"))
                .map(attribute -> attribute.getName() + " = " + attribute.getValue())
                .collect(Collectors.toSet());
    }

    private static byte[] description(KeyStore keyStore, SecretKey kek) throws Exception {
        return ((WrappedKeyEntry) keyStore.getEntry(LABEL, new WrapProtection(kek)))
                .description()
                .orElseThrow();
    }

    private static byte[] cipher(Provider provider, int mode, Key key, byte[] data) throws Exception {
        Cipher cipher = Cipher.getInstance("AES/CBC/NoPadding", provider);
        cipher.init(mode, key, new IvParameterSpec(new byte[16]));
        return cipher.doFinal(data);
    }

    private static void assertSigns(Provider provider, PrivateKey privateKey, PublicKey publicKey) throws Exception {
        Signature signer = Signature.getInstance("SHA256withECDSA", provider);
        signer.initSign(privateKey);
        signer.update(DATA);
        assertThat(Pki.verifies("SHA256withECDSA", publicKey, DATA, signer.sign()))
                .isTrue();
    }
}
