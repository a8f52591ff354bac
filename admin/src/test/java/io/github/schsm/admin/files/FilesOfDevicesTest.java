// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.admin.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.schsm.DataObject;
import io.github.schsm.KeyAlgorithm;
import io.github.schsm.MalformedDataException;
import io.github.schsm.SchsmDevice;
import io.github.schsm.SchsmKeySpec;
import io.github.schsm.admin.files.PublicFiles.PublicFile;
import io.github.schsm.codec.Tlv;
import io.github.schsm.provider.SchsmProvider;
import io.github.schsm.simulator.VirtualReaders;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.Provider;
import java.security.spec.ECGenParameterSpec;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FilesOfDevicesTest {
    private static final String ID = "ZZSIM000001";

    private static StructureDump.Entry entry(StructureDump dump, String tag) {
        return dump.objects().stream()
                .filter(one -> one.tag().equals(tag))
                .findFirst()
                .orElseThrow(() -> new AssertionError(tag + " is not in " + dump.lines()));
    }

    private static String configuration(Path folder) {
        return "terminal = simulator:" + folder + "; device = " + ID;
    }

    /** A device with a key and data objects. */
    private static byte[] furnish(Path folder) throws Exception {
        try (SchsmProvider provider = (SchsmProvider) new SchsmProvider().configure(configuration(folder))) {
            KeyStore keyStore = KeyStore.getInstance("SCHSM", (Provider) provider);
            keyStore.load(null, VirtualReaders.USER_PIN.toCharArray());
            SchsmDevice device = SchsmDevice.of(keyStore);
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC", provider);
            generator.initialize(SchsmKeySpec.builder("tls")
                    .parameters(new ECGenParameterSpec("secp256r1"))
                    .allow(KeyAlgorithm.ECDSA)
                    .build());
            generator.generateKeyPair();
            device.storeData(DataObject.of("secret", true), "secret".getBytes(StandardCharsets.US_ASCII));
            device.storeData(DataObject.of("open", false), new byte[] {1, 2, 3});
            return device.certificate(device.keys().get(0)).orElseThrow();
        }
    }

    @Test
    void everyFileThatEverybodyMayReadIsReadAndNoOther(@TempDir Path folder) throws Exception {
        byte[] request = furnish(folder);
        PublicFiles read = PublicFiles.read(configuration(folder));

        assertThat(read.deviceId()).isEqualTo(ID);
        assertThat(read.files())
                .extracting(PublicFile::meaning)
                .contains(
                        "device certificates",
                        "token info",
                        "description of key 1",
                        "certificate of key 1",
                        "data object 1",
                        "description of data object 0");
        assertThat(read.files()).noneMatch(file -> (file.fid() & 0xFF00) == 0xCD00 || (file.fid() & 0xFF00) == 0xCC00);
        PublicFile certificate = read.files().stream()
                .filter(file -> file.meaning().equals("certificate of key 1"))
                .findFirst()
                .orElseThrow();
        assertThat(certificate.content()).isEqualTo(request);
        assertThat(certificate.fileName()).isEqualTo("CE01-certificate-of-key-1.bin");
        assertThat(read.files())
                .filteredOn(file -> (file.fid() & 0xFF00) == 0xCF00)
                .allSatisfy(file -> assertThat(file.content()).containsExactly(1, 2, 3));
    }

    @Test
    void attestationsAreShownWithNames(@TempDir Path folder) throws Exception {
        StructureDump dump = StructureDump.of("request", furnish(folder));

        assertThat(dump.kind()).startsWith("authenticated request");
        assertThat(entry(dump, "5F20").text()).startsWith(ID);
        assertThat(entry(dump, "06").text()).isEqualTo("0.4.0.127.0.7.2.2.2.2.3");
        assertThat(dump.objects()).anyMatch(one -> one.name().equals("public point") && one.length() == 65);
        assertThat(dump.lines().get(1)).startsWith("  67 authenticated request [");
    }

    @Test
    void certificatesMembershipsAndX509AreTold(@TempDir Path folder) throws Exception {
        furnish(folder);
        byte[] certificates =
                PublicFiles.read(configuration(folder)).files().get(0).content();
        StructureDump device = StructureDump.of("certificates", certificates);
        assertThat(device.kind()).isEqualTo("2 card-verifiable certificates");
        assertThat(entry(device, "5F25").text()).matches("20\\d\\d-\\d\\d-\\d\\d");

        Path vectors = Path.of(System.getProperty("schsm.home"), "keystore-spi/src/test/resources/vectors");
        byte[] kdm = HexFormat.of()
                .parseHex(Files.readString(vectors.resolve("kdm-sample.hex")).replaceAll("\\s", ""));
        assertThat(StructureDump.of("kdm", kdm).kind()).isEqualTo("key domain membership (KDM)");

        String pem = "-----BEGIN CERTIFICATE-----\nMAMCAQE=\n-----END CERTIFICATE-----\n";
        StructureDump decoded = StructureDump.of("pem", pem.getBytes(StandardCharsets.US_ASCII));
        assertThat(decoded.objects()).extracting(StructureDump.Entry::name).containsExactly("SEQUENCE", "INTEGER");
    }

    @Test
    void nothingOfAWrappedKeyIsShown() throws Exception {
        byte[] blob = new byte[100];
        blob[50] = 0x5A;
        StructureDump dump =
                StructureDump.of("wky", Tlv.of(0x30, Tlv.of(0x04, blob)).encoded());

        assertThat(dump.kind()).isEqualTo("wrapped key (.wky)");
        assertThat(dump.objects().get(1).value()).isNull();
        assertThat(String.join("", dump.lines())).doesNotContain("5A");
    }

    @Test
    void privateKeysAndRubbishAreRefused() {
        String key = "-----BEGIN PRIVATE KEY-----\nMAMCAQE=\n-----END PRIVATE KEY-----\n";
        assertThatThrownBy(() -> StructureDump.of("key", key.getBytes(StandardCharsets.US_ASCII)))
                .isInstanceOf(MalformedDataException.class)
                .hasMessageContaining("private key");
        assertThatThrownBy(() -> StructureDump.of("empty", new byte[0])).isInstanceOf(MalformedDataException.class);

        Random random = new Random(7);
        for (int i = 0; i < 2000; i++) {
            byte[] bytes = new byte[random.nextInt(60)];
            random.nextBytes(bytes);
            try {
                assertThat(StructureDump.of("random", bytes).lines()).isNotEmpty();
            } catch (MalformedDataException expected) {
                assertThat(expected).hasMessageContaining("random");
            }
        }
    }

    @Test
    void depthIsBounded() throws Exception {
        byte[] nested = {};
        for (int i = 0; i < 40; i++) {
            nested = Tlv.of(0x30, nested).encoded();
        }

        // What is deeper is shown as bytes.
        assertThat(StructureDump.of("deep", nested).objects())
                .hasSizeLessThan(40)
                .allMatch(one -> one.depth() <= 16);
    }
}
