// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.admin.backup;

import io.github.schsm.AttestedPublicKey;
import io.github.schsm.DataObject;
import io.github.schsm.DeviceInitialization;
import io.github.schsm.DeviceTrust;
import io.github.schsm.InvalidRequestException;
import io.github.schsm.KeyAttestation;
import io.github.schsm.KeyDomain;
import io.github.schsm.MalformedDataException;
import io.github.schsm.SchsmDevice;
import io.github.schsm.SchsmException;
import io.github.schsm.SchsmKey;
import io.github.schsm.WrappedKeyEntry;
import io.github.schsm.admin.backup.BackupItem.Kind;
import io.github.schsm.admin.backup.BackupItem.Outcome;
import io.github.schsm.admin.backup.BackupManifest.Certificate;
import io.github.schsm.admin.backup.BackupManifest.Content;
import io.github.schsm.admin.backup.BackupManifest.Data;
import io.github.schsm.admin.backup.BackupManifest.Domain;
import io.github.schsm.admin.backup.BackupManifest.DomainKind;
import io.github.schsm.card.dkek.DkekShareFile;
import io.github.schsm.card.files.WrappedKeyBlob;
import io.github.schsm.codec.PublicKeyNumbers;
import io.github.schsm.codec.X509Certificates;
import io.github.schsm.provider.SchsmProvider;
import io.github.schsm.simulator.VirtualReaders;
import java.io.IOException;
import java.security.KeyStore;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.CertificateException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Whether a backup can be restored. What the archive shows by itself is looked at in any case: hashes, signature, check
 * values, certificates, attestations. That its keys can be used again is only proven by restoring them: into a simulated
 * device, if the shares of the DKEK are at hand, or into a scratch device.
 */
public final class BackupVerification {
    private static final HexFormat HEX = HexFormat.of().withUpperCase();
    private static final int FIRST_ID = 900_000;
    private static final int IDS = 100_000;

    private final BackupArchive archive;
    private final DeviceTrust trust;

    private BackupVerification(BackupArchive archive, DeviceTrust trust) {
        this.archive = archive;
        this.trust = trust;
    }

    /**
     * A verification.
     *
     * @param trust the roots that devices may trace to
     */
    public static BackupVerification of(BackupArchive archive, DeviceTrust trust) {
        return new BackupVerification(archive, trust);
    }

    /**
     * Something of the archive, and whether it is as it should be.
     *
     * @param kind     what it is
     * @param label    its label
     * @param good     whether it is
     * @param sentence what was found
     */
    public record Finding(Kind kind, String label, boolean good, String sentence) {
        /** Refuses nulls. */
        public Finding {
            Objects.requireNonNull(kind, "kind");
            Objects.requireNonNull(label, "label");
            Objects.requireNonNull(sentence, "sentence");
        }
    }

    /**
     * What was found.
     *
     * @param authenticity what is known of who made the archive
     * @param restoredTo   the device into which it was restored and compared; null if it was not: then that was no full
     *                     verification
     * @param findings     for each object in the archive
     */
    public record Report(
            BackupAuthenticity authenticity, @Nullable String restoredTo, List<Finding> findings) {
        /** Copies the list. */
        public Report {
            Objects.requireNonNull(authenticity, "authenticity");
            findings = List.copyOf(findings);
        }

        /** Whether all is as it should be, as far as it was looked at. */
        public boolean isGood() {
            return authenticity.kind() != BackupAuthenticity.Kind.FORGED
                    && findings.stream().allMatch(Finding::good);
        }

        /** Whether it was restored and compared. */
        public boolean isFull() {
            return restoredTo != null;
        }
    }

    /**
     * Looks at the archive alone.
     *
     * @throws SchsmException if the signature's parts cannot be read
     */
    public Report structure() throws SchsmException {
        List<Finding> findings = new ArrayList<>();
        for (Certificate certificate : archive.manifest().certificates()) {
            findings.add(finding(Kind.CERTIFICATE, certificate.label(), () -> {
                X509Certificates.parse(archive.content(certificate.content()));
                return "as the manifest says";
            }));
        }
        for (BackupManifest.Key key : archive.manifest().keys()) {
            if (key.wrapped() != null || key.attestation() != null) {
                findings.add(finding(Kind.KEY, key.label(), () -> looked(key)));
            }
        }
        for (Data object : archive.manifest().data()) {
            if (object.content() != null) {
                findings.add(new Finding(Kind.DATA, object.label(), true, "as the manifest says"));
            }
        }
        return new Report(archive.authenticity(trust), null, findings);
    }

