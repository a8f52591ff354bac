// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.provider;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.schsm.InvalidRequestException;
import io.github.schsm.Kdm;
import io.github.schsm.KeyAlgorithm;
import io.github.schsm.KeyDomain;
import io.github.schsm.KeyMigration;
import io.github.schsm.SchsmDevice;
import io.github.schsm.SchsmKeySpec;
import io.github.schsm.codec.Tlv;
import io.github.schsm.simulator.VirtualReaders;
import io.github.schsm.simulator.profile.DeviceProfile;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.Key;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.util.Collections;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import javax.crypto.Cipher;
import javax.crypto.KeyGenerator;
import javax.crypto.spec.IvParameterSpec;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What people do who have one good reader and small ones: domain and long keys are made over extended length, and what
 * can be done over short APDUs after that.
 */
class ShortApduMigrationTest {
    private static final char[] PIN = "648219".toCharArray();
    private static final Map<String, String> CURVES = new TreeMap<>(
            Map.of("p256", "secp256r1", "p384", "secp384r1", "p521", "secp521r1", "bp512", "brainpoolP512r1"));

    @TempDir
    Path folder;

    private static KeyStore open(Path folder, String device) throws Exception {
        Provider provider = new SchsmProvider()
                .configure("terminal = simulator:" + folder + "; device = " + device + "; name = " + device);
        KeyStore keyStore = KeyStore.getInstance("SCHSM", provider);
        keyStore.load(null, PIN);
        return keyStore;
    }

