// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.admin.console;

import io.github.schsm.admin.inventory.Inventory;
import io.github.schsm.admin.inventory.Inventory.Cell;
import io.github.schsm.admin.inventory.Inventory.Certificate;
import io.github.schsm.admin.inventory.Inventory.CertificateKind;
import io.github.schsm.admin.inventory.Inventory.Row;
import io.github.schsm.admin.inventory.KeySummary;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A key in words for people. */
final class KeyWords {
    /** So many days before its end a certificate has to be renewed. */
    static final long SOON_DAYS = 30;

    private KeyWords() {}

    /** What is special about it, a word or two each. */
    static List<String> tags(Row row, Inventory.@Nullable Key key) {
        List<String> tags = new ArrayList<>();
        if (row.exchangeKey()) {
            tags.add("exchange key");
        }
        if (key != null && key.groupSigner() != null) {
            tags.add("group signer");
        }
        if (key != null && key.useCounter() != null) {
            tags.add("use counter");
        }
        return tags;
    }

    /** Of its X.509 certificate; null without one. */
    static @Nullable Long daysLeft(Inventory.@Nullable Key key) {
        Certificate certificate = key == null ? null : key.certificate();
        return certificate == null || certificate.kind() != CertificateKind.X509 ? null : certificate.daysLeft();
    }

    /** The parts of a text, each for itself. */
    static List<String> sentences(String text) {
        return Stream.of(text.split("; ", -1)).map(Shown::text).toList();
    }

    /** As it stands alone. */
    static String sentence(String text) {
        String shown = Shown.text(text);
        return shown.isEmpty() ? shown : shown.substring(0, 1).toUpperCase(Locale.ROOT) + shown.substring(1);
    }

    static List<List<String>> facts(KeySummary summary, Inventory.@Nullable Key key) {
        List<List<String>> facts = new ArrayList<>();
        new TreeMap<>(summary.useCounters())
                .forEach((device, uses) -> facts.add(
                        List.of("Uses left on " + Shown.text(device), String.format(Locale.ROOT, "%,d", uses))));
        if (key != null && key.algorithms() != null) {
            facts.add(List.of("Algorithms", Shown.text(String.join(", ", key.algorithms()))));
        }
        if (key != null) {
            add(facts, "ID", key.id());
        }
        add(facts, "Public key (SHA-256)", summary.publicKey());
        return facts;
    }

    /** Names and values in turn; empty without a certificate. */
    static List<List<String>> certificate(Inventory.@Nullable Key key) {
        Certificate certificate = key == null ? null : key.certificate();
        List<List<String>> facts = new ArrayList<>();
        if (certificate == null) {
            return facts;
        }
        facts.add(List.of(
                "Kind",
                switch (certificate.kind()) {
                    case X509 -> "X.509 certificate";
                    case CVC -> "card-verifiable certificate";
                    case REQUEST -> "the device's own request";
                    case UNREADABLE -> "unreadable";
                }));
        add(facts, "Subject", certificate.subject());
        add(facts, "Issuer", certificate.issuer());
        add(facts, "Serial number", certificate.serial());
        if (certificate.notBefore() != null && certificate.notAfter() != null) {
            facts.add(List.of(
                    "Valid",
                    LocalDate.ofInstant(certificate.notBefore(), ZoneOffset.UTC) + " to "
                            + LocalDate.ofInstant(certificate.notAfter(), ZoneOffset.UTC)));
        }
        return facts;
    }

    private static void add(List<List<String>> facts, String name, @Nullable String value) {
        if (value != null && !value.isEmpty()) {
            facts.add(List.of(name, Shown.text(value)));
        }
    }

    /** Days left, as people say it. */
    static String days(long days) {
        if (days < 0) {
            return "expired " + count(-days) + " ago";
        }
        return days == 0 ? "ends today" : count(days) + " left";
    }

    static String daysLevel(long days) {
        return days < 0 ? "bad" : days <= SOON_DAYS ? "warn" : "good";
    }

    private static String count(long days) {
        return days == 1 ? "1 day" : String.format(Locale.ROOT, "%,d days", days);
    }

    /** What a cell means, in words. */
    static String state(Cell cell) {
        String state = switch (cell.state()) {
            case HAS -> "has the key";
            case COULD -> "could have it";
            case CANNOT -> "cannot have it";
        };
        return cell.reason() == null || cell.reason().isEmpty() ? state : state + ": " + Shown.text(cell.reason());
    }

    /** The same with the key's label and number, where the device has it. */
    static String place(Cell cell, Row row) {
        if (cell.state() != Inventory.State.HAS) {
            return state(cell);
        }
        String label =
                cell.label() == null || cell.label().equals(row.label()) ? "" : " as " + Shown.text(cell.label());
        String number = cell.reference() == null ? "" : ", number " + Shown.text(cell.reference());
        return "has the key" + label + number + (cell.reason() == null ? "" : "; " + Shown.text(cell.reason()));
    }
}
