package io.github.schsm;

import java.util.List;

/**
 * The exchange keys that a migration makes for itself. That one is a migration's its device says: the key's request, which
 * the device signed when it generated the key, has a holder reference that only migrations choose, and the key may
 * agree on a KEK and do nothing else.
 */
public final class MigrationKeys {
    /** The five sequence characters at the end of the holder reference. */
    public static final String SEQUENCE = "MIGRT";

    private static final String LABEL = "migration exchange with ";

    private MigrationKeys() {}

    static String label(Token peer) {
        return LABEL + peer.name();
    }

    /** Whether a migration asks for the key. */
    public static boolean isMigrations(KeyRequest request) {
        return request.label() != null
                && request.label().startsWith(LABEL)
                && request.allowedAlgorithms().equals(List.of(KeyAlgorithm.ECDH_XKEK));
    }

    /** Whether it is such an exchange key. */
    public static boolean isExchangeKey(KeyDetails details) {
        return details.isExchangeKey()
                && details.publicKey() instanceof AttestedPublicKey attested
                && attested.request().chr().endsWith(SEQUENCE)
                && attested.request().isSignedBy(attested.identity().deviceCertificate());
    }

    /** Whether a key has the label that migrations give, which alone proves nothing. */
    public static boolean hasLabel(TokenKey key) {
        return key.label().startsWith(LABEL);
    }

    /** Whether a key shows no label of its own, but the one that is made up for a key without a description. */
    public static boolean isUndescribed(TokenKey key) {
        return key.label().equals("key-" + key.reference());
    }
}
