// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.device;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.HotSpotDiagnosticMXBean;
import io.github.schsm.SchsmDevice;
import io.github.schsm.SchsmKeySpec;
import io.github.schsm.conformance.bench.ReadersTokenSource;
import io.github.schsm.provider.SchsmProvider;
import io.github.schsm.simulator.VirtualReaders;
import io.github.schsm.simulator.profile.DeviceProfile;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.AuthProvider;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.spec.AlgorithmParameterSpec;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.RSAKeyGenParameterSpec;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a program's memory still holds after a logout: the JVM's live heap is written out and searched for the PIN and for
 * a key that the device unwrapped, each random, as bytes and as characters.
 */
class WipedSecretsTest {
    private static final char[] FACTORY_PIN = "648219".toCharArray();
    private static final SecureRandom RANDOM = new SecureRandom();

    @TempDir
    private Path folder;

    private String terminal = "";
    private int dumps;

    @BeforeEach
    void offer() throws Exception {
        VirtualReaders readers = VirtualReaders.create(DeviceProfile.smartCardHsm4k());
        readers.device("ZZSIM000001");
        terminal = ReadersTokenSource.offer(readers);
    }

    @AfterEach
    void withdraw() {
        ReadersTokenSource.withdraw(terminal);
    }

    @Test
    void nothingButTheDeviceKnowsThePinAfterALogout() throws Exception {
        byte[] needle = letters(15);
        AuthProvider provider = provider();
        char[] pin = characters(needle);
        SchsmDevice.of(loaded(provider, FACTORY_PIN)).administration().changePin(FACTORY_PIN, pin);
        Arrays.fill(pin, '\0');
        provider.logout();
        int inTheDevice = copies(needle);
        assertThat(inTheDevice)
                .as("the simulated PIN, and the state that is kept of it")
                .isEqualTo(2);

        pin = characters(needle);
        KeyStore keyStore = loaded(provider, pin);
        KeyPair pair = generate(provider, "EC", "signer", new ECGenParameterSpec("secp256r1"));
        Signature signature = Signature.getInstance("SHA256withECDSA", provider);
        signature.initSign(pair.getPrivate());
        signature.update(new byte[100]);
        assertThat(signature.sign()).isNotEmpty();
        Arrays.fill(pin, '\0');
        assertThat(copies(needle)).as("kept for when the card was out").isGreaterThan(inTheDevice);

        provider.logout();
        assertThat(copies(needle)).as("after the logout").isEqualTo(inTheDevice);
        assertThat(keyStore.size()).isPositive();
        assertThat(signature.getAlgorithm()).isNotNull();
    }

    @Test
    void anUnwrappedKeyGoesWithItsObject() throws Exception {
        byte[] needle = letters(32);
        AuthProvider provider = provider();
        loaded(provider, FACTORY_PIN);
        KeyPair pair =
                generate(provider, "RSA", "decrypter", new RSAKeyGenParameterSpec(2048, RSAKeyGenParameterSpec.F4));
        byte[] plain = needle.clone();
        mask(plain);
        SecretKeySpec session = new SecretKeySpec(plain, "AES");
        Arrays.fill(plain, (byte) 0);
        Cipher wrap = Cipher.getInstance("RSA/ECB/PKCS1Padding", "SunJCE");
        wrap.init(Cipher.WRAP_MODE, pair.getPublic());
        byte[] wrapped = wrap.wrap(session);
        session = null;
        wrap = null;
        Cipher unwrap = Cipher.getInstance("RSA/ECB/PKCS1Padding", provider);
        unwrap.init(Cipher.UNWRAP_MODE, pair.getPrivate());
        SecretKey unwrapped = (SecretKey) unwrap.unwrap(wrapped, "AES", Cipher.SECRET_KEY);
        assertThat(copies(needle)).as("in the key").isEqualTo(1);

        assertThat(unwrapped.getAlgorithm()).isEqualTo("AES");
        unwrapped = null;
        assertThat(copies(needle)).as("without the key").isZero();
        assertThat(unwrap.getAlgorithm()).isNotNull();
        provider.logout();
    }

    private AuthProvider provider() {
        return (AuthProvider) new SchsmProvider().configure("terminal = " + terminal + "; trust = simulator");
    }

    private static KeyStore loaded(AuthProvider provider, char[] pin) throws Exception {
        KeyStore keyStore = KeyStore.getInstance("SCHSM", provider);
        keyStore.load(null, pin);
        return keyStore;
    }

    private static KeyPair generate(
            AuthProvider provider, String algorithm, String label, AlgorithmParameterSpec parameters) throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm, provider);
        generator.initialize(SchsmKeySpec.builder(label).parameters(parameters).build());
        return generator.generateKeyPair();
    }

    /** Random letters, masked: so that what the test looks for is not itself in the heap. */
    private static byte[] letters(int length) {
        byte[] letters = new byte[length];
        for (int i = 0; i < length; i++) {
            letters[i] = (byte) ('a' + RANDOM.nextInt(26));
        }
        mask(letters);
        return letters;
    }

    private static void mask(byte[] needle) {
        for (int i = 0; i < needle.length; i++) {
            needle[i] ^= 0x55;
        }
    }

    private static char[] characters(byte[] masked) {
        char[] characters = new char[masked.length];
        for (int i = 0; i < masked.length; i++) {
            characters[i] = (char) (masked[i] ^ 0x55);
        }
        return characters;
    }

    /** How often the live heap has it, as bytes or as characters of two bytes (which the heap's file writes high byte first). */
    private int copies(byte[] masked) throws Exception {
        Path file = folder.resolve("heap" + dumps++ + ".hprof");
        ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class).dumpHeap(file.toString(), true);
        int found = 0;
        int[] run = new int[3];
        try (InputStream heap = Files.newInputStream(file)) {
            byte[] buffer = new byte[1 << 20];
            int previous = -1;
            for (int length = heap.read(buffer); length > 0; length = heap.read(buffer)) {
                for (int i = 0; i < length; i++) {
                    int next = buffer[i];
                    found += step(run, 0, masked, next);
                    // Characters: every second byte, at either alignment, with a zero before it.
                    int phase = 1 + (i & 1);
                    if (previous == 0) {
                        found += step(run, phase, masked, next);
                    } else {
                        run[phase] = 0;
                    }
                    previous = next;
                }
            }
        }
        Files.delete(file);
        return found;
    }

    private static int step(int[] run, int which, byte[] masked, int next) {
        if ((masked[run[which]] ^ 0x55) == next) {
            if (++run[which] == masked.length) {
                run[which] = 0;
                return 1;
            }
        } else {
            run[which] = (masked[0] ^ 0x55) == next ? 1 : 0;
        }
        return 0;
    }
}
