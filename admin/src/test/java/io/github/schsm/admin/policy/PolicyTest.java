// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.admin.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.github.schsm.MalformedDataException;
import io.github.schsm.TokenAdministration.PinStatus.State;
import io.github.schsm.admin.inventory.Inventory;
import io.github.schsm.admin.inventory.Inventory.Attestation;
import io.github.schsm.admin.inventory.Inventory.Cell;
import io.github.schsm.admin.inventory.Inventory.Certificate;
import io.github.schsm.admin.inventory.Inventory.CertificateKind;
import io.github.schsm.admin.inventory.Inventory.ChainLink;
import io.github.schsm.admin.inventory.Inventory.Device;
import io.github.schsm.admin.inventory.Inventory.Domain;
import io.github.schsm.admin.inventory.Inventory.DomainKind;
import io.github.schsm.admin.inventory.Inventory.Leaves;
import io.github.schsm.admin.inventory.Inventory.LooseCertificate;
import io.github.schsm.admin.inventory.Inventory.Member;
import io.github.schsm.admin.inventory.Inventory.Pin;
import io.github.schsm.admin.inventory.Inventory.Place;
import io.github.schsm.admin.inventory.Inventory.Row;
import io.github.schsm.admin.inventory.Inventory.Slot;
import io.github.schsm.admin.inventory.Inventory.Trust;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each rule finds what it is for, and nothing where it holds. */
class PolicyTest {
    static final String A = "ZZSIM000001";
    static final String B = "ZZSIM000002";
    static final Instant NOW = Instant.parse("2026-11-29T12:00:00Z");
    private static final String DOMAIN = "XKEK 62AEA0ED";

    /** A device that is as it should be, and what is made different in it. */
    private static final class Some {
        private final String name;
        private String firmware = "3.5";
        private Trust trust = new Trust(true, null, List.of(link("UTCC", LocalDate.of(2030, 1, 1))));
        private @Nullable Pin userPin = new Pin(State.NOT_VERIFIED, 3);
        private @Nullable Pin soPin = new Pin(State.NOT_VERIFIED, 15);
        private final List<Slot> slots = new ArrayList<>();
        private final List<Inventory.Key> keys = new ArrayList<>();
        private final List<LooseCertificate> certificates = new ArrayList<>();
        private final List<String> problems = new ArrayList<>();

        Some(String name) {
            this.name = name;
        }

        Some with(Inventory.Key key) {
            keys.add(key);
            return this;
        }

        Device device() {
            return new Device(
                    name,
                    name,
                    null,
                    "label",
                    "reader",
                    firmware,
                    "JCOP",
                    trust,
                    userPin,
                    soPin,
                    50_000L,
                    4,
                    slots,
                    keys,
                    certificates,
                    List.of(),
                    true,
                    null,
                    List.of(),
                    problems);
        }
    }

    private static ChainLink link(String holder, LocalDate expires) {
        return new ChainLink(holder, null, null, expires, "00");
    }

    static Inventory.Key key(
            String label,
            String type,
            @Nullable String curve,
            @Nullable Integer size,
            @Nullable Boolean leaves,
            @Nullable Certificate certificate) {
        return new Inventory.Key(
                label,
                "01",
                label,
                type,
                curve,
                size,
                "PK-" + label,
                null,
                null,
                0,
                DOMAIN,
                null,
                new Leaves(leaves, Boolean.TRUE.equals(leaves) ? 0 : null, Boolean.TRUE.equals(leaves) ? DOMAIN : "no"),
                false,
                null,
                null,
                new Attestation(false, null, "an X.509 certificate took its place", List.of()),
                certificate);
    }

    private static Inventory.Key ec(String label, @Nullable Boolean leaves) {
        return key(label, "EC", "secp256r1", 256, leaves, null);
    }

    private static Certificate certificate(long daysLeft) {
        Instant end = NOW.plusSeconds(daysLeft * 86_400);
        return new Certificate(CertificateKind.X509, "CN=a", "CN=ca", "01", NOW, end, daysLeft, "00");
    }

