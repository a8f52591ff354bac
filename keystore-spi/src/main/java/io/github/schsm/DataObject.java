// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm;

import io.github.schsm.codec.Labels;
import io.github.schsm.codec.PrintableText;
import java.util.Objects;
import java.util.regex.Pattern;

/**
 * A data object on a token, as a listing shows it: bytes that a program keeps there, which everybody can read or only
 * who has verified the user PIN. Its content is read with {@link SchsmDevice#readData}.
 *
 * @param reference    how the backend finds it again; on a SmartCard-HSM the file id in hexadecimal digits; empty for one
 *                     that is yet to be stored
 * @param label        what people call it; a generated one where none is stored
 * @param application  the application that it belongs to; may be empty
 * @param oid          that application's object identifier, dotted; may be empty
 * @param pinProtected whether reading it takes the user PIN
 */
public record DataObject(String reference, String label, String application, String oid, boolean pinProtected) {
    private static final int MAX_TEXT = 64;
    private static final Pattern DOTTED = Pattern.compile("[012](\\.(0|[1-9][0-9]{0,77})){1,40}");

    /** Checks the object identifier. */
    public DataObject {
        Objects.requireNonNull(reference, "reference");
        Objects.requireNonNull(label, "label");
        Objects.requireNonNull(application, "application");
        Objects.requireNonNull(oid, "oid");
        if (!oid.isEmpty() && !DOTTED.matcher(oid).matches()) {
            throw new IllegalArgumentException(
                    "an object identifier is numbers with dots between, not \"" + PrintableText.of(oid) + "\"");
        }
    }

    /**
     * One that is yet to be stored.
     *
     * @param label        1 to {@value Labels#MOST_CHARACTERS} characters, none of them a control character
     * @param pinProtected whether reading it shall take the user PIN
     */
    public static DataObject of(String label, boolean pinProtected) {
        return new DataObject("", Labels.require(label), "", "", pinProtected);
    }

    /**
     * The same for an application.
     *
     * @param name             at most {@value #MAX_TEXT} characters
     * @param objectIdentifier dotted; empty for none
     */
    public DataObject withApplication(String name, String objectIdentifier) {
        if (name.length() > MAX_TEXT) {
            throw new IllegalArgumentException(
                    "an application's name has at most " + MAX_TEXT + " characters, this has " + name.length());
        }
        Labels.requireWhole("application's name", name);
        return new DataObject(reference, label, name, objectIdentifier, pinProtected);
    }

    @Override
    public String toString() {
        return PrintableText.of("data object \"" + label + "\"" + (reference.isEmpty() ? "" : " (" + reference + ")")
                + (pinProtected ? ", PIN protected" : ""));
    }
}
