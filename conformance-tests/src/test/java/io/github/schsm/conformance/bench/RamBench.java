// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.bench;

import io.github.schsm.DeviceTrust;
import io.github.schsm.SchsmException;
import io.github.schsm.config.SchsmConfiguration;
import io.github.schsm.conformance.bench.SimulatorBench.SimulatedMember;
import io.github.schsm.login.PinSource;
import io.github.schsm.provider.SchsmProvider;
import io.github.schsm.remote.client.LocalReader;
import io.github.schsm.remote.client.RamClient;
import io.github.schsm.remote.client.RamListener;
import io.github.schsm.simulator.VirtualReaders;
import io.github.schsm.simulator.profile.DeviceProfile;
import io.github.schsm.spi.Token;
import io.github.schsm.spi.TokenSource;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;
import javax.smartcardio.CardException;
import javax.smartcardio.CardTerminals.State;

/**
 * Simulated devices that dial in to a server in this process. It listens and they are there before the providers ask, so
 * that no test waits for the pauses of a client.
 */
public final class RamBench implements Bench {
    private static final long PATIENCE_MILLIS = 60_000;

    private final VirtualReaders readers = VirtualReaders.create(DeviceProfile.smartCardHsm4k());
    private final String offered = ReadersTokenSource.offer(readers);
    private final String url;
    private final TokenSource.Terminals server;
    private final List<RamClient> clients = new ArrayList<>();
    private final List<LocalReader> lent = new ArrayList<>();
    private final SimulatedMember source;
    private final SimulatedMember target;

    public RamBench() throws Exception {
        url = "http://127.0.0.1:" + FreePort.next() + "/bench";
        server = serve(url);
        dialIn("ZZSIM000001");
        dialIn("ZZSIM000002");
        await(2);
        source = member("ZZSIM000001");
        target = member("ZZSIM000002");
    }

    private static TokenSource.Terminals serve(String url) throws SchsmException {
        for (TokenSource candidate : ServiceLoader.load(TokenSource.class)) {
            if (candidate.scheme().equals("ram")) {
                return (TokenSource.Terminals) candidate.open(url, new NoHost());
            }
        }
        throw new IllegalStateException("there is no source of that kind");
    }

    /** Lends a device to the server. */
    public RamClient dialIn(String id) throws SchsmException {
        readers.device(id);
        LocalReader reader = LocalReader.of(SchsmConfiguration.of("terminal = " + offered + "; device = " + id));
        RamClient client = new RamClient(reader, URI.create(url), null, null, false, new RamListener() {});
        lent.add(reader);
        clients.add(client);
        Thread thread = new Thread(
                () -> {
                    try {
                        client.run();
                    } catch (SchsmException | InterruptedException failed) {
                        throw new IllegalStateException("device " + id + " is not lent any more", failed);
                    }
                },
                "dials-in-" + id);
        thread.setDaemon(true);
        thread.start();
        return client;
    }

    /** Waits until that many devices are there. */
    public void await(int devices) throws CardException, InterruptedException {
        long end = System.nanoTime() + PATIENCE_MILLIS * 1_000_000;
        while (server.terminals().list(State.CARD_PRESENT).size() != devices) {
            if (System.nanoTime() > end) {
                throw new IllegalStateException(
                        "there are " + server.terminals().list(State.CARD_PRESENT) + ", not " + devices);
            }
            Thread.sleep(5);
        }
    }

    private SimulatedMember member(String id) throws SchsmException {
        String configuration = "device = " + id + "; terminal = ram:" + url + "; trust = production, simulator";
        return new SimulatedMember(
                readers,
                readers.device(id),
                new SchsmProvider().configure(configuration),
                configuration,
                this::awaitBoth);
    }

    private void awaitBoth() {
        try {
            await(2);
        } catch (CardException | InterruptedException failed) {
            throw new IllegalStateException(failed);
        }
    }

    @Override
    public SimulatedMember source() {
        return source;
    }

    @Override
    public SimulatedMember target() {
        return target;
    }

    @Override
    public void close() {
        ((SchsmProvider) source.provider()).close();
        ((SchsmProvider) target.provider()).close();
        clients.forEach(client -> client.leave("the test is over"));
        lent.forEach(LocalReader::close);
        server.close();
        ReadersTokenSource.withdraw(offered);
    }

    /** Who keeps the server open, and wants every device. */
    private static final class NoHost implements TokenSource.Host {
        @Override
        public List<String> devices() {
            return List.of();
        }

        @Override
        public DeviceTrust trust() {
            return DeviceTrust.of(List.of());
        }

        @Override
        public boolean isWantedReader(String name) {
            return true;
        }

        @Override
        public PinSource pinPad() {
            throw new UnsupportedOperationException("there is none");
        }

        @Override
        public Token cardChannel(String readerName) {
            throw new UnsupportedOperationException("there is none");
        }
    }
}
