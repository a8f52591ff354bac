// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.card.channel;

import io.github.schsm.InvalidRequestException;
import io.github.schsm.MalformedDataException;
import io.github.schsm.SchsmException;
import io.github.schsm.SchsmException.Reason;
import io.github.schsm.TransportException;
import io.github.schsm.card.apdu.ApduProcessor;
import io.github.schsm.card.apdu.CardCommand;
import io.github.schsm.card.apdu.CommandApdu;
import io.github.schsm.card.apdu.ResponseApdu;
import io.github.schsm.card.apdu.TransmitFailure;
import io.github.schsm.card.apdu.UnprotectedAnswerException;
import io.github.schsm.card.transport.CommandLimits;
import org.jspecify.annotations.Nullable;

/**
 * Protects commands on their way out, and lets only answers in that the device protected. After any other answer the
 * channel is {@linkplain #close() closed}, and nothing goes over it any more.
 */
public final class SecureMessagingProcessor implements ApduProcessor {
    private final SecureMessaging channel;
    private final String reader;
    private final String deviceId;
    private final CommandLimits limits;
    private final ApduProcessor next;
    private boolean closed;

    /**
     * A step over a channel that was just made.
     *
     * @param reader   the reader's name, for people
     * @param deviceId the device's id, for people
     */
    public SecureMessagingProcessor(
            SecureMessaging channel, String reader, String deviceId, CommandLimits limits, ApduProcessor next) {
        this.channel = channel;
        this.reader = reader;
        this.deviceId = deviceId;
        this.limits = limits;
        this.next = next;
    }

    @Override
    public ResponseApdu process(CardCommand name, CommandApdu command)
            throws TransmitFailure, UnprotectedAnswerException, SchsmException {
        if (closed) {
            throw new IllegalStateException("the secure channel was closed");
        }
        CommandApdu hidden = channel.protect(command, limits.extended());
        if (!limits.extended() && hidden.needsExtended()) {
            close();
            throw new InvalidRequestException("reader '" + reader
                    + "': it passes short commands only, and the secure channel makes " + name.title()
                    + " longer than that; do this one step in a reader with extended length");
        }
        ResponseApdu answer = next.process(name, hidden);
        if (answer.dataLength() == 0) {
            close();
            throw new UnprotectedAnswerException(answer.sw());
        }
        try {
            return channel.unprotect(answer);
        } catch (MalformedDataException e) {
            close();
            throw broken(reader, deviceId, name, e.getMessage(), e);
        }
    }

    /** What to tell when an answer is not the one that the device protected. */
    public static TransportException broken(
            String reader, String deviceId, CardCommand name, @Nullable String reason, @Nullable Exception cause) {
        return new TransportException(
                Reason.SECURE_CHANNEL,
                "reader '" + reader + "': the answer to " + name.title() + " is not the one that device " + deviceId
                        + " protected: " + reason
                        + "; whether the device executed the command is not known, the secure channel was closed",
                cause);
    }

    /** Whether the channel is of no use any more. */
    public boolean isClosed() {
        return closed;
    }

    /** Wipes the keys. */
    public void close() {
        closed = true;
        channel.destroy();
    }
}
