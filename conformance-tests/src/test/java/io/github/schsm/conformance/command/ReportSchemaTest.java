// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.schsm.DeviceTrust;
import io.github.schsm.admin.dkek.CeremonyRecord;
import io.github.schsm.admin.dkek.RecordSignature;
import io.github.schsm.admin.inventory.InventoryReader;
import io.github.schsm.admin.key.DeviceKey;
import io.github.schsm.admin.report.CustodiansRecord;
import io.github.schsm.admin.report.Report;
import io.github.schsm.admin.report.ReportSigner;
import io.github.schsm.admin.report.SignedReport;
import io.github.schsm.conformance.bench.Group;
import io.github.schsm.conformance.bench.SimulatorBench;
import io.github.schsm.provider.SchsmProvider;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A report with the signed record of a ceremony is the document that docs/schema describes. */
class ReportSchemaTest {
    @Test
    void reportWithACeremonyFitsItsSchema() throws Exception {
        SimulatorBench bench = new SimulatorBench();
        try {
            Group.Side side = Group.of(bench).source();
            side.movable("moving");
            String time = "2026-11-29T22:00:00Z";
            byte[] record = new CeremonyRecord(
                            CeremonyRecord.FORMAT,
                            time,
                            time,
                            "",
                            "0123456789ABCDEF",
                            null,
                            2,
                            List.of(new CeremonyRecord.Share("share.pbe", "A1".repeat(32))),
                            List.of(
                                    new CeremonyRecord.Custodian("Ann", 1, null, null, null, time),
                                    new CeremonyRecord.Custodian(
                                            "Ben", 1, "ben.p7m", "B2".repeat(32), "C3".repeat(32), time)))
                    .encode();
            CustodiansRecord custodians = CustodiansRecord.of("record", record)
                    .signedBy(
                            RecordSignature.sign(record, DeviceKey.of(side.keyStore(), "moving")),
                            DeviceTrust.parse("simulator"));
            Report.Builder builder = Report.builder(
                            InventoryReader.of((SchsmProvider) side.provider()).read())
                    .custodians(custodians);

            SignedReport signed = SignedReport.signed(
                    builder, ReportSigner.of(side.keyStore(), side.device().name(), "moving"));

            JsonNode report = JsonSchemas.parse(new String(signed.json(), StandardCharsets.UTF_8));
            assertThat(report.at("/report/custodians/evidence/holds").asBoolean())
                    .isTrue();
            assertThat(JsonSchemas.problems("report", report)).isEmpty();
            ((ObjectNode) report.at("/report/custodians/evidence")).put("more", true);
            assertThat(JsonSchemas.problems("report", report)).isNotEmpty();
        } finally {
            bench.close();
        }
    }
}
