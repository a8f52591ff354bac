// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.fault;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.conformance.bench.BenchKind;
import io.github.schsm.conformance.bench.OnBenches;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Whatever a program does wrong with whichever engine: it gets the exception that the JCA documents, with a message, and
 * the same engine object does the next correct thing. Benches that differ in the way to the card only are left out: bad input
 * seldom gets that far.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@OnBenches(
        value = {BenchKind.SIMULATOR, BenchKind.SOFTHSM},
        repeated = {BenchKind.SECURE_CHANNEL, BenchKind.DOMAIN, BenchKind.OPENSC})
class BadInputTest {
    private static final int AT_LEAST = 200;

    @Parameter
    private BenchKind kind;

    private BadInputWorld world;

    /** Makes the keys, once for all cases. */
    @BeforeParameterizedClassInvocation
    void makeWorld() throws Exception {
        world = new BadInputWorld(kind.open());
    }

    /** Clears the bench. */
    @AfterParameterizedClassInvocation
    void close() throws Exception {
        if (world != null) {
            world.close();
        }
    }

    static Stream<BadInput.Case> cases() {
        return Stream.of(
                        BadSignatures.tables(),
                        BadRsa.tables(),
                        BadCiphers.tables(),
                        BadAgreements.tables(),
                        BadGenerators.tables(),
                        BadFactories.tables(),
                        BadStores.tables())
                .flatMap(tables -> tables)
                .flatMap(BadInput::cases);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void isRefusedAndTheEngineGoesOn(BadInput.Case wrong) throws Exception {
        wrong.run(world);
    }

    @Test
    void tableIsLongAndSaysNothingTwice() {
        List<String> names = cases().map(BadInput.Case::toString).toList();
        Set<String> once = new HashSet<>(names);

        assertThat(names).hasSizeGreaterThanOrEqualTo(AT_LEAST).hasSameSizeAs(once);
    }
}
