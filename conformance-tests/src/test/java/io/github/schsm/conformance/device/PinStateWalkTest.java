// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.device;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.PinException;
import io.github.schsm.SchsmDevice;
import io.github.schsm.SchsmException;
import io.github.schsm.SchsmException.Reason;
import io.github.schsm.SchsmKeySpec;
import io.github.schsm.TokenAdministration;
import io.github.schsm.TokenAdministration.PinStatus;
import io.github.schsm.card.CardDevice;
import io.github.schsm.card.SmartCardHsm;
import io.github.schsm.card.transport.TerminalSource;
import io.github.schsm.conformance.bench.RawCard;
import io.github.schsm.conformance.bench.SimulatorBench;
import io.github.schsm.simulator.ApduRecorder;
import io.github.schsm.simulator.SimulatedDevice;
import io.github.schsm.simulator.VirtualReaders;
import io.github.schsm.simulator.profile.DeviceProfile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.KeyStore;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import javax.crypto.KeyGenerator;
import javax.crypto.Mac;
import javax.crypto.SecretKey;
import javax.smartcardio.CardException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Every sequence of what can happen to a user PIN; host, device and a model of both in step. What the host says about
 * the PIN is never wrong, and no PIN goes to the device that nobody asked for: each event's commands with a PIN are
 * counted on the wire.
 */
class PinStateWalkTest {
    private static final String[] PINS = {VirtualReaders.USER_PIN, "975318"};
    private static final String WRONG = "000000";
    private static final byte[] SO_PIN = HexFormat.of().parseHex(VirtualReaders.SO_PIN);
    private static final int TRIES = 3;

    private static final Set<Event> USUAL = EnumSet.range(Event.RIGHT, Event.UNBLOCK);

    private static final String DONE = "done";
    private static final String BLOCKED = "blocked";
    private static final String NOT_SENT = "not sent";

    /** What can happen. */
    private enum Event {
        RIGHT,
        /** A wrong PIN that was never tried before. */
        WRONG,
        STATUS,
        /** Of the applet, by another program. */
        SELECT,
        RESET,
        CHANGE,
        UNBLOCK,
        /** The same wrong PIN each time. */
        SAME_WRONG,
        /** Another program changes the PIN. */
        CHANGE_ELSEWHERE,
        /** Of a key, under whatever login there is. */
        USE
    }

    /** The device's PIN: told what it was sent, the model says what the host has to say. */
    private static class Model {
        private int pin;
        private int left = TRIES;
        private boolean verified;
        /** Whether the host knows that the one wrong PIN is wrong. */
        private boolean refused;

        private String presented(boolean right) {
            verified = false;
            if (left == 0) {
                return BLOCKED;
            }
            left = right ? TRIES : left - 1;
            refused &= !right;
            return right ? DONE : left == 0 ? BLOCKED : "wrong, " + left + " left";
        }

        private String right() {
            String outcome = presented(true);
            verified = outcome.equals(DONE);
            return outcome;
        }

        private String sameWrong() {
            if (refused && left == 1) {
                return NOT_SENT;
            }
            String outcome = presented(false);
            refused |= left > 0;
            return outcome;
        }

        private String change() {
            String outcome = presented(true);
            if (outcome.equals(DONE)) {
                pin = 1 - pin;
            }
            return outcome;
        }

        private String unblock() {
            left = TRIES;
            verified = false;
            refused = false;
            return DONE;
        }

        private String elsewhere() {
            verified = false;
            return DONE;
        }

        private String status() {
            if (left == 0) {
                return PinStatus.State.BLOCKED + " 0";
            }
            return verified ? PinStatus.State.VERIFIED + " -1" : PinStatus.State.NOT_VERIFIED + " " + left;
        }
    }

    /** Goes every way of a length; each is gone from a device that was just unblocked and got its first PIN back. */
    private abstract static class Walk implements AutoCloseable {
        final SimulatedDevice simulated;
        final RawCard other;
        private final List<Event> events;
        private final Deque<Event> path = new ArrayDeque<>();
        private int wrongs;
        private int ways;
        Model model = new Model();

