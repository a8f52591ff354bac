// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.admin.files;

import io.github.schsm.ConfigurationException;
import io.github.schsm.DeviceException;
import io.github.schsm.SchsmException;
import io.github.schsm.SchsmException.Reason;
import io.github.schsm.TokenNotPresentException;
import io.github.schsm.card.CardDevice;
import io.github.schsm.card.CardPlaces;
import io.github.schsm.card.SmartCardHsm;
import io.github.schsm.card.files.Files;
import io.github.schsm.config.SchsmConfiguration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;

/**
 * Every file of a device that everybody may read, as it is: certificates, descriptions, public data objects, what the
 * device says of itself. Nothing of it is secret, and none of it needs a PIN.
 *
 * @param deviceId the device's id
 * @param files    the files, by their identifiers
 */
public record PublicFiles(String deviceId, List<PublicFile> files) {
    /**
     * A file.
     *
     * @param fid     its identifier, 0 to 0xFFFF
     * @param meaning what it is, e.g. {@code certificate of key 1}
     * @param content its bytes
     */
    public record PublicFile(int fid, String meaning, byte[] content) {
        public PublicFile {
            content = content.clone();
        }

        @Override
        public byte[] content() {
            return content.clone();
        }

        /** A name for a file on a computer, e.g. {@code CE01-certificate-of-key-1.bin}. */
        public String fileName() {
            return HexFormat.of().withUpperCase().toHexDigits((short) fid) + "-"
                    + meaning.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-") + ".bin";
        }
    }

    public PublicFiles {
        files = List.copyOf(files);
    }

    /**
     * Reads them.
     *
     * @param configuration entries as for {@code Provider.configure}: terminal, device, reader
     * @throws ConfigurationException   if it is wrong, means several devices, or a terminal without readers
     * @throws TokenNotPresentException if the device is not there
     * @throws SchsmException           if it cannot be read
     */
    public static PublicFiles read(String configuration) throws SchsmException {
        SchsmConfiguration settings = SchsmConfiguration.of(configuration).checked();
        try (CardPlaces places = CardPlaces.of(settings.text())) {
            CardPlaces.Place place = places.find();
            CardDevice device = CardDevice.of(place.source(), place.reader());
            try {
                return new PublicFiles(place.device(), device.withCard(PublicFiles::read));
            } finally {
                device.disconnect();
            }
        }
    }

    private static List<PublicFile> read(SmartCardHsm card) throws SchsmException {
        TreeSet<Integer> fids = new TreeSet<>(card.enumerateObjects());
        // Not every device lists these.
        fids.add(Files.DEVICE_CERTIFICATES);
        fids.add(Files.TOKEN_INFO);
        fids.add(Files.TRUSTED_CONFIGURATION);
        List<PublicFile> read = new ArrayList<>();
        for (int fid : fids) {
            String meaning = meaning(fid);
            if (!meaning.isEmpty()) {
                try {
                    byte[] content = (fid & 0xFF00) == 0xCF00 ? card.readData(fid) : card.readBinary(fid);
                    if (content.length > 0) {
                        read.add(new PublicFile(fid, meaning, content));
                    }
                } catch (DeviceException missing) {
                    if (missing.reason() != Reason.OBJECT_NOT_FOUND) {
                        throw missing;
                    }
                }
            }
        }
        return read;
    }

    /** What a file is (docs/protocol.md#files); empty of keys, protected data, and what is not known. */
    private static String meaning(int fid) {
        int number = fid & 0xFF;
        return switch (fid & 0xFF00) {
            case 0x2F00 ->
                fid == Files.DEVICE_CERTIFICATES ? "device certificates" : fid == Files.TOKEN_INFO ? "token info" : "";
            case 0xC400 -> "description of key " + number;
            case 0xC800 -> "description of certificate " + number;
            case 0xC900 -> "description of data object " + number;
            case 0xCA00 -> "CA certificate " + number;
            case 0xCB00 -> fid == Files.TRUSTED_CONFIGURATION ? "trusted configuration" : "";
            case 0xCE00 -> "certificate of key " + number;
            case 0xCF00 -> "data object " + number;
            default -> "";
        };
    }
}
