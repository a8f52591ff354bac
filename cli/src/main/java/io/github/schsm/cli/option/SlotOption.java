// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli.option;

import picocli.CommandLine.Option;

/** Which key domain of the device. */
public final class SlotOption {
    @Option(
            names = "--slot",
            required = true,
            converter = Values.Slot.class,
            paramLabel = "N",
            description = "Number of the key domain's slot, from 0; schsm domain list shows them.")
    public int number;
}
