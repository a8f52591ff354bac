// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.card.apdu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.schsm.DeviceException;
import io.github.schsm.SchsmException.Reason;
import io.github.schsm.TokenAdministration.PinStatus;
import java.util.EnumSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The table of docs/protocol.md#status-words. */
class StatusWordsTest {
    @ParameterizedTest
    @CsvSource({
        "VERIFY,                 63C2, WRONG_PIN,              2 tries are left",
        "VERIFY,                 63C1, WRONG_PIN,              1 try is left",
        "SIGN,                   6982, PIN_REQUIRED,           verified first",
        "INITIALIZE_DEVICE,      6982, CONDITIONS_NOT_SATISFIED, SO-PIN",
        "INITIALIZE_DEVICE,      6A80, INVALID_DATA,           SO-PIN",
        "VERIFY,                 6983, PIN_BLOCKED,            unblock it",
        "RESET_RETRY_COUNTER,    6983, PIN_BLOCKED,            SO-PIN is blocked",
        "SIGN,                   6984, USE_COUNTER_EXHAUSTED,   use counter",
        "DECIPHER,               6984, USE_COUNTER_EXHAUSTED,   use counter",
        "SYMMETRIC_CIPHER,       6984, USE_COUNTER_EXHAUSTED,   use counter",
        "VERIFY,                 6984, TRANSPORT_PIN,          transport PIN",
        "UPDATE_BINARY,          6984, INVALID_DATA,           invalid",
        "SIGN,                   6985, CONDITIONS_NOT_SATISFIED, may not be used so",
        "DERIVE_XKEK,            6985, CONDITIONS_NOT_SATISFIED, attested",
        "CREATE_KEY_DOMAIN,      6985, CONDITIONS_NOT_SATISFIED, membership",
        "WRAP_KEY,               6985, CONDITIONS_NOT_SATISFIED, KEK",
        "VERIFY_CERTIFICATE,     6985, CONDITIONS_NOT_SATISFIED, signature",
        "DELETE_FILE,            6986, DEVICE,                not allow",
        "UNWRAP_KEY,             6A80, INVALID_DATA,           KEK",
        "UNWRAP_KEY,             6A88, OBJECT_NOT_FOUND,        KEK",
        "UNWRAP_KEY,             6A82, OBJECT_NOT_FOUND,        KEK",
        "UNWRAP_KEY,             6400, DEVICE,                KEK",
        "UNWRAP_KEY,             6985, CONDITIONS_NOT_SATISFIED, KEK",
        "UNWRAP_KEY,             6A89, OBJECT_EXISTS,          already",
        "SIGN,                   6A81, ALGORITHM_NOT_ALLOWED,   key's list",
        "GENERATE_KEY_PAIR,      6A81, ALGORITHM_NOT_ALLOWED,   does not support",
        "READ_BINARY,            6A82, OBJECT_NOT_FOUND,        not on the device",
        "MANAGE_KEY_DOMAIN,      6A86, OBJECT_NOT_FOUND,        no such key domain slot",
        "MANAGE_KEY_DOMAIN,      6B00, OBJECT_NOT_FOUND,        no such key domain slot",
        "READ_BINARY,            6A86, DEVICE,                parameters",
        "MANAGE_KEY_DOMAIN,      6A88, OBJECT_NOT_FOUND,        free",
        "VERIFY,                 6A88, OBJECT_NOT_FOUND,        not initialized",
        "MSE_SET,                6A88, OBJECT_NOT_FOUND,        does not know",
        "DELETE_KEY_DOMAIN,      6A89, OBJECT_EXISTS,          keys in the key domain",
        "CREATE_KEY_DOMAIN,      6A89, OBJECT_EXISTS,          holds a key domain",
        "GENERATE_KEY_PAIR,      6A89, OBJECT_EXISTS,          already",
        "UPDATE_BINARY,          6A84, DEVICE_FULL,            memory",
        "GENERATE_KEY_PAIR,      6581, DEVICE_FULL,            memory",
        "VERIFY,                 6700, INVALID_DATA,           6 to 16",
        "SIGN,                   6700, INVALID_DATA,           length",
        "SIGN,                   6400, DEVICE,                could not execute",
        "MANAGE_KEY_DOMAIN,      6D00, DEVICE,                without DKEK",
        "WRAP_KEY,               6D00, DEVICE,                without DKEK",
        "SIGN,                   6E00, DEVICE,                does not know this command",
        "SIGN,                   6F12, DEVICE,                unexpected",
        "SIGN,                   6A84, USE_COUNTER_EXHAUSTED,   use counter",
        "DECIPHER,               6A84, USE_COUNTER_EXHAUSTED,   use counter",
        "SYMMETRIC_CIPHER,       6A84, USE_COUNTER_EXHAUSTED,   use counter",
        "DERIVE_EC_KEY,          6A84, DEVICE_FULL,            use counter",
        "DERIVE_XKEK,            6A84, DEVICE_FULL,            use counter",
        "UNWRAP_KEY,             6A84, DEVICE_FULL,            delete keys",
        "GENERATE_KEY_PAIR,      6A84, DEVICE_FULL,            delete keys",
        "INITIALIZE_DEVICE,      6A84, DEVICE_FULL,            insert it again",
        "VERIFY,                 6A84, DEVICE,                does not need",
        "WRAP_KEY,               6A84, DEVICE,                does not need",
        "WRAP_KEY,               6A88, OBJECT_NOT_FOUND,        cannot wrap the keys of an XKEK key domain",
        "WRAP_KEY,               6A82, OBJECT_NOT_FOUND,        not on the device",
        "SIGN,                   6A88, OBJECT_NOT_FOUND,        no such key",
        "DECIPHER,               6A88, OBJECT_NOT_FOUND,        no such key",
        "GENERATE_KEY_PAIR,      6A88, OBJECT_NOT_FOUND,        no key domain in the slot",
        "READ_BINARY,            6A88, OBJECT_NOT_FOUND,        not on the device",
        "UNWRAP_KEY,             6A80, INVALID_DATA,           changed",
        "UNWRAP_KEY,             6A88, OBJECT_NOT_FOUND,        no key domain",
        "UNWRAP_KEY,             6F00, DEVICE,                reader may have cut",
        "SIGN,                   6F00, DEVICE,                insert it again",
        "REGISTER_PUBLIC_KEY,    6A80, INVALID_DATA,           256 bits",
        "DELETE_KEY_DOMAIN,      6B00, OBJECT_NOT_FOUND,        no such key domain slot",
    })
    void means_what_the_command_makes_of_it(CardCommand command, String sw, Reason reason, String text) {
        int status = Integer.parseInt(sw, 16);
        DeviceException error = StatusWords.error(command, "object 5", status);
        assertThat(error.reason()).isEqualTo(reason);
        assertThat(error)
                .hasMessageContaining(text)
                .hasMessageContaining(command.title())
                .hasMessageContaining(sw);
        assertThat(error.statusWord()).isEqualTo(status);
        if (reason != Reason.WRONG_PIN) {
            assertThat(error).hasMessageContaining("object 5");
        }
    }

