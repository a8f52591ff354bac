// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli;

import static io.github.schsm.cli.Bench.A;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.cli.report.Status;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The command as a process, where the locale says how bytes are characters: by the launcher, which has a locale that knows
 * them all, and by a bare JVM, which does not.
 */
@Tag("jdk")
class LocaleTest {
    private static final String LABEL = "Größe";

    @TempDir
    Path folder;

    private Path launcher;

    @BeforeEach
    void launcher() throws IOException {
        launcher = House.in(folder);
    }

    private Run byLauncher(Map<String, String> locale, String... arguments) {
        return run(List.of(launcher.toString()), locale, arguments);
    }

    private Run byBareJvm(Map<String, String> locale, String... arguments) {
        return run(House.bare(), locale, arguments);
    }

    /** The arguments' and the environment's bytes are UTF-8, whatever the encoding of this JVM is: a shell gives them. */
    private Run run(List<String> command, Map<String, String> locale, String... arguments) {
        StringBuilder script = new StringBuilder("unset LC_ALL LC_CTYPE LANG\n");
        locale.forEach((name, value) -> script.append("export ")
                .append(name)
                .append('=')
                .append(quoted(value))
                .append('\n'));
        script.append("exec");
        Stream.of(
                        command.stream(),
                        Stream.of(arguments),
                        Stream.of("--terminal", "simulator:" + folder.resolve("state")))
                .flatMap(words -> words)
                .forEach(word -> script.append(' ').append(quoted(word)));
        try {
            Path file = Files.writeString(folder.resolve("run.sh"), script, StandardCharsets.UTF_8);
            Path out = folder.resolve("stdout");
            Path err = folder.resolve("stderr");
            Process process = new ProcessBuilder("/bin/sh", file.toString())
                    .redirectInput(
                            ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                    .redirectOutput(out.toFile())
                    .redirectError(err.toFile())
                    .start();
            int status = process.waitFor();
            return new Run(status, Files.readString(out), Files.readString(err));
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        } catch (InterruptedException asked) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(asked);
        }
    }

    private static String quoted(String word) {
        return "'" + word.replace("'", "'\\''") + "'";
    }

    private static Map<String, String> with(Map<String, String> locale, String name, String value) {
        Map<String, String> all = new TreeMap<>(locale);
        all.put(name, value);
        return all;
    }

    @ParameterizedTest
    @ValueSource(strings = {"LC_ALL=C", "LC_ALL=POSIX", "LANG=xx_YY.UTF-8", "LC_ALL=C.UTF-8"})
    void byTheLauncherEveryCharacterArrives(String set) throws IOException {
        Map<String, String> locale = Map.of(set.substring(0, set.indexOf('=')), set.substring(set.indexOf('=') + 1));

        byLauncher(with(locale, "PIN", "648219"), "generate", "--label", LABEL, "--pin-env=PIN")
                .done();

        Run json = byLauncher(locale, "keys", "--json").done();
        assertThat(json.list("keys")).extracting("label").containsExactly(LABEL);
        assertThat(json.out().chars()).allMatch(c -> c < 0x7F);
    }

    @Test
    void pinWithAnUmlautFromTheEnvironmentIsThePin() {
        Map<String, String> c = Map.of("LC_ALL", "C", "PIN", "648219", "NEW", "passwört");

        byLauncher(c, "pin", "change", "--pin-env=PIN", "--new-pin-env=NEW").done();

        byLauncher(c, "pin", "verify", "--pin-env=NEW").done();
        byLauncher(with(c, "LC_ALL", "C.UTF-8"), "pin", "verify", "--pin-env=NEW")
                .done();
    }

    @Test
    void bareJvmUnderCRefusesWhatItCannotReadAndNothingIsSent() {
        Map<String, String> c = Map.of("LC_ALL", "C", "PIN", "648219", "WRONG", "648ä19");

        Run generated = byBareJvm(c, "generate", "--label", LABEL, "--pin-env=PIN");
        assertThat(generated.status()).isEqualTo(Status.USAGE);
        assertThat(generated.err()).contains("LC_ALL=C.UTF-8").startsWith("schsm: ");
        assertThat(byBareJvm(c, "verify", "--config=/tmp/Größe").status()).isEqualTo(Status.USAGE);
        assertThat(byBareJvm(c, "pin", "verify", "--pin-env=WRONG").failed().err())
                .contains("WRONG", "LC_ALL=C.UTF-8");

        Run status = byBareJvm(c, "pin", "status", "--json").done();
        assertThat((Map<?, ?>) status.json().get("userPin"))
                .extracting("triesLeft")
                .isEqualTo(3L);
        assertThat(byBareJvm(c, "keys").done().out()).contains(A);
    }

    @Test
    void bareJvmUnderCShowsAsANumberWhatItCannotWriteAndJsonIsExact() {
        byLauncher(Map.of("PIN", "648219"), "generate", "--label", LABEL, "--pin-env=PIN")
                .done();

        Run text = byBareJvm(Map.of("LC_ALL", "C"), "keys").done();
        assertThat(text.out()).contains("Gr\\u00F6\\u00DFe").doesNotContain("?");
        assertThat(byLauncher(Map.of("LC_ALL", "C"), "keys").done().out()).contains(LABEL);
        assertThat(byBareJvm(Map.of("LC_ALL", "C"), "keys", "--json").done().list("keys"))
                .extracting("label")
                .containsExactly(LABEL);
    }
}