        Walk(VirtualReaders readers, Set<Event> events) throws SchsmException, CardException {
            this.simulated = readers.device(VirtualReaders.DEFAULT_DEVICE);
            this.other = RawCard.of(readers, simulated);
            this.events = List.copyOf(events);
        }

        /** Brings device and host to the start. */
        abstract void begin() throws Exception;

        /** What the host says when the event happens. */
        abstract String host(Event event) throws Exception;

        /** What it has to say. */
        abstract String expected(Event event);

        /** How many commands with a PIN may go out for what was expected; negative: at most so many. */
        abstract int mayBeSent(Event event, String expected);

        @Override
        public void close() {}

        int go(Event first, int length) throws Exception {
            path.addLast(first);
            if (path.size() == length) {
                replay();
                ways++;
            } else {
                for (Event next : events) {
                    go(next, length);
                }
            }
            path.removeLast();
            return ways;
        }

        private void replay() throws Exception {
            begin();
            model = new Model();
            for (Event event : path) {
                step(event);
            }
        }

        private void step(Event event) throws Exception {
            simulated.recorder().start();
            String said = happen(event);
            int sent = simulated.recorder().count(PinStateWalkTest::carriesPin);
            int triesBefore = model.left;
            String expected = expected(event);
            int may = mayBeSent(event, expected);
            boolean unaskedLastTry = sent > 0 && triesBefore == 1 && event == Event.USE;
            if (!said.equals(expected) || (may < 0 ? sent > -may : sent != may) || unaskedLastTry) {
                throw new AssertionError(
                        path + ": at " + event + " the host says '" + said + "', the model '" + expected
                                + "'; commands with a PIN: " + sent + ", " + (may < 0 ? "at most " + -may : "" + may)
                                + " expected, tries left before: " + triesBefore);
            }
        }

        private String happen(Event event) throws Exception {
            switch (event) {
                case SELECT -> other.select();
                case RESET -> simulated.reset();
                case CHANGE_ELSEWHERE -> {
                    other.select();
                    int sw = other.send("002400810C" + HexFormat.of().formatHex(ascii(pin() + otherPin())))
                            .getSW();
                    return sw == 0x9000 ? DONE : sw == 0x6983 ? BLOCKED : Integer.toHexString(sw);
                }
                default -> {
                    return host(event);
                }
            }
            return DONE;
        }

        String pin() {
            return PINS[model.pin];
        }

        String otherPin() {
            return PINS[1 - model.pin];
        }

        String newWrong() {
            wrongs = (wrongs + 1) % 100_000;
            return String.format("1%05d", wrongs);
        }
    }

    private static byte[] ascii(String pin) {
        return pin.getBytes(StandardCharsets.US_ASCII);
    }

    private static boolean carriesPin(ApduRecorder.Exchange exchange) {
        boolean takesPin = exchange.ins() == 0x20 || exchange.ins() == 0x24 || exchange.ins() == 0x2C;
        return takesPin && exchange.dataLength() > 0;
    }

    private static String said(PinException refused) {
        assertThat(refused).hasMessageContaining("PIN");
        if (refused.reason() == Reason.WRONG_PIN) {
            return "wrong, " + refused.triesLeft() + " left";
        }
        return SchsmException.is(refused, Reason.PIN_BLOCKED) ? BLOCKED : NOT_SENT;
    }

    private static String said(PinStatus status) {
        return status.state() + " " + status.triesLeft();
    }

    /** The module card: what is sent is what the caller asks for, so it asks for the last try as well. */
    private static final class CardWalk extends Walk {
        private final CardDevice device;

        private CardWalk(VirtualReaders readers, Set<Event> events) throws SchsmException, CardException {
            super(readers, events);
            device = CardDevice.of(TerminalSource.of("simulator", readers.terminals()), simulated.readerName());
        }

