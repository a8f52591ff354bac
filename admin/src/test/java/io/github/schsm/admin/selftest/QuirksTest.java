// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.admin.selftest;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.admin.selftest.Check.Level;
import io.github.schsm.admin.selftest.CheckResult.Outcome;
import io.github.schsm.simulator.profile.DeviceProfile;
import io.github.schsm.simulator.profile.Quirk;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The simulator does what is written; each of its differences shows up. */
@Tag("once")
class QuirksTest {
    private static final DeviceProfile NEW = DeviceProfile.smartCardHsm4k();

    /** What is contradicted by each difference: nothing else is, of all checks. */
    private static final Map<Quirk, Set<String>> SHOWN = Map.ofEntries(
            Map.entry(Quirk.UID_IS_WHOLE_POINT, Set.of("membership.uid")),
            Map.entry(Quirk.ECDH_ANSWERS_X_ONLY, Set.of("algorithms.ecdh")),
            Map.entry(Quirk.LONG_FORM_ATTRIBUTES, Set.of("files.key-attributes")),
            Map.entry(Quirk.ENUMERATE_WITHOUT_CONTENTS, Set.of("files.enumerate", "files.listed")),
            Map.entry(Quirk.DELETED_DOMAIN_ANSWERS_FREE, Set.of("key-domains.delete-free")),
            Map.entry(Quirk.SELF_SIGNED_DEVICE, Set.of("certificates.two", "certificates.chain")),
            Map.entry(Quirk.THREE_CERTIFICATES, Set.of("certificates.two")),
            Map.entry(Quirk.NO_CERTIFICATE_UNTIL_INITIALIZED, Set.of("certificates.two")),
            Map.entry(Quirk.NO_DEVICE_CERTIFICATE, Set.of("certificates.two")),
            Map.entry(Quirk.SHARED_DEVICE_ID, Set.of("devices-that-differ.shared-id")),
            Map.entry(Quirk.DEVICE_KEY_ON_SECP256K1, Set.of("certificates.curve")),
            Map.entry(Quirk.XKEK_WANTS_WHOLE_REQUEST, Set.of("membership.first-form")),
            Map.entry(Quirk.KCV_NEEDS_PIN, Set.of("key-domains.kcv-without-pin")),
            Map.entry(Quirk.CHIP_AUTHENTICATION_NEEDS_PIN, Set.of("secure-messaging.channel", "secure-messaging.pin")),
            Map.entry(Quirk.SUPERFLUOUS_ZEROS, Set.of("algorithms.ecdsa-der")),
            Map.entry(Quirk.FILE_SIZE_IN_80, Set.of("files.select-81")),
            Map.entry(Quirk.READ_OVER_END_IS_OK, Set.of("files.read-past-end")),
            Map.entry(Quirk.READ_ALL_ENDS_WITH_WARNING, Set.of("files.read-all")),
            Map.entry(Quirk.FIRST_INITIALIZE_ANSWERS_FULL, Set.of("initialization.at-once")),
            Map.entry(Quirk.INITIALIZE_LOGS_OUT, Set.of("initialization.stays-authenticated")),
            Map.entry(Quirk.UNKNOWN_KCV_IS_WRONG_DATA, Set.of("wrapped-keys.unknown-kcv")),
            Map.entry(Quirk.LONG_RSA_UNWRAPS_ONCE, Set.of("wrapped-keys.host-long-rsa")),
            Map.entry(Quirk.SLOTS_END_WITH_6B00, Set.of("key-domains.end", "key-domains.free")),
            Map.entry(Quirk.USED_UP_KEY_ANSWERS_FULL, Set.of("key-generation.counter")),
            Map.entry(Quirk.XKEK_DOMAINS_DO_NOT_WRAP, Set.of("xkek.wrap")),
            Map.entry(Quirk.EC_BLOB_WITHOUT_A, Set.of("wrapped-keys.coefficient")),
            Map.entry(Quirk.DERIVES_AS_MUCH_AS_GIVEN, Set.of("algorithms.sp800-56c")),
            Map.entry(Quirk.SHARE_WAITS_FOR_PIN, Set.of("key-domains.share-without-pin")),
            Map.entry(Quirk.REGISTERS_256_BITS_AT_MOST, Set.of("public-key-authentication.long-key")),
            Map.entry(Quirk.PSO_STORES_CERTIFICATES, Set.of("membership.chain-not-kept")),
            Map.entry(Quirk.NO_PKCS1_PADDING, Set.of("algorithms.rsa-pkcs1")));

