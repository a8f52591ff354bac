// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.admin.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.schsm.SchsmException;
import io.github.schsm.TransportException;
import io.github.schsm.admin.doctor.Finding.Severity;
import io.github.schsm.admin.inventory.Inventory;
import io.github.schsm.admin.inventory.InventoryReader;
import io.github.schsm.provider.SchsmProvider;
import io.github.schsm.simulator.Fault;
import io.github.schsm.simulator.Faults;
import io.github.schsm.simulator.VirtualReaders;
import io.github.schsm.simulator.profile.DeviceProfile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each finding, forced by other surroundings than these. */
class DoctorTest {
    private static final String SOCKET = "run/pcscd/pcscd.comm";
    private static final String INFO = "usr/lib/pcsc/drivers/ifd-ccid.bundle/Contents/Info.plist";
    private static final DeviceProfile NEW = DeviceProfile.smartCardHsm4k();
    private static final String SIMULATED = "terminal = simulator:memory; device = ZZSIM000001";

    @TempDir
    private Path folder;

    private Path root;
    private Surroundings healthy;

    /** A computer where all is well: a file system, a service, and a reader. */
    @BeforeEach
    void healthyComputer() throws IOException {
        root = folder.resolve("root");
        file("usr/lib/x86_64-linux-gnu/libpcsclite.so.1", "");
        file(SOCKET, "");
        file(INFO, "<string>0x04E6</string> <string>0x5816</string>");
        healthy = Surroundings.ofThisComputer()
                .withRoot(root)
                .withEnvironment(Map.of())
                .withProperties(Map.of(
                        "os.name", "Linux",
                        "java.version", "17.0.15",
                        "sun.jnu.encoding", "UTF-8",
                        "jdk.module.path", "",
                        "java.io.tmpdir", folder.toString(),
                        "user.name", "alice"))
                .withBouncyCastles(List.of("bcprov.jar"))
                .withProviders(Map.of(1, "SUN"), List.of("SUN"))
                .at(Instant.parse("2027-01-01T00:00:00Z"))
                .withPcsc(file -> false, () -> Optional.of("pcsc-lite version 1.9.9"), sun -> List.of("Reader 00 00"))
                .withDevices(configuration -> simulated(NEW));
    }

    private Path file(String name, String content) throws IOException {
        Path file = root.resolve(name);
        Files.createDirectories(Objects.requireNonNull(file.getParent()));
        return Files.writeString(file, content);
    }

    /** What is seen of devices in a folder, after something was done to them. */
    private Inventory simulated(DeviceProfile profile, Preparation preparation, String more) throws SchsmException {
        try {
            Path place = Files.createTempDirectory(folder, "devices");
            try (VirtualReaders readers = VirtualReaders.folder(place, profile);
                    SchsmProvider provider = (SchsmProvider)
                            new SchsmProvider().configure("terminal = simulator:" + place + "; " + more)) {
                preparation.prepare(readers);
                return InventoryReader.of(provider).withoutContents().read();
            }
        } catch (IOException noFolder) {
            throw new UncheckedIOException(noFolder);
        }
    }

    private Inventory simulated(DeviceProfile profile) throws SchsmException {
        return simulated(profile, readers -> readers.device("ZZSIM000001"), "");
    }

    @FunctionalInterface
    private interface Preparation {
        void prepare(VirtualReaders readers) throws SchsmException;
    }

    private static Diagnosis examine(Surroundings surroundings) {
        return Doctor.of(surroundings).examine();
    }

    private static Finding finding(Diagnosis diagnosis, String id) {
        return diagnosis.findings().stream()
                .filter(finding -> finding.id().equals(id))
                .findFirst()
                .orElseThrow(() -> new AssertionError(id + " is not in " + diagnosis.lines()));
    }

    private static Finding problem(Surroundings surroundings, String id) {
        Diagnosis diagnosis = examine(surroundings);
        Finding found = finding(diagnosis, id);
        assertThat(found.severity()).as(found.message()).isEqualTo(Severity.PROBLEM);
        assertThat(found.remedy()).isNotBlank();
        assertThat(diagnosis.isHealthy()).isFalse();
        return found;
    }

    private static Finding warning(Surroundings surroundings, String id) {
        Diagnosis diagnosis = examine(surroundings);
        Finding found = finding(diagnosis, id);
        assertThat(found.severity()).as(found.message()).isEqualTo(Severity.WARNING);
        assertThat(found.remedy()).isNotBlank();
        assertThat(diagnosis.isHealthy()).isTrue();
        return found;
    }