    private static Slot slot(DomainKind kind, @Nullable Integer shares, @Nullable Integer missing) {
        return new Slot(0, kind, null, true, null, shares, missing, DOMAIN, null);
    }

    static Inventory inventory(@Nullable Place groupSigner, Device... devices) {
        List<Row> rows = new ArrayList<>();
        Stream.of(devices)
                .flatMap(device -> device.keys().stream())
                .map(Inventory.Key::label)
                .distinct()
                .forEach(label -> rows.add(new Row(label, "PK-" + label, "EC", false, cells(label, devices))));
        Domain domain = new Domain(
                DOMAIN,
                DomainKind.XKEK,
                "62AEA0ED",
                null,
                groupSigner,
                Stream.of(devices).map(one -> new Member(one.name(), 0, true)).toList(),
                rows);
        return new Inventory(NOW, List.of(), List.of(devices), List.of(domain), List.of(), Map.of());
    }

    private static List<Cell> cells(String label, Device... devices) {
        return Stream.of(devices)
                .map(device ->
                        device.keys().stream().anyMatch(key -> key.label().equals(label))
                                ? new Cell(device.name(), Inventory.State.HAS, null, label, label)
                                : new Cell(device.name(), Inventory.State.COULD, null, null, null))
                .toList();
    }

    private static Policy policy(String rules) throws MalformedDataException {
        return policy(rules, "");
    }

    private static Policy policy(String rules, String exceptions) throws MalformedDataException {
        String document = "{\"name\": \"test\", \"rules\": {" + rules + "}, \"exceptions\": [" + exceptions + "]}";
        return Policy.parse("policy test.json", document.getBytes(StandardCharsets.UTF_8));
    }

    private static List<Finding> findings(String rule, Inventory inventory) throws MalformedDataException {
        PolicyReport report = policy(rule).check(inventory);
        assertThat(report.rules()).hasSize(1);
        return report.rules().get(0).findings();
    }

    private static Finding only(String rule, Inventory inventory) throws MalformedDataException {
        List<Finding> findings = findings(rule, inventory);
        assertThat(findings).as(rule).hasSize(1);
        return findings.get(0);
    }

    private static Inventory of(Some... devices) {
        return inventory(null, Stream.of(devices).map(Some::device).toArray(Device[]::new));
    }

    @Test
    void standardPolicyHoldsForWhatIsInOrder() {
        Some a = new Some(A).with(ec("tls", true)).with(ec("group-signer", true));
        Some b = new Some(B).with(ec("tls", true)).with(ec("group-signer", true));

        PolicyReport report = Policy.standard().check(inventory(new Place(A, "group-signer"), a.device(), b.device()));

        assertThat(report.verdict()).as("%s", report).isEqualTo(Verdict.HELD);
        assertThat(report.rules()).extracting(RuleResult::checked).allMatch(count -> count >= 0);
        assertThat(report.rules()).extracting(RuleResult::rule).contains("secondCopy", "keyStrength", "pinTries");
    }

