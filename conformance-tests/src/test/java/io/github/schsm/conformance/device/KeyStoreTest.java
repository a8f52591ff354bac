// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.device;

import static io.github.schsm.conformance.bench.Pki.assertSigns;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.github.schsm.Cvc;
import io.github.schsm.DeviceException;
import io.github.schsm.InvalidRequestException;
import io.github.schsm.KeyAlgorithm;
import io.github.schsm.PinRequiredException;
import io.github.schsm.SchsmDevice;
import io.github.schsm.SchsmException;
import io.github.schsm.SchsmException.Reason;
import io.github.schsm.SchsmKey;
import io.github.schsm.SchsmKeySpec;
import io.github.schsm.UncertifiedKeyEntry;
import io.github.schsm.WrapProtection;
import io.github.schsm.WrappedKeyEntry;
import io.github.schsm.conformance.bench.Backend.Ability;
import io.github.schsm.conformance.bench.Bench;
import io.github.schsm.conformance.bench.BenchKind;
import io.github.schsm.conformance.bench.Group;
import io.github.schsm.conformance.bench.OnBenches;
import io.github.schsm.conformance.bench.Pki;
import io.github.schsm.provider.SchsmProvider;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.AuthProvider;
import java.security.Key;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.KeyStoreException;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECKey;
import java.security.spec.ECGenParameterSpec;
import java.util.Collections;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.security.auth.callback.Callback;
import javax.security.auth.callback.PasswordCallback;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The key store contract; what is between program and device is the bench's. */
@OnBenches(
        value = {BenchKind.SIMULATOR, BenchKind.DOMAIN, BenchKind.SOFTHSM},
        repeated = {BenchKind.SECURE_CHANNEL, BenchKind.RAM, BenchKind.OPENSC})
class KeyStoreTest {
    private static final char[] PIN = "648219".toCharArray();

    private final BenchKind kind;
    private Bench bench;
    private Provider provider;
    private KeyStore keyStore;

    KeyStoreTest(BenchKind kind) {
        this.kind = kind;
    }

    /** Opens the bench. */
    @BeforeEach
    void openBench() throws Exception {
        bench = kind.open();
        provider = bench.source().provider();
        keyStore = bench.source().keyStore();
    }

    /** Clears the bench. */
    @AfterEach
    void closeBench() throws Exception {
        if (bench != null) {
            bench.close();
        }
    }

    private KeyPair generate(String label) throws Exception {
        return Group.generateEc(provider, label, "secp256r1");
    }

    private boolean has(Ability ability) {
        return bench.backend().has(ability);
    }

    private PublicKey publicKey(String alias) throws Exception {
        return ((SchsmKey) keyStore.getKey(alias, null)).details().publicKey();
    }

    /** The certificate of a key to which nobody has given one: the device's request, where devices make them. */
    private void assertNotCertified(String alias) throws Exception {
        assertThat(keyStore.getCertificate(alias).getType())
                .isEqualTo(has(Ability.ATTESTATION) ? "CVC" : "SubjectPublicKeyInfo");
    }

    // Entries

    @Test
    void emptyDeviceIsAnEmptyKeyStore() throws Exception {
        assertThat(keyStore.size()).isZero();
        assertThat(Collections.list(keyStore.aliases())).isEmpty();
        assertThat(keyStore.containsAlias("x")).isFalse();
        assertThat(keyStore.getKey("x", PIN)).isNull();
        assertThat(keyStore.getCertificate("x")).isNull();
        assertThat(keyStore.getCertificateChain("x")).isNull();
        assertThat(keyStore.getEntry("x", null)).isNull();
        assertThat(keyStore.getCreationDate("x")).isNull();
        assertThat(keyStore.isKeyEntry("x")).isFalse();
        assertThat(keyStore.isCertificateEntry("x")).isFalse();
        keyStore.deleteEntry("x");
        keyStore.store(null, null);
    }

