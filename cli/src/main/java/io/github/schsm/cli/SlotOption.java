package io.github.schsm.cli;

import picocli.CommandLine.Option;

/** Which key domain of the device. */
final class SlotOption {
    @Option(
            names = "--slot",
            required = true,
            paramLabel = "N",
            description = "Number of the key domain's slot, from 0; schsm domain list shows them.")
    int number;
}
