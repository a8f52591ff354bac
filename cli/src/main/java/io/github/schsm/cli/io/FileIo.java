// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli.io;

import io.github.schsm.cli.report.CliException;
import io.github.schsm.cli.report.Errors;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;

/** The files that commands exchange; all of them are small. The name {@code -} is standard input or output. */
public final class FileIo {
    private static final int MOST_BYTES = 1 << 20;

    private FileIo() {}

    /**
     * Reads a file.
     *
     * @param what what it should be, for the message
     */
    public static byte[] read(Path file, String what) throws CliException {
        return read(file, what, MOST_BYTES);
    }

    /**
     * Reads a file that may be larger than most.
     *
     * @param most how many bytes it may have
     */
    public static byte[] read(Path file, String what, int most) throws CliException {
        try (InputStream in = open(file, what)) {
            byte[] content = in.readNBytes(most);
            if (in.read() >= 0) {
                throw new CliException(named(file) + " is no " + what + ": it has more than " + most + " bytes");
            }
            return content;
        } catch (IOException unreadable) {
            throw new CliException(
                    "the " + what + " " + file + " cannot be read: " + Errors.reason(unreadable), unreadable);
        }
    }

    /**
     * Opens a file of any size.
     *
     * @param what what it should be, for the message
     */
    public static InputStream open(Path file, String what) throws CliException {
        try {
            return StandardFile.is(file) ? StandardFile.input(what) : Files.newInputStream(file);
        } catch (IOException unreadable) {
            throw new CliException(
                    "the " + what + " " + file + " cannot be read: " + Errors.reason(unreadable), unreadable);
        }
    }

    /** What a file that is read is called in a sentence. */
    public static String named(Path file) {
        return StandardFile.is(file) ? "standard input" : file.toString();
    }

    /** What a file that was written is called in a sentence. */
    public static String target(Path file) {
        return StandardFile.is(file) ? "standard output" : file.toString();
    }

    /**
     * Reads an X.509 certificate, DER or PEM, the first of several.
     *
     * @return that one
     */
    public static X509Certificate readCertificate(Path file) throws CliException {
        byte[] content = read(file, "certificate");
        try {
            return CertificateFactory.getInstance("X.509")
                    .generateCertificates(new ByteArrayInputStream(content))
                    .stream()
                    .map(X509Certificate.class::cast)
                    .findFirst()
                    .orElseThrow(() -> new CliException(file + " holds no certificate"));
        } catch (CertificateException | StackOverflowError malformed) {
            // The JDK goes as deep as structures are in each other.
            throw new CliException(file + " holds no X.509 certificate, neither DER nor PEM", malformed);
        }
    }

    /** Writes a file, whole or not at all, see {@link OutputFiles}. */
    public static void write(Path file, byte[] content, boolean overwrite) throws CliException {
        write(file, content, overwrite, false);
    }

    /** Writes a file that only its owner may read, where the file system knows owners. */
    public static void writeSecret(Path file, byte[] content, boolean overwrite) throws CliException {
        write(file, content, overwrite, true);
    }

    private static void write(Path file, byte[] content, boolean overwrite, boolean secret) throws CliException {
        try (OutputFiles files = new OutputFiles(overwrite)) {
            files.add(file, content, secret).commit();
        }
    }

    /** Refuses what {@link #write} would refuse, before anything else is done. */
    public static void requireFree(Path file) throws CliException {
        OutputFiles.require(file, false);
    }
}
