// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.card;

import io.github.schsm.InvalidRequestException;
import io.github.schsm.KeyAlgorithm;
import io.github.schsm.MalformedDataException;
import io.github.schsm.SchsmException;
import io.github.schsm.card.CardTransaction.Pin;
import io.github.schsm.card.apdu.CardCommand;
import io.github.schsm.card.apdu.CommandApdu;
import io.github.schsm.card.apdu.ResponseApdu;
import io.github.schsm.card.apdu.RetryPolicy;
import io.github.schsm.card.apdu.StatusWords;
import io.github.schsm.card.files.KeyAttributes;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * SYMMETRIC CIPHER over data of any length. The device's CBC starts from zero each time, so whatever is carried from
 * one command to the next is combined with the next one's first block here.
 */
final class SymmetricCommands {
    private static final int BLOCK = 16;
    private static final byte[] NO_DATA = {};

    private final CardTransaction session;

    SymmetricCommands(CardTransaction session) {
        this.session = session;
    }

    byte[] cbc(int kid, boolean encrypt, byte[] iv, byte[] data, RetryPolicy retry) throws SchsmException {
        if (iv.length != BLOCK || data.length % BLOCK != 0) {
            throw new IllegalArgumentException(
                    "IV of " + iv.length + ", data of " + data.length + " bytes; blocks of 16 are expected");
        }
        byte[] result = new byte[data.length];
        boolean done = false;
        try {
            byte[] chained = iv;
            for (int at = 0; at < data.length; ) {
                int length = Math.min(most() / BLOCK * BLOCK, data.length - at);
                byte[] input = Arrays.copyOfRange(data, at, at + length);
                byte[] next = encrypt ? NO_DATA : Arrays.copyOfRange(input, length - BLOCK, length);
                if (encrypt) {
                    xor(input, 0, chained);
                }
                Optional<byte[]> answer =
                        send(kid, encrypt ? KeyAlgorithm.AES_CBC_ENCRYPT : KeyAlgorithm.AES_CBC_DECRYPT, input, retry);
                Arrays.fill(input, (byte) 0);
                if (answer.isEmpty()) {
                    continue;
                }
                byte[] output = answer.get();
                requireLength(output, length);
                if (!encrypt) {
                    xor(output, 0, chained);
                }
                System.arraycopy(output, 0, result, at, length);
                chained = encrypt ? Arrays.copyOfRange(output, length - BLOCK, length) : next;
                Arrays.fill(output, (byte) 0);
                at += length;
            }
            done = true;
            return result;
        } finally {
            if (!done) {
                Arrays.fill(result, (byte) 0);
            }
        }
    }

    /**
     * What does not fit into one command goes through CBC up to the last part, which CMAC finishes: the chaining value
     * enters its first block, so that the device itself treats the last block and its subkeys never leave it.
     */
    byte[] cmac(int kid, byte[] data, KeyAttributes attributes, RetryPolicy retry) throws SchsmException {
        byte[] rest = data.clone();
        try {
            for (int at = 0; ; ) {
                int left = rest.length - at;
                boolean last = left <= most();
                if (!last) {
                    requireCbc(kid, data.length, attributes);
                }
                // At least one whole block has to be left for CMAC, to take the chaining value.
                int length = last ? left : Math.min(most(), left - BLOCK) / BLOCK * BLOCK;
                byte[] input = Arrays.copyOfRange(rest, at, at + length);
                Optional<byte[]> answer =
                        send(kid, last ? KeyAlgorithm.AES_CMAC : KeyAlgorithm.AES_CBC_ENCRYPT, input, retry);
                Arrays.fill(input, (byte) 0);
                if (answer.isEmpty()) {
                    continue;
                }
                byte[] output = answer.get();
                requireLength(output, last ? BLOCK : length);
                if (last) {
                    return output;
                }
                at += length;
                xor(rest, at, Arrays.copyOfRange(output, length - BLOCK, length));
            }
        } finally {
            Arrays.fill(rest, (byte) 0);
        }
    }

    private void requireCbc(int kid, int length, KeyAttributes attributes) throws InvalidRequestException {
        Optional<List<Integer>> list = attributes.algorithms();
        if (list.isPresent()
                && !list.get().contains(KeyAlgorithm.AES_CBC_ENCRYPT.id())
                && !list.get().contains(KeyAlgorithm.ALL.id())) {
            throw new InvalidRequestException("the device computes an AES-CMAC over at most " + most()
                    + " bytes here, not " + length + ": more takes a key whose list also has AES_CBC_ENCRYPT"
                    + " AES_CMAC, which that of key " + kid + " does not; generate one, or hash the data first");
        }
    }

    byte[] derive(int kid, byte[] input, RetryPolicy retry) throws SchsmException {
        int most = most();
        if (input.length == 0 || input.length > most) {
            throw new InvalidRequestException(
                    "the derivation input has 1 to " + most + " bytes here, this has " + input.length);
        }
        Optional<byte[]> derived = send(kid, KeyAlgorithm.DERIVE_SP800_56C, input, retry);
        if (derived.isEmpty()) {
            throw new InvalidRequestException("reader '" + session.reader() + "' passes at most " + most()
                    + " bytes of data in one command; the derivation input has " + input.length);
        }
        if (derived.get().length == 0) {
            throw new MalformedDataException("answer to SYMMETRIC CIPHER (derivation)", "it is empty");
        }
        return derived.get();
    }

    private int most() {
        return session.limits().maxData(true);
    }

    /** Nothing if the reader turned out to take less than that: the limit is lower from now on. */
    private Optional<byte[]> send(int kid, KeyAlgorithm algorithm, byte[] input, RetryPolicy retry)
            throws SchsmException {
        int ne = input.length > CommandApdu.SHORT_LE ? CommandApdu.EXTENDED_LE : CommandApdu.SHORT_LE;
        CommandApdu command = new CommandApdu(0x80, 0x78, kid, algorithm.id(), input, ne, true);
        try {
            ResponseApdu response = session.transmit(CardCommand.SYMMETRIC_CIPHER, command, Pin.NEEDED, retry);
            if (response.sw() == StatusWords.WRONG_LENGTH && session.limits().lower(command)) {
                return Optional.empty();
            }
            if (!response.isOk()) {
                throw StatusWords.error(CardCommand.SYMMETRIC_CIPHER, "key " + kid, response.sw());
            }
            return Optional.of(response.data());
        } finally {
            command.wipe();
        }
    }

    private static void requireLength(byte[] output, int length) throws MalformedDataException {
        if (output.length != length) {
            Arrays.fill(output, (byte) 0);
            throw new MalformedDataException(
                    "answer to SYMMETRIC CIPHER", output.length + " bytes; " + length + " are expected");
        }
    }

    private static void xor(byte[] data, int offset, byte[] block) {
        for (int i = 0; i < BLOCK; i++) {
            data[offset + i] ^= block[i];
        }
    }
}
