// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.examples.messages;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.schsm.examples.support.Command;
import io.github.schsm.examples.support.KeyKind;
import io.github.schsm.examples.support.Recipe;
import io.github.schsm.examples.support.Verdict;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.PublicKey;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Date;
import java.util.List;
import org.bouncycastle.bcpg.HashAlgorithmTags;
import org.bouncycastle.bcpg.PublicKeyPacket;
import org.bouncycastle.bcpg.PublicSubkeyPacket;
import org.bouncycastle.bcpg.SymmetricKeyAlgorithmTags;
import org.bouncycastle.bcpg.sig.KeyFlags;
import org.bouncycastle.openpgp.PGPEncryptedDataGenerator;
import org.bouncycastle.openpgp.PGPEncryptedDataList;
import org.bouncycastle.openpgp.PGPException;
import org.bouncycastle.openpgp.PGPLiteralData;
import org.bouncycastle.openpgp.PGPLiteralDataGenerator;
import org.bouncycastle.openpgp.PGPPrivateKey;
import org.bouncycastle.openpgp.PGPPublicKey;
import org.bouncycastle.openpgp.PGPPublicKeyEncryptedData;
import org.bouncycastle.openpgp.PGPPublicKeyRing;
import org.bouncycastle.openpgp.PGPSignature;
import org.bouncycastle.openpgp.PGPSignatureGenerator;
import org.bouncycastle.openpgp.PGPSignatureSubpacketGenerator;
import org.bouncycastle.openpgp.jcajce.JcaPGPObjectFactory;
import org.bouncycastle.openpgp.operator.PGPKeyPairGenerator;
import org.bouncycastle.openpgp.operator.jcajce.JcaKeyFingerprintCalculator;
import org.bouncycastle.openpgp.operator.jcajce.JcaPGPContentSignerBuilder;
import org.bouncycastle.openpgp.operator.jcajce.JcaPGPKeyConverter;
import org.bouncycastle.openpgp.operator.jcajce.JcaPGPKeyPairGeneratorProvider;
import org.bouncycastle.openpgp.operator.jcajce.JcaPGPPrivateKey;
import org.bouncycastle.openpgp.operator.jcajce.JcePGPDataEncryptorBuilder;
import org.bouncycastle.openpgp.operator.jcajce.JcePublicKeyDataDecryptorFactoryBuilder;
import org.bouncycastle.openpgp.operator.jcajce.JcePublicKeyKeyEncryptionMethodGenerator;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Recipe(
        program = "Bouncy Castle OpenPGP",
        version = "1.87",
        verdict = Verdict.CODE,
        how = "`JcaPGPPrivateKey` with the handle, `setProvider(provider)` in the builders")
@Tag("programs")
@SuppressWarnings("JavaUtilDate") // what OpenPGP's classes take
class OpenPgpTest extends DeviceMessages {
    private static final String USER = "Alice <alice@example.com>";
    /** Part of the key's fingerprint, and so the same whenever the key is used. */
    private static final Date CREATED = Date.from(Instant.parse("2020-01-01T00:00:00Z"));

    private static PGPSignatureGenerator signatures(
            PGPPublicKey publicKey, PrivateKey key, int type, int hash, Provider provider) throws Exception {
        // region openpgp-signer
        PGPPrivateKey signer = new JcaPGPPrivateKey(publicKey, key);
        PGPSignatureGenerator signatures = new PGPSignatureGenerator(
                new JcaPGPContentSignerBuilder(publicKey.getAlgorithm(), hash).setProvider(provider), publicKey);
        signatures.init(type, signer);
        // endregion
        return signatures;
    }

    private static PGPPublicKey pgp(int algorithm, PublicKey key) throws Exception {
        // region openpgp-key
        PGPPublicKey publicKey =
                new JcaPGPKeyConverter().getPGPPublicKey(PublicKeyPacket.VERSION_4, algorithm, key, CREATED);
        // endregion
        return publicKey;
    }

