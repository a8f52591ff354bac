// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.schsm.ConfigurationException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SecretFileTest {
    @TempDir
    Path folder;

    private Path file;

    @BeforeEach
    void nameIt() {
        file = folder.resolve("pin");
    }

    private void write(byte[] content) throws IOException {
        Files.write(file, content);
        allow(file, "rw-------");
    }

    private void write(String content) throws IOException {
        write(content.getBytes(StandardCharsets.UTF_8));
    }

    private static void allow(Path path, String permissions) throws IOException {
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(permissions));
    }

    private AbstractThrowableAssert<?, ?> assertRefused() {
        return assertThatThrownBy(() -> SecretFile.firstLine(file, "pin = here"))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageStartingWith("pin = here ")
                // The folder has a random number for a name.
                .satisfies(refused -> assertThat(
                                String.valueOf(refused.getMessage()).replace(folder.toString(), ""))
                        .doesNotContain("648219"));
    }

    @ParameterizedTest
    @ValueSource(strings = {" 648 219ä", " 648 219ä\n", " 648 219ä\r\n", " 648 219ä\nmore\n"})
    void firstLineIsTheSecretWithItsBlanks(String content) throws Exception {
        write(content);

        assertThat(SecretFile.firstLine(file, "pin = here")).isEqualTo(" 648 219ä".toCharArray());
        assertThat(SecretFile.text(file, "pin = here")).isEqualTo(content.toCharArray());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\n", "\n648219"})
    void emptyFirstLineIsAnEmptySecret(String content) throws Exception {
        write(content);

        assertThat(SecretFile.firstLine(file, "pin = here")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "rw-r-----, can be read by others",
        "rw----r--, can be read by others",
        "rw--w----, can be changed by others",
        "rw-----w-, can be changed by others",
    })
    void fileThatOthersMayReadOrChangeIsRefused(String permissions, String sentence) throws Exception {
        write("648219");
        allow(file, permissions);

        assertRefused().hasMessageContaining(sentence).hasMessageContaining("chmod 600 " + file);
    }

    /** Only the administrator can give a file away; everybody else has a file of another user to point at. */
    @Test
    void fileOfAnotherUserIsRefused() throws Exception {
        write("648219");
        boolean administrator = Integer.valueOf(0).equals(Files.getAttribute(file, "unix:uid"));
        if (administrator) {
            Files.setAttribute(file, "unix:uid", 12345);
            assertRefused().hasMessageContaining("belongs to");
        } else {
            // Root's files are taken: who administers the machine may set the PIN.
            assertThat(Files.getAttribute(Path.of("/etc/hostname"), "unix:uid")).isEqualTo(0);
            file = Path.of("/etc/hostname");
            assertRefused().hasMessageContaining("can be read by others");
        }
    }

    @Test
    void fileThatOthersMayReplaceIsRefusedAlsoBehindALink() throws Exception {
        Path open = Files.createDirectories(folder.resolve("open/inner"));
        file = open.resolve("pin");
        write("648219");
        allow(open.getParent(), "rwxrwxrwx");
        assertRefused()
                .hasMessageContaining("can be replaced by others")
                .hasMessageContaining("chmod o-w " + open.getParent().toRealPath());

        file = Files.createSymbolicLink(folder.resolve("link"), file);
        assertRefused().hasMessageContaining("can be replaced by others");

        allow(open.getParent(), "rwx------");
        assertThat(SecretFile.firstLine(file, "pin = here")).isEqualTo("648219".toCharArray());
    }

    @Test
    void longestFileIsReadAndALongerOneRefused() throws Exception {
        write("1".repeat(SecretFile.MOST_BYTES));
        assertThat(SecretFile.firstLine(file, "pin = here")).hasSize(SecretFile.MOST_BYTES);

        write("1".repeat(SecretFile.MOST_BYTES + 1));
        assertRefused().hasMessageContaining("too long").hasMessageContaining("4096");
    }

    @Test
    void whatIsNoTextOrNotThereIsRefused() throws Exception {
        write(new byte[] {(byte) 0xFF, (byte) 0xFE});
        assertRefused().hasMessageContaining("no text");
        write(new byte[] {'6', '4', (byte) 0xC3});
        assertRefused().hasMessageContaining("no text");

        Files.delete(file);
        assertRefused().hasMessageContaining("cannot be read: there is no such file");
        Files.createDirectory(file);
        allow(file, "rwx------");
        assertRefused().hasMessageContaining("cannot be read");
    }

    @Test
    void pipeThatHasNoNameIsRead() throws Exception {
        Process holder = new ProcessBuilder("sleep", "60").start();
        try {
            try (OutputStream pipe = holder.getOutputStream()) {
                pipe.write("648219\n".getBytes(StandardCharsets.UTF_8));
            }
            file = Path.of("/proc/" + holder.pid() + "/fd/0");

            assertThat(SecretFile.firstLine(file, "pin = here")).isEqualTo("648219".toCharArray());
        } finally {
            holder.destroyForcibly();
        }
    }
}
