// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.admin.audit;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.schsm.admin.json.JsonDocuments;
import java.util.List;

/**
 * Whether an audit log is whole.
 *
 * @param files      the names of the files, in order
 * @param lines      how many lines they have
 * @param first      the number of the first line; 0 if there is none
 * @param last       the number of the last line; 0 if there is none
 * @param lastHash   its hash, 64 hexadecimal digits: together with the number what to note, to see later that nothing before
 *                   it was taken away
 * @param findings   what is not as it was written; empty if all is
 * @param unfinished what was begun, and how it ended is not in the log: broken off, or still being done
 * @param notes      what else is to be known, in sentences without their end
 */
public record AuditVerification(
        List<String> files,
        long lines,
        long first,
        long last,
        String lastHash,
        List<AuditFinding> findings,
        List<Unfinished> unfinished,
        List<String> notes) {
    /** Copies the lists. */
    public AuditVerification {
        files = List.copyOf(files);
        findings = List.copyOf(findings);
        unfinished = List.copyOf(unfinished);
        notes = List.copyOf(notes);
    }

    /**
     * Something that was begun.
     *
     * @param sequence the number of the line that says so
     * @param event    what it is
     * @param device   on which device
     * @param time     when, as ISO 8601 has it
     */
    public record Unfinished(long sequence, String event, String device, String time) {}

    /** Whether everything is as it was written. */
    public boolean isWhole() {
        return findings.isEmpty();
    }

    /** As a JSON document; its schema is {@code docs/schema/audit-verify.schema.json}. */
    public JsonNode json() {
        return JsonDocuments.tree(this);
    }
}
