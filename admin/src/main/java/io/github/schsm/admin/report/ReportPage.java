// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.admin.report;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.schsm.MalformedDataException;
import io.github.schsm.admin.console.ConsolePage;
import io.github.schsm.admin.inventory.Inventory;
import io.github.schsm.admin.inventory.Inventory.Cell;
import io.github.schsm.admin.inventory.Inventory.Certificate;
import io.github.schsm.admin.inventory.Inventory.ChainLink;
import io.github.schsm.admin.inventory.Inventory.Device;
import io.github.schsm.admin.inventory.Inventory.Domain;
import io.github.schsm.admin.inventory.Inventory.DomainKind;
import io.github.schsm.admin.inventory.Inventory.Pin;
import io.github.schsm.admin.inventory.Inventory.Reader;
import io.github.schsm.admin.inventory.Inventory.Row;
import io.github.schsm.admin.inventory.Inventory.SingleCopy;
import io.github.schsm.admin.inventory.KeySummary;
import io.github.schsm.codec.HashAlgorithm;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The page that shows a report: the same bytes for the same report. It has no script and fetches nothing, and what comes
 * from devices and files is escaped.
 */
final class ReportPage {
    /** Where the report and its signature are put; no text can look like it. */
    static final String SLOTS = "<schsm-report-and-signature>";

    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss 'UTC'", Locale.ROOT)
            .withZone(ZoneOffset.UTC);

    private final Report report;
    private final Inventory inventory;
    private final Markup page = new Markup();

    private ReportPage(Report report) {
        this.report = report;
        this.inventory = report.inventory();
    }

    /** The page, with {@link #SLOTS} in it. */
    static String of(Report report) {
        return new ReportPage(report).written();
    }

