// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.schsm.ConfigurationException;
import io.github.schsm.MalformedDataException;
import io.github.schsm.SchsmException;
import io.github.schsm.codec.EcCurve;
import io.github.schsm.simulator.applet.KeyUseTest;
import io.github.schsm.simulator.source.SimulatorTokenSource;
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Devices that live in a folder. */
class VirtualReadersFolderTest {
    private static final String ID = "ZZSIM000042";

    @TempDir
    private Path folder;

    private CardProbe open(VirtualReaders readers) throws SchsmException {
        CardProbe card = new CardProbe(readers.device(ID));
        card.select();
        card.verify();
        return card;
    }

    private Path stateFile() {
        return folder.resolve(ID + ".device");
    }

    @Test
    void everythingButTheSessionIsThereAgain() throws Exception {
        byte[] identity;
        byte[] hash = new byte[32];
        byte[] point;
        try (VirtualReaders readers = VirtualReaders.folder(folder)) {
            CardProbe card = open(readers);
            identity = card.read(0x2F02);
            assertThat(card.send("80520102010200")).isEqualTo(0x9000);
            assertThat(card.send("80520002 20" + "01".repeat(32))).isEqualTo(0x9000);
            point = card.generated(1, EcCurve.SECP521R1, "900400000009 91027092 920102 930103")
                    .publicPoint();
            assertThat(card.send("004802B1")).isEqualTo(0x9000);
            assertThat(card.command(
                            0x00460300,
                            CardProbe.bytes("5F290100 7F4915 060A04007F00070202020102 8203010001 02020400"
                                    + "5F200A 5554544D303030303031")))
                    .isEqualTo(0x9000);
            assertThat(card.write(0xCF07, hash)).isEqualTo(0x9000);
            assertThat(card.command(0x80680170, hash)).isEqualTo(0x9000);
            assertThat(card.send("0020008106 000000000000")).isEqualTo(0x63C2);
            assertThat(card.send("0020008808 0000000000000000")).isEqualTo(0x63CE);
        }
        try (VirtualReaders readers = VirtualReaders.folder(folder)) {
            assertThat(readers.deviceIds()).containsExactly(ID);
            CardProbe card = new CardProbe(readers.device(ID));
            assertThat(card.send("00200081")).isEqualTo(0x6D00);
            card.select();
            assertThat(card.send("00200081")).isEqualTo(0x63C2);
            assertThat(card.send("00200088")).isEqualTo(0x63CE);
            card.verify();
            assertThat(card.read(0x2F02)).isEqualTo(identity);
            assertThat(card.read(0xCF07)).isEqualTo(hash);
            assertThat(card.send("8052000200")).isEqualTo(0x9000);
            assertThat(card.hex()).startsWith("0201");
            assertThat(card.send("80520002 20" + "02".repeat(32) + "00")).isEqualTo(0x9000);
            assertThat(card.send("00A4000402CC0100")).isEqualTo(0x9000);
            assertThat(card.hex()).endsWith("A510" + "900400000008" + "91027092" + "920102" + "930103");
            assertThat(card.command(0x80680170, hash)).isEqualTo(0x9000);
            assertThat(EcCurve.SECP521R1.verify(point, hash, KeyUseTest.plain(card.data(), 66)))
                    .isTrue();
            assertThat(card.command(0x80780218, "")).isEqualTo(0x9000);
            assertThat(card.command(0x80680330, "0102")).isEqualTo(0x9000);
        }
    }

