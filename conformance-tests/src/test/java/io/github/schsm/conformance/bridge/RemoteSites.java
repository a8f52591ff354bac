// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.bridge;

import io.github.schsm.SchsmException;
import io.github.schsm.SchsmKeySpec;
import io.github.schsm.conformance.bench.Libraries;
import io.github.schsm.conformance.bench.Pki;
import io.github.schsm.conformance.bench.SoftHsmFolder;
import io.github.schsm.provider.SchsmProvider;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.Provider;
import java.security.Signature;
import java.security.SignatureException;
import java.security.spec.ECGenParameterSpec;
import java.util.Map;

/**
 * The program of the test with two servers behind {@code p11-kit-proxy.so}: signs on both, loses one, finds it again.
 * p11-kit reads from the home folder which servers there are, hence a process of its own.
 */
final class RemoteSites {
    static final String BOTH = "signed on both sites";
    static final String LOST = "without the second site:";
    static final String FIRST_GOES_ON = "the first site goes on";
    static final String BACK = "the second site is back";

    private static final byte[] DATA = "signed far away".getBytes(StandardCharsets.UTF_8);

    private final PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);

    private RemoteSites() {}

    /** One site: a token, and how its server is started. */
    private record Site(String label, Path folder) {
        P11KitServer start() throws Exception {
            return P11KitServer.start(
                    RemoteSitesTest.socket(folder),
                    Libraries.find(Libraries.SOFT_HSM),
                    Map.of("SOFTHSM2_CONF", folder.resolve("softhsm2.conf").toString()));
        }

        Key generate() throws Exception {
            Provider provider = new SchsmProvider()
                    .configure("terminal = pkcs11:" + Libraries.find(Libraries.P11_KIT_PROXY) + "; device = " + label);
            KeyStore.getInstance("SCHSM", provider).load(null, SoftHsmFolder.PIN.toCharArray());
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC", provider);
            generator.initialize(SchsmKeySpec.builder("signing")
                    .parameters(new ECGenParameterSpec("secp256r1"))
                    .build());
            return new Key(provider, generator.generateKeyPair());
        }
    }

    /** A key and its provider. */
    private record Key(Provider provider, KeyPair pair) {
        void sign() throws Exception {
            String algorithm = "SHA256withECDSA";
            Signature signer = Signature.getInstance(algorithm, provider);
            signer.initSign(pair.getPrivate());
            signer.update(DATA);
            if (!Pki.verifies(algorithm, pair.getPublic(), DATA, signer.sign())) {
                throw new IllegalStateException("wrong signature");
            }
        }
    }

    /** Arguments: the folders of the two sites. */
    public static void main(String[] arguments) throws Exception {
        Site first = new Site(RemoteSitesTest.FIRST, Path.of(arguments[0]));
        Site second = new Site(RemoteSitesTest.SECOND, Path.of(arguments[1]));
        P11KitServer firstServer = first.start();
        P11KitServer secondServer = second.start();
        try {
            secondServer = new RemoteSites().run(first, second, secondServer);
        } finally {
            firstServer.kill();
            secondServer.kill();
        }
        System.exit(0);
    }

    private P11KitServer run(Site first, Site second, P11KitServer server) throws Exception {
        Key onFirst = first.generate();
        Key onSecond = second.generate();
        onFirst.sign();
        onSecond.sign();
        out.println(BOTH);

        server.kill();
        try {
            onSecond.sign();
            throw new IllegalStateException("signed without a server");
        } catch (SignatureException expected) {
            if (!(expected.getCause() instanceof SchsmException)) {
                throw expected;
            }
            out.println(LOST + " " + expected.getMessage());
        }
        onFirst.sign();
        out.println(FIRST_GOES_ON);

        P11KitServer restarted = second.start();
        // The proxy is initialized again at most every other second, because that ends all its sessions.
        Thread.sleep(2500);
        onSecond.sign();
        onFirst.sign();
        out.println(BACK);
        return restarted;
    }
}
