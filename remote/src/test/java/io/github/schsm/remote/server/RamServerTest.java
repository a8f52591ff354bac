// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.remote.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.schsm.ConfigurationException;
import io.github.schsm.TransportException;
import io.github.schsm.net.WatchedThreads;
import io.github.schsm.remote.FreePort;
import io.github.schsm.remote.MiniClient;
import io.github.schsm.remote.SimulatedContacts;
import io.github.schsm.remote.TestHost;
import io.github.schsm.simulator.SimulatedDevice;
import io.github.schsm.simulator.VirtualReaders;
import io.github.schsm.simulator.profile.DeviceProfile;
import io.github.schsm.spi.TokenSource;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.smartcardio.Card;
import javax.smartcardio.CardException;
import javax.smartcardio.CardNotPresentException;
import javax.smartcardio.CardTerminal;
import javax.smartcardio.CardTerminals.State;
import javax.smartcardio.CommandAPDU;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The server against a client that was written from the description of the wire alone. */
@Timeout(180)
@SuppressWarnings("FutureReturnValueIgnored") // clients end with the test
class RamServerTest {
    private static final HexFormat HEX = HexFormat.of().withUpperCase();
    private static final CommandAPDU SELECT = new CommandAPDU(HEX.parseHex("00A404000BE82B0601040181C31F020100"));
    private static final byte[] READ = HEX.parseHex("00B12F02000004540200000000");
    private static final String SELECTED_AND_READ =
            "AA22221100A404000BE82B0601040181C31F020100220D00B12F02000004540200000000";
    private static final CommandAPDU VERIFY_STATE = new CommandAPDU(HEX.parseHex("00200081"));
    private static final CommandAPDU VERIFY = new CommandAPDU(HEX.parseHex("0020008106363438323139"));

    private final ExecutorService clients = Executors.newCachedThreadPool();
    private final List<AutoCloseable> opened = new ArrayList<>();
    private final int port = FreePort.next();
    private final VirtualReaders readers = VirtualReaders.create(DeviceProfile.smartCardHsm4k());
    private final SimulatedDevice device = readers.device("ZZSIM000001");

    RamServerTest() throws Exception {}

    private String url() {
        return "http://127.0.0.1:" + port + "/rooms/one";
    }

    private TokenSource.Terminals serve(TestHost host) throws Exception {
        TokenSource.Terminals terminals = RamServer.open(url(), host);
        opened.add(terminals);
        return terminals;
    }

    private MiniClient client() throws Exception {
        return client(new SimulatedContacts(readers, device));
    }

    private MiniClient client(MiniClient.Contacts card) {
        return new MiniClient(URI.create(url()), null, card);
    }

    private CompletableFuture<Integer> run(MiniClient client) {
        return CompletableFuture.supplyAsync(
                () -> {
                    try {
                        return client.run();
                    } catch (IOException broken) {
                        return -1;
                    }
                },
                clients);
    }

    private static CardTerminal await(TokenSource.Terminals terminals) throws Exception {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (System.nanoTime() < end) {
            List<CardTerminal> present = terminals.terminals().list(State.CARD_PRESENT);
            if (!present.isEmpty()) {
                return present.get(0);
            }
            Thread.sleep(10);
        }
        throw new AssertionError("no reader has dialed in");
    }

    @AfterEach
    void end() throws Exception {
        for (AutoCloseable one : opened) {
            one.close();
        }
        clients.shutdownNow();
    }

    @Test
    void readerThatDialsInIsATerminal() throws Exception {
        TokenSource.Terminals terminals = serve(new TestHost());
        CompletableFuture<Integer> client = run(client());

        CardTerminal terminal = await(terminals);

        assertThat(terminals.remote()).isTrue();
        assertThat(terminals.maxAnswer()).isEqualTo(4094);
        assertThat(terminal.getName()).isEqualTo("ram ZZSIM000001");
        Card card = terminal.connect("*");
        assertThat(HEX.formatHex(card.getATR().getBytes()))
                .isEqualTo("3BDE18FF8191FE1FC38031815448534D317380214081071C");
        assertThat(card.getBasicChannel().transmit(SELECT).getSW()).isEqualTo(0x9000);
        assertThat(card.getBasicChannel().transmit(VERIFY).getSW()).isEqualTo(0x9000);
        assertThat(card.getBasicChannel().transmit(VERIFY_STATE).getSW()).isEqualTo(0x9000);
        assertThat(client).isNotDone();
    }

