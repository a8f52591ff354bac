import io.github.schsm.TokenSource;
import io.github.schsm.simulator.SimulatorTokenSource;
import org.jspecify.annotations.NullMarked;

/** A SmartCard-HSM in software. */
@NullMarked
module io.github.schsm.simulator {
    requires transitive io.github.schsm.spi;
    requires jdk.net;
    requires org.bouncycastle.provider;
    requires static transitive org.jspecify;

    exports io.github.schsm.simulator;

    provides TokenSource with
            SimulatorTokenSource;
}
