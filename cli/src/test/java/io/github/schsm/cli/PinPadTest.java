// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.simulator.VirtualReaders;
import io.github.schsm.simulator.terminal.SimulatedPinPad;
import io.github.schsm.simulator.terminal.SimulatedPinPad.Typed;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The command where the PIN is typed on the reader. */
class PinPadTest {
    private static int lastNumber = 773_000;

    private final Deque<Typed> script = new ArrayDeque<>();
    private String id;

    @BeforeEach
    void putSomebodyAtTheReader() throws Exception {
        id = "ZZSIM" + ++lastNumber;
        VirtualReaders.memory().device(id).setPinPad(SimulatedPinPad.create().with(wanted -> script.remove()));
    }

    private Run run(String... command) {
        List<String> arguments = new ArrayList<>(Arrays.asList(command));
        arguments.addAll(List.of("--terminal=simulator:memory", "--device=" + id));
        return Run.of(Bench.ENVIRONMENT, arguments.toArray(String[]::new));
    }

    @Test
    void keysAreMadeWithThePinTypedThereAndSomebodyIsToldToLookThere() {
        script.add(Typed.pins(VirtualReaders.USER_PIN));

        Run made = run("generate", "--label=x", "--pin-pad");

        assertThat(made.status()).as(made.err()).isZero();
        assertThat(made.err()).contains("Enter on reader 'Simulator " + id, "3 tries left");
        assertThat(script).isEmpty();
        assertThat(run("keys").done().out()).contains("x");
    }

    @Test
    void thePinIsChangedAndVerifiedThere() {
        script.add(Typed.pins(VirtualReaders.USER_PIN));
        script.add(Typed.pins(VirtualReaders.USER_PIN, "12345678", "12345678"));
        script.add(Typed.pins("12345678"));

        assertThat(run("pin", "change", "--pin-pad").out()).contains("User PIN changed.");
        assertThat(run("pin", "verify", "--pin-pad").out()).contains("User PIN verified.");
        assertThat(script).isEmpty();
        run("pin", "verify", "--pin-env=NEW_PIN").done();
    }

    @Test
    void aPinThatWasGivenGoesBeforeThePad() {
        run("pin", "verify", "--pin-pad", "--pin-env=PIN").done();
    }

    @Test
    void triesLeftAndCancellingAreSaid() {
        script.add(Typed.pins("000000"));
        script.add(Typed.cancel());

        assertThat(run("pin", "verify", "--pin-pad").err()).contains("2 tries are left");
        assertThat(run("pin", "verify", "--pin-pad").err()).contains("2 tries left", "cancelled");
        assertThat(run("pin", "status").done().out()).contains("User PIN 2 tries left");
    }

    @Test
    void aTransportPinIsChangedByWhoIsAsked() {
        run("initialize", "--yes", "--transport-pin", "--so-pin-env=SO_PIN", "--new-pin-env=PIN")
                .done();
        assertThat(run("pin", "verify", "--pin-env=PIN").failed().err()).contains("transport PIN", "schsm pin change");
        TypedAnswers person = new TypedAnswers(VirtualReaders.USER_PIN, "12345678", "12345678");

        Run.of(Map.of(), person, "pin", "verify", "--terminal=simulator:memory", "--device=" + id)
                .done();

        assertThat(person.questions.get(0)).startsWith("Transport PIN of device " + id);
        run("pin", "verify", "--pin-env=NEW_PIN").done();
    }
}
