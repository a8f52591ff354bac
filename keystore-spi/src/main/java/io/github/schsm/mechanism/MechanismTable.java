package io.github.schsm.mechanism;

import io.github.schsm.codec.HashAlgorithm;
import io.github.schsm.KeyAlgorithm;
import io.github.schsm.KeyType;
import io.github.schsm.mechanism.Mechanism.Encoding;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The one table of algorithms. The provider registers from it, engines and tokens look things up in it,
 * {@code CAPABILITIES.md} and the conformance tests are checked against it: adding an algorithm starts here.
 */
public final class MechanismTable {
    private static final String ANY = "1.0";
    private static final String AES_FIRMWARE = Feature.AES.minFirmware();
    private static final String XKEK_FIRMWARE = Feature.XKEK.minFirmware();

    private static final List<Mechanism> ALL = build();

    private MechanismTable() {}

    /** All rows, in the order in which they are documented. */
    public static List<Mechanism> all() {
        return ALL;
    }

    /** The row of a JCA type and algorithm name, in upper or lower case; aliases are not looked at. */
    public static Optional<Mechanism> find(String type, String name) {
        return ALL.stream()
                .filter(row -> row.type().equals(type) && row.name().equalsIgnoreCase(name))
                .findFirst();
    }

    private static List<Mechanism> build() {
        List<Mechanism> rows = new ArrayList<>();
        rows.add(plain("KeyStore", "SCHSM"));
        ecdsa(rows, "NONE", null, null);
        ecdsa(rows, "SHA1", "SHA-1", "1.2.840.10045.4.1");
        ecdsa(rows, "SHA224", "SHA-224", "1.2.840.10045.4.3.1");
        ecdsa(rows, "SHA256", "SHA-256", "1.2.840.10045.4.3.2");
        ecdsa(rows, "SHA384", "SHA-384", "1.2.840.10045.4.3.3");
        ecdsa(rows, "SHA512", "SHA-512", "1.2.840.10045.4.3.4");
        ecdsa(rows, "SHA3-224", "SHA3-224", "2.16.840.1.101.3.4.3.9");
        ecdsa(rows, "SHA3-256", "SHA3-256", "2.16.840.1.101.3.4.3.10");
        ecdsa(rows, "SHA3-384", "SHA3-384", "2.16.840.1.101.3.4.3.11");
        ecdsa(rows, "SHA3-512", "SHA3-512", "2.16.840.1.101.3.4.3.12");
        pkcs1(rows, "NONE", null, null);
        pkcs1(rows, "SHA1", "SHA-1", "1.2.840.113549.1.1.5");
        pkcs1(rows, "SHA224", "SHA-224", "1.2.840.113549.1.1.14");
        pkcs1(rows, "SHA256", "SHA-256", "1.2.840.113549.1.1.11");
        pkcs1(rows, "SHA384", "SHA-384", "1.2.840.113549.1.1.12");
        pkcs1(rows, "SHA512", "SHA-512", "1.2.840.113549.1.1.13");
        pkcs1(rows, "SHA3-224", "SHA3-224", "2.16.840.1.101.3.4.3.13");
        pkcs1(rows, "SHA3-256", "SHA3-256", "2.16.840.1.101.3.4.3.14");
        pkcs1(rows, "SHA3-384", "SHA3-384", "2.16.840.1.101.3.4.3.15");
        pkcs1(rows, "SHA3-512", "SHA3-512", "2.16.840.1.101.3.4.3.16");
        rows.add(rsa(
                "Signature",
                "RSASSA-PSS",
                List.of(),
                List.of("1.2.840.113549.1.1.10"),
                null,
                Encoding.RAW,
                KeyAlgorithm.RSA_PSS,
                "CKM_RSA_PKCS_PSS"));
        for (String digest : List.of(
                "SHA-1", "SHA-224", "SHA-256", "SHA-384", "SHA-512", "SHA3-224", "SHA3-256", "SHA3-384", "SHA3-512")) {
            String hash = digest.replaceFirst("^SHA-", "SHA");
            rows.add(rsa(
                    "Signature",
                    hash + "withRSAandMGF1",
                    List.of(hash + "withRSASSA-PSS", hash + "withRSA/PSS"),
                    List.of(),
                    digest,
                    Encoding.RAW,
                    KeyAlgorithm.RSA_PSS,
                    "CKM_RSA_PKCS_PSS"));
        }
        rows.add(rsa(
                "Cipher",
                "RSA/ECB/PKCS1Padding",
                List.of("RSA"),
                List.of("1.2.840.113549.1.1.1"),
                null,
                Encoding.PKCS1_PADDING,
                KeyAlgorithm.RSA_DECRYPT_RAW,
                "CKM_RSA_PKCS"));
        oaep(rows, "RSA/ECB/OAEPPadding", List.of(), "SHA-1");
        for (HashAlgorithm hash : HashAlgorithm.values()) {
            String name = "RSA/ECB/OAEPWith" + hash.jca() + "AndMGF1Padding";
            String alias = name.replaceFirst("WithSHA-", "WithSHA");
            oaep(rows, name, alias.equals(name) ? List.of() : List.of(alias), hash.jca());
        }
        rows.add(rsa(
                "Cipher",
                "RSA/ECB/NoPadding",
                List.of(),
                List.of(),
                null,
                Encoding.NO_PADDING,
                KeyAlgorithm.RSA_DECRYPT_RAW,
                "CKM_RSA_X_509"));
        rows.add(row(
                "Cipher",
                "AES/CBC/NoPadding",
                Encoding.NO_PADDING,
                KeyType.AES,
                KeyAlgorithm.AES_CBC_ENCRYPT,
                "CKM_AES_CBC",
                AES_FIRMWARE));
        rows.add(new Mechanism(
                "Cipher",
                "AES/CBC/PKCS5Padding",
                List.of("AES/CBC/PKCS7Padding"),
                List.of(),
                null,
                Encoding.PKCS5_PADDING,
                KeyType.AES,
                KeyAlgorithm.AES_CBC_ENCRYPT,
                "CKM_AES_CBC",
                AES_FIRMWARE));
        rows.add(row("Cipher", "XKEK", Encoding.RAW, null, KeyAlgorithm.WRAP, null, XKEK_FIRMWARE));
        rows.add(row("KeyAgreement", "ECDH", Encoding.RAW, KeyType.EC, KeyAlgorithm.ECDH, "CKM_ECDH1_DERIVE", ANY));
        rows.add(row(
                "KeyAgreement", "ECDH_XKEK", Encoding.RAW, KeyType.EC, KeyAlgorithm.ECDH_XKEK, null, XKEK_FIRMWARE));
        rows.add(row("Mac", "AESCMAC", Encoding.RAW, KeyType.AES, KeyAlgorithm.AES_CMAC, "CKM_AES_CMAC", AES_FIRMWARE));
        rows.add(row("KeyPairGenerator", "EC", Encoding.RAW, KeyType.EC, null, "CKM_EC_KEY_PAIR_GEN", ANY));
        rows.add(new Mechanism(
                "KeyPairGenerator",
                "RSA",
                List.of(),
                List.of("1.2.840.113549.1.1.1"),
                null,
                Encoding.RAW,
                KeyType.RSA,
                null,
                "CKM_RSA_PKCS_KEY_PAIR_GEN",
                ANY));
        rows.add(row("KeyGenerator", "AES", Encoding.RAW, KeyType.AES, null, "CKM_AES_KEY_GEN", AES_FIRMWARE));
        rows.add(row("KeyFactory", "EC", Encoding.RAW, KeyType.EC, null, null, ANY));
        rows.add(row("KeyFactory", "RSA", Encoding.RAW, KeyType.RSA, null, null, ANY));
        rows.add(row("SecretKeyFactory", "AES", Encoding.RAW, KeyType.AES, null, null, AES_FIRMWARE));
        rows.add(row(
                "SecretKeyFactory",
                "SP800-56C",
                Encoding.RAW,
                KeyType.AES,
                KeyAlgorithm.DERIVE_SP800_56C,
                "80000013",
                AES_FIRMWARE));
        rows.add(plain("CertificateFactory", "CVC"));
        rows.add(plain("CertPathValidator", "CVC"));
        rows.add(plain("SecureRandom", "SCHSM"));
        return List.copyOf(rows);
    }

