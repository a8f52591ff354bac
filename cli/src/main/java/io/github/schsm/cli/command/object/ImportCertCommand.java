// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli.command.object;

import io.github.schsm.AttestedPublicKey;
import io.github.schsm.SchsmException.Reason;
import io.github.schsm.UntrustedDeviceException;
import io.github.schsm.cli.command.Connected;
import io.github.schsm.cli.command.Context;
import io.github.schsm.cli.command.SchsmCommand;
import io.github.schsm.cli.io.FileIo;
import io.github.schsm.cli.io.StandardFile;
import io.github.schsm.cli.option.SecretOptions;
import io.github.schsm.cli.report.Answer;
import io.github.schsm.cli.report.CliException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "import-cert",
        description = {
            "Stores an X.509 certificate with the key of that label; without such a key, as a certificate without a key.",
            "One use of the key proves that the certificate is its own. The certificate takes the place of the device's"
                    + " request, which ends the key's attestation: that is saved to a file first."
        })
@SuppressWarnings("NullAway.Init") // picocli sets the fields
public final class ImportCertCommand extends SchsmCommand {
    @Option(names = "--label", required = true, paramLabel = "LABEL", description = "The label of the key it is for.")
    private String label;

    @ArgGroup
    private Saving saving = new Saving();

    /** Where the attestation goes. */
    private static final class Saving {
        @Option(
                names = "--attestation",
                paramLabel = "FILE",
                description =
                        "Where the key's attestation is saved before the certificate takes its place on the device."
                                + " Default: the certificate's file and .attestation.")
        private @Nullable Path file;

        @Option(names = "--no-attestation", description = "Do not save the key's attestation: it is lost.")
        private boolean none;
    }

    @Parameters(
            paramLabel = "FILE",
            description =
                    "The certificate, DER, PEM, PKCS#7 or PKCS#12; the certificates of its issuers may be with it, in"
                            + " any order. A key in a PKCS#12 file is not read.")
    private Path file;

    @Mixin
    private SecretOptions.Password password;

    @Override
    protected Answer answer(Context context) throws GeneralSecurityException {
        CertificateFile read = CertificateFile.read(file, password.secret(), context.io());
        Connected connected = context.openWithPin();
        boolean ofKey = connected.keyStore().isKeyEntry(label);
        X509Certificate[] chain =
                read.chain(ofKey ? connected.key(label).details().publicKey() : null);
        Saved saved = ofKey ? save(connected) : Saved.NOTHING;
        try {
            if (ofKey) {
                connected.keyStore().setKeyEntry(label, connected.keyStore().getKey(label, null), null, chain);
            } else if (read.all().size() == 1) {
                connected.keyStore().setCertificateEntry(label, chain[0]);
            } else {
                throw new CliException("device " + connected.id() + " has no key \"" + label + "\", and " + file
                        + " holds " + read.all().size() + " certificates: one at a time can be stored without a key");
            }
        } catch (GeneralSecurityException failed) {
            saved.takeBack(failed);
            throw failed;
        }
        String holder = chain[0].getSubjectX500Principal().getName();
        return Answer.of(
                "Certificate of " + holder + " stored on device " + connected.id() + (ofKey ? " with key" : " as")
                        + " \"" + label + "\"." + read.leftOut(chain) + saved.sentence,
                Answer.json("device", connected.id())
                        .and("label", label)
                        .and("ofKey", ofKey)
                        .and("holder", holder)
                        .and("certificates", chain.length)
                        .and("attestation", saved.file)
                        .and("attestationEnded", saved.ended)
                        .members());
    }

    /**
     * What became of the key's attestation.
     *
     * @param ended   whether the key had one, which the certificate ends
     * @param written whether the file is new
     */
    private record Saved(boolean ended, @Nullable Path file, boolean written, String sentence) {
        private static final Saved NOTHING = new Saved(false, null, false, "");

        /** The device still has what is in the file. */
        void takeBack(GeneralSecurityException reason) {
            if (written && file != null) {
                try {
                    Files.deleteIfExists(file);
                } catch (IOException staysThen) {
                    reason.addSuppressed(staysThen);
                }
            }
        }
    }

    private Saved save(Connected connected) throws GeneralSecurityException {
        AttestedPublicKey attested;
        try {
            attested = connected.attested(label);
        } catch (UntrustedDeviceException noneToEnd) {
            if (noneToEnd.reason() != Reason.NOT_ATTESTED) {
                throw noneToEnd;
            }
            if (saving.file != null) {
                throw noneToEnd;
            }
            return Saved.NOTHING;
        }
        String ends = " The device cannot attest the key anymore";
        if (saving.none) {
            return new Saved(true, null, false, ends + ", and its attestation was not saved.");
        }
        byte[] content = attested.encode();
        Path chosen = saving.file != null ? saving.file : beside();
        boolean there = saving.file == null && holds(chosen, content);
        if (!there) {
            write(chosen, content);
        }
        return new Saved(
                true,
                chosen,
                !there,
                ends + ": its attestation was saved to " + chosen + " (schsm attest --in verifies it).");
    }

    private Path beside() throws CliException {
        if (StandardFile.is(file)) {
            throw new CliException("the certificate comes from standard input, so there is no file whose name the"
                    + " attestation could have: give --attestation FILE, or --no-attestation to lose it");
        }
        return file.resolveSibling(String.valueOf(file.getFileName()) + ".attestation");
    }

    /** A second attempt finds what the first one has saved. */
    private static boolean holds(Path chosen, byte[] content) {
        try {
            return Files.isRegularFile(chosen)
                    && Files.size(chosen) == content.length
                    && Arrays.equals(Files.readAllBytes(chosen), content);
        } catch (IOException notReadable) {
            return false;
        }
    }

    private void write(Path chosen, byte[] content) throws CliException {
        try {
            FileIo.write(chosen, content, false);
        } catch (CliException notWritten) {
            throw new CliException(
                    "the certificate is not stored, it would end the key's attestation, which could not be saved: "
                            + notWritten.getMessage() + " (--attestation names another file, --no-attestation saves"
                            + " none)",
                    notWritten);
        }
    }
}
