// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.remote.server;

import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import io.github.schsm.ConfigurationException;
import io.github.schsm.SchsmException;
import io.github.schsm.TransportException;
import io.github.schsm.net.WatchedThreads;
import io.github.schsm.spi.TokenSource;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;

/**
 * A server that readers dial in to, by the JDK's own HTTP server: one for each address in this JVM, shared by the providers
 * that name it. It ends with the last of them.
 */
public final class RamServer {
    static final System.Logger LOG = System.getLogger("io.github.schsm.remote");

    private static final String NO_DELAY = "sun.net.httpserver.nodelay";
    private static final int MORE_THREADS = 32;
    private static final int BACKLOG = 64;
    private static final Duration MOST_LOOKED_FOR = Duration.ofMillis(500);
    private static final int END_MILLIS = 5_000;
    private static final int LOOK_MILLIS = 5;

    private static final Map<InetSocketAddress, RamServer> SERVERS = new HashMap<>();

    static {
        // The JDK writes head and body of an answer apart, and the second would wait for the client's acknowledgment.
        if (System.getProperty(NO_DELAY) == null) {
            System.setProperty(NO_DELAY, "true");
        }
    }

    private final ServerAddress address;
    private final ServerSettings settings;
    private final HttpServer server;
    private final WatchedThreads threads;
    private final ExecutorService probes;
    private final Thread watch;
    private final RamHandler handler;
    private final Map<String, RamPlace> places = new ConcurrentHashMap<>();

    private RamServer(ServerAddress address, ServerSettings settings) throws SchsmException {
        this.address = address;
        this.settings = settings;
        this.server = listen(address, settings);
        String name = "schsm-ram-" + address.port();
        threads = new WatchedThreads(name, 2 * settings.limit() + MORE_THREADS, settings.patience());
        probes = Executors.newCachedThreadPool(task -> daemon(task, name + "-probe"));
        watch = daemon(this::look, name + "-watch");
        handler = new RamHandler(settings, threads, places);
    }

    private static Thread daemon(Runnable task, String name) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        return thread;
    }

    private static HttpServer listen(ServerAddress address, ServerSettings settings) throws SchsmException {
        SSLContext tls = address.secure() ? settings.tls(address) : null;
        try {
            if (tls == null) {
                return HttpServer.create(address.socket(), BACKLOG);
            }
            HttpsServer server = HttpsServer.create(address.socket(), BACKLOG);
            server.setHttpsConfigurator(new HttpsConfigurator(tls) {
                @Override
                public void configure(HttpsParameters parameters) {
                    SSLParameters chosen = getSSLContext().getDefaultSSLParameters();
                    chosen.setProtocols(new String[] {"TLSv1.3", "TLSv1.2"});
                    chosen.setNeedClientAuth(settings.asksForCertificates());
                    parameters.setSSLParameters(chosen);
                }
            });
            return server;
        } catch (IOException failed) {
            throw new TransportException(
                    "terminal = " + address + ": nothing can listen there: " + failed.getMessage()
                            + "; does another program use that port?",
                    failed);
        }
    }

    /**
     * Opens a path of a server, which begins to listen if it did not.
     *
     * @param location what follows {@code ram:}
     * @throws SchsmException if the configuration cannot be used, or nothing can listen there
     */
    public static TokenSource.Terminals open(String location, TokenSource.Host host) throws SchsmException {
        ServerAddress address = ServerAddress.parse(location);
        ServerSettings settings = ServerSettings.of(host);
        synchronized (SERVERS) {
            RamServer server = SERVERS.get(address.socket());
            if (server == null) {
                server = new RamServer(address, settings);
                server.begin();
                SERVERS.put(address.socket(), server);
            } else if (!server.settings.isSharedWith(settings) || server.address.secure() != address.secure()) {
                throw new ConfigurationException("terminal = " + address + ": another provider of this program serves"
                        + " that address with other entries ram.…; make them the same, or take another port");
            }
            return server.terminals(address, host, settings.firstWait());
        }
    }

    private TokenSource.Terminals terminals(ServerAddress at, TokenSource.Host host, Duration patience) {
        RamPlace place = places.computeIfAbsent(at.path(), path -> new RamPlace(at, settings, probes));
        place.open(host, patience);
        return new TokenSource.Terminals(place.terminals(), true, RamHandler.LONGEST_ANSWER, () -> close(place, host));
    }

    private void close(RamPlace place, TokenSource.Host host) {
        synchronized (SERVERS) {
            if (!place.close(host)) {
                return;
            }
            places.remove(place.address().path());
            place.end();
            if (places.isEmpty()) {
                SERVERS.remove(address.socket());
                end();
            }
        }
    }

    private void begin() {
        server.setExecutor(threads);
        server.createContext("/", handler);
        // The server's own thread would keep a program alive that forgets to close its provider, unless a daemon makes
        // it.
        Thread starter = daemon(server::start, "schsm-ram-start");
        starter.start();
        boolean interrupted = false;
        while (starter.isAlive()) {
            try {
                starter.join();
            } catch (InterruptedException later) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        watch.start();
    }

    /** Looks for clients that are slow, and for lines that are dead, until it is interrupted. */
    private void look() {
        long millis = Math.min(settings.silence().dividedBy(20).toMillis(), MOST_LOOKED_FOR.toMillis());
        while (true) {
            try {
                Thread.sleep(millis);
            } catch (InterruptedException ended) {
                return;
            }
            threads.check();
            places.values().forEach(RamPlace::check);
        }
    }

    /** What clients were told last has to get there. */
    private void end() {
        watch.interrupt();
        long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(END_MILLIS);
        while (handler.isBusy() && System.nanoTime() < until) {
            try {
                Thread.sleep(LOOK_MILLIS);
            } catch (InterruptedException asked) {
                Thread.currentThread().interrupt();
                break;
            }
        }
        server.stop(0);
        threads.end();
        probes.shutdownNow();
    }
}
