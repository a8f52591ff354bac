// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.card;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.schsm.DeviceException;
import io.github.schsm.DeviceInitialization;
import io.github.schsm.DeviceTrust;
import io.github.schsm.KeyAlgorithm;
import io.github.schsm.PinException;
import io.github.schsm.SchsmException;
import io.github.schsm.SchsmException.Reason;
import io.github.schsm.TokenAdministration.PinStatus;
import io.github.schsm.TransportException;
import io.github.schsm.UnsupportedByDeviceException;
import io.github.schsm.UntrustedDeviceException;
import io.github.schsm.card.apdu.RetryPolicy;
import io.github.schsm.card.channel.SecureChannelMode;
import io.github.schsm.card.files.Files;
import io.github.schsm.card.files.KeyAttributes;
import io.github.schsm.card.files.KeyPairRequest;
import io.github.schsm.codec.EcCurve;
import io.github.schsm.simulator.ApduRecorder;
import io.github.schsm.simulator.SimulatedDevice;
import io.github.schsm.simulator.VirtualReaders;
import io.github.schsm.simulator.profile.DeviceProfile;
import io.github.schsm.simulator.profile.Quirk;
import io.github.schsm.simulator.terminal.HookedTerminals;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import javax.smartcardio.Card;
import javax.smartcardio.CommandAPDU;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The transaction queue with a secure channel, against the simulator, and with an attacker in between. */
class SecureChannelTest {
    private static final String SELECT = "00A40400";
    private static final String IDENTITY = "00B12F02";
    private static final String AES_MSE = "002241A4";
    private static final String AUTHENTICATE = "00860000";
    private static final String PROBE = "0CB12F02";
    private static final String VERIFY = "0C200081";
    private static final String STATUS = "0C200081";
    private static final String SIGN = "8C680170";
    private static final HexFormat HEX = HexFormat.of().withUpperCase();

    /** What is done to the answer of a command, or instead of sending it; the real device's by default. */
    private interface Meddler {
        byte[] transmit(byte[] command, HookedTerminals.Next next) throws javax.smartcardio.CardException;
    }

    private final VirtualReaders readers = VirtualReaders.create(DeviceProfile.smartCardHsm4k());
    private final List<byte[]> wire = new ArrayList<>();
    private final Simulation.Login login = Simulation.Login.right();
    private Meddler meddler = (command, next) -> next.transmit(command);
    private final Simulation simulation = new Simulation(readers, SecureChannelMode.SECURE, (command, next) -> {
        wire.add(command.clone());
        return meddler.transmit(command, next);
    });
    private SimulatedDevice simulated;
    private CardDevice device;

    @BeforeEach
    void makeKey() throws Exception {
        simulated = simulation.simulated(1);
        device = simulation.device(1);
        generate(device, KeyAttributes.NONE);
        wire.clear();
    }

    private void generate(CardDevice where, KeyAttributes attributes) throws SchsmException {
        where.withCard(
                login,
                card -> card.generateKeyPair(1, KeyPairRequest.ec(EcCurve.SECP256R1, "ZZSIM00000100001", attributes)));
    }

    private byte[] sign(CardDevice where, RetryPolicy retry) throws SchsmException {
        return where.withCard(login, card -> card.sign(1, KeyAlgorithm.ECDSA, new byte[32], retry));
    }

    private byte[] sign() throws SchsmException {
        return sign(device, RetryPolicy.ALLOWED);
    }

    private List<String> headers() {
        return wire.stream().map(command -> HEX.formatHex(command, 0, 4)).toList();
    }

    private void otherProgram(CommandAPDU command) throws Exception {
        Card card = readers.terminals().getTerminal(simulated.readerName()).connect("*");
        card.getBasicChannel().transmit(command);
    }

    private static CommandAPDU selectOf(String aid) {
        return new CommandAPDU(0x00, 0xA4, 0x04, 0x0C, HEX.parseHex(aid));
    }

    private boolean pinWasOnTheWire() {
        String pin = HEX.formatHex(Simulation.pin(VirtualReaders.USER_PIN));
        return wire.stream().anyMatch(command -> HEX.formatHex(command).contains(pin));
    }

    // What goes over it

