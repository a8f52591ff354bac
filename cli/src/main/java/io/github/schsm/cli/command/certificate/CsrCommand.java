// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli.command.certificate;

import io.github.schsm.admin.certificate.CertificateProfile;
import io.github.schsm.admin.certificate.CertificateRequest;
import io.github.schsm.admin.certificate.SubjectAlternativeName;
import io.github.schsm.admin.key.DeviceKey;
import io.github.schsm.cli.command.Connected;
import io.github.schsm.cli.command.Context;
import io.github.schsm.cli.io.FileIo;
import io.github.schsm.cli.option.OutputOptions;
import io.github.schsm.cli.option.ProfileOptions;
import io.github.schsm.cli.report.Answer;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "csr",
        description = "Asks a CA for a certificate: writes a PKCS#10 request (CSR), signed by the key.",
        footer = {
            "",
            "Example:",
            "  schsm csr --device ZZSIM000001 --label tls --subject CN=www.example.org --out tls.csr"
        })
@SuppressWarnings("NullAway.Init") // picocli sets the fields
public final class CsrCommand extends SigningCommand {
    @Option(names = "--label", required = true, paramLabel = "LABEL", description = "The key.")
    private String label;

    @Mixin
    private ProfileOptions options;

    @Option(names = "--format", paramLabel = "FORMAT", description = "PEM or DER. Default: PEM.")
    private Format format = Format.PEM;

    @Mixin
    private OutputOptions output;

    @Override
    protected Answer answer(Context context) throws GeneralSecurityException {
        CertificateProfile profile =
                options.profile(CertificateProfile.builder().build()).build();
        String name = label + ".csr";
        output.require(name);
        Connected connected = context.openWithPin();
        CertificateRequest request = CertificateRequest.create(DeviceKey.of(connected.keyStore(), label), profile);
        Path file = output.write(name, format == Format.PEM ? request.pem() : request.der());
        return Answer.of(
                "Request for \"" + request.subject() + "\", signed by key \"" + label + "\" of device " + connected.id()
                        + " (" + request.algorithm() + "), written to " + FileIo.target(file) + ".",
                Answer.json("device", connected.id())
                        .and("label", label)
                        .and("subject", request.subject())
                        .and(
                                "subjectAltNames",
                                request.subjectAltNames().stream()
                                        .map(SubjectAlternativeName::toString)
                                        .toList())
                        .and("keyUsage", request.keyUsages())
                        .and("extendedKeyUsage", request.extendedKeyUsages())
                        .and("algorithm", request.algorithm())
                        .and("format", format.name())
                        .and("file", file)
                        .members());
    }
}
