// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.admin.backup;

import io.github.schsm.AttestedPublicKey;
import io.github.schsm.DataObject;
import io.github.schsm.KeyDomain;
import io.github.schsm.MalformedDataException;
import io.github.schsm.SchsmDevice;
import io.github.schsm.SchsmDevice.Leftover;
import io.github.schsm.SchsmException;
import io.github.schsm.SchsmKey;
import io.github.schsm.UnsupportedByDeviceException;
import io.github.schsm.UnwrapProtection;
import io.github.schsm.WrappedKeyEntry;
import io.github.schsm.admin.backup.BackupItem.Kind;
import io.github.schsm.admin.backup.BackupItem.Outcome;
import io.github.schsm.admin.backup.BackupManifest.Agreement;
import io.github.schsm.admin.backup.BackupManifest.Certificate;
import io.github.schsm.admin.backup.BackupManifest.Content;
import io.github.schsm.admin.backup.BackupManifest.Data;
import io.github.schsm.admin.backup.BackupManifest.Domain;
import io.github.schsm.codec.PrintableText;
import io.github.schsm.codec.PublicKeyNumbers;
import io.github.schsm.codec.X509Certificates;
import java.security.KeyStore;
import java.security.KeyStoreException;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import javax.crypto.SecretKey;
import org.jspecify.annotations.Nullable;

/**
 * Brings what is in a backup to a device. What is there already is passed over, and nothing else is replaced or deleted,
 * so after an interruption another run goes on.
 *
 * <p>Keys of a DKEK domain need a domain with the same DKEK on the device; those that were saved towards a member of an
 * XKEK domain need that very member, with its exchange key.
 */
public final class Restoration {
    private static final HexFormat HEX = HexFormat.of().withUpperCase();

    private final BackupArchive archive;
    private final KeyStore target;
    private final boolean deviceLabel;

    private Restoration(BackupArchive archive, KeyStore target, boolean deviceLabel) {
        this.archive = archive;
        this.target = target;
        this.deviceLabel = deviceLabel;
    }

    /**
     * A restoration.
     *
     * @param archive the backup; whether it is to be trusted is the caller's to judge, see
     *                {@link BackupArchive#authenticity}
     * @param target  a key store of type SCHSM of one device, loaded with the user PIN
     */
    public static Restoration of(BackupArchive archive, KeyStore target) {
        return new Restoration(archive, target, false);
    }

    /** The device gets the label of the one that the backup is of, too. */
    public Restoration withDeviceLabel() {
        return new Restoration(archive, target, true);
    }

    /**
     * What became of a restoration.
     *
     * @param device     the device
     * @param items      everything in the archive, in its order
     * @param leftBehind what an interruption, this one or one before, left on the device, a sentence each
     */
    public record Report(String device, List<BackupItem> items, List<String> leftBehind) {
        /** Copies the lists. */
        public Report {
            Objects.requireNonNull(device, "device");
            items = List.copyOf(items);
            leftBehind = List.copyOf(leftBehind);
        }

        /** Whether all that the archive has is on the device. */
        public boolean isComplete() {
            return items.stream().allMatch(BackupItem::isThere);
        }

        /** Whether the device failed or refused, or something could not be tried. */
        public boolean hasFailed() {
            return items.stream()
                    .anyMatch(item -> item.outcome() == Outcome.FAILED || item.outcome() == Outcome.NOT_TRIED);
        }
    }

    /**
     * What {@link #run} would do. Changes nothing.
     *
     * @throws SchsmException if the device cannot be read
     */
    public Report plan() throws SchsmException {
        return new Run(progress -> {}, true).all();
    }

    /**
     * Restores.
     *
     * @param listener is told of each object before it is written
     * @return what became of each object; that one was refused does not keep the others away
     * @throws SchsmException if the device cannot be read to begin with
     */
    public Report run(Consumer<BackupProgress> listener) throws SchsmException {
        return new Run(listener, false).all();
    }

