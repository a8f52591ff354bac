// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm;

import io.github.schsm.codec.HashAlgorithm;
import io.github.schsm.codec.PrintableText;
import io.github.schsm.codec.Tlv;
import java.io.ByteArrayOutputStream;
import java.security.interfaces.RSAPublicKey;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Who a device is: its device certificate followed by the certificate of the issuer who signed it, and sometimes by that
 * of the root. This is what the device keeps in file 2F02 and what is exported as the "device id" ({@code <CHR>.cvc} or
 * {@code .id}). A root that comes along proves nothing: it is trusted where it is configured, and only there.
 */
public final class DeviceIdentity {
    static final int SEQUENCE_DIGITS = 5;
    private static final char MARK = '#';
    private static final int SHOWN_DIGITS = 8;
    /** Fewer are found by chance, or ground in minutes. */
    private static final int FEWEST_DIGITS = SHOWN_DIGITS;

    private static final String WHAT = "device id";
    private static final int MOST = 3;
    /** No id that could be taken for one, nor configured. */
    private static final String NO_ID = "(no device certificate yet)";
    /** A device takes no request without a holder. */
    private static final String NO_REFERENCE = "UTDUMMY00001";

    private final @Nullable Cvc device;
    private final @Nullable Cvc issuer;
    private final @Nullable Cvc root;

    private DeviceIdentity(@Nullable Cvc device, @Nullable Cvc issuer, @Nullable Cvc root) {
        this.device = device;
        this.issuer = issuer;
        this.root = root;
    }

    /**
     * An identity from its certificates.
     *
     * @param certificates the device's, then its issuer's, then the root's; the latter two may be missing
     */
    static DeviceIdentity of(List<Cvc> certificates) throws MalformedDataException {
        if (certificates.isEmpty() || certificates.size() > MOST) {
            throw new MalformedDataException(
                    WHAT,
                    "the certificates of a device, its issuer and the root are expected, found "
                            + (certificates.isEmpty() ? "none" : certificates.size() + ": " + certificates));
        }
        for (Cvc certificate : certificates) {
            if (certificate.kind() != Cvc.Kind.CERTIFICATE) {
                throw new MalformedDataException(WHAT, "a certificate is expected, found " + certificate);
            }
        }
        Cvc device = certificates.get(0);
        if (device.chr().length() <= SEQUENCE_DIGITS) {
            throw new MalformedDataException(WHAT, "the device's CHR " + device.chr() + " is too short");
        }
        return new DeviceIdentity(
                device,
                certificates.size() > 1 ? certificates.get(1) : null,
                certificates.size() > 2 ? certificates.get(2) : null);
    }

    /**
     * The content of file 2F02 or of a device id file.
     *
     * @param cvcFile the device certificate, directly followed by the device issuer certificate, and perhaps by the root
     *                certificate; a single self-signed certificate is accepted (it is trusted only where that very
     *                certificate is named)
     * @throws MalformedDataException if it is not that
     */
    public static DeviceIdentity parse(byte[] cvcFile) throws MalformedDataException {
        if (isPadding(cvcFile)) {
            throw new MalformedDataException(WHAT, "it is empty: there is no device certificate in it");
        }
        List<Cvc> certificates = new ArrayList<>();
        int at = 0;
        while (at < cvcFile.length) {
            byte[] rest = Arrays.copyOfRange(cvcFile, at, cvcFile.length);
            if (isPadding(rest)) {
                break;
            }
            if (certificates.size() == MOST) {
                throw new MalformedDataException(WHAT, at, rest.length + " bytes follow the three certificates");
            }
            Tlv next = certificate(rest, at);
            certificates.add(Cvc.parse(next));
            at += next.encodedLength();
        }
        return of(certificates);
    }

    private static Tlv certificate(byte[] rest, int at) throws MalformedDataException {
        try {
            return Tlv.parseFirst(rest);
        } catch (MalformedDataException none) {
            throw at == 0
                    ? none
                    : new MalformedDataException(
                            WHAT,
                            at,
                            rest.length + " bytes follow the certificates and are none: " + none.getMessage());
        }
    }

    /**
     * The content of file 2F02 as a device has it: some firmware has no certificate there before it is initialized for
     * the first time.
     *
     * @param file2F02 the file; empty for a device without a certificate, of which {@link #isMissing} says so
     * @throws MalformedDataException if there is something in it, but no device id
     */
    public static DeviceIdentity ofDevice(byte[] file2F02) throws MalformedDataException {
        return isPadding(file2F02) ? new DeviceIdentity(null, null, null) : parse(file2F02);
    }

    private static boolean isPadding(byte[] bytes) {
        for (byte value : bytes) {
            if (value != 0) {
                return false;
            }
        }
        return true;
    }

    /**
     * Whether the device has no device certificate yet. Then its id is a phrase for people that says so, and nothing can
     * be verified of it or attested by it; programs get no such identity, but an exception.
     */
    public boolean isMissing() {
        return device == null;
    }

