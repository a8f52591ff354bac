// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.provider;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.KeyAlgorithm;
import io.github.schsm.SchsmKeySpec;
import io.github.schsm.provider.engine.TlsVersions;
import java.lang.reflect.Field;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.Provider;
import java.security.SecureRandom;
import java.security.spec.AlgorithmParameterSpec;
import java.util.Arrays;
import javax.crypto.Cipher;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A premaster secret of another TLS version is replaced by random bytes, as SunJCE does it. */
@Tag("jdk")
class TlsPremasterTest {
    private static KeyPair raw;
    private static KeyPair padded;
    private static Provider provider;

    @BeforeAll
    static void makeKeys() throws Exception {
        provider = new SchsmProvider().configure("terminal = simulator:memory; device = ZZSIM800120");
        KeyStore.getInstance("SCHSM", provider).load(null, "648219".toCharArray());
        raw = generate("raw");
        padded = generate("padded", KeyAlgorithm.RSA_DECRYPT_PKCS1);
    }

    private static KeyPair generate(String label, KeyAlgorithm... allowed) throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA", provider);
        SchsmKeySpec.Builder spec = SchsmKeySpec.builder(label).keySize(1024);
        generator.initialize((allowed.length == 0 ? spec : spec.allow(allowed)).build());
        return generator.generateKeyPair();
    }

    @ParameterizedTest
    @CsvSource({
        "0303, 0303, 0303, true",
        "0303, 0303, 0302, false",
        "0303, 0302, 0302, false",
        "0303, 0303, 0003, false",
        "0303, 0303, 0300, false",
        "0303, 0303, ff03, false",
        "0302, 0302, 0302, true",
        "0302, 0301, 0301, false",
        "0301, 0301, 0301, true",
        "0301, 0300, 0300, true",
        "0301, 0300, 0301, true",
        "0301, 0300, 0302, false",
    })
    void versionIsThatOfTheClientOrOfOldTheAgreedOne(String client, String server, String found, boolean isKept) {
        byte[] secret = new byte[48];
        Arrays.fill(secret, (byte) 7);
        int version = Integer.parseInt(found, 16);
        secret[0] = (byte) (version >> 8);
        secret[1] = (byte) version;
        TlsVersions versions = new TlsVersions(Integer.parseInt(client, 16), Integer.parseInt(server, 16));

        assertThat(versions.checked(secret.clone(), new byte[48])).isEqualTo(isKept ? secret : new byte[48]);
    }

    /** The class is closed, so its constructor is, too: both versions are 0 then. */
    private static AlgorithmParameterSpec parametersOfJsse() throws ReflectiveOperationException {
        Class<?> unsafe = Class.forName("sun.misc.Unsafe");
        Field field = unsafe.getDeclaredField("theUnsafe");
        field.setAccessible(true);
        return (AlgorithmParameterSpec) unsafe.getMethod("allocateInstance", Class.class)
                .invoke(
                        field.get(null),
                        Class.forName("sun.security.internal.spec.TlsRsaPremasterSecretParameterSpec"));
    }

    @Test
    void engineAsksForTheVersionThatJssePasses() throws Exception {
        AlgorithmParameterSpec versionZero = parametersOfJsse();
        assertThat(TlsVersions.of(versionZero))
                .hasValueSatisfying(versions -> assertThat(versions.client()).isZero());
        byte[] right = new byte[48];
        new SecureRandom().nextBytes(right);
        right[0] = 0;
        right[1] = 0;
        byte[] wrong = right.clone();
        wrong[0] = 3;
        wrong[1] = 3;
        for (KeyPair pair : new KeyPair[] {raw, padded}) {
            Cipher wrap = Cipher.getInstance("RSA/ECB/PKCS1Padding", "SunJCE");
            wrap.init(Cipher.ENCRYPT_MODE, pair.getPublic());
            byte[] rightWrapped = wrap.doFinal(right);
            byte[] wrongWrapped = wrap.doFinal(wrong);
            Cipher unwrap = Cipher.getInstance("RSA/ECB/PKCS1Padding", provider);
            unwrap.init(Cipher.UNWRAP_MODE, pair.getPrivate(), versionZero);
            assertThat(secret(unwrap, rightWrapped)).isEqualTo(right);
            byte[] once = secret(unwrap, wrongWrapped);
            assertThat(once).hasSize(48).isNotEqualTo(wrong).isNotEqualTo(secret(unwrap, wrongWrapped));
            unwrap.init(Cipher.UNWRAP_MODE, pair.getPrivate());
            assertThat(secret(unwrap, wrongWrapped))
                    .as("no version was asked for")
                    .isEqualTo(wrong);
        }
    }

    private static byte[] secret(Cipher unwrap, byte[] wrapped) throws Exception {
        return unwrap.unwrap(wrapped, "TlsRsaPremasterSecret", Cipher.SECRET_KEY)
                .getEncoded();
    }
}
