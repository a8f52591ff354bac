// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.card;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.schsm.Cvc;
import io.github.schsm.DeviceIdentity;
import io.github.schsm.KeyAlgorithm;
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
import io.github.schsm.simulator.Fault;
import io.github.schsm.simulator.Faults;
import io.github.schsm.simulator.SimulatedDevice;
import io.github.schsm.simulator.VirtualReaders;
import io.github.schsm.simulator.profile.DeviceProfile;
import io.github.schsm.simulator.profile.Quirk;
import io.github.schsm.simulator.terminal.HookedTerminals;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import javax.smartcardio.CardException;
import javax.smartcardio.CardTerminals;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class OddReadersTest {
    private final VirtualReaders readers = VirtualReaders.create(DeviceProfile.smartCardHsm4k());

    private CardDevice device(HookedTerminals.Hook hook) throws SchsmException {
        String reader = readers.device("ZZSIM000001").readerName();
        return CardDevice.of(TerminalSource.of("hooked", new HookedTerminals(readers.terminals(), hook)), reader);
    }

    private static boolean isExtended(byte[] command) {
        return command.length > 6 && command[4] == 0;
    }

    private static Cvc generate(CardDevice device) throws SchsmException {
        return device.withCard(
                Simulation.Login.right(),
                card -> card.generateKeyPair(
                        1, KeyPairRequest.ec(EcCurve.SECP256R1, "ZZSIM00000100001", KeyAttributes.NONE)));
    }

    @Test
    void falls_back_to_short_apdus_once_where_the_reader_throws_at_extended_ones() throws Exception {
        AtomicInteger extended = new AtomicInteger();
        CardDevice device = device((command, next) -> {
            if (isExtended(command)) {
                extended.incrementAndGet();
                throw new CardException("Extended APDU requires T=1");
            }
            return next.transmit(command);
        });
        assertThat(generate(device).curve()).contains(EcCurve.SECP256R1);
        assertThat(extended).hasValue(1);
    }

    @Test
    void falls_back_to_short_apdus_once_where_extended_ones_are_answered_6700() throws Exception {
        AtomicInteger extended = new AtomicInteger();
        CardDevice device = device((command, next) -> {
            if (isExtended(command)) {
                extended.incrementAndGet();
                return new byte[] {0x67, 0x00};
            }
            return next.transmit(command);
        });
        assertThat(generate(device).curve()).contains(EcCurve.SECP256R1);
        assertThat(extended).hasValue(1);
    }

    @Test
    void fetches_the_rest_of_a_file_where_the_reader_cuts_long_answers_off() throws Exception {
        CardDevice device = device((command, next) -> {
            byte[] answer = next.transmit(command);
            if (answer.length <= 258) {
                return answer;
            }
            byte[] cut = Arrays.copyOf(answer, 258);
            cut[256] = answer[answer.length - 2];
            cut[257] = answer[answer.length - 1];
            return cut;
        });
        assertThat(device.identity().deviceId()).isEqualTo("ZZSIM000001");
        byte[] certificate = new byte[1004];
        certificate[0] = 0x30;
        certificate[1] = (byte) 0x82;
        certificate[2] = 3;
        certificate[3] = (byte) 0xE8;
        certificate[1003] = 1;
        byte[] read = device.withCard(Simulation.Login.right(), card -> {
            card.updateBinary(Files.caCertificate(1), certificate);
            return card.readBinary(Files.caCertificate(1));
        });
        assertThat(read).isEqualTo(certificate);
    }

    @Test
    void reads_long_files_where_the_implementation_has_a_small_buffer() throws Exception {
        byte[] data = new byte[8000];
        Arrays.fill(data, (byte) 0x55);
        data[7999] = 1;
        String reader = readers.device("ZZSIM000001").readerName();
        CardDevice device = CardDevice.of(new SmallBuffer(readers.terminals()), reader);
        byte[] read = device.withCard(Simulation.Login.right(), card -> {
            card.updateBinary(Files.publicData(1), data);
            return card.readBinary(Files.publicData(1));
        });
        assertThat(read).isEqualTo(data);
    }

    private record SmallBuffer(CardTerminals terminals) implements TerminalSource {
        @Override
        public String name() {
            return "small";
        }

        @Override
        public CardTerminals open() {
            return terminals;
        }

        @Override
        public int maxAnswer() {
            return 1000;
        }
    }

    @Test
    void collects_answers_that_come_in_parts_and_repeats_with_the_right_length() throws Exception {
        byte[][] rest = new byte[1][];
        CardDevice device = device((command, next) -> {
            if ((command[1] & 0xFF) == 0xC0) {
                int length = Math.min(command[4] & 0xFF, rest[0].length - 2);
                byte[] part = Arrays.copyOf(rest[0], length + 2);
                rest[0] = Arrays.copyOfRange(rest[0], length, rest[0].length);
                boolean last = rest[0].length == 2;
                part[length] = last ? rest[0][0] : 0x61;
                part[length + 1] = last ? rest[0][1] : (byte) Math.min(0xFF, rest[0].length - 2);
                return part;
            }
            if ((command[1] & 0xFF) == 0x84 && command[command.length - 1] != 0x20) {
                return new byte[] {0x6C, 0x20};
            }
            byte[] answer = next.transmit(command);
            if (answer.length > 102) {
                rest[0] = answer;
                return new byte[] {0x61, 0x64};
            }
            return answer;
        });
        assertThat(device.identity().deviceId()).isEqualTo("ZZSIM000001");
        assertThat(generate(device).curve()).contains(EcCurve.SECP256R1);
        byte[] random = device.withCard(null, card -> card.getChallenge(32));
        assertThat(random).hasSize(32);
    }

    @Test
    void gives_up_on_a_card_that_announces_more_data_without_end() throws Exception {
        CardDevice device = device((command, next) -> new byte[] {1, 2, 3, 0x61, 0x10});
        assertThatThrownBy(device::identity)
                .isInstanceOf(TransportException.class)
                .hasMessageContaining("without end");
    }

    @Test
    void refuses_answers_without_status_word() throws Exception {
        CardDevice device = device((command, next) -> new byte[] {0x01});
        assertThatThrownBy(device::identity)
                .isInstanceOf(TransportException.class)
                .hasMessageContaining("1 bytes");
    }

    @Test
    void connects_again_when_another_program_resets_the_card_in_between() throws Exception {
        AtomicInteger resets = new AtomicInteger();
        CardDevice device = device((command, next) -> {
            if ((command[1] & 0xFF) == 0x46 && resets.getAndIncrement() == 0) {
                throw new CardException("transmit() failed", new Exception("SCARD_W_RESET_CARD"));
            }
            return next.transmit(command);
        });
        assertThat(generate(device).curve()).contains(EcCurve.SECP256R1);
        assertThat(resets).hasValue(2);
    }

    @Test
    void refuses_another_device_in_the_same_reader_and_takes_the_old_one_again() throws Exception {
        VirtualReaders other = VirtualReaders.create(DeviceProfile.smartCardHsm4k());
        String reader = readers.device("ZZSIM000001").readerName();
        other.device("ZZSIM000001");
        AtomicInteger chosen = new AtomicInteger();
        TerminalSource source = changing(other, chosen);
        CardDevice device = CardDevice.of(source, reader);
        device.identity();
        chosen.set(1);
        readers.device("ZZSIM000001").remove();
        assertThatThrownBy(() -> device.withCard(null, SmartCardHsm::pinStatus))
                .isInstanceOf(TokenNotPresentException.class)
                .matches(told -> SchsmException.is(told, Reason.TOKEN_CHANGED), "reason TOKEN_CHANGED")
                .hasMessageContaining(reader);
        assertThat(CardDevice.of(source, reader).identity()).isNotEqualTo(device.identity());
        other.device("ZZSIM000001").remove();
        readers.device("ZZSIM000001").insert();
        chosen.set(0);
        assertThat(device.withCard(null, SmartCardHsm::pinStatus).triesLeft()).isEqualTo(3);
    }

    /** The card is there again at once, so nothing but the rule keeps the command from going out twice. */
    @ParameterizedTest
    @EnumSource(RetryPolicy.class)
    void a_command_whose_answer_was_lost_goes_out_again_only_if_it_may(RetryPolicy retry) throws Exception {
        SimulatedDevice simulated = readers.device("ZZSIM000001");
        AtomicInteger signed = new AtomicInteger();
        CardDevice device = device((command, next) -> {
            byte[] answer = next.transmit(command);
            if ((command[1] & 0xFF) == 0x68 && signed.getAndIncrement() == 0) {
                simulated.remove();
                simulated.insert();
                throw new CardException("transmit() failed", new Exception("SCARD_W_REMOVED_CARD"));
            }
            return answer;
        });
        generate(device);
        CardFunction<byte[]> sign = card -> card.sign(1, KeyAlgorithm.ECDSA, new byte[32], retry);

        if (retry == RetryPolicy.ALLOWED) {
            assertThat(device.withCard(Simulation.Login.right(), sign)).isNotEmpty();
            assertThat(signed).hasValue(2);
        } else {
            assertThatThrownBy(() -> device.withCard(Simulation.Login.right(), sign))
                    .isInstanceOf(TokenNotPresentException.class)
                    .matches(told -> SchsmException.is(told, Reason.TOKEN_REMOVED), "reason TOKEN_REMOVED");
            assertThat(signed).hasValue(1);
        }
    }

    private interface Secret {
        void present(SmartCardHsm card) throws SchsmException;
    }

    static List<Arguments> secrets() {
        byte[] pin = Simulation.pin(VirtualReaders.USER_PIN);
        byte[] soPin = HexFormat.of().parseHex("3537363231383830");
        byte[] other = Simulation.pin("111111");
        return List.of(
                secret("the user PIN", card -> card.verify(pin)),
                secret("a change of the user PIN", card -> card.changePin(pin, other)),
                secret("a change of the SO-PIN", card -> card.changeSoPin(soPin, soPin)),
                secret("the SO-PIN to unblock", card -> card.unblock(soPin, null)));
    }

    private static Arguments secret(String what, Secret secret) {
        return Arguments.of(what, secret);
    }

    /** Another program has left its own applet selected, which would read whatever comes. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("secrets")
    void a_foreign_applet_gets_no_secret_that_a_caller_gives(String what, Secret secret) throws Exception {
        requireNothingOverheard(readers, secret);
    }

    /** Nothing tells such a device's applet from others, so it is selected. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("secrets")
    void a_foreign_applet_gets_no_secret_that_is_for_a_device_without_certificate(String what, Secret secret)
            throws Exception {
        requireNothingOverheard(
                VirtualReaders.create(DeviceProfile.smartCardHsm4k().with(Quirk.NO_DEVICE_CERTIFICATE)), secret);
    }

    private static void requireNothingOverheard(VirtualReaders readers, Secret secret) throws Exception {
        AtomicBoolean foreign = new AtomicBoolean();
        List<byte[]> overheard = new ArrayList<>();
        HookedTerminals.Hook hook = (command, next) -> {
            if ((command[1] & 0xFF) == 0xA4 && command[2] == 0x04) {
                foreign.set(false);
            }
            if (foreign.get()) {
                overheard.add(command.clone());
                return new byte[] {0x6D, 0x00};
            }
            return next.transmit(command);
        };
        CardDevice device = CardDevice.of(
                TerminalSource.of("hooked", new HookedTerminals(readers.terminals(), hook)),
                readers.device("ZZSIM000001").readerName());
        device.identity();
        foreign.set(true);

        device.withCard(null, card -> {
            secret.present(card);
            return "";
        });

        assertThat(overheard).allMatch(command -> (command[1] & 0xFE) == 0xB0, "READ BINARY");
        assertThat(foreign).isFalse();
    }

    private TerminalSource changing(VirtualReaders other, AtomicInteger chosen) {
        return new TerminalSource() {
            @Override
            public String name() {
                return "changing";
            }

            @Override
            public CardTerminals open() {
                return chosen.get() == 0 ? readers.terminals() : other.terminals();
            }
        };
    }

    private static byte[] sign(SmartCardHsm card) throws SchsmException {
        return card.sign(1, KeyAlgorithm.ECDSA, new byte[32], RetryPolicy.ALLOWED);
    }

    /** It has the same name, a key with the same number and the same PIN: its certificate alone tells. */
    @ParameterizedTest
    @CsvSource({"false, false", "true, false", "false, true", "true, true"})
    void another_device_that_is_put_in_during_a_transaction_gets_neither_pin_nor_data(
            boolean duringTheCommand, boolean withoutCertificate) throws Exception {
        DeviceProfile profile = DeviceProfile.smartCardHsm4k();
        VirtualReaders other =
                VirtualReaders.create(withoutCertificate ? profile.with(Quirk.NO_DEVICE_CERTIFICATE) : profile);
        SimulatedDevice first = readers.device("ZZSIM000001");
        SimulatedDevice second = other.device("ZZSIM000001");
        generate(CardDevice.of(TerminalSource.of("second", other.terminals()), second.readerName()));
        second.reset();
        AtomicInteger chosen = new AtomicInteger();
        CardDevice device = CardDevice.of(changing(other, chosen), first.readerName());
        generate(device);
        DeviceIdentity before = device.identity();
        second.recorder().start();

        assertThatThrownBy(() -> device.withCard(Simulation.Login.right(), card -> {
                    sign(card);
                    chosen.set(1);
                    if (duringTheCommand) {
                        first.faults().add(1, Faults.instruction(0x68), Fault.removalAfter());
                    } else {
                        first.remove();
                    }
                    return sign(card);
                }))
                .isInstanceOf(TokenNotPresentException.class);

        assertThat(second.recorder().exchanges())
                .isNotEmpty()
                .noneMatch(exchange -> exchange.ins() == 0x20 || exchange.ins() == 0x68);
        assertThat(device.identity()).isEqualTo(before);
        assertThatThrownBy(() -> device.withCard(Simulation.Login.right(), OddReadersTest::sign))
                .isInstanceOf(TokenNotPresentException.class)
                .matches(told -> SchsmException.is(told, Reason.TOKEN_CHANGED), "reason TOKEN_CHANGED");
        second.remove();
        first.insert();
        chosen.set(0);
        assertThat(device.withCard(Simulation.Login.right(), OddReadersTest::sign))
                .isNotEmpty();
    }

    /** Of devices without certificate the one in the reader is meant, but not one that has a certificate. */
    @Test
    void a_device_with_a_certificate_does_not_stand_in_for_one_without() throws Exception {
        VirtualReaders nameless =
                VirtualReaders.create(DeviceProfile.smartCardHsm4k().with(Quirk.NO_DEVICE_CERTIFICATE));
        SimulatedDevice first = readers.device("ZZSIM000001");
        SimulatedDevice second = nameless.device("ZZSIM000001");
        AtomicInteger chosen = new AtomicInteger(1);
        CardDevice device = CardDevice.of(changing(nameless, chosen), first.readerName());
        assertThat(device.identity().isMissing()).isTrue();
        second.remove();
        chosen.set(0);

        assertThatThrownBy(() -> device.withCard(null, SmartCardHsm::pinStatus))
                .isInstanceOf(TokenNotPresentException.class)
                .matches(told -> SchsmException.is(told, Reason.TOKEN_CHANGED), "reason TOKEN_CHANGED");
    }
}
