// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.bridge.cryptoki;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/**
 * A shared library in the format of Linux and its relatives, as far as it takes to say whether it may be loaded. The
 * loader maps the file into memory and trusts it: a library that was cut off on its way ends the JVM by a bus error.
 * And a function's name alone says little: programs that load modules have it too.
 */
final class ElfFile {
    private static final int MAGIC = 0x7F454C46;
    private static final int SMALLEST = 64;
    private static final int LOADED_SEGMENT = 1;
    private static final int DYNAMIC_SYMBOLS = 11;

    private final ByteBuffer file;
    private final Layout layout;

    /** Where the fields are: offsets of the file's header, a program header, a section header, a symbol. */
    private record Layout(
            boolean wide,
            int programTable,
            int sectionTable,
            int counts,
            int segmentOffset,
            int segmentSize,
            int sectionOffset,
            int sectionSize,
            int sectionLink,
            int symbolSection,
            int symbolLength) {
        private static final Layout BITS_32 = new Layout(false, 28, 32, 42, 4, 16, 16, 20, 24, 14, 16);
        private static final Layout BITS_64 = new Layout(true, 32, 40, 54, 8, 32, 24, 32, 40, 6, 24);
    }

    /** What a library is to the bridge. */
    enum Verdict {
        /** It has one of the functions. */
        HAS_FUNCTION,
        /** It has none of them. */
        HAS_NOT,
        /** Parts are missing, or stand where nothing is. */
        CUT_OFF
    }

    private ElfFile(ByteBuffer file) {
        this.file = file.order(file.get(5) == 2 ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
        this.layout = file.get(4) == 1 ? Layout.BITS_32 : Layout.BITS_64;
    }

    /** Whether a file that starts like this is one. */
    static boolean isOne(byte[] start) {
        return start.length >= Integer.BYTES && ByteBuffer.wrap(start).getInt() == MAGIC;
    }

    /**
     * Looks for functions that the library itself defines.
     *
     * @param functions names, any of which will do
     * @throws IOException if the file cannot be read
     */
    static Verdict look(Path path, List<String> functions) throws IOException {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            long size = channel.size();
            if (size < SMALLEST || size > Integer.MAX_VALUE) {
                return Verdict.CUT_OFF;
            }
            ElfFile elf = new ElfFile(channel.map(FileChannel.MapMode.READ_ONLY, 0, size));
            try {
                return elf.isWhole() ? elf.defines(functions) : Verdict.CUT_OFF;
            } catch (IndexOutOfBoundsException pointsOutside) {
                return Verdict.CUT_OFF;
            }
        }
    }

    private boolean isWhole() {
        long table = number(layout.programTable());
        int length = half(layout.counts());
        int count = half(layout.counts() + 2);
        for (int i = 0; i < count; i++) {
            int header = Math.toIntExact(at(table + (long) i * length));
            if (file.getInt(header) == LOADED_SEGMENT
                    && !fits(number(header + layout.segmentOffset()), number(header + layout.segmentSize()))) {
                return false;
            }
        }
        return fits(number(layout.sectionTable()), (long) half(layout.counts() + 4) * half(layout.counts() + 6));
    }

    private Verdict defines(List<String> functions) {
        int count = half(layout.counts() + 6);
        for (int i = 0; i < count; i++) {
            int header = section(i);
            if (file.getInt(header + Integer.BYTES) == DYNAMIC_SYMBOLS) {
                return defines(header, functions) ? Verdict.HAS_FUNCTION : Verdict.HAS_NOT;
            }
        }
        // Without section headers nothing says how many symbols there are: then names have to do.
        return count == 0 && functions.stream().anyMatch(this::contains) ? Verdict.HAS_FUNCTION : Verdict.HAS_NOT;
    }

    private boolean defines(int symbolSection, List<String> functions) {
        long symbols = number(symbolSection + layout.sectionOffset());
        long end = symbols + number(symbolSection + layout.sectionSize());
        int texts = section(file.getInt(symbolSection + layout.sectionLink()));
        long names = number(texts + layout.sectionOffset());
        for (long symbol = symbols; symbol < end; symbol += layout.symbolLength()) {
            int entry = Math.toIntExact(at(symbol));
            long name = names + Integer.toUnsignedLong(file.getInt(entry));
            if (half(entry + layout.symbolSection()) != 0
                    && functions.stream().anyMatch(wanted -> stands(wanted, name))) {
                return true;
            }
        }
        return false;
    }

    private int section(int index) {
        return Math.toIntExact(
                at(number(layout.sectionTable()) + Integer.toUnsignedLong(index) * half(layout.counts() + 4)));
    }

    /** Whether a name, with its closing zero, stands there. */
    private boolean stands(String name, long position) {
        byte[] bytes = name.getBytes(StandardCharsets.US_ASCII);
        if (!fits(position, bytes.length + 1L)) {
            return false;
        }
        for (int i = 0; i < bytes.length; i++) {
            if (file.get((int) position + i) != bytes[i]) {
                return false;
            }
        }
        return file.get((int) position + bytes.length) == 0;
    }

    private boolean contains(String name) {
        for (int i = 0; i < file.limit(); i++) {
            if (stands(name, i)) {
                return true;
            }
        }
        return false;
    }

    private boolean fits(long offset, long length) {
        return offset >= 0 && length >= 0 && offset <= file.limit() && length <= file.limit() - offset;
    }

    private long at(long position) {
        if (!fits(position, 1)) {
            throw new IndexOutOfBoundsException("position " + position + " of " + file.limit());
        }
        return position;
    }

    private int half(int offset) {
        return Short.toUnsignedInt(file.getShort(offset));
    }

    private long number(int offset) {
        return layout.wide() ? file.getLong(offset) : Integer.toUnsignedLong(file.getInt(offset));
    }
}
