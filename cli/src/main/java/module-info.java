// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
import org.jspecify.annotations.NullMarked;

/** The schsm command. */
@NullMarked
@SuppressWarnings("requires-automatic") // JLine
module io.github.schsm.cli {
    requires com.fasterxml.jackson.core;
    requires info.picocli;
    requires io.github.schsm.admin;
    requires io.github.schsm.bridge;
    requires io.github.schsm.card;
    requires io.github.schsm.examples;
    requires io.github.schsm.provider;
    requires io.github.schsm.remote;
    requires io.github.schsm.simulator;
    requires org.jline;
    requires static transitive org.jspecify;

    opens io.github.schsm.cli to
            info.picocli;
    opens io.github.schsm.cli.command to
            info.picocli;
    opens io.github.schsm.cli.command.backup to
            info.picocli;
    opens io.github.schsm.cli.command.certificate to
            info.picocli;
    opens io.github.schsm.cli.command.audit to
            info.picocli;
    opens io.github.schsm.cli.command.device to
            info.picocli;
    opens io.github.schsm.cli.command.dkek to
            info.picocli;
    opens io.github.schsm.cli.command.domain to
            info.picocli;
    opens io.github.schsm.cli.command.key to
            info.picocli;
    opens io.github.schsm.cli.command.object to
            info.picocli;
    opens io.github.schsm.cli.command.remote to
            info.picocli;
    opens io.github.schsm.cli.command.report to
            info.picocli;
    opens io.github.schsm.cli.command.shell to
            info.picocli;
    opens io.github.schsm.cli.option to
            info.picocli;
}
