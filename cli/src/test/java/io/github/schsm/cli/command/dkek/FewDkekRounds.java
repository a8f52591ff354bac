// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli.command.dkek;

import io.github.schsm.card.dkek.DkekShareFile;
import picocli.CommandLine;

/** The same for the commands of this package. */
public final class FewDkekRounds {
    private FewDkekRounds() {}

    /** Makes them take these rounds. */
    public static void use(CommandLine schsm, DkekShareFile few) {
        ((ImportKeyCommand) command(schsm, "import-key")).shares.form = few;
        DkekCommands.Hold hold = (DkekCommands.Hold) command(schsm, "dkek", "ceremony");
        hold.ceremony.form = few;
        DkekCommands.Reshare reshare = (DkekCommands.Reshare) command(schsm, "dkek", "reshare");
        reshare.ceremony.form = few;
        reshare.shares.form = few;
        ((DkekCommands.Check) command(schsm, "dkek", "check")).shares.form = few;
        mixin(schsm, "backup", "verify").form = few;
    }

    private static DkekShareOptions mixin(CommandLine schsm, String... names) {
        return (DkekShareOptions)
                at(schsm, names).getCommandSpec().mixins().get("shares").userObject();
    }

    private static Object command(CommandLine schsm, String... names) {
        return at(schsm, names).getCommandSpec().userObject();
    }

    private static CommandLine at(CommandLine schsm, String... names) {
        CommandLine at = schsm;
        for (String name : names) {
            at = at.getSubcommands().get(name);
        }
        return at;
    }
}
