package io.github.schsm.conformance;

import io.github.schsm.provider.SchsmProvider;
import java.security.Provider;
import javax.smartcardio.Card;

/** Public key authentication with every command in a secure channel, which ends it when it ends. */
class SecurePublicKeyAuthenticationTest extends PublicKeyAuthenticationConformance {
    private record SecureBench(SimulatorBench plain, Provider provider) implements Bench {
        @Override
        public Member source() {
            return plain.source();
        }

        @Override
        public Member target() {
            return new Member() {
                @Override
                public Provider provider() {
                    return provider;
                }

                @Override
                public void remove() {
                    plain.target().remove();
                }

                @Override
                public void insert() {
                    plain.target().insert();
                }
            };
        }

        @Override
        public void close() {
            plain.close();
        }
    }

    @Override
    protected Bench open() throws Exception {
        SimulatorBench plain = new SimulatorBench();
        String configuration = plain.configuration(plain.target().id()) + "; channel = secure";
        return new SecureBench(plain, new SchsmProvider().configure(configuration));
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
