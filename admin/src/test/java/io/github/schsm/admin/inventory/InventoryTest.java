// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.admin.inventory;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.schsm.MalformedDataException;
import io.github.schsm.TokenAdministration.PinStatus;
import io.github.schsm.admin.inventory.Inventory.Attestation;
import io.github.schsm.admin.inventory.Inventory.Cell;
import io.github.schsm.admin.inventory.Inventory.Certificate;
import io.github.schsm.admin.inventory.Inventory.CertificateKind;
import io.github.schsm.admin.inventory.Inventory.ChainLink;
import io.github.schsm.admin.inventory.Inventory.Data;
import io.github.schsm.admin.inventory.Inventory.Device;
import io.github.schsm.admin.inventory.Inventory.Domain;
import io.github.schsm.admin.inventory.Inventory.DomainKind;
import io.github.schsm.admin.inventory.Inventory.Leaves;
import io.github.schsm.admin.inventory.Inventory.LooseCertificate;
import io.github.schsm.admin.inventory.Inventory.Member;
import io.github.schsm.admin.inventory.Inventory.Pin;
import io.github.schsm.admin.inventory.Inventory.Place;
import io.github.schsm.admin.inventory.Inventory.Reader;
import io.github.schsm.admin.inventory.Inventory.Row;
import io.github.schsm.admin.inventory.Inventory.SingleCopy;
import io.github.schsm.admin.inventory.Inventory.Slot;
import io.github.schsm.admin.inventory.Inventory.State;
import io.github.schsm.admin.inventory.Inventory.Trust;
import io.github.schsm.admin.json.JsonDocuments;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class InventoryTest {
    private static final String NAME = "XKEK 62AEA0ED";

    private static Inventory sample() {
        Certificate certificate = new Certificate(
                CertificateKind.X509,
                "CN=é",
                "CN=ca",
                "01",
                Instant.parse("2026-01-01T00:00:00Z"),
                Instant.parse("2027-01-01T00:00:00Z"),
                33L,
                "AB");
        Inventory.Key key = new Inventory.Key(
                "code-signing",
                "01",
                "1",
                "EC",
                "secp256r1",
                256,
                "CD",
                List.of("ECDSA", "WRAP"),
                null,
                0,
                NAME,
                null,
                new Leaves(true, 0, NAME),
                false,
                null,
                null,
                new Attestation(true, "ZZSIM000001", null, List.of("AB")),
                certificate);
        Device device = new Device(
                "ZZSIM000001",
                "ZZSIM000001",
                "ef",
                "label",
                "Reader 0",
                "3.5",
                "JCOP 3",
                new Trust(
                        true,
                        null,
                        List.of(new ChainLink(
                                "ZZSIM00000100000", "ZZSDVCA100001", LocalDate.of(2026, 1, 1), null, "AB"))),
                new Pin(PinStatus.State.NOT_VERIFIED, 3),
                null,
                81_000L,
                4,
                List.of(new Slot(0, DomainKind.XKEK, "62AEA0ED", false, null, null, null, NAME, null)),
                List.of(key),
                List.of(new LooseCertificate("ca", "1", certificate)),
                List.of(new Data("d", "", "", true)),
                false,
                null,
                List.of("x"),
                List.of());
        Row row = new Row(
                "code-signing",
                "CD",
                "secp256r1",
                false,
                List.of(new Cell("ZZSIM000001", State.HAS, null, "code-signing", "1")));
        return new Inventory(
                Instant.parse("2026-11-29T22:00:00Z"),
                List.of(
                        new Reader("Reader 0", "ZZSIM000001", null, false),
                        new Reader("Reader 1", null, "empty", false)),
                List.of(device),
                List.of(new Domain(
                        NAME,
                        DomainKind.XKEK,
                        "62AEA0ED",
                        null,
                        new Place("ZZSIM000001", "group-signer"),
                        List.of(new Member("ZZSIM000001", 0, false)),
                        List.of(row))),
                List.of(new SingleCopy("code-signing", "CD", "ZZSIM000001", NAME, false, "no other member")),
                Map.of("AB", "3000"));
    }

    @Test
    void itIsReadBackAsItWasWritten() throws Exception {
        byte[] written = JsonDocuments.pretty(sample());

        Inventory read = Inventory.parse("inventory", JsonDocuments.read("inventory", written));

        assertThat(read).isEqualTo(sample());
        assertThat(JsonDocuments.canonical(read)).isEqualTo(JsonDocuments.canonical(sample()));
        assertThat(new String(written, UTF_8)).contains("\"taken\" : \"2026-11-29T22:00:00Z\"", "\"2026-01-01\"");
    }

    @Test
    void whatDoesNotFitIsRefusedWithThePlace() {
        ObjectNode unknown = (ObjectNode) sample().json();
        unknown.put("more", 1);
        ObjectNode missing = (ObjectNode) sample().json();
        ((ObjectNode) missing.get("devices").get(0)).remove("reader");
        ObjectNode wrong = (ObjectNode) sample().json();
        ((ObjectNode) wrong.get("domains").get(0)).put("kind", "OTHER");
        ObjectNode time = (ObjectNode) sample().json();
        time.put("taken", "yesterday");
        ObjectNode nothing = (ObjectNode) sample().json();
        nothing.putNull("domains");

        for (ObjectNode document : List.of(unknown, missing, wrong, time, nothing)) {
            assertThatThrownBy(() -> Inventory.parse("inventory x.json", document))
                    .isInstanceOf(MalformedDataException.class)
                    .hasMessageContaining("inventory x.json");
        }
        assertThatThrownBy(() -> Inventory.parse("inventory", missing)).hasMessageContaining("/devices[0]");
    }

    @Test
    void keysAreFoundByLabelAndPublicKey() {
        Inventory inventory = sample();

        assertThat(inventory.find("code-signing")).hasSize(1);
        assertThat(inventory.find("cd")).hasSize(1);
        assertThat(inventory.find("tls")).isEmpty();
        assertThat(inventory.key(inventory.find("cd").get(0).cells().get(0)))
                .map(Inventory.Key::label)
                .hasValue("code-signing");
    }
}
