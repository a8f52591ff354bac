// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.card.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.SchsmException;
import io.github.schsm.TokenNotPresentException;
import io.github.schsm.TransportException;
import io.github.schsm.card.CardDevice;
import io.github.schsm.card.CardDevices;
import io.github.schsm.card.SmartCardHsm;
import io.github.schsm.card.apdu.TransmitFailure;
import io.github.schsm.simulator.VirtualReaders;
import io.github.schsm.simulator.profile.DeviceProfile;
import io.github.schsm.simulator.terminal.HookedTerminals;
import io.github.schsm.simulator.terminal.HookedTerminals.Call;
import java.lang.reflect.InvocationTargetException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import javax.smartcardio.CardException;
import javax.smartcardio.CardNotPresentException;
import jnasmartcardio.Smartcardio;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Each way in which PC/SC does not begin or end well is told as what it is; none as a service that does not run. */
class ServiceFaultsTest {
    private static final String NOT_RUNNING = "not running";

    private static Throwable establish(long code) {
        return new Smartcardio.EstablishContextException(new Smartcardio.JnaPCSCException(
                code, "SCardEstablishContext got response 0x" + Long.toHexString(code)));
    }

    private static Throwable jna(Throwable target) {
        return new NoSuchAlgorithmException(
                "Error constructing implementation (algorithm: PC/SC, provider: JNA2PCSC)", target);
    }

    private static Throwable sun(String message) {
        return new NoSuchAlgorithmException(
                "Error constructing TerminalFactory for PC/SC using SunPCSC", new Exception(message));
    }

    private static Throwable notInitialized(String reason) {
        NoClassDefFoundError error = new NoClassDefFoundError("Could not initialize class com.sun.jna.Native");
        error.initCause(new ExceptionInInitializerError(
                "Exception java.lang.UnsatisfiedLinkError: " + reason + " [in thread \"main\"]"));
        return error;
    }

    private static Throwable missingClass() {
        NoClassDefFoundError error = new NoClassDefFoundError("com/sun/jna/NativeLong");
        error.initCause(new ClassNotFoundException("com.sun.jna.NativeLong"));
        return error;
    }

