// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
import org.jspecify.annotations.NullMarked;

/** What an administrator does with devices, for programs and the command schsm. */
@NullMarked
@SuppressWarnings("module")
module io.github.schsm.admin {
    requires com.fasterxml.jackson.core;
    requires transitive com.fasterxml.jackson.databind;
    requires transitive io.github.schsm.card;
    requires transitive io.github.schsm.provider;
    requires io.github.schsm.simulator;
    requires transitive io.github.schsm.spi;
    requires java.xml;
    requires jdk.httpserver;
    requires jdk.net;
    requires org.bouncycastle.pkix;
    requires org.bouncycastle.provider;
    requires static transitive org.jspecify;

    exports io.github.schsm.admin.audit;
    exports io.github.schsm.admin.backup;
    exports io.github.schsm.admin.benchmark;
    exports io.github.schsm.admin.certificate;
    exports io.github.schsm.admin.console;
    exports io.github.schsm.admin.dkek;
    exports io.github.schsm.admin.doctor;
    exports io.github.schsm.admin.files;
    exports io.github.schsm.admin.inventory;
    exports io.github.schsm.admin.json;
    exports io.github.schsm.admin.key;
    exports io.github.schsm.admin.policy;
    exports io.github.schsm.admin.progress;
    exports io.github.schsm.admin.report;
    exports io.github.schsm.admin.selftest;
    exports io.github.schsm.admin.ssh;

    // Jackson reads and writes records that are not public, too.
    opens io.github.schsm.admin.audit to
            com.fasterxml.jackson.databind;
    opens io.github.schsm.admin.backup to
            com.fasterxml.jackson.databind;
    opens io.github.schsm.admin.certificate to
            com.fasterxml.jackson.databind;
    opens io.github.schsm.admin.console to
            com.fasterxml.jackson.databind;
    opens io.github.schsm.admin.dkek to
            com.fasterxml.jackson.databind;
    opens io.github.schsm.admin.inventory to
            com.fasterxml.jackson.databind;
    opens io.github.schsm.admin.key to
            com.fasterxml.jackson.databind;
    opens io.github.schsm.admin.policy to
            com.fasterxml.jackson.databind;
    opens io.github.schsm.admin.progress to
            com.fasterxml.jackson.databind;
    opens io.github.schsm.admin.report to
            com.fasterxml.jackson.databind;
    opens io.github.schsm.admin.selftest to
            com.fasterxml.jackson.databind;
}