    /** What others import: the keys, and what the signing key says of them. */
    private static PGPPublicKeyRing certificate(
            PGPPublicKey signing, PublicKey encryption, int encryptionAlgorithm, PrivateKey signer, Provider provider)
            throws Exception {
        // region openpgp-certificate
        int hash = HashAlgorithmTags.SHA512;
        PGPSignatureGenerator self = signatures(signing, signer, PGPSignature.POSITIVE_CERTIFICATION, hash, provider);
        PGPSignatureSubpacketGenerator may = new PGPSignatureSubpacketGenerator();
        may.setKeyFlags(true, KeyFlags.CERTIFY_OTHER | KeyFlags.SIGN_DATA);
        self.setHashedSubpackets(may.generate());
        PGPPublicKey first = PGPPublicKey.addCertification(signing, USER, self.generateCertification(USER, signing));

        PGPPublicKey second = new PGPPublicKey(
                new PublicSubkeyPacket(
                        PublicKeyPacket.VERSION_4,
                        encryptionAlgorithm,
                        CREATED,
                        pgp(encryptionAlgorithm, encryption)
                                .getPublicKeyPacket()
                                .getKey()),
                new JcaKeyFingerprintCalculator());
        PGPSignatureGenerator binding = signatures(signing, signer, PGPSignature.SUBKEY_BINDING, hash, provider);
        may = new PGPSignatureSubpacketGenerator();
        may.setKeyFlags(true, KeyFlags.ENCRYPT_COMMS | KeyFlags.ENCRYPT_STORAGE);
        binding.setHashedSubpackets(may.generate());
        second = PGPPublicKey.addCertification(second, binding.generateCertification(first, second));

        PGPPublicKeyRing ring = new PGPPublicKeyRing(List.of(first, second));
        // endregion
        return ring;
    }

    private static byte[] sign(PGPPublicKey publicKey, PrivateKey key, byte[] content, Provider provider)
            throws Exception {
        // region openpgp-sign
        PGPSignatureGenerator signatures =
                signatures(publicKey, key, PGPSignature.BINARY_DOCUMENT, HashAlgorithmTags.SHA512, provider);
        signatures.update(content);
        byte[] signature = signatures.generate().getEncoded();
        // endregion
        return signature;
    }

    private static byte[] decrypt(byte[] message, PGPPublicKey publicKey, PrivateKey key, Provider provider)
            throws Exception {
        // region openpgp-decrypt
        PGPPrivateKey decrypter = new JcaPGPPrivateKey(publicKey, key);
        PGPEncryptedDataList list = (PGPEncryptedDataList) new JcaPGPObjectFactory(message).nextObject();
        PGPPublicKeyEncryptedData encrypted = (PGPPublicKeyEncryptedData) list.get(0);
        InputStream clear = encrypted.getDataStream(new JcePublicKeyDataDecryptorFactoryBuilder()
                .setProvider(provider)
                .build(decrypter));
        PGPLiteralData literal = (PGPLiteralData) new JcaPGPObjectFactory(clear).nextObject();
        byte[] content = literal.getDataStream().readAllBytes();
        if (!encrypted.verify()) {
            throw new PGPException("the message was changed");
        }
        // endregion
        return content;
    }

