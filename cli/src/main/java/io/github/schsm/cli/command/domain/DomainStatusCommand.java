// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli.command.domain;

import io.github.schsm.SchsmDomain;
import io.github.schsm.SchsmException;
import io.github.schsm.cli.command.Connected;
import io.github.schsm.cli.command.Context;
import io.github.schsm.cli.command.SchsmCommand;
import io.github.schsm.cli.report.Answer;
import io.github.schsm.cli.report.Lines;
import io.github.schsm.cli.report.Table;
import io.github.schsm.cli.report.Text;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;

/** The matrix of a key domain: which member has which key. */
@Command(
        name = "status",
        description = {
            "Shows which members of a key domain have which keys: a row for each key, a column for each device.",
            "The domain is the one that --domain names, or the only one that the devices here are in."
        })
final class DomainStatusCommand extends SchsmCommand {
    @Override
    protected Answer answer(Context context) throws GeneralSecurityException {
        Connected connected = DomainMembers.of(context).openToSee();
        SchsmDomain domain = SchsmDomain.of(connected.keyStore());
        List<SchsmDomain.Member> members = domain.members();
        List<Map<String, @Nullable Object>> keys = new ArrayList<>();
        List<String> columns = new ArrayList<>(List.of("KEY"));
        members.forEach(member -> columns.add(member.deviceId()));
        Table table = new Table(columns.toArray(String[]::new));
        for (String alias : aliases(connected)) {
            List<String> copies = domain.copies(alias);
            List<@Nullable Object> row = new ArrayList<>(List.of(alias));
            members.forEach(member -> row.add(cell(member, copies)));
            table.row(row.toArray());
            keys.add(Answer.json("label", alias).and("copies", copies).members());
        }
        List<String> alone = domain.withoutSecondCopy();
        return Answer.of(
                Text.lines(
                        uid(domain),
                        keys.isEmpty() ? "No member has a key." : table.text(),
                        new Lines(problems(members)),
                        new Lines(alone.stream()
                                .map(alias -> "Key \"" + alias + "\" has no second copy: schsm domain sync makes one,"
                                        + " if the key may move.")
                                .toList())),
                Answer.json("uid", domain.uid().length == 0 ? null : Text.hex(domain.uid()))
                        .and(
                                "members",
                                members.stream().map(DomainMembers::json).toList())
                        .and("keys", keys)
                        .and("withoutSecondCopy", alone)
                        .members());
    }

    private static List<String> aliases(Connected connected) throws GeneralSecurityException {
        List<String> aliases = new ArrayList<>();
        for (String alias : Collections.list(connected.keyStore().aliases())) {
            if (connected.keyStore().isKeyEntry(alias)) {
                aliases.add(alias);
            }
        }
        Collections.sort(aliases);
        return aliases;
    }

    private static @Nullable String cell(SchsmDomain.Member member, List<String> copies) {
        if (copies.contains(member.deviceId())) {
            return "yes";
        }
        return member.isPresent() ? null : "away";
    }

    private static @Nullable String uid(SchsmDomain domain) throws SchsmException {
        byte[] uid = domain.uid();
        return uid.length == 0 ? null : "Key domain UID " + Text.hex(uid);
    }

    private static List<String> problems(List<SchsmDomain.Member> members) {
        List<String> problems = new ArrayList<>();
        for (SchsmDomain.Member member : members) {
            member.problem()
                    .ifPresent(problem -> problems.add("Device " + member.deviceId() + " is not used: " + problem));
        }
        return problems;
    }
}
