package io.github.schsm.cli;

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
        description = "Writes a certificate to a file: X.509, or the request of a key that has none yet.")
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class ExportCertCommand extends SchsmCommand {
    private static final int PEM_LINE = 64;

    @Option(names = "--label", required = true, paramLabel = "LABEL", description = "The label of key or certificate.")
    private String label;

    @Option(names = "--pem", description = "Write an X.509 certificate as PEM. Default: DER.")
    private boolean pem;

    @Mixin
    private OutputOptions output;

    @Override
    Answer answer(Context context) throws GeneralSecurityException {
        Connected connected = context.open();
        Certificate certificate = connected.keyStore().getCertificate(label);
        if (certificate == null) {
            throw new CliException("device " + connected.id() + " has no certificate \"" + label + "\"");
        }
        boolean x509 = certificate instanceof X509Certificate;
        byte[] encoded = certificate.getEncoded();
        String ending = x509 ? (pem ? ".pem" : ".crt") : ".cvreq";
        Path file = output.write(label + ending, x509 && pem ? pem(encoded) : encoded);
        return Answer.of(
                (x509 ? "Certificate" : "Request") + " of \"" + label + "\" on device " + connected.id()
                        + " written to " + file + ".",
                Answer.json("device", connected.id())
                        .and("label", label)
                        .and("kind", x509 ? "X.509" : "request")
                        .and("file", file)
                        .members());
    }

    private static byte[] pem(byte[] encoded) {
        String base64 = Base64.getMimeEncoder(PEM_LINE, new byte[] {'\n'}).encodeToString(encoded);
        return ("-----BEGIN CERTIFICATE-----\n" + base64 + "\n-----END CERTIFICATE-----\n")
                .getBytes(StandardCharsets.US_ASCII);
    }
}
