// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.admin.inventory;

import io.github.schsm.KeyAlgorithm;
import io.github.schsm.admin.inventory.Inventory.Cell;
import io.github.schsm.admin.inventory.Inventory.Certificate;
import io.github.schsm.admin.inventory.Inventory.CertificateKind;
import io.github.schsm.admin.inventory.Inventory.Domain;
import io.github.schsm.admin.inventory.Inventory.DomainKind;
import io.github.schsm.admin.inventory.Inventory.Row;
import io.github.schsm.admin.inventory.Inventory.State;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What people want to know of a key, in words: what it may do, where it is, who attests it, until when its certificate is
 * valid, and what would be the next step. {@code schsm show} says it, and so does the console.
 *
 * @param label       its label
 * @param type        curve, or type and size
 * @param publicKey   {@link Inventory.Key#publicKey}
 * @param domain      the {@link Domain#name}
 * @param limits      what it may do, e.g. {@code may sign; may move inside key domain XKEK 62AEA0ED; cannot be read}
 * @param useCounters uses left on each device where it has a counter, by {@link Inventory.Device#name}
 * @param copies      each device, and what it has to do with the key
 * @param attestation who says where it was made, in a sentence
 * @param certificate until when its certificate is valid, in a sentence; or what is there in its place
 * @param daysLeft    whole days until the certificate ends; null without one
 * @param nextSteps   what could be done next
 */
public record KeySummary(
        String label,
        String type,
        @Nullable String publicKey,
        String domain,
        String limits,
        Map<String, Long> useCounters,
        List<Cell> copies,
        String attestation,
        String certificate,
        @Nullable Long daysLeft,
        List<Step> nextSteps) {
    private static final int RENEW_DAYS = 60;

    /** Copies the collections. */
    public KeySummary {
        useCounters = Map.copyOf(useCounters);
        copies = List.copyOf(copies);
        nextSteps = List.copyOf(nextSteps);
    }

    /**
     * Something that could be done next.
     *
     * @param text    what and why, in a few words
     * @param command the command that does it, as a shell takes it; empty where a name in it could not be typed safely
     */
    public record Step(String text, String command) {}

    /** The summary of a row. */
    public static KeySummary of(Inventory inventory, Domain domain, Row row) {
        return of(inventory, domain, row, ShellLine.of(List.of("schsm")));
    }

    /** The same with commands that begin otherwise. */
    public static KeySummary of(Inventory inventory, Domain domain, Row row, ShellLine shell) {
        List<Inventory.Key> keys = row.cells().stream()
                .filter(cell -> cell.state() == State.HAS)
                .flatMap(cell -> inventory.key(cell).stream())
                .toList();
        Certificate x509 = keys.stream()
                .map(Inventory.Key::certificate)
                .filter(Objects::nonNull)
                .filter(certificate -> certificate.kind() == CertificateKind.X509)
                .findFirst()
                .orElse(null);
        return new KeySummary(
                row.label(),
                row.type(),
                row.publicKey(),
                domain.name(),
                limits(domain, keys),
                counters(inventory, row),
                row.cells(),
                attestation(inventory, row, keys),
                certificate(keys, x509),
                x509 == null ? null : x509.daysLeft(),
                steps(domain, row, keys, x509, shell));
    }

    private static Map<String, Long> counters(Inventory inventory, Row row) {
        Map<String, Long> counters = new TreeMap<>();
        for (Cell cell : row.cells()) {
            Long uses = inventory.key(cell).map(Inventory.Key::useCounter).orElse(null);
            if (uses != null) {
                counters.put(cell.device(), uses);
            }
        }
        return counters;
    }

    // Limits

    private static String limits(Domain domain, List<Inventory.Key> keys) {
        List<String> limits = new ArrayList<>();
        Set<String> may = new LinkedHashSet<>();
        keys.forEach(key -> may.addAll(deeds(key)));
        limits.add(may.isEmpty() ? "what it may do is not known" : "may " + joined(List.copyOf(may)));
        limits.add(moving(domain, keys));
        if (keys.stream().anyMatch(key -> allows(key, KeyAlgorithm.REPLACE))) {
            limits.add("may be replaced");
        }
        limits.add("cannot be read");
        return String.join("; ", limits);
    }

    private static String moving(Domain domain, List<Inventory.Key> keys) {
        String inside = "move inside key domain " + domain.name();
        if (domain.kind() != DomainKind.NONE) {
            if (keys.stream().anyMatch(key -> Boolean.TRUE.equals(key.leaving().can()))) {
                return "may " + inside;
            }
            if (keys.stream().anyMatch(key -> key.leaving().can() == null)) {
                return "may perhaps " + inside + ", which the device says when it is asked to wrap it";
            }
        }
        return "cannot leave its device";
    }

    private static List<String> deeds(Inventory.Key key) {
        if (key.exchangeKey()) {
            return List.of("agree on the KEK of its key domain, and nothing else");
        }
        List<String> deeds = new ArrayList<>();
        switch (key.type()) {
            case "EC" -> {
                add(deeds, key, "sign", "ECDSA");
                add(deeds, key, "agree on secrets", "ECDH");
                add(deeds, key, "derive keys", "DERIVE_EC");
            }
            case "RSA" -> {
                add(deeds, key, "sign", "RSA_RAW", "RSA_PKCS1", "RSA_PSS");
                add(deeds, key, "decrypt", "RSA_DECRYPT");
            }
            case "AES" -> {
                add(deeds, key, "encrypt", "AES_CBC_ENCRYPT");
                add(deeds, key, "decrypt", "AES_CBC_DECRYPT");
                add(deeds, key, "make message authentication codes", "AES_CMAC");
                add(deeds, key, "derive keys", "DERIVE_SP800_56C");
            }
            default -> {}
        }
        return deeds;
    }

    private static void add(List<String> deeds, Inventory.Key key, String deed, String... beginnings) {
        List<String> algorithms = key.algorithms();
        boolean may = algorithms == null || algorithms.contains(KeyAlgorithm.ALL.name());
        for (String beginning : beginnings) {
            may |= algorithms != null && algorithms.stream().anyMatch(name -> isKind(name, beginning));
        }
        if (may) {
            deeds.add(deed);
        }
    }

    /** {@code ECDH} is not {@code ECDH_XKEK}, but {@code ECDSA_SHA256} is {@code ECDSA}. */
    private static boolean isKind(String algorithm, String beginning) {
        return !algorithm.equals(KeyAlgorithm.ECDH_XKEK.name())
                && (algorithm.equals(beginning) || algorithm.startsWith(beginning + "_"));
    }

    private static boolean allows(Inventory.Key key, KeyAlgorithm algorithm) {
        return key.algorithms() != null && key.algorithms().contains(algorithm.name());
    }

    private static String joined(List<String> words) {
        return words.size() < 2
                ? String.join("", words)
                : String.join(", ", words.subList(0, words.size() - 1)) + " and " + words.get(words.size() - 1);
    }

    // Attestation and certificate

    private static String attestation(Inventory inventory, Row row, List<Inventory.Key> keys) {
        for (Cell cell : row.cells()) {
            Optional<Inventory.Key> attested =
                    inventory.key(cell).filter(key -> key.attestation().attested());
            if (attested.isPresent()) {
                String root = inventory
                        .device(cell.device())
                        .map(device -> device.trust().chain())
                        .filter(chain -> !chain.isEmpty())
                        .map(chain -> chain.get(chain.size() - 1).holder())
                        .orElse("a trusted root");
                return "generated in device " + cell.device() + ", which attests it and traces to " + root;
            }
        }
        String reason = keys.stream()
                .map(key -> key.attestation().reason())
                .filter(Objects::nonNull)
                .findFirst()
                .orElse("nothing is known of it");
        return "not attested: " + reason;
    }

    private static String certificate(List<Inventory.Key> keys, @Nullable Certificate x509) {
        if (x509 != null && x509.notAfter() != null) {
            return "of " + x509.subject() + ", by " + x509.issuer() + ", " + validity(x509);
        }
        CertificateKind other = keys.stream()
                .map(Inventory.Key::certificate)
                .filter(Objects::nonNull)
                .map(Certificate::kind)
                .findFirst()
                .orElse(null);
        if (other == null) {
            return "none";
        }
        return switch (other) {
            case REQUEST -> "none; the device's own request is in its place";
            case CVC -> "a card-verifiable certificate";
            case UNREADABLE -> "what is stored in its place cannot be read";
            case X509 -> "one without an end of its validity";
        };
    }

    private static String validity(Certificate x509) {
        LocalDate end = LocalDate.ofInstant(Objects.requireNonNull(x509.notAfter()), ZoneOffset.UTC);
        long days = x509.daysLeft() == null ? 0 : x509.daysLeft();
        if (days < 0) {
            return "ended on " + end;
        }
        return "valid until " + end + ", " + days + (days == 1 ? " day left" : " days left");
    }

    // Next steps

    private static List<Step> steps(
            Domain domain, Row row, List<Inventory.Key> keys, @Nullable Certificate x509, ShellLine shell) {
        List<Step> steps = new ArrayList<>();
        List<String> holders = row.holders();
        if (holders.isEmpty() || keys.isEmpty()) {
            return steps;
        }
        String from = holders.get(0);
        String label = ShellLine.value(labelOn(row, from));
        // Words that follow each other; an empty one makes no line.
        String file = label.isEmpty() ? "" : label.replace('/', '_');
        row.cells().stream()
                .filter(cell -> cell.state() == State.COULD)
                .map(Cell::device)
                .forEach(to -> steps.add(new Step(
                        "a copy on " + to,
                        everyCopyIsCounted(keys)
                                ? shell.line(
                                        "migrate",
                                        "--from",
                                        from,
                                        "--to",
                                        to,
                                        "--label",
                                        label,
                                        "--without-use-counter")
                                : shell.line("migrate", "--from", from, "--to", to, "--label", label))));
        if (holders.size() == 1 && steps.isEmpty() && domain.kind() == DomainKind.XKEK && movable(keys)) {
            steps.add(new Step(
                    "a second member for its key domain, to which it could be copied",
                    domain.groupSigner() == null
                            ? shell.line("domain", "join", "--device", "NEW_DEVICE", "--signer", "GROUP_SIGNER")
                            : shell.line(
                                    "domain",
                                    "join",
                                    "--device",
                                    "NEW_DEVICE",
                                    "--signer",
                                    ShellLine.value(domain.groupSigner().label()),
                                    "--signer-device",
                                    domain.groupSigner().device())));
        }
        if (keys.get(0).attestation().attested() && !row.exchangeKey()) {
            steps.add(new Step(
                    "its attestation in a file, before a certificate takes its place",
                    shell.line(
                            "attest", label, "--device", from, "--out", label.isEmpty() ? "" : file + ".attestation")));
        }
        if (isPair(keys) && !row.exchangeKey() && (x509 == null || isEnding(x509))) {
            steps.add(new Step(
                    x509 == null
                            ? "a certificate: make a request for it"
                            : "a new certificate, because this one ends: make a request for it",
                    shell.line(
                            "csr",
                            "--device",
                            from,
                            "--label",
                            label,
                            "--subject",
                            label.isEmpty() ? "" : "CN=" + label,
                            "--out",
                            label.isEmpty() ? "" : file + ".csr")));
        }
        return steps;
    }

    private static boolean isEnding(Certificate x509) {
        return x509.daysLeft() != null && x509.daysLeft() < RENEW_DAYS;
    }

    private static boolean isPair(List<Inventory.Key> keys) {
        return keys.stream().anyMatch(key -> deeds(key).contains("sign"));
    }

    private static boolean movable(List<Inventory.Key> keys) {
        return keys.stream().anyMatch(key -> Boolean.TRUE.equals(key.leaving().can()));
    }

    private static boolean everyCopyIsCounted(List<Inventory.Key> keys) {
        return keys.stream().allMatch(key -> key.useCounter() != null);
    }

    private static String labelOn(Row row, String device) {
        return row.cells().stream()
                .filter(cell -> cell.device().equals(device))
                .map(Cell::label)
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(row.label());
    }
}
