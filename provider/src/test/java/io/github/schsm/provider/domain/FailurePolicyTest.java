// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.provider.domain;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.ConfigurationException;
import io.github.schsm.DeviceException;
import io.github.schsm.DeviceException.ModuleAnswer;
import io.github.schsm.InvalidRequestException;
import io.github.schsm.KeyDomainException;
import io.github.schsm.MalformedDataException;
import io.github.schsm.PinException;
import io.github.schsm.PinRequiredException;
import io.github.schsm.SchsmException;
import io.github.schsm.SchsmException.Reason;
import io.github.schsm.TokenNotPresentException;
import io.github.schsm.TransportException;
import io.github.schsm.UnsupportedByDeviceException;
import io.github.schsm.provider.domain.FailurePolicy.Verdict;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Which failure lets another member do it, and which is told. */
class FailurePolicyTest {
    private static SchsmException device(int statusWord) {
        return new DeviceException("SIGN", statusWord, "refused");
    }

    private static SchsmException device(Reason reason) {
        return new DeviceException(reason, "SIGN", 0x6A88, "refused");
    }

    private static SchsmException module(String name) {
        return new DeviceException(new ModuleAnswer("module.so", "C_Sign", 0x30, name), "refused");
    }

    /** The failure; what comes next if the operation may be repeated, and if not. */
    static Stream<Arguments> failures() {
        return Stream.of(
                Arguments.of(new TokenNotPresentException("no card"), Verdict.AWAY, Verdict.AWAY),
                Arguments.of(new TokenNotPresentException(Reason.TOKEN_CHANGED, "another"), Verdict.AWAY, Verdict.AWAY),
                Arguments.of(new TokenNotPresentException(Reason.TOKEN_REMOVED, "went"), Verdict.AWAY, Verdict.TELL),
                Arguments.of(new TransportException("service"), Verdict.AWAY, Verdict.TELL),
                Arguments.of(new TransportException(Reason.SECURE_CHANNEL, "channel"), Verdict.AWAY, Verdict.TELL),
                Arguments.of(device(0x6400), Verdict.BROKEN, Verdict.TELL),
                Arguments.of(device(0x6F00), Verdict.BROKEN, Verdict.TELL),
                Arguments.of(module("CKR_DEVICE_ERROR"), Verdict.BROKEN, Verdict.TELL),
                Arguments.of(module("CKR_DATA_INVALID"), Verdict.TELL, Verdict.TELL),
                Arguments.of(device(0x6A80), Verdict.TELL, Verdict.TELL),
                Arguments.of(device(Reason.INVALID_DATA), Verdict.TELL, Verdict.TELL),
                Arguments.of(device(Reason.ALGORITHM_NOT_ALLOWED), Verdict.TELL, Verdict.TELL),
                Arguments.of(device(Reason.CONDITIONS_NOT_SATISFIED), Verdict.TELL, Verdict.TELL),
                Arguments.of(device(Reason.OBJECT_NOT_FOUND), Verdict.KEY_GONE, Verdict.KEY_GONE),
                Arguments.of(device(Reason.USE_COUNTER_EXHAUSTED), Verdict.KEY_GONE, Verdict.KEY_GONE),
                Arguments.of(new MalformedDataException("answer", "not DER"), Verdict.BROKEN, Verdict.TELL),
                Arguments.of(PinException.wrong("VERIFY", 0x63C2, 2, "user PIN"), Verdict.TELL, Verdict.TELL),
                Arguments.of(
                        new PinException(Reason.PIN_BLOCKED, "VERIFY", 0x6983, "blocked"),
                        Verdict.LOCKED,
                        Verdict.LOCKED),
                Arguments.of(new PinRequiredException("SIGN", 0x6982, "no PIN"), Verdict.LOCKED, Verdict.LOCKED),
                Arguments.of(new UnsupportedByDeviceException("old"), Verdict.NOT_HERE, Verdict.NOT_HERE),
                Arguments.of(new InvalidRequestException("label"), Verdict.TELL, Verdict.TELL),
                Arguments.of(new KeyDomainException("domain"), Verdict.TELL, Verdict.TELL),
                Arguments.of(new ConfigurationException("pin"), Verdict.TELL, Verdict.TELL),
                Arguments.of(new SchsmException("unknown"), Verdict.TELL, Verdict.TELL));
    }

    @ParameterizedTest
    @MethodSource("failures")
    void whatComesNext(SchsmException failure, Verdict repeatable, Verdict once) {
        assertThat(FailurePolicy.of(failure, true)).isEqualTo(repeatable);
        assertThat(FailurePolicy.of(failure, false)).isEqualTo(once);
    }

    @Test
    void interruptedThreadIsToldAndNoMemberIsBlamed() {
        Thread.currentThread().interrupt();
        try {
            assertThat(FailurePolicy.of(new TransportException("interrupted"), true))
                    .isEqualTo(Verdict.TELL);
        } finally {
            assertThat(Thread.interrupted()).isTrue();
        }
    }
}
