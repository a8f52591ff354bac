// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.remote.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.schsm.ConfigurationException;
import io.github.schsm.InvalidRequestException;
import io.github.schsm.PinException;
import io.github.schsm.SchsmException;
import io.github.schsm.TransportException;
import io.github.schsm.config.SchsmConfiguration;
import io.github.schsm.remote.SimulatedContacts;
import io.github.schsm.simulator.Fault;
import io.github.schsm.simulator.SimulatedDevice;
import io.github.schsm.simulator.VirtualReaders;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The client against a server that was written from the description of the wire alone. */
@Timeout(180)
@SuppressWarnings("FutureReturnValueIgnored") // clients end with the test
class RamClientTest {
    private static final String ID = "ZZSIM000001";
    private static final String INITIATION = "E81AC0183BDE18FF8191FE1FC38031815448534D317380214081071C";
    private static final String SELECT_AND_READ =
            "AA22221100A404000BE82B0601040181C31F020100220D00B12F02000004540200000000";
    private static final String STATE = "AA06220400200081";
    private static final String VERIFY = "AA0D220B0020008106363438323139";

    @TempDir
    Path folder;

    private VirtualReaders readers;
    private SimulatedDevice device;
    private LocalReader reader;
    private @Nullable RamClient running;
    private volatile boolean removedAfterReading;
    private final List<String> told = new CopyOnWriteArrayList<>();

    @BeforeEach
    void begin() throws Exception {
        readers = VirtualReaders.folder(folder);
        device = readers.device(ID);
        reader = LocalReader.of(SchsmConfiguration.of("terminal = simulator:" + folder + "; device = " + ID));
    }

    @AfterEach
    void end() {
        if (running != null) {
            running.leave("the test is over");
        }
        reader.close();
        readers.close();
    }

    private class Told implements RamListener {
        @Override
        public void dialing(String id, String name) {
            told.add("dialing " + id);
        }

        @Override
        public void connected() {
            told.add("connected");
        }

        @Override
        public void command(byte[] header, int response) {
            if (removedAfterReading && (header[1] & 0xFF) == 0xB1) {
                device.remove();
            }
            told.add(String.format(Locale.ROOT, "%02X %04X", header[1], response));
        }

        @Override
        public void notification(int id, String text) {
            told.add(id + " " + text);
        }

        @Override
        public void lost(String reason, Duration pause) {
            told.add("lost " + pause.toSeconds() + " " + reason);
        }
    }

    private RamClient client(MiniServer server, RamClient.@Nullable PinFirst pins, boolean once) throws Exception {
        return new RamClient(reader, server.url(), null, pins, once, new Told());
    }

    private CompletableFuture<Void> start(RamClient client) {
        running = client;
        return CompletableFuture.runAsync(
                () -> {
                    try {
                        client.run();
                    } catch (SchsmException | InterruptedException failed) {
                        throw new IllegalStateException(failed);
                    }
                },
                SimulatedContacts.THREADS);
    }

