// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.keystore;

import io.github.schsm.KeyMigration;
import io.github.schsm.PinException;
import io.github.schsm.SchsmException;
import io.github.schsm.spi.Token;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** Migrations between two tokens: one run each, and what became of every key. */
final class Migrations {
    private Migrations() {}

    /** Moves one key; a failure is thrown. */
    static KeyMigration.Result move(Token source, Token target, String alias, boolean useCounterMayBeLost)
            throws SchsmException {
        MigrationRun run = new MigrationRun(source, target, useCounterMayBeLost);
        KeyMigration.Result result;
        try {
            run.look();
            result = run.move(alias);
        } catch (SchsmException | RuntimeException | Error failed) {
            // A callback handler may throw anything.
            List<String> left = run.finish();
            if (!left.isEmpty()) {
                failed.addSuppressed(new SchsmException("left behind: " + String.join("; ", left)));
            }
            throw failed;
        }
        return leaving(result, run.finish());
    }

    /** Moves keys; one that fails does not keep the others from moving. */
    static List<KeyMigration.Result> move(
            Token source, Token target, Collection<String> aliases, boolean useCounterMayBeLost) throws SchsmException {
        MigrationRun run = new MigrationRun(source, target, useCounterMayBeLost);
        List<KeyMigration.Result> results = new ArrayList<>();
        try {
            moveAll(run, aliases, results);
        } catch (Error broken) {
            run.finish();
            throw broken;
        }
        List<String> left = run.finish();
        return results.stream().map(result -> leaving(result, left)).toList();
    }

    private static void moveAll(MigrationRun run, Collection<String> aliases, List<KeyMigration.Result> results) {
        SchsmException forAll = null;
        try {
            run.expectMany(aliases.size() > 1);
            run.look();
        } catch (SchsmException unreachable) {
            forAll = unreachable;
        } catch (RuntimeException thrown) {
            forAll = MigrationRun.brokenOff(thrown);
        }
        for (String alias : aliases) {
            if (forAll != null) {
                results.add(failed(alias, forAll));
                continue;
            }
            try {
                results.add(run.move(alias));
            } catch (PinException notToBeTriedAgain) {
                forAll = notToBeTriedAgain;
                results.add(failed(alias, notToBeTriedAgain));
            } catch (SchsmException refused) {
                results.add(failed(alias, refused));
            } catch (RuntimeException thrown) {
                // Of a callback handler, say, which is not asked again: what has moved until now is not forgotten.
                forAll = MigrationRun.brokenOff(thrown);
                results.add(failed(alias, forAll));
            }
        }
    }

    private static KeyMigration.Result failed(String alias, SchsmException why) {
        return new KeyMigration.Result(alias, new byte[0], false, why, List.of());
    }

    private static KeyMigration.Result leaving(KeyMigration.Result result, List<String> left) {
        return new KeyMigration.Result(result.alias(), result.kcv(), result.wasThere(), result.failure(), left);
    }
}
