// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli.command.object;

import io.github.schsm.cli.io.FileIo;
import io.github.schsm.cli.io.Io;
import io.github.schsm.cli.option.Secret;
import io.github.schsm.cli.report.CliException;
import io.github.schsm.codec.PublicKeyNumbers;
import io.github.schsm.codec.X509Certificates;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PublicKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * X.509 certificates as CAs hand them out: DER, PEM, PKCS#7 or PKCS#12, in any order. Of a PKCS#12 file only the
 * certificates are read: a key in it stays there.
 *
 * @param all the file's certificates, none twice
 */
public record CertificateFile(Path file, List<X509Certificate> all) {
    private static final int SEQUENCE = 0x30;
    private static final int LONG_LENGTH = 0x80;
    /** What a PKCS#12 file begins with behind its outer tag and length: version 3. */
    private static final byte[] VERSION_3 = {0x02, 0x01, 0x03};

    /**
     * Reads one or more.
     *
     * @param password where the password of a PKCS#12 file comes from; other files need none
     */
    public static CertificateFile read(Path file, Secret password, Io io) throws CliException {
        byte[] content = FileIo.read(file, "certificate");
        Set<X509Certificate> found = new LinkedHashSet<>(
                isPkcs12(content) ? fromPkcs12(file, content, password.read(io, "of " + file)) : others(file, content));
        if (found.isEmpty()) {
            throw new CliException(file + " holds no certificate");
        }
        return new CertificateFile(file, List.copyOf(found));
    }

    private static boolean isPkcs12(byte[] content) {
        if (content.length < 2 || content[0] != SEQUENCE) {
            return false;
        }
        int length = content[1] & 0xFF;
        int start = 2 + (length > LONG_LENGTH ? length - LONG_LENGTH : 0);
        return content.length >= start + VERSION_3.length
                && Arrays.equals(content, start, start + VERSION_3.length, VERSION_3, 0, VERSION_3.length);
    }

    /** Wipes the password. */
    private static List<X509Certificate> fromPkcs12(Path file, byte[] content, char[] password) throws CliException {
        List<X509Certificate> found = new ArrayList<>();
        try {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(new ByteArrayInputStream(content), password);
            for (String alias : Collections.list(store.aliases())) {
                Certificate[] chain = store.getCertificateChain(alias);
                Certificate single = store.getCertificate(alias);
                List<Certificate> ofAlias =
                        chain != null ? List.of(chain) : single != null ? List.of(single) : List.of();
                ofAlias.stream()
                        .filter(X509Certificate.class::isInstance)
                        .map(X509Certificate.class::cast)
                        .forEach(found::add);
            }
            return found;
        } catch (IOException | GeneralSecurityException unreadable) {
            throw new CliException(
                    "the PKCS#12 file " + file + " cannot be read: its password is another, or it is damaged",
                    unreadable);
        } finally {
            Arrays.fill(password, '\0');
        }
    }

    private static List<X509Certificate> others(Path file, byte[] content) throws CliException {
        try {
            return CertificateFactory.getInstance("X.509")
                    .generateCertificates(new ByteArrayInputStream(content))
                    .stream()
                    .map(X509Certificate.class::cast)
                    .toList();
        } catch (CertificateException malformed) {
            throw new CliException(
                    file + " holds no X.509 certificate, neither DER nor PEM, PKCS#7 or PKCS#12", malformed);
        }
    }

    /**
     * A certificate, and those of its issuers as far as they are here, each followed by its issuer's.
     *
     * @param key whose certificate comes first; null if that is not known: then the one that issued none of the others
     */
    public X509Certificate[] chain(@Nullable PublicKey key) {
        X509Certificate next = all.stream()
                .filter(one -> PublicKeyNumbers.areEqual(one.getPublicKey(), key))
                .findFirst()
                .or(() -> all.stream().filter(this::issuedNone).findFirst())
                .orElse(all.get(0));
        List<X509Certificate> chain = new ArrayList<>();
        while (next != null) {
            chain.add(next);
            next = issuer(next, chain).orElse(null);
        }
        return chain.toArray(X509Certificate[]::new);
    }

    /** What is said of certificates that are not stored because no chain needs them; nothing if there are none. */
    public String leftOut(X509Certificate[] chain) {
        int number = all.size() - chain.length;
        return number == 0
                ? ""
                : " Left out: " + number + (number == 1 ? " certificate that is" : " certificates that are")
                        + " not its issuers'.";
    }

    private Optional<X509Certificate> issuer(X509Certificate certificate, List<X509Certificate> used) {
        return all.stream()
                .filter(one -> !used.contains(one) && X509Certificates.isIssuedBy(certificate, one))
                .findFirst();
    }

    private boolean issuedNone(X509Certificate certificate) {
        return all.stream().noneMatch(one -> !one.equals(certificate) && X509Certificates.isIssuedBy(one, certificate));
    }
}
