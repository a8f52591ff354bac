// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli;

import io.github.schsm.cli.command.DemoCommand;
import io.github.schsm.cli.command.SchsmCommand;
import io.github.schsm.cli.command.audit.AuditCommands;
import io.github.schsm.cli.command.audit.CheckCommand;
import io.github.schsm.cli.command.backup.BackupCommand;
import io.github.schsm.cli.command.backup.RestoreCommand;
import io.github.schsm.cli.command.certificate.CaCommands;
import io.github.schsm.cli.command.certificate.CsrCommand;
import io.github.schsm.cli.command.certificate.SelfSignCommand;
import io.github.schsm.cli.command.device.BenchmarkCommand;
import io.github.schsm.cli.command.device.ConsoleCommand;
import io.github.schsm.cli.command.device.DeviceIdCommands;
import io.github.schsm.cli.command.device.DevicesCommand;
import io.github.schsm.cli.command.device.DoctorCommand;
import io.github.schsm.cli.command.device.InitializeCommand;
import io.github.schsm.cli.command.device.LabelCommand;
import io.github.schsm.cli.command.device.PinCommands;
import io.github.schsm.cli.command.device.PkaCommands;
import io.github.schsm.cli.command.device.RandomCommand;
import io.github.schsm.cli.command.device.SelfTestCommand;
import io.github.schsm.cli.command.device.SimulatorCommand;
import io.github.schsm.cli.command.device.WatchCommand;
import io.github.schsm.cli.command.dkek.DkekCommands;
import io.github.schsm.cli.command.dkek.ImportKeyCommand;
import io.github.schsm.cli.command.domain.CleanupCommand;
import io.github.schsm.cli.command.domain.DeriveXkekCommand;
import io.github.schsm.cli.command.domain.DomainCommands;
import io.github.schsm.cli.command.domain.ExchangeKeyCommands;
import io.github.schsm.cli.command.domain.GroupSignerCommands;
import io.github.schsm.cli.command.domain.KdmCommands;
import io.github.schsm.cli.command.domain.MigrateCommand;
import io.github.schsm.cli.command.domain.UnwrapCommand;
import io.github.schsm.cli.command.domain.WrapCommand;
import io.github.schsm.cli.command.key.AttestCommand;
import io.github.schsm.cli.command.key.DecryptCommand;
import io.github.schsm.cli.command.key.DeleteCommand;
import io.github.schsm.cli.command.key.DeriveKeyCommand;
import io.github.schsm.cli.command.key.EncryptCommand;
import io.github.schsm.cli.command.key.GenerateCommand;
import io.github.schsm.cli.command.key.KeysCommand;
import io.github.schsm.cli.command.key.PublicKeyCommand;
import io.github.schsm.cli.command.key.RenameCommand;
import io.github.schsm.cli.command.key.ShowCommand;
import io.github.schsm.cli.command.key.SignCommand;
import io.github.schsm.cli.command.key.SshAgentCommand;
import io.github.schsm.cli.command.key.VerifyCommand;
import io.github.schsm.cli.command.object.CertsCommand;
import io.github.schsm.cli.command.object.DataCommands;
import io.github.schsm.cli.command.object.DumpCommand;
import io.github.schsm.cli.command.object.ExportCertCommand;
import io.github.schsm.cli.command.object.ImportCertCommand;
import io.github.schsm.cli.command.object.PublicFilesCommand;
import io.github.schsm.cli.command.remote.RemoteCommands;
import io.github.schsm.cli.command.report.ReportCommand;
import io.github.schsm.cli.command.shell.CompletionCommand;
import io.github.schsm.cli.command.shell.ShellCommand;
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
            "schsm watch",
            "schsm console",
            "schsm keys",
            "schsm show",
            "schsm certs",
            "schsm attest",
            "schsm pin status",
            "schsm pka status",
            "schsm pka export",
            "schsm device-id export",
            "schsm group-signer show",
            "schsm kdm show",
            "schsm domain list",
            "schsm domain status",
            "schsm domain create-share",
            "schsm dkek check",
            "schsm dkek verify",
            "schsm exchange-key export",
            "schsm export-cert",
            "schsm public-key",
            "schsm verify",
            "schsm encrypt",
            "schsm ca list",
            "schsm data list",
            "schsm data read",
            "schsm dump",
            "schsm public-files",
            "schsm random",
            "schsm report verify",
            "schsm check",
            "schsm audit verify",
            "schsm audit show",
            "schsm audit summary",
            "schsm audit counters",
            "schsm completion",
            "schsm doctor",
            "schsm help");

    private Commands() {}

    /** Whether a command changes nothing on any device; one that only has subcommands says which there are. */
    public static boolean isHarmless(CommandSpec command) {
        boolean isOnlyGroup = !command.subcommands().isEmpty() && !(command.userObject() instanceof SchsmCommand);
        return isOnlyGroup || HARMLESS.contains(command.qualifiedName());
    }

    /**
     * A section of the help.
     *
     * @param heading  what its commands are about
     * @param commands they themselves
     */
    public record Group(String heading, List<Object> commands) {}

    /**
     * Every command, under the heading that the help and docs/cli.md have it; a new one goes where people look for it,
     * those of backups under "Backup" before "Administration", those for auditors under "Policy and audit" after it.
     */
    public static List<Group> groups() {
        return List.of(
                new Group("First steps", List.of(new DemoCommand())),
                new Group(
                        "Look",
                        List.of(
                                new DevicesCommand(),
                                new WatchCommand(),
                                new ConsoleCommand(),
                                new KeysCommand(),
                                new ShowCommand(),
                                new CertsCommand(),
                                new AttestCommand())),
                new Group(
                        "Keys",
                        List.of(
                                new GenerateCommand(),
                                new DeriveKeyCommand(),
                                new RenameCommand(),
                                new PublicKeyCommand(),
                                new SignCommand(),
                                new VerifyCommand(),
                                new EncryptCommand(),
                                new DecryptCommand(),
                                new SshAgentCommand(),
                                new DeleteCommand())),
                new Group(
                        "Certificates and data",
                        List.of(
                                new CsrCommand(),
                                new SelfSignCommand(),
                                new CaCommands(),
                                new ImportCertCommand(),
                                new ExportCertCommand(),
                                new DataCommands(),
                                new DumpCommand(),
                                new PublicFilesCommand())),
                new Group(
                        "Key domains",
                        List.of(
                                new DeviceIdCommands(),
                                new GroupSignerCommands(),
                                new KdmCommands(),
                                new DomainCommands(),
                                new DkekCommands(),
                                new ExchangeKeyCommands(),
                                new DeriveXkekCommand(),
                                new WrapCommand(),
                                new UnwrapCommand(),
                                new ImportKeyCommand(),
                                new MigrateCommand(),
                                new CleanupCommand())),
                new Group("Backup", List.of(new BackupCommand(), new RestoreCommand())),
                new Group(
                        "Administration",
                        List.of(
                                new InitializeCommand(),
                                new PinCommands(),
                                new PkaCommands(),
                                new BenchmarkCommand(),
                                new LabelCommand(),
                                new RandomCommand(),
                                new SelfTestCommand(),
                                new DoctorCommand())),
                new Group("Policy and audit", List.of(new CheckCommand(), new AuditCommands(), new ReportCommand())),
                new Group("Readers", List.of(new SimulatorCommand(), new RemoteCommands())),
                new Group("This command", List.of(new ShellCommand(), new CompletionCommand(), new HelpCommand())));
    }
}