    private interface Look {
        String at() throws SchsmException;
    }

    private static Finding finding(Kind kind, String label, Look look) {
        try {
            return new Finding(kind, label, true, look.at());
        } catch (SchsmException wrong) {
            return new Finding(kind, label, false, Failures.message(wrong));
        }
    }

    private String looked(BackupManifest.Key key) throws SchsmException {
        Optional<PublicKey> publicKey = Restoration.publicKey(key);
        String attested = "";
        Content attestation = key.attestation();
        if (attestation != null) {
            AttestedPublicKey attestedKey = AttestedPublicKey.parse(archive.content(attestation));
            require(
                    publicKey.isPresent() && PublicKeyNumbers.areEqual(publicKey.get(), attestedKey),
                    "its attestation is of another key");
            KeyAttestation.of(attestedKey).verify(trust);
            attested = ", generated in device " + attestedKey.identity().uniqueName();
        }
        Content wrapped = key.wrapped();
        if (wrapped == null) {
            return "not saved, but its attestation" + attested;
        }
        WrappedKeyEntry entry = archive.wrapped(wrapped);
        String kcv = HEX.formatHex(entry.kcv());
        require(entry.keyType().name().equals(key.type()), "the wrapped key is of another type");
        require(
                archive.manifest().domains().stream()
                        .anyMatch(domain -> domain.kcv().equals(kcv)),
                "it is wrapped under the KEK with KCV " + kcv + ", which the manifest does not name");
        Optional<byte[]> certificate = entry.certificate();
        if (certificate.isPresent() && certificate.get()[0] == 0x30) {
            require(
                    publicKey.isPresent()
                            && PublicKeyNumbers.areEqual(
                                    publicKey.get(),
                                    X509Certificates.publicKey(X509Certificates.parse(certificate.get()))),
                    "its certificate is of another key");
        }
        return "wrapped under the KEK with KCV " + kcv + attested;
    }

    private static void require(boolean holds, String otherwise) throws MalformedDataException {
        if (!holds) {
            throw new MalformedDataException("the backup", otherwise);
        }
    }

    /**
     * Restores into a simulated device that exists for this only, and compares.
     *
     * @param shares all shares of the DKEK, 32 bytes each; the caller's to wipe
     * @throws InvalidRequestException if they are not those of the archive's DKEK
     * @throws SchsmException          if it cannot be restored at all
     */
    public Report withShares(List<byte[]> shares, Consumer<BackupProgress> listener) throws SchsmException {
        requireShares(shares);
        byte[] random = new byte[Integer.BYTES];
        new SecureRandom().nextBytes(random);
        String id = "ZZSIM" + (FIRST_ID + Math.floorMod(Arrays.hashCode(random), IDS));
        try (SchsmProvider provider = (SchsmProvider) new SchsmProvider()
                .configure("terminal = simulator:memory; device = " + id + "; trust = production, test, simulator")) {
            KeyStore simulated = Failures.typed(() -> KeyStore.getInstance("SCHSM", provider));
            load(simulated);
            SchsmDevice device = SchsmDevice.of(simulated);
            try {
                KeyDomain domain = device.createDkekDomain(0, shares.size());
                for (byte[] share : shares) {
                    domain.importShare(share);
                }
                return on(simulated, listener);
            } finally {
                erase(device);
            }
        }
    }