    private static KeyPair generate(KeyStore on, SchsmKeySpec spec) throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC", on.getProvider());
        generator.initialize(spec);
        return generator.generateKeyPair();
    }

    @Test
    void targetOfAMigrationCanBeBehindShortApdusAndSourceOfWhatFitsThem() throws Exception {
        Map<String, PublicKey> publicKeys = new TreeMap<>();
        Map<String, Certificate> certificates = new TreeMap<>();
        byte[] encrypted;
        Path extended = Files.createDirectory(folder.resolve("extended"));
        try (VirtualReaders readers = VirtualReaders.folder(extended)) {
            assertThat(readers.deviceIds()).isEmpty();
            KeyStore source = open(extended, "ZZSIM000001");
            KeyStore target = open(extended, "ZZSIM000002");
            KeyPair signer = generate(
                    source,
                    SchsmKeySpec.builder("signer")
                            .parameters(new ECGenParameterSpec("brainpoolP256r1"))
                            .build());
            KeyDomain domain = null;
            for (KeyStore member : new KeyStore[] {target, source}) {
                SchsmDevice device = SchsmDevice.of(member);
                domain = device.createKeyDomain(0, Kdm.issue(signer, device.identity()));
            }
            for (Map.Entry<String, String> key : CURVES.entrySet()) {
                KeyPair pair = generate(
                        source,
                        SchsmKeySpec.builder(key.getKey())
                                .parameters(new ECGenParameterSpec(key.getValue()))
                                .domain(domain)
                                .allow(KeyAlgorithm.ECDSA, KeyAlgorithm.WRAP)
                                .build());
                publicKeys.put(key.getKey(), pair.getPublic());
            }
            KeyGenerator aes = KeyGenerator.getInstance("AES", source.getProvider());
            aes.init(SchsmKeySpec.builder("aes")
                    .keySize(256)
                    .domain(domain)
                    .allow(KeyAlgorithm.AES_CBC_ENCRYPT, KeyAlgorithm.AES_CBC_DECRYPT, KeyAlgorithm.WRAP)
                    .build());
            encrypted = aesCbc(source, aes.generateKey());
        }

        // A folder keeps the kind of device that it was opened with for as long as the JVM's key stores use it.
        Path small = Files.createDirectory(folder.resolve("small"));
        try (Stream<Path> files = Files.list(extended)) {
            for (Path file : files.filter(each -> each.getFileName().toString().startsWith("ZZSIM"))
                    .toList()) {
                Files.copy(file, small.resolve(file.getFileName()));
            }
        }
        try (VirtualReaders readers =
                VirtualReaders.folder(small, DeviceProfile.smartCardHsm4k().withShortApdusOnly())) {
            assertThat(readers.deviceIds()).containsExactly("ZZSIM000001", "ZZSIM000002");
            KeyStore source = open(small, "ZZSIM000001");
            KeyStore target = open(small, "ZZSIM000002");
            assertThatThrownBy(() -> generate(
                            source,
                            SchsmKeySpec.builder("too-long")
                                    .parameters(new ECGenParameterSpec("secp384r1"))
                                    .build()))
                    .hasStackTraceContaining("extended length");
            KeyMigration betweenSmall = KeyMigration.from(source).to(target);
            betweenSmall.move("aes");
            assertThat(aesCbc(target, target.getKey("aes", null))).isEqualTo(encrypted);
            assertThatThrownBy(() -> betweenSmall.move("p256"))
                    .isInstanceOf(InvalidRequestException.class)
                    .hasMessageContaining("reader '")
                    .hasMessageContaining("WRAP KEY")
                    .hasMessageContaining("extended length");
            target.load(null, PIN);
            assertThat(Collections.list(target.aliases())).containsExactly("aes");

            KeyStore first = open(extended, "ZZSIM000001");
            for (Map.Entry<String, PublicKey> key : publicKeys.entrySet()) {
                PrivateKey privateKey = (PrivateKey) first.getKey(key.getKey(), null);
                Certificate certificate = selfSigned(first.getProvider(), privateKey, key.getValue());
                assertThat(certificate.getEncoded()).hasSizeGreaterThan(255);
                first.setKeyEntry(key.getKey(), privateKey, null, new Certificate[] {certificate});
                certificates.put(key.getKey(), certificate);
            }
            for (Map.Entry<String, PublicKey> key : publicKeys.entrySet()) {
                KeyMigration.from(first).to(target).move(key.getKey());
            }
            target.load(null, PIN);
            for (Map.Entry<String, PublicKey> key : publicKeys.entrySet()) {
                PrivateKey moved = (PrivateKey) target.getKey(key.getKey(), null);
                assertThat(target.getCertificate(key.getKey())).isEqualTo(certificates.get(key.getKey()));
                assertThat(selfSigned(target.getProvider(), moved, key.getValue()))
                        .isNotNull();
            }
        }
    }

    private static byte[] aesCbc(KeyStore on, Key key) throws Exception {
        Cipher cipher = Cipher.getInstance("AES/CBC/NoPadding", on.getProvider());
        cipher.init(Cipher.ENCRYPT_MODE, key, new IvParameterSpec(new byte[16]));
        return cipher.doFinal(new byte[1600]);
    }

    /** Long enough not to fit a short APDU; the signature is checked. */
    private static X509Certificate selfSigned(Provider provider, PrivateKey privateKey, PublicKey publicKey)
            throws Exception {
        Tlv sha256WithEcdsa = Tlv.of(0x30, Tlv.of(0x06, HexFormat.of().parseHex("2A8648CE3D040302")));
        Tlv name = Tlv.of(
                0x30,
                Tlv.of(
                        0x31,
                        Tlv.of(
                                0x30,
                                Tlv.of(0x06, HexFormat.of().parseHex("550403")),
                                Tlv.of(0x0C, "x".repeat(60).getBytes(StandardCharsets.US_ASCII)))));
        Tlv time = Tlv.of(0x17, "260101000000Z".getBytes(StandardCharsets.US_ASCII));
        Tlv body = Tlv.of(
                0x30,
                Tlv.of(0xA0, Tlv.of(0x02, new byte[] {2})),
                Tlv.of(0x02, new byte[] {1}),
                sha256WithEcdsa,
                name,
                Tlv.of(0x30, time, time),
                name,
                Tlv.parse(publicKey.getEncoded()));
        Signature signer = Signature.getInstance("SHA256withECDSA", provider);
        signer.initSign(privateKey);
        signer.update(body.encoded());
        byte[] signature = signer.sign();
        Signature verifier = Signature.getInstance("SHA256withECDSA", new BouncyCastleProvider());
        verifier.initVerify(publicKey);
        verifier.update(body.encoded());
        assertThat(verifier.verify(signature)).isTrue();
        byte[] bits = new byte[1 + signature.length];
        System.arraycopy(signature, 0, bits, 1, signature.length);
        byte[] certificate =
                Tlv.of(0x30, body, sha256WithEcdsa, Tlv.of(0x03, bits)).encoded();
        return (X509Certificate) CertificateFactory.getInstance("X.509", "SUN")
                .generateCertificate(new ByteArrayInputStream(certificate));
    }
}
