// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.admin.selftest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.schsm.DataObject;
import io.github.schsm.InvalidRequestException;
import io.github.schsm.KeyAlgorithm;
import io.github.schsm.SchsmDevice;
import io.github.schsm.SchsmKeySpec;
import io.github.schsm.admin.audit.AuditReader;
import io.github.schsm.admin.audit.AuditRecord;
import io.github.schsm.admin.audit.AuditVerifier;
import io.github.schsm.admin.selftest.CheckResult.Outcome;
import io.github.schsm.audit.AuditEvent;
import io.github.schsm.audit.AuditLogException;
import io.github.schsm.card.transport.TerminalSource;
import io.github.schsm.provider.SchsmProvider;
import io.github.schsm.simulator.ApduRecorder.Exchange;
import io.github.schsm.simulator.Fault;
import io.github.schsm.simulator.Faults;
import io.github.schsm.simulator.VirtualReaders;
import io.github.schsm.simulator.profile.DeviceProfile;
import io.github.schsm.simulator.profile.Quirk;
import io.github.schsm.simulator.terminal.HookedTerminals.Call;
import io.github.schsm.simulator.terminal.HookedTerminals.Hook;
import io.github.schsm.simulator.terminal.HookedTerminals.Next;
import io.github.schsm.simulator.terminal.HookedTerminals.Real;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.Provider;
import java.security.spec.ECGenParameterSpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import javax.smartcardio.ATR;
import javax.smartcardio.CardException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SelfTestTest {
    /** Everything that a test without --destructive and without a key may send, by instruction. */
    private static final Set<Integer> HARMLESS =
            Set.of(0xA4, 0xB1, 0x58, 0x20, 0x50, 0x52, 0x54, 0x84, 0x22, 0x86, 0xFE);

    private static final String OTHER = "ZZSIM000002";
    private static final DeviceProfile PROFILE = DeviceProfile.smartCardHsm4k();

    /** A device in a folder, with keys, a key domain, and data, as in use. */
    private static String furnished(Path folder) throws Exception {
        String configuration = "terminal = simulator:" + folder + "; device = " + Simulated.ID;
        try (SchsmProvider provider = (SchsmProvider) new SchsmProvider().configure(configuration)) {
            KeyStore keyStore = KeyStore.getInstance("SCHSM", (Provider) provider);
            keyStore.load(null, VirtualReaders.USER_PIN.toCharArray());
            SchsmDevice device = SchsmDevice.of(keyStore);
            device.createDkekDomain(0, 1);
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC", provider);
            generator.initialize(SchsmKeySpec.builder("tls")
                    .parameters(new ECGenParameterSpec("secp256r1"))
                    .allow(KeyAlgorithm.ECDSA)
                    .useCounter(10)
                    .build());
            generator.generateKeyPair();
            device.storeData(DataObject.of("secret", true), new byte[] {1});
        }
        return configuration;
    }

    @Test
    void byDefaultNothingChangesTheDevice() throws Exception {
        Simulated simulated = Simulated.of(PROFILE);
        simulated.device().recorder().start();
        SelfTestReport report = simulated.run(SelfTest.of(""));

        List<Exchange> sent = simulated.device().recorder().exchanges();
        assertThat(sent).isNotEmpty();
        assertThat(sent.stream()
                        .filter(exchange -> !exchange.isProtected())
                        .map(Exchange::ins)
                        .collect(Collectors.toSet()))
                .isSubsetOf(HARMLESS);
        assertThat(sent)
                .filteredOn(exchange -> exchange.ins() == 0x20 || exchange.ins() == 0x50)
                .allSatisfy(exchange -> assertThat(exchange.dataLength())
                        .as("no PIN, no new start")
                        .isZero());
        assertThat(sent)
                .filteredOn(exchange -> exchange.ins() == 0x52 || exchange.ins() == 0x54)
                .allSatisfy(exchange -> {
                    assertThat(exchange.dataLength()).isZero();
                    assertThat(exchange.p1()).isIn(0, 2);
                });
        assertThat(report.isPassed()).isTrue();
        assertThat(report.with(Outcome.CONFIRMED)).hasSizeGreaterThan(30);
    }

    @Test
    void aCheckThatWouldChangeTheDeviceIsStoppedBeforeItDoes() throws Exception {
        Simulated simulated = Simulated.of(PROFILE);
        try (Wire wire = Wire.connect(
                TerminalSource.of("simulator", simulated.readers().terminals()),
                simulated.device().readerName(),
                false,
                false)) {
            Probe probe = Probe.of(wire, Simulated.trusting().trust(), new byte[0]);
            for (Check check : Checks.ALL) {
                if (check.level() == Check.Level.DESTRUCTIVE && check.setup() != Check.Setup.OWN) {
                    assertThatThrownBy(() -> {
                                probe.prepare(check.setup());
                                check.body().run(probe);
                            })
                            .as(check.id())
                            .isInstanceOf(IllegalStateException.class)
                            .hasMessageContaining("must not send it");
                }
            }
        }
    }

    @Test
    void aDeviceInUseIsConfirmedWithAKeyThatIsNamed(@TempDir Path folder) throws Exception {
        String configuration = furnished(folder);
        SelfTestReport report = SelfTest.of(configuration)
                .withKey("tls", VirtualReaders.USER_PIN.toCharArray())
                .run(SelfTest.Listener.NONE);

        assertThat(Simulated.contradicted(report)).isEmpty();
        assertThat(Simulated.ids(report.with(Outcome.CONFIRMED)))
                .contains(
                        "algorithms.named-key",
                        "wrapped-keys.named-counter",
                        "authenticated-requests.present",
                        "pkcs15-descriptions.keys",
                        "files.private",
                        "files.public",
                        "key-domains.state");
        // One signature for each of the two checks that use it.
        assertThat(SelfTest.of(configuration).run(SelfTest.Listener.NONE).isPassed())
                .isTrue();
        assertThat(counter(configuration)).isEqualTo(8);
    }

    private static long counter(String configuration) throws Exception {
        try (SchsmProvider provider = (SchsmProvider) new SchsmProvider().configure(configuration)) {
            KeyStore keyStore = KeyStore.getInstance("SCHSM", (Provider) provider);
            keyStore.load(null, null);
            SchsmDevice device = SchsmDevice.of(keyStore);
            return device.details(device.keys().get(0)).useCounter().orElseThrow();
        }
    }

    @Test
    void noLastTryIsRisked() throws Exception {
        Simulated simulated = Simulated.of(PROFILE);
        simulated.device().faults().add(1, Faults.instruction(0x20), Fault.status(0x63C1));

        assertThatThrownBy(() -> simulated.run(SelfTest.of("").withKey("tls", "648219".toCharArray())))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("only one try is left");
    }

    @Test
    void twoDevicesAddWhatTakesTwo(@TempDir Path folder) throws Exception {
        try (VirtualReaders readers = VirtualReaders.folder(folder)) {
            readers.device(Simulated.ID);
            readers.device(OTHER);
            SelfTestReport report = SelfTest.of("terminal = simulator:" + folder + "; device = " + Simulated.ID)
                    .destructive(VirtualReaders.SO_PIN.toCharArray())
                    .with(OTHER, VirtualReaders.SO_PIN.toCharArray())
                    .only(id -> id.startsWith("pair."))
                    .run(SelfTest.Listener.NONE);

            assertThat(report.lines()).noneMatch(line -> line.contains("CONTRADICTED"));
            assertThat(report.with(Outcome.CONFIRMED)).hasSize(5);
            assertThat(report.devices())
                    .extracting(SelfTestReport.TestedDevice::deviceId)
                    .containsExactly(Simulated.ID, OTHER);
        }
    }

    @Test
    void erasureIsInTheAuditLogOrDoesNotHappen(@TempDir Path folder, @TempDir Path logs) throws Exception {
        String configuration = furnished(folder);
        Path log = logs.resolve("audit.log");
        SelfTest noLog = SelfTest.of(configuration + "; audit = file:" + logs.resolve("missing/audit.log"))
                .destructive(VirtualReaders.SO_PIN.toCharArray())
                .only("pins.transport"::equals);

        assertThatThrownBy(() -> noLog.run(SelfTest.Listener.NONE)).isInstanceOf(AuditLogException.class);
        try (SchsmProvider provider = (SchsmProvider) new SchsmProvider().configure(configuration)) {
            KeyStore keyStore = KeyStore.getInstance("SCHSM", (Provider) provider);
            keyStore.load(null, VirtualReaders.USER_PIN.toCharArray());
            assertThat(keyStore.containsAlias("tls")).isTrue();
        }
        SelfTest.of(configuration + "; audit = file:" + log)
                .destructive(VirtualReaders.SO_PIN.toCharArray())
                .only("pins.transport"::equals)
                .run(SelfTest.Listener.NONE);

        List<AuditRecord> told = new ArrayList<>();
        AuditReader.of(log).forEach(line -> {
            if (line.event().equals(AuditEvent.DEVICE_INITIALIZE.id())) {
                told.add(line);
            }
        });
        assertThat(told).extracting(AuditRecord::isBegin).containsExactly(true, false);
        assertThat(told).allMatch(line -> line.device().orElse("").equals(Simulated.ID));
        assertThat(told.get(0).text("purpose")).contains("self-test");
        assertThat(AuditVerifier.of(AuditReader.of(log)).verify().isWhole()).isTrue();
    }

    @Test
    void theDeviceIsLeftInitializedAndUsable(@TempDir Path folder) throws Exception {
        String configuration = furnished(folder);
        SelfTest.of(configuration)
                .destructive(VirtualReaders.SO_PIN.toCharArray())
                .only("pins.transport"::equals)
                .run(SelfTest.Listener.NONE);

        try (SchsmProvider provider = (SchsmProvider) new SchsmProvider().configure(configuration)) {
            KeyStore keyStore = KeyStore.getInstance("SCHSM", (Provider) provider);
            keyStore.load(null, Probe.TEST_PIN.toCharArray());
            SchsmDevice device = SchsmDevice.of(keyStore);
            assertThat(device.keys()).isEmpty();
            assertThat(device.keyDomainSlots()).isEqualTo(4);
        }
    }

    @Test
    void theSameDeviceIsNoSecondOne() throws Exception {
        SelfTest test = SelfTest.of("terminal = simulator:memory; device = " + Simulated.ID)
                .destructive(VirtualReaders.SO_PIN.toCharArray())
                .with(Simulated.ID, VirtualReaders.SO_PIN.toCharArray());

        assertThatThrownBy(() -> test.run(SelfTest.Listener.NONE))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("is the one that is tested");
    }

    /** A device of which each answer is replaced by other bytes, or shortened, or changed. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void aDeviceThatAnswersRubbishContradictsAndCrashesNothing(long seed) throws Exception {
        Random random = new Random(seed);
        Hook rubbish = (command, next) -> {
            byte[] answer = next.transmit(command);
            return random.nextInt(3) == 0 ? changed(answer, random) : answer;
        };
        SelfTest test =
                seed % 2 == 0 ? SelfTest.of("") : Simulated.destructive().only(SelfTestTest::isCheap);
        SelfTestReport report = Simulated.of(PROFILE).run(test, rubbish);

        assertThat(Simulated.contradicted(report)).isNotEmpty();
        assertThat(report.isPassed()).isFalse();
        assertThat(report.with(Outcome.CONTRADICTED))
                .allSatisfy(check -> assertThat(check.evidence()).isNotNull());
        assertThat(report.encode()).isNotEmpty();
    }

    private static boolean isCheap(String id) {
        return !id.contains("rsa") && !id.startsWith("authenticated-requests") && Simulated.isQuick(id);
    }

    private static byte[] changed(byte[] answer, Random random) {
        byte[] other = answer.clone();
        return switch (random.nextInt(4)) {
            case 0 -> {
                byte[] bytes = new byte[2 + random.nextInt(40)];
                random.nextBytes(bytes);
                // What announces more data would go on without end.
                bytes[bytes.length - 2] = (byte) 0x90;
                yield bytes;
            }
            case 1 -> Arrays.copyOfRange(answer, answer.length - 2, answer.length);
            case 2 -> {
                other[random.nextInt(other.length)] ^= (byte) (1 << random.nextInt(8));
                if ((other[other.length - 2] & 0xFF) == 0x61) {
                    other[other.length - 2] = 0x6F;
                }
                yield other;
            }
            default -> new byte[] {0x6F, 0x00};
        };
    }

    @ParameterizedTest
    @ValueSource(ints = {8, 20, 60})
    void whatWasFoundBeforeTheCardWasRemovedIsTold(int commands) throws Exception {
        Simulated simulated = Simulated.of(PROFILE);
        simulated.device().faults().add(commands, Faults.any(), Fault.removalBefore());
        SelfTestReport report = simulated.run(SelfTest.of(""));

        assertThat(report.interrupted()).contains("removed");
        assertThat(report.isPassed()).isFalse();
        assertThat(report.lines()).last().asString().contains("interrupted");
        assertThat(report.json()).containsEntry("complete", false);
        assertThat(report.with(Outcome.NOT_TRIED))
                .anySatisfy(check -> assertThat(check.reason()).contains("interrupted"));
        if (commands > 8) {
            assertThat(report.with(Outcome.CONFIRMED)).isNotEmpty();
        }
    }

    @Test
    void noSecretIsInAReport() throws Exception {
        AtomicInteger commands = new AtomicInteger();
        // Every second answer to what carries a secret is refused, so that it becomes evidence.
        Hook refusing = (command, next) -> {
            byte[] answer = next.transmit(command);
            int ins = command[1] & 0xFF;
            boolean secret =
                    Set.of(0x20, 0x24, 0x2C, 0x52, 0x74, 0x78, 0x62, 0x76).contains(ins);
            return secret && commands.incrementAndGet() % 5 == 0 ? new byte[] {1, 2, 3, 0x6F, 0x00} : answer;
        };
        Simulated simulated = Simulated.of(PROFILE);
        String text = new String(
                simulated
                        .run(Simulated.destructive().only(SelfTestTest::isCheap), refusing)
                        .encode(),
                StandardCharsets.US_ASCII);

        assertThat(text).contains("CONTRADICTED", "***");
        for (String pin : List.of(Probe.TEST_PIN, "975310")) {
            assertThat(text)
                    .doesNotContain(HexFormat.of().withUpperCase().formatHex(pin.getBytes(StandardCharsets.US_ASCII)));
            // Not within other digits: a report has many, and any PIN is among them now and then.
            assertThat(text).doesNotContainPattern("(?<![0-9A-Fa-f])" + pin + "(?![0-9A-Fa-f])");
        }
        assertThat(text).doesNotContain(VirtualReaders.SO_PIN);
        for (byte[] share : List.of(Probe.sha256(Probe.bytes(1)), Probe.sha256(Probe.bytes(2)))) {
            assertThat(text).doesNotContain(HexFormat.of().withUpperCase().formatHex(share));
        }
    }

    @Test
    void anAnonymousReportDoesNotTellWhichDeviceItWas() throws Exception {
        Simulated simulated = Simulated.of(PROFILE.with(Quirk.THREE_CERTIFICATES, Quirk.READ_ALL_ENDS_WITH_WARNING));
        String named = text(simulated.run(SelfTest.of("")));
        String anonymous = text(simulated.run(SelfTest.of("").anonymous()));
        String id = HexFormat.of().withUpperCase().formatHex(Simulated.ID.getBytes(StandardCharsets.US_ASCII));

        assertThat(named).contains(Simulated.ID, id);
        assertThat(anonymous).doesNotContain(Simulated.ID, id, "ZZDICASIM").contains("DEVICE(1)", "CONTRADICTED");
        assertThat(anonymous).doesNotContainPattern("(?<!\"atr\" : \")(?<!ATR )\\b[0-9A-F]{49,}");
    }

    private static String text(SelfTestReport report) {
        return new String(report.encode(), StandardCharsets.US_ASCII);
    }

    @Test
    void knownDefectsAndReadersShowUp() throws Exception {
        Simulated simulated = Simulated.of(PROFILE);
        SelfTestReport bySerial = simulated.run(
                SelfTest.of(""),
                (command, next) -> next.transmit(command),
                "Nitrokey Nitrokey HSM (01A001000000000) 00 00");
        assertThat(Simulated.contradicted(bySerial)).containsExactly("genuine-hardware.defect");
        assertThat(bySerial.devices().get(0).defect()).contains("01A001000000000");
        assertThat(bySerial.devices().get(0).readerLimit()).isEqualTo(1000);

        SelfTestReport omnikey = simulated.run(
                SelfTest.of(""), (command, next) -> next.transmit(command), "OMNIKEY AG CardMan 3121 00 00");
        assertThat(omnikey.devices().get(0).readerLimit()).isEqualTo(255);

        SelfTestReport cut = simulated.run(SelfTest.of(""), new WithAtr("3B0000"));
        assertThat(Simulated.contradicted(cut)).containsExactly("device.atr", "genuine-hardware.defect");
        SelfTestReport jcop4 =
                simulated.run(SelfTest.of(""), new WithAtr("3BDE96FF8191FE1FC38031815448534D3173802140810792"));
        assertThat(jcop4.devices().get(0).commandLimit()).isEqualTo(1454);
        assertThat(Simulated.contradicted(jcop4)).isEmpty();
    }

    /** A card with another answer to reset. */
    private record WithAtr(String hex) implements Hook {
        @Override
        public byte[] transmit(byte[] command, Next next) throws CardException {
            return next.transmit(command);
        }

        @Override
        @SuppressWarnings("unchecked")
        public <T> T call(Call call, Real<T> real) throws CardException {
            return call == Call.ATR ? (T) new ATR(HexFormat.of().parseHex(hex)) : real.call();
        }
    }

    @Test
    void whatIsBetweenDeviceAndProgramShowsUpToo() throws Exception {
        Simulated simulated = Simulated.of(PROFILE);
        // 86: the token of chip authentication is another's.
        simulated.device().faults().add(1, Faults.instruction(0x86), Fault.flippedBit(200));
        SelfTestReport report = simulated.run(SelfTest.of(""));

        assertThat(Simulated.contradicted(report)).containsExactly("secure-messaging.channel");
    }

    @Test
    void theListenerHearsEachCheck(@TempDir Path folder) throws Exception {
        List<String> begun = new ArrayList<>();
        SelfTest.of("terminal = simulator:" + folder + "; device = " + Simulated.ID)
                .only(id -> id.startsWith("device."))
                .run((id, number, total) -> begun.add(number + "/" + total + " " + id));

        assertThat(begun.get(0)).startsWith("1/").endsWith(" device.atr");
        assertThat(begun).hasSizeGreaterThan(8);
    }
}
