package io.github.schsm.conformance;

import io.github.schsm.provider.SchsmProvider;
import javax.smartcardio.Card;

/** Public key authentication with every command in a secure channel, which ends it when it ends. */
class SecurePublicKeyAuthenticationTest extends PublicKeyAuthenticationConformance {
    private record SecureBench(SimulatorBench plain, Member target) implements Bench {
        @Override
        public Member source() {
            return plain.source();
        }

        @Override
        public void close() {
            plain.close();
        }
    }

    @Override
    protected Bench open() throws Exception {
        SimulatorBench plain = new SimulatorBench();
        SimulatorBench.SimulatedMember target = plain.target();
        String configuration = target.configuration() + "; channel = secure";
        return new SecureBench(
                plain,
                new SimulatorBench.SimulatedMember(
                        target.rack(), target.device(), new SchsmProvider().configure(configuration), configuration));
    }

    @Override
    protected Card anotherProgram(Bench of) throws Exception {
        SimulatorBench plain = ((SecureBench) of).plain();
        return plain.rack()
                .terminals()
                .getTerminal(plain.target().device().readerName())
                .connect("*");
    }
}
