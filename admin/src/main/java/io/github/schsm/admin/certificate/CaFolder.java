// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.admin.certificate;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.schsm.InvalidRequestException;
import io.github.schsm.MalformedDataException;
import io.github.schsm.SchsmException;
import io.github.schsm.admin.json.JsonDocuments;
import io.github.schsm.codec.X509Certificates;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * A CA's records in a folder: {@code ca.json} (certificate, label of the key, number of the last CRL), {@code ca.pem}
 * (the certificate again, for others), and {@code index.jsonl}, a line for each certificate that was issued. Files are
 * replaced whole; who changes them has the lock on the file {@code lock}, in this process and in others, from reading to
 * writing.
 */
final class CaFolder {
    private static final String STATE = "ca.json";
    private static final String INDEX = "index.jsonl";
    private static final String CERTIFICATE = "ca.pem";
    private static final String LOCK = "lock";
    private static final HexFormat HEX = HexFormat.of().withUpperCase();
    /** A device that signs, and a person who types a PIN, may be waited for. */
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private static final long LOOK_MILLIS = 20;

    private final Path folder;

    CaFolder(Path folder) {
        this.folder = folder;
    }

    /**
     * What belongs to the CA itself.
     *
     * @param certificate its certificate
     * @param label       the label of its key on the device
     * @param crlNumber   the number of its last CRL; 0 if there was none
     */
    record State(X509Certificate certificate, String label, BigInteger crlNumber) {
        State withNextCrl() {
            return new State(certificate, label, crlNumber.add(BigInteger.ONE));
        }
    }

    /** What is done under the lock. */
    interface Action<T> {
        T run() throws GeneralSecurityException;
    }

