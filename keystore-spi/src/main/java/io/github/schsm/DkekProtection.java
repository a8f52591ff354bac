// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm;

import java.security.KeyStore;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import javax.security.auth.Destroyable;
import org.jspecify.annotations.Nullable;

/**
 * For {@link KeyStore#setEntry}: a {@link java.security.KeyStore.PrivateKeyEntry} or
 * {@link java.security.KeyStore.SecretKeyEntry} with a key of software is imported into the key domain with this DKEK. The
 * host wraps the key under the DKEK as a device would, and the device unwraps it; one use of it then proves that it is the
 * key of its certificate.
 *
 * <p>Without one, {@code setEntry} and {@code setKeyEntry} take the DKEK whose shares the configuration names
 * ({@code dkek = file:…}).
 */
public final class DkekProtection implements KeyStore.ProtectionParameter, Destroyable {
    /** A DKEK has so many bytes. */
    private static final int LENGTH = 32;
    /** An id is no longer than this. */
    private static final int MOST_ID_BYTES = 64;

    private final byte[] dkek;
    private final List<KeyAlgorithm> allowed;
    private final byte @Nullable [] id;
    private volatile boolean destroyed;

    private DkekProtection(byte[] dkek, List<KeyAlgorithm> allowed, byte @Nullable [] id) {
        this.dkek = dkek;
        this.allowed = List.copyOf(allowed);
        this.id = id;
    }

    /**
     * Imported keys without an algorithm list: they may be used for everything of their type, and a device with key domain
     * slots wraps none of them again.
     *
     * @param dkek 32 bytes, all shares combined; copied, the caller's to wipe
     */
    public static DkekProtection of(byte[] dkek) {
        if (dkek.length != LENGTH) {
            throw new IllegalArgumentException("a DKEK has " + LENGTH + " bytes, not " + dkek.length);
        }
        return new DkekProtection(dkek.clone(), List.of(), null);
    }

    /** The same, and the imported key may be used for these only. */
    public DkekProtection allow(KeyAlgorithm... algorithms) {
        return new DkekProtection(dkek(), List.of(algorithms), id);
    }

    /**
     * The same, and the imported key gets this id (CKA_ID). Without one it is the hash of the public key, as other tools have
     * it, and the key's number for a secret key.
     *
     * @param keyId 1 to 64 bytes
     */
    public DkekProtection withId(byte[] keyId) {
        if (keyId.length == 0 || keyId.length > MOST_ID_BYTES) {
            throw new IllegalArgumentException("a key's id has 1 to " + MOST_ID_BYTES + " bytes, not " + keyId.length);
        }
        return new DkekProtection(dkek(), allowed, keyId.clone());
    }

    /**
     * The DKEK.
     *
     * @return 32 bytes; the caller's to wipe
     * @throws IllegalStateException if it was destroyed
     */
    public byte[] dkek() {
        if (destroyed) {
            throw new IllegalStateException("the DKEK of this DkekProtection was wiped");
        }
        return dkek.clone();
    }

    /** What imported keys may be used for; empty for no list. */
    public List<KeyAlgorithm> allowed() {
        return allowed;
    }

    /** The imported key's id, if one was given. */
    public Optional<byte[]> id() {
        return Optional.ofNullable(id).map(byte[]::clone);
    }

    /** Wipes the DKEK of this object; what {@link #allow} and {@link #withId} made of it has its own. */
    @Override
    public void destroy() {
        destroyed = true;
        Arrays.fill(dkek, (byte) 0);
    }

    @Override
    public boolean isDestroyed() {
        return destroyed;
    }
}
