package io.github.schsm;

import io.github.schsm.codec.PrintableText;
import java.util.Objects;

/**
 * What an operation that broke half-way left on a device, or what looks like it; see {@link SchsmDevice#leftovers}.
 *
 * @param kind        what it is
 * @param reference   how it is found again: the file id in hexadecimal digits
 * @param description what it is, for people
 * @param proven      whether it is proven that nothing is lost when it is removed; otherwise it may be another program's,
 *                    which writes less than this one does
 */
public record Leftover(Kind kind, String reference, String description, boolean proven) {
    /** Refuses nulls. */
    public Leftover {
        Objects.requireNonNull(kind, "kind");
        Objects.requireNonNull(reference, "reference");
        Objects.requireNonNull(description, "description");
    }

    /** What can be left half done. */
    public enum Kind {
        /** A key without a description: generated or unwrapped, and then interrupted. It can be used, and renamed. */
        KEY_WITHOUT_DESCRIPTION,
        /** A key's description without the key. */
        DESCRIPTION_WITHOUT_KEY,
        /** A key's certificate or request without the key. */
        CERTIFICATE_WITHOUT_KEY,
        /** A migration's own exchange key; removing it clears the KEK too, if the key notes that it agreed on this very one. */
        EXCHANGE_KEY_OF_A_MIGRATION,
        /** A data object without a description. */
        DATA_WITHOUT_DESCRIPTION,
        /** A data object's description without the content. */
        DESCRIPTION_WITHOUT_DATA,
        /** A data object whose replacement is complete next to it. */
        REPLACED_DATA,
        /** The description of a certificate that belongs to no key, without the certificate. */
        DESCRIPTION_WITHOUT_CERTIFICATE
    }

    @Override
    public String toString() {
        return PrintableText.of(description + " (" + reference + ")");
    }
}
