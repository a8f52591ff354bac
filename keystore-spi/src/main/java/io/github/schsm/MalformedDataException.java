// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm;

import java.io.Serial;

/** Bytes from a card, a file or a network are not what they should be. Says what was read, where, and what is wrong. */
public final class MalformedDataException extends SchsmException {
    @Serial
    private static final long serialVersionUID = 1L;

    private final int offset;

    /**
     * @param what   the thing that was being read, e.g. {@code "KDM"}
     * @param offset where in it the fault is, in bytes from its start
     * @param reason what is wrong there
     */
    public MalformedDataException(String what, int offset, String reason) {
        super(Reason.MALFORMED_DATA, what + " is malformed at byte " + offset + ": " + reason, null);
        this.offset = offset;
    }

    /**
     * @param what   the thing that was being read
     * @param reason what is wrong with it as a whole
     */
    public MalformedDataException(String what, String reason) {
        super(Reason.MALFORMED_DATA, what + " is malformed: " + reason, null);
        this.offset = 0;
    }

    /** Where the fault is, in bytes from the start of what was read. */
    public int offset() {
        return offset;
    }
}
