// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.schsm.InvalidRequestException;
import io.github.schsm.SchsmKeySpec;
import io.github.schsm.admin.certificate.CertificateAuthority;
import io.github.schsm.admin.certificate.CertificateBundle;
import io.github.schsm.admin.certificate.CertificateImport;
import io.github.schsm.admin.certificate.CertificateProfile;
import io.github.schsm.admin.certificate.CertificateRequest;
import io.github.schsm.admin.certificate.Certificates;
import io.github.schsm.admin.certificate.IssuedCertificate;
import io.github.schsm.admin.certificate.RevocationReason;
import io.github.schsm.admin.key.DeviceKey;
import io.github.schsm.admin.key.PublicKeyEncryption;
import io.github.schsm.admin.key.PublicKeyFormat;
import io.github.schsm.admin.key.PublicKeys;
import io.github.schsm.admin.key.SignatureAlgorithms;
import io.github.schsm.admin.key.SignatureVerification;
import io.github.schsm.codec.EcCurve;
import io.github.schsm.codec.PublicKeyNumbers;
import io.github.schsm.conformance.bench.Bench;
import io.github.schsm.conformance.bench.BenchKind;
import io.github.schsm.conformance.bench.OnBenches;
import io.github.schsm.conformance.bench.Program;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Clock;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;

