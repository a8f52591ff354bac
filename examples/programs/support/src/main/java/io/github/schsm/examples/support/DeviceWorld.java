// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.examples.support;

import io.github.schsm.provider.SchsmProvider;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.Security;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.Base64;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import org.bouncycastle.asn1.x509.KeyPurposeId;

/**
 * A simulated device in a folder, with keys that get certificates of a {@link SmallAuthority}: what a test of a program
 * begins with. The provider is not registered unless asked for; closing takes it out again and logs out.
 */
public final class DeviceWorld implements AutoCloseable {
    /** The user PIN. */
    public static final String PIN = "648219";

    /** The password of {@link #trustStore()}. */
    public static final String TRUST_PASSWORD = "changeit";

    private final Path folder;
    private final SmallAuthority authority;
    private final SchsmProvider provider;
    private final KeyStore keyStore;
    private boolean registered;

    private DeviceWorld(Path folder) throws GeneralSecurityException, IOException {
        this.folder = folder;
        this.authority = new SmallAuthority();
        this.provider = (SchsmProvider) new SchsmProvider().configure(configuration());
        this.keyStore = KeyStore.getInstance("SCHSM", provider);
        keyStore.load(null, PIN.toCharArray());
    }

    /** A new device, kept in a folder. */
    public static DeviceWorld in(Path folder) throws GeneralSecurityException, IOException {
        return new DeviceWorld(folder);
    }

    /** The configuration that leads to the device, as it stands in {@link #keyStoreFile()} and in java.security's file. */
    public String configuration() {
        return "terminal = simulator:" + folder.resolve("readers") + "\ndevice = ZZSIM000001\n";
    }

    /** The provider, configured. */
    public Provider provider() {
        return provider;
    }

    /** Puts the provider at the end of the list, as java.security's file would. */
    public DeviceWorld register() {
        if (Security.addProvider(provider) < 0) {
            throw new IllegalStateException("there is a provider " + provider.getName() + " already");
        }
        registered = true;
        return this;
    }

    /** The device's key store, logged in. */
    public KeyStore keyStore() {
        return keyStore;
    }

    /** Who issues the certificates. */
    public SmallAuthority authority() {
        return authority;
    }

    /** Makes a key with a certificate chain; the label is the alias. */
    public PrivateKey key(String label, KeyKind kind, KeyPurposeId... purposes) throws GeneralSecurityException {
        KeyPair pair = generate(label, kind);
        keyStore.setKeyEntry(label, pair.getPrivate(), null, authority.chain(label, pair.getPublic(), purposes));
        return key(label);
    }

    /** The key that has been made with a label. */
    public PrivateKey key(String label) throws GeneralSecurityException {
        return (PrivateKey) keyStore.getKey(label, null);
    }

    /** Makes a key with a certificate, without those above it: for programs that want only one. */
    public PrivateKey keyWithoutChain(String label, KeyKind kind) throws GeneralSecurityException {
        KeyPair pair = generate(label, kind);
        X509Certificate[] alone = {authority.chain(label, pair.getPublic())[0]};
        keyStore.setKeyEntry(label, pair.getPrivate(), null, alone);
        return (PrivateKey) keyStore.getKey(label, null);
    }