    private String written() {
        page.raw("<!DOCTYPE html>").raw("<html lang=\"en\">").raw("<head>").raw("<meta charset=\"utf-8\">");
        String style = inAscii(ConsolePage.style() + style());
        page.raw("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'sha256-"
                + Base64.getEncoder()
                        .encodeToString(HashAlgorithm.SHA256.digest(style.getBytes(StandardCharsets.UTF_8)))
                + "'\">");
        page.raw("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">");
        page.raw("<meta name=\"color-scheme\" content=\"light dark\">");
        page.element("title", report.title() + ", " + time(report.created()));
        page.raw("<style>" + style + "</style>").raw("</head>").raw("<body class=\"sheet\">");
        heading();
        page.raw("<main>").raw("<div class=\"report\">");
        summary();
        policy();
        page.raw("</div>");
        picture();
        page.raw("<div class=\"report\">");
        reasons();
        devices();
        keys();
        singleCopies();
        looseCertificates();
        custodians();
        audit();
        evidence();
        verification();
        page.raw("</div>").raw("</main>").raw(SLOTS).raw("</body>").raw("</html>");
        return page.toString();
    }

    /** CSS has escapes of its own. */
    private static String inAscii(String style) {
        StringBuilder ascii = new StringBuilder();
        style.codePoints().forEach(point -> {
            if (point < Markup.FIRST_NOT_ASCII) {
                ascii.appendCodePoint(point);
            } else {
                ascii.append(String.format(Locale.ROOT, "\\%X ", point));
            }
        });
        return ascii.toString();
    }

    private static String style() {
        try (InputStream in = ReportPage.class.getResourceAsStream("report.css")) {
            if (in == null) {
                throw new IllegalStateException("the style sheet is missing from this build");
            }
            return new String(in.readAllBytes(), StandardCharsets.US_ASCII).strip();
        } catch (IOException partOfThisBuild) {
            throw new UncheckedIOException(partOfThisBuild);
        }
    }

    private static String time(Instant time) {
        return TIME.format(time);
    }

    private void heading() {
        page.raw("<header class=\"report\">").element("h1", report.title());
        page.element(
                "p",
                "Made on " + time(report.created()) + " by " + report.program() + ", from devices read on "
                        + time(inventory.taken()) + ".");
        Report.Signer signer = report.signer();
        if (signer == null) {
            page.element(
                    "p",
                    " class=\"bad\"",
                    "This report is not signed: nothing proves who made it, or that it is" + " unchanged.");
        } else {
            page.element(
                    "p",
                    "Signed with the key \"" + signer.label() + "\" of device " + signer.device()
                            + (signer.subject() == null
                                    ? ", which the device attests"
                                    : ", certified for " + signer.subject())
                            + ". SHA-256 of its public key: " + signer.publicKey());
        }
        page.raw("</header>");
    }

    // Summary and policy

    private void summary() {
        long keys = inventory.domains().stream()
                .mapToLong(domain -> domain.keys().size())
                .sum();
        long domains = inventory.domains().stream()
                .filter(domain -> domain.kind() != DomainKind.NONE)
                .count();
        List<String> untrusted = inventory.devices().stream()
                .filter(device -> Boolean.FALSE.equals(device.trust().genuine()))
                .map(Device::name)
                .toList();
        page.raw("<section>").element("h2", "Summary").raw("<dl>");
        pair("Devices", inventory.devices().size());
        pair("Devices that are not genuine", untrusted.isEmpty() ? "none" : String.join(", ", untrusted));
        pair("Key domains", domains);
        pair("Keys", keys);
        pair("Keys without a second copy", inventory.withoutSecondCopy().size());
        JsonNode policy = report.policy();
        pair(
                "Policy",
                policy == null ? "none was asked" : text(policy, "policy") + ": " + words(text(policy, "verdict")));
        page.raw("</dl>");
        page.list(inventory.readers().stream()
                .filter(Reader::failed)
                .map(reader -> "Not read: " + reader.name() + ": " + reader.problem())
                .toList());
        page.raw("</section>");
    }

    private void pair(String term, @Nullable Object value) {
        page.raw("<div>").element("dt", term).element("dd", value).raw("</div>");
    }

    private static String text(JsonNode node, String member) {
        return node.path(member).asText("");
    }

    private static String words(String constant) {
        return constant.toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    private void policy() {
        JsonNode policy = report.policy();
        if (policy == null) {
            return;
        }
        page.raw("<section>").element("h2", "Policy " + text(policy, "policy"));
        page.table("Rules of the policy, and what they found", "Rule", "Checked", "Result", "Findings");
        for (JsonNode rule : policy.path("rules")) {
            page.raw("<tr>").element("th", " scope=\"row\"", text(rule, "title"));
            page.element("td", text(rule, "checked"));
            String verdict = text(rule, "verdict");
            page.element("td", verdict.equals("VIOLATED") ? " class=\"bad\"" : "", words(verdict));
            page.raw("<td>");
            List<String> findings = new ArrayList<>();
            for (JsonNode finding : rule.path("findings")) {
                findings.add(finding(finding));
            }
            page.list(findings).raw("</td>").raw("</tr>");
        }
        page.endTable();
        List<String> unused = new ArrayList<>();
        policy.path("unusedExceptions").forEach(one -> unused.add(one.asText()));
        page.list(unused).raw("</section>");
    }

    private static String finding(JsonNode finding) {
        String key = finding.path("key").asText("");
        String device = finding.path("device").asText("");
        String place = (key.isEmpty() ? "" : "key \"" + key + "\" ") + (device.isEmpty() ? "" : "on " + device);
        String exception = finding.path("exception").asText("");
        return (place.isBlank() ? "" : place.strip() + ": ")
                + text(finding, "message")
                + (exception.isEmpty() ? "" : " (exception: " + exception + ")");
    }

    // The picture

    /** The same devices and matrices as the console shows, one element a line and in ASCII. */
    private void picture() {
        StringBuilder lines = new StringBuilder();
        ConsolePage.body(inventory)
                .replace("</td>", "</td>\n")
                .replace("</th>", "</th>\n")
                .replace("</tr>", "</tr>\n")
                .replace("</dd>", "</dd>\n")
                .replace("</section>", "</section>\n")
                .codePoints()
                .forEach(point -> Markup.append(lines, point));
        page.raw(lines.toString());
    }

    private void reasons() {
        page.raw("<section>").element("h2", "Key domains");
        for (Domain domain : inventory.domains()) {
            domain(domain);
        }
        page.raw("</section>");
    }

    private void domain(Domain domain) {
        page.element("h3", domain.kind() == DomainKind.NONE ? "Keys in no key domain" : "Key domain " + domain.name());
        page.raw("<dl>");
        if (domain.uid() != null) {
            pair("UID", domain.uid());
            pair(
                    "Group signer",
                    domain.groupSigner() == null
                            ? "on none of these devices"
                            : "\"" + domain.groupSigner().label() + "\" on "
                                    + domain.groupSigner().device());
        }
        if (domain.kcv() != null) {
            pair("Key check value", domain.kcv());
        }
        if (domain.kind() != DomainKind.NONE) {
            pair(
                    "Members",
                    domain.members().stream()
                            .map(member -> member.device() + " (slot " + member.slot() + ")")
                            .collect(Collectors.joining(", ")));
        }
        page.raw("</dl>");
        Map<String, Set<String>> reasons = new LinkedHashMap<>();
        for (Row row : domain.keys()) {
            for (Cell cell : row.cells()) {
                if (cell.reason() != null) {
                    reasons.computeIfAbsent(cell.reason(), reason -> new LinkedHashSet<>())
                            .add(row.label());
                }
            }
        }
        page.list(reasons.entrySet().stream()
                .map(reason -> String.join(", ", reason.getValue()) + ": " + reason.getKey() + ".")
                .toList());
    }

    // Devices

    private void devices() {
        page.raw("<section>").element("h2", "Devices in detail");
        for (Device device : inventory.devices()) {
            device(device);
        }
        if (inventory.devices().isEmpty()) {
            page.element("p", "There was no device.");
        }
        page.raw("</section>");
    }

    private void device(Device device) {
        Boolean genuine = device.trust().genuine();
        page.raw("<article>").element("h3", device.name()).raw("<dl>");
        pair("Label", device.label());
        pair("Reader", device.reader());
        pair("SHA-256 of the device key", device.fingerprint());
        pair("Firmware, platform", device.firmware() + ", " + device.platform());
        pair(
                "Genuine",
                genuine == null
                        ? "no SmartCard-HSM"
                        : genuine
                                ? "yes, it traces to a trusted root"
                                : "no: " + device.trust().reason());
        pair("User PIN", pin(device.userPin()));
        pair("SO-PIN", pin(device.soPin()));
        pair("Free memory", device.freeMemory() == null ? null : device.freeMemory() + " bytes");
        pair(
                "Key domain slots",
                device.slots() == null ? "none" : device.keyDomains().size() + " of " + device.slots() + " in use");
        pair("Keys", device.keys().size());
        pair("Data objects", device.dataObjects().size());
        page.raw("</dl>");
        if (!device.trust().chain().isEmpty()) {
            page.table("Certificates of device " + device.name(), "Holder", "Issued by", "From", "Until", "SHA-256");
            for (ChainLink link : device.trust().chain()) {
                page.row(link.holder(), link.authority(), link.effective(), link.expires(), link.certificate());
            }
            page.endTable();
        }
        List<String> notes = new ArrayList<>(device.problems());
        if (device.defect() != null) {
            notes.add(device.defect());
        }
        device.notSeen().forEach(what -> notes.add("not seen without the PIN: " + what));
        page.list(notes).raw("</article>");
    }

    private static @Nullable String pin(@Nullable Pin pin) {
        if (pin == null) {
            return null;
        }
        return words(pin.state().name()) + (pin.triesLeft() == null ? "" : ", " + pin.triesLeft() + " tries left");
    }

    // Keys

    private void keys() {
        page.raw("<section>").element("h2", "Keys in detail");
        for (Domain domain : inventory.domains()) {
            if (domain.keys().isEmpty()) {
                continue;
            }
            page.table(
                    "Keys in " + domain.name(),
                    "Key",
                    "Type",
                    "Limits",
                    "On",
                    "Uses left",
                    "Attestation",
                    "Certificate",
                    "SHA-256 of the public key");
            for (Row row : domain.keys()) {
                KeySummary key = KeySummary.of(inventory, domain, row);
                page.row(
                        key.label(),
                        key.type(),
                        key.limits(),
                        String.join(", ", row.holders()),
                        key.useCounters().isEmpty()
                                ? "no limit"
                                : key.useCounters().entrySet().stream()
                                        .sorted(Map.Entry.comparingByKey())
                                        .map(uses -> uses.getKey() + ": " + uses.getValue())
                                        .collect(Collectors.joining(", ")),
                        key.attestation(),
                        key.certificate(),
                        key.publicKey());
            }
            page.endTable();
        }
        page.raw("</section>");
    }

    private void singleCopies() {
        page.raw("<section>").element("h2", "Keys without a second copy");
        if (inventory.withoutSecondCopy().isEmpty()) {
            page.element("p", "Each key is on two devices or more.");
        } else {
            page.table("Keys that are lost with their device", "Key", "Only on", "In", "Second copy");
            for (SingleCopy single : inventory.withoutSecondCopy()) {
                page.row(
                        single.label(),
                        single.device(),
                        single.domain(),
                        (single.possible() ? "possible: " : "not possible: ") + single.reason());
            }
            page.endTable();
        }
        page.raw("</section>");
    }

    private void looseCertificates() {
        if (inventory.devices().stream()
                .allMatch(device -> device.certificates().isEmpty())) {
            return;
        }
        page.raw("<section>").element("h2", "Certificates without a key");
        page.table("Certificates without a key", "Label", "Device", "Subject", "Issuer", "Until", "SHA-256");
        for (Device device : inventory.devices()) {
            device.certificates().forEach(loose -> {
                Certificate certificate = loose.certificate();
                page.row(
                        loose.label(),
                        device.name(),
                        certificate.subject(),
                        certificate.issuer(),
                        certificate.notAfter(),
                        certificate.certificate());
            });
        }
        page.endTable().raw("</section>");
    }

    // What was given

    private void custodians() {
        JsonNode custodians = report.custodians();
        if (custodians == null) {
            return;
        }
        page.raw("<section>").element("h2", "Custodians of the DKEK");
        CustodiansRecord record = record(custodians);
        if (record == null) {
            page.element("p", "The record of the ceremony as it was given.");
            node(custodians);
        } else {
            String sentence = record.sentence();
            page.element(
                    "p",
                    record.isProven() ? "" : " class=\"bad\"",
                    sentence.substring(0, 1).toUpperCase(Locale.ROOT) + sentence.substring(1) + ".");
            if (!record.isCompleted()) {
                page.element("p", " class=\"bad\"", "The ceremony was not completed.");
            }
            page.element("p", "SHA-256 of the file of the record, which is in this file: " + record.fingerprint());
            node(record.members());
        }
        page.raw("</section>");
    }

    private static @Nullable CustodiansRecord record(JsonNode custodians) {
        try {
            return CustodiansRecord.parse(custodians);
        } catch (MalformedDataException forged) {
            throw new IllegalArgumentException(forged);
        }
    }

    private void audit() {
        JsonNode audit = report.audit();
        if (audit == null) {
            return;
        }
        page.raw("<section>").element("h2", "Audit log");
        JsonNode verification = audit.path("verification");
        List<String> findings = new ArrayList<>();
        verification.path("findings").forEach(finding -> findings.add(text(finding, "message")));
        if (audit.has("problem")) {
            page.element("p", " class=\"bad\"", text(audit, "problem"));
        } else if (findings.isEmpty()) {
            page.element(
                    "p",
                    "The log is whole: none of its " + text(verification, "lines")
                            + " lines was changed, removed or put elsewhere. The last is number "
                            + text(verification, "last") + ", hash " + text(verification, "lastHash") + ".");
        } else {
            page.element("p", " class=\"bad\"", "The log is not as it was written:")
                    .list(findings);
        }
        if (audit.has("summary")) {
            node(audit.path("summary"));
        }
        page.raw("</section>");
    }

    private void node(JsonNode node) {
        if (node.isObject()) {
            page.raw("<dl>");
            node.properties().forEach(member -> {
                page.raw("<div>").element("dt", spaced(member.getKey())).raw("<dd>");
                node(member.getValue());
                page.raw("</dd>").raw("</div>");
            });
            page.raw("</dl>");
        } else if (node.isArray()) {
            page.raw("<ol>");
            for (JsonNode element : node) {
                page.raw("<li>");
                node(element);
                page.raw("</li>");
            }
            page.raw("</ol>");
        } else {
            page.element("span", node.isNull() ? null : node.asText());
        }
    }

    /** The name of a member as words: {@code keyCheckValue}, {@code key check value}. */
    private static String spaced(String name) {
        return name.replaceAll("(?<=[a-z0-9])(?=[A-Z])", " ").toLowerCase(Locale.ROOT);
    }

    // Evidence

    private void evidence() {
        long attested = inventory.devices().stream()
                .flatMap(device -> device.keys().stream())
                .filter(key -> key.attestation().attested())
                .count();
        page.raw("<section>").element("h2", "Evidence");
        page.element(
                "p",
                "Of " + attested + " keys the device that made them says so in an attestation. The attestations and all"
                        + " certificates that they trace to a root by, "
                        + inventory.certificates().size()
                        + " of them, are in this file (certificates), each under the SHA-256 that is told here.");
        page.table("Attestations", "Key", "Device", "Request", "Certificates");
        for (Device device : inventory.devices()) {
            for (Inventory.Key key : device.keys()) {
                List<String> evidence = key.attestation().evidence();
                if (key.attestation().attested() && !evidence.isEmpty()) {
                    page.row(
                            key.label(),
                            device.name(),
                            evidence.get(0),
                            String.join(", ", evidence.subList(1, evidence.size())));
                }
            }
        }
        page.endTable().raw("</section>");
    }

    private void verification() {
        page.raw("<section>").element("h2", "How to verify this report");
        page.element(
                "p",
                "The command \"schsm report verify FILE\" needs no device and no network. It verifies the signature, that"
                        + " nothing that this page shows was changed after it was signed, and that devices and attestations"
                        + " trace to roots that you trust.");
        page.raw("</section>");
    }
}