/**
 * What openssl and ssh-keygen think of requests, certificates, revocation lists, public keys and signatures that were made
 * with keys of devices, and what is made of theirs. All commands of a test run in one shell.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@OnBenches({BenchKind.SIMULATOR, BenchKind.SOFTHSM})
class CertificatesByOthersTest {
    private static final List<EcCurve> CURVES = List.of(
            EcCurve.SECP256R1,
            EcCurve.SECP384R1,
            EcCurve.SECP521R1,
            EcCurve.BRAINPOOLP256R1,
            EcCurve.BRAINPOOLP384R1,
            EcCurve.BRAINPOOLP512R1,
            EcCurve.SECP256K1);

    private static final String RSA = "rsa";
    private static final String PSS = "pss";
    private static final byte[] DATA = "what is signed".getBytes(StandardCharsets.UTF_8);

    @Parameter
    private BenchKind kind;

    @TempDir
    private Path folder;

    private Bench bench;
    private KeyStore keyStore;

    @BeforeParameterizedClassInvocation
    void openBench() throws Exception {
        bench = kind.open();
        keyStore = bench.source().keyStore();
        for (EcCurve curve : CURVES) {
            generate(
                    "EC",
                    SchsmKeySpec.builder(curve.curveName())
                            .parameters(new ECGenParameterSpec(curve.curveName()))
                            .build());
        }
        generate("RSA", SchsmKeySpec.builder(RSA).keySize(2048).build());
        keyStore = bench.source().keyStore();
    }

    @AfterParameterizedClassInvocation
    void closeBench() throws Exception {
        if (bench != null) {
            bench.close();
        }
    }

    private void generate(String algorithm, SchsmKeySpec spec) throws Exception {
        KeyPairGenerator generator =
                KeyPairGenerator.getInstance(algorithm, bench.source().provider());
        generator.initialize(spec);
        generator.generateKeyPair();
    }

    private static List<String> names() {
        return Stream.concat(CURVES.stream().map(EcCurve::curveName), Stream.of(RSA, PSS))
                .toList();
    }

    private DeviceKey key(String name) throws Exception {
        return DeviceKey.of(keyStore, name.equals(PSS) ? RSA : name);
    }

    private static String algorithm(String name) {
        return name.equals(PSS) ? "\nalgorithm = SHA384withRSAandMGF1" : "";
    }

    private static CertificateProfile profile(String text) throws Exception {
        return CertificateProfile.parse("profile", text);
    }

    private void write(String name, byte[] content) throws Exception {
        Files.write(folder.resolve(name), content);
    }

    private Program.Result bash(String script) throws Exception {
        write("script", ("set -e\ncd '" + folder + "'\n" + script).getBytes(StandardCharsets.UTF_8));
        return Program.run(List.of("bash", folder.resolve("script").toString()), Map.of());
    }

    @Test
    void requestsAndPublicKeysAreThoseOfTheKey() throws Exception {
        StringBuilder script = new StringBuilder();
        for (String name : names()) {
            DeviceKey key = key(name);
            CertificateRequest request = CertificateRequest.create(
                    key,
                    profile("subject = CN=" + name + ", O=Example\\, Inc., C=DE\n"
                            + "subjectAltName = DNS:host.example.org, IP:2001:db8::7, email:a@example.org\n"
                            + "keyUsage = digitalSignature\nextendedKeyUsage = clientAuth" + algorithm(name)));
            write(name + ".csr", request.pem());
            write(name + ".csr.der", request.der());
            write(name + ".pem", PublicKeyFormat.PEM.encode(key.publicKey(), ""));
            script.append("""
                    openssl req -in NAME.csr -verify -noout
                    openssl req -in NAME.csr.der -inform DER -noout -text >NAME.text
                    grep -q 'DNS:host.example.org, IP Address:2001:DB8:0:0:0:0:0:7, email:a@example.org' NAME.text
                    grep -q 'TLS Web Client Authentication' NAME.text
                    openssl req -in NAME.csr -noout -pubkey >NAME.other
                    cmp NAME.pem NAME.other
                    """.replace("NAME", name));
        }
        for (String name : List.of("secp256r1", "secp384r1", "secp521r1", RSA)) {
            write(name + ".pub", PublicKeyFormat.SSH.encode(key(name).publicKey(), "somebody@example.org"));
            script.append("""
                    ssh-keygen -l -f NAME.pub | grep somebody@example.org
                    ssh-keygen -e -m PKCS8 -f NAME.pub | cmp - NAME.pem
                    """.replace("NAME", name));
        }

        Program.Result result = bash(script.toString()).succeeded();

        assertThat(result.output().lines().filter(line -> line.contains("verify OK")))
                .hasSize(names().size());
    }

    @Test
    void certificatesAndListsOfEachKindOfCaAreGood() throws Exception {
        DeviceKey subject = key("secp256r1");
        CertificateRequest request = CertificateRequest.create(subject, profile("subject = CN=subject"));
        StringBuilder script = new StringBuilder();
        for (String name : names()) {
            DeviceKey caKey = key(name);
            CertificateProfile ofCa = profile("subject = CN=CA " + name + "\nbasicConstraints = CA:TRUE, pathlen:0\n"
                    + "keyUsage = keyCertSign, cRLSign" + algorithm(name));
            X509Certificate certificate = Certificates.selfSigned(caKey, ofCa, Clock.systemUTC());
            CertificateAuthority ca = CertificateAuthority.init(
                    folder.resolve("ca-" + name), caKey, certificate, null, Clock.systemUTC());
            CertificateProfile ofEnd = profile("copy = subject\nkeyUsage = digitalSignature\n"
                    + "extendedKeyUsage = serverAuth\nbasicConstraints = CA:FALSE\n"
                    + "subjectAltName = DNS:www.example.org\n"
                    + "crlDistributionPoint = http://crl.example.org/ca.crl" + algorithm(name));
            IssuedCertificate good = ca.issue(caKey, request, ofEnd, null).recorded();
            IssuedCertificate bad = ca.issue(caKey, request, ofEnd, null).recorded();
            ca.revoke(bad.serial(), RevocationReason.KEY_COMPROMISE);
            write(
                    name + ".crl",
                    ca.crl(caKey, 7, name.equals(PSS) ? "SHA384withRSAandMGF1" : null)
                            .der());
            write(name + "-good.pem", Certificates.pem(good.certificate()));
            write(name + "-bad.pem", Certificates.pem(bad.certificate()));
            script.append("""
                    openssl crl -inform DER -in NAME.crl -CAfile ca-NAME/ca.pem -out NAME-crl.pem
                    openssl crl -in NAME-crl.pem -noout -text >NAME.text
                    grep -A1 'X509v3 CRL Number' NAME.text | grep -q 1
                    grep -A1 'CRL Reason Code' NAME.text | grep -q 'Key Compromise'
                    openssl verify -x509_strict -purpose sslserver -verify_hostname www.example.org -crl_check \
                        -CAfile ca-NAME/ca.pem -CRLfile NAME-crl.pem NAME-good.pem
                    ! openssl verify -crl_check -CAfile ca-NAME/ca.pem -CRLfile NAME-crl.pem NAME-bad.pem >NAME.bad 2>&1
                    grep -q 'certificate revoked' NAME.bad
                    openssl x509 -in NAME-good.pem -noout -text >NAME.text
                    grep -q 'URI:http://crl.example.org/ca.crl' NAME.text
                    """.replace("NAME", name));
        }

        Program.Result result = bash(script.toString()).succeeded();

        assertThat(result.output().lines().filter(line -> line.endsWith("-good.pem: OK")))
                .hasSize(names().size());
    }

    /** Both ways: the device's key signs, openssl verifies; openssl's keys sign and decrypt what is made here. */
    @Test
    void signaturesRequestsAndSecretsOfOpensslAreUnderstood() throws Exception {
        write("data", DATA);
        StringBuilder script = new StringBuilder("""
                openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out rsa.key 2>/dev/null
                openssl pkey -in rsa.key -pubout -out rsa.pub
                openssl dgst -sha384 -sign rsa.key -out rsa.sig data
                openssl dgst -sha256 -sign rsa.key -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:32 -out pss.sig data
                """);
        for (EcCurve curve : CURVES) {
            DeviceKey key = key(curve.curveName());
            String algorithm = SignatureAlgorithms.ofCertificates(key.key(), null);
            Signature signature = Signature.getInstance(algorithm, key.provider());
            signature.initSign(key.privateKey());
            signature.update(DATA);
            byte[] signed = signature.sign();
            assertThat(verify(key.publicKey(), algorithm, signed)).isTrue();
            write("sig", signed);
            write(curve.curveName() + ".sig", signed);
            write(curve.curveName() + ".pem", PublicKeyFormat.PEM.encode(key.publicKey(), ""));
            script.append("""
                    openssl dgst -SHA -verify NAME.pem -signature NAME.sig data
                    openssl ecparam -name NAME -genkey -noout -out NAME.key
                    openssl pkey -in NAME.key -pubout -out NAME.pub
                    openssl dgst -SHA -sign NAME.key -out NAME.other data
                    openssl req -new -key NAME.key -SHA -subj '/C=DE/O=Example/CN=NAME' \
                        -addext subjectAltName=DNS:a.example.org,URI:https://example.org/x -out NAME.csr
                    """.replace("SHA", algorithm.substring(0, 6).toLowerCase(Locale.ROOT))
                    .replace("NAME", curve.curveName().equals("secp256r1") ? "prime256v1" : curve.curveName())
                    .replace("prime256v1.pem", "secp256r1.pem")
                    .replace("-signature prime256v1.sig", "-signature secp256r1.sig"));
        }

        bash(script.toString()).succeeded();

        PublicKey rsa = PublicKeys.parse("rsa.pub", Files.readAllBytes(folder.resolve("rsa.pub")));
        assertThat(verify(rsa, "SHA384withRSA", Files.readAllBytes(folder.resolve("rsa.sig"))))
                .isTrue();
        assertThat(verify(rsa, "SHA256withRSAandMGF1", Files.readAllBytes(folder.resolve("pss.sig"))))
                .isTrue();
        for (EcCurve curve : CURVES) {
            String name = curve == EcCurve.SECP256R1 ? "prime256v1" : curve.curveName();
            PublicKey other = PublicKeys.parse(name, Files.readAllBytes(folder.resolve(name + ".pub")));
            String algorithm =
                    SignatureAlgorithms.ofCertificates(key(curve.curveName()).key(), null);
            assertThat(verify(other, algorithm, Files.readAllBytes(folder.resolve(name + ".other"))))
                    .isTrue();
            CertificateRequest request =
                    CertificateRequest.parse(name, Files.readAllBytes(folder.resolve(name + ".csr")));
            request.verify();
            assertThat(request.subject()).isEqualTo("CN=" + name + ",O=Example,C=DE");
            assertThat(request.subjectAltNames())
                    .extracting(Object::toString)
                    .containsExactly("DNS:a.example.org", "URI:https://example.org/x");
            assertThat(PublicKeyNumbers.areEqual(request.publicKey(), other)).isTrue();
        }
        write("oaep", PublicKeyEncryption.encrypt(rsa, PublicKeyEncryption.DEFAULT, DATA));
        write("pkcs1", PublicKeyEncryption.encrypt(rsa, "RSA/ECB/PKCS1Padding", DATA));
        bash("""
                        openssl pkeyutl -decrypt -inkey rsa.key -in pkcs1 | cmp - data
                        openssl pkeyutl -decrypt -inkey rsa.key -pkeyopt rsa_padding_mode:oaep -pkeyopt rsa_oaep_md:sha256 \
                            -pkeyopt rsa_mgf1_md:sha1 -in oaep | cmp - data
                        """).succeeded();
    }

    private static boolean verify(PublicKey key, String algorithm, byte[] signature) throws Exception {
        return SignatureVerification.of(key, algorithm, new ByteArrayInputStream(DATA), signature)
                .good();
    }

    /** openssl leaves out what the JDK's key store needs to find a certificate that is of no key in the file. */
    @Test
    void certificatesInOpensslsContainersAreFoundAndMatched() throws Exception {
        DeviceKey caKey = key("secp384r1");
        CertificateAuthority ca = CertificateAuthority.init(
                folder.resolve("ca"),
                caKey,
                Certificates.selfSigned(
                        caKey,
                        profile("subject = CN=CA\nbasicConstraints = CA:TRUE\nkeyUsage = keyCertSign, cRLSign"),
                        Clock.systemUTC()),
                null,
                Clock.systemUTC());
        for (String name : List.of("secp256r1", RSA)) {
            CertificateRequest request = CertificateRequest.create(key(name), profile("subject = CN=" + name));
            write(
                    name + ".pem",
                    Certificates.pem(ca.issue(caKey, request, profile("copy = subject"), null)
                            .recorded()
                            .certificate()));
        }
        bash("""
                cat ca/ca.pem rsa.pem secp256r1.pem >all.pem
                openssl pkcs12 -export -nokeys -in all.pem -passout pass:secret -out new.p12
                openssl pkcs12 -export -nokeys -in all.pem -passout pass:secret -certpbe PBE-SHA1-3DES -macalg sha1 \
                    -out old.p12
                openssl pkcs12 -export -nokeys -in all.pem -passout pass:secret -certpbe NONE -out plain.p12
                openssl crl2pkcs7 -nocrl -certfile all.pem -out all.p7b
                openssl crl2pkcs7 -nocrl -certfile all.pem -outform DER -out all.p7c
                openssl x509 -in rsa.pem -text -out text.pem
                openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 >>text.pem
                cat ca/ca.pem secp256r1.pem >>text.pem
                """).succeeded();

        for (String file : List.of("all.pem", "text.pem", "new.p12", "old.p12", "plain.p12", "all.p7b", "all.p7c")) {
            CertificateBundle bundle =
                    CertificateBundle.parse(file, Files.readAllBytes(folder.resolve(file)), "secret"::toCharArray);

            assertThat(bundle.all()).as(file).hasSize(3);
            assertThat(CertificateImport.match(keyStore, bundle))
                    .as(file)
                    .filteredOn(chain -> !chain.label().equals("secp384r1"))
                    .allSatisfy(
                            chain -> assertThat(chain.chain()).hasSize(2).last().isEqualTo(ca.certificate()))
                    .extracting(CertificateImport.KeyChain::label)
                    .containsExactlyInAnyOrder("secp256r1", RSA);
        }
        assertThatThrownBy(() -> CertificateBundle.parse(
                        "new.p12", Files.readAllBytes(folder.resolve("new.p12")), "wrong"::toCharArray))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("password")
                .hasMessageNotContaining("wrong");
        for (CertificateImport.KeyChain chain : CertificateImport.match(
                keyStore,
                CertificateBundle.parse("all", Files.readAllBytes(folder.resolve("all.pem")), () -> new char[0]))) {
            CertificateImport.store(keyStore, chain, null);
            assertThat(keyStore.getCertificate(chain.label()))
                    .isEqualTo(chain.chain().get(0));
        }
    }
}
