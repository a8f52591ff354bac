// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** ARCHITECTURE.md names every module and package, and nothing that is not there. */
class ArchitectureTest {
    private static final Path HOME = Path.of(System.getProperty("schsm.home"));
    private static final String BASE = "io.github.schsm";
    /** Modules in which no product code is. */
    private static final Set<String> OUTSIDE =
            Set.of("examples/programs", "site", "schsm-all", "conformance-tests", "dist", "benchmarks");

    private static String document() throws IOException {
        return Files.readString(HOME.resolve("ARCHITECTURE.md"));
    }

    private static Set<String> all(String pattern, String text) {
        return Pattern.compile(pattern)
                .matcher(text)
                .results()
                .map(match -> match.groupCount() > 1 ? match.group(1) + " -> " + match.group(2) : match.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static Set<String> modules() throws IOException {
        return all("<module>([^<]+)</module>", Files.readString(HOME.resolve("pom.xml")));
    }

    /** Of the product: every folder with a source in it. */
    private static Set<String> packages() throws IOException {
        Set<String> packages = new TreeSet<>();
        for (String module : modules()) {
            Path sources = HOME.resolve(module).resolve("src/main/java");
            if (OUTSIDE.contains(module) || !Files.isDirectory(sources)) {
                continue;
            }
            try (Stream<Path> files = Files.walk(sources)) {
                files.filter(file -> file.toString().endsWith(".java"))
                        .map(file -> sources.relativize(file).getParent())
                        .filter(folder -> folder != null)
                        .map(folder -> folder.toString().replace('/', '.'))
                        .forEach(packages::add);
            }
        }
        return packages;
    }

    @Test
    void everyModuleHasARow() throws IOException {
        assertThat(all("(?m)^\\| \\[([^\\]]+)\\]\\(", document())).isEqualTo(modules());
    }

    @Test
    void everyPackageIsNamedAndNoOther() throws IOException {
        Set<String> named = all("`(\\.[a-z.0-9]+)`", document()).stream()
                .map(name -> BASE + name)
                .collect(Collectors.toCollection(TreeSet::new));
        named.add(BASE);

        assertThat(named).isEqualTo(packages());
    }

    @Test
    void everyTypeThatIsNamedIsThere() throws IOException {
        Set<String> types = SourceTree.files(HOME).stream()
                .map(file -> String.valueOf(file.getFileName()))
                .filter(file -> file.endsWith(".java"))
                .map(file -> file.replace(".java", ""))
                .collect(Collectors.toSet());
        types.addAll(List.of("KeyStoreSpi", "ServiceLoader", "Signature"));

        Set<String> named = all("`([A-Z]\\w+)`", document());
        named.removeAll(types);
        assertThat(named).isEmpty();
    }

    /** Solid arrows are what the modules' poms declare, tests aside. */
    @Test
    void arrowsAreDependencies() throws IOException {
        Set<String> declared = new TreeSet<>();
        for (String module : modules()) {
            if (!OUTSIDE.contains(module)) {
                String pom = Files.readString(HOME.resolve(module).resolve("pom.xml"));
                all("(?s)<dependency>(.*?)</dependency>", pom).stream()
                        .filter(dependency -> !dependency.contains("<scope>test</scope>"))
                        .flatMap(dependency -> all("<artifactId>schsm-([^<]+)<", dependency).stream())
                        .forEach(used -> declared.add(module + " -> " + used));
            }
        }

        assertThat(all("(?m)^ +([a-z0-9-]+) --> ([a-z0-9-]+)$", document())).isEqualTo(declared);
    }

    @Test
    void whoTakesPartIsAModuleAPackageOrAType() throws IOException {
        Set<String> known = new TreeSet<>(modules());
        packages().forEach(name -> known.add(name.substring(BASE.length()).replaceFirst("^\\.", "")));
        known.addAll(List.of("program", "reader", "Token", "source token", "target token", "KeyMigration"));

        assertThat(all("participant \\w+ as (.*)", document())).isSubsetOf(known);
    }
}
