// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.bridge;

import io.github.schsm.DeviceTrust;
import io.github.schsm.SchsmException;
import io.github.schsm.TokenKey;
import io.github.schsm.bridge.cryptoki.Ck;
import io.github.schsm.bridge.cryptoki.CryptokiException;
import io.github.schsm.bridge.session.Pkcs11Module;
import io.github.schsm.bridge.session.TokenLink;
import io.github.schsm.bridge.token.Pkcs11Token;
import io.github.schsm.codec.EcCurve;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPrivateKey;
import java.security.spec.RSAKeyGenParameterSpec;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;
import org.bouncycastle.asn1.ASN1EncodableVector;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.DERBitString;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.DERUTCTime;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x509.TBSCertificate;
import org.bouncycastle.asn1.x509.Time;
import org.bouncycastle.asn1.x509.V3TBSCertificateGenerator;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;

/** A {@link FakeModule} with a token that has one of everything, and the bridge's token over it. */
public final class FakeBench {
    /** What messages call the module. */
    public static final String MODULE = "fake.so";

    public static final KeyPair EC = pair(() -> FakeCrypto.ec(EcCurve.SECP256R1));
    public static final KeyPair RSA = pair(() -> FakeCrypto.rsa(1024, RSAKeyGenParameterSpec.F4));
    public static final KeyPair PEER = pair(() -> FakeCrypto.ec(EcCurve.SECP256R1));
    public static final byte[] AES = FakeCrypto.random(32);
    public static final byte[] CERTIFICATE = certificate(EC, "CN=first");
    public static final byte[] NEW_CERTIFICATE = certificate(EC, "CN=second");
    public static final byte[] CA_CERTIFICATE = certificate(PEER, "CN=authority");
    public static final byte[] OTHER_CERTIFICATE =
            certificate(pair(() -> FakeCrypto.ec(EcCurve.SECP384R1)), "CN=other");
    private static final byte[] CONTENT = {1, 2, 3};

    /** What the data object holds. */
    public static byte[] content() {
        return CONTENT.clone();
    }

    /** What is known of a token's PIN is known in the whole JVM, so each has a serial number of its own. */
    private static final AtomicInteger SERIAL = new AtomicInteger();

    public final FakeToken device =
            new FakeToken("bench", String.format(Locale.ROOT, "F%06d", SERIAL.incrementAndGet()));
    public final FakeModule module = FakeModule.with(device);
    final Pkcs11Module loaded = loaded(module);

    private interface Making {
        KeyPair make() throws GeneralSecurityException;
    }

    /** An EC key with a certificate, an RSA key, an AES key, a certificate of somebody else, a private data object. */
    public FakeBench() {
        device.addKeyPair("ec", new byte[] {1}, EC);
        device.addCertificate("ec", new byte[] {1}, subject("CN=first"), CERTIFICATE);
        device.addKeyPair("rsa", new byte[] {2}, RSA);
        device.addSecretKey("aes", new byte[] {3}, AES);
        device.addCertificate("authority", new byte[] {9}, subject("CN=authority"), CA_CERTIFICATE);
        device.addData("data", "bench", true, CONTENT);
    }

    private static KeyPair pair(Making making) {
        try {
            return making.make();
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** The module as the bridge has it when it is loaded. */
    public static Pkcs11Module loaded(FakeModule module) {
        try {
            return new Pkcs11Module(Path.of(MODULE), module, module.info());
        } catch (CryptokiException refused) {
            throw new IllegalStateException(refused);
        }
    }

    /** A link to the token in slot 0. */
    public TokenLink link() throws CryptokiException {
        return new TokenLink(loaded, module.slotInfo(0), module.tokenInfo(0));
    }

    /** The bridge's token over slot 0: an object of its own each time, as each provider has one. */
    public Pkcs11Token open() throws CryptokiException {
        return new Pkcs11Token(link(), device.serial, DeviceTrust.of(List.of()));
    }

    /** The same, with everything read and the user logged in. */
    public Pkcs11Token loaded() throws CryptokiException, SchsmException {
        Pkcs11Token token = open();
        token.load(FakePin.right());
        return token;
    }

    public static TokenKey key(Pkcs11Token token, String label) throws SchsmException {
        return token.keys().stream()
                .filter(key -> key.label().equals(label))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("there is no key " + label));
    }

    public static ECPublicKey peer() {
        return (ECPublicKey) PEER.getPublic();
    }

    /** What the token holds, comparable before and after; what is new has a label that begins with "new". */
    public List<String> contents() {
        return device.objects().stream().map(FakeBench::line).sorted().toList();
    }

    private static String line(FakeObject object) {
        String label = object.text(Ck.CKA_LABEL);
        long kind = object.number(Ck.CKA_CLASS);
        String line = kind + " " + label;
        if (!label.startsWith("new")) {
            byte[] id = object.value(Ck.CKA_ID);
            line += " id " + (id == null ? "-" : new BigInteger(1, id).toString(16));
        }
        byte[] value = object.value(Ck.CKA_VALUE);
        return kind == Ck.CKO_CERTIFICATE || kind == Ck.CKO_DATA
                ? line + " value " + (value == null ? "-" : new BigInteger(1, value).hashCode())
                : line;
    }

    static byte[] subject(String name) {
        try {
            return new X500Name(name).getEncoded();
        } catch (IOException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** A certificate that the key signed itself. */
    static byte[] certificate(KeyPair pair, String name) {
        try {
            boolean rsa = pair.getPrivate() instanceof RSAPrivateKey;
            AlgorithmIdentifier algorithm = rsa
                    ? new AlgorithmIdentifier(PKCSObjectIdentifiers.sha256WithRSAEncryption, DERNull.INSTANCE)
                    : new AlgorithmIdentifier(X9ObjectIdentifiers.ecdsa_with_SHA256);
            V3TBSCertificateGenerator generator = new V3TBSCertificateGenerator();
            generator.setSerialNumber(new ASN1Integer(1));
            generator.setIssuer(new X500Name(name));
            generator.setSubject(new X500Name(name));
            generator.setStartDate(new Time(new DERUTCTime("200101000000Z")));
            generator.setEndDate(new Time(new DERUTCTime("491231235959Z")));
            generator.setSignature(algorithm);
            generator.setSubjectPublicKeyInfo(
                    SubjectPublicKeyInfo.getInstance(pair.getPublic().getEncoded()));
            TBSCertificate content = generator.generateTBSCertificate();
            Signature signature = Signature.getInstance(rsa ? "SHA256withRSA" : "SHA256withECDSA");
            signature.initSign(pair.getPrivate());
            signature.update(content.getEncoded());
            ASN1EncodableVector parts = new ASN1EncodableVector();
            parts.add(content);
            parts.add(algorithm);
            parts.add(new DERBitString(signature.sign()));
            return new DERSequence(parts).getEncoded();
        } catch (IOException | GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
