// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli;

import static io.github.schsm.cli.Bench.A;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.InvalidRequestException;
import io.github.schsm.callback.LoginCallback;
import io.github.schsm.callback.PinPadCallback;
import io.github.schsm.callback.PinRequest;
import io.github.schsm.callback.TokenPinCallback;
import io.github.schsm.card.files.CardTokenInfo;
import io.github.schsm.card.files.DataObjectDescription;
import io.github.schsm.card.files.PrivateKeyDescription;
import io.github.schsm.cli.io.Output;
import io.github.schsm.cli.io.ShownWriter;
import io.github.schsm.codec.PrintableText;
import io.github.schsm.simulator.SimulatedDevice;
import io.github.schsm.simulator.VirtualReaders;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.stream.Stream;
import javax.smartcardio.CardChannel;
import javax.smartcardio.CardException;
import javax.smartcardio.CardTerminal;
import javax.smartcardio.CommandAPDU;
import javax.smartcardio.ResponseAPDU;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Texts that a device, a file or a certificate brings to move the cursor or to turn the order of writing. */
class HostileTextTest {
    /** Erases the screen and goes to its top, in 7 and in 8 bits; turns the order of writing; ends lines in four ways. */
    private static final String HOSTILE =
            "\u001B[2J\u009B1;1H\u202E\u2066\u200F\u200E\u2028\u2029\u0085x\r\ny\u007F\u0007";

    @TempDir
    static Path folder;

    private static Bench bench;

    @BeforeAll
    static void hostileDevice() throws Exception {
        bench = new Bench(folder, false);
        bench.on(A, "generate", "--label=key").done();
        bench.on(A, "group-signer", "create", "--label=signer").done();
        bench.withoutPinOn(A, "device-id", "export", "--out=" + bench.file("id"))
                .done();
        bench.on(
                        A,
                        "kdm",
                        "issue",
                        "--yes",
                        "--signer=signer",
                        "--id=" + bench.file("id"),
                        "--out=" + bench.file("kdm"))
                .done();
        bench.on(A, "domain", "create", "--slot=0", "--kdm", bench.file("kdm"), "--yes")
                .done();
        bench.on(A, "exchange-key", "create", "--slot=0", "--label=exchange").done();
        bench.withoutPinOn(A, "exchange-key", "export", "--label=exchange", "--out=" + bench.file("pub"))
                .done();
        Files.writeString(folder.resolve("content"), "content");
        bench.on(A, "data", "write", "--label=object", bench.file("content")).done();
        Files.write(folder.resolve("hostile.crt"), hostileCertificate());
        bench.on(A, "import-cert", "--label=CA", bench.file("hostile.crt")).done();
        try (VirtualReaders raw = VirtualReaders.folder(folder.resolve("state"))) {
            Raw card = Raw.of(raw, raw.device(A));
            card.write(0x2F03, CardTokenInfo.of(HOSTILE).encode());
            card.write(
                    0xC401,
                    PrivateKeyDescription.parse(card.read(0xC401))
                            .withLabel(HOSTILE)
                            .encode());
            card.write(0xCF09, new byte[] {1});
            card.write(
                    0xC909,
                    DataObjectDescription.of(HOSTILE, HOSTILE, "1.2.3", 0xCF09).encode());
        }
    }

    /** Another program at the reader, to which a device takes whatever it is given. */
    private record Raw(CardChannel channel) {
        static Raw of(VirtualReaders bench, SimulatedDevice device) throws CardException {
            for (CardTerminal terminal : bench.terminals().list()) {
                if (terminal.getName().equals(device.readerName())) {
                    Raw card = new Raw(terminal.connect("*").getBasicChannel());
                    card.send("00A404000BE82B0601040181C31F0201");
                    card.send("0020008106363438323139");
                    return card;
                }
            }
            throw new CardException("no reader of " + device.id());
        }

        byte[] send(String hex) throws CardException {
            ResponseAPDU answer =
                    channel.transmit(new CommandAPDU(HexFormat.of().parseHex(hex)));
            if (answer.getSW() != 0x9000 && answer.getSW() != 0x6282) {
                throw new CardException(hex + " answers " + Integer.toHexString(answer.getSW()));
            }
            return answer.getData();
        }

        void write(int fid, byte[] content) throws CardException {
            String length = String.format(Locale.ROOT, content.length < 0x80 ? "%02X" : "81%02X", content.length);
            String data = "5402000053" + length + HexFormat.of().formatHex(content);
            send(String.format(Locale.ROOT, "00D7%04X%02X%s", fid, data.length() / 2, data));
        }

