// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.examples.messages;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.examples.support.Command;
import io.github.schsm.examples.support.KeyKind;
import io.github.schsm.examples.support.Recipe;
import io.github.schsm.examples.support.Verdict;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Date;
import org.bouncycastle.asn1.x509.CRLReason;
import org.bouncycastle.cert.X509CRLHolder;
import org.bouncycastle.cert.X509v2CRLBuilder;
import org.bouncycastle.cert.jcajce.JcaX509v2CRLBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Recipe(
        program = "Bouncy Castle CRL",
        version = "1.87",
        verdict = Verdict.CODE,
        how = "`setProvider(provider)` in the builder that takes the key")
@Tag("programs")
@SuppressWarnings("JavaUtilDate") // what the builder takes
class CrlTest extends DeviceMessages {
    private static final BigInteger REVOKED = BigInteger.valueOf(0x4711);

    private static byte[] revoke(
            BigInteger serial, PrivateKey key, X509Certificate issuer, String algorithm, Provider provider, Date now)
            throws Exception {
        // region crl
        X509v2CRLBuilder list = new JcaX509v2CRLBuilder(issuer, now);
        list.setNextUpdate(new Date(now.getTime() + Duration.ofDays(7).toMillis()));
        list.addCRLEntry(serial, now, CRLReason.keyCompromise);
        X509CRLHolder signed = list.build(
                new JcaContentSignerBuilder(algorithm).setProvider(provider).build(key));
        // endregion
        return signed.getEncoded();
    }

    @ParameterizedTest
    @CsvSource({
        "SHA256withECDSA, P256",
        "SHA384withECDSA, P384",
        "SHA256withECDSA, BRAINPOOL256",
        "SHA256withRSA, RSA2048",
        "SHA256withRSAandMGF1, RSA2048"
    })
    void opensslBelievesTheList(String algorithm, KeyKind kind) throws Exception {
        X509Certificate issuer = world.authority()
                .authority("CRL issuer " + kind, keys.certificate(kind).getPublicKey())[0];

        Path list = Files.write(
                folder.resolve("list.crl"), revoke(REVOKED, keys.key(kind), issuer, algorithm, provider, new Date()));

        assertThat(Command.run(
                        folder,
                        "openssl",
                        "crl",
                        "-inform",
                        "DER",
                        "-in",
                        list.toString(),
                        "-CAfile",
                        world.pem("issuer.pem", issuer).toString(),
                        "-noout",
                        "-text"))
                .contains("verify OK")
                .contains("Serial Number: 4711")
                .contains("Key Compromise");
    }
}
