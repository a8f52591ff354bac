// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.admin.dkek;

import io.github.schsm.InvalidRequestException;
import io.github.schsm.MalformedDataException;
import io.github.schsm.SchsmException;
import io.github.schsm.admin.dkek.CeremonyRecord.Custodian;
import io.github.schsm.admin.dkek.CeremonyRecord.Share;
import io.github.schsm.card.dkek.Dkek;
import io.github.schsm.card.dkek.DkekPasswordShare;
import io.github.schsm.card.dkek.DkekShareFile;
import io.github.schsm.card.dkek.DkekSharePassword;
import io.github.schsm.codec.HashAlgorithm;
import io.github.schsm.codec.SecretBytes;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A ceremony in which custodians get the shares of a DKEK, one after the other: each a share file with a password of their
 * own, or all together one share file, whose password is divided among them. It works in a folder, in which share files,
 * sealed files, a sheet to print for each custodian, and a record are; no secret is there but encrypted.
 *
 * <p>A ceremony that was interrupted is continued from the folder. Shares that were made stay; their custodians open them
 * once more, because the DKEK's check value takes all of them. Of a divided password as many custodians as open it have to
 * have their parts: these make the other parts. With fewer it begins again, and the parts that were noted are void.
 *
 * <p>Shares for an existing DKEK (re-sharing) are made in the same way: the last one makes the sum right.
 */
public final class Ceremony {
    /** Who takes part. Everything is one custodian's at a time. */
    public interface Participants {
        /** A custodian's turn begins: others leave. */
        void turn(String custodian, int number, int total) throws SchsmException;

        /** A custodian's turn ends: nothing of it stays on the screen. */
        void left(String custodian) throws SchsmException;

        /**
         * A custodian chooses a password.
         *
         * @return wiped afterwards
         */
        char[] newPassword(String custodian, String shareFile) throws SchsmException;

        /**
         * A custodian opens a share that was made before the interruption.
         *
         * @return wiped afterwards
         */
        char[] password(String custodian, String shareFile) throws SchsmException;

        /**
         * A custodian notes a part of the password.
         *
         * @param lines prime, number and value, as {@code sc-hsm-tool} shows them; wiped afterwards
         */
        void note(String custodian, char[] lines) throws SchsmException;

        /**
         * A custodian types the part as it was noted: to check that, or to continue.
         *
         * @param checking whether it was just noted
         * @return null not to check it
         */
        @Nullable
        DkekPasswordShare noted(String custodian, boolean checking) throws SchsmException;

        /** Something that all should hear. */
        void tell(String message) throws SchsmException;
    }

    /**
     * Somebody who gets a share or a part of its password.
     *
     * @param name who it is, e.g. {@code Ann Smith}
     * @param seal the key for which it is encrypted; null for one who comes to the terminal
     */
    public record Person(String name, @Nullable CustodianSeal seal) {}

    /**
     * What is to be done.
     *
     * @param custodians in the order in which they come
     * @param threshold  how many of them open the one share; empty for a share each, all of which are needed
     * @param comment    what it is for; may be empty
     */
    public record Plan(List<Person> custodians, OptionalInt threshold, String comment) {
        /** Copies the list. */
        public Plan {
            custodians = List.copyOf(custodians);
        }
    }

    private static final int MOST_SHARES = 255;
    private static final int MOST_NAME = 80;
    private static final int TRIES = 3;
    private static final int SEALED_PASSWORD_LENGTH = 26;
    /** No letter that is taken for a digit. */
    private static final char[] LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789".toCharArray();

    private final CeremonyFolder folder;
    private final Map<String, CustodianSeal> seals;
    private final @Nullable Dkek existing;
    private final DkekShareFile form;
    private final SecureRandom random = new SecureRandom();
    private CeremonyRecord record;

    private Ceremony(
            CeremonyFolder folder,
            Map<String, CustodianSeal> seals,
            @Nullable Dkek existing,
            DkekShareFile form,
            CeremonyRecord record) {
        this.folder = folder;
        this.seals = seals;
        this.existing = existing;
        this.form = form;
        this.record = record;
    }

