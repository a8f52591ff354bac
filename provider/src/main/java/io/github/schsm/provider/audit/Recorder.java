// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.provider.audit;

import io.github.schsm.PinException;
import io.github.schsm.SchsmException;
import io.github.schsm.SchsmException.Reason;
import io.github.schsm.audit.AuditEvent;
import io.github.schsm.audit.AuditLog;
import io.github.schsm.audit.AuditLogException;
import io.github.schsm.audit.AuditSettings.Uses;
import io.github.schsm.spi.Token;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** Does things with one token, and writes them to the audit log. */
final class Recorder {
    private final AuditLog log;
    private final Token token;

    /** The change of a transport PIN that was begun in the middle of something else, and has not been told to have ended. */
    private final AtomicReference<@Nullable Begun> pinChange = new AtomicReference<>();

    private record Begun(String event, long sequence) {}

    /** What is done. */
    @FunctionalInterface
    interface Operation<T extends @Nullable Object> {
        T run() throws SchsmException;
    }

    /** The same without a result. */
    @FunctionalInterface
    interface Step {
        void run() throws SchsmException;
    }

    Recorder(AuditLog log, Token token) {
        this.log = log;
        this.token = token;
    }

    // Changes

    /**
     * Does a change: a line before it and one after it, so that a change that a crash cut off is seen.
     *
     * @param line  what is going to be done
     * @param after adds to the second line what came out; not called if it failed
     * @throws AuditLogException if the first line cannot be written: then nothing is done; or the second: then it is done
     */
    <T extends @Nullable Object> T change(Line line, Operation<T> operation, BiConsumer<Line, T> after)
            throws SchsmException {
        Begun begun = begin(line);
        T result;
        try {
            result = operation.run();
        } catch (SchsmException | RuntimeException | Error failed) {
            endAfterFailure(begun, failed);
            throw failed;
        }
        endPinChange(null);
        Line end = end(begun);
        after.accept(end, result);
        append(end.result(null), "it was done");
        return result;
    }

    void change(Line line, Step step) throws SchsmException {
        change(line, withoutResult(step), (end, done) -> {});
    }

    private static Operation<Boolean> withoutResult(Step step) {
        return () -> {
            step.run();
            return true;
        };
    }

    private Begun begin(Line line) throws AuditLogException {
        String event = String.valueOf(line.members().get("event"));
        return new Begun(event, log.append(complete(line.and("phase", "begin"))));
    }

    private static Line end(Begun begun) {
        Line end = new Line(AuditEvent.of(begun.event).orElseThrow());
        return end.and("phase", "end").and("begin", begun.sequence);
    }

    private void endAfterFailure(Begun begun, Throwable failed) {
        try {
            endPinChange(failed);
            log.append(withDevice(end(begun).result(failed)));
        } catch (AuditLogException unwritten) {
            failed.addSuppressed(unwritten);
        }
    }

    private void append(Line line, String state) throws AuditLogException {
        try {
            log.append(withDevice(line));
        } catch (AuditLogException unwritten) {
            throw new AuditLogException(
                    line.members().get("event") + " on " + token.description() + ": " + state
                            + ", but the line that says so could not be written: " + unwritten.getMessage(),
                    unwritten);
        }
    }

    // Uses

    /**
     * Uses a key, with as many lines as the configuration wants.
     *
     * @param after adds to the line what came out, no secret; not called if it failed
     */
    <T extends @Nullable Object> T use(Line line, Operation<T> operation, BiConsumer<Line, T> after)
            throws SchsmException {
        Uses uses = log.settings().uses();
        if (uses == Uses.NO) {
            return read(operation);
        }
        if (uses == Uses.REQUIRED) {
            return change(line, operation, after);
        }
        T result;
        try {
            result = operation.run();
        } catch (SchsmException | RuntimeException | Error failed) {
            tryToAppend(line.result(failed));
            tryToEndPinChange(failed);
            throw failed;
        }
        endPinChange(null);
        after.accept(line, result);
        tryToAppend(line.result(null));
        return result;
    }

    void use(Line line, Step step) throws SchsmException {
        use(line, withoutResult(step), (end, done) -> {});
    }

    /** Whether what a use is told of is wanted at all: hashing it costs time. */
    boolean areUsesWanted() {
        return log.settings().uses() != Uses.NO;
    }

    private void tryToAppend(Line line) {
        try {
            log.append(complete(line));
        } catch (AuditLogException unwritten) {
            warn(line, unwritten);
        }
    }

    private void warn(Line line, AuditLogException unwritten) {
        System.getLogger(Recorder.class.getName())
                .log(
                        System.Logger.Level.WARNING,
                        "{0} on {1} is not in the audit log: {2}",
                        line.members().get("event"),
                        token.description(),
                        unwritten.getMessage());
    }

    // What changes nothing

    /** Only reads. A PIN that was refused on the way is told: there is a try less. */
    <T extends @Nullable Object> T read(Operation<T> operation) throws SchsmException {
        T result;
        try {
            result = operation.run();
        } catch (SchsmException failed) {
            tryToEndPinChange(failed);
            if (isRefusal(failed)) {
                try {
                    log.append(complete(new Line(AuditEvent.PIN_REFUSED).result(failed)));
                } catch (AuditLogException unwritten) {
                    failed.addSuppressed(unwritten);
                }
            }
            throw failed;
        } catch (RuntimeException | Error failed) {
            tryToEndPinChange(failed);
            throw failed;
        }
        endPinChange(null);
        return result;
    }

    void readOnly(Step step) throws SchsmException {
        read(withoutResult(step));
    }

    private static boolean isRefusal(SchsmException failed) {
        return failed instanceof PinException
                && (failed.reason() == Reason.WRONG_PIN || failed.reason() == Reason.PIN_BLOCKED);
    }

    // A transport PIN, which a login may change on the way

    /** Says that the transport PIN is going to be changed. */
    void beginPinChange() throws AuditLogException {
        pinChange.set(begin(new Line(AuditEvent.PIN_CHANGE).and("transportPin", true)));
    }

    private void endPinChange(@Nullable Throwable failed) throws AuditLogException {
        Begun begun = pinChange.getAndSet(null);
        if (begun != null) {
            append(end(begun).result(failed), failed == null ? "it was done" : "it failed");
        }
    }

    private void tryToEndPinChange(Throwable failed) {
        try {
            endPinChange(failed);
        } catch (AuditLogException unwritten) {
            failed.addSuppressed(unwritten);
        }
    }

    // Lines

    private Map<String, Object> complete(Line line) {
        Map<String, Object> complete = withDevice(line);
        complete.putAll(Origin.THIS);
        return complete;
    }

    private Map<String, Object> withDevice(Line line) {
        Map<String, Object> complete = new LinkedHashMap<>(line.members());
        complete.put("device", token.id());
        complete.put("deviceKey", token.uniqueId());
        return complete;
    }
}
