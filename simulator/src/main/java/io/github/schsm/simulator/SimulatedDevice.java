// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.simulator;

import io.github.schsm.simulator.apdu.Answer;
import io.github.schsm.simulator.apdu.Sw;
import io.github.schsm.simulator.applet.Hsm;
import io.github.schsm.simulator.profile.LatencyTable;
import io.github.schsm.simulator.terminal.CardRemovedException;
import io.github.schsm.simulator.terminal.Presence;
import io.github.schsm.simulator.terminal.SimulatedPinPad;
import io.github.schsm.simulator.terminal.SimulatedReader;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A simulated device in its reader: what happens around the card. It can be inserted, removed and reset while programs
 * talk to it; its {@link #faults()} make commands go wrong, its {@link #recorder()} notes what was exchanged.
 *
 * <p>Commands are carried out one at a time, no matter who sends them. All methods may be called by any thread.
 */
public final class SimulatedDevice {
    private static final int SEQUENCE_DIGITS = 5;
    private static final int HEADER = 4;
    private static final byte VERIFY = 0x20;
    private static final byte INITIALIZE_DEVICE = 0x50;

    private final String id;
    private final Hsm hsm;
    private final SimulatedReader reader;
    private final Faults faults = new Faults();
    private final ApduRecorder recorder = new ApduRecorder();
    private volatile LatencyTable latency = LatencyTable.NONE;

    SimulatedDevice(String id, Hsm hsm, Presence presence) {
        this.id = id;
        this.hsm = hsm;
        this.reader = new SimulatedReader("Simulator " + id, Hsm.atr(), new Card(), presence);
    }

    /** The device id, {@code ZZSIM} and six digits. */
    public String id() {
        return id;
    }

    /** Whether its certificate calls it by that device id, which others may have as well. */
    public boolean isCertifiedAs(String deviceId) {
        String chr = hsm.chr();
        return chr.length() == deviceId.length() + SEQUENCE_DIGITS && chr.startsWith(deviceId);
    }

    /** The reader's name, as terminals list it. */
    public String readerName() {
        return reader.name();
    }

    /** The card's answer to reset. */
    public byte[] atr() {
        return reader.atr();
    }

    /** Whether the device is in its reader. */
    public boolean isInserted() {
        return reader.isInserted();
    }

    /** Puts the device into its reader; does nothing if it is there. */
    public void insert() {
        reader.insert();
    }

    /**
     * Takes the device out of its reader, at once: the answer of a command that is being carried out is lost. Does
     * nothing if it is out.
     */
    public void remove() {
        reader.remove();
    }

    /** Resets the card: the application is no longer selected, and logins end. */
    public void reset() {
        reader.reset();
    }

    /** Commands that shall go wrong. */
    public Faults faults() {
        return faults;
    }

    /** What has been exchanged. */
    public ApduRecorder recorder() {
        return recorder;
    }

    /**
     * How long its commands take from now on; the computer's own time counts in. A command is carried out when it comes
     * and answered when its time is up: a removal in between loses the answer.
     */
    public void setLatency(LatencyTable table) {
        latency = table;
    }

    /** Gives its reader a PIN pad, or takes it away. */
    public void setPinPad(@Nullable SimulatedPinPad pad) {
        reader.setPinPad(pad);
    }

    SimulatedReader reader() {
        return reader;
    }

    /** The applet behind its faults and the recorder. */
    private final class Card implements SimulatedReader.Contacts {
        @Override
        public void reset() {
            hsm.reset();
        }

        @Override
        public byte[] process(byte[] command, int connectedAt) throws CardRemovedException, InterruptedException {
            long start = System.nanoTime();
            Optional<Fault> fault = faults.next(command);
            byte[] answer = fault.isPresent() ? withFault(fault.get(), command, connectedAt) : hsm.process(command);
            recorder.record(command, answer);
            LatencyTable table = latency;
            if (!table.isEmpty()) {
                reader.pause(start + latency(table, command, answer).toNanos(), connectedAt);
            }
            return answer;
        }
    }

    private Duration latency(LatencyTable table, byte[] command, byte[] answer) {
        int bytes = command.length + answer.length;
        return command.length >= HEADER && isDone(answer) && !asksOnly(command)
                ? table.of(command[1] & 0xFF, hsm.keyKind(command[2] & 0xFF), bytes)
                : table.ofRefused(bytes);
    }

    /** A wrong PIN was compared, and the end of a file was read. */
    private static boolean isDone(byte[] answer) {
        return answer.length >= 2
                && switch (answer[answer.length - 2] & 0xFF) {
                    case Sw.OK >> 8, Sw.END_OF_FILE >> 8, Sw.WRONG_PIN >> 8 -> true;
                    default -> false;
                };
    }

    /** Without data these only tell how things are. */
    private static boolean asksOnly(byte[] command) {
        return command.length <= HEADER + 1 && (command[1] == VERIFY || command[1] == INITIALIZE_DEVICE);
    }

    private byte[] withFault(Fault fault, byte[] command, int connectedAt)
            throws CardRemovedException, InterruptedException {
        if (fault instanceof Fault.Delay delay) {
            reader.presence().await(Math.max(1, delay.duration().toMillis()), () -> reader.moves() != connectedAt);
            reader.requireConnected(connectedAt);
            return hsm.process(command);
        }
        if (fault instanceof Fault.Status status) {
            return Answer.status(status.sw()).encoded();
        }
        if (fault instanceof Fault.Reset) {
            hsm.reset();
            return hsm.process(command);
        }
        if (fault instanceof Fault.Removal removal) {
            byte[] lost = removal.executed() ? hsm.process(command) : new byte[0];
            recorder.record(command, new byte[0]);
            Arrays.fill(lost, (byte) 0);
            remove();
            throw new CardRemovedException();
        }
        byte[] answer = hsm.process(command);
        if (fault instanceof Fault.Truncation truncation) {
            return Arrays.copyOf(answer, Math.min(answer.length, truncation.length()));
        }
        if (fault instanceof Fault.FlippedBit bit) {
            int at = Math.floorMod(bit.number(), 8 * answer.length);
            answer[at / 8] ^= (byte) (0x80 >> (at % 8));
            return answer;
        }
        return ((Fault.Garbage) fault).answer();
    }
}
