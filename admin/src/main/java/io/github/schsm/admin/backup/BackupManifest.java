// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.admin.backup;

import io.github.schsm.MalformedDataException;
import io.github.schsm.admin.json.JsonDocuments;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What is in a backup: the file {@code manifest.json} of a {@link BackupArchive}. Its schema is
 * {@code docs/schema/backup-manifest.schema.json}. Bytes are upper-case hexadecimal digits.
 *
 * <p>Text in it comes from a device and is as it was found: a program that shows it escapes it.
 *
 * @param format       {@value #FORMAT}
 * @param version      {@value #VERSION}
 * @param created      when the backup was begun
 * @param device       the device that it is of
 * @param domains      the key domains under whose KEKs keys are wrapped
 * @param keys         every key that was on the device, also those that could not be saved
 * @param certificates the certificates that belong to no key
 * @param data         the data objects
 */
public record BackupManifest(
        String format,
        int version,
        Instant created,
        Device device,
        List<Domain> domains,
        List<Key> keys,
        List<Certificate> certificates,
        List<Data> data) {
    /** What the document says it is. */
    public static final String FORMAT = "schsm-backup";
    /** The version of this form. */
    public static final int VERSION = 1;

    private static final String WHAT = "backup manifest";

    /** Copies the lists. */
    public BackupManifest {
        Objects.requireNonNull(format, "format");
        Objects.requireNonNull(created, "created");
        Objects.requireNonNull(device, "device");
        domains = List.copyOf(domains);
        keys = List.copyOf(keys);
        certificates = List.copyOf(certificates);
        data = List.copyOf(data);
    }

    /** As the file has it: what the signature is over. */
    byte[] encode() {
        return JsonDocuments.pretty(this);
    }

    static BackupManifest parse(byte[] utf8) throws MalformedDataException {
        BackupManifest manifest = JsonDocuments.as(WHAT, JsonDocuments.read(WHAT, utf8), BackupManifest.class);
        if (!manifest.format.equals(FORMAT) || manifest.version != VERSION) {
            throw new MalformedDataException(
                    WHAT,
                    "it is of format \"" + manifest.format + "\", version " + manifest.version + "; \"" + FORMAT
                            + "\", version " + VERSION + " is expected");
        }
        return manifest;
    }

    /** The other files of the archive. */
    List<Content> contents() {
        List<Content> all = new ArrayList<>();
        for (Domain domain : domains) {
            Agreement agreement = domain.agreement;
            if (agreement != null) {
                all.add(agreement.source);
                all.add(agreement.recipient);
            }
        }
        for (Key key : keys) {
            Stream.of(key.wrapped, key.certificate, key.attestation)
                    .filter(Objects::nonNull)
                    .forEach(all::add);
        }
        certificates.stream().map(Certificate::content).forEach(all::add);
        data.stream().map(Data::content).filter(Objects::nonNull).forEach(all::add);
        return all;
    }

    /** The key domain of a slot. */
    @Nullable
    Domain domain(@Nullable Integer slot) {
        return domains.stream()
                .filter(domain -> slot != null && domain.slot == slot)
                .findFirst()
                .orElse(null);
    }

    /** Everything that was on the device and is not in the archive, with the reason. */
    public List<Missing> missing() {
        List<Missing> missing = new ArrayList<>();
        for (Key key : keys) {
            if (key.problem != null && !key.exchangeKey) {
                missing.add(new Missing(BackupItem.Kind.KEY, key.label, key.problem));
            }
        }
        for (Data object : data) {
            if (object.problem != null) {
                missing.add(new Missing(BackupItem.Kind.DATA, object.label, object.problem));
            }
        }
        return missing;
    }

    /**
     * Something that is not in the archive.
     *
     * @param kind   what it is
     * @param label  its label
     * @param reason why it could not be saved, in a sentence
     */
    public record Missing(BackupItem.Kind kind, String label, String reason) {}

    /**
     * A file of the archive.
     *
     * @param file   its name
     * @param size   bytes
     * @param sha256 of its content
     */
    public record Content(String file, int size, String sha256) {
        /** Refuses nulls. */
        public Content {
            Objects.requireNonNull(file, "file");
            Objects.requireNonNull(sha256, "sha256");
        }
    }

    /**
     * The device that a backup is of.
     *
     * @param id             its id
     * @param name           what it is called where several have that id
     * @param label          the token's label
     * @param firmware       as people write it; may be empty
     * @param platform       may be empty
     * @param keyFingerprint SHA-256 of the device's public key; null where it has no certificate
     * @param certificates   device and issuer certificate, as far as it has them
     */
    public record Device(
            String id,
            String name,
            String label,
            String firmware,
            String platform,
            @Nullable String keyFingerprint,
            List<String> certificates) {
        /** Copies the list. */
        public Device {
            Objects.requireNonNull(id, "id");
            Objects.requireNonNull(name, "name");
            Objects.requireNonNull(label, "label");
            certificates = List.copyOf(certificates);
        }
    }

    /** Kinds of key domains. */
    public enum DomainKind {
        /** Its KEK is agreed between two devices. */
        XKEK,
        /** Its KEK is made of shares. */
        DKEK
    }

    /**
     * A key domain under whose KEK keys are wrapped.
     *
     * @param slot      its slot on the device
     * @param kind      what it is
     * @param uid       the UID of an XKEK domain; null for a DKEK
     * @param kcv       the check value of the KEK that the keys in the archive are wrapped under
     * @param shares    how many shares a DKEK is made of; null for an XKEK
     * @param agreement with whom the KEK was agreed; null for a DKEK
     */
    public record Domain(
            int slot,
            DomainKind kind,
            @Nullable String uid,
            String kcv,
            @Nullable Integer shares,
            @Nullable Agreement agreement) {
        /** Refuses nulls where a value is needed. */
        public Domain {
            Objects.requireNonNull(kind, "kind");
            Objects.requireNonNull(kcv, "kcv");
        }
    }

    /**
     * An agreement on a KEK. The recipient finds the same KEK again with its exchange key, which stays on it, and the
     * source's public key; nobody else can.
     *
     * @param device    the id of the device that can restore
     * @param source    the public key file of the source's exchange key, which is not needed any more
     * @param recipient the public key file of the recipient's exchange key
     */
    public record Agreement(String device, Content source, Content recipient) {
        /** Refuses nulls. */
        public Agreement {
            Objects.requireNonNull(device, "device");
            Objects.requireNonNull(source, "source");
            Objects.requireNonNull(recipient, "recipient");
        }
    }

    /**
     * A key that was on the device.
     *
     * @param label       its alias
     * @param id          what tools call CKA_ID; may be empty
     * @param type        EC, RSA, AES or UNKNOWN
     * @param curve       of an EC key, where it is known
     * @param size        bits; 0 if not known
     * @param algorithms  the allowed algorithms; null where it has no list
     * @param useCounter  uses left at the time; null where it has no counter
     * @param keyDomain   the slot of its key domain; null where it is in none
     * @param wrappingKey the id of its wrapping key; null where it has none
     * @param publicKey   SubjectPublicKeyInfo; null where it has none or none is known
     * @param checkValue  what tells one AES key from another; null where the key may not compute it
     * @param exchangeKey whether it only agrees on KEKs: each device has its own, and none is saved
     * @param wrapped     the {@code .wky} file; null if it could not be saved
     * @param certificate what is stored with it: X.509 certificate or card-verifiable request; null for nothing
     * @param attestation the public key file that proves that a device made it; null without one
     * @param problem     why it could not be saved; null if it was
     */
    public record Key(
            String label,
            String id,
            String type,
            @Nullable String curve,
            int size,
            @Nullable List<String> algorithms,
            @Nullable Long useCounter,
            @Nullable Integer keyDomain,
            @Nullable Integer wrappingKey,
            @Nullable String publicKey,
            @Nullable String checkValue,
            boolean exchangeKey,
            @Nullable Content wrapped,
            @Nullable Content certificate,
            @Nullable Content attestation,
            @Nullable String problem) {
        /** Copies the list. */
        public Key {
            Objects.requireNonNull(label, "label");
            Objects.requireNonNull(id, "id");
            Objects.requireNonNull(type, "type");
            algorithms = algorithms == null ? null : List.copyOf(algorithms);
        }
    }

    /**
     * A certificate that belongs to no key.
     *
     * @param label   its alias
     * @param content X.509, DER
     */
    public record Certificate(String label, Content content) {
        /** Refuses nulls. */
        public Certificate {
            Objects.requireNonNull(label, "label");
            Objects.requireNonNull(content, "content");
        }
    }

    /**
     * A data object.
     *
     * @param label        its label
     * @param application  the application's name; may be empty
     * @param oid          object identifier; may be empty
     * @param pinProtected whether the PIN is needed to read it on the device
     * @param content      its content; null if it could not be saved
     * @param problem      why not; null if it was
     */
    public record Data(
            String label,
            String application,
            String oid,
            boolean pinProtected,
            @Nullable Content content,
            @Nullable String problem) {
        /** Refuses nulls where a value is needed. */
        public Data {
            Objects.requireNonNull(label, "label");
            Objects.requireNonNull(application, "application");
            Objects.requireNonNull(oid, "oid");
        }
    }
}
