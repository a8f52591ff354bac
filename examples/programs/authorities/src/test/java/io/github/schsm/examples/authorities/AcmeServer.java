// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.examples.authorities;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.github.schsm.examples.support.SmallAuthority;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequest;
import org.jose4j.json.JsonUtil;
import org.jose4j.jwk.PublicJsonWebKey;
import org.jose4j.jws.JsonWebSignature;
import org.jspecify.annotations.Nullable;

/**
 * As much of an ACME server (RFC 8555) as one order needs: every request's signature is verified, by software, and
 * a client with an account may have any name.
 */
final class AcmeServer implements AutoCloseable {
    private static final String JSON = "application/json";

    private final HttpServer server;
    private final SmallAuthority authority;
    private final AtomicInteger nonces = new AtomicInteger();
    private final AtomicReference<@Nullable PublicKey> account = new AtomicReference<>();
    private final AtomicReference<@Nullable String> chain = new AtomicReference<>();
    private final List<String> algorithms = new ArrayList<>();

    AcmeServer(SmallAuthority authority) throws IOException {
        this.authority = authority;
        this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::answer);
        server.start();
    }

    /** Where clients begin. */
    String directory() {
        return at("directory");
    }

    /** By which algorithms requests were signed. */
    synchronized List<String> algorithms() {
        return List.copyOf(algorithms);
    }

    private String at(String path) {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/" + path;
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            exchange.getResponseHeaders().add("Replay-Nonce", "nonce" + nonces.incrementAndGet());
            switch (exchange.getRequestURI().getPath()) {
                case "/directory" ->
                    send(
                            exchange,
                            HttpURLConnection.HTTP_OK,
                            JSON,
                            JsonUtil.toJson(Map.of(
                                    "newNonce", at("nonce"), "newAccount", at("account"), "newOrder", at("order"))));
                case "/nonce" -> exchange.sendResponseHeaders(HttpURLConnection.HTTP_OK, -1);
                default -> signed(exchange);
            }
        } catch (IOException broken) {
            throw broken;
        } catch (Exception refused) {
            throw new IOException(refused);
        }
    }

    private void signed(HttpExchange exchange) throws Exception {
        String request = verified(exchange.getRequestBody().readAllBytes());
        switch (exchange.getRequestURI().getPath()) {
            case "/account" -> {
                exchange.getResponseHeaders().add("Location", at("account/1"));
                send(exchange, HttpURLConnection.HTTP_CREATED, JSON, "{\"status\":\"valid\"}");
            }
            case "/order" -> {
                exchange.getResponseHeaders().add("Location", at("order/1"));
                send(exchange, HttpURLConnection.HTTP_CREATED, JSON, order());
            }
            case "/order/1" -> send(exchange, HttpURLConnection.HTTP_OK, JSON, order());
            case "/finalize" -> {
                String encoded = (String) JsonUtil.parseJson(request).get("csr");
                chain.set(issue(Base64.getUrlDecoder().decode(encoded)));
                send(exchange, HttpURLConnection.HTTP_OK, JSON, order());
            }
            case "/certificate" ->
                send(
                        exchange,
                        HttpURLConnection.HTTP_OK,
                        "application/pem-certificate-chain",
                        String.valueOf(chain.get()));
            default -> exchange.sendResponseHeaders(HttpURLConnection.HTTP_NOT_FOUND, -1);
        }
    }

    private String order() throws Exception {
        Map<String, Object> order = Map.of(
                "status", chain.get() == null ? "ready" : "valid",
                "identifiers", List.of(Map.of("type", "dns", "value", "localhost")),
                "authorizations", List.of(),
                "finalize", at("finalize"),
                "certificate", at("certificate"));
        return JsonUtil.toJson(order);
    }

    /** The payload, if the account's key has signed it; the first request brings the key. */
    private synchronized String verified(byte[] body) throws Exception {
        Map<String, Object> message = JsonUtil.parseJson(new String(body, StandardCharsets.UTF_8));
        JsonWebSignature token = new JsonWebSignature();
        token.setCompactSerialization(
                message.get("protected") + "." + message.get("payload") + "." + message.get("signature"));
        PublicJsonWebKey sent = token.getHeaders().getPublicJwkHeaderValue("jwk", null);
        if (sent != null) {
            account.set(sent.getPublicKey());
        }
        token.setKey(account.get());
        if (!token.verifySignature()) {
            throw new IllegalArgumentException("another key has signed " + message);
        }
        algorithms.add(token.getAlgorithmHeaderValue());
        return token.getPayload();
    }

    private String issue(byte[] encoded) throws Exception {
        JcaPKCS10CertificationRequest request = new JcaPKCS10CertificationRequest(encoded);
        if (!request.isSignatureValid(new JcaContentVerifierProviderBuilder().build(request.getPublicKey()))) {
            throw new IllegalArgumentException("another key has signed the request for a certificate");
        }
        StringBuilder text = new StringBuilder();
        for (X509Certificate each : authority.chain("localhost", request.getPublicKey())) {
            text.append("-----BEGIN CERTIFICATE-----\n")
                    .append(Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(each.getEncoded()))
                    .append("\n-----END CERTIFICATE-----\n");
        }
        return text.toString();
    }

    private static void send(HttpExchange exchange, int status, String type, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().add("Content-Type", type);
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
