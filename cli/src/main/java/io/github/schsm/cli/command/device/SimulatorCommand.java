// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli.command.device;

import io.github.schsm.SchsmException;
import io.github.schsm.cli.command.Context;
import io.github.schsm.cli.command.SchsmCommand;
import io.github.schsm.cli.option.Values;
import io.github.schsm.cli.report.Answer;
import io.github.schsm.cli.report.CliException;
import io.github.schsm.cli.report.Json;
import io.github.schsm.cli.report.Status;
import io.github.schsm.cli.report.UsageException;
import io.github.schsm.simulator.SimulatedDevice;
import io.github.schsm.simulator.VirtualReaders;
import io.github.schsm.simulator.VpcdClient;
import io.github.schsm.simulator.profile.LatencyTable;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "simulator",
        description = {
            "Puts simulated devices into the virtual readers of vpcd, so that every PC/SC program finds them.",
            "--device names them, separated by commas; a device that is not in the folder yet is made. Without it all"
                    + " devices in the folder are used, or " + VirtualReaders.DEFAULT_DEVICE + ".",
            "Runs until it is ended with Ctrl-C or SIGTERM."
        },
        footer = {"", "Example:", "  schsm simulator --state hsm --device ZZSIM000001"})
@SuppressWarnings("NullAway.Init") // picocli sets the fields
public final class SimulatorCommand extends SchsmCommand {
    private static final int LAST_PORT = 65_535;
    private static final long LOOK_MILLIS = 20;
    private static final long SAY_SO_MILLIS = 2_000;

    @Option(
            names = "--state",
            required = true,
            paramLabel = "FOLDER",
            description = "Where the devices' state is kept; made if it is not there.")
    private Path state;

    @Option(
            names = "--port",
            defaultValue = "" + VpcdClient.DEFAULT_PORT,
            paramLabel = "N",
            converter = Port.class,
            description = "TCP port of the virtual reader of the first device; further devices take the ports after"
                    + " it. Default: " + VpcdClient.DEFAULT_PORT + ".")
    private int port;

    @Option(
            names = "--host",
            defaultValue = "127.0.0.1",
            paramLabel = "NAME",
            converter = Host.class,
            description = "Host on which vpcd listens. Default: 127.0.0.1.")
    private String host;

    @Option(
            names = "--latency",
            paramLabel = "FILE",
            converter = Latency.class,
            description =
                    "How long commands take: a file of lines such as \"sign.ec-256 = 50\", in milliseconds, or one of"
                            + " the tables that come with the simulator, old-device and 4k. Default: readers.latency in the"
                            + " folder, else no longer than it takes here.")
    private @Nullable String latency;

    @Override
    protected Answer answer(Context context) throws SchsmException {
        int named = context.named().size();
        if (port + named - 1 > LAST_PORT) {
            throw new UsageException(outOfRange(named));
        }
        LatencyTable table = latency == null ? null : LatencyTable.read(latency);
        try (VirtualReaders readers = VirtualReaders.folder(state)) {
            if (table != null) {
                readers.setLatency(table);
            }
            List<SimulatedDevice> devices = devices(readers, context.named());
            if (port + devices.size() - 1 > LAST_PORT) {
                throw new CliException(outOfRange(devices.size()));
            }
            serve(context, readers, devices);
            return Answer.given(Status.DONE);
        }
    }

    /** It has answered when it was ready. */
    @Override
    protected boolean answersItself() {
        return true;
    }

    private String outOfRange(int needed) {
        return "--port " + port + " is out of range: " + needed + " ports are needed, from 1 to " + LAST_PORT;
    }

    /** The first port. */
    static final class Port extends Values.Whole {
        Port() {
            super(1, LAST_PORT);
        }
    }

    /** A host's name or address; whether there is one shows when it is asked. */
    static final class Host extends Values.Matching {
        Host() {
            super("[^\\s\\p{Cntrl}]+", "give a host's name or address");
        }
    }

    /** A table that comes with the simulator, or a file. */
    static final class Latency extends Values.Text {
        @Override
        protected void require(String value) {
            new Values.FileName().convert(value);
        }
    }

    private static List<SimulatedDevice> devices(VirtualReaders readers, List<String> names) throws SchsmException {
        if (!names.isEmpty()) {
            List<SimulatedDevice> named = new ArrayList<>();
            for (String name : names) {
                named.add(readers.device(name));
            }
            return named;
        }
        return readers.devices().isEmpty() ? List.of(readers.device(VirtualReaders.DEFAULT_DEVICE)) : readers.devices();
    }

    private void serve(Context context, VirtualReaders readers, List<SimulatedDevice> devices) {
        List<VpcdClient> clients = new ArrayList<>();
        for (int i = 0; i < devices.size(); i++) {
            clients.add(new VpcdClient(devices.get(i), host, port + i));
        }
        Runnable close = () -> clients.forEach(VpcdClient::close);
        Thread whenEnded = new Thread(
                () -> {
                    close.run();
                    readers.close();
                    // Ended as asked is no failure; nothing is left to do that other hooks would.
                    Runtime.getRuntime().halt(Status.DONE);
                },
                "schsm-simulator-end");
        Runtime.getRuntime().addShutdownHook(whenEnded);
        List<Thread> threads = new ArrayList<>();
        for (VpcdClient client : clients) {
            Thread thread = new Thread(client, "schsm-simulator");
            thread.start();
            threads.add(thread);
        }
        try {
            awaitReaders(context, clients);
            ready(context, devices);
            for (Thread thread : threads) {
                thread.join();
            }
        } catch (InterruptedException asked) {
            Thread.currentThread().interrupt();
        } finally {
            close.run();
            removeHook(whenEnded);
        }
    }

    private void awaitReaders(Context context, List<VpcdClient> clients) throws InterruptedException {
        long waited = 0;
        while (!clients.stream().allMatch(VpcdClient::isConnected)) {
            if (waited == SAY_SO_MILLIS) {
                context.io()
                        .err()
                        .println("schsm: waiting for vpcd on " + ports(clients.size())
                                + ": is pcscd running, with as many readers of vsmartcard-vpcd?");
                context.io().err().flush();
            }
            Thread.sleep(LOOK_MILLIS);
            waited += LOOK_MILLIS;
        }
    }

    private void ready(Context context, List<SimulatedDevice> devices) {
        PrintWriter out = context.io().out();
        List<String> ids = devices.stream().map(SimulatedDevice::id).toList();
        if (context.options().json) {
            out.println(Json.text(Answer.json("ready", true)
                    .and("devices", ids)
                    .and("host", host)
                    .and("port", port)
                    .members()));
        } else {
            out.println("Ready: " + String.join(", ", ids) + " on " + ports(ids.size()) + ". Ctrl-C ends it.");
        }
        out.flush();
    }

    private String ports(int number) {
        return host + " port" + (number == 1 ? " " + port : "s " + port + " to " + (port + number - 1));
    }

    private static void removeHook(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException endingAlready) {
            // The hook runs.
            return;
        }
    }
}
