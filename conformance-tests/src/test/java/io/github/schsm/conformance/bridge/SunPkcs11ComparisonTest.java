// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.conformance.bench.Libraries;
import io.github.schsm.conformance.bench.Pki;
import io.github.schsm.conformance.bench.VirtualReader;
import io.github.schsm.conformance.programs.ByPcsc;
import io.github.schsm.conformance.programs.LifeOfAKey;
import io.github.schsm.conformance.programs.Trial;
import io.github.schsm.simulator.VirtualReaders;
import io.github.schsm.simulator.profile.DeviceProfile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.assertj.core.data.Percentage;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequest;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The same steps by this provider and by the JDK's own SunPKCS11, over the same OpenSC module and the same device. Ours
 * passes all; what SunPKCS11 does is what docs/sunpkcs11.md says.
 */
@Tag("pcsc")
@Tag("jdk")
class SunPkcs11ComparisonTest {
    private static final Path DOCUMENT = Path.of(System.getProperty("schsm.home"), "docs", "sunpkcs11.md");
    private static final Pattern ROW = Pattern.compile("\\| (.+) \\| (.+) \\| (.+) \\|");
    private static final Pattern APDUS = Pattern.compile("(\\d+) APDUs");
    private static final String SIGNER = "signer";
    private static final String BARE = "bare";
    private static final int KEYS = 20;

    @TempDir
    private static Path folder;

    /** A step, and how it went with SCHSM and with SunPKCS11. */
    private static final Map<String, List<String>> FOUND = new LinkedHashMap<>();

    private record Row(String step, String ours, String theirs) {
        @Override
        public String toString() {
            return step;
        }
    }

    static List<Row> rows() {
        return FOUND.entrySet().stream()
                .map(row -> new Row(
                        row.getKey(), row.getValue().get(0), row.getValue().get(1)))
                .toList();
    }

    @ParameterizedTest
    @MethodSource("rows")
    void oursPassesAndTheirsDoesWhatTheDocumentSays(Row row) throws Exception {
        Row said = said(row.step());
        if (APDUS.matcher(said.theirs()).matches()) {
            assertThat(row.ours()).matches(APDUS);
            assertThat(row.theirs()).matches(APDUS);
            assertThat(apdus(row.ours())).isCloseTo(apdus(said.ours()), within());
            assertThat(apdus(row.theirs())).isCloseTo(apdus(said.theirs()), within());
        } else {
            assertThat(row.ours()).isEqualTo(Trial.WORKS).isEqualTo(said.ours());
            assertThat(row.theirs()).startsWith(said.theirs());
        }
    }

    /** The module asks now and then whether the card is still there. */
    private static Percentage within() {
        return Percentage.withPercentage(5);
    }

    private static int apdus(String outcome) {
        Matcher number = APDUS.matcher(outcome);
        assertThat(number.matches()).as(outcome).isTrue();
        return Integer.parseInt(number.group(1));
    }

    private static Row said(String step) throws Exception {
        for (String line : Files.readAllLines(DOCUMENT)) {
            Matcher row = ROW.matcher(line);
            if (row.matches() && row.group(1).equals(step)) {
                return new Row(step, row.group(2), row.group(3));
            }
        }
        throw new AssertionError("no row \"" + step + "\" in " + DOCUMENT);
    }

    @BeforeAll
    static void compare() throws Exception {
        FOUND.clear();
        VirtualReaders readers = VirtualReaders.create(DeviceProfile.smartCardHsm4k());
        Pki pki = Pki.create();
        try (VirtualReader reader = VirtualReader.plug(0, readers.device("ZZSIM300001"))) {
            ByPcsc.makeKeys(reader, pki, List.of(SIGNER));
            ByPcsc.makeKeys(reader, null, List.of(BARE));
            for (Contender contender : contenders(reader)) {
                keyLivesByKeytool(contender, reader, pki, "EC", "-groupname", "secp256r1");
                keyLivesByKeytool(contender, reader, pki, "RSA", "-keysize", "2048");
                signs(contender);
                outlivesRemoval(contender, reader);
            }
        }
        try (VirtualReader reader = VirtualReader.plug(0, readers.device("ZZSIM300002"))) {
            List<String> labels = new ArrayList<>();
            for (int i = 0; i < KEYS; i++) {
                labels.add("key-" + i);
            }
            ByPcsc.makeKeys(reader, pki, labels);
            for (Contender contender : contenders(reader)) {
                loads(contender, reader);
            }
        }
        print();
    }

    private static List<Contender> contenders(VirtualReader reader) throws Exception {
        return List.of(Contender.ours(reader.device().id(), folder), Contender.theirs(0, folder));
    }

