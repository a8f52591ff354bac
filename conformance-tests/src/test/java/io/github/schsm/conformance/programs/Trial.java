// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.programs;

import io.github.schsm.provider.SchsmProvider;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.PublicKey;
import java.security.Security;
import java.security.Signature;
import java.security.SignatureException;
import java.security.cert.X509Certificate;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * What a program does with a key on a token, by the JCA alone, so that it runs on any provider. A program of its own,
 * because a provider may lose its token, or never end.
 *
 * <p>Arguments: {@code SCHSM} or {@code SunPKCS11}, its configuration (a text, a file), the trial, its own arguments. Last
 * line on standard output is {@value #OUTCOME} and how it went.
 */
public final class Trial {
    public static final String OUTCOME = "outcome: ";
    public static final String WORKS = "works";
    public static final String FAILS = "fails: ";

    /** Printed when the token is to be removed and inserted, answered by a line on standard input. */
    public static final String TAKE_OUT = "take the token out";

    public static final String PUT_BACK = "put it back";

    private static final String ALGORITHM = "SHA256withECDSA";
    private static final int THREADS = 8;
    private static final int SIGNATURES = 50;

    private final String kind;
    private final Provider provider;
    private final BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));

    private Trial(String name, String configuration) {
        this.kind = name.equals("SCHSM") ? name : "PKCS11";
        this.provider = name.equals("SCHSM")
                ? new SchsmProvider().configure(configuration)
                : Security.getProvider(name).configure(configuration);
    }

    public static void main(String[] arguments) {
        String outcome;
        try {
            outcome = new Trial(arguments[0], arguments[1])
                    .run(arguments[2], List.of(arguments).subList(3, arguments.length));
        } catch (Throwable anything) { // an outcome, too
            anything.printStackTrace();
            outcome = FAILS + reason(anything);
        }
        System.out.println(OUTCOME + outcome);
        System.exit(0);
    }

    private String run(String trial, List<String> arguments) throws Exception {
        return switch (trial) {
            case "sign" -> {
                KeyStore keyStore = load();
                sign(keyStore, arguments.get(0), Integer.parseInt(arguments.get(1)));
                yield WORKS;
            }
            case "threads" -> threads(load(), arguments.get(0));
            case "listed" -> load().isKeyEntry(arguments.get(0)) ? WORKS : FAILS + "not listed";
            case "load" -> {
                load();
                yield WORKS;
            }
            case "read" -> read(load(), Integer.parseInt(arguments.get(0)));
            case "removed" -> removed(arguments.get(0), false, false);
            case "removed-and-used-meanwhile" -> removed(arguments.get(0), true, false);
            case "removed-and-loaded-again" -> removed(arguments.get(0), false, true);
            default -> throw new IllegalArgumentException(trial);
        };
    }

    private KeyStore load() throws Exception {
        KeyStore keyStore = KeyStore.getInstance(kind, provider);
        keyStore.load(null, Keytool.PIN.toCharArray());
        return keyStore;
    }

    private void sign(KeyStore keyStore, String alias, int size) throws Exception {
        sign(
                (PrivateKey) keyStore.getKey(alias, null),
                keyStore.getCertificate(alias).getPublicKey(),
                size);
    }

    private void sign(PrivateKey key, PublicKey publicKey, int size) throws Exception {
        byte[] data = new byte[size];
        Signature signature = Signature.getInstance(ALGORITHM, provider);
        signature.initSign(key);
        signature.update(data);
        byte[] signed = signature.sign();
        Signature verifier = Signature.getInstance(ALGORITHM, "SunEC");
        verifier.initVerify(publicKey);
        verifier.update(data);
        if (!verifier.verify(signed)) {
            throw new SignatureException("wrong signature");
        }
    }

    private String threads(KeyStore keyStore, String alias) throws Exception {
        PrivateKey key = (PrivateKey) keyStore.getKey(alias, null);
        PublicKey publicKey = keyStore.getCertificate(alias).getPublicKey();
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        Callable<Void> work = () -> {
            for (int i = 0; i < SIGNATURES; i++) {
                sign(key, publicKey, 100);
            }
            return null;
        };
        for (Future<Void> done : threads.invokeAll(Collections.nCopies(THREADS, work))) {
            try {
                done.get();
            } catch (ExecutionException failed) {
                throw (Exception) failed.getCause();
            }
        }
        return WORKS;
    }

    private static String read(KeyStore keyStore, int keys) throws Exception {
        int found = 0;
        for (String alias : Collections.list(keyStore.aliases())) {
            if (keyStore.getKey(alias, null) instanceof PrivateKey
                    && keyStore.getCertificate(alias) instanceof X509Certificate) {
                found++;
            }
        }
        return found == keys ? WORKS : FAILS + found + " of " + keys;
    }

    private String removed(String alias, boolean usedMeanwhile, boolean loadAgain) throws Exception {
        KeyStore keyStore = load();
        PrivateKey key = (PrivateKey) keyStore.getKey(alias, null);
        PublicKey publicKey = keyStore.getCertificate(alias).getPublicKey();
        sign(key, publicKey, 32);
        ask(TAKE_OUT);
        if (usedMeanwhile) {
            try {
                sign(key, publicKey, 32);
                return FAILS + "signs without the token";
            } catch (GeneralSecurityException | RuntimeException expected) {
                System.out.println("meanwhile: " + reason(expected));
            }
        }
        ask(PUT_BACK);
        if (loadAgain) {
            sign(load(), alias, 32);
        } else {
            sign(key, publicKey, 32);
        }
        return WORKS;
    }

    private void ask(String what) throws Exception {
        System.out.println(what);
        in.readLine();
    }

    /** The innermost message, in one line. */
    private static String reason(Throwable thrown) {
        Throwable root = thrown;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root.getMessage() == null ? root.getClass().getSimpleName() : root.getMessage();
    }
}