    /**
     * This identity.
     *
     * @param where the device, for the message
     * @throws UntrustedDeviceException if it is missing
     */
    public DeviceIdentity require(String where) throws UntrustedDeviceException {
        if (device == null) {
            throw new UntrustedDeviceException(
                    UntrustedDeviceException.Link.DEVICE,
                    where + " has no device certificate yet (its file 2F02 is empty), so nobody can tell which device"
                            + " it is, and it attests no keys and joins no XKEK key domain: initialize it, and if that"
                            + " gives it none, write one with its maker's tool");
        }
        return this;
    }

    /** The content of a device id file: the certificates as they were read. */
    public byte[] encode() {
        ByteArrayOutputStream encoded = new ByteArrayOutputStream();
        for (Cvc certificate : certificates()) {
            encoded.writeBytes(certificate.getEncoded());
        }
        return encoded.toByteArray();
    }

    private List<Cvc> certificates() {
        return Stream.of(device, issuer, root).flatMap(Stream::ofNullable).toList();
    }

    /** The device's certificate. */
    public Cvc deviceCertificate() {
        if (device == null) {
            throw new IllegalStateException("there is no device certificate yet: ask isMissing() first");
        }
        return device;
    }

    /** The certificate of who signed the device's; absent for a self-signed one. */
    public Optional<Cvc> issuerCertificate() {
        return Optional.ofNullable(issuer);
    }

    /** The root certificate that came along. Whether it is trusted is for {@link DeviceTrust} to say. */
    public Optional<Cvc> rootCertificate() {
        return Optional.ofNullable(root);
    }

    /** The holder reference in the device certificate, e.g. {@code DECC040100200000}; empty if that is missing. */
    public String chr() {
        return device == null ? "" : device.chr();
    }

    /** Whether this is the phrase that stands for the id of a device without certificate. */
    public static boolean isNoId(String deviceId) {
        return NO_ID.equals(deviceId);
    }

    /** The holder reference of keys that the device generates: its own, as the vendor's key manager has it. */
    public String keyReference() {
        return device == null ? NO_REFERENCE : device.chr();
    }

    /** What people call the device: the CHR without its five sequence characters, e.g. {@code DECC0401002}. */
    public String deviceId() {
        if (device == null) {
            return NO_ID;
        }
        return chr().substring(0, chr().length() - SEQUENCE_DIGITS);
    }

    /**
     * What tells this device from every other one, whatever they are called: SHA-256 of the public key in the device
     * certificate (of an EC key its point 04 || x || y, of an RSA key its modulus), 64 lower-case hex digits. Empty where
     * there is no device certificate.
     */
    public String keyFingerprint() {
        if (chr().isEmpty()) {
            return "";
        }
        return HexFormat.of().formatHex(HashAlgorithm.SHA256.digest(publicKey()));
    }

    private byte[] publicKey() {
        Cvc certificate = deviceCertificate();
        return certificate.plainKey() instanceof RSAPublicKey rsa
                ? rsa.getModulus().toByteArray()
                : certificate.publicPoint();
    }

    /**
     * The device id and the first digits of the key's fingerprint, e.g. {@code ESPICOHSMTR#1a2b3c4d}: what to call a
     * device where others have its id, also as {@code device} in a configuration.
     */
    public String uniqueName() {
        String fingerprint = keyFingerprint();
        return fingerprint.isEmpty() ? deviceId() : deviceId() + MARK + fingerprint.substring(0, SHOWN_DIGITS);
    }

    /**
     * Whether a name means this device: its device id, or that with {@code #} and the first digits, at least
     * {@value #SHOWN_DIGITS}, of its key's fingerprint. Keys of the same first digits can be made: a name tells devices apart
     * that somebody has, and proves nothing of a device that somebody else brings.
     */
    public boolean isCalled(String name) {
        int mark = name.lastIndexOf(MARK);
        if (mark < 0) {
            return deviceId().equals(name);
        }
        String digits = name.substring(mark + 1).toLowerCase(Locale.ROOT);
        return deviceId().equals(name.substring(0, mark))
                && digits.length() >= FEWEST_DIGITS
                && keyFingerprint().startsWith(digits);
    }

    /** Whether both are the very same device: their device public keys are the same. Names may be shared. */
    public boolean isSameDevice(DeviceIdentity other) {
        String fingerprint = keyFingerprint();
        return !fingerprint.isEmpty() && fingerprint.equals(other.keyFingerprint());
    }

    /** The name under which a device id is saved by default. */
    public String fileName() {
        return chr() + ".cvc";
    }

    /**
     * Whether device and issuer certificates are the same; a root may have come along or not. Where they are missing
     * nothing says that two devices are the same.
     */
    @Override
    public boolean equals(Object other) {
        return this == other
                || (device != null
                        && other instanceof DeviceIdentity that
                        && device.equals(that.device)
                        && Objects.equals(issuer, that.issuer));
    }

    @Override
    public int hashCode() {
        return chr().hashCode();
    }

    @Override
    public String toString() {
        return PrintableText.of(deviceId());
    }
}
