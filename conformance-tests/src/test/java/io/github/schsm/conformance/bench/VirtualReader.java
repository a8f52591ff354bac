// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.bench;

import io.github.schsm.simulator.SimulatedDevice;
import io.github.schsm.simulator.VpcdClient;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import javax.smartcardio.CardException;
import javax.smartcardio.CardTerminal;
import javax.smartcardio.TerminalFactory;
import jnasmartcardio.Smartcardio;
import jnasmartcardio.Smartcardio.JnaCardTerminals;

/**
 * One of the daemon's readers with a simulated device in it. Putting in and taking out take until the daemon has seen
 * it: it looks a few times a second.
 */
public final class VirtualReader implements AutoCloseable {
    private static final List<Integer> PORTS = Arrays.stream(
                    System.getProperty("schsm.pcsc.ports", "").split(","))
            .filter(port -> !port.isEmpty())
            .map(Integer::valueOf)
            .toList();
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final String name;
    private final SimulatedDevice device;
    private final VpcdClient client;
    private final Thread thread;

    private VirtualReader(String name, SimulatedDevice device, int port) {
        this.name = name;
        this.device = device;
        this.client = new VpcdClient(device, "127.0.0.1", port);
        this.thread = new Thread(client, "vpcd " + port);
    }

    /** Whether the checks have started a PC/SC daemon for these tests. */
    static boolean isDaemonHere() {
        return !PORTS.isEmpty();
    }

    /** Puts a device into a reader, which must be empty. */
    public static VirtualReader plug(int number, SimulatedDevice device) throws Exception {
        return plug(number, PORTS.get(number), device);
    }

    public static VirtualReader plug(int number, int port, SimulatedDevice device) throws Exception {
        String name = name(number);
        awaitPresence(name, false);
        device.insert();
        VirtualReader reader = new VirtualReader(name, device, port);
        reader.thread.setDaemon(true);
        reader.thread.start();
        try {
            awaitPresence(name, true);
        } catch (CardException unseen) {
            reader.client.close();
            throw unseen;
        }
        return reader;
    }

    /** Waits until the daemon has seen a device that something else put into a reader. */
    public static void awaitPresence(int number) throws Exception {
        awaitPresence(name(number), true);
    }

    /** The reader's name, as the daemon has it. */
    public String name() {
        return name;
    }

    /** A configuration for this reader and the device in it. */
    public String configuration(String terminal) {
        return "terminal = " + terminal + "; device = " + device.id() + "; reader = ^" + Pattern.quote(name)
                + "$; trust = simulator";
    }

    /** The device. */
    public SimulatedDevice device() {
        return device;
    }

    /** Takes the device out. */
    public void remove() throws Exception {
        device.remove();
        awaitPresence(name, false);
    }

    /** Puts it back. */
    public void insert() throws Exception {
        device.insert();
        awaitPresence(name, true);
    }

    /** Puts a device back that left in the middle of something: not before the daemon has seen it go. */
    public void reinsert() throws Exception {
        remove();
        insert();
    }

    /** Takes the device out for good. */
    @Override
    public void close() {
        client.close();
        try {
            thread.join();
            awaitPresence(name, false);
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        } catch (CardException | GeneralSecurityException unexpected) {
            throw new IllegalStateException("reader " + name, unexpected);
        }
    }

    private static String name(int number) throws CardException, GeneralSecurityException {
        JnaCardTerminals terminals = terminals();
        try {
            return terminals.list().get(number).getName();
        } finally {
            terminals.close();
        }
    }

    /** To be closed: the daemon has 200 contexts for everybody. */
    private static JnaCardTerminals terminals() throws GeneralSecurityException {
        return (JnaCardTerminals)
                TerminalFactory.getInstance("PC/SC", null, new Smartcardio()).terminals();
    }

    public static void awaitPresence(String name, boolean wanted)
            throws CardException, GeneralSecurityException, InterruptedException {
        Instant end = Instant.now().plus(PATIENCE);
        JnaCardTerminals terminals = terminals();
        try {
            CardTerminal terminal = terminals.list().stream()
                    .filter(candidate -> candidate.getName().equals(name))
                    .findFirst()
                    .orElseThrow(() -> new CardException("no reader " + name));
            while (terminal.isCardPresent() != wanted) {
                if (Instant.now().isAfter(end)) {
                    throw new CardException("reader " + name + (wanted ? " stays empty" : " does not become empty"));
                }
                Thread.sleep(20);
            }
        } finally {
            terminals.close();
        }
    }
}
