// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.examples.support;

import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.security.spec.X509EncodedKeySpec;
import java.util.Locale;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.jce.provider.BouncyCastleProvider;

/** A device with one key of each kind that a test asks for, made the first time. */
public final class DeviceKeys {
    /** Software that has all curves, not registered: the other end of what a test sends. */
    public static final Provider SOFTWARE = new BouncyCastleProvider();

    private final DeviceWorld world;
    private final KeyPurposeId[] purposes;

    /** In a device; the certificates are for purposes, or for everything. */
    public DeviceKeys(DeviceWorld world, KeyPurposeId... purposes) {
        this.world = world;
        this.purposes = purposes.clone();
    }

    /** On a new device in a folder, with the provider at the end of the list. */
    public static DeviceKeys register(Path folder, KeyPurposeId... purposes) throws Exception {
        return new DeviceKeys(DeviceWorld.in(folder).register(), purposes);
    }

    /** The device. */
    public DeviceWorld world() {
        return world;
    }

    /** The key's alias. */
    public String alias(KeyKind kind) throws GeneralSecurityException {
        String alias = kind.name().toLowerCase(Locale.ROOT);
        if (!world.keyStore().containsAlias(alias)) {
            world.key(alias, kind, purposes);
        }
        return alias;
    }

    /** The key in the device. */
    public PrivateKey key(KeyKind kind) throws GeneralSecurityException {
        return (PrivateKey) world.keyStore().getKey(alias(kind), null);
    }

    /** Its certificate. */
    public X509Certificate certificate(KeyKind kind) throws GeneralSecurityException {
        return world.certificate(alias(kind));
    }

    /** Its certificates, its own first. */
    public X509Certificate[] chain(KeyKind kind) throws GeneralSecurityException {
        return world.chain(alias(kind));
    }

    /** Its public key in software: the JDK's own class where the JDK has the curve. */
    public PublicKey publicKey(KeyKind kind) throws GeneralSecurityException {
        X509EncodedKeySpec encoded =
                new X509EncodedKeySpec(certificate(kind).getPublicKey().getEncoded());
        KeyFactory factory = switch (kind) {
            case SECP256K1, BRAINPOOL256, BRAINPOOL384 -> KeyFactory.getInstance(kind.algorithm(), SOFTWARE);
            case P256, P384, P521 -> KeyFactory.getInstance(kind.algorithm(), "SunEC");
            case RSA2048 -> KeyFactory.getInstance(kind.algorithm(), "SunRsaSign");
        };
        return factory.generatePublic(encoded);
    }
}