    @Test
    void deviceRulesFindTheDevice() throws Exception {
        Some old = new Some(A);
        old.firmware = "2.12";
        assertThat(only("\"firmware\": {\"least\": \"3.0\"}", of(old)).message())
                .contains("2.12");
        assertThat(findings("\"firmware\": {\"least\": \"2.9\"}", of(old))).isEmpty();
        old.firmware = "";
        assertThat(only("\"firmware\": {\"least\": \"3.0\"}", of(old)).verdict())
                .isEqualTo(Verdict.NOT_CHECKED);

        Some copied = new Some(A);
        copied.trust = new Trust(false, "no trusted root", List.of());
        assertThat(only("\"trustedDevice\": {}", of(copied)))
                .extracting(Finding::verdict, Finding::device, Finding::message)
                .containsExactly(Verdict.VIOLATED, A, "it is not trusted: no trusted root");
        copied.trust = new Trust(null, null, List.of());
        assertThat(only("\"trustedDevice\": {}", of(copied)).verdict()).isEqualTo(Verdict.NOT_CHECKED);

        Some expired = new Some(A);
        expired.trust = new Trust(true, null, List.of(link("DEV", LocalDate.of(2026, 11, 28))));
        assertThat(only("\"deviceCertificate\": {\"days\": 0}", of(expired)).message())
                .isEqualTo("the certificate of DEV ended on 2026-11-28");
        expired.trust = new Trust(true, null, List.of(link("DEV", LocalDate.of(2026, 11, 29))));
        assertThat(findings("\"deviceCertificate\": {\"days\": 0}", of(expired)))
                .isEmpty();
        assertThat(only("\"deviceCertificate\": {\"days\": 1}", of(expired)).message())
                .contains("ends on");

        Some transport = new Some(A);
        transport.userPin = new Pin(State.TRANSPORT, null);
        assertThat(only("\"transportPin\": {}", of(transport)).message()).contains("transport PIN");

        Some unread = new Some(A);
        unread.problems.add("the data objects could not be read");
        assertThat(only("\"fullyRead\": {}", of(unread)).verdict()).isEqualTo(Verdict.NOT_CHECKED);

        assertThat(findings("\"expectedDevices\": {\"devices\": [\"" + B + "\"]}", of(new Some(A))))
                .extracting(Finding::verdict, Finding::device)
                .containsExactly(tuple(Verdict.NOT_CHECKED, B), tuple(Verdict.VIOLATED, A));
    }

    @Test
    void pinRuleTellsFewTriesBlockedAndUnknown() throws Exception {
        String rule = "\"pinTries\": {\"least\": 2}";
        Some few = new Some(A);
        few.userPin = new Pin(State.NOT_VERIFIED, 1);
        assertThat(only(rule, of(few)).message()).isEqualTo("the user PIN has 1 try left");
        few.userPin = new Pin(State.BLOCKED, 0);
        assertThat(only(rule, of(few)).message()).isEqualTo("the user PIN is blocked");
        few.userPin = null;
        assertThat(only(rule, of(few)).verdict()).isEqualTo(Verdict.NOT_CHECKED);
        few.userPin = new Pin(State.VERIFIED, null);
        few.soPin = new Pin(State.NOT_VERIFIED, 1);
        assertThat(only(rule, of(few)).message()).isEqualTo("the SO-PIN has 1 try left");
        few.userPin = new Pin(State.KEYS_INSTEAD, null);
        few.soPin = null;
        assertThat(findings(rule, of(few))).isEmpty();
    }

    @Test
    void keyRulesFindTheKey() throws Exception {
        assertThat(only(
                        "\"secondCopy\": {\"copies\": 2, \"keys\": \"thatCanLeave\"}",
                        of(new Some(A).with(ec("tls", true)).with(ec("stays", false)), new Some(B))))
                .extracting(Finding::verdict, Finding::device, Finding::key)
                .containsExactly(Verdict.VIOLATED, A, "tls");
        assertThat(findings(
                        "\"secondCopy\": {\"copies\": 2, \"keys\": \"all\"}",
                        of(new Some(A).with(ec("tls", true)).with(ec("stays", false)), new Some(B))))
                .hasSize(2);
        assertThat(only(
                                "\"secondCopy\": {\"copies\": 2, \"keys\": \"thatCanLeave\"}",
                                of(new Some(A).with(ec("tls", null)), new Some(B)))
                        .verdict())
                .isEqualTo(Verdict.NOT_CHECKED);

        Some strength = new Some(A)
                .with(key("weak", "EC", "secp192r1", 192, false, null))
                .with(key("short", "RSA", null, 1024, false, null))
                .with(key("good", "RSA", null, 2048, false, null))
                .with(key("unknown", "UNKNOWN", null, null, false, null));
        assertThat(findings(
                        "\"keyStrength\": {\"curves\": [\"secp256r1\"], \"rsaBits\": 2048, \"aesBits\": 128}",
                        of(strength)))
                .extracting(Finding::key, Finding::verdict)
                .containsExactly(
                        tuple("weak", Verdict.VIOLATED),
                        tuple("short", Verdict.VIOLATED),
                        tuple("unknown", Verdict.NOT_CHECKED));

        Some leaving =
                new Some(A).with(ec("tls", true)).with(ec("stays", false)).with(ec("perhaps", null));
        leaving.slots.add(slot(DomainKind.XKEK, null, null));
        assertThat(findings("\"leaving\": {\"allowed\": [\"no\", \"DKEK\"]}", of(leaving)))
                .extracting(Finding::key, Finding::verdict)
                .containsExactly(tuple("tls", Verdict.VIOLATED), tuple("perhaps", Verdict.NOT_CHECKED));
        assertThat(findings("\"leaving\": {\"allowed\": [\"XKEK\"]}", of(leaving)))
                .extracting(Finding::key)
                .containsExactly("stays", "perhaps");

        assertThat(only("\"attestation\": {}", of(new Some(A).with(ec("tls", false))))
                        .message())
                .contains("took its place");
    }

