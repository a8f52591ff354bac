// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.bench;

import io.github.schsm.KeyAlgorithm;
import io.github.schsm.KeyDomain;
import io.github.schsm.KeyType;
import io.github.schsm.SchsmDevice;
import io.github.schsm.WrappedKeyEntry;
import io.github.schsm.card.files.PrivateKeyDescription;
import io.github.schsm.card.files.WrappedKeyBlob;
import io.github.schsm.codec.EcCurve;
import io.github.schsm.codec.Tlv;
import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.interfaces.RSAPrivateCrtKey;
import java.util.HexFormat;
import java.util.List;
import javax.crypto.SecretKey;
import org.bouncycastle.util.BigIntegers;

/**
 * Brings known keys into a device, for published test vectors: of a DKEK key domain whose only share is known, the
 * host knows the DKEK, and can wrap a key as a device would.
 */
public final class DkekRig implements KeyImport {
    private static final int SLOT = 3;
    private static final byte[] DKEK = new byte[32];
    private static final byte[] ECDSA_SHA256 = HexFormat.of().parseHex("04007F00070202020203");
    private static final byte[] RSA_SHA256 = HexFormat.of().parseHex("04007F00070202020102");
    private static final byte[] NO_OID = {};

    private final KeyStore keyStore;

    private DkekRig(KeyStore keyStore) {
        this.keyStore = keyStore;
    }

    /** Makes the domain in the source's last slot. */
    public static DkekRig of(Bench bench) throws Exception {
        return of(bench.source().keyStore());
    }

    /** Makes the domain in the last of four slots. */
    public static DkekRig of(KeyStore keyStore) throws Exception {
        KeyDomain domain = SchsmDevice.of(keyStore).createDkekDomain(SLOT, 1);
        domain.importShare(DKEK.clone());
        return new DkekRig(keyStore);
    }

    @Override
    public SecretKey importAes(String label, byte[] key, KeyAlgorithm... allowed) throws Exception {
        ByteArrayOutputStream data = new ByteArrayOutputStream();
        data.writeBytes(uint16(key.length));
        data.writeBytes(key);
        PrivateKeyDescription description =
                PrivateKeyDescription.of(KeyType.AES, label, new byte[] {1}, 8 * key.length);
        store(label, WrappedKeyBlob.AES, NO_OID, data.toByteArray(), description, allowed);
        return (SecretKey) keyStore.getKey(label, null);
    }

    /** Imports an EC key; its list has to allow ECDSA or ECDH, so that its public half can be found out. */
    public PrivateKey importEc(String label, EcCurve curve, BigInteger d, KeyAlgorithm... allowed) throws Exception {
        ByteArrayOutputStream data = new ByteArrayOutputStream();
        List<Tlv> parameters = curve.domainParameters();
        data.writeBytes(uint16(curve.bits()));
        for (int tag : new int[] {0x82, 0x83, 0x81, 0x85, 0x84}) {
            field(data, value(parameters, tag));
        }
        field(data, BigIntegers.asUnsignedByteArray(curve.orderLength(), d));
        byte[] point = curve.add(curve.parameters().getGenerator(), d.subtract(BigInteger.ONE))
                .orElseThrow();
        field(data, point);
        PrivateKeyDescription description = PrivateKeyDescription.of(KeyType.EC, label, new byte[] {1}, curve.bits());
        store(label, WrappedKeyBlob.EC, ECDSA_SHA256, data.toByteArray(), description, allowed);
        return (PrivateKey) keyStore.getKey(label, null);
    }

    @Override
    public PrivateKey importRsa(String label, RSAPrivateCrtKey key, X509Certificate certificate) throws Exception {
        return importRsa(label, key, certificate.getEncoded());
    }

    /**
     * Imports an RSA key.
     *
     * @param request its certificate or request as stored with a key, which shows its modulus
     */
    public PrivateKey importRsa(String label, RSAPrivateCrtKey key, byte[] request, KeyAlgorithm... allowed)
            throws Exception {
        int bits = key.getModulus().bitLength();
        int half = (bits + 15) / 16;
        ByteArrayOutputStream data = new ByteArrayOutputStream();
        data.writeBytes(uint16(bits));
        boolean isLong = bits > 2048;
        if (isLong) {
            field(data, BigIntegers.asUnsignedByteArray((bits + 7) / 8, key.getPrivateExponent()));
        } else {
            for (BigInteger number : List.of(
                    key.getPrimeExponentP(),
                    key.getPrimeExponentQ(),
                    key.getPrimeP(),
                    key.getCrtCoefficient(),
                    key.getPrimeQ())) {
                field(data, BigIntegers.asUnsignedByteArray(half, number));
            }
        }
        field(data, BigIntegers.asUnsignedByteArray((bits + 7) / 8, key.getModulus()));
        field(data, BigIntegers.asUnsignedByteArray(key.getPublicExponent()));
        WrappedKeyBlob blob =
                wrap(isLong ? WrappedKeyBlob.RSA : WrappedKeyBlob.RSA_CRT, RSA_SHA256, data.toByteArray(), allowed);
        keyStore.setEntry(
                label,
                WrappedKeyEntry.of(
                        blob.encode(),
                        PrivateKeyDescription.of(KeyType.RSA, label, new byte[] {1}, bits)
                                .encode(),
                        request,
                        List.of()),
                null);
        return (PrivateKey) keyStore.getKey(label, null);
    }

    private void store(
            String label,
            int type,
            byte[] oid,
            byte[] keyData,
            PrivateKeyDescription description,
            KeyAlgorithm... allowed)
            throws Exception {
        WrappedKeyBlob blob = wrap(type, oid, keyData, allowed);
        keyStore.setEntry(
                label, WrappedKeyEntry.of(blob.encode(), description.encode(), (byte[]) null, List.of()), null);
    }

    private static WrappedKeyBlob wrap(int type, byte[] oid, byte[] keyData, KeyAlgorithm... allowed) {
        byte[] algorithms = new byte[allowed.length];
        for (int i = 0; i < allowed.length; i++) {
            algorithms[i] = (byte) allowed[i].id();
        }
        return WrappedKeyBlob.wrap(DKEK, type, oid, algorithms, keyData, new SecureRandom());
    }

    private static byte[] value(List<Tlv> parameters, int tag) {
        return parameters.stream()
                .filter(parameter -> parameter.tag() == tag)
                .findFirst()
                .orElseThrow()
                .value();
    }

    private static void field(ByteArrayOutputStream out, byte[] value) {
        out.writeBytes(uint16(value.length));
        out.writeBytes(value);
    }

    private static byte[] uint16(int number) {
        return new byte[] {(byte) (number >> 8), (byte) number};
    }
}
