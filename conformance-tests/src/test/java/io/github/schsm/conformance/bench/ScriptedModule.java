// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Locale;

/**
 * A native PKCS#11 module in front of another one, which answers what a test tells it to; what it can do is said in its
 * source, {@code src/test/native/scripted-module.c}. Compiled for each test, so that each is a module of its own.
 */
public final class ScriptedModule {
    private static final Path SOURCE = Path.of("src", "test", "native", "scripted-module.c");

    private final Path folder;
    private final Path file;

    private ScriptedModule(Path folder, Path file) {
        this.folder = folder;
        this.file = file;
    }

    /** When a function gives the answer of the script. */
    public enum Moment {
        /** Without having been passed on. */
        BEFORE,
        /** After it was passed on: what it was to do may be done. */
        AFTER
    }

    /** In front of another module, and otherwise like that. */
    public static ScriptedModule before(Path module, Path folder) throws IOException, InterruptedException {
        return compiled(module, folder, "scripted", List.of());
    }

    /** Besides like the SmartCard-HSM vendor's module in what it is called, lacks, demands and takes. */
    public static ScriptedModule likeTheVendors(Path module, Path folder) throws IOException, InterruptedException {
        return compiled(module, folder, "vendors", List.of("-DVENDOR"));
    }

    private static ScriptedModule compiled(Path module, Path folder, String name, List<String> options)
            throws IOException, InterruptedException {
        Path made = folder.resolve(name + ".so");
        Compiler.library(SOURCE, made, options, "TARGET", module.toString(), "FOLDER", folder.toString());
        return new ScriptedModule(folder, made);
    }

    /** The module's file. */
    public Path file() {
        return file;
    }

    /** Lets the next call of a function give an answer. */
    public void answerOnce(String function, long answer, Moment moment) throws IOException {
        Path script = Files.writeString(
                folder.resolve("answer.new"),
                String.format(
                        Locale.ROOT,
                        "%s %x %s once",
                        function,
                        answer,
                        moment.name().toLowerCase(Locale.ROOT)),
                StandardCharsets.US_ASCII);
        Files.move(script, answer(), StandardCopyOption.ATOMIC_MOVE);
    }

    /** Withdraws an answer; returns whether it had been asked for already. */
    public boolean wasGiven() throws IOException {
        return !Files.deleteIfExists(answer());
    }

    private Path answer() {
        return folder.resolve("answer");
    }

    /** How many sessions are open by this module. */
    public int sessions() throws IOException {
        Path file = folder.resolve("sessions");
        return Files.exists(file) ? Integer.parseInt(Files.readString(file)) : 0;
    }

    /** From now on calls are noted. */
    public void noteCalls() throws IOException {
        Files.deleteIfExists(calls());
        Files.createFile(calls());
    }

    /** The functions that were called since then, in order. */
    public List<String> notedCalls() throws IOException {
        return Files.readAllLines(calls());
    }

    private Path calls() {
        return folder.resolve("calls");
    }

    /** The vendor's attributes of the last key pair, lines of type and value in hex. */
    public List<String> attributes() throws IOException {
        return Files.readAllLines(folder.resolve("attributes"));
    }

    /** From now on the vendor's attributes are refused. */
    public void refuseAttributes() throws IOException {
        Files.createFile(folder.resolve("refuse"));
    }
}
