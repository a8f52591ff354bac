// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.examples.signing;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** The smallest Android package that signers and verifiers take: a manifest without anything, and some data. */
final class AndroidPackage {
    private static final int NONE = -1;

    private AndroidPackage() {}

    static Path in(Path folder) throws IOException {
        Path file = folder.resolve("app.apk");
        try (OutputStream out = Files.newOutputStream(file);
                ZipOutputStream zip = new ZipOutputStream(out)) {
            zip.putNextEntry(new ZipEntry("AndroidManifest.xml"));
            zip.write(manifest());
            zip.putNextEntry(new ZipEntry("classes.dex"));
            zip.write(new byte[10_000]);
            zip.closeEntry();
        }
        return file;
    }

    /** {@code <manifest/>} in Android's binary form: strings, and the element's begin and end. */
    private static byte[] manifest() {
        byte[] name = "manifest".getBytes(StandardCharsets.UTF_16LE);
        int strings = 28 + 4 + 2 + name.length + 2;
        ByteBuffer xml = ByteBuffer.allocate(8 + strings + 36 + 24).order(ByteOrder.LITTLE_ENDIAN);
        xml.putShort((short) 0x0003).putShort((short) 8).putInt(xml.capacity());

        xml.putShort((short) 0x0001).putShort((short) 28).putInt(strings);
        xml.putInt(1).putInt(0).putInt(0).putInt(28 + 4).putInt(0); // one string, no styles, UTF-16
        xml.putInt(0).putShort((short) 8).put(name).putShort((short) 0);

        xml.putShort((short) 0x0102).putShort((short) 16).putInt(36).putInt(1).putInt(NONE); // line, comment
        xml.putInt(NONE).putInt(0).putShort((short) 20).putShort((short) 20).putShort((short) 0); // no attributes
        xml.putShort((short) 0).putShort((short) 0).putShort((short) 0);

        xml.putShort((short) 0x0103).putShort((short) 16).putInt(24).putInt(1).putInt(NONE);
        xml.putInt(NONE).putInt(0);
        return xml.array();
    }
}