    private static void ecdsa(List<Mechanism> rows, String hash, @Nullable String digest, @Nullable String oid) {
        List<String> oids = oid == null ? List.of() : List.of(oid);
        String name = hash + "withECDSA";
        String pkcs11 = "CKM_ECDSA";
        rows.add(new Mechanism(
                "Signature", name, List.of(), oids, digest, Encoding.DER, KeyType.EC, KeyAlgorithm.ECDSA, pkcs11, ANY));
        rows.add(new Mechanism(
                "Signature",
                name + "inP1363Format",
                List.of(),
                List.of(),
                digest,
                Encoding.P1363,
                KeyType.EC,
                KeyAlgorithm.ECDSA,
                pkcs11,
                ANY));
    }

    private static void pkcs1(List<Mechanism> rows, String hash, @Nullable String digest, @Nullable String oid) {
        rows.add(rsa(
                "Signature",
                hash + "withRSA",
                List.of(),
                oid == null ? List.of() : List.of(oid),
                digest,
                Encoding.RAW,
                KeyAlgorithm.RSA_PKCS1,
                "CKM_RSA_PKCS"));
    }

    private static void oaep(List<Mechanism> rows, String name, List<String> aliases, String hash) {
        rows.add(rsa(
                "Cipher",
                name,
                aliases,
                List.of(),
                hash,
                Encoding.OAEP_PADDING,
                KeyAlgorithm.RSA_DECRYPT_RAW,
                "CKM_RSA_PKCS_OAEP"));
    }