    private static void found(String step, String outcome) {
        FOUND.computeIfAbsent(step, unknown -> new ArrayList<>()).add(outcome);
    }

    private static void keyLivesByKeytool(
            Contender contender, VirtualReader reader, Pki pki, String algorithm, String... kind) throws Exception {
        String alias = algorithm.toLowerCase(Locale.ROOT);
        Path request = folder.resolve(contender + alias + ".csr");
        Path reply = folder.resolve(contender + alias + ".pem");
        String before = "keytool, " + algorithm + " key: ";

        List<String> generate = new ArrayList<>(List.of("-genkeypair", "-alias", alias, "-keyalg", algorithm));
        generate.addAll(List.of(kind));
        generate.addAll(List.of("-dname", "CN=" + alias, "-providername", contender.providerName()));
        generate.addAll(contender.keyPassword());
        found(before + "`-genkeypair`", contender.keytool(generate.toArray(String[]::new)));

        String requested = contender.keytool("-certreq", "-alias", alias, "-file", request.toString());
        found(before + "`-certreq`", requested);

        if (requested.equals(Trial.WORKS)) {
            JcaPKCS10CertificationRequest parsed = LifeOfAKey.parse(request).setProvider(Pki.BC);
            assertThat(parsed.isSignatureValid(new JcaContentVerifierProviderBuilder()
                            .setProvider(Pki.BC)
                            .build(parsed.getPublicKey())))
                    .isTrue();
            Files.writeString(
                    reply,
                    LifeOfAKey.pem(pki.chain(pki.issue(alias, parsed.getPublicKey()))),
                    StandardCharsets.US_ASCII);
        }
        found(
                before + "`-importcert` of a chain of three",
                contender.keytool("-importcert", "-noprompt", "-alias", alias, "-file", reply.toString()));
        found(before + "`-list`", contender.keytoolSays("Certificate chain length: 3", "-list", "-v", "-alias", alias));
        String deleted = contender.keytool("-delete", "-alias", alias);
        boolean gone = !ByPcsc.keyStore(reader).containsAlias(alias);
        found(before + "`-delete`", gone ? deleted : Trial.FAILS + "it is still there");
    }

    private static void signs(Contender contender) throws Exception {
        Map<String, Integer> sizes = new LinkedHashMap<>();
        sizes.put("32 bytes", 32);
        sizes.put("5 kB", 5_000);
        sizes.put("1 MB", 1_000_000);
        sizes.put("10 MB", 10_000_000);
        for (Map.Entry<String, Integer> size : sizes.entrySet()) {
            found(
                    "`SHA256withECDSA` over " + size.getKey(),
                    contender.tries(line -> {}, "sign", SIGNER, String.valueOf(size.getValue())));
        }
        found("8 threads with one key, 50 signatures each", contender.tries(line -> {}, "threads", SIGNER));
        found("a key without certificate is listed", contender.tries(line -> {}, "listed", BARE));
    }

    private static void outlivesRemoval(Contender contender, VirtualReader reader) throws Exception {
        Contender.Hand hand = line -> {
            if (line.equals(Trial.TAKE_OUT)) {
                reader.remove();
            } else {
                reader.insert();
            }
        };
        found("token out and in again: next signature", contender.tries(hand, "removed", SIGNER));
        found(
                "the same, and a signature was tried while it was out",
                contender.tries(hand, "removed-and-used-meanwhile", SIGNER));
        found(
                "token out and in again: next `load` of the key store, then a signature",
                contender.tries(hand, "removed-and-loaded-again", SIGNER));
    }

    private static void loads(Contender contender, VirtualReader reader) throws Exception {
        Map<String, String> steps = new LinkedHashMap<>();
        steps.put("load", "`load` of a token with 20 keys and certificates");
        steps.put("read", "`load`, then all 20 keys and certificates");
        for (Map.Entry<String, String> step : steps.entrySet()) {
            reader.device().recorder().start();
            String outcome = contender.tries(line -> {}, step.getKey(), String.valueOf(KEYS));
            int apdus = reader.device().recorder().count();
            found(step.getValue(), outcome.equals(Trial.WORKS) ? apdus + " APDUs" : outcome);
        }
    }

    private static void print() throws Exception {
        StringBuilder table = new StringBuilder("| step | SCHSM | SunPKCS11 |\n| --- | --- | --- |\n");
        for (Row row : rows()) {
            table.append("| " + row.step() + " | " + row.ours() + " | " + row.theirs() + " |\n");
        }
        System.out.println(
                "Over " + Libraries.find(Libraries.OPEN_SC) + " on Java " + Runtime.version() + ":\n\n" + table);
        Files.writeString(Path.of("target", "sunpkcs11-" + Runtime.version().feature() + ".md"), table);
    }
}
