// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.admin.dkek;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.schsm.InvalidRequestException;
import io.github.schsm.MalformedDataException;
import io.github.schsm.SchsmException;
import io.github.schsm.card.dkek.Dkek;
import io.github.schsm.card.dkek.DkekPasswordShare;
import io.github.schsm.card.dkek.DkekShareFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.bouncycastle.cms.CMSEnvelopedData;
import org.bouncycastle.cms.RecipientInformation;
import org.bouncycastle.cms.jcajce.JceKeyAgreeEnvelopedRecipient;
import org.bouncycastle.cms.jcajce.JceKeyTransEnvelopedRecipient;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CeremonyTest {
    private static final DkekShareFile FEW = DkekShareFile.withRounds(10);
    private static final List<String> NAMES = List.of("Ann", "Ben", "Cleo");

    @TempDir
    Path parent;

    /** Custodians who do what they should, until one does not come any more. */
    private static final class People implements Ceremony.Participants {
        final List<String> came = new ArrayList<>();
        final List<String> told = new ArrayList<>();
        final Map<String, char[]> notes = new HashMap<>();
        final List<char[]> given = new ArrayList<>();
        final List<char[]> shown = new ArrayList<>();

        @Nullable
        String absent;

        @Nullable
        String mistaken;

        @Nullable
        String wrongPassword;

        private @Nullable String onScreen;

        @Override
        public void turn(String custodian, int number, int total) throws SchsmException {
            assertThat(onScreen).as("whose screen it is").isNull();
            if (custodian.equals(absent)) {
                throw new InvalidRequestException(custodian + " did not come");
            }
            came.add(custodian);
            onScreen = custodian;
        }

        @Override
        public void left(String custodian) {
            assertThat(onScreen).isEqualTo(custodian);
            onScreen = null;
        }

        @Override
        public char[] newPassword(String custodian, String shareFile) {
            return password(custodian, shareFile);
        }

        @Override
        public char[] password(String custodian, String shareFile) {
            assertThat(onScreen).isEqualTo(custodian);
            char[] password = (custodian.equals(wrongPassword) ? "wrong" : "password of " + custodian).toCharArray();
            given.add(password);
            return password;
        }

        @Override
        public void note(String custodian, char[] lines) {
            assertThat(onScreen).isEqualTo(custodian);
            shown.add(lines);
            notes.put(custodian, lines.clone());
        }

        @Override
        public @Nullable DkekPasswordShare noted(String custodian, boolean checking) throws SchsmException {
            char[] lines = notes.get(custodian.equals(mistaken) && told.isEmpty() ? "Ann" : custodian);
            return DkekPasswordShare.parse(lines).get(0);
        }

        @Override
        public void tell(String message) {
            told.add(message);
        }

        List<DkekPasswordShare> parts(String... names) throws Exception {
            List<DkekPasswordShare> parts = new ArrayList<>();
            for (String name : names) {
                parts.addAll(DkekPasswordShare.parse(notes.get(name)));
            }
            return parts;
        }
    }

    private Path folder() {
        return parent.resolve("custody");
    }

    private static Ceremony.Plan plan(int threshold) {
        return new Ceremony.Plan(
                NAMES.stream().map(name -> new Ceremony.Person(name, null)).toList(),
                threshold == 0 ? OptionalInt.empty() : OptionalInt.of(threshold),
                "for the signers");
    }

    private byte[] file(String name) throws IOException {
        return Files.readAllBytes(folder().resolve(name));
    }

    private Dkek opened() throws Exception {
        List<byte[]> shares = new ArrayList<>();
        for (int i = 1; i <= NAMES.size(); i++) {
            byte[] password = ("password of " + NAMES.get(i - 1)).getBytes(StandardCharsets.UTF_8);
            shares.add(FEW.open(file("share-" + i + "-of-3.pbe"), password));
        }
        return Dkek.of(shares);
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().withUpperCase().formatHex(bytes);
    }

    @Test
    void eachCustodianGetsAShareAndAllMakeTheDkekOfTheRecord() throws Exception {
        People people = new People();

        CeremonyRecord record = Ceremony.begin(folder(), plan(0), null, FEW).run(people);

        assertThat(people.came).containsExactlyElementsOf(NAMES);
        try (Dkek dkek = opened()) {
            assertThat(record.kcv()).isEqualTo(hex(dkek.kcv()));
        }
        assertThat(CeremonyRecord.parse("it", file("record.json"))).isEqualTo(record);
        assertThat(record.completed()).isNotNull();
        assertThat(people.given).allSatisfy(password -> assertThat(password).containsOnly('\0'));
        String sheet = Files.readString(folder().resolve("custodian-2.html"));
        assertThat(sheet).contains("Ben", "share-2-of-3.pbe", record.kcv(), "for the signers");
        assertThat(Files.readString(folder().resolve("record.txt"))).contains("Cleo", record.kcv());
    }

    @Test
    void nothingInTheFolderIsSecretAndOnlyItsOwnerReadsIt() throws Exception {
        People people = new People();
        Ceremony.begin(folder(), plan(2), null, FEW).run(people);
        List<String> secrets = new ArrayList<>();
        for (char[] lines : people.notes.values()) {
            String value = new String(lines).lines().toList().get(2).replaceAll(".*: ", "");
            secrets.add(value);
            secrets.add(value.replace(":", ""));
        }
        try (Stream<Path> files = Files.list(folder())) {
            for (Path file : files.toList()) {
                assertThat(Files.getPosixFilePermissions(file)).isEqualTo(PosixFilePermissions.fromString("rw-------"));
                String content = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
                assertThat(content).as(file.toString()).doesNotContain(secrets);
            }
        }
        assertThat(people.shown).allSatisfy(lines -> assertThat(lines).containsOnly('\0'));
    }

    @ParameterizedTest
    @CsvSource({"Ann, Ben", "Ben, Cleo", "Cleo, Ann"})
    void asManyAsTheThresholdOpenADividedPassword(String one, String other) throws Exception {
        People people = new People();

        CeremonyRecord record = Ceremony.begin(folder(), plan(2), null, FEW).run(people);

        byte[] share = FEW.open(file("share.pbe"), people.parts(one, other));
        try (Dkek dkek = Dkek.of(List.of(share))) {
            assertThat(record.kcv()).isEqualTo(hex(dkek.kcv()));
        }
        assertThat(Files.readString(folder().resolve("custodian-1.html"))).contains("Share value");
    }

    @ParameterizedTest
    @ValueSource(strings = {"Ann", "Ben", "Cleo"})
    void interruptedCeremonyOfSharesIsContinuedWithoutLosingOne(String absent) throws Exception {
        People first = new People();
        first.absent = absent;
        assertThatThrownBy(() -> Ceremony.begin(folder(), plan(0), null, FEW).run(first))
                .hasMessageContaining("did not come");
        Map<String, byte[]> made = new HashMap<>();
        for (int i = 1; i <= NAMES.indexOf(absent); i++) {
            made.put("share-" + i + "-of-3.pbe", file("share-" + i + "-of-3.pbe"));
        }
        assertThatThrownBy(() -> Ceremony.begin(folder(), plan(0), null, FEW)).hasMessageContaining("--continue");

        CeremonyRecord record = Ceremony.resume(folder(), Map.of(), null, FEW).run(new People());

        for (Map.Entry<String, byte[]> share : made.entrySet()) {
            assertThat(file(share.getKey())).isEqualTo(share.getValue());
        }
        try (Dkek dkek = opened()) {
            assertThat(record.kcv()).isEqualTo(hex(dkek.kcv()));
        }
        assertThatThrownBy(() -> Ceremony.resume(folder(), Map.of(), null, FEW))
                .hasMessageContaining("nothing to continue");
    }

    @Test
    void custodianWithAnotherPasswordOrAnotherFileDoesNotContinueIt() throws Exception {
        People first = new People();
        first.absent = "Cleo";
        assertThatThrownBy(() -> Ceremony.begin(folder(), plan(0), null, FEW).run(first))
                .isInstanceOf(InvalidRequestException.class);
        People second = new People();
        second.wrongPassword = "Ben";
        assertThatThrownBy(() -> Ceremony.resume(folder(), Map.of(), null, FEW).run(second))
                .hasMessageContaining("share-2-of-3.pbe of custodian Ben");
        assertThat(second.told).hasSize(2);

        byte[] changed = file("share-1-of-3.pbe");
        changed[40] ^= 1;
        Files.write(folder().resolve("share-1-of-3.pbe"), changed);
        assertThatThrownBy(() -> Ceremony.resume(folder(), Map.of(), null, FEW).run(new People()))
                .hasMessageContaining("is not the one that was made in this ceremony");
    }

    /** Two of the three parts make the third again. */
    @Test
    void interruptedCeremonyOfADividedPasswordIsContinuedByThoseWhoHaveParts() throws Exception {
        People people = new People();
        people.absent = "Cleo";
        assertThatThrownBy(() -> Ceremony.begin(folder(), plan(2), null, FEW).run(people))
                .hasMessageContaining("did not come");
        byte[] share = file("share.pbe");
        people.absent = null;

        CeremonyRecord record = Ceremony.resume(folder(), Map.of(), null, FEW).run(people);

        assertThat(file("share.pbe")).isEqualTo(share);
        try (Dkek dkek = Dkek.of(List.of(FEW.open(share, people.parts("Ben", "Cleo"))))) {
            assertThat(record.kcv()).isEqualTo(hex(dkek.kcv()));
        }
        assertThat(people.told).isEmpty();
    }

    @Test
    void withFewerPartsThanTheThresholdItBeginsAgainAndSaysWhosePartIsVoid() throws Exception {
        People people = new People();
        people.absent = "Ben";
        assertThatThrownBy(() -> Ceremony.begin(folder(), plan(2), null, FEW).run(people))
                .hasMessageContaining("did not come");
        people.absent = null;
        char[] before = people.notes.get("Ann");

        CeremonyRecord record = Ceremony.resume(folder(), Map.of(), null, FEW).run(people);

        assertThat(people.told).hasSize(1);
        assertThat(people.told.get(0)).contains("void", "Ann");
        assertThat(people.notes.get("Ann")).isNotEqualTo(before);
        try (Dkek dkek = Dkek.of(List.of(FEW.open(file("share.pbe"), people.parts("Ann", "Cleo"))))) {
            assertThat(record.kcv()).isEqualTo(hex(dkek.kcv()));
        }
    }

    @Test
    void partThatWasNotedWronglyIsShownAgain() throws Exception {
        People people = new People();
        people.mistaken = "Ben";

        Ceremony.begin(folder(), plan(2), null, FEW).run(people);

        assertThat(people.told).hasSize(1);
        assertThat(people.shown).hasSize(4);
        byte[] share = FEW.open(file("share.pbe"), people.parts("Ben", "Cleo"));
        assertThat(share).hasSize(32);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 2})
    void newSharesMakeTheSameDkek(int threshold) throws Exception {
        byte[] old = new byte[32];
        Arrays.fill(old, (byte) 0x5A);
        try (Dkek existing = Dkek.of(List.of(old))) {
            People people = new People();
            CeremonyRecord record =
                    Ceremony.begin(folder(), plan(threshold), existing, FEW).run(people);

            assertThat(record.kcv()).isEqualTo(hex(existing.kcv())).isEqualTo(record.replaces());
            byte[] made = threshold == 0 ? opened().bytes() : FEW.open(file("share.pbe"), people.parts("Ann", "Cleo"));
            assertThat(made).isEqualTo(old);
        }
    }

    @Test
    void newSharesThatWereInterruptedNeedTheOldOnesAgain() throws Exception {
        byte[] old = new byte[32];
        old[0] = 1;
        try (Dkek existing = Dkek.of(List.of(old));
                Dkek other = Dkek.of(List.of(new byte[32]))) {
            People people = new People();
            people.absent = "Cleo";
            assertThatThrownBy(() ->
                            Ceremony.begin(folder(), plan(0), existing, FEW).run(people))
                    .hasMessageContaining("did not come");
            assertThatThrownBy(() -> Ceremony.resume(folder(), Map.of(), null, FEW))
                    .hasMessageContaining("its old shares are needed");
            assertThatThrownBy(() -> Ceremony.resume(folder(), Map.of(), other, FEW))
                    .hasMessageContaining("not " + hex(other.kcv()));

            Ceremony.resume(folder(), Map.of(), existing, FEW).run(new People());

            assertThat(opened().bytes()).isEqualTo(old);
        }
    }

    @Test
    void custodiansComeOneByOne() throws Exception {
        Ceremony ceremony = Ceremony.begin(folder(), plan(0), null, FEW);
        CeremonyRecord record = ceremony.runOnly("Cleo", new People());
        assertThat(record.completed()).isNull();
        assertThat(record.custodians().get(2).done()).isNotNull();
        record = Ceremony.resume(folder(), Map.of(), null, FEW).runOnly("Ann", new People());
        assertThat(record.completed()).isNull();
        assertThatThrownBy(() -> Ceremony.resume(folder(), Map.of(), null, FEW).runOnly("Ann", new People()))
                .hasMessageContaining("has a share already");
        assertThatThrownBy(() -> Ceremony.resume(folder(), Map.of(), null, FEW).runOnly("Dan", new People()))
                .hasMessageContaining("Ann, Ben, Cleo");

        record = Ceremony.resume(folder(), Map.of(), null, FEW).run(new People());

        try (Dkek dkek = opened()) {
            assertThat(record.kcv()).isEqualTo(hex(dkek.kcv()));
        }
    }

    @ParameterizedTest
    @CsvSource({"RSA, 0", "RSA, 2", "EC, 0", "EC, 2"})
    void sealedFilesAreForWhoDoesNotCome(String algorithm, int threshold) throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
        generator.initialize(algorithm.equals("RSA") ? 2048 : 256);
        KeyPair key = generator.generateKeyPair();
        CustodianSeal seal = CustodianSeal.parse("key", key.getPublic().getEncoded());
        Ceremony.Plan plan = new Ceremony.Plan(
                List.of(
                        new Ceremony.Person("Ann", seal),
                        new Ceremony.Person("Ben", null),
                        new Ceremony.Person("Cleo", seal)),
                threshold == 0 ? OptionalInt.empty() : OptionalInt.of(threshold),
                "");
        People people = new People();

        CeremonyRecord record = Ceremony.begin(folder(), plan, null, FEW).run(people);

        assertThat(people.came).containsExactly("Ben");
        byte[] ann = unsealed(file("custodian-1.p7m"), key.getPrivate());
        byte[] cleo = unsealed(file("custodian-3.p7m"), key.getPrivate());
        Dkek dkek;
        if (threshold == 0) {
            dkek = Dkek.of(List.of(
                    FEW.open(file("share-1-of-3.pbe"), ann),
                    FEW.open(file("share-2-of-3.pbe"), "password of Ben".getBytes(StandardCharsets.UTF_8)),
                    FEW.open(file("share-3-of-3.pbe"), cleo)));
        } else {
            List<DkekPasswordShare> parts = new ArrayList<>();
            for (byte[] lines : List.of(ann, cleo)) {
                parts.addAll(DkekPasswordShare.parse(new String(lines, StandardCharsets.US_ASCII).toCharArray()));
            }
            dkek = Dkek.of(List.of(FEW.open(file("share.pbe"), parts)));
        }
        assertThat(record.kcv()).isEqualTo(hex(dkek.kcv()));
        assertThat(record.custodians().get(0).sealedFor()).isEqualTo(seal.fingerprint());
    }

    private static byte[] unsealed(byte[] message, PrivateKey key) throws Exception {
        RecipientInformation recipient =
                new CMSEnvelopedData(message).getRecipientInfos().iterator().next();
        BouncyCastleProvider bc = new BouncyCastleProvider();
        return recipient.getContent(
                key.getAlgorithm().equals("RSA")
                        ? new JceKeyTransEnvelopedRecipient(key).setProvider(bc)
                        : new JceKeyAgreeEnvelopedRecipient(key).setProvider(bc));
    }

    @Test
    void continuingTakesTheSameKeysForSealedFiles() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        CustodianSeal seal =
                CustodianSeal.parse("k", generator.generateKeyPair().getPublic().getEncoded());
        CustodianSeal other =
                CustodianSeal.parse("k", generator.generateKeyPair().getPublic().getEncoded());
        Ceremony.Plan plan = new Ceremony.Plan(
                List.of(new Ceremony.Person("Ann", null), new Ceremony.Person("Ben", seal)), OptionalInt.empty(), "");
        People people = new People();
        people.absent = "Ann";
        assertThatThrownBy(() -> Ceremony.begin(folder(), plan, null, FEW).run(people))
                .hasMessageContaining("did not come");

        for (Map<String, CustodianSeal> wrong : List.of(Map.<String, CustodianSeal>of(), Map.of("Ben", other))) {
            assertThatThrownBy(() -> Ceremony.resume(folder(), wrong, null, FEW))
                    .hasMessageContaining(seal.fingerprint());
        }
        assertThat(Ceremony.resume(folder(), Map.of("Ben", seal), null, FEW)
                        .run(new People())
                        .completed())
                .isNotNull();
    }

    @Test
    void plansThatCannotBeCarriedOutAreRefused() {
        Ceremony.Person ann = new Ceremony.Person("Ann", null);
        Ceremony.Person ben = new Ceremony.Person("Ben", null);
        for (Ceremony.Plan wrong : List.of(
                new Ceremony.Plan(List.of(), OptionalInt.empty(), ""),
                new Ceremony.Plan(List.of(ann, ann), OptionalInt.empty(), ""),
                new Ceremony.Plan(List.of(ann, ben), OptionalInt.of(2), ""),
                plan(1),
                plan(4),
                new Ceremony.Plan(List.of(new Ceremony.Person(" ", null)), OptionalInt.empty(), ""))) {
            assertThatThrownBy(() -> Ceremony.begin(folder(), wrong, null, FEW))
                    .as(wrong.toString())
                    .isInstanceOf(InvalidRequestException.class);
        }
        assertThat(folder()).doesNotExist();
    }

    @Test
    void recordThatNamesFilesElsewhereIsRefused() throws Exception {
        Ceremony.begin(folder(), plan(0), null, FEW).run(new People());
        String good = new String(file("record.json"), StandardCharsets.UTF_8);
        for (String bad : List.of(
                good.replace("share-1-of-3.pbe", "../../etc/passwd"),
                good.replace("\"share-1-of-3.pbe\"", "null"),
                good.replace("\"Ben\"", "null"),
                good.replace("schsm-dkek-ceremony-1", "other"),
                good.replace("\"share\" : 3", "\"share\" : 4"),
                good.replace("\"comment\"", "\"remark\""))) {
            assertThat(bad).isNotEqualTo(good);
            assertThatThrownBy(() -> CeremonyRecord.parse("it", bad.getBytes(StandardCharsets.UTF_8)))
                    .isInstanceOf(MalformedDataException.class);
        }
    }

    @Test
    void weakOrUnfitKeysAreNotSealedFor() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(1024);
        byte[] weak = generator.generateKeyPair().getPublic().getEncoded();
        assertThatThrownBy(() -> CustodianSeal.parse("ann.pem", weak)).hasMessageContaining("1024 bits");
        assertThatThrownBy(() -> CustodianSeal.parse("ann.pem", "no key".getBytes(StandardCharsets.US_ASCII)))
                .isInstanceOf(MalformedDataException.class);
    }
}
