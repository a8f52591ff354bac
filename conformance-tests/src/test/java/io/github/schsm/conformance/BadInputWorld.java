package io.github.schsm.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.KeyAlgorithm;
import io.github.schsm.SchsmKeySpec;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import javax.crypto.KeyGenerator;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;

/** Devices with a good key of each kind, and with keys that are no good. */
final class BadInputWorld implements AutoCloseable {
    static final byte[] DATA = {1, 2, 3, 4, 5};

    final Bench bench;
    final Provider provider;
    final KeyStore keyStore;
    final Group group;
    final Group.Keks keks;
    final KeyPair exchange;
    final KeyPair exchangeOfTarget;
    final KeyPair ec;
    final KeyPair otherCurve;
    final PrivateKey ecdhOnly;
    final PrivateKey ecdsaOnly;
    final PrivateKey deleted;
    final PrivateKey usedUp;
    final PrivateKey movable;
    final KeyPair rsa;
    final PrivateKey rsaSignOnly;
    final PrivateKey rsaDecryptOnly;
    final PrivateKey rsaDeleted;
    final SecretKey aes;
    final SecretKey cmacOnly;
    final SecretKey encryptOnly;
    final SecretKey deletedAes;
    final KeyPair softwareEc;
    final KeyPair softwareRsa;
    final SecretKey softwareAes = new SecretKeySpec(new byte[16], "AES");
    final X509Certificate certificate;
    final X509Certificate[] chain;

    BadInputWorld(Bench bench) throws Exception {
        this.bench = bench;
        provider = bench.source().provider();
        group = Group.of(bench);
        keyStore = group.source().keyStore();
        exchange = group.source()
                .generate(SchsmKeySpec.exchangeKey("exchange", group.source().domain()));
        exchangeOfTarget = group.target()
                .generate(SchsmKeySpec.exchangeKey("exchange", group.target().domain()));
        keks = new Group.Keks(
                group.source().agree(exchange, Group.publicKeyFile(exchangeOfTarget)),
                group.target().agree(exchangeOfTarget, Group.publicKeyFile(exchange)));
        ec = ec("ec", "secp256r1");
        otherCurve = ec("other-curve", "brainpoolP256r1");
        ecdhOnly = ec("ecdh-only", "secp256r1", KeyAlgorithm.ECDH).getPrivate();
        ecdsaOnly = ec("ecdsa-only", "secp256r1", KeyAlgorithm.ECDSA).getPrivate();
        deleted = ec("deleted", "secp256r1").getPrivate();
        usedUp = Group.generatePair(
                        provider,
                        SchsmKeySpec.builder("used-up")
                                .parameters(new ECGenParameterSpec("secp256r1"))
                                .useCounter(1)
                                .build())
                .getPrivate();
        movable = group.source()
                .generate(SchsmKeySpec.builder("movable")
                        .parameters(new ECGenParameterSpec("secp256r1"))
                        .domain(group.source().domain())
                        .allow(KeyAlgorithm.ECDSA, KeyAlgorithm.WRAP)
                        .build())
                .getPrivate();
        rsa = rsa("rsa");
        rsaSignOnly =
                rsa("rsa-sign", KeyAlgorithm.RSA_PKCS1, KeyAlgorithm.RSA_PSS).getPrivate();
        rsaDecryptOnly = rsa("rsa-decrypt", KeyAlgorithm.RSA_DECRYPT_RAW).getPrivate();
        rsaDeleted = rsa("rsa-deleted").getPrivate();
        aes = aes("aes");
        cmacOnly = aes("cmac-only", KeyAlgorithm.AES_CMAC);
        encryptOnly = aes("encrypt-only", KeyAlgorithm.AES_CBC_ENCRYPT);
        deletedAes = aes("deleted-aes");
        keyStore.deleteEntry("deleted");
        keyStore.deleteEntry("deleted-aes");
        keyStore.deleteEntry("rsa-deleted");
        sign(usedUp);
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC", "SunEC");
        generator.initialize(256);
        softwareEc = generator.generateKeyPair();
        KeyPairGenerator rsa = KeyPairGenerator.getInstance("RSA", "SunRsaSign");
        rsa.initialize(1024);
        softwareRsa = rsa.generateKeyPair();
        Pki pki = Pki.create();
        certificate = pki.root();
        chain = new X509Certificate[] {pki.issue("ec", ec.getPublic())};
    }

    private KeyPair ec(String label, String curve, KeyAlgorithm... allowed) throws Exception {
        return Group.generatePair(
                provider,
                spec(label, allowed).parameters(new ECGenParameterSpec(curve)).build());
    }

    private KeyPair rsa(String label, KeyAlgorithm... allowed) throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA", provider);
        generator.initialize(spec(label, allowed).keySize(1024).build());
        return generator.generateKeyPair();
    }

    private static SchsmKeySpec.Builder spec(String label, KeyAlgorithm... allowed) {
        SchsmKeySpec.Builder builder = SchsmKeySpec.builder(label);
        return allowed.length == 0 ? builder : builder.allow(allowed);
    }

    private SecretKey aes(String label, KeyAlgorithm... allowed) throws Exception {
        KeyGenerator generator = KeyGenerator.getInstance("AES", provider);
        generator.init(spec(label, allowed).keySize(128).build());
        return generator.generateKey();
    }

    private void sign(PrivateKey key) throws Exception {
        Signature signature = Signature.getInstance("SHA256withECDSA", provider);
        signature.initSign(key);
        assertThat(signature.sign()).isNotEmpty();
    }

    /** Runs something while the device is out of its reader. */
    void without(BadInput.Failing call) throws Exception {
        bench.source().remove();
        try {
            call.run();
        } finally {
            bench.source().insert();
        }
    }

    @Override
    public void close() throws GeneralSecurityException, IOException {
        bench.close();
    }
}
