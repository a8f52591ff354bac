// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.codec;

import io.github.schsm.ConfigurationException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * A text that people wrote with whatever editor they have: configurations, PINs, passwords, shares. UTF-8, with or
 * without a byte order mark; every other encoding is refused with a sentence, because a text that was read wrongly would
 * be tried as a PIN, or taken for an unknown entry.
 */
public final class TextFile {
    /** The longest text that is read, in bytes. */
    public static final int MOST_BYTES = 1 << 20;

    private static final byte[] UTF8_MARK = {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF};
    private static final byte[] UTF16_BIG_MARK = {(byte) 0xFE, (byte) 0xFF};
    private static final byte[] UTF16_LITTLE_MARK = {(byte) 0xFF, (byte) 0xFE};

    private TextFile() {}

    /**
     * Reads a text that is no secret.
     *
     * @param what what the file is called where it was named; sentences begin with it
     * @throws ConfigurationException if it cannot be read, has more than {@value #MOST_BYTES} bytes, or is not UTF-8
     */
    public static String read(Path file, String what) throws ConfigurationException {
        byte[] content;
        try (InputStream in = Files.newInputStream(file)) {
            content = in.readNBytes(MOST_BYTES + 1);
        } catch (IOException unreadable) {
            throw unreadable(file, what, unreadable);
        }
        if (content.length > MOST_BYTES) {
            throw new ConfigurationException(what + " is too long: it has more than " + MOST_BYTES + " bytes");
        }
        return new String(decode(content, content.length, what));
    }

    /**
     * A text that was read already and is no secret.
     *
     * @param what what it is called; sentences begin with it
     * @throws ConfigurationException if it is not UTF-8
     */
    public static String of(byte[] content, String what) throws ConfigurationException {
        return new String(decode(content, content.length, what));
    }

    /**
     * The file that a configuration names.
     *
     * @param what the entry that names it; sentences begin with it
     * @throws ConfigurationException if no file can have that name here
     */
    public static Path named(String name, String what) throws ConfigurationException {
        if (PrintableText.isWhole(name)) {
            try {
                return Path.of(name);
            } catch (InvalidPathException none) {
                throw new ConfigurationException(
                        what + " names no file that there can be in the locale of this process: " + none.getReason(),
                        none);
            }
        }
        throw new ConfigurationException(what + " names a file with invalid characters (U+FFFD, or half of a pair):"
                + " it was read in another encoding than it was written in");
    }

    /** Why a file cannot be read, in words: the messages of the JDK's exceptions are often only its name. */
    static ConfigurationException unreadable(Path file, String what, IOException failed) {
        String reason = failed.getMessage();
        if (failed instanceof NoSuchFileException) {
            reason = "there is no such file or folder"
                    + (file.isAbsolute()
                            ? ""
                            : "; a relative name starts at the working directory, "
                                    + Path.of("").toAbsolutePath());
        } else if (failed instanceof AccessDeniedException) {
            reason = "access is denied";
        }
        return new ConfigurationException(
                what + " cannot be read: " + (reason == null ? failed.getClass().getSimpleName() : reason), failed);
    }

    /**
     * The characters of a text, without its byte order mark.
     *
     * @param length how many bytes of the content there are
     * @return the caller's to wipe, if it is a secret
     * @throws ConfigurationException if it is not UTF-8; nothing of it is repeated but the line's number
     */
    static char[] decode(byte[] content, int length, String what) throws ConfigurationException {
        if (begins(content, length, UTF16_BIG_MARK) || begins(content, length, UTF16_LITTLE_MARK)) {
            throw noText(what, "it is UTF-16");
        }
        int start = begins(content, length, UTF8_MARK) ? UTF8_MARK.length : 0;
        for (int i = start; i < length; i++) {
            if (content[i] == 0) {
                throw noText(what, "there is a NUL character in line " + line(content, i));
            }
        }
        char[] text = new char[length - start];
        try {
            ByteBuffer bytes = ByteBuffer.wrap(content, start, length - start);
            CharBuffer characters = CharBuffer.wrap(text);
            CoderResult result = StandardCharsets.UTF_8.newDecoder().decode(bytes, characters, true);
            if (result.isError()) {
                throw noText(what, "line " + line(content, bytes.position()) + " is not UTF-8");
            }
            return Arrays.copyOf(text, characters.position());
        } finally {
            Arrays.fill(text, '\0');
        }
    }

    private static boolean begins(byte[] content, int length, byte[] mark) {
        return length >= mark.length && Arrays.equals(content, 0, mark.length, mark, 0, mark.length);
    }

    private static int line(byte[] content, int end) {
        int line = 1;
        for (int i = 0; i < end; i++) {
            if (content[i] == '\n') {
                line++;
            }
        }
        return line;
    }

    private static ConfigurationException noText(String what, String why) {
        return new ConfigurationException(what + " is no text: " + why + "; save it as UTF-8");
    }
}