    /** As they were seen, with what has to be in the message. */
    static Stream<Arguments> faults() {
        String noexec = "/tmp/x/jna1.tmp: /tmp/x/jna1.tmp: failed to map segment from shared object";
        String missing =
                "Unable to load library 'libpcsclite.so.1':\nlibpcsclite.so.1: cannot open shared object file\n"
                        + "Native library (linux-x86-64/libpcsclite.so.1) not found in resource path (x.jar)";
        return Stream.of(
                Arguments.of("pcsc", establish(0x8010006AL), List.of("does not let this user in", "polkit")),
                Arguments.of("pcsc", establish(0xFFFFFFFF8010006AL), List.of("polkit", "SCARD_W_SECURITY_VIOLATION")),
                Arguments.of("pcsc", establish(0x80100006L), List.of("failed", "SCARD_E_NO_MEMORY")),
                Arguments.of("pcsc", establish(0x80100001L), List.of("failed", "SCARD_F_INTERNAL_ERROR")),
                Arguments.of("pcsc", establish(0x80100099L), List.of("not known", "0x80100099")),
                Arguments.of("pcsc", establish(6), List.of("not known", "0x00000006")),
                Arguments.of(
                        "pcsc", jna(new UnsatisfiedLinkError(noexec)), List.of("noexec", "-Djna.tmpdir", "sunpcsc")),
                Arguments.of("pcsc", new UnsatisfiedLinkError(noexec), List.of("noexec", "-Djna.tmpdir", "/tmp/x")),
                Arguments.of("pcsc", jna(notInitialized(noexec)), List.of("noexec", "-Djna.tmpdir", "/tmp/x")),
                Arguments.of(
                        "pcsc",
                        jna(new InvocationTargetException(new UnsatisfiedLinkError(noexec))),
                        List.of("noexec", "-Djna.tmpdir")),
                Arguments.of(
                        "pcsc",
                        jna(new UnsatisfiedLinkError("Failed to create temporary file for /com/sun/jna library")),
                        List.of("temporary folder", "-Djna.tmpdir", "Failed to create")),
                Arguments.of(
                        "pcsc",
                        jna(new UnsatisfiedLinkError("No space left on device")),
                        List.of("full", "-Djna.tmpdir", "No space left")),
                Arguments.of(
                        "pcsc",
                        jna(new Error("There is an incompatible JNA native library installed on this system")),
                        List.of("incompatible JNA native library")),
                Arguments.of("pcsc", jna(new UnsatisfiedLinkError(missing)), List.of("libpcsclite", "apt-get install")),
                Arguments.of("pcsc", jna(missingClass()), List.of("class path", "jna", "NativeLong")),
                Arguments.of("pcsc", jna(new IllegalStateException("odd")), List.of("not known", "odd")),
                Arguments.of("pcsc", new NoSuchAlgorithmException("no such"), List.of("not known", "no such")),
                Arguments.of("sunpcsc", sun("SCARD_W_SECURITY_VIOLATION"), List.of("polkit")),
                Arguments.of("sunpcsc", sun("Unknown error 0x80100099"), List.of("not known", "0x80100099")),
                Arguments.of(
                        "sunpcsc",
                        new NoSuchAlgorithmException(
                                "Error constructing TerminalFactory",
                                new UnsupportedOperationException(
                                        "PC/SC not available on this platform",
                                        new UnsatisfiedLinkError("libj2pcsc.so: libpcsclite.so.1: file too short"))),
                        List.of("file too short", "-Dsun.security.smartcardio.library")),
                Arguments.of(
                        "sunpcsc",
                        new NoSuchAlgorithmException(
                                "Error constructing TerminalFactory",
                                new UnsupportedOperationException(
                                        "PC/SC not available on this platform",
                                        new java.io.IOException("No PC/SC library found on this system."))),
                        List.of("No PC/SC library", "-Dsun.security.smartcardio.library")));
    }

    @ParameterizedTest
    @MethodSource("faults")
    void anyOtherFaultIsNotTakenForAServiceThatDoesNotRun(String source, Throwable thrown, List<String> texts) {
        TransportException told = PcscFault.of(thrown).serviceFailure(source);
        assertThat(told.getMessage())
                .startsWith(source + ": ")
                .contains(texts)
                .doesNotContain(NOT_RUNNING)
                .doesNotContain("start it")
                .doesNotContain("\n");
        assertThat(told).hasCause(thrown);
    }

    @ParameterizedTest
    @MethodSource("faults")
    void aReaderThatWasJustThereIsToldOfInTheSameWords(String source, Throwable thrown, List<String> texts) {
        assertThat(PcscFault.of(thrown).serviceFailure("reader 'Reader of " + source + "'"))
                .message()
                .contains("Reader of")
                .doesNotContain(NOT_RUNNING);
    }

    static Stream<Throwable> services() {
        return Stream.of(establish(0x8010001DL), establish(0x8010001EL), sun("SCARD_E_NO_SERVICE"));
    }

    @ParameterizedTest
    @MethodSource("services")
    void aServiceThatDoesNotRunIs(Throwable thrown) {
        assertThat(PcscFault.of(thrown).serviceFailure("pcsc"))
                .message()
                .contains("pcscd")
                .containsAnyOf(NOT_RUNNING, "cannot be reached");
    }

    @Test
    void theSocketTellsWhyTheServiceDoesNotAnswer(@TempDir Path folder) throws Exception {
        Path socket = folder.resolve("pcscd.comm");
        assertThat(PcscService.absence(socket)).contains(NOT_RUNNING, "start it", socket.toString());
        Files.createFile(socket);
        assertThat(PcscService.absence(socket)).contains(NOT_RUNNING, "start it again");
        assertThat(PcscService.socket(Map.of("PCSCLITE_CSOCK_NAME", "/x/y"))).isEqualTo(Path.of("/x/y"));
        assertThat(PcscService.socket(Map.of())).isEqualTo(Path.of("/run/pcscd/pcscd.comm"));
    }

