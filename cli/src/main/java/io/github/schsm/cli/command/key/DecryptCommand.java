// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli.command.key;

import io.github.schsm.KeyType;
import io.github.schsm.SchsmKey;
import io.github.schsm.admin.key.PublicKeyEncryption;
import io.github.schsm.cli.command.Connected;
import io.github.schsm.cli.command.Context;
import io.github.schsm.cli.command.SchsmCommand;
import io.github.schsm.cli.io.FileIo;
import io.github.schsm.cli.option.Algorithms;
import io.github.schsm.cli.option.OutputOptions;
import io.github.schsm.cli.report.Answer;
import io.github.schsm.cli.report.CliException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import javax.crypto.Cipher;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "decrypt",
        description = "Decrypts a file that was encrypted for an RSA key. Only its owner may read the result."
                + " Default name: that of the file and .plain; standard output where the file is standard input (-).",
        footer = {
            "",
            "Example:",
            "  schsm decrypt --device ZZSIM000001 --label rsa --algorithm RSA/ECB/PKCS1Padding secret.enc --out secret.txt"
        })
@SuppressWarnings("NullAway.Init") // picocli sets the fields
public final class DecryptCommand extends SchsmCommand {
    private static final String ENDING = ".plain";

    @Option(names = "--label", required = true, paramLabel = "LABEL", description = "The key.")
    private String label;

    @Option(
            names = "--algorithm",
            paramLabel = "NAME",
            converter = Algorithms.OfCipher.class,
            description = "How it was encrypted, as the JCA calls it: RSA/ECB/PKCS1Padding,"
                    + " RSA/ECB/OAEPWithSHA-256AndMGF1Padding (MGF1 with SHA-1, as in the JDK), RSA/ECB/NoPadding. Default:"
                    + " RSA/ECB/OAEPWithSHA-256AndMGF1Padding, as encrypt does it.")
    private String algorithm = PublicKeyEncryption.DEFAULT;

    @Mixin
    private OutputOptions output;

    @Parameters(
            paramLabel = "FILE",
            description = "What to decrypt: as many bytes as the modulus has; - for standard input.")
    private Path file;

    @Override
    protected Answer answer(Context context) throws GeneralSecurityException {
        output.require(file, ENDING);
        byte[] encrypted = FileIo.read(file, "encrypted file");
        Connected connected = context.openWithPin();
        SchsmKey key = connected.key(label);
        if (key.key().type() != KeyType.RSA) {
            throw new CliException("\"" + label + "\" is no RSA key: only those decrypt files");
        }
        Cipher cipher = Cipher.getInstance(algorithm, connected.provider());
        cipher.init(Cipher.DECRYPT_MODE, key);
        byte[] plain = cipher.doFinal(encrypted);
        try {
            Path written = output.writeSecret(file, ENDING, plain);
            return Answer.of(
                    FileIo.named(file) + " decrypted with key \"" + label + "\" of device " + connected.id()
                            + ", written to " + FileIo.target(written) + ".",
                    Answer.json("device", connected.id())
                            .and("label", label)
                            .and("algorithm", algorithm)
                            .and("size", plain.length)
                            .and("file", written)
                            .members());
        } finally {
            Arrays.fill(plain, (byte) 0);
        }
    }
}