    @Test
    void keyWithoutCertificateIsAnEntry() throws Exception {
        KeyPair pair = generate("k");

        assertThat(keyStore.size()).isEqualTo(1);
        assertThat(keyStore.isKeyEntry("k")).isTrue();
        assertThat(keyStore.isCertificateEntry("k")).isFalse();
        assertThat(keyStore.entryInstanceOf("k", KeyStore.PrivateKeyEntry.class))
                .isTrue();
        assertThat(keyStore.entryInstanceOf("k", KeyStore.SecretKeyEntry.class)).isFalse();
        assertThat(publicKey("k")).isEqualTo(pair.getPublic());
        assertThat(keyStore.getCreationDate("k")).isNotNull();
        assertThat(keyStore.getCertificateChain("k")).isNull();
        assertNotCertified("k");
        Certificate request = keyStore.getCertificate("k");
        assertThat(request.getPublicKey()).isEqualTo(pair.getPublic());
        if (has(Ability.ATTESTATION)) {
            assertThat(request).isInstanceOf(Cvc.class);
        } else {
            assertThat(request.getEncoded()).isEqualTo(pair.getPublic().getEncoded());
            assertThatThrownBy(() -> request.verify(pair.getPublic()))
                    .isInstanceOf(SignatureException.class)
                    .hasMessageContaining("no certificate");
        }
        assertThat(keyStore.getCertificateAlias(request)).isEqualTo("k");
        UncertifiedKeyEntry entry = (UncertifiedKeyEntry) keyStore.getEntry("k", null);
        assertThat(keyStore.entryInstanceOf("k", UncertifiedKeyEntry.class)).isTrue();
        assertThat(entry.getCertificate()).contains(request);
        assertThat(entry.getPrivateKey()).isEqualTo(keyStore.getKey("k", null));
        assertSigns(provider, entry.getPrivateKey(), pair);
    }

    @Test
    void handleShowsCurveAndNothingSecret() throws Exception {
        generate("k");
        Key key = keyStore.getKey("k", null);

        assertThat(key.getEncoded()).isNull();
        assertThat(key.getFormat()).isNull();
        assertThat(key.getAlgorithm()).isEqualTo("EC");
        assertThat(((ECKey) key).getParams().getOrder().bitLength()).isEqualTo(256);
        assertThat(key.toString()).contains("k", bench.source().name()).doesNotContain("648219");
    }

    @Test
    void secretKeyIsAnEntry() throws Exception {
        javax.crypto.KeyGenerator generator = javax.crypto.KeyGenerator.getInstance("AES", provider);
        generator.init(SchsmKeySpec.builder("aes").keySize(192).build());
        SecretKey made = generator.generateKey();

        assertThat(keyStore.entryInstanceOf("aes", KeyStore.SecretKeyEntry.class))
                .isTrue();
        assertThat(keyStore.getCertificate("aes")).isNull();
        KeyStore.SecretKeyEntry entry = (KeyStore.SecretKeyEntry) keyStore.getEntry("aes", null);
        assertThat(entry.getSecretKey()).isEqualTo(made);
        assertThat(entry.getSecretKey().getEncoded()).isNull();
        assertThat(((SchsmKey) entry.getSecretKey()).details().size()).isEqualTo(192);
        keyStore.setEntry("renamed", entry, null);
        assertThat(Collections.list(keyStore.aliases())).containsExactly("renamed");
    }