    @Test
    void certificatesAreReadWithTheSelection() throws Exception {
        TokenSource.Terminals terminals = serve(new TestHost());
        MiniClient client = client();
        run(client);
        CardTerminal terminal = await(terminals);
        assertThat(client.received()).contains(SELECTED_AND_READ);
        int probed = client.received().size();
        // As the provider reads, in answers of at most 4,094 bytes; then in another way, which is learned.
        CommandAPDU other = new CommandAPDU(READ);

        selectAndRead(terminal, new CommandAPDU(HEX.parseHex("00B12F02000004540200000FFE")));
        selectAndRead(terminal, other);
        selectAndRead(terminal, other);

        assertThat(client.received().subList(probed, client.received().size()))
                .filteredOn(body -> !body.equals("AA00"))
                .containsExactly(
                        SELECTED_AND_READ.replaceAll("0000$", "0FFE"),
                        SELECTED_AND_READ.replaceAll("0000$", "0FFE"),
                        "AA0F220D" + HEX.formatHex(READ),
                        SELECTED_AND_READ);
    }

    private static void selectAndRead(CardTerminal terminal, CommandAPDU read) throws CardException {
        Card card = terminal.connect("*");
        card.beginExclusive();
        assertThat(card.getBasicChannel().transmit(SELECT).getSW()).isEqualTo(0x9000);
        assertThat(card.getBasicChannel().transmit(read).getData()).startsWith(0x7F, 0x21);
        card.endExclusive();
        card.disconnect(false);
    }

    @Test
    void resetEndsTheLogin() throws Exception {
        TokenSource.Terminals terminals = serve(new TestHost());
        MiniClient client = client();
        run(client);
        CardTerminal terminal = await(terminals);
        Card card = terminal.connect("*");
        card.getBasicChannel().transmit(SELECT);
        card.getBasicChannel().transmit(VERIFY);

        card.disconnect(true);

        assertThat(client.received()).contains("AA02C000");
        assertThat(client.sent()).anyMatch(body -> body.startsWith("AB1DC018") && body.endsWith("800100"));
        Card again = terminal.connect("*");
        again.getBasicChannel().transmit(SELECT);
        assertThat(again.getBasicChannel().transmit(VERIFY_STATE).getSW()).isEqualTo(0x63C3);
    }

    @Test
    void connectionOfSomebodyElseNoticesTheReset() throws Exception {
        TokenSource.Terminals terminals = serve(new TestHost());
        run(client());
        CardTerminal terminal = await(terminals);
        Card one = terminal.connect("*");
        Card other =
                new RamTerminals(() -> List.of(reader(terminal))).list().get(0).connect("*");

        one.disconnect(true);

        assertThatThrownBy(() -> other.getBasicChannel().transmit(SELECT))
                .isInstanceOf(CardException.class)
                .hasMessageContaining("SCARD_W_RESET_CARD");
    }

    private static RamReader reader(CardTerminal terminal) {
        return ((RamTerminal) terminal).reader();
    }

    @Test
    void clientThatLeavesLeavesAnEmptyReader() throws Exception {
        TokenSource.Terminals terminals = serve(new TestHost());
        MiniClient client = client();
        run(client);
        CardTerminal terminal = await(terminals);
        Card card = terminal.connect("*");

        assertThat(client.post(HEX.parseHex("E1050C03627965"))).isEqualTo(204);

        assertThat(terminal.isCardPresent()).isFalse();
        assertThatThrownBy(() -> card.getBasicChannel().transmit(SELECT))
                .isInstanceOf(CardException.class)
                .hasMessageContaining("SCARD_E_NO_SMARTCARD")
                .hasMessageContaining("bye");
        assertThatThrownBy(() -> terminal.connect("*")).isInstanceOf(CardNotPresentException.class);
        assertThat(terminals.terminals().list()).containsExactly(terminal);
    }

    @Test
    void textOfAClientIsOneShortLine() throws Exception {
        TokenSource.Terminals terminals = serve(new TestHost());
        MiniClient client = client();
        run(client);
        Card card = await(terminals).connect("*");
        byte[] text = ("bye\n2026-11-29 all is well\u001B[2J" + "x".repeat(60_000)).getBytes(StandardCharsets.UTF_8);

        assertThat(client.post(MiniClient.tlv(0xE1, MiniClient.tlv(0x0C, text))))
                .isEqualTo(204);

        assertThatThrownBy(() -> card.getBasicChannel().transmit(SELECT))
                .isInstanceOf(CardException.class)
                .hasMessageContaining("it has left: bye\\u000A2026-11-29 all is well\\u001B[2Jxxx")
                .satisfies(shown -> assertThat(shown.getMessage()).hasSizeLessThan(400));
    }

