import org.jspecify.annotations.NullMarked;

/** The token as the JCA sees it, the values everybody shares, and the key store over them. */
@NullMarked
module io.github.schsm.spi {
    requires transitive java.smartcardio;
    requires org.bouncycastle.provider;
    requires static transitive org.jspecify;

    exports io.github.schsm;
    exports io.github.schsm.keystore;
}
