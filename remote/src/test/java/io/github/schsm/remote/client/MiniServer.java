// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.remote.client;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;

/**
 * A server as the wire's description has it, written from that alone: it says what a script says, in hex, or a status, and
 * is strict about what a client posts.
 */
final class MiniServer implements AutoCloseable {
    private static final HexFormat HEX = HexFormat.of().withUpperCase();

    private final HttpServer server;
    private final List<String> script;
    private final List<String> posts = new CopyOnWriteArrayList<>();
    private final List<String> wrong = new CopyOnWriteArrayList<>();
    private final List<Long> dials = new CopyOnWriteArrayList<>();
    private int at;
    private int session;

    /** One line after the other: a body in hex, "204" and the like, or "hang". Its last line stays. */
    MiniServer(String... script) throws IOException {
        this.script = List.of(script);
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/ram", this::handle);
        server.setExecutor(Executors.newCachedThreadPool(task -> {
            Thread thread = new Thread(task, "mini-server");
            thread.setDaemon(true);
            return thread;
        }));
        server.start();
    }

    URI url() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/ram");
    }

    /** What was posted, in hex. */
    List<String> posts() {
        return new ArrayList<>(posts);
    }

    /** What a client does that it may not. */
    List<String> wrong() {
        return new ArrayList<>(wrong);
    }

    /** When it was dialed, in nanoseconds. */
    List<Long> dials() {
        return new ArrayList<>(dials);
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            byte[] body = exchange.getRequestBody().readAllBytes();
            String post = HEX.formatHex(body);
            boolean first = post.startsWith("E8");
            if (first) {
                dials.add(System.nanoTime());
            }
            require(exchange, "Content-Type", "application/org.openscdp-content-mgt-response;version=1.0");
            require(exchange, "Accept", "*/*");
            require(exchange, "X-Admin-Protocol", "openscdp-remote-admin/1.0");
            String line;
            synchronized (this) {
                if (first) {
                    session++;
                    exchange.getResponseHeaders().set("Set-Cookie", "JSESSIONID=s" + session + "; Path=/ram; HttpOnly");
                } else {
                    require(exchange, "Cookie", "JSESSIONID=s" + session);
                }
                line = script.get(Math.min(at++, script.size() - 1));
            }
            posts.add(post);
            if (line.equals("hang")) {
                Thread.sleep(30_000);
            } else if (line.length() == 3) {
                exchange.sendResponseHeaders(Integer.parseInt(line), -1);
            } else {
                byte[] answer = HEX.parseHex(line);
                exchange.sendResponseHeaders(200, answer.length);
                exchange.getResponseBody().write(answer);
            }
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
        }
    }

    private void require(HttpExchange exchange, String header, String value) {
        List<String> values = exchange.getRequestHeaders().get(header);
        if (!List.of(value).equals(values)) {
            wrong.add(header + " " + values + ", not " + value);
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
