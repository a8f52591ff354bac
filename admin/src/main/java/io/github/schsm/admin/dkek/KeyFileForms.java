// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.admin.dkek;

import io.github.schsm.InvalidRequestException;
import io.github.schsm.MalformedDataException;
import io.github.schsm.SchsmException;
import io.github.schsm.SchsmException.Reason;
import io.github.schsm.admin.dkek.KeyFile.Passwords;
import io.github.schsm.codec.X509Certificates;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.sec.ECPrivateKey;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.openssl.PEMEncryptedKeyPair;
import org.bouncycastle.openssl.PEMKeyPair;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JcePEMDecryptorProviderBuilder;
import org.bouncycastle.pkcs.PKCS8EncryptedPrivateKeyInfo;
import org.bouncycastle.pkcs.PKCSException;
import org.bouncycastle.pkcs.jcajce.JcePKCSPBEInputDecryptorProviderBuilder;
import org.jspecify.annotations.Nullable;

/** The forms that files with software keys have. */
final class KeyFileForms {
    private static final byte[] JKS = {(byte) 0xFE, (byte) 0xED, (byte) 0xFE, (byte) 0xED};
    private static final byte[] JCEKS = {(byte) 0xCE, (byte) 0xCE, (byte) 0xCE, (byte) 0xCE};
    private static final String BEGIN = "-----BEGIN ";
    private static final int PKCS12_VERSION = 3;

    /** Never registered: it knows curves that the JDK does not. */
    private static final Provider BC = new BouncyCastleProvider();

    private final String what;
    private final Passwords passwords;

    private KeyFileForms(String what, Passwords passwords) {
        this.what = what;
        this.passwords = passwords;
    }

    static KeyFile read(String what, byte[] content, Passwords passwords) throws SchsmException {
        KeyFileForms forms = new KeyFileForms(what, passwords);
        if (begins(content, JKS)) {
            return forms.keyStore("JKS", content, null);
        }
        if (begins(content, JCEKS)) {
            return forms.keyStore("JCEKS", content, null);
        }
        if (isPem(content)) {
            return forms.pem(content);
        }
        return forms.der(content);
    }

    private static boolean begins(byte[] content, byte[] with) {
        return content.length >= with.length && Arrays.equals(content, 0, with.length, with, 0, with.length);
    }

    private static boolean isPem(byte[] content) {
        return content.length > 0
                && content[0] != 0x30
                && new String(content, StandardCharsets.ISO_8859_1).contains(BEGIN);
    }

    private MalformedDataException unknown() {
        return new MalformedDataException(
                what,
                "it is no file with keys of software: PKCS#12, PKCS#8, PKCS#1 or SEC 1 (PEM or DER), JKS, JCEKS or"
                        + " BCFKS is expected");
    }

    private InvalidRequestException refused(String form, Exception cause) {
        return new InvalidRequestException(
                Reason.UNUSABLE_SECRET,
                what + " (" + form + ") cannot be opened: its password is another, or it is damaged",
                cause);
    }

    // Key stores

    private KeyFile keyStore(String type, byte[] content, @Nullable Provider provider) throws SchsmException {
        char[] password = passwords.ofFile();
        try {
            Map<String, KeyFile.Entry> entries = new LinkedHashMap<>();
            if ("PKCS12".equals(type)) {
                pkcs12(content, password, entries);
            } else {
                collect(type, open(type, content, provider, password), password, entries);
            }
            return new KeyFile(name(type), List.copyOf(entries.values()));
        } catch (IOException | GeneralSecurityException unreadable) {
            throw refused(name(type), unreadable);
        } finally {
            Arrays.fill(password, '\0');
        }
    }

    /**
     * Bouncy Castle knows every curve, and the JDK secret keys: a file with such is none for Bouncy Castle.
     */
    private void pkcs12(byte[] content, char[] password, Map<String, KeyFile.Entry> entries)
            throws IOException, SchsmException, GeneralSecurityException {
        KeyStore ofJdk;
        try {
            collect("PKCS12", open("PKCS12", content, BC, password), password, entries);
            return;
        } catch (IOException notForBouncyCastle) {
            try {
                ofJdk = open("PKCS12", content, null, password);
            } catch (IOException alsoFailed) {
                notForBouncyCastle.addSuppressed(alsoFailed);
                throw notForBouncyCastle;
            }
        }
        collect("PKCS12", ofJdk, password, entries);
    }

