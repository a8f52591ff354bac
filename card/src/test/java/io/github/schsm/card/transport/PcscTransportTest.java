// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.card.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.schsm.SchsmException;
import io.github.schsm.SchsmException.Reason;
import io.github.schsm.TokenNotPresentException;
import io.github.schsm.card.apdu.CardCommand;
import io.github.schsm.card.apdu.CommandApdu;
import io.github.schsm.card.apdu.ResponseApdu;
import io.github.schsm.card.apdu.StatusWords;
import io.github.schsm.card.apdu.TransmitFailure;
import io.github.schsm.simulator.SimulatedDevice;
import io.github.schsm.simulator.VirtualReaders;
import io.github.schsm.simulator.profile.DeviceProfile;
import io.github.schsm.simulator.terminal.HookedTerminals;
import io.github.schsm.simulator.terminal.HookedTerminals.Call;
import java.util.HexFormat;
import java.util.stream.Stream;
import javax.smartcardio.CardException;
import javax.smartcardio.CardNotPresentException;
import jnasmartcardio.Smartcardio;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What the two implementations of javax.smartcardio throw, as it was seen, and what becomes of it. */
@Tag("jdk")
class PcscTransportTest {
    private static final String READER = "Reader 00 00";
    private static final CommandApdu LIST = CommandApdu.of(0x80, 0x58, 0x00, 0x00, CommandApdu.SHORT_LE);

    private final VirtualReaders readers = VirtualReaders.create(DeviceProfile.smartCardHsm4k());
    private final FailingCard card = new FailingCard();
    private final TerminalSource source =
            TerminalSource.of("pcsc", new HookedTerminals(readers.terminals(), card, name -> READER));

    private SimulatedDevice device;

    @BeforeEach
    void insertCard() throws Exception {
        device = readers.device(VirtualReaders.DEFAULT_DEVICE);
    }

    private static Smartcardio.JnaPCSCException jna(long code) {
        return new Smartcardio.JnaPCSCException(code, "SCardTransmit got response " + Long.toHexString(code));
    }

    /** SunPCSC wraps an exception that programs cannot name; its message is the code's name. */
    private static CardException sun(String name) {
        return new CardException("transmit() failed", new Exception(name));
    }

    private interface Outcome {
        boolean KNOWN = false;
        boolean UNKNOWN = true;
    }

    static Stream<Arguments> failedTransmissions() {
        return Stream.of(
                Arguments.of(jna(0x80100069L), Reason.TOKEN_REMOVED, Outcome.UNKNOWN, "SCARD_W_REMOVED_CARD"),
                Arguments.of(jna(0xFFFFFFFF80100069L), Reason.TOKEN_REMOVED, Outcome.UNKNOWN, "removed"),
                Arguments.of(sun("SCARD_W_REMOVED_CARD"), Reason.TOKEN_REMOVED, Outcome.UNKNOWN, "removed"),
                Arguments.of(jna(0x80100068L), Reason.TRANSPORT, Outcome.KNOWN, "reset"),
                Arguments.of(sun("SCARD_W_RESET_CARD"), Reason.TRANSPORT, Outcome.KNOWN, "reset"),
                Arguments.of(jna(0x8010000CL), Reason.TOKEN_NOT_PRESENT, Outcome.KNOWN, "no card"),
                Arguments.of(jna(0x80100009L), Reason.TOKEN_NOT_PRESENT, Outcome.KNOWN, "not connected"),
                Arguments.of(jna(0x80100016L), Reason.TRANSPORT, Outcome.UNKNOWN, "not known"),
                Arguments.of(sun("SCARD_F_COMM_ERROR"), Reason.TRANSPORT, Outcome.UNKNOWN, "not known"),
                Arguments.of(jna(0x8010001DL), Reason.TRANSPORT, Outcome.UNKNOWN, "pcscd"),
                Arguments.of(jna(0x8010001EL), Reason.TRANSPORT, Outcome.UNKNOWN, "pcscd"),
                Arguments.of(
                        new IllegalArgumentException("newPosition < 0: (-2 < 0)"),
                        Reason.TOKEN_REMOVED,
                        Outcome.UNKNOWN,
                        "removed"),
                Arguments.of(
                        new IllegalStateException("Card has been removed"),
                        Reason.TOKEN_NOT_PRESENT,
                        Outcome.KNOWN,
                        "insert the card"),
                Arguments.of(
                        new ArrayIndexOutOfBoundsException("Index 4 out of bounds for length 4"),
                        Reason.TRANSPORT,
                        Outcome.UNKNOWN,
                        "Index 4"),
                Arguments.of(
                        new CardException("Extended APDU requires T=1"),
                        Reason.TRANSPORT,
                        Outcome.UNKNOWN,
                        "Extended APDU"),
                Arguments.of(new NullPointerException(), Reason.TRANSPORT, Outcome.UNKNOWN, "NullPointer"));
    }

    @ParameterizedTest
    @MethodSource("failedTransmissions")
    void sorts_what_a_transmission_throws(Exception thrown, Reason reason, boolean outcomeUnknown, String text)
            throws Exception {
        card.failsAtCommands(thrown);
        TransmitFailure failure = catchThrowableOfType(TransmitFailure.class, () -> transmit(source));
        assertThat(failure.outcomeUnknown()).isEqualTo(outcomeUnknown);
        assertThat(failure.reported())
                .matches(told -> SchsmException.is(told, reason), "the reason")
                .hasMessageContaining(READER)
                .hasMessageContaining(text)
                .hasCause(thrown);
    }