        @Override
        void begin() throws Exception {
            device.withCard(card -> {
                card.unblock(SO_PIN, ascii(PINS[0]));
                return true;
            });
        }

        @Override
        String host(Event event) throws Exception {
            try {
                return device.withCard(card -> command(card, event));
            } catch (PinException refused) {
                return said(refused);
            }
        }

        private String command(SmartCardHsm card, Event event) throws SchsmException {
            switch (event) {
                case RIGHT -> card.verify(ascii(pin()));
                case WRONG -> card.verify(ascii(newWrong()));
                case SAME_WRONG -> card.verify(ascii(WRONG));
                case CHANGE -> card.changePin(ascii(pin()), ascii(otherPin()));
                case UNBLOCK -> card.unblock(SO_PIN, null);
                default -> {
                    return said(card.pinStatus());
                }
            }
            return DONE;
        }

        @Override
        String expected(Event event) {
            return switch (event) {
                case RIGHT -> model.right();
                case WRONG -> model.presented(false);
                case SAME_WRONG -> model.sameWrong();
                case CHANGE -> model.change();
                case UNBLOCK -> model.unblock();
                case STATUS -> model.status();
                default -> model.elsewhere();
            };
        }

        @Override
        int mayBeSent(Event event, String expected) {
            return switch (event) {
                case STATUS, SELECT, RESET -> 0;
                // The current PIN on its own, and then both.
                case CHANGE -> expected.equals(DONE) ? 2 : 1;
                default -> expected.equals(NOT_SENT) ? 0 : 1;
            };
        }
    }

    /** A program with a key store: it logs in, and later uses a key, which sends the PIN to the device. */
    private static final class KeyStoreWalk extends Walk {
        private final SimulatorBench bench;
        private final KeyStore keyStore;
        private final TokenAdministration administration;
        private final Mac mac;
        private @Nullable String login;
        private boolean loginRefused;

        private KeyStoreWalk(SimulatorBench bench, Set<Event> events) throws Exception {
            super(bench.readers(), events);
            this.bench = bench;
            this.keyStore = bench.source().keyStore();
            this.administration = SchsmDevice.of(keyStore).administration();
            KeyGenerator generator =
                    KeyGenerator.getInstance("AES", bench.source().provider());
            generator.init(SchsmKeySpec.builder("key").keySize(128).build());
            SecretKey key = generator.generateKey();
            mac = Mac.getInstance("AESCMAC", bench.source().provider());
            mac.init(key);
        }

        @Override
        public void close() {
            bench.close();
        }

        @Override
        void begin() throws Exception {
            administration.unblock(VirtualReaders.SO_PIN.toCharArray(), PINS[0].toCharArray());
            login = null;
            loginRefused = false;
        }

        @Override
        String host(Event event) throws Exception {
            try {
                switch (event) {
                    case RIGHT -> keyStore.load(null, pin().toCharArray());
                    case WRONG -> keyStore.load(null, newWrong().toCharArray());
                    case SAME_WRONG -> keyStore.load(null, WRONG.toCharArray());
                    case CHANGE ->
                        administration.changePin(pin().toCharArray(), otherPin().toCharArray());
                    case UNBLOCK -> administration.unblock(VirtualReaders.SO_PIN.toCharArray(), new char[0]);
                    case USE -> mac.doFinal(new byte[16]);
                    default -> {
                        return said(administration.userPin());
                    }
                }
                return DONE;
            } catch (PinException refused) {
                return said(refused);
            } catch (IOException | RuntimeException wrapped) {
                for (Throwable cause = wrapped.getCause(); cause != null; cause = cause.getCause()) {
                    if (cause instanceof PinException refused) {
                        return said(refused);
                    }
                }
                throw wrapped;
            }
        }

