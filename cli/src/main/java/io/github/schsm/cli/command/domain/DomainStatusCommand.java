// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli.command.domain;

import io.github.schsm.admin.inventory.Inventory;
import io.github.schsm.admin.inventory.Inventory.Cell;
import io.github.schsm.admin.inventory.Inventory.Device;
import io.github.schsm.admin.inventory.Inventory.Domain;
import io.github.schsm.admin.inventory.Inventory.DomainKind;
import io.github.schsm.admin.inventory.Inventory.Member;
import io.github.schsm.admin.inventory.Inventory.Reader;
import io.github.schsm.admin.inventory.Inventory.Row;
import io.github.schsm.admin.inventory.Inventory.SingleCopy;
import io.github.schsm.admin.inventory.Inventory.State;
import io.github.schsm.cli.command.Context;
import io.github.schsm.cli.command.SchsmCommand;
import io.github.schsm.cli.report.Answer;
import io.github.schsm.cli.report.CliException;
import io.github.schsm.cli.report.Lines;
import io.github.schsm.cli.report.Table;
import io.github.schsm.cli.report.Text;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;

/** The matrix of a key domain: which member has which key, which could, and which cannot. */
@Command(
        name = "status",
        description = {
            "Shows which members of a key domain have which keys: a row for each key, a column for each device; a filled"
                    + " sign where the device has the key, an empty one where it could have it, a cross where it cannot,"
                    + " and why.",
            "The domain is the one that --domain names, or the only one that the devices here are in."
        },
        footer = {"", "Example:", "  schsm domain status --domain 62AEA0ED"})
final class DomainStatusCommand extends SchsmCommand {
    /** More are told by their number. */
    private static final int MOST_NAMES = 8;

    /** The signs for has, could, cannot, and away. */
    private record Signs(String has, String could, String cannot, String away) {
        static final Signs OF_UNICODE = new Signs("\u25CF", "\u25CB", "\u2715", "?");
        static final Signs OF_ASCII = new Signs("#", "o", "x", "?");

        static Signs of(Context context) {
            return context.io().canShow(OF_UNICODE.has + OF_UNICODE.could + OF_UNICODE.cannot) ? OF_UNICODE : OF_ASCII;
        }

        String of(State state) {
            return switch (state) {
                case HAS -> has;
                case COULD -> could;
                case CANNOT -> cannot;
            };
        }

        String legend() {
            return has + " has the key   " + could + " could have it   " + cannot + " cannot have it";
        }
    }

    /** The devices that are columns, those that are away, and the rows. */
    private record View(@Nullable Domain domain, List<String> members, List<Reader> away, List<Row> rows) {}

    @Override
    protected String work() {
        return "reading devices";
    }

    @Override
    protected Answer answer(Context context) throws Exception {
        Inventory inventory = context.inventory()
                .only(context.named())
                .withListener(progress -> at(progress.toString()))
                .read();
        View view = view(inventory, context);
        List<SingleCopy> alone = inventory.withoutSecondCopy().stream()
                .filter(single -> view.members().contains(single.device())
                        && view.rows().stream().anyMatch(row -> isOf(row, single)))
                .toList();
        Domain domain = view.domain();
        return Answer.of(
                text(Signs.of(context), view, alone),
                Answer.json("uid", domain == null ? null : domain.uid())
                        .and("kcv", domain == null ? null : domain.kcv())
                        .and("members", members(inventory, view))
                        .and(
                                "keys",
                                view.rows().stream().map(row -> json(view, row)).toList())
                        .and(
                                "withoutSecondCopy",
                                alone.stream().map(SingleCopy::label).sorted().toList())
                        .members());
    }

    private static boolean isOf(Row row, SingleCopy single) {
        return row.label().equals(single.label()) && row.holders().equals(List.of(single.device()));
    }

    private static View view(Inventory inventory, Context context) throws CliException {
        List<Reader> away = inventory.readers().stream().filter(Reader::failed).toList();
        String digits = context.settings().domain().orElse(null);
        if (digits == null && context.settings().isManyAsOne()) {
            return new View(
                    null,
                    inventory.devices().stream().map(Device::name).toList(),
                    away,
                    inventory.domains().stream()
                            .flatMap(domain -> domain.keys().stream())
                            .toList());
        }
        Domain domain = domain(inventory, digits);
        List<String> members = domain.members().stream().map(Member::device).toList();
        List<Row> rows = new ArrayList<>(domain.keys());
        // What is in no domain is lost with its device, too.
        inventory.domains().stream()
                .filter(other -> other.kind() == DomainKind.NONE)
                .flatMap(other -> other.keys().stream())
                .filter(row -> row.holders().stream().anyMatch(members::contains))
                .forEach(rows::add);
        return new View(domain, members, away, rows);
    }

