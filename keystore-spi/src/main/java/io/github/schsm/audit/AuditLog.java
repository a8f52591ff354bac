// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.audit;

import java.nio.file.Path;
import java.util.Map;

/** An audit log that is written to. Opens no file before the first line. */
public final class AuditLog implements AutoCloseable {
    private final AuditSettings settings;
    private final LogFile file;
    private boolean closed;

    /** The log that is configured. */
    public AuditLog(AuditSettings settings) {
        this.settings = settings;
        this.file = LogFile.open(settings.file());
    }

    /** What is configured. */
    public AuditSettings settings() {
        return settings;
    }

    /** Where it is, with the whole path. */
    public Path path() {
        return file.path();
    }

    /**
     * Writes a line, and forces it to the disk.
     *
     * @param members strings, numbers, booleans, and maps of them; null for a member that is left out. Number, time and
     *                hash of the line are added
     * @return the line's number
     * @throws AuditLogException if it could not be written: then it is not there
     */
    public long append(Map<String, ?> members) throws AuditLogException {
        return file.append(members, settings);
    }

    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            file.release();
        }
    }
}
