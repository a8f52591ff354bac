// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.card.transport;

import io.github.schsm.SchsmException;
import io.github.schsm.SchsmException.Reason;
import io.github.schsm.TokenNotPresentException;
import io.github.schsm.TransportException;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.smartcardio.CardException;
import javax.smartcardio.CardNotPresentException;
import jnasmartcardio.Smartcardio;
import org.jspecify.annotations.Nullable;

/**
 * What an exception from a {@code javax.smartcardio} implementation means. The two implementations disagree about
 * types, checked or not, for the same event; what they have in common is the PC/SC code, as a number or as a name
 * inside a message, so that is looked for first.
 *
 * @param kind  what happened
 * @param code  PC/SC's name for it, e.g. {@code SCARD_W_REMOVED_CARD}, or null
 * @param cause the exception
 */
record PcscFault(Kind kind, @Nullable String code, Throwable cause) {
    enum Kind {
        /** There is no card in the reader. */
        NO_CARD,
        /** There is no such reader any more. */
        NO_READER,
        /** The card was removed; another or the same may be in by now. */
        REMOVED,
        /** Another program reset the card, or it lost power; nothing was sent. */
        RESET,
        /** Another program holds the card exclusively. */
        BUSY,
        /** The PC/SC service does not run, or stopped. */
        NO_SERVICE,
        /** The handle is from another life of the PC/SC service or of the card; nothing was sent. */
        STALE,
        /** The card does not answer to being powered up. */
        UNRESPONSIVE,
        /** The PC/SC service does not let this user in. */
        DENIED,
        /** A native library or class of the implementation was not loaded. */
        LIBRARY,
        /** An APDU went wrong between reader and card; it may have been executed. Anything that is not known, too. */
        COMMUNICATION
    }

    /** SunPCSC says "Unknown error 0x..." of what it has no name for. */
    private static final Pattern NAME = Pattern.compile("SCARD_[A-Z]_[A-Z_]+|(?<=Unknown error )0x[0-9A-Fa-f]{1,16}");

    private static final Map<Integer, String> CODES = Map.ofEntries(
            Map.entry(0x80100001, "SCARD_F_INTERNAL_ERROR"),
            Map.entry(0x80100003, "SCARD_E_INVALID_HANDLE"),
            Map.entry(0x80100006, "SCARD_E_NO_MEMORY"),
            Map.entry(0x80100009, "SCARD_E_UNKNOWN_READER"),
            Map.entry(0x8010000B, "SCARD_E_SHARING_VIOLATION"),
            Map.entry(0x8010000C, "SCARD_E_NO_SMARTCARD"),
            Map.entry(0x8010000F, "SCARD_E_PROTO_MISMATCH"),
            Map.entry(0x80100013, "SCARD_F_COMM_ERROR"),
            Map.entry(0x80100016, "SCARD_E_NOT_TRANSACTED"),
            Map.entry(0x80100017, "SCARD_E_READER_UNAVAILABLE"),
            Map.entry(0x80100018, "SCARD_P_SHUTDOWN"),
            Map.entry(0x8010001D, "SCARD_E_NO_SERVICE"),
            Map.entry(0x8010001E, "SCARD_E_SERVICE_STOPPED"),
            Map.entry(0x80100027, "SCARD_E_NO_ACCESS"),
            Map.entry(0x8010002E, "SCARD_E_NO_READERS_AVAILABLE"),
            Map.entry(0x80100066, "SCARD_W_UNRESPONSIVE_CARD"),
            Map.entry(0x80100067, "SCARD_W_UNPOWERED_CARD"),
            Map.entry(0x80100068, "SCARD_W_RESET_CARD"),
            Map.entry(0x80100069, "SCARD_W_REMOVED_CARD"),
            Map.entry(0x8010006A, "SCARD_W_SECURITY_VIOLATION"));

    private static final Map<String, Kind> KINDS = Map.ofEntries(
            Map.entry("SCARD_E_INVALID_HANDLE", Kind.STALE),
            Map.entry("SCARD_E_UNKNOWN_READER", Kind.NO_READER),
            Map.entry("SCARD_E_READER_UNAVAILABLE", Kind.NO_READER),
            Map.entry("SCARD_E_NO_READERS_AVAILABLE", Kind.NO_READER),
            Map.entry("SCARD_E_SHARING_VIOLATION", Kind.BUSY),
            Map.entry("SCARD_E_NO_SMARTCARD", Kind.NO_CARD),
            Map.entry("SCARD_P_SHUTDOWN", Kind.NO_SERVICE),
            Map.entry("SCARD_E_NO_SERVICE", Kind.NO_SERVICE),
            Map.entry("SCARD_E_SERVICE_STOPPED", Kind.NO_SERVICE),
            Map.entry("SCARD_E_NO_ACCESS", Kind.DENIED),
            Map.entry("SCARD_W_SECURITY_VIOLATION", Kind.DENIED),
            Map.entry("SCARD_W_UNRESPONSIVE_CARD", Kind.UNRESPONSIVE),
            Map.entry("SCARD_W_UNPOWERED_CARD", Kind.RESET),
            Map.entry("SCARD_W_RESET_CARD", Kind.RESET),
            Map.entry("SCARD_W_REMOVED_CARD", Kind.REMOVED));

    /** After these it is certain that the device never saw the command. */
    private static final Set<Kind> NOT_SENT =
            Set.of(Kind.NO_CARD, Kind.NO_READER, Kind.RESET, Kind.STALE, Kind.BUSY, Kind.DENIED, Kind.LIBRARY);

