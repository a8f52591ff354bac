// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.codec;

import io.github.schsm.MalformedDataException;
import java.math.BigInteger;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECFieldFp;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPoint;
import java.security.spec.EllipticCurve;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.bouncycastle.asn1.teletrust.TeleTrusTNamedCurves;
import org.bouncycastle.asn1.x9.X9ECParameters;
import org.bouncycastle.crypto.digests.SHA256Digest;
import org.bouncycastle.crypto.ec.CustomNamedCurves;
import org.bouncycastle.crypto.params.ECDomainParameters;
import org.bouncycastle.crypto.params.ECPrivateKeyParameters;
import org.bouncycastle.crypto.params.ECPublicKeyParameters;
import org.bouncycastle.crypto.signers.ECDSASigner;
import org.bouncycastle.crypto.signers.HMacDSAKCalculator;
import org.bouncycastle.math.ec.ECAlgorithms;
import org.bouncycastle.util.BigIntegers;
import org.jspecify.annotations.Nullable;

/**
 * The curves a SmartCard-HSM knows (docs/protocol.md#curves-and-key-sizes), independent of what the running JDK still
 * offers: JDK 16 dropped Brainpool and the 192- and 224-bit curves. Curve parameters and arithmetic are Bouncy
 * Castle's.
 */
@SuppressWarnings("ImmutableEnumChecker") // its fields are never written to; the classes just do not say so
public enum EcCurve {
    /** NIST P-192. */
    SECP192R1(192, "secp192r1", "1.2.840.10045.3.1.1", "P-192", "prime192v1"),
    /** NIST P-224. */
    SECP224R1(224, "secp224r1", "1.3.132.0.33", "P-224"),
    /** NIST P-256. */
    SECP256R1(256, "secp256r1", "1.2.840.10045.3.1.7", "P-256", "prime256v1"),
    /** NIST P-384. */
    SECP384R1(384, "secp384r1", "1.3.132.0.34", "P-384"),
    /** NIST P-521. */
    SECP521R1(521, "secp521r1", "1.3.132.0.35", "P-521"),
    /** SEC 2 Koblitz curve over 192 bits. */
    SECP192K1(192, "secp192k1", "1.3.132.0.31"),
    /** SEC 2 Koblitz curve over 256 bits. */
    SECP256K1(256, "secp256k1", "1.3.132.0.10"),
    /** RFC 5639, 192 bits. */
    BRAINPOOLP192R1(192, "brainpoolP192r1", "1.3.36.3.3.2.8.1.1.3"),
    /** RFC 5639, 224 bits. */
    BRAINPOOLP224R1(224, "brainpoolP224r1", "1.3.36.3.3.2.8.1.1.5"),
    /** RFC 5639, 256 bits: the curve of device keys, group signers and exchange keys. */
    BRAINPOOLP256R1(256, "brainpoolP256r1", "1.3.36.3.3.2.8.1.1.7"),
    /** RFC 5639, 320 bits. */
    BRAINPOOLP320R1(320, "brainpoolP320r1", "1.3.36.3.3.2.8.1.1.9"),
    /** RFC 5639, 384 bits. */
    BRAINPOOLP384R1(384, "brainpoolP384r1", "1.3.36.3.3.2.8.1.1.11"),
    /** RFC 5639, 512 bits. */
    BRAINPOOLP512R1(512, "brainpoolP512r1", "1.3.36.3.3.2.8.1.1.13");

    private static final byte UNCOMPRESSED = 0x04;
    private static final String BRAINPOOL = "brainpool";

    private final String curveName;
    private final String oid;
    private final List<String> aliases;
    private final int bits;
    private volatile @Nullable ECParameterSpec parameters;
    private volatile @Nullable ECDomainParameters domain;

    /**
     * All, those first whose parameters take no table of all the curves that Bouncy Castle knows, which a program's start
     * shows: of the JDK and of RFC 5639.
     */
    private static final List<EcCurve> IN_ORDER = Arrays.stream(values())
            .sorted(Comparator.comparing(curve -> curve == SECP192K1 || curve == SECP256K1))
            .toList();

    EcCurve(int bits, String curveName, String oid, String... aliases) {
        this.bits = bits;
        this.curveName = curveName;
        this.oid = oid;
        this.aliases = List.of(aliases);
    }

