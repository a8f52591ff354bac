// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.card;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.schsm.DeviceInitialization;
import io.github.schsm.InvalidRequestException;
import io.github.schsm.PinException;
import io.github.schsm.PinRequiredException;
import io.github.schsm.SchsmException;
import io.github.schsm.SchsmException.Reason;
import io.github.schsm.TokenAdministration.PinStatus;
import io.github.schsm.callback.PinRequest;
import io.github.schsm.card.files.Files;
import io.github.schsm.login.Authenticator;
import io.github.schsm.login.FailedPinCache;
import io.github.schsm.simulator.SimulatedDevice;
import io.github.schsm.simulator.VirtualReaders;
import io.github.schsm.simulator.terminal.SimulatedPinPad;
import io.github.schsm.simulator.terminal.SimulatedPinPad.Typed;
import io.github.schsm.simulator.terminal.SimulatedPinPad.Wanted;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Two secrets go to the device one after the other, and the device cuts them at the length of its own: what is wrong with
 * the first must not become a part of the second.
 */
class PinBordersTest {
    private static final String RIGHT = VirtualReaders.USER_PIN;
    private static final byte[] SO = new byte[] {0x35, 0x37, 0x36, 0x32, 0x31, 0x38, 0x38, 0x30};

    private final Simulation simulation = Simulation.reference();
    private SimulatedDevice simulated;
    private CardDevice device;

    @BeforeEach
    void takeADevice() throws Exception {
        simulated = simulation.simulated(1);
        device = simulation.device(1);
        simulated.recorder().start();
    }

    private interface Use {
        void with(SmartCardHsm card) throws SchsmException;
    }

    private void use(Use use) throws SchsmException {
        device.withCard(null, card -> {
            use.with(card);
            return true;
        });
    }

    private static byte[] pin(String digits) {
        return Simulation.pin(digits);
    }

    private void verifies(String pin) throws SchsmException {
        use(card -> card.verify(pin(pin)));
    }

    private int sent(int ins) {
        return simulated.recorder().count(exchange -> exchange.ins() == ins && exchange.dataLength() > 0);
    }

    private int secretsSent() {
        return sent(0x20) + sent(0x24) + sent(0x2C) + sent(0x50);
    }

    @ParameterizedTest
    @CsvSource({"6482191, 123456", "64821912, 1234567", "648219, 1234567", "6482191234, 567890"})
    void aPresentPinThatIsTooLongOrTooShortIsWrongAndChangesNothing(String given, String wanted) throws Exception {
        if (given.equals(RIGHT)) {
            use(card -> card.changePin(pin(RIGHT), pin(RIGHT + "1")));
        }
        String right = given.equals(RIGHT) ? RIGHT + "1" : RIGHT;

        assertThatThrownBy(() -> use(card -> card.changePin(pin(given), pin(wanted))))
                .isInstanceOf(PinException.class)
                .matches(told -> SchsmException.is(told, Reason.WRONG_PIN), "reason WRONG_PIN")
                .hasMessageContaining("user PIN is wrong");

        verifies(right);
    }

    @Test
    void aWrongPresentPinCostsOneTry() throws Exception {
        assertThatThrownBy(() -> use(card -> card.changePin(pin("000000"), pin("123456"))))
                .matches(told -> SchsmException.is(told, Reason.WRONG_PIN), "reason WRONG_PIN")
                .isInstanceOfSatisfying(
                        PinException.class,
                        wrong -> assertThat(wrong.triesLeft()).isEqualTo(2));
        assertThat(sent(0x24)).isZero();
    }

    @Test
    void aBlockedDeviceHasNotLookedAtThePinWhichIsNotTakenForAWrongOneLater() throws Exception {
        for (String wrong : List.of("000001", "000002", "000003")) {
            assertThatThrownBy(() -> verifies(wrong)).isInstanceOf(PinException.class);
        }

        for (Use use :
                List.<Use>of(card -> card.verify(pin(RIGHT)), card -> card.changePin(pin(RIGHT), pin("123456")))) {
            assertThatThrownBy(() -> use(use))
                    .matches(told -> SchsmException.is(told, Reason.PIN_BLOCKED), "reason PIN_BLOCKED");
        }

        FailedPinCache refused = FailedPinCache.ofDevice(device.identity(), FailedPinCache.Kind.USER_PIN);
        assertThat(refused.contains(pin("000002"))).isTrue();
        assertThat(refused.contains(pin(RIGHT))).isFalse();
    }

    @Test
    void theSoPinIsVerifiedByItselfBeforeAnotherSecretFollowsIt() throws Exception {
        byte[] wrong = new byte[8];
        assertThatThrownBy(() -> use(card -> card.changeSoPin(wrong, SO)))
                .isInstanceOf(PinException.class)
                .matches(told -> SchsmException.is(told, Reason.WRONG_PIN), "reason WRONG_PIN");
        assertThatThrownBy(() -> use(card -> card.unblock(wrong, pin("123456"))))
                .isInstanceOf(PinException.class)
                .matches(told -> SchsmException.is(told, Reason.WRONG_PIN), "reason WRONG_PIN")
                .hasMessageContaining("SO-PIN");
        assertThat(sent(0x24)).isZero();
        assertThat(sent(0x2C)).isZero();
        use(card -> card.unblock(SO, pin("123456")));
        verifies("123456");
    }

