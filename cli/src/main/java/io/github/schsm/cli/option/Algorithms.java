// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli.option;

import io.github.schsm.InvalidRequestException;
import io.github.schsm.KeyType;
import io.github.schsm.cli.report.CliException;
import io.github.schsm.mechanism.Mechanism;
import io.github.schsm.mechanism.MechanismTable;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** Algorithms as the command line names them: as the JCA does. */
public final class Algorithms {
    private static final String SIGNATURE = "Signature";

    private Algorithms() {}

    /** Refuses a signature algorithm that the provider does not have for such keys, and tells those that it has. */
    public static void requireSignature(String name, KeyType keyType) throws CliException {
        List<Mechanism> rows = rows(SIGNATURE, EnumSet.of(keyType));
        if (!isAmong(rows, name)) {
            throw new CliException(
                    "--algorithm " + name + " is none for " + keyType + " keys: use one of " + names(rows));
        }
    }

    private static List<Mechanism> rows(String type, Set<KeyType> keyTypes) {
        return MechanismTable.all().stream()
                .filter(row -> row.type().equals(type) && keyTypes.contains(row.keyType()))
                .toList();
    }

    private static boolean isAmong(List<Mechanism> rows, String name) {
        return rows.stream()
                .anyMatch(row -> row.name().equalsIgnoreCase(name)
                        || row.aliases().stream().anyMatch(alias -> alias.equalsIgnoreCase(name)));
    }

    private static String names(List<Mechanism> rows) {
        return String.join(", ", rows.stream().map(Mechanism::name).toList());
    }

    /** An algorithm that keys of some type have; whether a certain key has it is known where the key is. */
    private abstract static class Known extends Values.Text {
        private final String type;
        private final Set<KeyType> keyTypes;

        Known(String type, Set<KeyType> keyTypes) {
            this.type = type;
            this.keyTypes = keyTypes;
        }

        @Override
        protected final void require(String value) throws InvalidRequestException {
            List<Mechanism> rows = rows(type, keyTypes);
            if (!isAmong(rows, value)) {
                throw new InvalidRequestException("that algorithm is unknown: use one of " + names(rows));
            }
        }
    }

    /** By which a key signs. */
    public static final class OfSignature extends Known {
        OfSignature() {
            super(SIGNATURE, EnumSet.of(KeyType.EC, KeyType.RSA));
        }
    }

    /** By which data are encrypted for an RSA key. */
    public static final class OfCipher extends Known {
        OfCipher() {
            super("Cipher", EnumSet.of(KeyType.RSA));
        }
    }
}
