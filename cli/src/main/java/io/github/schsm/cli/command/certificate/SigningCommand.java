// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli.command.certificate;

import io.github.schsm.cli.command.SchsmCommand;

/** A command whose user waits for a signature of the device. */
abstract class SigningCommand extends SchsmCommand {
    @Override
    protected final String work() {
        return "the device signs";
    }
}