    /** For arithmetic: only of curves that are used for more than their parameters. */
    /** Apart, because the verifier of a JVM would load their types together with this class, which is often only looked at. */
    private static final class Signers {
        private Signers() {}

        static ECDSASigner verifier(ECDomainParameters domain, byte[] point) {
            ECDSASigner signer = new ECDSASigner();
            signer.init(false, new ECPublicKeyParameters(domain.getCurve().decodePoint(point), domain));
            return signer;
        }

        static ECDSASigner deterministic(ECDomainParameters domain, BigInteger d) {
            ECDSASigner signer = new ECDSASigner(new HMacDSAKCalculator(new SHA256Digest()));
            signer.init(true, new ECPrivateKeyParameters(d, domain));
            return signer;
        }
    }

    private ECDomainParameters domain() {
        ECDomainParameters known = domain;
        if (known == null) {
            X9ECParameters x9 = bouncyCastle(curveName);
            known = new ECDomainParameters(x9.getCurve(), x9.getG(), x9.getN(), x9.getH());
            domain = known;
        }
        return known;
    }

    private static X9ECParameters bouncyCastle(String name) {
        return name.startsWith(BRAINPOOL) ? TeleTrusTNamedCurves.getByName(name) : CustomNamedCurves.getByName(name);
    }

    /** The JDK's own object where it has the curve: keytool and JSSE print and negotiate by its name. */
    private ECParameterSpec made() {
        try {
            AlgorithmParameters named = AlgorithmParameters.getInstance("EC", "SunEC");
            named.init(new ECGenParameterSpec(curveName));
            return named.getParameterSpec(ECParameterSpec.class);
        } catch (GeneralSecurityException notInThisJdk) {
            ECDomainParameters domain = domain();
            EllipticCurve curve = new EllipticCurve(
                    new ECFieldFp(domain.getCurve().getField().getCharacteristic()),
                    domain.getCurve().getA().toBigInteger(),
                    domain.getCurve().getB().toBigInteger());
            ECPoint generator = new ECPoint(
                    domain.getG().getAffineXCoord().toBigInteger(),
                    domain.getG().getAffineYCoord().toBigInteger());
            return new ECParameterSpec(
                    curve, generator, domain.getN(), domain.getH().intValueExact());
        }
    }

    /** The usual name, e.g. {@code secp256r1}, {@code brainpoolP256r1}. */
    public String curveName() {
        return curveName;
    }

    /** The object identifier in dotted form. */
    public String oid() {
        return oid;
    }

    /** Bytes of a coordinate. */
    public int fieldLength() {
        return (bits() + 7) / 8;
    }

    /** Bytes of the group order, that is of {@code r} and of {@code s}. */
    public int orderLength() {
        return (order().bitLength() + 7) / 8;
    }

    /** Bits of the field, what people call the key size. */
    public int bits() {
        return bits;
    }

    /** The parameters as the JCA knows them. */
    public ECParameterSpec parameters() {
        ECParameterSpec known = parameters;
        if (known == null) {
            known = made();
            parameters = known;
        }
        return known;
    }

    private BigInteger order() {
        return parameters().getOrder();
    }

    private BigInteger prime() {
        return ((ECFieldFp) parameters().getCurve().getField()).getP();
    }

    /** The curve of that name, alias ({@code P-256}) or dotted object identifier, upper or lower case. */
    public static Optional<EcCurve> named(String name) {
        return Arrays.stream(values())
                .filter(curve -> curve.curveName.equalsIgnoreCase(name)
                        || curve.oid.equals(name)
                        || curve.aliases.stream().anyMatch(alias -> alias.equalsIgnoreCase(name)))
                .findFirst();
    }

    /** The curve with these parameters. */
    public static Optional<EcCurve> of(ECParameterSpec spec) {
        return IN_ORDER.stream()
                .filter(curve -> curve.bits == spec.getCurve().getField().getFieldSize()
                        && curve.parameters()
                                .getCurve()
                                .getField()
                                .equals(spec.getCurve().getField())
                        && curve.parameters()
                                .getCurve()
                                .getA()
                                .equals(spec.getCurve().getA())
                        && curve.parameters()
                                .getCurve()
                                .getB()
                                .equals(spec.getCurve().getB())
                        && curve.parameters().getGenerator().equals(spec.getGenerator())
                        && curve.parameters().getOrder().equals(spec.getOrder()))
                .findFirst();
    }

