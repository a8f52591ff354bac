// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.admin.backup;

import io.github.schsm.AttestedPublicKey;
import io.github.schsm.DataObject;
import io.github.schsm.DeviceIdentity;
import io.github.schsm.InvalidRequestException;
import io.github.schsm.KeyAlgorithm;
import io.github.schsm.KeyAttestation;
import io.github.schsm.KeyDetails;
import io.github.schsm.KeyDomain;
import io.github.schsm.KeyEncryptionKey;
import io.github.schsm.SchsmDevice;
import io.github.schsm.SchsmException;
import io.github.schsm.SchsmKey;
import io.github.schsm.UnsupportedByDeviceException;
import io.github.schsm.UntrustedDeviceException;
import io.github.schsm.WrapProtection;
import io.github.schsm.WrappedKeyEntry;
import io.github.schsm.admin.backup.BackupManifest.Agreement;
import io.github.schsm.admin.backup.BackupManifest.Certificate;
import io.github.schsm.admin.backup.BackupManifest.Content;
import io.github.schsm.admin.backup.BackupManifest.Data;
import io.github.schsm.admin.backup.BackupManifest.Device;
import io.github.schsm.admin.backup.BackupManifest.Domain;
import io.github.schsm.admin.backup.BackupManifest.DomainKind;
import io.github.schsm.admin.inventory.KeyFingerprint;
import io.github.schsm.admin.key.DeviceSignature;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import javax.crypto.SecretKey;
import org.jspecify.annotations.Nullable;

/**
 * Saves what is on a device: each key that can leave it, wrapped under its key domain's KEK, with description and
 * certificate; the certificates that belong to no key; and the data objects, PIN-protected ones, too.
 *
 * <p>In a DKEK domain every device with the same DKEK can restore. In an XKEK domain the device has to be named that can:
 * the KEK is agreed with it, and nobody else comes to it again. What cannot be saved is named in the manifest, with the
 * reason.
 *
 * <p>The manifest is signed: with a key of the device, or with one that the device makes for that, and that is deleted
 * afterwards; its attestation proves which device it was.
 */
public final class Backup {
    private static final HexFormat HEX = HexFormat.of().withUpperCase();

    private final KeyStore source;
    private final @Nullable KeyStore recipient;
    private final @Nullable AttestedPublicKey exchangeKey;
    private final @Nullable String signer;
    private final boolean signed;
    private final boolean useCounterMayBeLost;
    private final boolean protectedData;

    private Backup(
            KeyStore source,
            @Nullable KeyStore recipient,
            @Nullable AttestedPublicKey exchangeKey,
            @Nullable String signer,
            boolean signed,
            boolean useCounterMayBeLost,
            boolean protectedData) {
        this.source = source;
        this.recipient = recipient;
        this.exchangeKey = exchangeKey;
        this.signer = signer;
        this.signed = signed;
        this.useCounterMayBeLost = useCounterMayBeLost;
        this.protectedData = protectedData;
    }

    /**
     * A backup of a device.
     *
     * @param source a key store of type SCHSM of one device, loaded with the user PIN
     */
    public static Backup of(KeyStore source) {
        return new Backup(source, null, null, null, true, false, true);
    }

    /**
     * Keys of XKEK domains, too: towards a device that is here. It gets an exchange key, {@code schsm-restore-<slot>}, which
     * it has to keep.
     *
     * @param member a loaded key store of type SCHSM
     */
    public Backup to(KeyStore member) {
        return new Backup(source, member, null, signer, signed, useCounterMayBeLost, protectedData);
    }

    /**
     * Keys of an XKEK domain, too: towards the device of an exchange key, which it has to keep.
     *
     * @param peer the public key file of the exchange key
     */
    public Backup to(AttestedPublicKey peer) {
        return new Backup(source, null, peer, signer, signed, useCounterMayBeLost, protectedData);
    }

    /** Signed with a key of the device, rather than with one that is made for it. */
    public Backup signedWith(String alias) {
        return new Backup(source, recipient, exchangeKey, alias, true, useCounterMayBeLost, protectedData);
    }

    /** Without a signature: then nothing proves later that the archive was not changed. */
    public Backup unsigned() {
        return new Backup(source, recipient, exchangeKey, null, false, useCounterMayBeLost, protectedData);
    }

    /** Keys with a use counter, too: the counter is not saved, and the restored key has none. */
    public Backup withoutUseCounter() {
        return new Backup(source, recipient, exchangeKey, signer, signed, true, protectedData);
    }