    @Test
    void attributesShowDomainAlgorithmsUsesAndOrigin() throws Exception {
        if (!has(Ability.KEY_DOMAINS)) {
            bench.backend()
                    .assertRefused(
                            () -> Group.of(bench),
                            bench.backend().lackOfKeyDomains(),
                            bench.source().id());
            KeyPair pair = Group.generatePair(
                    provider,
                    SchsmKeySpec.builder("k").id(new byte[] {0x0A, 0x0B}).build());
            X509Certificate certificate = Pki.create().issue("k", pair.getPublic());
            keyStore.setKeyEntry("k", pair.getPrivate(), null, new Certificate[] {certificate});
            assertThat(keyStore.getEntry("k", null).getAttributes())
                    .extracting(KeyStore.Entry.Attribute::getName, KeyStore.Entry.Attribute::getValue)
                    .contains(tuple("schsm.device", bench.source().id()), tuple("schsm.id", "0a0b"));
            return;
        }
        Group group = Group.of(bench);
        Group.generatePair(
                provider,
                SchsmKeySpec.builder("k")
                        .parameters(new ECGenParameterSpec("secp256r1"))
                        .domain(group.source().domain())
                        .allow(KeyAlgorithm.ECDSA, KeyAlgorithm.WRAP)
                        .useCounter(7)
                        .id(new byte[] {0x0A, 0x0B})
                        .build());
        KeyStore.Entry entry = group.source().keyStore().getEntry("k", null);

        Map<String, String> attributes = new TreeMap<>();
        entry.getAttributes().forEach(attribute -> attributes.put(attribute.getName(), attribute.getValue()));
        assertThat(attributes)
                .containsEntry("schsm.device", bench.source().id())
                .containsEntry("schsm.id", "0a0b")
                .containsEntry("schsm.keyDomain", "0")
                .containsEntry("schsm.allowedAlgorithms", "ECDSA,WRAP")
                .containsEntry("schsm.useCounter", "7")
                .containsEntry("schsm.origin", "generated");
        Signature signature = Signature.getInstance("SHA256withECDSA", provider);
        signature.initSign((PrivateKey) group.source().keyStore().getKey("k", null));
        signature.sign();
        assertThat(group.source().keyStore().getEntry("k", null).getAttributes())
                .anyMatch(attribute -> attribute.getName().equals("schsm.useCounter")
                        && attribute.getValue().equals("6"));
    }

    @Test
    void exhaustedUseCounterIsSaid() throws Exception {
        SchsmKeySpec spec = SchsmKeySpec.builder("k")
                .parameters(new ECGenParameterSpec("secp256r1"))
                .useCounter(1)
                .build();
        if (!has(Ability.USE_COUNTERS)) {
            bench.backend().assertRefused(() -> Group.generatePair(provider, spec), "use counter");
            assertThat(keyStore.size()).isZero();
            return;
        }
        KeyPair pair = Group.generatePair(provider, spec);
        assertSigns(provider, pair.getPrivate(), pair);

        assertThatThrownBy(() -> assertSigns(provider, pair.getPrivate(), pair))
                .isInstanceOf(SignatureException.class)
                .hasCauseInstanceOf(DeviceException.class)
                .satisfies(reported -> assertThat(reported.getCause())
                        .matches(
                                told -> SchsmException.is(told, Reason.USE_COUNTER_EXHAUSTED),
                                "reason USE_COUNTER_EXHAUSTED"))
                .hasMessageContaining("use counter");
    }

    // Aliases

    @Test
    void equalLabelsAreToldApartByTheirAliases() throws Exception {
        List<KeyPair> pairs = List.of(generate("same"), generate("same"), generate("same"));
        keyStore.load(null, PIN);

        List<String> aliases = Collections.list(keyStore.aliases());
        assertThat(aliases).hasSize(3).doesNotHaveDuplicates();
        assertThat(aliases.get(0)).isEqualTo("same");
        assertThat(aliases.subList(1, 3)).allMatch(alias -> alias.matches("same \\[.+]"));
        Set<PublicKey> signers = new HashSet<>();
        for (String alias : aliases) {
            PublicKey certified = publicKey(alias);
            KeyPair pair = pairs.stream()
                    .filter(one -> one.getPublic().equals(certified))
                    .findFirst()
                    .orElseThrow();
            assertSigns(provider, keyStore.getKey(alias, null), pair);
            signers.add(certified);
        }
        assertThat(signers).hasSize(3);
        keyStore.deleteEntry(aliases.get(1));
        assertThat(Collections.list(keyStore.aliases())).containsExactly(aliases.get(0), aliases.get(2));
        keyStore.load(null, PIN);
        assertThat(Collections.list(keyStore.aliases())).containsExactly(aliases.get(0), aliases.get(2));
    }

    // Certificates

