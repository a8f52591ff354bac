// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.audit;

import io.github.schsm.DataObject;
import io.github.schsm.SchsmDevice;
import io.github.schsm.SchsmException;
import io.github.schsm.provider.SchsmProvider;
import java.nio.charset.StandardCharsets;
import java.security.KeyStore;

/**
 * Stores and deletes data objects, with an audit log, and says of each change that it was done. Arguments: the configuration,
 * a prefix for the labels, and how many changes at most.
 */
final class AuditedChanges {
    private AuditedChanges() {}

    public static void main(String[] arguments) throws Exception {
        int most = Integer.parseInt(arguments[2]);
        try (SchsmProvider provider = (SchsmProvider) new SchsmProvider().configure(arguments[0])) {
            KeyStore keyStore = KeyStore.getInstance("SCHSM", provider);
            keyStore.load(null, "648219".toCharArray());
            SchsmDevice device = SchsmDevice.of(keyStore);
            say("ready");
            for (int i = 0; i < most; i++) {
                String label = arguments[1] + i;
                try {
                    DataObject stored = device.storeData(DataObject.of(label, false), new byte[] {1});
                    say("stored " + label);
                    device.deleteData(stored);
                    say("deleted " + label);
                } catch (SchsmException refused) {
                    say("refused " + label + " " + refused.reason());
                    say("there are " + device.dataObjects().size());
                    return;
                }
            }
        }
    }

    /** In one write, so that what the parent reads is whole lines. */
    private static void say(String text) {
        System.out.write((text + "\n").getBytes(StandardCharsets.UTF_8), 0, text.length() + 1);
        System.out.flush();
    }
}
