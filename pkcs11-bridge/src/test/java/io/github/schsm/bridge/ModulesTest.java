// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.bridge;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.schsm.ConfigurationException;
import io.github.schsm.bridge.cryptoki.ModuleFileTest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Nothing is loaded before its file was looked at. */
class ModulesTest {
    @TempDir
    private Path folder;

    private static void refuses(Path file, String why) {
        assertThatThrownBy(() -> Modules.get(file))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining(file.toString())
                .hasMessageContaining(why);
    }

    @Test
    void whatIsNotThereOrAFolderIsNotLoaded() {
        refuses(folder.resolve("nothing.so"), "there is no file");
        refuses(folder, "is a folder");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\u007fEL", "MZ", "#!/bin/sh\nC_GetFunctionList\n"})
    void textsAndStubsAreNotLoaded(String content) throws IOException {
        Path file = Files.write(folder.resolve("notes.so"), content.getBytes(StandardCharsets.ISO_8859_1));
        refuses(file, "is no PKCS#11 module");
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 5, 63, 64, 100, 320, 512, 600, 1023})
    void aLibraryThatWasCutOffIsNotLoaded(int length) throws IOException {
        byte[] part = Arrays.copyOf(ModuleFileTest.anyModule(), length);
        refuses(Files.write(folder.resolve("part.so"), part), "is no whole library");
    }

    @Test
    void theJdksOwnLibraryThatLoadsModulesIsNotLoadedAsOne() {
        Path lib = Path.of(System.getProperty("java.home"), "lib");
        refuses(lib.resolve(System.mapLibraryName("j2pkcs11")), "is no PKCS#11 module");
    }
}