    private void requireShares(List<byte[]> shares) throws InvalidRequestException {
        byte[] dkek = new byte[DkekShareFile.SHARE_LENGTH];
        String kcv;
        try {
            for (byte[] share : shares) {
                if (share.length != dkek.length) {
                    throw new InvalidRequestException(
                            "a DKEK share of " + share.length + " bytes; " + dkek.length + " are expected");
                }
                for (int i = 0; i < dkek.length; i++) {
                    dkek[i] ^= share[i];
                }
            }
            kcv = HEX.formatHex(WrappedKeyBlob.kcv(dkek));
        } finally {
            Arrays.fill(dkek, (byte) 0);
        }
        List<String> expected = archive.manifest().domains().stream()
                .filter(domain -> domain.kind() == DomainKind.DKEK)
                .map(Domain::kcv)
                .toList();
        if (expected.isEmpty()) {
            throw new InvalidRequestException(
                    "no key in the backup is wrapped under a DKEK: shares restore nothing of it");
        }
        if (!expected.contains(kcv)) {
            throw new InvalidRequestException("the " + shares.size() + " shares make the DKEK with KCV " + kcv
                    + ", the keys in the backup are wrapped under " + String.join(", ", expected)
                    + ": give all shares of that one");
        }
    }

    private static void load(KeyStore keyStore) throws SchsmException {
        try {
            keyStore.load(null, VirtualReaders.USER_PIN.toCharArray());
        } catch (IOException | CertificateException | java.security.NoSuchAlgorithmException failed) {
            throw new SchsmException("the simulated device cannot be used: " + failed.getMessage(), failed);
        }
    }

    /** The keys are not left in memory. */
    private static void erase(SchsmDevice device) throws SchsmException {
        device.administration()
                .initialize(DeviceInitialization.builder(
                                VirtualReaders.USER_PIN.toCharArray(), VirtualReaders.SO_PIN.toCharArray())
                        .build());
    }

    /**
     * Restores into a device, compares, and removes again what it wrote there.
     *
     * @param scratch a key store of type SCHSM of one device, loaded with the user PIN: one whose DKEK is that of the
     *                backup, or the member that the backup was made for
     * @throws SchsmException if the device cannot be read
     */
    public Report on(KeyStore scratch, Consumer<BackupProgress> listener) throws SchsmException {
        Report alone = structure();
        Restoration.Report restored = Restoration.of(archive, scratch).run(listener);
        SchsmDevice device = SchsmDevice.of(scratch);
        List<Finding> findings = new ArrayList<>();
        try {
            Comparison comparison = new Comparison(scratch, device);
            Map<String, Finding> bad = new HashMap<>();
            alone.findings.stream()
                    .filter(finding -> !finding.good())
                    .forEach(finding -> bad.put(finding.kind() + finding.label(), finding));
            for (BackupItem item : restored.items()) {
                if (item.outcome() != Outcome.NOT_SAVED) {
                    Finding known = bad.get(item.kind() + item.label());
                    findings.add(known == null ? comparison.of(item) : known);
                }
            }
        } finally {
            remove(restored, scratch, device);
        }
        return new Report(alone.authenticity, device.name(), findings);
    }

    private void remove(Restoration.Report restored, KeyStore scratch, SchsmDevice device) throws SchsmException {
        for (BackupItem item : restored.items()) {
            if (item.outcome() != Outcome.WRITTEN) {
                continue;
            }
            if (item.kind() == Kind.DATA) {
                for (DataObject object : device.dataObjects()) {
                    if (object.label().equals(item.label())) {
                        device.deleteData(object);
                    }
                }
            } else {
                Failures.typed(() -> {
                    scratch.deleteEntry(item.label());
                    return true;
                });
            }
        }
    }

    /** What is on the device now, beside what the archive says. */
    private final class Comparison {
        private final KeyStore keyStore;
        private final SchsmDevice device;
        private final KeyTrial trial;

        private Comparison(KeyStore keyStore, SchsmDevice device) {
            this.keyStore = keyStore;
            this.device = device;
            this.trial = new KeyTrial(keyStore.getProvider());
        }

        private Finding of(BackupItem item) {
            if (!item.isThere()) {
                return new Finding(
                        item.kind(),
                        item.label(),
                        false,
                        "not restored: "
                                + Objects.requireNonNullElse(
                                        item.reason(), item.outcome().name()));
            }
            return finding(item.kind(), item.label(), () -> switch (item.kind()) {
                case KEY -> key(item.label());
                case CERTIFICATE -> certificate(item.label());
                case DATA -> data(item.label());
                case DEVICE_LABEL -> "the same";
            });
        }

