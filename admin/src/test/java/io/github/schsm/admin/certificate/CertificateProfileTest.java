// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.admin.certificate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.schsm.ConfigurationException;
import io.github.schsm.InvalidRequestException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CertificateProfileTest {
    @Test
    void textSaysWhatTheCertificateSays() throws Exception {
        CertificateProfile profile = CertificateProfile.parse("web.profile", """
                # a web server
                subject = CN=www.example.org, O=Example\\, Inc., C=DE

                subjectAltName = DNS:www.example.org, IP:192.0.2.7
                keyUsage = digitalSignature, keyAgreement
                extendedKeyUsage = serverAuth, 1.3.6.1.4.1.311.20.2.2
                basicConstraints = CA:FALSE
                days = 90
                algorithm = SHA384withECDSA
                """);

        assertThat(profile.subject()).contains("CN=www.example.org, O=Example\\, Inc., C=DE");
        assertThat(profile.subjectAltNames())
                .extracting(SubjectAlternativeName::toString)
                .containsExactly("DNS:www.example.org", "IP:192.0.2.7");
        assertThat(profile.keyUsages())
                .containsExactlyInAnyOrder(KeyUsages.Bit.DIGITAL_SIGNATURE, KeyUsages.Bit.KEY_AGREEMENT);
        assertThat(profile.extendedKeyUsages())
                .extracting(KeyUsages::text)
                .containsExactly("serverAuth", "1.3.6.1.4.1.311.20.2.2");
        assertThat(profile.days()).hasValue(90);
        assertThat(profile.algorithm()).contains("SHA384withECDSA");
    }

    @Test
    void laterEntryReplacesTheFileAndNothingElse() throws Exception {
        CertificateProfile file = CertificateProfile.parse("f", "subject = CN=a\ndays = 10\ncopy = subject");

        CertificateProfile changed = file.toBuilder().set("days", "20").build();

        assertThat(changed.days()).hasValue(20);
        assertThat(changed.subject()).contains("CN=a");
        assertThat(changed.copied()).containsExactly(CertificateProfile.Copied.SUBJECT);
        assertThat(file.days()).hasValue(10);
    }

    /** Line, value, and the way out. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "keyUsage = digitalSignatur       | digitalSignatur | nonRepudiation",
                "extendedKeyUsage = web           | web             | serverAuth",
                "subject = www.example.org        | www.example.org | CN=",
                "subject = C=Germany              | Germany         | two letters",
                "subject =                        | subject         | CN=",
                "subjectAltName = www.example.org | www.example.org | DNS:",
                "subjectAltName = DNS:a.org,DNS:A.org | DNS:A.org   | twice",
                "basicConstraints = yes           | yes             | CA:TRUE, pathlen:0",
                "basicConstraints = CA:TRUE, pathlen:-1 | -1        | from 0 to 255",
                "days = 0                         | days = 0        | from 1 to 36500",
                "days = ten                       | ten             | from 1 to 36500",
                "algorithm =                      | algorithm       | SHA384withECDSA",
                "crlDistributionPoint = a/b       | a/b             | absolute",
                "copy = everything                | everything      | extendedKeyUsage",
                "subject.allow = NAMES            | NAMES           | CN, O",
                "subjectAltName.allow = *.a.org   | *.a.org         | DNS:*.example.org",
                "subjectAltName.allow = IP:10/8   | IP:10/8         | 192.0.2.0/24",
                "keyUsage = a,,b                  | a,,b            | between two commas",
                "keyusage = digitalSignature      | keyusage        | keyUsage",
                "digitalSignature                 | digitalSignature | key = value"
            })
    void wrongLineIsNamedWithItsValueAndTheWayOut(String line, String value, String wayOut) {
        assertThatThrownBy(() -> CertificateProfile.parse("my.profile", "# first\n" + line))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("profile my.profile, line 2")
                .hasMessageContaining(value)
                .hasMessageContaining(wayOut);
    }

    @Test
    void secondEntryOfAKeyIsRefused() {
        assertThatThrownBy(() -> CertificateProfile.parse("p", "days = 1\n\ndays = 2"))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("line 3: days is there a second time");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "DNS:-a.org",
                "DNS:a..org",
                "DNS:a b.org",
                "DNS:192.0.2.7",
                "DNS:*.*.org",
                "IP:192.0.2",
                "IP:192.0.2.0/24",
                "IP:a.org",
                "email:info",
                "email:info@exa mple.org",
                "URI:/path",
                "URI:http://[",
                "RID:1.2.3",
                "DNS:"
            })
    void nameThatCannotBeOneIsRefusedWithExamples(String name) {
        assertThatThrownBy(() -> SubjectAlternativeName.parse(name))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining(name)
                .hasMessageContaining("DNS:www.example.org");
    }

    @ParameterizedTest
    @CsvSource({
        "dns:WWW.Example.org,DNS:www.example.org",
        "DNS:*.example.org,DNS:*.example.org",
        "DNS:bücher.example,DNS:xn--bcher-kva.example",
        "IP:2001:db8::7,IP:2001:db8:0:0:0:0:0:7",
        "EMAIL:a.b+c@example.org,email:a.b+c@example.org",
        "URI:https://example.org/a?b=c,URI:https://example.org/a?b=c"
    })
    void nameIsReadAsPeopleWriteItAndComesBackFromItsEncoding(String written, String read) throws Exception {
        SubjectAlternativeName name = SubjectAlternativeName.parse(written);

        assertThat(name).hasToString(read);
        assertThat(SubjectAlternativeName.of(name.encoded())).contains(name);
    }

    @ParameterizedTest
    @CsvSource({
        "DNS:*.example.org,DNS:www.example.org,true",
        "DNS:*.example.org,DNS:a.b.example.org,false",
        "DNS:*.example.org,DNS:example.org,false",
        "DNS:*.example.org,DNS:wwwxexample.org,false",
        "DNS:*.example.org,DNS:*.example.org,false",
        "DNS:*.example.org,DNS:*.www.example.org,false",
        "DNS:www-*.example.org,DNS:www-1.example.org,true",
        "DNS:*,IP:192.0.2.7,false",
        "IP:192.0.2.0/24,IP:192.0.2.255,true",
        "IP:192.0.2.0/24,IP:192.0.3.0,false",
        "IP:192.0.2.7,IP:192.0.2.7,true",
        "IP:2001:db8::/32,IP:2001:db8:1::1,true",
        "IP:2001:db8::/32,IP:2001:db9::1,false",
        "IP:0.0.0.0/0,IP:2001:db9::1,false",
        "email:*@example.org,email:info@example.org,true",
        "email:*@example.org,email:info@evil.org,false",
        "URI:https://example.org/*,URI:https://example.org/a/b,true",
        "URI:https://example.org/*,URI:http://example.org/a,false",
        "URI:https://*.example.org/*,URI:https://www.example.org/a/b,true",
        "URI:https://*.example.org/*,URI:https://evil.org/.example.org/,false",
        "URI:https://*.example.org/*,URI:https://evil.org?.example.org/,false",
        "URI:https://*.example.org,URI:https://user@www.example.org,false",
        "URI:urn:example:*,URI:urn:example:a:b,true"
    })
    void patternAllowsWhatItSays(String pattern, String name, boolean allowed) throws Exception {
        assertThat(NamePattern.parse(pattern).allows(SubjectAlternativeName.parse(name)))
                .isEqualTo(allowed);
    }
}
