// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.simulator;

import io.github.schsm.simulator.apdu.Command;
import io.github.schsm.simulator.apdu.Refusal;
import io.github.schsm.simulator.state.KeyDomainSlot;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Predicate;

/**
 * Notes what a device was asked and what it answered, between {@link #start} and {@link #stop}. PINs, DKEK shares,
 * plain text and shared secrets are not kept: their bytes read {@code ***}.
 *
 * <pre>{@code
 * device.recorder().start();
 * signature.sign();
 * assertThat(device.recorder().count(exchange -> exchange.ins() == 0x68)).isEqualTo(1);
 * }</pre>
 *
 * <p>All methods may be called by any thread.
 */
public final class ApduRecorder {
    private static final String MASKED = "***";
    private static final int VERIFY = 0x20;
    private static final int CHANGE_REFERENCE_DATA = 0x24;
    private static final int RESET_RETRY_COUNTER = 0x2C;
    private static final int INITIALIZE_DEVICE = 0x50;
    private static final int MANAGE_KEY_DOMAIN = 0x52;
    private static final int DECIPHER = 0x62;
    private static final int SYMMETRIC_CIPHER = 0x78;

    private final List<Exchange> exchanges = new ArrayList<>();
    private boolean recording;

    ApduRecorder() {}

    /**
     * A command and its answer.
     *
     * @param cla           class byte
     * @param ins           instruction byte
     * @param p1            first parameter
     * @param p2            second parameter
     * @param commandLength bytes of the whole command APDU
     * @param dataLength    bytes of the command's data
     * @param data          the command's data in upper-case hex; {@code ***} if secret
     * @param answerLength  bytes of the answer without status word
     * @param answer        the answer's data in upper-case hex; {@code ***} if secret
     * @param sw            the status word; 0 if no answer came
     */
    public record Exchange(
            int cla,
            int ins,
            int p1,
            int p2,
            int commandLength,
            int dataLength,
            String data,
            int answerLength,
            String answer,
            int sw) {

        /** Whether the command came through a secure channel: data and answer are as they were on the wire. */
        public boolean isProtected() {
            return (cla & Command.PROTECTED) == Command.PROTECTED;
        }

        /** One line: {@code 80 68 01 70 [32] 6A2B.. -> 9000 [70] 3044..}. */
        @Override
        public String toString() {
            return String.format(
                    "%02X %02X %02X %02X [%d] %s -> %04X [%d] %s",
                    cla, ins, p1, p2, dataLength, data, sw, answerLength, answer);
        }
    }

    /** Begins with an empty list. */
    public synchronized void start() {
        exchanges.clear();
        recording = true;
    }

    /** Notes nothing more; what was noted stays. */
    public synchronized void stop() {
        recording = false;
    }

    /** Forgets what was noted. */
    public synchronized void clear() {
        exchanges.clear();
    }

    /** What was noted, oldest first. */
    public synchronized List<Exchange> exchanges() {
        return List.copyOf(exchanges);
    }

    /** How many exchanges were noted. */
    public synchronized int count() {
        return exchanges.size();
    }

    /** How many of the exchanges match. */
    public synchronized int count(Predicate<Exchange> which) {
        return (int) exchanges.stream().filter(which).count();
    }

    synchronized void record(byte[] command, byte[] answer) {
        if (!recording) {
            return;
        }
        byte[] data = data(command);
        int ins = at(command, 1);
        int answerLength = Math.max(0, answer.length - 2);
        boolean answered = answer.length >= 2;
        exchanges.add(new Exchange(
                at(command, 0),
                ins,
                at(command, 2),
                at(command, 3),
                command.length,
                data.length,
                data.length != 0 && isSecretCommand(ins, data.length) ? MASKED : hex(data),
                answerLength,
                answerLength != 0 && isSecretAnswer(ins) ? MASKED : hex(Arrays.copyOf(answer, answerLength)),
                answered ? at(answer, answer.length - 2) << 8 | at(answer, answer.length - 1) : 0));
    }

    private static boolean isSecretCommand(int ins, int dataLength) {
        return switch (ins) {
            case VERIFY, CHANGE_REFERENCE_DATA, RESET_RETRY_COUNTER, INITIALIZE_DEVICE, SYMMETRIC_CIPHER -> true;
            case MANAGE_KEY_DOMAIN -> dataLength == KeyDomainSlot.KEK_LENGTH;
            default -> false;
        };
    }

    private static boolean isSecretAnswer(int ins) {
        return ins == DECIPHER || ins == SYMMETRIC_CIPHER;
    }

    private static byte[] data(byte[] command) {
        try {
            return Command.parse(command).data();
        } catch (Refusal lengthsDontAddUp) {
            return new byte[0];
        }
    }

    private static int at(byte[] bytes, int index) {
        return index < bytes.length ? bytes[index] & 0xFF : 0;
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().withUpperCase().formatHex(bytes);
    }
}
