// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm;

import io.github.schsm.codec.PrintableText;
import io.github.schsm.codec.Tlv;
import java.nio.charset.StandardCharsets;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateEncodingException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A key on its way from one member of a key domain to another: the blob that the device wrapped, the key's PKCS#15
 * description and its certificates. As a file ({@code .wky}) it is what sc-hsm-tool and the vendor's key manager
 * write and read (docs/protocol.md#wrapped-keys).
 */
public final class WrappedKeyEntry implements KeyStore.Entry {
    private static final String WHAT = "wrapped key";
    private static final int SEQUENCE = 0x30;
    private static final int OCTET_STRING = 0x04;
    private static final int KCV_LENGTH = 8;
    private static final int CMAC_LENGTH = 16;
    private static final int BLOCK = 16;

    private final byte[] blob;
    private final byte @Nullable [] description;
    private final byte @Nullable [] certificate;
    private final List<Certificate> issuers;
    private final Header header;

    /** The part of the blob that is not encrypted. */
    private record Header(byte[] kcv, KeyType type, List<Integer> algorithms) {}

    private WrappedKeyEntry(
            byte[] blob,
            byte @Nullable [] description,
            byte @Nullable [] certificate,
            List<Certificate> issuers,
            Header header) {
        this.blob = blob;
        this.description = description;
        this.certificate = certificate;
        this.issuers = List.copyOf(issuers);
        this.header = header;
    }

    /**
     * An entry from its parts.
     *
     * @param blob         the blob that WRAP KEY gave
     * @param description  the key's PKCS#15 description as stored, or null
     * @param certificates the key's certificate or request first, then those of its issuers; may be empty
     * @throws MalformedDataException if the blob or the description is not one
     */
    public static WrappedKeyEntry of(byte[] blob, byte @Nullable [] description, List<Certificate> certificates)
            throws MalformedDataException {
        byte[] first = null;
        if (!certificates.isEmpty()) {
            try {
                first = certificates.get(0).getEncoded();
            } catch (CertificateEncodingException unusable) {
                throw new MalformedDataException(WHAT, "its certificate has no encoding: " + unusable.getMessage());
            }
        }
        return of(
                blob, description, first, certificates.subList(Math.min(1, certificates.size()), certificates.size()));
    }

    /**
     * An entry from its parts, the certificate as stored.
     *
     * @param blob        the blob that WRAP KEY gave
     * @param description the key's PKCS#15 description as stored, or null
     * @param certificate the key's certificate or request as stored, or null
     * @param issuers     further certificates of its chain
     * @throws MalformedDataException if the blob or the description is not one
     */
    public static WrappedKeyEntry of(
            byte[] blob, byte @Nullable [] description, byte @Nullable [] certificate, List<Certificate> issuers)
            throws MalformedDataException {
        Header header = header(blob);
        if (description != null) {
            int tag = Tlv.parse(description).tag();
            if (tag != tagOf(header.type)) {
                throw new MalformedDataException(
                        WHAT,
                        String.format(
                                Locale.ROOT, "the description (%02X) is not that of an %s key", tag, header.type));
            }
        }
        return new WrappedKeyEntry(
                blob.clone(),
                description == null ? null : description.clone(),
                certificate == null ? null : certificate.clone(),
                issuers,
                header);
    }

    /**
     * A {@code .wky} file's content.
     *
     * @throws MalformedDataException if it is none
     */
    public static WrappedKeyEntry parse(byte[] wkyFile) throws MalformedDataException {
        List<Tlv> parts = Tlv.parse(wkyFile).expect(SEQUENCE).children();
        if (parts.isEmpty()) {
            throw new MalformedDataException(WHAT, "the file is empty");
        }
        byte[] blob = parts.get(0).expect(OCTET_STRING).value();
        byte[] description = null;
        byte[] certificate = null;
        for (Tlv part : parts.subList(1, parts.size())) {
            if (isCertificate(part)) {
                certificate = certificate == null ? part.encoded() : certificate;
            } else if (description == null) {
                description = part.encoded();
            } else {
                throw new MalformedDataException(WHAT, "the file has a second description " + part);
            }
        }
        return of(blob, description, certificate, List.of());
    }

    /** An X.509 certificate is a SEQUENCE of two SEQUENCEs and a BIT STRING, which no key description is. */
    private static boolean isCertificate(Tlv part) throws MalformedDataException {
        if (part.tag() == Cvc.TAG_AUTHENTICATED_REQUEST || part.tag() == Cvc.TAG_CERTIFICATE) {
            return true;
        }
        if (part.tag() != SEQUENCE) {
            return false;
        }
        List<Tlv> children = part.children();
        return children.size() == 3 && children.get(2).tag() == 0x03;
    }

    private static Header header(byte[] blob) throws MalformedDataException {
        if (blob.length < KCV_LENGTH + 1 + 8 + BLOCK + CMAC_LENGTH) {
            throw new MalformedDataException(WHAT, "the blob has " + blob.length + " bytes, it is cut off");
        }
        KeyType type = switch (blob[KCV_LENGTH]) {
            case 5, 6 -> KeyType.RSA;
            case 12 -> KeyType.EC;
            case 15 -> KeyType.AES;
            default ->
                throw new MalformedDataException(WHAT, KCV_LENGTH, "unknown key type " + (blob[KCV_LENGTH] & 0xFF));
        };
        int at = KCV_LENGTH + 1;
        List<Integer> algorithms = List.of();
        for (int field = 0; field < 4; field++) {
            if (at + 2 > blob.length) {
                throw new MalformedDataException(WHAT, at, "the blob is cut off");
            }
            int length = ((blob[at] & 0xFF) << 8) | (blob[at + 1] & 0xFF);
            at += 2;
            if (length > blob.length - at) {
                throw new MalformedDataException(WHAT, at, "the blob is cut off");
            }
            if (field == 1) {
                List<Integer> list = new ArrayList<>();
                for (int i = 0; i < length; i++) {
                    list.add(blob[at + i] & 0xFF);
                }
                algorithms = List.copyOf(list);
            }
            at += length;
        }
        int encrypted = blob.length - at - CMAC_LENGTH;
        if (encrypted < BLOCK || encrypted % BLOCK != 0) {
            throw new MalformedDataException(
                    WHAT, at, "the encrypted part has " + encrypted + " bytes, which are no whole blocks");
        }
        return new Header(Arrays.copyOf(blob, KCV_LENGTH), type, algorithms);
    }

    private static int tagOf(KeyType type) {
        return switch (type) {
            case RSA -> SEQUENCE;
            case EC -> 0xA0;
            case AES -> 0xA8;
            case UNKNOWN -> throw new IllegalArgumentException("a key of unknown kind has no description");
        };
    }

    /** The same with further certificates of the key's chain, nearest issuer first. */
    public WrappedKeyEntry withIssuers(List<Certificate> chain) {
        return new WrappedKeyEntry(blob, description, certificate, chain, header);
    }

    /** A {@code .wky} file's content: the blob, and description and certificate where they are there. */
    public byte[] encode() {
        List<byte[]> parts = new ArrayList<>();
        parts.add(Tlv.of(OCTET_STRING, blob).encoded());
        if (description != null) {
            parts.add(description);
        }
        if (certificate != null) {
            parts.add(certificate);
        }
        int length = parts.stream().mapToInt(part -> part.length).sum();
        byte[] value = new byte[length];
        int at = 0;
        for (byte[] part : parts) {
            System.arraycopy(part, 0, value, at, part.length);
            at += part.length;
        }
        return Tlv.of(SEQUENCE, value).encoded();
    }

    /** The blob that the device wrapped. */
    public byte[] blob() {
        return blob.clone();
    }

    /** The key's PKCS#15 description as stored on the device it came from. */
    public Optional<byte[]> description() {
        return Optional.ofNullable(description).map(byte[]::clone);
    }

    /** The key's certificate (X.509 DER) or request (CVC) as stored on the device it came from. */
    public Optional<byte[]> certificate() {
        return Optional.ofNullable(certificate).map(byte[]::clone);
    }

    /** Certificates of the key's chain, nearest issuer first; not part of the file. */
    public List<Certificate> issuers() {
        return issuers;
    }

    /** The check value of the KEK under which the key is wrapped, 8 bytes. */
    public byte[] kcv() {
        return header.kcv.clone();
    }

    /** The kind of key. */
    public KeyType keyType() {
        return header.type;
    }

    /** The key's algorithm list as numbers on the wire; empty if it has none. */
    public List<Integer> allowedAlgorithms() {
        return header.algorithms;
    }

    /** The label in the description. */
    public Optional<String> label() {
        if (description == null) {
            return Optional.empty();
        }
        try {
            for (Tlv part : Tlv.parse(description).children()) {
                Optional<Tlv> label = part.tag() == SEQUENCE ? part.find(0x0C) : Optional.empty();
                if (label.isPresent()) {
                    return Optional.of(new String(label.get().value(), StandardCharsets.UTF_8));
                }
            }
            return Optional.empty();
        } catch (MalformedDataException noLabelThen) {
            return Optional.empty();
        }
    }

    @Override
    public String toString() {
        return PrintableText.of("wrapped " + header.type + " key"
                + label().map(label -> " \"" + label + "\"").orElse("") + " under the KEK with KCV "
                + HexFormat.of().withUpperCase().formatHex(header.kcv));
    }
}
