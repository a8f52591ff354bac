// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli.option;

import io.github.schsm.ConfigurationException;
import io.github.schsm.cli.io.Io;
import io.github.schsm.cli.io.StandardFile;
import io.github.schsm.cli.report.CliException;
import io.github.schsm.cli.report.UsageException;
import io.github.schsm.codec.PrintableText;
import io.github.schsm.codec.SecretFile;
import java.nio.CharBuffer;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Where a PIN or password comes from: an environment variable, a file, or a person at the terminal. Never the command
 * line, which every process on the machine can read.
 *
 * @param what        what people call it, e.g. {@code user PIN}
 * @param options     how the options that name a source begin, e.g. {@code --pin}
 * @param environment name of the variable, if one was given
 * @param file        the file, if one was given
 * @param otherwise   what is taken where that holds nothing, if there is something; otherwise the user is asked
 */
public record Secret(
        String what,
        String options,
        @Nullable String environment,
        @Nullable Path file,
        @Nullable Secret otherwise) {
    /**
     * A secret from at most one source.
     *
     * @throws UsageException if both are given, or the file is standard input
     */
    public static Secret of(String what, String options, @Nullable String environment, @Nullable Path file)
            throws UsageException {
        if (environment != null && file != null) {
            throw new UsageException(
                    "the " + what + " comes from " + options + "-env or from " + options + "-file: give one of them");
        }
        if (StandardFile.is(file)) {
            throw new UsageException("the " + what + " is not read from standard input: give a file with " + options
                    + "-file (a shell's <(command) works, too) or a variable with " + options + "-env");
        }
        return new Secret(what, options, environment, file);
    }

    public Secret(String what, String options, @Nullable String environment, @Nullable Path file) {
        this(what, options, environment, file, null);
    }

    /** Whether an option says where it comes from, so that there is no need to ask. */
    public boolean isGiven() {
        return environment != null || file != null;
    }

    /** Whether an option says where it comes from, and there is one as far as that can be told. */
    public boolean isThere(Io io) {
        return isGiven() && (environment == null || !"".equals(io.environment().apply(environment)));
    }

    /** The same with another source for where this one holds nothing. */
    public Secret or(Secret another) {
        return new Secret(what, options, environment, file, another);
    }

    /**
     * Gets it.
     *
     * @param whose what it belongs to, as the question says it; may be empty
     * @return the secret, the caller's to wipe
     * @throws CliException if it cannot be had
     */
    public char[] read(Io io, String whose) throws CliException {
        return read(io, whose, false);
    }

    /**
     * Gets one that the device counts wrong tries of. The last try is for a person who types it and was told; it is not
     * used up by what lies in the environment or a file.
     *
     * @param triesLeft how often it may still be tried; -1 if that is not known
     * @throws CliException if it cannot be had, or would be the last try unasked
     */
    public char[] read(Io io, String whose, int triesLeft) throws CliException {
        if (triesLeft == 1 && isGiven()) {
            throw new CliException("only one try is left before the " + what + " " + whose + " is blocked: leave "
                    + options + "-env and " + options + "-file away and type it");
        }
        String hint = switch (triesLeft) {
            case 1 -> " (last try before it is blocked)";
            case 2 -> " (2 tries left)";
            default -> "";
        };
        return read(io, whose + hint, false);
    }

    /** Gets a new one: typed, it is typed twice. */
    public char[] readNew(Io io, String whose) throws CliException {
        return read(io, whose, true);
    }

    private char[] read(Io io, String whose, boolean twice) throws CliException {
        char[] secret;
        if (environment != null) {
            secret = fromEnvironment(io, environment);
        } else if (file != null) {
            secret = fromFile(file);
        } else {
            secret = fromPerson(io, whose, twice);
        }
        if (secret.length == 0 && otherwise != null) {
            return otherwise.read(io, whose, twice);
        }
        if (secret.length == 0 && isGiven() && io.person() != null) {
            secret = fromPerson(io, whose, twice);
        }
        if (secret.length == 0) {
            throw new CliException("the " + what + " is empty");
        }
        if (!PrintableText.isWhole(CharBuffer.wrap(secret))) {
            Arrays.fill(secret, '\0');
            throw new CliException("the " + what + " " + (environment == null ? "" : "in " + environment + " ")
                    + "has characters that are not readable in the locale of this process (encoding "
                    + Charset.defaultCharset() + "): it was not used; start this with LC_ALL=C.UTF-8");
        }
        return secret;
    }

    private char[] fromEnvironment(Io io, String name) throws CliException {
        String value = io.environment().apply(name);
        if (value == null) {
            throw new CliException("the environment variable " + name + " (" + options
                    + "-env) is not set: it should hold the " + what);
        }
        return value.toCharArray();
    }

    private char[] fromFile(Path path) throws CliException {
        try {
            return SecretFile.withoutLastLineEnd(path, "the file " + path);
        } catch (ConfigurationException refused) {
            throw new CliException(options + "-file cannot be used: " + refused.getMessage(), refused);
        }
    }

    private char[] fromPerson(Io io, String whose, boolean twice) throws CliException {
        Io.Person person = io.person();
        if (person == null) {
            throw new CliException("the " + what + (whose.isEmpty() ? "" : " " + whose)
                    + " is needed and there is no terminal to ask on: give " + options + "-env NAME or " + options
                    + "-file FILE");
        }
        String question =
                Character.toUpperCase(what.charAt(0)) + what.substring(1) + (whose.isEmpty() ? "" : " " + whose) + ": ";
        char[] secret = answered(person.secret(question));
        if (twice) {
            char[] again = answered(person.secret("The same again: "));
            boolean same = Arrays.equals(secret, again);
            Arrays.fill(again, '\0');
            if (!same) {
                Arrays.fill(secret, '\0');
                throw new CliException("the two were not the same: nothing was done");
            }
        }
        return secret;
    }

    private char[] answered(char @Nullable [] typed) throws CliException {
        if (typed == null) {
            throw new CliException("no " + what + " was entered");
        }
        return typed;
    }

    /** Not what is in it, not even by accident. */
    @Override
    public String toString() {
        return what;
    }
}
