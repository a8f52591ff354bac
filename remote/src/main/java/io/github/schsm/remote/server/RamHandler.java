// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.remote.server;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpsExchange;
import io.github.schsm.MalformedDataException;
import io.github.schsm.net.WatchedThreads;
import io.github.schsm.remote.message.Post;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.jspecify.annotations.Nullable;

/** One post after the other, from HTTP to lines and back. */
final class RamHandler implements HttpHandler {
    /** What the vendor's client has room for in one answer of the card, less the status word. */
    static final int LONGEST_ANSWER = 4_096 - 2;

    /** Two answers of any length, and what stands around them. */
    private static final int LONGEST_BODY = 2 * 65_538 + 1_024;

    private static final String COOKIE = "SCHSM-RAM";
    private static final Pattern COOKIE_VALUE = Pattern.compile("(?:^|[;,]\\s*)" + COOKIE + "=\"?([0-9a-f]{32})\"?");
    private static final String REQUESTS = "application/org.openscdp-content-mgt-request;version=1.0";

    private static final int OK = 200;
    private static final int BAD_REQUEST = 400;
    private static final int FORBIDDEN = 403;
    private static final int NOT_FOUND = 404;
    private static final int NO_SUCH_METHOD = 405;
    private static final int CONFLICT = 409;
    private static final int GONE = 410;
    private static final int TOO_LONG = 413;
    private static final int NO_ROOM = 503;

    private final ServerSettings settings;
    private final WatchedThreads threads;
    private final Map<String, RamPlace> places;
    private final AtomicInteger busy = new AtomicInteger();

    /** A post that cannot be taken. */
    private static final class RefusedException extends Exception {
        private static final long serialVersionUID = 1L;

        private final int status;

        RefusedException(int status, String why) {
            super(why);
            this.status = status;
        }
    }

    RamHandler(ServerSettings settings, WatchedThreads threads, Map<String, RamPlace> places) {
        this.settings = settings;
        this.threads = threads;
        this.places = places;
    }

    /** Whether a post is being answered. */
    boolean isBusy() {
        return busy.get() > 0;
    }

    @Override
    public void handle(HttpExchange exchange) throws IOException {
        busy.incrementAndGet();
        try {
            answer(exchange);
        } catch (RefusedException refused) {
            tell(exchange, refused);
        } catch (InterruptedException ending) {
            RamServer.LOG.log(System.Logger.Level.DEBUG, "a post was not answered, because the server ends");
        } finally {
            exchange.close();
            busy.decrementAndGet();
        }
    }

    private void answer(HttpExchange exchange) throws IOException, RefusedException, InterruptedException {
        RamPlace place = places.get(exchange.getRequestURI().getPath());
        if (place == null) {
            throw new RefusedException(NOT_FOUND, "nobody serves that path");
        }
        if (!exchange.getRequestMethod().equals("POST")) {
            exchange.getResponseHeaders().set("Allow", "POST");
            throw new RefusedException(NO_SUCH_METHOD, "readers dial in with POST");
        }
        if (exchange.getRequestHeaders().containsKey("Origin")) {
            throw new RefusedException(FORBIDDEN, "web pages have no business here");
        }
        ClientName client = client(exchange);
        threads.hurry();
        Post post = read(exchange);
        String cookie = cookie(exchange);
        RamSession line;
        if (post.atr() != null) {
            endFormerLine(place, cookie, client);
            line = new RamSession(client, post.atr(), settings.hold());
            cookie = place.dialIn(line);
            if (cookie == null) {
                throw new RefusedException(
                        NO_ROOM, "as many readers have dialed in as may: " + settings.limit() + " (ram.limit)");
            }
            exchange.getResponseHeaders()
                    .set(
                            "Set-Cookie",
                            COOKIE + "=" + cookie + "; Path=" + place.address().path() + "; HttpOnly"
                                    + (place.address().secure() ? "; Secure" : ""));
        } else {
            line = cookie == null ? null : place.line(cookie);
            if (line == null || cookie == null) {
                throw new RefusedException(GONE, "there is no such session; dial in again");
            }
            if (!line.client().equals(client)) {
                throw new RefusedException(FORBIDDEN, "that session is another client's");
            }
        }
        serve(exchange, place, cookie, line, post);
    }

