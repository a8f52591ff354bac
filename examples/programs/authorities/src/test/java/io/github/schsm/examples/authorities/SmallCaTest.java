// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.examples.authorities;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.admin.certificate.CertificateAuthority;
import io.github.schsm.admin.certificate.CertificateProfile;
import io.github.schsm.admin.certificate.CertificateRequest;
import io.github.schsm.admin.certificate.Certificates;
import io.github.schsm.admin.certificate.RevocationReason;
import io.github.schsm.admin.key.DeviceKey;
import io.github.schsm.examples.support.Command;
import io.github.schsm.examples.support.DeviceWorld;
import io.github.schsm.examples.support.KeyKind;
import io.github.schsm.examples.support.Recipe;
import io.github.schsm.examples.support.Verdict;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Recipe(
        program = "SCHSM's small CA",
        version = "0.1.0-SNAPSHOT",
        verdict = Verdict.UNCHANGED,
        how = "`schsm ca`, or `CertificateAuthority`")
@Tag("programs")
class SmallCaTest {
    private static final Clock CLOCK = Clock.systemUTC();

    @TempDir
    private Path folder;

    private static X509Certificate issue(KeyStore keyStore, Path folder, byte[] request) throws Exception {
        // region small-ca
        DeviceKey key = DeviceKey.of(keyStore, "ca");
        CertificateProfile own = CertificateProfile.parse(
                "ca.profile",
                "subject = CN=Small CA\nbasicConstraints = CA:TRUE\nkeyUsage = keyCertSign, cRLSign\ndays = 3650");
        CertificateAuthority authority =
                CertificateAuthority.init(folder, key, Certificates.selfSigned(key, own, CLOCK), null, CLOCK);

        CertificateProfile server =
                CertificateProfile.parse("server.profile", "copy = subject\nextendedKeyUsage = serverAuth");
        X509Certificate issued = authority
                .issue(key, CertificateRequest.parse("server.csr", request), server, null)
                .recorded()
                .certificate();
        // endregion
        return issued;
    }

    @ParameterizedTest
    @EnumSource(names = {"P256", "P384", "BRAINPOOL256", "RSA2048"})
    void opensslBelievesItsCertificates(KeyKind kind) throws Exception {
        Path request = folder.resolve("server.csr");
        Command.run(
                folder,
                "openssl",
                "req",
                "-new",
                "-newkey",
                "ec",
                "-pkeyopt",
                "ec_paramgen_curve:prime256v1",
                "-nodes",
                "-keyout",
                "server.key",
                "-subj",
                "/CN=server",
                "-out",
                request.toString());
        try (DeviceWorld world = DeviceWorld.in(folder)) {
            world.key("ca", kind);
            Path records = folder.resolve("ca");

            X509Certificate issued = issue(world.keyStore(), records, Files.readAllBytes(request));

            Path file = world.pem("server.pem", issued);
            assertThat(verify(records, file).output()).contains("server.pem: OK");
            CertificateAuthority authority = CertificateAuthority.open(records, CLOCK);
            authority.revoke(issued.getSerialNumber(), RevocationReason.SUPERSEDED);
            Files.write(
                    folder.resolve("ca.crl"),
                    authority.crl(DeviceKey.of(world.keyStore(), "ca"), 7, null).der());
            Command.run(folder, "openssl", "crl", "-inform", "DER", "-in", "ca.crl", "-out", "crl.pem");
            Command.Result revoked = verify(records, file, "-crl_check", "-CRLfile", "crl.pem");
            assertThat(revoked.status()).isNotZero();
            assertThat(revoked.output()).contains("certificate revoked");
        }
    }

    private Command.Result verify(Path records, Path file, String... more) throws Exception {
        return Command.attempt(
                folder,
                Map.of(),
                Stream.of(
                                Stream.of(
                                        "openssl",
                                        "verify",
                                        "-CAfile",
                                        records.resolve("ca.pem").toString()),
                                Stream.of(more),
                                Stream.of(file.toString()))
                        .flatMap(each -> each)
                        .toArray(String[]::new));
    }
}
