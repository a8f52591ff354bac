// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.simulator.applet;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.MalformedDataException;
import io.github.schsm.simulator.CardProbe;
import io.github.schsm.simulator.crypto.Bytes;
import io.github.schsm.simulator.profile.DeviceProfile;
import io.github.schsm.simulator.state.DeviceState;
import io.github.schsm.simulator.state.StateCodec;
import io.github.schsm.simulator.state.StateKeeper;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Every sequence of what can happen to a user PIN, the device and a model of it in step. The model is written from
 * docs/protocol.md, with numbers for states; where the two part, one of them is wrong.
 */
class PinStateWalkTest {
    private static final String SO_PIN = "3537363231383830";
    private static final String[] PINS = {"363438323139", "373635343332"};
    private static final String WRONG = "303030303030";
    private static final int TRIES = 3;

    /** What can happen. */
    private enum Event {
        RIGHT,
        WRONG,
        STATUS,
        SELECT,
        RESET,
        CHANGE,
        UNBLOCK,
        CHANGE_FROM_WRONG,
        UNBLOCK_AND_SET,
        UNBLOCK_WITH_WRONG
    }

    private static final Set<Event> OF_THE_USER = EnumSet.range(Event.RIGHT, Event.UNBLOCK);

    /** The device as the notes have it, counted by hand. */
    private static final class Model {
        private final boolean mayUnblock;
        private final boolean maySet;
        private int pin;
        private int left = TRIES;
        private int soLeft = 15;
        private boolean transport;
        private boolean selected;
        private boolean verified;

        private Model(int options) {
            mayUnblock = (options & 1) != 0;
            maySet = mayUnblock && (options & 0x20) == 0;
            transport = (options & 2) != 0;
        }

        private int answer(Event event) {
            if (event == Event.RESET) {
                selected = false;
                verified = false;
                return 0;
            }
            if (event == Event.SELECT) {
                selected = true;
                verified = false;
                return 0x9000;
            }
            if (!selected) {
                return 0x6D00;
            }
            return switch (event) {
                case RIGHT, WRONG -> {
                    verified = false;
                    int sw = transport ? (left == 0 ? 0x6983 : 0x6984) : tried(event == Event.RIGHT);
                    verified = sw == 0x9000;
                    yield sw;
                }
                case CHANGE, CHANGE_FROM_WRONG -> {
                    verified = false;
                    int sw = tried(event == Event.CHANGE);
                    if (sw == 0x9000) {
                        pin = 1 - pin;
                        transport = false;
                    }
                    yield sw;
                }
                case UNBLOCK -> mayUnblock ? unblocked(true) : 0x6986;
                case UNBLOCK_WITH_WRONG -> mayUnblock ? unblocked(false) : 0x6986;
                case UNBLOCK_AND_SET -> {
                    int sw = maySet ? unblocked(true) : 0x6986;
                    pin = sw == 0x9000 ? 1 - pin : pin;
                    yield sw;
                }
                default -> status();
            };
        }

        private int status() {
            if (left == 0) {
                return 0x6983;
            }
            if (transport) {
                return 0x6984;
            }
            return verified ? 0x9000 : 0x63C0 + left;
        }

        private int tried(boolean right) {
            if (left == 0) {
                return 0x6983;
            }
            left = right ? TRIES : left - 1;
            return right ? 0x9000 : left == 0 ? 0x6983 : 0x63C0 + left;
        }

        private int unblocked(boolean right) {
            verified = false;
            soLeft = right ? 15 : soLeft - 1;
            left = right ? TRIES : left;
            return right ? 0x9000 : 0x63C0 + soLeft;
        }
    }

