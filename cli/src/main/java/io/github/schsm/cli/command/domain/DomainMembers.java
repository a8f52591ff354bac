// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli.command.domain;

import io.github.schsm.KeyDomain;
import io.github.schsm.SchsmDevice;
import io.github.schsm.SchsmDevice.FoundDevice;
import io.github.schsm.SchsmDomain;
import io.github.schsm.SchsmException;
import io.github.schsm.UnsupportedByDeviceException;
import io.github.schsm.cli.command.Context;
import io.github.schsm.cli.report.Answer;
import io.github.schsm.cli.report.CliException;
import io.github.schsm.cli.report.Text;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Which key domain is meant, and its members for people. */
final class DomainMembers {
    private DomainMembers() {}

    /** The domain that the options or the configuration name, else the only one that the devices here are in. */
    static Context of(Context context) throws SchsmException, CliException {
        if (context.settings().isManyAsOne()) {
            return context;
        }
        Set<String> found = new TreeSet<>();
        for (FoundDevice reader : context.provider().devices()) {
            SchsmDevice device = reader.device();
            if (device != null) {
                statuses(device).stream()
                        .filter(status -> status.isXkek() || status.hasKek())
                        .map(status -> Text.hex(status.isXkek() ? status.uid() : status.kcv()))
                        .forEach(found::add);
            }
        }
        if (found.isEmpty()) {
            throw new CliException("no device here is in a key domain: schsm domain join makes one a member");
        }
        if (found.size() > 1) {
            throw new CliException("the devices here are in several key domains: " + String.join(", ", found)
                    + "; choose one with --domain and its first 8 or more digits");
        }
        return context.inDomain(found.iterator().next());
    }

    private static List<KeyDomain.Status> statuses(SchsmDevice device) throws SchsmException {
        try {
            return device.keyDomainStatuses();
        } catch (UnsupportedByDeviceException none) {
            return List.of();
        }
    }

    static Map<String, @Nullable Object> json(SchsmDomain.Member member) {
        return Answer.json("device", member.deviceId())
                .and("present", member.isPresent())
                .and("problem", member.problem().orElse(null))
                .members();
    }
}