    /** Without the data objects that only the PIN opens: in the archive they would be readable by anyone who has the file. */
    public Backup withoutProtectedData() {
        return new Backup(source, recipient, exchangeKey, signer, signed, useCounterMayBeLost, false);
    }

    /**
     * Makes the backup.
     *
     * @param listener is told of each object before it is read
     * @return the archive; {@link BackupManifest#missing} says what is not in it
     * @throws SchsmException if the device cannot be read; nothing is left on it then, as far as it can be reached
     */
    public BackupArchive run(Consumer<BackupProgress> listener) throws SchsmException {
        TemporaryKeys temporary = new TemporaryKeys(source);
        Run run = new Run(temporary, listener);
        BackupArchive finished;
        try {
            BackupArchive archive = run.read();
            run.clear();
            finished = signed ? run.sign(archive) : archive;
        } catch (SchsmException | RuntimeException failed) {
            run.clearAfter(failed);
            temporary.deleteAfter(failed);
            throw failed;
        }
        temporary.deleteAll();
        return finished;
    }

    /** The KEK of a slot, or why there is none that keys could be wrapped under. */
    private record Kek(
            @Nullable SecretKey kek,
            @Nullable Domain domain,
            @Nullable String problem) {}

    /** One backup. */
    private final class Run {
        private final SchsmDevice device;
        private final TemporaryKeys temporary;
        private final Consumer<BackupProgress> listener;
        private final KeyTrial trial = new KeyTrial(source.getProvider());
        private final Map<Integer, KeyDomain.Status> statuses = new TreeMap<>();
        private final Map<Integer, Kek> keks = new TreeMap<>();
        private final List<KeyDomain> agreed = new ArrayList<>();
        private final Map<String, byte[]> files = new LinkedHashMap<>();
        /** A device with one DKEK for all its keys has one slot, and its keys name none. */
        private int slots;

        private int done;
        private int total;

        private Run(TemporaryKeys temporary, Consumer<BackupProgress> listener) throws SchsmException {
            this.device = SchsmDevice.of(source);
            this.temporary = temporary;
            this.listener = listener;
        }

        private BackupArchive read() throws SchsmException {
            Instant begun = Clock.systemUTC().instant().truncatedTo(ChronoUnit.SECONDS);
            Device described = described();
            temporary.removeOld(device);
            try {
                device.keyDomainStatuses().forEach(status -> statuses.put(status.slot(), status));
                slots = device.keyDomainSlots();
            } catch (UnsupportedByDeviceException none) {
                System.getLogger(Backup.class.getName())
                        .log(System.Logger.Level.DEBUG, "no key domains, so no key can leave", none);
            }
            List<DataObject> objects = device.dataObjects();
            List<String> aliases = Failures.typed(() -> Collections.list(source.aliases()));
            total = aliases.size() + objects.size();
            List<BackupManifest.Key> keys = new ArrayList<>();
            List<Certificate> certificates = new ArrayList<>();
            for (String alias : aliases) {
                next(alias);
                if (Failures.typed(() -> source.isKeyEntry(alias))) {
                    if (!TemporaryKeys.isTemporary(alias)) {
                        keys.add(key(alias));
                    }
                } else {
                    byte[] encoded =
                            Failures.typed(() -> source.getCertificate(alias).getEncoded());
                    certificates.add(new Certificate(
                            alias, add("certificates", certificates.size() + 1, alias, "crt", encoded)));
                }
            }
            List<Data> data = new ArrayList<>();
            for (DataObject object : objects) {
                next(object.label());
                data.add(data(object, data.size() + 1));
            }
            List<Domain> domains = keks.values().stream()
                    .map(Kek::domain)
                    .filter(domain -> domain != null && isUsed(domain, keys))
                    .toList();
            BackupManifest manifest = new BackupManifest(
                    BackupManifest.FORMAT, BackupManifest.VERSION, begun, described, domains, keys, certificates, data);
            for (Kek kek : keks.values()) {
                Domain unused = kek.domain;
                if (unused != null && unused.agreement() != null && !domains.contains(unused)) {
                    files.remove(unused.agreement().source().file());
                    files.remove(unused.agreement().recipient().file());
                }
            }
            return BackupArchive.of(manifest, files);
        }

        private static boolean isUsed(Domain domain, List<BackupManifest.Key> keys) {
            return keys.stream()
                    .anyMatch(key ->
                            key.wrapped() != null && (key.keyDomain() == null ? 0 : key.keyDomain()) == domain.slot());
        }