    @Test
    void domainRulesFindTheirSigner() throws Exception {
        String rule = "\"groupSignerBackup\": {}";
        Device a = new Some(A).with(ec("group-signer", true)).device();
        Device b = new Some(B).device();
        assertThat(only(rule, inventory(new Place(A, "group-signer"), a, b)))
                .extracting(Finding::verdict, Finding::key)
                .containsExactly(Verdict.VIOLATED, "group-signer");
        assertThat(only(rule, inventory(null, a, b)).verdict()).isEqualTo(Verdict.NOT_CHECKED);

        Some dkek = new Some(A);
        dkek.slots.add(slot(DomainKind.DKEK, 1, 0));
        assertThat(only("\"dkekShares\": {\"least\": 2}", of(dkek)).message()).contains("made of 1 share");
        dkek.slots.set(0, slot(DomainKind.DKEK, 3, 1));
        assertThat(only("\"dkekShares\": {\"least\": 2}", of(dkek)).message()).contains("1 of 3 shares are missing");
    }

    @Test
    void certificatesThatEndAreFound() throws Exception {
        Some device = new Some(A).with(key("tls", "EC", "secp256r1", 256, false, certificate(29)));
        device.certificates.add(new LooseCertificate("ca", "1", certificate(-1)));
        device.certificates.add(new LooseCertificate("root", "2", certificate(30)));

        assertThat(findings("\"certificateDays\": {\"least\": 30}", of(device)))
                .extracting(Finding::key, Finding::message)
                .containsExactly(
                        tuple("tls", "the certificate ends in 29 days, on 2026-12-28T12:00:00Z"),
                        tuple("ca", "the certificate ended on 2026-11-28T12:00:00Z"));
    }

    @Test
    void unknownAndMissingKeysAreFound() throws Exception {
        String rule = "\"expectedKeys\": {\"keys\": [{\"label\": \"tls\", \"publicKey\": \"pk-tls\"},"
                + " {\"label\": \"gone\", \"device\": \"" + A + "\"}]}";

        assertThat(findings(rule, of(new Some(A).with(ec("tls", false)).with(ec("other", false)))))
                .extracting(Finding::key, Finding::device)
                .containsExactly(tuple("other", A), tuple("gone", A));
    }

