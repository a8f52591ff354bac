package io.github.schsm.mechanism;

import io.github.schsm.codec.HashAlgorithm;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.schsm.KeyAlgorithm;
import io.github.schsm.KeyType;
import java.security.MessageDigest;
import java.util.List;
import java.util.Locale;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.operator.DefaultSignatureAlgorithmIdentifierFinder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Hash functions are those of the standards, and no row of the mechanism table has another one. */
class HashAlgorithmTest {
    @ParameterizedTest
    @EnumSource(HashAlgorithm.class)
    void lengthAndObjectIdentifierAreTheStandards(HashAlgorithm hash) throws Exception {
        assertThat(MessageDigest.getInstance(hash.jca()).getDigestLength()).isEqualTo(hash.length());
        byte[] content = hash.oid();
        byte[] der = new byte[content.length + 2];
        der[0] = 6;
        der[1] = (byte) content.length;
        System.arraycopy(content, 0, der, 2, content.length);
        // The JDK knows its functions by their object identifiers, too.
        String dotted = ASN1ObjectIdentifier.getInstance(der).getId();
        assertThat(MessageDigest.getInstance(dotted).digest(content))
                .isEqualTo(MessageDigest.getInstance(hash.jca()).digest(content));
        assertThat(HashAlgorithm.named(hash.jca().toLowerCase(Locale.ROOT))).contains(hash);
    }

    @ParameterizedTest
    @ValueSource(strings = {"SHA3-257", "SHA-3-256", "sha256", "SHA256", "MD5", "", "SHA3256"})
    void rowWithAHashThatIsNotKnownCannotBeMade(String digest) {
        assertThatThrownBy(() -> new Mechanism(
                        "Signature",
                        "XwithRSA",
                        List.of(),
                        List.of(),
                        digest,
                        Mechanism.Encoding.RAW,
                        KeyType.RSA,
                        KeyAlgorithm.RSA_PKCS1,
                        "CKM_RSA_PKCS",
                        "1.0"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("XwithRSA", "\"" + digest + "\"", "SHA3-256");
    }

    @Test
    void objectIdentifiersOfSignaturesAreTheStandards() {
        DefaultSignatureAlgorithmIdentifierFinder standard = new DefaultSignatureAlgorithmIdentifierFinder();
        List<Mechanism> rows = MechanismTable.all().stream()
                .filter(row -> row.type().equals("Signature")
                        && row.digest() != null
                        && !row.oids().isEmpty())
                .toList();
        assertThat(rows).hasSize(18);
        for (Mechanism row : rows) {
            assertThat(standard.find(row.name()).getAlgorithm().getId())
                    .isEqualTo(row.oids().get(0));
        }
    }
}
