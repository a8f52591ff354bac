// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.admin.inventory;

import io.github.schsm.Cvc;
import io.github.schsm.DeviceTrust.VerifiedDevice;
import io.github.schsm.MalformedDataException;
import io.github.schsm.admin.inventory.Inventory.Certificate;
import io.github.schsm.admin.inventory.Inventory.CertificateKind;
import io.github.schsm.admin.inventory.Inventory.ChainLink;
import io.github.schsm.codec.Tlv;
import io.github.schsm.codec.X509Certificates;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The certificates that an inventory mentions, each kept once, and what they say. */
final class Evidence {
    private static final int X509 = 0x30;
    private static final HexFormat HEX = KeyFingerprint.HEX;

    private final Map<String, String> encoded = new ConcurrentHashMap<>();
    private final Instant taken;

    Evidence(Instant taken) {
        this.taken = taken;
    }

    /** Keeps a certificate; returns its SHA-256. */
    String keep(byte[] certificate) {
        String sha256 = KeyFingerprint.sha256(certificate);
        encoded.computeIfAbsent(sha256, unknown -> HEX.formatHex(certificate));
        return sha256;
    }

    List<String> keepAll(List<Cvc> chain) {
        List<String> kept = new ArrayList<>();
        chain.forEach(cvc -> kept.add(keep(cvc.getEncoded())));
        return kept;
    }

    Map<String, String> all() {
        return encoded;
    }

    /** The chain of a device that was verified. */
    List<ChainLink> chain(VerifiedDevice device) {
        return device.chain().stream().map(this::link).toList();
    }

    ChainLink link(Cvc cvc) {
        return new ChainLink(
                cvc.chr(),
                cvc.car().orElse(null),
                cvc.effectiveDate().orElse(null),
                cvc.expirationDate().orElse(null),
                keep(cvc.getEncoded()));
    }

    /** What is stored with a key, or for itself. */
    Certificate certificate(byte[] stored) {
        try {
            byte[] first = Tlv.parseFirst(stored).encoded();
            if (first.length > 0 && (first[0] & 0xFF) == X509) {
                return x509(X509Certificates.parse(first), first);
            }
            Cvc cvc = Cvc.parse(first);
            return new Certificate(
                    cvc.kind() == Cvc.Kind.CERTIFICATE ? CertificateKind.CVC : CertificateKind.REQUEST,
                    cvc.chr(),
                    cvc.outerCar().or(cvc::car).orElse(null),
                    null,
                    null,
                    null,
                    null,
                    keep(first));
        } catch (MalformedDataException unreadable) {
            return new Certificate(CertificateKind.UNREADABLE, null, null, null, null, null, null, keep(stored));
        }
    }

    private Certificate x509(X509Certificate certificate, byte[] der) {
        Instant end = certificate.getNotAfter().toInstant();
        return new Certificate(
                CertificateKind.X509,
                certificate.getSubjectX500Principal().getName(),
                certificate.getIssuerX500Principal().getName(),
                certificate.getSerialNumber().toString(16).toUpperCase(Locale.ROOT),
                certificate.getNotBefore().toInstant(),
                end,
                Math.floorDiv(
                        Duration.between(taken, end).toSeconds(),
                        Duration.ofDays(1).toSeconds()),
                keep(der));
    }
}