    /** One look at the device, or one restoration. */
    private final class Run {
        private final SchsmDevice device;
        private final Consumer<BackupProgress> listener;
        private final boolean dry;
        private final KeyTrial trial = new KeyTrial(target.getProvider());
        private final List<BackupItem> items = new ArrayList<>();
        private final List<KeyDomain> agreed = new ArrayList<>();
        private final List<KeyDomain.Status> domains = new ArrayList<>();
        private final List<String> keks = new ArrayList<>();
        private @Nullable List<Leftover> leftovers;
        private @Nullable String ended;

        private Run(Consumer<BackupProgress> listener, boolean dry) throws SchsmException {
            this.device = SchsmDevice.of(target);
            this.listener = listener;
            this.dry = dry;
        }

        private interface Step {
            BackupItem run() throws SchsmException;
        }

        private Report all() throws SchsmException {
            BackupManifest manifest = archive.manifest();
            try {
                domains.addAll(device.keyDomainStatuses());
            } catch (UnsupportedByDeviceException none) {
                System.getLogger(Restoration.class.getName())
                        .log(System.Logger.Level.DEBUG, "no key can come here", none);
            }
            try {
                for (Certificate certificate : manifest.certificates()) {
                    one(Kind.CERTIFICATE, certificate.label(), () -> restored(certificate));
                }
                for (BackupManifest.Key key : manifest.keys()) {
                    if (!key.exchangeKey()) {
                        one(Kind.KEY, key.label(), () -> restored(key));
                    }
                }
                for (Data object : manifest.data()) {
                    one(Kind.DATA, object.label(), () -> restored(object));
                }
                if (deviceLabel) {
                    one(Kind.DEVICE_LABEL, manifest.device().label(), this::restoredLabel);
                }
            } finally {
                clear();
            }
            List<String> left = new ArrayList<>(keks);
            if (ended == null) {
                device.leftovers().stream().map(Leftover::toString).forEach(left::add);
            }
            return new Report(device.name(), items, left);
        }

        private void one(Kind kind, String label, Step step) {
            if (ended != null) {
                items.add(new BackupItem(kind, label, Outcome.NOT_TRIED, ended));
                return;
            }
            BackupManifest manifest = archive.manifest();
            int total = manifest.certificates().size()
                    + manifest.keys().size()
                    + manifest.data().size();
            listener.accept(new BackupProgress(items.size(), total, label));
            try {
                items.add(step.run());
            } catch (SchsmException failed) {
                items.add(new BackupItem(kind, label, Outcome.FAILED, Failures.message(failed)));
                if (!Failures.isOfOneObject(failed)) {
                    ended = "the work ended before: " + Failures.message(failed);
                }
            }
        }

        // Certificates

        private BackupItem restored(Certificate certificate) throws SchsmException {
            byte[] encoded = archive.content(certificate.content());
            String label = certificate.label();
            X509Certificate parsed = X509Certificates.parse(encoded);
            return Failures.typed(() -> {
                for (String alias : Collections.list(target.aliases())) {
                    if (!target.isKeyEntry(alias)
                            && Arrays.equals(target.getCertificate(alias).getEncoded(), encoded)) {
                        return present(parsed, label, alias);
                    }
                }
                if (target.containsAlias(label)) {
                    return taken(Kind.CERTIFICATE, label);
                }
                if (!dry) {
                    target.setCertificateEntry(label, parsed);
                }
                return written(Kind.CERTIFICATE, label, null);
            });
        }

        /** One without a description is shown by its subject: an interruption left it, and it still gets its label. */
        private BackupItem present(X509Certificate certificate, String label, String alias)
                throws SchsmException, KeyStoreException {
            boolean half = !alias.equals(label)
                    && alias.equals(certificate.getSubjectX500Principal().getName());
            if (!half || target.containsAlias(label)) {
                return there(Kind.CERTIFICATE, label, alias);
            }
            if (!dry) {
                device.rename(alias, label);
            }
            return written(Kind.CERTIFICATE, label, null);
        }

