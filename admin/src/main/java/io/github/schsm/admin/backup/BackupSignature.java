// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.admin.backup;

import io.github.schsm.DeviceTrust;
import io.github.schsm.MalformedDataException;
import io.github.schsm.SchsmException;
import io.github.schsm.admin.json.JsonDocuments;
import io.github.schsm.admin.key.DeviceSignature;
import io.github.schsm.codec.HashAlgorithm;
import io.github.schsm.codec.PrintableText;
import io.github.schsm.codec.PublicKeyNumbers;
import io.github.schsm.codec.X509Certificates;
import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.bouncycastle.util.io.pem.PemObject;
import org.bouncycastle.util.io.pem.PemReader;
import org.bouncycastle.util.io.pem.PemWriter;
import org.jspecify.annotations.Nullable;

/**
 * The signature over a manifest, and what says whose it is. In the archive it is three files, so that other programs can
 * verify it: {@code openssl dgst -sha256 -verify signer.pem -signature manifest.sig manifest.json}.
 */
final class BackupSignature {
    private static final String SIGNATURE = "manifest.sig";
    private static final String KEY = "signer.pem";
    private static final String ABOUT = "signer.json";

    /** The names of its files. */
    static final Set<String> FILES = Set.of(SIGNATURE, KEY, ABOUT);

    private static final String PEM = "PUBLIC KEY";
    private static final HexFormat HEX = HexFormat.of().withUpperCase();
    private static final String WHAT = "the signature of the backup archive";

    private final About about;
    private final byte[] publicKey;
    private final byte[] signature;

    /**
     * What the file {@value #ABOUT} says.
     *
     * @param algorithm   as the JCA calls it
     * @param label       the label of the key
     * @param temporary   whether the key was made for this signature, and is gone
     * @param attestation the public key file of the key; null if no device attests it
     * @param chain       X.509 certificates of the key, its own first; empty without any
     */
    record About(
            String algorithm,
            String label,
            boolean temporary,
            @Nullable String attestation,
            List<String> chain) {
        About {
            Objects.requireNonNull(algorithm, "algorithm");
            Objects.requireNonNull(label, "label");
            chain = List.copyOf(chain);
        }
    }

    BackupSignature(About about, byte[] publicKey, byte[] signature) {
        this.about = about;
        this.publicKey = publicKey;
        this.signature = signature;
    }

    Map<String, byte[]> files() {
        Map<String, byte[]> files = new LinkedHashMap<>();
        files.put(SIGNATURE, signature);
        StringWriter pem = new StringWriter();
        try (PemWriter writer = new PemWriter(pem)) {
            writer.writeObject(new PemObject(PEM, publicKey));
        } catch (IOException inMemory) {
            throw new UncheckedIOException(inMemory);
        }
        files.put(KEY, pem.toString().getBytes(StandardCharsets.US_ASCII));
        files.put(ABOUT, JsonDocuments.pretty(about));
        return files;
    }

    /** The signature in an archive; null if it has none. */
    static @Nullable BackupSignature parse(Map<String, byte[]> files) throws MalformedDataException {
        byte[] signature = files.get(SIGNATURE);
        byte[] pem = files.get(KEY);
        byte[] about = files.get(ABOUT);
        if (signature == null && pem == null && about == null) {
            return null;
        }
        if (signature == null || pem == null || about == null) {
            throw malformed("of " + FILES + ", which belong together, some are missing");
        }
        String what = ABOUT + " in the backup archive";
        return new BackupSignature(
                JsonDocuments.as(what, JsonDocuments.read(what, about), About.class), publicKey(pem), signature);
    }

    private static byte[] publicKey(byte[] pem) throws MalformedDataException {
        try (PemReader reader = new PemReader(new StringReader(new String(pem, StandardCharsets.US_ASCII)))) {
            PemObject object = reader.readPemObject();
            if (object == null || !object.getType().equals(PEM)) {
                throw malformed(KEY + " is no public key in PEM");
            }
            return object.getContent();
        } catch (IOException | IllegalArgumentException damaged) {
            throw malformed(KEY + " is no public key in PEM: " + damaged.getMessage());
        }
    }

    private static MalformedDataException malformed(String reason) {
        return new MalformedDataException(WHAT, reason);
    }

    /** Whether it holds for this manifest, and what is known of who made it. */
    BackupAuthenticity verify(byte[] manifest, BackupManifest.Device of, DeviceTrust trust) throws SchsmException {
        PublicKey key = PublicKeyNumbers.parse(publicKey);
        if (!DeviceSignature.of(WHAT, about.algorithm, signature).holds(manifest, key)) {
            return new BackupAuthenticity(
                    BackupAuthenticity.Kind.FORGED,
                    null,
                    "the signature does not fit the manifest: the archive was changed");
        }
        String fingerprint = HEX.formatHex(HashAlgorithm.SHA256.digest(publicKey));
        BackupAuthenticity byDevice = about.attestation == null ? null : attested(about.attestation, key, of, trust);
        if (byDevice != null && byDevice.kind() != BackupAuthenticity.Kind.UNKNOWN_KEY) {
            return byDevice;
        }
        if (!about.chain.isEmpty()) {
            X509Certificate certificate =
                    X509Certificates.parse(DeviceSignature.bytes("chain in " + ABOUT, about.chain.get(0)));
            if (PublicKeyNumbers.areEqual(key, certificate.getPublicKey())) {
                return new BackupAuthenticity(
                        BackupAuthenticity.Kind.CERTIFICATE,
                        certificate.getSubjectX500Principal().getName(),
                        "signed with key \"" + PrintableText.of(about.label)
                                + "\", whose certificate in the archive is of "
                                + PrintableText.of(
                                        certificate.getSubjectX500Principal().getName())
                                + ": compare its public key (SHA-256 " + fingerprint
                                + ") with what you know of the signer");
            }
        }
        return new BackupAuthenticity(
                BackupAuthenticity.Kind.UNKNOWN_KEY,
                fingerprint,
                "signed with a key of which nothing proves whose it is (SHA-256 of its public key " + fingerprint + ")"
                        + (byDevice == null ? "" : ": " + byDevice.sentence()));
    }

    private BackupAuthenticity attested(String attestation, PublicKey key, BackupManifest.Device of, DeviceTrust trust)
            throws SchsmException {
        DeviceSignature.Attester attester =
                DeviceSignature.attester(key, DeviceSignature.bytes("attestation in " + ABOUT, attestation), trust);
        DeviceTrust.VerifiedDevice device = attester.device();
        if (device == null) {
            return new BackupAuthenticity(BackupAuthenticity.Kind.UNKNOWN_KEY, null, String.valueOf(attester.reason()));
        }
        // The manifest says itself which device it is of: anybody's genuine device could sign that.
        boolean own = device.identity().keyFingerprint().equalsIgnoreCase(of.keyFingerprint())
                && device.identity().deviceId().equals(of.id());
        return new BackupAuthenticity(
                own ? BackupAuthenticity.Kind.DEVICE : BackupAuthenticity.Kind.OTHER_DEVICE,
                device.identity().uniqueName(),
                "signed by device " + device.identity().uniqueName() + ", verified up to "
                        + device.root().chr() + ", with "
                        + (about.temporary
                                ? "a key that it made for that"
                                : "its key \"" + PrintableText.of(about.label) + "\"")
                        + (own
                                ? ""
                                : ", which is not the device " + PrintableText.of(of.name())
                                        + " that the backup is said to be of"));
    }
}