    @Test
    void exceptionHoldsUpToItsDayAndIsToldWhenItIsNotNeeded() throws Exception {
        Inventory inventory = of(new Some(A).with(ec("tls", true)), new Some(B));
        String rule = "\"secondCopy\": {\"copies\": 2, \"keys\": \"thatCanLeave\"}";
        String exception = "{\"rule\": \"secondCopy\", \"key\": \"%s\", \"reason\": \"moves soon\", \"until\": \"%s\"}";

        PolicyReport excepted =
                policy(rule, exception.formatted("tls", "2026-11-29")).check(inventory);
        assertThat(excepted.verdict()).isEqualTo(Verdict.EXCEPTED);
        assertThat(excepted.rules().get(0).findings().get(0).exception()).isEqualTo("moves soon (until 2026-11-29)");
        assertThat(excepted.unusedExceptions()).isEmpty();

        PolicyReport ended =
                policy(rule, exception.formatted("PK-TLS", "2026-11-28")).check(inventory);
        assertThat(ended.verdict()).isEqualTo(Verdict.VIOLATED);
        assertThat(ended.rules().get(0).findings().get(0).exception()).contains("ended on 2026-11-28");
        assertThat(ended.unusedExceptions()).singleElement().asString().contains("ended on 2026-11-28");

        PolicyReport unused =
                policy(rule, exception.formatted("no-such", "2027-01-01")).check(inventory);
        assertThat(unused.verdict()).isEqualTo(Verdict.VIOLATED);
        assertThat(unused.unusedExceptions())
                .containsExactly("the exception from secondCopy for \"no-such\" is not needed");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{}|/rules|it is missing",
                "[]|an object|expected",
                "{\"name\":\"x\",\"rules\":{\"nosuch\":{}}}|/rules/nosuch|there is no such rule",
                "{\"name\":\"x\",\"rules\":{\"fullyRead\":{\"a\":1}}}|/rules/fullyRead/a|the rule takes nothing",
                "{\"name\":\"x\",\"rules\":{\"pinTries\":{}}}|/rules/pinTries/least|a number is expected",
                "{\"name\":\"x\",\"rules\":{\"pinTries\":{\"least\":\"2\"}}}|/rules/pinTries/least|a whole number from 1",
                "{\"name\":\"x\",\"rules\":{\"firmware\":{\"least\":\"new\"}}}|/rules/firmware|no version such as 3.4",
                "{\"name\":\"x\",\"rules\":{\"leaving\":{\"allowed\":[\"never\"]}}}|/rules/leaving/allowed|no, XKEK, DKEK",
                "{\"name\":\"x\",\"rules\":{\"secondCopy\":{\"copies\":2,\"keys\":\"some\"}}}|/keys|all, thatCanLeave",
                "{\"name\":\"x\",\"rules\":{\"keyStrength\":{\"curves\":[\"P-1\"],\"rsaBits\":2048,\"aesBits\":128}}}|/curves|secp256r1",
                "{\"name\":\"x\",\"rules\":{\"expectedKeys\":{\"keys\":[{}]}}}|/rules/expectedKeys/keys/0|label or a publicKey",
                "{\"name\":\"x\",\"rules\":{},\"extra\":1}|/extra|there can be name, rules, exceptions",
                "{\"name\":\"x\",\"rules\":{},\"exceptions\":[{\"rule\":\"fullyRead\",\"reason\":\"a\",\"until\":\"2027-01-01\"}]}|/exceptions/0|for a device or a key",
                "{\"name\":\"x\",\"rules\":{},\"exceptions\":[{\"rule\":\"fullyRead\",\"key\":\"a\",\"reason\":\"a\",\"until\":\"soon\"}]}|/exceptions/0/until|no day such as"
            })
    void errorNamesFilePlaceAndWayOut(String document, String place, String wayOut) {
        assertThatThrownBy(() -> Policy.parse("policy p.json", document.getBytes(StandardCharsets.UTF_8)))
                .isInstanceOf(MalformedDataException.class)
                .hasMessageContaining("policy p.json")
                .hasMessageContaining(place)
                .hasMessageContaining(wayOut);
    }

    @Test
    void reportIsAJsonDocument() throws Exception {
        PolicyReport report = policy("\"transportPin\": {}, \"firmware\": {\"least\": \"4.0\"}")
                .check(of(new Some(A)));

        assertThat(report.json().get("verdict").textValue()).isEqualTo("VIOLATED");
        assertThat(report.json().at("/rules/0/verdict").textValue()).isEqualTo("HELD");
        assertThat(report.json().at("/rules/1/findings/0/device").textValue()).isEqualTo(A);
    }
}
