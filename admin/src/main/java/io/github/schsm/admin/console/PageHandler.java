// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.admin.console;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import io.github.schsm.net.WatchedThreads;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Answers requests: whether they may come in, and then with what. Nothing that comes in changes anything. */
final class PageHandler implements HttpHandler {
    private static final String HTML = "text/html; charset=utf-8";
    private static final String SCRIPT = "text/javascript; charset=utf-8";
    private static final String TEXT = "text/plain; charset=utf-8";
    static final String JSON = "application/json";

    private static final String KEY = "/key/";
    private static final String DEVICE = "/device/";
    private static final String EVENTS = "/events";

    private static final int OK = 200;
    private static final int FORBIDDEN = 403;
    private static final int NOT_FOUND = 404;
    private static final int NO_SUCH_METHOD = 405;
    private static final int TOO_LONG = 413;
    private static final int NOT_HERE = 421;
    private static final int NO_ROOM = 503;

    private static final Map<String, String> FILES = Map.of(
            "/", HTML,
            "/console.css", "text/css; charset=utf-8",
            "/console.js", SCRIPT,
            "/dom.js", SCRIPT,
            "/matrix.js", SCRIPT,
            "/panel.js", SCRIPT,
            "/stream.js", SCRIPT,
            "/icon.svg", "image/svg+xml");

    private static final Map<String, String> HEADERS = Map.of(
            "Content-Security-Policy",
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self';"
                    + " base-uri 'none'; form-action 'none'; frame-ancestors 'none';"
                    + " require-trusted-types-for 'script'; trusted-types 'none'",
            "X-Content-Type-Options",
            "nosniff",
            "X-Frame-Options",
            "DENY",
            "Referrer-Policy",
            "no-referrer",
            "Cache-Control",
            "no-store",
            "Cross-Origin-Opener-Policy",
            "same-origin",
            "Cross-Origin-Resource-Policy",
            "same-origin",
            "Permissions-Policy",
            "camera=(), microphone=(), geolocation=(), usb=(), serial=(), hid=()");

    private final Access access;
    private final WatchedThreads threads;
    private final EventStreams streams;
    private final Lookout lookout;

    PageHandler(Access access, WatchedThreads threads, EventStreams streams, Lookout lookout) {
        this.access = access;
        this.threads = threads;
        this.streams = streams;
        this.lookout = lookout;
    }

    @Override
    public void handle(HttpExchange exchange) throws IOException {
        try {
            threads.hurry();
            exchange.getResponseHeaders().putAll(headers());
            answer(exchange);
        } finally {
            exchange.close();
        }
    }

    private static Headers headers() {
        Headers headers = new Headers();
        HEADERS.forEach(headers::set);
        return headers;
    }

    private void answer(HttpExchange exchange) throws IOException {
        URI uri = exchange.getRequestURI();
        String path = String.valueOf(uri.getRawPath());
        boolean opening = path.startsWith(Access.OPEN);
        String objection = uri.getRawAuthority() == null
                ? access.objection(exchange.getRequestHeaders(), opening)
                : "this server is no proxy";
        if (objection != null) {
            refuse(exchange, NOT_HERE, objection);
        } else if (!isRead(exchange)) {
            exchange.getResponseHeaders().set("Allow", "GET, HEAD");
            refuse(exchange, NO_SUCH_METHOD, "this page can only be looked at");
        } else if (hasBody(exchange)) {
            refuse(exchange, TOO_LONG, "a request here has no body");
        } else if (opening) {
            open(exchange, path.substring(Access.OPEN.length()));
        } else {
            show(exchange, path);
        }
    }

    private static boolean isRead(HttpExchange exchange) {
        return exchange.getRequestMethod().equals("GET") || isHead(exchange);
    }

    private static boolean isHead(HttpExchange exchange) {
        return exchange.getRequestMethod().equals("HEAD");
    }

    private static boolean hasBody(HttpExchange exchange) {
        String length = exchange.getRequestHeaders().getFirst("Content-length");
        return exchange.getRequestHeaders().containsKey("Transfer-encoding")
                || (length != null && !length.strip().equals("0"));
    }

    /**
     * The browser comes with the token. It is answered by a page and not by a redirection: wherever the link was, the page that
     * follows is opened by one of ours, so that the strict cookie goes with it.
     */
    private void open(HttpExchange exchange, String token) throws IOException {
        // A program that looks at a link before somebody opens it must not use it up.
        Access.Visitor visitor = isHead(exchange) ? null : access.enter(token);
        if (visitor == null) {
            refuse(
                    exchange,
                    FORBIDDEN,
                    "this address was used, or is none: each works once. Press Enter where schsm console runs for another"
                            + " one.");
            return;
        }
        exchange.getResponseHeaders().set("Set-Cookie", access.cookie(visitor));
        Html html = new Html();
        html.raw("<!DOCTYPE html>").open("html", "lang", "en").open("head");
        html.empty("meta", "charset", "utf-8");
        html.empty("meta", "http-equiv", "refresh", "content", "0; url=/#" + visitor.pageKey());
        html.empty("link", "rel", "icon", "href", "/icon.svg");
        html.element("title", "SCHSM console").close("head").open("body").open("p");
        html.element("a", "Open the console", "href", "/#" + visitor.pageKey());
        html.close("p").close("body").close("html");
        send(exchange, OK, HTML, html.bytes());
    }

    private void show(HttpExchange exchange, String path) throws IOException {
        Headers request = exchange.getRequestHeaders();
        Access.Visitor visitor = access.visitor(request);
        if (visitor == null) {
            refuse(
                    exchange,
                    FORBIDDEN,
                    "open the address that schsm console prints: this one needs what that one gives");
            return;
        }
        String type = FILES.get(path);
        if (type != null) {
            send(exchange, OK, type, Resources.bytes(path.equals("/") ? "console.html" : path.substring(1)));
        } else if (!Access.hasPageKey(visitor, request)) {
            refuse(exchange, FORBIDDEN, "this tab has no key: open the address that schsm console prints");
        } else if (path.equals(EVENTS)) {
            events(exchange);
        } else if (path.startsWith(KEY)) {
            give(exchange, lookout.key(path.substring(KEY.length())));
        } else if (path.startsWith(DEVICE)) {
            give(exchange, lookout.device(path.substring(DEVICE.length())));
        } else {
            refuse(exchange, NOT_FOUND, "there is no such page");
        }
    }

    private void give(HttpExchange exchange, byte @Nullable [] json) throws IOException {
        if (json == null) {
            refuse(exchange, NOT_FOUND, "it is no longer there");
        } else {
            send(exchange, OK, JSON, json);
        }
    }

    private void events(HttpExchange exchange) throws IOException {
        if (isHead(exchange)) {
            exchange.getResponseHeaders().set("Content-Type", EventStreams.TYPE);
            exchange.sendResponseHeaders(OK, -1);
        } else if (!streams.serve(exchange, lookout::refresh)) {
            refuse(exchange, NO_ROOM, "too many pages are open: close one");
        }
    }

    private static void refuse(HttpExchange exchange, int status, String why) throws IOException {
        exchange.getResponseHeaders().set("Connection", "close");
        send(exchange, status, TEXT, ("schsm: " + why + "\n").getBytes(StandardCharsets.UTF_8));
    }

    private static void send(HttpExchange exchange, int status, String type, byte[] body) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", type);
        if (isHead(exchange)) {
            exchange.sendResponseHeaders(status, -1);
            return;
        }
        exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
        try (OutputStream out = exchange.getResponseBody()) {
            out.write(body);
        }
    }
}
