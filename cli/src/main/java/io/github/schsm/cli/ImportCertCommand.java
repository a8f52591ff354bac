package io.github.schsm.cli;

import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "import-cert",
        description = "Stores an X.509 certificate with the key of that label; without such a key, as one of others.")
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class ImportCertCommand extends SchsmCommand {
    @Option(names = "--label", required = true, paramLabel = "LABEL", description = "The label of the key it is for.")
    private String label;

    @Option(
            names = "--attestation",
            paramLabel = "FILE",
            description =
                    "First write the key's attestation to this file: the certificate takes its place on the device.")
    private @Nullable Path attestation;

    @Parameters(
            paramLabel = "FILE",
            description = "The certificate, DER or PEM; the certificates of its issuers may follow.")
    private Path file;

    @Override
    Answer answer(Context context) throws GeneralSecurityException {
        X509Certificate[] chain = FileIo.readCertificates(file);
        Connected connected = context.openWithPin();
        boolean ofKey = connected.keyStore().isKeyEntry(label);
        if (attestation != null) {
            FileIo.write(attestation, connected.attested(label).encode(), false);
        }
        if (ofKey) {
            connected.keyStore().setKeyEntry(label, connected.keyStore().getKey(label, null), null, chain);
        } else if (chain.length == 1) {
            connected.keyStore().setCertificateEntry(label, chain[0]);
        } else {
            throw new CliException("device " + connected.id() + " has no key \"" + label + "\", and " + file + " holds "
                    + chain.length + " certificates: one at a time can be stored without a key");
        }
        String holder = chain[0].getSubjectX500Principal().getName();
        return Answer.of(
                "Certificate of " + holder + " stored on device " + connected.id()
                        + (ofKey ? " with key" : " as") + " \"" + label + "\"."
                        + (attestation == null ? "" : " The key's attestation was written to " + attestation + "."),
                Answer.json("device", connected.id())
                        .and("label", label)
                        .and("ofKey", ofKey)
                        .and("holder", holder)
                        .and("certificates", chain.length)
                        .and("attestation", attestation)
                        .members());
    }
}