    /** What shows it, and all that changes nothing and takes no time. */
    private static boolean isRelated(Quirk quirk, String id) {
        return SHOWN.getOrDefault(quirk, Set.of()).contains(id)
                || Checks.ALL.stream().anyMatch(check -> check.id().equals(id) && check.level() == Level.HARMLESS);
    }

    @ParameterizedTest
    @EnumSource(Quirk.class)
    void eachDifferenceShowsUp(Quirk quirk) throws Exception {
        Simulated simulated = blankWhereItMatters(quirk);
        SelfTestReport report = simulated.run(Simulated.destructive().only(id -> isRelated(quirk, id)));

        assertThat(Simulated.contradicted(report)).isEqualTo(SHOWN.get(quirk));
        assertThat(report.interrupted()).isNull();
        assertThat(report.with(Outcome.CONTRADICTED)).allSatisfy(check -> {
            assertThat(check.reason()).as("where such devices are known").isNotBlank();
            assertThat(check.evidence()).isNotNull();
        });
    }

    private static Simulated blankWhereItMatters(Quirk quirk) throws Exception {
        DeviceProfile profile = NEW.with(quirk);
        return quirk == Quirk.NO_CERTIFICATE_UNTIL_INITIALIZED ? Simulated.blank(profile) : Simulated.of(profile);
    }

    static Stream<Arguments> profiles() {
        return Stream.of(
                Arguments.of("4K", NEW),
                Arguments.of("2.6", DeviceProfile.smartCardHsm26()),
                Arguments.of("1.2", DeviceProfile.smartCardHsm26().withFirmware(1, 2)),
                Arguments.of("4.1", NEW.withFirmware(4, 1)),
                Arguments.of("short", NEW.withShortApdusOnly()));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("profiles")
    void theSimulatorPasses(String name, DeviceProfile profile) throws Exception {
        Simulated simulated = Simulated.of(profile);
        boolean reference = name.equals("4K");
        SelfTestReport report = simulated.run(
                Simulated.destructive().only(id -> Simulated.isQuick(id) && (reference || !takesLong(id))));

        assertThat(report.lines())
                .filteredOn(line -> line.contains("CONTRADICTED"))
                .isEmpty();
        assertThat(report.isPassed()).isTrue();
        assertThat(report.with(Outcome.CONFIRMED)).hasSizeGreaterThan(reference ? 150 : 60);
        assertThat(report.with(Outcome.NOT_TRIED))
                .allSatisfy(check -> assertThat(check.reason()).isNotBlank());
    }

    /** What each kind of device does in the same way. */
    private static boolean takesLong(String id) {
        return id.startsWith("curves.")
                || Set.of("wrapped-keys.host-long-rsa", "wrapped-keys.host-rsa").contains(id);
    }

    @Test
    void firmwareThatTakesNoWrappedKeyWithAListShowsUp() throws Exception {
        Set<String> related = Set.of("wrapped-keys.list", "xkek.wrap", "wrapped-keys.round-trip");
        SelfTestReport report =
                Simulated.of(NEW.withFirmware(3, 1)).run(Simulated.destructive().only(related::contains));

        assertThat(Simulated.contradicted(report)).containsExactly("wrapped-keys.list", "xkek.wrap");
    }

    @Test
    void aReaderThatCutsCommandsShowsUp() throws Exception {
        SelfTestReport report = Simulated.of(NEW.withCommandLimit(1014))
                .run(Simulated.destructive().only("device.command-limit"::equals));

        assertThat(Simulated.contradicted(report)).containsExactly("device.command-limit");
        assertThat(report.checks().get(0).evidence())
                .isNotNull()
                .satisfies(evidence -> assertThat(evidence.seen()).contains("1014 bytes"));
    }

    @Test
    void everyDifferenceOfTheSimulatorIsInTheTable() {
        assertThat(SHOWN).containsOnlyKeys(Quirk.values());
        assertThat(SelfTest.checks())
                .containsAll(SHOWN.values().stream().flatMap(Set::stream).toList());
    }
}