    @Test
    void chainIsStoredAndCompletedFromWhatIsThere() throws Exception {
        KeyPair one = generate("one");
        KeyPair other = generate("other");
        Pki pki = Pki.create();
        X509Certificate ofOne = pki.issue("one", one.getPublic());
        X509Certificate ofOther = pki.issue("other", other.getPublic());
        keyStore.setKeyEntry("one", one.getPrivate(), null, pki.chain(ofOne));

        keyStore.setKeyEntry("other", other.getPrivate(), null, new Certificate[] {ofOther});

        assertThat(keyStore.getCertificateChain("one")).containsExactly(pki.chain(ofOne));
        assertThat(keyStore.getCertificateChain("other")).containsExactly(pki.chain(ofOther));
        assertThat(keyStore.size()).as("two keys, issuer and root, each once").isEqualTo(4);
        assertThat(keyStore.getCertificateAlias(pki.issuer())).isEqualTo("Test Issuer");
        assertThat(keyStore.isCertificateEntry("Test Issuer")).isTrue();
        assertThat(keyStore.entryInstanceOf("Test Root", KeyStore.TrustedCertificateEntry.class))
                .isTrue();
        assertThat(((KeyStore.TrustedCertificateEntry) keyStore.getEntry("Test Root", null)).getTrustedCertificate())
                .isEqualTo(pki.root());
        assertThat(keyStore.getCertificateAlias(ofOther)).isEqualTo("other");
        keyStore.deleteEntry("Test Issuer");
        assertThat(keyStore.getCertificateChain("one")).containsExactly(ofOne);
    }

    @Test
    void certificateIsReplacedWhetherLongerOrShorter() throws Exception {
        KeyPair pair = generate("k");
        Pki pki = Pki.create();
        for (String name : List.of("a name", "a much, much longer name".repeat(20), "short")) {
            X509Certificate certificate = pki.issue(name.replace(",", ""), pair.getPublic());

            keyStore.setKeyEntry("k", pair.getPrivate(), null, new Certificate[] {certificate});

            assertThat(keyStore.getCertificate("k")).isEqualTo(certificate);
            keyStore.load(null, PIN);
            assertThat(keyStore.getCertificate("k")).isEqualTo(certificate);
            assertThat(keyStore.getCreationDate("k")).isEqualTo(certificate.getNotBefore());
        }
        keyStore.setCertificateEntry("ca", pki.root());
        keyStore.setCertificateEntry("ca", pki.issuer());
        assertThat(keyStore.getCertificate("ca")).isEqualTo(pki.issuer());
        assertThat(keyStore.size()).isEqualTo(2);
    }

    @Test
    void keysAndCertificatesGetOtherLabels() throws Exception {
        KeyPair pair = generate("key");
        Pki pki = Pki.create();
        keyStore.setCertificateEntry("ca", pki.root());
        SchsmDevice device = SchsmDevice.of(keyStore);

        device.rename("key", "another key");
        device.rename("ca", "another ca");

        assertThat(Collections.list(keyStore.aliases())).containsExactly("another key", "another ca");
        assertSigns(provider, keyStore.getKey("another key", null), pair);
        assertThat(keyStore.getCertificate("another ca")).isEqualTo(pki.root());
        for (String taken : List.of("another key", "another ca")) {
            assertThatThrownBy(() -> device.rename(taken.equals("another ca") ? "another key" : "another ca", taken))
                    .isInstanceOf(InvalidRequestException.class)
                    .hasMessageContaining("another entry has the alias \"" + taken + "\"");
        }
        assertThatThrownBy(() -> device.rename("key", "k"))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("no entry \"key\"")
                .hasMessageContaining("another key");
    }

    @Test
    void certificateOfAnotherKeyIsRefused() throws Exception {
        KeyPair pair = generate("k");
        X509Certificate certificate =
                Pki.create().issue("other", generate("other").getPublic());

        assertThatThrownBy(() -> keyStore.setKeyEntry("k", pair.getPrivate(), null, new Certificate[] {certificate}))
                .isInstanceOf(KeyStoreException.class)
                .hasMessageContaining("is for another key");
        assertNotCertified("k");
    }

    @Test
    void setEntryRenamesAndKeepsEverythingElse() throws Exception {
        KeyPair pair = generate("old");
        Pki pki = Pki.create();
        X509Certificate certificate = pki.issue("k", pair.getPublic());
        keyStore.setKeyEntry("old", pair.getPrivate(), null, new Certificate[] {certificate});
        byte[] id = ((SchsmKey) keyStore.getKey("old", null)).key().id();

        keyStore.setEntry("new", keyStore.getEntry("old", null), null);

        assertThat(Collections.list(keyStore.aliases())).containsExactly("new");
        assertThat(keyStore.getCertificate("new")).isEqualTo(certificate);
        assertThat(((SchsmKey) keyStore.getKey("new", null)).key().id()).isEqualTo(id);
        assertSigns(provider, keyStore.getKey("new", null), pair);
        assertSigns(provider, pair.getPrivate(), pair);
    }