    /**
     * Begins a ceremony.
     *
     * @param folder   where its files go; no other ceremony's
     * @param existing the DKEK that gets new shares; null for a new one. The caller's to close, after {@link #run}
     * @throws InvalidRequestException if the plan cannot be carried out, or the folder has a ceremony already
     */
    public static Ceremony begin(Path folder, Plan plan, @Nullable Dkek existing) throws SchsmException {
        return begin(folder, plan, existing, DkekShareFile.common());
    }

    /** The same with share files of another form. */
    public static Ceremony begin(Path folder, Plan plan, @Nullable Dkek existing, DkekShareFile form)
            throws SchsmException {
        require(plan);
        int total = plan.custodians().size();
        boolean divided = plan.threshold().isPresent();
        List<Share> shares = new ArrayList<>();
        List<Custodian> custodians = new ArrayList<>();
        Map<String, CustodianSeal> seals = new HashMap<>();
        for (int i = 1; i <= total; i++) {
            Person person = plan.custodians().get(i - 1);
            CustodianSeal seal = person.seal();
            if (!divided) {
                shares.add(new Share("share-" + i + "-of-" + total + ".pbe", null));
            }
            custodians.add(new Custodian(
                    person.name(),
                    divided ? 1 : i,
                    seal == null ? null : "custodian-" + i + ".p7m",
                    null,
                    seal == null ? null : seal.fingerprint(),
                    null));
            if (seal != null) {
                seals.put(person.name(), seal);
            }
        }
        if (divided) {
            shares.add(new Share("share.pbe", null));
        }
        CeremonyRecord record = new CeremonyRecord(
                CeremonyRecord.FORMAT,
                now(),
                null,
                plan.comment(),
                null,
                existing == null ? null : hex(existing.kcv()),
                divided ? plan.threshold().getAsInt() : null,
                shares,
                custodians);
        CeremonyFolder files = CeremonyFolder.create(folder);
        files.write(CeremonyRecord.FILE, record.encode(), false);
        return new Ceremony(files, seals, existing, form, record);
    }

    /**
     * Continues a ceremony that was interrupted.
     *
     * @param folder   where its files are
     * @param seals    the keys of custodians with sealed files, by their names
     * @param existing the DKEK that gets new shares, if that was what it began with; else null
     * @throws InvalidRequestException if there is none, it is complete, or it began with another DKEK or other keys
     */
    public static Ceremony resume(Path folder, Map<String, CustodianSeal> seals, @Nullable Dkek existing)
            throws SchsmException {
        return resume(folder, seals, existing, DkekShareFile.common());
    }

    /** The same with share files of another form. */
    public static Ceremony resume(
            Path folder, Map<String, CustodianSeal> seals, @Nullable Dkek existing, DkekShareFile form)
            throws SchsmException {
        CeremonyFolder files = CeremonyFolder.of(folder);
        CeremonyRecord record = files.record();
        if (record.completed() != null) {
            throw new InvalidRequestException("the ceremony in " + folder + " was completed at " + record.completed()
                    + ": there is nothing to continue");
        }
        String kcv = existing == null ? null : hex(existing.kcv());
        if (!Objects.equals(kcv, record.replaces())) {
            throw new InvalidRequestException(
                    record.replaces() == null
                            ? "the ceremony in " + folder
                                    + " is for a new DKEK: continue it without the shares of another"
                            : "the ceremony in " + folder + " makes new shares for the DKEK with KCV "
                                    + record.replaces()
                                    + (kcv == null ? ": its old shares are needed" : ", not " + kcv));
        }
        for (Custodian custodian : record.custodians()) {
            CustodianSeal seal = seals.get(custodian.name());
            if (custodian.hasSealedFile()
                    && (seal == null || !seal.fingerprint().equals(custodian.sealedFor()))) {
                throw new InvalidRequestException(
                        "custodian " + custodian.name() + " gets a file sealed for the key with SHA-256 "
                                + custodian.sealedFor() + ": give " + (seal == null ? "it" : "that key, not another"));
            }
        }
        return new Ceremony(files, Map.copyOf(seals), existing, form, record);
    }

