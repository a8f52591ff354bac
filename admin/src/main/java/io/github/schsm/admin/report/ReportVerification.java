// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.admin.report;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.schsm.AttestedPublicKey;
import io.github.schsm.Cvc;
import io.github.schsm.DeviceIdentity;
import io.github.schsm.DeviceTrust;
import io.github.schsm.MalformedDataException;
import io.github.schsm.UntrustedDeviceException;
import io.github.schsm.admin.inventory.Inventory;
import io.github.schsm.admin.inventory.Inventory.ChainLink;
import io.github.schsm.admin.inventory.Inventory.Device;
import io.github.schsm.admin.inventory.KeyFingerprint;
import io.github.schsm.codec.HashAlgorithm;
import java.io.ByteArrayOutputStream;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What came out of the verification of a report; no device is needed for it.
 *
 * @param report       the report
 * @param page         whether it was a page; otherwise it was JSON
 * @param signature    what is known of its signature; null if it has none
 * @param devices      how many devices were verified to trace to a trusted root by the certificates in the report
 * @param attestations how many keys were verified to be attested by their devices
 * @param problems     what does not hold, in sentences; empty if all does
 * @param notes        what holds and could be misunderstood all the same, in sentences
 */
public record ReportVerification(
        Report report,
        boolean page,
        @Nullable VerifiedSignature signature,
        int devices,
        int attestations,
        List<String> problems,
        List<String> notes) {
    private static final int MOST_DIFFERENCES = 5;

    /** Copies the lists. */
    public ReportVerification {
        problems = List.copyOf(problems);
        notes = List.copyOf(notes);
    }

    /** Whether it is signed, by a signer who was verified, and everything holds. */
    public boolean holds() {
        return isUnchanged() && signature != null && signature.trusted();
    }

    /**
     * Whether it is signed and everything holds, but perhaps nobody verified who signed it
     * ({@link VerifiedSignature#trusted()}): anyone can make an X.509 certificate in any name.
     */
    public boolean isUnchanged() {
        return signature != null && problems.isEmpty();
    }

    /**
     * A signature that was verified.
     *
     * @param kind    its kind
     * @param holder  the subject of the X.509 certificate, or the device that attests the key
     * @param issuer  who certifies that: the issuer of the certificate, or the trusted root of the device
     * @param trusted whether that was verified: a CVC signature always, an X.509 certificate where authorities or the signer's
     *                public key were given
     * @param publicKey SHA-256 of the public key
     */
    public record VerifiedSignature(
            SignedReport.Kind kind, String holder, String issuer, boolean trusted, String publicKey) {}

    /**
     * Verifies a report: its signature, the page around it, and what it says of devices, attestations and the record of a
     * ceremony.
     *
     * @param what        what it is, to name it in the error
     * @param file        JSON or HTML
     * @param trust       the roots that devices have to trace to
     * @param authorities X.509 certificates of authorities that the signer's has to be issued by, or that certificate
     *                    itself; without any nothing says whose it is, and the report does not hold ({@link #isUnchanged})
     * @throws MalformedDataException if it is no report
     */
    public static ReportVerification of(String what, byte[] file, DeviceTrust trust, List<X509Certificate> authorities)
            throws MalformedDataException {
        return of(what, file, trust, authorities, Set.of());
    }

    /**
     * The same, of a report that one of these keys has to have signed.
     *
     * @param signers SHA-256 of the public keys, upper-case hexadecimal, as they are known from somewhere else; empty for any
     *                key
     * @throws MalformedDataException if it is no report
     */
    public static ReportVerification of(
            String what, byte[] file, DeviceTrust trust, List<X509Certificate> authorities, Set<String> signers)
            throws MalformedDataException {
        ReportFile.Read read = ReportFile.parse(what, file);
        Report report = read.report().report();
        List<String> problems = new ArrayList<>();
        if (!report.format().equals(Report.FORMAT)) {
            problems.add("its format is \"" + report.format() + "\", this program knows " + Report.FORMAT);
        }
        List<String> notes = new ArrayList<>();
        VerifiedSignature signature = SignatureCheck.of(read.report(), trust, authorities, signers, problems, notes)
                .orElse(null);
        boolean intact = problems.isEmpty();
        String shell = read.shell();
        if (shell != null) {
            page(report, shell, intact, problems, notes);
        }
        Contents contents = new Contents(report.inventory(), trust, problems);
        JsonNode custodians = report.custodians();
        if (custodians != null) {
            CustodiansRecord.verify(custodians, trust, problems, notes);
        }
        return new ReportVerification(
                report, shell != null, signature, contents.devices(), contents.attestations(), problems, notes);
    }

    /** Whether what the page shows is what was signed; where it is not, what is different. */
    private static void page(Report report, String shell, boolean intact, List<String> problems, List<String> notes) {
        boolean same = ReportFile.sha256(shell).equals(report.html());
        String expected = expected(report);
        if (expected == null) {
            problems.add("no page can be made of the report in it: something is missing that every report has");
            return;
        }
        boolean known = ReportFile.sha256(expected).equals(report.html());
        if (same && intact) {
            if (!known) {
                notes.add(
                        "the page is not the one that this version of the program makes of the report: what it shows is"
                                + " what the signer signed, and nobody compared it with the devices and attestations in the file");
            }
            return;
        }
        if (!same) {
            problems.add("what the page shows was changed: it is not the page that the report names");
        }
        if (!same && !known) {
            problems.add("another version of this program made the page: where it was changed cannot be told");
            return;
        }
        List<String> shown = shell.lines().toList();
        List<String> meant = expected.lines().toList();
        int told = 0;
        for (int i = 0; i < Math.max(shown.size(), meant.size()) && told < MOST_DIFFERENCES; i++) {
            String here = i < shown.size() ? shown.get(i) : "(nothing)";
            String there = i < meant.size() ? meant.get(i) : "(nothing)";
            if (!here.equals(there)) {
                problems.add("line " + (i + 1) + " of the page shows " + cut(here) + " where the report in it says "
                        + cut(there));
                told++;
                if (shown.size() != meant.size()) {
                    // Everything below is moved.
                    return;
                }
            }
        }
    }

    private static @Nullable String expected(Report report) {
        try {
            return ReportFile.shell(ReportPage.of(report));
        } catch (RuntimeException incomplete) {
            // The writer of the file may have left out anything, anywhere.
            return null;
        }
    }

    private static String cut(String line) {
        return line.length() > 160 ? line.substring(0, 160) + "\u2026" : line;
    }

    /** Devices and attestations, verified by the certificates in the report. */
    private static final class Contents {
        private static final HexFormat HEX = HexFormat.of();

        private final Inventory inventory;
        private final DeviceTrust trust;
        private final List<String> problems;
        private final Map<String, DeviceIdentity> identities = new HashMap<>();
        private int devices;
        private int attestations;

        Contents(Inventory inventory, DeviceTrust trust, List<String> problems) {
            this.inventory = inventory;
            this.trust = trust;
            this.problems = problems;
            certificates();
            inventory.devices().forEach(this::device);
            inventory.devices().forEach(this::keys);
        }

        int devices() {
            return devices;
        }

        int attestations() {
            return attestations;
        }

        private void certificates() {
            inventory.certificates().forEach((sha256, encoded) -> {
                if (!isHash(sha256, encoded)) {
                    problems.add("the certificate that is named " + sha256 + " in it is another one");
                }
            });
        }

        private static boolean isHash(String sha256, String encoded) {
            try {
                return HEX.withUpperCase()
                        .formatHex(HashAlgorithm.SHA256.digest(HEX.parseHex(encoded)))
                        .equals(sha256);
            } catch (IllegalArgumentException noHexadecimalDigits) {
                return false;
            }
        }

        private void device(Device device) {
            if (!Boolean.TRUE.equals(device.trust().genuine())) {
                return;
            }
            try {
                DeviceIdentity identity = identity(device);
                trust.verify(identity);
                if (!identity.keyFingerprint().equals(device.fingerprint())
                        || !identity.deviceId().equals(device.id())) {
                    problems.add("device " + device.name()
                            + " is said to be genuine, but its certificates are those of " + identity.uniqueName());
                    return;
                }
                identities.put(device.name(), identity);
                devices++;
            } catch (UntrustedDeviceException | MalformedDataException broken) {
                problems.add("device " + device.name() + " is said to be genuine, but " + broken.getMessage());
            }
        }

        private DeviceIdentity identity(Device device) throws MalformedDataException {
            ByteArrayOutputStream chain = new ByteArrayOutputStream();
            for (ChainLink link : device.trust().chain()) {
                chain.writeBytes(certificate(link.certificate()));
            }
            return DeviceIdentity.parse(chain.toByteArray());
        }

        private byte[] certificate(@Nullable String sha256) throws MalformedDataException {
            String encoded = sha256 == null ? null : inventory.certificates().get(sha256);
            if (sha256 == null || encoded == null || !isHash(sha256, encoded)) {
                throw new MalformedDataException("report", "it has no certificate " + sha256);
            }
            return HEX.parseHex(encoded);
        }

        private void keys(Device device) {
            DeviceIdentity identity = identities.get(device.name());
            for (Inventory.Key key : device.keys()) {
                if (!key.attestation().attested()) {
                    continue;
                }
                String what = "key \"" + key.label() + "\" of device " + device.name()
                        + " is said to be attested by it, but ";
                if (identity == null || key.attestation().evidence().isEmpty()) {
                    problems.add(what + "the device is not verified, or the attestation is not there");
                    continue;
                }
                try {
                    Cvc request =
                            Cvc.parse(certificate(key.attestation().evidence().get(0)));
                    AttestedPublicKey attested = AttestedPublicKey.of(request, identity);
                    trust.verify(attested);
                    Optional<String> publicKey = KeyFingerprint.of(attested);
                    if (Objects.equals(publicKey.orElse(null), key.publicKey())) {
                        attestations++;
                    } else {
                        problems.add(what + "the attestation is for another key");
                    }
                } catch (UntrustedDeviceException | MalformedDataException | IllegalArgumentException broken) {
                    problems.add(what + broken.getMessage());
                }
            }
        }
    }
}
