package io.github.schsm.cli;

import java.util.List;
import picocli.CommandLine.HelpCommand;

/** Every command, in the order of the help. */
final class Commands {
    private Commands() {}

    static List<Object> all() {
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
