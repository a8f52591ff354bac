// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli.command.shell;

import io.github.schsm.SchsmDevice;
import io.github.schsm.SchsmDevice.FoundDevice;
import io.github.schsm.SchsmException;
import io.github.schsm.TokenKey;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Ids of the devices in reach, and labels of their keys, as far as anyone may read them; kept until a command has run. */
final class KnownNames {
    private static final System.Logger LOG = System.getLogger("io.github.schsm.cli");

    private final Session session;
    private final Map<String, List<String>> labels = new HashMap<>();
    private @Nullable List<String> devices;

    KnownNames(Session session) {
        this.session = session;
    }

    /** They may be others by now. */
    void forget() {
        devices = null;
        labels.clear();
    }

    List<String> devices() {
        List<String> known = devices;
        if (known == null) {
            known = new ArrayList<>();
            try {
                for (FoundDevice found : session.look(null).provider().devices()) {
                    SchsmDevice device = found.device();
                    if (device != null) {
                        known.add(device.name());
                    }
                }
            } catch (SchsmException unknown) {
                LOG.log(System.Logger.Level.DEBUG, "no devices to complete with", unknown);
            }
            devices = known;
        }
        return known;
    }

    /** @param device the device that the line names; null if it names none */
    List<String> labels(@Nullable String device) {
        return labels.computeIfAbsent(Objects.requireNonNullElse(device, ""), name -> read(device));
    }

    private List<String> read(@Nullable String device) {
        try {
            return session.look(device).open().device().keys().stream()
                    .map(TokenKey::label)
                    .toList();
        } catch (GeneralSecurityException unknown) {
            LOG.log(System.Logger.Level.DEBUG, "no labels to complete with", unknown);
            return List.of();
        }
    }
}
