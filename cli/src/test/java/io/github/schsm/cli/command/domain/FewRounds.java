// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli.command.domain;

import io.github.schsm.card.dkek.DkekShareFile;
import io.github.schsm.cli.command.dkek.FewDkekRounds;
import picocli.CommandLine;

/** The real number of rounds takes seconds for each share file; what the command does with the file is the same. */
public final class FewRounds {
    private static final DkekShareFile FEW = DkekShareFile.withRounds(10);

    private FewRounds() {}

    /** Makes the commands that write and open share files take few rounds. */
    public static void use(CommandLine schsm) {
        ((DomainCommands.CreateShare) command(schsm, "create-share")).form = FEW;
        ((DomainCommands.ImportShare) command(schsm, "import-share")).form = FEW;
        FewDkekRounds.use(schsm, FEW);
    }

    private static Object command(CommandLine schsm, String name) {
        return schsm.getSubcommands()
                .get("domain")
                .getSubcommands()
                .get(name)
                .getCommandSpec()
                .userObject();
    }
}