    // Whatever an implementation of javax.smartcardio throws, wherever it does

    private interface Place {
        void fail(FailingCard card, Throwable thrown);
    }

    private static Map<String, Place> places() {
        Map<String, Place> places = new LinkedHashMap<>();
        places.put("list", (card, e) -> card.failsAt(Call.LIST, e));
        places.put("getName", (card, e) -> card.failsAt(Call.NAME, e));
        places.put("connect", (card, e) -> card.failsAt(Call.CONNECT, e));
        places.put("getATR", (card, e) -> card.failsAt(Call.ATR, e));
        places.put("getBasicChannel", (card, e) -> card.failsAt(Call.CHANNEL, e));
        places.put("beginExclusive", (card, e) -> card.failsAt(Call.BEGIN, e));
        places.put("transmit", FailingCard::failsAtCommands);
        places.put("transmit and isCardPresent", (card, e) -> {
            card.failsAtCommands(e);
            card.failsAt(Call.PRESENT, e);
        });
        places.put("transmit and cleaning up", (card, e) -> {
            card.failsAtCommands(e);
            card.failsAt(Call.END, e);
            card.failsAt(Call.DISCONNECT, e);
        });
        places.put("transmitControlCommand", (card, e) -> card.failsAt(Call.CONTROL, e));
        return places;
    }

    private static List<Throwable> exceptions() {
        return List.of(
                new IllegalArgumentException("removed during an APDU"),
                new IllegalStateException("Card has been removed"),
                new ArrayIndexOutOfBoundsException("Index 4 out of bounds for length 4"),
                new NullPointerException(),
                new UnsupportedOperationException("no"),
                new SecurityException("no permission"),
                (RuntimeException) establish(0x8010001DL),
                (RuntimeException) establish(0x80100099L));
    }

    private static List<Throwable> checked() {
        return List.of(
                new CardException("failed"),
                new CardException((String) null),
                new CardNotPresentException("gone"),
                new Smartcardio.JnaPCSCException(0x80100069L, "removed"),
                new Smartcardio.JnaPCSCException(0x80100017L, "reader unavailable"),
                new Smartcardio.JnaPCSCException(0x8010002FL, "unknown"));
    }

    @Test
    void nothingButTypedExceptionsComesOutOfAnyOfThem() throws Exception {
        VirtualReaders readers = VirtualReaders.create(DeviceProfile.smartCardHsm4k());
        readers.device(VirtualReaders.DEFAULT_DEVICE);
        int told = 0;
        for (Map.Entry<String, Place> place : places().entrySet()) {
            List<Throwable> thrown = new ArrayList<>(exceptions());
            if (!List.of("getName", "getATR", "getBasicChannel").contains(place.getKey())) {
                thrown.addAll(checked());
            }
            for (Throwable one : thrown) {
                FailingCard card = new FailingCard();
                place.getValue().fail(card, one);
                TerminalSource source =
                        TerminalSource.of("pcsc", new HookedTerminals(readers.terminals(), card, name -> "Reader"));
                String where = place.getKey() + " throws " + one;
                try {
                    CardDevices.readers(source);
                    if (place.getKey().equals("transmitControlCommand")) {
                        PinPad.of(PcscTransport.connect(source, "Reader"));
                        told++;
                    } else {
                        CardDevice.of(source, "Reader").withCard(SmartCardHsm::enumerateObjects);
                    }
                } catch (TransmitFailure failed) {
                    assertThat(failed.reported()).as(where).isInstanceOf(TokenNotPresentException.class);
                    told++;
                } catch (SchsmException failed) {
                    assertThat(failed)
                            .as(where)
                            .isInstanceOfAny(TokenNotPresentException.class, TransportException.class);
                    assertThat(failed.getMessage()).as(where).isNotBlank();
                    told++;
                }
            }
        }
        assertThat(told).isGreaterThan(100);
    }
}
