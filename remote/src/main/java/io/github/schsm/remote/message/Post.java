// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.remote.message;

import io.github.schsm.MalformedDataException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a client posts: its card's answer to reset, or answers to requests, or that it leaves, on its own or with
 * answers.
 *
 * @param atr     the answer to reset in a first post, else null
 * @param answers the answers, or null
 * @param leaving why the client leaves, or null
 */
@SuppressWarnings("ArrayRecordComponent")
public record Post(
        byte @Nullable [] atr,
        @Nullable Answers answers,
        @Nullable String leaving) {
    private static final int MOST_ATR_BYTES = 33;
    private static final int LEAST_ATR_BYTES = 2;
    private static final int STATUS_WORD = 2;

    /** The first post. */
    public static Post initiation(byte[] atr) {
        return new Post(atr, null, null);
    }

    /** Answers to requests. */
    public static Post of(Answers answers) {
        return new Post(null, answers, null);
    }

    /** The client leaves. */
    public static Post leaving(String reason) {
        return new Post(null, null, reason);
    }

    /** The same, and the client leaves. */
    public Post andLeaving(String reason) {
        return new Post(atr, answers, reason);
    }

    /** The body; the caller's to wipe. */
    public byte[] encode() {
        BodyWriter body = new BodyWriter();
        if (atr != null) {
            body.write(Tag.INITIATION, new BodyWriter().write(Tag.RESET, atr));
        }
        if (answers != null) {
            BodyWriter content = new BodyWriter();
            for (Answer answer : answers.list()) {
                if (answer instanceof Answer.Response response) {
                    content.write(Tag.RESPONSE, response.apdu());
                } else if (answer instanceof Answer.Atr reset) {
                    content.write(Tag.RESET, reset.atr());
                }
            }
            // The vendor's client says so within its answers, too.
            if (leaving != null) {
                content.write(Tag.LEAVING, reason(leaving));
            }
            content.write(Tag.PROCESSED, answers.processed());
            body.write(Tag.ANSWERS, content);
        } else if (leaving != null) {
            body.write(Tag.LEAVING, reason(leaving));
        }
        return body.bytes();
    }

    private static BodyWriter reason(String leaving) {
        return new BodyWriter().write(Tag.TEXT, leaving.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Reads a body.
     *
     * @throws MalformedDataException if it is none
     */
    public static Post parse(byte[] body) throws MalformedDataException {
        BodyReader objects = new BodyReader(body);
        byte[] atr = null;
        Answers answers = null;
        String leaving = null;
        while (objects.next()) {
            if (leaving != null) {
                throw objects.malformed("something after the client has left");
            }
            switch (objects.tag()) {
                case Tag.INITIATION -> {
                    requireFirst(objects, atr, answers);
                    atr = initiated(objects.inside());
                }
                case Tag.ANSWERS -> {
                    requireFirst(objects, atr, answers);
                    Post inside = answers(objects.inside());
                    answers = inside.answers;
                    leaving = inside.leaving;
                }
                case Tag.LEAVING -> leaving = text(objects.inside());
                default -> throw objects.unexpected();
            }
        }
        if (atr == null && answers == null && leaving == null) {
            throw objects.malformed("it is empty");
        }
        return new Post(atr, answers, leaving);
    }

    private static void requireFirst(BodyReader objects, byte @Nullable [] atr, @Nullable Answers answers)
            throws MalformedDataException {
        if (atr != null || answers != null) {
            throw objects.unexpected();
        }
    }

    private static byte[] initiated(BodyReader objects) throws MalformedDataException {
        byte[] atr = null;
        while (objects.next()) {
            if (objects.tag() != Tag.RESET || atr != null) {
                throw objects.unexpected();
            }
            atr = atr(objects);
        }
        if (atr == null) {
            throw objects.malformed("there is no answer to reset");
        }
        return atr;
    }

    private static byte[] atr(BodyReader object) throws MalformedDataException {
        byte[] atr = object.value();
        if (atr.length < LEAST_ATR_BYTES || atr.length > MOST_ATR_BYTES) {
            throw object.malformed("an answer to reset of " + atr.length + " bytes");
        }
        return atr;
    }

    private static Post answers(BodyReader objects) throws MalformedDataException {
        List<Answer> list = new ArrayList<>();
        int processed = -1;
        String leaving = null;
        while (objects.next()) {
            if (processed >= 0) {
                throw objects.malformed("something behind the number of commands");
            }
            switch (objects.tag()) {
                case Tag.RESPONSE -> {
                    byte[] apdu = objects.value();
                    if (apdu.length < STATUS_WORD) {
                        throw objects.malformed("a response without a status word");
                    }
                    list.add(new Answer.Response(apdu));
                }
                case Tag.RESET -> list.add(new Answer.Atr(atr(objects)));
                case Tag.LEAVING -> leaving = text(objects.inside());
                case Tag.PROCESSED -> {
                    processed = objects.number();
                    if (processed < 0) {
                        throw objects.malformed("a negative number of commands");
                    }
                }
                default -> throw objects.unexpected();
            }
        }
        if (processed < 0) {
            throw objects.malformed("the number of commands is missing");
        }
        return new Post(null, new Answers(list, processed), leaving);
    }

    private static String text(BodyReader objects) throws MalformedDataException {
        String text = "";
        while (objects.next()) {
            if (objects.tag() != Tag.TEXT) {
                throw objects.unexpected();
            }
            text = objects.text();
        }
        return text;
    }
}