    /** Refuses a folder in which no CA can be made: with something in it, or that cannot be made or written to. */
    void requireFree() throws SchsmException {
        try {
            if (Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
                if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
                    throw new InvalidRequestException(folder + " is no folder: give the name of a new one");
                }
                try (Stream<Path> files = Files.list(folder)) {
                    if (files.findAny().isPresent()) {
                        throw new InvalidRequestException(
                                "the folder " + folder + " is not empty: give the name of a new one");
                    }
                }
                requireWritable(folder);
            } else {
                Path parent = folder.toAbsolutePath().getParent();
                if (parent == null || !Files.isDirectory(parent)) {
                    throw new NoSuchFileException(String.valueOf(parent));
                }
                requireWritable(parent);
            }
        } catch (IOException failed) {
            throw cannot("made", failed);
        }
    }

    private static void requireWritable(Path there) throws AccessDeniedException {
        if (!Files.isWritable(there)) {
            throw new AccessDeniedException(there.toString());
        }
    }

    /** Writes the first files: with them the folder is a CA's. What fails leaves nothing. */
    void begin(State state) throws SchsmException {
        requireFree();
        try {
            if (!Files.exists(folder)) {
                Files.createDirectory(folder);
            }
        } catch (IOException failed) {
            throw cannot("made", failed);
        }
        try {
            replace(INDEX, new byte[0]);
            replace(CERTIFICATE, Certificates.pem(state.certificate));
            replace(STATE, encode(state));
        } catch (SchsmException failed) {
            end(failed);
            throw failed;
        }
    }

    /** Removes what {@link #begin} made: there is no CA after all. */
    void end(Exception reason) {
        try {
            for (String name : List.of(STATE, INDEX, CERTIFICATE, LOCK)) {
                Files.deleteIfExists(folder.resolve(name));
                Files.deleteIfExists(folder.resolve(name + ".new"));
            }
            Files.deleteIfExists(folder);
        } catch (IOException staysThen) {
            reason.addSuppressed(staysThen);
        }
    }

    State state() throws SchsmException {
        Path file = folder.resolve(STATE);
        JsonNode json = JsonDocuments.read("CA file " + file, read(STATE));
        try {
            return new State(
                    X509Certificates.parse(HEX.parseHex(text(json, "certificate", file.toString()))),
                    text(json, "label", file.toString()),
                    new BigInteger(text(json, "crlNumber", file.toString())));
        } catch (IllegalArgumentException damaged) {
            throw new MalformedDataException("CA file " + file, String.valueOf(damaged.getMessage()));
        }
    }

    void write(State state) throws SchsmException {
        replace(STATE, encode(state));
    }

    private static byte[] encode(State state) throws SchsmException {
        return JsonDocuments.pretty(Map.of(
                "certificate",
                HEX.formatHex(encoded(state.certificate)),
                "label",
                state.label,
                "crlNumber",
                state.crlNumber.toString()));
    }

    private static byte[] encoded(X509Certificate certificate) throws SchsmException {
        try {
            return certificate.getEncoded();
        } catch (CertificateEncodingException none) {
            throw new MalformedDataException("X.509 certificate", String.valueOf(none.getMessage()));
        }
    }

    /** The index, in the order of issue. */
    List<IssuedCertificate> index() throws SchsmException {
        Path file = folder.resolve(INDEX);
        List<IssuedCertificate> all = new ArrayList<>();
        Set<BigInteger> serials = new HashSet<>();
        int number = 0;
        for (String line :
                new String(read(INDEX), StandardCharsets.UTF_8).lines().toList()) {
            number++;
            String where = file + ", line " + number;
            IssuedCertificate issued = issued(where, line);
            if (!serials.add(issued.serial())) {
                throw new MalformedDataException(where, "the serial number " + issued.serialText() + " is there twice");
            }
            all.add(issued);
        }
        return all;
    }

    private static IssuedCertificate issued(String where, String line) throws SchsmException {
        JsonNode json = JsonDocuments.read(where, line.getBytes(StandardCharsets.UTF_8));
        try {
            JsonNode revokedAt = json.path("revokedAt");
            IssuedCertificate issued = new IssuedCertificate(
                    X509Certificates.parse(HEX.parseHex(text(json, "certificate", where))),
                    Instant.parse(text(json, "issuedAt", where)),
                    revokedAt.isTextual() ? Instant.parse(revokedAt.asText()) : null,
                    revokedAt.isTextual() ? RevocationReason.named(text(json, "reason", where)) : null);
            if (!issued.serialText().equals(text(json, "serial", where))) {
                throw new MalformedDataException(where, "serial and certificate do not belong together");
            }
            return issued;
        } catch (IllegalArgumentException | DateTimeException | InvalidRequestException damaged) {
            throw new MalformedDataException(where, String.valueOf(damaged.getMessage()));
        }
    }

    private static String text(JsonNode json, String name, String where) throws MalformedDataException {
        JsonNode value = json.path(name);
        if (!value.isTextual()) {
            throw new MalformedDataException(where, "there is no text \"" + name + "\"");
        }
        return value.asText();
    }

    void write(List<IssuedCertificate> index) throws SchsmException {
        ByteArrayOutputStream lines = new ByteArrayOutputStream();
        for (IssuedCertificate issued : index) {
            Map<String, Object> line = new TreeMap<>(Map.of(
                    "certificate",
                    HEX.formatHex(encoded(issued.certificate())),
                    "issuedAt",
                    issued.issuedAt().toString(),
                    "notAfter",
                    issued.notAfter().toString(),
                    "serial",
                    issued.serialText(),
                    "subject",
                    issued.subject()));
            Instant revokedAt = issued.revokedAt();
            RevocationReason reason = issued.reason();
            if (revokedAt != null && reason != null) {
                line.put("revokedAt", revokedAt.toString());
                line.put("reason", reason.text());
            }
            lines.writeBytes(JsonDocuments.canonical(line));
            lines.write('\n');
        }
        replace(INDEX, lines.toByteArray());
    }

    /** Does something while no other process and no other thread changes the folder. */
    <T> T locked(Action<T> action) throws GeneralSecurityException {
        if (!Files.isRegularFile(folder.resolve(STATE))) {
            throw noCa();
        }
        try (FileChannel channel = FileChannel.open(
                        folder.resolve(LOCK),
                        StandardOpenOption.CREATE,
                        StandardOpenOption.WRITE,
                        LinkOption.NOFOLLOW_LINKS);
                FileLock lock = lock(channel)) {
            if (!lock.isValid()) {
                throw new IOException("the lock is not valid");
            }
            return action.run();
        } catch (IOException failed) {
            throw cannot("written", failed);
        }
    }

    private FileLock lock(FileChannel channel) throws IOException, SchsmException {
        long start = System.nanoTime();
        do {
            try {
                FileLock lock = channel.tryLock();
                if (lock != null) {
                    return lock;
                }
            } catch (OverlappingFileLockException anotherThread) {
                // As if it were another process.
            }
            try {
                Thread.sleep(LOOK_MILLIS);
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
                throw new InvalidRequestException(
                        "interrupted while the CA folder " + folder + " was in use by another", interrupted);
            }
        } while (System.nanoTime() - start < PATIENCE.toNanos());
        throw new InvalidRequestException("the CA folder " + folder + " is in use by another process for more than "
                + PATIENCE.toSeconds() + " s: try again when that has ended");
    }

    private byte[] read(String name) throws SchsmException {
        try {
            return Files.readAllBytes(folder.resolve(name));
        } catch (NoSuchFileException missing) {
            throw name.equals(STATE) ? noCa() : cannot("read", missing);
        } catch (IOException failed) {
            throw cannot("read", failed);
        }
    }

    private InvalidRequestException noCa() {
        return new InvalidRequestException(
                "there is no CA in the folder " + folder + ": schsm ca init, or CertificateAuthority.init, makes one");
    }

    /** Written next to the file and moved to its place: a failure leaves the file as it was. */
    private void replace(String name, byte[] content) throws SchsmException {
        Path file = folder.resolve(name);
        Path beside = folder.resolve(name + ".new");
        try {
            try (FileChannel channel = FileChannel.open(
                    beside,
                    StandardOpenOption.CREATE,
                    StandardOpenOption.TRUNCATE_EXISTING,
                    StandardOpenOption.WRITE,
                    LinkOption.NOFOLLOW_LINKS)) {
                ByteBuffer rest = ByteBuffer.wrap(content);
                while (rest.hasRemaining()) {
                    channel.write(rest);
                }
                channel.force(true);
            }
            Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException failed) {
            throw cannot("written", failed);
        }
    }

    private InvalidRequestException cannot(String verb, IOException failed) {
        String reason = failed instanceof NoSuchFileException
                ? "there is no such file or folder"
                : failed instanceof AccessDeniedException ? "access is denied" : String.valueOf(failed.getMessage());
        return new InvalidRequestException("the CA folder " + folder + " cannot be " + verb + ": " + reason, failed);
    }
}
