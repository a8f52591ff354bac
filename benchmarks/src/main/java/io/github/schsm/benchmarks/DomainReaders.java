// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.benchmarks;

import io.github.schsm.SchsmException;
import io.github.schsm.card.CardDevices;
import io.github.schsm.card.transport.TerminalSource;
import io.github.schsm.config.SchsmConfiguration;
import io.github.schsm.provider.SchsmProvider;
import io.github.schsm.remote.client.LocalReader;
import io.github.schsm.remote.client.RamClient;
import io.github.schsm.remote.client.RamListener;
import io.github.schsm.simulator.SimulatedDevice;
import io.github.schsm.simulator.VirtualReaders;
import io.github.schsm.simulator.VpcdClient;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Simulated devices where the provider finds them: in this process, in readers of the PC/SC daemon, or dialed in. */
final class DomainReaders implements AutoCloseable {
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(60);
    private static final long LOOK_MILLIS = 50;
    private static final String SERVER = "ram:http://127.0.0.1:8417/schsm";

    /** How the provider reaches them. */
    enum Way {
        PROCESS,
        PCSC,
        SUNPCSC,
        RAM;

        static Way of(String name) {
            return valueOf(name.toUpperCase(Locale.ROOT));
        }
    }

    private final Way way;
    private final Path folder;
    private final VirtualReaders readers;
    private final List<VpcdClient> clients = new ArrayList<>();
    private final List<RamClient> dialedIn = new ArrayList<>();
    /** Keeps the server, which goes with the last provider that uses it. */
    private @Nullable SchsmProvider server;

    private DomainReaders(Way way, Path folder) throws SchsmException {
        this.way = way;
        this.folder = folder;
        this.readers = VirtualReaders.folder(folder);
    }

    /** Puts the devices of a folder in; they are there when this returns. */
    static DomainReaders plug(Way way, Path folder, List<String> ids) throws SchsmException, InterruptedException {
        DomainReaders plugged = new DomainReaders(way, folder);
        if (way == Way.RAM) {
            plugged.dialIn(ids);
        } else if (way != Way.PROCESS) {
            for (String id : ids) {
                VpcdClient client = new VpcdClient(
                        plugged.readers.device(id), "127.0.0.1", VpcdClient.DEFAULT_PORT + plugged.clients.size());
                plugged.clients.add(client);
                start(client, "vpcd " + id);
            }
            plugged.awaitDevices(ids.size());
        }
        return plugged;
    }

    private static void start(Runnable work, String name) {
        Thread thread = new Thread(work, name);
        thread.setDaemon(true);
        thread.start();
    }

    /** One client for each device, as each had a computer of its own. */
    private void dialIn(List<String> ids) throws SchsmException {
        for (String id : ids) {
            LocalReader reader =
                    LocalReader.of(SchsmConfiguration.of("terminal = simulator:" + folder + "; device = " + id));
            RamClient client =
                    new RamClient(reader, RamClient.address(SERVER), null, null, false, new RamListener() {});
            dialedIn.add(client);
            start(() -> run(client), "ram " + id);
        }
        try {
            server = (SchsmProvider) new SchsmProvider()
                    .configure(terminal() + "; device = " + String.join(", ", ids) + "; members = all");
            DomainMembers.load(server);
        } catch (GeneralSecurityException | IOException notLoaded) {
            throw new IllegalStateException(notLoaded);
        }
    }

    private static void run(RamClient client) {
        try {
            client.run();
        } catch (SchsmException refused) {
            throw new IllegalStateException(refused);
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
        }
    }

    private void awaitDevices(int number) throws SchsmException, InterruptedException {
        TerminalSource pcsc = way == Way.PCSC ? TerminalSource.pcsc() : TerminalSource.sunPcsc();
        long end = System.nanoTime() + PATIENCE_NANOS;
        while (CardDevices.list(pcsc).devices().size() < number) {
            if (System.nanoTime() > end) {
                throw new IllegalStateException("pcscd has fewer than " + number
                        + " devices after a minute: are there as many readers of vpcd? " + CardDevices.list(pcsc));
            }
            Thread.sleep(LOOK_MILLIS);
        }
    }

    /** Where they are, as the configuration has it. */
    String terminal() {
        return "terminal = "
                + switch (way) {
                    case PROCESS -> "simulator:" + folder;
                    case PCSC -> "pcsc";
                    case SUNPCSC -> "sunpcsc";
                    case RAM -> SERVER + "; ram.wait = 60; trust = simulator";
                };
    }

    SimulatedDevice device(String id) throws SchsmException {
        return readers.device(id);
    }

    VirtualReaders readers() {
        return readers;
    }

    @Override
    public void close() {
        dialedIn.forEach(client -> client.leave("measured"));
        if (server != null) {
            server.close();
        }
        clients.forEach(VpcdClient::close);
        readers.close();
    }
}
