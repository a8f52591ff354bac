// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.bridge.object;

import io.github.schsm.DataObject;
import io.github.schsm.KeyType;
import io.github.schsm.TokenCertificate;
import io.github.schsm.TokenKey;
import io.github.schsm.codec.EcCurve;
import io.github.schsm.codec.HashAlgorithm;
import java.security.PublicKey;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a token's objects are to the JCA: keys with what belongs to them, certificates that belong to none, data
 * objects. Objects belong together by their public key, which is proof; a CKA_ID or label is a hint that some tool or other
 * gives twice, or leaves out.
 *
 * <p>References are made from what stays: kind, CKA_ID and public key of a key, the content of a certificate, the name
 * of a data object. Where that does not tell objects apart they are numbered, and such a reference is only taken
 * together with the label.
 *
 * @param keys         by label
 * @param certificates by label
 * @param data         by label
 */
public record TokenObjects(List<KeyEntry> keys, List<CertificateEntry> certificates, List<DataEntry> data) {
    static final String NUMBER = "#";
    private static final int LONGEST_ID = 20;
    private static final int SHORT_HASH = 4;
    static final int HASH = 8;

    /** Copies the lists. */
    public TokenObjects {
        keys = List.copyOf(keys);
        certificates = List.copyOf(certificates);
        data = List.copyOf(data);
    }

    /**
     * A key.
     *
     * @param key          as a listing shows it
     * @param object       the private or secret key object; null where only who has logged in can see it
     * @param publicKeys   its public key objects
     * @param certificates its certificates, the one that is shown first
     * @param publicKey    its public key, where an object tells
     * @param curve        of an EC key, where an object tells
     */
    public record KeyEntry(
            TokenKey key,
            @Nullable ObjectSnapshot object,
            List<ObjectSnapshot> publicKeys,
            List<ObjectSnapshot> certificates,
            @Nullable PublicKey publicKey,
            @Nullable EcCurve curve) {
        /** Everything that goes when the key is deleted, the key itself first. */
        public List<ObjectSnapshot> objects() {
            List<ObjectSnapshot> objects = new ArrayList<>();
            if (object != null) {
                objects.add(object);
            }
            objects.addAll(publicKeys);
            objects.addAll(certificates);
            return objects;
        }

        /**
         * Whether the public key is only that of a certificate with the same CKA_ID, which anybody can have given it: the
         * private key object does not tell its public key, and no public key object stands next to it.
         */
        public boolean isPublicKeyUnproven() {
            return object != null
                    && object.kind() == ObjectKind.EC_PRIVATE
                    && object.publicKey() == null
                    && publicKeys.isEmpty();
        }

        /** Whether something besides the private key object tells the public key, or it needs none. */
        boolean isTold() {
            return !key.type().isPrivate() || !publicKeys.isEmpty() || !certificates.isEmpty();
        }

        /** Whether only the public key is seen, in place of the private key. */
        public boolean isStandIn() {
            return object == null;
        }

        KeyEntry withReference(String reference) {
            return new KeyEntry(
                    new TokenKey(reference, key.label(), key.id(), key.type()),
                    object,
                    publicKeys,
                    certificates,
                    publicKey,
                    curve);
        }
    }

    /** A certificate that belongs to no key. */
    public record CertificateEntry(TokenCertificate certificate, ObjectSnapshot object) {}

    /** A data object. */
    public record DataEntry(DataObject data, ObjectSnapshot object) {}

    /**
     * Puts objects together.
     *
     * @param objects         in any order
     * @param privateKeysHide whether private keys may be there that are not among them, so that a public key stands for
     *                        its private key
     * @param noKeys          references of keys that public keys do not stand for
     */
    static TokenObjects of(Collection<ObjectSnapshot> objects, boolean privateKeysHide, Set<String> noKeys) {
        return new ObjectMatching(objects).contents(privateKeysHide, noKeys);
    }

    /** Whether a reference alone does not tell a key from others. */
    public static boolean isNumbered(TokenKey key) {
        return key.reference().contains(NUMBER);
    }

    public Optional<KeyEntry> find(TokenKey key) {
        return keys.stream()
                .filter(entry -> entry.key().reference().equals(key.reference()))
                .filter(entry ->
                        !key.reference().contains(NUMBER) || entry.key().label().equals(key.label()))
                .findFirst()
                .or(() -> withAnotherHash(key));
    }

    /** The public key may have become known, or unknown, since the reference was made: before and after a login. */
    private Optional<KeyEntry> withAnotherHash(TokenKey key) {
        String reference = key.reference();
        if (reference.contains(NUMBER)) {
            return Optional.empty();
        }
        List<KeyEntry> same = keys.stream()
                .filter(entry -> entry.key().reference().startsWith(reference + "-")
                        || reference.startsWith(entry.key().reference() + "-"))
                .toList();
        return same.size() == 1 ? Optional.of(same.get(0)) : Optional.empty();
    }

    public Optional<KeyEntry> withHandle(long handle) {
        return keys.stream()
                .filter(entry -> entry.object() != null && entry.object().handle() == handle)
                .findFirst();
    }

    public Optional<CertificateEntry> find(TokenCertificate certificate) {
        return certificates.stream()
                .filter(entry -> entry.certificate().reference().equals(certificate.reference()))
                .findFirst();
    }

    public Optional<CertificateEntry> certificateWithHandle(long handle) {
        return certificates.stream()
                .filter(entry -> entry.object().handle() == handle)
                .findFirst();
    }

    public Optional<DataEntry> find(DataObject data) {
        return this.data.stream()
                .filter(entry -> entry.data().reference().equals(data.reference()))
                .findFirst();
    }

    public Optional<DataEntry> dataWithHandle(long handle) {
        return data.stream().filter(entry -> entry.object().handle() == handle).findFirst();
    }

    /** What stays of a key: its kind, CKA_ID and public key. */
    public static String reference(KeyType type, byte[] id, @Nullable PublicKey publicKey) {
        return type.name().toLowerCase(Locale.ROOT) + "-" + shortId(id)
                + (publicKey == null ? "" : "-" + hash(publicKey.getEncoded(), SHORT_HASH));
    }

    static String shortId(byte[] id) {
        return id.length > LONGEST_ID ? hash(id, HASH) : HexFormat.of().formatHex(id);
    }

    static String hash(byte[] data, int length) {
        return HexFormat.of().formatHex(HashAlgorithm.SHA256.digest(data), 0, length);
    }
}
