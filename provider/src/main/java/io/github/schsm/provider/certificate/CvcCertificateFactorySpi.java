// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.provider.certificate;

import io.github.schsm.AttestedPublicKey;
import io.github.schsm.Cvc;
import io.github.schsm.MalformedDataException;
import io.github.schsm.codec.Tlv;
import java.io.IOException;
import java.io.InputStream;
import java.security.cert.CRL;
import java.security.cert.CRLException;
import java.security.cert.CertPath;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactorySpi;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Card-verifiable certificates and requests as certificates of the JCA: single ones, device id files, and public key
 * files, whose request then comes with its device's certificates.
 */
public final class CvcCertificateFactorySpi extends CertificateFactorySpi {
    /** No chain of CVCs is near this; a stream that is longer is something else. */
    private static final int MAX_LENGTH = 1 << 20;

    @Override
    public Certificate engineGenerateCertificate(InputStream inStream) throws CertificateException {
        requireStream(inStream);
        try {
            boolean one = inStream.markSupported();
            if (one) {
                inStream.mark(MAX_LENGTH + 1);
            }
            byte[] all = read(inStream);
            List<Cvc> certificates = parse(all);
            if (certificates.isEmpty()) {
                throw new CertificateException("there is no CVC in the stream: it is empty");
            }
            if (one) {
                inStream.reset();
                inStream.skipNBytes(
                        isPublicKeyFile(all) ? all.length : Tlv.parseFirst(all).encodedLength());
            }
            return certificates.get(0);
        } catch (IOException unreadable) {
            throw new CertificateException("the stream cannot be read", unreadable);
        } catch (MalformedDataException malformed) {
            throw new CertificateException(malformed.getMessage(), malformed);
        }
    }

    @Override
    public Collection<? extends Certificate> engineGenerateCertificates(InputStream inStream)
            throws CertificateException {
        requireStream(inStream);
        try {
            return parse(read(inStream));
        } catch (IOException unreadable) {
            throw new CertificateException("the stream cannot be read", unreadable);
        } catch (MalformedDataException malformed) {
            throw new CertificateException(malformed.getMessage(), malformed);
        }
    }

    private static void requireStream(@Nullable InputStream in) throws CertificateException {
        if (in == null) {
            throw new CertificateException("there is no stream to read a CVC from: it is null");
        }
    }

    private static byte[] read(InputStream in) throws IOException, CertificateException {
        byte[] all = in.readNBytes(MAX_LENGTH + 1);
        if (all.length > MAX_LENGTH) {
            throw new CertificateException("more than " + MAX_LENGTH + " bytes are no CVCs");
        }
        return all;
    }

    private static boolean isPublicKeyFile(byte[] bytes) {
        try {
            AttestedPublicKey.parse(bytes);
            return true;
        } catch (MalformedDataException somethingElse) {
            return false;
        }
    }

    private static List<Cvc> parse(byte[] bytes) throws MalformedDataException {
        if (!isPublicKeyFile(bytes)) {
            return Cvc.parseAll(bytes);
        }
        AttestedPublicKey key = AttestedPublicKey.parse(bytes);
        List<Cvc> certificates = new ArrayList<>(key.chain());
        certificates.set(0, key.request().withIdentity(key.identity()));
        return certificates;
    }

    @Override
    public CRL engineGenerateCRL(InputStream inStream) throws CRLException {
        throw new CRLException("there are no revocation lists of card-verifiable certificates");
    }

    @Override
    public Collection<? extends CRL> engineGenerateCRLs(InputStream inStream) throws CRLException {
        throw new CRLException("there are no revocation lists of card-verifiable certificates");
    }

    @Override
    public Iterator<String> engineGetCertPathEncodings() {
        return CvcCertPath.ENCODINGS.iterator();
    }

    @Override
    public CertPath engineGenerateCertPath(InputStream inStream) throws CertificateException {
        return new CvcCertPath(List.copyOf(engineGenerateCertificates(inStream)));
    }

    @Override
    public CertPath engineGenerateCertPath(InputStream inStream, String encoding) throws CertificateException {
        CvcCertPath.requireEncoding(encoding);
        return engineGenerateCertPath(inStream);
    }

    @Override
    public CertPath engineGenerateCertPath(List<? extends Certificate> certificates) throws CertificateException {
        return new CvcCertPath(certificates);
    }
}
