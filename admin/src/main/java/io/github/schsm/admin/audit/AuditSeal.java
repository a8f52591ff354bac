// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.admin.audit;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.schsm.AttestedPublicKey;
import io.github.schsm.DeviceTrust;
import io.github.schsm.InvalidRequestException;
import io.github.schsm.MalformedDataException;
import io.github.schsm.SchsmException;
import io.github.schsm.admin.json.JsonDocuments;
import io.github.schsm.admin.key.DeviceKey;
import io.github.schsm.admin.key.DeviceSignature;
import io.github.schsm.audit.AuditLine;
import io.github.schsm.codec.PublicKeyNumbers;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A seal of an audit log: what its last line was at a time, signed with a key of a device. Kept where those who can write to
 * the log cannot, it proves later that nothing up to that line was changed, and nothing cut off before it. As a document
 * it is JSON; its schema is {@code docs/schema/audit-seal.schema.json}. The signature is over the canonical form of the other
 * members.
 *
 * @param version     1
 * @param sequence    the number of the last line
 * @param hash        its hash, 64 hexadecimal digits
 * @param time        when it was sealed
 * @param device      the id of the device whose key signed
 * @param key         the key's label
 * @param algorithm   as the JCA calls it: {@code SHA256withECDSA} or {@code SHA256withRSA}
 * @param publicKey   the public key, SubjectPublicKeyInfo in hexadecimal
 * @param attestation the public key file of the key, in hexadecimal; null if no device attests it
 * @param signature   in hexadecimal
 */
public record AuditSeal(
        int version,
        long sequence,
        String hash,
        Instant time,
        String device,
        String key,
        String algorithm,
        String publicKey,
        @Nullable String attestation,
        String signature) {
    private static final HexFormat HEX = HexFormat.of().withUpperCase();
    private static final String WHAT = "the seal";

    /** Refuses one with parts missing. */
    public AuditSeal {
        Objects.requireNonNull(hash, "hash");
        Objects.requireNonNull(time, "time");
        Objects.requireNonNull(device, "device");
        Objects.requireNonNull(key, "key");
        Objects.requireNonNull(algorithm, "algorithm");
        Objects.requireNonNull(publicKey, "publicKey");
        Objects.requireNonNull(signature, "signature");
    }

    /**
     * Who signed a seal.
     *
     * @param fingerprint SHA-256 of the public key, upper-case hexadecimal
     * @param device      the genuine device that attests the key; null if none does
     * @param reason      why none does; null if one does
     */
    public record Signer(
            String fingerprint,
            @Nullable String device,
            @Nullable String reason) {}

    /**
     * Seals a log.
     *
     * @param verified the log, which is whole
     * @param with     the key that signs; it may be used for ECDSA or RSA with a hash
     * @param now      what time it is
     * @throws InvalidRequestException  if the log is not whole, or empty
     * @throws GeneralSecurityException if the key does not sign
     */
    public static AuditSeal create(AuditVerification verified, DeviceKey with, Instant now)
            throws GeneralSecurityException {
        if (!verified.isWhole() || verified.last() == 0) {
            throw new InvalidRequestException(
                    "only a log is sealed that has lines and is whole: see schsm audit verify");
        }
        PublicKey publicKey = PublicKeyNumbers.of(with.publicKey());
        String attestation =
                with.publicKey() instanceof AttestedPublicKey attested ? HEX.formatHex(attested.encode()) : null;
        AuditSeal unsigned = new AuditSeal(
                1,
                verified.last(),
                verified.lastHash(),
                now,
                with.deviceId(),
                with.label(),
                DeviceSignature.algorithm(with.privateKey()),
                HEX.formatHex(publicKey.getEncoded()),
                attestation,
                "");
        DeviceSignature made = DeviceSignature.sign(unsigned.signed(), with.privateKey(), with.provider());
        return new AuditSeal(
                unsigned.version,
                unsigned.sequence,
                unsigned.hash,
                unsigned.time,
                unsigned.device,
                unsigned.key,
                unsigned.algorithm,
                unsigned.publicKey,
                unsigned.attestation,
                HEX.formatHex(made.value()));
    }

    private byte[] signed() {
        TreeMap<String, Object> members = new TreeMap<>(JsonDocuments.members(this));
        members.remove("signature");
        return JsonDocuments.canonical(members);
    }

    /** As a document. */
    public byte[] encode() {
        return JsonDocuments.pretty(this);
    }

    /**
     * Reads a seal.
     *
     * @param what what it is, to name it in errors
     * @param utf8 the document
     * @throws MalformedDataException if it is none
     */
    public static AuditSeal parse(String what, byte[] utf8) throws MalformedDataException {
        JsonNode document = JsonDocuments.read(what, utf8);
        AuditSeal seal = JsonDocuments.as(what, document, AuditSeal.class);
        if (seal.version != 1) {
            throw new MalformedDataException(what, "version " + seal.version + " is not known, 1 is");
        }
        return seal;
    }

    /**
     * Verifies the signature, and finds out what is known of who made it. Whether the log still has the line is asked by
     * {@link AuditVerifier#expecting(long, String)}.
     *
     * @param trust the roots that a device may trace to
     * @throws InvalidRequestException if the signature does not fit
     * @throws MalformedDataException  if a part is malformed
     */
    public Signer verify(DeviceTrust trust) throws SchsmException {
        byte[] encoded = DeviceSignature.bytes(WHAT, publicKey);
        PublicKey parsed = PublicKeyNumbers.parse(encoded);
        if (!DeviceSignature.of(WHAT, algorithm, DeviceSignature.bytes(WHAT, signature))
                .holds(signed(), parsed)) {
            throw new InvalidRequestException("the signature of the seal of line " + sequence
                    + " does not fit: the seal was changed, or is not by the key that it names");
        }
        DeviceSignature.Attester attester = DeviceSignature.attester(
                parsed, attestation == null ? null : DeviceSignature.bytes(WHAT, attestation), trust);
        return new Signer(HEX.formatHex(AuditLine.sha256().digest(encoded)), attester.name(), attester.reason());
    }
}