    @Test
    void theStateIsForTheOwnersEyesAndNothingElseIsLeftBehind() throws Exception {
        Path made = folder.resolve("new/readers");
        try (VirtualReaders readers = VirtualReaders.folder(made)) {
            readers.device(ID);
            try (var files = Files.list(made)) {
                assertThat(files.map(file -> file.getFileName().toString()))
                        .containsExactlyInAnyOrder(ID + ".device", "readers.lock");
            }
            FileStore store = Files.getFileStore(made);
            if (store.supportsFileAttributeView(PosixFileAttributeView.class)) {
                assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(made.resolve(ID + ".device"))))
                        .isEqualTo("rw-------");
                assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(made)))
                        .isEqualTo("rwx------");
            }
        }
    }

    @Test
    void whatOnlyReadsWritesNothing() throws Exception {
        try (VirtualReaders readers = VirtualReaders.folder(folder)) {
            CardProbe card = open(readers);
            assertThat(card.generate(1, EcCurve.SECP256R1, "")).isEqualTo(0x9000);
            assertThat(card.generate(2, EcCurve.SECP256R1, "900400000005")).isEqualTo(0x9000);
            FileTime longAgo = FileTime.fromMillis(0);
            Files.setLastModifiedTime(stateFile(), longAgo);
            card.select();
            card.verify();
            card.read(0xCE01);
            assertThat(card.command(0x80680170, new byte[32])).isEqualTo(0x9000);
            assertThat(card.send("0084000008")).isEqualTo(0x9000);
            card.learn(card.read(0x2F02));
            assertThat(card.write(0x2F10, new byte[3])).isEqualTo(0x9000);
            assertThat(Files.getLastModifiedTime(stateFile())).isEqualTo(longAgo);
            assertThat(card.command(0x80680270, new byte[32])).isEqualTo(0x9000);
            assertThat(Files.getLastModifiedTime(stateFile()))
                    .as("the use counter fell")
                    .isNotEqualTo(longAgo);
        }
    }

    @Test
    void theSameFolderIsOpenOnceUntilItsLastUserClosesIt() throws Exception {
        VirtualReaders first = VirtualReaders.folder(folder);
        VirtualReaders second = VirtualReaders.folder(folder.resolve("../" + folder.getFileName()));
        assertThat(second).isSameAs(first);
        first.close();
        assertThat(VirtualReaders.folder(folder)).isSameAs(first);
        first.close();
        second.close();
        VirtualReaders third = VirtualReaders.folder(folder);
        assertThat(third).isNotSameAs(first);
        third.close();
    }

    @Test
    void aFolderInUseByAnotherProcessIsRefusedWithItsNumber() throws Exception {
        try (ChildSimulator holder = ChildSimulator.start(folder, 0)) {
            assertThat(holder.readLine()).isEqualTo("ready");
            assertThatThrownBy(() -> VirtualReaders.folder(folder))
                    .isInstanceOf(ConfigurationException.class)
                    .hasMessageContaining(folder.toRealPath().toString())
                    .hasMessageContaining("process " + holder.pid());
        }
        VirtualReaders.folder(folder).close();
    }

    @Test
    void aDamagedStateIsReportedByNameAndLeftAlone() throws Exception {
        try (VirtualReaders readers = VirtualReaders.folder(folder)) {
            readers.device(ID);
        }
        byte[] good = Files.readAllBytes(stateFile());
        for (int i = 0; i < good.length; i += 7) {
            byte[] bad = good.clone();
            bad[i] ^= 1;
            Files.write(stateFile(), bad);
            assertThatThrownBy(() -> VirtualReaders.folder(folder))
                    .isInstanceOf(MalformedDataException.class)
                    .hasMessageContaining(stateFile().toRealPath().toString());
            assertThat(Files.readAllBytes(stateFile())).isEqualTo(bad);
        }
        Files.write(stateFile(), good);
        Files.move(stateFile(), folder.resolve("ZZSIM000043.device"));
        assertThatThrownBy(() -> VirtualReaders.folder(folder))
                .isInstanceOf(MalformedDataException.class)
                .hasMessageContaining(ID);
    }

    @Test
    void aFileInPlaceOfTheFolderIsReported() throws IOException {
        Path file = Files.createFile(folder.resolve("file"));
        assertThatThrownBy(() -> VirtualReaders.folder(file))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining(file.toString());
    }

    @Test
    void whatCannotBeKeptIsNotAcknowledgedAndNotDone() throws Exception {
        try (VirtualReaders readers = VirtualReaders.folder(folder)) {
            CardProbe card = open(readers);
            assertThat(card.write(0xCF01, new byte[] {1})).isEqualTo(0x9000);
            Path obstacle = Files.createDirectory(folder.resolve(ID + ".device.new"));
            Path inside = Files.createFile(obstacle.resolve("x"));
            assertThat(card.write(0xCF01, new byte[] {2})).isEqualTo(0x6581);
            card.select();
            assertThat(card.read(0xCF01)).containsExactly(1);
            Files.delete(inside);
            card.verify();
            assertThat(card.write(0xCF01, new byte[] {3})).isEqualTo(0x9000);
            assertThat(card.read(0xCF01)).containsExactly(3);
        }
    }

    @Test
    void anInterruptedThreadsCommandsAreKeptAsWell() throws Exception {
        try (VirtualReaders readers = VirtualReaders.folder(folder)) {
            CardProbe card = open(readers);
            Thread.currentThread().interrupt();
            assertThat(card.write(0xCF01, new byte[] {1})).isEqualTo(0x9000);
            assertThat(Thread.interrupted()).as("still interrupted").isTrue();
        }
        try (VirtualReaders readers = VirtualReaders.folder(folder)) {
            assertThat(open(readers).read(0xCF01)).containsExactly(1);
        }
    }

    @Test
    void theTokenSourceOpensFolders() throws Exception {
        SimulatorTokenSource source = new SimulatorTokenSource();
        source.open(folder.toString(), List.of());
        source.open(folder.toString(), List.of(ID));
        VirtualReaders readers = VirtualReaders.folder(folder);
        assertThat(readers.deviceIds()).containsExactly(VirtualReaders.DEFAULT_DEVICE, ID);
        for (int opened = 0; opened < 3; opened++) {
            readers.close();
        }
    }
}