    /** The curve with that many bits whose name the JCA's {@code initialize(int)} means: the NIST ones. */
    public static Optional<EcCurve> ofSize(int bits) {
        return switch (bits) {
            case 192 -> Optional.of(SECP192R1);
            case 224 -> Optional.of(SECP224R1);
            case 256 -> Optional.of(SECP256R1);
            case 384 -> Optional.of(SECP384R1);
            case 521 -> Optional.of(SECP521R1);
            default -> Optional.empty();
        };
    }

    /**
     * The curve on which the point lies. A point lies on two of these curves by accident only: certificates of
     * devices leave the parameters out, and where the issuer's are not at hand, this finds them.
     *
     * @param point {@code 04 || x || y}
     */
    public static Optional<EcCurve> containing(byte[] point) {
        return IN_ORDER.stream().filter(curve -> curve.contains(point)).findFirst();
    }

    /**
     * The curve whose domain parameters are in a card-verifiable public key (7F49 { 06, 81 p, 82 a, 83 b, 84 G, 85 n,
     * 87 cofactor }).
     *
     * @throws MalformedDataException if they are none of the known curves
     */
    public static EcCurve fromDomainParameters(Tlv publicKey) throws MalformedDataException {
        BigInteger p = unsigned(publicKey.require(0x81));
        BigInteger a = unsigned(publicKey.require(0x82));
        BigInteger b = unsigned(publicKey.require(0x83));
        byte[] generator = publicKey.require(0x84).value();
        BigInteger n = unsigned(publicKey.require(0x85));
        for (EcCurve curve : IN_ORDER) {
            if (curve.bits == p.bitLength()
                    && curve.prime().equals(p)
                    && curve.parameters().getCurve().getA().equals(a)
                    && curve.parameters().getCurve().getB().equals(b)
                    && curve.order().equals(n)
                    && Arrays.equals(curve.encode(curve.parameters().getGenerator()), generator)) {
                return curve;
            }
        }
        throw new MalformedDataException(
                "CVC public key", "domain parameters of none of the known curves, " + p.bitLength() + " bits");
    }

    /**
     * The curve whose parameters are written out as ECParameters of X9.62: version, field { prime-field, p },
     * curve { a, b }, generator, order, cofactor.
     *
     * @throws MalformedDataException if they are none of the known curves
     */
    public static EcCurve fromEcParameters(Tlv ecParameters) throws MalformedDataException {
        List<Tlv> parts = ecParameters.children();
        if (parts.size() < 5) {
            throw new MalformedDataException("EC parameters", parts.size() + " parts; 5 or 6 are expected");
        }
        List<Tlv> field = parts.get(1).children();
        List<Tlv> equation = parts.get(2).children();
        if (field.size() != 2 || equation.size() < 2) {
            throw new MalformedDataException("EC parameters", "field or curve are not those of a prime field");
        }
        return fromDomainParameters(Tlv.of(
                0x7F49,
                Tlv.of(0x81, field.get(1).value()),
                Tlv.of(0x82, equation.get(0).value()),
                Tlv.of(0x83, equation.get(1).value()),
                Tlv.of(0x84, parts.get(3).value()),
                Tlv.of(0x85, parts.get(4).value())));
    }

    /** The domain parameters as card-verifiable public keys and key generation state them: 81 to 85 and 87. */
    public List<Tlv> domainParameters() {
        return List.of(
                Tlv.of(0x81, field(prime())),
                Tlv.of(0x82, field(parameters().getCurve().getA())),
                Tlv.of(0x83, field(parameters().getCurve().getB())),
                Tlv.of(0x84, encode(parameters().getGenerator())),
                Tlv.of(0x85, BigIntegers.asUnsignedByteArray(orderLength(), order())),
                Tlv.of(0x87, new byte[] {(byte) parameters().getCofactor()}));
    }

