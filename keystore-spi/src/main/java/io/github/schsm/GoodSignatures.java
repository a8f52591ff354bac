// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm;

import io.github.schsm.codec.EcCurve;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * ECDSA signatures on certificates and requests that were found good: the same few chains are verified again and again, and
 * the JDK has no fast arithmetic for their curves. What is remembered is that one key made one signature on one hash, which
 * is true forever; whom to trust, and on which day, is decided each time.
 */
final class GoodSignatures {
    static final int MOST = 256;

    /** Those that are used stay longest. */
    private static final Map<ByteBuffer, Boolean> KNOWN =
            Collections.synchronizedMap(new LinkedHashMap<>(MOST, 0.75f, true) {
                private static final long serialVersionUID = 1L;

                @Override
                protected boolean removeEldestEntry(Map.Entry<ByteBuffer, Boolean> eldest) {
                    return size() > MOST;
                }
            });

    private GoodSignatures() {}

    static boolean verify(EcCurve curve, byte[] point, byte[] hash, byte[] signature) {
        ByteBuffer name = name(curve, point, hash, signature);
        if (KNOWN.get(name) != null) {
            return true;
        }
        boolean good = curve.verify(point, hash, signature);
        if (good) {
            KNOWN.put(name, true);
        }
        return good;
    }

    /** All of it, each part with its length, by a hash that nobody finds collisions of. */
    private static ByteBuffer name(EcCurve curve, byte[] point, byte[] hash, byte[] signature) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (byte[] part :
                    new byte[][] {curve.name().getBytes(StandardCharsets.US_ASCII), point, hash, signature}) {
                digest.update(
                        ByteBuffer.allocate(Integer.BYTES).putInt(part.length).array());
                digest.update(part);
            }
            return ByteBuffer.wrap(digest.digest());
        } catch (NoSuchAlgorithmException everyJdkHasIt) {
            throw new IllegalStateException(everyJdkHasIt);
        }
    }

    static boolean isKnown(EcCurve curve, byte[] point, byte[] hash, byte[] signature) {
        return KNOWN.containsKey(name(curve, point, hash, signature));
    }

    static int size() {
        return KNOWN.size();
    }
}