    @Test
    void aHealthyComputerHasNothingButGoodFindings() {
        Diagnosis diagnosis = examine(healthy);

        assertThat(diagnosis.findings())
                .allSatisfy(finding ->
                        assertThat(finding.severity()).as(finding.message()).isEqualTo(Severity.OK));
        assertThat(diagnosis.lines()).last().asString().contains("is well");
        assertThat(finding(diagnosis, "pcsc.service").message()).contains("1.9.9");
    }

    @Test
    void thisComputerCanBeLookedAtWhateverItHas() {
        Diagnosis diagnosis = Doctor.of(Surroundings.ofThisComputer()).examine();

        assertThat(diagnosis.findings())
                .extracting(Finding::id)
                .contains("jvm.version", "configuration", "pcsc.readers");
        assertThat(diagnosis.json()).containsKeys("healthy", "problems", "warnings", "findings");
    }

    @Test
    void everyFindingIsInTheDocument() throws IOException {
        String page = Files.readString(Path.of(System.getProperty("schsm.home"), "docs", "doctor.md"));
        Set<String> ids = new TreeSet<>();
        Path sources = Path.of(System.getProperty("schsm.home"), "admin/src/main/java/io/github/schsm/admin/doctor");
        try (var files = Files.list(sources)) {
            for (Path source : files.toList()) {
                Pattern.compile("\"((?:jvm|pcsc|device|temporary-folder)(?:\\.[a-z0-9-]+)?|locale|usb|devices"
                                + "|clock|provider|configuration|pin-file|bouncy-castle)\"")
                        .matcher(Files.readString(source))
                        .results()
                        .forEach(result -> ids.add(result.group(1)));
            }
        }
        assertThat(ids).hasSizeGreaterThan(18).allSatisfy(id -> assertThat(page).contains("| `" + id + "` |"));
    }

    // Java

    @Test
    void oldJava() {
        assertThat(problem(healthy.withProperties(Map.of("java.version", "11.0.2")), "jvm.version")
                        .message())
                .contains("too old");
        assertThat(finding(examine(healthy.withProperties(Map.of("java.version", "1.8.0_402"))), "jvm.version")
                        .severity())
                .isEqualTo(Severity.PROBLEM);
    }

    @Test
    void noPermissionForNativeLibraries() {
        Surroundings newest = healthy.withProperties(Map.of("java.version", "25.0.3"));

        assertThat(warning(newest.withNativeAccess(Optional.of(false)), "jvm.native-access")
                        .remedy())
                .contains("--enable-native-access=ALL-UNNAMED");
        assertThat(finding(examine(newest.withNativeAccess(Optional.of(true))), "jvm.native-access")
                        .severity())
                .isEqualTo(Severity.OK);
    }

    @Test
    void librariesThatModulesDoNotSee() {
        Finding found = problem(
                healthy.withProperties(Map.of("jdk.module.path", "schsm-provider.jar:bcprov-jdk18on-1.87.jar")),
                "jvm.module-path");
        assertThat(found.message()).contains("jna, jnasmartcardio").doesNotContain("bcprov");
        assertThat(finding(
                                examine(healthy.withProperties(Map.of(
                                        "jdk.module.path",
                                        "schsm-card.jar:bcprov.jar:jna-jpms.jar:jnasmartcardio.jar"))),
                                "jvm.module-path")
                        .severity())
                .isEqualTo(Severity.OK);
    }

    @Test
    void aLocaleWithoutUnicode() {
        assertThat(warning(healthy.withProperties(Map.of("sun.jnu.encoding", "ANSI_X3.4-1968")), "locale")
                        .remedy())
                .contains("C.UTF-8");
    }

    @Test
    void aTemporaryFolderThatIsNotThere() {
        assertThat(problem(
                                healthy.withProperties(Map.of(
                                        "java.io.tmpdir", folder.resolve("no").toString())),
                                "temporary-folder")
                        .message())
                .contains("does not exist");
        assertThat(finding(
                                examine(healthy.withEnvironment(Map.of(
                                        "PKCS11_TEMP_DIR", folder.resolve("no").toString()))),
                                "temporary-folder.pkcs11")
                        .severity())
                .isEqualTo(Severity.PROBLEM);
    }

    @Test
    void aTemporaryFolderThatIsFull() {
        // Root may write anywhere: what nobody can write to is no real folder.
        assertThat(problem(healthy.withProperties(Map.of("jna.tmpdir", "/proc/self")), "temporary-folder")
                        .message())
                .contains("cannot be written to");
    }

