import org.jspecify.annotations.NullMarked;

/** The schsm command. */
@NullMarked
module io.github.schsm.cli {
    requires io.github.schsm.provider;
    requires io.github.schsm.simulator;
    requires io.github.schsm.card;
    requires info.picocli;
    requires static transitive org.jspecify;
}
