// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.admin.selftest;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** All checks, in the order in which they are run. */
final class Checks {
    /** The sections of docs/protocol.md that a device can be asked about, in their order. */
    static final List<String> SECTIONS = List.of(
            "device",
            "files",
            "commands",
            "initialization",
            "status-words",
            "key-generation",
            "authenticated-requests",
            "certificates-and-trust",
            "curves-and-key-sizes",
            "algorithms",
            "pkcs15-descriptions",
            "key-domains",
            "key-domain-membership",
            "xkek-agreement",
            "wrapped-keys",
            "dkek-shares",
            "public-key-authentication",
            "secure-messaging",
            "devices-that-differ",
            "genuine-hardware");

    static final List<Check> ALL = all();

    private Checks() {}

    private static List<Check> all() {
        List<Check> all = new ArrayList<>();
        all.addAll(DeviceChecks.ALL);
        all.addAll(FileChecks.ALL);
        all.addAll(CommandChecks.ALL);
        all.addAll(CertificateChecks.ALL);
        all.addAll(InitializationChecks.ALL);
        all.addAll(KeyChecks.ALL);
        all.addAll(AlgorithmChecks.ALL);
        all.addAll(DomainChecks.ALL);
        all.addAll(WrapChecks.ALL);
        all.addAll(PairChecks.ALL);
        // What is harmless comes first, while the device is as it was; then what needs the same initialization.
        all.sort(Comparator.comparing(Check::level)
                .thenComparing(Check::setup)
                .thenComparing(check -> SECTIONS.indexOf(check.section())));
        return List.copyOf(all);
    }
}