        private void next(String label) {
            listener.accept(new BackupProgress(done, total, label));
            done++;
        }

        private Device described() throws SchsmException {
            SchsmDevice.TokenInfo info = device.info();
            String fingerprint = null;
            List<String> certificates = new ArrayList<>();
            try {
                DeviceIdentity identity = device.identity();
                if (!identity.isMissing()) {
                    fingerprint = identity.keyFingerprint().toUpperCase(Locale.ROOT);
                    certificates.add(HEX.formatHex(identity.deviceCertificate().getEncoded()));
                    identity.issuerCertificate()
                            .ifPresent(issuer -> certificates.add(HEX.formatHex(issuer.getEncoded())));
                }
            } catch (UnsupportedByDeviceException | UntrustedDeviceException hasNone) {
                System.getLogger(Backup.class.getName())
                        .log(System.Logger.Level.DEBUG, "no device certificate", hasNone);
            }
            return new Device(
                    device.deviceId(),
                    device.name(),
                    info.label(),
                    info.firmware(),
                    info.platform(),
                    fingerprint,
                    certificates);
        }

        private Content add(String folder, int number, String label, String ending, byte[] content) {
            String plain = label.replaceAll("[^A-Za-z0-9_-]", "-");
            String name = String.format(
                    Locale.ROOT,
                    "%s/%03d-%s.%s",
                    folder,
                    number,
                    plain.substring(0, Math.min(40, plain.length())),
                    ending);
            files.put(name, content);
            return BackupArchive.content(name, content);
        }

        // Keys

        private BackupManifest.Key key(String alias) throws SchsmException {
            int number = done;
            SchsmKey key;
            try {
                key = Failures.typed(() -> (SchsmKey) source.getKey(alias, null));
            } catch (SchsmException unreadable) {
                if (!Failures.isOfOneObject(unreadable)) {
                    throw unreadable;
                }
                return new BackupManifest.Key(
                        alias,
                        "",
                        "UNKNOWN",
                        null,
                        0,
                        null,
                        null,
                        null,
                        null,
                        null,
                        null,
                        false,
                        null,
                        null,
                        null,
                        "it cannot be read: " + Failures.message(unreadable));
            }
            KeyDetails details = key.details();
            PublicKey publicKey = details.publicKey();
            String problem = problem(key);
            Content wrapped = null;
            byte[] certificate = null;
            if (problem == null) {
                try {
                    WrappedKeyEntry entry = wrap(alias, key);
                    wrapped = add("keys", number, alias, "wky", entry.encode());
                    certificate = entry.certificate().orElse(null);
                } catch (SchsmException refused) {
                    if (!Failures.isOfOneObject(refused)) {
                        throw refused;
                    }
                    problem = Failures.message(refused);
                }
            }
            if (certificate == null) {
                certificate = ofOne(() -> device.certificate(key.key())).orElse(null);
            }
            return new BackupManifest.Key(
                    alias,
                    HEX.formatHex(key.key().id()),
                    key.key().type().name(),
                    details.curve() == null ? null : details.curve().curveName(),
                    details.size(),
                    details.algorithmNames().orElse(null),
                    details.useCounter().isPresent() ? details.useCounter().getAsLong() : null,
                    details.keyDomain().isPresent() ? details.keyDomain().getAsInt() : null,
                    details.wrappingKey().isPresent() ? details.wrappingKey().getAsInt() : null,
                    publicKey == null
                            ? null
                            : KeyFingerprint.encoded(publicKey)
                                    .map(HEX::formatHex)
                                    .orElse(null),
                    wrapped == null ? null : ofOne(() -> trial.checkValue(key)).orElse(null),
                    details.isExchangeKey(),
                    wrapped,
                    certificate == null ? null : add("stored", number, alias, ending(certificate), certificate),
                    attestation(alias, key, number),
                    problem);
        }

        private static String ending(byte[] certificate) {
            return certificate.length > 0 && certificate[0] == 0x30 ? "crt" : "cvreq";
        }

        private interface Question<T> {
            Optional<T> ask() throws SchsmException;
        }

        /** What is worth having, and no reason to give up where it cannot be had. */
        private static <T> Optional<T> ofOne(Question<T> question) throws SchsmException {
            try {
                return question.ask();
            } catch (SchsmException failed) {
                if (!Failures.isOfOneObject(failed)) {
                    throw failed;
                }
                return Optional.empty();
            }
        }