    /**
     * Checks a plan, as {@link #begin(Path, Plan, Dkek)} does before it writes anything.
     *
     * @throws InvalidRequestException if there are too few or too many custodians, two have one name, or the threshold does
     *                                 not fit their number
     */
    public static void require(Plan plan) throws InvalidRequestException {
        int total = plan.custodians().size();
        boolean divided = plan.threshold().isPresent();
        if (total < 1 || total > MOST_SHARES) {
            throw new InvalidRequestException("a ceremony has 1 to " + MOST_SHARES + " custodians, not " + total);
        }
        if (divided) {
            int threshold = plan.threshold().getAsInt();
            if (total < DkekSharePassword.MIN_TOTAL
                    || threshold < DkekSharePassword.MIN_THRESHOLD
                    || threshold > total) {
                throw new InvalidRequestException("a password that " + threshold + " of " + total
                        + " custodians know: there are at least " + DkekSharePassword.MIN_TOTAL + ", of whom at least "
                        + DkekSharePassword.MIN_THRESHOLD + " and at most all are needed");
            }
        }
        Set<String> names = new HashSet<>();
        for (Person person : plan.custodians()) {
            if (person.name().isBlank() || person.name().length() > MOST_NAME) {
                throw new InvalidRequestException("a custodian's name has 1 to " + MOST_NAME + " characters");
            }
            if (!names.add(person.name())) {
                throw new InvalidRequestException(
                        "two custodians are called " + person.name() + ": give them names that tell them apart");
            }
        }
    }

    private static String now() {
        return Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().withUpperCase().formatHex(bytes);
    }

    private static String sha256(byte[] file) {
        return hex(HashAlgorithm.SHA256.digest(file));
    }

    /**
     * Holds it, up to its end.
     *
     * @return the record; complete
     * @throws SchsmException if it was interrupted; it can be continued then
     */
    public CeremonyRecord run(Participants participants) throws SchsmException {
        if (record.hasDividedPassword()) {
            divided(participants);
        } else {
            shares(participants, null);
        }
        return record;
    }

    /**
     * Makes the share of one custodian only, who is at the terminal now; the others come another time, to {@link #run}.
     *
     * @return the record, not complete
     * @throws InvalidRequestException if a password is divided, or shares for an existing DKEK are made: all are needed then
     */
    public CeremonyRecord runOnly(String custodian, Participants participants) throws SchsmException {
        Custodian one = record.custodians().stream()
                .filter(other -> other.name().equals(custodian))
                .findFirst()
                .orElseThrow(() -> new InvalidRequestException(
                        "no custodian of this ceremony is called " + custodian + ": they are "
                                + String.join(
                                        ", ",
                                        record.custodians().stream()
                                                .map(Custodian::name)
                                                .toList())));
        if (record.hasDividedPassword() || existing != null) {
            throw new InvalidRequestException("one custodian cannot come alone here: "
                    + (record.hasDividedPassword()
                            ? "the parts of a divided password are made together"
                            : "the new shares of an existing DKEK depend on each other"));
        }
        if (one.hasSealedFile() || one.done() != null) {
            throw new InvalidRequestException("custodian " + custodian
                    + (one.hasSealedFile() ? " gets a sealed file at the end" : " has a share already"));
        }
        shares(participants, custodian);
        return record;
    }

    // A share for each

