package io.github.schsm;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.List;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.util.BigIntegers;

/** The two forms of an ECDSA signature: a DER SEQUENCE of two INTEGERs, and {@code r || s} (IEEE P1363). */
public final class EcdsaSignature {
    private EcdsaSignature() {}

    /**
     * DER of a plain signature.
     *
     * @param plain {@code r || s}, of equal length
     */
    public static byte[] toDer(byte[] plain) {
        int length = plain.length / 2;
        BigInteger r = new BigInteger(1, plain, 0, length);
        BigInteger s = new BigInteger(1, plain, length, plain.length - length);
        try {
            return new DERSequence(new ASN1Integer[] {new ASN1Integer(r), new ASN1Integer(s)})
                    .getEncoded(ASN1Encoding.DER);
        } catch (IOException memoryOnly) {
            throw new UncheckedIOException(memoryOnly);
        }
    }

    /**
     * The plain form of a signature that devices encode with superfluous leading zeros now and then, which strict
     * parsers refuse.
     *
     * @param der         a SEQUENCE of two INTEGERs
     * @param orderLength bytes of the curve's order
     * @return {@code r || s}, each {@code orderLength} bytes
     * @throws MalformedDataException if it is not that, or a number does not fit
     */
    public static byte[] toPlain(byte[] der, int orderLength) throws MalformedDataException {
        List<Tlv> numbers = Tlv.parse(der).expect(0x30).children();
        if (numbers.size() != 2) {
            throw new MalformedDataException("ECDSA signature", "it has " + numbers.size() + " numbers");
        }
        byte[] plain = new byte[2 * orderLength];
        for (int i = 0; i < 2; i++) {
            BigInteger number = new BigInteger(1, numbers.get(i).expect(0x02).value());
            if (number.bitLength() > 8 * orderLength) {
                throw new MalformedDataException("ECDSA signature", "a number is larger than the curve's order");
            }
            System.arraycopy(
                    BigIntegers.asUnsignedByteArray(orderLength, number), 0, plain, i * orderLength, orderLength);
        }
        return plain;
    }

    /** The leftmost bytes of a hash, as many as the order has: all that ECDSA uses of it, and all a device takes. */
    public static byte[] truncate(byte[] hash, int orderLength) {
        return hash.length > orderLength ? Arrays.copyOf(hash, orderLength) : hash.clone();
    }
}
