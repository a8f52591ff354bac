// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.simulator;

import io.github.schsm.ConfigurationException;
import io.github.schsm.SchsmException;
import io.github.schsm.TransportException;
import io.github.schsm.simulator.apdu.Answer;
import io.github.schsm.simulator.applet.Applet;
import io.github.schsm.simulator.applet.Hsm;
import io.github.schsm.simulator.crypto.Bytes;
import io.github.schsm.simulator.profile.DeviceProfile;
import io.github.schsm.simulator.profile.LatencyTable;
import io.github.schsm.simulator.state.DeviceState;
import io.github.schsm.simulator.state.Pin;
import io.github.schsm.simulator.state.StateKeeper;
import io.github.schsm.simulator.terminal.Presence;
import io.github.schsm.simulator.terminal.SimulatedReader;
import io.github.schsm.simulator.terminal.SimulatorTerminals;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.TreeMap;
import java.util.regex.Pattern;
import javax.smartcardio.CardTerminals;
import javax.smartcardio.TerminalFactory;
import org.jspecify.annotations.Nullable;

/**
 * Any number of simulated devices, each in its own reader. A device is made when it is first named: initialized with
 * user PIN 648219 (three tries), SO-PIN 3537363231383830 and four key domain slots, the vendor's demo values.
 *
 * <p>{@link #memory()} is shared by all code in this JVM and gone when it ends; {@link #folder} keeps devices on disk;
 * {@link #create} makes a private instance for a test. All methods are thread-safe.
 */
public final class VirtualReaders implements AutoCloseable {
    /** User PIN of a new device. */
    public static final String USER_PIN = "648219";
    /** SO-PIN (initialization code) of a new device, as people write it: 16 hex digits. */
    public static final String SO_PIN = "3537363231383830";
    /** The device that is made if none is named. */
    public static final String DEFAULT_DEVICE = "ZZSIM000001";
    /** Number of key domain slots of a new device. */
    public static final int KEY_DOMAIN_SLOTS = 4;

    private static final Pattern DEVICE_ID = Pattern.compile("ZZSIM[0-9]{6}");
    private static final VirtualReaders OF_THIS_JVM = new VirtualReaders(DeviceProfile.smartCardHsm4k(), null);

    private final DeviceProfile profile;
    private final @Nullable VirtualReadersFolder folder;
    private final Presence presence = new Presence();
    private final TreeMap<String, SimulatedDevice> devices = new TreeMap<>();
    private LatencyTable latency = LatencyTable.NONE;

    private VirtualReaders(DeviceProfile profile, @Nullable VirtualReadersFolder folder) {
        this.profile = profile;
        this.folder = folder;
    }

    /** What {@code simulator:memory} means: one instance per JVM. */
    public static VirtualReaders memory() {
        return OF_THIS_JVM;
    }

    /** A private instance in memory, for tests. */
    public static VirtualReaders create(DeviceProfile profile) {
        return new VirtualReaders(profile, null);
    }

    /**
     * Devices that live in a folder, one file each; the folder is made if it does not exist. Opening the same folder
     * again in one JVM returns the same instance; the folder is released after as many calls of {@link #close} as
     * there were of this method, or when the JVM ends. If there is a {@link LatencyTable} {@code readers.latency} in
     * the folder, the devices take as long as it says.
     *
     * @throws SchsmException if the folder cannot be used, holds a damaged device, or is in use by another process;
     *                        the message names the process
     */
    public static VirtualReaders folder(Path path) throws SchsmException {
        return folder(path, DeviceProfile.smartCardHsm4k());
    }

    /**
     * As above with another kind of device; a folder that is already open keeps the kind it was opened with.
     *
     * @throws SchsmException as {@link #folder(Path)}
     */
    public static VirtualReaders folder(Path path, DeviceProfile profile) throws SchsmException {
        return VirtualReadersFolder.open(path, opened -> {
            VirtualReaders readers = new VirtualReaders(profile, opened);
            readers.setLatency(opened.latency());
            for (String id : opened.deviceIds()) {
                StateKeeper keeper = opened.keeper(id);
                readers.add(id, keeper.kept(), keeper);
            }
            return readers;
        });
    }

    /** Releases a folder for other processes; does nothing for devices in memory. */
    @Override
    public void close() {
        if (folder != null) {
            folder.close();
        }
    }

    /** Ids of the devices, sorted. */
    public List<String> deviceIds() {
        synchronized (devices) {
            return List.copyOf(devices.keySet());
        }
    }

    /** The devices, sorted by id. */
    public List<SimulatedDevice> devices() {
        synchronized (devices) {
            return List.copyOf(devices.values());
        }
    }

