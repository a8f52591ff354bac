// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.schsm.DataObject;
import io.github.schsm.DeviceTrust;
import io.github.schsm.KeyAlgorithm;
import io.github.schsm.KeyDomain;
import io.github.schsm.MalformedDataException;
import io.github.schsm.SchsmDevice;
import io.github.schsm.SchsmException;
import io.github.schsm.SchsmKeySpec;
import io.github.schsm.TokenKey;
import io.github.schsm.admin.backup.Backup;
import io.github.schsm.admin.backup.BackupArchive;
import io.github.schsm.admin.backup.BackupAuthenticity;
import io.github.schsm.admin.backup.BackupItem;
import io.github.schsm.admin.backup.BackupItem.Outcome;
import io.github.schsm.admin.backup.BackupVerification;
import io.github.schsm.admin.backup.Restoration;
import io.github.schsm.conformance.bench.Group;
import io.github.schsm.conformance.bench.Pki;
import io.github.schsm.conformance.bench.SimulatorBench;
import io.github.schsm.conformance.bench.SimulatorBench.SimulatedMember;
import io.github.schsm.simulator.Fault;
import io.github.schsm.simulator.Faults;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Archives that were changed, cards that are removed, devices that are full. */
class BackupFaultsTest {
    private static final byte[] SHARE = "a share of 32 bytes for the test".getBytes(StandardCharsets.US_ASCII);
    private static final char[] PIN = "648219".toCharArray();

    private SimulatorBench bench;
    private KeyStore source;
    private SchsmDevice device;

    @BeforeEach
    void open() throws Exception {
        bench = new SimulatorBench();
        source = bench.source().keyStore();
        device = SchsmDevice.of(source);
        KeyDomain domain = dkek(device);
        KeyPair pair = Group.generatePair(
                source.getProvider(),
                SchsmKeySpec.builder("key")
                        .parameters(new ECGenParameterSpec("secp256r1"))
                        .domain(domain)
                        .allow(KeyAlgorithm.ECDSA, KeyAlgorithm.WRAP)
                        .build());
        source.setCertificateEntry("root", Pki.create().root());
        device.storeData(DataObject.of("note", true), "a note".getBytes(StandardCharsets.US_ASCII));
        assertThat(pair).isNotNull();
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

    // Archives

    private static Map<String, byte[]> unpack(byte[] archive) throws IOException {
        Map<String, byte[]> files = new LinkedHashMap<>();
        try (ZipInputStream zip = new ZipInputStream(new ByteArrayInputStream(archive))) {
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                files.put(entry.getName(), zip.readAllBytes());
            }
        }
        return files;
    }

