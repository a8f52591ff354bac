// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli.command.backup;

import io.github.schsm.admin.backup.BackupArchive;
import io.github.schsm.admin.backup.BackupAuthenticity;
import io.github.schsm.admin.backup.BackupItem;
import io.github.schsm.cli.io.FileIo;
import io.github.schsm.cli.report.Answer;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What the commands about backups say in the same words. */
final class Outcomes {
    private Outcomes() {}

    static BackupArchive read(Path file) throws GeneralSecurityException {
        return BackupArchive.parse(FileIo.read(file, "backup archive", BackupArchive.MOST_BYTES));
    }

    static String named(BackupItem.Kind kind, String label) {
        String what = switch (kind) {
            case KEY -> "key";
            case CERTIFICATE -> "certificate";
            case DATA -> "data object";
            case DEVICE_LABEL -> "device label";
        };
        return what + " \"" + label + "\"";
    }

    static String sentence(BackupItem item) {
        String outcome = switch (item.outcome()) {
            case TO_WRITE -> "would be written";
            case WRITTEN -> "written";
            case PRESENT -> "is there already";
            case CONFLICT -> "NOT written";
            case IMPOSSIBLE -> "cannot come here";
            case NOT_SAVED -> "is not in the archive";
            case FAILED -> "FAILED";
            case NOT_TRIED -> "not tried";
        };
        String reason = item.reason();
        return named(item.kind(), item.label()) + ": " + outcome + (reason == null ? "" : ": " + reason);
    }

    static Map<String, @Nullable Object> json(BackupItem item) {
        return Answer.json("kind", item.kind().name())
                .and("label", item.label())
                .and("outcome", item.outcome().name())
                .and("reason", item.reason())
                .members();
    }

    static Map<String, @Nullable Object> json(BackupAuthenticity authenticity) {
        return Answer.json("kind", authenticity.kind().name())
                .and("signer", authenticity.signer())
                .and("sentence", authenticity.sentence())
                .members();
    }
}
