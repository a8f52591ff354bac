// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli.command.remote;

import picocli.CommandLine.Command;

@Command(
        name = "remote",
        description = "Lends a device of this computer to a program on another.",
        subcommands = ConnectCommand.class)
public final class RemoteCommands {}
