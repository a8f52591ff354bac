// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli.command.key;

import io.github.schsm.SchsmKey;
import io.github.schsm.cli.command.Connected;
import io.github.schsm.cli.command.Context;
import io.github.schsm.cli.command.SchsmCommand;
import io.github.schsm.cli.io.FileIo;
import io.github.schsm.cli.option.Algorithms;
import io.github.schsm.cli.option.OutputOptions;
import io.github.schsm.cli.report.Answer;
import io.github.schsm.cli.report.CliException;
import io.github.schsm.cli.report.Errors;
import io.github.schsm.cli.report.Text;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Signature;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "sign",
        description =
                "Signs a file with a key. Default name of the signature: that of the file and .sig; standard output"
                        + " where the file is standard input (-).",
        footer = {
            "",
            "Example:",
            "  schsm sign --device ZZSIM000001 --label code-signing report.pdf --out report.pdf.sig"
        })
@SuppressWarnings("NullAway.Init") // picocli sets the fields
public final class SignCommand extends SchsmCommand {
    private static final String ENDING = ".sig";
    private static final int CHUNK = 1 << 16;

    @Option(names = "--label", required = true, paramLabel = "LABEL", description = "The key.")
    private String label;

    @Option(
            names = "--algorithm",
            paramLabel = "NAME",
            converter = Algorithms.OfSignature.class,
            description = "The signature's algorithm as the JCA calls it, e.g. SHA384withECDSA, SHA256withRSAandMGF1."
                    + " Default: SHA256withECDSA or SHA256withRSA, as the key is.")
    private @Nullable String algorithm;

    @Mixin
    private OutputOptions output;

    @Parameters(paramLabel = "FILE", description = "What to sign, of any size; - for standard input.")
    private Path file;

    @Override
    protected Answer answer(Context context) throws GeneralSecurityException {
        output.require(file, ENDING);
        Connected connected = context.openWithPin();
        SchsmKey key = connected.key(label);
        if (!(key instanceof PrivateKey privateKey)) {
            throw new CliException("\"" + label + "\" is a secret key: only the key of a pair signs");
        }
        String name =
                algorithm == null ? "SHA256with" + (key.getAlgorithm().equals("RSA") ? "RSA" : "ECDSA") : algorithm;
        Algorithms.requireSignature(name, key.key().type());
        Signature signature = Signature.getInstance(name, connected.provider());
        signature.initSign(privateKey);
        update(signature);
        byte[] signed = signature.sign();
        Path written = output.write(file, ENDING, signed);
        return Answer.of(
                FileIo.named(file) + " signed with key \"" + label + "\" of device " + connected.id() + " (" + name
                        + "), signature" + " written to " + FileIo.target(written) + ".",
                Answer.json("device", connected.id())
                        .and("label", label)
                        .and("algorithm", name)
                        .and("signature", Text.hex(signed))
                        .and("file", written)
                        .members());
    }

    private void update(Signature signature) throws GeneralSecurityException {
        try (InputStream in = FileIo.open(file, "file")) {
            byte[] chunk = new byte[CHUNK];
            for (int length = in.read(chunk); length >= 0; length = in.read(chunk)) {
                signature.update(chunk, 0, length);
            }
        } catch (IOException unreadable) {
            throw new CliException("the file " + file + " cannot be read: " + Errors.reason(unreadable), unreadable);
        }
    }
}