    @Test
    void aliasOfAnotherEntryIsRefused() throws Exception {
        KeyPair pair = generate("k");
        generate("other");
        Pki pki = Pki.create();
        keyStore.setCertificateEntry("root", pki.root());
        X509Certificate[] chain = {pki.issue("k", pair.getPublic())};

        for (String taken : List.of("other", "root")) {
            assertThatThrownBy(() -> keyStore.setKeyEntry(taken, pair.getPrivate(), null, chain))
                    .isInstanceOf(KeyStoreException.class)
                    .hasMessageContaining("another entry has the alias \"" + taken + "\"");
        }
        X509Certificate root = Pki.create().root();
        assertThatThrownBy(() -> keyStore.setCertificateEntry("k", root))
                .isInstanceOf(KeyStoreException.class)
                .hasMessageContaining("is a key");
    }

    @Test
    void aliasThatIsNoLabelIsRefusedAndNothingIsChanged() throws Exception {
        KeyPair pair = generate("k");
        X509Certificate certificate = Pki.create().issue("k", pair.getPublic());

        for (String alias : List.of("x".repeat(65), "line\nbreak", "\u001B[31mred")) {
            assertThatThrownBy(
                            () -> keyStore.setKeyEntry(alias, pair.getPrivate(), null, new Certificate[] {certificate}))
                    .isInstanceOf(KeyStoreException.class)
                    .hasMessageContaining("label");
            assertThatThrownBy(() -> keyStore.setEntry(alias, new KeyStore.TrustedCertificateEntry(certificate), null))
                    .isInstanceOf(KeyStoreException.class)
                    .hasMessageContaining("label");
        }
        assertThat(Collections.list(keyStore.aliases())).containsExactly("k");
        assertNotCertified("k");
    }

    @Test
    void softwareKeysAreRefusedAndToldHowToGenerate() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC", "SunEC");
        KeyPair software = generator.generateKeyPair();
        X509Certificate certificate = Pki.create().issue("k", software.getPublic());

