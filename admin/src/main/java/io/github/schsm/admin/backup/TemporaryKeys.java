// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.admin.backup;

import io.github.schsm.KeyAlgorithm;
import io.github.schsm.KeyDetails;
import io.github.schsm.KeyDomain;
import io.github.schsm.SchsmDevice;
import io.github.schsm.SchsmDevice.Leftover;
import io.github.schsm.SchsmException;
import io.github.schsm.SchsmKey;
import io.github.schsm.SchsmKeySpec;
import io.github.schsm.TokenKey;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.KeyStoreException;
import java.security.SecureRandom;
import java.security.spec.ECGenParameterSpec;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Keys that a backup makes for itself and deletes at its end. One that signs may be used once, so that what an
 * interrupted backup leaves is of no use to anybody; the next backup removes it.
 */
final class TemporaryKeys {
    private static final String LABEL = "schsm-backup-";
    private static final Pattern OURS = Pattern.compile(Pattern.quote(LABEL) + "[0-9a-f]{16}");
    /** How a device names the file of a key. */
    static final Pattern KEY_FILE = Pattern.compile("CC([0-9A-F]{2})");

    private static final int RANDOM_BYTES = 8;

    private final KeyStore keyStore;
    private final List<String> made = new ArrayList<>();

    TemporaryKeys(KeyStore keyStore) {
        this.keyStore = keyStore;
    }

    /** Deletes what an interrupted backup left. */
    void removeOld(SchsmDevice device) throws SchsmException {
        for (TokenKey key : device.keys()) {
            if (OURS.matcher(key.label()).matches()) {
                KeyDetails details = device.details(key);
                if (signsOnce(details) || details.isExchangeKey()) {
                    delete(key.label());
                }
            }
        }
        for (Leftover leftover : device.leftovers()) {
            Matcher file = KEY_FILE.matcher(leftover.reference().toUpperCase(Locale.ROOT));
            if (leftover.kind() == Leftover.Kind.KEY_WITHOUT_DESCRIPTION
                    && file.matches()
                    && signsOnce(device, Integer.toString(HexFormat.fromHexDigits(file.group(1))))) {
                device.remove(leftover);
            }
        }
    }

    private static boolean signsOnce(SchsmDevice device, String reference) throws SchsmException {
        for (TokenKey key : device.keys()) {
            if (key.reference().equals(reference)) {
                return signsOnce(device.details(key));
            }
        }
        return false;
    }

    private static boolean signsOnce(KeyDetails details) {
        return List.of(KeyAlgorithm.ECDSA.id()).equals(details.allowedAlgorithms())
                && details.useCounter().orElse(Long.MAX_VALUE) <= 1;
    }

    /** A key that signs once. */
    SchsmKey signer() throws SchsmException {
        return generate(SchsmKeySpec.builder(label())
                .parameters(new ECGenParameterSpec("secp256r1"))
                .allow(KeyAlgorithm.ECDSA)
                .useCounter(1)
                .build());
    }

    /** An exchange key in a key domain. */
    SchsmKey exchange(KeyDomain domain) throws SchsmException {
        return generate(SchsmKeySpec.exchangeKey(label(), domain));
    }

    private static String label() {
        byte[] random = new byte[RANDOM_BYTES];
        new SecureRandom().nextBytes(random);
        return LABEL + HexFormat.of().formatHex(random);
    }

    private SchsmKey generate(SchsmKeySpec spec) throws SchsmException {
        made.add(spec.label());
        return Failures.typed(() -> {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC", keyStore.getProvider());
            generator.initialize(spec);
            generator.generateKeyPair();
            if (keyStore.getKey(spec.label(), null) instanceof SchsmKey key) {
                return key;
            }
            throw new SchsmException("the device lost the key \"" + spec.label() + "\" that it has just made");
        });
    }

    private void delete(String label) throws SchsmException {
        try {
            keyStore.deleteEntry(label);
        } catch (KeyStoreException failed) {
            Failures.typed(() -> {
                throw failed;
            });
        }
    }

    /** Deletes them; tells the first that stays, after all were tried. */
    void deleteAll() throws SchsmException {
        SchsmException failure = null;
        for (String label : List.copyOf(made)) {
            try {
                delete(label);
                made.remove(label);
            } catch (SchsmException failed) {
                failure = failure == null ? failed : failure;
            }
        }
        if (failure != null) {
            throw failure;
        }
    }

    /** Deletes them where something else failed before, which is what is told then; the next backup deletes what stays. */
    void deleteAfter(Exception failed) {
        try {
            deleteAll();
        } catch (SchsmException stays) {
            failed.addSuppressed(stays);
        }
    }

    /** Whether a label is one of theirs. */
    static boolean isTemporary(@Nullable String label) {
        return label != null && OURS.matcher(label).matches();
    }
}
