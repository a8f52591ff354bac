// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.provider.certificate;

import io.github.schsm.Cvc;
import java.io.ByteArrayOutputStream;
import java.io.Serial;
import java.security.cert.CertPath;
import java.security.cert.Certificate;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/** A path of CVCs, the target first: a request or a device, its device or issuer, and so on up. */
final class CvcCertPath extends CertPath {
    @Serial
    private static final long serialVersionUID = 1L;

    /** The one encoding: the objects one after the other, as in device id files. */
    static final List<String> ENCODINGS = List.of("CVC");

    private final transient List<Cvc> path;

    CvcCertPath(List<? extends Certificate> certificates) throws CertificateException {
        super("CVC");
        List<Cvc> checked = new ArrayList<>();
        for (Certificate certificate : certificates) {
            if (!(certificate instanceof Cvc cvc)) {
                throw new CertificateException(
                        "a path of type CVC has CVCs in it, not a certificate of type " + certificate.getType());
            }
            checked.add(cvc);
        }
        this.path = List.copyOf(checked);
    }

    static void requireEncoding(String encoding) throws CertificateEncodingException {
        if (!ENCODINGS.contains(encoding)) {
            throw new CertificateEncodingException("paths of CVCs are encoded as CVC, not as " + encoding);
        }
    }

    @Override
    public Iterator<String> getEncodings() {
        return ENCODINGS.iterator();
    }

    @Override
    public byte[] getEncoded() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        path.forEach(cvc -> out.writeBytes(cvc.getEncoded()));
        return out.toByteArray();
    }

    @Override
    public byte[] getEncoded(String encoding) throws CertificateEncodingException {
        requireEncoding(encoding);
        return getEncoded();
    }

    @Override
    public List<Cvc> getCertificates() {
        return path;
    }
}
