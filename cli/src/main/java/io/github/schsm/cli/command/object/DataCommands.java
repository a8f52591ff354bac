// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli.command.object;

import io.github.schsm.DataObject;
import io.github.schsm.cli.command.Connected;
import io.github.schsm.cli.command.Context;
import io.github.schsm.cli.command.SchsmCommand;
import io.github.schsm.cli.io.FileIo;
import io.github.schsm.cli.option.OutputOptions;
import io.github.schsm.cli.option.Values;
import io.github.schsm.cli.report.Answer;
import io.github.schsm.cli.report.CliException;
import io.github.schsm.cli.report.Json;
import io.github.schsm.cli.report.Table;
import io.github.schsm.cli.report.Text;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "data",
        description = "Data objects: bytes that programs keep on a device, readable by anyone or only with the PIN.",
        subcommands = {
            DataCommands.Listing.class,
            DataCommands.Read.class,
            DataCommands.Write.class,
            DataCommands.Delete.class
        })
public final class DataCommands {
    private static Json.ObjectBuilder json(DataObject object) {
        return Answer.json("label", object.label())
                .and("reference", object.reference())
                .and("application", object.application().isEmpty() ? null : object.application())
                .and("oid", object.oid().isEmpty() ? null : object.oid())
                .and("pinProtected", object.pinProtected());
    }

    /** Which data object is meant. */
    @SuppressWarnings("NullAway.Init") // picocli sets the fields
    static final class Chosen {
        @Option(names = "--label", required = true, paramLabel = "LABEL", description = "The object's label.")
        private String label;

        @Option(
                names = "--reference",
                paramLabel = "REFERENCE",
                description = "Which of several objects of that label, as data list shows it.")
        private @Nullable String reference;

        DataObject of(Connected connected) throws GeneralSecurityException {
            List<DataObject> labelled = connected.device().dataObjects().stream()
                    .filter(object -> object.label().equals(label))
                    .filter(object -> reference == null || object.reference().equalsIgnoreCase(reference))
                    .toList();
            if (labelled.isEmpty()) {
                throw new CliException("device " + connected.id() + " has no data object \"" + label + "\""
                        + (reference == null ? "" : " with the reference " + reference) + ": see schsm data list");
            }
            if (labelled.size() > 1) {
                throw new CliException("device " + connected.id() + " has " + labelled.size() + " data objects \""
                        + label + "\": choose one with --reference "
                        + String.join(
                                " or ",
                                labelled.stream().map(DataObject::reference).toList()));
            }
            return labelled.get(0);
        }
    }

    @Command(
            name = "list",
            description = "Lists the data objects on a device.",
            footer = {"", "Example:", "  schsm data list --device ZZSIM000001"})
    static final class Listing extends SchsmCommand {
        @Override
        protected Answer answer(Context context) throws GeneralSecurityException {
            Connected connected = context.openToSee();
            List<DataObject> objects = connected.device().dataObjects();
            Table table = new Table("LABEL", "REFERENCE", "APPLICATION", "OID", "READABLE");
            for (DataObject object : objects) {
                table.row(
                        object.label(),
                        object.reference(),
                        object.application(),
                        object.oid(),
                        object.pinProtected() ? "with the PIN" : "by anyone");
            }
            List<Map<String, @Nullable Object>> json =
                    objects.stream().map(object -> json(object).members()).toList();
            return Answer.of(
                    objects.isEmpty() ? Text.lines("Device " + connected.id() + " has no data objects.") : table.text(),
                    Answer.json("device", connected.id())
                            .and("dataObjects", json)
                            .members());
        }
    }

    @Command(
            name = "read",
            description = "Writes a data object's content to a file. Default name: <label>.bin. Of a PIN protected one"
                    + " only its owner may read the file.",
            footer = {
                "",
                "Example:",
                "  schsm data write --device ZZSIM000001 --label report report.pdf",
                "  schsm data read --device ZZSIM000001 --label report --out report-copy.pdf"
            })
    @SuppressWarnings("NullAway.Init") // picocli sets the fields
    static final class Read extends SchsmCommand {
        @Mixin
        private Chosen chosen;

        @Mixin
        private OutputOptions output;

