// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.admin.certificate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.github.schsm.SchsmException;
import io.github.schsm.SchsmKeySpec;
import io.github.schsm.admin.inventory.World;
import io.github.schsm.admin.key.DeviceKey;
import io.github.schsm.admin.key.PublicKeyFormat;
import io.github.schsm.admin.key.PublicKeys;
import java.io.ByteArrayOutputStream;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Clock;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever bytes come, they are read or refused with an exception of ours, never with another one. */
class HostileInputTest {
    @TempDir
    private static Path devices;

    private static World world;
    private static DeviceKey key;
    private static CertificateProfile profile;

    @BeforeAll
    static void key() throws Exception {
        world = new World(devices);
        World.Side side = world.open(World.A);
        side.generate(SchsmKeySpec.builder("key")
                .parameters(new ECGenParameterSpec("secp256r1"))
                .build());
        key = DeviceKey.of(side.keyStore(), "key");
        profile = CertificateProfile.builder()
                .set("subject", "CN=www.example.org, O=Example, C=DE")
                .set(
                        "subjectAltName",
                        "DNS:www.example.org, IP:192.0.2.7, email:a@example.org, URI:https://example.org/")
                .set("keyUsage", "digitalSignature")
                .set("extendedKeyUsage", "serverAuth")
                .build();
    }

    @AfterAll
    static void close() {
        world.close();
    }

    private interface Reader {
        void read(byte[] content) throws SchsmException;
    }

    /** Each byte changed in a few ways, and each length. */
    private static void assertOnlyOurExceptions(byte[] good, int step, Reader reader) throws SchsmException {
        reader.read(good);
        Random random = new Random(7);
        int refused = 0;
        for (int i = 0; i < good.length; i += step) {
            for (int change : new int[] {0x00, 0x80, 0xFF, random.nextInt(256)}) {
                byte[] changed = good.clone();
                changed[i] = (byte) change;
                refused += refused(reader, changed) ? 1 : 0;
            }
            refused += refused(reader, Arrays.copyOf(good, i)) ? 1 : 0;
        }
        assertThat(refused).isPositive();
    }

    private static boolean refused(Reader reader, byte[] content) {
        try {
            reader.read(content);
            return false;
        } catch (SchsmException ours) {
            return true;
        } catch (RuntimeException another) {
            return fail("not ours, for " + HexFormat.of().formatHex(content), another);
        }
    }

    @Test
    void requests() throws Exception {
        assertOnlyOurExceptions(CertificateRequest.create(key, profile).der(), 1, content -> {
            CertificateRequest request = CertificateRequest.parse("request", content);
            request.subject();
            request.subjectAltNames();
            request.keyUsages();
            request.extendedKeyUsages();
            request.otherExtensions();
            request.algorithm();
            request.publicKey();
            request.verify();
        });
    }

    @Test
    void publicKeys() throws Exception {
        X509Certificate certificate = Certificates.selfSigned(key, profile, Clock.systemUTC());
        assertOnlyOurExceptions(certificate.getEncoded(), 1, content -> PublicKeys.parse("key", content));
        for (PublicKeyFormat format : PublicKeyFormat.values()) {
            assertOnlyOurExceptions(
                    format.encode(key.publicKey(), "comment"), 1, content -> PublicKeys.parse("key", content));
        }
    }

    @Test
    void bundles() throws Exception {
        X509Certificate certificate = Certificates.selfSigned(key, profile, Clock.systemUTC());
        assertOnlyOurExceptions(
                certificate.getEncoded(), 1, content -> CertificateBundle.parse("file", content, () -> new char[0]));
        assertOnlyOurExceptions(
                Certificates.pem(certificate),
                3,
                content -> CertificateBundle.parse("file", content, () -> new char[0]));
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(256);
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setKeyEntry(
                "key", generator.generateKeyPair().getPrivate(), "secret".toCharArray(), new Certificate[] {certificate
                });
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        store.store(file, "secret".toCharArray());
        assertOnlyOurExceptions(
                file.toByteArray(), 101, content -> CertificateBundle.parse("file", content, "secret"::toCharArray));
    }
}
