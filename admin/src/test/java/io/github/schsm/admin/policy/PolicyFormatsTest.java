// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.admin.policy;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.TokenAdministration.PinStatus.State;
import io.github.schsm.admin.inventory.Inventory;
import io.github.schsm.admin.inventory.Inventory.Certificate;
import io.github.schsm.admin.inventory.Inventory.CertificateKind;
import io.github.schsm.admin.inventory.Inventory.Device;
import io.github.schsm.admin.inventory.Inventory.Pin;
import io.github.schsm.admin.inventory.Inventory.Trust;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.xml.XMLConstants;
import javax.xml.transform.stream.StreamSource;
import javax.xml.validation.Schema;
import javax.xml.validation.SchemaFactory;
import org.junit.jupiter.api.Test;

/** What build servers and monitoring read is what they take, whatever labels have in them. */
class PolicyFormatsTest {
    private static final String HOSTILE = "\uFFFE\uFFFFa\"b<c>&\\\n\u001B[31m\u202E\uD83D\uDD11 ]]>";

    /** What Surefire's reports have, and Jenkins takes, as far as it is used here. */
    private static final String REPORT = """
            <xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">
              <xs:complexType name="outcome"><xs:simpleContent><xs:extension base="xs:string">
                <xs:attribute name="message" type="xs:string"/><xs:attribute name="type" type="xs:string" use="required"/>
              </xs:extension></xs:simpleContent></xs:complexType>
              <xs:element name="testsuite"><xs:complexType>
                <xs:sequence>
                  <xs:element name="testcase" minOccurs="0" maxOccurs="unbounded"><xs:complexType>
                    <xs:sequence>
                      <xs:element name="failure" type="outcome" minOccurs="0"/>
                      <xs:element name="skipped" minOccurs="0"><xs:complexType><xs:simpleContent>
                        <xs:extension base="xs:string"><xs:attribute name="message" type="xs:string"/></xs:extension>
                      </xs:simpleContent></xs:complexType></xs:element>
                      <xs:element name="error" type="outcome" minOccurs="0"/>
                    </xs:sequence>
                    <xs:attribute name="name" type="xs:string" use="required"/>
                    <xs:attribute name="classname" type="xs:string"/>
                    <xs:attribute name="time" type="xs:decimal" use="required"/>
                  </xs:complexType></xs:element>
                </xs:sequence>
                <xs:attribute name="name" type="xs:string" use="required"/>
                <xs:attribute name="time" type="xs:decimal"/>
                <xs:attribute name="tests" type="xs:nonNegativeInteger" use="required"/>
                <xs:attribute name="errors" type="xs:nonNegativeInteger" use="required"/>
                <xs:attribute name="skipped" type="xs:nonNegativeInteger" use="required"/>
                <xs:attribute name="failures" type="xs:nonNegativeInteger" use="required"/>
              </xs:complexType></xs:element>
            </xs:schema>
            """;

    private static final Pattern COMMENT = Pattern.compile("# (HELP|TYPE) ([a-z_]+) (.+)");
    private static final Pattern LABEL = Pattern.compile("([a-z_]+)=\"((?:[^\"\\\\\n]|\\\\[\\\\\"n])*)\"");
    private static final Pattern SAMPLE =
            Pattern.compile("([a-z_]+)(?:\\{(" + LABEL + "(?:," + LABEL + ")*)\\})? (-?[0-9]+)");

    private static Inventory hostile() {
        Certificate certificate =
                new Certificate(CertificateKind.X509, "CN=a", "CN=ca", "01", PolicyTest.NOW, PolicyTest.NOW, 0L, "00");
        Device device = new Device(
                PolicyTest.A,
                PolicyTest.A,
                null,
                HOSTILE,
                HOSTILE,
                "3.5",
                "",
                new Trust(false, HOSTILE, List.of()),
                new Pin(State.NOT_VERIFIED, 3),
                null,
                1L,
                4,
                List.of(),
                List.of(PolicyTest.key(HOSTILE, "EC", null, null, true, certificate)),
                List.of(),
                List.of(),
                true,
                null,
                List.of(),
                List.of(HOSTILE));
        return PolicyTest.inventory(null, device);
    }

    private static void requireValid(String xml) throws Exception {
        Schema schema = SchemaFactory.newInstance(XMLConstants.W3C_XML_SCHEMA_NS_URI)
                .newSchema(new StreamSource(new StringReader(REPORT)));
        schema.newValidator().validate(new StreamSource(new StringReader(xml)));
    }

    @Test
    void reportOfJUnitIsOne() throws Exception {
        PolicyReport report = Policy.standard().check(hostile());

        String xml = JUnitReport.of(report);

        requireValid(xml);
        assertThat(report.count(Verdict.VIOLATED)).isPositive();
        assertThat(report.count(Verdict.NOT_CHECKED)).isPositive();
        assertThat(xml)
                .contains("failures=\"" + report.count(Verdict.VIOLATED) + "\"")
                .contains("errors=\"" + report.count(Verdict.NOT_CHECKED) + "\"")
                .doesNotContain("\u001B")
                .doesNotContain("\u202E");
        assertThat(xml.split("<failure ", -1)).hasSize((int) report.count(Verdict.VIOLATED) + 1);
    }

    @Test
    void everyLineForPrometheusIsOne() {
        Inventory inventory = hostile();

        String text = PrometheusText.of(Policy.standard().check(inventory), inventory);

        assertThat(text).endsWith("\n");
        Set<String> typed = new HashSet<>();
        Set<String> samples = new HashSet<>();
        List<String> order = new ArrayList<>();
        for (String line : text.lines().toList()) {
            Matcher comment = COMMENT.matcher(line);
            if (comment.matches()) {
                if (comment.group(1).equals("TYPE")) {
                    assertThat(typed.add(comment.group(2))).as(line).isTrue();
                    assertThat(comment.group(3)).isEqualTo("gauge");
                }
                continue;
            }
            Matcher sample = SAMPLE.matcher(line);
            assertThat(sample.matches()).as(line).isTrue();
            String metric = sample.group(1);
            assertThat(typed).as(line).contains(metric);
            assertThat(samples.add(line.substring(0, line.lastIndexOf(' '))))
                    .as("twice: %s", line)
                    .isTrue();
            if (order.isEmpty() || !order.get(order.size() - 1).equals(metric)) {
                assertThat(order).as("all of a metric stand together").doesNotContain(metric);
                order.add(metric);
            }
        }
        assertThat(order)
                .contains(
                        "schsm_check_held",
                        "schsm_device_pin_tries_left",
                        "schsm_key_copies",
                        "schsm_certificate_not_after_seconds");
    }
}
