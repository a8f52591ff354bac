// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.admin.selftest;

import io.github.schsm.Cvc;
import io.github.schsm.DeviceIdentity;
import io.github.schsm.admin.selftest.CheckResult.Evidence;
import io.github.schsm.admin.selftest.SelfTestReport.TestedDevice;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Takes out of a report what tells which devices they were: ids and holder references, plain and as bytes, serial numbers
 * in the names of readers, and the bytes of certificates, public keys, and signatures, of which the first four stay.
 */
final class Anonymizer {
    private static final Pattern LONG_HEX = Pattern.compile("[0-9A-F]{32,}");
    private static final Pattern SERIAL = Pattern.compile("\\(([^()]*)\\)|\\b[0-9A-Za-z]*[0-9]{5}[0-9A-Za-z]*\\b");
    private static final int KEPT_DIGITS = 8;

    private final Map<String, String> replacements = new LinkedHashMap<>();

    Anonymizer(List<Probe> devices) {
        Map<String, String> names = new LinkedHashMap<>();
        for (int i = 0; i < devices.size(); i++) {
            DeviceIdentity identity = devices.get(i).identity();
            if (!identity.isMissing()) {
                String number = "(" + (i + 1) + ")";
                names.put(identity.chr(), "DEVICE" + number);
                names.put(identity.deviceId(), "DEVICE" + number);
                identity.issuerCertificate().map(Cvc::chr).ifPresent(issuer -> names.put(issuer, "ISSUER" + number));
                names.put(identity.keyFingerprint(), "KEY" + number);
            }
        }
        HexFormat hex = HexFormat.of().withUpperCase();
        // The longest first: an id is a part of its holder reference.
        List<String> longestFirst = new ArrayList<>(names.keySet());
        longestFirst.removeIf(String::isEmpty);
        longestFirst.sort(Comparator.comparingInt(String::length).reversed());
        for (String name : longestFirst) {
            replacements.put(name, String.valueOf(names.get(name)));
            replacements.put(
                    hex.formatHex(name.getBytes(StandardCharsets.ISO_8859_1)), String.valueOf(names.get(name)));
        }
    }

    private String text(String text) {
        String replaced = text;
        for (Map.Entry<String, String> replacement : replacements.entrySet()) {
            replaced = replaced.replace(replacement.getKey(), replacement.getValue());
        }
        return replaced;
    }

    private String bytes(String text) {
        return LONG_HEX.matcher(text(text))
                .replaceAll(run -> run.group().substring(0, KEPT_DIGITS) + "..("
                        + run.group().length() / 2 + " bytes)");
    }

    private String reader(String name) {
        return SERIAL.matcher(text(name)).replaceAll("(SERIAL)");
    }

    @Nullable
    String interruption(@Nullable String message) {
        return message == null ? null : bytes(SERIAL.matcher(text(message)).replaceAll("(SERIAL)"));
    }

    TestedDevice device(TestedDevice device) {
        return new TestedDevice(
                reader(device.reader()),
                device.atr(),
                text(device.deviceId()),
                device.firmware(),
                device.platform(),
                device.select(),
                device.extended(),
                device.commandLimit(),
                device.readerLimit(),
                device.defect());
    }

    CheckResult check(CheckResult check) {
        Evidence evidence = check.evidence();
        return new CheckResult(
                check.id(),
                check.section(),
                check.statement(),
                check.certainty(),
                check.outcome(),
                check.reason() == null ? null : text(check.reason()),
                evidence == null
                        ? null
                        : new Evidence(bytes(evidence.command()), bytes(evidence.expected()), bytes(evidence.seen())));
    }
}
