// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.github.schsm.DataObject;
import io.github.schsm.InvalidRequestException;
import io.github.schsm.Kdm;
import io.github.schsm.KeyAlgorithm;
import io.github.schsm.KeyDomain;
import io.github.schsm.KeyMigration;
import io.github.schsm.KeyMigration.Impossible;
import io.github.schsm.KeyMigration.Move;
import io.github.schsm.KeyMigration.Obstacle;
import io.github.schsm.KeyMigration.Outcome;
import io.github.schsm.SchsmException;
import io.github.schsm.SchsmKeySpec;
import io.github.schsm.conformance.bench.Group;
import io.github.schsm.conformance.bench.RawCard;
import io.github.schsm.conformance.bench.SimulatorBench;
import io.github.schsm.provider.SchsmProvider;
import io.github.schsm.simulator.ApduRecorder;
import io.github.schsm.simulator.Fault;
import io.github.schsm.simulator.Faults;
import io.github.schsm.simulator.profile.DeviceProfile;
import java.security.KeyPair;
import java.security.KeyStore;
import java.security.spec.ECGenParameterSpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A plan says for each key whether it moves or why not, changes nothing, and is what moveAll does. */
class MigrationPlanTest {
    private static final char[] PIN = "648219".toCharArray();
    private static final Set<Integer> CHANGING = Set.of(0x46, 0x48, 0x72, 0x74, 0xD7, 0xE4, 0x62, 0x68, 0x76, 0x78);

    private SimulatorBench bench;
    private Group group;

    @BeforeEach
    void open() throws Exception {
        open(DeviceProfile.smartCardHsm4k());
    }

    private void open(DeviceProfile profile) throws Exception {
        bench = new SimulatorBench(profile);
        group = Group.of(bench);
    }

    @AfterEach
    void close() {
        bench.close();
    }

    private KeyMigration migration() {
        return KeyMigration.from(group.source().keyStore()).to(group.target().keyStore());
    }

    private static SchsmKeySpec.Builder ec(String label) {
        return SchsmKeySpec.builder(label).parameters(new ECGenParameterSpec("secp256r1"));
    }

    private KeyPair movable(String label, KeyDomain domain) throws Exception {
        return group.source()
                .generate(ec(label)
                        .domain(domain)
                        .allow(KeyAlgorithm.ECDSA, KeyAlgorithm.WRAP)
                        .build());
    }

    private static KeyDomain dkek(Group.Side side, int slot, int... share) throws Exception {
        KeyDomain domain = side.device().createDkekDomain(slot, 1);
        for (int filler : share) {
            byte[] bytes = new byte[32];
            Arrays.fill(bytes, (byte) filler);
            domain.importShare(bytes);
        }
        return domain;
    }

    private static Map<String, Obstacle> obstacles(KeyMigration.Plan plan) {
        Map<String, Obstacle> obstacles = new LinkedHashMap<>();
        plan.impossible().forEach(key -> obstacles.put(key.alias(), key.obstacle()));
        return obstacles;
    }

    private static String reason(KeyMigration.Plan plan, String alias) {
        return plan.impossible().stream()
                .filter(key -> key.alias().equals(alias))
                .map(Impossible::reason)
                .findFirst()
                .orElseThrow();
    }

    private static List<String> aliases(List<Move> moves) {
        return moves.stream().map(Move::alias).toList();
    }

    /** One key for each reason that depends on the key. */
    private void makeKeysOfAllKinds() throws Exception {
        Group.Side source = group.source();
        source.movable("movable");
        source.generate(ec("at home").build());
        source.generate(
                ec("no wrap").domain(source.domain()).allow(KeyAlgorithm.ECDSA).build());
        source.generate(ec("counted")
                .domain(source.domain())
                .allow(KeyAlgorithm.ECDSA, KeyAlgorithm.WRAP)
                .useCounter(5)
                .build());
        source.generate(SchsmKeySpec.exchangeKey("exchange", source.domain()));
        source.movable("taken");
        group.target().movable("taken");
        source.movable("there");
        migration().move("there");
        source.movable("renamed");
        migration().move("renamed");
        group.target()
                .device()
                .keys()
                .forEach(key -> assertThat(key.label()).isIn("taken", "there", "renamed", "exchange"));
        KeyStore target = group.target().keyStore();
        target.setEntry("new name", target.getEntry("renamed", null), null);
        target.deleteEntry("renamed");
    }