    /**
     * The point of an encoding, checked: its length, and that it is on the curve and not infinity.
     *
     * @param uncompressed {@code 04 || x || y}
     * @throws MalformedDataException if it is no such point
     */
    public ECPoint decode(byte[] uncompressed) throws MalformedDataException {
        int length = fieldLength();
        if (uncompressed.length != 1 + 2 * length || uncompressed[0] != UNCOMPRESSED) {
            throw new MalformedDataException(
                    "point on " + curveName,
                    "expected 04 and " + 2 * length + " bytes, found " + uncompressed.length + " bytes");
        }
        BigInteger x = new BigInteger(1, Arrays.copyOfRange(uncompressed, 1, 1 + length));
        BigInteger y = new BigInteger(1, Arrays.copyOfRange(uncompressed, 1 + length, uncompressed.length));
        ECPoint point = new ECPoint(x, y);
        if (!isOnCurve(point)) {
            throw new MalformedDataException("point on " + curveName, "it is not on the curve");
        }
        return point;
    }

    /** {@code 04 || x || y}, each coordinate {@link #fieldLength()} bytes. */
    public byte[] encode(ECPoint point) {
        byte[] encoded = new byte[1 + 2 * fieldLength()];
        encoded[0] = UNCOMPRESSED;
        System.arraycopy(field(point.getAffineX()), 0, encoded, 1, fieldLength());
        System.arraycopy(field(point.getAffineY()), 0, encoded, 1 + fieldLength(), fieldLength());
        return encoded;
    }

    /** Whether the affine point satisfies the curve's equation; infinity does not count. */
    public boolean isOnCurve(ECPoint point) {
        if (point.equals(ECPoint.POINT_INFINITY)) {
            return false;
        }
        BigInteger p = prime();
        BigInteger x = point.getAffineX();
        BigInteger y = point.getAffineY();
        if (x.signum() < 0 || y.signum() < 0 || x.compareTo(p) >= 0 || y.compareTo(p) >= 0) {
            return false;
        }
        // With cofactor 1, as all these curves have it, the equation is all that there is to check.
        EllipticCurve curve = parameters().getCurve();
        BigInteger right = x.multiply(x).add(curve.getA()).multiply(x).add(curve.getB());
        return y.multiply(y).subtract(right).mod(p).signum() == 0;
    }

    /**
     * A public key that every JCA provider understands.
     *
     * @param uncompressed {@code 04 || x || y}
     * @throws MalformedDataException if it is not on the curve
     */
    public ECPublicKey publicKey(byte[] uncompressed) throws MalformedDataException {
        return new PlainEcPublicKey(this, decode(uncompressed));
    }

    /**
     * The same for a point in any form of X9.62: uncompressed, compressed, hybrid.
     *
     * @throws MalformedDataException if it is not on the curve
     */
    ECPublicKey publicKeyInAnyForm(byte[] point) throws MalformedDataException {
        org.bouncycastle.math.ec.ECPoint decoded = decompress(point)
                .orElseThrow(() -> new MalformedDataException(
                        "point on " + curveName, "its " + point.length + " bytes are no point of the curve"));
        return publicKey(decoded.getEncoded(false));
    }

    /** A point times a number, as ECDH does it: the x-coordinate, as long as the field. */
    public byte[] multiply(ECPoint point, BigInteger number) {
        org.bouncycastle.math.ec.ECPoint product = domain().getCurve()
                .createPoint(point.getAffineX(), point.getAffineY())
                .multiply(number)
                .normalize();
        return field(product.getAffineXCoord().toBigInteger());
    }

    /** The public key of a private one between 1 and n - 1. */
    public ECPublicKey publicKeyOf(BigInteger privateKey) throws MalformedDataException {
        return publicKey(domain().getG().multiply(privateKey).normalize().getEncoded(false));
    }

    /**
     * The public key with that x-coordinate and an even y-coordinate, of the two that there are.
     *
     * @param x as long as the field
     * @throws MalformedDataException if no point of the curve has it
     */
    public ECPublicKey publicKeyWithX(byte[] x) throws MalformedDataException {
        byte[] compressed = new byte[1 + x.length];
        compressed[0] = 2;
        System.arraycopy(x, 0, compressed, 1, x.length);
        org.bouncycastle.math.ec.ECPoint point = decompress(compressed)
                .orElseThrow(() -> new MalformedDataException(
                        "x-coordinate of " + x.length + " bytes", "no point on " + curveName + " has it"));
        return publicKey(point.getEncoded(false));
    }

    private Optional<org.bouncycastle.math.ec.ECPoint> decompress(byte[] compressed) {
        try {
            return Optional.of(domain().getCurve().decodePoint(compressed));
        } catch (IllegalArgumentException noPointHasThatX) {
            return Optional.empty();
        }
    }

