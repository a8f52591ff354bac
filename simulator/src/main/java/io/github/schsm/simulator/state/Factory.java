// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.simulator.state;

import io.github.schsm.Cvc;
import io.github.schsm.MalformedDataException;
import io.github.schsm.codec.EcCurve;
import io.github.schsm.codec.Tlv;
import io.github.schsm.simulator.crypto.CvcWriter;
import io.github.schsm.simulator.crypto.EcMath;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.util.HexFormat;

/**
 * Where simulated devices come from: the simulator's own root and the issuer that certifies device keys. The
 * issuer's private key is part of this open source module, which is why hosts trust this root only where they are
 * told to. {@code FactoryMaker} among the tests made the three resources.
 */
public final class Factory {
    static final String ROOT = "ZZSRCACC100001";
    static final String ISSUER = "ZZDICASIM00001";

    private static final LocalDate EFFECTIVE = LocalDate.of(2026, 1, 1);
    private static final LocalDate EXPIRATION = LocalDate.of(2056, 1, 1);

    private static final Cvc ROOT_CERTIFICATE = certificate("root-" + ROOT + ".cvc");
    private static final Cvc ISSUER_CERTIFICATE = certificate("issuer-" + ISSUER + ".cvc");
    private static final BigInteger ISSUER_KEY = new BigInteger(
            1,
            HexFormat.of()
                    .parseHex(new String(resource("issuer-" + ISSUER + ".key"), StandardCharsets.US_ASCII).strip()));

    private Factory() {}

    /** The root that every simulated device knows and traces to. */
    public static Cvc root() {
        return ROOT_CERTIFICATE;
    }

    static Cvc issuer() {
        return ISSUER_CERTIFICATE;
    }

    /** A device certificate under the issuer; the parameters of its key are the root's. */
    static Tlv certify(String chr, byte[] devicePoint) {
        return CvcWriter.certificate(
                ISSUER,
                CvcWriter.implicitKey(devicePoint),
                chr,
                CvcWriter.ROLE_DEVICE,
                EFFECTIVE,
                EXPIRATION,
                CvcWriter.ecdsa(EcCurve.BRAINPOOLP256R1, ISSUER_KEY));
    }

    /** What some open firmware has instead: a certificate that the device signed itself. */
    static Tlv selfCertify(String chr, EcCurve curve, BigInteger deviceKey) {
        return CvcWriter.certificate(
                chr,
                CvcWriter.explicitKey(curve, EcMath.publicPoint(curve, deviceKey)),
                chr,
                CvcWriter.ROLE_DEVICE,
                EFFECTIVE,
                EXPIRATION,
                CvcWriter.ecdsa(curve, deviceKey));
    }

    private static Cvc certificate(String name) {
        try {
            return Cvc.parse(resource(name));
        } catch (MalformedDataException partOfThisBuild) {
            throw new IllegalStateException(partOfThisBuild);
        }
    }

    private static byte[] resource(String name) {
        try (InputStream in = Factory.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException(name + " is missing from this build");
            }
            return in.readAllBytes();
        } catch (IOException partOfThisBuild) {
            throw new IllegalStateException(partOfThisBuild);
        }
    }
}