    @Test
    void saysWhatMovesWhatIsThereAndWhatKeepsTheOthers() throws Exception {
        makeKeysOfAllKinds();
        assertThat(Collections.list(group.target().keyStore().aliases())).contains("new name");

        KeyMigration.Plan plan = migration().plan();

        assertThat(plan.moves()).containsExactly(new Move("movable", "ZZSIM000001", "ZZSIM000002"));
        assertThat(aliases(plan.present())).containsExactly("there", "renamed");
        assertThat(obstacles(plan))
                .isEqualTo(Map.of(
                        "group-signer", Obstacle.NO_DOMAIN,
                        "at home", Obstacle.NO_DOMAIN,
                        "no wrap", Obstacle.WRAP_NOT_ALLOWED,
                        "counted", Obstacle.USE_COUNTER,
                        "exchange", Obstacle.EXCHANGE_KEY,
                        "taken", Obstacle.OTHER_ENTRY));
        assertThat(reason(plan, "at home")).contains("\"at home\"", "in no key domain");
        assertThat(reason(plan, "no wrap")).contains("\"no wrap\"", "WRAP is not in its algorithm list [ECDSA]");
        assertThat(reason(plan, "counted")).contains("\"counted\"", "use counter (5 left)", "withoutUseCounter");
        assertThat(reason(plan, "exchange")).contains("\"exchange\"", "every member of a key domain has its own");
        assertThat(reason(plan, "taken")).contains("another entry \"taken\"", "ZZSIM000002");
        assertThat(obstacles(migration().withoutUseCounter().plan())).doesNotContainKey("counted");
        assertThat(plan.toString())
                .contains("move \"movable\" from ZZSIM000001 to ZZSIM000002", "there \"there\"", "\"taken\" cannot");
    }

    @Test
    void ofNamedKeysOnly() throws Exception {
        makeKeysOfAllKinds();

        KeyMigration.Plan plan = migration().plan(List.of("no wrap", "missing", "movable"));

        assertThat(aliases(plan.moves())).containsExactly("movable");
        assertThat(obstacles(plan))
                .isEqualTo(Map.of("no wrap", Obstacle.WRAP_NOT_ALLOWED, "missing", Obstacle.NO_SUCH_KEY));
        assertThat(reason(plan, "missing")).contains("no key \"missing\"", "movable");
    }

    @Test
    void changesNothing() throws Exception {
        makeKeysOfAllKinds();
        bench.source().recorder().start();
        bench.target().recorder().start();

        migration().plan();

        for (SimulatorBench.SimulatedMember member : List.of(bench.source(), bench.target())) {
            member.recorder().stop();
            assertThat(member.recorder().exchanges())
                    .noneMatch(exchange -> CHANGING.contains(exchange.ins()))
                    .extracting(ApduRecorder.Exchange::ins)
                    .doesNotContain(0x20, 0x2C);
        }
        bench.source().recorder().start();
        bench.target().recorder().start();
        migration().plan();
        int again =
                bench.source().recorder().count() + bench.target().recorder().count();
        // States of key domains and the free memory: nothing that depends on the number of keys.
        assertThat(again).isLessThanOrEqualTo(12);
    }

    /** All keys, as the plan says, each told of once. */
    @Test
    void movesWhatItSaidAndTellsOfEachKeyOnce() throws Exception {
        makeKeysOfAllKinds();
        group.source().movable("second");
        KeyMigration.Plan plan = migration().plan();
        List<KeyMigration.Progress> told = new ArrayList<>();

        List<KeyMigration.Result> results = migration().moveAll(told::add);

        int total =
                plan.moves().size() + plan.present().size() + plan.impossible().size();
        assertThat(told).hasSize(total);
        for (int i = 0; i < total; i++) {
            assertThat(told.get(i).done()).isEqualTo(i + 1);
            assertThat(told.get(i).total()).isEqualTo(total);
        }
        assertThat(told).extracting(KeyMigration.Progress::key).doesNotHaveDuplicates();
        Map<String, Outcome> outcomes = new LinkedHashMap<>();
        results.forEach(result -> outcomes.put(result.alias(), result.outcome()));
        told.forEach(progress -> assertThat(outcomes).containsEntry(progress.key(), progress.outcome()));
        Map<String, Outcome> planned = new LinkedHashMap<>();
        plan.moves().forEach(move -> planned.put(move.alias(), Outcome.MOVED));
        plan.present().forEach(move -> planned.put(move.alias(), Outcome.WAS_THERE));
        plan.impossible().forEach(key -> planned.put(key.alias(), Outcome.IMPOSSIBLE));
        assertThat(outcomes).isEqualTo(planned);
        assertThat(results).allSatisfy(result -> assertThat(result.leftBehind()).isEmpty());
        assertThat(results)
                .filteredOn(result -> result.outcome() == Outcome.IMPOSSIBLE)
                .allSatisfy(result -> assertThat(result.failure()).hasMessageContaining(reasonWords(plan, result)));
        KeyMigration.Plan after = migration().plan();
        assertThat(after.moves()).isEmpty();
        assertThat(aliases(after.present())).contains("movable", "second", "there", "renamed");
        assertThat(obstacles(after)).isEqualTo(obstacles(plan));
        assertThat(migration().moveAll())
                .extracting(KeyMigration.Result::outcome)
                .containsOnly(Outcome.WAS_THERE, Outcome.IMPOSSIBLE);
    }

