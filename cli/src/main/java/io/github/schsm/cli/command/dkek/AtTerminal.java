// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli.command.dkek;

import io.github.schsm.SchsmException;
import io.github.schsm.admin.dkek.Ceremony;
import io.github.schsm.card.dkek.DkekPasswordShare;
import io.github.schsm.cli.io.Io;
import io.github.schsm.cli.option.Secret;
import io.github.schsm.cli.report.CliException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Custodians at the terminal, one after the other; the screen is cleared between. */
final class AtTerminal implements Ceremony.Participants {
    private final Io io;
    private final boolean check;

    /** @param check whether a part of a password is typed back after it was noted */
    AtTerminal(Io io, boolean check) {
        this.io = io;
        this.check = check;
    }

    private Io.Person person() throws CliException {
        Io.Person person = io.person();
        if (person == null) {
            throw new CliException(
                    "custodians without a sealed file come to the terminal, and there is none: run this at one, or"
                            + " give --seal NAME=FILE for each custodian");
        }
        return person;
    }

    private void enter(String question) throws CliException {
        if (person().line(question) == null) {
            throw new CliException("the input ended: what was done is kept, continue with --continue");
        }
    }

    @Override
    public void turn(String custodian, int number, int total) throws CliException {
        person().clear();
        enter("Custodian " + number + " of " + total + ": " + custodian
                + ". All others leave the screen; press Enter. ");
    }

    @Override
    public void left(String custodian) throws CliException {
        person().clear();
    }

    @Override
    public char[] newPassword(String custodian, String shareFile) throws CliException {
        return password().readNew(with(person()), "of " + custodian + " for " + shareFile);
    }

    @Override
    public char[] password(String custodian, String shareFile) throws CliException {
        return password().read(with(person()), "of " + custodian + " for " + shareFile + ", made before");
    }

    private static Secret password() {
        return new Secret("password", "--password", null, null);
    }

    private Io with(Io.Person there) {
        return new Io(io.out(), io.err(), io.environment(), there);
    }

    @Override
    public void note(String custodian, char[] lines) throws CliException {
        Io.Person person = person();
        person.show(lines);
        enter("Note these three lines on your sheet; press Enter, and they are gone. ");
        person.clear();
    }

    @Override
    public @Nullable DkekPasswordShare noted(String custodian, boolean checking) throws SchsmException {
        if (checking && !check) {
            return null;
        }
        Io.Person person = person();
        char[][] typed = new char[3][];
        String[] questions = {"Prime: ", "Share ID: ", "Share value: "};
        try {
            for (int i = 0; i < typed.length; i++) {
                char[] answer = person.secret(
                        (checking ? "As you noted it, " : custodian + ", as you noted it, ") + questions[i]);
                if (answer == null) {
                    throw new CliException("the input ended: what was done is kept, continue with --continue");
                }
                typed[i] = answer;
            }
            return DkekPasswordShare.of(typed[0], typed[1], typed[2]);
        } finally {
            for (char[] one : typed) {
                if (one != null) {
                    Arrays.fill(one, '\0');
                }
            }
        }
    }

    @Override
    public void tell(String message) throws CliException {
        if (io.person() == null) {
            io.err().println("schsm: " + message);
        } else {
            enter(message + " Press Enter. ");
        }
    }
}
