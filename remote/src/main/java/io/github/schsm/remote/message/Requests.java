// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.remote.message;

import io.github.schsm.MalformedDataException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * What the server wants of a client, in order; nothing at all asks only whether the client is still there.
 *
 * @param list the requests
 */
public record Requests(List<Request> list) {
    /** Asks whether the client is still there. */
    public static final Requests NONE = new Requests(List.of());

    public Requests {
        list = List.copyOf(list);
    }

    /** How many commands are among them. */
    public int commands() {
        return (int) list.stream().filter(Request.Command.class::isInstance).count();
    }

    /** The server's body; the caller's to wipe. */
    public byte[] encode() {
        BodyWriter content = new BodyWriter();
        for (Request request : list) {
            if (request instanceof Request.Command command) {
                content.write(Tag.COMMAND, command.apdu());
            } else if (request instanceof Request.Reset) {
                content.write(Tag.RESET, new byte[0]);
            } else if (request instanceof Request.Notification notification) {
                content.write(
                        Tag.NOTIFICATION,
                        new BodyWriter()
                                .write(Tag.NUMBER, notification.id())
                                .write(Tag.TEXT, notification.text().getBytes(StandardCharsets.UTF_8)));
            }
        }
        return new BodyWriter().write(Tag.REQUESTS, content).bytes();
    }

    /**
     * Reads a server's body.
     *
     * @throws MalformedDataException if it is none
     */
    public static Requests parse(byte[] body) throws MalformedDataException {
        BodyReader outer = new BodyReader(body);
        if (!outer.next()) {
            throw outer.malformed("it is empty");
        }
        if (outer.tag() != Tag.REQUESTS) {
            throw outer.unexpected();
        }
        BodyReader objects = outer.inside();
        List<Request> requests = new ArrayList<>();
        while (objects.next()) {
            requests.add(request(objects));
        }
        if (outer.next()) {
            throw outer.unexpected();
        }
        return new Requests(requests);
    }

    private static Request request(BodyReader object) throws MalformedDataException {
        return switch (object.tag()) {
            case Tag.COMMAND -> new Request.Command(object.value());
            case Tag.RESET -> {
                if (!object.isEmpty()) {
                    throw object.malformed("a request to reset with something in it");
                }
                yield new Request.Reset();
            }
            case Tag.NOTIFICATION -> notification(object.inside());
            default -> throw object.unexpected();
        };
    }

    private static Request notification(BodyReader objects) throws MalformedDataException {
        int id = 0;
        String text = "";
        while (objects.next()) {
            switch (objects.tag()) {
                case Tag.NUMBER -> id = objects.number();
                case Tag.TEXT -> text = objects.text();
                default -> throw objects.unexpected();
            }
        }
        return new Request.Notification(id, text);
    }
}
