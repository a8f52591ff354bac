import org.jspecify.annotations.NullMarked;

/** The security provider SCHSM and its engines. */
@NullMarked
module io.github.schsm.provider {
    requires transitive io.github.schsm.spi;
    requires io.github.schsm.card;
    requires static transitive org.jspecify;
}