        @Override
        protected Answer answer(Context context) throws GeneralSecurityException {
            Connected connected = context.openToSee();
            DataObject object = chosen.of(connected);
            if (object.pinProtected()) {
                connected = context.on(connected).openWithPin();
            }
            byte[] content = connected.device().readData(object);
            try {
                String name = object.label() + ".bin";
                Path file = object.pinProtected() ? output.writeSecret(name, content) : output.write(name, content);
                return Answer.of(
                        content.length + " bytes of data object \"" + object.label() + "\" on device " + connected.id()
                                + " written to " + FileIo.target(file) + ".",
                        json(object)
                                .and("device", connected.id())
                                .and("size", content.length)
                                .and("file", file)
                                .members());
            } finally {
                Arrays.fill(content, (byte) 0);
            }
        }
    }

    @Command(
            name = "write",
            description = "Stores a file's content as a data object.",
            footer = {"", "Example:", "  schsm data write --device ZZSIM000001 --label report --protected report.pdf"})
    @SuppressWarnings("NullAway.Init") // picocli sets the fields
    static final class Write extends SchsmCommand {
        /** Checks what is about an application. */
        private static final DataObject ANY = DataObject.of("any", false);

        @Option(
                names = "--label",
                required = true,
                paramLabel = "TEXT",
                converter = Values.Label.class,
                description = "The object's label.")
        private String label;

        @Option(
                names = "--application",
                paramLabel = "TEXT",
                converter = Application.class,
                description = "The application that it belongs to.")
        private @Nullable String application;

        @Option(
                names = "--oid",
                paramLabel = "OID",
                converter = Oid.class,
                description = "That application's object identifier, numbers with dots between.")
        private @Nullable String oid;

        @Option(names = "--protected", description = "Reading it needs the user PIN. Default: anyone may read it.")
        private boolean pinProtected;

        @Option(names = "--replace", description = "Replace the object of that label if there is one.")
        private boolean replace;

        @Parameters(paramLabel = "FILE", description = "The content.")
        private Path file;

        @Override
        protected Answer answer(Context context) throws GeneralSecurityException {
            DataObject object = DataObject.of(label, pinProtected)
                    .withApplication(application == null ? "" : application, oid == null ? "" : oid);
            byte[] content = FileIo.read(file, "content");
            try {
                Connected connected = context.openWithPin();
                List<DataObject> same = connected.device().dataObjects().stream()
                        .filter(other -> other.label().equals(label))
                        .toList();
                if (!same.isEmpty() && (!replace || same.size() > 1)) {
                    throw new CliException("device " + connected.id() + " has "
                            + (same.size() > 1 ? same.size() + " data objects" : "a data object") + " \"" + label
                            + "\" already: "
                            + (same.size() > 1
                                    ? "delete those that are too many"
                                    : "choose another label, or --replace"));
                }
                DataObject stored = connected
                        .device()
                        .storeData(same.isEmpty() ? object : withReference(object, same.get(0)), content);
                return Answer.of(
                        content.length + " bytes stored as data object \"" + label + "\" on device " + connected.id()
                                + (pinProtected ? ", PIN protected." : ", readable by anyone."),
                        json(stored)
                                .and("device", connected.id())
                                .and("size", content.length)
                                .members());
            } finally {
                Arrays.fill(content, (byte) 0);
            }
        }

        /** The name of an application. */
        static final class Application extends Values.Text {
            @Override
            protected void require(String value) {
                ANY.withApplication(value, "");
            }
        }

        /** An object identifier. */
        static final class Oid extends Values.Text {
            @Override
            protected void require(String value) {
                ANY.withApplication("", value);
            }
        }

        private static DataObject withReference(DataObject object, DataObject replaced) {
            return new DataObject(
                    replaced.reference(), object.label(), object.application(), object.oid(), object.pinProtected());
        }
    }

    @Command(
            name = "delete",
            description = "Deletes a data object.",
            footer = {
                "",
                "Example:",
                "  schsm data write --device ZZSIM000001 --label report report.pdf",
                "  schsm data delete --device ZZSIM000001 --label report"
            })
    @SuppressWarnings("NullAway.Init") // picocli sets the fields
    static final class Delete extends SchsmCommand {
        @Mixin
        private Chosen chosen;

        @Override
        protected Answer answer(Context context) throws GeneralSecurityException {
            Connected seen = context.openToChange();
            DataObject object = chosen.of(seen);
            context.confirm("The data object \"" + object.label() + "\" is erased from device " + seen.id());
            Connected connected = context.on(seen).openWithPin();
            connected.device().deleteData(object);
            return Answer.of(
                    "Data object \"" + object.label() + "\" deleted from device " + connected.id() + ".",
                    json(object).and("device", connected.id()).members());
        }
    }
}
