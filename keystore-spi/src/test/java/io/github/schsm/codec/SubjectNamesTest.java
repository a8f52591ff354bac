// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.codec;

import static org.assertj.core.api.Assertions.assertThat;

import javax.security.auth.x500.X500Principal;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a CA certificate is called by its subject. */
class SubjectNamesTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "CN=Root, O=Acme                      | Root",
                "CN=\"Acme, Inc. Root\", O=Acme       | Acme, Inc. Root",
                "CN=Acme\\, Inc. Root, O=Acme        | Acme, Inc. Root",
                "CN=a \\+ b\\=c \\\\ d              | a + b=c \\ d",
                "OU=Unit+CN=Inner, O=Acme             | Inner",
                "CN=Inner+OU=Unit, O=Acme             | Inner",
                "O=\"x, CN=wrong\", CN=right          | right",
                "O=\"x, CN=wrong\"                    | O=x\\, CN\\=wrong",
                "CN=leaf, CN=root                     | leaf",
                "O=Acme, C=DE                         | O=Acme,C=DE",
                "CN=Größe                             | Größe",
            })
    void labelIsTheCommonName(String subject, String label) {
        assertThat(SubjectNames.label(new X500Principal(subject))).isEqualTo(label);
    }
}