        private String key(String label) throws SchsmException {
            BackupManifest.Key saved = archive.manifest().keys().stream()
                    .filter(key -> key.label().equals(label))
                    .findFirst()
                    .orElseThrow();
            SchsmKey key = find(saved);
            require(
                    Objects.equals(key.details().algorithmNames().orElse(null), saved.algorithms()),
                    "the restored key allows other algorithms");
            Content wrapped = saved.wrapped();
            Optional<byte[]> certificate = wrapped == null
                    ? Optional.empty()
                    : archive.wrapped(wrapped).certificate();
            if (certificate.isPresent()) {
                require(
                        device.certificate(key.key())
                                .filter(there -> Arrays.equals(there, certificate.get()))
                                .isPresent(),
                        "the restored key has another certificate or request, or none");
            }
            return used(saved, key);
        }

        private SchsmKey find(BackupManifest.Key saved) throws SchsmException {
            Optional<PublicKey> publicKey = Restoration.publicKey(saved);
            return Failures.typed(() -> {
                if (keyStore.getKey(saved.label(), null) instanceof SchsmKey named) {
                    return named;
                }
                for (String alias : java.util.Collections.list(keyStore.aliases())) {
                    if (keyStore.isKeyEntry(alias)
                            && keyStore.getKey(alias, null) instanceof SchsmKey key
                            && publicKey.isPresent()
                            && PublicKeyNumbers.areEqual(
                                    publicKey.get(), key.details().publicKey())) {
                        return key;
                    }
                }
                throw new InvalidRequestException("it is not on device " + device.name());
            });
        }

        private String used(BackupManifest.Key saved, SchsmKey key) throws SchsmException {
            Optional<PublicKey> publicKey = Restoration.publicKey(saved);
            if (publicKey.isEmpty()) {
                Optional<String> value = trial.checkValue(key);
                if (saved.checkValue() == null || value.isEmpty()) {
                    return "restored; its algorithms allow nothing that would show that it is the same key";
                }
                require(
                        value.get().equals(saved.checkValue()),
                        "the restored key does something else than the one saved");
                return "restored, and does the same as the one saved";
            }
            Optional<Boolean> same = trial.belongsTo(key, publicKey.get());
            if (same.isPresent()) {
                require(same.get(), "the restored key does not fit the public key of the one saved");
                return "restored, and does what the one saved would do, by its public key";
            }
            require(
                    PublicKeyNumbers.areEqual(publicKey.get(), key.details().publicKey()),
                    "the restored key has another public key");
            return "restored, with the same public key; its algorithms allow nothing that would show more";
        }

        private String certificate(String label) throws SchsmException {
            Certificate saved = archive.manifest().certificates().stream()
                    .filter(certificate -> certificate.label().equals(label))
                    .findFirst()
                    .orElseThrow();
            byte[] encoded = archive.content(saved.content());
            boolean there = Failures.typed(() -> {
                for (String alias : java.util.Collections.list(keyStore.aliases())) {
                    if (!keyStore.isKeyEntry(alias)
                            && Arrays.equals(keyStore.getCertificate(alias).getEncoded(), encoded)) {
                        return true;
                    }
                }
                return false;
            });
            require(there, "another certificate is in its place");
            return "restored, the same bytes";
        }

        private String data(String label) throws SchsmException {
            for (Data saved : archive.manifest().data()) {
                Content content = saved.content();
                if (saved.label().equals(label) && content != null) {
                    require(has(saved, archive.content(content)), "another content, or none, is in its place");
                }
            }
            return "restored, the same bytes";
        }

        private boolean has(Data saved, byte[] content) throws SchsmException {
            for (DataObject object : device.dataObjects()) {
                if (object.label().equals(saved.label())
                        && object.pinProtected() == saved.pinProtected()
                        && Arrays.equals(device.readData(object), content)) {
                    return true;
                }
            }
            return false;
        }
    }

    @Override
    public String toString() {
        return String.format(Locale.ROOT, "verification of the %s", archive);
    }
}