    private void shares(Participants participants, @Nullable String only) throws SchsmException {
        byte[] sum = new byte[Dkek.LENGTH];
        List<Integer> sealed = new ArrayList<>();
        List<Integer> present = new ArrayList<>();
        for (int i = 0; i < record.custodians().size(); i++) {
            (record.custodians().get(i).hasSealedFile() ? sealed : present).add(i);
        }
        try {
            for (int i : present) {
                Custodian custodian = record.custodians().get(i);
                if (only != null && !custodian.name().equals(only)) {
                    continue;
                }
                participants.turn(custodian.name(), i + 1, record.custodians().size());
                boolean last = sealed.isEmpty() && i == present.get(present.size() - 1);
                byte[] share =
                        custodian.done() != null ? reopened(participants, custodian) : made(participants, i, last, sum);
                add(sum, share);
                participants.left(custodian.name());
            }
            if (only == null) {
                sealShares(sealed, sum);
            }
        } finally {
            Arrays.fill(sum, (byte) 0);
        }
    }

    /** Adds a share to the sum, and wipes it. */
    private static void add(byte[] sum, byte[] share) {
        for (int i = 0; i < sum.length; i++) {
            sum[i] ^= share[i];
        }
        Arrays.fill(share, (byte) 0);
    }

    /** A random share; of an existing DKEK the last one is what is missing. */
    private byte[] share(boolean last, byte[] sum) {
        byte[] share = new byte[Dkek.LENGTH];
        if (existing == null || !last) {
            random.nextBytes(share);
            return share;
        }
        byte[] whole = existing.bytes();
        System.arraycopy(sum, 0, share, 0, share.length);
        add(share, whole);
        return share;
    }

    private byte[] made(Participants participants, int number, boolean last, byte[] sum) throws SchsmException {
        Custodian custodian = record.custodians().get(number);
        String file = record.shares().get(custodian.share() - 1).file();
        char[] typed = participants.newPassword(custodian.name(), file);
        byte[] password = {};
        byte[] share = share(last, sum);
        boolean done = false;
        try {
            password = SecretBytes.password(typed, "password");
            byte[] encrypted = form.seal(share, password, random);
            folder.write(file, encrypted, true);
            record = with(custodian.share() - 1, encrypted);
            record = with(number, new Custodian(custodian.name(), custodian.share(), null, null, null, now()));
            folder.write(CeremonyRecord.FILE, record.encode(), true);
            done = true;
            return share;
        } finally {
            Arrays.fill(typed, '\0');
            Arrays.fill(password, (byte) 0);
            if (!done) {
                Arrays.fill(share, (byte) 0);
            }
        }
    }

    private byte[] reopened(Participants participants, Custodian custodian) throws SchsmException {
        Share of = record.shares().get(custodian.share() - 1);
        byte[] encrypted = folder.read(of);
        for (int tries = 1; ; tries++) {
            char[] typed = participants.password(custodian.name(), of.file());
            byte[] password = {};
            try {
                password = SecretBytes.password(typed, "password");
                return form.open(encrypted, password);
            } catch (InvalidRequestException wrong) {
                if (tries == TRIES) {
                    throw new InvalidRequestException(
                            of.file() + " of custodian " + custodian.name() + ": " + wrong.getMessage(), wrong);
                }
                participants.tell(wrong.getMessage() + ": once more");
            } finally {
                Arrays.fill(typed, '\0');
                Arrays.fill(password, (byte) 0);
            }
        }
    }

    /** Those who get a file need nobody at the terminal, so theirs are made together with the end of the record. */
    private void sealShares(List<Integer> sealed, byte[] sum) throws SchsmException {
        Map<String, byte[]> files = new LinkedHashMap<>();
        for (int i : sealed) {
            Custodian custodian = record.custodians().get(i);
            boolean last = i == sealed.get(sealed.size() - 1);
            byte[] share = share(last, sum);
            byte[] password = sealedPassword();
            try {
                byte[] encrypted = form.seal(share, password, random);
                files.put(record.shares().get(custodian.share() - 1).file(), encrypted);
                record = with(custodian.share() - 1, encrypted);
                sealFor(i, custodian, password, files);
                add(sum, share);
            } finally {
                Arrays.fill(share, (byte) 0);
                Arrays.fill(password, (byte) 0);
            }
        }
        try (Dkek dkek = Dkek.of(List.of(sum))) {
            complete(hex(dkek.kcv()), files);
        }
    }

