// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.simulator.state;

import io.github.schsm.codec.EcCurve;
import io.github.schsm.codec.Tlv;
import io.github.schsm.simulator.crypto.CvcWriter;
import io.github.schsm.simulator.crypto.EcMath;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.HexFormat;

/**
 * Makes the simulator's root certificate, its issuer certificate and the issuer's key, once. The root's private key
 * is forgotten: one issuer is enough, and who wants another makes another root. Run with the module's test class
 * path and the folder to write to; the root then belongs also among the roots of keystore-spi.
 */
final class FactoryMaker {
    private static final EcCurve CURVE = EcCurve.BRAINPOOLP256R1;
    private static final LocalDate EFFECTIVE = LocalDate.of(2026, 1, 1);
    private static final LocalDate EXPIRATION = LocalDate.of(2056, 1, 1);

    private FactoryMaker() {}

    public static void main(String[] arguments) throws IOException {
        Path folder = Path.of(arguments[0]);
        BigInteger rootKey = EcMath.newPrivateKey(CURVE);
        BigInteger issuerKey = EcMath.newPrivateKey(CURVE);
        CvcWriter.Signer root = CvcWriter.ecdsa(CURVE, rootKey);
        Tlv rootCertificate = CvcWriter.certificate(
                "ZZSRCACC100001",
                CvcWriter.explicitKey(CURVE, EcMath.publicPoint(CURVE, rootKey)),
                "ZZSRCACC100001",
                CvcWriter.ROLE_ROOT,
                EFFECTIVE,
                EXPIRATION,
                root);
        Tlv issuerCertificate = CvcWriter.certificate(
                "ZZSRCACC100001",
                CvcWriter.implicitKey(EcMath.publicPoint(CURVE, issuerKey)),
                "ZZDICASIM00001",
                CvcWriter.ROLE_DEVICE_ISSUER,
                EFFECTIVE,
                EXPIRATION,
                root);
        Files.write(folder.resolve("root-ZZSRCACC100001.cvc"), rootCertificate.encoded());
        Files.write(folder.resolve("issuer-ZZDICASIM00001.cvc"), issuerCertificate.encoded());
        String key = HexFormat.of().withUpperCase().formatHex(fixedLength(issuerKey));
        Files.writeString(folder.resolve("issuer-ZZDICASIM00001.key"), key + "\n", StandardCharsets.US_ASCII);
    }

    private static byte[] fixedLength(BigInteger number) {
        return HexFormat.of().parseHex(String.format("%064x", number));
    }
}