    private KeyPair generate(String label, KeyKind kind) throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance(kind.algorithm(), provider);
        generator.initialize(kind.spec(label));
        return generator.generateKeyPair();
    }

    /** A key's certificates, its own first. */
    public X509Certificate[] chain(String label) throws GeneralSecurityException {
        return Arrays.stream(keyStore.getCertificateChain(label))
                .map(X509Certificate.class::cast)
                .toArray(X509Certificate[]::new);
    }

    /** A key's certificate. */
    public X509Certificate certificate(String label) throws GeneralSecurityException {
        return (X509Certificate) keyStore.getCertificate(label);
    }

    /** A file with the configuration, for programs that open key stores by a file. */
    public Path keyStoreFile() throws IOException {
        return Files.writeString(folder.resolve("hsm.schsm"), configuration(), StandardCharsets.UTF_8);
    }

    /**
     * The same for one entry only, in a file of its own: {@code tls.schsm}.
     *
     * @param more further entries of the configuration, as {@code pin = env:PIN}
     */
    public Path keyStoreFileOf(String alias, String... more) throws IOException {
        String text = configuration() + "alias = " + alias + "\n" + String.join("\n", more) + "\n";
        return Files.writeString(folder.resolve(alias + ".schsm"), text, StandardCharsets.UTF_8);
    }

    /**
     * A program's configuration file in the folder, from a resource of its test where the folder is called {@code /etc/hsm}.
     *
     * @param test the test
     * @param resource the resource's name
     */
    public Path settings(Class<?> test, String resource) throws IOException {
        try (InputStream in = test.getResourceAsStream("/" + resource)) {
            if (in == null) {
                throw new FileNotFoundException("no resource " + resource);
            }
            String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            return Files.writeString(folder.resolve(resource), text.replace("/etc/hsm", folder.toString()));
        }
    }

    /** A file with the user PIN that nobody else can read, for {@code pin = file:…}. */
    public Path pinFile() throws IOException {
        Path file = Files.writeString(folder.resolve("pin"), PIN, StandardCharsets.US_ASCII);
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    }

    /** The root's certificate as a PEM file. */
    public Path rootFile() throws GeneralSecurityException, IOException {
        return pem("root.pem", authority.root());
    }

    /** Certificates as a PEM file. */
    public Path pem(String name, X509Certificate... certificates) throws GeneralSecurityException, IOException {
        StringBuilder text = new StringBuilder();
        for (X509Certificate each : certificates) {
            text.append("-----BEGIN CERTIFICATE-----\n")
                    .append(Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(each.getEncoded()))
                    .append("\n-----END CERTIFICATE-----\n");
        }
        return Files.writeString(folder.resolve(name), text, StandardCharsets.US_ASCII);
    }

    /** A PKCS#12 file that trusts the root. */
    public Path trustStore() throws GeneralSecurityException, IOException {
        KeyStore trusted = trusted();
        Path file = folder.resolve("trust.p12");
        try (OutputStream out = Files.newOutputStream(file)) {
            trusted.store(out, TRUST_PASSWORD.toCharArray());
        }
        return file;
    }

    /** The same in memory. */
    public KeyStore trusted() throws GeneralSecurityException, IOException {
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        trusted.setCertificateEntry("root", authority.root());
        return trusted;
    }

    /**
     * Key and chain in software, for the other side of a connection; its password is {@link #TRUST_PASSWORD}.
     *
     * @param name the alias, and the subject's common name
     */
    public KeyStore software(String name) throws GeneralSecurityException, IOException {
        KeyPair pair = SmallAuthority.ecKey();
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setKeyEntry(
                name, pair.getPrivate(), TRUST_PASSWORD.toCharArray(), authority.chain(name, pair.getPublic()));
        return store;
    }

    /**
     * What the other side of a connection makes it by: the JDK's TLS, with a new key in software that the root vouches for.
     *
     * @param protocol {@code TLSv1.3}, {@code TLSv1.2}: the highest that a client offers
     * @param name     the subject's common name
     */
    public SSLContext softwareContext(String protocol, String name) throws GeneralSecurityException, IOException {
        KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
        keys.init(software(name), TRUST_PASSWORD.toCharArray());
        SSLContext context = SSLContext.getInstance(protocol);
        context.init(keys.getKeyManagers(), trustManagers(), null);
        return context;
    }

    /** Trust managers that trust the root. */
    public TrustManager[] trustManagers() throws GeneralSecurityException, IOException {
        TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
        trust.init(trusted());
        return trust.getTrustManagers();
    }

    /** The folder, for further files. */
    public Path folder() {
        return folder;
    }

    @Override
    public void close() throws GeneralSecurityException {
        if (registered) {
            Security.removeProvider(provider.getName());
        }
        provider.close();
    }
}