    private static String name(String type) {
        return "PKCS12".equals(type) ? "PKCS#12" : type;
    }

    private static KeyStore open(String type, byte[] content, @Nullable Provider provider, char[] password)
            throws IOException, GeneralSecurityException {
        KeyStore store = provider == null ? KeyStore.getInstance(type) : KeyStore.getInstance(type, provider);
        try {
            store.load(new ByteArrayInputStream(content), password);
        } catch (RuntimeException malformed) {
            throw new IOException(malformed);
        }
        return store;
    }

    private void collect(String type, KeyStore store, char[] password, Map<String, KeyFile.Entry> entries)
            throws SchsmException, GeneralSecurityException {
        for (String alias : Collections.list(store.aliases())) {
            if (!store.isKeyEntry(alias)) {
                continue;
            }
            Key key = key(type, store, alias, password);
            List<X509Certificate> certificates = new ArrayList<>();
            Certificate[] chain = store.getCertificateChain(alias);
            for (Certificate certificate : chain == null ? new Certificate[0] : chain) {
                certificates.add(X509Certificates.parse(certificate.getEncoded()));
            }
            entries.put(alias, entry(alias, key, certificates));
        }
    }

    /** Mostly its password is the file's; where it is not, it is asked for. */
    private Key key(String type, KeyStore store, String alias, char[] password) throws SchsmException {
        try {
            return known(store.getKey(alias, password));
        } catch (GeneralSecurityException another) {
            char[] own = passwords.ofKey(alias);
            try {
                return known(store.getKey(alias, own));
            } catch (GeneralSecurityException unreadable) {
                throw new InvalidRequestException(
                        Reason.UNUSABLE_SECRET,
                        "key \"" + alias + "\" in " + what + " (" + name(type)
                                + ") cannot be read: its password is another than the file's and than the one given for it,"
                                + " or this JDK does not know its kind",
                        unreadable);
            } finally {
                Arrays.fill(own, '\0');
            }
        }
    }

    private static Key known(@Nullable Key key) throws GeneralSecurityException {
        if (key == null) {
            throw new GeneralSecurityException("there is no key");
        }
        return key;
    }

    private KeyFile.Entry entry(String alias, Key key, List<X509Certificate> certificates) throws SchsmException {
        if (!(key instanceof PrivateKey) || certificates.isEmpty()) {
            return new KeyFile.Entry(alias, key, List.of());
        }
        return new KeyFile.Entry(alias, key, List.of()).withCertificates(certificates);
    }

    // PEM

    private KeyFile pem(byte[] content) throws SchsmException {
        List<EncodedPrivateKey> keys = new ArrayList<>();
        List<X509Certificate> certificates = new ArrayList<>();
        String form = "PEM";
        try (PEMParser parser =
                new PEMParser(new InputStreamReader(new ByteArrayInputStream(content), StandardCharsets.US_ASCII))) {
            for (Object object = parser.readObject(); object != null; object = parser.readObject()) {
                if (object instanceof X509CertificateHolder certificate) {
                    certificates.add(X509Certificates.parse(certificate.getEncoded()));
                } else if (object instanceof PrivateKeyInfo info) {
                    form = "PKCS#8 PEM";
                    keys.add(key(info));
                } else if (object instanceof PKCS8EncryptedPrivateKeyInfo encrypted) {
                    form = "encrypted PKCS#8 PEM";
                    keys.add(decrypt(form, encrypted));
                } else if (object instanceof PEMKeyPair pair) {
                    form = "PEM of openssl";
                    keys.add(key(pair.getPrivateKeyInfo()));
                } else if (object instanceof PEMEncryptedKeyPair encrypted) {
                    form = "encrypted PEM of openssl";
                    keys.add(decrypt(form, encrypted));
                }
            }
            List<KeyFile.Entry> entries = new ArrayList<>();
            for (EncodedPrivateKey key : keys) {
                entries.add(entry("", key, certificates));
            }
            return new KeyFile(form, entries);
        } catch (IOException | RuntimeException malformed) {
            throw new MalformedDataException(what, "it is no PEM that can be read: " + malformed.getMessage());
        }
    }