    private static String reasonWords(KeyMigration.Plan plan, KeyMigration.Result result) {
        return reason(plan, result.alias());
    }

    @Test
    void saysWhatIsWrongWithTheKeyDomains() throws Exception {
        Group.Side source = group.source();
        KeyPair signer = source.generate(Group.signerSpec("signer of another group"));
        KeyDomain alone = source.device()
                .createKeyDomain(1, Kdm.issue(signer, source.device().identity()));
        movable("alone", alone);
        movable("other dkek", dkek(source, 2, 1));
        movable("no dkek", dkek(source, 3));
        dkek(group.target(), 2, 2);

        KeyMigration.Plan plan = migration().plan();

        assertThat(plan.moves()).isEmpty();
        assertThat(obstacles(plan))
                .containsEntry("alone", Obstacle.NO_COMMON_DOMAIN)
                .containsEntry("other dkek", Obstacle.OTHER_KEK)
                .containsEntry("no dkek", Obstacle.NO_KEK);
        assertThat(reason(plan, "alone")).contains("ZZSIM000002 is not a member of");
        assertThat(reason(plan, "other dkek")).contains("KCV", "other shares");
        assertThat(reason(plan, "no dkek")).contains("ZZSIM000001 shows no DKEK", "import the shares");
        assertThat(migration().moveAll())
                .extracting(KeyMigration.Result::outcome)
                .containsOnly(Outcome.IMPOSSIBLE);
    }

    @Test
    void saysThatTheTargetHasNoShares() throws Exception {
        movable("key", dkek(group.source(), 1, 1));
        dkek(group.target(), 1);

        KeyMigration.Plan plan = migration().plan();

        assertThat(obstacles(plan)).containsEntry("key", Obstacle.NO_KEK);
        assertThat(reason(plan, "key")).contains("ZZSIM000002 shows no DKEK", "import the shares");
    }

    /** With the same DKEK there is nothing to agree on. */
    @Test
    void dkekOfTheSameSharesNeedsNoAgreement() throws Exception {
        movable("key", dkek(group.source(), 1, 1));
        dkek(group.target(), 3, 1);
        assertThat(aliases(migration().plan().moves())).containsExactly("key");
        bench.source().recorder().start();
        bench.target().recorder().start();

        migration().moveAll();

        assertThat(bench.source().recorder().count(exchange -> exchange.ins() == 0x46))
                .isZero();
        assertThat(bench.target().recorder().count(exchange -> exchange.ins() == 0x46))
                .isZero();
        assertThat(group.target().keyStore().containsAlias("key")).isTrue();
        assertThat(group.source().device().keyDomain(1).kcv()).isNotEqualTo(new byte[8]);
        assertThat(group.target().device().keyDomain(3).kcv()).isNotEqualTo(new byte[8]);
    }

    @Test
    void saysThatADeviceIsNotTrusted() throws Exception {
        group.source().movable("key");
        String settings = bench.configuration(bench.source().id()).replace(", simulator", "");
        KeyStore suspicious = KeyStore.getInstance("SCHSM", new SchsmProvider().configure(settings));
        suspicious.load(null, PIN);

        KeyMigration.Plan plan =
                KeyMigration.from(suspicious).to(group.target().keyStore()).plan();

        assertThat(obstacles(plan)).containsEntry("key", Obstacle.UNTRUSTED);
        assertThat(reason(plan, "key")).contains("ZZSIM000002");
    }

