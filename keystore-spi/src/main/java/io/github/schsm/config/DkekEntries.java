// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.config;

import io.github.schsm.ConfigurationException;
import io.github.schsm.codec.TextFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** The entries about the DKEK under which software keys are imported. */
final class DkekEntries {
    private static final String PROMPT = "prompt";
    private static final String CALLBACK = "callback";
    private static final String SHARES = "shares:";
    /** A comma between two files; one in a path has no file behind it. */
    private static final Pattern NEXT_FILE = Pattern.compile("\\s*,\\s*(?=file:)");

    private static final Pattern NEXT_PASSWORD =
            Pattern.compile("\\s*,\\s*(?=prompt\\s*(?:,|$)|callback\\s*(?:,|$)|env:|file:|shares:)");

    private DkekEntries() {}

    /**
     * The files with shares, in order.
     *
     * @throws ConfigurationException if one is named in another way
     */
    static List<Path> shares(Map<String, String> entries) throws ConfigurationException {
        String value = entries.get(SchsmConfiguration.DKEK);
        List<Path> files = new ArrayList<>();
        if (value == null) {
            return files;
        }
        for (String one : NEXT_FILE.split(value, -1)) {
            String what = SchsmConfiguration.DKEK + " = " + value;
            if (!SchsmConfiguration.isNamed(one.strip(), SchsmConfiguration.FILE)) {
                throw new ConfigurationException(
                        what + " is no list of files with DKEK shares: use file:PATH, several with commas");
            }
            Path file = TextFile.named(one.strip().substring(SchsmConfiguration.FILE.length()), what);
            if (files.contains(file)) {
                throw new ConfigurationException(what + " names a file twice: each share counts once");
            }
            files.add(file);
        }
        return files;
    }

    /** Where their passwords come from. */
    static List<String> passwords(Map<String, String> entries) {
        String value = entries.getOrDefault(SchsmConfiguration.DKEK_PASSWORD, PROMPT);
        return NEXT_PASSWORD.splitAsStream(value).map(String::strip).toList();
    }

    static void check(Map<String, String> entries) throws ConfigurationException {
        List<Path> shares = shares(entries);
        if (!entries.containsKey(SchsmConfiguration.DKEK_PASSWORD)) {
            return;
        }
        if (shares.isEmpty()) {
            throw new ConfigurationException(SchsmConfiguration.DKEK_PASSWORD + " is for the files of "
                    + SchsmConfiguration.DKEK + " = file:…, which is not there");
        }
        List<String> passwords = passwords(entries);
        for (String password : passwords) {
            boolean known = password.equals(PROMPT)
                    || password.equals(CALLBACK)
                    || SchsmConfiguration.isNamed(password, SchsmConfiguration.ENV)
                    || SchsmConfiguration.isNamed(password, SchsmConfiguration.FILE)
                    || SchsmConfiguration.isNamed(password, SHARES);
            if (!known) {
                throw new ConfigurationException("this value of " + SchsmConfiguration.DKEK_PASSWORD
                        + " is not known (it is not repeated here, in case it is a password): use prompt, env:NAME,"
                        + " file:PATH, callback, or shares:PATH (a file with the custodians' password shares)");
            }
        }
        if (passwords.size() != 1 && passwords.size() != shares.size()) {
            throw new ConfigurationException(SchsmConfiguration.DKEK_PASSWORD + " names " + passwords.size()
                    + " passwords for " + shares.size() + " files of " + SchsmConfiguration.DKEK
                    + ": give one for each, in their order, or one for all");
        }
    }
}
