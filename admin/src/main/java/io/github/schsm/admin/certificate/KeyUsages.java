// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.admin.certificate;

import io.github.schsm.InvalidRequestException;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;

/** What a certificate's key may be used for, by the names of RFC 5280. */
final class KeyUsages {
    private static final Pattern OID = Pattern.compile("[0-2](\\.(0|[1-9][0-9]*))+");

    /** Bits of the extension key usage, in the order of RFC 5280. */
    enum Bit {
        DIGITAL_SIGNATURE("digitalSignature", KeyUsage.digitalSignature),
        NON_REPUDIATION("nonRepudiation", KeyUsage.nonRepudiation),
        KEY_ENCIPHERMENT("keyEncipherment", KeyUsage.keyEncipherment),
        DATA_ENCIPHERMENT("dataEncipherment", KeyUsage.dataEncipherment),
        KEY_AGREEMENT("keyAgreement", KeyUsage.keyAgreement),
        KEY_CERT_SIGN("keyCertSign", KeyUsage.keyCertSign),
        CRL_SIGN("cRLSign", KeyUsage.cRLSign),
        ENCIPHER_ONLY("encipherOnly", KeyUsage.encipherOnly),
        DECIPHER_ONLY("decipherOnly", KeyUsage.decipherOnly);

        private final String text;
        private final int value;

        Bit(String text, int value) {
            this.text = text;
            this.value = value;
        }

        String text() {
            return text;
        }

        int value() {
            return value;
        }

        static Bit named(String name) throws InvalidRequestException {
            return Arrays.stream(values())
                    .filter(bit -> bit.text.equalsIgnoreCase(name)
                            || (bit == NON_REPUDIATION && name.equalsIgnoreCase("contentCommitment")))
                    .findFirst()
                    .orElseThrow(() -> new InvalidRequestException("the key usage \"" + name + "\" is unknown: use "
                            + String.join(
                                    ", ", Arrays.stream(values()).map(Bit::text).toList())));
        }
    }

    private static final Map<String, KeyPurposeId> PURPOSES = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);

    static {
        PURPOSES.put("anyExtendedKeyUsage", KeyPurposeId.anyExtendedKeyUsage);
        PURPOSES.put("serverAuth", KeyPurposeId.id_kp_serverAuth);
        PURPOSES.put("clientAuth", KeyPurposeId.id_kp_clientAuth);
        PURPOSES.put("codeSigning", KeyPurposeId.id_kp_codeSigning);
        PURPOSES.put("emailProtection", KeyPurposeId.id_kp_emailProtection);
        PURPOSES.put("timeStamping", KeyPurposeId.id_kp_timeStamping);
        PURPOSES.put("OCSPSigning", KeyPurposeId.id_kp_OCSPSigning);
    }

    private KeyUsages() {}

    /** The purpose of that name or dotted object identifier. */
    static KeyPurposeId purpose(String name) throws InvalidRequestException {
        KeyPurposeId known = PURPOSES.get(name);
        if (known != null) {
            return known;
        }
        if (OID.matcher(name).matches()) {
            return KeyPurposeId.getInstance(new ASN1ObjectIdentifier(name));
        }
        throw new InvalidRequestException("the extended key usage \"" + name + "\" is unknown: use "
                + String.join(", ", PURPOSES.keySet()) + ", or an object identifier with dots");
    }

    /** The purpose's name, or its object identifier with dots. */
    static String text(KeyPurposeId purpose) {
        Optional<String> name = PURPOSES.entrySet().stream()
                .filter(entry -> entry.getValue().equals(purpose))
                .map(Map.Entry::getKey)
                .findFirst();
        return name.orElse(purpose.getId());
    }
}