        private static BackupItem there(Kind kind, String label, String alias) {
            return new BackupItem(
                    kind, label, Outcome.PRESENT, alias.equals(label) ? null : "it is called \"" + alias + "\" there");
        }

        private BackupItem taken(Kind kind, String label) {
            return new BackupItem(
                    kind,
                    label,
                    Outcome.CONFLICT,
                    "another entry has that label on device " + device.name()
                            + ": rename or delete it first (schsm rename)");
        }

        private BackupItem written(Kind kind, String label, @Nullable String note) {
            return new BackupItem(kind, label, dry ? Outcome.TO_WRITE : Outcome.WRITTEN, note);
        }

        // Keys

        private BackupItem restored(BackupManifest.Key key) throws SchsmException {
            Content wrapped = key.wrapped();
            if (wrapped == null) {
                return new BackupItem(Kind.KEY, key.label(), Outcome.NOT_SAVED, key.problem());
            }
            WrappedKeyEntry entry = archive.wrapped(wrapped);
            Optional<PublicKey> publicKey = publicKey(key);
            List<String> halves = new ArrayList<>();
            for (String alias : Failures.typed(() -> Collections.list(target.aliases()))) {
                SchsmKey there = key(alias);
                if (there != null && isSame(there, key, publicKey)) {
                    if (!isHalf(there)) {
                        return there(Kind.KEY, key.label(), alias);
                    }
                    halves.add(alias);
                }
            }
            if (Failures.typed(() -> target.containsAlias(key.label()))) {
                return taken(Kind.KEY, key.label());
            }
            Domain domain = domain(entry);
            if (domain == null) {
                throw new MalformedDataException(
                        "backup archive",
                        "key \"" + PrintableText.of(key.label()) + "\" is wrapped under the KEK with KCV "
                                + HEX.formatHex(entry.kcv()) + ", of which the manifest says nothing");
            }
            String obstacle = obstacle(domain);
            if (obstacle != null) {
                return new BackupItem(Kind.KEY, key.label(), Outcome.IMPOSSIBLE, obstacle);
            }
            if (dry) {
                return written(Kind.KEY, key.label(), note(key));
            }
            UnwrapProtection protection = new UnwrapProtection(kek(domain));
            Failures.typed(() -> {
                target.setEntry(key.label(), entry, protection);
                for (String half : halves) {
                    target.deleteEntry(half);
                }
                return true;
            });
            return written(Kind.KEY, key.label(), note(key, entry));
        }

        private @Nullable SchsmKey key(String alias) throws SchsmException {
            try {
                return Failures.typed(
                                () -> target.isKeyEntry(alias) && target.getKey(alias, null) instanceof SchsmKey key
                                        ? Optional.of(key)
                                        : Optional.<SchsmKey>empty())
                        .orElse(null);
            } catch (SchsmException unreadable) {
                if (!Failures.isOfOneObject(unreadable)) {
                    throw unreadable;
                }
                return null;
            }
        }

        private boolean isSame(SchsmKey there, BackupManifest.Key key, Optional<PublicKey> publicKey)
                throws SchsmException {
            if (!there.key().type().name().equals(key.type())) {
                return false;
            }
            if (publicKey.isPresent()) {
                return PublicKeyNumbers.areEqual(
                        publicKey.get(), there.details().publicKey());
            }
            return key.checkValue() != null
                    && HEX.formatHex(there.key().id()).equals(key.id())
                    && trial.checkValue(there).filter(key.checkValue()::equals).isPresent();
        }

        /** A copy without a description, which an interruption left; the whole one takes its place. */
        private boolean isHalf(SchsmKey key) throws SchsmException {
            return leftovers().stream()
                    .filter(leftover -> leftover.kind() == Leftover.Kind.KEY_WITHOUT_DESCRIPTION)
                    .map(leftover ->
                            TemporaryKeys.KEY_FILE.matcher(leftover.reference().toUpperCase(Locale.ROOT)))
                    .anyMatch(file -> file.matches()
                            && Integer.toString(HexFormat.fromHexDigits(file.group(1)))
                                    .equals(key.key().reference()));
        }