    @ParameterizedTest
    @CsvSource({"P256, 19, 18", "P384, 19, 18", "BRAINPOOL256, 19, 18", "RSA2048, 1, 1"})
    void gnupgVerifiesAndEncrypts(KeyKind kind, int signing, int encryption) throws Exception {
        PGPPublicKey signer = pgp(signing, keys.publicKey(kind));
        PrivateKey decrypter = world.key("decrypt-" + kind, kind);
        PGPPublicKeyRing ring = certificate(
                signer, world.certificate("decrypt-" + kind).getPublicKey(), encryption, keys.key(kind), provider);
        Path home = Files.createDirectory(
                folder.resolve("gnupg-" + kind),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        Path data = Files.write(home.resolve("data.txt"), TEXT);

        gnupg(home, "--import", Files.write(home.resolve("alice.pgp"), ring.getEncoded()));
        Path signature = Files.write(home.resolve("data.sig"), sign(signer, keys.key(kind), TEXT, provider));
        assertThat(gnupg(home, "--verify", signature, data)).contains("Good signature from \"" + USER);

        Path message = home.resolve("message.pgp");
        gnupg(
                home,
                "--compress-algo",
                "none",
                "--trust-model",
                "always",
                "-r",
                "alice@example.com",
                "-o",
                message,
                "--encrypt",
                data);
        PGPPublicKey subkey = ring.getPublicKey(ringIds(ring).get(1));
        assertThat(decrypt(Files.readAllBytes(message), subkey, decrypter, provider))
                .isEqualTo(TEXT);
    }

    /** The ephemeral key of an agreement is made in software, and no key stays in the device. */
    @ParameterizedTest
    @CsvSource({"P256, 18", "RSA2048, 1"})
    void messagesAreMadeByThisProvider(KeyKind kind, int algorithm) throws Exception {
        PrivateKey decrypter = world.key("made-" + kind, kind);
        PGPPublicKey recipient =
                pgp(algorithm, world.certificate("made-" + kind).getPublicKey());
        List<String> before = Collections.list(world.keyStore().aliases());
        PGPEncryptedDataGenerator generator =
                new PGPEncryptedDataGenerator(new JcePGPDataEncryptorBuilder(SymmetricKeyAlgorithmTags.AES_256)
                        .setWithIntegrityPacket(true)
                        .setProvider(provider));
        generator.addMethod(new JcePublicKeyKeyEncryptionMethodGenerator(recipient).setProvider(provider));
        ByteArrayOutputStream literal = new ByteArrayOutputStream();
        try (OutputStream content = new PGPLiteralDataGenerator()
                .open(literal, PGPLiteralData.BINARY, PGPLiteralData.CONSOLE, TEXT.length, CREATED)) {
            content.write(TEXT);
        }
        ByteArrayOutputStream message = new ByteArrayOutputStream();
        try (OutputStream clear = generator.open(message, literal.size())) {
            literal.writeTo(clear);
        }

        assertThat(Collections.list(world.keyStore().aliases())).isEqualTo(before);
        assertThat(decrypt(message.toByteArray(), recipient, decrypter, provider))
                .isEqualTo(TEXT);
    }

    /** A program that names the provider for keys that last gets none that anybody could take along. */
    @Test
    void keysOfPeopleAreNotMadeInSoftware() throws Exception {
        PGPKeyPairGenerator generator =
                new JcaPGPKeyPairGeneratorProvider().setProvider(provider).get(PublicKeyPacket.VERSION_4, CREATED);

        // The pair is the device's, of which Bouncy Castle wants the secret numbers.
        assertThatThrownBy(() -> generator.generateRsaKeyPair(2048)).hasStackTraceContaining("RSAPrivateCrtKey");
        assertThatThrownBy(generator::generateNistP256ECDSAKeyPair).hasStackTraceContaining("ECDSA");
        assertThatThrownBy(generator::generateX25519KeyPair).hasStackTraceContaining("X25519");
    }

    private static List<Long> ringIds(PGPPublicKeyRing ring) {
        List<Long> ids = new ArrayList<>();
        ring.getPublicKeys().forEachRemaining(key -> ids.add(key.getKeyID()));
        return ids;
    }

    private static String gnupg(Path home, Object... arguments) throws Exception {
        List<String> command =
                new ArrayList<>(List.of("gpg", "--homedir", home.toString(), "--batch", "--no-autostart", "--no-tty"));
        for (Object each : arguments) {
            command.add(each.toString());
        }
        return Command.run(home, command.toArray(String[]::new));
    }
}
