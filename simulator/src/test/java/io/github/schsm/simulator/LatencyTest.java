// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.schsm.ConfigurationException;
import io.github.schsm.codec.EcCurve;
import io.github.schsm.simulator.profile.DeviceProfile;
import io.github.schsm.simulator.profile.LatencyTable;
import io.github.schsm.simulator.terminal.CardRemovedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Times are coarse: what must wait waits long, what must not has far more time than it needs. */
class LatencyTest {
    private static final long LONG_MILLIS = 300;
    private static final long FOR_EVER_MILLIS = 900_000;
    private static final String SIGN = "80680170 20" + "11".repeat(32) + "00";

    private VirtualReaders readers;
    private CardProbe probe;

    @BeforeEach
    void prepare() throws Exception {
        readers = VirtualReaders.create(DeviceProfile.smartCardHsm4k());
        probe = probe("ZZSIM000001");
    }

    private CardProbe probe(String id) throws Exception {
        CardProbe made = new CardProbe(readers.device(id));
        made.select();
        made.verify();
        made.generated(1, EcCurve.SECP256R1, "");
        return made;
    }

    private static LatencyTable table(String line) throws ConfigurationException {
        return LatencyTable.parse("test", line);
    }

    private static long millis(Runnable command) {
        long start = System.nanoTime();
        command.run();
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
    }

    private void sign(CardProbe device) {
        assertThat(device.send(SIGN)).isEqualTo(0x9000);
    }

    @Test
    void aCommandTakesWhatTheTableSays() throws Exception {
        probe.device().setLatency(table("sign.ec-256 = " + LONG_MILLIS));
        assertThat(millis(() -> sign(probe))).isGreaterThanOrEqualTo(LONG_MILLIS);
    }

    @Test
    void onlyThatKindOfKeyAndOnlyWhatWasCarriedOutTakesIt() throws Exception {
        probe.device()
                .setLatency(table("sign.rsa = " + FOR_EVER_MILLIS + "\nverify = " + FOR_EVER_MILLIS
                        + "\ninitialize-device = " + FOR_EVER_MILLIS + "\nsign.ec-384 = " + FOR_EVER_MILLIS));
        sign(probe);
        assertThat(probe.send("00200081")).isEqualTo(0x9000);
        assertThat(probe.send("8050000000")).isEqualTo(0x9000);
        probe.device().setLatency(table("sign = " + FOR_EVER_MILLIS));
        assertThat(probe.send(SIGN.replace("806801", "806802")))
                .as("no such key")
                .isNotEqualTo(0x9000);
    }

    @Test
    void aKeyThatIsMadeCountsAsWhatItBecomes() throws Exception {
        probe.device().setLatency(table("generate-key-pair.ec-384 = " + LONG_MILLIS));
        assertThat(millis(() -> probe.generate(2, EcCurve.SECP384R1, ""))).isGreaterThanOrEqualTo(LONG_MILLIS);
    }

    @Test
    void commandsOfOneDeviceWaitForEachOther() throws Exception {
        readers.setLatency(table("sign = " + LONG_MILLIS));
        // From before the first begins: the threads do not start at the same moment.
        long start = System.nanoTime();
        for (FutureTask<Long> signer : start(probe, probe)) {
            signer.get(60, TimeUnit.SECONDS);
        }
        assertThat(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start)).isGreaterThanOrEqualTo(2 * LONG_MILLIS);
    }

    /** One of them would never be done. */
    @Test
    void devicesDoNotWaitForEachOther() throws Exception {
        CardProbe other = probe("ZZSIM000002");
        probe.device().setLatency(table("sign = " + FOR_EVER_MILLIS));
        probe.device().recorder().start();
        List<FutureTask<Long>> signers = start(probe);
        while (probe.device().recorder().count() == 0) {
            Thread.onSpinWait();
        }
        sign(other);
        readers.device("ZZSIM000003");
        assertThat(readers.terminals().list()).hasSize(3);
        assertThat(signers.get(0).isDone()).isFalse();
        probe.device().remove();
        assertThatThrownBy(() -> signers.get(0).get(60, TimeUnit.SECONDS))
                .hasRootCauseInstanceOf(CardRemovedException.class);
    }

    private List<FutureTask<Long>> start(CardProbe... devices) {
        List<FutureTask<Long>> started = new ArrayList<>();
        for (CardProbe device : devices) {
            FutureTask<Long> signer = new FutureTask<>(() -> millis(() -> sign(device)));
            started.add(signer);
            Thread thread = new Thread(signer, "signer");
            thread.setDaemon(true);
            thread.start();
        }
        return started;
    }

    @Test
    void anInterruptionDoesNotHurryACard() throws Exception {
        probe.device().setLatency(table("sign = " + LONG_MILLIS));
        CountDownLatch interrupted = new CountDownLatch(1);
        FutureTask<Boolean> signer = new FutureTask<>(() -> {
            long took = millis(() -> sign(probe));
            while (interrupted.getCount() > 0) {
                Thread.onSpinWait();
            }
            return Thread.interrupted() && took >= LONG_MILLIS;
        });
        probe.device().recorder().start();
        Thread thread = new Thread(signer, "signer");
        thread.start();
        while (probe.device().recorder().count() == 0) {
            Thread.onSpinWait();
        }
        thread.interrupt();
        interrupted.countDown();
        assertThat(signer.get(60, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void devicesThatAreMadeLaterTakeAsLong() throws Exception {
        readers.setLatency(table("select = " + LONG_MILLIS));
        CardProbe later = new CardProbe(readers.device("ZZSIM000009"));
        assertThat(millis(later::select)).isGreaterThanOrEqualTo(LONG_MILLIS);
        readers.setLatency(LatencyTable.NONE);
        probe.device().setLatency(LatencyTable.NONE);
        sign(probe);
    }

    @Test
    void aFolderHasItsOwnTable(@TempDir Path folder) throws Exception {
        Files.writeString(folder.resolve("readers.latency"), "select = " + LONG_MILLIS);
        try (VirtualReaders kept = VirtualReaders.folder(folder)) {
            CardProbe slow = new CardProbe(kept.device("ZZSIM000001"));
            assertThat(millis(slow::select)).isGreaterThanOrEqualTo(LONG_MILLIS);
        }
        Files.writeString(folder.resolve("readers.latency"), "sel = 1");
        assertThatThrownBy(() -> VirtualReaders.folder(folder))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("readers.latency, line 1: \"sel\" is no command");
        Files.delete(folder.resolve("readers.latency"));
        VirtualReaders.folder(folder).close();
    }
}
