package io.github.schsm.conformance.pcsc;

import io.github.schsm.conformance.HowToConformance;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;

/** The program with two devices that OpenSC's module reaches. */
@Tag("pcsc")
class OpenScHowToTest extends HowToConformance {
    private OpenScBench bench;

    @BeforeEach
    void open() throws Exception {
        bench = OpenScBench.both();
    }

    @AfterEach
    void close() {
        bench.close();
    }

    @Override
    protected String source() {
        return bench.source().configuration();
    }

    @Override
    protected String target() {
        return bench.target().configuration();
    }
}
