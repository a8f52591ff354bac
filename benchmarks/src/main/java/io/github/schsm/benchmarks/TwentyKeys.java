// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.benchmarks;

import io.github.schsm.SchsmDevice;
import io.github.schsm.SchsmKeySpec;
import io.github.schsm.provider.SchsmProvider;
import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.Provider;
import java.security.cert.Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.util.Date;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** Twenty keys with certificates on the device in the first reader, made over PC/SC. */
final class TwentyKeys {
    static final String LABEL = "pkcs11-";
    private static final int KEYS = 20;

    private TwentyKeys() {}

    /**
     * Makes those that are not there.
     *
     * @param pin the user PIN
     * @return the device id
     */
    static String make(char[] pin) throws GeneralSecurityException, IOException, OperatorCreationException {
        Provider pcsc = new SchsmProvider().configure("terminal = pcsc");
        KeyStore keyStore = KeyStore.getInstance("SCHSM", pcsc);
        keyStore.load(null, pin);
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC", pcsc);
        for (int i = 0; i < KEYS; i++) {
            String label = LABEL + i;
            if (!keyStore.containsAlias(label)) {
                generator.initialize(SchsmKeySpec.builder(label)
                        .parameters(new ECGenParameterSpec("secp256r1"))
                        .build());
                KeyPair pair = generator.generateKeyPair();
                keyStore.setKeyEntry(label, pair.getPrivate(), null, new Certificate[] {selfSigned(pcsc, label, pair)});
            }
        }
        return SchsmDevice.of(keyStore).deviceId();
    }

    @SuppressWarnings("JavaUtilDate") // what the builder takes
    private static Certificate selfSigned(Provider provider, String name, KeyPair pair)
            throws GeneralSecurityException, OperatorCreationException {
        X500Principal subject = new X500Principal("CN=" + name);
        return new JcaX509CertificateConverter()
                .getCertificate(new JcaX509v3CertificateBuilder(
                                subject,
                                BigInteger.ONE,
                                Date.from(Instant.parse("2026-01-01T00:00:00Z")),
                                Date.from(Instant.parse("2056-01-01T00:00:00Z")),
                                subject,
                                pair.getPublic())
                        .build(new JcaContentSignerBuilder("SHA256withECDSA")
                                .setProvider(provider)
                                .build(pair.getPrivate())));
    }
}
