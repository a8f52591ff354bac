// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.admin.backup;

import io.github.schsm.DeviceTrust;
import io.github.schsm.MalformedDataException;
import io.github.schsm.SchsmException;
import io.github.schsm.WrappedKeyEntry;
import io.github.schsm.admin.backup.BackupManifest.Content;
import io.github.schsm.codec.HashAlgorithm;
import io.github.schsm.codec.PrintableText;
import java.util.Arrays;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A backup as one file: a zip with the manifest, its signature, the keys as {@code .wky} files, certificates,
 * attestations, and data objects. Keys are wrapped under the KEK of their key domain; PIN-protected data objects are not,
 * so the file is to be kept as secret as they are.
 *
 * <p>Immutable. Every file in it is named in the manifest with its SHA-256.
 */
public final class BackupArchive {
    /** The longest archive, in bytes. */
    public static final int MOST_BYTES = ArchiveZip.MOST_BYTES;

    private static final String MANIFEST = "manifest.json";
    private static final String WHAT = "backup archive";
    private static final HexFormat HEX = HexFormat.of().withUpperCase();

    private final BackupManifest manifest;
    private final byte[] encodedManifest;
    private final Map<String, byte[]> contents;
    private final @Nullable BackupSignature signature;
    private final @Nullable String notSigned;

    private BackupArchive(
            BackupManifest manifest,
            byte[] encodedManifest,
            Map<String, byte[]> contents,
            @Nullable BackupSignature signature,
            @Nullable String notSigned) {
        this.manifest = manifest;
        this.encodedManifest = encodedManifest;
        this.contents = contents;
        this.signature = signature;
        this.notSigned = notSigned;
    }

    static BackupArchive of(BackupManifest manifest, Map<String, byte[]> contents) {
        return new BackupArchive(manifest, manifest.encode(), new LinkedHashMap<>(contents), null, null);
    }

    BackupArchive signed(BackupSignature by) {
        return new BackupArchive(manifest, encodedManifest, contents, by, null);
    }

    BackupArchive unsigned(String reason) {
        return new BackupArchive(manifest, encodedManifest, contents, null, reason);
    }

    /** Of one that was just made: why it could not be signed, though it was to be. */
    public Optional<String> notSigned() {
        return Optional.ofNullable(notSigned);
    }

    /**
     * An archive from its bytes. What is in it is what the manifest says, and nothing else; whether the signature holds,
     * {@link #authenticity} says.
     *
     * @param zip the file
     * @throws MalformedDataException if it is no archive, or its manifest and files do not fit together
     */
    public static BackupArchive parse(byte[] zip) throws MalformedDataException {
        Map<String, byte[]> files = ArchiveZip.read(zip);
        byte[] encoded = files.get(MANIFEST);
        if (encoded == null) {
            throw malformed("there is no " + MANIFEST + " in it");
        }
        BackupManifest manifest = BackupManifest.parse(encoded);
        Map<String, byte[]> contents = new LinkedHashMap<>();
        for (Content content : manifest.contents()) {
            byte[] bytes = files.get(content.file());
            String name = PrintableText.of(content.file());
            if (bytes == null) {
                throw malformed("the file " + name + " is missing");
            }
            if (bytes.length != content.size() || !sha256(bytes).equals(content.sha256())) {
                throw malformed("the file " + name + " is not the one that the manifest names: it was changed");
            }
            if (contents.put(content.file(), bytes) != null) {
                throw malformed("the manifest names the file " + name + " twice");
            }
        }
        Set<String> others = new HashSet<>(files.keySet());
        others.remove(MANIFEST);
        others.removeAll(BackupSignature.FILES);
        others.removeAll(contents.keySet());
        if (!others.isEmpty()) {
            throw malformed("there are files in it that the manifest does not name: "
                    + PrintableText.of(
                            String.join(", ", others.stream().sorted().toList())));
        }
        return new BackupArchive(manifest, encoded, contents, BackupSignature.parse(files), null);
    }

    static Content content(String file, byte[] bytes) {
        return new Content(file, bytes.length, sha256(bytes));
    }

    private static String sha256(byte[] bytes) {
        return HEX.formatHex(HashAlgorithm.SHA256.digest(bytes));
    }

    private static MalformedDataException malformed(String reason) {
        return new MalformedDataException(WHAT, reason);
    }

    /** The file: a zip. The same archive gives the same bytes. */
    public byte[] encode() {
        Map<String, byte[]> files = new LinkedHashMap<>();
        files.put(MANIFEST, encodedManifest);
        if (signature != null) {
            files.putAll(signature.files());
        }
        files.putAll(contents);
        return ArchiveZip.write(files);
    }

    /** What is in it. */
    public BackupManifest manifest() {
        return manifest;
    }

    /** The manifest as the signature is over it. */
    public byte[] encodedManifest() {
        return encodedManifest.clone();
    }

    /**
     * Whether the signature holds, and what is known of who made it.
     *
     * @param trust the roots that devices may trace to
     * @throws SchsmException if what belongs to the signature cannot be read
     */
    public BackupAuthenticity authenticity(DeviceTrust trust) throws SchsmException {
        return signature == null
                ? new BackupAuthenticity(
                        BackupAuthenticity.Kind.UNSIGNED,
                        null,
                        "the archive is not signed: nothing shows who made it, or that it was not changed since")
                : signature.verify(encodedManifest, manifest.device(), trust);
    }

    /**
     * A file's content.
     *
     * @param content one of those that the manifest names
     */
    public byte[] content(Content content) {
        byte[] bytes = contents.get(content.file());
        if (bytes == null) {
            throw new IllegalArgumentException("no file of this archive: " + content.file());
        }
        return bytes.clone();
    }

    /**
     * A key on its way.
     *
     * @throws MalformedDataException if its file holds no wrapped key
     */
    WrappedKeyEntry wrapped(Content file) throws MalformedDataException {
        return WrappedKeyEntry.parse(content(file));
    }

    /** Whether two archives have the same manifest and files. */
    @Override
    public boolean equals(Object other) {
        return other instanceof BackupArchive that && Arrays.equals(encode(), that.encode());
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(encodedManifest);
    }

    @Override
    public String toString() {
        return PrintableText.of("backup of device " + manifest.device().name() + " of " + manifest.created());
    }
}
