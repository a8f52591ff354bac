// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.bridge.cryptoki;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.schsm.ConfigurationException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is no PKCS#11 module is refused before anything is loaded, with a sentence that says what it is. */
@Tag("jdk")
public class ModuleFileTest {
    @TempDir
    private Path folder;

    private Path file(String name, byte[] content) throws IOException {
        return Files.write(folder.resolve(name), content);
    }

    private static void refuses(Path file, String why) {
        assertThatThrownBy(() -> ModuleFile.check(file))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining(file.toString())
                .hasMessageContaining(why);
    }

    /** The smallest shared library: a segment, one symbol, its name. */
    private record Library(boolean wide, ByteOrder order, int symbolSection, String symbol) {
        byte[] bytes() {
            ByteBuffer elf = ByteBuffer.allocate(1024).order(order);
            elf.put(new byte[] {
                0x7F, 'E', 'L', 'F', (byte) (wide ? 2 : 1), (byte) (order.equals(ByteOrder.LITTLE_ENDIAN) ? 1 : 2)
            });
            int programs = 64;
            int symbols = 200;
            int names = 300;
            int sections = 512;
            number(elf, wide ? 32 : 28, programs);
            number(elf, wide ? 40 : 32, sections);
            int counts = wide ? 54 : 42;
            int sectionLength = wide ? 64 : 40;
            elf.putShort(counts, (short) (wide ? 56 : 32)).putShort(counts + 2, (short) 1);
            elf.putShort(counts + 4, (short) sectionLength).putShort(counts + 6, (short) 3);
            elf.putInt(programs, 1);
            number(elf, programs + (wide ? 32 : 16), 1024);
            int symbolTable = sections + sectionLength;
            elf.putInt(symbolTable + 4, 11);
            number(elf, symbolTable + (wide ? 24 : 16), symbols);
            number(elf, symbolTable + (wide ? 32 : 20), wide ? 48 : 32);
            elf.putInt(symbolTable + (wide ? 40 : 24), 2);
            number(elf, symbolTable + sectionLength + (wide ? 24 : 16), names);
            int entry = symbols + (wide ? 24 : 16);
            elf.putInt(entry, 1).putShort(entry + (wide ? 6 : 14), (short) symbolSection);
            elf.position(names + 1).put(symbol.getBytes(StandardCharsets.US_ASCII));
            return elf.array();
        }

        private void number(ByteBuffer elf, int offset, int value) {
            if (wide) {
                elf.putLong(offset, value);
            } else {
                elf.putInt(offset, value);
            }
        }
    }

    private enum Machine {
        BITS_64_LITTLE(true, ByteOrder.LITTLE_ENDIAN),
        BITS_64_BIG(true, ByteOrder.BIG_ENDIAN),
        BITS_32_LITTLE(false, ByteOrder.LITTLE_ENDIAN),
        BITS_32_BIG(false, ByteOrder.BIG_ENDIAN);

        private final boolean wide;
        private final ByteOrder order;

        Machine(boolean wide, ByteOrder order) {
            this.wide = wide;
            this.order = order;
        }

        byte[] library(int symbolSection, String symbol) {
            return new Library(wide, order, symbolSection, symbol).bytes();
        }
    }

    /** A file that may be loaded, as far as can be seen. */
    public static byte[] anyModule() {
        return Machine.BITS_64_LITTLE.library(7, "C_GetFunctionList");
    }

    @Test
    void whatIsNotThereOrAFolderIsRefused() {
        refuses(folder.resolve("nothing.so"), "there is no file");
        refuses(folder, "is a folder");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\u007fEL", "MZ", "#!/bin/sh\nC_GetFunctionList\n"})
    void textsAndStubsAreRefused(String content) throws IOException {
        refuses(file("notes.so", content.getBytes(StandardCharsets.ISO_8859_1)), "is no PKCS#11 module");
    }

    @ParameterizedTest
    @EnumSource
    void aLibraryWithTheFunctionIsAModule(Machine machine) throws Exception {
        Path module = file("module.so", machine.library(7, "C_GetFunctionList"));
        assertThat(ModuleFile.check(module)).isEqualTo(module.toRealPath());
        Path other = file("three.so", machine.library(7, "C_GetInterface"));
        assertThat(ModuleFile.check(other)).isEqualTo(other.toRealPath());
    }

    @ParameterizedTest
    @EnumSource
    void aLibraryThatOnlyCallsOrNamesTheFunctionIsNone(Machine machine) throws IOException {
        refuses(file("calls.so", machine.library(0, "C_GetFunctionList")), "is no PKCS#11 module");
        refuses(file("longer.so", machine.library(7, "C_GetFunctionListOf")), "is no PKCS#11 module");
        refuses(file("other.so", machine.library(7, "deflate")), "is no PKCS#11 module");
    }

    @ParameterizedTest
    @EnumSource
    void aLibraryThatWasCutOffAnywhereIsRefused(Machine machine) throws IOException {
        byte[] whole = machine.library(7, "C_GetFunctionList");
        for (int length : new int[] {4, 5, 63, 64, 100, 320, 512, 600, 1023}) {
            refuses(file("part.so", Arrays.copyOf(whole, length)), "is no whole library");
        }
    }

    @ParameterizedTest
    @EnumSource
    void aLibraryOfGarbageIsRefusedWithoutReadingOutsideIt(Machine machine) throws IOException {
        byte[] whole = machine.library(7, "C_GetFunctionList");
        for (int offset = 6; offset < 700; offset++) {
            byte[] damaged = whole.clone();
            damaged[offset] = (byte) 0xFF;
            Path file = file("damaged.so", damaged);
            try {
                assertThat(ModuleFile.check(file)).exists();
            } catch (ConfigurationException refused) {
                assertThat(refused).hasMessageContaining("damaged.so");
            }
        }
    }

    @Test
    void theJdksOwnLibraryThatLoadsModulesIsNoModule() {
        Path lib = Path.of(System.getProperty("java.home"), "lib");
        Path bridge = lib.resolve(System.mapLibraryName("j2pkcs11"));
        assertThat(bridge).exists();
        refuses(bridge, "is no PKCS#11 module");
    }

    @Test
    void aLinkAndItsFileAreOneModule() throws Exception {
        Path module = file("module.so", Machine.BITS_64_LITTLE.library(7, "C_GetFunctionList"));
        Path link = Files.createSymbolicLink(folder.resolve("link.so"), module);
        assertThat(ModuleFile.check(link)).isEqualTo(ModuleFile.check(module));
    }
}
