// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.docs;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.cli.Schsm;
import io.github.schsm.cli.io.Io;
import io.github.schsm.cli.report.Status;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.Writer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The documents' systemd units: their form, and that what they start takes these arguments. */
class UnitSnippetsTest {
    private static final Map<String, Set<String>> KNOWN = Map.of(
            "Unit", Set.of("Description", "Requires", "Wants", "After"),
            "Service",
                    Set.of(
                            "User",
                            "RuntimeDirectory",
                            "ExecStart",
                            "Restart",
                            "RestartSec",
                            "NoNewPrivileges",
                            "ProtectSystem",
                            "ProtectHome",
                            "PrivateTmp"),
            "Install", Set.of("WantedBy"));

    private static Map<String, Map<String, String>> unit(String snippet) throws IOException {
        Map<String, Map<String, String>> sections = new LinkedHashMap<>();
        Map<String, String> section = Map.of();
        for (String line : Snippet.text(snippet).lines().toList()) {
            if (line.startsWith("[") && line.endsWith("]")) {
                section = new LinkedHashMap<>();
                sections.put(line.substring(1, line.length() - 1), section);
            } else if (!line.isBlank()) {
                int equals = line.indexOf('=');
                assertThat(equals).as(line).isPositive();
                assertThat(section.put(line.substring(0, equals), line.substring(equals + 1)))
                        .as(line)
                        .isNull();
            }
        }
        return sections;
    }

    private static List<String> command(String snippet) throws IOException {
        String started = unit(snippet).get("Service").get("ExecStart");
        return Arrays.asList(started.split(" ", -1));
    }

    @ParameterizedTest
    @ValueSource(strings = {"unit-p11-kit", "unit-remote", "unit-program"})
    void unitHasSectionsThatSystemdKnowsAndAServiceOfItsOwnUser(String name) throws IOException {
        Map<String, Map<String, String>> unit = unit("docs/many-devices.md#" + name);

        assertThat(unit).containsOnlyKeys(KNOWN.keySet());
        unit.forEach(
                (section, entries) -> assertThat(KNOWN.get(section)).as(section).containsAll(entries.keySet()));
        assertThat(unit.get("Service")).containsKeys("User", "ExecStart", "Restart", "NoNewPrivileges");
        assertThat(unit.get("Service").get("User")).isNotEqualTo("root");
        assertThat(Path.of(command("docs/many-devices.md#" + name).get(0))).isAbsolute();
    }

    @Test
    @RunsSnippets("docs/many-devices.md#unit-p11-kit")
    void serverIsStartedAsOnTheCommandLine() throws IOException {
        String shown = Snippet.text("docs/pkcs11.md#p11-kit-server").replaceAll("\\\\\\s+", "");

        assertThat(command("docs/many-devices.md#unit-p11-kit"))
                .containsExactlyElementsOf(Arrays.stream(shown.strip().split(" ", -1))
                        .map(word -> word.replace("'", ""))
                        .map(word -> word.equals("p11-kit") ? "/usr/bin/p11-kit" : word)
                        .map(word -> word.endsWith("/hsm.sock") ? "/run/hsm/hsm.sock" : word)
                        .toList());
    }

    @Test
    @RunsSnippets("docs/many-devices.md#unit-remote")
    void clientIsStartedWithOptionsThatItHas() throws IOException {
        List<String> command = command("docs/many-devices.md#unit-remote");
        assertThat(command.get(0)).endsWith("/schsm");
        StringWriter said = new StringWriter();
        Io io = new Io(new PrintWriter(Writer.nullWriter()), new PrintWriter(said, true), name -> null, null);

        int status = Schsm.run(io, command.subList(1, command.size()).toArray(String[]::new));

        // All options are known; on this computer the first file that one of them names is missing.
        assertThat(status).as(said.toString()).isEqualTo(Status.FAILED);
        assertThat(said.toString()).contains("/etc/schsm/");
    }

    @Test
    @RunsSnippets("docs/many-devices.md#unit-program")
    void programHasTheProviderOnItsClassPath() throws IOException {
        List<String> command = command("docs/many-devices.md#unit-program");

        assertThat(command.get(0)).endsWith("/java");
        assertThat(command.get(command.indexOf("-cp") + 1).split(":", -1))
                .anyMatch(jar -> jar.endsWith("/schsm-all.jar"));
    }
}
