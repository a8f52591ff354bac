// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli.command.object;

import io.github.schsm.Cvc;
import io.github.schsm.cli.command.Connected;
import io.github.schsm.cli.command.Context;
import io.github.schsm.cli.command.SchsmCommand;
import io.github.schsm.cli.io.FileIo;
import io.github.schsm.cli.option.OutputOptions;
import io.github.schsm.cli.report.Answer;
import io.github.schsm.cli.report.CliException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.Base64;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "export-cert",
        description = "Writes a certificate to a file: X.509; of a key that has none yet the device's request (CVC), or"
                + " where there is none its public key.",
        footer = {"", "Example:", "  schsm export-cert --device ZZSIM000001 --label tls --pem --out tls.crt.pem"})
@SuppressWarnings("NullAway.Init") // picocli sets the fields
public final class ExportCertCommand extends SchsmCommand {
    private static final int PEM_LINE = 64;

    @Option(
            names = "--label",
            required = true,
            paramLabel = "LABEL",
            description = "The label of the key or certificate.")
    private String label;

    @Option(
            names = "--pem",
            description = "Write PEM: CERTIFICATE, CVC REQUEST or PUBLIC KEY, by what it is. Default: DER.")
    private boolean pem;

    @Mixin
    private OutputOptions output;

    @Override
    protected Answer answer(Context context) throws GeneralSecurityException {
        Connected connected = context.open();
        Certificate certificate = connected.keyStore().getCertificate(label);
        if (certificate == null) {
            throw new CliException("device " + connected.id() + " has no certificate \"" + label + "\"");
        }
        Kind kind = Kind.of(certificate);
        byte[] encoded = certificate.getEncoded();
        Path file =
                output.write(label + (pem ? kind.pemEnding : kind.ending), pem ? pem(kind.pemLabel, encoded) : encoded);
        return Answer.of(
                kind.sentence + " of \"" + label + "\" on device " + connected.id() + " written to "
                        + FileIo.target(file) + ".",
                Answer.json("device", connected.id())
                        .and("label", label)
                        .and("kind", kind.json)
                        .and("format", pem ? "PEM" : "DER")
                        .and("file", file)
                        .members());
    }

    /** What stands with a key. */
    private enum Kind {
        X509("Certificate", "X.509", ".crt", ".pem", "CERTIFICATE"),
        CVC("There is no X.509 certificate yet: the request (CVC)", "request", ".cvreq", ".cvreq.pem", "CVC REQUEST"),
        PUBLIC_KEY(
                "There is neither certificate nor request: the public key",
                "public key",
                ".pub.der",
                ".pub.pem",
                "PUBLIC KEY");

        private final String sentence;
        private final String json;
        private final String ending;
        private final String pemEnding;
        private final String pemLabel;

        Kind(String sentence, String json, String ending, String pemEnding, String pemLabel) {
            this.sentence = sentence;
            this.json = json;
            this.ending = ending;
            this.pemEnding = pemEnding;
            this.pemLabel = pemLabel;
        }

        static Kind of(Certificate certificate) {
            return certificate instanceof X509Certificate ? X509 : certificate instanceof Cvc ? CVC : PUBLIC_KEY;
        }
    }

    private static byte[] pem(String what, byte[] encoded) {
        String base64 = Base64.getMimeEncoder(PEM_LINE, new byte[] {'\n'}).encodeToString(encoded);
        return ("-----BEGIN " + what + "-----\n" + base64 + "\n-----END " + what + "-----\n")
                .getBytes(StandardCharsets.US_ASCII);
    }
}
