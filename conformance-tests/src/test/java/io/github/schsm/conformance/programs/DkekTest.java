// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.programs;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.DeviceInitialization;
import io.github.schsm.KeyAlgorithm;
import io.github.schsm.KeyDomain;
import io.github.schsm.SchsmDevice;
import io.github.schsm.SchsmKeySpec;
import io.github.schsm.UnwrapProtection;
import io.github.schsm.WrapProtection;
import io.github.schsm.WrappedKeyEntry;
import io.github.schsm.admin.backup.Backup;
import io.github.schsm.admin.backup.BackupArchive;
import io.github.schsm.admin.backup.BackupItem;
import io.github.schsm.admin.backup.BackupManifest;
import io.github.schsm.admin.backup.Restoration;
import io.github.schsm.card.dkek.DkekShareFile;
import io.github.schsm.conformance.bench.Bench;
import io.github.schsm.conformance.bench.Group;
import io.github.schsm.conformance.bench.PcscBench;
import io.github.schsm.conformance.bench.Pki;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.util.HexFormat;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Cipher;
import javax.crypto.KeyGenerator;
import javax.crypto.SecretKey;
import javax.crypto.spec.IvParameterSpec;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Two devices under one DKEK of two shares, one share file made by sc-hsm-tool and one by us: sc-hsm-tool imports both
 * on the first device, we do on the second.
 */
@Tag("pcsc")
@Tag("once")
class DkekTest {
    private static final OpenSc THEIRS = new OpenSc(0);
    private static final SecureRandom RANDOM = new SecureRandom();

    @TempDir
    private static Path folder;

    private static PcscBench bench;
    private static KeyDomain ours;

    @BeforeAll
    static void shareADkek() throws Exception {
        bench = new PcscBench("pcsc");
        THEIRS.scHsmTool("--initialize", "--so-pin", OpenSc.SO_PIN, "--pin", OpenSc.PIN, "--dkek-shares", "2")
                .succeeded();
        SchsmDevice device = SchsmDevice.of(bench.target().keyStore());
        DeviceInitialization settings = DeviceInitialization.builder(
                        bench.target().pin(), OpenSc.SO_PIN.toCharArray())
                .dkekShares(2)
                .build();
        device.administration().initialize(settings);
        device = SchsmDevice.of(bench.target().keyStore());

        Path theirFile = folder.resolve("theirs.pbe");
        THEIRS.scHsmTool("--create-dkek-share", theirFile.toString(), "--password", "by sc-hsm-tool")
                .succeeded();
        byte[] share = new byte[DkekShareFile.SHARE_LENGTH];
        RANDOM.nextBytes(share);
        Path ourFile = folder.resolve("ours.pbe");
        Files.write(ourFile, DkekShareFile.encrypt(share, "by us".getBytes(StandardCharsets.UTF_8), RANDOM));

        THEIRS.scHsmTool("--import-dkek-share", theirFile.toString(), "--password", "by sc-hsm-tool")
                .succeeded()
                .says("1 share(s) still missing");
        THEIRS.scHsmTool("--import-dkek-share", ourFile.toString(), "--password", "by us")
                .succeeded();
        ours = device.keyDomain(0);
        ours.importShare(share);
        ours.importShare(DkekShareFile.decrypt(
                Files.readAllBytes(theirFile), "by sc-hsm-tool".getBytes(StandardCharsets.UTF_8)));
    }

    @AfterAll
    static void emptyTheReaders() {
        if (bench != null) {
            bench.close();
        }
    }

    @Test
    void bothDevicesHaveTheSameDkek() throws Exception {
        String kcv = HexFormat.of().formatHex(ours.kcv()).toUpperCase(Locale.ROOT);

        assertThat(kcv).isNotEqualTo("0000000000000000");
        THEIRS.scHsmTool().succeeded().says("DKEK key check value : " + kcv);
    }

