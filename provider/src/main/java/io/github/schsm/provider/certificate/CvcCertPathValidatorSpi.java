// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.provider.certificate;

import io.github.schsm.AttestedPublicKey;
import io.github.schsm.Cvc;
import io.github.schsm.CvcPathParameters;
import io.github.schsm.DeviceIdentity;
import io.github.schsm.MalformedDataException;
import io.github.schsm.UntrustedDeviceException;
import java.security.InvalidAlgorithmParameterException;
import java.security.PublicKey;
import java.security.cert.CertPath;
import java.security.cert.CertPathParameters;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertPathValidatorResult;
import java.security.cert.CertPathValidatorSpi;
import java.util.List;

/** Validates a device's certificate, or a request that a device attested, to the trusted roots. */
public final class CvcCertPathValidatorSpi extends CertPathValidatorSpi {
    /** Device, issuer, root. */
    private static final int MOST = 3;

    /** The public key that was validated. */
    private record Result(PublicKey publicKey) implements CertPathValidatorResult {
        @Override
        public Object clone() {
            return new Result(publicKey);
        }
    }

    @Override
    public CertPathValidatorResult engineValidate(CertPath certPath, CertPathParameters params)
            throws CertPathValidatorException, InvalidAlgorithmParameterException {
        if (!(params instanceof CvcPathParameters parameters)) {
            throw new InvalidAlgorithmParameterException("paths of CVCs are validated with CvcPathParameters, not with "
                    + (params == null ? "null" : params.getClass().getSimpleName()));
        }
        if (!(certPath instanceof CvcCertPath path)) {
            throw new InvalidAlgorithmParameterException("a path of type CVC is needed (CertificateFactory CVC), not "
                    + (certPath == null ? "null" : "of type " + certPath.getType()));
        }
        try {
            return new Result(validate(path.getCertificates(), parameters));
        } catch (UntrustedDeviceException untrusted) {
            throw new CertPathValidatorException(untrusted.getMessage(), untrusted);
        } catch (MalformedDataException malformed) {
            throw new CertPathValidatorException(malformed.getMessage(), malformed);
        }
    }

    private static PublicKey validate(List<Cvc> certificates, CvcPathParameters parameters)
            throws UntrustedDeviceException, MalformedDataException, CertPathValidatorException {
        boolean request = !certificates.isEmpty() && certificates.get(0).kind() == Cvc.Kind.AUTHENTICATED_REQUEST;
        List<Cvc> device = request ? certificates.subList(1, certificates.size()) : certificates;
        if (device.isEmpty() || device.size() > MOST) {
            throw new CertPathValidatorException("a path is request, device, issuer and root, or device, issuer and"
                    + " root, of which the root and a trusted issuer may be left out; this has "
                    + certificates.size() + " certificates: " + certificates);
        }
        DeviceIdentity identity = identity(device);
        if (!request) {
            parameters.trust().verify(identity, parameters.day());
            return device.get(0).getPublicKey();
        }
        AttestedPublicKey key = AttestedPublicKey.of(certificates.get(0), identity);
        parameters.trust().verify(key, parameters.day());
        return key;
    }

    private static DeviceIdentity identity(List<Cvc> certificates) throws MalformedDataException {
        int length =
                certificates.stream().mapToInt(cvc -> cvc.getEncoded().length).sum();
        byte[] encoded = new byte[length];
        int at = 0;
        for (Cvc certificate : certificates) {
            byte[] one = certificate.getEncoded();
            System.arraycopy(one, 0, encoded, at, one.length);
            at += one.length;
        }
        return DeviceIdentity.parse(encoded);
    }
}
