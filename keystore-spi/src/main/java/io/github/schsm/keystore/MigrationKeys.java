// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.keystore;

import io.github.schsm.AttestedPublicKey;
import io.github.schsm.KeyDetails;
import io.github.schsm.SchsmDevice.Leftover;
import io.github.schsm.TokenKey;
import io.github.schsm.spi.Token;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The exchange keys that a migration makes for itself. That one is a migration's its device says: the key's request, which
 * the device signed when it generated the key, has a holder reference that only migrations choose, and the key may
 * agree on a KEK and do nothing else.
 */
public final class MigrationKeys {
    /** The five sequence characters at the end of the holder reference. */
    public static final String SEQUENCE = "MIGRT";

    private static final String LABEL = "migration exchange with ";

    /** What is noted at the end of the label once a KEK was agreed on. */
    private static final Pattern NOTE = Pattern.compile("\\(KCV ([0-9A-F]{16})\\)$");

    private MigrationKeys() {}

    public static String label(Token peer) {
        return LABEL + peer.name();
    }

    /** The label with the check value of the KEK that was agreed on with the key. */
    public static String label(Token peer, byte[] kcv) {
        return label(peer) + " (KCV " + HexFormat.of().withUpperCase().formatHex(kcv) + ")";
    }

    /** The check value of the KEK that was agreed on with the exchange key; empty if none is noted. */
    public static Optional<byte[]> notedKcv(TokenKey key) {
        Matcher note = NOTE.matcher(key.label());
        return hasLabel(key) && note.find() ? Optional.of(HexFormat.of().parseHex(note.group(1))) : Optional.empty();
    }

    /** Whether it is such an exchange key. */
    public static boolean isExchangeKey(KeyDetails details) {
        return details.isExchangeKey()
                && details.publicKey() instanceof AttestedPublicKey attested
                && isRequestOfExchangeKey(attested);
    }

    /** Whether a request is that of such an exchange key, which may be gone. */
    public static boolean isRequestOfExchangeKey(AttestedPublicKey attested) {
        return attested.request().chr().endsWith(SEQUENCE)
                && attested.request().isSignedBy(attested.identity().deviceCertificate());
    }

    /** Whether a key has the label that migrations give, which alone proves nothing. */
    public static boolean hasLabel(TokenKey key) {
        return key.label().startsWith(LABEL);
    }

    /**
     * Whether a key shows the label that is made up for a key without a description. A key with a description may have
     * it too: {@link #isFoundUndescribed}.
     */
    public static boolean isPerhapsUndescribed(TokenKey key) {
        return key.label().equals("key-" + key.reference());
    }

    /** Whether the key is among the leftovers of its token as one without a description. */
    public static boolean isFoundUndescribed(TokenKey key, Iterable<Leftover> leftovers) {
        for (Leftover leftover : leftovers) {
            if (leftover.kind() == Leftover.Kind.KEY_WITHOUT_DESCRIPTION
                    && leftover.reference().equals(fileId(key))) {
                return true;
            }
        }
        return false;
    }

    private static String fileId(TokenKey key) {
        try {
            return String.format(Locale.ROOT, "CC%02X", Integer.parseInt(key.reference()));
        } catch (NumberFormatException ofAnotherBackend) {
            return "";
        }
    }
}