    private static String apdu(Event event, Model model) {
        String pin = PINS[model.pin];
        String other = PINS[1 - model.pin];
        return switch (event) {
            case RIGHT -> "0020008106" + pin;
            case WRONG -> "0020008106" + WRONG;
            case STATUS -> "00200081";
            case SELECT -> "00A4040C0BE82B0601040181C31F0201";
            case CHANGE -> "002400810C" + pin + other;
            case CHANGE_FROM_WRONG -> "002400810C" + WRONG + other;
            case UNBLOCK -> "002C018108" + SO_PIN;
            case UNBLOCK_WITH_WRONG -> "002C018108" + "30".repeat(8);
            case UNBLOCK_AND_SET -> "002C00810E" + SO_PIN + other;
            default -> throw new IllegalArgumentException(event + " is no command");
        };
    }

    /** Goes all ways of that many events; each is gone from a fresh copy of the device. */
    private static final class Walk {
        private final byte[] fresh;
        private final int options;
        private final List<Event> events;
        private final int length;
        private final Deque<Event> path = new ArrayDeque<>();
        private int ways;

        private Walk(int options, Set<Event> events, int length) {
            this.options = options;
            this.events = List.copyOf(events);
            this.length = length;
            this.fresh = device(options);
        }

        private static byte[] device(int options) {
            DeviceState state = DeviceState.manufacture("ZZSIM000001", DeviceProfile.smartCardHsm4k());
            Hsm hsm = hsm(state);
            hsm.process(CardProbe.bytes(apdu(Event.SELECT, new Model(options))));
            byte[] parameters =
                    CardProbe.bytes(String.format("8002%04X", options) + "8106" + PINS[0] + "8208" + SO_PIN + "910103");
            assertThat(hsm.process(Bytes.concat(Bytes.of(0x80, 0x50, 0x00, 0x00, parameters.length), parameters)))
                    .containsExactly(0x90, 0x00);
            return StateCodec.encode(state);
        }

        /** Keeping the state takes most of the time and is tested elsewhere. */
        private static Hsm hsm(DeviceState state) {
            return new Hsm(DeviceProfile.smartCardHsm4k(), state, new StateKeeper() {
                @Override
                public void keep(DeviceState changed) {}

                @Override
                public DeviceState kept() {
                    throw new AssertionError("a command failed inside");
                }
            });
        }

        private void go() throws MalformedDataException {
            if (path.size() == length) {
                replay();
                ways++;
                return;
            }
            for (Event event : events) {
                path.addLast(event);
                go();
                path.removeLast();
            }
        }

        private void replay() throws MalformedDataException {
            Hsm hsm = hsm(StateCodec.decode(fresh));
            Model model = new Model(options);
            hsm.process(CardProbe.bytes(apdu(Event.SELECT, model)));
            model.answer(Event.SELECT);
            for (Event event : path) {
                step(hsm, model, event);
                if (model.selected) {
                    step(hsm, model, Event.STATUS);
                }
            }
        }

        private void step(Hsm hsm, Model model, Event event) {
            if (event == Event.RESET) {
                hsm.reset();
                model.answer(event);
                return;
            }
            byte[] answer = hsm.process(CardProbe.bytes(apdu(event, model)));
            int sw = model.answer(event);
            if (answer.length != 2 || answer[0] != (byte) (sw >> 8) || answer[1] != (byte) sw) {
                throw new AssertionError("options " + options + ", " + path + ": " + event + " answers "
                        + CardProbe.hex(answer) + ", the model " + Integer.toHexString(sw));
            }
        }
    }

    @Test
    void everySequenceOfSixEventsAnswersAsTheModel() throws Exception {
        Walk walk = new Walk(0x01, OF_THE_USER, 6);
        walk.go();
        assertThat(walk.ways).isEqualTo(7 * 7 * 7 * 7 * 7 * 7);
    }

    /** Nothing allowed; unblocking and setting; a transport PIN; unblocking only; both. */
    @ParameterizedTest
    @CsvSource({"00", "01", "03", "21", "23"})
    void everySequenceWithTheSecurityOfficerAnswersAsTheModelUnderEachOption(String options) throws Exception {
        Walk walk = new Walk(Integer.parseInt(options, 16), EnumSet.allOf(Event.class), 5);
        walk.go();
        assertThat(walk.ways).isEqualTo(100_000);
    }
}
