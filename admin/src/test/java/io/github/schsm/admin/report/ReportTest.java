// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.admin.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.schsm.DeviceTrust;
import io.github.schsm.MalformedDataException;
import io.github.schsm.SchsmKeySpec;
import io.github.schsm.admin.dkek.CeremonyRecord;
import io.github.schsm.admin.dkek.RecordSignature;
import io.github.schsm.admin.inventory.Inventory;
import io.github.schsm.admin.inventory.InventoryReader;
import io.github.schsm.admin.inventory.World;
import io.github.schsm.admin.inventory.World.Side;
import io.github.schsm.admin.json.JsonDocuments;
import io.github.schsm.admin.key.DeviceKey;
import io.github.schsm.admin.policy.Policy;
import io.github.schsm.codec.HashAlgorithm;
import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Date;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReportTest {
    private static final String HOSTILE = "<script>alert(1)</script>\u202E\n";

    @TempDir
    private static Path folder;

    private static World world;
    private static DeviceTrust trust;
    private static SignedReport byCertificate;
    private static SignedReport byAttestation;
    private static X509Certificate certificate;

    @BeforeAll
    static void sign() throws Exception {
        world = new World(folder);
        world.group();
        trust = DeviceTrust.parse("simulator");
        Side side = world.open(World.A);
        side.generate(SchsmKeySpec.builder("tls")
                .parameters(new ECGenParameterSpec("secp256r1"))
                .build());
        certificate = certify(side, "tls");
        Inventory inventory =
                InventoryReader.of(world.provider(World.A, World.B)).read();
        byte[] ceremony = ceremony("for the signers").encode();
        Report.Builder builder = Report.builder(inventory)
                .title("Report of " + HOSTILE)
                .policy(Policy.standard().check(inventory))
                .custodians(CustodiansRecord.of("ceremony", ceremony)
                        .signedBy(RecordSignature.sign(ceremony, DeviceKey.of(side.keyStore(), "code-signing")), trust))
                .noAudit("there is no log");
        byCertificate = SignedReport.signed(builder, ReportSigner.of(side.keyStore(), World.A, "tls"));
        byAttestation = SignedReport.signed(builder, ReportSigner.of(side.keyStore(), World.A, "code-signing"));
    }

    @AfterAll
    static void close() {
        world.close();
    }

    private static X509Certificate certify(Side side, String alias) throws Exception {
        PrivateKey key = (PrivateKey) side.keyStore().getKey(alias, null);
        byte[] publicKey = side.keyStore().getCertificate(alias).getPublicKey().getEncoded();
        X500Name name = new X500Name("CN=Auditor");
        Instant now = Instant.now();
        X509Certificate made = new JcaX509CertificateConverter()
                .getCertificate(new X509v3CertificateBuilder(
                                name,
                                BigInteger.ONE,
                                Date.from(now.minus(Duration.ofDays(1))),
                                Date.from(now.plus(Duration.ofDays(40))),
                                name,
                                SubjectPublicKeyInfo.getInstance(publicKey))
                        .build(new JcaContentSignerBuilder("SHA256withECDSA")
                                .setProvider(side.provider())
                                .build(key)));
        side.keyStore().setKeyEntry(alias, key, null, new Certificate[] {made});
        return made;
    }

    private static CeremonyRecord ceremony(String comment) {
        String time = "2026-11-29T22:00:00Z";
        return new CeremonyRecord(
                CeremonyRecord.FORMAT,
                time,
                time,
                comment,
                "0123456789ABCDEF",
                null,
                null,
                List.of(new CeremonyRecord.Share("share-1-of-1.pbe", "A1".repeat(32))),
                List.of(new CeremonyRecord.Custodian("Ann & " + HOSTILE, 1, null, null, null, time)));
    }

    private static ReportVerification verify(byte[] file) throws MalformedDataException {
        return ReportVerification.of("report", file, trust, List.of(certificate));
    }

    @Test
    void aReportThatWasNotChangedHolds() throws Exception {
        for (SignedReport signed : List.of(byCertificate, byAttestation)) {
            for (byte[] file : List.of(signed.html(), signed.json())) {
                ReportVerification verified = verify(file);

                assertThat(verified.problems()).isEmpty();
                assertThat(verified.notes()).isEmpty();
                assertThat(verified.holds()).isTrue();
                assertThat(verified.devices()).isEqualTo(2);
                assertThat(verified.attestations()).isEqualTo(4);
                assertThat(SignedReport.parse("report", file)).isEqualTo(signed);
            }
        }
        assertThat(verify(byCertificate.html()).signature())
                .extracting(ReportVerification.VerifiedSignature::holder, ReportVerification.VerifiedSignature::trusted)
                .containsExactly("CN=Auditor", true);
        assertThat(verify(byAttestation.json()).signature())
                .extracting(ReportVerification.VerifiedSignature::trusted, ReportVerification.VerifiedSignature::kind)
                .containsExactly(true, SignedReport.Kind.CVC);
    }

    @Test
    void theSignersCertificateIsComparedWithAuthorities() throws Exception {
        ReportVerification trusted = ReportVerification.of("report", byCertificate.html(), trust, List.of(certificate));
        assertThat(trusted.holds()).isTrue();
        assertThat(trusted.signature())
                .extracting(ReportVerification.VerifiedSignature::trusted)
                .isEqualTo(true);

        Side side = world.open(World.B);
        side.generate(SchsmKeySpec.builder("other")
                .parameters(new ECGenParameterSpec("secp256r1"))
                .build());
        X509Certificate other = certify(side, "other");
        assertThat(ReportVerification.of("report", byCertificate.html(), trust, List.of(other))
                        .problems())
                .singleElement()
                .asString()
                .contains("issued by none of the authorities");
    }

    /** Everybody can make a certificate in any name: without word from elsewhere it proves nothing. */
    @Test
    void aReportByAnUnknownCertificateIsUnchangedAndDoesNotHold() throws Exception {
        byte[] page = byCertificate.html();
        ReportVerification unknown = ReportVerification.of("report", page, trust, List.of());

        assertThat(unknown.isUnchanged()).isTrue();
        assertThat(unknown.holds()).isFalse();
        assertThat(unknown.problems()).isEmpty();
        String publicKey = Objects.requireNonNull(unknown.signature()).publicKey();
        assertThat(unknown.signature().trusted()).isFalse();
        assertThat(ReportVerification.of("report", page, trust, List.of(), Set.of(publicKey))
                        .holds())
                .isTrue();
        for (SignedReport signed : List.of(byCertificate, byAttestation)) {
            ReportVerification other = ReportVerification.of(
                    "report", signed.html(), trust, List.of(certificate), Set.of("00".repeat(32)));
            assertThat(other.isUnchanged()).isFalse();
            assertThat(other.problems())
                    .singleElement()
                    .asString()
                    .contains("none of the keys that were given signed it");
        }
    }

    @Test
    void theCeremonysSignatureIsShownAndVerifiedAgain() throws Exception {
        String page = new String(byAttestation.html(), StandardCharsets.US_ASCII);

        assertThat(page)
                .containsPattern("The record of the ceremony is signed with the key &quot;code-signing&quot; of device "
                        + World.A + "#[0-9a-f]{8}, which is genuine and attests the key")
                .contains(HexFormat.of()
                        .withUpperCase()
                        .formatHex(HashAlgorithm.SHA256.digest(
                                ceremony("for the signers").encode())));
        ReportVerification untrusted = ReportVerification.of(
                "report", byCertificate.html(), DeviceTrust.parse("production"), List.of(certificate));
        assertThat(untrusted.problems())
                .anySatisfy(problem -> assertThat(problem)
                        .contains(
                                "it says that the record of the ceremony is signed with", "nothing proves whose key"));
    }

    /** What is said of it truly is no problem of the report, however bad it is. */
    @Test
    void aCeremonyThatNothingProvesIsShownAndNoted() throws Exception {
        Inventory inventory = byAttestation.report().inventory();
        Side side = world.open(World.A);
        ReportSigner signer = ReportSigner.of(side.keyStore(), World.A, "code-signing");
        byte[] file = ceremony("for the signers").encode();
        RecordSignature signature = RecordSignature.sign(file, DeviceKey.of(side.keyStore(), "code-signing"));
        CustodiansRecord plain = CustodiansRecord.of("ceremony", file);
        Map<String, CustodiansRecord> unproven = Map.of(
                "is not signed",
                plain,
                "does not fit it",
                CustodiansRecord.of("ceremony", ceremony("changed").encode()).signedBy(signature, trust),
                "no device that is trusted attests it",
                plain.signedBy(signature, DeviceTrust.parse("production")));
        for (Map.Entry<String, CustodiansRecord> one : unproven.entrySet()) {
            SignedReport signed = SignedReport.signed(Report.builder(inventory).custodians(one.getValue()), signer);

            assertThat(new String(signed.html(), StandardCharsets.US_ASCII))
                    .contains("<p class=\"bad\">The ", one.getKey());
            // A verifier that trusts more than who made the report says nothing against it.
            ReportVerification verified = ReportVerification.of("report", signed.html(), trust, List.of());
            assertThat(verified.holds()).as(verified.problems().toString()).isTrue();
            assertThat(verified.notes()).singleElement().asString().contains(one.getKey());
        }
    }

    /** A signer of reports who says of the ceremony what is not so. */
    @TestFactory
    List<DynamicTest> forgedCeremoniesAreFound() throws Exception {
        ReportSigner signer = ReportSigner.of(world.open(World.A).keyStore(), World.A, "code-signing");
        Map<String, Consumer<ObjectNode>> forgeries = new LinkedHashMap<>();
        forgeries.put("another member", record -> record.put("comment", "for the forgers"));
        forgeries.put(
                "another file",
                record -> evidence(record)
                        .put("file", new String(ceremony("for the forgers").encode(), StandardCharsets.UTF_8)));
        forgeries.put("another record", record -> {
            record.put("comment", "for the forgers");
            evidence(record).put("file", new String(ceremony("for the forgers").encode(), StandardCharsets.UTF_8));
        });
        forgeries.put("another device", record -> evidence(record).put("device", "ZZSIM000009#00000000"));
        forgeries.put("no signature", record -> evidence(record).putNull("signature"));
        forgeries.put(
                "a signature that does not hold",
                record -> evidence(record).put("holds", false).putNull("device"));
        forgeries.put("no word", record -> evidence(record).putNull("holds"));
        for (String member : List.of("format", "algorithm", "publicKey", "attestation", "signature")) {
            forgeries.put(
                    "signature: " + member,
                    record -> ((ObjectNode) evidence(record).get("signature")).put(member, "00"));
        }
        List<DynamicTest> tests = new ArrayList<>();
        for (Map.Entry<String, Consumer<ObjectNode>> forgery : forgeries.entrySet()) {
            tests.add(DynamicTest.dynamicTest(forgery.getKey(), () -> {
                ReportVerification verified = verify(withCeremony(signer, forgery.getValue()));

                assertThat(verified.signature()).isNotNull();
                assertThat(verified.problems())
                        .singleElement()
                        .asString()
                        .contains("record of")
                        .contains("ceremony");
            }));
        }
        return tests;
    }

    private static ObjectNode evidence(ObjectNode record) {
        return (ObjectNode) record.get(CustodiansRecord.EVIDENCE);
    }

    /** As JSON, signed well, with a record of a ceremony that is changed. */
    private static byte[] withCeremony(ReportSigner signer, Consumer<ObjectNode> change) throws Exception {
        Report honest = byAttestation.report();
        ObjectNode record = Objects.requireNonNull(honest.custodians()).deepCopy();
        change.accept(record);
        Report forged = new Report(
                honest.format(),
                honest.created(),
                honest.program(),
                honest.title(),
                honest.inventory(),
                null,
                record,
                null,
                signer.signer(),
                honest.html());
        return new SignedReport(forged, signer.sign(forged.canonical())).json();
    }

    @Test
    void whatIsNoRecordOfACeremonyIsRefused() {
        String good = new String(ceremony("for the signers").encode(), StandardCharsets.UTF_8);
        for (String bad : List.of(
                "",
                "[]",
                "null",
                "{}",
                "{\"custodians\":[{\"name\":\"Ann\"}]}",
                good.replace("schsm-dkek-ceremony-1", "schsm-record-signature-1"),
                good.replace("\"comment\"", "\"remark\""),
                good.replace("0123456789ABCDEF", "0123"),
                good.replace("A1A1", "a1a1"),
                good.replace("22:00:00Z", "yesterday"),
                good.replace("\"threshold\" : null", "\"threshold\" : 2"),
                good + good)) {
            assertThat(bad).isNotEqualTo(good);
            assertThatThrownBy(() -> CustodiansRecord.of("the file x.json", bytes(bad)))
                    .as(bad)
                    .isInstanceOf(MalformedDataException.class)
                    .hasMessageStartingWith("the file x.json");
        }
        assertThatThrownBy(() -> CustodiansRecord.of("x.json", good.getBytes(StandardCharsets.UTF_16)))
                .isInstanceOf(MalformedDataException.class)
                .hasMessageContaining("UTF-8");
    }

    /** By who has a genuine device, too: the signature is good, so that all the verification can do is to say it. */
    @Test
    void forgersPageAndDeviceAreTold() throws Exception {
        Side forger = world.open(World.B);
        forger.generate(SchsmKeySpec.builder("forger")
                .parameters(new ECGenParameterSpec("secp256r1"))
                .build());
        ReportSigner signer = ReportSigner.of(forger.keyStore(), World.A, "forger");
        Report honest = SignedReport.signed(
                        Report.builder(byAttestation.report().inventory()), signer)
                .report();
        String shell = ReportFile.shell(ReportPage.of(honest)).replace("may sign", "may not sign");
        Report forged = new Report(
                honest.format(),
                honest.created(),
                honest.program(),
                honest.title(),
                honest.inventory(),
                null,
                null,
                null,
                honest.signer(),
                ReportFile.sha256(shell));
        SignedReport signed = new SignedReport(forged, signer.sign(forged.canonical()));
        byte[] page = inText(signed.html(), text -> text.replace("may sign", "may not sign"));

        ReportVerification verified = verify(page);

        assertThat(verified.problems()).isEmpty();
        assertThat(verified.notes())
                .satisfiesExactlyInAnyOrder(
                        note -> assertThat(note).contains("device " + World.A + " signed it", World.B),
                        note -> assertThat(note).contains("nobody compared it"));
    }

    /** Whatever stands where the signature should be, it is a problem or malformed, and no other exception. */
    @Test
    void bytesThatAreNoSignatureDoNotBreakTheVerification() {
        for (SignedReport signed : List.of(byCertificate, byAttestation)) {
            SignedReport.Signature signature = Objects.requireNonNull(signed.signature());
            boolean cms = signature.kind() == SignedReport.Kind.CMS;
            byte[] good = HexFormat.of()
                    .parseHex(cms ? signature.value() : Objects.requireNonNull(signature.publicKeyFile()));
            // The beginning has most of the structure.
            for (int i = 0; i < good.length; i += i < 64 ? 1 : 41) {
                for (int value : new int[] {0x00, 0x30, 0x80, 0xA0}) {
                    byte[] changed = good.clone();
                    changed[i] = (byte) value;
                    String hex = HexFormat.of().withUpperCase().formatHex(changed);
                    SignedReport forged = new SignedReport(
                            signed.report(),
                            new SignedReport.Signature(
                                    signature.kind(),
                                    signature.algorithm(),
                                    cms ? hex : signature.value(),
                                    cms ? null : hex));
                    List<String> problems = new ArrayList<>();
                    var verified = SignatureCheck.of(
                            forged, trust, List.of(certificate), Set.of(), problems, new ArrayList<>());
                    assertThat(verified.isPresent() || !problems.isEmpty()).isTrue();
                }
            }
        }
    }

    /** A file that lacks what every report has is no reason to end without an answer. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "/inventory/devices/0/firmware",
                "/inventory/devices/0/label",
                "/inventory/devices/0/trust/chain/0/certificate",
                "/inventory/devices/0/keys/0/type",
                "/inventory/domains/0/keys/0/type"
            })
    void reportThatLacksSomethingDoesNotHold(String pointer) {
        ObjectNode document = (ObjectNode) JsonDocuments.tree(byAttestation);
        int name = pointer.lastIndexOf('/');
        ((ObjectNode) document.get("report").at(pointer.substring(0, name))).putNull(pointer.substring(name + 1));
        String json = new String(JsonDocuments.canonical(document.get("report")), StandardCharsets.UTF_8)
                .replace("<", "\\u003C")
                .replace(">", "\\u003E")
                .replace("&", "\\u0026");

        assertThat(problems(JsonDocuments.pretty(document))).isNotEmpty();
        assertThat(problems(inText(byAttestation.html(), text -> {
                    int from = text.indexOf(ReportFile.DATA) + ReportFile.DATA.length();
                    return text.substring(0, from) + json + text.substring(text.indexOf(ReportFile.END, from));
                })))
                .isNotEmpty();
    }

    @Test
    void rootsThatAreNotTrustedAreTold() throws Exception {
        ReportVerification verified =
                ReportVerification.of("report", byAttestation.html(), DeviceTrust.parse("production"), List.of());

        assertThat(verified.holds()).isFalse();
        assertThat(verified.problems())
                .anySatisfy(problem -> assertThat(problem).contains("not known to be in a genuine device"))
                .anySatisfy(problem -> assertThat(problem).contains("device " + World.B + " is said to be genuine"));
    }

    @Test
    void aReportWithoutASignatureProvesNothing() throws Exception {
        SignedReport unsigned =
                SignedReport.unsigned(Report.builder(byCertificate.report().inventory()));

        ReportVerification verified = verify(unsigned.html());

        assertThat(verified.holds()).isFalse();
        assertThat(verified.problems()).singleElement().asString().contains("it is not signed");
        assertThat(new String(unsigned.html(), StandardCharsets.US_ASCII)).contains("This report is not signed");
    }

    @Test
    void whatComesFromDevicesIsEscaped() {
        String page = new String(byCertificate.html(), StandardCharsets.US_ASCII);

        assertThat(page)
                .doesNotContain("<script>alert")
                .contains("&lt;script&gt;alert(1)&lt;/script&gt;\\u202E\\u000A");
        assertThat(page.chars()).allMatch(c -> c == '\n' || (c >= ' ' && c < 0x7F));
        assertThat(page)
                .contains("@media print", "Ann &amp; ")
                .doesNotContain("http:")
                .doesNotContain("https:");
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] inText(byte[] file, UnaryOperator<String> change) {
        return bytes(change.apply(new String(file, StandardCharsets.UTF_8)));
    }

    private static byte[] inJson(SignedReport signed, Consumer<ObjectNode> change) {
        ObjectNode document = (ObjectNode) JsonDocuments.tree(signed);
        change.accept(document);
        return JsonDocuments.pretty(document);
    }

    private static ObjectNode first(ObjectNode document, String... path) {
        JsonNode node = document.get("report");
        for (String step : path) {
            node = node.get(step);
        }
        return (ObjectNode) node.get(0);
    }

    /** Whatever is changed, by somebody who knows the format, is found. */
    @TestFactory
    List<DynamicTest> manipulationsAreFound() {
        byte[] page = byCertificate.html();
        String other = new String(byAttestation.html(), StandardCharsets.UTF_8);
        Map<String, byte[]> changed = new LinkedHashMap<>();
        changed.put("a word that is shown", inText(page, text -> text.replaceFirst("may sign", "may not sign")));
        changed.put(
                "a sign of the matrix",
                inText(page, text -> text.replaceFirst("<td data-state=\"C\"", "<td data-state=\"H\"")));
        changed.put("the title", inText(page, text -> text.replaceFirst("<h1>Report", "<h1>Reports")));
        changed.put("a row less", inText(page, text -> text.replaceFirst("<tr>\\n<th scope=\"row\">.*\\n", "<tr>\n")));
        changed.put("more at the end", inText(page, text -> text + "<p>All is well.</p>"));
        changed.put("more at the beginning", inText(page, text -> "<!-- -->" + text));
        changed.put("a byte order mark", inText(page, text -> "\uFEFF" + text));
        changed.put("a style that hides", inText(page, text -> text.replace("</style>", ".bad{display:none}</style>")));
        changed.put("a script", inText(page, text -> text.replace("</main>", "<script>x()</script></main>")));
        changed.put(
                "another data element before it",
                inText(page, text -> text.replace("<main>", "<main>" + ReportFile.DATA + "{}" + ReportFile.END)));
        changed.put(
                "something after the data in its element",
                inText(page, text -> text.replace("}</script>\n<script", "} </script>\n<script")));
        changed.put(
                "the data alone", inText(page, text -> text.replace("\"label\":\"group-signer\"", "\"label\":\"x\"")));
        changed.put("data and page", inText(page, text -> text.replace("group-signer", "group-forger")));
        changed.put("the hash of the page and the page", inText(page, text -> {
            String forged = text.replaceFirst("may sign", "may not sign");
            int data = forged.indexOf(ReportFile.DATA) + ReportFile.DATA.length();
            String shell = forged.substring(0, data)
                    + forged.substring(
                            forged.indexOf(ReportFile.END, data),
                            forged.indexOf(ReportFile.SIGNATURE) + ReportFile.SIGNATURE.length())
                    + ReportFile.END
                    + "\n</body>\n</html>\n";
            return forged.replaceFirst("\"html\":\"[0-9A-F]{64}\"", "\"html\":\"" + ReportFile.sha256(shell) + "\"");
        }));
        changed.put("the signature of another report", inText(page, text -> {
            int to = text.indexOf(ReportFile.SIGNATURE);
            return text.substring(0, to) + other.substring(other.indexOf(ReportFile.SIGNATURE));
        }));
        changed.put(
                "no signature",
                inText(
                        page,
                        text -> text.substring(0, text.indexOf(ReportFile.SIGNATURE)) + ReportFile.SIGNATURE + "null"
                                + ReportFile.END + "\n</body>\n</html>\n"));
        changed.put("a bit of the signature", inText(page, text -> {
            int at = text.lastIndexOf("\"}</script>") - 9;
            return text.substring(0, at) + (text.charAt(at) == '0' ? '1' : '0') + text.substring(at + 1);
        }));
        changed.put(
                "JSON: a key",
                inJson(
                        byCertificate,
                        document -> first(document, "inventory", "devices").put("label", "other")));
        changed.put(
                "JSON: a device less",
                inJson(
                        byCertificate,
                        document -> ((ArrayNode)
                                        document.get("report").get("inventory").get("devices"))
                                .remove(1)));
        changed.put(
                "JSON: the time",
                inJson(
                        byCertificate,
                        document -> ((ObjectNode) document.get("report")).put("created", "2020-01-01T00:00:00Z")));
        changed.put(
                "JSON: the policy",
                inJson(byCertificate, document -> ((ObjectNode) document.get("report")).putNull("policy")));
        changed.put(
                "JSON: the signer",
                inJson(
                        byCertificate,
                        document -> ((ObjectNode) document.get("report").get("signer")).put("label", "ceo")));
        changed.put(
                "JSON: the signature's kind",
                inJson(byCertificate, document -> ((ObjectNode) document.get("signature")).put("kind", "CVC")));
        changed.put(
                "JSON: another key's public key file",
                inJson(byAttestation, document -> ((ObjectNode) document.get("signature")).put("publicKeyFile", "00")));
        changed.put("JSON: no signature", inJson(byAttestation, document -> document.putNull("signature")));
        return changed.entrySet().stream()
                .map(one -> DynamicTest.dynamicTest(one.getKey(), () -> {
                    assertThat(one.getValue()).isNotEqualTo(page).isNotEqualTo(byCertificate.json());
                    assertThat(problems(one.getValue())).isNotEmpty();
                }))
                .toList();
    }

    private static List<String> problems(byte[] file) {
        try {
            return verify(file).problems();
        } catch (MalformedDataException refused) {
            return List.of(String.valueOf(refused.getMessage()));
        }
    }

    @Test
    void whatWasChangedIsTold() throws Exception {
        byte[] shown = inText(byCertificate.html(), text -> text.replaceFirst("may sign", "may not sign"));
        assertThat(verify(shown).problems())
                .anySatisfy(problem -> assertThat(problem).contains("what the page shows was changed"))
                .anySatisfy(
                        problem -> assertThat(problem).containsPattern("line \\d+ of the page shows .*may not sign"));

        byte[] data =
                inText(byCertificate.html(), text -> text.replace("\"label\":\"staying\"", "\"label\":\"leaving\""));
        assertThat(verify(data).problems())
                .anySatisfy(problem -> assertThat(problem).contains("changed after it was signed"))
                .anySatisfy(problem -> assertThat(problem).contains("staying").contains("leaving"));
    }

    /** Each byte that is cut off, or changed here and there. */
    @Test
    void noCutOrFlippedBytePasses() {
        byte[] page = byAttestation.html();
        for (int i = 0; i < page.length; i += 1 + page.length / 150) {
            byte[] flipped = page.clone();
            flipped[i] ^= 1;
            assertThat(problems(flipped)).as("byte " + i).isNotEmpty();
            assertThat(problems(Arrays.copyOf(page, i))).as("cut at " + i).isNotEmpty();
        }
    }

    @Test
    void filesThatAreNoReportsAreRefused() {
        for (String text : List.of("", "{}", "<html></html>", "[]", "\u0000", "{\"report\":null,\"signature\":null}")) {
            assertThatThrownBy(() -> SignedReport.parse("x.html", bytes(text)))
                    .as(text)
                    .isInstanceOf(MalformedDataException.class)
                    .hasMessageContaining("x.html");
        }
        ByteArrayOutputStream notText = new ByteArrayOutputStream();
        notText.write(0xFF);
        assertThatThrownBy(() -> SignedReport.parse("x.html", notText.toByteArray()))
                .hasMessageContaining("neither JSON nor a page");
    }

    @Test
    void keysThatCannotSignAreRefused() throws Exception {
        Side side = world.open(World.A);

        assertThatThrownBy(() -> ReportSigner.of(side.keyStore(), World.A, "none"))
                .hasMessageContaining("no key \"none\"");
    }
}