        assertThatThrownBy(
                        () -> keyStore.setKeyEntry("k", software.getPrivate(), null, new Certificate[] {certificate}))
                .isInstanceOf(KeyStoreException.class)
                .hasMessageContaining("-providername");
        assertThat(keyStore.size()).isZero();
        bench.target().keyStore();
        KeyPair ofTarget = Group.generatePair(bench.target().provider(), Group.signerSpec("k"));
        Certificate[] chain = {Pki.create().issue("k", ofTarget.getPublic())};
        assertThatThrownBy(() -> keyStore.setKeyEntry("k", ofTarget.getPrivate(), null, chain))
                .isInstanceOf(KeyStoreException.class)
                .hasMessageContaining("KeyMigration");
    }

    @Test
    void whatIsDeletedIsGoneForEveryProgram() throws Exception {
        KeyPair pair = generate("k");
        keyStore.setCertificateEntry("ca", Pki.create().root());
        keyStore.deleteEntry("k");
        keyStore.deleteEntry("ca");

        assertThat(keyStore.size()).isZero();
        KeyStore theirs = fresh("");
        theirs.load(null, PIN);
        assertThat(theirs.size()).isZero();
        assertThatThrownBy(() -> assertSigns(provider, pair.getPrivate(), pair))
                .isInstanceOf(SignatureException.class)
                .hasMessageContaining("key");
    }

    // Wrapped keys

    @Test
    void wrappedKeyComesInAsABlobOrAWholeFileAndGetsALabelWhereItHasNone() throws Exception {
        if (!has(Ability.KEY_DOMAINS)) {
            bench.backend().assertRefused(() -> keyStore.setKeyEntry("blob", new byte[200], null));
            return;
        }
        Group group = Group.of(bench);
        KeyPair pair = Group.generatePair(
                provider,
                SchsmKeySpec.builder("k")
                        .parameters(new ECGenParameterSpec("secp256r1"))
                        .domain(group.source().domain())
                        .allow(KeyAlgorithm.ECDSA, KeyAlgorithm.WRAP)
                        .build());
        Group.Keks keks = group.agree();
        WrappedKeyEntry entry =
                (WrappedKeyEntry) group.source().keyStore().getEntry("k", new WrapProtection(keks.source()));
        Pki pki = Pki.create();
        X509Certificate[] chain = pki.chain(pki.issue("k", pair.getPublic()));
        KeyStore target = group.target().keyStore();
        Provider other = group.target().provider();

        target.setKeyEntry("blob", entry.blob(), null);
        target.setKeyEntry("file", entry.encode(), null);
        target.setKeyEntry("chain", entry.blob(), chain);
        Cipher cipher = Cipher.getInstance("XKEK", other);
        cipher.init(Cipher.UNWRAP_MODE, keks.target());
        Key first = cipher.unwrap(entry.blob(), "EC", Cipher.PRIVATE_KEY);
        Key second = cipher.unwrap(entry.blob(), "EC", Cipher.PRIVATE_KEY);

        String kcv =
                HexFormat.of().withUpperCase().formatHex(group.target().domain().kcv());
        assertThat(((SchsmKey) first).key().label()).isEqualTo("unwrapped-" + kcv + "-1");
        assertThat(((SchsmKey) second).key().label()).isEqualTo("unwrapped-" + kcv + "-2");
        assertThat(Collections.list(target.aliases()))
                .contains("blob", "file", "chain", "unwrapped-" + kcv + "-1", "unwrapped-" + kcv + "-2");
        for (String alias : List.of("blob", "file", "chain", "unwrapped-" + kcv + "-2")) {
            assertSigns(other, target.getKey(alias, null), pair);
            assertThat(((SchsmKey) target.getKey(alias, null)).details().size()).isEqualTo(256);
        }
        assertThat(target.getCertificate("file").getPublicKey()).isEqualTo(pair.getPublic());
        assertThat(target.getCertificateChain("chain")).containsExactly(chain);
        assertThatThrownBy(() -> target.setKeyEntry("x", new byte[] {1, 2, 3}, null))
                .isInstanceOf(KeyStoreException.class)
                .hasMessageContaining("cut off");
        assertThatThrownBy(() -> cipher.unwrap(entry.blob(), "AES", Cipher.SECRET_KEY))
                .hasMessageContaining("EC");
    }

    // Other programs

    @Test
    void whatAnotherProgramDidIsSeenAfterLoad() throws Exception {
        KeyPair pair = generate("k");
        keyStore.setCertificateEntry("mine", Pki.create().root());
        Provider another = new SchsmProvider().configure(bench.source().configuration());
        KeyStore theirs = KeyStore.getInstance("SCHSM", another);
        theirs.load(null, PIN);
        Group.generatePair(another, Group.signerSpec("theirs"));
        Pki pki = Pki.create();
        X509Certificate certificate = pki.issue("k", pair.getPublic());
        theirs.setEntry(
                "renamed",
                new KeyStore.PrivateKeyEntry((PrivateKey) theirs.getKey("k", null), new Certificate[] {certificate}),
                null);
        theirs.deleteEntry("mine");

        keyStore.load(null, PIN);

        assertThat(Collections.list(keyStore.aliases())).containsExactly("renamed", "theirs");
        assertThat(keyStore.getCertificate("renamed")).isEqualTo(certificate);
        assertSigns(provider, keyStore.getKey("renamed", null), pair);
    }

    // Loading

    @Test
    void notLoadedIsSaid() throws Exception {
        KeyStore fresh = KeyStore.getInstance("SCHSM", provider);

        assertThatThrownBy(fresh::size).isInstanceOf(KeyStoreException.class);
        assertThatThrownBy(() -> SchsmDevice.of(fresh))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("load(null, pin)");
        assertThatThrownBy(() -> fresh.load(new ByteArrayInputStream(new byte[3]), PIN))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("null");
    }

    private KeyStore fresh(String more) throws Exception {
        return KeyStore.getInstance(
                "SCHSM", new SchsmProvider().configure(bench.source().configuration() + more));
    }

    @Test
    void publicViewListsAndAsksForThePinWhenItIsNeeded() throws Exception {
        KeyPair pair = generate("k");
        KeyStore publicView = fresh("");
        publicView.load(null, null);

        assertThat(Collections.list(publicView.aliases())).containsExactly("k");
        Key key = publicView.getKey("k", null);
        assertThatThrownBy(() -> assertSigns(publicView.getProvider(), key, pair))
                .isInstanceOf(SignatureException.class)
                .hasCauseInstanceOf(PinRequiredException.class);
        assertSigns(publicView.getProvider(), publicView.getKey("k", PIN), pair);
    }

    @Test
    void callbackAndBuilderGiveThePin() throws Exception {
        KeyPair pair = generate("k");
        KeyStore.ProtectionParameter callback = new KeyStore.CallbackHandlerProtection(callbacks -> {
            for (Callback asked : callbacks) {
                ((PasswordCallback) asked).setPassword(PIN);
            }
        });
        KeyStore byParameter = fresh("");
        byParameter.load(() -> callback);
        assertSigns(byParameter.getProvider(), byParameter.getKey("k", null), pair);

        for (KeyStore.ProtectionParameter protection : List.of(callback, new KeyStore.PasswordProtection(PIN))) {
            Provider another = new SchsmProvider().configure(bench.source().configuration());
            KeyStore built =
                    KeyStore.Builder.newInstance("SCHSM", another, protection).getKeyStore();
            assertSigns(another, built.getKey("k", null), pair);
        }
    }

    @Test
    void configuredPinIsUsedWhenNoneIsGiven(@TempDir Path folder) throws Exception {
        KeyPair pair = generate("k");
        Path file = Files.writeString(folder.resolve("pin"), "648219\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        KeyStore byFile = fresh("; pin = file:" + file);
        byFile.load(null, null);
        assertSigns(byFile.getProvider(), byFile.getKey("k", null), pair);

        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        KeyStore open = fresh("; pin = file:" + file);
        open.load(null, null);
        assertThatThrownBy(() -> assertSigns(open.getProvider(), open.getKey("k", null), pair))
                .isInstanceOf(SignatureException.class)
                .hasMessageContaining("chmod 600");

        KeyStore byVariable = fresh("; pin = env:SCHSM_TEST_NO_SUCH_VARIABLE");
        byVariable.load(null, null);
        assertThatThrownBy(() -> assertSigns(byVariable.getProvider(), byVariable.getKey("k", null), pair))
                .isInstanceOf(SignatureException.class)
                .hasMessageContaining("SCHSM_TEST_NO_SUCH_VARIABLE");

        KeyStore byHandler = fresh("; pin = callback");
        byHandler.load(null, null);
        assertThatThrownBy(() -> assertSigns(byHandler.getProvider(), byHandler.getKey("k", null), pair))
                .isInstanceOf(SignatureException.class)
                .hasMessageContaining("setCallbackHandler");
        ((AuthProvider) byHandler.getProvider())
                .setCallbackHandler(callbacks -> ((PasswordCallback) callbacks[0]).setPassword(PIN));
        assertSigns(byHandler.getProvider(), byHandler.getKey("k", null), pair);
    }

    @Test
    void authProviderLogsInAndOut() throws Exception {
        KeyPair pair = generate("k");
        KeyStore store = fresh("");
        store.load(null, null);
        AuthProvider auth = (AuthProvider) store.getProvider();

        auth.login(null, callbacks -> ((PasswordCallback) callbacks[0]).setPassword(PIN));
        assertSigns(auth, store.getKey("k", null), pair);
        auth.logout();

        assertThatThrownBy(() -> assertSigns(auth, store.getKey("k", null), pair))
                .isInstanceOf(SignatureException.class)
                .hasCauseInstanceOf(PinRequiredException.class);
    }

    // Configuration

    @Test
    void configurationMayBeAFileWithComments(@TempDir Path folder) throws Exception {
        Path file = Files.writeString(
                folder.resolve("schsm.conf"),
                "# the virtual device\n"
                        + bench.source().configuration().replace("; ", "\n")
                        + "  # ours\nname = from-file\n");
        Provider configured = new SchsmProvider().configure(file.toString());

        assertThat(configured.getName()).isEqualTo("SCHSM-from-file");
        KeyStore.getInstance("SCHSM", configured).load(null, PIN);
    }
}
