// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.device;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.admin.doctor.Diagnosis;
import io.github.schsm.admin.doctor.Doctor;
import io.github.schsm.admin.doctor.Finding;
import io.github.schsm.admin.doctor.Finding.Severity;
import io.github.schsm.admin.doctor.Surroundings;
import io.github.schsm.admin.selftest.CheckResult.Outcome;
import io.github.schsm.admin.selftest.SelfTest;
import io.github.schsm.admin.selftest.SelfTestReport;
import io.github.schsm.conformance.bench.VirtualReader;
import io.github.schsm.simulator.VirtualReaders;
import io.github.schsm.simulator.profile.DeviceProfile;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The doctor and the self-test at a real PC/SC service. */
@Tag("pcsc")
class DoctorThroughPcscTest {
    private static Finding finding(Diagnosis diagnosis, String id) {
        return diagnosis.findings().stream()
                .filter(finding -> finding.id().equals(id))
                .findFirst()
                .orElseThrow(() -> new AssertionError(diagnosis.lines()));
    }

    @Test
    void serviceReaderAndDeviceAreFoundAndTested() throws Exception {
        VirtualReaders readers = VirtualReaders.create(DeviceProfile.smartCardHsm4k());
        try (VirtualReader reader = VirtualReader.plug(0, readers.device("ZZSIM000077"))) {
            Diagnosis diagnosis = Doctor.of(Surroundings.ofThisComputer())
                    .configuration(reader.configuration("pcsc"))
                    .examine();
            assertThat(finding(diagnosis, "pcsc.library").severity()).isEqualTo(Severity.OK);
            assertThat(finding(diagnosis, "pcsc.service").severity()).isEqualTo(Severity.OK);
            assertThat(finding(diagnosis, "pcsc.readers").message()).contains(reader.name());
            assertThat(finding(diagnosis, "device").message()).contains("ZZSIM000077");

            SelfTestReport report = SelfTest.of(reader.configuration("pcsc")).run(SelfTest.Listener.NONE);
            assertThat(report.lines()).noneMatch(line -> line.contains("CONTRADICTED"));
            assertThat(report.isPassed()).isTrue();
            assertThat(report.with(Outcome.CONFIRMED)).hasSizeGreaterThan(30);
        }
    }

    @Test
    void removalLeavesWhatWasFoundBefore() throws Exception {
        VirtualReaders readers = VirtualReaders.create(DeviceProfile.smartCardHsm4k());
        try (VirtualReader reader = VirtualReader.plug(0, readers.device("ZZSIM000078"))) {
            SelfTestReport report = SelfTest.of(reader.configuration("pcsc")).run((id, number, total) -> {
                if (number == 10) {
                    remove(reader);
                }
            });

            assertThat(report.interrupted()).isNotBlank();
            assertThat(report.with(Outcome.CONFIRMED)).hasSizeGreaterThan(5);
        }
    }

    private static void remove(VirtualReader reader) {
        try {
            reader.remove();
        } catch (Exception failed) {
            throw new IllegalStateException(failed);
        }
    }
}
