// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli.option;

import io.github.schsm.KeyType;
import io.github.schsm.cli.report.CliException;
import io.github.schsm.mechanism.Mechanism;
import io.github.schsm.mechanism.MechanismTable;
import java.util.List;

/** Algorithms as the command line names them: as the JCA does. */
public final class Algorithms {
    private Algorithms() {}

    /** Refuses a name that the provider does not have for such keys, and tells those that it has. */
    public static void require(String type, String name, KeyType keyType) throws CliException {
        List<Mechanism> rows = MechanismTable.all().stream()
                .filter(row -> row.type().equals(type) && row.keyType() == keyType)
                .toList();
        boolean known = rows.stream()
                .anyMatch(row -> row.name().equalsIgnoreCase(name)
                        || row.aliases().stream().anyMatch(alias -> alias.equalsIgnoreCase(name)));
        if (!known) {
            throw new CliException("--algorithm " + name + " is none for " + keyType + " keys: use one of "
                    + String.join(", ", rows.stream().map(Mechanism::name).toList()));
        }
    }
}
