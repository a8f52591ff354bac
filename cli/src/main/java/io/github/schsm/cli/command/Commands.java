package io.github.schsm.cli.command;

import java.util.List;
import java.util.Set;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.Model.CommandSpec;

/** Every command, in the order of the help. */
public final class Commands {
    /**
     * The commands that change nothing on any device: no key, object, setting, PIN or use counter. One that is not
     * here changes something, or could.
     */
    private static final Set<String> HARMLESS = Set.of(
            "schsm demo",
            "schsm devices",
            "schsm keys",
            "schsm certs",
            "schsm attest",
            "schsm pin status",
            "schsm pka status",
            "schsm pka export",
            "schsm device-id export",
            "schsm group-signer show",
            "schsm kdm show",
            "schsm domain list",
            "schsm domain create-share",
            "schsm exchange-key export",
            "schsm export-cert",
            "schsm data list",
            "schsm data read",
            "schsm random",
            "schsm help");

    private Commands() {}

    /** Whether a command changes nothing on any device; one with subcommands only says which there are. */
    public static boolean isHarmless(CommandSpec command) {
        return !command.subcommands().isEmpty() || HARMLESS.contains(command.qualifiedName());
    }

    public static List<Object> all() {
        return List.of(
                new DemoCommand(),
                new DevicesCommand(),
                new KeysCommand(),
                new CertsCommand(),
                new AttestCommand(),
                new InitializeCommand(),
                new PinCommands(),
                new PkaCommands(),
                new DeviceIdCommands(),
                new GroupSignerCommands(),
                new KdmCommands(),
                new DomainCommands(),
                new GenerateCommand(),
                new DeriveKeyCommand(),
                new ExchangeKeyCommands(),
                new DeriveXkekCommand(),
                new WrapCommand(),
                new UnwrapCommand(),
                new MigrateCommand(),
                new CleanupCommand(),
                new SignCommand(),
                new DecryptCommand(),
                new ImportCertCommand(),
                new ExportCertCommand(),
                new DeleteCommand(),
                new DataCommands(),
                new LabelCommand(),
                new RandomCommand(),
                new SimulatorCommand(),
                new HelpCommand());
    }
}
