// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.remote;

import java.io.OutputStream;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.jspecify.annotations.Nullable;

/** A certification authority for one test, and files with what it issues. */
public final class Certificates {
    /** The password of every file. */
    public static final String PASSWORD = "store-password";

    private final KeyPair keys = newKeys();
    private final X509Certificate root;
    private final Path folder;
    private long serial = 1;

    public Certificates(Path folder, String name) throws Exception {
        this.folder = folder;
        Instant now = Instant.now();
        root = issue("CN=" + name, keys, now.minus(Duration.ofDays(1)), now.plus(Duration.ofDays(30)), true, null);
    }

    private static KeyPair newKeys() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(256);
        return generator.generateKeyPair();
    }

    @SuppressWarnings("JavaUtilDate") // what the builder takes
    private X509Certificate issue(
            String subject,
            KeyPair holder,
            Instant from,
            Instant to,
            boolean authority,
            @Nullable X509Certificate issuer)
            throws Exception {
        X500Name by = issuer == null
                ? new X500Name(subject)
                : X500Name.getInstance(issuer.getSubjectX500Principal().getEncoded());
        X509v3CertificateBuilder builder = new JcaX509v3CertificateBuilder(
                by,
                BigInteger.valueOf(serial++),
                Date.from(from),
                Date.from(to),
                new X500Name(subject),
                holder.getPublic());
        builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(authority));
        if (!authority) {
            builder.addExtension(Extension.subjectAlternativeName, false, new GeneralNames(new GeneralName[] {
                new GeneralName(GeneralName.dNSName, "localhost"), new GeneralName(GeneralName.iPAddress, "127.0.0.1")
            }));
        }
        return new JcaX509CertificateConverter()
                .getCertificate(builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate())));
    }

    /** A PKCS#12 file with a key, and a certificate that is valid now. */
    public Path issued(String name) throws Exception {
        Instant now = Instant.now();
        return issued(name, now.minus(Duration.ofDays(1)), now.plus(Duration.ofDays(1)));
    }

    /** A PKCS#12 file with a key, and a certificate of yesterday. */
    public Path expired(String name) throws Exception {
        Instant now = Instant.now();
        return issued(name, now.minus(Duration.ofDays(2)), now.minus(Duration.ofDays(1)));
    }

    private Path issued(String name, Instant from, Instant to) throws Exception {
        KeyPair holder = newKeys();
        X509Certificate certificate = issue("CN=" + name, holder, from, to, false, root);
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setKeyEntry(name, holder.getPrivate(), PASSWORD.toCharArray(), new Certificate[] {certificate, root});
        return write(name + ".p12", store);
    }

    /** A PKCS#12 file with the root. */
    public Path trust() throws Exception {
        return trusting("trust.p12", root);
    }

    /** A PKCS#12 file that trusts the certificate in another file and nothing else. */
    public Path trusting(Path issued) throws Exception {
        KeyStore store = KeyStore.getInstance(issued.toFile(), PASSWORD.toCharArray());
        return trusting(
                "only-" + issued.getFileName(),
                store.getCertificate(store.aliases().nextElement()));
    }

    private Path trusting(String name, Certificate certificate) throws Exception {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setCertificateEntry("trusted", certificate);
        return write(name, store);
    }

    private Path write(String name, KeyStore store) throws Exception {
        Path file = folder.resolve(name);
        try (OutputStream out = Files.newOutputStream(file)) {
            store.store(out, PASSWORD.toCharArray());
        }
        return file;
    }

    /** The root as PEM. */
    public Path pem() throws Exception {
        Path file = folder.resolve("root.pem");
        String base64 = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(root.getEncoded());
        return Files.writeString(file, "-----BEGIN CERTIFICATE-----\n" + base64 + "\n-----END CERTIFICATE-----\n");
    }

    /** A file with the password. */
    public Path password() throws Exception {
        Path file = folder.resolve("password");
        if (!Files.exists(file)) {
            Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            Files.writeString(file, PASSWORD + "\n");
        }
        return file;
    }
}