    @Test
    void aTemporaryFolderThatNothingIsExecutedIn() throws IOException {
        String real = folder.toRealPath().toString();
        file("proc/self/mounts", "none / ext4 rw 0 0\ntmpfs " + real + " tmpfs rw,nosuid,noexec 0 0\n");

        assertThat(problem(healthy, "temporary-folder").message()).contains("noexec");

        file("proc/self/mounts", "none / ext4 rw,noexec 0 0\ntmpfs " + real + " tmpfs rw 0 0\n");
        assertThat(finding(examine(healthy), "temporary-folder").severity()).isEqualTo(Severity.OK);
    }

    @Test
    void bouncyCastleTwiceOrNotAtAll() {
        assertThat(problem(healthy.withBouncyCastles(List.of("a.jar", "old/b.jar")), "bouncy-castle")
                        .message())
                .contains("a.jar, old/b.jar");
        problem(healthy.withBouncyCastles(List.of()), "bouncy-castle");
    }

    @ParameterizedTest
    @CsvSource({
        "3, false, the JDK stops at the gap",
        "2, false, but not loaded",
    })
    void aRegistrationThatDoesNotWork(int number, boolean loaded, String message) {
        Surroundings surroundings = healthy.withProviders(
                Map.of(1, "SUN", number, "io.github.schsm.provider.SchsmProvider terminal = pcsc"),
                loaded ? List.of("SUN", "SCHSM") : List.of("SUN"));

        assertThat(problem(surroundings, "provider").message()).contains(message);
    }

    @Test
    void aRegistrationThatWorks() {
        Surroundings surroundings = healthy.withProviders(
                Map.of(1, "SUN", 2, "io.github.schsm.provider.SchsmProvider name = x"), List.of("SUN", "SCHSM-x"));

        assertThat(finding(examine(surroundings), "provider").message()).contains("security.provider.2");
    }

    @Test
    void aClockThatIsWrong() {
        assertThat(problem(healthy.at(Instant.EPOCH), "clock").message()).contains("1970");
    }

    // Configuration

    @Test
    void aConfigurationThatCannotBeUsed() throws IOException {
        Diagnosis byValue = Doctor.of(healthy).configuration("terminl = pcsc").examine();
        assertThat(finding(byValue, "configuration").message()).contains("terminl");
        assertThat(finding(byValue, "configuration").severity()).isEqualTo(Severity.PROBLEM);

        Path file = Files.writeString(folder.resolve("schsm.conf"), "trust = nobody");
        assertThat(finding(Doctor.of(healthy).configuration(file.toString()).examine(), "configuration")
                        .severity())
                .isEqualTo(Severity.PROBLEM);
        assertThat(finding(
                                Doctor.of(healthy)
                                        .wrongConfiguration("it is a folder")
                                        .examine(),
                                "configuration")
                        .message())
                .contains("it is a folder");
    }

    @Test
    void aPinThatOthersCanRead() throws IOException {
        Path pin = Files.writeString(folder.resolve("pin"), "648219\n");
        Files.setPosixFilePermissions(pin, PosixFilePermissions.fromString("rw-r--r--"));

        Diagnosis open = Doctor.of(healthy).configuration("pin = file:" + pin).examine();
        assertThat(finding(open, "pin-file").severity()).isEqualTo(Severity.PROBLEM);
        assertThat(String.join("\n", open.lines())).doesNotContain("648219");

        Files.setPosixFilePermissions(pin, PosixFilePermissions.fromString("rw-------"));
        assertThat(finding(Doctor.of(healthy).pinFile(pin).examine(), "pin-file")
                        .severity())
                .isEqualTo(Severity.OK);
        assertThat(finding(
                                Doctor.of(healthy)
                                        .configuration(
                                                "device = DECC0401002; pin.DECC0401002 = file:" + folder.resolve("no"))
                                        .examine(),
                                "pin-file")
                        .severity())
                .isEqualTo(Severity.PROBLEM);
    }

    // PC/SC

    @Test
    void noLibrary() throws IOException {
        Files.delete(root.resolve("usr/lib/x86_64-linux-gnu/libpcsclite.so.1"));

        assertThat(problem(healthy, "pcsc.library").remedy()).contains("apt-get install");
        file("opt/pcsc/libpcsclite.so.1", "");
        assertThat(finding(examine(healthy.withEnvironment(Map.of("LD_LIBRARY_PATH", "/opt/pcsc"))), "pcsc.library")
                        .severity())
                .isEqualTo(Severity.OK);
    }