        byte[] read(int fid) throws CardException {
            return send(String.format(Locale.ROOT, "00B1%04X045402000000", fid));
        }
    }

    /** A certificate whose names have an escape sequence in them. */
    private static byte[] hostileCertificate() throws Exception {
        try (InputStream in = HostileTextTest.class.getResourceAsStream("example-ca.pem")) {
            byte[] encoded = CertificateFactory.getInstance("X.509")
                    .generateCertificate(in)
                    .getEncoded();
            return replaced(
                    encoded,
                    "Example".getBytes(StandardCharsets.US_ASCII),
                    "\u001B[2J\u0007\n\rx".getBytes(StandardCharsets.US_ASCII));
        }
    }

    private static byte[] replaced(byte[] in, byte[] old, byte[] replacement) {
        byte[] out = in.clone();
        for (int i = 0; i + old.length <= in.length; i++) {
            if (Arrays.equals(in, i, i + old.length, old, 0, old.length)) {
                System.arraycopy(replacement, 0, out, i, old.length);
            }
        }
        return out;
    }

    private static void requireHarmless(String shown) {
        assertThat(shown.codePoints().filter(c -> c != '\n'))
                .as(PrintableText.of(shown))
                .noneMatch(c -> Character.isISOControl(c)
                        || Character.getType(c) == Character.FORMAT
                        || Character.getType(c) == Character.LINE_SEPARATOR
                        || Character.getType(c) == Character.PARAGRAPH_SEPARATOR
                        || Character.getType(c) == Character.SURROGATE);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "devices",
                "keys",
                "certs",
                "attest",
                "attest HOSTILE",
                "pin status",
                "pka status",
                "domain list",
                "group-signer show",
                "data list",
                "data read --label=HOSTILE --out=OUT",
                "data read --label=missing",
                "data delete --label=HOSTILE",
                "delete --label=HOSTILE",
                "delete --label=CA",
                "delete --label=missing",
                "export-cert --label=HOSTILE --out=OUT",
                "export-cert --label=CA --out=OUT",
                "sign --label=HOSTILE --out=OUT FILE",
                "sign --label=missing FILE",
                "wrap --label=HOSTILE",
                "generate --label=HOSTILE",
                "generate --label=CA",
                "import-cert --label=HOSTILE FILE",
                "decrypt --label=HOSTILE --algorithm=RSA/ECB/NoPadding FILE",
                "derive-key --from=HOSTILE --label=x",
                "pka export --label=HOSTILE --out=OUT",
                "exchange-key export --label=HOSTILE --out=OUT",
                "migrate --from=HOSTILE --to=x --label=HOSTILE",
                "random 8 --device=HOSTILE",
                "keys --reader=(HOSTILE",
                "keys --trust=HOSTILE",
                "keys --config=HOSTILE",
                "keys --channel=HOSTILE",
                "HOSTILE",
                "--HOSTILE",
                "keys HOSTILE",
                "pin HOSTILE",
                "label",
                "generate --label=x --curve=HOSTILE",
                "generate --label=x --type=HOSTILE",
                "attest --in=FILE",
                "kdm show FILE"
            })
    void nothingGetsToTheTerminalThatIsNotSeen(String line) throws IOException {
        Path file = Files.write(folder.resolve("file"), HOSTILE.getBytes(StandardCharsets.UTF_8));
        List<String> arguments = new ArrayList<>(List.of("--terminal", bench.terminal(), "--pin-env=PIN", "--verbose"));
        for (String word : line.split(" ", -1)) {
            arguments.add(word.replace("HOSTILE", HOSTILE)
                    .replace("FILE", file.toString())
                    .replace("OUT", folder.resolve("out").toString()));
        }
        Files.deleteIfExists(folder.resolve("out"));
        TypedAnswers person = new TypedAnswers("no");

        Run run = Run.of(Bench.ENVIRONMENT, person, arguments.toArray(String[]::new));

        requireHarmless(run.out());
        requireHarmless(run.err());
        person.questions.forEach(HostileTextTest::requireHarmless);
    }

    @Test
    void tableHasOneLineForEachAndJsonKeepsTheLabel() {
        assertThat(bench.withoutPinOn(A, "keys").done().out().lines())
                .hasSize(4)
                .anyMatch(line -> line.startsWith(PrintableText.of(HOSTILE)));

        Run json = new Bench(folder, true).withoutPinOn(A, "keys").done();
        assertThat(json.list("keys")).extracting("label").contains(HOSTILE);
        requireHarmless(json.out());
        assertThat(json.out().chars()).allMatch(c -> c < 0x7F);
        Run data = new Bench(folder, true).withoutPinOn(A, "data", "list").done();
        assertThat(data.list("dataObjects")).extracting("application").contains(HOSTILE);
        Run devices = new Bench(folder, true).withoutPinOn("", "devices").done();
        assertThat(devices.list("devices")).extracting("label").containsExactly(HOSTILE);
    }

    static Stream<byte[]> files() throws IOException {
        List<byte[]> all = new ArrayList<>();
        for (String name : List.of("pub", "kdm", "id")) {
            byte[] content = bench.content(name);
            for (int i = 0; i + 18 <= content.length; i++) {
                // CAR and CHR of 13 to 16 characters
                boolean isName = content[i] == 0x42 || (content[i] == 0x20 && i > 0 && content[i - 1] == 0x5F);
                int length = content[i + 1];
                if (isName && length >= 13 && length <= 16 && i + 2 + length <= content.length) {
                    byte[] changed = content.clone();
                    byte[] hostile = "\u001B[2J\u001B[1;1H\n\rThe".getBytes(StandardCharsets.US_ASCII);
                    System.arraycopy(hostile, 0, changed, i + 2, Math.min(length, hostile.length));
                    all.add(changed);
                }
            }
        }
        return all.stream();
    }

    /** The outer CAR of a public key file was painted onto the terminal as "The key was generated in …". */
    @ParameterizedTest
    @MethodSource("files")
    void namesInFilesAreShownEscaped(byte[] content) throws IOException {
        Path file = Files.write(folder.resolve("changed"), content);
        for (List<String> command : List.of(
                List.of("attest", "--in=" + file),
                List.of("kdm", "show", file.toString()),
                List.of("kdm", "issue", "--signer=signer", "--id=" + file, "--out=" + folder.resolve("new")),
                List.of("derive-xkek", "--label=exchange", "--peer=" + file),
                List.of("domain", "create", "--slot=1", "--kdm=" + file))) {
            for (List<String> format : List.of(List.<String>of(), List.of("--json"))) {
                List<String> arguments = new ArrayList<>(command);
                arguments.addAll(List.of("--terminal", bench.terminal(), "--pin-env=PIN"));
                arguments.addAll(format);
                TypedAnswers person = new TypedAnswers("no", "no");

                Run run = Run.of(Bench.ENVIRONMENT, person, arguments.toArray(String[]::new));

                requireHarmless(run.out());
                requireHarmless(run.err());
                person.questions.forEach(HostileTextTest::requireHarmless);
                if (!format.isEmpty()) {
                    assertThat(run.json()).isNotEmpty();
                }
            }
        }
    }

    @Test
    void exceptionsAndCallbacksShowItEscaped() {
        PinRequest request = new PinRequest(HOSTILE, HOSTILE, HOSTILE, OptionalInt.of(1), false, true);

        requireHarmless(String.valueOf(new InvalidRequestException("\"" + HOSTILE + "\"").getMessage()));
        requireHarmless(new TokenPinCallback(request).getPrompt());
        requireHarmless(new PinPadCallback(request, PinPadCallback.Entry.VERIFY).getMessage());
        requireHarmless(LoginCallback.refused(HOSTILE, 1).getMessage());
    }

    @ParameterizedTest
    @ValueSource(strings = {"\uD800", "a\uDC00b", "\uDB40\uDC41", "\uFEFF", "\u00AD", "\u061C", "\u2069"})
    void whatIsNotSeenIsANumber(String text) {
        requireHarmless(PrintableText.of(text));
        assertThat(PrintableText.of(text)).contains("\\u");
        assertThat(PrintableText.of(PrintableText.of(text))).isEqualTo(PrintableText.of(text));
    }

    @Test
    void whatIsSeenStaysAsItIs() {
        assertThat(PrintableText.of("Größe \uD83D\uDD11 鍵 C:\\x\\u")).isEqualTo("Größe \uD83D\uDD11 鍵 C:\\x\\u");
    }

    /** Even text that a command forgot: nothing but ends of lines, tabs and colours of its own gets out. */
    @Test
    void guardOfTheStreamsLetsNothingElseThrough() {
        StringWriter out = new StringWriter();
        PrintWriter guarded = new Output(ShownWriter.on(out));

        for (String piece : List.of(
                "a\u001B[2Jb\u001B", "[1mc\u001B[0;32m", "d\tk\n\u202E", "\uD83D", "\uDD11", "\uD800", "e\u009B")) {
            guarded.print(piece);
        }
        guarded.flush();

        assertThat(out.toString())
                .isEqualTo("a\\u001B[2Jb\u001B[1mc\u001B[0;32md\tk\n\\u202E\uD83D\uDD11\\uD800e\\u009B");
    }
}
