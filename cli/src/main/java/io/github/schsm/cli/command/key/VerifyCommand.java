// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli.command.key;

import io.github.schsm.admin.key.SignatureVerification;
import io.github.schsm.cli.command.Context;
import io.github.schsm.cli.command.SchsmCommand;
import io.github.schsm.cli.io.FileIo;
import io.github.schsm.cli.io.StandardFile;
import io.github.schsm.cli.option.Algorithms;
import io.github.schsm.cli.option.OutputOptions;
import io.github.schsm.cli.report.Answer;
import io.github.schsm.cli.report.CliException;
import io.github.schsm.cli.report.Errors;
import io.github.schsm.cli.report.Status;
import io.github.schsm.cli.report.Text;
import io.github.schsm.cli.report.UsageException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "verify",
        description = {
            "Verifies the signature of a file with a public key, in software.",
            "The exit status is 1 if the signature is not the key's for this file. That a certificate is valid or trusted is"
                    + " not checked."
        },
        footer = {
            "",
            "Example:",
            "  schsm sign --device ZZSIM000001 --label code-signing --out signed.sig report.pdf",
            "  schsm verify --device ZZSIM000001 --label code-signing --signature signed.sig report.pdf"
        })
@SuppressWarnings("NullAway.Init") // picocli sets the fields
public final class VerifyCommand extends SchsmCommand {
    @ArgGroup(multiplicity = "1")
    private PublicKeySource source;

    @Option(
            names = "--signature",
            paramLabel = "FILE",
            description =
                    "The signature; of an EC key DER or r || s. Default: the file's name and .sig, in the current folder.")
    private @Nullable Path signature;

    @Option(
            names = "--algorithm",
            paramLabel = "NAME",
            converter = Algorithms.OfSignature.class,
            description =
                    "The signature's algorithm as the JCA calls it. Default: SHA256withECDSA or SHA256withRSA, as the"
                            + " key is.")
    private @Nullable String algorithm;

    @Parameters(paramLabel = "FILE", description = "What was signed, of any size; - for standard input.")
    private Path file;

    @Override
    protected Answer answer(Context context) throws GeneralSecurityException {
        Path from = signature == null ? asSignWritesIt() : signature;
        byte[] signed = FileIo.read(from, "signature");
        PublicKeySource.Found found = source.find(context);
        SignatureVerification result;
        try (InputStream data = FileIo.open(file, "file")) {
            result = SignatureVerification.of(found.key(), algorithm, data, signed);
        } catch (IOException unreadable) {
            throw new CliException("the file " + file + " cannot be read: " + Errors.reason(unreadable), unreadable);
        }
        return new Answer(
                Text.lines((result.good()
                                ? "Good signature of " + FileIo.named(file) + " by "
                                : "BAD signature: " + FileIo.named(from) + " is not the signature of "
                                        + FileIo.named(file) + " by ")
                        + found.owner() + " (" + result.algorithm() + ")."),
                Answer.json("good", result.good())
                        .and("algorithm", result.algorithm())
                        .and("device", found.device())
                        .and("label", found.label())
                        .members(),
                result.good() ? Status.DONE : Status.FAILED);
    }

    private Path asSignWritesIt() throws CliException {
        if (StandardFile.is(file)) {
            throw new UsageException("the file comes from standard input: say where its signature is with --signature");
        }
        return Path.of(OutputOptions.fileName(file.getFileName() + ".sig"));
    }
}
