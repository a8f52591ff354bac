// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.programs;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.conformance.bench.Pki;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequest;

/** Everything that people do to a key with keytool, in the order in which they do it. */
public final class LifeOfAKey {
    private LifeOfAKey() {}

    /** Makes a key called {@code bare} that has no X.509 certificate. */
    interface BareKey {
        void make() throws Exception;
    }

    static void run(Keytool keytool, BareKey bare, Path folder) throws Exception {
        bare.make();
        generate(keytool, "generated");
        keytool.run("-list")
                .succeeded()
                .says("contains 2 entries", "generated, ", "bare, ", "PrivateKeyEntry", "fingerprint (SHA-256)");
        keytool.run("-list", "-v")
                .succeeded()
                .says("Alias name: bare", "Certificate chain length: 0")
                .says("Alias name: generated", "Certificate chain length: 1", "Owner: CN=generated");

        Pki pki = Pki.create();
        X509Certificate ofGenerated = certify(keytool, pki, "generated", null, folder);
        X509Certificate ofBare = certify(keytool, pki, "bare", "CN=Bare", folder);
        Path root = folder.resolve("root.pem");
        Files.writeString(root, pem(pki.root()), StandardCharsets.US_ASCII);
        keytool.run("-importcert", "-noprompt", "-alias", "trusted", "-file", root.toString())
                .succeeded();
        keytool.run("-list", "-v", "-alias", "bare")
                .succeeded()
                .says("Certificate chain length: 3", "Owner: CN=Bare", "Owner: CN=Test Issuer", "Owner: CN=Test Root");
        keytool.run("-list", "-alias", "trusted").succeeded().says("trustedCertEntry");

        assertThat(exported(keytool, "generated", folder)).isEqualTo(ofGenerated);
        assertThat(exported(keytool, "trusted", folder)).isEqualTo(pki.root());

        keytool.run("-changealias", "-alias", "bare", "-destalias", "renamed").succeeded();
        assertThat(exported(keytool, "renamed", folder)).isEqualTo(ofBare);
        keytool.run("-certreq", "-alias", "renamed").succeeded().says("BEGIN NEW CERTIFICATE REQUEST");

        keytool.run("-delete", "-alias", "generated").succeeded();
        keytool.run("-delete", "-alias", "trusted").succeeded();
        keytool.run("-list").succeeded().says("renamed, ").doesNotSay("generated, ", "trusted, ", "bare, ");
    }

    static void generate(Keytool keytool, String alias) throws Exception {
        generate(keytool, alias, "-keyalg", "EC", "-groupname", "secp256r1");
    }

    static void generate(Keytool keytool, String alias, String... kind) throws Exception {
        List<String> command = new ArrayList<>(List.of("-genkeypair", "-alias", alias));
        command.addAll(List.of(kind));
        command.addAll(List.of("-dname", "CN=" + alias, "-keypass", Keytool.PIN, "-providername", "SCHSM"));
        keytool.run(command.toArray(String[]::new)).succeeded();
    }

    /** The request goes to a CA in software, its answer with the whole chain comes back. */
    static X509Certificate certify(Keytool keytool, Pki pki, String alias, String name, Path folder) throws Exception {
        Path request = folder.resolve(alias + ".csr");
        if (name == null) {
            keytool.run("-certreq", "-alias", alias, "-file", request.toString())
                    .succeeded();
        } else {
            keytool.run("-certreq", "-alias", alias, "-file", request.toString(), "-dname", name)
                    .succeeded();
        }
        JcaPKCS10CertificationRequest parsed = parse(request);
        assertThat(parsed.isSignatureValid(new JcaContentVerifierProviderBuilder()
                        .setProvider(Pki.BC)
                        .build(parsed.getSubjectPublicKeyInfo())))
                .isTrue();
        String subject = parsed.getSubject().toString().replaceFirst("^CN=", "");
        X509Certificate leaf = pki.issue(subject, parsed.setProvider(Pki.BC).getPublicKey());
        Path reply = Files.writeString(folder.resolve(alias + ".pem"), pem(pki.chain(leaf)), StandardCharsets.US_ASCII);
        keytool.run("-importcert", "-noprompt", "-alias", alias, "-file", reply.toString())
                .succeeded()
                .says("Certificate reply was installed");
        return leaf;
    }

    public static JcaPKCS10CertificationRequest parse(Path request) throws Exception {
        String base64 = Files.readString(request, StandardCharsets.US_ASCII).replaceAll("-----[A-Z ]+-----", "");
        return new JcaPKCS10CertificationRequest(Base64.getMimeDecoder().decode(base64));
    }

    public static String pem(Certificate... certificates) throws Exception {
        StringBuilder all = new StringBuilder();
        for (Certificate certificate : certificates) {
            all.append("-----BEGIN CERTIFICATE-----\n")
                    .append(Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(certificate.getEncoded()))
                    .append("\n-----END CERTIFICATE-----\n");
        }
        return all.toString();
    }

    private static Certificate exported(Keytool keytool, String alias, Path folder) throws Exception {
        Path file = folder.resolve(alias + ".crt");
        keytool.run("-exportcert", "-rfc", "-alias", alias, "-file", file.toString())
                .succeeded();
        try (var in = Files.newInputStream(file)) {
            return CertificateFactory.getInstance("X.509").generateCertificate(in);
        }
    }
}