    @Test
    void noService() throws IOException {
        Files.delete(root.resolve(SOCKET));

        assertThat(problem(healthy, "pcsc.service").remedy()).startsWith("start it");
        Surroundings never = healthy.withPcsc(file -> false, Optional::empty, sun -> List.of());
        assertThat(problem(never, "pcsc.service").remedy()).contains("apt-get install pcscd");
    }

    @Test
    void aServiceThatThisUserMayNotUse() {
        assertThat(problem(
                                healthy.withPcsc(
                                        file -> file.endsWith("pcscd.comm"), Optional::empty, sun -> List.of()),
                                "pcsc.service")
                        .remedy())
                .contains("SocketMode");
    }

    @Test
    void aServiceOfAnotherComputer() throws IOException {
        file("tmp/forwarded", "");

        assertThat(warning(healthy.withEnvironment(Map.of("PCSCLITE_CSOCK_NAME", "/tmp/forwarded")), "pcsc.service")
                        .message())
                .contains("another computer's");
    }

    @Test
    void aServiceThatPolkitGuards() throws IOException {
        file("usr/share/polkit-1/actions/org.debian.pcsc-lite.policy", "");
        Surroundings denied = healthy.withPcsc(file -> false, Optional::empty, sun -> {
            throw new TransportException(
                    "pcsc: the PC/SC service (pcscd) does not let this user in (SCARD_W_SECURITY_VIOLATION)", null);
        });

        Finding found = problem(denied, "pcsc.permission");
        assertThat(found.proposal()).isNotNull().satisfies(file -> {
            assertThat(file.path()).startsWith("/etc/polkit-1/rules.d/");
            assertThat(file.content())
                    .contains("org.debian.pcsc-lite.access_pcsc", "org.debian.pcsc-lite.access_card", "\"alice\"");
        });
        assertThat(examine(denied).lines()).anyMatch(line -> line.contains("polkit.addRule"));
        // Without its backslash that is another user.
        Finding ofDomain = problem(denied.withProperties(Map.of("user.name", "CORP\\alice")), "pcsc.permission");
        assertThat(ofDomain.proposal()).isNull();
        assertThat(ofDomain.remedy()).contains("CORP\\alice");
    }

    @Test
    void aServiceThatCannotBeAsked() {
        assertThat(problem(
                                healthy.withPcsc(file -> false, Optional::empty, sun -> {
                                    throw new UnsatisfiedLinkError("no libpcsclite");
                                }),
                                "pcsc.readers")
                        .message())
                .contains("UnsatisfiedLinkError");
    }

    @Test
    void noReader() {
        warning(healthy.withPcsc(file -> false, Optional::empty, sun -> List.of()), "pcsc.readers");
    }

    @Test
    void aKnownDeviceWithoutADriver() throws IOException {
        usb("1-1", "20a0", "4230");
        Surroundings none = healthy.withPcsc(file -> false, Optional::empty, sun -> List.of());

        assertThat(problem(none, "usb").message()).contains("Nitrokey HSM 20a0:4230", "does not know");
        file(INFO, "<string>0x20A0</string><string>0x4230</string>");
        assertThat(warning(none, "usb").remedy()).contains("scdaemon");
        Files.delete(root.resolve(INFO));
        assertThat(problem(none, "usb").remedy()).contains("libccid");
        assertThat(finding(examine(healthy), "usb").severity()).isEqualTo(Severity.OK);
    }

    @Test
    void anyReaderOnUsbIsSeenByItsClass() throws IOException {
        usb("2-1", "076b", "3031");
        file("sys/bus/usb/devices/2-1/product", "OMNIKEY 3x21\n");
        file("sys/bus/usb/devices/2-1:1.0/bInterfaceClass", "0b\n");
        usb("3-1", "046d", "c31c");
        file("sys/bus/usb/devices/3-1:1.0/bInterfaceClass", "03\n");

        Finding found = warning(healthy.withPcsc(file -> false, Optional::empty, sun -> List.of()), "usb");
        assertThat(found.message()).contains("OMNIKEY").doesNotContain("046d");
    }

    private void usb(String port, String vendor, String product) throws IOException {
        file("sys/bus/usb/devices/" + port + "/idVendor", vendor + "\n");
        file("sys/bus/usb/devices/" + port + "/idProduct", product + "\n");
    }

    // Devices

