// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli.command.key;

import io.github.schsm.SchsmDomain;
import io.github.schsm.cli.command.Connected;
import io.github.schsm.cli.command.Context;
import io.github.schsm.cli.command.SchsmCommand;
import io.github.schsm.cli.option.Values;
import io.github.schsm.cli.report.Answer;
import io.github.schsm.cli.report.Lines;
import io.github.schsm.cli.report.Status;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "rename",
        description =
                "Gives a key, or a certificate that belongs to no key, another label: the alias under which programs"
                        + " find it from then on. With --domain on all members that have it.",
        footer = {
            "",
            "Example:",
            "  schsm rename --device ZZSIM000001 --label rsa --to archive",
            "  schsm rename --device ZZSIM000001 --label archive --to rsa"
        })
@SuppressWarnings("NullAway.Init") // picocli sets the fields
public final class RenameCommand extends SchsmCommand {
    @Option(
            names = "--label",
            required = true,
            paramLabel = "LABEL",
            description = "The label of the key or certificate, or its alias where several have that label.")
    private String label;

    @Option(
            names = "--to",
            required = true,
            paramLabel = "TEXT",
            converter = Values.Label.class,
            description = "The new label.")
    private String to;

    /**
     * A member of a key domain that has the old label.
     *
     * @param device  the member
     * @param problem why
     */
    private record Missed(String device, String problem) {}

    @Override
    protected Answer answer(Context context) throws GeneralSecurityException {
        Connected connected = context.openWithPin();
        List<Missed> missed = new ArrayList<>();
        if (context.settings().isManyAsOne()) {
            SchsmDomain.of(connected.keyStore()).addListener(new SchsmDomain.Listener() {
                @Override
                public void notBrought(String alias, SchsmDomain.Member member, String problem) {
                    missed.add(new Missed(member.deviceId(), problem));
                }
            });
        }
        boolean key = connected.keyStore().isKeyEntry(label);
        connected.device().rename(label, to);
        List<String> lines = new ArrayList<>();
        lines.add((key ? "Key" : "Certificate") + " \"" + label + "\" of device " + connected.id() + " is \"" + to
                + "\" now.");
        List<Map<String, @Nullable Object>> json = new ArrayList<>();
        for (Missed one : missed) {
            lines.add("Device " + one.device() + " has the old label, schsm domain sync brings the new one: "
                    + one.problem());
            json.add(Answer.json("device", one.device())
                    .and("problem", one.problem())
                    .members());
        }
        return new Answer(
                new Lines(lines),
                Answer.json("device", connected.id())
                        .and("label", to)
                        .and("previous", label)
                        .and("kind", key ? "key" : "certificate")
                        .and("missed", json)
                        .members(),
                missed.isEmpty() ? Status.DONE : Status.INCOMPLETE);
    }
}