    @Test
    void everything_goes_over_the_channel_but_what_makes_it() throws Exception {
        CardDevice fresh = new Simulation(readers, SecureChannelMode.SECURE, (command, next) -> {
                    wire.add(command.clone());
                    return next.transmit(command);
                })
                .device(1);
        fresh.disconnect();
        wire.clear();
        sign(fresh, RetryPolicy.ALLOWED);
        sign(fresh, RetryPolicy.ALLOWED);
        assertThat(headers()).containsExactly(SELECT, IDENTITY, AES_MSE, AUTHENTICATE, VERIFY, SIGN, SIGN);
        assertThat(wire.subList(4, 7)).allSatisfy(command -> {
            assertThat(command[4]).as("extended length").isZero();
            assertThat(command).endsWith((byte) 0, (byte) 0);
        });
        assertThat(pinWasOnTheWire()).isFalse();
    }

    @Test
    void only_what_holds_a_pin_and_what_comes_after_goes_over_the_channel_where_that_is_asked_for() throws Exception {
        CardDevice pinOnly = simulation.device(1, SecureChannelMode.PIN);
        pinOnly.disconnect();
        wire.clear();
        pinOnly.withCard(login, card -> {
            card.enumerateObjects();
            card.pinStatus();
            card.sign(1, KeyAlgorithm.ECDSA, new byte[32], RetryPolicy.ALLOWED);
            return "";
        });
        assertThat(headers())
                .containsExactly(SELECT, IDENTITY, "80580000", "00200081", AES_MSE, AUTHENTICATE, VERIFY, SIGN);
        assertThat(pinWasOnTheWire()).isFalse();
    }

    @ParameterizedTest
    @EnumSource(
            value = SecureChannelMode.class,
            names = {"PIN", "SECURE"})
    void no_pin_is_ever_readable_on_the_wire(SecureChannelMode channel) throws Exception {
        byte[] so = HEX.parseHex(VirtualReaders.SO_PIN);
        byte[] otherSo = HEX.parseHex("A1A2A3A4A5A6A7A8");
        byte[] otherPin = Simulation.pin("987654");
        byte[] pin = Simulation.pin(VirtualReaders.USER_PIN);
        CardDevice used = simulation.device(1, channel);
        used.disconnect();
        wire.clear();
        used.withCard(null, card -> {
            card.verify(pin);
            card.changePin(pin, otherPin);
            card.unblock(so, pin);
            card.changeSoPin(so, otherSo);
            card.initialize(DeviceInitialization.builder(
                            "987654".toCharArray(), HEX.formatHex(otherSo).toCharArray())
                    .keyDomainSlots(1)
                    .build());
            card.verify(otherPin);
            assertThat(card.pinStatus().state()).isEqualTo(PinStatus.State.VERIFIED);
            return "";
        });
        String all = String.join(" ", wire.stream().map(HEX::formatHex).toList());
        assertThat(all)
                .doesNotContain(HEX.formatHex(pin), HEX.formatHex(otherPin), HEX.formatHex(so), HEX.formatHex(otherSo));
    }

    @Test
    void who_wants_no_channel_makes_none_and_uses_the_one_there_is() throws Exception {
        CardDevice plain = simulation.device(1, SecureChannelMode.PLAIN);
        wire.clear();
        sign(plain, RetryPolicy.ALLOWED);
        assertThat(headers()).containsExactly(SIGN);
        plain.disconnect();
        wire.clear();
        sign(plain, RetryPolicy.ALLOWED);
        assertThat(headers()).doesNotContain(AES_MSE);
    }

    // Which devices

    @Test
    void nothing_is_said_to_a_device_that_is_not_trusted() throws Exception {
        device.disconnect();
        CardDevice untrusted = CardDevice.of(
                simulation.source, simulated.readerName(), SecureChannelMode.SECURE, DeviceTrust.parse("production"));
        wire.clear();
        assertThatThrownBy(() -> sign(untrusted, RetryPolicy.ALLOWED))
                .isInstanceOf(UntrustedDeviceException.class)
                .hasMessageContaining("ZZSRCACC100001")
                .hasMessageContaining("channel = plain");
        assertThat(headers()).containsExactly(SELECT, IDENTITY);
    }

