// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.admin.console;

import com.sun.net.httpserver.HttpServer;
import io.github.schsm.SchsmException;
import io.github.schsm.TransportException;
import io.github.schsm.admin.inventory.DeviceWatch;
import io.github.schsm.admin.inventory.Inventory;
import io.github.schsm.admin.inventory.InventoryReader;
import io.github.schsm.admin.progress.ProgressFolder;
import io.github.schsm.net.WatchedThreads;
import io.github.schsm.provider.SchsmProvider;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Objects;

/**
 * Serves the page that shows all devices: {@code schsm console}. It listens on loopback only, and its address works once:
 * the browser that opens it gets a cookie and a key of its own, and nobody else gets anything. The page can look, and do
 * nothing: there is no request that changes a device, and none that a PIN would be in.
 *
 * <p>The devices are looked at when something changes, as long as a page is open. {@link #close} ends it.
 */
public final class Console implements AutoCloseable {
    static final System.Logger LOG = System.getLogger("io.github.schsm.admin");

    private static final byte[] LOOPBACK = {127, 0, 0, 1};
    private static final String NO_DELAY = "sun.net.httpserver.nodelay";
    private static final int BACKLOG = 64;
    private static final int THREADS = EventStreams.MOST + 16;
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final int LAST_PORT = 65_535;

    static {
        // The JDK writes head and body of an answer apart, and the second would wait for the browser's acknowledgment.
        if (System.getProperty(NO_DELAY) == null) {
            System.setProperty(NO_DELAY, "true");
        }
    }

    private final HttpServer server;
    private final WatchedThreads threads;
    private final EventStreams streams;
    private final Access access;
    private final Lookout lookout;

    /** Where the page's devices come from. */
    @FunctionalInterface
    public interface Source {
        /**
         * All that is in reach. Called by one thread at a time.
         *
         * @throws SchsmException if nothing can be read; the page shows the message and what was seen before
         */
        Inventory look() throws SchsmException;

        /**
         * What is cheap to see, such as which card is in which reader: as long as it stays the same, devices are not
         * read again, but for once in a while. It is compared by {@code equals}. Without it they are read each time.
         *
         * @throws SchsmException as {@link #look}
         */
        default Object presence() throws SchsmException {
            return new Object();
        }
    }

    /** A source of everything that a provider's configuration reaches, without PINs. */
    public static Source source(SchsmProvider provider) {
        InventoryReader reader = InventoryReader.of(provider);
        DeviceWatch watch = DeviceWatch.of(provider);
        return new Source() {
            private long changes;

            @Override
            public Inventory look() throws SchsmException {
                return reader.read();
            }

            @Override
            public Object presence() throws SchsmException {
                changes += watch.look().size();
                return changes;
            }
        };
    }

    /**
     * How it is served.
     *
     * @param port     the TCP port; 0 for any that is free
     * @param pause    between two looks at what is there
     * @param mostAge  after that time devices are read again though nothing seems to have changed
     * @param progress where programs tell what they do
     * @param command  how the command is called in what the page suggests, with the options that lead to the same devices:
     *                 {@code schsm}, {@code --terminal}, ...
     */
    public record Settings(int port, Duration pause, Duration mostAge, ProgressFolder progress, List<String> command) {
        /** Checks the numbers and copies the list. */
        public Settings {
            if (port < 0 || port > LAST_PORT) {
                throw new IllegalArgumentException("port " + port + " is out of range: 0 to " + LAST_PORT);
            }
            if (pause.isNegative() || pause.isZero()) {
                throw new IllegalArgumentException("a pause of " + pause + " is none");
            }
            Objects.requireNonNull(mostAge, "mostAge");
            Objects.requireNonNull(progress, "progress");
            command = List.copyOf(command);
        }

        /** Any free port, a look each second, and twice a minute at everything. */
        public static Settings standard() {
            return new Settings(
                    0, Duration.ofSeconds(1), Duration.ofSeconds(30), ProgressFolder.ofUser(), List.of("schsm"));
        }
    }

    private Console(HttpServer server, Source source, Settings settings) {
        this.server = server;
        int port = server.getAddress().getPort();
        String name = "schsm-console-" + port;
        threads = new WatchedThreads(name, THREADS, PATIENCE);
        access = new Access(port);
        streams = new EventStreams(threads);
        lookout = new Lookout(name, source, settings, streams, threads);
        server.setExecutor(threads);
        server.createContext("/", new PageHandler(access, threads, streams, lookout));
    }

    /**
     * Begins to serve.
     *
     * @param source what the page shows
     * @throws TransportException if nothing can listen at that port
     */
    public static Console open(Source source, Settings settings) throws SchsmException {
        HttpServer server;
        try {
            InetAddress loopback = InetAddress.getByAddress(LOOPBACK);
            server = HttpServer.create(new InetSocketAddress(loopback, settings.port()), BACKLOG);
        } catch (IOException failed) {
            throw new TransportException(
                    "the console cannot listen on port " + settings.port() + " of 127.0.0.1: " + failed.getMessage()
                            + "; another program may use it, --port 0 takes any that is free",
                    failed);
        }
        Console console = new Console(server, source, settings);
        console.lookout.start();
        server.start();
        return console;
    }

    /** The same with {@link Settings#standard()}. */
    public static Console open(Source source) throws SchsmException {
        return open(source, Settings.standard());
    }

    /** The port that it listens on. */
    public int port() {
        return server.getAddress().getPort();
    }

    /**
     * An address to open in a browser of this computer. It works once, and the one who opens it sees the page: it is for the
     * user of this process alone. Each call makes another one, and the one before works no more unless it was opened.
     */
    public URI address() {
        return URI.create("http://127.0.0.1:" + port() + Access.OPEN + access.newToken());
    }

    /** Looks at the devices now, instead of when something seems to have changed. */
    public void refresh() {
        lookout.refresh();
    }

    /** Ends it: pages are told, and show that what they show is old. */
    @Override
    public void close() {
        streams.end();
        lookout.end();
        server.stop(0);
        threads.end();
    }
}
