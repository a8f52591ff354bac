// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** What programs do wrong with one kind of engine, what they are told, and how they go on. */
final class BadInput<E> {
    private final String engine;
    private final Make<E> make;
    private final Step<E> init;
    private final Step<E> operate;
    private final List<Case> cases = new ArrayList<>();

    /** Makes an engine. */
    interface Make<E> {
        E make(BadInputWorld world) throws Exception;
    }

    /** Something that is done with an engine. */
    interface Step<E> {
        void run(E engine, BadInputWorld world) throws Exception;
    }

    /** One line of the table. */
    record Case(String engine, String wrong, Class<? extends Throwable> thrown, Run attempt, Run next) {
        /** With an engine that is bound already; a case is run once. */
        interface Run {
            void run(BadInputWorld world) throws Exception;
        }

        void run(BadInputWorld world) throws Exception {
            try {
                Throwable refused = catchThrowable(() -> attempt.run(world));
                if (refused instanceof Lacks lacking) {
                    throw lacking;
                }
                assertRefused(refused);
                next.run(world);
            } catch (Lacks lacking) {
                world.assertRefused(lacking.ability());
            }
        }

        private void assertRefused(Throwable refused) {
            assertThat(refused).as(toString()).isInstanceOf(thrown);
            for (Throwable link = refused; link != null; link = link.getCause()) {
                assertThat(link.getMessage())
                        .as("%s: message of %s", this, link)
                        .isNotBlank();
            }
        }

        @Override
        public String toString() {
            return engine + ": " + wrong;
        }
    }

    /**
     * @param init    a correct initialization
     * @param operate a correct operation after it, with a check of what comes out
     */
    BadInput(String engine, Make<E> make, Step<E> init, Step<E> operate) {
        this.engine = engine;
        this.make = make;
        this.init = init;
        this.operate = operate;
    }

    /** Wrong with a new engine, which is then used from its initialization on. */
    BadInput<E> fresh(String wrong, Class<? extends Throwable> thrown, Step<E> attempt) {
        return add(wrong, thrown, false, attempt, true);
    }

    /** Wrong with an initialized engine, which goes on as if nothing had been. */
    BadInput<E> kept(String wrong, Class<? extends Throwable> thrown, Step<E> attempt) {
        return add(wrong, thrown, true, attempt, false);
    }

    /** Wrong with an initialized engine, which must be initialized again. */
    BadInput<E> lost(String wrong, Class<? extends Throwable> thrown, Step<E> attempt) {
        return add(wrong, thrown, true, attempt, true);
    }

    private BadInput<E> add(
            String wrong, Class<? extends Throwable> thrown, boolean before, Step<E> attempt, boolean after) {
        List<E> bound = new ArrayList<>();
        cases.add(new Case(
                engine,
                wrong,
                thrown,
                world -> {
                    E made = make.make(world);
                    bound.add(made);
                    if (before) {
                        init.run(made, world);
                    }
                    attempt.run(made, world);
                },
                world -> {
                    E made = bound.get(0);
                    if (after) {
                        init.run(made, world);
                    }
                    operate.run(made, world);
                }));
        return this;
    }

    Stream<Case> cases() {
        return cases.stream();
    }

    /** Something that fails, on the way to what the case is about. */
    interface Failing {
        void run() throws Exception;
    }

    static void refused(Failing call) {
        assertThat(catchThrowable(call::run)).isNotNull();
    }
}
