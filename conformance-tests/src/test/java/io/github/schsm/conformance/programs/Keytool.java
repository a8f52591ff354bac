// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.programs;

import io.github.schsm.conformance.bench.Jdk;
import io.github.schsm.conformance.bench.Program;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** keytool on the key store SCHSM, told of the provider in one of the ways that people have. */
public final class Keytool {
    public static final String PIN = "648219";

    /** How keytool and jarsigner learn of the provider. */
    enum Way {
        /** On the class path, named. */
        ADD_PROVIDER,
        /** Loaded from a jar that is on no path, by its class. */
        PROVIDER_PATH,
        /** Registered by a security properties file, made from {@code java.security.example}. */
        JAVA_SECURITY
    }

    private final Jdk jdk;
    private final Way way;
    private final String configuration;
    private final Path folder;

    /**
     * @param configuration the provider's
     * @param folder        for the files that a way needs
     */
    Keytool(Jdk jdk, Way way, String configuration, Path folder) {
        this.jdk = jdk;
        this.way = way;
        this.configuration = configuration;
        this.folder = folder;
    }

    /** Runs keytool with a command and the key store's options. */
    Program.Result run(String... command) throws IOException, InterruptedException {
        List<String> all = new ArrayList<>(List.of(command));
        all.addAll(List.of("-storepass", PIN));
        return runWithoutPin(Map.of(), all.toArray(String[]::new));
    }

    /** The same without {@code -storepass}. */
    Program.Result runWithoutPin(Map<String, String> environment, String... command)
            throws IOException, InterruptedException {
        List<String> all = new ArrayList<>();
        all.add(jdk.tool("keytool"));
        all.addAll(providerOptions());
        all.addAll(List.of("-keystore", "NONE", "-storetype", "SCHSM"));
        all.addAll(List.of(command));
        return Program.run(all, environment);
    }

    /** Runs keytool with a command on a file, whose type it is to find out. */
    Program.Result onFile(Path file, String... command) throws IOException, InterruptedException {
        List<String> all = new ArrayList<>();
        all.add(jdk.tool("keytool"));
        all.addAll(providerOptions());
        all.addAll(List.of("-keystore", file.toString(), "-storepass", PIN));
        all.addAll(List.of(command));
        return Program.run(all, Map.of());
    }

    /** Brings all entries of a file in. */
    Program.Result importKeyStore(String file, String password) throws IOException, InterruptedException {
        List<String> all = new ArrayList<>();
        all.add(jdk.tool("keytool"));
        all.addAll(providerOptions());
        all.addAll(List.of("-importkeystore", "-srckeystore", file, "-srcstorepass", password, "-noprompt"));
        all.addAll(List.of("-destkeystore", "NONE", "-deststoretype", "SCHSM", "-deststorepass", PIN));
        return Program.run(all, Map.of());
    }

    /** Runs jarsigner; its options for the provider are the same. */
    Program.Result jarsigner(String... command) throws IOException, InterruptedException {
        List<String> all = new ArrayList<>();
        all.add(jdk.tool("jarsigner"));
        all.addAll(providerOptions());
        all.addAll(List.of("-keystore", "NONE", "-storetype", "SCHSM", "-storepass", PIN));
        all.addAll(List.of(command));
        return Program.run(all, Map.of());
    }

    private List<String> providerOptions() throws IOException {
        String jar = Jdk.ALL_JAR.toString();
        return switch (way) {
            case ADD_PROVIDER -> List.of("-J-cp", "-J" + jar, "-addprovider", "SCHSM", "-providerarg", configuration);
            case PROVIDER_PATH ->
                List.of(
                        "-providerpath",
                        jar,
                        "-providerclass",
                        "io.github.schsm.provider.SchsmProvider",
                        "-providerarg",
                        configuration);
            case JAVA_SECURITY -> List.of("-J-cp", "-J" + jar, "-J-Djava.security.properties=" + securityProperties());
        };
    }

    /** The example as it is in the repository, with only the configuration replaced. */
    private Path securityProperties() throws IOException {
        Path example = Path.of(System.getProperty("schsm.home"), "java.security.example");
        String text = Files.readString(example, StandardCharsets.UTF_8);
        String edited = text.replaceAll(
                "(?m)^(security\\.provider\\.\\d+=io\\.github\\.schsm\\.provider\\.SchsmProvider) .*$",
                "$1 " + java.util.regex.Matcher.quoteReplacement(configuration));
        if (edited.equals(text)) {
            throw new IOException(example + " registers no provider with a configuration");
        }
        return Files.writeString(folder.resolve("java.security"), edited, StandardCharsets.UTF_8);
    }

    @Override
    public String toString() {
        return way + " on " + jdk;
    }
}
