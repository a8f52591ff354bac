// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.keystore;

import io.github.schsm.InvalidRequestException;
import io.github.schsm.KeyAlgorithm;
import io.github.schsm.KeyDomainException;
import io.github.schsm.KeyEncryptionKey;
import io.github.schsm.MalformedDataException;
import io.github.schsm.SchsmException;
import io.github.schsm.WrappedKeyEntry;
import io.github.schsm.codec.Tlv;
import io.github.schsm.spi.KekHandle;
import io.github.schsm.spi.KeyHandle;
import io.github.schsm.spi.Token;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.OptionalInt;

/** The rules for taking a key out of a device and into one, the same for {@code Cipher XKEK} and the key store. */
public final class KeyWrapping {
    private static final int SEQUENCE = 0x30;

    private KeyWrapping() {}

    /**
     * Wraps a key under a KEK of its own domain.
     *
     * @param useCounterMayBeLost whether a key with a use counter is wrapped all the same
     * @throws InvalidRequestException if it has one and that was not asked for
     * @throws KeyDomainException      if the key is in another device or domain than the KEK, or may not be wrapped,
     *                                 or the domain's KEK is another one by now
     * @throws SchsmException          if the device refuses
     */
    public static WrappedKeyEntry wrap(KeyHandle key, KekHandle kek, boolean useCounterMayBeLost)
            throws SchsmException {
        if (!key.token().uniqueId().equals(kek.token().uniqueId())) {
            throw new KeyDomainException(key + " is not wrapped by " + kek + ": they are in different devices");
        }
        int slot = domainSlot(key);
        if (slot != kek.slot()) {
            throw new KeyDomainException(key + " is in key domain " + slot + " and cannot leave it: " + kek);
        }
        if (key.details().useCounter().isPresent() && !useCounterMayBeLost) {
            throw new InvalidRequestException(useCounterMessage(key));
        }
        WrappedKeyEntry wrapped = key.token().keyDomains().wrap(key.key());
        requireSameKek(wrapped, kek);
        return wrapped;
    }

    static String useCounterMessage(KeyHandle key) {
        return "key \"" + key.label() + "\" has a use counter ("
                + key.details().useCounter().orElse(0)
                + " left), which does not travel with it: the migrated key would have none; ask for that"
                + " (withoutUseCounter) if it is meant";
    }

    /**
     * The slot of the key domain that a key is in. A key that names none is in slot 0 of a device that was initialized
     * with one DKEK for all its keys (docs/protocol.md#algorithms); whether it is, such a device says at WRAP.
     *
     * @throws KeyDomainException if it is in none
     * @throws SchsmException     if the device cannot be asked
     */
    public static int domainSlot(KeyHandle key) throws SchsmException {
        OptionalInt named = key.details().keyDomain();
        if (named.isPresent()) {
            return named.getAsInt();
        }
        if (!hasOneDkek(key.token())) {
            throw new KeyDomainException(noDomainMessage(key));
        }
        return 0;
    }

    /** Whether a device looks like one that was initialized with one DKEK for all its keys. */
    static boolean hasOneDkek(Token token) throws SchsmException {
        return token.keyDomains().list().stream().anyMatch(domain -> domain.slot() == 0 && !domain.isXkek());
    }

    static String noDomainMessage(KeyHandle key) {
        return key + " is in no key domain and cannot leave its device: keys are put in one when they are generated";
    }

    /** Of a key whose list does not let it leave. */
    static KeyDomainException wrapNotListed(KeyHandle key) {
        return new KeyDomainException(key + " may not be wrapped: WRAP is not in its algorithm list "
                + key.details().algorithmNames().map(Object::toString).orElse("(there is none)")
                + (key.details().lists(KeyAlgorithm.ALL) ? ", and ALL does not include it" : ""));
    }

    /**
     * Checks that a blob is under that KEK.
     *
     * @throws KeyDomainException if it is under another
     */
    public static void requireSameKek(WrappedKeyEntry wrapped, KeyEncryptionKey kek) throws KeyDomainException {
        if (!Arrays.equals(wrapped.kcv(), kek.kcv())) {
            HexFormat hex = HexFormat.of().withUpperCase();
            throw new KeyDomainException("the key is wrapped under the KEK with KCV " + hex.formatHex(wrapped.kcv())
                    + ", not under " + kek + ": agree on the KEK again with the device it came from");
        }
    }

    /**
     * A wrapped key as a program hands it over: the blob alone, or a whole {@code .wky} file.
     *
     * @throws MalformedDataException if it is neither
     */
    public static WrappedKeyEntry parse(byte[] blobOrFile) throws MalformedDataException {
        if (blobOrFile.length > 0 && blobOrFile[0] == SEQUENCE && isOneObject(blobOrFile)) {
            return WrappedKeyEntry.parse(blobOrFile);
        }
        return WrappedKeyEntry.of(blobOrFile, null, null, java.util.List.of());
    }

    private static boolean isOneObject(byte[] bytes) {
        try {
            return Tlv.parse(bytes).encodedLength() == bytes.length;
        } catch (MalformedDataException aBlobThen) {
            return false;
        }
    }
}
