// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.admin.certificate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.schsm.InvalidRequestException;
import io.github.schsm.KeyAlgorithm;
import io.github.schsm.MalformedDataException;
import io.github.schsm.SchsmKeySpec;
import io.github.schsm.admin.inventory.World;
import io.github.schsm.admin.key.DeviceKey;
import io.github.schsm.codec.X509Certificates;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.DERIA5String;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.ExtensionsGenerator;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.cert.X509CRLHolder;
import org.bouncycastle.pkcs.PKCS10CertificationRequestBuilder;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CertificateAuthorityTest {
    private static final Instant NOW = Instant.parse("2026-11-29T12:00:00Z");
    private static final Clock CLOCK = Clock.fixed(NOW, ZoneOffset.UTC);

    @TempDir
    private static Path devices;

    private static World world;
    private static World.Side side;
    private static DeviceKey caKey;
    private static DeviceKey tls;

    @TempDir
    private Path folder;

    private CertificateAuthority ca;

    @BeforeAll
    static void keys() throws Exception {
        world = new World(devices);
        side = world.open(World.A);
        for (String label : List.of("ca", "tls")) {
            side.generate(SchsmKeySpec.builder(label)
                    .parameters(new ECGenParameterSpec("secp256r1"))
                    .build());
        }
        caKey = DeviceKey.of(side.keyStore(), "ca");
        tls = DeviceKey.of(side.keyStore(), "tls");
    }

    @AfterAll
    static void close() {
        world.close();
    }

    @BeforeEach
    void makeCa() throws Exception {
        ca = init("days = 1000");
    }

    private CertificateAuthority init(String more) throws Exception {
        CertificateProfile profile = CertificateProfile.parse(
                "ca",
                "subject = CN=Test CA, O=Example\nkeyUsage = keyCertSign, cRLSign\n"
                        + (more.contains("basicConstraints") ? "" : "basicConstraints = CA:TRUE\n") + more);
        return CertificateAuthority.init(
                folder.resolve("ca-" + System.nanoTime()),
                caKey,
                Certificates.selfSigned(caKey, profile, CLOCK),
                null,
                CLOCK);
    }

    private Path records() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.findFirst().orElseThrow();
        }
    }

    private static CertificateProfile profile(String text) throws Exception {
        return CertificateProfile.parse("test.profile", text);
    }

    private static CertificateRequest request(String text) throws Exception {
        return CertificateRequest.create(tls, profile(text));
    }

    private X509Certificate issue(String request, String profile) throws Exception {
        return ca.issue(caKey, request(request), profile(profile), null)
                .recorded()
                .certificate();
    }

    @Test
    void certificateSaysWhatTheProfileSetsAndCopies() throws Exception {
        CertificateAuthority.Issue issue = ca.issue(caKey, request("""
                        subject = CN=www.example.org, O=Example
                        subjectAltName = DNS:www.example.org, IP:192.0.2.7
                        keyUsage = digitalSignature, keyAgreement
                        extendedKeyUsage = clientAuth
                        """), profile("""
                        copy = subject, subjectAltName, keyUsage
                        extendedKeyUsage = serverAuth
                        basicConstraints = CA:FALSE
                        days = 30
                        crlDistributionPoint = http://crl.example.org/ca.crl
                        """), null);

        X509Certificate certificate = issue.recorded().certificate();
        assertThat(certificate.getSubjectX500Principal().getName()).isEqualTo("CN=www.example.org,O=Example");
        assertThat(certificate.getIssuerX500Principal())
                .isEqualTo(ca.certificate().getSubjectX500Principal());
        assertThat(X509Certificates.isIssuedBy(certificate, ca.certificate())).isTrue();
        assertThat(certificate.getSubjectAlternativeNames())
                .containsExactlyInAnyOrder(List.of(2, "www.example.org"), List.of(7, "192.0.2.7"));
        assertThat(certificate.getKeyUsage()).startsWith(true, false, false, false, true, false);
        assertThat(certificate.getExtendedKeyUsage()).containsExactly("1.3.6.1.5.5.7.3.1");
        assertThat(certificate.getBasicConstraints()).isEqualTo(-1);
        assertThat(certificate.getNotAfter().toInstant()).isEqualTo(NOW.plus(Duration.ofDays(30)));
        assertThat(certificate.getSerialNumber().bitLength()).isBetween(64, 128);
        assertThat(certificate.getExtensionValue(Extension.cRLDistributionPoints.getId()))
                .asString(StandardCharsets.ISO_8859_1)
                .contains("http://crl.example.org/ca.crl");
        byte[] authority = certificate.getExtensionValue(Extension.authorityKeyIdentifier.getId());
        byte[] subject = ca.certificate().getExtensionValue(Extension.subjectKeyIdentifier.getId());
        assertThat(authority).endsWith(Arrays.copyOfRange(subject, subject.length - 20, subject.length));
        assertThat(issue.notCopied()).containsExactly("extendedKeyUsage");
    }

    /** Rule, what the request asks for, and what the refusal names. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "copy = subject;subject.allow = CN | subject = CN=a,O=Evil | O | CN",
                "copy = subject;subject.require = O=Example | subject = CN=a,O=Evil | O=Example | subject.require",
                "copy = subject;subject.require = O=Example | subject = CN=a,O=Example,O=Evil | O=Example | once",
                "copy = subject, subjectAltName;subjectAltName.allow = DNS:*.example.org"
                        + " | subject = CN=a;subjectAltName = DNS:evil.org | DNS:evil.org | DNS:*.example.org",
                "copy = subject, keyUsage;keyUsage.allow = digitalSignature"
                        + " | subject = CN=a;keyUsage = keyEncipherment | keyEncipherment | digitalSignature",
                "copy = subject, keyUsage | subject = CN=a;keyUsage = keyCertSign | keyCertSign | keyUsage.allow",
                "copy = subject, extendedKeyUsage;extendedKeyUsage.allow = serverAuth"
                        + " | subject = CN=a;extendedKeyUsage = codeSigning | codeSigning | serverAuth",
                "copy = nothing | subject = CN=a | no name | profile",
                "copy = subject;days = 2000 | subject = CN=a | 2026-11-29 | at most 1000"
            })
    void whatTheProfileDoesNotAllowIsRefusedAndNothingRecorded(
            String profile, String request, String named, String wayOut) throws Exception {
        String expected = named.replace(
                "2026-11-29", ca.certificate().getNotAfter().toInstant().toString());

        assertThatThrownBy(() -> issue(request.replace(';', '\n'), profile.replace(';', '\n')))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining(expected)
                .hasMessageContaining(wayOut);
        assertThat(ca.issued()).isEmpty();
    }

    @Test
    void requestThatItsKeyDidNotSignIsRefused() throws Exception {
        byte[] der = request("subject = CN=www.example.org").der();
        der[der.length - 1] ^= 1;
        CertificateRequest forged = CertificateRequest.parse("forged", der);

        assertThatThrownBy(() -> ca.issue(caKey, forged, CertificateProfile.ofIssuedByDefault(), null))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("not signed by the key in it");
        assertThat(ca.issued()).isEmpty();
    }

    @Test
    void usualEndIsNotBeyondTheCas() throws Exception {
        ca = init("days = 100");

        assertThat(issue("subject = CN=a", "copy = subject").getNotAfter())
                .isEqualTo(ca.certificate().getNotAfter());
    }

    @Test
    void expiredCaSignsNothing() throws Exception {
        CertificateRequest request = request("subject = CN=a");
        Path records = records();
        CertificateAuthority late =
                CertificateAuthority.open(records, Clock.fixed(NOW.plus(Duration.ofDays(1001)), ZoneOffset.UTC));

        assertThatThrownBy(() -> late.issue(caKey, request, CertificateProfile.ofIssuedByDefault(), null))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("not today");
        assertThatThrownBy(() -> late.crl(caKey, 7, null))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("not today");
        assertThat(late.issued()).isEmpty();
    }

    @Test
    void serialNumberIsUsedOnceAndHasAtMostTwentyBytes() throws Exception {
        CertificateRequest request = request("subject = CN=a");
        CertificateProfile profile = profile("copy = subject");
        ca.issue(caKey, request, profile, BigInteger.TEN);

        assertThatThrownBy(() -> ca.issue(caKey, request, profile, BigInteger.TEN))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("0A is used already");
        assertThatThrownBy(
                        () -> ca.issue(caKey, request, profile, ca.certificate().getSerialNumber()))
                .hasMessageContaining("is used already");
        for (BigInteger bad : List.of(BigInteger.ZERO, BigInteger.ONE.negate(), BigInteger.ONE.shiftLeft(160))) {
            assertThatThrownBy(() -> ca.issue(caKey, request, profile, bad))
                    .isInstanceOf(InvalidRequestException.class)
                    .hasMessageContaining("20 bytes");
        }
        assertThat(ca.issued()).hasSize(1);
    }

    @Test
    void pathLengthFallsFromCaToCa() throws Exception {
        ca = init("basicConstraints = CA:TRUE, pathlen:1");

        assertThat(issue("subject = CN=sub", "copy = subject\nbasicConstraints = CA:TRUE, pathlen:0")
                        .getBasicConstraints())
                .isZero();
        assertThatThrownBy(() -> issue("subject = CN=sub", "copy = subject\nbasicConstraints = CA:TRUE"))
                .hasMessageContaining("pathlen:0");
        ca = init("basicConstraints = CA:TRUE, pathlen:0");
        assertThatThrownBy(() -> issue("subject = CN=sub", "copy = subject\nbasicConstraints = CA:TRUE, pathlen:0"))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("path length is 0");
    }

    @Test
    void revokedCertificateIsOnEveryLaterListWithItsReason() throws Exception {
        X509Certificate one = issue("subject = CN=one", "copy = subject");
        issue("subject = CN=two", "copy = subject");

        ca.revoke(one.getSerialNumber(), RevocationReason.KEY_COMPROMISE);

        for (int number = 1; number <= 2; number++) {
            CertificateAuthority.RevocationList list = ca.crl(caKey, 7, null);
            X509CRL crl =
                    (X509CRL) CertificateFactory.getInstance("X.509").generateCRL(new ByteArrayInputStream(list.der()));
            crl.verify(ca.certificate().getPublicKey());
            assertThat(list.number()).isEqualTo(BigInteger.valueOf(number));
            assertThat(ASN1Integer.getInstance(new X509CRLHolder(list.der())
                                    .getExtension(Extension.cRLNumber)
                                    .getParsedValue())
                            .intValueExact())
                    .isEqualTo(number);
            assertThat(crl.getNextUpdate().toInstant()).isEqualTo(NOW.plus(Duration.ofDays(7)));
            assertThat(crl.getRevokedCertificates()).singleElement().satisfies(entry -> {
                assertThat(entry.getSerialNumber()).isEqualTo(one.getSerialNumber());
                assertThat(entry.getRevocationReason()).isEqualTo(java.security.cert.CRLReason.KEY_COMPROMISE);
            });
        }
        assertThat(ca.issued(one.getSerialNumber()).state(NOW)).isEqualTo(IssuedCertificate.State.REVOKED);
        assertThatThrownBy(() -> ca.revoke(one.getSerialNumber(), RevocationReason.SUPERSEDED))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("keyCompromise");
        assertThatThrownBy(() -> ca.revoke(BigInteger.TWO, RevocationReason.SUPERSEDED))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("02");
    }

    @Test
    void severalAtOnceLoseNothing() throws Exception {
        int threads = 4;
        int each = 5;
        Path records = records();
        CertificateRequest request = request("subject = CN=a");
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try {
            List<Future<?>> running = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                running.add(pool.submit(() -> {
                    CertificateAuthority own = CertificateAuthority.open(records, CLOCK);
                    for (int n = 0; n < each; n++) {
                        own.issue(caKey, request, CertificateProfile.ofIssuedByDefault(), null);
                        own.crl(caKey, 1, null);
                    }
                    return null;
                }));
            }
            for (Future<?> one : running) {
                one.get();
            }
        } finally {
            pool.shutdownNow();
        }

        Set<BigInteger> serials = new HashSet<>();
        ca.issued().forEach(issued -> serials.add(issued.serial()));
        assertThat(serials).hasSize(threads * each);
        assertThat(ca.crl(caKey, 1, null).number()).isEqualTo(BigInteger.valueOf((long) threads * each + 1));
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"serial\":\"00\"", "not json", "{\"serial\":\"00\"}"})
    void damagedRecordsAreNamedWithTheirLine(String damage) throws Exception {
        issue("subject = CN=a", "copy = subject");
        Path index = records().resolve("index.jsonl");
        String line = Files.readString(index);
        Files.writeString(
                index, damage.startsWith("\"") ? line.replaceFirst("\"serial\":\"[0-9A-F]+\"", damage) : damage + "\n");

        assertThatThrownBy(() -> ca.issued())
                .isInstanceOf(MalformedDataException.class)
                .hasMessageContaining("index.jsonl, line 1");
    }

    @Test
    void folderThatCannotBeOneIsRefused() throws Exception {
        Path file = Files.writeString(folder.resolve("file"), "");
        for (Path bad : List.of(file, folder, folder.resolve("none/ca"))) {
            assertThatThrownBy(() -> CertificateAuthority.requireFree(bad))
                    .as(bad.toString())
                    .isInstanceOf(InvalidRequestException.class)
                    .hasMessageContaining(bad.toString());
        }
        assertThatThrownBy(() -> CertificateAuthority.open(folder.resolve("none"), CLOCK))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("there is no CA in the folder");
    }

    @Test
    void recordsThatCannotBeWrittenSignNothing() throws Exception {
        Path records = records();
        Files.deleteIfExists(records.resolve("lock"));
        Files.createDirectory(records.resolve("lock"));

        assertThatThrownBy(() -> issue("subject = CN=a", "copy = subject"))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("cannot be written");
        assertThat(ca.issued()).isEmpty();
    }

    @Test
    void certificateThatIsNoCasMakesNoCa() throws Exception {
        Path records = folder.resolve("new");
        X509Certificate end = Certificates.selfSigned(caKey, profile("subject = CN=a"), CLOCK);
        X509Certificate noUsage = Certificates.selfSigned(
                caKey, profile("subject = CN=a\nbasicConstraints = CA:TRUE\nkeyUsage = digitalSignature"), CLOCK);

        assertThatThrownBy(() -> CertificateAuthority.init(records, caKey, end, null, CLOCK))
                .hasMessageContaining("CA:TRUE");
        assertThatThrownBy(() -> CertificateAuthority.init(records, caKey, noUsage, null, CLOCK))
                .hasMessageContaining("keyCertSign");
        assertThatThrownBy(() -> CertificateAuthority.init(records, tls, ca.certificate(), null, CLOCK))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("is not the key of the CA");
        assertThat(records).doesNotExist();
    }

    @Test
    void whereTheAttestationCannotBeKeptThereIsNoCa() throws Exception {
        Path records = folder.resolve("new");
        side.generate(SchsmKeySpec.builder("fresh")
                .parameters(new ECGenParameterSpec("secp256r1"))
                .build());
        DeviceKey fresh = DeviceKey.of(side.keyStore(), "fresh");
        X509Certificate certificate = Certificates.selfSigned(
                fresh, profile("subject = CN=f\nbasicConstraints = CA:TRUE\nkeyUsage = keyCertSign, cRLSign"), CLOCK);

        assertThatThrownBy(() -> CertificateAuthority.init(
                        records,
                        fresh,
                        certificate,
                        (label, attestation) -> {
                            throw new InvalidRequestException("no room for " + label);
                        },
                        CLOCK))
                .hasMessageContaining("no room for fresh");

        assertThat(records).doesNotExist();
        assertThat(CertificateImport.attestation(side.keyStore(), "fresh")).isPresent();
    }

    @Test
    void keyThatMayNotSignIsNamedWithWhatItMayDo() throws Exception {
        side.generate(SchsmKeySpec.builder("agrees")
                .parameters(new ECGenParameterSpec("secp256r1"))
                .allow(KeyAlgorithm.ECDH)
                .build());

        assertThatThrownBy(() ->
                        CertificateRequest.create(DeviceKey.of(side.keyStore(), "agrees"), profile("subject = CN=a")))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("may not sign")
                .hasMessageContaining("ECDH");
        assertThatThrownBy(() -> CertificateRequest.create(tls, profile("subject = CN=a\nalgorithm = SHA256withRSA")))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("SHA384withECDSA");
        assertThatThrownBy(() -> CertificateRequest.create(tls, profile("days = 1")))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("has no name");
        assertThatThrownBy(() -> DeviceKey.of(side.keyStore(), "none"))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("no key \"none\"")
                .hasMessageContaining("tls");
    }

    /** Names that a decent program would not write. */
    @ParameterizedTest
    @ValueSource(strings = {"evil.org\0.example.org", "a b.example.org", "*.*.example.org", "example.org\33"})
    void namesThatCannotBeOnesAreNotTakenOver(String dns) throws Exception {
        PKCS10CertificationRequestBuilder builder = new PKCS10CertificationRequestBuilder(
                new X500Name("CN=a"),
                SubjectPublicKeyInfo.getInstance(tls.publicKey().getEncoded()));
        ExtensionsGenerator extensions = new ExtensionsGenerator();
        extensions.addExtension(
                Extension.subjectAlternativeName,
                false,
                new GeneralNames(new GeneralName(GeneralName.dNSName, new DERIA5String(dns))));
        builder.addAttribute(PKCSObjectIdentifiers.pkcs_9_at_extensionRequest, extensions.generate());
        CertificateRequest request = CertificateRequest.parse(
                "request", Signing.with(tls, null, builder::build).getEncoded());

        assertThatThrownBy(() -> ca.issue(caKey, request, CertificateProfile.ofIssuedByDefault(), null))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("subject alternative name");
        assertThat(ca.issued()).isEmpty();
    }

    @Test
    void subjectWithCharactersThatAreNotSeenIsNotTakenOver() throws Exception {
        CertificateRequest request = request("subject = CN=www\u202Egro.elpmaxe");

        assertThatThrownBy(() -> ca.issue(caKey, request, CertificateProfile.ofIssuedByDefault(), null))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("not seen")
                .hasMessageContaining("\\u202E");
    }

    /** In whatever letters: names are compared without regard to case. */
    @Test
    void nobodyGetsACertificateInTheNameOfTheCa() throws Exception {
        for (String subject : List.of("CN=Test CA, O=Example", "CN=test ca, O=EXAMPLE")) {
            CertificateRequest request = request("subject = " + subject);

            assertThatThrownBy(() -> ca.issue(caKey, request, CertificateProfile.ofIssuedByDefault(), null))
                    .isInstanceOf(InvalidRequestException.class)
                    .hasMessageContaining("the CA's own name");
        }
        assertThat(ca.issued()).isEmpty();
    }

    /** Holds the lock on a file until its input ends. */
    static final class LockHolder {
        private LockHolder() {}

        public static void main(String[] arguments) throws IOException {
            try (FileChannel channel = FileChannel.open(
                            Path.of(arguments[0]), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                    FileLock lock = channel.lock()) {
                System.out.println(lock.isValid());
                while (System.in.read() >= 0) {
                    // Nothing comes.
                }
            }
        }
    }

    @Test
    void anotherProcessIsWaitedFor() throws Exception {
        Process holder = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        LockHolder.class.getName(),
                        records().resolve("lock").toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (BufferedReader said = holder.inputReader(StandardCharsets.UTF_8)) {
            assertThat(said.readLine()).isEqualTo("true");
            CertificateRequest request = request("subject = CN=a");
            CompletableFuture<CertificateAuthority.Issue> issuing = CompletableFuture.supplyAsync(() -> {
                try {
                    return ca.issue(caKey, request, CertificateProfile.ofIssuedByDefault(), null);
                } catch (GeneralSecurityException failed) {
                    throw new IllegalStateException(failed);
                }
            });
            assertThatThrownBy(() -> issuing.get(300, TimeUnit.MILLISECONDS)).isInstanceOf(TimeoutException.class);
            assertThat(ca.issued()).isEmpty();

            holder.getOutputStream().close();

            assertThat(issuing.get(2, TimeUnit.MINUTES).recorded())
                    .isEqualTo(ca.issued().get(0));
        } finally {
            holder.destroyForcibly();
        }
    }
}
