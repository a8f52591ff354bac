// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.bridge.cryptoki;

import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/** What modules do in their own way, as data: a module is known by what it says of its maker and itself. */
public enum ModuleQuirk {
    /**
     * Takes the SmartCard-HSM vendor's attributes for what PKCS#11 has no words for (docs/protocol.md#pkcs11-modules).
     */
    VENDOR_ATTRIBUTES,
    /** Makes an AES key under the number on the device that is the first byte of its CKA_ID. */
    AES_KEY_ID_FROM_CKA_ID;

    private record Row(Pattern module, Set<ModuleQuirk> quirks) {}

    private static final List<Row> ROWS = List.of(new Row(
            Pattern.compile("(?i)CardContact|SmartCard-?HSM|sc-hsm"),
            EnumSet.of(VENDOR_ATTRIBUTES, AES_KEY_ID_FROM_CKA_ID)));

    /** A module's quirks. */
    public static Set<ModuleQuirk> of(Cryptoki.Info module) {
        Set<ModuleQuirk> quirks = EnumSet.noneOf(ModuleQuirk.class);
        for (Row row : ROWS) {
            if (row.module()
                    .matcher(module.manufacturer() + " " + module.description())
                    .find()) {
                quirks.addAll(row.quirks());
            }
        }
        return Collections.unmodifiableSet(quirks);
    }
}
