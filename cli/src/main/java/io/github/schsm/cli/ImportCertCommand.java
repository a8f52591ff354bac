package io.github.schsm.cli;

import java.io.ByteArrayInputStream;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Collection;
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

    @Parameters(
            paramLabel = "FILE",
            description = "The certificate, DER or PEM; the certificates of its issuers may follow.")
    private Path file;

    @Override
    Answer answer(Context context) throws GeneralSecurityException {
        Certificate[] chain = read();
        Connected connected = context.openWithPin();
        boolean ofKey = connected.keyStore().isKeyEntry(label);
        if (ofKey) {
            connected.keyStore().setKeyEntry(label, connected.keyStore().getKey(label, null), null, chain);
        } else if (chain.length == 1) {
            connected.keyStore().setCertificateEntry(label, chain[0]);
        } else {
            throw new CliException("device " + connected.id() + " has no key \"" + label + "\", and " + file + " holds "
                    + chain.length + " certificates: one at a time can be stored without a key");
        }
        String holder = ((X509Certificate) chain[0]).getSubjectX500Principal().getName();
        return Answer.of(
                "Certificate of " + Table.printable(holder) + " stored on device " + connected.id()
                        + (ofKey ? " with key" : " as") + " \"" + label + "\".",
                Answer.json("device", connected.id())
                        .and("label", label)
                        .and("ofKey", ofKey)
                        .and("holder", holder)
                        .and("certificates", chain.length)
                        .members());
    }

    private Certificate[] read() throws CliException {
        byte[] content = FileIo.read(file, "certificate");
        try {
            Collection<? extends Certificate> certificates =
                    CertificateFactory.getInstance("X.509").generateCertificates(new ByteArrayInputStream(content));
            if (certificates.isEmpty()) {
                throw new CliException(file + " holds no certificate");
            }
            return certificates.toArray(Certificate[]::new);
        } catch (CertificateException malformed) {
            throw new CliException(file + " holds no X.509 certificate, neither DER nor PEM", malformed);
        }
    }
}
