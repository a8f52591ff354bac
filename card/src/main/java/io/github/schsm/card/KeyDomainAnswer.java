// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.card;

import io.github.schsm.KeyDomain;
import io.github.schsm.MalformedDataException;
import java.util.Arrays;

/** What MANAGE KEY DOMAIN answers: total || outstanding || KCV(8) [|| UID], docs/protocol.md#key-domains. */
final class KeyDomainAnswer {
    private static final int KCV = 2;
    private static final int UID = 10;
    private static final int MIN_UID = 32;
    private static final int MAX_UID = 64;

    private KeyDomainAnswer() {}

    static KeyDomain.Status parse(int slot, byte[] answer) throws MalformedDataException {
        int uid = answer.length - UID;
        if (uid != 0 && (uid < MIN_UID || uid > MAX_UID)) {
            throw new MalformedDataException(
                    "state of key domain slot " + slot,
                    answer.length + " bytes; 10, or 42 to 74 with a UID, are expected");
        }
        return new KeyDomain.Status(
                slot,
                answer[0] & 0xFF,
                answer[1] & 0xFF,
                Arrays.copyOfRange(answer, KCV, UID),
                Arrays.copyOfRange(answer, UID, answer.length));
    }
}