        private List<Leftover> leftovers() throws SchsmException {
            List<Leftover> known = leftovers;
            if (known == null) {
                known = device.leftovers();
                leftovers = known;
            }
            return known;
        }

        private @Nullable Domain domain(WrappedKeyEntry entry) {
            String kcv = HEX.formatHex(entry.kcv());
            return archive.manifest().domains().stream()
                    .filter(domain -> domain.kcv().equals(kcv))
                    .findFirst()
                    .orElse(null);
        }

        private Optional<KeyDomain.Status> slot(Domain domain) {
            return domains.stream()
                    .filter(status ->
                            status.hasKek() && HEX.formatHex(status.kcv()).equals(domain.kcv()))
                    .findFirst();
        }

        /** Why keys under the KEK of that domain cannot come to the device; null if they can. */
        private @Nullable String obstacle(Domain domain) throws SchsmException {
            if (slot(domain).isPresent()) {
                return null;
            }
            Agreement agreement = domain.agreement();
            if (agreement == null) {
                return "device " + device.name() + " has no key domain with the DKEK whose check value is "
                        + domain.kcv()
                        + ": make one with its " + domain.shares()
                        + (Integer.valueOf(1).equals(domain.shares()) ? " share" : " shares")
                        + " first (schsm domain create, schsm domain import-share)";
            }
            AttestedPublicKey own = AttestedPublicKey.parse(archive.content(agreement.recipient()));
            byte[] uid = own.keyDomainUid().orElse(new byte[0]);
            if (KekAgreement.domain(device, uid).isEmpty()) {
                return "device " + device.name() + " is no member of its key domain " + domain.uid();
            }
            return KekAgreement.exchangeKey(target, own).isPresent()
                    ? null
                    : "only device " + agreement.device()
                            + " can restore it, with the exchange key that the backup was made" + " for; device "
                            + device.name() + " does not have that key";
        }

        private SecretKey kek(Domain domain) throws SchsmException {
            Optional<KeyDomain.Status> known = slot(domain);
            Agreement agreement = domain.agreement();
            if (known.isPresent()) {
                KeyDomain present = device.keyDomain(known.get().slot());
                if (agreement != null && agreed.stream().noneMatch(one -> one.slot() == present.slot())) {
                    // Only a restoration of this backup that was interrupted can have agreed on it.
                    agreed.add(present);
                }
                return present.kek();
            }
            if (agreement == null) {
                throw new SchsmException("the DKEK is not there any more");
            }
            AttestedPublicKey own = AttestedPublicKey.parse(archive.content(agreement.recipient()));
            SchsmKey exchange = KekAgreement.exchangeKey(target, own)
                    .orElseThrow(() -> new SchsmException("the exchange key is not there any more"));
            KeyDomain there = device.keyDomain(exchange);
            agreed.add(there);
            SecretKey kek =
                    KekAgreement.agree(target, exchange, AttestedPublicKey.parse(archive.content(agreement.source())));
            KeyDomain.Status status = there.status();
            domains.removeIf(one -> one.slot() == status.slot());
            domains.add(status);
            if (!HEX.formatHex(status.kcv()).equals(domain.kcv())) {
                throw new SchsmException(
                        "device " + device.name() + " came to the KEK with KCV " + HEX.formatHex(status.kcv())
                                + ", the keys are wrapped under the one with KCV " + domain.kcv());
            }
            return kek;
        }

        private static @Nullable String note(BackupManifest.Key key) {
            return key.useCounter() == null ? null : "its use counter was not saved: it has none";
        }

        private @Nullable String note(BackupManifest.Key key, WrappedKeyEntry entry) throws SchsmException {
            SchsmKey restored = key(key.label());
            boolean without = restored != null
                    && entry.certificate().isPresent()
                    && device.certificate(restored.key()).isEmpty();
            return without
                    ? "its certificate or request was not stored: nothing proves that it is this key's, or it cannot be"
                            + " read"
                    : note(key);
        }