    private static void await(BooleanSupplier condition) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).isLessThan(end);
            Thread.sleep(10);
        }
    }

    @Test
    void exchangeIsThePublishedOne() throws Exception {
        try (MiniServer server = new MiniServer(SELECT_AND_READ, "AA00", "204")) {
            client(server, null, true).run();

            List<String> posts = server.posts();
            assertThat(server.wrong()).isEmpty();
            assertThat(posts).hasSize(3);
            assertThat(posts.get(0)).isEqualTo(INITIATION);
            assertThat(posts.get(1)).matches("AB82[0-9A-F]{4}23[0-9A-F]{2}6F.*900023(82|81).*7F21.*(9000|6282)800102");
            assertThat(posts.get(2)).isEqualTo("AB03800100");
            assertThat(told).contains("dialing " + ID, "connected", "A4 9000");
        }
    }

    @Test
    void commandsGoOnWhateverTheirStatusWords() throws Exception {
        try (MiniServer server = new MiniServer("AA0D220400FF000022050084000008", "204")) {
            client(server, null, true).run();

            assertThat(server.posts().get(1)).matches("AB1323026D00230A[0-9A-F]{16}9000800102");
        }
    }

    @Test
    void resetTakesTheLoginAway() throws Exception {
        try (MiniServer server =
                new MiniServer(SELECT_AND_READ, VERIFY, STATE, "AA02C000", SELECT_AND_READ, STATE, "204")) {
            client(server, null, true).run();

            List<String> posts = server.posts();
            assertThat(posts.get(3)).isEqualTo("AB0723029000800101");
            assertThat(posts.get(4)).isEqualTo("AB1D" + INITIATION.substring(4) + "800100");
            assertThat(posts.get(6)).isEqualTo("AB07230263C3800101");
        }
    }

    @Test
    void failureOfTheCardEndsTheListAndTheSession() throws Exception {
        try (MiniServer server = new MiniServer(SELECT_AND_READ, "AA0C220400200081" + "220400200081", "204")) {
            removedAfterReading = true;
            RamClient client = client(server, null, false);
            CompletableFuture<Void> done = start(client);
            await(() -> told.stream().anyMatch(line -> line.startsWith("lost")));

            assertThat(server.posts().get(2)).matches("AB(81)?[0-9A-F]{2}E1[0-9A-F]+800100");
            assertThat(server.posts()).hasSize(3);
            device.insert();
            await(() -> server.dials().size() > 1);
            assertThat(done).isNotDone();
        }
    }

    @Test
    void serverTellsThePersonThings() throws Exception {
        try (MiniServer server = new MiniServer("AA0FE00D0201050C0848616C6620776179", "AA0AE0080201FF0C03627965")) {
            assertThatThrownBy(() -> client(server, null, true).run())
                    .isInstanceOf(TransportException.class)
                    .hasMessageContaining("bye");

            assertThat(told).contains("5 Half way", "-1 bye");
            assertThat(server.posts()).hasSize(2);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"00", "3C68746D6C3E", "AA80", "AA032301", "AA0122", "AAFF"})
    void serverThatAnswersGarbageIsLeft(String garbage) throws Exception {
        try (MiniServer server = new MiniServer(garbage)) {
            assertThatThrownBy(() -> client(server, null, false).run())
                    .isInstanceOf(TransportException.class)
                    .hasMessageContaining("does something else listen there");
        }
    }

    @Test
    void answerThatIsTooLongIsNotReadToItsEnd() throws Exception {
        try (MiniServer server = new MiniServer("AA".repeat(200_000))) {
            assertThatThrownBy(() -> client(server, null, true).run())
                    .isInstanceOf(TransportException.class)
                    .hasMessageContaining("longer than");
        }
    }

    @Test
    void whatIsWrongFromTheStartEndsIt() throws Exception {
        try (MiniServer none = new MiniServer("404");
                MiniServer forbidden = new MiniServer("403")) {
            assertThatThrownBy(() -> client(none, null, false).run()).hasMessageContaining("no such path");
            assertThatThrownBy(() -> client(forbidden, null, false).run()).hasMessageContaining("does not let");
        }
    }

    @Test
    void pausesGrowUntilThereIsALineAgain() throws Exception {
        try (MiniServer server = new MiniServer("504", "504", "AA00", "204", "204")) {
            start(client(server, null, false));
            await(() -> server.dials().size() >= 4);

            List<String> lost =
                    told.stream().filter(line -> line.startsWith("lost")).toList();
            assertThat(lost.get(0)).startsWith("lost 1 ").contains("nobody asked");
            assertThat(lost.get(1)).startsWith("lost 2 ");
            assertThat(lost.get(2)).startsWith("lost 1 ").contains("no more work");
            List<Long> dials = server.dials();
            assertThat(Duration.ofNanos(dials.get(2) - dials.get(1))).isGreaterThan(Duration.ofMillis(1_900));
        }
    }

    /** With pauses that grow it would be looked for after one, three, seven and fifteen seconds. */
    @Test
    void deviceIsLookedForWithoutGrowingPausesAndToldOnce() throws Exception {
        device.remove();
        try (MiniServer server = new MiniServer("AA00", "hang")) {
            CompletableFuture<Void> done = start(client(server, null, false));
            Thread.sleep(7_500);
            assertThat(server.dials()).isEmpty();
            device.insert();
            long back = System.nanoTime();
            await(() -> !server.dials().isEmpty());

            assertThat(Duration.ofNanos(System.nanoTime() - back)).isLessThan(Duration.ofSeconds(7));
            assertThat(told.stream().filter(line -> line.startsWith("lost"))).hasSize(1);
            assertThat(done).isNotDone();
        }
    }

    @Test
    void leavingIsSaidWhileAPostIsKept() throws Exception {
        try (MiniServer server = new MiniServer("AA00", "hang", "204")) {
            RamClient client = client(server, null, false);
            CompletableFuture<Void> done = start(client);
            await(() -> server.posts().size() == 2);
            long begin = System.nanoTime();

            client.leave("bye");

            assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(30));
            done.get(60, TimeUnit.SECONDS);
            assertThat(server.posts()).endsWith("E1050C03627965");
        }
    }

    @Test
    void pinIsVerifiedHereAndStaysHere() throws Exception {
        char[] pin = "648219".toCharArray();
        try (MiniServer server = new MiniServer(STATE, "204")) {
            client(server, (id, tries) -> tries == 3 ? pin : new char[0], true).run();

            assertThat(server.posts().get(1)).isEqualTo("AB0723029000800101");
            assertThat(String.join("", server.posts())).doesNotContain("363438323139");
            assertThat(pin).containsOnly('\0');
        }
        // The card was given back without that login.
        try (MiniServer server = new MiniServer(STATE, "204")) {
            client(server, null, true).run();
            assertThat(server.posts().get(1)).isEqualTo("AB07230263C3800101");
        }
    }

    @Test
    void wrongPinIsTriedOnce() throws Exception {
        try (MiniServer server = new MiniServer("AA00")) {
            assertThatThrownBy(() -> client(server, (id, tries) -> "000000".toCharArray(), false)
                            .run())
                    .isInstanceOf(PinException.class);
            assertThatThrownBy(() -> client(
                                    server,
                                    (id, tries) -> {
                                        throw new IllegalArgumentException("nobody types");
                                    },
                                    false)
                            .run())
                    .isInstanceOf(InvalidRequestException.class)
                    .hasMessageContaining("nobody types");
            assertThat(server.posts()).isEmpty();
        }
        List<Integer> left = new ArrayList<>();
        try (MiniServer server = new MiniServer("204")) {
            client(
                            server,
                            (id, tries) -> {
                                left.add(tries);
                                return "648219".toCharArray();
                            },
                            true)
                    .run();
        }
        assertThat(left).containsExactly(2);
    }

    private static boolean isPinSent(byte[] command) {
        return command.length > 5 && command[1] == 0x20;
    }

    @Test
    void pinDoesNotGoToAnotherDevice() throws Exception {
        SimulatedDevice second = readers.device("ZZSIM000002");
        second.remove();
        AtomicInteger sent = new AtomicInteger();
        second.faults().add(1, command -> isPinSent(command) && sent.incrementAndGet() > 0, Fault.status(0x6400));
        RamListener exchanging = new Told() {
            @Override
            public void lost(String reason, Duration pause) {
                device.remove();
                second.insert();
            }
        };
        try (MiniServer server = new MiniServer("204");
                LocalReader any = LocalReader.of(SchsmConfiguration.of("terminal = simulator:" + folder))) {
            RamClient client =
                    new RamClient(any, server.url(), null, (id, tries) -> "648219".toCharArray(), false, exchanging);

            assertThatThrownBy(() -> start(client).get(60, TimeUnit.SECONDS))
                    .hasRootCauseInstanceOf(InvalidRequestException.class)
                    .hasMessageContaining("ZZSIM000002#")
                    .hasMessageContaining("was given for device ZZSIM000001#");
            assertThat(server.dials()).hasSize(1);
        }
        assertThat(sent).hasValue(0);
    }

    @Test
    void pinIsSentAgainToTheSameDevice() throws Exception {
        List<Integer> asked = new CopyOnWriteArrayList<>();
        try (MiniServer server = new MiniServer("204", STATE, "hang")) {
            start(client(
                    server,
                    (id, tries) -> {
                        asked.add(tries);
                        return "648219".toCharArray();
                    },
                    false));
            await(() -> server.posts().size() >= 3);

            assertThat(server.posts().get(2)).isEqualTo("AB0723029000800101");
        }
        assertThat(asked).hasSize(1);
    }

    @Test
    void pinThatWasNeverAcceptedIsNotSentAgain() throws Exception {
        AtomicInteger sent = new AtomicInteger();
        device.faults().add(1, command -> isPinSent(command) && sent.incrementAndGet() > 0, Fault.removalAfter());
        try (MiniServer server = new MiniServer("204")) {
            RamClient client = client(server, (id, tries) -> "648219".toCharArray(), false);

            assertThatThrownBy(() -> start(client).get(60, TimeUnit.SECONDS))
                    .hasMessageContaining("did not say whether the user PIN is right");
        }
        assertThat(sent).hasValue(1);
    }

    @Test
    void serversThatOthersCouldHearAreNotDialed() {
        for (String url : List.of("http://192.0.2.1/", "ftp://127.0.0.1/", "https://127.0.0.1/", "file:/x")) {
            assertThatThrownBy(() -> new RamClient(reader, URI.create(url), null, null, true, new Told()))
                    .as(url)
                    .isInstanceOf(ConfigurationException.class);
        }
        assertThatThrownBy(() -> RamClient.address("https://a b")).isInstanceOf(ConfigurationException.class);
    }

    @Test
    void deviceThatIsMeantIsFound() throws Exception {
        readers.device("ZZSIM000002");
        try (LocalReader any = LocalReader.of(SchsmConfiguration.of("terminal = simulator:" + folder))) {
            assertThatThrownBy(any::find)
                    .isInstanceOf(ConfigurationException.class)
                    .hasMessageContaining("several devices are there");
        }
        try (LocalReader second =
                LocalReader.of(SchsmConfiguration.of("terminal = simulator:" + folder + "; device = ZZSIM000002"))) {
            assertThat(second.find().device()).isEqualTo("ZZSIM000002");
        }
        assertThatThrownBy(() -> LocalReader.of(SchsmConfiguration.of("terminal = ram:http://127.0.0.1/")))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("no reader of this computer");
    }
}