        private @Nullable Content attestation(String alias, SchsmKey key, int number) throws SchsmException {
            if (!(key.details().publicKey() instanceof AttestedPublicKey)) {
                return null;
            }
            Optional<byte[]> attestation =
                    ofOne(() -> Optional.of(KeyAttestation.of(key).encode()));
            return attestation.isEmpty() ? null : add("attestations", number, alias, "attestation", attestation.get());
        }

        /** Why a key cannot be saved, as far as that can be told without asking the device to wrap it. */
        private @Nullable String problem(SchsmKey key) throws SchsmException {
            KeyDetails details = key.details();
            if (details.isExchangeKey()) {
                return "it is an exchange key: each device has its own";
            }
            int slot = details.keyDomain().orElse(0);
            KeyDomain.Status status = statuses.get(slot);
            if (status == null || (details.keyDomain().isEmpty() && (status.isXkek() || slots != 1))) {
                return "it is in no key domain and cannot leave its device";
            }
            if (details.allowedAlgorithms() != null && !details.lists(KeyAlgorithm.WRAP)) {
                return "it may not be wrapped: WRAP is not in its algorithm list "
                        + details.algorithmNames().orElse(List.of());
            }
            if (details.useCounter().isPresent() && !useCounterMayBeLost) {
                return "it has a use counter (" + details.useCounter().getAsLong()
                        + " left), which cannot be saved: the restored key would have none. --without-use-counter"
                        + " (Backup.withoutUseCounter) saves it all the same";
            }
            return kek(slot).problem;
        }

        private WrappedKeyEntry wrap(String alias, SchsmKey key) throws SchsmException {
            SecretKey kek = kek(key.details().keyDomain().orElse(0)).kek;
            if (kek == null) {
                throw new InvalidRequestException("there is no KEK");
            }
            WrapProtection protection = new WrapProtection(kek);
            KeyStore.Entry entry = Failures.typed(() -> source.getEntry(
                    alias, key.details().useCounter().isPresent() ? protection.withoutUseCounter() : protection));
            if (entry instanceof WrappedKeyEntry wrapped) {
                return wrapped;
            }
            throw new InvalidRequestException("it is not there any more");
        }

        // KEKs

        private Kek kek(int slot) throws SchsmException {
            Kek known = keks.get(slot);
            if (known == null) {
                known = found(slot);
                keks.put(slot, known);
            }
            return known;
        }

        private Kek found(int slot) throws SchsmException {
            KeyDomain domain = device.keyDomain(slot);
            KeyDomain.Status status = domain.status();
            if (!status.isXkek()) {
                return status.hasKek()
                        ? new Kek(
                                domain.kek(),
                                new Domain(
                                        slot,
                                        DomainKind.DKEK,
                                        null,
                                        HEX.formatHex(status.kcv()),
                                        status.shares(),
                                        null),
                                null)
                        : none("the DKEK of its key domain in slot " + slot + " is not complete: "
                                + status.outstanding() + " of " + status.shares() + " shares are missing");
            }
            try {
                return agreed(domain, status);
            } catch (SchsmException failed) {
                if (!Failures.isOfOneObject(failed)) {
                    throw failed;
                }
                return none("no KEK could be agreed on: " + Failures.message(failed));
            }
        }

        private static Kek none(String problem) {
            return new Kek(null, null, problem);
        }

        private Kek agreed(KeyDomain domain, KeyDomain.Status status) throws SchsmException {
            AttestedPublicKey peer = exchangeKey;
            KeyDomain there = null;
            if (recipient != null) {
                there = KekAgreement.domain(SchsmDevice.of(recipient), status.uid())
                        .orElse(null);
                if (there == null) {
                    return none("device " + SchsmDevice.of(recipient).name()
                            + ", which shall be able to restore, is no member of its key domain "
                            + HEX.formatHex(status.uid()));
                }
                peer = KekAgreement.recipientKey(recipient, there);
            }
            if (peer == null) {
                return none("its key domain in slot " + status.slot() + " has no KEK that lasts: name the member that"
                        + " shall be able to restore it (--to, Backup.to)");
            }
            byte[] uid = peer.keyDomainUid().orElse(new byte[0]);
            if (!KeyDomain.Status.sameUid(uid, status.uid())) {
                return none("the exchange key of device " + peer.identity().uniqueName() + " is of another key domain, "
                        + HEX.formatHex(uid));
            }
            SchsmKey own = temporary.exchange(domain);
            AttestedPublicKey ownPublic = KeyAttestation.of(own).publicKey();
            agreed.add(domain);
            SecretKey kek = KekAgreement.agree(source, own, peer);
            byte[] kcv = kek instanceof KeyEncryptionKey handle ? handle.kcv() : domain.kcv();
            if (recipient != null && there != null) {
                KekAgreement.prove(recipient, there, /* own= */ peer, /* peer= */ ownPublic, kcv);
            }
            Agreement agreement = new Agreement(
                    peer.identity().uniqueName(),
                    add("exchange", status.slot(), "source", "pub", ownPublic.encode()),
                    add("exchange", status.slot(), "recipient", "pub", peer.encode()));
            return new Kek(
                    kek,
                    new Domain(
                            status.slot(),
                            DomainKind.XKEK,
                            HEX.formatHex(status.uid()),
                            HEX.formatHex(kcv),
                            null,
                            agreement),
                    null);
        }

