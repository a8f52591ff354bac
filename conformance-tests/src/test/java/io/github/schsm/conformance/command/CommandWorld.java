// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.schsm.cli.Schsm;
import io.github.schsm.cli.io.Io;
import io.github.schsm.conformance.bench.Jdk;
import io.github.schsm.conformance.bench.MadeCertificate;
import io.github.schsm.conformance.bench.Program;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.PublicKey;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.security.spec.X509EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.crypto.Cipher;
import org.jspecify.annotations.Nullable;

/**
 * Where the examples of the help run: a folder with simulated devices and files.
 *
 * <p>ZZSIM000001 and ZZSIM000002 are members of one XKEK key domain in slot 0. The first has its group signer, {@code
 * group-signer}, and the keys {@code code-signing} (P-256, may be wrapped), {@code tls} (P-256, with a certificate) and
 * {@code rsa} (RSA-2048). ZZSIM000003 has a DKEK key domain in slot 0, of the share in {@code dkek.pbe}, with the key
 * {@code archive}, which may be wrapped. The folder {@code authority} is that of a CA
 * with the key {@code ca-key} on the first, which has issued a certificate of serial number 2A for the request {@code
 * www.csr}. ZZSIM000004 has no PIN: {@code custodian} on the first opens it. PINs and the SO-PIN are in the environment.
 *
 * <p>In an example, {@value #DOMAIN} is the UID of the XKEK key domain: its real one is another each time.
 *
 * <p>A command may change all that: each gets a copy.
 */
final class CommandWorld {
    static final String A = "ZZSIM000001";
    static final String B = "ZZSIM000002";
    static final String C = "ZZSIM000003";
    static final String D = "ZZSIM000004";
    static final String PIN = "648219";
    static final String SO_PIN = "3537363231383830";
    static final Map<String, String> ENVIRONMENT = Map.of("PIN", PIN, "SO_PIN", SO_PIN, "NEW_PIN", "87654321");

    /** The first digits of the XKEK key domain's UID, in examples. */
    private static final String DOMAIN = "62AEA0ED";

    private static final String PASSWORD = "correct horse";

    private final Path folder;
    private String uid;

    private CommandWorld(Path folder, String uid) {
        this.folder = folder;
        this.uid = uid;
    }

    /** The devices and files, made from nothing. */
    static CommandWorld make(Path folder) throws Exception {
        CommandWorld world = new CommandWorld(folder, "");
        world.xkekDomain();
        world.files();
        world.authority();
        world.dkekDomain();
        world.openedByKeys();
        return world;
    }

