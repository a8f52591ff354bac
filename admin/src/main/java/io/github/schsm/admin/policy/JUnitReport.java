// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.admin.policy;

import io.github.schsm.codec.PrintableText;
import java.io.StringWriter;
import java.util.List;
import java.util.function.Predicate;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;
import org.jspecify.annotations.Nullable;

/**
 * A report as the XML of JUnit's and Surefire's reports, which build servers show: a test case for each rule that holds, and
 * one for each finding. What does not hold is a failure, what could not be checked an error, an exception is skipped.
 */
public final class JUnitReport {
    private static final String PACKAGE = "schsm.check.";

    private JUnitReport() {}

    /** The document. */
    public static String of(PolicyReport report) {
        StringWriter text = new StringWriter();
        try {
            XMLStreamWriter xml = XMLOutputFactory.newFactory().createXMLStreamWriter(text);
            xml.writeStartDocument("UTF-8", "1.0");
            line(xml);
            write(xml, report);
            xml.writeEndDocument();
            line(xml);
            xml.close();
        } catch (XMLStreamException inMemory) {
            throw new IllegalStateException(inMemory);
        }
        return text.toString();
    }

    private static void line(XMLStreamWriter xml) throws XMLStreamException {
        xml.writeCharacters("\n");
    }

    private static void write(XMLStreamWriter xml, PolicyReport report) throws XMLStreamException {
        long cases = report.rules().stream()
                .mapToLong(rule -> Math.max(1, rule.findings().size()))
                .sum();
        xml.writeStartElement("testsuite");
        attribute(xml, "name", "schsm check: " + report.policy());
        attribute(xml, "time", "0");
        attribute(xml, "tests", String.valueOf(cases));
        attribute(xml, "errors", count(report, verdict -> verdict == Verdict.NOT_CHECKED));
        attribute(xml, "skipped", count(report, verdict -> verdict == Verdict.EXCEPTED));
        attribute(xml, "failures", count(report, verdict -> verdict == Verdict.VIOLATED));
        line(xml);
        for (RuleResult rule : report.rules()) {
            if (rule.findings().isEmpty()) {
                write(xml, rule, rule.title(), null);
            }
            for (Finding finding : rule.findings()) {
                write(xml, rule, finding.place().isEmpty() ? finding.message() : finding.place(), finding);
            }
        }
        xml.writeEndElement();
    }

    private static String count(PolicyReport report, Predicate<Verdict> wanted) {
        return String.valueOf(List.of(Verdict.values()).stream()
                .filter(wanted)
                .mapToLong(report::count)
                .sum());
    }

    private static void write(XMLStreamWriter xml, RuleResult rule, String name, @Nullable Finding finding)
            throws XMLStreamException {
        if (finding == null) {
            xml.writeEmptyElement("testcase");
            testCase(xml, rule, name);
            line(xml);
            return;
        }
        xml.writeStartElement("testcase");
        testCase(xml, rule, name);
        String exception = finding.exception();
        String text = finding.message() + (exception == null ? "" : " (" + exception + ")");
        switch (finding.verdict()) {
            case VIOLATED -> outcome(xml, "failure", text, rule);
            case NOT_CHECKED -> outcome(xml, "error", text, rule);
            case EXCEPTED -> {
                xml.writeEmptyElement("skipped");
                attribute(xml, "message", text);
            }
            case HELD -> throw new IllegalStateException("a rule that holds finds nothing");
        }
        xml.writeEndElement();
        line(xml);
    }

    private static void testCase(XMLStreamWriter xml, RuleResult rule, String name) throws XMLStreamException {
        attribute(xml, "name", name);
        attribute(xml, "classname", PACKAGE + rule.rule());
        attribute(xml, "time", "0");
    }

    private static void outcome(XMLStreamWriter xml, String element, String text, RuleResult rule)
            throws XMLStreamException {
        xml.writeStartElement(element);
        attribute(xml, "message", text);
        attribute(xml, "type", rule.rule());
        xml.writeCharacters(printable(rule.title() + ": " + text));
        xml.writeEndElement();
    }

    private static void attribute(XMLStreamWriter xml, String name, String value) throws XMLStreamException {
        xml.writeAttribute(name, printable(value));
    }

    /** XML has no way to write some characters, which labels can have. */
    private static String printable(String text) {
        return PrintableText.of(text).replace("\uFFFE", "\\uFFFE").replace("\uFFFF", "\\uFFFF");
    }
}
