// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.simulator.ApduRecorder;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What may be seen on the wire to a device that is spoken to over a secure channel. */
public final class SecureWire {
    private static final int SELECT = 0xA4;
    private static final int READ_BINARY = 0xB1;
    private static final int MSE = 0x22;
    private static final int GENERAL_AUTHENTICATE = 0x86;

    private SecureWire() {}

    /** Selection of the applet, its certificates after it, and chip authentication are all that may be seen in plain. */
    public static void assertAllProtected(List<ApduRecorder.Exchange> exchanges) {
        ApduRecorder.@Nullable Exchange before = null;
        for (ApduRecorder.Exchange exchange : exchanges) {
            assertThat(exchange.isProtected() || makesTheChannel(exchange, before))
                    .as("in plain: %s after %s", exchange, before)
                    .isTrue();
            before = exchange;
        }
    }

    private static boolean makesTheChannel(ApduRecorder.Exchange exchange, ApduRecorder.@Nullable Exchange before) {
        return switch (exchange.ins()) {
            case SELECT -> exchange.p1() == 0x04;
            case READ_BINARY ->
                isIdentity(exchange)
                        && (before == null || (before.ins() == SELECT && before.p1() == 0x04) || isIdentity(before));
            case MSE -> exchange.p1() == 0x41;
            case GENERAL_AUTHENTICATE -> true;
            default -> false;
        };
    }

    private static boolean isIdentity(ApduRecorder.Exchange exchange) {
        return exchange.ins() == READ_BINARY
                && exchange.p1() == 0x2F
                && exchange.p2() == 0x02
                && !exchange.isProtected();
    }
}
