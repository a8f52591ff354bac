// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli.option;

import io.github.schsm.AttestedPublicKey;
import io.github.schsm.admin.certificate.CertificateImport.AttestationKeeper;
import io.github.schsm.cli.io.FileIo;
import io.github.schsm.cli.report.CliException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Option;

/** What becomes of a key's attestation when a certificate takes its place on the device. */
public final class AttestationOptions {
    @ArgGroup
    private Saving saving = new Saving();

    private static final class Saving {
        @Option(
                names = "--attestation",
                paramLabel = "FILE",
                description =
                        "Where the key's attestation is saved before the certificate takes its place on the device."
                                + " Default: a name made of the certificate's, and .attestation.")
        private @Nullable Path file;

        @Option(names = "--no-attestation", description = "Do not save the key's attestation: it is lost.")
        private boolean none;
    }

    /** The file that was named; null if none was. */
    public @Nullable Path file() {
        return saving.file;
    }

    /** Whether it is saved. */
    public boolean isSaved() {
        return !saving.none;
    }

    /**
     * Saves one attestation.
     *
     * @param usual the file if none was named; null if there is no name that it could have
     */
    public Keeper keeper(@Nullable Path usual) {
        return new Keeper(saving.file == null ? usual : saving.file, saving.file == null);
    }

    /** Saves an attestation to a file. */
    public final class Keeper implements AttestationKeeper {
        private final @Nullable Path file;
        private final boolean usual;

        private Keeper(@Nullable Path file, boolean usual) {
            this.file = file;
            this.usual = usual;
        }

        /** What the API takes: nothing where it shall be lost. */
        public @Nullable AttestationKeeper orNone() {
            return isSaved() ? this : null;
        }

        /** The file with it, where one ended and was saved. */
        public @Nullable Path file(boolean ended) {
            return ended && isSaved() ? file : null;
        }

        /** What is said of it. */
        public String sentence(boolean ended) {
            if (!ended) {
                return "";
            }
            return " The device cannot attest the key anymore"
                    + (isSaved()
                            ? ": its attestation was saved to " + file + " (schsm attest --in verifies it)."
                            : ", and its attestation was not saved.");
        }

        /** Refuses what {@link #keep} would refuse. */
        public void require(AttestedPublicKey attestation) throws CliException {
            if (isSaved() && !isThere(attestation.encode())) {
                try {
                    FileIo.requireFree(named());
                } catch (CliException notFree) {
                    throw notSaved(notFree);
                }
            }
        }

        @Override
        public Undo keep(String label, AttestedPublicKey attestation) throws CliException {
            byte[] content = attestation.encode();
            if (isThere(content)) {
                return () -> {};
            }
            try {
                Path chosen = named();
                FileIo.write(chosen, content, false);
                return () -> Files.deleteIfExists(chosen);
            } catch (CliException notWritten) {
                throw notSaved(notWritten);
            }
        }

        private Path named() throws CliException {
            if (file == null) {
                throw new CliException("the certificate comes from standard input, so there is no file whose name the"
                        + " attestation could have");
            }
            return file;
        }

        private CliException notSaved(CliException reason) {
            return new CliException(
                    "the certificate is not stored, it would end the key's attestation, which could not be saved: "
                            + reason.getMessage() + " (--attestation names another file, --no-attestation saves none)",
                    reason);
        }

        /** A second attempt finds what the first one has saved. */
        private boolean isThere(byte[] content) {
            try {
                return usual
                        && file != null
                        && Files.isRegularFile(file)
                        && Files.size(file) == content.length
                        && Arrays.equals(Files.readAllBytes(file), content);
            } catch (IOException notReadable) {
                return false;
            }
        }
    }
}
