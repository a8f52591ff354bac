import org.jspecify.annotations.NullMarked;

/** Tokens behind any PKCS#11 module. */
@NullMarked
module io.github.schsm.bridge {
    requires transitive io.github.schsm.spi;
    requires static transitive org.jspecify;

    exports io.github.schsm.bridge;
}