    private byte[] sealedPassword() {
        byte[] password = new byte[SEALED_PASSWORD_LENGTH];
        for (int i = 0; i < password.length; i++) {
            password[i] = (byte) LETTERS[random.nextInt(LETTERS.length)];
        }
        return password;
    }

    private void sealFor(int number, Custodian custodian, byte[] secret, Map<String, byte[]> files)
            throws SchsmException {
        CustodianSeal seal = seals.get(custodian.name());
        String file = custodian.sealedFile();
        if (seal == null || file == null) {
            throw new IllegalStateException("custodian " + custodian.name() + " has no key");
        }
        byte[] message = seal.seal(secret);
        files.put(file, message);
        record = with(
                number,
                new Custodian(custodian.name(), custodian.share(), file, sha256(message), seal.fingerprint(), now()));
    }

    private CeremonyRecord with(int share, byte[] encrypted) {
        List<Share> shares = new ArrayList<>(record.shares());
        shares.set(share, new Share(shares.get(share).file(), sha256(encrypted)));
        return copy(record.completed(), record.kcv(), shares, record.custodians());
    }

    private CeremonyRecord with(int number, Custodian custodian) {
        List<Custodian> custodians = new ArrayList<>(record.custodians());
        custodians.set(number, custodian);
        return copy(record.completed(), record.kcv(), record.shares(), custodians);
    }

    private CeremonyRecord copy(
            @Nullable String completed, @Nullable String kcv, List<Share> shares, List<Custodian> custodians) {
        return new CeremonyRecord(
                record.format(),
                record.begun(),
                completed,
                record.comment(),
                kcv,
                record.replaces(),
                record.threshold(),
                shares,
                custodians);
    }

    private void complete(String kcv, Map<String, byte[]> files) throws SchsmException {
        if (record.replaces() != null && !record.replaces().equals(kcv)) {
            throw new InvalidRequestException("the new shares make the KCV " + kcv + " and not " + record.replaces()
                    + ": a share in the folder is not one of this ceremony; nothing was completed");
        }
        record = copy(now(), kcv, record.shares(), record.custodians());
        files.putAll(CustodianSheet.all(record));
        files.put("record.txt", text(record));
        for (Map.Entry<String, byte[]> file : files.entrySet()) {
            folder.write(file.getKey(), file.getValue(), true);
        }
        // The record last: what it does not say was not done.
        folder.write(CeremonyRecord.FILE, record.encode(), true);
    }

    private static byte[] text(CeremonyRecord record) {
        return (String.join("\n", record.text()) + "\n").getBytes(StandardCharsets.UTF_8);
    }

    // One share with a divided password

    private void divided(Participants participants) throws SchsmException {
        List<DkekPasswordShare> parts = parts(participants);
        Map<String, byte[]> files = new LinkedHashMap<>();
        for (int i = 0; i < record.custodians().size(); i++) {
            Custodian custodian = record.custodians().get(i);
            if (custodian.hasSealedFile() || custodian.done() != null) {
                continue;
            }
            participants.turn(custodian.name(), i + 1, record.custodians().size());
            noted(participants, custodian.name(), parts.get(i));
            record = with(i, new Custodian(custodian.name(), custodian.share(), null, null, null, now()));
            folder.write(CeremonyRecord.FILE, record.encode(), true);
            participants.left(custodian.name());
        }
        for (int i = 0; i < record.custodians().size(); i++) {
            Custodian custodian = record.custodians().get(i);
            if (custodian.hasSealedFile()) {
                byte[] lines = parts.get(i).encode();
                try {
                    sealFor(i, custodian, lines, files);
                } finally {
                    Arrays.fill(lines, (byte) 0);
                }
            }
        }
        complete(Objects.requireNonNull(record.kcv(), "kcv"), files);
    }

