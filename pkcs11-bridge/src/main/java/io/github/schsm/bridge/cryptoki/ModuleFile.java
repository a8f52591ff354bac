// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.bridge.cryptoki;

import io.github.schsm.ConfigurationException;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Looks at a file before it is loaded: loading a library that is no PKCS#11 module, or no library at all, is undefined
 * and may end the JVM.
 */
public final class ModuleFile {
    private static final List<String> SYMBOLS = List.of("C_GetFunctionList", "C_GetInterface");
    private static final int BLOCK = 1 << 16;

    private ModuleFile() {}

    /**
     * Refuses what is no PKCS#11 module.
     *
     * @return the file's real path, the same for every link to it
     * @throws ConfigurationException if there is no such file, or it is something else
     */
    public static Path check(Path file) throws ConfigurationException {
        if (Files.isDirectory(file)) {
            throw new ConfigurationException(
                    "'" + file + "' is a folder; a PKCS#11 module is a shared library, e.g. opensc-pkcs11.so");
        }
        if (!Files.isRegularFile(file)) {
            throw new ConfigurationException("there is no file '" + file
                    + "'; give the path of a PKCS#11 module, e.g. terminal = pkcs11:/usr/lib/opensc-pkcs11.so");
        }
        try {
            Path real = file.toRealPath();
            switch (look(real)) {
                case HAS_FUNCTION -> {
                    return real;
                }
                case CUT_OFF ->
                    throw new ConfigurationException(
                            "'" + file
                                    + "' is no whole library: its end, or what it points to, is missing; install or copy it again");
                case HAS_NOT ->
                    throw new ConfigurationException(
                            "'" + file
                                    + "' is no PKCS#11 module: a shared library with the function C_GetFunctionList was expected");
            }
            return real;
        } catch (IOException unreadable) {
            throw new ConfigurationException("'" + file + "' cannot be read: " + unreadable.getMessage(), unreadable);
        }
    }

    private static ElfFile.Verdict look(Path file) throws IOException {
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file), BLOCK)) {
            byte[] start = in.readNBytes(Integer.BYTES);
            if (ElfFile.isOne(start)) {
                return ElfFile.look(file, SYMBOLS);
            }
            return isLibrary(start) && hasFunction(in) ? ElfFile.Verdict.HAS_FUNCTION : ElfFile.Verdict.HAS_NOT;
        }
    }

    private static boolean hasFunction(InputStream in) throws IOException {
        int longest = SYMBOLS.get(0).length();
        String before = "";
        for (byte[] block = in.readNBytes(BLOCK); block.length > 0; block = in.readNBytes(BLOCK)) {
            String text = before + new String(block, StandardCharsets.ISO_8859_1);
            if (SYMBOLS.stream().anyMatch(text::contains)) {
                return true;
            }
            before = text.substring(Math.max(0, text.length() - longest));
        }
        return false;
    }

    private static boolean isLibrary(byte[] start) {
        if (start.length < 4) {
            return false;
        }
        int magic = ByteBuffer.wrap(start).getInt();
        return switch (magic) {
            case 0xCAFEBABE, 0xFEEDFACE, 0xFEEDFACF, 0xCEFAEDFE, 0xCFFAEDFE -> true; // Mach-O
            default -> start[0] == 'M' && start[1] == 'Z'; // PE
        };
    }
}
