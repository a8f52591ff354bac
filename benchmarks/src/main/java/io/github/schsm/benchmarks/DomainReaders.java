// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.benchmarks;

import io.github.schsm.SchsmException;
import io.github.schsm.card.CardDevices;
import io.github.schsm.card.transport.TerminalSource;
import io.github.schsm.simulator.SimulatedDevice;
import io.github.schsm.simulator.VirtualReaders;
import io.github.schsm.simulator.VpcdClient;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/** Simulated devices where the provider finds them: in this process, or in readers of the PC/SC daemon. */
final class DomainReaders implements AutoCloseable {
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(60);
    private static final long LOOK_MILLIS = 50;

    /** How the provider reaches them. */
    enum Way {
        PROCESS,
        PCSC,
        SUNPCSC;

        static Way of(String name) {
            return valueOf(name.toUpperCase(Locale.ROOT));
        }
    }

    private final Way way;
    private final Path folder;
    private final VirtualReaders readers;
    private final List<VpcdClient> clients = new ArrayList<>();

    private DomainReaders(Way way, Path folder) throws SchsmException {
        this.way = way;
        this.folder = folder;
        this.readers = VirtualReaders.folder(folder);
    }

    /** Puts the devices of a folder in; they are there when this returns. */
    static DomainReaders plug(Way way, Path folder, List<String> ids) throws SchsmException, InterruptedException {
        DomainReaders plugged = new DomainReaders(way, folder);
        if (way != Way.PROCESS) {
            for (String id : ids) {
                VpcdClient client = new VpcdClient(
                        plugged.readers.device(id), "127.0.0.1", VpcdClient.DEFAULT_PORT + plugged.clients.size());
                plugged.clients.add(client);
                Thread thread = new Thread(client, "vpcd " + id);
                thread.setDaemon(true);
                thread.start();
            }
            plugged.awaitDevices(ids.size());
        }
        return plugged;
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

    /** As the configuration has it. */
    String terminal() {
        return switch (way) {
            case PROCESS -> "simulator:" + folder;
            case PCSC -> "pcsc";
            case SUNPCSC -> "sunpcsc";
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
        clients.forEach(VpcdClient::close);
        readers.close();
    }
}