    @Test
    void a_channel_that_somebody_else_made_is_not_used_with_a_device_that_is_not_trusted() throws Exception {
        sign();
        CardDevice untrusted = CardDevice.of(
                simulation.source, simulated.readerName(), SecureChannelMode.SECURE, DeviceTrust.parse("production"));
        wire.clear();
        assertThatThrownBy(() -> sign(untrusted, RetryPolicy.ALLOWED)).isInstanceOf(UntrustedDeviceException.class);
        assertThat(wire).isEmpty();
    }

    @Test
    void who_only_has_the_certificate_gets_no_channel() throws Exception {
        device.disconnect();
        byte[] answer = {0x7C, 0x14, (byte) 0x81, 8, 1, 2, 3, 4, 5, 6, 7, 8, (byte) 0x82, 8, 1, 2, 3, 4, 5, 6, 7, 8};
        meddler = (command, next) ->
                command[1] == (byte) 0x86 ? HEX.parseHex(HEX.formatHex(answer) + "9000") : next.transmit(command);
        wire.clear();
        assertThatThrownBy(this::sign)
                .isInstanceOf(TransportException.class)
                .matches(told -> SchsmException.is(told, Reason.SECURE_CHANNEL), "reason SECURE_CHANNEL")
                .hasMessageContaining("does not have the device's private key");
        assertThat(headers()).containsExactly(SELECT, IDENTITY, AES_MSE, AUTHENTICATE);
    }

    @Test
    void an_old_device_speaks_triple_des() throws Exception {
        Simulation old = new Simulation(DeviceProfile.smartCardHsm4k().withFirmware(2, 0), SecureChannelMode.SECURE);
        old.simulated(1).recorder().start();
        generate(old.device(1), KeyAttributes.NONE);
        sign(old.device(1), RetryPolicy.ALLOWED);
        assertThat(old.simulated(1).recorder().exchanges().stream()
                        .filter(exchange -> exchange.ins() == 0x22)
                        .map(ApduRecorder.Exchange::data))
                .containsExactly("800A04007F00070202030202", "800A04007F00070202030201");
        assertThat(old.simulated(1).recorder().exchanges().stream().skip(5))
                .isNotEmpty()
                .allMatch(ApduRecorder.Exchange::isProtected);
    }

    @Test
    void a_device_that_has_spoken_aes_is_not_talked_into_triple_des() throws Exception {
        device.disconnect();
        meddler = (command, next) ->
                command[1] == 0x22 && command[command.length - 1] == 2 ? HEX.parseHex("6A80") : next.transmit(command);
        wire.clear();
        assertThatThrownBy(this::sign)
                .isInstanceOf(TransportException.class)
                .matches(told -> SchsmException.is(told, Reason.SECURE_CHANNEL), "reason SECURE_CHANNEL")
                .hasMessageContaining("6A80")
                .hasMessageContaining("weaker");
        assertThat(headers()).containsExactly(SELECT, IDENTITY, AES_MSE);
    }

    @Test
    void a_device_without_secure_messaging_is_told_apart_and_gets_nothing_in_plain() throws Exception {
        Simulation old = new Simulation(DeviceProfile.smartCardHsm4k().withFirmware(1, 2), SecureChannelMode.SECURE);
        CardDevice ancient = old.device(1);
        ancient.disconnect();
        old.simulated(1).recorder().start();
        assertThatThrownBy(() -> sign(ancient, RetryPolicy.ALLOWED))
                .isInstanceOf(UnsupportedByDeviceException.class)
                .hasMessageContaining("6E00")
                .hasMessageContaining("channel = plain");
        assertThat(old.simulated(1).recorder().exchanges())
                .extracting(ApduRecorder.Exchange::ins)
                .containsExactly(0xA4, 0xB1, 0x22);
    }

    @ParameterizedTest
    @EnumSource(
            value = SecureChannelMode.class,
            names = {"PIN", "SECURE"})
    void a_device_that_wants_the_pin_first_does_not_get_it_in_plain(SecureChannelMode channel) throws Exception {
        Simulation open = new Simulation(
                DeviceProfile.smartCardHsm4k()
                        .with(
                                Quirk.CHIP_AUTHENTICATION_NEEDS_PIN,
                                Quirk.SELF_SIGNED_DEVICE,
                                Quirk.DEVICE_KEY_ON_SECP256K1),
                channel);
        CardDevice used = open.device(1);
        open.simulated(1).recorder().start();
        assertThatThrownBy(() -> sign(used, RetryPolicy.ALLOWED))
                .isInstanceOf(UnsupportedByDeviceException.class)
                .hasMessageContaining("the PIN would have to go in plain");
        assertThat(open.simulated(1).recorder().exchanges())
                .extracting(ApduRecorder.Exchange::ins)
                .doesNotContain(0x20);
    }