    @Test
    void takes_any_failed_transmission_for_a_removal_when_the_reader_is_empty() throws Exception {
        card.answers(command -> {
            device.remove();
            throw new CardException("failed");
        });
        TransmitFailure failure = catchThrowableOfType(TransmitFailure.class, () -> transmit(source));
        assertThat(failure.reported())
                .isInstanceOf(TokenNotPresentException.class)
                .matches(told -> SchsmException.is(told, Reason.TOKEN_REMOVED), "reason TOKEN_REMOVED");
    }

    @Test
    void takes_an_empty_answer_for_a_removal() throws Exception {
        card.answers(command -> new byte[0]);
        TransmitFailure failure = catchThrowableOfType(TransmitFailure.class, () -> transmit(source));
        assertThat(failure.reported())
                .isInstanceOf(TokenNotPresentException.class)
                .matches(told -> SchsmException.is(told, Reason.TOKEN_REMOVED), "reason TOKEN_REMOVED");
        assertThat(failure.outcomeUnknown()).isTrue();
    }

    static Stream<Arguments> failedConnections() {
        return Stream.of(
                Arguments.of(new CardNotPresentException("no card"), Reason.TOKEN_NOT_PRESENT, "insert one"),
                Arguments.of(jna(0x8010000CL), Reason.TOKEN_NOT_PRESENT, "insert one"),
                Arguments.of(jna(0x80100069L), Reason.TOKEN_NOT_PRESENT, "insert it again"),
                Arguments.of(jna(0x8010000BL), Reason.TRANSPORT, "exclusively"),
                Arguments.of(jna(0x80100066L), Reason.TRANSPORT, "powered up"),
                Arguments.of(sun("SCARD_E_NO_SERVICE"), Reason.TRANSPORT, "pcscd"),
                Arguments.of(new IllegalStateException("closed"), Reason.TOKEN_NOT_PRESENT, "closed"));
    }

    @ParameterizedTest
    @MethodSource("failedConnections")
    void says_why_it_cannot_connect(Exception thrown, Reason reason, String text) throws Exception {
        card.failsAt(Call.CONNECT, thrown);
        assertThatThrownBy(() -> PcscTransport.connect(source, READER))
                .matches(told -> SchsmException.is(told, reason), "the reason")
                .hasMessageContaining(READER)
                .hasMessageContaining(text);
    }

    @Test
    void names_the_readers_there_are_when_the_one_asked_for_is_not() {
        assertThatThrownBy(() -> PcscTransport.connect(source, "Other"))
                .isInstanceOf(TokenNotPresentException.class)
                .hasMessageContaining("Other")
                .hasMessageContaining(READER);
    }

    @Test
    void lists_no_readers_where_pcsc_says_that_there_are_none() throws Exception {
        card.failsAt(Call.LIST, jna(0x8010002EL));
        assertThat(PcscTransport.readers(source)).isEmpty();
    }

    @Test
    void says_that_the_service_is_not_running() {
        Throwable unchecked = new Smartcardio.EstablishContextException(jna(0x8010001DL));
        assertThat(PcscFault.of(unchecked).serviceFailure("pcsc"))
                .hasMessageContaining("pcscd")
                .hasMessageContaining("not running");
        Throwable factory = new java.security.NoSuchAlgorithmException("Error constructing implementation");
        assertThat(PcscFault.of(factory).serviceFailure("sunpcsc")).hasMessageContaining("pcscd");
    }

    @Test
    void takes_answers_of_any_length() throws Exception {
        byte[] long1 = new byte[40_002];
        long1[40_000] = (byte) 0x90;
        card.answers(command -> long1);
        assertThat(transmit(source).encode()).isEqualTo(long1);
    }

    @Test
    void closes_quietly_whatever_is_left_and_leaves_the_card_as_it_is() throws Exception {
        card.failsAt(Call.DISCONNECT, new CardException("gone"));
        PcscTransport first = PcscTransport.connect(source, READER);
        first.process(CardCommand.SELECT, select());
        assertThatCode(first::close).doesNotThrowAnyException();
        assertThat(card.seen).contains(Call.DISCONNECT);

        PcscTransport second = PcscTransport.connect(source, READER);
        assertThat(second.process(CardCommand.ENUMERATE_OBJECTS, LIST).sw()).isEqualTo(StatusWords.OK);
        assertThatCode(second::closeWithReset).doesNotThrowAnyException();
        assertThat(PcscTransport.connect(source, READER)
                        .process(CardCommand.ENUMERATE_OBJECTS, LIST)
                        .sw())
                .isNotEqualTo(StatusWords.OK);
    }

    @Test
    void reports_a_failed_transaction_as_something_that_was_not_sent() throws Exception {
        card.failsAt(Call.BEGIN, jna(0x80100068L));
        PcscTransport transport = PcscTransport.connect(source, READER);
        TransmitFailure failure = catchThrowableOfType(TransmitFailure.class, transport::begin);
        assertThat(failure.outcomeUnknown()).isFalse();
    }

    @Test
    void does_not_look_endlessly_through_causes() {
        Exception one = new Exception("one");
        Exception two = new Exception("two", one);
        one.initCause(two);
        assertThat(PcscFault.of(one).kind()).isEqualTo(PcscFault.Kind.COMMUNICATION);
    }

    private static ResponseApdu transmit(TerminalSource source) throws TransmitFailure, SchsmException {
        return PcscTransport.connect(source, READER).process(CardCommand.SELECT, select());
    }

    private static CommandApdu select() {
        byte[] aid = HexFormat.of().parseHex("E82B0601040181C31F0201");
        return CommandApdu.of(0x00, 0xA4, 0x04, 0x00, aid, CommandApdu.SHORT_LE);
    }
}
