// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli;

import static io.github.schsm.cli.Bench.A;
import static io.github.schsm.cli.Bench.B;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.github.schsm.cli.io.Io;
import io.github.schsm.cli.io.Output;
import io.github.schsm.cli.io.ShownWriter;
import io.github.schsm.cli.report.Status;
import io.github.schsm.simulator.SimulatedDevice;
import io.github.schsm.simulator.VirtualReaders;
import java.io.ByteArrayOutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands that look at everything in reach. */
class InventoryCommandsTest {
    @TempDir
    private Path folder;

    private Bench bench;
    private Bench json;

    @BeforeEach
    void open() {
        bench = new Bench(folder, false);
        json = new Bench(folder, true);
    }

    private void makeMembers() {
        bench.on(A, "group-signer", "create", "--label=group-signer").done();
        for (String device : List.of(A, B)) {
            bench.on(device, "domain", "join", "--signer=group-signer", "--signer-device=" + A, "--yes")
                    .done();
        }
        bench.on(A, "generate", "--label=code signing", "--slot=0", "--allow=ECDSA,WRAP")
                .done();
    }

    @Test
    void aKeyIsShownInWordsWithTheNextSteps() {
        makeMembers();

        String shown = bench.withoutPinOn("", "show", "code signing").done().out();

        assertThat(shown)
                .containsPattern("Limits: may sign; may move inside key domain XKEK [0-9A-F]{8}; cannot be read")
                .contains("Device " + A + ": has it", "Device " + B + ": could have it")
                .contains("generated in device " + A + ", which attests it and traces to ZZSRCA")
                .contains("Certificate: none; the device's own request is in its place")
                .contains("schsm migrate --from " + A + " --to " + B + " --label 'code signing'")
                .contains("schsm csr --device " + A + " --label 'code signing'");

        bench.on("", "migrate", "--from", A, "--to", B, "--label", "code signing")
                .done();

        assertThat(json.withoutPinOn("", "show", "code signing").done().list("copies"))
                .extracting(copy -> copy.get("state"))
                .containsExactly("HAS", "HAS");
        assertThat(bench.withoutPinOn("", "show", "code signing").done().out()).doesNotContain("schsm migrate");
    }

    @Test
    void severalKeysOfALabelAreToldApart() {
        bench.on(A, "generate", "--label=twin", "--use-counter=7").done();
        bench.on(B, "generate", "--label=twin").done();

        assertThat(bench.withoutPinOn("", "show", "twin").failed().err())
                .contains("several keys are called \"twin\"", A + " has ", B + " has ", "--device");
        String publicKey =
                (String) json.withoutPinOn(A, "show", "twin").done().json().get("publicKey");
        assertThat(json.withoutPinOn("", "show", publicKey).done().json().get("useCounters"))
                .isEqualTo(Map.of(A, 7L));
        assertThat(bench.withoutPinOn(A, "show", "none").failed().err()).contains("no key \"none\"", "twin");
        assertThat(bench.withoutPinOn("ZZSIM000009#12345678", "show", "twin")
                        .failed()
                        .err())
                .contains("ZZSIM000009");
    }

    @Test
    void keysOfAllDevicesAreOneList() {
        makeMembers();
        bench.on(B, "generate", "--label=other").done();

        assertThat(bench.withoutPinOn("", "keys", "--all-devices").done().out())
                .containsPattern(A + " +group-signer")
                .containsPattern(B + " +other");
        assertThat(json.withoutPinOn("", "keys", "--all-devices").done().list("devices"))
                .extracting(device -> device.get("device"), device -> ((List<?>) device.get("keys")).size())
                .containsExactly(tuple(A, 2), tuple(B, 1));
        assertThat(bench.withoutPinOn(B, "keys", "--all-devices").done().out()).doesNotContain("group-signer");
    }

    @Test
    void withoutADeviceTheExitStatusSaysSo() throws Exception {
        bench.withoutPinOn(A, "devices").done();
        SimulatedDevice device = VirtualReaders.folder(folder.resolve("state")).device(A);
        device.remove();

        Run none = bench.withoutPinOn(A, "devices");
        assertThat(none.status()).isEqualTo(Status.FAILED);
        assertThat(none.out()).contains("No device found.", device.readerName());
        assertThat(bench.withoutPinOn("", "keys", "--all-devices").status()).isEqualTo(Status.FAILED);

        device.insert();
        assertThat(bench.withoutPinOn(A, "devices").done().out()).containsPattern("\\d+ bytes");
    }

    @Test
    void watchTellsWhatComesAndGoes() throws Exception {
        bench.withoutPinOn(A, "devices").done();
        SimulatedDevice device = VirtualReaders.folder(folder.resolve("state")).device(A);

        assertThat(bench.withoutPinOn("", "watch", "--for=0").done().out())
                .contains("reader " + device.readerName(), "device " + A + " is in " + device.readerName());
        AtomicBoolean seen = new AtomicBoolean();
        Thread hand = new Thread(() -> {
            // However long the first look takes: one of these comes after it.
            while (!seen.get()) {
                device.remove();
                pause();
                device.insert();
                pause();
            }
        });
        hand.start();
        String lines = json.withoutPinOn("", "watch", "--count=1").done().out();
        seen.set(true);
        hand.join();

        assertThat(lines.lines().reduce((first, last) -> last).orElseThrow())
                .containsPattern("\"event\":\"DEVICE_(LEFT|CAME)\"")
                .contains("\"device\":\"" + A + "\"", "\"initial\":false");
        assertThat(bench.withoutPinOn("", "watch", "--count=0").misused().err()).contains("--count");
    }

    private static void pause() {
        try {
            Thread.sleep(700);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void aTerminalWithoutTheSignsGetsOthers() {
        makeMembers();

        assertThat(status(StandardCharsets.UTF_8))
                .contains("\u25CF has the key", "\u25CB could")
                .contains("\u2715");
        assertThat(status(StandardCharsets.US_ASCII))
                .contains("# has the key   o could have it   x cannot have it")
                .containsPattern("code signing +# +o")
                .doesNotContain("\\u25");
    }

    private String status(Charset encoding) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Io io = new Io(
                new Output(ShownWriter.on(out, encoding)), new PrintWriter(new StringWriter()), name -> null, null);
        assertThat(Schsm.run(io, "domain", "status", "--terminal", bench.terminal()))
                .isZero();
        io.out().flush();
        return out.toString(encoding);
    }
}