    /** What a command cannot mean, whatever the status word: the words that would lead people astray. */
    @ParameterizedTest
    @EnumSource(CardCommand.class)
    void says_nothing_that_the_command_cannot_mean(CardCommand command) {
        boolean takesMemory = !EnumSet.of(
                        CardCommand.SELECT,
                        CardCommand.READ_BINARY,
                        CardCommand.ENUMERATE_OBJECTS,
                        CardCommand.VERIFY,
                        CardCommand.SIGN,
                        CardCommand.DECIPHER,
                        CardCommand.SYMMETRIC_CIPHER,
                        CardCommand.WRAP_KEY,
                        CardCommand.GET_CHALLENGE,
                        CardCommand.MSE_SET,
                        CardCommand.SELECT_AUTHENTICATION_KEY,
                        CardCommand.EXTERNAL_AUTHENTICATE,
                        CardCommand.GENERAL_AUTHENTICATE)
                .contains(command);
        for (int sw = 0x6A80; sw <= 0x6A8F; sw++) {
            DeviceException error = StatusWords.error(command, "x", sw);
            if (!takesMemory) {
                assertThat(error).as("%04X", sw).matches(thrown -> thrown.reason() != Reason.DEVICE_FULL);
            }
            if (!command.usesKey()) {
                assertThat(error).as("%04X", sw).message().doesNotContain("use counter");
            }
        }
    }

    @ParameterizedTest
    @EnumSource(CardCommand.class)
    void has_a_sentence_for_every_status_word(CardCommand command) {
        for (int sw = 0x6000; sw <= 0x6FFF; sw++) {
            assertThat(StatusWords.error(command, "x", sw)).message().hasSizeGreaterThan(30);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "9000, VERIFIED, -1",
        "63C3, NOT_VERIFIED, 3",
        "63CF, NOT_VERIFIED, 15",
        "63C0, BLOCKED, 0",
        "6983, BLOCKED, 0",
        "6984, TRANSPORT, -1",
        "6A88, NOT_INITIALIZED, -1",
        "6400, KEYS_INSTEAD, -1",
    })
    void tells_the_state_of_a_pin(String sw, PinStatus.State state, int triesLeft) throws Exception {
        assertThat(StatusWords.pinStatus("user PIN", Integer.parseInt(sw, 16)))
                .isEqualTo(new PinStatus(state, triesLeft));
    }

    @Test
    void does_not_guess_the_state_of_a_pin() {
        assertThatThrownBy(() -> StatusWords.pinStatus("user PIN", 0x6F00)).isInstanceOf(DeviceException.class);
    }

    @Test
    void takes_no_answer_for_a_foreign_applets_that_only_ours_gives() {
        for (int sw : new int[] {0x9000, 0x6282, 0x63C1, 0x6982, 0x6A80, 0x6A88, 0x6A89, 0x6984}) {
            assertThat(StatusWords.mayBeForeign(sw)).as("%04X", sw).isFalse();
        }
        for (int sw : new int[] {0x6D00, 0x6E00, 0x6A82, 0x6A86, 0x6999, 0x6F00}) {
            assertThat(StatusWords.mayBeForeign(sw)).as("%04X", sw).isTrue();
        }
    }
}
