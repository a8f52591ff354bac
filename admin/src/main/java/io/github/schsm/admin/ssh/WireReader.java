// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.admin.ssh;

import io.github.schsm.MalformedDataException;
import io.github.schsm.codec.PrintableText;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Reads SSH's data types (RFC 4251, section 5). Every length is checked against what is there before anything is made. */
final class WireReader {
    private final String what;
    private final ByteBuffer rest;

    /** @param what what is read, for messages */
    WireReader(String what, byte[] content) {
        this.what = what;
        this.rest = ByteBuffer.wrap(content);
    }

    private void require(long bytes) throws MalformedDataException {
        if (bytes > rest.remaining()) {
            throw new MalformedDataException(what, "it ends too early");
        }
    }

    int number8() throws MalformedDataException {
        require(1);
        return Byte.toUnsignedInt(rest.get());
    }

    boolean flag() throws MalformedDataException {
        return number8() != 0;
    }

    long number32() throws MalformedDataException {
        require(Integer.BYTES);
        return Integer.toUnsignedLong(rest.getInt());
    }

    byte[] bytes() throws MalformedDataException {
        long length = number32();
        require(length);
        byte[] bytes = new byte[(int) length];
        rest.get(bytes);
        return bytes;
    }

    /** A name of the protocol, ASCII. */
    String name() throws MalformedDataException {
        return new String(bytes(), StandardCharsets.US_ASCII);
    }

    /** Text for people, escaped. */
    String text() throws MalformedDataException {
        return PrintableText.of(new String(bytes(), StandardCharsets.UTF_8));
    }

    BigInteger integer() throws MalformedDataException {
        byte[] bytes = bytes();
        return bytes.length == 0 ? BigInteger.ZERO : new BigInteger(bytes);
    }

    boolean isAtEnd() {
        return !rest.hasRemaining();
    }

    void end() throws MalformedDataException {
        if (!isAtEnd()) {
            throw new MalformedDataException(what, rest.remaining() + " bytes are behind its end");
        }
    }
}
