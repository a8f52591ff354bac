// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.admin.inventory;

import static io.github.schsm.admin.inventory.World.A;
import static io.github.schsm.admin.inventory.World.B;
import static io.github.schsm.admin.inventory.World.C;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.github.schsm.KeyMigration;
import io.github.schsm.admin.inventory.Inventory.Cell;
import io.github.schsm.admin.inventory.Inventory.Device;
import io.github.schsm.admin.inventory.Inventory.Domain;
import io.github.schsm.admin.inventory.Inventory.DomainKind;
import io.github.schsm.admin.inventory.Inventory.Place;
import io.github.schsm.admin.inventory.Inventory.Row;
import io.github.schsm.admin.inventory.Inventory.SingleCopy;
import io.github.schsm.admin.inventory.Inventory.State;
import io.github.schsm.admin.json.JsonDocuments;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InventoryReaderTest {
    @TempDir
    private Path folder;

    private World world;

    @BeforeEach
    void open() throws Exception {
        world = new World(folder);
    }

    @AfterEach
    void close() {
        world.close();
    }

    private static Row row(Inventory inventory, String label) {
        List<Row> rows = inventory.find(label);
        assertThat(rows).as(label).hasSize(1);
        return rows.get(0);
    }

    private static Cell cell(Inventory inventory, String label, String device) {
        return row(inventory, label).cells().stream()
                .filter(cell -> cell.device().equals(device))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void domainsShowWhereKeysAreAndCouldBe() throws Exception {
        world.group();
        world.dkek();

        Inventory inventory = InventoryReader.of(world.provider(A, B, C)).read();

        assertThat(inventory.devices()).extracting(Device::name).containsExactly(A, B, C);
        Domain xkek = inventory.domains().stream()
                .filter(domain -> domain.kind() == DomainKind.XKEK)
                .findFirst()
                .orElseThrow();
        assertThat(xkek.name()).isEqualTo("XKEK " + String.valueOf(xkek.uid()).substring(0, 8));
        assertThat(xkek.groupSigner()).isEqualTo(new Place(A, "group-signer"));
        assertThat(xkek.members()).extracting(Inventory.Member::device).containsExactly(A, B);
        assertThat(xkek.keys()).extracting(Row::label).containsExactly("code-signing", "counted", "staying");
        assertThat(inventory.domains()).extracting(Domain::kind).contains(DomainKind.DKEK);

        assertThat(cell(inventory, "code-signing", A).state()).isEqualTo(State.HAS);
        assertThat(cell(inventory, "code-signing", B).state()).isEqualTo(State.COULD);
        assertThat(cell(inventory, "code-signing", B).reason()).isNull();
        assertThat(cell(inventory, "code-signing", C).reason()).isEqualTo(C + " is not in key domain " + xkek.name());
        assertThat(cell(inventory, "staying", B).reason()).contains("WRAP is not in its algorithm list");
        assertThat(cell(inventory, "counted", B).reason()).contains("use counter");
        assertThat(cell(inventory, "group-signer", B).reason()).contains("in no key domain");
        assertThat(inventory.withoutSecondCopy())
                .extracting(SingleCopy::label, SingleCopy::possible)
                .contains(tuple("code-signing", true), tuple("staying", false), tuple("aes", false));
    }

    @Test
    void aKeyThatWasCopiedIsOneKeyOnTwoDevices() throws Exception {
        world.group();
        KeyMigration.from(world.open(A).keyStore()).to(world.open(B).keyStore()).move("code-signing");

        Inventory inventory = InventoryReader.of(world.provider(A, B)).read();

        Row row = row(inventory, "code-signing");
        assertThat(row.holders()).containsExactly(A, B);
        assertThat(inventory.withoutSecondCopy())
                .extracting(SingleCopy::label)
                .doesNotContain("code-signing")
                .contains("group-signer");
        Inventory.Key made = inventory.key(cell(inventory, "code-signing", A)).orElseThrow();
        Inventory.Key copied = inventory.key(cell(inventory, "code-signing", B)).orElseThrow();
        assertThat(made.publicKey()).isEqualTo(copied.publicKey()).hasSize(64);
        assertThat(made.attestation().attested()).isTrue();
        assertThat(copied.attestation().attested()).isFalse();
        assertThat(copied.attestation().device()).contains(A);
        assertThat(inventory.certificates().keySet())
                .containsAll(made.attestation().evidence());
    }

    @Test
    void aDeviceIsDescribed() throws Exception {
        world.group();

        Inventory inventory = InventoryReader.of(world.provider(A, B)).read();

        Device device = inventory.device(A).orElseThrow();
        assertThat(device.trust().genuine()).isTrue();
        assertThat(device.trust().chain()).hasSize(3);
        assertThat(device.userPin()).isNotNull();
        assertThat(device.soPin()).isNotNull();
        assertThat(device.freeMemory()).isPositive();
        assertThat(device.slots()).isEqualTo(4);
        assertThat(device.problems()).isEmpty();
        assertThat(device.pinVerified()).isFalse();
        assertThat(device.keys()).extracting(Inventory.Key::label).contains("group-signer", "counted");
        Inventory.Key signer = device.keys().get(0);
        assertThat(signer.groupSigner()).startsWith("XKEK ");
        assertThat(signer.leaving().can()).isFalse();
        Inventory.Key counted = device.keys().stream()
                .filter(key -> key.label().equals("counted"))
                .findFirst()
                .orElseThrow();
        assertThat(counted.useCounter()).isEqualTo(100);
        assertThat(counted.algorithms()).containsExactly("ECDSA", "WRAP");
        assertThat(counted.kind()).isEqualTo("secp256r1");
        assertThat(Inventory.parse("it", JsonDocuments.read("it", JsonDocuments.canonical(inventory))))
                .isEqualTo(inventory);
    }

    @Test
    void aPinIsUsedWhereThereIsOneAndAWrongOneIsToldOfThatDevice() throws Exception {
        world.open(A);
        world.open(B);
        List<InventoryReader.Progress> told = new ArrayList<>();

        Inventory inventory = InventoryReader.of(world.provider(A, B))
                .withPins(device -> device.equals(A) ? "648219".toCharArray() : "111111".toCharArray())
                .withListener(told::add)
                .read();

        assertThat(inventory.device(A).orElseThrow().pinVerified()).isTrue();
        Device refused = inventory.device(B).orElseThrow();
        assertThat(refused.pinVerified()).isFalse();
        assertThat(refused.problems()).singleElement().asString().contains("the user PIN was not verified");
        assertThat(told).extracting(InventoryReader.Progress::done).containsExactly(1, 2);
    }

    @Test
    void onlyTheDevicesThatAreNamedAreRead() throws Exception {
        world.open(A);
        world.open(B);

        Inventory inventory = InventoryReader.of(world.provider(A, B))
                .only(List.of(B, "ZZSIM000009"))
                .read();

        assertThat(inventory.devices()).extracting(Device::name).containsExactly(B);
        assertThat(inventory.readers())
                .anySatisfy(reader -> assertThat(reader.problem()).contains("ZZSIM000009 is not there"));
    }

    @Test
    void anotherReadSeesWhatAnotherProgramMade() throws Exception {
        World.Side other = world.open(A);
        InventoryReader reader = InventoryReader.of(world.provider(A));
        assertThat(reader.read().device(A).orElseThrow().keys()).isEmpty();

        other.generate(World.spec("new", "secp256r1").build());

        assertThat(reader.read().device(A).orElseThrow().keys())
                .extracting(Inventory.Key::label)
                .containsExactly("new");
    }

    @Test
    void withoutContentsNothingIsReadOfKeys() throws Exception {
        world.group();

        Inventory inventory =
                InventoryReader.of(world.provider(A, B)).withoutContents().read();

        assertThat(inventory.devices()).allSatisfy(device -> {
            assertThat(device.keys()).isEmpty();
            assertThat(device.keyDomains()).hasSize(1);
            assertThat(device.soPin()).isNull();
        });
    }
}
