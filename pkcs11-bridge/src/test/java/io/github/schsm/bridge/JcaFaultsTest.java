// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.bridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.schsm.PinException;
import io.github.schsm.SchsmException;
import io.github.schsm.SchsmKeySpec;
import io.github.schsm.TokenNotPresentException;
import io.github.schsm.bridge.cryptoki.Ckr;
import io.github.schsm.bridge.cryptoki.ModuleFileTest;
import io.github.schsm.provider.SchsmProvider;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.InvalidKeyException;
import java.security.Key;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.KeyStoreException;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.ProviderException;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.SignatureException;
import java.security.UnrecoverableKeyException;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.util.Collections;
import java.util.List;
import javax.crypto.BadPaddingException;
import javax.crypto.Cipher;
import javax.crypto.KeyAgreement;
import javax.crypto.KeyGenerator;
import javax.crypto.Mac;
import javax.crypto.spec.IvParameterSpec;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a program that knows only the JCA sees when the module behind the provider refuses. */
@Timeout(value = 180, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class JcaFaultsTest {
    private static final char[] PIN = FakeToken.USER_PIN.toCharArray();
    private static final List<Long> ANSWERS = List.of(
            Ckr.HOST_MEMORY.value(),
            Ckr.GENERAL_ERROR.value(),
            Ckr.DEVICE_ERROR.value(),
            Ckr.DEVICE_MEMORY.value(),
            Ckr.DEVICE_REMOVED.value(),
            Ckr.MECHANISM_INVALID.value(),
            Ckr.KEY_FUNCTION_NOT_PERMITTED.value(),
            Ckr.SESSION_CLOSED.value(),
            Ckr.TOKEN_NOT_PRESENT.value(),
            Ckr.USER_NOT_LOGGED_IN.value());

    @TempDir
    private Path folder;

    private final FakeBench bench = new FakeBench();
    private Provider provider;
    private KeyStore keyStore;
    private Key ec;
    private Key rsa;
    private Key aes;

    @BeforeEach
    void load() throws Exception {
        Path file = Files.write(folder.resolve(FakeBench.MODULE), ModuleFileTest.anyModule());
        Modules.put(file, bench.loaded);
        provider = new SchsmProvider().configure("terminal = pkcs11:" + file + "; device = " + bench.device.serial);
        keyStore = KeyStore.getInstance("SCHSM", provider);
        keyStore.load(null, PIN);
        ec = keyStore.getKey("ec", null);
        rsa = keyStore.getKey("rsa", null);
        aes = keyStore.getKey("aes", null);
    }

    /** A use of the provider, and the exceptions that the JCA documents for it; the unchecked one where it has no other. */
    @SuppressWarnings("ImmutableEnumChecker") // the list is a copy that nobody can write to
    private enum Use {
        SIGN(SignatureException.class, InvalidKeyException.class) {
            @Override
            void run(JcaFaultsTest test) throws Exception {
                Signature signature = Signature.getInstance("SHA256withECDSA", test.provider);
                signature.initSign((PrivateKey) test.ec);
                signature.update(new byte[100]);
                signature.sign();
            }
        },
        DECRYPT(BadPaddingException.class, InvalidKeyException.class, ProviderException.class) {
            @Override
            void run(JcaFaultsTest test) throws Exception {
                Cipher encrypt = Cipher.getInstance("RSA/ECB/PKCS1Padding");
                encrypt.init(Cipher.ENCRYPT_MODE, FakeBench.RSA.getPublic());
                Cipher cipher = Cipher.getInstance("RSA/ECB/PKCS1Padding", test.provider);
                cipher.init(Cipher.DECRYPT_MODE, test.rsa);
                cipher.doFinal(encrypt.doFinal(new byte[5]));
            }
        },
        AES(InvalidKeyException.class, ProviderException.class) {
            @Override
            void run(JcaFaultsTest test) throws Exception {
                Cipher cipher = Cipher.getInstance("AES/CBC/PKCS5Padding", test.provider);
                cipher.init(Cipher.ENCRYPT_MODE, test.aes, new IvParameterSpec(new byte[16]));
                cipher.doFinal(new byte[20]);
            }
        },
        MAC(InvalidKeyException.class, ProviderException.class) {
            @Override
            void run(JcaFaultsTest test) throws Exception {
                Mac mac = Mac.getInstance("AESCMAC", test.provider);
                mac.init(test.aes);
                mac.doFinal(new byte[20]);
            }
        },
        AGREE(InvalidKeyException.class, ProviderException.class) {
            @Override
            void run(JcaFaultsTest test) throws Exception {
                KeyAgreement agreement = KeyAgreement.getInstance("ECDH", test.provider);
                agreement.init(test.ec);
                agreement.doPhase(FakeBench.PEER.getPublic(), true);
                agreement.generateSecret();
            }
        },
        GENERATE_PAIR(ProviderException.class) {
            @Override
            void run(JcaFaultsTest test) throws Exception {
                KeyPairGenerator generator = KeyPairGenerator.getInstance("EC", test.provider);
                generator.initialize(SchsmKeySpec.builder("new")
                        .parameters(new ECGenParameterSpec("secp256r1"))
                        .build());
                generator.generateKeyPair();
            }
        },
        GENERATE_KEY(ProviderException.class) {
            @Override
            void run(JcaFaultsTest test) throws Exception {
                KeyGenerator generator = KeyGenerator.getInstance("AES", test.provider);
                generator.init(256);
                generator.generateKey();
            }
        },
        STORE(KeyStoreException.class, ProviderException.class) {
            @Override
            void run(JcaFaultsTest test) throws Exception {
                test.keyStore.setKeyEntry("rsa", test.rsa, null, new Certificate[] {
                    certificate(FakeBench.certificate(FakeBench.RSA, "CN=rsa"))
                });
            }
        },
        DELETE(KeyStoreException.class, ProviderException.class) {
            @Override
            void run(JcaFaultsTest test) throws Exception {
                test.keyStore.deleteEntry("rsa");
            }
        },
        LOAD(IOException.class, ProviderException.class) {
            @Override
            void run(JcaFaultsTest test) throws Exception {
                KeyStore again = KeyStore.getInstance("SCHSM", test.provider);
                again.load(null, PIN);
                assertThat(Collections.list(again.aliases())).contains("ec");
            }
        },
        RANDOM(ProviderException.class) {
            @Override
            void run(JcaFaultsTest test) throws Exception {
                SecureRandom.getInstance("SCHSM", test.provider).nextBytes(new byte[10]);
            }
        };

        private final List<Class<?>> documented;

        Use(Class<?>... documented) {
            this.documented = List.of(documented);
        }

        abstract void run(JcaFaultsTest test) throws Exception;
    }

    private static Certificate certificate(byte[] der) throws Exception {
        return CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(der));
    }

    private static Throwable root(Throwable thrown) {
        Throwable root = thrown;
        while (root != null && !(root instanceof SchsmException)) {
            root = root.getCause();
        }
        return root;
    }

    @ParameterizedTest
    @EnumSource
    void everyAnswerBecomesTheExceptionThatTheJcaDocuments(Use use) throws Exception {
        use.run(this);
        load();
        FakeScript script = bench.module.script();
        script.resetCounts();
        use.run(this);
        List<String> functions = script.trace().stream().distinct().toList();
        for (String function : functions) {
            for (long answer : ANSWERS) {
                load();
                script.answerAlways(function, answer);
                try {
                    use.run(this);
                } catch (Exception failed) {
                    assertThat(use.documented)
                            .as("%s answers %s: %s", function, Ckr.name(answer), failed)
                            .anyMatch(type -> type.isInstance(failed));
                    assertThat(failed.getMessage()).isNotBlank();
                    assertThat(root(failed))
                            .as("cause of %s", failed)
                            .isNotNull()
                            .satisfies(cause -> assertThat(cause.getMessage()).contains(FakeBench.MODULE));
                } finally {
                    script.clear();
                }
            }
        }
        assertThat(bench.module.misuses()).isEmpty();
    }

    @Test
    void aWrongPasswordIsAnUnrecoverableKeyAsTheKeyStoreDocuments() throws Exception {
        KeyStore again = KeyStore.getInstance("SCHSM", provider);
        assertThatThrownBy(() -> again.load(null, "000000".toCharArray()))
                .isInstanceOf(IOException.class)
                .hasCauseInstanceOf(UnrecoverableKeyException.class)
                .satisfies(thrown -> assertThat(root(thrown)).isInstanceOf(PinException.class));
    }

    @Test
    void anotherTokenOfThatNameIsLoadedWhenTheOneInUseWasTakenOut() throws Exception {
        String module = "terminal = pkcs11:" + folder.resolve(FakeBench.MODULE);
        Provider byLabel = new SchsmProvider().configure(module + "; device = " + bench.device.label);
        KeyStore loaded = KeyStore.getInstance("SCHSM", byLabel);
        loaded.load(null, PIN);
        assertThat(loaded.containsAlias("ec")).isTrue();
        FakeToken other = new FakeToken(bench.device.label, bench.device.serial + "-2");
        other.addKeyPair("others", new byte[] {7}, FakeBench.PEER);
        bench.module.pull(0);
        bench.module.insert(0, other);

        loaded.load(null, PIN);

        assertThat(Collections.list(loaded.aliases())).containsExactly("others");
    }

    /** The same handle, label and CKA_ID, but another key: as a module may have it that takes handles again. */
    @Test
    void keyThatTookThePlaceOfAnotherIsSeenByALoadAgain() throws Exception {
        keyStore.load(null, PIN);
        bench.module.pull(0);
        FakeToken same = new FakeToken(bench.device.label, bench.device.serial);
        same.addKeyPair("ec", new byte[] {1}, FakeBench.PEER);
        bench.module.insert(0, same);

        keyStore.load(null, PIN);

        assertThat(Collections.list(keyStore.aliases())).containsExactly("ec");
        assertThat(((ECPublicKey) keyStore.getCertificate("ec").getPublicKey()).getW())
                .isEqualTo(((ECPublicKey) FakeBench.PEER.getPublic()).getW());
    }

    @Test
    void aPrivateKeyOutlivesTheRemovalOfItsToken() throws Exception {
        Signature signature = Signature.getInstance("SHA256withECDSA", provider);
        signature.initSign((PrivateKey) ec);
        bench.module.pull(0);
        assertThatThrownBy(() -> {
                    signature.update(new byte[3]);
                    signature.sign();
                })
                .isInstanceOf(SignatureException.class)
                .satisfies(thrown -> assertThat(root(thrown)).isInstanceOf(TokenNotPresentException.class));
        bench.module.insert(4, bench.device);
        signature.update(new byte[3]);
        byte[] signed = signature.sign();
        Signature verifier = Signature.getInstance("SHA256withECDSA");
        verifier.initVerify(FakeBench.EC.getPublic());
        verifier.update(new byte[3]);
        assertThat(verifier.verify(signed)).isTrue();
    }
}