    private static void noted(Participants participants, String custodian, DkekPasswordShare part)
            throws SchsmException {
        for (int tries = 1; ; tries++) {
            byte[] lines = part.encode();
            char[] shown = new char[lines.length];
            for (int i = 0; i < lines.length; i++) {
                shown[i] = (char) lines[i];
            }
            try {
                participants.note(custodian, shown);
            } finally {
                Arrays.fill(lines, (byte) 0);
                Arrays.fill(shown, '\0');
            }
            String problem = "that is not what was shown";
            try {
                DkekPasswordShare typed = participants.noted(custodian, true);
                if (typed == null || typed.isSame(part)) {
                    return;
                }
            } catch (MalformedDataException mistyped) {
                problem = String.valueOf(mistyped.getMessage());
            }
            if (tries == TRIES) {
                throw new InvalidRequestException("custodian " + custodian
                        + " did not note the part of the password: " + problem
                        + "; the ceremony stops here and can be continued");
            }
            participants.tell(problem + ": it is shown once more");
        }
    }

    /** The parts for all, in their order. */
    private List<DkekPasswordShare> parts(Participants participants) throws SchsmException {
        List<Integer> have = new ArrayList<>();
        for (int i = 0; i < record.custodians().size(); i++) {
            if (record.custodians().get(i).done() != null) {
                have.add(i);
            }
        }
        int threshold = record.threshold() == null ? 0 : record.threshold();
        if (record.shares().get(0).sha256() != null && have.size() >= threshold) {
            return again(participants, have.subList(0, threshold));
        }
        if (!have.isEmpty()) {
            participants.tell("Only " + have.size() + " of " + threshold
                    + " custodians noted a part before the interruption: the password is made again, and these parts are void ("
                    + String.join(
                            ", ",
                            have.stream()
                                    .map(i -> record.custodians().get(i).name())
                                    .toList())
                    + ").");
        }
        return first();
    }

    private List<DkekPasswordShare> first() throws SchsmException {
        List<Custodian> custodians = record.custodians().stream()
                .map(one -> new Custodian(one.name(), one.share(), one.sealedFile(), null, one.sealedFor(), null))
                .toList();
        byte[] share = share(true, new byte[Dkek.LENGTH]);
        byte[] password = DkekSharePassword.generate(random);
        try (Dkek dkek = Dkek.of(List.of(share))) {
            List<DkekPasswordShare> parts = DkekSharePassword.divide(
                    password, record.threshold() == null ? 0 : record.threshold(), custodians.size(), random);
            byte[] encrypted = form.seal(share, password, random);
            folder.write(record.shares().get(0).file(), encrypted, true);
            record = copy(
                    null,
                    hex(dkek.kcv()),
                    List.of(new Share(record.shares().get(0).file(), sha256(encrypted))),
                    custodians);
            for (Map.Entry<String, byte[]> sheet : CustodianSheet.all(record).entrySet()) {
                folder.write(sheet.getKey(), sheet.getValue(), true);
            }
            folder.write(CeremonyRecord.FILE, record.encode(), true);
            return parts;
        } finally {
            Arrays.fill(share, (byte) 0);
            Arrays.fill(password, (byte) 0);
        }
    }

    /** Who has a part types it; together these make the others. */
    private List<DkekPasswordShare> again(Participants participants, List<Integer> have) throws SchsmException {
        Share file = record.shares().get(0);
        List<DkekPasswordShare> known = new ArrayList<>();
        for (int i : have) {
            String name = record.custodians().get(i).name();
            participants.turn(name, i + 1, record.custodians().size());
            DkekPasswordShare typed = participants.noted(name, false);
            if (typed == null || typed.id() != i + 1) {
                throw new InvalidRequestException("custodian " + name + " has part " + (i + 1)
                        + " of the password: that part is needed to continue");
            }
            known.add(typed);
            participants.left(name);
        }
        byte[] share = form.open(folder.read(file), known);
        Arrays.fill(share, (byte) 0);
        List<DkekPasswordShare> all = new ArrayList<>();
        for (int id = 1; id <= record.custodians().size(); id++) {
            all.add(DkekSharePassword.another(known, id));
        }
        return all;
    }
}
