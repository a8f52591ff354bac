// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.config;

import io.github.schsm.ConfigurationException;
import io.github.schsm.codec.PrintableText;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** How a configuration is written: comments, quotes, semicolons, and PKCS#11 URIs among its values. */
final class ConfigurationText {
    private static final char QUOTE = '"';
    private static final Pattern NOT_IN_A_VALUE = Pattern.compile("\\v|(^|\\s)#");
    private static final Pattern PKCS11_VALUE = Pattern.compile("\\s*\\w+\\s*=\\s*(?:.*,\\s*)?pkcs11:.*");
    /** Path attributes of RFC 7512 behind a semicolon. */
    private static final Pattern PKCS11_PART = Pattern.compile("(?:token|manufacturer|serial|model|library-manufacturer"
            + "|library-version|library-description|object|type|id|slot-description|slot-manufacturer|slot-id)=.*");

    private ConfigurationText() {}

    /** The entries of a text. */
    static Map<String, String> parse(String text) throws ConfigurationException {
        Map<String, String> entries = new TreeMap<>();
        List<String> lines = text.lines().toList();
        for (int i = 0; i < lines.size(); i++) {
            try {
                for (String entry : entries(lines.get(i))) {
                    if (!entry.isBlank()) {
                        add(entries, entry.strip());
                    }
                }
            } catch (ConfigurationException wrong) {
                throw lines.size() == 1
                        ? wrong
                        : new ConfigurationException("line " + (i + 1) + ": " + wrong.getMessage(), wrong);
            }
        }
        return entries;
    }

    /** Adds an entry whose value was not read from a text, but has to be one that a text can have. */
    static void add(Map<String, String> entries, String key, String value) throws ConfigurationException {
        if (NOT_IN_A_VALUE.matcher(value).find()
                || value.strip().indexOf(QUOTE) == 0
                || entries(key + "=" + value).size() > 1) {
            throw new ConfigurationException(
                    "configuration entry \"" + key + "\" cannot be \"" + value
                            + "\": a value has neither ';' nor a '#' behind a blank, but in double quotes in a configuration file");
        }
        add(entries, key + "=" + value);
    }

    /** The text that {@link #parse} reads as these entries; keys in alphabetical order. */
    static String of(Map<String, String> entries) {
        StringBuilder text = new StringBuilder();
        new TreeMap<>(entries)
                .forEach((key, value) ->
                        text.append(key).append(" = ").append(quoted(value)).append('\n'));
        return text.toString();
    }

    private static String quoted(String value) {
        return NOT_IN_A_VALUE.matcher(value).find() || value.contains(";") || value.charAt(0) == QUOTE
                ? QUOTE + value.replace("\"", "\"\"") + QUOTE
                : value;
    }

    /** What the semicolons of a line separate, but for those in quotes and in a PKCS#11 URI, and without comments. */
    private static List<String> entries(String line) throws ConfigurationException {
        List<String> entries = new ArrayList<>();
        for (String part : parts(line)) {
            int last = entries.size() - 1;
            if (last >= 0
                    && PKCS11_PART.matcher(part.strip()).matches()
                    && PKCS11_VALUE.matcher(entries.get(last)).matches()) {
                entries.set(last, entries.get(last) + ";" + part.strip());
            } else {
                entries.add(part);
            }
        }
        return entries;
    }

    private static List<String> parts(String line) throws ConfigurationException {
        List<String> parts = new ArrayList<>();
        int start = 0;
        int at = 0;
        while (at < line.length() && !isComment(line, at)) {
            if (line.charAt(at) == ';') {
                parts.add(line.substring(start, at));
                start = at + 1;
            } else if (line.charAt(at) == QUOTE
                    && line.substring(start, at).strip().endsWith("=")) {
                at = closingQuote(line, at);
            }
            at++;
        }
        parts.add(line.substring(start, at));
        return parts;
    }

    /** Whether a comment begins there. */
    private static boolean isComment(String line, int at) throws ConfigurationException {
        if (line.charAt(at) != '#') {
            return false;
        }
        if (line.substring(0, at).isBlank()) {
            return true;
        }
        boolean blankBefore = Character.isWhitespace(line.charAt(at - 1));
        boolean blankBehind = at + 1 == line.length() || Character.isWhitespace(line.charAt(at + 1));
        if (blankBefore && !blankBehind) {
            throw new ConfigurationException(
                    "a '#' behind a blank is a comment or part of the value: put a blank behind it"
                            + " for a comment, or the whole value in double quotes");
        }
        return blankBefore;
    }

    /** Where a quoted value ends. */
    private static int closingQuote(String line, int opening) throws ConfigurationException {
        int at = opening + 1;
        while (at < line.length()) {
            if (line.charAt(at) == QUOTE) {
                if (at + 1 == line.length() || line.charAt(at + 1) != QUOTE) {
                    return at;
                }
                at++;
            }
            at++;
        }
        throw new ConfigurationException("a value begins with a double quote and does not end with one");
    }

    private static void add(Map<String, String> entries, String entry) throws ConfigurationException {
        int equals = entry.indexOf('=');
        String key = equals < 0 ? entry : entry.substring(0, equals).strip();
        if (equals < 0 || !SchsmConfiguration.isKey(key)) {
            throw new ConfigurationException(
                    "unknown configuration entry \"" + key + "\"; keys are " + SchsmConfiguration.keys());
        }
        String value = unquoted(key, entry.substring(equals + 1).strip());
        if (value.isEmpty()) {
            throw new ConfigurationException("configuration entry \"" + key + "\" has no value");
        }
        if (!PrintableText.isWhole(value)) {
            throw new ConfigurationException("configuration entry \"" + key + "\" has an invalid character (U+FFFD, or"
                    + " half of a pair): it was read in another encoding than it was written in");
        }
        if (entries.putIfAbsent(key, value) != null) {
            throw new ConfigurationException("configuration entry \"" + key + "\" is there twice");
        }
    }

    private static String unquoted(String key, String value) throws ConfigurationException {
        if (value.isEmpty() || value.charAt(0) != QUOTE) {
            return value;
        }
        int end = closingQuote(value, 0);
        if (end != value.length() - 1) {
            throw new ConfigurationException(
                    "configuration entry \"" + key + "\" has something behind the quote that ends its value");
        }
        return value.substring(1, end).replace("\"\"", "\"");
    }
}