    @Test
    void secretsOfAnImpossibleLengthAreNotSentAndAnEmptyOneIsNoLogin() throws Exception {
        verifies(RIGHT);
        simulated.recorder().clear();
        List<Use> uses = new ArrayList<>();
        for (int length : new int[] {0, 1, 5, 17, 300, 70_000}) {
            byte[] bad = new byte[length];
            uses.add(card -> card.verify(bad));
            uses.add(card -> card.changePin(bad, pin("123456")));
            uses.add(card -> card.changePin(pin(RIGHT), bad));
            uses.add(card -> card.unblock(SO, bad));
            uses.add(card -> card.unblock(bad, null));
            uses.add(card -> card.unblock(bad, pin("123456")));
            uses.add(card -> card.changeSoPin(bad, SO));
            uses.add(card -> card.changeSoPin(SO, bad));
        }
        for (Use use : uses) {
            assertThatThrownBy(() -> use(use))
                    .isInstanceOf(InvalidRequestException.class)
                    .matches(told -> SchsmException.is(told, Reason.UNUSABLE_SECRET), "reason UNUSABLE_SECRET");
        }
        assertThat(secretsSent()).isZero();
    }

    /** Gives whatever it has, as bytes. */
    private record Gives(byte[] pin) implements Authenticator {
        @Override
        public byte[] pin(PinRequest request) {
            return pin.clone();
        }

        @Override
        public boolean isGivenNow() {
            return true;
        }
    }

    @Test
    void anEmptyPinIsNotTakenForAProofBecauseSomebodyElseIsLoggedIn() throws Exception {
        verifies(RIGHT);
        device.withCard(Simulation.Login.right(), card -> {
            card.login();
            return true;
        });
        simulated.recorder().clear();

        assertThatThrownBy(() -> device.withCard(new Gives(new byte[0]), card -> {
                    card.login();
                    return true;
                }))
                .isInstanceOf(InvalidRequestException.class)
                .matches(told -> SchsmException.is(told, Reason.UNUSABLE_SECRET), "reason UNUSABLE_SECRET");

        assertThat(secretsSent()).isZero();
    }

    @Test
    void aPinThatWasVerifiedToBeChangedIsNobodysLogin() throws Exception {
        use(card -> card.changePin(pin(RIGHT), pin("123456")));

        assertThatThrownBy(() -> use(card -> card.updateBinary(Files.TOKEN_INFO, new byte[] {0x30, 0x00})))
                .isInstanceOf(PinRequiredException.class);
    }

    // A transport PIN

    private void makeTransportPin(String pin) throws Exception {
        DeviceInitialization settings = DeviceInitialization.builder(
                        pin.toCharArray(), VirtualReaders.SO_PIN.toCharArray())
                .options(Set.of(
                        DeviceInitialization.Option.TRANSPORT_PIN, DeviceInitialization.Option.RESET_RETRY_COUNTER))
                .build();
        use(card -> {
            card.initialize(settings);
            card.logout();
        });
    }

    @ParameterizedTest
    @CsvSource({"648219, 648219, 12345678", "648219, 6482191, 123456", "6482191, 648219, 1234567"})
    void theNewPinIsTheOneThatWasWantedWhereverTheDeviceCuts(String transport, String given, String wanted)
            throws Exception {
        makeTransportPin(transport);

        try {
            use(card -> card.changePin(pin(given), pin(wanted)));
        } catch (PinException notTaken) {
            if (notTaken.reason() != Reason.WRONG_PIN) {
                throw notTaken;
            }
            use(card -> card.changePin(pin(transport), pin(wanted)));
        }

        verifies(wanted);
    }

    @Test
    void aTransportPinThatWasCutSomewhereElseIsToldWhereItCannotBeRepaired() throws Exception {
        makeTransportPin("648219");

        assertThatThrownBy(() -> use(card -> card.changePin(pin("648219999999"), pin("1234567890"))))
                .isInstanceOf(PinRequiredException.class)
                .hasMessageContaining("cut the two at another place")
                .hasMessageContaining("schsm pin unblock");

        use(card -> assertThat(card.pinStatus().state()).isEqualTo(PinStatus.State.NOT_VERIFIED));
        use(card -> card.unblock(SO, pin("123456")));
        verifies("123456");
    }

    // On the pad

    @Test
    void onThePadWhoIsWrongAboutThePresentPinHearsSoBeforeAnythingIsChanged() throws Exception {
        Deque<Typed> script = new ArrayDeque<>(List.of(Typed.pins("6482191")));
        List<Wanted> shown = new ArrayList<>();
        simulated.setPinPad(SimulatedPinPad.create().with(wanted -> {
            shown.add(wanted);
            return script.remove();
        }));

        assertThatThrownBy(() -> use(card -> card.changePinOnReaderAs(new AtReader())))
                .isInstanceOf(PinException.class)
                .matches(told -> SchsmException.is(told, Reason.WRONG_PIN), "reason WRONG_PIN");

        assertThat(shown).containsExactly(Wanted.PIN);
        verifies(RIGHT);
    }

    @Test
    void onThePadATransportPinIsFollowedByTheNewOneByItself() throws Exception {
        makeTransportPin(RIGHT);
        Deque<Typed> script =
                new ArrayDeque<>(List.of(Typed.pins("6482191", "123456", "123456"), Typed.pins("123456")));
        simulated.setPinPad(SimulatedPinPad.create().with(wanted -> script.remove()));

        assertThatThrownBy(() -> use(card -> card.changePinOnReaderAs(new AtReader())))
                .isInstanceOf(PinRequiredException.class)
                .hasMessageContaining("cut the two at another place");

        assertThat(script).isEmpty();
    }

    /** Somebody at the pad. */
    private static final class AtReader implements Authenticator {
        @Override
        public byte[] pin(PinRequest request) {
            return null;
        }

        @Override
        public boolean isInteractive() {
            return true;
        }

        @Override
        public boolean isOnReader() {
            return true;
        }

        @Override
        public boolean entryOnReader(PinRequest request, boolean change) {
            return true;
        }
    }
}
