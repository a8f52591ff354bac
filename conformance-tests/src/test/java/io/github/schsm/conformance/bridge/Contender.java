// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.bridge;

import io.github.schsm.conformance.bench.Libraries;
import io.github.schsm.conformance.programs.Keytool;
import io.github.schsm.conformance.programs.Trial;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * One of the providers that are compared over the same PKCS#11 module, and the programs that use it, all in JVMs of
 * their own and with their time bounded.
 *
 * @param name          of the provider class, as {@link Trial} wants it
 * @param providerName  of the configured provider
 * @param storeType     of its key store
 * @param configuration as its {@code configure} wants it
 * @param folder        for what programs write
 */
record Contender(String name, String providerName, String storeType, String configuration, Path folder) {
    private static final long SECONDS = 300;
    private static final Path JAVA = Path.of(System.getProperty("java.home"), "bin");

    /** Ours. */
    static Contender ours(String device, Path folder) throws IOException {
        return new Contender(
                "SCHSM",
                "SCHSM",
                "SCHSM",
                "terminal = pkcs11:" + Libraries.find(Libraries.OPEN_SC) + "; device = " + device,
                folder);
    }

    /** The JDK's, told of the slot in a file as its guide says. */
    static Contender theirs(int slot, Path folder) throws IOException {
        Path file = Files.writeString(
                folder.resolve("sunpkcs11.cfg"),
                "name = OpenSC\nlibrary = " + Libraries.find(Libraries.OPEN_SC) + "\nslot = " + slot + "\n",
                StandardCharsets.UTF_8);
        return new Contender("SunPKCS11", "SunPKCS11-OpenSC", "PKCS11", file.toString(), folder);
    }

    /** Answers what a program asks for on standard output. */
    interface Hand {
        void reach(String line) throws Exception;
    }

    /** How a program ended: {@value Trial#WORKS}, or {@code fails: } and why. */
    String tries(Hand hand, String... trial) throws Exception {
        List<String> command = new ArrayList<>(List.of(JAVA.resolve("java").toString()));
        if (Runtime.version().feature() >= 24) {
            command.add("--enable-native-access=ALL-UNNAMED");
        }
        command.addAll(List.of("-cp", classPath(), Trial.class.getName(), name, configuration));
        command.addAll(List.of(trial));
        return run(command, "", hand);
    }

    /** keytool asks for a password of the new key, unless the key store is of type PKCS11: then it takes none. */
    List<String> keyPassword() {
        return storeType.equals("PKCS11") ? List.of() : List.of("-keypass", Keytool.PIN);
    }

    /** keytool with this provider; the answer as above. */
    String keytool(String... arguments) throws Exception {
        return keytoolSays("", arguments);
    }

    /** keytool, which works if it says something. */
    String keytoolSays(String text, String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(JAVA.resolve("keytool").toString()));
        if (name.equals("SCHSM")) {
            command.addAll(List.of("-J-cp", "-J" + classPath()));
        }
        command.addAll(List.of("-addprovider", name, "-providerarg", configuration));
        command.addAll(List.of("-keystore", "NONE", "-storetype", storeType, "-storepass", Keytool.PIN));
        command.addAll(List.of(arguments));
        return run(command, text, line -> {});
    }

    private String run(List<String> command, String text, Hand hand) throws Exception {
        ProcessBuilder builder =
                new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true);
        builder.environment().put("LC_ALL", "C");
        builder.environment().remove("JAVA_TOOL_OPTIONS");
        Process process = builder.start();
        List<String> said = new ArrayList<>();
        Thread bound = new Thread(() -> endInTime(process), "bound");
        bound.setDaemon(true);
        bound.start();
        try (var lines = process.inputReader(StandardCharsets.UTF_8);
                var answers = process.outputWriter(StandardCharsets.UTF_8)) {
            String line = lines.readLine();
            while (line != null) {
                said.add(line);
                if (line.equals(Trial.TAKE_OUT) || line.equals(Trial.PUT_BACK)) {
                    hand.reach(line);
                    answers.write("done\n");
                    answers.flush();
                }
                line = lines.readLine();
            }
        } catch (IOException itEnded) {
            said.add(itEnded.toString());
        }
        String outcome = outcome(process.waitFor(), said, text);
        Files.writeString(
                folder.resolve("said-" + name + "-" + System.nanoTime() + ".txt"),
                String.join(" ", command) + "\n" + String.join("\n", said) + "\n" + outcome + "\n",
                StandardCharsets.UTF_8);
        return outcome;
    }

    private static void endInTime(Process process) {
        try {
            if (!process.waitFor(SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }

    private static String outcome(int status, List<String> said, String text) {
        for (String line : said) {
            if (line.startsWith(Trial.OUTCOME)) {
                return line.substring(Trial.OUTCOME.length());
            }
            if (line.startsWith("keytool error: ")) {
                return Trial.FAILS + line.replaceFirst("^keytool error: ([a-z]+\\.[\\w.]+: )*", "");
            }
        }
        if (status == 0) {
            return String.join("\n", said).contains(text) ? Trial.WORKS : Trial.FAILS + "does not say \"" + text + "\"";
        }
        return Trial.FAILS + (status == 128 + 9 ? "no end in " + SECONDS + " seconds" : "status " + status);
    }

    private static String classPath() {
        return System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    }

    @Override
    public String toString() {
        return name;
    }
}
