// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli.command.dkek;

import io.github.schsm.InvalidRequestException;
import io.github.schsm.SchsmException;
import io.github.schsm.admin.dkek.Ceremony;
import io.github.schsm.admin.dkek.CeremonyRecord;
import io.github.schsm.admin.dkek.CustodianSeal;
import io.github.schsm.admin.dkek.RecordSignature;
import io.github.schsm.admin.json.JsonDocuments;
import io.github.schsm.admin.key.DeviceKey;
import io.github.schsm.card.dkek.Dkek;
import io.github.schsm.card.dkek.DkekShareFile;
import io.github.schsm.cli.command.Connected;
import io.github.schsm.cli.command.Context;
import io.github.schsm.cli.io.FileIo;
import io.github.schsm.cli.io.OutputFiles;
import io.github.schsm.cli.option.Values;
import io.github.schsm.cli.report.Answer;
import io.github.schsm.cli.report.CliException;
import io.github.schsm.cli.report.Text;
import io.github.schsm.cli.report.UsageException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What both kinds of ceremonies take: of a new DKEK, and of one that exists. */
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class CeremonyOptions {
    /** What share files are like; a test makes do with fewer rounds. */
    DkekShareFile form = DkekShareFile.common();

    @Parameters(
            paramLabel = "FOLDER",
            description = "The folder for the ceremony's files; it is made if it is not there.")
    private Path folder;

    @Option(
            names = "--custodian",
            paramLabel = "NAME",
            description = "A custodian, in the order in which they come; give one for each.")
    private @Nullable List<String> custodians;

    @Option(
            names = "--seal",
            paramLabel = "NAME=FILE",
            description =
                    "This custodian does not come, but gets a file encrypted for the certificate or public key (RSA, EC;"
                            + " PEM or DER) in this file.")
    private @Nullable Map<String, Path> seals;

    @Option(
            names = "--threshold",
            paramLabel = "N",
            converter = Values.Threshold.class,
            description =
                    "One share file for all, whose password is divided among the custodians, so that N of them open it."
                            + " Default: a share file with a password of its own for each, all of which are needed.")
    private @Nullable Integer threshold;

    @Option(names = "--comment", paramLabel = "TEXT", description = "What the ceremony is for; the record says it.")
    private @Nullable String comment;

    @Option(names = "--continue", description = "Continue the ceremony in the folder, which was interrupted.")
    private boolean resume;

    @Option(
            names = "--only",
            paramLabel = "NAME",
            description = "Make the share of this custodian only, who is here now; the others come another time, with"
                    + " --continue.")
    private @Nullable String only;

    @Option(
            names = "--no-check",
            description = "Do not have custodians type their part of a divided password after they noted it.")
    private boolean noCheck;

    @Option(names = "--sign", paramLabel = "LABEL", description = "Sign the record with this key of the device in use.")
    private @Nullable String sign;

    /** Holds the ceremony. */
    Answer hold(Context context, @Nullable Dkek existing) throws GeneralSecurityException {
        requireFitting();
        String label = sign;
        DeviceKey signer = null;
        if (label != null) {
            Connected connected = context.openWithPin();
            signer = DeviceKey.of(connected.keyStore(), label);
        }
        Ceremony ceremony = resume ? resumed(existing) : begun(context, existing);
        AtTerminal participants = new AtTerminal(context.io(), !noCheck);
        CeremonyRecord record = only == null ? ceremony.run(participants) : ceremony.runOnly(only, participants);
        RecordSignature signature = null;
        if (signer != null && record.completed() != null) {
            signature = signed(folder, signer);
        }
        return answer(record, signature);
    }

    static RecordSignature signed(Path folder, DeviceKey signer) throws SchsmException {
        RecordSignature signature =
                RecordSignature.sign(FileIo.read(folder.resolve(CeremonyRecord.FILE), "record"), signer);
        try (OutputFiles files = new OutputFiles(true)) {
            files.add(folder.resolve(RecordSignature.FILE), signature.encode(), false);
            files.commit();
        }
        return signature;
    }

    private Map<String, CustodianSeal> keys() throws SchsmException {
        Map<String, CustodianSeal> keys = new LinkedHashMap<>();
        if (seals != null) {
            for (Map.Entry<String, Path> one : seals.entrySet()) {
                Path file = one.getValue();
                keys.put(
                        one.getKey(),
                        CustodianSeal.parse(FileIo.named(file), FileIo.read(file, "custodian's certificate or key")));
            }
        }
        return keys;
    }

    private Ceremony begun(Context context, @Nullable Dkek existing) throws SchsmException {
        List<String> names = custodians == null ? List.of() : custodians;
        Map<String, CustodianSeal> keys = keys();
        if (context.io().person() == null && !keys.keySet().containsAll(names)) {
            throw new CliException(
                    "custodians without a sealed file come to the terminal, and there is none: run this at one, or"
                            + " give --seal NAME=FILE for each custodian");
        }
        return Ceremony.begin(folder, plan(names, keys), existing, form);
    }

    private Ceremony.Plan plan(List<String> names, Map<String, CustodianSeal> keys) {
        List<Ceremony.Person> people = new ArrayList<>();
        for (String name : names) {
            people.add(new Ceremony.Person(name, keys.get(name)));
        }
        return new Ceremony.Plan(
                people,
                threshold == null ? OptionalInt.empty() : OptionalInt.of(threshold),
                comment == null ? "" : comment);
    }

    /** Refuses options that make no ceremony, before a share is opened or a device looked at. */
    void requireFitting() throws UsageException {
        List<String> names = custodians;
        if (resume) {
            if (names != null || threshold != null || comment != null) {
                throw new UsageException(
                        "with --continue custodians, threshold and comment are those of the ceremony that began: leave"
                                + " --custodian, --threshold and --comment out");
            }
            return;
        }
        if (names == null) {
            throw new UsageException("who are the custodians? Give --custodian NAME for each, or --continue");
        }
        for (String name : seals == null ? Set.<String>of() : seals.keySet()) {
            if (!names.contains(name)) {
                throw new UsageException(
                        "--seal " + name + "=… is for none of the custodians: " + String.join(", ", names));
            }
        }
        try {
            Ceremony.require(plan(names, Map.of()));
        } catch (InvalidRequestException wrong) {
            throw new UsageException(
                    (threshold == null ? "--custodian " : "--custodian and --threshold ") + String.join(", ", names)
                            + ": " + wrong.getMessage(),
                    wrong);
        }
    }

    private Ceremony resumed(@Nullable Dkek existing) throws SchsmException {
        return Ceremony.resume(folder, keys(), existing, form);
    }

    private Answer answer(CeremonyRecord record, @Nullable RecordSignature signature) {
        List<String> lines = new ArrayList<>();
        if (record.completed() == null) {
            lines.add("The ceremony in " + folder + " is not complete: continue it with --continue. Still to come: "
                    + String.join(
                            ", ",
                            record.custodians().stream()
                                    .filter(one -> one.done() == null)
                                    .map(CeremonyRecord.Custodian::name)
                                    .toList()));
        } else {
            lines.add((record.replaces() == null ? "New DKEK" : "New shares for the DKEK") + " with KCV " + record.kcv()
                    + ": "
                    + (record.hasDividedPassword()
                            ? record.threshold() + " of " + record.custodians().size() + " custodians open "
                                    + folder.resolve(record.shares().get(0).file())
                            : record.shares().size() + (record.shares().size() == 1 ? " share" : " shares") + " in "
                                    + folder)
                    + ".");
            lines.add("Record: " + folder.resolve(CeremonyRecord.FILE)
                    + (signature == null
                            ? ", not signed"
                            : ", signed with key \"" + signature.label() + "\" of device " + signature.device()));
            lines.add("Print a sheet for each custodian (custodian-*.html), and give each what is theirs.");
        }
        return Answer.of(
                Text.lines(lines.toArray()),
                Answer.json("folder", folder)
                        .and("record", JsonDocuments.members(record))
                        .and("signedBy", signature == null ? null : signature.device())
                        .and("signedWith", signature == null ? null : signature.label())
                        .members());
    }
}
