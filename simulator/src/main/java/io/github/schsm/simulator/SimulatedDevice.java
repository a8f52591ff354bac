package io.github.schsm.simulator;

import io.github.schsm.simulator.applet.Answer;
import io.github.schsm.simulator.applet.Hsm;
import io.github.schsm.simulator.terminal.CardRemovedException;
import io.github.schsm.simulator.terminal.Presence;
import io.github.schsm.simulator.terminal.SimulatedPinPad;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A simulated device in its reader: what happens around the card. It can be inserted, removed and reset while programs
 * talk to it; its {@link #faults()} make commands go wrong, its {@link #recorder()} notes what was exchanged.
 *
 * <p>Commands are carried out one at a time, whoever sends them. All methods may be called by any thread.
 */
public final class SimulatedDevice {
    private static final int SEQUENCE_DIGITS = 5;

    private final String id;
    private final Hsm hsm;
    private final Presence presence;
    private final Faults faults = new Faults();
    private final ApduRecorder recorder = new ApduRecorder();
    private final CopyOnWriteArrayList<Runnable> listeners = new CopyOnWriteArrayList<>();

    private volatile @Nullable SimulatedPinPad pinPad;

    /** Counts up at every insertion and removal: odd while the device is in its reader. */
    private final AtomicInteger moves = new AtomicInteger(1);

    /** Counts resets. */
    private final AtomicInteger resets = new AtomicInteger();

    /** Guards what follows; never held while the card works, so that a removal does not wait for it. */
    private final Object turn = new Object();

    private boolean working;
    private @Nullable Object transactionOwner;

    /** What the card has followed of moves and resets; belongs to whoever has set {@link #working}. */
    private int movesSeen = 1;

    private int resetsSeen;

    SimulatedDevice(String id, Hsm hsm, Presence presence) {
        this.id = id;
        this.hsm = hsm;
        this.presence = presence;
    }

    /** The device id, {@code ZZSIM} and six digits. */
    public String id() {
        return id;
    }

    /** Whether its certificate calls it by that device id, which others may have as well. */
    boolean isCertifiedAs(String deviceId) {
        String chr = hsm.chr();
        return chr.length() == deviceId.length() + SEQUENCE_DIGITS && chr.startsWith(deviceId);
    }

    /** The reader's name, as terminals list it. */
    public String readerName() {
        return "Simulator " + id;
    }

    /** The card's answer to reset. */
    public byte[] atr() {
        return Hsm.atr();
    }

    /** Whether the device is in its reader. */
    public boolean isInserted() {
        return isInserted(moves.get());
    }

    private static boolean isInserted(int move) {
        return (move & 1) == 1;
    }

    /** Puts the device into its reader; does nothing if it is there. */
    public void insert() {
        move(true);
    }

    /**
     * Takes the device out of its reader, at once: the answer of a command that is being carried out is lost. Does
     * nothing if it is out.
     */
    public void remove() {
        move(false);
    }

    private void move(boolean in) {
        int before = moves.getAndUpdate(move -> isInserted(move) == in ? move : move + 1);
        if (isInserted(before) != in) {
            synchronized (turn) {
                transactionOwner = null;
                turn.notifyAll();
            }
            presence.changed();
            listeners.forEach(Runnable::run);
        }
    }

    /** Resets the card: the application is not selected, nobody is authenticated. */
    public void reset() {
        resets.incrementAndGet();
    }

    /** Commands that shall go wrong. */
    public Faults faults() {
        return faults;
    }

    /** What has been exchanged. */
    public ApduRecorder recorder() {
        return recorder;
    }

    /** Gives its reader a PIN pad, or takes it away. */
    public void setPinPad(@Nullable SimulatedPinPad pad) {
        pinPad = pad;
    }

    @Nullable
    public SimulatedPinPad pinPad() {
        return pinPad;
    }

    /** Has the listener told after each insertion and removal, in the thread that moves the device. */
    void addListener(Runnable listener) {
        listeners.add(listener);
    }

    void removeListener(Runnable listener) {
        listeners.remove(listener);
    }

    public Presence presence() {
        return presence;
    }

    /** How often the device has been moved; odd while it is in. A connection belongs to one such number. */
    public int moves() {
        return moves.get();
    }

    /** Keeps others from sending commands until {@link #endTransaction}; waits while somebody else does the same. */
    public void beginTransaction(Object owner, int connectedAt) throws CardRemovedException, InterruptedException {
        synchronized (turn) {
            awaitTurn(owner, connectedAt);
            transactionOwner = owner;
        }
    }

    public void endTransaction(Object owner) {
        synchronized (turn) {
            if (owner.equals(transactionOwner)) {
                transactionOwner = null;
                turn.notifyAll();
            }
        }
    }

    private void awaitTurn(Object owner, int connectedAt) throws CardRemovedException, InterruptedException {
        synchronized (turn) {
            requireConnected(connectedAt);
            while (working || (transactionOwner != null && !owner.equals(transactionOwner))) {
                turn.wait();
                requireConnected(connectedAt);
            }
        }
    }

    private void requireConnected(int connectedAt) throws CardRemovedException {
        if (moves.get() != connectedAt) {
            throw new CardRemovedException();
        }
    }

    /**
     * Sends a command to the card.
     *
     * @param owner       who sends; others' transactions are waited for
     * @param connectedAt {@link #moves()} when the sender connected
     * @return the answer with its status word; a fault may have mutilated it
     */
    public byte[] exchange(Object owner, int connectedAt, byte[] command)
            throws CardRemovedException, InterruptedException {
        synchronized (turn) {
            awaitTurn(owner, connectedAt);
            working = true;
        }
        byte[] answer;
        try {
            followPower();
            Optional<Fault> fault = faults.next(command);
            answer = fault.isPresent() ? withFault(fault.get(), command, connectedAt) : hsm.process(command);
            recorder.record(command, answer);
        } finally {
            synchronized (turn) {
                working = false;
                turn.notifyAll();
            }
        }
        requireConnected(connectedAt);
        return answer;
    }

    /** A card that was moved or reset since its last command has lost what it knew. */
    private void followPower() {
        int movesNow = moves.get();
        int resetsNow = resets.get();
        if (movesNow != movesSeen || resetsNow != resetsSeen) {
            movesSeen = movesNow;
            resetsSeen = resetsNow;
            hsm.reset();
        }
    }

    private byte[] withFault(Fault fault, byte[] command, int connectedAt)
            throws CardRemovedException, InterruptedException {
        if (fault instanceof Fault.Delay delay) {
            presence.await(Math.max(1, delay.duration().toMillis()), () -> moves.get() != connectedAt);
            requireConnected(connectedAt);
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
