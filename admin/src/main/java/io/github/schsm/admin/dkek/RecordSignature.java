// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.admin.dkek;

import io.github.schsm.AttestedPublicKey;
import io.github.schsm.DeviceTrust;
import io.github.schsm.InvalidRequestException;
import io.github.schsm.KeyAttestation;
import io.github.schsm.MalformedDataException;
import io.github.schsm.SchsmException;
import io.github.schsm.admin.json.JsonDocuments;
import io.github.schsm.admin.key.DeviceKey;
import io.github.schsm.admin.key.DeviceSignature;
import io.github.schsm.codec.PrintableText;
import io.github.schsm.codec.PublicKeyNumbers;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.util.HexFormat;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The signature of a device's key over the record of a ceremony, in the file {@value #FILE} beside it. It is over the bytes
 * of the record's file.
 *
 * @param format      always {@value #FORMAT}
 * @param algorithm   as the JCA calls it
 * @param device      the device whose key signed, as it called itself
 * @param label       the label of the key
 * @param publicKey   the public key (SubjectPublicKeyInfo), hexadecimal
 * @param attestation the public key file of the key, hexadecimal; null if the device does not attest the key
 * @param signature   hexadecimal
 */
public record RecordSignature(
        String format,
        String algorithm,
        String device,
        String label,
        String publicKey,
        @Nullable String attestation,
        String signature) {
    /** Says what the file is. */
    public static final String FORMAT = "schsm-record-signature-1";

    /** The name of the file. */
    public static final String FILE = "record.signature.json";

    private static final HexFormat HEX = HexFormat.of().withUpperCase();
    private static final String WHAT = "signature of a record";

    /** Refuses what is no signature. */
    public RecordSignature {
        Objects.requireNonNull(format, "format");
        Objects.requireNonNull(algorithm, "algorithm");
        Objects.requireNonNull(device, "device");
        Objects.requireNonNull(label, "label");
        Objects.requireNonNull(publicKey, "publicKey");
        Objects.requireNonNull(signature, "signature");
    }

    /**
     * Whether it holds, and who made it.
     *
     * @param holds    whether the record is the one that was signed
     * @param proven   whether a device that traces to a trusted root attests the key that signed
     * @param device   that device, by its unique name; null if there is none
     * @param sentence the same for people
     */
    public record Verdict(
            boolean holds, boolean proven, @Nullable String device, String sentence) {}

    /**
     * Signs a record with a device's key.
     *
     * @param record the bytes of its file
     * @throws InvalidRequestException if the key cannot sign
     */
    public static RecordSignature sign(byte[] record, DeviceKey key) throws SchsmException {
        try {
            DeviceSignature made = DeviceSignature.sign(record, key.privateKey(), key.provider());
            return new RecordSignature(
                    FORMAT,
                    made.algorithm(),
                    key.deviceId(),
                    key.label(),
                    HEX.formatHex(PublicKeyNumbers.of(key.publicKey()).getEncoded()),
                    attestation(key),
                    HEX.formatHex(made.value()));
        } catch (GeneralSecurityException failed) {
            if (failed instanceof SchsmException ours) {
                throw ours;
            }
            throw new InvalidRequestException(
                    "key \"" + key.label() + "\" cannot sign the record: " + failed.getMessage(), failed);
        }
    }

    private static @Nullable String attestation(DeviceKey key) throws SchsmException {
        if (!(key.publicKey() instanceof AttestedPublicKey)) {
            return null;
        }
        return HEX.formatHex(KeyAttestation.of(key.key()).encode());
    }

    /**
     * Reads a signature.
     *
     * @param what what the file is called in messages
     * @throws MalformedDataException if it is none
     */
    public static RecordSignature parse(String what, byte[] json) throws MalformedDataException {
        RecordSignature read = JsonDocuments.as(what, JsonDocuments.read(what, json), RecordSignature.class);
        if (!read.format.equals(FORMAT)) {
            throw new MalformedDataException(
                    what,
                    "it is no signature of a record: its format is \"" + PrintableText.of(read.format) + "\", " + FORMAT
                            + " is expected");
        }
        DeviceSignature.of(what, read.algorithm, DeviceSignature.bytes(what, read.signature));
        return read;
    }

    /** The file's content. */
    public byte[] encode() {
        return JsonDocuments.pretty(this);
    }

    /**
     * Verifies it.
     *
     * @param record the bytes of the record's file
     * @param trust  the roots that a device may trace to
     * @throws SchsmException if what it holds cannot be read
     */
    public Verdict verify(byte[] record, DeviceTrust trust) throws SchsmException {
        PublicKey key = PublicKeyNumbers.parse(DeviceSignature.bytes(WHAT, publicKey));
        if (!DeviceSignature.of(WHAT, algorithm, DeviceSignature.bytes(WHAT, signature))
                .holds(record, key)) {
            return new Verdict(false, false, null, "the signature does not fit the record: one of them was changed");
        }
        DeviceSignature.Attester attester = DeviceSignature.attester(
                key, attestation == null ? null : DeviceSignature.bytes(WHAT, attestation), trust);
        String attesting = attester.name();
        return attesting == null
                ? new Verdict(
                        true,
                        false,
                        null,
                        "the signature holds, and nothing proves whose key made it (it says: key \"" + label
                                + "\" of device " + device + "): " + attester.reason())
                : new Verdict(
                        true,
                        true,
                        attesting,
                        "signed with key \"" + label + "\" of device " + attesting
                                + ", which is genuine and attests the key");
    }
}
