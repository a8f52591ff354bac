// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.provider.audit;

import io.github.schsm.AttestedPublicKey;
import io.github.schsm.DataObject;
import io.github.schsm.DeviceException;
import io.github.schsm.KeyAlgorithm;
import io.github.schsm.KeyDomain;
import io.github.schsm.PinException;
import io.github.schsm.SchsmException;
import io.github.schsm.TokenCertificate;
import io.github.schsm.TokenKey;
import io.github.schsm.audit.AuditEvent;
import io.github.schsm.audit.AuditLine;
import java.util.Collection;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What a line of the audit log says, before it gets number, time and hash. */
final class Line {
    private static final HexFormat HEX = HexFormat.of().withUpperCase();
    private static final int LONGEST_TEXT = 500;

    private final Map<String, Object> members = new LinkedHashMap<>();

    Line(AuditEvent event) {
        members.put("event", event.id());
    }

    Map<String, Object> members() {
        return members;
    }

    /** A member; null for none. Long texts are cut: some come from outside. */
    Line and(String name, @Nullable Object value) {
        if (value instanceof String text) {
            members.put(name, cut(text));
        } else if (value != null) {
            members.put(name, value);
        }
        return this;
    }

    private static String cut(String text) {
        return text.length() > LONGEST_TEXT ? text.substring(0, LONGEST_TEXT) + "…" : text;
    }

    Line bytes(String name, byte @Nullable [] value) {
        return value == null || value.length == 0 ? this : and(name, HEX.formatHex(value));
    }

    /** The SHA-256 of something, which may be long. */
    Line sha256(String name, byte @Nullable [] value) {
        return value == null ? this : bytes(name, AuditLine.sha256().digest(value));
    }

    Line key(TokenKey key) {
        return key("key", key);
    }

    Line key(String name, TokenKey key) {
        return and(
                name,
                new Line.Part()
                        .and("reference", key.reference())
                        .and("label", key.label())
                        .and("id", HEX.formatHex(key.id()))
                        .and("type", key.type().name())
                        .members());
    }

    /** What a new key may be used for; nothing if the device does not limit it. */
    Line allowed(Collection<KeyAlgorithm> algorithms) {
        return algorithms.isEmpty()
                ? this
                : and("allowed", algorithms.stream().map(KeyAlgorithm::name).collect(Collectors.joining(",")));
    }

    Line certificate(TokenCertificate certificate) {
        return and(
                "certificate",
                new Part()
                        .and("reference", certificate.reference())
                        .and("label", certificate.label())
                        .members());
    }

    Line data(DataObject object) {
        return and(
                "data",
                new Part()
                        .and("reference", object.reference())
                        .and("label", object.label())
                        .and("application", object.application())
                        .and("pinProtected", object.pinProtected())
                        .members());
    }

    Line domain(KeyDomain.Status status) {
        and("kind", status.isXkek() ? "XKEK" : "DKEK").bytes("uid", status.uid());
        return status.hasKek() ? bytes("kcv", status.kcv()) : this;
    }

    /** A key of somebody else, with the device that holds it. */
    Line peer(AttestedPublicKey peer) {
        return and("peerDevice", peer.identity().deviceId())
                .and("peerKey", peer.request().chr());
    }

    /** How it ended. */
    Line result(@Nullable Throwable failed) {
        if (failed == null) {
            return and("result", "ok");
        }
        and("result", "failed").and("error", failed.getClass().getSimpleName());
        if (failed instanceof SchsmException ours) {
            // Ours never have a secret in them; what others throw, a callback handler say, could.
            and("reason", ours.reason().name()).and("message", ours.getMessage());
        }
        if (failed instanceof DeviceException device && device.statusWord() != 0) {
            and("statusWord", String.format(Locale.ROOT, "%04X", device.statusWord()));
        }
        if (failed instanceof PinException pin && pin.triesLeft() >= 0) {
            and("triesLeft", pin.triesLeft());
        }
        return this;
    }

    /** An object within a line. */
    static final class Part {
        private final Map<String, Object> members = new LinkedHashMap<>();

        Part and(String name, Object value) {
            if (value instanceof String text) {
                if (!text.isEmpty()) {
                    members.put(name, cut(text));
                }
            } else {
                members.put(name, value);
            }
            return this;
        }

        Map<String, Object> members() {
            return members;
        }
    }
}