    private static final int MAX_CAUSES = 8;

    /** Finds out what an exception means. */
    static PcscFault of(Throwable thrown) {
        @Nullable String code = code(thrown);
        @Nullable Kind kind = code == null ? null : KINDS.get(code);
        if (kind == null) {
            kind = kindByType(thrown);
        }
        return new PcscFault(kind, code, thrown);
    }

    /** The same event, known better. */
    PcscFault withKind(Kind better) {
        return new PcscFault(better, code, cause);
    }

    private static @Nullable String code(Throwable thrown) {
        @Nullable Throwable at = thrown;
        for (int depth = 0; at != null && depth < MAX_CAUSES; depth++, at = at.getCause()) {
            if (at instanceof Smartcardio.JnaPCSCException pcsc && CODES.containsKey((int) pcsc.code)) {
                return CODES.get((int) pcsc.code);
            }
            if (at.getMessage() != null) {
                Matcher name = NAME.matcher(at.getMessage());
                if (name.find()) {
                    return name.group();
                }
            }
            if (at instanceof Smartcardio.JnaPCSCException pcsc && (int) pcsc.code != 0) {
                return String.format(Locale.ROOT, "0x%08X", (int) pcsc.code);
            }
        }
        return null;
    }

    private static Kind kindByType(Throwable thrown) {
        if (thrown instanceof CardNotPresentException) {
            return Kind.NO_CARD;
        }
        if (LibraryFault.is(thrown)) {
            return Kind.LIBRARY;
        }
        // SunPCSC checks the card's state before it sends anything.
        if (thrown instanceof IllegalStateException) {
            return Kind.STALE;
        }
        // Both implementations do arithmetic on an answer that is not there when the card goes away during an APDU.
        if (thrown instanceof IllegalArgumentException) {
            return Kind.REMOVED;
        }
        return Kind.COMMUNICATION;
    }

    /** Whether the device may have executed the command that ended so. */
    boolean outcomeUnknown() {
        return !NOT_SENT.contains(kind);
    }

    /**
     * What to tell the caller.
     *
     * @param reader    the reader's name
     * @param duringApdu whether a command was under way
     */
    SchsmException failure(String reader, boolean duringApdu) {
        String where = "reader '" + reader + "': ";
        return switch (kind) {
            case REMOVED ->
                duringApdu
                        ? new TokenNotPresentException(
                                Reason.TOKEN_REMOVED,
                                where
                                        + "the card was removed during a command, whether the device executed it is not known"
                                        + detail(),
                                cause)
                        : new TokenNotPresentException(
                                where + "the card was removed; insert it again" + detail(), cause);
            case NO_CARD ->
                new TokenNotPresentException(where + "there is no card in it; insert one" + detail(), cause);
            case NO_READER ->
                new TokenNotPresentException(
                        where + "it is not connected any more; plug it in again" + detail(), cause);
            case STALE ->
                new TokenNotPresentException(
                        where + "the connection to the card is gone; insert the card again" + detail(), cause);
            case RESET ->
                new TransportException(where + "another program reset the card again and again" + detail(), cause);
            case BUSY ->
                new TransportException(
                        where + "another program uses the card exclusively; close that program or wait for it"
                                + detail(),
                        cause);
            case NO_SERVICE, DENIED, LIBRARY -> serviceFailure("reader '" + reader + "'");
            case UNRESPONSIVE ->
                new TransportException(
                        where + "the card does not answer when it is powered up; is it inserted the right way?"
                                + detail(),
                        cause);
            case COMMUNICATION ->
                new TransportException(
                        where
                                + (duringApdu
                                        ? "communication failed during a command, whether the device executed it is not known"
                                        : "communication with the card failed")
                                + detail(),
                        cause);
        };
    }

    /**
     * What to tell the caller when no reader could be asked at all.
     *
     * @param source what was to be reached: {@code pcsc}, {@code sunpcsc}, or a reader
     */
    TransportException serviceFailure(String source) {
        String what = switch (kind) {
            case NO_SERVICE -> PcscService.absence() + detail();
            case DENIED ->
                "the PC/SC service (pcscd) does not let this user in" + detail()
                        + "; where polkit guards it, its rules have to allow the actions"
                        + " org.debian.pcsc-lite.access_pcsc and org.debian.pcsc-lite.access_card";
            case LIBRARY -> LibraryFault.explain(source, cause);
            default ->
                isKnown()
                        ? "the PC/SC service (pcscd) failed" + detail()
                        : "the PC/SC service (pcscd) failed, why is not known here" + detail();
        };
        return new TransportException(source + ": " + what, cause);
    }

    private boolean isKnown() {
        return code != null && CODES.containsValue(code);
    }

    private String detail() {
        if (code != null) {
            return isKnown() ? " (" + code + ")" : " (unknown error " + code + ")";
        }
        Throwable telling = cause;
        @Nullable Throwable at = cause;
        for (int depth = 0; at != null && depth < MAX_CAUSES; depth++, at = at.getCause()) {
            if (at.getMessage() != null && !at.getMessage().isBlank()) {
                telling = at;
            }
        }
        String message = telling.getMessage();
        if (telling instanceof CardException && message != null && !message.isBlank()) {
            return " (" + message + ")";
        }
        String type = telling.getClass().getSimpleName();
        return " (" + (message == null || message.isBlank() ? type : type + ": " + message) + ")";
    }
}