    @Test
    void a_device_key_on_another_curve_makes_a_channel_too() throws Exception {
        for (Quirk[] quirks : new Quirk[][] {{Quirk.DEVICE_KEY_ON_SECP256K1}, {Quirk.SELF_SIGNED_DEVICE}}) {
            Simulation open = new Simulation(DeviceProfile.smartCardHsm4k().with(quirks), SecureChannelMode.SECURE);
            generate(open.device(1), KeyAttributes.NONE);
            assertThat(sign(open.device(1), RetryPolicy.ALLOWED)).isNotEmpty();
        }
    }

    // When another program was there

    @Test
    void a_foreign_select_between_two_uses_costs_a_new_channel_and_the_pin() throws Exception {
        sign();
        otherProgram(selectOf("A000000003"));
        otherProgram(selectOf("E82B0601040181C31F0201"));
        wire.clear();
        sign();
        assertThat(headers()).containsExactly(SIGN, SELECT, AES_MSE, AUTHENTICATE, VERIFY, SIGN);
    }

    @Test
    void a_foreign_applet_that_is_still_selected_gets_no_pin() throws Exception {
        sign();
        otherProgram(selectOf("A000000003"));
        meddler = (command, next) -> next.transmit(command);
        wire.clear();
        sign();
        assertThat(headers()).containsExactly(SIGN, SELECT, AES_MSE, AUTHENTICATE, VERIFY, SIGN);
    }

    @Test
    void what_may_not_be_sent_twice_goes_out_only_after_a_protected_answer() throws Exception {
        sign();
        otherProgram(selectOf("E82B0601040181C31F0201"));
        wire.clear();
        sign(device, RetryPolicy.NEVER);
        assertThat(headers()).containsExactly(PROBE, SELECT, AES_MSE, AUTHENTICATE, VERIFY, SIGN);
        wire.clear();
        sign(device, RetryPolicy.NEVER);
        assertThat(headers()).containsExactly(PROBE, SIGN);
    }

    @Test
    void the_channel_is_made_anew_after_a_reset_and_after_the_card_was_out() throws Exception {
        simulated.reset();
        wire.clear();
        sign();
        assertThat(headers()).containsExactly(SIGN, SELECT, AES_MSE, AUTHENTICATE, VERIFY, SIGN);
        simulated.remove();
        simulated.insert();
        wire.clear();
        sign();
        assertThat(headers()).containsExactly(SELECT, IDENTITY, AES_MSE, AUTHENTICATE, STATUS, VERIFY, SIGN);
    }

    @Test
    void a_device_that_was_initialized_gets_a_new_channel() throws Exception {
        device.withCard(null, card -> {
            card.initialize(DeviceInitialization.builder(
                            VirtualReaders.USER_PIN.toCharArray(), VirtualReaders.SO_PIN.toCharArray())
                    .keyDomainSlots(1)
                    .build());
            wire.clear();
            card.verify(Simulation.pin(VirtualReaders.USER_PIN));
            return "";
        });
        assertThat(headers()).containsExactly(AES_MSE, AUTHENTICATE, VERIFY);
    }

    // When somebody is on the way

    /** Answers the nth command of that instruction itself, from now on. */
    private void answer(int ins, int nth, String answer) {
        AtomicInteger seen = new AtomicInteger();
        meddler = (command, next) -> (command[1] & 0xFF) == ins && seen.incrementAndGet() == nth
                ? HEX.parseHex(answer)
                : next.transmit(command);
    }

