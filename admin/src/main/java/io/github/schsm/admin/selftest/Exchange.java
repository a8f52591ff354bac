// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.admin.selftest;

import io.github.schsm.admin.selftest.CheckResult.Evidence;
import io.github.schsm.card.apdu.CommandApdu;
import io.github.schsm.card.apdu.ResponseApdu;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A command and its answer, which is compared with what is written. */
final class Exchange {
    private static final HexFormat HEX = HexFormat.of().withUpperCase();
    private static final String MASKED = "***";
    private static final int SHOWN = 512;

    /** What must not be seen of an exchange. */
    enum Mask {
        /** Everything may be seen. */
        NONE,
        /** The answer is secret, or what is wrapped. */
        ANSWER,
        /** Data and answer are. */
        BOTH
    }

    private final CommandApdu command;
    private final ResponseApdu answer;
    private final Mask mask;
    private final Map<Integer, String> known = new LinkedHashMap<>();

    Exchange(CommandApdu command, ResponseApdu answer, Mask mask) {
        this.command = command;
        this.answer = answer;
        this.mask = mask;
    }

    byte[] data() {
        return answer.data();
    }

    int sw() {
        return answer.sw();
    }

    /** A status word that docs/protocol.md tells of elsewhere. */
    Exchange known(int sw, String where) {
        known.put(sw, where);
        return this;
    }

    /** The status word is one of these. */
    Exchange sw(int... expected) throws Contradiction {
        if (Arrays.stream(expected).noneMatch(one -> one == answer.sw())) {
            throw contradiction(
                    Arrays.stream(expected).mapToObj(Exchange::hex).collect(Collectors.joining(" or ")),
                    known.get(answer.sw()));
        }
        return this;
    }

    /** The status word is any but 9000, and no data came. */
    Exchange refused() throws Contradiction {
        if (answer.isOk() || answer.dataLength() != 0) {
            throw contradiction("a status word other than 9000, without data", known.get(answer.sw()));
        }
        return this;
    }

    /** Compares the answer's data. */
    Exchange data(byte[] expected) throws Contradiction {
        if (!Arrays.equals(expected, answer.data())) {
            throw contradiction(
                    (mask == Mask.ANSWER || mask == Mask.BOTH ? MASKED + " " : HEX.formatHex(expected) + " ")
                            + hex(answer.sw()),
                    null);
        }
        return this;
    }

    /** How many bytes of data came. */
    Exchange length(int expected) throws Contradiction {
        return require(answer.dataLength() == expected, expected + " bytes");
    }

    /** Something about the answer holds. */
    Exchange require(boolean holds, String expected) throws Contradiction {
        return require(holds, expected, null);
    }

    /** The same; where it does not, docs/protocol.md knows such devices. */
    Exchange require(boolean holds, String expected, @Nullable String where) throws Contradiction {
        if (!holds) {
            throw contradiction(expected, where);
        }
        return this;
    }

    Contradiction contradiction(String expected, @Nullable String where) {
        return new Contradiction(new Evidence(sent(), expected, seen()), where);
    }

    private String sent() {
        StringBuilder sent = new StringBuilder(String.format(
                Locale.ROOT, "%02X %02X %02X%02X", command.cla(), command.ins(), command.p1(), command.p2()));
        if (command.dataLength() != 0) {
            boolean secret = mask == Mask.BOTH || command.sensitive() || holdsSecret(command);
            sent.append(" [").append(command.dataLength()).append("] ");
            sent.append(secret ? MASKED : shortened(command.data()));
        }
        if (command.ne() != CommandApdu.NO_LE) {
            sent.append(" Le ").append(command.ne());
        }
        return sent.toString();
    }

    /** Whatever a check says: PINs, DKEK shares, and wrapped keys are never shown. */
    private static boolean holdsSecret(CommandApdu command) {
        return switch (command.ins()) {
            case 0x20, 0x24, 0x2C, 0x50, 0x74, 0x76 -> true;
            case 0x52 -> command.dataLength() == 32;
            case 0xD7 -> command.p1() == 0x2F && command.p2() == 0x10;
            default -> false;
        };
    }

    private String seen() {
        if (answer.dataLength() == 0) {
            return hex(answer.sw());
        }
        boolean secret = mask == Mask.ANSWER
                || mask == Mask.BOTH
                || command.ins() == 0x72
                || command.ins() == 0x62
                || command.ins() == 0x5A;
        return (secret ? MASKED + " (" + answer.dataLength() + " bytes)" : shortened(answer.data())) + " "
                + hex(answer.sw());
    }

    static String shortened(byte[] bytes) {
        return bytes.length <= SHOWN
                ? HEX.formatHex(bytes)
                : HEX.formatHex(bytes, 0, SHOWN) + "..(" + bytes.length + " bytes)";
    }

    static String hex(int sw) {
        return String.format(Locale.ROOT, "%04X", sw);
    }
}
