// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.schsm.DataObject;
import io.github.schsm.SchsmDevice;
import io.github.schsm.SchsmKeySpec;
import io.github.schsm.admin.backup.Backup;
import io.github.schsm.admin.backup.BackupArchive;
import io.github.schsm.conformance.bench.Group;
import io.github.schsm.conformance.bench.Pki;
import io.github.schsm.conformance.bench.SimulatorBench;
import java.nio.charset.StandardCharsets;
import java.security.KeyStore;
import org.junit.jupiter.api.Test;

/** The manifest of a backup is the document that docs/schema describes. */
class BackupManifestSchemaTest {
    @Test
    void manifestOfEverythingFitsItsSchema() throws Exception {
        SimulatorBench bench = new SimulatorBench();
        try {
            Group group = Group.of(bench);
            group.source().movable("moving");
            group.source()
                    .generateSecret(SchsmKeySpec.builder("aes").keySize(128).build());
            group.source()
                    .generate(
                            SchsmKeySpec.exchangeKey("exchange", group.source().domain()));
            KeyStore keyStore = group.source().keyStore();
            keyStore.setCertificateEntry("root", Pki.create().root());
            SchsmDevice.of(keyStore)
                    .storeData(DataObject.of("note", true), "a note".getBytes(StandardCharsets.US_ASCII));

            BackupArchive archive =
                    Backup.of(keyStore).to(group.target().keyStore()).run(progress -> {});

            JsonNode manifest = JsonSchemas.parse(new String(archive.encodedManifest(), StandardCharsets.UTF_8));
            assertThat(manifest.path("keys")).hasSize(4);
            assertThat(manifest.path("domains")).hasSize(1);
            assertThat(JsonSchemas.problems("backup-manifest", manifest)).isEmpty();
            ((ObjectNode) manifest.path("keys").get(0)).put("more", true);
            assertThat(JsonSchemas.problems("backup-manifest", manifest)).isNotEmpty();
        } finally {
            bench.close();
        }
    }
}
