// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.bridge.object;

import io.github.schsm.DataObject;
import io.github.schsm.KeyType;
import io.github.schsm.MalformedDataException;
import io.github.schsm.TokenCertificate;
import io.github.schsm.TokenKey;
import io.github.schsm.bridge.cryptoki.Ck;
import io.github.schsm.bridge.object.TokenObjects.CertificateEntry;
import io.github.schsm.bridge.object.TokenObjects.DataEntry;
import io.github.schsm.bridge.object.TokenObjects.KeyEntry;
import io.github.schsm.codec.EcCurve;
import io.github.schsm.codec.PublicKeyNumbers;
import io.github.schsm.codec.X509Certificates;
import java.nio.charset.StandardCharsets;
import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Finds out what belongs to what: private key, public key, certificate. The public key is proof; a CKA_ID or label only
 * chooses among objects that it does not tell apart.
 */
final class ObjectMatching {
    private final List<ObjectSnapshot> privateKeys = new ArrayList<>();
    private final List<ObjectSnapshot> publicKeys = new ArrayList<>();
    private final List<ObjectSnapshot> secretKeys = new ArrayList<>();
    private final List<ObjectSnapshot> certificates = new ArrayList<>();
    private final List<ObjectSnapshot> data = new ArrayList<>();
    private final Set<Long> used = new HashSet<>();

    ObjectMatching(Collection<ObjectSnapshot> objects) {
        objects.stream()
                .sorted(Comparator.comparingLong(ObjectSnapshot::handle))
                .forEach(object -> list(object.kind()).add(object));
    }

    private List<ObjectSnapshot> list(ObjectKind kind) {
        return switch (kind) {
            case EC_PRIVATE, RSA_PRIVATE -> privateKeys;
            case EC_PUBLIC, RSA_PUBLIC -> publicKeys;
            case AES -> secretKeys;
            case CERTIFICATE -> certificates;
            case DATA -> data;
        };
    }

    TokenObjects contents(boolean privateKeysHide, Set<String> noKeys) {
        List<KeyEntry> keys = new ArrayList<>();
        for (ObjectSnapshot object : privateKeys) {
            keys.add(pair(object, object.kind() == ObjectKind.EC_PRIVATE ? KeyType.EC : KeyType.RSA));
        }
        if (privateKeysHide) {
            for (ObjectSnapshot object : publicKeys) {
                if (!noKeys.contains(TokenObjects.reference(type(object), object.id(), object.publicKey()))
                        && !isOfAuthority(object)
                        && used.add(object.handle())) {
                    keys.add(standIn(object));
                }
            }
        }
        for (ObjectSnapshot object : secretKeys) {
            keys.add(entry(KeyType.AES, object, object, List.of(), null));
        }
        return new TokenObjects(
                numbered(
                        keys,
                        entry -> entry.key().reference(),
                        KeyEntry::withReference,
                        entry -> entry.key().label()),
                certificates(),
                data());
    }

    private KeyEntry pair(ObjectSnapshot object, KeyType type) {
        PublicKey known = object.publicKey();
        if (known == null) {
            known = publicKeyByObject(object);
        }
        if (known == null) {
            known = publicKeyByCertificate(object);
        }
        if (known == null) {
            known = publicKeyByModulus(object);
        }
        List<ObjectSnapshot> halves = new ArrayList<>();
        for (ObjectSnapshot candidate : publicKeys) {
            if (known != null && belongs(candidate, object, known) && used.add(candidate.handle())) {
                halves.add(candidate);
            }
        }
        return entry(type, object, object, halves, known);
    }

    /** Where the private key object does not tell its public key, as EC keys may. */
    private @Nullable PublicKey publicKeyByObject(ObjectSnapshot object) {
        List<ObjectSnapshot> candidates = publicKeys.stream()
                .filter(candidate -> candidate.hasIdOf(object) && fits(candidate, object))
                .toList();
        List<ObjectSnapshot> wanted = candidates;
        List<ObjectSnapshot> rivals = rivals(object)
                .filter(rival -> wanted.stream().anyMatch(candidate -> fits(candidate, rival)))
                .toList();
        if (!rivals.isEmpty() || object.id().length == 0 || distinct(candidates) > 1) {
            candidates = candidates.stream()
                    .filter(candidate ->
                            candidate.label().isPresent() && candidate.label().equals(object.label()))
                    .toList();
            if (rivals.stream().anyMatch(rival -> rival.label().equals(object.label()))) {
                return null;
            }
        }
        return distinct(candidates) == 1 ? candidates.get(0).publicKey() : null;
    }