    /** The same devices and files once more. */
    CommandWorld copy(Path to) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path one : all.toList()) {
                Files.copy(one, to.resolve(folder.relativize(one)), StandardCopyOption.COPY_ATTRIBUTES);
            }
        }
        return new CommandWorld(to, uid);
    }

    Path folder() {
        return folder;
    }

    private void xkekDomain() throws Exception {
        on(A, "group-signer", "create", "--label=group-signer");
        for (String device : List.of(A, B)) {
            String id = file(device + ".cvc");
            String kdm = file(device + ".kdm");
            on(device, "device-id", "export", "--out", id);
            on(A, "kdm", "issue", "--signer=group-signer", "--id", id, "--out", kdm);
            on(device, "domain", "create", "--slot=0", "--kdm", kdm);
        }
        uid = new ObjectMapper()
                .readTree(json("group-signer", "show", "--device", A))
                .at("/groupSigners/0/uid")
                .asText();
        on(A, "generate", "--label=code-signing", "--slot=0", "--allow=ECDSA,WRAP");
        on(A, "generate", "--label=tls");
        on(A, "generate", "--label=rsa", "--type=RSA", "--size=2048");
    }

    private void files() throws Exception {
        Files.writeString(folder.resolve("report.pdf"), "%PDF-1.7\n% what is signed\n");
        Files.writeString(
                folder.resolve("policy.json"),
                "{\"name\": \"example\", \"rules\": {\"trustedDevice\": {}, \"pinTries\": {\"least\": 2},"
                        + " \"transportPin\": {}}}");
        MadeCertificate.Authority authority = MadeCertificate.Authority.named("Example CA");
        on(A, "export-cert", "--label=tls", "--pem", "--out", file("tls.cvreq.pem"));
        X509Certificate certificate = authority.certify("www.example.org", publicKey("tls"), true);
        Files.writeString(folder.resolve("tls.pem"), pem(certificate));
        on(A, "import-cert", "--label=tls", "--no-attestation", file("tls.pem"));

        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC", "SunEC");
        generator.initialize(256);
        KeyPair pair = generator.generateKeyPair();
        KeyStore keys = KeyStore.getInstance("PKCS12");
        keys.load(null, null);
        Certificate[] chain = {authority.certify("archive.example.org", pair.getPublic(), true)};
        keys.setKeyEntry("software", pair.getPrivate(), PASSWORD.toCharArray(), chain);
        try (var out = Files.newOutputStream(folder.resolve("keys.p12"))) {
            keys.store(out, PASSWORD.toCharArray());
        }
        secret("p12-password.txt", PASSWORD);
        secret("dkek-password.txt", PASSWORD);
        secret("pin.txt", PIN);
        secret("derivation-value.txt", "0123456789ABCDEF".repeat(4));
        Cipher encryption = Cipher.getInstance("RSA/ECB/PKCS1Padding", "SunJCE");
        encryption.init(Cipher.ENCRYPT_MODE, publicKey("rsa"));
        Files.write(
                folder.resolve("secret.enc"), encryption.doFinal("a wrapped secret".getBytes(StandardCharsets.UTF_8)));
    }

    private void authority() {
        on(A, "generate", "--label=ca-key");
        on(A, "ca", "init", "--label=ca-key", "--subject=CN=Example CA", "--folder", file("authority"));
        on(A, "csr", "--label=tls", "--subject=CN=www.example.org", "--out", file("www.csr"));
        on(
                A,
                "ca",
                "issue",
                "--folder",
                file("authority"),
                "--serial=2A",
                "--out",
                file("www-2A.pem"),
                file("www.csr"));
    }

    private PublicKey publicKey(String label) throws Exception {
        String attested = json("attest", label, "--device", A);
        byte[] encoded =
                new ObjectMapper().readTree(attested).at("/key/publicKey").binaryValue();
        return KeyFactory.getInstance(label.equals("rsa") ? "RSA" : "EC")
                .generatePublic(new X509EncodedKeySpec(encoded));
    }

    private void dkekDomain() {
        on(C, "domain", "create-share", file("dkek.pbe"), "--password-file", file("dkek-password.txt"));
        on(C, "domain", "create", "--slot=0", "--dkek-shares=1");
        on(C, "domain", "import-share", file("dkek.pbe"), "--slot=0", "--password-file", file("dkek-password.txt"));
        on(C, "generate", "--label=archive", "--slot=0", "--allow=ECDSA,WRAP");
    }

    private void openedByKeys() throws IOException {
        on(A, "generate", "--label=custodian");
        String key = file("custodian-1.pub");
        on(A, "pka", "export", "--label=custodian", "--out", key);
        on(
                D,
                "initialize",
                "--no-pin",
                "--required-keys=1",
                "--registered-keys=1",
                "--replace-keys",
                "--so-pin-env=SO_PIN");
        on(D, "pka", "register", key);
        String holder = Pattern.compile(A + "\\d{5}")
                .matcher(json("pka", "status", "--device", D))
                .results()
                .findFirst()
                .orElseThrow()
                .group();
        Run unanswered = run(List.of(
                "pka",
                "run",
                "--device",
                D,
                "--remote",
                holder,
                "--wait=1",
                "--folder",
                folder.toString(),
                "--",
                "keys"));
        try (Stream<Path> files = Files.list(folder)) {
            Path challenge = files.filter(file -> file.toString().endsWith(".challenge"))
                    .findFirst()
                    .orElseThrow(() -> new AssertionError(unanswered.err()));
            Files.move(challenge, folder.resolve("access.challenge"));
        }
    }

    private String file(String name) {
        return folder.resolve(name).toString();
    }

    private void secret(String name, String value) throws IOException {
        Path file = Files.createFile(
                folder.resolve(name),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(file, value);
    }

    private static String pem(X509Certificate certificate) throws Exception {
        return "-----BEGIN CERTIFICATE-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(certificate.getEncoded())
                + "\n-----END CERTIFICATE-----\n";
    }

    private String terminal() {
        return "simulator:" + folder.resolve("hsm");
    }

    private List<String> common() {
        return List.of("--terminal", terminal(), "--pin-env", "PIN", "--yes");
    }

    private void on(String device, String... words) {
        List<String> arguments = new ArrayList<>(List.of(words));
        arguments.addAll(List.of("--device", device));
        Run run = run(arguments);
        assertThat(run.status()).as("%s: %s%s", arguments, run.out(), run.err()).isZero();
    }

    private String json(String... words) {
        List<String> arguments = new ArrayList<>(List.of(words));
        arguments.add("--json");
        Run run = run(arguments);
        assertThat(run.status()).as("%s: %s", arguments, run.err()).isZero();
        return run.out();
    }

    private @Nullable String variable(String name) {
        return name.equals("HOME") ? folder.toString() : ENVIRONMENT.get(name);
    }

    /** What a command in this process said. */
    record Run(int status, String out, String err) {}

    /** Runs a command in this process. */
    Run run(List<String> words) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        List<String> arguments = new ArrayList<>(common());
        arguments.addAll(words);
        int status = Schsm.run(
                new Io(new PrintWriter(out, true), new PrintWriter(err, true), this::variable, null),
                arguments.toArray(String[]::new));
        return new Run(status, out.toString(), err.toString());
    }

    /** Runs lines in a shell, where {@code schsm} is the command in a process of its own. */
    Program.Result shell(List<String> lines) throws IOException, InterruptedException {
        return Program.run(List.of("bash", script(lines).toString()), ENVIRONMENT);
    }

    /** A script in which {@code schsm} is the command on these devices. */
    Path script(List<String> lines) throws IOException {
        List<String> text = new ArrayList<>();
        text.add("set -e -o pipefail");
        text.add("cd '" + folder + "'");
        // A password of a DKEK share is 30 million rounds of MD5.
        boolean computes = lines.stream().anyMatch(line -> line.contains("password") || line.contains(" dkek "));
        String command = Stream.concat(jvm(computes).stream(), common().stream())
                .map(word -> "'" + word + "'")
                .collect(Collectors.joining(" "));
        text.add("schsm() { " + command + " \"$@\"; }");
        lines.forEach(line -> text.add(inThisWorld(line)));
        return Files.write(folder.resolve("example.sh"), text);
    }

    /** The command as a process, which starts sooner with C1 alone and computes faster with all compilers. */
    private static List<String> jvm(boolean computes) {
        return List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xshare:auto",
                "-Xlog:disable",
                "-Xlog:all=error:stderr",
                "-XX:TieredStopAtLevel=" + (computes ? 4 : 1),
                "-cp",
                Jdk.ownClassPath(),
                "io.github.schsm.cli.Schsm");
    }

    /** Starts a line's command, which runs until it is ended; what it says is one stream. */
    Process start(String line) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(jvm(false));
        command.addAll(common());
        command.addAll(words(line));
        ProcessBuilder builder =
                new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true);
        builder.environment().putAll(ENVIRONMENT);
        return builder.start();
    }

    private String inThisWorld(String line) {
        return line.replace(DOMAIN, uid.substring(0, DOMAIN.length()));
    }

    /** The words that the shell makes of an example, without the first. */
    List<String> words(String line) throws IOException, InterruptedException {
        String output = Program.run("bash", "-c", "schsm() { printf '%s\\n' \"$@\"; }; " + inThisWorld(line))
                .succeeded()
                .output();
        return new String(output.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8)
                .lines()
                .toList();
    }
}