    /** A client that begins again on its old cookie has lost the line. */
    private static void endFormerLine(RamPlace place, @Nullable String cookie, ClientName client) {
        RamSession former = cookie == null ? null : place.line(cookie);
        if (former != null && former.client().equals(client)) {
            former.lost("it has dialed in again");
        }
    }

    private void serve(HttpExchange exchange, RamPlace place, String cookie, RamSession line, Post post)
            throws IOException, RefusedException, InterruptedException {
        threads.takeTime();
        RamSession.Reply reply = line.post(post);
        threads.hurry();
        if (reply.status() == CONFLICT) {
            throw new RefusedException(CONFLICT, "this session has a post that was not answered yet: one at a time");
        }
        if (!line.isOpen()) {
            place.forget(cookie);
        }
        if (reply.status() == BAD_REQUEST) {
            throw new RefusedException(BAD_REQUEST, "the session is over: " + line.end());
        }
        boolean written = false;
        try {
            write(exchange, reply);
            written = true;
        } finally {
            if (!written) {
                line.lost("the line broke");
            }
        }
    }

    private ClientName client(HttpExchange exchange) throws RefusedException {
        if (!(exchange instanceof HttpsExchange secure) || !settings.asksForCertificates()) {
            return ClientName.LOCAL;
        }
        ClientName client;
        try {
            Certificate[] chain = secure.getSSLSession().getPeerCertificates();
            client = ClientName.of((X509Certificate) chain[0]);
        } catch (SSLPeerUnverifiedException | GeneralSecurityException none) {
            throw new RefusedException(FORBIDDEN, "a client certificate is needed");
        }
        if (!client.isAmong(settings.clients())) {
            RamServer.LOG.log(
                    System.Logger.Level.WARNING,
                    "{0} ({1}) tried to dial in, and is not in ram.clients",
                    client,
                    client.fingerprint());
            throw new RefusedException(FORBIDDEN, client + " may not dial in here (ram.clients)");
        }
        return client;
    }

    private static Post read(HttpExchange exchange) throws IOException, RefusedException {
        byte[] body;
        try (InputStream in = exchange.getRequestBody()) {
            body = in.readNBytes(LONGEST_BODY + 1);
        }
        if (body.length > LONGEST_BODY) {
            throw new RefusedException(TOO_LONG, "a body has at most " + LONGEST_BODY + " bytes");
        }
        try {
            return Post.parse(body);
        } catch (MalformedDataException garbage) {
            throw new RefusedException(BAD_REQUEST, String.valueOf(garbage.getMessage()));
        } finally {
            Arrays.fill(body, (byte) 0);
        }
    }

    private static @Nullable String cookie(HttpExchange exchange) {
        List<String> headers = exchange.getRequestHeaders().get("Cookie");
        for (String header : headers == null ? List.<String>of() : headers) {
            Matcher value = COOKIE_VALUE.matcher(header);
            if (value.find()) {
                return value.group(1);
            }
        }
        return null;
    }

    private static void write(HttpExchange exchange, RamSession.Reply reply) throws IOException {
        byte[] body = reply.body();
        if (body == null || reply.status() != OK) {
            exchange.sendResponseHeaders(reply.status(), -1);
            return;
        }
        exchange.getResponseHeaders().set("Content-Type", REQUESTS);
        exchange.sendResponseHeaders(OK, body.length);
        try (OutputStream out = exchange.getResponseBody()) {
            out.write(body);
        } finally {
            Arrays.fill(body, (byte) 0);
        }
    }

    private void tell(HttpExchange exchange, RefusedException refused) {
        threads.hurry();
        byte[] text = (refused.getMessage() + "\n").getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "text/plain; charset=utf-8");
        try {
            exchange.sendResponseHeaders(refused.status, text.length);
            try (OutputStream out = exchange.getResponseBody()) {
                out.write(text);
            }
        } catch (IOException gone) {
            RamServer.LOG.log(System.Logger.Level.DEBUG, "nobody waits for the refusal of a post", gone);
        }
    }
}