    /** Other private keys with the same CKA_ID. */
    private Stream<ObjectSnapshot> rivals(ObjectSnapshot object) {
        return privateKeys.stream().filter(rival -> rival.handle() != object.handle() && rival.hasIdOf(object));
    }

    private @Nullable PublicKey publicKeyByCertificate(ObjectSnapshot object) {
        if (object.id().length == 0 || rivals(object).findAny().isPresent()) {
            return null;
        }
        List<ObjectSnapshot> candidates = certificates.stream()
                .filter(candidate ->
                        candidate.hasIdOf(object) && candidate.publicKey() != null && fits(candidate, object))
                .toList();
        return distinct(candidates) == 1 ? candidates.get(0).publicKey() : null;
    }

    /** An RSA key without a public exponent still has its modulus, which is that of no other key. */
    private @Nullable PublicKey publicKeyByModulus(ObjectSnapshot object) {
        if (object.kind() != ObjectKind.RSA_PRIVATE
                || object.attributes().integer(Ck.CKA_MODULUS).isEmpty()) {
            return null;
        }
        List<ObjectSnapshot> candidates = Stream.concat(publicKeys.stream(), certificates.stream())
                .filter(candidate -> fits(candidate, object))
                .toList();
        return distinct(candidates) == 1 ? candidates.get(0).publicKey() : null;
    }

    /** Whether a public key is of the kind, and on the curve or of the modulus, of a private key. */
    private static boolean fits(ObjectSnapshot candidate, ObjectSnapshot object) {
        PublicKey key = candidate.publicKey();
        if (key == null) {
            return false;
        }
        if (object.kind() == ObjectKind.EC_PRIVATE) {
            EcCurve curve = PublicKeys.curve(object.attributes());
            return key instanceof ECPublicKey ec
                    && (curve == null
                            || EcCurve.of(ec.getParams()).filter(curve::equals).isPresent());
        }
        return key instanceof RSAPublicKey rsa
                && object.attributes()
                        .integer(Ck.CKA_MODULUS)
                        .map(modulus -> modulus.equals(rsa.getModulus()))
                        .orElse(true);
    }

    private static long distinct(List<ObjectSnapshot> candidates) {
        List<PublicKey> keys = new ArrayList<>();
        for (ObjectSnapshot candidate : candidates) {
            PublicKey key = candidate.publicKey();
            if (key != null && keys.stream().noneMatch(other -> PublicKeyNumbers.areEqual(other, key))) {
                keys.add(key);
            }
        }
        return keys.size();
    }

    /**
     * The public key is proof, a CKA_ID is a hint: it only tells which of several objects with the same public key goes
     * with which of several such keys.
     */
    private boolean belongs(ObjectSnapshot candidate, ObjectSnapshot object, PublicKey publicKey) {
        PublicKey key = candidate.publicKey();
        return key != null
                && PublicKeyNumbers.areEqual(key, publicKey)
                && (candidate.hasIdOf(object) || candidate.id().length == 0 || !isOfTwin(candidate, object));
    }

    /** Whether another private key with the same public key has the object's CKA_ID. */
    private boolean isOfTwin(ObjectSnapshot candidate, ObjectSnapshot object) {
        return privateKeys.stream()
                .filter(other -> other.handle() != object.handle() && candidate.hasIdOf(other))
                .map(other -> other.publicKey() == null ? publicKeyByObject(other) : other.publicKey())
                .anyMatch(known -> PublicKeyNumbers.areEqual(known, candidate.publicKey()));
    }

    /** Modules that make public keys out of certificates make them out of those of authorities as well. */
    private boolean isOfAuthority(ObjectSnapshot object) {
        PublicKey key = object.publicKey();
        return certificates.stream()
                .filter(certificate -> certificate.publicKey() != null
                        && key != null
                        && PublicKeyNumbers.areEqual(certificate.publicKey(), key))
                .anyMatch(certificate -> {
                    try {
                        return X509Certificates.parse(certificate.certificate().orElse(new byte[0]))
                                        .getBasicConstraints()
                                >= 0;
                    } catch (MalformedDataException notReadable) {
                        return false;
                    }
                });
    }

    private KeyEntry standIn(ObjectSnapshot object) {
        return entry(type(object), null, object, List.of(object), object.publicKey());
    }

    private static KeyType type(ObjectSnapshot publicKey) {
        return publicKey.kind() == ObjectKind.EC_PUBLIC ? KeyType.EC : KeyType.RSA;
    }