    @ParameterizedTest
    @ValueSource(strings = {"9000", "6982", "6987", "6988", "6D00", "6E00", "6700", "6A82", "63C0", "6983"})
    void a_bare_status_word_in_the_middle_is_not_believed(String status) throws Exception {
        answer(0x68, 2, status);
        wire.clear();
        assertThatThrownBy(() -> device.withCard(login, card -> {
                    card.sign(1, KeyAlgorithm.ECDSA, new byte[32], RetryPolicy.ALLOWED);
                    return card.sign(1, KeyAlgorithm.ECDSA, new byte[32], RetryPolicy.ALLOWED);
                }))
                .isInstanceOf(TransportException.class)
                .matches(told -> SchsmException.is(told, Reason.SECURE_CHANNEL), "reason SECURE_CHANNEL")
                .hasMessageContaining("SIGN")
                .hasMessageContaining(status + " without protection");
        assertThat(headers()).as("neither again nor in plain").containsExactly(SIGN, SIGN);
        wire.clear();
        sign();
        assertThat(headers())
                .startsWith(SELECT, IDENTITY, AES_MSE, AUTHENTICATE)
                .endsWith(SIGN);
    }

    @Test
    void bare_status_words_again_and_again_end_it() throws Exception {
        meddler = (command, next) -> (command[1] & 0xFF) == 0x68 ? HEX.parseHex("6D00") : next.transmit(command);
        wire.clear();
        assertThatThrownBy(this::sign)
                .isInstanceOf(TransportException.class)
                .matches(told -> SchsmException.is(told, Reason.SECURE_CHANNEL), "reason SECURE_CHANNEL");
        assertThat(headers()).containsExactly(SIGN, SELECT, AES_MSE, AUTHENTICATE, VERIFY, SIGN);
    }

    @Test
    void a_refused_pin_is_only_believed_with_protection() throws Exception {
        device.disconnect();
        meddler = (command, next) -> HEX.formatHex(command, 0, 4).equals(VERIFY) && command.length > 19
                ? HEX.parseHex("63C1")
                : next.transmit(command);
        login.heard.clear();
        assertThatThrownBy(this::sign)
                .isInstanceOf(TransportException.class)
                .matches(told -> SchsmException.is(told, Reason.SECURE_CHANNEL), "reason SECURE_CHANNEL");
        assertThat(login.heard).isEmpty();
        meddler = (command, next) -> next.transmit(command);
        Simulation.Login wrong = Simulation.Login.wrong();
        assertThatThrownBy(() -> device.withCard(wrong, card -> {
                    card.login();
                    return "";
                }))
                .isInstanceOf(PinException.class)
                .matches(told -> SchsmException.is(told, Reason.WRONG_PIN), "reason WRONG_PIN");
        assertThat(wrong.heard).containsExactly("refused 2");
    }

    @Test
    void an_answer_that_was_given_before_is_not_believed() throws Exception {
        byte[][] old = new byte[1][];
        meddler = (command, next) -> {
            byte[] answer = next.transmit(command);
            if ((command[1] & 0xFF) == 0x68) {
                if (old[0] != null) {
                    return old[0];
                }
                old[0] = answer;
            }
            return answer;
        };
        sign();
        assertThatThrownBy(this::sign)
                .isInstanceOf(TransportException.class)
                .matches(told -> SchsmException.is(told, Reason.SECURE_CHANNEL), "reason SECURE_CHANNEL")
                .hasMessageContaining("MAC is wrong");
    }

    @Test
    void an_error_that_the_device_protected_is_believed() throws Exception {
        generateCounted();
        device.withCard(login, card -> card.sign(2, KeyAlgorithm.ECDSA, new byte[32], RetryPolicy.NEVER));
        assertThatThrownBy(() -> device.withCard(
                        login, card -> card.sign(2, KeyAlgorithm.ECDSA, new byte[32], RetryPolicy.NEVER)))
                .isInstanceOf(DeviceException.class)
                .matches(told -> SchsmException.is(told, Reason.USE_COUNTER_EXHAUSTED), "reason USE_COUNTER_EXHAUSTED");
        wire.clear();
        sign();
        assertThat(headers()).as("the channel is still there").containsExactly(SIGN);
    }

    private void generateCounted() throws SchsmException {
        device.withCard(
                login,
                card -> card.generateKeyPair(
                        2,
                        KeyPairRequest.ec(
                                EcCurve.SECP256R1, "ZZSIM00000100002", KeyAttributes.NONE.withUseCounter(1))));
    }