    @Test
    void deviceComesBackToItsReader() throws Exception {
        TokenSource.Terminals terminals = serve(new TestHost());
        MiniClient first = client();
        CompletableFuture<Integer> firstRun = run(first);
        CardTerminal terminal = await(terminals);

        run(client());

        assertThat(firstRun.get(60, TimeUnit.SECONDS)).isEqualTo(400);
        assertThat(await(terminals)).isSameAs(terminal);
        Card card = terminal.connect("*");
        assertThat(card.getBasicChannel().transmit(SELECT).getSW()).isEqualTo(0x9000);
    }

    @Test
    void providerThatClosesSaysDone() throws Exception {
        TokenSource.Terminals terminals = serve(new TestHost());
        CompletableFuture<Integer> client = run(client());
        await(terminals);

        terminals.close();

        assertThat(client.get(60, TimeUnit.SECONDS)).isEqualTo(204);
        assertThatThrownBy(() -> new Socket(InetAddress.getLoopbackAddress(), port).close())
                .isInstanceOf(IOException.class);
        // The port is free for the next.
        serve(new TestHost());
    }

    @Test
    void providersShareAServerUntilTheLastCloses() throws Exception {
        TokenSource.Terminals one = serve(new TestHost());
        TokenSource.Terminals other = serve(new TestHost());
        CompletableFuture<Integer> client = run(client());
        await(one);

        one.close();

        assertThat(await(other).connect("*").getBasicChannel().transmit(SELECT).getSW())
                .isEqualTo(0x9000);
        assertThat(client).isNotDone();
        assertThatThrownBy(() -> RamServer.open(url(), new TestHost().with("ram.limit", 3)))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("another provider");
    }

    @Test
    void deviceThatNobodyWantsIsToldThatNobodyAsked() throws Exception {
        serve(new TestHost("ZZSIM000002"));

        assertThat(client().run()).isEqualTo(504);
    }

    @Test
    void otherPathsAreNotFoundAndOtherMethodsRefused() throws Exception {
        serve(new TestHost());
        MiniClient elsewhere =
                new MiniClient(URI.create(url() + "/deeper"), null, new SimulatedContacts(readers, device));

        assertThat(elsewhere.run()).isEqualTo(404);
        assertThat(raw("GET /rooms/one HTTP/1.1\r\nHost: x\r\n\r\n")).startsWith("HTTP/1.1 405");
        assertThat(raw("POST /rooms/one HTTP/1.1\r\nHost: x\r\nOrigin: http://evil\r\nContent-Length: 0\r\n\r\n"))
                .startsWith("HTTP/1.1 403");
    }

