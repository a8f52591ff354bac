// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.docs;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.conformance.bench.Jdk;
import io.github.schsm.conformance.bench.Libraries;
import io.github.schsm.conformance.bench.Pki;
import io.github.schsm.conformance.bench.Program;
import io.github.schsm.conformance.bench.VirtualReader;
import io.github.schsm.conformance.programs.ByPcsc;
import io.github.schsm.conformance.programs.Trial;
import io.github.schsm.simulator.VirtualReaders;
import io.github.schsm.simulator.profile.DeviceProfile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What people see of native code on each JDK: nothing on 17, a warning on the newest, which a switch turns off. */
@Tag("pcsc")
class NativeAccessTest {
    private static final String SWITCH = "--enable-native-access=ALL-UNNAMED";
    private static final int WARNS_FROM = 24;
    private static final String ID = "ZZSIM330001";

    private static VirtualReader reader;

    @BeforeAll
    static void plugAndMakeAKey() throws Exception {
        VirtualReaders readers = VirtualReaders.create(DeviceProfile.smartCardHsm4k());
        reader = VirtualReader.plug(0, readers.device(ID));
        ByPcsc.makeKeys(reader, Pki.create(), List.of("signer"));
    }

    @AfterAll
    static void takeOut() {
        reader.close();
    }

    private static Stream<Arguments> programs() {
        return Jdk.all().stream()
                .flatMap(jdk -> Stream.of("pkcs11:" + module(), "pcsc")
                        .flatMap(terminal ->
                                Stream.of(true, false).map(allowed -> Arguments.of(jdk, terminal, allowed))));
    }

    private static String module() {
        try {
            return Libraries.find(Libraries.OPEN_SC).toString();
        } catch (IOException missing) {
            throw new UncheckedIOException(missing);
        }
    }

    @ParameterizedTest(name = "{1} on {0}, allowed: {2}")
    @MethodSource("programs")
    @RunsSnippets("docs/programs.md#native-access-warning")
    void programSignsWhetherTheJvmWarnsOrNot(Jdk jdk, String terminal, boolean allowed) throws Exception {
        List<String> command = new ArrayList<>(List.of(jdk.tool("java")));
        if (allowed) {
            command.add(SWITCH);
        }
        command.addAll(List.of(
                "-cp",
                Jdk.classPath(),
                Trial.class.getName(),
                "SCHSM",
                "terminal = " + terminal + "; device = " + ID,
                "sign",
                "signer",
                "32"));

        String said = Program.run(command, Map.of()).succeeded().output();

        List<String> others = said.lines()
                .filter(line -> !line.isBlank() && !line.equals(Trial.OUTCOME + Trial.WORKS))
                .toList();
        assertThat(said).contains(Trial.OUTCOME + Trial.WORKS);
        if (allowed || jdk.feature() < WARNS_FROM) {
            assertThat(others).isEmpty();
        } else {
            List<String> documented = Snippet.text("docs/programs.md#native-access-warning")
                    .lines()
                    .toList();
            List<String> elided = others.stream()
                    .map(line -> line.replaceAll("\\(file:.*\\)", "(file:/…/schsm-all-….jar)"))
                    .toList();
            assertThat(others.get(2)).contains(SWITCH);
            if (terminal.equals("pcsc")) {
                assertThat(elided).isEqualTo(documented);
            } else {
                assertThat(elided).hasSameSizeAs(documented).containsAll(List.of(documented.get(0), documented.get(3)));
            }
        }
    }
}