    @Test
    void no_answer_gets_past_with_a_bit_changed() throws Exception {
        int bits = Byte.SIZE * protectedAnswerLength();
        for (int bit = 0; bit < bits; bit++) {
            assertChangedBitIsSeen(bit);
        }
    }

    private int protectedAnswerLength() throws SchsmException {
        int[] length = new int[1];
        meddler = (command, next) -> {
            byte[] answer = next.transmit(command);
            length[0] = answer.length;
            return answer;
        };
        status();
        return length[0];
    }

    private PinStatus status() throws SchsmException {
        return device.withCard(null, SmartCardHsm::pinStatus);
    }

    private void assertChangedBitIsSeen(int bit) throws SchsmException {
        AtomicInteger changed = new AtomicInteger();
        meddler = (command, next) -> {
            byte[] answer = next.transmit(command);
            if ((command[0] & 0x0C) == 0x0C && changed.getAndIncrement() == 0) {
                answer[bit / Byte.SIZE] ^= (byte) (1 << bit % Byte.SIZE);
            }
            return answer;
        };
        wire.clear();
        assertThatThrownBy(this::status)
                .as("bit %d", bit)
                .isInstanceOf(TransportException.class)
                .matches(told -> SchsmException.is(told, Reason.SECURE_CHANNEL), "reason SECURE_CHANNEL");
        assertThat(wire.subList(wire.size() - 1, wire.size()))
                .as("bit %d: nothing was said after it, but for GET RESPONSE if 63C3 was made 61C3", bit)
                .allMatch(command -> (command[0] & 0x0C) == 0x0C || command[1] == (byte) 0xC0);
        meddler = (command, next) -> next.transmit(command);
        assertThat(status().triesLeft()).isEqualTo(3);
    }

    // Readers

    @Test
    void a_reader_that_takes_shorter_commands_only_is_found_out_without_giving_up_protection() throws Exception {
        byte[] data = new byte[5000];
        Arrays.fill(data, (byte) 0x42);
        meddler = (command, next) -> command.length > 1014 ? HEX.parseHex("6700") : next.transmit(command);
        byte[] read = device.withCard(login, card -> {
            card.updateBinary(Files.publicData(1), data);
            return card.readBinary(Files.publicData(1));
        });
        assertThat(read).isEqualTo(data);
        assertThat(headers()).filteredOn(header -> header.startsWith("00")).containsOnly(SELECT, AES_MSE, AUTHENTICATE);
    }

    @Test
    void a_reader_that_cuts_long_answers_off_is_found_out_by_the_certificates() throws Exception {
        meddler = (command, next) -> {
            byte[] answer = next.transmit(command);
            if (answer.length <= 258) {
                return answer;
            }
            byte[] cut = Arrays.copyOf(answer, 258);
            System.arraycopy(answer, answer.length - 2, cut, 256, 2);
            return cut;
        };
        device.disconnect();
        byte[] data = new byte[1000];
        Arrays.fill(data, (byte) 0x42);
        byte[] read = device.withCard(login, card -> {
            card.updateBinary(Files.publicData(1), data);
            return card.readBinary(Files.publicData(1));
        });
        assertThat(read).isEqualTo(data);
    }

    @Test
    void protected_answers_that_come_in_parts_are_collected() throws Exception {
        byte[][] rest = new byte[1][];
        meddler = (command, next) -> {
            if ((command[1] & 0xFF) == 0xC0) {
                int length = Math.min(command[4] & 0xFF, rest[0].length - 2);
                byte[] part = Arrays.copyOf(rest[0], length + 2);
                rest[0] = Arrays.copyOfRange(rest[0], length, rest[0].length);
                boolean last = rest[0].length == 2;
                part[length] = last ? rest[0][0] : 0x61;
                part[length + 1] = last ? rest[0][1] : (byte) Math.min(0xFF, rest[0].length - 2);
                return part;
            }
            byte[] answer = next.transmit(command);
            if (answer.length > 102) {
                rest[0] = answer;
                return HEX.parseHex("6164");
            }
            return answer;
        };
        byte[] data = new byte[700];
        Arrays.fill(data, (byte) 0x42);
        byte[] read = device.withCard(login, card -> {
            card.updateBinary(Files.publicData(1), data);
            return card.readBinary(Files.publicData(1));
        });
        assertThat(read).isEqualTo(data);
    }
}