        /** Nobody but the recipient comes to those KEKs again. */
        private void clear() throws SchsmException {
            for (KeyDomain domain : List.copyOf(agreed)) {
                domain.clearKek();
                agreed.remove(domain);
            }
        }

        private void clearAfter(Exception failed) {
            try {
                clear();
            } catch (SchsmException alsoFailed) {
                failed.addSuppressed(alsoFailed);
            }
        }

        // Data

        private Data data(DataObject object, int number) throws SchsmException {
            if (object.pinProtected() && !protectedData) {
                return data(object, null, "it is PIN-protected, and those were to be left out");
            }
            try {
                byte[] content = device.readData(object);
                return data(object, add("data", number, object.label(), "bin", content), null);
            } catch (SchsmException failed) {
                if (!Failures.isOfOneObject(failed)) {
                    throw failed;
                }
                return data(object, null, "it cannot be read: " + Failures.message(failed));
            }
        }

        private static Data data(DataObject object, @Nullable Content content, @Nullable String problem) {
            return new Data(
                    object.label(), object.application(), object.oid(), object.pinProtected(), content, problem);
        }

        // The signature

        /** A device that has no place for another key, or makes none that it attests, is still worth a backup. */
        private BackupArchive sign(BackupArchive archive) throws SchsmException {
            try {
                return archive.signed(sign(archive.encodedManifest()));
            } catch (SchsmException failed) {
                if (signer != null || !Failures.isOfOneObject(failed)) {
                    throw failed;
                }
                return archive.unsigned(Failures.message(failed));
            }
        }

        private BackupSignature sign(byte[] manifest) throws SchsmException {
            SchsmKey key = signer == null ? temporary.signer() : named(signer);
            PublicKey publicKey = key.details().publicKey();
            byte[] encoded =
                    publicKey == null ? null : KeyFingerprint.encoded(publicKey).orElse(null);
            if (encoded == null || !(key instanceof PrivateKey privateKey)) {
                throw new InvalidRequestException(
                        "key \"" + key.label() + "\" cannot sign a backup: it has no public key" + " that is known");
            }
            DeviceSignature signature =
                    Failures.typed(() -> DeviceSignature.sign(manifest, privateKey, source.getProvider()));
            Optional<byte[]> attestation = publicKey instanceof AttestedPublicKey
                    ? ofOne(() -> Optional.of(KeyAttestation.of(key).encode()))
                    : Optional.empty();
            return new BackupSignature(
                    new BackupSignature.About(
                            signature.algorithm(),
                            key.label(),
                            signer == null,
                            attestation.map(HEX::formatHex).orElse(null),
                            chain(key)),
                    encoded,
                    signature.value());
        }

        private SchsmKey named(String alias) throws SchsmException {
            return Failures.typed(() -> {
                if (source.getKey(alias, null) instanceof SchsmKey key) {
                    return key;
                }
                throw new InvalidRequestException(device + " has no key \"" + alias + "\" to sign the backup with");
            });
        }

        private List<String> chain(SchsmKey key) throws SchsmException {
            java.security.cert.Certificate[] chain = Failures.typed(() -> source.getCertificateChain(key.label()));
            List<String> encoded = new ArrayList<>();
            if (chain != null) {
                for (java.security.cert.Certificate certificate : Arrays.asList(chain)) {
                    if (certificate instanceof X509Certificate x509) {
                        encoded.add(HEX.formatHex(Failures.typed(x509::getEncoded)));
                    }
                }
            }
            return encoded;
        }
    }
}