    /**
     * The device with that id; made and initialized if it does not exist.
     *
     * @param id {@code ZZSIM} and six digits
     * @throws SchsmException if the id is none, or the device's state cannot be written
     */
    public SimulatedDevice device(String id) throws SchsmException {
        return device(id, true);
    }

    /**
     * The device with that id; made, but not initialized, if it does not exist.
     *
     * @param id {@code ZZSIM} and six digits
     * @throws SchsmException if the id is none, or the device's state cannot be written
     */
    public SimulatedDevice blankDevice(String id) throws SchsmException {
        return device(id, false);
    }

    private SimulatedDevice device(String id, boolean initialized) throws SchsmException {
        if (!DEVICE_ID.matcher(id).matches()) {
            throw new ConfigurationException(
                    "\"" + id + "\" is no simulated device: use ZZSIM and six digits, for example " + DEFAULT_DEVICE);
        }
        SimulatedDevice device;
        synchronized (devices) {
            SimulatedDevice present = devices.get(id);
            if (present != null) {
                return present;
            }
            device = manufacture(id, initialized);
        }
        presence.changed();
        return device;
    }

    private SimulatedDevice manufacture(String id, boolean initialized) throws SchsmException {
        DeviceState state = DeviceState.manufacture(id, profile);
        if (initialized) {
            initialize(state);
        }
        try {
            StateKeeper keeper = folder == null ? StateKeeper.inMemory(state) : folder.keeper(id);
            keeper.keep(state);
            state.markKept();
            return add(id, state, keeper);
        } catch (IOException notWritten) {
            throw new TransportException(
                    "the new device " + id + " cannot be written: " + notWritten.getMessage(), notWritten);
        }
    }

    /**
     * How long commands take from now on, on all devices, and on those that are made later; see
     * {@link SimulatedDevice#setLatency} for one of them.
     */
    public void setLatency(LatencyTable table) {
        synchronized (devices) {
            latency = table;
            devices.values().forEach(device -> device.setLatency(table));
        }
    }

    private SimulatedDevice add(String id, DeviceState state, StateKeeper keeper) {
        SimulatedDevice device = new SimulatedDevice(id, new Hsm(profile, state, keeper), presence);
        synchronized (devices) {
            device.setLatency(latency);
            devices.put(id, device);
        }
        return device;
    }

    /** By the device's own command, as its first owner does it. Nothing is stored yet. */
    private void initialize(DeviceState state) {
        StateKeeper nowhere = StateKeeper.inMemory(state);
        Hsm hsm = new Hsm(profile, state, nowhere);
        hsm.process(Bytes.concat(Bytes.of(0x00, 0xA4, 0x04, 0x0C, Applet.AID.length), Applet.AID));
        byte[] userPin = USER_PIN.getBytes(StandardCharsets.US_ASCII);
        byte[] parameters = Bytes.concat(
                Bytes.of(0x80, 2, 0x00, DeviceState.OPTION_RESET_RETRY_COUNTER, 0x81, userPin.length),
                userPin,
                Bytes.of(0x82, Pin.SO_LENGTH),
                HexFormat.of().parseHex(SO_PIN),
                Bytes.of(0x91, 1, Pin.maxTries(userPin.length)),
                profile.isBeforeVersion3() ? new byte[0] : Bytes.of(0x97, 1, KEY_DOMAIN_SLOTS));
        byte[] answer = hsm.process(Bytes.concat(Bytes.of(0x80, 0x50, 0x00, 0x00, parameters.length), parameters));
        if (!Arrays.equals(answer, Answer.OK.encoded())) {
            throw new IllegalStateException(
                    "a new device answers " + HexFormat.of().formatHex(answer));
        }
    }

    /** The readers as terminals. Each call returns an object with its own view of changes, like a PC/SC context. */
    public CardTerminals terminals() {
        return new SimulatorTerminals(this::readers, presence);
    }

    /** The readers as a terminal factory of type {@code Simulator}. */
    public TerminalFactory terminalFactory() {
        try {
            return TerminalFactory.getInstance(
                    SimulatorTerminalProvider.TYPE, null, new SimulatorTerminalProvider(this));
        } catch (NoSuchAlgorithmException providerHasIt) {
            throw new IllegalStateException(providerHasIt);
        }
    }

    private List<SimulatedReader> readers() {
        return devices().stream().map(SimulatedDevice::reader).toList();
    }

    /** Loads the devices of a folder that was just opened. */
    interface Filler {
        VirtualReaders fill(VirtualReadersFolder folder) throws IOException, SchsmException;
    }
}