    @Test
    void keyWrappedByScHsmToolIsUnwrappedByUs() throws Exception {
        THEIRS.pkcs11("--keypairgen", "--key-type", "EC:secp256r1", "--id", "0a", "--label", "from-there")
                .succeeded();
        KeyStore there = bench.source().keyStore();
        PublicKey publicKey = there.getCertificate("from-there").getPublicKey();
        X509Certificate leaf = Pki.create().issue("From there", publicKey);
        Path certificate = Files.write(folder.resolve("from-there.der"), leaf.getEncoded());
        THEIRS.pkcs11("--write-object", certificate.toString(), "--type", "cert", "--id", "0a", "--label", "from-there")
                .succeeded();
        Path file = folder.resolve("from-there.wky");
        THEIRS.scHsmTool(
                        "--wrap-key",
                        file.toString(),
                        "--key-reference",
                        String.valueOf(keyReference("from-there")),
                        "--pin",
                        OpenSc.PIN)
                .succeeded();

        KeyStore here = bench.target().keyStore();
        here.setEntry("from-there", WrappedKeyEntry.parse(Files.readAllBytes(file)), new UnwrapProtection(ours.kek()));

        assertThat(here.getCertificate("from-there")).isEqualTo(leaf);
        OpenScTest.assertSigns(bench.target(), (PrivateKey) here.getKey("from-there", null), publicKey);
        new OpenSc(1).pkcs11("--list-objects").succeeded().says("from-there", "0a", "CN=From there");
    }

    /** On a device with one DKEK for all, a key that names no domain is under it. */
    @Test
    void keyMadeByOpenScIsWrappedByUs() throws Exception {
        THEIRS.pkcs11("--keypairgen", "--key-type", "EC:secp256r1", "--id", "0d", "--label", "to-wrap")
                .succeeded();
        KeyStore there = bench.source().keyStore();
        PublicKey publicKey = there.getCertificate("to-wrap").getPublicKey();
        KeyDomain dkek = SchsmDevice.of(there).keyDomain(0);

        WrappedKeyEntry wrapped = (WrappedKeyEntry) there.getEntry("to-wrap", new WrapProtection(dkek.kek()));

        KeyStore here = bench.target().keyStore();
        here.setEntry("to-wrap", wrapped, new UnwrapProtection(ours.kek()));
        OpenScTest.assertSigns(bench.target(), (PrivateKey) here.getKey("to-wrap", null), publicKey);
    }

    @Test
    void keyWrappedByUsIsUnwrappedByScHsmTool() throws Exception {
        Bench.Member member = bench.target();
        KeyStore here = member.keyStore();
        KeyPair pair = Group.generatePair(
                member.provider(),
                SchsmKeySpec.builder("from-here")
                        .parameters(new ECGenParameterSpec("brainpoolP256r1"))
                        .domain(ours)
                        .id(new byte[] {0x0C, 0x0C})
                        .build());
        X509Certificate leaf = Pki.create().issue("From here", pair.getPublic());
        here.setKeyEntry("from-here", pair.getPrivate(), null, new X509Certificate[] {leaf});
        WrappedKeyEntry wrapped = (WrappedKeyEntry) here.getEntry("from-here", new WrapProtection(ours.kek()));
        Path file = Files.write(folder.resolve("from-here.wky"), wrapped.encode());

        THEIRS.scHsmTool("--unwrap-key", file.toString(), "--key-reference", "40", "--pin", OpenSc.PIN, "--force")
                .succeeded();

        THEIRS.pkcs11("--list-objects").succeeded().says("from-here", "0c0c", "CN=From here");
        byte[] signature = THEIRS.sign(new byte[] {0x0C, 0x0C}, OpenScTest.sha256(), folder);
        assertThat(OpenScTest.verifies(pair.getPublic(), signature)).isTrue();
        KeyStore there = bench.source().keyStore();
        assertThat(there.getCertificate("from-here")).isEqualTo(leaf);
        OpenScTest.assertSigns(bench.source(), (PrivateKey) there.getKey("from-here", null), pair.getPublic());
    }

