// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.github.schsm.AttestedPublicKey;
import io.github.schsm.DataObject;
import io.github.schsm.DeviceTrust;
import io.github.schsm.DkekProtection;
import io.github.schsm.InvalidRequestException;
import io.github.schsm.KeyAlgorithm;
import io.github.schsm.KeyAttestation;
import io.github.schsm.KeyDomain;
import io.github.schsm.MalformedDataException;
import io.github.schsm.SchsmDevice;
import io.github.schsm.SchsmKey;
import io.github.schsm.SchsmKeySpec;
import io.github.schsm.TokenKey;
import io.github.schsm.admin.backup.Backup;
import io.github.schsm.admin.backup.BackupArchive;
import io.github.schsm.admin.backup.BackupAuthenticity;
import io.github.schsm.admin.backup.BackupItem;
import io.github.schsm.admin.backup.BackupItem.Kind;
import io.github.schsm.admin.backup.BackupItem.Outcome;
import io.github.schsm.admin.backup.BackupManifest;
import io.github.schsm.admin.backup.BackupManifest.Missing;
import io.github.schsm.admin.backup.BackupProgress;
import io.github.schsm.admin.backup.BackupVerification;
import io.github.schsm.admin.backup.Restoration;
import io.github.schsm.conformance.bench.Group;
import io.github.schsm.conformance.bench.Pki;
import io.github.schsm.conformance.bench.SimulatorBench;
import io.github.schsm.conformance.bench.SimulatorBench.SimulatedMember;
import io.github.schsm.simulator.Fault;
import io.github.schsm.simulator.Faults;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import javax.crypto.Cipher;
import javax.crypto.KeyGenerator;
import javax.crypto.Mac;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A device's contents in an archive, and on another device. */
class BackupTest {
    private static final byte[] SHARE = "a share of 32 bytes for the test".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] PUBLIC = "everybody may read this".getBytes(StandardCharsets.UTF_8);
    private static final byte[] PRIVATE = "only with the PIN".getBytes(StandardCharsets.UTF_8);
    private static final DeviceTrust TRUST = trust("simulator");

    private SimulatorBench bench;
    private KeyStore source;
    private SchsmDevice device;

    private static DeviceTrust trust(String roots) {
        try {
            return DeviceTrust.parse(roots);
        } catch (io.github.schsm.ConfigurationException known) {
            throw new IllegalStateException(known);
        }
    }

    @BeforeEach
    void open() throws Exception {
        bench = new SimulatorBench();
        source = bench.source().keyStore();
        device = SchsmDevice.of(source);
    }

    @AfterEach
    void close() {
        bench.close();
    }

    private static KeyDomain dkek(SchsmDevice device) throws Exception {
        KeyDomain domain = device.createDkekDomain(0, 1);
        domain.importShare(SHARE.clone());
        return domain;
    }

    private KeyPair pair(String type, SchsmKeySpec spec) throws Exception {
        return Group.generatePair(source.getProvider(), type, spec);
    }

    private void fill() throws Exception {
        KeyDomain domain = dkek(device);
        KeyPair tls = pair(
                "EC",
                SchsmKeySpec.builder("tls")
                        .parameters(new ECGenParameterSpec("secp256r1"))
                        .domain(domain)
                        .allow(KeyAlgorithm.ECDSA, KeyAlgorithm.WRAP)
                        .build());
        pair(
                "RSA",
                SchsmKeySpec.builder("rsa")
                        .keySize(1024)
                        .domain(domain)
                        .allow(KeyAlgorithm.RSA_RAW, KeyAlgorithm.RSA_DECRYPT_RAW, KeyAlgorithm.WRAP)
                        .build());
        KeyGenerator aes = KeyGenerator.getInstance("AES", source.getProvider());
        aes.init(SchsmKeySpec.builder("aes")
                .keySize(256)
                .domain(domain)
                .allow(KeyAlgorithm.AES_CBC_ENCRYPT, KeyAlgorithm.AES_CMAC, KeyAlgorithm.WRAP)
                .build());
        aes.generateKey();
        pair(
                "EC",
                SchsmKeySpec.builder("staying")
                        .parameters(new ECGenParameterSpec("secp256r1"))
                        .domain(domain)
                        .allow(KeyAlgorithm.ECDSA)
                        .build());
        Pki pki = Pki.create();
        X509Certificate leaf = pki.issue("tls", tls.getPublic());
        source.setKeyEntry("tls", tls.getPrivate(), null, pki.chain(leaf));
        device.storeData(DataObject.of("public", false).withApplication("test", "1.2.3"), PUBLIC);
        device.storeData(DataObject.of("private", true), PRIVATE);
        device.setLabel("The Source");
    }

    private static BackupArchive backup(KeyStore keyStore) throws Exception {
        return BackupArchive.parse(Backup.of(keyStore).run(progress -> {}).encode());
    }

    private static Restoration.Report restore(BackupArchive archive, KeyStore target) throws Exception {
        return Restoration.of(archive, target).run(progress -> {});
    }

    private static byte[] sign(KeyStore keyStore, String alias, String algorithm, byte[] data) throws Exception {
        Signature signature = Signature.getInstance(algorithm, keyStore.getProvider());
        signature.initSign((PrivateKey) keyStore.getKey(alias, null));
        signature.update(data);
        return signature.sign();
    }

    @Test
    void everythingThatCanBeSavedIsOnAnotherDeviceAfterwards() throws Exception {
        fill();
        BackupArchive archive = backup(source);
        KeyStore target = bench.target().keyStore();
        SchsmDevice there = SchsmDevice.of(target);
        dkek(there);

        Restoration.Report report =
                Restoration.of(archive, target).withDeviceLabel().run(progress -> {});

        assertThat(report.items())
                .extracting(BackupItem::kind, BackupItem::label, BackupItem::outcome)
                .containsExactly(
                        tuple(Kind.CERTIFICATE, "Test Issuer", Outcome.WRITTEN),
                        tuple(Kind.CERTIFICATE, "Test Root", Outcome.WRITTEN),
                        tuple(Kind.KEY, "tls", Outcome.WRITTEN),
                        tuple(Kind.KEY, "rsa", Outcome.WRITTEN),
                        tuple(Kind.KEY, "aes", Outcome.WRITTEN),
                        tuple(Kind.KEY, "staying", Outcome.NOT_SAVED),
                        tuple(Kind.DATA, "private", Outcome.WRITTEN),
                        tuple(Kind.DATA, "public", Outcome.WRITTEN),
                        tuple(Kind.DEVICE_LABEL, "The Source", Outcome.WRITTEN));
        assertThat(report.leftBehind()).isEmpty();
        assertThat(report.isComplete()).isFalse();
        assertThat(report.hasFailed()).isFalse();
        assertThat(target.getCertificateChain("tls")).isEqualTo(source.getCertificateChain("tls"));
        assertThat(target.getCertificate("rsa")).isEqualTo(source.getCertificate("rsa"));
        assertSameKeys(target);
        assertThat(there.info().label()).isEqualTo("The Source");
        for (DataObject object : there.dataObjects()) {
            assertThat(there.readData(object)).isEqualTo(object.pinProtected() ? PRIVATE : PUBLIC);
        }
        assertThat(there.dataObjects())
                .extracting(DataObject::label, DataObject::application, DataObject::oid, DataObject::pinProtected)
                .containsExactlyInAnyOrder(tuple("public", "test", "1.2.3", false), tuple("private", "", "", true));
    }

    private void assertSameKeys(KeyStore target) throws Exception {
        byte[] data = "signed by both".getBytes(StandardCharsets.US_ASCII);
        Certificate tls = source.getCertificate("tls");
        assertThat(Pki.verifies(
                        "SHA256withECDSA", tls.getPublicKey(), data, sign(target, "tls", "SHA256withECDSA", data)))
                .isTrue();
        assertThat(sign(target, "rsa", "SHA256withRSA", data)).isEqualTo(sign(source, "rsa", "SHA256withRSA", data));
        Cipher cipher = Cipher.getInstance("RSA/ECB/PKCS1Padding", Pki.BC);
        cipher.init(
                Cipher.ENCRYPT_MODE,
                Pki.publicKey(((SchsmKey) source.getKey("rsa", null)).details().publicKey()));
        byte[] encrypted = cipher.doFinal(data);
        Cipher decrypting = Cipher.getInstance("RSA/ECB/PKCS1Padding", target.getProvider());
        decrypting.init(Cipher.DECRYPT_MODE, target.getKey("rsa", null));
        assertThat(decrypting.doFinal(encrypted)).isEqualTo(data);
        assertThat(mac(target, data)).isEqualTo(mac(source, data));
        assertThat(((SchsmKey) target.getKey("aes", null)).details().algorithmNames())
                .isEqualTo(((SchsmKey) source.getKey("aes", null)).details().algorithmNames());
    }

    private static byte[] mac(KeyStore keyStore, byte[] data) throws Exception {
        Mac mac = Mac.getInstance("AESCMAC", keyStore.getProvider());
        mac.init((SecretKey) keyStore.getKey("aes", null));
        return mac.doFinal(data);
    }

    /** Of a PKCS#12 file with EC, RSA and AES, on two devices: the third does what the software keys do. */
    @Test
    void softwareKeysOnTwoDevicesComeToAThird() throws Exception {
        char[] password = "secret".toCharArray();
        KeyStore file = KeyStore.getInstance("PKCS12");
        file.load(null, null);
        Pki pki = Pki.create();
        KeyPairGenerator ec = KeyPairGenerator.getInstance("EC", "SunEC");
        ec.initialize(new ECGenParameterSpec("secp256r1"));
        KeyPairGenerator rsa = KeyPairGenerator.getInstance("RSA", "SunRsaSign");
        rsa.initialize(2048);
        for (KeyPair pair : List.of(ec.generateKeyPair(), rsa.generateKeyPair())) {
            String alias = pair.getPrivate().getAlgorithm().toLowerCase(Locale.ROOT);
            file.setKeyEntry(alias, pair.getPrivate(), password, pki.chain(pki.issue(alias, pair.getPublic())));
        }
        SecretKey aes = new SecretKeySpec(Arrays.copyOf(PUBLIC, 16), "AES");
        file.setEntry("aes", new KeyStore.SecretKeyEntry(aes), new KeyStore.PasswordProtection(password));
        for (SimulatedMember member : List.of(bench.source(), bench.target())) {
            dkek(SchsmDevice.of(member.keyStore()));
            for (String alias : Collections.list(file.aliases())) {
                member.keyStore()
                        .setEntry(
                                alias,
                                file.getEntry(alias, new KeyStore.PasswordProtection(password)),
                                DkekProtection.of(SHARE.clone()).allow(KeyAlgorithm.ALL, KeyAlgorithm.WRAP));
            }
        }
        KeyStore third = bench.member("ZZSIM000003").keyStore();
        dkek(SchsmDevice.of(third));

        assertThat(restore(backup(source), third).isComplete()).isTrue();
        assertThat(restore(backup(bench.target().keyStore()), third).items())
                .as("the same keys, whichever device they were saved from")
                .extracting(BackupItem::outcome)
                .containsOnly(Outcome.PRESENT);

        for (String alias : List.of("ec", "rsa")) {
            String algorithm = "SHA256with" + (alias.equals("ec") ? "ECDSA" : "RSA");
            assertThat(Pki.verifies(
                            algorithm,
                            file.getCertificate(alias).getPublicKey(),
                            PUBLIC,
                            sign(third, alias, algorithm, PUBLIC)))
                    .as(alias)
                    .isTrue();
            assertThat(third.getCertificateChain(alias)).isEqualTo(file.getCertificateChain(alias));
        }
        Mac outside = Mac.getInstance("AESCMAC", Pki.BC);
        outside.init(aes);
        assertThat(mac(third, PUBLIC)).isEqualTo(outside.doFinal(PUBLIC));
    }

    @Test
    void manifestSaysWhatIsInItAndWhatIsNot() throws Exception {
        fill();
        pair("EC", Group.signerSpec("outside"));
        List<BackupProgress> told = new ArrayList<>();

        BackupArchive archive = Backup.of(source).run(told::add);

        BackupManifest manifest = archive.manifest();
        assertThat(manifest.device().id()).isEqualTo(device.deviceId());
        assertThat(manifest.device().certificates()).hasSize(2);
        assertThat(manifest.domains())
                .extracting(BackupManifest.Domain::slot, BackupManifest.Domain::kind, BackupManifest.Domain::shares)
                .containsExactly(tuple(0, BackupManifest.DomainKind.DKEK, 1));
        assertThat(manifest.missing()).extracting(Missing::label).containsExactly("staying", "outside");
        assertThat(manifest.missing().get(0).reason()).contains("WRAP is not in its algorithm list");
        assertThat(manifest.missing().get(1).reason()).contains("in no key domain");
        assertThat(told).hasSize(9).extracting(BackupProgress::total).containsOnly(9);
        assertThat(manifest.keys())
                .filteredOn(key -> key.label().equals("staying"))
                .allMatch(key -> key.attestation() != null && key.certificate() != null && key.wrapped() == null);
        assertThat(device.keys())
                .extracting(TokenKey::label)
                .containsExactly("tls", "rsa", "aes", "staying", "outside");
    }

    @Test
    void useCountersAndProtectedDataAreLeftOutOrNot() throws Exception {
        KeyDomain domain = dkek(device);
        pair(
                "EC",
                SchsmKeySpec.builder("counted")
                        .parameters(new ECGenParameterSpec("secp256r1"))
                        .domain(domain)
                        .allow(KeyAlgorithm.ECDSA, KeyAlgorithm.WRAP)
                        .useCounter(10)
                        .build());
        device.storeData(DataObject.of("private", true), PRIVATE);

        BackupManifest strict =
                Backup.of(source).withoutProtectedData().run(progress -> {}).manifest();
        assertThat(strict.missing()).extracting(Missing::label).containsExactly("counted", "private");
        assertThat(strict.missing().get(0).reason()).contains("10 left", "--without-use-counter");

        BackupArchive archive = Backup.of(source).withoutUseCounter().run(progress -> {});
        assertThat(archive.manifest().missing()).isEmpty();
        dkek(SchsmDevice.of(bench.target().keyStore()));
        assertThat(restore(archive, bench.target().keyStore()).items())
                .filteredOn(item -> item.label().equals("counted"))
                .allMatch(item -> item.outcome() == Outcome.WRITTEN
                        && String.valueOf(item.reason()).contains("use counter"));
        assertThat(((SchsmKey) source.getKey("counted", null)).currentDetails().useCounter())
                .as("no use of the key")
                .hasValue(10);
    }

    // Signatures

    @Test
    void deviceSignsWithAKeyThatItMakesForThat() throws Exception {
        fill();

        BackupArchive archive = backup(source);

        BackupAuthenticity authenticity = archive.authenticity(TRUST);
        assertThat(authenticity.kind()).isEqualTo(BackupAuthenticity.Kind.DEVICE);
        assertThat(authenticity.signer()).isEqualTo(device.identity().uniqueName());
        assertThat(archive.authenticity(trust("production")).kind()).isEqualTo(BackupAuthenticity.Kind.UNKNOWN_KEY);
        assertThat(archive.authenticity(trust("production")).sentence()).contains("nothing proves whose it is");
    }

    @Test
    void keyOfTheDeviceSigns() throws Exception {
        fill();

        BackupArchive byCertified = Backup.of(source).signedWith("tls").run(progress -> {});
        assertThat(byCertified.authenticity(TRUST).kind()).isEqualTo(BackupAuthenticity.Kind.CERTIFICATE);
        assertThat(byCertified.authenticity(TRUST).signer()).isEqualTo("CN=tls");
        BackupArchive byRsa = Backup.of(source).signedWith("rsa").run(progress -> {});
        assertThat(byRsa.authenticity(TRUST).kind()).isEqualTo(BackupAuthenticity.Kind.DEVICE);
        assertThatThrownBy(() -> Backup.of(source).signedWith("nobody").run(progress -> {}))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("no key \"nobody\"");
        assertThat(Backup.of(source)
                        .unsigned()
                        .run(progress -> {})
                        .authenticity(TRUST)
                        .kind())
                .isEqualTo(BackupAuthenticity.Kind.UNSIGNED);
    }

    // What is there already

    @Test
    void secondRestorationFindsEverythingAndAPlanChangesNothing() throws Exception {
        fill();
        BackupArchive archive = backup(source);
        KeyStore target = bench.target().keyStore();
        dkek(SchsmDevice.of(target));

        Restoration.Report plan = Restoration.of(archive, target).plan();
        assertThat(plan.items())
                .filteredOn(item -> item.outcome() != Outcome.NOT_SAVED)
                .extracting(BackupItem::outcome)
                .containsOnly(Outcome.TO_WRITE);
        assertThat(Collections.list(target.aliases())).isEmpty();

        restore(archive, target);
        int size = target.size();
        assertThat(restore(archive, target).items())
                .filteredOn(item -> item.outcome() != Outcome.NOT_SAVED)
                .extracting(BackupItem::outcome)
                .containsOnly(Outcome.PRESENT);
        assertThat(target.size()).isEqualTo(size);
        assertThat(restore(archive, source).items())
                .filteredOn(item -> item.outcome() != Outcome.NOT_SAVED)
                .extracting(BackupItem::outcome)
                .containsOnly(Outcome.PRESENT);
    }

    @Test
    void nothingElseIsReplaced() throws Exception {
        fill();
        BackupArchive archive = backup(source);
        KeyStore target = bench.target().keyStore();
        SchsmDevice there = SchsmDevice.of(target);
        dkek(there);
        KeyPair other = Group.generatePair(target.getProvider(), Group.signerSpec("tls"));
        target.setCertificateEntry("Test Root", Pki.create().root());
        there.storeData(DataObject.of("public", false).withApplication("test", "1.2.3"), PRIVATE);

        assertThat(restore(archive, target).items())
                .filteredOn(item -> item.outcome() == Outcome.CONFLICT)
                .extracting(BackupItem::kind, BackupItem::label)
                .containsExactly(
                        tuple(Kind.CERTIFICATE, "Test Root"), tuple(Kind.KEY, "tls"), tuple(Kind.DATA, "public"));
        Pki.assertSigns(target.getProvider(), target.getKey("tls", null), other);
        assertThat(there.readData(there.dataObjects().get(0))).isEqualTo(PRIVATE);
    }

    @Test
    void deviceWithoutTheDkekIsToldWhatIsMissing() throws Exception {
        fill();

        assertThat(restore(backup(source), bench.target().keyStore()).items())
                .filteredOn(item -> item.outcome() == Outcome.IMPOSSIBLE)
                .hasSize(3)
                .allMatch(item -> String.valueOf(item.reason()).contains("1 share first (schsm domain create"));
    }

    // XKEK

    @Test
    void memberOfAnXkekDomainRestoresWhatWasSavedForIt() throws Exception {
        Group group = Group.of(bench);
        KeyPair moving = group.source().movable("moving");
        KeyStore target = bench.target().keyStore();

        BackupArchive none = backup(source);
        assertThat(none.manifest().missing()).extracting(Missing::label).containsExactly("group-signer", "moving");
        assertThat(none.manifest().missing().get(1).reason()).contains("--to");

        BackupArchive archive = BackupArchive.parse(
                Backup.of(source).to(target).run(progress -> {}).encode());
        assertThat(archive.manifest().missing()).extracting(Missing::label).containsExactly("group-signer");
        assertThat(device.keys()).extracting(TokenKey::label).containsExactly("group-signer", "moving");
        assertThat(group.source().domain().status().hasKek()).isFalse();
        assertThat(group.target().domain().status().hasKek()).isFalse();

        assertThat(restore(archive, source).items())
                .filteredOn(item -> item.label().equals("moving"))
                .extracting(BackupItem::outcome)
                .containsExactly(Outcome.PRESENT);
        assertThat(restore(archive, target).items())
                .filteredOn(item -> item.label().equals("moving"))
                .extracting(BackupItem::outcome)
                .containsExactly(Outcome.WRITTEN);
        Pki.assertSigns(target.getProvider(), target.getKey("moving", null), moving);
        assertThat(group.target().domain().status().hasKek()).isFalse();
    }

    @Test
    void exchangeKeyFileStandsForAMemberThatIsElsewhere() throws Exception {
        Group group = Group.of(bench);
        KeyPair moving = group.source().movable("moving");
        KeyPair exchange = group.target()
                .generate(SchsmKeySpec.exchangeKey("exchange", group.target().domain()));
        AttestedPublicKey peer = AttestedPublicKey.parse(Group.publicKeyFile(exchange));

        BackupArchive archive = Backup.of(source).to(peer).run(progress -> {});

        source.deleteEntry("moving");
        assertThat(restore(archive, source).items())
                .filteredOn(item -> item.label().equals("moving"))
                .allMatch(item -> item.outcome() == Outcome.IMPOSSIBLE
                        && String.valueOf(item.reason()).contains("only device ZZSIM000002"));
        restore(archive, bench.target().keyStore());
        Pki.assertSigns(bench.target().provider(), bench.target().keyStore().getKey("moving", null), moving);
    }

    /** Interrupted between the agreement and the key: the next run finishes, and leaves no KEK. */
    @Test
    void kekOfAnInterruptedRestorationIsCleared() throws Exception {
        Group group = Group.of(bench);
        group.source().movable("moving");
        KeyStore target = bench.target().keyStore();
        BackupArchive archive = Backup.of(source).to(target).run(progress -> {});
        bench.target().device().faults().add(1, Faults.instruction(0x74), Fault.removalBefore());

        assertThat(restore(archive, target).hasFailed()).isTrue();
        bench.target().insert();
        target.load(null, "648219".toCharArray());
        assertThat(group.target().domain().status().hasKek()).isTrue();

        assertThat(restore(archive, target).items())
                .filteredOn(item -> item.label().equals("moving"))
                .extracting(BackupItem::outcome)
                .containsExactly(Outcome.WRITTEN);
        assertThat(group.target().domain().status().hasKek()).isFalse();
    }

    // Verification

    @Test
    void verificationIsFullOnlyWhereItWasRestored() throws Exception {
        fill();
        BackupArchive archive = backup(source);
        BackupVerification verification = BackupVerification.of(archive, TRUST);

        BackupVerification.Report alone = verification.structure();
        assertThat(alone.isGood()).isTrue();
        assertThat(alone.isFull()).isFalse();

        BackupVerification.Report simulated = verification.withShares(List.of(SHARE.clone()), progress -> {});
        assertThat(simulated.findings()).allMatch(BackupVerification.Finding::good);
        assertThat(simulated.isFull()).isTrue();
        assertThat(simulated.findings())
                .filteredOn(finding -> finding.kind() == Kind.KEY)
                .extracting(BackupVerification.Finding::sentence)
                .hasSize(3)
                .allMatch(sentence -> sentence.startsWith("restored, and does"));

        assertThatThrownBy(() -> verification.withShares(List.of(new byte[32]), progress -> {}))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("the 1 shares make the DKEK with KCV");
    }

    @Test
    void scratchDeviceIsAsBeforeAfterwards() throws Exception {
        fill();
        BackupArchive archive = backup(source);
        SimulatedMember scratch = bench.member("ZZSIM000003");
        SchsmDevice there = SchsmDevice.of(scratch.keyStore());
        dkek(there);

        BackupVerification.Report report = BackupVerification.of(archive, TRUST).on(scratch.keyStore(), progress -> {});

        assertThat(report.isGood()).isTrue();
        assertThat(report.restoredTo()).isEqualTo("ZZSIM000003");
        assertThat(Collections.list(scratch.keyStore().aliases())).isEmpty();
        assertThat(there.dataObjects()).isEmpty();
        KeyStore without = bench.member("ZZSIM000004").keyStore();
        assertThat(BackupVerification.of(archive, TRUST)
                        .on(without, progress -> {})
                        .isGood())
                .isFalse();
    }

    /** What a device attests stays proven by the archive, wherever the key is restored. */
    @Test
    void attestationsAreKept() throws Exception {
        fill();
        BackupArchive archive = backup(source);

        for (BackupManifest.Key key : archive.manifest().keys()) {
            if (key.type().equals("AES") || key.label().equals("tls")) {
                assertThat(key.attestation()).isNull();
            } else {
                KeyAttestation attestation = KeyAttestation.parse(archive.content(key.attestation()));
                assertThat(attestation.verify(TRUST).device().deviceId()).isEqualTo(device.deviceId());
            }
        }
    }

    @Test
    void archiveOfBytesThatAreNoneIsRefused() {
        assertThatThrownBy(() -> BackupArchive.parse(PUBLIC))
                .isInstanceOf(MalformedDataException.class)
                .hasMessageContaining("no zip file");
    }
}