    private String raw(String request) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(60_000);
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            byte[] answer = new byte[512];
            int length = socket.getInputStream().read(answer);
            return length < 0 ? "closed" : new String(answer, 0, length, StandardCharsets.US_ASCII);
        }
    }

    @Test
    void sessionIsKnownByItsCookieAlone() throws Exception {
        TokenSource.Terminals terminals = serve(new TestHost());
        MiniClient client = client();
        run(client);
        await(terminals);

        MiniClient stranger = client();

        assertThat(client.cookie()).matches("SCHSM-RAM=[0-9a-f]{32}");
        assertThat(stranger.post(HEX.parseHex("AB03800100"))).isEqualTo(410);
        // A second post while one is kept is refused, and the first goes on.
        assertThat(client.post(HEX.parseHex("AB03800100"))).isEqualTo(409);
        assertThat(await(terminals)
                        .connect("*")
                        .getBasicChannel()
                        .transmit(SELECT)
                        .getSW())
                .isEqualTo(0x9000);
    }

    @Test
    void garbageEndsTheSession() throws Exception {
        TokenSource.Terminals terminals = serve(new TestHost().with("ram.silence", 6));
        for (String garbage : List.of("", "00", "AB00", "AA00", "E8", "3F0100", "AB03800101")) {
            assertThat(client().post(HEX.parseHex(garbage))).as(garbage).isIn(400, 410);
        }
        MiniClient liar = client(new MiniClient.Contacts() {
            private final MiniClient.Contacts real = contacts();
            private int commands;

            @Override
            public byte[] transmit(byte[] command) throws IOException {
                return commands++ < 3 ? real.transmit(command) : new byte[1];
            }

            @Override
            public byte[] reset() throws IOException {
                return real.reset();
            }
        });
        run(liar);
        Card card = await(terminals).connect("*");

        assertThatThrownBy(() -> card.getBasicChannel().transmit(SELECT)).isInstanceOf(CardException.class);
    }

    private MiniClient.Contacts contacts() {
        try {
            return new SimulatedContacts(readers, device);
        } catch (CardException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void answersToWhatWasNotAskedEndTheSession() throws Exception {
        TokenSource.Terminals terminals = serve(new TestHost());
        MiniClient client = client();
        CompletableFuture<Integer> running = run(client);
        await(terminals);
        client.breakLine();
        running.get(60, TimeUnit.SECONDS);
        MiniClient liar = client();
        assertThat(liar.post(HEX.parseHex("E804C0023B00"))).isEqualTo(200);
        assertThat(liar.received()).containsExactly("AA06220400200081");

        assertThat(liar.post(HEX.parseHex("AB0B2302900023029000800102"))).isEqualTo(400);
        assertThat(liar.post(HEX.parseHex("AB03800100"))).isEqualTo(410);
    }

    @Test
    void cardThatFailsThereFailsHere() throws Exception {
        TokenSource.Terminals terminals = serve(new TestHost());
        run(client());
        CardTerminal terminal = await(terminals);
        Card card = terminal.connect("*");
        device.remove();

        assertThatThrownBy(() -> card.getBasicChannel().transmit(SELECT))
                .isInstanceOf(CardException.class)
                .hasMessageContaining("SCARD_W_REMOVED_CARD");
        assertThat(terminal.isCardPresent()).isFalse();
    }

    @Test
    void silentLineIsNoticed() throws Exception {
        TokenSource.Terminals terminals = serve(new TestHost().with("ram.silence", 6));
        MiniClient.Contacts real = contacts();
        AtomicBoolean silent = new AtomicBoolean();
        MiniClient client = client(new MiniClient.Contacts() {
            @Override
            public byte[] transmit(byte[] command) throws IOException {
                if (silent.get()) {
                    sleep();
                }
                return real.transmit(command);
            }

            @Override
            public byte[] reset() throws IOException {
                return real.reset();
            }
        });
        run(client);
        CardTerminal terminal = await(terminals);
        // While nothing is wanted the server asks whether it is still there, before it would give up.
        while (!client.sent().contains("AB03800100")) {
            Thread.sleep(10);
        }
        assertThat(client.received()).contains("AA00");
        Card card = terminal.connect("*");
        silent.set(true);

        assertThatThrownBy(() -> card.getBasicChannel().transmit(SELECT))
                .isInstanceOf(CardException.class)
                .hasMessageContaining("SCARD_W_REMOVED_CARD");

        assertThat(terminal.isCardPresent()).isFalse();
    }

    private static void sleep() throws IOException {
        try {
            Thread.sleep(120_000);
        } catch (InterruptedException ended) {
            throw new IOException(ended);
        }
    }

    @Test
    void lineThatBreaksWhileNothingIsWantedIsNoticed() throws Exception {
        TokenSource.Terminals terminals = serve(new TestHost().with("ram.silence", 6));
        MiniClient client = client();
        run(client);
        CardTerminal terminal = await(terminals);

        client.breakLine();

        assertThat(terminal.waitForCardAbsent(60_000)).isTrue();
    }

    @Test
    void slowAndLongBodiesAreCutOff() throws Exception {
        serve(new TestHost().with("ram.silence", 6));

        assertThat(raw("POST /rooms/one HTTP/1.1\r\nHost: x\r\nContent-Length: 28\r\n\r\nE8"))
                .isEqualTo("closed");
        assertThat(raw("POST /rooms/one HTTP/1.1\r\nHo")).isEqualTo("closed");
        assertThat(client().post(new byte[140_000])).isEqualTo(413);
        assertThat(run(client())).isNotDone();
    }

    /** Waits for something on a thread of a server; returns whether it was interrupted. */
    private static CompletableFuture<Boolean> busy(WatchedThreads threads, boolean known, CountDownLatch end)
            throws InterruptedException {
        CompletableFuture<Boolean> interrupted = new CompletableFuture<>();
        CountDownLatch begun = new CountDownLatch(1);
        threads.execute(() -> {
            if (known) {
                threads.hurry();
            }
            begun.countDown();
            try {
                end.await();
                interrupted.complete(false);
            } catch (InterruptedException tooSlow) {
                interrupted.complete(true);
            }
        });
        begun.await();
        return interrupted;
    }

    @Test
    void clientsThatAreNotKnownYetHaveLessTimeOnceThreadsAreFew() throws Exception {
        WatchedThreads threads = new WatchedThreads("few", 6, Duration.ofMinutes(10));
        CountDownLatch soon = new CountDownLatch(1);
        CountDownLatch end = new CountDownLatch(1);
        try {
            CompletableFuture<Boolean> first = busy(threads, false, soon);
            CompletableFuture<Boolean> unknown = busy(threads, false, end);
            CompletableFuture<Boolean> known = busy(threads, true, end);
            // More than what those have who are not known.
            Thread.sleep(3_100);
            threads.check();
            soon.countDown();
            assertThat(first.get(60, TimeUnit.SECONDS)).isFalse();

            busy(threads, true, end);
            busy(threads, true, end);
            threads.check();

            assertThat(unknown.get(60, TimeUnit.SECONDS)).isTrue();
            end.countDown();
            assertThat(known.get(60, TimeUnit.SECONDS)).isFalse();
        } finally {
            end.countDown();
            threads.end();
        }
    }

    @Test
    void connectionsDoNotQueueWithoutEnd() {
        WatchedThreads threads = new WatchedThreads("few", 2, Duration.ofSeconds(20));
        CountDownLatch end = new CountDownLatch(1);
        try {
            for (int i = 0; i < 2 + 4 * 2; i++) {
                threads.execute(() -> awaitQuietly(end));
            }

            assertThatThrownBy(() -> threads.execute(() -> {})).isInstanceOf(RejectedExecutionException.class);
        } finally {
            end.countDown();
            threads.end();
        }
    }

    private static void awaitQuietly(CountDownLatch end) {
        try {
            end.await();
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void readersBeyondTheLimitFindNoRoom() throws Exception {
        TokenSource.Terminals terminals = serve(new TestHost().with("ram.limit", 1));
        run(client());
        await(terminals);

        assertThat(client(new SimulatedContacts(readers, readers.device("ZZSIM000002")))
                        .run())
                .isEqualTo(503);
    }

    @Test
    void firstUseWaitsForReaders() throws Exception {
        TokenSource.Terminals terminals = serve(new TestHost("ZZSIM000001").with("ram.wait", 60));
        clients.execute(() -> {
            try {
                Thread.sleep(500);
                client().run();
            } catch (Exception ended) {
                throw new IllegalStateException(ended);
            }
        });

        assertThat(terminals.terminals().list(State.CARD_PRESENT)).hasSize(1);
    }

    @Test
    void addressesThatCannotBeServedAreRefused() throws Exception {
        assertRefused("http://0.0.0.0:8080/", "plain HTTP is for this computer alone");
        assertRefused("ftp://127.0.0.1/", "neither with https");
        assertRefused("https://127.0.0.1:8443/?x=1", "nothing else");
        assertRefused("https:// nowhere", "no URL");
        assertRefused("http://127.0.0.1:0/", "port");
        assertRefused("https://127.0.0.1:8443/", "ram.keystore");
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertThatThrownBy(() -> RamServer.open("http://127.0.0.1:" + taken.getLocalPort() + "/", new TestHost()))
                    .isInstanceOf(TransportException.class)
                    .hasMessageContaining("nothing can listen there");
        }
    }

    private static void assertRefused(String location, String why) {
        assertThatThrownBy(() -> RamServer.open(location, new TestHost()))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining(why);
    }

    @Test
    void loginOfTheOtherComputerIsKept() throws Exception {
        TokenSource.Terminals terminals = serve(new TestHost());
        MiniClient.Contacts card = contacts();
        MiniClient client = client(new MiniClient.Contacts() {
            private boolean begun;

            @Override
            public byte[] transmit(byte[] command) throws IOException {
                return card.transmit(command);
            }

            @Override
            public byte[] reset() throws IOException {
                byte[] atr = card.reset();
                if (!begun) {
                    begun = true;
                    card.transmit(SELECT.getBytes());
                    card.transmit(VERIFY.getBytes());
                }
                return atr;
            }
        });
        run(client);

        Card connected = await(terminals).connect("*");

        assertThat(client.received()).noneMatch(body -> body.contains("00A40400"));
        assertThat(((RamCard) connected).isVerifiedElsewhere()).isTrue();
        assertThat(connected.getBasicChannel().transmit(VERIFY_STATE).getSW()).isEqualTo(0x9000);
        assertThat(((RamCard) connected).isVerifiedElsewhere()).isTrue();
        // From here on another part of this program may have logged in.
        connected.getBasicChannel().transmit(VERIFY);
        assertThat(((RamCard) connected).isVerifiedElsewhere()).isFalse();
    }
}
