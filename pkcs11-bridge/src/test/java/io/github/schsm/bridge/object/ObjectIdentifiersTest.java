// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.bridge.object;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.junit.jupiter.api.Test;

/** Compared with Bouncy Castle's encoding. */
class ObjectIdentifiersTest {
    @Test
    void everyIdentifierIsEncodedAsOthersDoAndReadBack() throws Exception {
        for (String dotted : List.of(
                "0.0",
                "0.39",
                "1.2.840.10045.3.1.7",
                "1.3.36.3.3.2.8.1.1.13",
                "2.5.4.3",
                "2.100.3",
                "2.999.128.127.16384",
                "1.2.340282366920938463463374607431768211455")) {
            byte[] encoded = ObjectIdentifiers.encode(dotted);
            assertThat(encoded).isEqualTo(new ASN1ObjectIdentifier(dotted).getEncoded());
            assertThat(ObjectIdentifiers.decode(encoded)).contains(dotted);
        }
    }

    @Test
    void whatIsNoIdentifierIsNone() {
        for (byte[] bytes : List.of(
                new byte[0], new byte[] {6, 0}, new byte[] {6, 1, (byte) 0x80}, new byte[] {6, 2, 1}, new byte[] {
                    4, 1, 1
                })) {
            assertThat(ObjectIdentifiers.decode(bytes)).isEmpty();
        }
    }
}
