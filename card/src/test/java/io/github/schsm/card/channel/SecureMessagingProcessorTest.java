// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.card.channel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.schsm.InvalidRequestException;
import io.github.schsm.SchsmException;
import io.github.schsm.SchsmException.Reason;
import io.github.schsm.TransportException;
import io.github.schsm.card.apdu.CardCommand;
import io.github.schsm.card.apdu.CommandApdu;
import io.github.schsm.card.apdu.ResponseApdu;
import io.github.schsm.card.apdu.UnprotectedAnswerException;
import io.github.schsm.card.quirk.ReaderQuirk;
import io.github.schsm.card.transport.CommandLimits;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

/** After an answer that the device did not protect, the channel is closed and its keys are gone. */
class SecureMessagingProcessorTest {
    private static final byte[] KEY = HexFormat.of().parseHex("000102030405060708090A0B0C0D0E0F");
    private static final CommandApdu COMMAND = CommandApdu.of(0x00, 0x84, 0x00, 0x00, 8);

    private final List<CommandApdu> sent = new ArrayList<>();
    private final SecureMessaging channel = new SecureMessaging(ChannelProtocol.AES_128, KEY, KEY);
    private final CommandLimits limits = new CommandLimits(1232, true, 65_536, ReaderQuirk.NONE);

    private SecureMessagingProcessor answering(String data, int sw) {
        return new SecureMessagingProcessor(channel, "Reader", "ZZSIM000001", limits, (name, command) -> {
            sent.add(command);
            return new ResponseApdu(HexFormat.of().parseHex(data), sw);
        });
    }

    private void assertClosed(SecureMessagingProcessor processor) {
        assertThat(processor.isClosed()).isTrue();
        sent.clear();
        assertThatThrownBy(() -> processor.process(CardCommand.GET_CHALLENGE, COMMAND))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("closed");
        assertThat(sent).isEmpty();
        byte[] zeros = new byte[ChannelProtocol.KEY_LENGTH];
        assertThat(channel.protect(COMMAND, true))
                .isEqualTo(new SecureMessaging(ChannelProtocol.AES_128, zeros, zeros).protect(COMMAND, true));
    }

    @Test
    void a_bare_status_word_is_not_believed() {
        SecureMessagingProcessor processor = answering("", 0x9000);

        assertThat(processor.isClosed()).isFalse();
        assertThatThrownBy(() -> processor.process(CardCommand.GET_CHALLENGE, COMMAND))
                .isInstanceOfSatisfying(
                        UnprotectedAnswerException.class,
                        bare -> assertThat(bare.sw()).isEqualTo(0x9000));
        assertClosed(processor);
    }

    @Test
    void an_answer_of_others_is_refused() {
        SecureMessagingProcessor processor = answering("99029000 8E080102030405060708".replace(" ", ""), 0x9000);

        assertThatThrownBy(() -> processor.process(CardCommand.GET_CHALLENGE, COMMAND))
                .isInstanceOf(TransportException.class)
                .matches(told -> SchsmException.is(told, Reason.SECURE_CHANNEL), "reason SECURE_CHANNEL")
                .hasMessageContainingAll("Reader", "ZZSIM000001", "MAC is wrong");
        assertClosed(processor);
    }

    @Test
    void a_command_that_the_reader_would_not_pass_is_not_sent() {
        limits.shortOnly();
        SecureMessagingProcessor processor = answering("", 0x9000);
        CommandApdu longest = CommandApdu.of(0x80, 0x78, 0x01, 0x10, new byte[255], CommandApdu.SHORT_LE);

        assertThatThrownBy(() -> processor.process(CardCommand.SYMMETRIC_CIPHER, longest))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContainingAll("Reader", "extended length");
        assertThat(sent).isEmpty();
        assertClosed(processor);
    }

    @Test
    void a_short_command_passes_a_reader_without_extended_length() {
        limits.shortOnly();
        SecureMessagingProcessor processor = answering("", 0x9000);

        assertThatThrownBy(() -> processor.process(CardCommand.GET_CHALLENGE, COMMAND))
                .isInstanceOf(UnprotectedAnswerException.class);
        assertThat(sent).hasSize(1);
    }
}
