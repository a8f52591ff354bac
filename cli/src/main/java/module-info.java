import org.jspecify.annotations.NullMarked;

/** The schsm command. */
@NullMarked
module io.github.schsm.cli {
    requires com.fasterxml.jackson.core;
    requires info.picocli;
    requires io.github.schsm.bridge;
    requires io.github.schsm.card;
    requires io.github.schsm.provider;
    requires io.github.schsm.simulator;
    requires static transitive org.jspecify;

    opens io.github.schsm.cli to
            info.picocli;
    opens io.github.schsm.cli.command to
            info.picocli;
    opens io.github.schsm.cli.console to
            info.picocli;
    opens io.github.schsm.cli.io to
            info.picocli;
    opens io.github.schsm.cli.option to
            info.picocli;
    opens io.github.schsm.cli.report to
            info.picocli;
}
