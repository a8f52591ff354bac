package io.github.schsm.cli;

import io.github.schsm.KeyMigration;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "migrate",
        description = {
            "Brings keys from one member of a key domain to another in one go: agrees on a KEK, wraps, unwraps, and"
                    + " clears the KEK.",
            "The keys stay on the first device as well."
        })
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class MigrateCommand extends SchsmCommand {
    @Option(names = "--from", required = true, paramLabel = "ID", description = "The device that has the keys.")
    private String from;

    @Option(names = "--to", required = true, paramLabel = "ID", description = "The device that gets the keys.")
    private String to;

    @Option(
            names = "--label",
            required = true,
            paramLabel = "LABEL",
            description = "A key's label; may be given several times.")
    private List<String> labels;

    @Option(
            names = "--without-use-counter",
            description = "Bring keys with a use counter too: the counter does not travel, the new key has none.")
    private boolean withoutUseCounter;

    @Option(
            names = "--from-pin-env",
            paramLabel = "NAME",
            description = "The environment variable that holds the PIN of the device --from. Default: as --pin-env.")
    private @Nullable String fromEnvironment;

    @Option(
            names = "--from-pin-file",
            paramLabel = "FILE",
            description = "A file with the PIN of the device --from. Default: as --pin-file.")
    private @Nullable Path fromFile;

    @Option(
            names = "--to-pin-env",
            paramLabel = "NAME",
            description = "The environment variable that holds the PIN of the device --to. Default: as --pin-env.")
    private @Nullable String toEnvironment;

    @Option(
            names = "--to-pin-file",
            paramLabel = "FILE",
            description = "A file with the PIN of the device --to. Default: as --pin-file.")
    private @Nullable Path toFile;

    @Override
    String work() {
        return "moving keys";
    }

    @Override
    Answer answer(Context context) throws GeneralSecurityException {
        if (from.equals(to)) {
            throw new CliException("--from and --to are the same device " + from + ": name two");
        }
        Connected source = open(context.on(from), Context.secret("user PIN", "--from-pin", fromEnvironment, fromFile));
        Connected target = open(context.on(to), Context.secret("user PIN", "--to-pin", toEnvironment, toFile));
        KeyMigration migration = KeyMigration.from(source.keyStore()).to(target.keyStore());
        if (withoutUseCounter) {
            migration = migration.withoutUseCounter();
        }
        List<String> lines = new ArrayList<>();
        List<Map<String, @Nullable Object>> json = new ArrayList<>();
        for (String label : labels) {
            KeyMigration.Result result = migration.move(label);
            String kcv = result.wasThere() ? null : Text.hex(result.kcv());
            lines.add(
                    result.wasThere()
                            ? "Key \"" + label + "\" was on device " + to + " already."
                            : "Key \"" + label + "\" of device " + from + " is now on device " + to
                                    + " too; it travelled under the KEK with KCV " + kcv + ".");
            json.add(Answer.json("label", label)
                    .and("alias", result.alias())
                    .and("wasThere", result.wasThere())
                    .and("kcv", kcv)
                    .members());
        }
        return Answer.of(
                new Lines(lines),
                Answer.json("from", from).and("to", to).and("keys", json).members());
    }

    private static Connected open(Context context, Secret own) throws GeneralSecurityException {
        return own.isGiven() ? context.openWithPin(own) : context.openWithPin();
    }
}