        @Override
        String expected(Event event) {
            String outcome = switch (event) {
                case RIGHT -> model.right();
                case WRONG -> model.presented(false);
                case SAME_WRONG -> model.sameWrong();
                case CHANGE, CHANGE_ELSEWHERE -> model.change();
                case UNBLOCK -> model.unblock();
                case STATUS -> model.status();
                case USE -> used();
                default -> model.elsewhere();
            };
            if (event == Event.UNBLOCK) {
                login = null;
            } else if (outcome.equals(DONE) && (event == Event.RIGHT || (event == Event.CHANGE && login != null))) {
                login = pin();
                loginRefused = false;
            }
            return outcome;
        }

        /** The login's PIN is verified again if it was lost; never for the last try, never after it was refused. */
        private String used() {
            if (login == null) {
                return NOT_SENT;
            }
            if (model.verified) {
                return DONE;
            }
            if (model.left == 0) {
                return BLOCKED;
            }
            if (loginRefused || model.left == 1) {
                return NOT_SENT;
            }
            if (login.equals(pin())) {
                return model.right();
            }
            loginRefused = true;
            return model.presented(false);
        }

        @Override
        int mayBeSent(Event event, String expected) {
            if (event == Event.STATUS || event == Event.SELECT || event == Event.RESET || expected.equals(NOT_SENT)) {
                return 0;
            }
            if (event == Event.USE) {
                return expected.equals(BLOCKED) ? 0 : expected.equals(DONE) ? -1 : 1;
            }
            if (event == Event.CHANGE && expected.equals(DONE)) {
                return 2;
            }
            return expected.equals(BLOCKED) ? -1 : 1;
        }
    }

    /** Makes a walk of its own for each first event. */
    private interface Walks {
        Walk newWalk() throws Exception;
    }

    private static int go(Set<Event> events, int length, Walks walks) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try {
            List<Callable<Integer>> tasks = new ArrayList<>();
            for (Event first : events) {
                tasks.add(() -> {
                    try (Walk walk = walks.newWalk()) {
                        return walk.go(first, length);
                    }
                });
            }
            int ways = 0;
            for (Future<Integer> done : threads.invokeAll(tasks)) {
                ways += done.get();
            }
            return ways;
        } finally {
            threads.shutdownNow();
        }
    }

    private static VirtualReaders readers() {
        return VirtualReaders.create(DeviceProfile.smartCardHsm4k());
    }

    @Test
    void theCardModuleIsRightAboutThePinInEverySequenceOfEvents() throws Exception {
        int length = Boolean.getBoolean("schsm.repeated") ? 6 : 5;
        int ways = go(USUAL, length, () -> new CardWalk(readers(), USUAL));
        assertThat(ways).isEqualTo((int) Math.pow(7, length));
    }

    @Test
    void theCardModuleTriesNoPinForTheLastTimeThatItKnowsToBeWrong() throws Exception {
        Set<Event> events = with(Event.SAME_WRONG);
        int ways = go(events, 4, () -> new CardWalk(readers(), events));
        assertThat(ways).isEqualTo(8 * 8 * 8 * 8);
    }

    @Test
    void aKeyStoreIsRightAboutThePinAndNeverUsesTheLastTryUnasked() throws Exception {
        Set<Event> events = with(Event.USE);
        int ways = go(events, 5, () -> new KeyStoreWalk(new SimulatorBench(), events));
        assertThat(ways).isEqualTo(8 * 8 * 8 * 8 * 8);
    }

    @Test
    void aKeyStoreSendsNoPinASecondTimeThatWasRefusedNoMatterWhoChangedIt() throws Exception {
        Set<Event> events = EnumSet.allOf(Event.class);
        int ways = go(events, 4, () -> new KeyStoreWalk(new SimulatorBench(), events));
        assertThat(ways).isEqualTo(10 * 10 * 10 * 10);
    }

    private static Set<Event> with(Event more) {
        Set<Event> events = EnumSet.copyOf(USUAL);
        events.add(more);
        return events;
    }
}