    @Test
    void secretKeyWrappedByUsIsUnwrappedByScHsmTool() throws Exception {
        Bench.Member member = bench.target();
        KeyGenerator generator = KeyGenerator.getInstance("AES", member.provider());
        generator.init(SchsmKeySpec.builder("secret")
                .keySize(256)
                .domain(ours)
                .allow(KeyAlgorithm.AES_CBC_ENCRYPT, KeyAlgorithm.AES_CBC_DECRYPT, KeyAlgorithm.WRAP)
                .build());
        SecretKey key = generator.generateKey();
        WrappedKeyEntry wrapped =
                (WrappedKeyEntry) member.keyStore().getEntry("secret", new WrapProtection(ours.kek()));
        Path file = Files.write(folder.resolve("secret.wky"), wrapped.encode());

        THEIRS.scHsmTool("--unwrap-key", file.toString(), "--key-reference", "41", "--pin", OpenSc.PIN, "--force")
                .succeeded();

        byte[] block = "sixteen bytes...".getBytes(StandardCharsets.UTF_8);
        Cipher encrypt = Cipher.getInstance("AES/CBC/NoPadding", member.provider());
        encrypt.init(Cipher.ENCRYPT_MODE, key, new IvParameterSpec(new byte[16]));
        byte[] encrypted = encrypt.doFinal(block);
        Cipher decrypt = Cipher.getInstance("AES/CBC/NoPadding", bench.source().provider());
        decrypt.init(
                Cipher.DECRYPT_MODE,
                bench.source().keyStore().getKey("secret", null),
                new IvParameterSpec(new byte[16]));
        assertThat(decrypt.doFinal(encrypted)).isEqualTo(block);
    }

    @Test
    void keyOutOfABackupIsUnwrappedByScHsmTool() throws Exception {
        Bench.Member member = bench.target();
        KeyPair pair = Group.generatePair(
                member.provider(),
                SchsmKeySpec.builder("saved")
                        .parameters(new ECGenParameterSpec("secp256r1"))
                        .domain(ours)
                        .id(new byte[] {0x0E, 0x0E})
                        .build());

        BackupArchive archive = Backup.of(member.keyStore()).run(progress -> {});

        BackupManifest.Content wrapped = archive.manifest().keys().stream()
                .filter(key -> key.label().equals("saved"))
                .findFirst()
                .orElseThrow()
                .wrapped();
        assertThat(wrapped).isNotNull();
        Path file = Files.write(folder.resolve("saved.wky"), archive.content(wrapped));
        THEIRS.scHsmTool("--unwrap-key", file.toString(), "--key-reference", "42", "--pin", OpenSc.PIN, "--force")
                .succeeded();
        byte[] signature = THEIRS.sign(new byte[] {0x0E, 0x0E}, OpenScTest.sha256(), folder);
        assertThat(OpenScTest.verifies(pair.getPublic(), signature)).isTrue();
    }

    @Test
    void deviceThatOpenScFilledIsSavedAndRestored() throws Exception {
        THEIRS.pkcs11("--keypairgen", "--key-type", "EC:secp256r1", "--id", "0f", "--label", "theirs")
                .succeeded();
        Path content = Files.writeString(folder.resolve("theirs.txt"), "written by pkcs11-tool");
        THEIRS.pkcs11(
                        "--write-object",
                        content.toString(),
                        "--type",
                        "data",
                        "--label",
                        "note",
                        "--application-label",
                        "test")
                .succeeded();
        KeyStore there = bench.source().keyStore();
        PublicKey publicKey = there.getCertificate("theirs").getPublicKey();

        BackupArchive archive = Backup.of(there).run(progress -> {});
        Restoration.Report report =
                Restoration.of(archive, bench.target().keyStore()).run(progress -> {});

        assertThat(report.items())
                .filteredOn(
                        item -> item.label().equals("theirs") || item.label().equals("note"))
                .extracting(BackupItem::outcome)
                .containsExactly(BackupItem.Outcome.WRITTEN, BackupItem.Outcome.WRITTEN);
        OpenScTest.assertSigns(
                bench.target(), (PrivateKey) bench.target().keyStore().getKey("theirs", null), publicKey);
        new OpenSc(1).pkcs11("--list-objects", "--type", "data").succeeded().says("note");
    }

    /** The number that pkcs15-tool shows for a key. */
    private static int keyReference(String label) throws Exception {
        String dump = THEIRS.pkcs15("--list-keys").succeeded().output();
        Matcher reference = Pattern.compile(Pattern.quote("[" + label + "]") + ".*?Key ref\\s*: (\\d+)", Pattern.DOTALL)
                .matcher(dump);
        assertThat(reference.find()).as(dump).isTrue();
        return Integer.parseInt(reference.group(1));
    }
}
