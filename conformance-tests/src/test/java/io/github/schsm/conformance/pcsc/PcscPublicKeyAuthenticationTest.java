package io.github.schsm.conformance.pcsc;

import io.github.schsm.conformance.Bench;
import io.github.schsm.conformance.PublicKeyAuthenticationConformance;
import javax.smartcardio.Card;
import javax.smartcardio.TerminalFactory;
import jnasmartcardio.Smartcardio;
import org.junit.jupiter.api.Tag;

/** Public key authentication to a device behind the daemon. */
@Tag("pcsc")
class PcscPublicKeyAuthenticationTest extends PublicKeyAuthenticationConformance {
    @Override
    protected Bench open() throws Exception {
        return new PcscBench("pcsc");
    }

    @Override
    protected Card anotherProgram(Bench of) throws Exception {
        return TerminalFactory.getInstance("PC/SC", null, new Smartcardio())
                .terminals()
                .getTerminal(((PcscBench) of).target().reader().name())
                .connect("*");
    }
}
