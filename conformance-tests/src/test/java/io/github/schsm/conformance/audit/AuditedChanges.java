// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.audit;

import io.github.schsm.DataObject;
import io.github.schsm.SchsmDevice;
import io.github.schsm.SchsmException;
import io.github.schsm.provider.SchsmProvider;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;

/**
 * Stores and deletes data objects, with an audit log, and says of each change that it was done. It begins when there is a byte
 * on standard input, or that is at its end. Arguments: the configuration, a prefix for the labels, how many objects at most
 * and, where a disk gets full, the file to delete then.
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
            System.in.read();
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
                    if (arguments.length > 3) {
                        refusedBeforeAnythingIsDone(device, arguments[1]);
                        Files.delete(Path.of(arguments[3]));
                        DataObject stored =
                                device.storeData(DataObject.of(arguments[1] + "again", false), new byte[] {1});
                        say("stored " + stored.label());
                        device.deleteData(stored);
                        say("deleted " + stored.label());
                    }
                    return;
                }
            }
        }
    }

    /** What is left of the disk may have room for the beginning of a change, and not for its end: until it has for neither. */
    private static void refusedBeforeAnythingIsDone(SchsmDevice device, String prefix) throws SchsmException {
        int before = -1;
        int now = device.dataObjects().size();
        for (int i = 0; now != before; i++) {
            String label = prefix + "refused" + i;
            try {
                device.storeData(DataObject.of(label, false), new byte[] {1});
                throw new IllegalStateException(label + " was stored on a full disk");
            } catch (SchsmException refused) {
                say("because " + refused.getMessage());
            }
            before = now;
            now = device.dataObjects().size();
        }
        say("untouched with " + now);
    }

    /** In one write, so that what the parent reads is whole lines. */
    private static void say(String text) {
        byte[] line = (text + "\n").getBytes(StandardCharsets.UTF_8);
        System.out.write(line, 0, line.length);
        System.out.flush();
    }
}