        // Data and label

        private BackupItem restored(Data object) throws SchsmException {
            Content file = object.content();
            if (file == null) {
                return new BackupItem(Kind.DATA, object.label(), Outcome.NOT_SAVED, object.problem());
            }
            byte[] content = archive.content(file);
            boolean taken = false;
            for (DataObject there : device.dataObjects()) {
                if (there.label().equals(object.label())
                        && there.application().equals(object.application())
                        && there.oid().equals(object.oid())) {
                    byte[] present = device.readData(there);
                    if (Arrays.equals(present, content) && there.pinProtected() == object.pinProtected()) {
                        return there(Kind.DATA, object.label(), object.label());
                    }
                    taken |= !isInArchive(object, present);
                }
            }
            if (taken) {
                return new BackupItem(
                        Kind.DATA,
                        object.label(),
                        Outcome.CONFLICT,
                        "an object of that name with other content is on device " + device.name()
                                + ": delete it first (schsm data delete)");
            }
            if (!dry) {
                device.storeData(described(object, half(object, content)), content);
            }
            return written(Kind.DATA, object.label(), null);
        }

        /** The same content without a description, which an interruption left: it still gets one. Empty if there is none. */
        private String half(Data object, byte[] content) throws SchsmException {
            for (DataObject there : device.dataObjects()) {
                boolean undescribed = leftovers().stream()
                        .anyMatch(leftover -> leftover.kind() == Leftover.Kind.DATA_WITHOUT_DESCRIPTION
                                && leftover.reference().equalsIgnoreCase(there.reference()));
                if (undescribed
                        && there.pinProtected() == object.pinProtected()
                        && Arrays.equals(device.readData(there), content)) {
                    return there.reference();
                }
            }
            return "";
        }

        private static DataObject described(Data object, String reference) throws MalformedDataException {
            try {
                DataObject described = DataObject.of(object.label(), object.pinProtected())
                        .withApplication(object.application(), object.oid());
                return new DataObject(
                        reference,
                        described.label(),
                        described.application(),
                        described.oid(),
                        described.pinProtected());
            } catch (IllegalArgumentException unusable) {
                throw new MalformedDataException(
                        "a data object in the backup archive", String.valueOf(unusable.getMessage()));
            }
        }

        /** A device may have several objects of one name. */
        private boolean isInArchive(Data named, byte[] content) {
            return archive.manifest().data().stream()
                    .filter(other -> other.label().equals(named.label())
                            && other.application().equals(named.application())
                            && other.oid().equals(named.oid()))
                    .map(Data::content)
                    .filter(Objects::nonNull)
                    .anyMatch(file -> Arrays.equals(archive.content(file), content));
        }

        private BackupItem restoredLabel() throws SchsmException {
            String label = archive.manifest().device().label();
            if (device.info().label().equals(label)) {
                return there(Kind.DEVICE_LABEL, label, label);
            }
            if (!dry) {
                device.setLabel(label);
            }
            return written(Kind.DEVICE_LABEL, label, null);
        }

        /** A KEK that was agreed on for this is not left on the device. */
        private void clear() {
            for (KeyDomain domain : agreed) {
                try {
                    domain.clearKek();
                } catch (SchsmException stays) {
                    keks.add("the KEK of the " + domain + " (" + Failures.message(stays) + ")");
                }
            }
        }
    }

    /** The public key that a manifest names. */
    static Optional<PublicKey> publicKey(BackupManifest.Key key) throws SchsmException {
        if (key.publicKey() == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(PublicKeyNumbers.parse(HEX.parseHex(key.publicKey())));
        } catch (IllegalArgumentException noDigits) {
            throw new MalformedDataException(
                    "backup manifest",
                    "the public key of \"" + PrintableText.of(key.label()) + "\" is not hexadecimal");
        }
    }
}