    @Test
    void saysThatThereIsNoRoom() throws Exception {
        bench.close();
        open(DeviceProfile.smartCardHsm4k().withMemory(12_000));
        for (int i = 0; i < 4; i++) {
            group.source().movable("key-of-" + i);
        }
        long free = group.target().device().administration().freeMemory();
        group.target().device().storeData(DataObject.of("filler", false), new byte[Math.toIntExact(free) - 1_400]);

        KeyMigration.Plan plan = migration().plan();

        assertThat(plan.moves()).isNotEmpty();
        assertThat(obstacles(plan)).containsEntry("key-of-3", Obstacle.NO_ROOM);
        assertThat(reason(plan, "key-of-3")).contains("ZZSIM000002 has", "bytes of memory left", "at the least");
    }

    /** Nothing shows that two secret keys are the same but what they do. */
    @Test
    void secretKeysAreComparedByTheDevices() throws Exception {
        Group.Side source = group.source();
        for (String label : List.of("cbc", "cmac", "other")) {
            source.generateSecret(aes(label, source.domain()));
        }
        migration().move(List.of("cbc", "cmac"));
        group.target().generateSecret(aes("other", group.target().domain()));

        KeyMigration.Plan plan = migration().plan();

        assertThat(aliases(plan.present())).containsExactly("cbc", "cmac");
        assertThat(obstacles(plan)).containsEntry("other", Obstacle.OTHER_ENTRY);
        assertThat(migration().move("cbc").wasThere()).isTrue();
    }

    private static SchsmKeySpec aes(String label, KeyDomain domain) {
        return SchsmKeySpec.builder(label)
                .keySize(128)
                .domain(domain)
                .allow(label.equals("cmac") ? KeyAlgorithm.AES_CMAC : KeyAlgorithm.AES_CBC_ENCRYPT, KeyAlgorithm.WRAP)
                .build();
    }

    /** What the last migration made for itself is none of the keys that people have. */
    @Test
    void exchangeKeysOfMigrationsAreNotListed() throws Exception {
        group.source().movable("key");
        bench.source().device().faults().add(1, Faults.instruction(0x72), Fault.removalAfter());
        migration().moveAll();
        bench.source().device().insert();
        group.source().keyStore().load(null, PIN);
        group.target().keyStore().load(null, PIN);
        assertThat(Collections.list(group.source().keyStore().aliases()))
                .anyMatch(alias -> alias.startsWith("migration exchange"));

        KeyMigration.Plan plan = migration().plan();

        assertThat(aliases(plan.moves())).containsExactly("key");
        assertThat(obstacles(plan)).containsOnlyKeys("group-signer");
    }

    /** One bad object does not take the others away. */
    @Test
    void saysThatAKeyCannotBeRead() throws Exception {
        group.source().movable("bad");
        group.source().movable("good");
        String bad = group.source().device().keys().stream()
                .filter(key -> key.label().equals("bad"))
                .map(key -> String.format(Locale.ROOT, "%02X", Integer.parseInt(key.reference())))
                .findFirst()
                .orElseThrow();
        RawCard raw = bench.source().raw();
        raw.login();
        raw.send("00D7CE" + bad + "0854020000530267FF");
        group.source().keyStore().load(null, PIN);

        KeyMigration.Plan plan = migration().plan();

        assertThat(aliases(plan.moves())).containsExactly("good");
        assertThat(obstacles(plan)).containsEntry("bad", Obstacle.UNREADABLE);
        assertThat(reason(plan, "bad")).isNotBlank();
        assertThat(migration().moveAll())
                .filteredOn(result -> !result.alias().equals("group-signer"))
                .extracting(KeyMigration.Result::alias, KeyMigration.Result::outcome)
                .containsExactly(tuple("bad", Outcome.FAILED), tuple("good", Outcome.MOVED));
    }

    @Test
    void refusesOneDeviceOnBothSides() {
        KeyStore keyStore = group.source().keyStore();

        assertThatThrownBy(() -> KeyMigration.from(keyStore).to(keyStore).plan())
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("same device ZZSIM000001");
        assertThatThrownBy(() -> KeyMigration.from(keyStore).to(keyStore).moveAll())
                .isInstanceOf(InvalidRequestException.class);
    }

    @Test
    void saysThatTheSourceIsOut() throws Exception {
        group.source().movable("key");
        bench.source().remove();

        assertThatThrownBy(() -> migration().plan()).isInstanceOf(SchsmException.class);
    }
}
