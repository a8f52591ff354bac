// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.card;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.schsm.DeviceException;
import io.github.schsm.KeyAlgorithm;
import io.github.schsm.PinException;
import io.github.schsm.PinRequiredException;
import io.github.schsm.SchsmException;
import io.github.schsm.SchsmException.Reason;
import io.github.schsm.TokenNotPresentException;
import io.github.schsm.TransportException;
import io.github.schsm.card.apdu.RetryPolicy;
import io.github.schsm.card.files.Files;
import io.github.schsm.card.files.KeyAttributes;
import io.github.schsm.card.files.KeyPairRequest;
import io.github.schsm.card.transport.TerminalSource;
import io.github.schsm.codec.EcCurve;
import io.github.schsm.login.Authenticator;
import io.github.schsm.login.UnderLogin;
import io.github.schsm.simulator.ApduRecorder;
import io.github.schsm.simulator.Fault;
import io.github.schsm.simulator.Faults;
import io.github.schsm.simulator.SimulatedDevice;
import io.github.schsm.simulator.VirtualReaders;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import javax.smartcardio.Card;
import javax.smartcardio.CommandAPDU;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TransactionQueueTest {
    private static final int SELECT = 0xA4;
    private static final int READ = 0xB1;
    private static final int VERIFY = 0x20;
    private static final int SIGN = 0x68;
    private static final int GENERATE = 0x46;

    private final Simulation simulation = Simulation.reference();
    private final Simulation.Login login = Simulation.Login.right();
    private SimulatedDevice simulated;
    private CardDevice device;

    @BeforeEach
    void makeKey() throws Exception {
        simulated = simulation.simulated(1);
        device = simulation.device(1);
        device.withCard(
                login,
                card -> card.generateKeyPair(
                        1, KeyPairRequest.ec(EcCurve.SECP256R1, "ZZSIM00000100001", KeyAttributes.NONE)));
        simulated.recorder().start();
    }

    private byte[] sign() throws SchsmException {
        return sign(login, RetryPolicy.ALLOWED);
    }

    private byte[] sign(Authenticator authenticator, RetryPolicy retry) throws SchsmException {
        return device.withCard(authenticator, card -> card.sign(1, KeyAlgorithm.ECDSA, new byte[32], retry));
    }

    private List<Integer> instructions() {
        return simulated.recorder().exchanges().stream()
                .map(ApduRecorder.Exchange::ins)
                .toList();
    }

    @Test
    void signs_with_one_command_once_the_pin_is_verified() throws Exception {
        for (int i = 0; i < 3; i++) {
            sign();
        }
        assertThat(instructions()).containsExactly(SIGN, SIGN, SIGN);
        assertThat(simulated.recorder().exchanges()).allMatch(exchange -> exchange.dataLength() == 32);
    }

    private record Signing(@Nullable Authenticator login) implements CardFunction<byte[]>, UnderLogin {
        @Override
        public byte[] apply(SmartCardHsm card) throws SchsmException {
            return card.sign(1, KeyAlgorithm.ECDSA, new byte[32], RetryPolicy.ALLOWED);
        }
    }

    @Test
    void a_function_may_bring_the_login_that_it_is_under() throws Exception {
        Simulation.Login another = Simulation.Login.right();

        device.withCard(new Signing(login));
        device.withCard(new Signing(another));
        device.withCard(new Signing(another));

        assertThat(instructions()).containsExactly(SIGN, READ, VERIFY, SIGN, SIGN);
        assertThat(another.asked).isEqualTo(1);
        assertThatThrownBy(() -> device.withCard(new Signing(null))).isInstanceOf(PinRequiredException.class);
    }

    @Test
    void a_pin_that_was_verified_in_a_use_counts_no_more_after_its_logout() throws Exception {
        assertThatThrownBy(() -> device.withCard(card -> {
                    card.verify(Simulation.pin(VirtualReaders.USER_PIN));
                    card.logout();
                    device.withCard(login, inner -> {
                        inner.login();
                        return true;
                    });
                    return card.sign(1, KeyAlgorithm.ECDSA, new byte[32], RetryPolicy.ALLOWED);
                }))
                .isInstanceOf(PinRequiredException.class)
                .hasMessageContaining("another user");
    }

    @Test
    void loads_cold_with_five_commands() throws Exception {
        Simulation cold = Simulation.reference();
        cold.simulated(1).recorder().start();
        cold.device(1).withCard(login, card -> {
            card.enumerateObjects();
            card.readBinary(Files.TOKEN_INFO);
            card.login();
            return "";
        });
        assertThat(cold.simulated(1).recorder().count()).isEqualTo(5);
    }

    @Test
    void signs_after_the_card_was_out_and_in_again() throws Exception {
        simulated.remove();
        simulated.insert();
        sign();
        assertThat(instructions()).containsExactly(SELECT, READ, VERIFY, VERIFY, SIGN);
        assertThat(login.heard).containsExactly("accepted", "accepted");
    }

    @Test
    void signs_after_a_reset() throws Exception {
        simulated.reset();
        sign();
        assertThat(instructions()).endsWith(SIGN);
    }

    @Test
    void says_that_there_is_no_card_and_goes_on_when_it_is_back() throws Exception {
        simulated.remove();
        assertThatThrownBy(this::sign)
                .isInstanceOf(TokenNotPresentException.class)
                .hasMessageContaining("Simulator ZZSIM000001");
        simulated.insert();
        sign();
    }

    @Test
    void sends_a_repeatable_command_again_when_its_answer_was_lost() throws Exception {
        simulated.faults().add(1, Faults.instruction(SIGN), Fault.reset());
        sign();
        assertThat(instructions()).endsWith(SIGN);
    }

    @Test
    void reports_an_unknown_outcome_and_does_not_send_again_what_may_not_be() throws Exception {
        simulated.faults().add(1, Faults.instruction(SIGN), Fault.removalAfter());
        assertThatThrownBy(() -> sign(login, RetryPolicy.NEVER))
                .isInstanceOf(TokenNotPresentException.class)
                .matches(told -> SchsmException.is(told, Reason.TOKEN_REMOVED), "reason TOKEN_REMOVED")
                .hasMessageContaining("not known");
        assertThat(simulated.recorder().count(exchange -> exchange.ins() == SIGN))
                .isEqualTo(1);
        simulated.insert();
        simulated.faults().add(1, Faults.instruction(GENERATE), Fault.removalAfter());
        assertThatThrownBy(() -> device.withCard(
                        login,
                        card -> card.generateKeyPair(
                                2, KeyPairRequest.ec(EcCurve.SECP256R1, "ZZSIM00000100002", KeyAttributes.NONE))))
                .isInstanceOf(TokenNotPresentException.class)
                .matches(told -> SchsmException.is(told, Reason.TOKEN_REMOVED), "reason TOKEN_REMOVED");
        simulated.insert();
        List<Integer> objects = device.withCard(null, SmartCardHsm::enumerateObjects);
        assertThat(objects).contains(Files.key(2));
    }

    @Test
    void never_sends_verify_twice_when_its_answer_was_lost() throws Exception {
        simulated.reset();
        simulated.faults().add(1, Faults.instruction(VERIFY), Fault.removalAfter());
        assertThatThrownBy(this::sign)
                .isInstanceOf(TokenNotPresentException.class)
                .matches(told -> SchsmException.is(told, Reason.TOKEN_REMOVED), "reason TOKEN_REMOVED");
        assertThat(simulated.recorder().count(exchange -> exchange.ins() == VERIFY && exchange.dataLength() > 0))
                .isEqualTo(1);
    }

    @Test
    void finds_its_applet_again_after_another_program_selected_a_different_one() throws Exception {
        otherProgram(new CommandAPDU(0x00, 0xA4, 0x04, 0x00, new byte[] {(byte) 0xA0, 0, 0, 0, 3}));
        otherProgram(new CommandAPDU(0x00, 0xA4, 0x04, 0x0C, aid()));
        simulated.recorder().clear();
        sign();
        assertThat(instructions()).containsExactly(SIGN, SELECT, VERIFY, SIGN);
    }

    @Test
    void selects_and_verifies_again_when_the_first_answer_is_a_foreign_applets() throws Exception {
        simulated.faults().add(1, Faults.instruction(SIGN), Fault.status(0x6D00));
        simulated.faults().add(1, Faults.instruction(READ), Fault.status(0x6D00));
        sign();
        assertThat(instructions()).containsExactly(SIGN, READ, SELECT, VERIFY, SIGN);
    }

    @Test
    void believes_its_own_applet_when_a_file_is_not_there() throws Exception {
        assertThatThrownBy(() -> device.withCard(login, card -> card.readBinary(0xCA77)))
                .isInstanceOf(DeviceException.class)
                .matches(told -> SchsmException.is(told, Reason.OBJECT_NOT_FOUND), "reason OBJECT_NOT_FOUND");
        assertThat(instructions()).containsExactly(READ, READ);
        simulated.recorder().clear();
        sign();
        assertThat(instructions()).as("nobody was logged out").containsExactly(SIGN);
    }

    @Test
    void verifies_again_when_another_program_logged_out() throws Exception {
        otherProgram(new CommandAPDU(0x00, 0xA4, 0x04, 0x00, aid(), 256));
        simulated.recorder().clear();
        sign();
        assertThat(instructions()).containsExactly(SIGN, SELECT, VERIFY, SIGN);
    }

    private void otherProgram(CommandAPDU command) throws Exception {
        Card card = simulation
                .readers
                .terminals()
                .getTerminal(simulated.readerName())
                .connect("*");
        card.getBasicChannel().transmit(command);
    }

    private static byte[] aid() {
        return java.util.HexFormat.of().parseHex("E82B0601040181C31F0201");
    }

    @Test
    void sends_no_pin_after_a_refusal_without_asking_for_the_tries_left() throws Exception {
        Simulation.Login wrong = Simulation.Login.wrong();
        assertThatThrownBy(() -> sign(wrong, RetryPolicy.ALLOWED))
                .isInstanceOfSatisfying(
                        PinException.class, e -> assertThat(e.triesLeft()).isEqualTo(2));
        assertThat(wrong.heard).containsExactly("refused 2");
        assertThatThrownBy(() -> sign(wrong, RetryPolicy.ALLOWED))
                .isInstanceOf(PinException.class)
                .matches(told -> SchsmException.is(told, Reason.WRONG_PIN), "reason WRONG_PIN");
        simulated.recorder().clear();
        assertThatThrownBy(() -> sign(wrong, RetryPolicy.ALLOWED))
                .isInstanceOf(PinRequiredException.class)
                .hasMessageContaining("only one try");
        assertThat(simulated.recorder().exchanges())
                .noneMatch(exchange -> exchange.dataLength() > 0 && exchange.ins() == VERIFY);
        Simulation.Login decided = Simulation.Login.right();
        decided.mayUseLastTry = true;
        sign(decided, RetryPolicy.ALLOWED);
    }

    @Test
    void does_not_let_one_login_use_what_another_verified() throws Exception {
        sign();
        simulated.recorder().clear();
        assertThatThrownBy(() -> sign(null, RetryPolicy.ALLOWED)).isInstanceOf(PinRequiredException.class);
        assertThatThrownBy(() -> sign(new Simulation.Login(null), RetryPolicy.ALLOWED))
                .isInstanceOf(PinRequiredException.class);
        assertThat(instructions()).doesNotContain(SIGN);
        assertThatThrownBy(() -> sign(Simulation.Login.wrong(), RetryPolicy.ALLOWED))
                .isInstanceOf(PinException.class)
                .matches(told -> SchsmException.is(told, Reason.WRONG_PIN), "reason WRONG_PIN");
    }

    @Test
    void logs_out_for_everybody() throws Exception {
        device.withCard(login, card -> {
            card.logout();
            return "";
        });
        simulated.recorder().clear();
        sign();
        assertThat(instructions()).containsExactly(READ, VERIFY, SIGN);
    }

    @Test
    void gives_the_card_back_logged_out_and_connects_again() throws Exception {
        device.disconnect();
        otherProgram(new CommandAPDU(0x00, 0x20, 0x00, 0x81));
        assertThat(simulated
                                .recorder()
                                .exchanges()
                                .get(simulated.recorder().count() - 1)
                                .sw()
                        & 0xFFF0)
                .isEqualTo(0x63C0);
        sign();
    }

    @Test
    void nests_on_one_thread_in_the_same_transaction() throws Exception {
        byte[] signature = device.withCard(login, outer -> {
            assertThat(outer.identity()).isEqualTo(device.identity());
            return sign();
        });
        assertThat(signature).isNotEmpty();
    }

    @Test
    void lists_devices_with_two_commands_each_and_reports_empty_readers() throws Exception {
        Simulation readers = Simulation.reference();
        readers.simulated(1).recorder().start();
        readers.simulated(2).recorder().start();
        readers.simulated(3).remove();
        CardDevices.Listing listing = CardDevices.list(readers.source);
        assertThat(listing.devices()).hasSize(2);
        assertThat(listing.find("ZZSIM000002")).isPresent();
        assertThat(listing.find("ZZSIM000003")).isEmpty();
        assertThat(listing.unusable())
                .singleElement()
                .satisfies(reader -> assertThat(reader.reason()).isInstanceOf(TokenNotPresentException.class));
        assertThat(readers.simulated(1).recorder().count()).isEqualTo(2);
        assertThat(readers.simulated(2).recorder().count()).isEqualTo(2);
    }

    @Test
    void passes_over_cards_of_other_kinds() throws Exception {
        Simulation readers = Simulation.reference();
        readers.simulated(1).faults().add(1, Faults.instruction(SELECT), Fault.status(0x6A82));
        CardDevices.Listing listing = CardDevices.list(readers.source);
        assertThat(listing.devices()).isEmpty();
        assertThat(listing.unusable()).isEmpty();
    }

    @Test
    void serves_many_threads_in_turn_and_loses_nothing() throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(16);
        AtomicInteger inside = new AtomicInteger();
        try {
            List<Future<Integer>> results = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                CardDevice mine = simulation.device(1);
                results.add(pool.submit(() -> mine.withCard(login, card -> {
                    int others = inside.getAndIncrement();
                    card.sign(1, KeyAlgorithm.ECDSA, new byte[32], RetryPolicy.ALLOWED);
                    inside.decrementAndGet();
                    return others;
                })));
            }
            for (Future<Integer> result : results) {
                assertThat(result.get()).isZero();
            }
        } finally {
            pool.shutdownNow();
        }
        assertThat(simulated.recorder().count(exchange -> exchange.ins() == SIGN && exchange.sw() == 0x9000))
                .isEqualTo(200);
    }

    @Test
    void can_be_interrupted_while_waiting() throws Exception {
        CountDownLatch held = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        Thread holder = new Thread(() -> {
            try {
                device.withCard(null, card -> {
                    held.countDown();
                    awaitQuietly(release);
                    return "";
                });
            } catch (SchsmException e) {
                throw new AssertionError(e);
            }
        });
        holder.start();
        held.await();
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        AtomicReference<Boolean> flag = new AtomicReference<>();
        Thread waiting = new Thread(() -> {
            try {
                sign();
            } catch (SchsmException e) {
                thrown.set(e);
                flag.set(Thread.currentThread().isInterrupted());
            }
        });
        waiting.start();
        waiting.interrupt();
        waiting.join();
        release.countDown();
        holder.join();
        assertThat(thrown.get()).isInstanceOf(TransportException.class).hasMessageContaining("interrupted");
        assertThat(flag.get()).isTrue();
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void keeps_one_queue_per_reader_and_source() throws Exception {
        TerminalSource same = TerminalSource.of("simulator:test", simulation.source.open());
        assertThat(TransactionQueue.of(same, simulated.readerName()))
                .isSameAs(TransactionQueue.of(simulation.source, simulated.readerName()));
        assertThat(TransactionQueue.of(simulation.source, "another"))
                .isNotSameAs(TransactionQueue.of(same, simulated.readerName()));
    }
}
