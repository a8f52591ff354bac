// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm;

import io.github.schsm.codec.EcCurve;
import io.github.schsm.codec.HashAlgorithm;
import io.github.schsm.codec.PlainEcPublicKey;
import io.github.schsm.codec.PrintableText;
import io.github.schsm.codec.Tlv;
import java.io.Serial;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.cert.Certificate;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.RSAPublicKeySpec;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A card-verifiable certificate (BSI TR-03110 part 3, docs/protocol.md#certificates-and-trust): a device's or an
 * issuer's certificate, a certificate request, or a request that the device has authenticated with its own key, which
 * is how a SmartCard-HSM attests that a key was generated in it.
 *
 * <p>Of our own because signatures cover the original bytes: parsers that re-encode before they verify refuse
 * genuine certificates, and none known handles the outer signature or the key domain extension.
 */
public final class Cvc extends Certificate {
    @Serial
    private static final long serialVersionUID = 1L;

    /** What the object is. */
    public enum Kind {
        /** Issued: has dates and a role. */
        CERTIFICATE,
        /** A self-signed request, 7F21 without dates. */
        REQUEST,
        /** A request inside an outer signature by the device that holds the key, 67. */
        AUTHENTICATED_REQUEST
    }

    /** The role a certificate gives its holder (tag 53 under the device role identifier 1.3.6.1.4.1.24991.3.1.1). */
    public enum Role {
        /** A root that signs device issuers. */
        ROOT,
        /** Signs the certificates of devices. */
        DEVICE_ISSUER,
        /** A device. */
        DEVICE
    }

    static final int TAG_CERTIFICATE = 0x7F21;
    static final int TAG_AUTHENTICATED_REQUEST = 0x67;
    private static final int TAG_BODY = 0x7F4E;
    private static final int TAG_SIGNATURE = 0x5F37;
    private static final int TAG_CAR = 0x42;
    private static final int TAG_CHR = 0x5F20;
    private static final int TAG_PUBLIC_KEY = 0x7F49;
    private static final int TAG_OID = 0x06;
    private static final int TAG_ROLE = 0x7F4C;
    private static final byte[] ID_TA_ECDSA = HexFormat.of().parseHex("04007F000702020202");
    private static final byte[] ID_TA_RSA = HexFormat.of().parseHex("04007F000702020201");
    private static final int TAG_PROFILE = 0x5F29;
    /** Roles mean what they say under this identifier only: the same bits under id-IS or id-AT are other rights. */
    private static final byte[] ID_ROLE = HexFormat.of().parseHex("2B0601040181C31F030101");

    private static final byte[] ID_KEY_DOMAIN_UID = HexFormat.of().parseHex("2B0601040181C31F030202");
    /** PKCS#1 v1.5 only; devices and issuers have EC keys, requests for RSA keys are signed with SHA-256. */
    private static final Map<Integer, HashAlgorithm> RSA_HASHES =
            Map.of(1, HashAlgorithm.SHA1, 2, HashAlgorithm.SHA256, 5, HashAlgorithm.SHA512);

    /** Reference names are 8 to 16 characters; a little more is tolerated, see docs/protocol.md#devices-that-differ. */
    private static final int MAX_REFERENCE = 32;

    private final transient Parts parts;
    private final transient @Nullable DeviceIdentity identity;

    /** The parsed objects; a record so that the constructor of a half-parsed certificate cannot exist. */
    private record Parts(
            Kind kind,
            Tlv encoded,
            Tlv certificate,
            Tlv body,
            Tlv publicKey,
            int profile,
            String hash,
            byte[] innerSignature,
            @Nullable String car,
            String chr,
            @Nullable Tlv outerCar,
            byte @Nullable [] outerSignature,
            @Nullable Role role,
            byte @Nullable [] keyDomainUid,
            @Nullable LocalDate effective,
            @Nullable LocalDate expiration,
            PublicKey key) {}

    private Cvc(Parts parts, @Nullable DeviceIdentity identity) {
        super("CVC");
        this.parts = parts;
        this.identity = identity;
    }

    /**
     * One certificate or request.
     *
     * @param encoded 7F21 or 67, nothing behind it
     * @throws MalformedDataException if it is no such object
     */
    public static Cvc parse(byte[] encoded) throws MalformedDataException {
        return parse(Tlv.parse(encoded));
    }

    /**
     * One certificate or request.
     *
     * @param object 7F21 or 67
     * @throws MalformedDataException if it is no such object
     */
    public static Cvc parse(Tlv object) throws MalformedDataException {
        return switch (object.tag()) {
            case TAG_CERTIFICATE -> new Cvc(parse(object, object, null, null), null);
            case TAG_AUTHENTICATED_REQUEST -> {
                Tlv outerCar = object.require(TAG_CAR);
                byte[] outerSignature = object.require(TAG_SIGNATURE).value();
                yield new Cvc(parse(object, object.require(TAG_CERTIFICATE), outerCar, outerSignature), null);
            }
            default -> throw new MalformedDataException("CVC", 0, "expected 7F21 or 67, found " + object);
        };
    }

    /**
     * Certificates and requests one after the other.
     *
     * @throws MalformedDataException if any of them is none
     */
    public static List<Cvc> parseAll(byte[] encoded) throws MalformedDataException {
        List<Cvc> all = new ArrayList<>();
        for (Tlv object : Tlv.parseAll(encoded)) {
            all.add(parse(object));
        }
        return List.copyOf(all);
    }

    private static Parts parse(Tlv object, Tlv certificate, @Nullable Tlv outerCar, byte @Nullable [] outerSignature)
            throws MalformedDataException {
        certificate.expect(TAG_CERTIFICATE);
        Tlv body = certificate.require(TAG_BODY);
        Tlv publicKey = body.require(TAG_PUBLIC_KEY);
        Optional<Tlv> roleObject = body.find(TAG_ROLE);
        Kind kind;
        if (outerSignature != null) {
            kind = Kind.AUTHENTICATED_REQUEST;
        } else {
            kind = roleObject.isPresent() ? Kind.CERTIFICATE : Kind.REQUEST;
        }
        Optional<Tlv> car = body.find(TAG_CAR);
        return new Parts(
                kind,
                object,
                certificate,
                body,
                publicKey,
                profile(body),
                hash(publicKey),
                certificate.require(TAG_SIGNATURE).value(),
                car.isPresent() ? reference("CAR", car.get()) : null,
                reference("CHR", body.require(TAG_CHR)),
                outerCar,
                outerSignature,
                roleObject.isPresent() ? role(roleObject.get()) : null,
                keyDomainUid(body),
                date(body.find(0x5F25)),
                date(body.find(0x5F24)),
                key(publicKey));
    }

    private static String reference(String name, Tlv object) throws MalformedDataException {
        byte[] value = object.value();
        if (value.length == 0 || value.length > MAX_REFERENCE) {
            throw new MalformedDataException("CVC", "the " + name + " has " + value.length + " characters");
        }
        for (byte character : value) {
            if (character < 0x20 || character > 0x7E) {
                throw new MalformedDataException("CVC", "the " + name + " has a character that is not printable");
            }
        }
        return new String(value, StandardCharsets.US_ASCII);
    }

    private static int profile(Tlv body) throws MalformedDataException {
        Optional<Tlv> profile = body.find(TAG_PROFILE);
        if (profile.isEmpty()) {
            return -1;
        }
        byte[] value = profile.get().value();
        return value.length == 1 ? value[0] & 0xFF : -1;
    }

    private static @Nullable Role role(Tlv object) throws MalformedDataException {
        byte[] bits = object.require(0x53).value();
        if (bits.length == 0) {
            throw new MalformedDataException("CVC", "the role is empty");
        }
        if (bits.length != 1 || !Arrays.equals(object.require(TAG_OID).value(), ID_ROLE)) {
            return null;
        }
        return switch (bits[0] & 0xFF) {
            case 0xC0 -> Role.ROOT;
            case 0x80 -> Role.DEVICE_ISSUER;
            case 0x00 -> Role.DEVICE;
            default -> null;
        };
    }

    private static byte @Nullable [] keyDomainUid(Tlv body) throws MalformedDataException {
        Optional<Tlv> extensions = body.find(0x65);
        if (extensions.isEmpty()) {
            return null;
        }
        for (Tlv extension : extensions.get().children()) {
            if (extension.tag() == 0x73
                    && Arrays.equals(extension.require(TAG_OID).value(), ID_KEY_DOMAIN_UID)) {
                byte[] uid = extension.require(0x80).value();
                if (uid.length < KeyDomain.UID_LENGTH) {
                    throw new MalformedDataException("CVC", "the key domain UID has " + uid.length + " bytes");
                }
                return uid;
            }
        }
        return null;
    }

    private static @Nullable LocalDate date(Optional<Tlv> object) throws MalformedDataException {
        if (object.isEmpty()) {
            return null;
        }
        byte[] digits = object.get().value();
        boolean wellFormed = digits.length == 6;
        for (byte digit : digits) {
            wellFormed &= digit >= 0 && digit <= 9;
        }
        if (!wellFormed) {
            throw new MalformedDataException("CVC", "a date is not six decimal digits");
        }
        try {
            return LocalDate.of(
                    2000 + 10 * digits[0] + digits[1], 10 * digits[2] + digits[3], 10 * digits[4] + digits[5]);
        } catch (DateTimeException noSuchDay) {
            throw new MalformedDataException("CVC", "a date is no day of the calendar");
        }
    }

    private static PublicKey key(Tlv publicKey) throws MalformedDataException {
        byte[] oid = publicKey.require(TAG_OID).value();
        if (startsWith(oid, ID_TA_RSA)) {
            BigInteger modulus = new BigInteger(1, publicKey.require(0x81).value());
            BigInteger exponent = new BigInteger(1, publicKey.require(0x82).value());
            try {
                return KeyFactory.getInstance("RSA").generatePublic(new RSAPublicKeySpec(modulus, exponent));
            } catch (GeneralSecurityException badNumbers) {
                throw new MalformedDataException("CVC", "the RSA key is not usable: " + badNumbers.getMessage());
            }
        }
        if (!startsWith(oid, ID_TA_ECDSA)) {
            throw unknownAlgorithm(oid);
        }
        byte[] point = publicKey.require(0x86).value();
        EcCurve curve = publicKey.find(0x81).isPresent()
                ? EcCurve.fromDomainParameters(publicKey)
                : EcCurve.containing(point)
                        .orElseThrow(() -> new MalformedDataException(
                                "CVC",
                                "the public point of " + point.length + " bytes is on none of the known curves"));
        return curve.publicKey(point);
    }

    /** The hash of signatures that are made with the key. */
    private static String hash(Tlv publicKey) throws MalformedDataException {
        byte[] oid = publicKey.require(TAG_OID).value();
        int number = oid[oid.length - 1];
        return (startsWith(oid, ID_TA_RSA)
                        ? Optional.ofNullable(RSA_HASHES.get(number))
                        : HashAlgorithm.numbered(number))
                .map(HashAlgorithm::jca)
                .orElseThrow(() -> unknownAlgorithm(oid));
    }

    private static MalformedDataException unknownAlgorithm(byte[] oid) {
        return new MalformedDataException(
                "CVC",
                "unknown public key algorithm " + HexFormat.of().withUpperCase().formatHex(oid));
    }

    private static boolean startsWith(byte[] value, byte[] prefix) {
        return value.length == prefix.length + 1 && Arrays.equals(value, 0, prefix.length, prefix, 0, prefix.length);
    }

    /** What the object is. */
    public Kind kind() {
        return parts.kind;
    }

    /** The inner authority reference: who signed a certificate; optional and without meaning in a request. */
    public Optional<String> car() {
        return Optional.ofNullable(parts.car);
    }

    /** The holder reference: country, holder and five sequence characters, e.g. {@code DECC040100200000}. */
    public String chr() {
        return parts.chr;
    }

    /** The outer authority reference of an authenticated request: the CHR of the device that signed it. */
    public Optional<String> outerCar() {
        return parts.outerCar == null
                ? Optional.empty()
                : Optional.of(new String(parts.outerCar.value(), StandardCharsets.US_ASCII));
    }

    /** The profile identifier (5F29): 0 in everything this library knows; -1 where it is missing or no number. */
    public int profile() {
        return parts.profile;
    }

    /**
     * The role of a certificate's holder. Empty where none of the three is given, and where another object than the
     * device role (as id-IS or id-AT of TR-03110) says what the holder may do.
     */
    public Optional<Role> role() {
        return Optional.ofNullable(parts.role);
    }

    /** The key domain in which an exchange key was generated: at least 32 bytes. Only in requests for such keys. */
    public Optional<byte[]> keyDomainUid() {
        return Optional.ofNullable(parts.keyDomainUid).map(byte[]::clone);
    }

    /** First day of a certificate's validity. */
    public Optional<LocalDate> effectiveDate() {
        return Optional.ofNullable(parts.effective);
    }

    /** Last day of a certificate's validity. */
    public Optional<LocalDate> expirationDate() {
        return Optional.ofNullable(parts.expiration);
    }

    /** Whether the key is an EC key; otherwise it is an RSA key. */
    public boolean isEc() {
        return parts.key instanceof ECPublicKey;
    }

    /** The curve of an EC key: by the parameters in it, or the one on which the point lies. */
    public Optional<EcCurve> curve() {
        return parts.key instanceof PlainEcPublicKey ec ? Optional.of(ec.curve()) : Optional.empty();
    }

    /**
     * The public point of an EC key, {@code 04 || x || y}.
     *
     * @throws IllegalStateException for an RSA key
     */
    public byte[] publicPoint() {
        if (!(parts.key instanceof PlainEcPublicKey ec)) {
            throw new IllegalStateException("the key of " + parts.chr + " is an RSA key and has no point");
        }
        return ec.curve().encode(ec.getW());
    }

    /** The x-coordinate of the public point: what a KDM certifies, and what a group signer's key domain is called. */
    byte[] publicX() {
        byte[] point = publicPoint();
        return Arrays.copyOfRange(point, 1, 1 + (point.length - 1) / 2);
    }

    /** The 7F21 object inside an authenticated request; otherwise this object. */
    public Cvc inner() throws MalformedDataException {
        return parts.kind == Kind.AUTHENTICATED_REQUEST ? parse(parts.certificate) : this;
    }

    /** The original bytes. */
    @Override
    public byte[] getEncoded() {
        return parts.encoded.encoded();
    }

    /**
     * The key. For an authenticated request that came with its device's certificates it is an
     * {@link AttestedPublicKey}.
     */
    @Override
    public PublicKey getPublicKey() {
        return identity == null || parts.kind != Kind.AUTHENTICATED_REQUEST
                ? parts.key
                : AttestedPublicKey.of(this, identity);
    }

    PublicKey plainKey() {
        return parts.key;
    }

    /** Whether this is a request that says that the device authenticated it; {@link DeviceTrust} verifies that it did. */
    public boolean isAttestedBy(DeviceIdentity device) {
        return !device.isMissing() && outerCar().filter(device.chr()::equals).isPresent();
    }

    /** The same request together with the certificates of the device that authenticated it. */
    public Cvc withIdentity(DeviceIdentity device) {
        return new Cvc(parts, device);
    }

    /**
     * Whether the issuer's key made the signature: the outer one of an authenticated request, else the inner one.
     *
     * @param issuer an EC or RSA key; EC signatures are ECDSA with SHA-256
     */
    public boolean isSignedBy(PublicKey issuer) {
        return isSignedBy(issuer, "SHA-256");
    }

    /** Whether the issuer made the signature, with the hash that the issuer's certificate states. */
    public boolean isSignedBy(Cvc issuer) {
        return isSignedBy(issuer.parts.key, issuer.parts.hash);
    }

    private boolean isSignedBy(PublicKey issuer, String hash) {
        if (parts.outerCar == null || parts.outerSignature == null) {
            return verify(issuer, hash, parts.innerSignature, parts.body.encoded());
        }
        return verify(issuer, hash, parts.outerSignature, Tlv.concat(parts.certificate, parts.outerCar));
    }

    /** Whether the inner signature was made with the key itself: proof of possession in a request, a root's own. */
    public boolean isSelfSigned() {
        return verify(parts.key, parts.hash, parts.innerSignature, parts.body.encoded());
    }

    private static boolean verify(PublicKey key, String hash, byte[] signature, byte[] signed) {
        try {
            if (key instanceof ECPublicKey ec) {
                EcCurve curve = EcCurve.of(ec.getParams()).orElse(null);
                return curve != null
                        && GoodSignatures.verify(
                                curve,
                                curve.encode(ec.getW()),
                                MessageDigest.getInstance(hash).digest(signed),
                                signature);
            }
            if (key instanceof RSAPublicKey) {
                Signature rsa = Signature.getInstance(hash.replace("-", "") + "withRSA");
                rsa.initVerify(key);
                rsa.update(signed);
                return rsa.verify(signature);
            }
            return false;
        } catch (NoSuchAlgorithmException everyJdkHasThem) {
            throw new IllegalStateException(everyJdkHasThem);
        } catch (InvalidKeyException | SignatureException notThisKey) {
            return false;
        }
    }

    /** As the superclass has it, without copying what is compared. */
    @Override
    public boolean equals(@Nullable Object other) {
        return this == other
                || (other instanceof Cvc that ? parts.encoded.equals(that.parts.encoded) : super.equals(other));
    }

    @Override
    public int hashCode() {
        return super.hashCode();
    }

    @Override
    public void verify(PublicKey key) throws InvalidKeyException, SignatureException {
        if (!(key instanceof ECPublicKey) && !(key instanceof RSAPublicKey)) {
            throw new InvalidKeyException("a CVC is verified with an EC or RSA public key, not " + key.getAlgorithm());
        }
        if (!isSignedBy(key)) {
            throw new SignatureException("the signature of " + this + " was not made with the given key");
        }
    }

    /** The provider's name is not used: the curves of devices are verified with Bouncy Castle's arithmetic. */
    @Override
    public void verify(PublicKey key, String sigProvider) throws InvalidKeyException, SignatureException {
        verify(key);
    }

    /** One line for people: kind, references, dates. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("CVC ");
        text.append(
                switch (parts.kind) {
                    case CERTIFICATE -> "certificate";
                    case REQUEST -> "request";
                    case AUTHENTICATED_REQUEST -> "authenticated request";
                });
        outerCar().or(this::car).ifPresent(authority -> text.append(" CAR=").append(authority));
        text.append(" CHR=").append(parts.chr);
        effectiveDate().ifPresent(day -> text.append(" from ").append(day));
        expirationDate().ifPresent(day -> text.append(" to ").append(day));
        return PrintableText.of(text.toString());
    }

    /** In place of the JDK's form, which only a JVM with a registered CertificateFactory CVC could read. */
    @Override
    protected Object writeReplace() {
        return new EncodedCvc(getEncoded());
    }

    /** Serialized form: the original bytes. */
    private record EncodedCvc(byte[] encoded) implements java.io.Serializable {
        @Serial
        private Object readResolve() throws java.io.ObjectStreamException {
            try {
                return parse(encoded);
            } catch (MalformedDataException malformed) {
                throw new java.io.InvalidObjectException(malformed.getMessage());
            }
        }
    }
}
