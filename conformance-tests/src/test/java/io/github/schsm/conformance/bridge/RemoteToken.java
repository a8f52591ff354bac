// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.bridge;

import io.github.schsm.SchsmException;
import io.github.schsm.SchsmKeySpec;
import io.github.schsm.conformance.bench.Libraries;
import io.github.schsm.conformance.bench.Pki;
import io.github.schsm.conformance.bench.SoftHsmFolder;
import io.github.schsm.provider.SchsmProvider;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.spec.AlgorithmParameterSpec;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.RSAKeyGenParameterSpec;
import java.util.Collections;
import java.util.List;

/**
 * The program of the tests with {@code p11-kit server}: generates, lists, signs, loses the server and finds it again,
 * deletes. The client module reads the server's address from the environment, hence a process of its own.
 */
final class RemoteToken {
    static final String BEFORE = "before the server was there:";
    static final String LISTED = "listed";
    static final String SIGNED = "signed";
    static final String WITHOUT = "without a server:";
    static final String AGAIN = "signed again";
    static final String UNNOTICED = "signed after a restart that nobody noticed";
    static final String DELETED = "deleted, left:";

    private static final String EC = "SHA256withECDSA";
    private static final String RSA = "SHA256withRSA";
    private static final byte[] DATA = "signed far away".getBytes(StandardCharsets.UTF_8);

    private final PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    private final Path socket;
    private final Path module;
    private final Provider provider;
    private final KeyStore keys;

    private RemoteToken(Path socket, Path module, String device) throws Exception {
        this.socket = socket;
        this.module = module;
        this.provider = new SchsmProvider()
                .configure("terminal = pkcs11:" + Libraries.find(Libraries.P11_KIT_CLIENT) + "; device = " + device);
        this.keys = KeyStore.getInstance("SCHSM", provider);
    }

    /** Arguments: the server's socket, the module that it is to load, the token. */
    public static void main(String[] arguments) throws Exception {
        new RemoteToken(Path.of(arguments[0]), Path.of(arguments[1]), arguments[2]).run();
        System.exit(0);
    }

    private void run() throws Exception {
        try {
            keys.load(null, SoftHsmFolder.PIN.toCharArray());
            throw new IllegalStateException("loaded without a server");
        } catch (IOException expected) {
            requireOurs(expected);
            out.println(BEFORE + " " + expected.getMessage());
        }

        P11KitServer server = P11KitServer.start(socket, module);
        try {
            keys.load(null, SoftHsmFolder.PIN.toCharArray());
            KeyPair ec = generate("EC", "far-ec", new ECGenParameterSpec("secp256r1"));
            KeyPair rsa = generate("RSA", "far-rsa", new RSAKeyGenParameterSpec(2048, RSAKeyGenParameterSpec.F4));
            keys.load(null, SoftHsmFolder.PIN.toCharArray());
            out.println(LISTED + " " + aliases());
            PrivateKey handle = (PrivateKey) keys.getKey("far-ec", null);
            sign(EC, handle, ec.getPublic());
            sign(RSA, rsa.getPrivate(), rsa.getPublic());
            out.println(SIGNED);

            server.kill();
            try {
                sign(EC, handle, ec.getPublic());
                throw new IllegalStateException("signed without a server");
            } catch (SignatureException expected) {
                requireOurs(expected);
                out.println(WITHOUT + " " + expected.getMessage());
            }
            server = P11KitServer.start(socket, module);
            sign(EC, handle, ec.getPublic());
            sign(RSA, rsa.getPrivate(), rsa.getPublic());
            out.println(AGAIN);

            server.kill();
            server = P11KitServer.start(socket, module);
            sign(RSA, rsa.getPrivate(), rsa.getPublic());
            sign(EC, handle, ec.getPublic());
            out.println(UNNOTICED);

            keys.deleteEntry("far-ec");
            keys.deleteEntry("far-rsa");
            keys.load(null, SoftHsmFolder.PIN.toCharArray());
            out.println(DELETED + " " + aliases());
        } finally {
            server.kill();
        }
    }

    private KeyPair generate(String algorithm, String label, AlgorithmParameterSpec parameters) throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm, provider);
        generator.initialize(SchsmKeySpec.builder(label).parameters(parameters).build());
        return generator.generateKeyPair();
    }

    private List<String> aliases() throws Exception {
        return Collections.list(keys.aliases()).stream().sorted().toList();
    }

    private void sign(String algorithm, PrivateKey key, PublicKey publicKey) throws Exception {
        Signature signer = Signature.getInstance(algorithm, provider);
        signer.initSign(key);
        signer.update(DATA);
        if (!Pki.verifies(algorithm, publicKey, DATA, signer.sign())) {
            throw new IllegalStateException("wrong signature");
        }
    }

    private static void requireOurs(Exception thrown) throws Exception {
        if (!(thrown.getCause() instanceof SchsmException)) {
            throw thrown;
        }
    }
}