    @Test
    void noDevice() {
        warning(
                healthy.withDevices(
                        configuration -> simulated(NEW, readers -> readers.device("ZZSIM000001"), "reader = no such")),
                "devices");
    }

    @Test
    void devicesThatCannotBeRead() {
        assertThat(problem(
                                healthy.withDevices(configuration -> {
                                    throw new TransportException("it is broken", null);
                                }),
                                "devices")
                        .message())
                .contains("it is broken");
        assertThat(problem(
                                healthy.withDevices(configuration -> {
                                    throw new IllegalStateException("unexpected");
                                }),
                                "devices")
                        .message())
                .contains("unexpected");
    }

    @Test
    void oldFirmware() {
        assertThat(warning(
                                healthy.withDevices(configuration -> simulated(DeviceProfile.smartCardHsm26())),
                                "device.firmware")
                        .message())
                .contains("key domains: needs firmware 3.0", "AES keys");
        assertThat(texts(healthy.withDevices(configuration -> simulated(NEW.withFirmware(3, 1)))))
                .contains("takes no wrapped key that has an algorithm list");
        assertThat(texts(healthy.withDevices(configuration -> simulated(NEW.withFirmware(3, 3)))))
                .contains("one long RSA key");
    }

    private static String texts(Surroundings surroundings) {
        return String.join("\n", examine(surroundings).lines());
    }

    @Test
    void aDeviceThatIsNotTrusted() {
        Surroundings strict = healthy.withDevices(
                configuration -> simulated(NEW, readers -> readers.device("ZZSIM000001"), "trust = production"));

        assertThat(warning(strict, "device.trust").remedy()).contains("trust =");
    }

    @Test
    void pinsThatDoNotWork() throws Exception {
        Surroundings blank =
                healthy.withDevices(configuration -> simulated(NEW, readers -> readers.blankDevice("ZZSIM000001"), ""));
        assertThat(warning(blank, "device.pin").message()).contains("never initialized");
        assertThat(warning(answering(0x63C1), "device.pin").message()).contains("one try");
        assertThat(problem(answering(0x6983), "device.pin").remedy()).contains("pin unblock");
        assertThat(warning(answering(0x6984), "device.pin").remedy()).contains("pin change");
    }

    /** A device whose user PIN is in that state. */
    private Surroundings answering(int sw) {
        return healthy.withDevices(configuration -> simulated(
                NEW,
                readers -> {
                    Faults faults = readers.device("ZZSIM000001").faults();
                    for (int i = 1; i < 10; i++) {
                        faults.add(i, Faults.command(0x00, 0x20, 0x00, 0x81), Fault.status(sw));
                    }
                },
                ""));
    }

    @Test
    void readersAndBatchesThatAreKnown() {
        assertThat(texts(seenAs("OMNIKEY AG CardMan 3121 00 00", null))).contains("short commands only");
        assertThat(texts(seenAs("Nitrokey Nitrokey HSM 00 00", "it dies after 242 commands")))
                .contains("problem  device.defect", "dies after 242", "loses longer ones");
    }

    /** A device in another reader, and with a defect. */
    private Surroundings seenAs(String reader, @Nullable String defect) {
        return healthy.withDevices(configuration -> {
            JsonNode document = simulated(NEW).json();
            ObjectNode device = (ObjectNode) document.get("devices").get(0);
            device.put("reader", reader);
            device.put("defect", defect);
            return Inventory.parse("inventory", document);
        });
    }

    @Test
    void aSimulatedDeviceNeedsNoPcsc() {
        Diagnosis diagnosis = Doctor.of(Surroundings.ofThisComputer().withPcsc(file -> true, Optional::empty, sun -> {
                    throw new TransportException("there is none", null);
                }))
                .configuration(SIMULATED)
                .examine();

        assertThat(diagnosis.findings()).extracting(Finding::id).noneMatch(id -> id.startsWith("pcsc."));
        assertThat(finding(diagnosis, "device").message()).contains("ZZSIM000001");
    }

    @Test
    void whatComesFromOutsideIsMadePrintable() throws IOException {
        byte[] escape = "evil\u001B[2J".getBytes(StandardCharsets.UTF_8);
        usb("1-1", "076b", "3031");
        file("sys/bus/usb/devices/1-1:1.0/bInterfaceClass", "0b");
        Files.write(root.resolve("sys/bus/usb/devices/1-1/product"), escape);

        assertThat(texts(healthy)).contains("evil\\u001B").doesNotContain("\u001B");
    }
}
