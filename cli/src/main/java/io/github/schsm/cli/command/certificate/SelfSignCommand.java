// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli.command.certificate;

import io.github.schsm.admin.certificate.CertificateImport;
import io.github.schsm.admin.certificate.CertificateProfile;
import io.github.schsm.admin.certificate.Certificates;
import io.github.schsm.admin.key.DeviceKey;
import io.github.schsm.cli.command.Connected;
import io.github.schsm.cli.command.Context;
import io.github.schsm.cli.io.FileIo;
import io.github.schsm.cli.option.AttestationOptions;
import io.github.schsm.cli.option.OutputOptions;
import io.github.schsm.cli.option.ProfileOptions;
import io.github.schsm.cli.report.Answer;
import io.github.schsm.cli.report.CliException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "self-sign",
        description = {
            "Makes a certificate that the key itself signs, and stores it with the key.",
            "The certificate takes the place of the device's request, which ends the key's attestation: that is saved to a"
                    + " file first."
        },
        footer = {
            "",
            "Example:",
            "  schsm generate --device ZZSIM000001 --label internal",
            "  schsm self-sign --device ZZSIM000001 --label internal --subject CN=internal.example.org --attestation"
                    + " internal.attestation"
        })
@SuppressWarnings("NullAway.Init") // picocli sets the fields
public final class SelfSignCommand extends SigningCommand {
    @Option(names = "--label", required = true, paramLabel = "LABEL", description = "The key.")
    private String label;

    @Mixin
    private ProfileOptions options;

    @Mixin
    private ProfileOptions.Days days;

    @Mixin
    private AttestationOptions attestation;

    @Option(names = "--replace", description = "Replace the X.509 certificate that the key has.")
    private boolean replace;

    @Option(
            names = {"-o", "--out"},
            paramLabel = "FILE",
            description = "Also write the certificate, PEM, to this file; - for standard output.")
    private @Nullable Path out;

    @Option(names = "--overwrite", description = "Replace the file if it is there already.")
    private boolean overwrite;

    @Override
    protected Answer answer(Context context) throws GeneralSecurityException {
        CertificateProfile.Builder builder =
                days.into(options.profile(CertificateProfile.builder().build()));
        Connected connected = context.openWithPin();
        DeviceKey key = DeviceKey.of(connected.keyStore(), label);
        requireFree(connected, label, replace);
        AttestationOptions.Keeper keeper = attestation.keeper(Path.of(OutputOptions.fileName(label + ".attestation")));
        var ending = CertificateImport.attestation(connected.keyStore(), label);
        if (ending.isPresent()) {
            keeper.require(ending.get());
        }
        X509Certificate certificate = Certificates.selfSigned(key, builder.build(), Clock.systemUTC());
        boolean ended = CertificateImport.store(
                connected.keyStore(), new CertificateImport.KeyChain(label, List.of(certificate)), keeper.orNone());
        if (out != null) {
            try {
                FileIo.write(out, Certificates.pem(certificate), overwrite);
            } catch (CliException unwritten) {
                throw new CliException(
                        "the certificate is stored with key \"" + label + "\" on device " + connected.id() + ", but "
                                + unwritten.getMessage() + " (schsm export-cert writes it)",
                        unwritten);
            }
        }
        String holder = certificate.getSubjectX500Principal().getName();
        return Answer.of(
                "Self-signed certificate of " + holder + ", valid until "
                        + certificate.getNotAfter().toInstant() + ", stored on device " + connected.id()
                        + " with key \"" + label + "\"" + (out == null ? "" : ", and written to " + FileIo.target(out))
                        + "."
                        + keeper.sentence(ended),
                Answer.json("device", connected.id())
                        .and("label", label)
                        .and("holder", holder)
                        .and("serial", CertificateText.serial(certificate))
                        .and("validUntil", certificate.getNotAfter().toInstant())
                        .and("algorithm", certificate.getSigAlgName())
                        .and("file", out)
                        .and("attestation", keeper.file(ended))
                        .and("attestationEnded", ended)
                        .members());
    }

    /** A certificate that somebody else issued is not lost by accident. */
    static void requireFree(Connected connected, String label, boolean replace) throws GeneralSecurityException {
        if (!replace && connected.keyStore().getCertificate(label) instanceof X509Certificate there) {
            throw new CliException(
                    "key \"" + label + "\" on device " + connected.id() + " has a certificate already, of "
                            + there.getSubjectX500Principal().getName() + ", issued by "
                            + there.getIssuerX500Principal().getName() + ": --replace puts another in its place");
        }
    }
}
