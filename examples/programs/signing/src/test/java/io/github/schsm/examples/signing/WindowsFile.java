// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.examples.signing;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** The smallest files of each kind that Windows has signed. */
enum WindowsFile {
    EXECUTABLE("app.exe") {
        @Override
        void write(Path file) throws IOException {
            ByteBuffer exe = ByteBuffer.allocate(0x400).order(ByteOrder.LITTLE_ENDIAN);
            exe.put(0, new byte[] {'M', 'Z'}).putInt(0x3C, 0x40);
            exe.position(0x40).put(new byte[] {'P', 'E', 0, 0});
            exe.putShort((short) 0x8664).putShort((short) 1); // AMD64, one section
            exe.position(0x40 + 20).putShort((short) 240).putShort((short) 0x22); // size of what follows, executable
            int optional = exe.position();
            exe.putShort((short) 0x20B); // PE32+
            exe.putInt(optional + 16, 0x1000) // entry
                    .putInt(optional + 32, 0x1000) // alignment in memory, and in the file
                    .putInt(optional + 36, 0x200)
                    .putShort(optional + 48, (short) 6) // version of Windows
                    .putInt(optional + 56, 0x2000) // size in memory, size of the headers
                    .putInt(optional + 60, 0x200)
                    .putShort(optional + 68, (short) 3) // console
                    .putInt(optional + 108, 16); // data directories, all empty
            exe.position(optional + 240)
                    .put(".text\0\0\0".getBytes(StandardCharsets.US_ASCII))
                    .putInt(0x200)
                    .putInt(0x1000)
                    .putInt(0x200)
                    .putInt(0x200);
            exe.position(exe.position() + 12).putInt(0x60000020);
            exe.put(0x200, (byte) 0xC3);
            Files.write(file, exe.array());
        }
    },
    INSTALLER("app.msi") {
        @Override
        void write(Path file) throws IOException {
            ByteBuffer msi = ByteBuffer.allocate(11 * SECTOR).order(ByteOrder.LITTLE_ENDIAN);
            msi.putLong(0xE11AB1A1E011CFD0L).position(0x18);
            msi.putShort((short) 0x3E).putShort((short) 3).putShort((short) 0xFFFE); // version, byte order
            msi.putShort((short) 9).putShort((short) 6).position(0x2C); // sectors of 512 bytes, small ones of 64
            msi.putInt(1).putInt(1).putInt(0).putInt(8 * SECTOR); // tables, the directory's sector, what is small
            msi.putInt(END).putInt(0).putInt(END).putInt(0).putInt(0); // nothing small, the table's sector
            while (msi.position() < SECTOR) {
                msi.putInt(FREE);
            }
            msi.putInt(TABLE).putInt(END);
            for (int sector = 2; sector < 9; sector++) {
                msi.putInt(sector + 1);
            }
            msi.putInt(END);
            while (msi.position() < 2 * SECTOR) {
                msi.putInt(FREE);
            }
            directoryEntry(msi, "Root Entry", 5, 1, END, 0);
            msi.putLong(2 * SECTOR + 0x50, 0x000C1084L).putLong(2 * SECTOR + 0x58, 0x46000000000000C0L); // is an MSI
            directoryEntry(msi, "Tables", 2, FREE, 2, 8 * SECTOR);
            directoryEntry(msi, "", 0, FREE, 0, 0);
            directoryEntry(msi, "", 0, FREE, 0, 0);
            Files.write(file, msi.array());
        }
    },
    SCRIPT("app.ps1") {
        @Override
        void write(Path file) throws IOException {
            Files.writeString(file, "Write-Output \"hello\"\r\n");
        }
    };

    private static final int SECTOR = 512;
    private static final int FREE = -1;
    private static final int END = -2;
    private static final int TABLE = -3;

    private final String fileName;

    WindowsFile(String fileName) {
        this.fileName = fileName;
    }

    abstract void write(Path file) throws IOException;

    /** An entry of a compound file's directory, without neighbors. */
    private static void directoryEntry(ByteBuffer file, String name, int type, int child, int start, int size) {
        int begin = file.position();
        file.put(name.getBytes(StandardCharsets.UTF_16LE));
        file.position(begin + 0x40);
        file.putShort((short) (name.isEmpty() ? 0 : 2 * name.length() + 2))
                .put((byte) type)
                .put((byte) 1);
        file.putInt(FREE).putInt(FREE).putInt(child);
        file.putInt(begin + 0x74, start).putInt(begin + 0x78, size).position(begin + 0x80);
    }

    Path in(Path folder) throws IOException {
        Path file = folder.resolve(fileName);
        write(file);
        return file;
    }
}