    private KeyEntry entry(
            KeyType type,
            @Nullable ObjectSnapshot object,
            ObjectSnapshot named,
            List<ObjectSnapshot> halves,
            @Nullable PublicKey publicKey) {
        List<ObjectSnapshot> own = new ArrayList<>();
        if (publicKey != null) {
            for (ObjectSnapshot certificate : certificates) {
                if (belongs(certificate, named, publicKey) && used.add(certificate.handle())) {
                    own.add(certificate);
                }
            }
        }
        own.sort(Comparator.comparing((ObjectSnapshot certificate) -> !certificate.hasIdOf(named))
                .thenComparing(certificate -> !certificate.label().equals(named.label())));
        EcCurve curve = publicKey instanceof ECPublicKey ec
                ? EcCurve.of(ec.getParams()).orElse(null)
                : PublicKeys.curve(named.attributes());
        String shortId = TokenObjects.shortId(named.id());
        String reference = TokenObjects.reference(type, named.id(), publicKey);
        String label = named.label().orElse("key-" + (shortId.isEmpty() ? reference : shortId));
        return new KeyEntry(
                new TokenKey(reference, label, named.id(), type),
                object,
                List.copyOf(halves),
                List.copyOf(own),
                publicKey,
                curve);
    }

    private List<CertificateEntry> certificates() {
        List<CertificateEntry> entries = new ArrayList<>();
        for (ObjectSnapshot object : certificates) {
            Optional<byte[]> value = object.certificate();
            if (value.isPresent() && !used.contains(object.handle())) {
                String label = object.label().orElseGet(() -> subject(value.get()));
                entries.add(new CertificateEntry(
                        new TokenCertificate("certificate-" + TokenObjects.hash(value.get(), TokenObjects.HASH), label),
                        object));
            }
        }
        return numbered(
                entries,
                entry -> entry.certificate().reference(),
                (entry, reference) -> new CertificateEntry(
                        new TokenCertificate(reference, entry.certificate().label()), entry.object()),
                entry -> entry.certificate().label());
    }

    private static String subject(byte[] certificate) {
        try {
            return X509Certificates.parse(certificate).getSubjectX500Principal().getName();
        } catch (MalformedDataException notReadable) {
            return "unnamed";
        }
    }

    private List<DataEntry> data() {
        List<DataEntry> entries = new ArrayList<>();
        for (ObjectSnapshot object : data) {
            String application = object.attributes().text(Ck.CKA_APPLICATION).orElse("");
            String oid = object.attributes()
                    .bytes(Ck.CKA_OBJECT_ID)
                    .flatMap(ObjectIdentifiers::decode)
                    .filter(ObjectMatching::isUsable)
                    .orElse("");
            boolean pinProtected = object.attributes().flag(Ck.CKA_PRIVATE).orElse(false);
            String name = String.join("\0", object.label().orElse(""), application, oid, "" + pinProtected);
            String reference = "data-" + TokenObjects.hash(name.getBytes(StandardCharsets.UTF_8), TokenObjects.HASH);
            entries.add(new DataEntry(
                    new DataObject(reference, object.label().orElse(reference), application, oid, pinProtected),
                    object));
        }
        return numbered(
                entries,
                entry -> entry.data().reference(),
                (entry, reference) -> new DataEntry(
                        new DataObject(
                                reference,
                                entry.data().label(),
                                entry.data().application(),
                                entry.data().oid(),
                                entry.data().pinProtected()),
                        entry.object()),
                entry -> entry.data().label());
    }

    private static boolean isUsable(String oid) {
        try {
            return !DataObject.of("any", false).withApplication("", oid).oid().isEmpty();
        } catch (IllegalArgumentException tooLong) {
            return false;
        }
    }

    /** Numbers those with the same reference, and puts all in the order of their labels. */
    private static <T> List<T> numbered(
            List<T> entries,
            Function<T, String> reference,
            BiFunction<T, String, T> withReference,
            Function<T, String> label) {
        Map<String, Integer> count = new HashMap<>();
        entries.forEach(entry -> count.merge(reference.apply(entry), 1, Integer::sum));
        Map<String, Integer> next = new HashMap<>();
        List<T> result = new ArrayList<>();
        for (T entry : entries) {
            String plain = reference.apply(entry);
            result.add(
                    count.getOrDefault(plain, 1) == 1
                            ? entry
                            : withReference.apply(
                                    entry, plain + TokenObjects.NUMBER + next.merge(plain, 1, Integer::sum)));
        }
        result.sort(Comparator.comparing(label).thenComparing(reference));
        return result;
    }
}