    private static Domain domain(Inventory inventory, @Nullable String digits) throws CliException {
        List<Domain> found = inventory.domains().stream()
                .filter(domain -> domain.kind() != DomainKind.NONE && name(domain) != null)
                .filter(domain -> digits == null
                        || Objects.requireNonNull(name(domain))
                                .toLowerCase(Locale.ROOT)
                                .startsWith(digits.substring(0, Math.min(digits.length(), lengthOf(domain)))))
                .toList();
        if (found.isEmpty()) {
            throw new CliException(
                    digits == null
                            ? "no device here is in a key domain: schsm domain join makes one a member"
                            : "no device here is in a key domain " + digits.toUpperCase(Locale.ROOT)
                                    + ": schsm domain list shows those of a device");
        }
        if (found.size() > 1) {
            throw new CliException("the devices here are in several key domains: "
                    + String.join(
                            ", ",
                            found.stream()
                                    .map(domain -> String.valueOf(name(domain)))
                                    .toList())
                    + "; choose one with --domain and its first 8 or more digits");
        }
        return found.get(0);
    }

    private static int lengthOf(Domain domain) {
        return String.valueOf(name(domain)).length();
    }

    /** What --domain takes: the UID or a DKEK's check value; null of one that has neither yet. */
    private static @Nullable String name(Domain domain) {
        return domain.uid() == null ? domain.kcv() : domain.uid();
    }

    private static Lines text(Signs signs, View view, List<SingleCopy> alone) {
        List<String> columns = new ArrayList<>(List.of("KEY"));
        columns.addAll(view.members());
        view.away().forEach(reader -> columns.add(reader.name()));
        Table table = new Table(columns.toArray(String[]::new));
        Map<String, List<String>> reasons = new LinkedHashMap<>();
        for (Row row : view.rows()) {
            List<@Nullable Object> cells = new ArrayList<>(List.of(row.label()));
            for (Cell cell : cells(view, row)) {
                cells.add(signs.of(cell.state()));
                if (cell.reason() != null) {
                    List<String> labels = reasons.computeIfAbsent(cell.reason(), reason -> new ArrayList<>());
                    if (!labels.contains(row.label())) {
                        labels.add(row.label());
                    }
                }
            }
            view.away().forEach(reader -> cells.add(signs.away()));
            table.row(cells.toArray());
        }
        return Text.lines(
                heading(view.domain()),
                view.rows().isEmpty() ? "No member has a key." : table.text(),
                view.rows().isEmpty() ? null : signs.legend(),
                new Lines(view.away().stream()
                        .map(reader -> "Device " + reader.name() + " is not used: " + reader.problem())
                        .toList()),
                new Lines(reasons.entrySet().stream()
                        .map(reason -> names(reason.getValue()) + ": " + reason.getKey() + ".")
                        .toList()),
                new Lines(alone.stream()
                        .map(key -> "Key \"" + key.label() + "\" has no second copy: "
                                + (key.possible() ? "schsm domain sync makes one." : key.reason() + "."))
                        .toList()));
    }

    private static @Nullable String heading(@Nullable Domain domain) {
        if (domain == null) {
            return null;
        }
        return domain.uid() == null ? "Key domain " + domain.name() : "Key domain UID " + domain.uid();
    }

    private static String names(List<String> labels) {
        List<String> quoted = labels.stream()
                .limit(MOST_NAMES)
                .map(label -> "\"" + label + "\"")
                .toList();
        int more = labels.size() - quoted.size();
        return String.join(", ", quoted) + (more > 0 ? " and " + more + " more" : "");
    }

    private static List<Cell> cells(View view, Row row) {
        return row.cells().stream()
                .filter(cell -> view.members().contains(cell.device()))
                .toList();
    }

    private static List<Map<String, @Nullable Object>> members(Inventory inventory, View view) {
        List<Map<String, @Nullable Object>> members = new ArrayList<>();
        for (String member : view.members()) {
            List<String> problems =
                    inventory.device(member).map(Device::problems).orElse(List.of());
            members.add(Answer.json("device", member)
                    .and("present", true)
                    .and("problem", problems.isEmpty() ? null : String.join("; ", problems))
                    .members());
        }
        for (Reader reader : view.away()) {
            members.add(Answer.json("device", reader.name())
                    .and("present", false)
                    .and("problem", reader.problem())
                    .members());
        }
        return members;
    }

    private static Map<String, @Nullable Object> json(View view, Row row) {
        return Answer.json("label", row.label())
                .and("publicKey", row.publicKey())
                .and(
                        "copies",
                        row.holders().stream().filter(view.members()::contains).toList())
                .and(
                        "devices",
                        cells(view, row).stream()
                                .map(cell -> Answer.json("device", cell.device())
                                        .and("state", cell.state().name())
                                        .and("reason", cell.reason())
                                        .members())
                                .toList())
                .members();
    }
}
