package io.github.schsm;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Who a device is: its device certificate followed by the certificate of the issuer who signed it. This is what the
 * device keeps in file 2F02 and what is exported as the "device id" ({@code <CHR>.cvc} or {@code .id}).
 */
public final class DeviceIdentity {
    static final int SEQUENCE_DIGITS = 5;

    private final Cvc device;
    private final @Nullable Cvc issuer;

    private DeviceIdentity(Cvc device, @Nullable Cvc issuer) {
        this.device = device;
        this.issuer = issuer;
    }

    /** An identity from its certificates; the issuer is missing where a device certificate is self-signed. */
    static DeviceIdentity of(Cvc device, @Nullable Cvc issuer) throws MalformedDataException {
        for (Cvc certificate : issuer == null ? List.of(device) : List.of(device, issuer)) {
            if (certificate.kind() != Cvc.Kind.CERTIFICATE) {
                throw new MalformedDataException("device id", "a certificate is expected, found " + certificate);
            }
        }
        if (device.chr().length() <= SEQUENCE_DIGITS) {
            throw new MalformedDataException("device id", "the device's CHR " + device.chr() + " is too short");
        }
        return new DeviceIdentity(device, issuer);
    }

    /**
     * The content of file 2F02 or of a device id file.
     *
     * @param cvcFile the device certificate, directly followed by the device issuer certificate; a single
     *                self-signed certificate is accepted (it is trusted only where that very certificate is named)
     * @throws MalformedDataException if it is not that
     */
    public static DeviceIdentity parse(byte[] cvcFile) throws MalformedDataException {
        Tlv first = Tlv.parseFirst(cvcFile);
        Cvc device = Cvc.parse(first);
        byte[] rest = Arrays.copyOfRange(cvcFile, first.encodedLength(), cvcFile.length);
        if (isPadding(rest)) {
            return of(device, null);
        }
        Tlv second = Tlv.parseFirst(rest);
        byte[] behind = Arrays.copyOfRange(rest, second.encodedLength(), rest.length);
        if (!isPadding(behind)) {
            throw new MalformedDataException(
                    "device id",
                    first.encodedLength() + second.encodedLength(),
                    behind.length + " bytes stand behind the two certificates");
        }
        return of(device, Cvc.parse(second));
    }

    private static boolean isPadding(byte[] bytes) {
        for (byte value : bytes) {
            if (value != 0) {
                return false;
            }
        }
        return true;
    }

    /** The content of a device id file. */
    public byte[] encode() {
        byte[] encoded = device.getEncoded();
        if (issuer == null) {
            return encoded;
        }
        byte[] second = issuer.getEncoded();
        byte[] both = Arrays.copyOf(encoded, encoded.length + second.length);
        System.arraycopy(second, 0, both, encoded.length, second.length);
        return both;
    }

    /** The device's certificate. */
    public Cvc deviceCertificate() {
        return device;
    }

    /** The certificate of who signed the device's; absent for a self-signed one. */
    public Optional<Cvc> issuerCertificate() {
        return Optional.ofNullable(issuer);
    }

    /** The holder reference in the device certificate, e.g. {@code DECC040100200000}. */
    public String chr() {
        return device.chr();
    }

    /** What people call the device: the CHR without its five sequence characters, e.g. {@code DECC0401002}. */
    public String deviceId() {
        return chr().substring(0, chr().length() - SEQUENCE_DIGITS);
    }

    /** The name under which a device id is saved by default. */
    public String fileName() {
        return chr() + ".cvc";
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof DeviceIdentity that && Arrays.equals(encode(), that.encode());
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
