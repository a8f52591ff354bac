package io.github.schsm.keystore;

import io.github.schsm.Cvc;
import io.github.schsm.MalformedDataException;
import io.github.schsm.PrintableText;
import io.github.schsm.SchsmException;
import io.github.schsm.Token;
import io.github.schsm.TokenCertificate;
import io.github.schsm.TokenKey;
import io.github.schsm.UnsupportedByDeviceException;
import io.github.schsm.UntrustedDeviceException;
import io.github.schsm.X509Certificates;
import java.security.PublicKey;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads the certificates of a token and puts chains together. */
final class Certificates {
    private static final System.Logger LOGGER = System.getLogger(Certificates.class.getName());
    private static final int SEQUENCE = 0x30;

    /** A chain longer than this is a loop. */
    private static final int MAX_CHAIN = 12;

    private final Token token;

    Certificates(Token token) {
        this.token = token;
    }

    /**
     * A key's X.509 certificate, or the request that the device made for it; null if there is neither, or something
     * that is none: that must not hide the other entries from who lists them.
     */
    @Nullable
    Certificate of(TokenKey key) throws SchsmException {
        try {
            Optional<byte[]> stored = token.certificate(key);
            return stored.isEmpty() || stored.get().length == 0 ? null : parse(stored.get());
        } catch (MalformedDataException notACertificate) {
            LOGGER.log(
                    System.Logger.Level.WARNING,
                    "what is stored as the certificate of {0} in device {1} is none: {2}",
                    key,
                    PrintableText.of(token.id()),
                    notACertificate.getMessage());
            return null;
        }
    }

    /** The same, or the key's public key alone, which some tokens tell only by a use of the key; null if none of them. */
    @Nullable
    Certificate orPublicKey(TokenKey key) throws SchsmException {
        Certificate certificate = of(key);
        if (certificate != null) {
            return certificate;
        }
        PublicKey publicKey = key.type().isPrivate() ? token.details(key).publicKey() : null;
        return publicKey == null ? null : new BarePublicKey(publicKey);
    }

    private Certificate parse(byte[] encoded) throws SchsmException {
        if (encoded[0] == SEQUENCE) {
            return X509Certificates.parse(encoded);
        }
        Cvc request = Cvc.parse(encoded);
        try {
            return request.isAttestedBy(token.identity()) ? request.withIdentity(token.identity()) : request;
        } catch (UnsupportedByDeviceException | UntrustedDeviceException noCertificatesOfTheDevice) {
            return request;
        }
    }

    X509Certificate of(TokenCertificate certificate) throws SchsmException {
        return X509Certificates.parse(token.certificate(certificate));
    }

    /** The certificate and its issuers on the token, as far as they are there. */
    List<X509Certificate> chain(X509Certificate leaf) throws SchsmException {
        List<X509Certificate> chain = new ArrayList<>();
        chain.add(leaf);
        List<X509Certificate> candidates = all();
        X509Certificate last = leaf;
        while (!X509Certificates.isIssuedBy(last, last) && chain.size() < MAX_CHAIN) {
            X509Certificate issuer = null;
            for (X509Certificate candidate : candidates) {
                if (X509Certificates.isIssuedBy(last, candidate)) {
                    issuer = candidate;
                    break;
                }
            }
            if (issuer == null) {
                break;
            }
            chain.add(issuer);
            last = issuer;
        }
        return chain;
    }

    private List<X509Certificate> all() throws SchsmException {
        List<X509Certificate> all = new ArrayList<>();
        for (TokenCertificate certificate : token.certificates()) {
            try {
                all.add(of(certificate));
            } catch (MalformedDataException notACertificate) {
                // A file that somebody else wrote badly must not hide the chains of the others.
                LOGGER.log(System.Logger.Level.DEBUG, "{0}: {1}", certificate, notACertificate.getMessage());
            }
        }
        return all;
    }
}
