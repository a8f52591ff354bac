// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.docs;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.conformance.bench.Jdk;
import io.github.schsm.conformance.bench.Program;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands and the program of docs/certificates.md. */
@Tag("once")
class CertificateSnippetsTest {
    private static final String PAGE = "docs/certificates.md#";

    @TempDir
    private Path folder;

    @Test
    @RunsSnippets({PAGE + "csr", PAGE + "self-sign", PAGE + "ca", PAGE + "public-keys"})
    @Tag("repeated")
    void pageIsFollowedFromARequestToARevocation() throws Exception {
        Shell shell = Shell.ofClasses(folder, Jdk.all().get(0));
        Files.writeString(folder.resolve("report.pdf"), "a report");

        shell.run(PAGE + "csr").succeeded().says("verify OK", "CN = www.example.org");
        shell.run(PAGE + "self-sign").succeeded().says("CN=internal.example.org");
        shell.run(PAGE + "ca")
                .succeeded()
                .says("Certificate 2A of \"CN=www.example.org,O=Example,C=DE\"", "revoked, superseded");
        shell.run(PAGE + "public-keys").succeeded().says("Good signature", "Verified OK");

        assertThat(folder.resolve("tls.pem.attestation")).isNotEmptyFile();
        assertThat(folder.resolve("ca/ca.attestation")).isNotEmptyFile();
        shell.bash("""
                        openssl crl -in ca.crl -inform DER -CAfile ca/ca.pem -out crl.pem
                        openssl verify -CAfile ca/ca.pem tls.pem
                        ! openssl verify -CAfile ca/ca.pem -CRLfile crl.pem -crl_check tls.pem
                        ssh-keygen -l -f tls.pub
                        """).succeeded().says("tls.pem: OK", "certificate revoked", "www (ECDSA)");
    }

    @Test
    @RunsSnippets(PAGE + "issue")
    void programIsACa() throws Exception {
        Path source = folder.resolve("Ca.java");
        Files.writeString(source, """
                import io.github.schsm.*;
                import io.github.schsm.admin.certificate.*;
                import io.github.schsm.admin.key.*;
                import io.github.schsm.provider.SchsmProvider;
                import java.nio.file.*;
                import java.security.*;
                import java.security.cert.*;
                import java.security.cert.X509Certificate;
                import java.time.Clock;

                class Ca {
                    public static void main(String[] arguments) throws Exception {
                        Provider schsm =
                                new SchsmProvider().configure("terminal = simulator:memory; device = ZZSIM000001");
                        KeyStore keyStore = KeyStore.getInstance("SCHSM", schsm);
                        keyStore.load(null, "648219".toCharArray());
                        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC", schsm);
                        for (String label : new String[] {"ca-key", "tls"}) {
                            generator.initialize(SchsmKeySpec.builder(label)
                                    .parameters(new java.security.spec.ECGenParameterSpec("secp256r1"))
                                    .build());
                            generator.generateKeyPair();
                        }
                        Path folder = Path.of(arguments[0]), attestations = Path.of(arguments[1]);
                %s
                        X509CRL list = (X509CRL) CertificateFactory.getInstance("X.509")
                                .generateCRL(new java.io.ByteArrayInputStream(crl));
                        list.verify(root.getPublicKey());
                        System.out.println(list.isRevoked(issue.recorded().certificate()) + " "
                                + Files.exists(attestations.resolve("ca-key")));
                    }
                }
                """.formatted(Snippet.text(PAGE + "issue")));

        Program.run(
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin", "java")
                                        .toString(),
                                "-cp",
                                System.getProperty("java.class.path"),
                                source.toString(),
                                folder.resolve("ca").toString(),
                                folder.toString()),
                        Map.of())
                .succeeded()
                .says("true true");
    }
}