    /**
     * The point plus a multiple of the generator: the public key of {@code d + value}, by that of {@code d}.
     *
     * @param point a point of this curve
     * @param value the multiple, not negative
     * @return {@code 04 || x || y}; empty if the sum is infinity
     */
    public Optional<byte[]> add(ECPoint point, BigInteger value) {
        org.bouncycastle.math.ec.ECPoint sum = domain().getCurve()
                .createPoint(point.getAffineX(), point.getAffineY())
                .add(domain().getG().multiply(value.mod(domain().getN())))
                .normalize();
        return sum.isInfinity() ? Optional.empty() : Optional.of(sum.getEncoded(false));
    }

    /**
     * Verifies a plain ECDSA signature.
     *
     * @param point {@code 04 || x || y}
     * @param hash  the hash of what was signed
     * @param rs    {@code r || s}, each {@link #orderLength()} bytes
     * @return false for a wrong signature, a wrong length, or a point that is not on the curve
     */
    public boolean verify(byte[] point, byte[] hash, byte[] rs) {
        int length = orderLength();
        if (rs.length != 2 * length || !contains(point)) {
            return false;
        }
        return Signers.verifier(domain(), point)
                .verifySignature(hash, new BigInteger(1, rs, 0, length), new BigInteger(1, rs, length, length));
    }

    /**
     * Signs a hash with a private key that this process has, deterministically (RFC 6979).
     *
     * @param d    1 to n - 1
     * @param hash the hash of what is signed
     * @return {@code r || s}, each {@link #orderLength()} bytes
     */
    public byte[] sign(BigInteger d, byte[] hash) {
        BigInteger[] pair = Signers.deterministic(domain(), d).generateSignature(hash);
        byte[] rs = Arrays.copyOf(BigIntegers.asUnsignedByteArray(orderLength(), pair[0]), 2 * orderLength());
        System.arraycopy(BigIntegers.asUnsignedByteArray(orderLength(), pair[1]), 0, rs, orderLength(), orderLength());
        return rs;
    }

    /**
     * The public keys with which a signature verifies: there are two or so for any signature, so a second one has to
     * tell which it is.
     *
     * @param hash      the hash that was signed, not longer than the order
     * @param signature the signature
     * @return points {@code 04 || x || y}; none if the signature cannot be one on this curve
     */
    public List<byte[]> recover(byte[] hash, EcdsaSignature signature) {
        BigInteger n = order();
        BigInteger p = prime();
        if (signature.r().compareTo(n) >= 0 || signature.s().compareTo(n) >= 0) {
            return List.of();
        }
        BigInteger e = new BigInteger(1, hash);
        BigInteger inverse = signature.r().modInverse(n);
        List<byte[]> points = new ArrayList<>();
        for (BigInteger x = signature.r(); x.compareTo(p) < 0; x = x.add(n)) {
            for (byte parity = 2; parity <= 3; parity++) {
                byte[] compressed = new byte[1 + fieldLength()];
                compressed[0] = parity;
                System.arraycopy(field(x), 0, compressed, 1, fieldLength());
                Optional<org.bouncycastle.math.ec.ECPoint> ephemeral = decompress(compressed);
                if (ephemeral.isPresent()) {
                    points.add(ECAlgorithms.sumOfTwoMultiplies(
                                    ephemeral.get(),
                                    signature.s().multiply(inverse).mod(n),
                                    domain().getG(),
                                    e.negate().multiply(inverse).mod(n))
                            .getEncoded(false));
                }
            }
        }
        return points;
    }

    @Override
    public String toString() {
        return curveName;
    }

    private boolean contains(byte[] point) {
        try {
            decode(point);
            return true;
        } catch (MalformedDataException notOnThisCurve) {
            return false;
        }
    }

    private byte[] field(BigInteger value) {
        return BigIntegers.asUnsignedByteArray(fieldLength(), value);
    }

    private static BigInteger unsigned(Tlv object) {
        return new BigInteger(1, object.value());
    }

    /** The names of all curves, for messages. */
    public static String names() {
        List<String> names = new ArrayList<>();
        for (EcCurve curve : values()) {
            names.add(curve.curveName);
        }
        return String.join(", ", names).toLowerCase(Locale.ROOT).replace("brainpoolp", "brainpoolP");
    }
}
