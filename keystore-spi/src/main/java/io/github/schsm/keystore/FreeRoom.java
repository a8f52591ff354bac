// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.keystore;

import io.github.schsm.DeviceException;
import io.github.schsm.InvalidRequestException;
import io.github.schsm.SchsmException;
import io.github.schsm.UnsupportedByDeviceException;
import io.github.schsm.spi.KeyHandle;
import io.github.schsm.spi.Token;
import org.jspecify.annotations.Nullable;

/**
 * What a device has room for, as keys are planned for it one after the other. Counted is what a key needs at the least:
 * how much more a device takes for it differs, so a key that is let through here may still not fit.
 */
final class FreeRoom {
    private static final int MAX_KEYS = 255;

    private final Token token;
    private final long freeBytes;
    private long bytes;
    private int keys;

    private FreeRoom(Token token, int keys, long freeBytes) {
        this.token = token;
        this.keys = keys;
        this.freeBytes = freeBytes;
    }

    /** Of a device that says how much memory is free; for others only the key ids are counted. */
    static FreeRoom of(Token token) throws SchsmException {
        return new FreeRoom(token, token.keys().size(), freeBytes(token));
    }

    private static long freeBytes(Token token) throws SchsmException {
        try {
            return token.administration().freeMemory();
        } catch (UnsupportedByDeviceException | DeviceException notTold) {
            return -1;
        }
    }

    /** Takes the room for a key; answers with what is wrong if there is not enough. */
    @Nullable
    SchsmException take(KeyHandle key) throws SchsmException {
        if (keys >= MAX_KEYS) {
            return new InvalidRequestException(
                    "all " + MAX_KEYS + " key ids of device " + token.name() + " are in use: delete a key first");
        }
        long needed = bytesAtLeast(key);
        if (freeBytes >= 0 && bytes + needed > freeBytes) {
            return new InvalidRequestException("device " + token.name() + " has " + (freeBytes - bytes)
                    + " bytes of memory left, and key \"" + key.label() + "\" needs " + needed
                    + " at the least: delete what is not needed there");
        }
        keys++;
        bytes += needed;
        return null;
    }

    /** The private exponent, scalar, or AES key, and what is stored with it. */
    private static long bytesAtLeast(KeyHandle key) throws SchsmException {
        long stored = key.token()
                .certificate(key.key())
                .map(encoded -> encoded.length)
                .orElse(0);
        return stored + key.details().size() / Byte.SIZE;
    }
}