    private static Mechanism rsa(
            String type,
            String name,
            List<String> aliases,
            List<String> oids,
            @Nullable String digest,
            Encoding encoding,
            KeyAlgorithm algorithm,
            String pkcs11) {
        return new Mechanism(type, name, aliases, oids, digest, encoding, KeyType.RSA, algorithm, pkcs11, ANY);
    }

    private static Mechanism plain(String type, String name) {
        return row(type, name, Encoding.RAW, null, null, null, ANY);
    }

    private static Mechanism row(
            String type,
            String name,
            Encoding encoding,
            @Nullable KeyType keyType,
            @Nullable KeyAlgorithm algorithm,
            @Nullable String pkcs11,
            String minFirmware) {
        return new Mechanism(type, name, List.of(), List.of(), null, encoding, keyType, algorithm, pkcs11, minFirmware);
    }

    /** The table as Markdown, as it stands in CAPABILITIES.md. */
    public static String toMarkdown() {
        StringBuilder text = new StringBuilder();
        text.append("| type | algorithm | other names | key | on the device | in PKCS#11 | firmware |\n");
        text.append("| --- | --- | --- | --- | --- | --- | --- |\n");
        for (Mechanism row : ALL) {
            List<String> others = new ArrayList<>(row.aliases());
            others.addAll(row.oids());
            KeyAlgorithm algorithm = row.algorithm();
            text.append(String.format(
                    Locale.ROOT,
                    "| %s | `%s` | %s | %s | %s | %s | %s |\n",
                    row.type(),
                    row.name(),
                    others.isEmpty() ? "" : "`" + String.join("`, `", others) + "`",
                    row.keyType() == null ? "" : row.keyType(),
                    algorithm == null ? "" : String.format(Locale.ROOT, "%s (%02X)", algorithm, algorithm.id()),
                    row.pkcs11() == null ? "" : row.pkcs11(),
                    row.minFirmware().equals(ANY) ? "any" : row.minFirmware()));
        }
        return text.toString();
    }
}
