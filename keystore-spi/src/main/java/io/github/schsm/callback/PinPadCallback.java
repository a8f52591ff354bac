// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.callback;

import io.github.schsm.codec.PrintableText;
import java.io.Serial;
import java.util.Objects;
import javax.security.auth.callback.TextOutputCallback;

/**
 * Something has to be typed on the reader's PIN pad now, or that is over: the user must be told to look there. The
 * message is for people. A handler that does not know it may throw
 * {@link javax.security.auth.callback.UnsupportedCallbackException}; then only the last try is not used.
 *
 * <p>The call that tells it returns at once; the device waits until the PIN is typed, or the reader gives up.
 */
public final class PinPadCallback extends TextOutputCallback {
    @Serial
    private static final long serialVersionUID = 1L;

    /** What goes on. */
    public enum Entry {
        /** The PIN is wanted. */
        VERIFY,
        /** The present PIN is wanted, and a new one twice. */
        CHANGE,
        /** Typed or given up: nothing is wanted any more. */
        FINISHED
    }

    private final transient PinRequest request;
    private final Entry entry;

    /**
     * @param request what is known of the device and its PIN
     * @param entry   what goes on
     */
    public PinPadCallback(PinRequest request, Entry entry) {
        super(request.isLastTry() && entry != Entry.FINISHED ? WARNING : INFORMATION, message(request, entry));
        this.request = request;
        this.entry = Objects.requireNonNull(entry, "entry");
    }

    private static String message(PinRequest request, Entry entry) {
        String where = "on reader '" + PrintableText.of(request.reader()) + "': ";
        return switch (entry) {
            case VERIFY -> "Enter " + where + request.question();
            case CHANGE -> "Enter the present PIN, and the new one twice, " + where + request.question();
            case FINISHED -> "Finished " + where + request.question();
        };
    }

    /** What is known of the device and its PIN. */
    public PinRequest request() {
        return request;
    }

    /** What goes on. */
    public Entry entry() {
        return entry;
    }
}