    private static EncodedPrivateKey key(PrivateKeyInfo info) {
        try {
            boolean ec = info.getPrivateKeyAlgorithm().getAlgorithm().equals(X9ObjectIdentifiers.id_ecPublicKey);
            return new EncodedPrivateKey(ec ? "EC" : "RSA", info.getEncoded(ASN1Encoding.DER));
        } catch (IOException memoryOnly) {
            throw new UncheckedIOException(memoryOnly);
        }
    }

    private EncodedPrivateKey decrypt(String form, PKCS8EncryptedPrivateKeyInfo encrypted) throws SchsmException {
        char[] password = passwords.ofFile();
        try {
            return key(encrypted.decryptPrivateKeyInfo(new JcePKCSPBEInputDecryptorProviderBuilder()
                    .setProvider(BC)
                    .build(password)));
        } catch (PKCSException | RuntimeException unreadable) {
            throw refused(form, unreadable);
        } finally {
            Arrays.fill(password, '\0');
        }
    }

    private EncodedPrivateKey decrypt(String form, PEMEncryptedKeyPair encrypted) throws SchsmException {
        char[] password = passwords.ofFile();
        try {
            return key(encrypted
                    .decryptKeyPair(
                            new JcePEMDecryptorProviderBuilder().setProvider(BC).build(password))
                    .getPrivateKeyInfo());
        } catch (IOException | RuntimeException unreadable) {
            throw refused(form, unreadable);
        } finally {
            Arrays.fill(password, '\0');
        }
    }

    // DER

    private KeyFile der(byte[] content) throws SchsmException {
        if (content.length == 0) {
            throw unknown();
        }
        ASN1Sequence sequence;
        try {
            sequence = ASN1Sequence.getInstance(ASN1Primitive.fromByteArray(content));
        } catch (IOException | RuntimeException notDer) {
            throw unknown();
        }
        if (sequence.size() < 2) {
            throw unknown();
        }
        try {
            return der(content, sequence);
        } catch (IOException | RuntimeException malformed) {
            throw unknown();
        }
    }

    private KeyFile der(byte[] content, ASN1Sequence sequence) throws SchsmException, IOException {
        ASN1Encodable first = sequence.getObjectAt(0);
        ASN1Encodable second = sequence.getObjectAt(1);
        if (first instanceof ASN1Integer version) {
            if (second instanceof ASN1Sequence && version.hasValue(PKCS12_VERSION)) {
                return keyStore("PKCS12", content, BC);
            }
            if (second instanceof ASN1Sequence) {
                return one("PKCS#8", key(PrivateKeyInfo.getInstance(sequence)));
            }
            if (second instanceof ASN1Integer) {
                return one("PKCS#1", key(rsa(sequence)));
            }
            if (second instanceof ASN1OctetString) {
                return one("SEC 1", key(ec(sequence)));
            }
        }
        if (first instanceof ASN1Sequence && second instanceof ASN1OctetString) {
            return one("encrypted PKCS#8", decrypt("encrypted PKCS#8", new PKCS8EncryptedPrivateKeyInfo(content)));
        }
        if (first instanceof ASN1Sequence && second instanceof ASN1Sequence) {
            return keyStore("BCFKS", content, BC);
        }
        throw unknown();
    }

    private static PrivateKeyInfo rsa(ASN1Sequence key) throws IOException {
        return new PrivateKeyInfo(
                new AlgorithmIdentifier(PKCSObjectIdentifiers.rsaEncryption, DERNull.INSTANCE),
                org.bouncycastle.asn1.pkcs.RSAPrivateKey.getInstance(key));
    }

    private static PrivateKeyInfo ec(ASN1Sequence key) throws IOException {
        ECPrivateKey sec1 = ECPrivateKey.getInstance(key);
        return new PrivateKeyInfo(
                new AlgorithmIdentifier(X9ObjectIdentifiers.id_ecPublicKey, sec1.getParametersObject()), sec1);
    }

    private static KeyFile one(String form, EncodedPrivateKey key) {
        return new KeyFile(form, List.of(new KeyFile.Entry("", key, List.of())));
    }
}
