// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.admin.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.schsm.TransportException;
import io.github.schsm.admin.inventory.Inventory;
import io.github.schsm.admin.progress.ProgressFolder;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who may see the page: what comes in as bytes on a socket, whatever a browser would send. */
@Timeout(120)
class ConsoleTest {
    private static final Pattern COOKIE =
            Pattern.compile("(?i)set-cookie: ([^;]+); Path=/; HttpOnly; SameSite=Strict\r\n");
    private static final Pattern KEY = Pattern.compile("url=/#([A-Za-z0-9_-]{32})\"");

    private Console console;
    private String host;

    @BeforeEach
    void open() throws Exception {
        console = console(() -> new Inventory(Instant.EPOCH, List.of(), List.of(), List.of(), List.of(), Map.of()));
        host = "127.0.0.1:" + console.port();
    }

    @AfterEach
    void close() {
        console.close();
    }

    private static Console console(Console.Source source) throws Exception {
        return Console.open(
                source,
                new Console.Settings(
                        0, Duration.ofMillis(20), Duration.ofMinutes(1), ProgressFolder.at(null), List.of("schsm")));
    }

    /** What the server answers to these lines until it closes, or until the answer is whole. */
    private String raw(String... lines) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), console.port())) {
            socket.getOutputStream()
                    .write((String.join("\r\n", lines) + "\r\n\r\n").getBytes(StandardCharsets.ISO_8859_1));
            socket.getOutputStream().flush();
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private String get(String path, String... headers) throws IOException {
        return raw(Stream.concat(
                        Stream.of("GET " + path + " HTTP/1.1", "Host: " + host, "Connection: close"),
                        Stream.of(headers))
                .toArray(String[]::new));
    }

    private static int status(String answer) {
        return Integer.parseInt(answer.substring("HTTP/1.1 ".length(), "HTTP/1.1 200".length()));
    }

    private static String found(Pattern pattern, String answer) {
        Matcher matcher = pattern.matcher(answer);
        assertThat(matcher.find()).as(answer).isTrue();
        return matcher.group(1);
    }

    /** The headers of a browser that was let in. */
    private String[] entered() throws IOException {
        String answer = get(console.address().getPath());
        assertThat(status(answer)).isEqualTo(200);
        return new String[] {"Cookie: " + found(COOKIE, answer), "Schsm-Page-Key: " + found(KEY, answer)};
    }

    @Test
    void anAddressWorksOnce() throws Exception {
        URI address = console.address();

        assertThat(address.getHost()).isEqualTo("127.0.0.1");
        assertThat(status(get(address.getPath()))).isEqualTo(200);
        String again = get(address.getPath());
        assertThat(status(again)).isEqualTo(403);
        assertThat(again).contains("each works once").doesNotContainIgnoringCase("set-cookie");
    }

    @Test
    void aNewAddressEndsTheOneBeforeAndNoVisit() throws Exception {
        String[] visitor = entered();
        String first = console.address().getPath();
        String second = console.address().getPath();

        assertThat(status(get(first))).isEqualTo(403);
        assertThat(status(get(second))).isEqualTo(200);
        assertThat(status(get("/", visitor))).isEqualTo(200);
    }

    @Test
    void lookingAtTheHeadDoesNotUseItUp() throws Exception {
        String path = console.address().getPath();

        assertThat(status(raw("HEAD " + path + " HTTP/1.1", "Host: " + host, "Connection: close")))
                .isEqualTo(403);
        assertThat(status(get(path))).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/console.js", "/events", "/key/00", "/device/00", "/open/", "/open/x", "/nothing"})
    void nothingIsToBeHadWithoutTheCookie(String path) throws Exception {
        entered();

        assertThat(status(get(path))).isEqualTo(403);
        assertThat(status(get(path, "Cookie: schsm-console-" + console.port() + "=" + "A".repeat(32))))
                .isEqualTo(403);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/events", "/key/00", "/device/00"})
    void dataTakesTheKeyOfTheTabAsWell(String path) throws Exception {
        String[] visitor = entered();

        assertThat(status(get(path, visitor[0]))).isEqualTo(403);
        assertThat(status(get(path, visitor[0], "Schsm-Page-Key: " + "A".repeat(32))))
                .isEqualTo(403);
        assertThat(status(get("/key/00", visitor))).isEqualTo(404);
    }

    @Test
    void aForeignNameIsRefused() throws Exception {
        String path = console.address().getPath();
        for (String name :
                List.of("attacker.example:" + console.port(), "localhost:" + console.port(), "127.0.0.1", "")) {
            assertThat(status(raw("GET " + path + " HTTP/1.1", "Host: " + name, "Connection: close")))
                    .as(name)
                    .isEqualTo(421);
        }
        assertThat(status(raw("GET " + path + " HTTP/1.1", "Connection: close")))
                .isEqualTo(421);
        assertThat(status(raw(
                        "GET " + path + " HTTP/1.1", "Host: " + host, "Host: attacker.example", "Connection: close")))
                .isEqualTo(421);
        assertThat(status(
                        raw("GET http://attacker.example" + path + " HTTP/1.1", "Host: " + host, "Connection: close")))
                .isEqualTo(421);
        assertThat(status(get(path))).as("the token was not used up").isEqualTo(200);
    }

    @Test
    void aForeignPageIsRefused() throws Exception {
        String[] visitor = entered();
        for (String from : List.of(
                "Origin: http://attacker.example",
                "Origin: http://127.0.0.1:" + (console.port() + 1),
                "Origin: https://" + host,
                "Origin: null",
                "Sec-Fetch-Site: cross-site",
                "Sec-Fetch-Site: same-site")) {
            assertThat(status(get("/", visitor[0], visitor[1], from))).as(from).isEqualTo(421);
        }
        assertThat(status(get("/", visitor[0], "Origin: http://" + host, "Sec-Fetch-Site: same-origin")))
                .isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"POST", "PUT", "DELETE", "OPTIONS", "TRACE", "PATCH"})
    void aPageCanOnlyBeLookedAt(String method) throws Exception {
        String[] visitor = entered();
        String answer = raw(
                method + " / HTTP/1.1",
                "Host: " + host,
                visitor[0],
                visitor[1],
                "Content-Length: 0",
                "Connection: close");

        assertThat(status(answer)).isEqualTo(405);
        assertThat(answer).contains("Allow: GET, HEAD");
    }

    @Test
    void aRequestHasNoBody() throws Exception {
        String[] visitor = entered();

        assertThat(status(get("/", visitor[0], "Content-Length: 5", "", "hello")))
                .isEqualTo(413);
        assertThat(status(get("/", visitor[0], "Transfer-Encoding: chunked", "", "0", "")))
                .isEqualTo(413);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/console.css", "/open/x", "/none"})
    void everyAnswerSaysWhatItMay(String path) throws Exception {
        String[] visitor = entered();

        assertThat(get(path, visitor))
                .containsIgnoringCase(
                        "Content-Security-Policy: default-src 'none'; script-src 'self'; style-src 'self';")
                .containsIgnoringCase("frame-ancestors 'none'")
                .containsIgnoringCase("X-Content-Type-Options: nosniff\r\n")
                .containsIgnoringCase("Cache-Control: no-store\r\n")
                .containsIgnoringCase("Referrer-Policy: no-referrer\r\n")
                .doesNotContainIgnoringCase("unsafe-inline")
                .doesNotContainIgnoringCase("Access-Control-Allow");
    }

    @Test
    void theSecretsOfTheAddressAreNotInThePage() throws Exception {
        String path = console.address().getPath();
        String answer = get(path);

        assertThat(answer).doesNotContain(path.substring("/open/".length()));
        assertThat(answer).as("no redirection whose target would be logged").doesNotContainIgnoringCase("location:");
    }

    private static String event(BufferedReader lines, String name) throws IOException {
        String line = lines.readLine();
        while (line != null && !line.equals("event: " + name)) {
            line = lines.readLine();
        }
        return line == null ? "none" : lines.readLine();
    }

    @Test
    void aPageIsToldWhatIsThereAndThatTheConsoleEnds() throws Exception {
        String[] visitor = entered();
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), console.port())) {
            socket.getOutputStream()
                    .write(Stream.of("GET /events HTTP/1.1", "Host: " + host, visitor[0], visitor[1], "", "")
                            .collect(Collectors.joining("\r\n"))
                            .getBytes(StandardCharsets.US_ASCII));
            BufferedReader lines =
                    new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
            assertThat(event(lines, "picture")).startsWith("data: {\"devices\":[]");
            Thread ending = new Thread(console::close);
            ending.start();
            assertThat(event(lines, "end")).isEqualTo("data: {}");
            ending.join();
        }
        assertThatThrownBy(() -> get("/")).isInstanceOf(IOException.class);
    }

    @Test
    void onlySoManyPagesAreOpenAtATime() throws Exception {
        String[] visitor = entered();
        Socket[] sockets = new Socket[EventStreams.MOST];
        try {
            for (int i = 0; i < sockets.length; i++) {
                sockets[i] = new Socket(InetAddress.getLoopbackAddress(), console.port());
                sockets[i]
                        .getOutputStream()
                        .write(Stream.of("GET /events HTTP/1.1", "Host: " + host, visitor[0], visitor[1], "", "")
                                .collect(Collectors.joining("\r\n"))
                                .getBytes(StandardCharsets.US_ASCII));
                assertThat(sockets[i].getInputStream().read()).isEqualTo('H');
            }
            assertThat(status(get("/events", visitor))).isEqualTo(503);
            assertThat(status(get("/", visitor)))
                    .as("others are still answered")
                    .isEqualTo(200);
        } finally {
            for (Socket socket : sockets) {
                if (socket != null) {
                    socket.close();
                }
            }
        }
    }

    @Test
    void devicesAreReadAgainOnlyIfSomethingHasChanged() throws Exception {
        AtomicInteger looks = new AtomicInteger();
        AtomicInteger presence = new AtomicInteger();
        AtomicBoolean steady = new AtomicBoolean();
        Console.Source source = new Console.Source() {
            @Override
            public Inventory look() {
                looks.incrementAndGet();
                return new Inventory(Instant.now(), List.of(), List.of(), List.of(), List.of(), Map.of());
            }

            @Override
            public Object presence() {
                int count = presence.incrementAndGet();
                return steady.get() ? 0 : count;
            }
        };
        console.close();
        console = console(source);
        host = "127.0.0.1:" + console.port();
        String[] visitor = entered();
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), console.port())) {
            socket.getOutputStream()
                    .write(Stream.of("GET /events HTTP/1.1", "Host: " + host, visitor[0], visitor[1], "", "")
                            .collect(Collectors.joining("\r\n"))
                            .getBytes(StandardCharsets.US_ASCII));
            while (presence.get() < 6) {
                Thread.sleep(5);
            }
            assertThat(looks.get())
                    .as("each presence differs from the one before")
                    .isGreaterThan(3);
            steady.set(true);
            int seen = presence.get();
            // After three more the last look that something had changed for is over.
            while (presence.get() < seen + 3) {
                Thread.sleep(5);
            }
            int before = looks.get();
            while (presence.get() < seen + 8) {
                Thread.sleep(5);
            }
            assertThat(looks).hasValue(before);
        }
    }

    @Test
    void aPortInUseIsNamed() throws Exception {
        int port = console.port();

        assertThatThrownBy(() -> Console.open(
                        () -> {
                            throw new AssertionError();
                        },
                        new Console.Settings(
                                port,
                                Duration.ofSeconds(1),
                                Duration.ofMinutes(1),
                                ProgressFolder.at(null),
                                List.of())))
                .isInstanceOf(TransportException.class)
                .hasMessageContaining("port " + port)
                .hasMessageContaining("--port 0");
    }
}
