package io.github.schsm.simulator;

import io.github.schsm.ConfigurationException;
import io.github.schsm.MalformedDataException;
import io.github.schsm.SchsmException;
import io.github.schsm.TransportException;
import io.github.schsm.simulator.applet.Answer;
import io.github.schsm.simulator.applet.Applet;
import io.github.schsm.simulator.applet.Hsm;
import io.github.schsm.simulator.crypto.Bytes;
import io.github.schsm.simulator.state.DeviceState;
import io.github.schsm.simulator.state.Pin;
import io.github.schsm.simulator.state.StateKeeper;
import io.github.schsm.simulator.terminal.Presence;
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
 * Any number of simulated devices, each in a reader of its own. A device is made when it is first named: initialized
 * with user PIN 648219 (three tries), SO-PIN 3537363231383830 and four key domain slots, the vendor's demo values.
 *
 * <p>{@link #memory()} is the rack of this JVM, gone when it ends; {@link #folder} keeps its devices on disk;
 * {@link #create} makes a private rack for a test. All methods may be called by any thread.
 */
public final class SimulatorRack implements AutoCloseable {
    /** User PIN of a device that a rack makes. */
    public static final String USER_PIN = "648219";
    /** SO-PIN (initialization code) of a device that a rack makes, as people write it: 16 hex digits. */
    public static final String SO_PIN = "3537363231383830";
    /** The device that is made where none is named. */
    public static final String DEFAULT_DEVICE = "ZZSIM000001";
    /** How many key domain slots a device has that a rack makes. */
    public static final int KEY_DOMAIN_SLOTS = 4;

    private static final Pattern DEVICE_ID = Pattern.compile("ZZSIM[0-9]{6}");
    private static final SimulatorRack OF_THIS_JVM = new SimulatorRack(DeviceProfile.smartCardHsm4k(), null);

    private final DeviceProfile profile;
    private final @Nullable RackFolder folder;
    private final Presence presence = new Presence();
    private final TreeMap<String, SimulatedDevice> devices = new TreeMap<>();

    private SimulatorRack(DeviceProfile profile, @Nullable RackFolder folder) {
        this.profile = profile;
        this.folder = folder;
    }

    /** The rack that {@code simulator:memory} means: one per JVM, shared by everybody in it. */
    public static SimulatorRack memory() {
        return OF_THIS_JVM;
    }

    /** A private rack in memory, for tests. */
    public static SimulatorRack create(DeviceProfile profile) {
        return new SimulatorRack(profile, null);
    }

    /**
     * The rack whose devices live in a folder, one file each; the folder is made if it is not there. Opening the same
     * folder again in one JVM gives the same rack; it is given free when it was closed as often as it was opened, or
     * when the JVM ends.
     *
     * @throws SchsmException if the folder cannot be used, holds a damaged device, or is in use by another process;
     *                        the message names the process
     */
    public static SimulatorRack folder(Path path) throws SchsmException {
        return folder(path, DeviceProfile.smartCardHsm4k());
    }

    /**
     * The same with another kind of device; a folder that is open already keeps the kind it was opened with.
     *
     * @throws SchsmException as {@link #folder(Path)}
     */
    public static SimulatorRack folder(Path path, DeviceProfile profile) throws SchsmException {
        return RackFolder.open(path, opened -> {
            SimulatorRack rack = new SimulatorRack(profile, opened);
            for (String id : opened.deviceIds()) {
                StateKeeper keeper = opened.keeper(id);
                rack.add(id, keeper.kept(), keeper);
            }
            return rack;
        });
    }

    /** Gives a folder free for other processes; a rack in memory has nothing to give. */
    @Override
    public void close() {
        if (folder != null) {
            folder.close();
        }
    }

    /** Ids of the devices in the rack, sorted. */
    public List<String> deviceIds() {
        synchronized (devices) {
            return List.copyOf(devices.keySet());
        }
    }

    /** The devices in the rack, sorted by id. */
    public List<SimulatedDevice> devices() {
        synchronized (devices) {
            return List.copyOf(devices.values());
        }
    }

    /**
     * The device with that id; made and initialized if there is none.
     *
     * @param id {@code ZZSIM} and six digits
     * @throws SchsmException if the id is none, or the device's state cannot be written
     */
    public SimulatedDevice device(String id) throws SchsmException {
        return device(id, true);
    }

    /**
     * The device with that id; made, but not initialized, if there is none.
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

    private SimulatedDevice add(String id, DeviceState state, StateKeeper keeper) {
        SimulatedDevice device = new SimulatedDevice(id, new Hsm(profile, state, keeper), presence);
        synchronized (devices) {
            devices.put(id, device);
        }
        return device;
    }

    /** As its first owner does it, by the device's own command; nothing is kept yet. */
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

    /** The rack's readers. Each call gives an object that watches them on its own, as PC/SC contexts do. */
    public CardTerminals terminals() {
        return new SimulatorTerminals(this);
    }

    /** The rack as a terminal factory of type {@code Simulator}. */
    public TerminalFactory terminalFactory() {
        try {
            return TerminalFactory.getInstance(
                    SimulatorTerminalProvider.TYPE, null, new SimulatorTerminalProvider(this));
        } catch (NoSuchAlgorithmException providerHasIt) {
            throw new IllegalStateException(providerHasIt);
        }
    }

    public Presence presence() {
        return presence;
    }

    /** Fills a rack that was just opened. */
    interface Filler {
        SimulatorRack fill(RackFolder folder) throws IOException, MalformedDataException;
    }
}
