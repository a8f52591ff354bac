// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli.command.key;

import io.github.schsm.admin.key.PublicKeyEncryption;
import io.github.schsm.cli.command.Context;
import io.github.schsm.cli.command.SchsmCommand;
import io.github.schsm.cli.io.FileIo;
import io.github.schsm.cli.option.Algorithms;
import io.github.schsm.cli.option.OutputOptions;
import io.github.schsm.cli.report.Answer;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "encrypt",
        description = {
            "Encrypts a short file for an RSA key, in software, as decrypt reads it: RSA-2048 takes at most 190 bytes with"
                    + " the default algorithm. Longer data are encrypted with a symmetric key, and that key with this"
                    + " command.",
            "Default name: that of the file and .enc; standard output where the file is standard input (-)."
        },
        footer = {
            "",
            "Example:",
            "  schsm random --device ZZSIM000001 32 --out aes.key",
            "  schsm encrypt --device ZZSIM000001 --label rsa --out aes.enc aes.key"
        })
@SuppressWarnings("NullAway.Init") // picocli sets the fields
public final class EncryptCommand extends SchsmCommand {
    private static final String ENDING = ".enc";

    @ArgGroup(multiplicity = "1")
    private PublicKeySource source;

    @Option(
            names = "--algorithm",
            paramLabel = "NAME",
            converter = Algorithms.OfCipher.class,
            description = "How to encrypt, as the JCA calls it: RSA/ECB/PKCS1Padding,"
                    + " RSA/ECB/OAEPWithSHA-256AndMGF1Padding (MGF1 with SHA-1, as in the JDK), RSA/ECB/NoPadding. Default:"
                    + " RSA/ECB/OAEPWithSHA-256AndMGF1Padding.")
    private String algorithm = PublicKeyEncryption.DEFAULT;

    @Mixin
    private OutputOptions output;

    @Parameters(paramLabel = "FILE", description = "What to encrypt; - for standard input.")
    private Path file;

    @Override
    protected Answer answer(Context context) throws GeneralSecurityException {
        output.require(file, ENDING);
        byte[] plain = FileIo.read(file, "file");
        try {
            PublicKeySource.Found found = source.find(context);
            byte[] encrypted = PublicKeyEncryption.encrypt(found.key(), algorithm, plain);
            Path written = output.write(file, ENDING, encrypted);
            return Answer.of(
                    FileIo.named(file) + " encrypted for " + found.owner() + " (" + algorithm + "), written to "
                            + FileIo.target(written) + ".",
                    Answer.json("device", found.device())
                            .and("label", found.label())
                            .and("algorithm", algorithm)
                            .and("size", encrypted.length)
                            .and("file", written)
                            .members());
        } finally {
            Arrays.fill(plain, (byte) 0);
        }
    }
}
