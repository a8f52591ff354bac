// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli.command.dkek;

import io.github.schsm.SchsmException;
import io.github.schsm.admin.dkek.RecordSignature;
import io.github.schsm.cli.io.FileIo;
import io.github.schsm.cli.io.StandardFile;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Where the signature of a ceremony's record is: in the file that is named, else in the one beside the record. */
public final class SignatureOfRecord {
    private SignatureOfRecord() {}

    /**
     * Reads it.
     *
     * @param record the record's file
     * @param named  the signature's file; null for the one beside the record
     * @return null if none is named and none is there
     * @throws SchsmException if the file cannot be read, or is no signature
     */
    public static @Nullable RecordSignature read(Path record, @Nullable Path named) throws SchsmException {
        Path from = named != null ? named : record.resolveSibling(RecordSignature.FILE);
        if (named == null && (StandardFile.is(record) || !Files.exists(from))) {
            return null;
        }
        return RecordSignature.parse(FileIo.named(from), FileIo.read(from, "signature"));
    }
}