    private static byte[] pack(Map<String, byte[]> files) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            for (Map.Entry<String, byte[]> file : files.entrySet()) {
                zip.putNextEntry(new ZipEntry(file.getKey()));
                zip.write(file.getValue());
                zip.closeEntry();
            }
        }
        return bytes.toByteArray();
    }

    private static String text(Map<String, byte[]> files, String name) {
        return new String(files.get(name), StandardCharsets.UTF_8);
    }

    private static void replace(Map<String, byte[]> files, String name, String old, String by) {
        String text = text(files, name);
        assertThat(text).contains(old);
        files.put(name, text.replace(old, by).getBytes(StandardCharsets.UTF_8));
    }

    private interface Change {
        void of(Map<String, byte[]> files) throws Exception;
    }

    /**
     * A change of the archive.
     *
     * @param name  what it is
     * @param said  what the refusal says; null if the archive can be read, and its signature does not hold
     */
    private record Manipulation(String name, Change change, String said) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static String wky(Map<String, byte[]> files) {
        return files.keySet().stream()
                .filter(name -> name.endsWith(".wky"))
                .findFirst()
                .orElseThrow();
    }

    private static void flip(Map<String, byte[]> files, String name) {
        byte[] changed = files.get(name).clone();
        changed[changed.length - 5] ^= 1;
        files.put(name, changed);
    }

    static Stream<Manipulation> manipulations() {
        return Stream.of(
                new Manipulation("a bit of a key", files -> flip(files, wky(files)), "was changed"),
                new Manipulation("a key cut off", files -> files.put(wky(files), new byte[3]), "was changed"),
                new Manipulation("a key left out", files -> files.remove(wky(files)), "is missing"),
                new Manipulation(
                        "a file added",
                        files -> files.put("keys/009-more.wky", new byte[9]),
                        "does not name: keys/009"),
                new Manipulation(
                        "a file outside",
                        files -> files.put("../../etc/passwd", new byte[1]),
                        "no file of a backup is"),
                new Manipulation(
                        "an absolute path", files -> files.put("/etc/passwd", new byte[1]), "no file of a backup is"),
                new Manipulation("a folder", files -> files.put("keys/", new byte[0]), "no file of a backup is"),
                new Manipulation(
                        "a name with control characters",
                        files -> files.put("keys/\u001B[2J.wky", new byte[1]),
                        "\\u001B"),
                new Manipulation(
                        "too much in one file", files -> files.put("data/9.bin", new byte[9 << 20]), "more than"),
                new Manipulation("no manifest", files -> files.remove("manifest.json"), "no manifest.json"),
                new Manipulation(
                        "no JSON",
                        files -> files.put("manifest.json", new byte[] {'{'}),
                        "backup manifest is malformed"),
                new Manipulation(
                        "another version",
                        files -> replace(files, "manifest.json", "\"version\" : 1", "\"version\" : 2"),
                        "version 2"),
                new Manipulation(
                        "a member more",
                        files -> replace(files, "manifest.json", "\"version\" : 1", "\"version\" : 1, \"x\" : 1"),
                        "backup manifest is malformed"),
                new Manipulation(
                        "a member null",
                        files -> replace(files, "manifest.json", "\"label\" : \"root\"", "\"label\" : null"),
                        "backup manifest is malformed"),
                new Manipulation(
                        "a file named twice",
                        files -> replace(files, "manifest.json", name(files, "data/"), name(files, "certificates/")),
                        "not the one that the manifest names"),
                new Manipulation("half of the signature", files -> files.remove("manifest.sig"), "some are missing"),
                new Manipulation(
                        "a public key that is none",
                        files -> files.put("signer.pem", new byte[] {1, 2, 3}),
                        "no public key in PEM"),
                new Manipulation(
                        "a label",
                        files -> replace(files, "manifest.json", "\"label\" : \"root\"", "\"label\" : \"evil\""),
                        null),
                new Manipulation("the signature", files -> flip(files, "manifest.sig"), null),
                new Manipulation(
                        "a key with its hash",
                        files -> {
                            String key = wky(files);
                            String before = sha256(files.get(key));
                            flip(files, key);
                            replace(files, "manifest.json", before, sha256(files.get(key)));
                        },
                        null));
    }

    private static String name(Map<String, byte[]> files, String folder) {
        return files.keySet().stream()
                .filter(name -> name.startsWith(folder))
                .findFirst()
                .orElseThrow();
    }

    private static String sha256(byte[] content) throws Exception {
        return HexFormat.of()
                .withUpperCase()
                .formatHex(MessageDigest.getInstance("SHA-256").digest(content));
    }

    @ParameterizedTest
    @MethodSource("manipulations")
    void changeIsFound(Manipulation manipulation) throws Exception {
        Map<String, byte[]> files = unpack(Backup.of(source).run(progress -> {}).encode());
        manipulation.change.of(files);
        byte[] changed = pack(files);

        if (manipulation.said != null) {
            assertThatThrownBy(() -> BackupArchive.parse(changed))
                    .isInstanceOf(MalformedDataException.class)
                    .hasMessageContaining(manipulation.said);
        } else {
            assertThat(BackupArchive.parse(changed)
                            .authenticity(DeviceTrust.parse("simulator"))
                            .kind())
                    .isEqualTo(BackupAuthenticity.Kind.FORGED);
        }
    }

    /** Another program has packed it: still the same archive. */
    @Test
    void archiveThatWasPackedAgainIsAsGood() throws Exception {
        BackupArchive archive = Backup.of(source).run(progress -> {});

        BackupArchive again = BackupArchive.parse(pack(unpack(archive.encode())));

        assertThat(again).isEqualTo(archive);
        assertThat(again.authenticity(DeviceTrust.parse("simulator")).isProven())
                .isTrue();
    }

    @Test
    void fileThatIsInItTwiceIsRefused() throws Exception {
        byte[] archive = Backup.of(source).run(progress -> {}).encode();
        Map<String, byte[]> files = unpack(archive);
        String key = wky(files);
        files.put(key.replace("001", "002"), files.get(key));
        byte[] other = pack(files);
        // The second name is made the first one's, in both places where a zip has it.
        String text = new String(other, StandardCharsets.ISO_8859_1).replace(key.replace("001", "002"), key);

        assertThatThrownBy(() -> BackupArchive.parse(text.getBytes(StandardCharsets.ISO_8859_1)))
                .isInstanceOf(MalformedDataException.class)
                .hasMessageContaining("twice");
    }

    /** An attacker who changes an archive has a genuine device, too, and signs it with a key of that one. */
    @Test
    void archiveThatAnotherGenuineDeviceSignedIsNotProven() throws Exception {
        KeyStore forger = bench.target().keyStore();
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC", forger.getProvider());
        generator.initialize(SchsmKeySpec.builder("forger")
                .parameters(new ECGenParameterSpec("secp256r1"))
                .build());
        PrivateKey key = generator.generateKeyPair().getPrivate();
        Map<String, byte[]> own = unpack(
                Backup.of(forger).signedWith("forger").run(progress -> {}).encode());
        Map<String, byte[]> files = unpack(Backup.of(source).run(progress -> {}).encode());
        replace(files, "manifest.json", "\"note\"", "\"another\"");
        Signature signer = Signature.getInstance("SHA256withECDSA", forger.getProvider());
        signer.initSign(key);
        signer.update(files.get("manifest.json"));
        files.put("manifest.sig", signer.sign());
        files.put("signer.pem", own.get("signer.pem"));
        files.put("signer.json", own.get("signer.json"));

        BackupAuthenticity authenticity = BackupArchive.parse(pack(files)).authenticity(DeviceTrust.parse("simulator"));

        assertThat(authenticity.kind()).isEqualTo(BackupAuthenticity.Kind.OTHER_DEVICE);
        assertThat(authenticity.isProven()).isFalse();
        assertThat(authenticity.signer())
                .isEqualTo(SchsmDevice.of(forger).identity().uniqueName());
        assertThat(authenticity.sentence()).contains("not the device " + device.name());
    }

    /** A changed key whose hash fits, in an archive without a signature: the device or the verification finds it. */
    @Test
    void changedKeyInAnUnsignedArchiveIsNotRestored() throws Exception {
        Map<String, byte[]> files =
                unpack(Backup.of(source).unsigned().run(progress -> {}).encode());
        String key = wky(files);
        String before = sha256(files.get(key));
        byte[] changed = files.get(key).clone();
        changed[100] ^= 1;
        files.put(key, changed);
        replace(files, "manifest.json", before, sha256(changed));
        BackupArchive archive = BackupArchive.parse(pack(files));
        KeyStore target = bench.target().keyStore();
        dkek(SchsmDevice.of(target));

        assertThat(Restoration.of(archive, target).run(progress -> {}).items())
                .filteredOn(item -> item.label().equals("key"))
                .extracting(BackupItem::outcome)
                .containsExactly(Outcome.FAILED);
        assertThat(target.containsAlias("key")).isFalse();
        BackupVerification.Report report = BackupVerification.of(archive, DeviceTrust.parse("simulator"))
                .withShares(List.of(SHARE.clone()), progress -> {});
        assertThat(report.isGood()).isFalse();
        assertThat(report.isFull()).isTrue();
    }

    // Devices

    private interface Operation {
        void run() throws Exception;
    }

    private static int commands(SimulatedMember member, Operation operation) throws Exception {
        member.recorder().start();
        operation.run();
        member.recorder().stop();
        return member.recorder().count();
    }

    private static void insert(SimulatedMember member, KeyStore keyStore) throws Exception {
        member.device().faults().clear();
        member.insert();
        keyStore.load(null, PIN);
    }

    @Test
    void cardThatIsRemovedWhileItIsSavedIsAsBeforeAfterTheNextBackup() throws Exception {
        SimulatedMember member = bench.source();
        int commands = commands(member, () -> Backup.of(source).run(progress -> {}));
        boolean left = false;
        for (int n = 1; n <= commands; n += 3) {
            member.device().faults().add(n, Faults.any(), n % 2 == 0 ? Fault.removalBefore() : Fault.removalAfter());
            try {
                Backup.of(source).run(progress -> {});
            } catch (SchsmException told) {
                assertThat(told.getMessage()).isNotBlank();
            }
            insert(member, source);
            left |= device.keys().size() > 1;
            assertThat(Backup.of(source).run(progress -> {}).manifest().missing())
                    .isEmpty();
            assertThat(device.keys())
                    .as("command " + n)
                    .extracting(TokenKey::label)
                    .containsExactly("key");
        }
        assertThat(left).as("an interruption left a key at least once").isTrue();
    }

    @Test
    void restorationGoesOnAfterTheCardWasRemoved() throws Exception {
        BackupArchive archive = Backup.of(source).run(progress -> {});
        SimulatedMember member = bench.target();
        KeyStore target = member.keyStore();
        SchsmDevice there = SchsmDevice.of(target);
        dkek(there);
        int commands = commands(member, () -> Restoration.of(archive, target).run(progress -> {}));
        clear(target, there);
        boolean halves = false;
        for (int n = 1; n <= commands; n += 2) {
            member.device().faults().add(n, Faults.any(), n % 4 == 1 ? Fault.removalBefore() : Fault.removalAfter());
            try {
                Restoration.Report report = Restoration.of(archive, target).run(progress -> {});
                assertThat(report.hasFailed() || report.isComplete()).isTrue();
            } catch (SchsmException told) {
                assertThat(told.getMessage()).isNotBlank();
            }
            insert(member, target);
            halves |= !there.leftovers().isEmpty();

            Restoration.Report report = Restoration.of(archive, target).run(progress -> {});

            String where = "command " + n + ": " + report;
            assertThat(report.isComplete()).as(where).isTrue();
            there.leftovers()
                    .forEach(leftover -> assertThat(leftover.proven())
                            .as(where + " left " + leftover)
                            .isTrue());
            assertThat(Collections.list(target.aliases())).as(where).containsExactlyInAnyOrder("key", "root");
            assertThat(there.dataObjects()).as(where).hasSize(1);
            Pki.assertSigns(
                    target.getProvider(),
                    target.getKey("key", null),
                    new KeyPair(source.getCertificate("key").getPublicKey(), null));
            clear(target, there);
        }
        assertThat(halves).as("an interruption left something at least once").isTrue();
    }

    private static void clear(KeyStore target, SchsmDevice there) throws Exception {
        for (String alias : new ArrayList<>(Collections.list(target.aliases()))) {
            target.deleteEntry(alias);
        }
        for (DataObject object : there.dataObjects()) {
            there.deleteData(object);
        }
        for (SchsmDevice.Leftover leftover : there.leftovers()) {
            there.remove(leftover);
        }
    }

    @Test
    void fullDeviceIsToldAndTheRestIsTried() throws Exception {
        BackupArchive archive = Backup.of(source).run(progress -> {});
        KeyStore target = bench.target().keyStore();
        dkek(SchsmDevice.of(target));
        bench.target().device().faults().add(1, Faults.instruction(0x74), Fault.garbage(new byte[] {0x6A, (byte) 0x84
        }));

        Restoration.Report report = Restoration.of(archive, target).run(progress -> {});

        assertThat(report.hasFailed()).isTrue();
        assertThat(report.items())
                .filteredOn(item -> item.outcome() == Outcome.FAILED)
                .hasSize(1)
                .allMatch(item -> item.label().equals("key")
                        && String.valueOf(item.reason()).contains("memory"));
        assertThat(report.items())
                .filteredOn(item -> item.outcome() == Outcome.WRITTEN)
                .hasSize(2);
    }

    /** Nothing can be made for the signature: the rest is worth having. */
    @Test
    void fullDeviceIsSavedWithoutASignature() throws Exception {
        bench.source().device().faults().add(1, Faults.instruction(0x46), Fault.garbage(new byte[] {0x6A, (byte) 0x84
        }));

        BackupArchive archive = Backup.of(source).run(progress -> {});

        assertThat(archive.notSigned())
                .hasValueSatisfying(reason -> assertThat(reason).contains("memory"));
        assertThat(archive.authenticity(DeviceTrust.parse("simulator")).kind())
                .isEqualTo(BackupAuthenticity.Kind.UNSIGNED);
        assertThat(archive.manifest().missing()).isEmpty();
    }
}
