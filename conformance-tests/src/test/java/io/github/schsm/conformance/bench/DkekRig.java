// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.bench;

import io.github.schsm.KeyAlgorithm;
import io.github.schsm.KeyDomain;
import io.github.schsm.SchsmDevice;
import io.github.schsm.WrappedKeyEntry;
import io.github.schsm.card.dkek.Dkek;
import io.github.schsm.card.files.PrivateKeyDescription;
import io.github.schsm.codec.EcCurve;
import io.github.schsm.codec.SoftwareKey;
import java.math.BigInteger;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.interfaces.RSAPrivateCrtKey;
import java.util.List;
import javax.crypto.SecretKey;
import org.jspecify.annotations.Nullable;

/**
 * Brings known keys into a device, for published test vectors: of a DKEK key domain whose only share is known, the
 * host knows the DKEK, and can wrap a key as a device would.
 */
public final class DkekRig implements KeyImport {
    private static final int SLOT = 3;
    private static final byte[] DKEK = new byte[32];

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
        store(label, new SoftwareKey.Aes(key.clone()), null, allowed);
        return (SecretKey) keyStore.getKey(label, null);
    }

    /** Imports an EC key; its list has to allow ECDSA or ECDH, so that its public half can be found out. */
    public PrivateKey importEc(String label, EcCurve curve, BigInteger d, KeyAlgorithm... allowed) throws Exception {
        store(label, new SoftwareKey.Ec(curve, d, curve.publicKeyOf(d)), null, allowed);
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
        SoftwareKey numbers = new SoftwareKey.Rsa(
                key.getModulus(), key.getPublicExponent(), key.getPrivateExponent(), key.getPrimeP(), key.getPrimeQ());
        store(label, numbers, request, allowed);
        return (PrivateKey) keyStore.getKey(label, null);
    }

    /** As the device would come by it from another one, so that what it makes of it can be anything. */
    private void store(String label, SoftwareKey key, byte @Nullable [] request, KeyAlgorithm... allowed)
            throws Exception {
        try (Dkek dkek = Dkek.of(List.of(DKEK))) {
            byte[] blob = dkek.wrap(key, List.of(allowed), new SecureRandom()).encode();
            byte[] description = PrivateKeyDescription.of(Dkek.keyType(key), label, new byte[] {1}, key.size())
                    .encode();
            keyStore.setEntry(label, WrappedKeyEntry.of(blob, description, request, List.of()), null);
        }
    }
}
