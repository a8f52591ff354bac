// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.remote;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * A client as the wire's description has it, written from that alone: it shares no code with the product, and is strict
 * about what a server sends.
 */
public final class MiniClient {
    private static final HexFormat HEX = HexFormat.of().withUpperCase();

    /** The card in its reader. */
    public interface Contacts {
        byte[] transmit(byte[] command) throws IOException;

        /** Power off and on; returns the answer to reset. */
        byte[] reset() throws IOException;
    }

    private final URI url;
    private final @Nullable SSLContext tls;
    private final Contacts card;
    private final List<String> sent = new CopyOnWriteArrayList<>();
    private final List<String> received = new CopyOnWriteArrayList<>();
    private volatile @Nullable String cookie;
    private volatile @Nullable HttpURLConnection connection;
    private volatile boolean broken;

    public MiniClient(URI url, @Nullable SSLContext tls, Contacts card) {
        this.url = url;
        this.tls = tls;
        this.card = card;
    }

    /** Bodies that it sent, in hex. */
    public List<String> sent() {
        return List.copyOf(sent);
    }

    /** Bodies that it got, in hex. */
    public List<String> received() {
        return List.copyOf(received);
    }

    public @Nullable String cookie() {
        return cookie;
    }

    /** Serves until the server says something else than 200; returns the status. */
    public int run() throws IOException {
        byte[] body = tlv(0xE8, tlv(0xC0, card.reset()));
        while (true) {
            int status = post(body);
            if (status != 200) {
                return status;
            }
            body = process(HEX.parseHex(received.get(received.size() - 1)));
        }
    }

    /** One post; returns the status, and the body is the last of {@link #received()}. */
    public int post(byte[] body) throws IOException {
        sent.add(HEX.formatHex(body));
        HttpURLConnection http = (HttpURLConnection) url.toURL().openConnection();
        connection = http;
        if (http instanceof HttpsURLConnection https && tls != null) {
            https.setSSLSocketFactory(tls.getSocketFactory());
        }
        http.setConnectTimeout(10_000);
        http.setReadTimeout(40_000);
        http.setRequestMethod("POST");
        http.setDoOutput(true);
        http.setFixedLengthStreamingMode(body.length);
        http.setRequestProperty("Content-Type", "application/org.openscdp-content-mgt-response;version=1.0");
        http.setRequestProperty("Accept", "*/*");
        http.setRequestProperty("X-Admin-Protocol", "openscdp-remote-admin/1.0");
        if (cookie != null) {
            http.setRequestProperty("Cookie", cookie);
        }
        try (OutputStream out = http.getOutputStream()) {
            out.write(body);
        }
        // From here on breakLine has something to break.
        if (broken) {
            http.disconnect();
            throw new IOException("the line was broken");
        }
        int status = http.getResponseCode();
        String set = http.getHeaderField("Set-Cookie");
        if (set != null) {
            cookie = set.substring(0, set.indexOf(';'));
        }
        if (status == 200) {
            String type = http.getContentType();
            if (!"application/org.openscdp-content-mgt-request;version=1.0".equals(type)) {
                throw new IOException("Content-Type " + type);
            }
            try (InputStream in = http.getInputStream()) {
                received.add(HEX.formatHex(in.readAllBytes()));
            }
        } else if (http.getErrorStream() != null) {
            try (InputStream in = http.getErrorStream()) {
                in.readAllBytes();
            }
        }
        return status;
    }

    /** Breaks the line without a word, for good. */
    public void breakLine() {
        broken = true;
        HttpURLConnection http = connection;
        if (http != null) {
            http.disconnect();
        }
    }

    private byte[] process(byte[] body) throws IOException {
        List<byte[]> templates = objects(body, 0, body.length);
        if (templates.size() != 1 || (body[0] & 0xFF) != 0xAA) {
            throw new IOException("no template AA: " + HEX.formatHex(body));
        }
        byte[] template = templates.get(0);
        ByteArrayOutputStream answers = new ByteArrayOutputStream();
        int processed = 0;
        int content = headerLength(template);
        for (byte[] object : objects(template, content, template.length)) {
            byte[] value = Arrays.copyOfRange(object, headerLength(object), object.length);
            switch (object[0] & 0xFF) {
                case 0x22 -> {
                    byte[] answer;
                    try {
                        answer = card.transmit(value);
                    } catch (IOException failed) {
                        answers.writeBytes(tlv(0xE1, tlv(0x0C, "card failed".getBytes(StandardCharsets.UTF_8))));
                        answers.writeBytes(tlv(0x80, new byte[] {(byte) processed}));
                        return tlv(0xAB, answers.toByteArray());
                    }
                    answers.writeBytes(tlv(0x23, answer));
                    processed++;
                }
                case 0xC0 -> {
                    if (value.length != 0) {
                        throw new IOException("a reset with content");
                    }
                    answers.writeBytes(tlv(0xC0, card.reset()));
                }
                default -> throw new IOException(String.format(Locale.ROOT, "tag %02X", object[0]));
            }
        }
        answers.writeBytes(tlv(0x80, new byte[] {(byte) processed}));
        return tlv(0xAB, answers.toByteArray());
    }

    /** The objects one after the other, each with tag and length. */
    public static List<byte[]> objects(byte[] source, int from, int to) throws IOException {
        List<byte[]> objects = new ArrayList<>();
        int at = from;
        while (at < to) {
            byte[] rest = Arrays.copyOfRange(source, at, to);
            int end = headerLength(rest) + length(rest);
            if (end > rest.length) {
                throw new IOException("cut off: " + HEX.formatHex(rest));
            }
            objects.add(Arrays.copyOf(rest, end));
            at += end;
        }
        return objects;
    }

    private static int headerLength(byte[] object) {
        return switch (object[1] & 0xFF) {
            case 0x82 -> 4;
            case 0x81 -> 3;
            default -> 2;
        };
    }

    private static int length(byte[] object) throws IOException {
        int first = object[1] & 0xFF;
        if (first == 0x82) {
            return (object[2] & 0xFF) << 8 | (object[3] & 0xFF);
        }
        if (first == 0x81) {
            return object[2] & 0xFF;
        }
        if (first >= 0x80) {
            throw new IOException("length " + first);
        }
        return first;
    }

    /** An object. */
    public static byte[] tlv(int tag, byte[] value) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(tag);
        if (value.length > 255) {
            out.write(0x82);
            out.write(value.length >> 8);
        } else if (value.length > 127) {
            out.write(0x81);
        }
        out.write(value.length);
        out.writeBytes(value);
        return out.toByteArray();
    }
}
