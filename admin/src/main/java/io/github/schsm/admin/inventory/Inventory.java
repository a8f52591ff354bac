// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.admin.inventory;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.schsm.MalformedDataException;
import io.github.schsm.TokenAdministration.PinStatus;
import io.github.schsm.admin.json.JsonDocuments;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Everything in reach at one moment: readers, devices with their keys, certificates and data objects, and key domains
 * with what each device has of them. {@link InventoryReader} makes it; it is immutable, holds no secret, and is a JSON
 * document as it stands ({@link #json()}, {@link #parse}), which reports embed and the console shows.
 *
 * <p>Devices are named by {@link Device#name}, domains by {@link Domain#name}, key pairs by the SHA-256 of their public key
 * ({@link Key#publicKey}), which is the same on every device that has the key. Bytes are upper-case hexadecimal digits. A
 * value that was not seen is null; where a PIN would show more, {@link Device#notSeen} says so.
 *
 * <p>Text in it comes from devices and is as it was found: a program that shows it escapes it.
 *
 * @param taken             when reading began
 * @param readers           every reader, in the order in which they were listed
 * @param devices           the devices in them that answered, in the same order
 * @param domains           the key domains of all devices, and last the keys that are in none
 * @param withoutSecondCopy the keys that only one of the devices has, exchange keys excepted
 * @param certificates      the encoded certificates and requests that are mentioned, each once, by the SHA-256 of it
 */
public record Inventory(
        Instant taken,
        List<Reader> readers,
        List<Device> devices,
        List<Domain> domains,
        List<SingleCopy> withoutSecondCopy,
        Map<String, String> certificates) {
    /** Copies the lists. */
    public Inventory {
        Objects.requireNonNull(taken, "taken");
        readers = List.copyOf(readers);
        devices = List.copyOf(devices);
        domains = List.copyOf(domains);
        withoutSecondCopy = List.copyOf(withoutSecondCopy);
        certificates = Map.copyOf(new TreeMap<>(certificates));
    }

    /** As a JSON document; its schema is {@code docs/schema/inventory.schema.json}. */
    public JsonNode json() {
        return JsonDocuments.tree(this);
    }

    /**
     * An inventory out of a JSON document.
     *
     * @param what     what the document is, to name it in the error
     * @param document what {@link #json()} made
     * @throws MalformedDataException if it is something else
     */
    public static Inventory parse(String what, JsonNode document) throws MalformedDataException {
        return JsonDocuments.as(what, document, Inventory.class);
    }

    /**
     * Whether something that is there, or was named, could not be read: a device, or part of one. An empty reader is nothing
     * that is missing.
     */
    public boolean hasFailures() {
        return devices.stream().anyMatch(device -> !device.problems().isEmpty())
                || readers.stream().anyMatch(Reader::failed);
    }

    /** The device of that name. */
    public Optional<Device> device(String name) {
        return devices.stream().filter(device -> device.name().equals(name)).findFirst();
    }

    /** The key domain of that name. */
    public Optional<Domain> domain(String name) {
        return domains.stream().filter(domain -> domain.name().equals(name)).findFirst();
    }

    /** The rows of all domains in which a key with that label or SHA-256 of the public key is. */
    public List<Row> find(String labelOrPublicKey) {
        return domains.stream()
                .flatMap(domain -> domain.keys().stream())
                .filter(row -> row.label().equals(labelOrPublicKey)
                        || labelOrPublicKey.equalsIgnoreCase(row.publicKey())
                        || row.cells().stream().anyMatch(cell -> labelOrPublicKey.equals(cell.label())))
                .toList();
    }

    /** The key that a cell is about; empty where the device does not have it. */
    public Optional<Key> key(Cell cell) {
        return device(cell.device()).stream()
                .flatMap(device -> device.keys().stream())
                .filter(key -> key.reference().equals(cell.reference()))
                .findFirst();
    }

    /**
     * A reader.
     *
     * @param name    its name
     * @param device  the {@link Device#name} of the device in it; null if there is none that could be read
     * @param problem why there is none; null if there is one
     * @param failed  whether there is a device in it, or one was named, that could not be read
     */
    public record Reader(
            String name, @Nullable String device, @Nullable String problem, boolean failed) {
        /** Refuses a reader without a name. */
        public Reader {
            Objects.requireNonNull(name, "name");
        }
    }

    /**
     * A device.
     *
     * @param name           what tells it from the others here: its id, where several have that with digits of the fingerprint
     *                       behind it
     * @param id             device id or serial number
     * @param fingerprint    SHA-256 of the device's public key, lower-case as {@code --device} takes it; null without a device
     *                       certificate
     * @param label          the token's label; may be empty
     * @param reader         the reader it is in
     * @param firmware       version, e.g. {@code 3.5}; empty if unknown
     * @param platform       what it runs on, e.g. {@code JCOP 3}; empty if unknown
     * @param trust          whether it traces to a trusted root
     * @param userPin        the user PIN's state; null if it could not be asked
     * @param soPin          the SO-PIN's state; null if the device does not tell
     * @param freeMemory     bytes; null if the device does not tell
     * @param slots          how many key domain slots it has; null where it has no such thing
     * @param keyDomains     the key domains in them
     * @param keys           its keys, in the order of the device
     * @param certificates   its certificates without a key
     * @param dataObjects    its data objects, as far as they are seen
     * @param pinVerified    whether it was read with the user PIN verified
     * @param defect         a defect that this kind of device is known for; null almost always
     * @param notSeen        what only the PIN would show, in words; empty if it was verified
     * @param problems       what could not be read, in sentences
     */
    public record Device(
            String name,
            String id,
            @Nullable String fingerprint,
            String label,
            String reader,
            String firmware,
            String platform,
            Trust trust,
            @Nullable Pin userPin,
            @Nullable Pin soPin,
            @Nullable Long freeMemory,
            @Nullable Integer slots,
            List<Slot> keyDomains,
            List<Key> keys,
            List<LooseCertificate> certificates,
            List<Data> dataObjects,
            boolean pinVerified,
            @Nullable String defect,
            List<String> notSeen,
            List<String> problems) {
        /** Copies the lists. */
        public Device {
            Objects.requireNonNull(name, "name");
            Objects.requireNonNull(id, "id");
            Objects.requireNonNull(trust, "trust");
            keyDomains = List.copyOf(keyDomains);
            keys = List.copyOf(keys);
            certificates = List.copyOf(certificates);
            dataObjects = List.copyOf(dataObjects);
            notSeen = List.copyOf(notSeen);
            problems = List.copyOf(problems);
        }

        /** Whether {@code --device} with this name means it: its name, its id, or that with digits of the fingerprint. */
        public boolean isCalled(String other) {
            int mark = other.lastIndexOf('#');
            return other.equals(name)
                    || other.equals(id)
                    || (mark >= 0
                            && other.substring(0, mark).equals(id)
                            && fingerprint != null
                            && other.length() > mark + 1
                            && fingerprint.startsWith(other.substring(mark + 1).toLowerCase(Locale.ROOT)));
        }
    }

    /**
     * Whether a device traces to a root that the configuration trusts.
     *
     * @param genuine null for a token that is no SmartCard-HSM: there is nothing to trace
     * @param reason  why it does not; null if it does
     * @param chain   its certificates, the device's first, and with the root where that is trusted
     */
    public record Trust(@Nullable Boolean genuine, @Nullable String reason, List<ChainLink> chain) {
        /** Copies the list. */
        public Trust {
            chain = List.copyOf(chain);
        }
    }

    /**
     * A card-verifiable certificate of a chain.
     *
     * @param holder      its CHR
     * @param authority   the CHR of who signed it (CAR); null if it names none
     * @param effective   the first day on which it is valid; null if it does not say
     * @param expires     the last one
     * @param certificate its SHA-256, for {@link Inventory#certificates}
     */
    public record ChainLink(
            String holder,
            @Nullable String authority,
            @Nullable LocalDate effective,
            @Nullable LocalDate expires,
            String certificate) {}

    /**
     * The state of a PIN.
     *
     * @param state     what it is
     * @param triesLeft null if the device does not say
     */
    public record Pin(PinStatus.State state, @Nullable Integer triesLeft) {
        /** Refuses a PIN without a state. */
        public Pin {
            Objects.requireNonNull(state, "state");
        }
    }

    /** Kinds of key domains. */
    public enum DomainKind {
        /** Its KEK is agreed between two devices at a time. */
        XKEK,
        /** Its KEK is made of shares. */
        DKEK,
        /** No domain: the keys that are in none. */
        NONE
    }

    /**
     * A key domain on a device.
     *
     * @param slot          from 0
     * @param kind          XKEK or DKEK
     * @param uid           UID of an XKEK domain; null for a DKEK
     * @param kekPresent    whether there is a KEK now
     * @param kcv           its check value; null if there is none or the device does not show it
     * @param shares        how many shares a DKEK is made of; null for an XKEK
     * @param sharesMissing how many of them are missing
     * @param domain        the {@link Domain#name}
     * @param groupSigner   the key that controls an XKEK domain; null if it is on none of the devices
     */
    public record Slot(
            int slot,
            DomainKind kind,
            @Nullable String uid,
            boolean kekPresent,
            @Nullable String kcv,
            @Nullable Integer shares,
            @Nullable Integer sharesMissing,
            String domain,
            @Nullable Place groupSigner) {
        /** Refuses nulls where a value is needed. */
        public Slot {
            Objects.requireNonNull(kind, "kind");
            Objects.requireNonNull(domain, "domain");
        }
    }

    /**
     * Where a key is.
     *
     * @param device the {@link Device#name}
     * @param label  the key's label there
     */
    public record Place(String device, String label) {}

    /**
     * A key on a device.
     *
     * @param label       its label
     * @param id          what tools call CKA_ID; may be empty
     * @param reference   how the device names it: the key id in decimal
     * @param type        EC, RSA, AES or UNKNOWN
     * @param curve       of an EC key; null if it is none or unknown
     * @param size        bits; null if unknown
     * @param publicKey   SHA-256 of its public key as SubjectPublicKeyInfo, on a named curve with an uncompressed point or as
     *                    rsaEncryption; null of an AES key, or if the public key is not known
     * @param algorithms  the allowed algorithms; null where it has no list
     * @param useCounter  uses left; null where it has no counter
     * @param keyDomain   the slot of its key domain, where it names one
     * @param domain      the {@link Domain#name}
     * @param wrappingKey the id of its wrapping key, where it has one
     * @param leaving     whether it can leave the device, and under what
     * @param exchangeKey whether it agrees on the KEK of a domain and does nothing else
     * @param groupSigner the name of the domain that it controls; null if none of those here
     * @param uid         of a key that can be a group signer: the UID of the domain that it controls, or would
     * @param attestation whether a device says that it was generated in it
     * @param certificate what is stored with it; null for nothing
     */
    public record Key(
            String label,
            String id,
            String reference,
            String type,
            @Nullable String curve,
            @Nullable Integer size,
            @Nullable String publicKey,
            @Nullable List<String> algorithms,
            @Nullable Long useCounter,
            @Nullable Integer keyDomain,
            String domain,
            @Nullable Integer wrappingKey,
            Leaves leaving,
            boolean exchangeKey,
            @Nullable String groupSigner,
            @Nullable String uid,
            Attestation attestation,
            @Nullable Certificate certificate) {
        /** Copies the list. */
        public Key {
            Objects.requireNonNull(label, "label");
            Objects.requireNonNull(reference, "reference");
            Objects.requireNonNull(leaving, "leaving");
            Objects.requireNonNull(attestation, "attestation");
            algorithms = algorithms == null ? null : List.copyOf(algorithms);
        }

        /** Curve, or type and size, as people write it: {@code secp256r1}, {@code RSA-2048}. */
        public String kind() {
            return kind(type, curve, size);
        }

        /** The same of the parts. */
        static String kind(String type, @Nullable String curve, @Nullable Integer size) {
            if (curve != null) {
                return curve;
            }
            return size == null ? type : type + "-" + size;
        }
    }

    /**
     * Whether a key can leave its device.
     *
     * @param can   null if the device says so only when it is asked to wrap the key
     * @param under the slot of the key domain whose KEK wraps it; null if it cannot
     * @param text  in a few words: {@code no}, {@code XKEK 62AEA0ED}, {@code perhaps, DKEK …}; empty if nothing is known
     */
    public record Leaves(@Nullable Boolean can, @Nullable Integer under, String text) {}

    /**
     * Whether a device attests a key.
     *
     * @param attested whether the request with the key proves that this very device made it, and the device traces to a trusted
     *                 root
     * @param device   the id of the device that made it, as its request says; null without one
     * @param reason   why it is not attested; null if it is
     * @param evidence the request and the chain of the device, the request first, by their SHA-256 in
     *                 {@link Inventory#certificates}; empty without a request
     */
    public record Attestation(
            boolean attested,
            @Nullable String device,
            @Nullable String reason,
            List<String> evidence) {
        /** Copies the list. */
        public Attestation {
            evidence = List.copyOf(evidence);
        }
    }

    /** What can be stored in the place of a certificate. */
    public enum CertificateKind {
        /** An X.509 certificate. */
        X509,
        /** A card-verifiable certificate. */
        CVC,
        /** The device's request for the key. */
        REQUEST,
        /** None of them. */
        UNREADABLE
    }

    /**
     * A certificate, or what stands in its place. Only X.509 certificates have what follows the kind, and what the other
     * kinds have of it.
     *
     * @param kind        what it is
     * @param subject     distinguished name (RFC 2253), or the CHR
     * @param issuer      distinguished name, or the CAR
     * @param serial      serial number, hexadecimal
     * @param notBefore   when it begins to be valid
     * @param notAfter    when it ends
     * @param daysLeft    whole days from the inventory to then; negative once it has ended
     * @param certificate its SHA-256, for {@link Inventory#certificates}
     */
    public record Certificate(
            CertificateKind kind,
            @Nullable String subject,
            @Nullable String issuer,
            @Nullable String serial,
            @Nullable Instant notBefore,
            @Nullable Instant notAfter,
            @Nullable Long daysLeft,
            String certificate) {
        /** Refuses one without a kind. */
        public Certificate {
            Objects.requireNonNull(kind, "kind");
        }
    }

    /**
     * A certificate that belongs to no key.
     *
     * @param label       its label
     * @param reference   how the device names it
     * @param certificate what it is
     */
    public record LooseCertificate(String label, String reference, Certificate certificate) {}

    /**
     * A data object; its content is not read.
     *
     * @param label        its label
     * @param application  the application's name; may be empty
     * @param oid          object identifier; may be empty
     * @param pinProtected whether its content takes the PIN
     */
    public record Data(String label, String application, String oid, boolean pinProtected) {}

    /**
     * A key domain over all devices: which has which of its keys, which could, and which cannot.
     *
     * @param name        what it is called here: {@code XKEK 62AEA0ED}, {@code DKEK 1DE1CB12F6B5EC93}, where a DKEK is not
     *                    complete or does not show its check value with device and slot; {@code no key domain}
     * @param kind        what it is
     * @param uid         UID of an XKEK domain
     * @param kcv         check value of a DKEK
     * @param groupSigner the key that controls an XKEK domain; null if it is on none of the devices
     * @param members     the devices that are in it
     * @param keys        its keys
     */
    public record Domain(
            String name,
            DomainKind kind,
            @Nullable String uid,
            @Nullable String kcv,
            @Nullable Place groupSigner,
            List<Member> members,
            List<Row> keys) {
        /** Copies the lists. */
        public Domain {
            Objects.requireNonNull(name, "name");
            Objects.requireNonNull(kind, "kind");
            members = List.copyOf(members);
            keys = List.copyOf(keys);
        }
    }

    /**
     * A device in a key domain.
     *
     * @param device     the {@link Device#name}
     * @param slot       the domain's slot there
     * @param kekPresent whether there is a KEK
     */
    public record Member(String device, int slot, boolean kekPresent) {}

    /**
     * A key of a domain, and each device.
     *
     * @param label       its label on most devices that have it
     * @param publicKey   {@link Key#publicKey}; null where nothing but the name says that keys are the same
     * @param type        curve, or type and size
     * @param exchangeKey whether it agrees on KEKs, and stays in its device
     * @param cells       one for each device of the inventory, in its order
     */
    public record Row(String label, @Nullable String publicKey, String type, boolean exchangeKey, List<Cell> cells) {
        /** Copies the list. */
        public Row {
            Objects.requireNonNull(label, "label");
            cells = List.copyOf(cells);
        }

        /** How many devices have it. */
        public long copies() {
            return cells.stream().filter(cell -> cell.state() == State.HAS).count();
        }

        /** The names of the devices that have it. */
        public List<String> holders() {
            return cells.stream()
                    .filter(cell -> cell.state() == State.HAS)
                    .map(Cell::device)
                    .toList();
        }
    }

    /** What a device has to do with a key. */
    public enum State {
        /** The key is on it. */
        HAS,
        /** It is in the key's domain, and the key may be wrapped. */
        COULD,
        /** The key cannot come to it; {@link Cell#reason} says why. */
        CANNOT
    }

    /**
     * One device and one key.
     *
     * @param device    the {@link Device#name}
     * @param state     what it has to do with the key
     * @param reason    why the key cannot be there; of a key that is there or could be what is to be known of that, else null
     * @param label     the key's label there; null if it is not there
     * @param reference the {@link Key#reference} there; null if it is not there
     */
    public record Cell(
            String device,
            State state,
            @Nullable String reason,
            @Nullable String label,
            @Nullable String reference) {
        /** Refuses nulls where a value is needed. */
        public Cell {
            Objects.requireNonNull(device, "device");
            Objects.requireNonNull(state, "state");
        }
    }

    /**
     * A key that only one device has.
     *
     * @param label     its label
     * @param publicKey {@link Key#publicKey}
     * @param device    the {@link Device#name} of the only device
     * @param domain    the {@link Domain#name}
     * @param possible  whether another of the devices could have it
     * @param reason    where it could be copied to, or why it cannot, in a sentence
     */
    public record SingleCopy(
            String label, @Nullable String publicKey, String device, String domain, boolean possible, String reason) {}
}
