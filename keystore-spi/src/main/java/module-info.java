import org.jspecify.annotations.NullMarked;

/** The token as the JCA sees it, the values everybody shares, and the key store over them. */
@NullMarked
@SuppressWarnings("module")
module io.github.schsm.spi {
    requires java.naming;
    requires transitive java.smartcardio;
    requires org.bouncycastle.provider;
    requires static transitive org.jspecify;

    exports io.github.schsm;
    exports io.github.schsm.callback;
    exports io.github.schsm.codec;
    exports io.github.schsm.config;
    exports io.github.schsm.keystore;
    exports io.github.schsm.login;
    exports io.github.schsm.mechanism;
    exports io.github.schsm.spi;
}
