// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.audit;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A line of the audit log: a JSON object in ASCII without white space, its members sorted by name, and one of them the
 * hash over the hash of the line before and this line without it. Written by hand, because a program that only signs
 * should not have to load a JSON library for it.
 */
public final class AuditLine {
    /** The member that has the hash. */
    public static final String HASH = "hash";
    /** The member that has the line's number, from 1. */
    public static final String SEQUENCE = "sequence";
    /** What the first line of the first file has as the hash of the line before. */
    public static final String NO_HASH = "0".repeat(64);

    private static final HexFormat HEX = HexFormat.of().withUpperCase();
    private static final int LAST_OF_ASCII = 127;

    private AuditLine() {}

    /**
     * The line with its hash, with the line feed at its end.
     *
     * @param previous the hash of the line before, 64 hexadecimal digits
     * @param members  strings, numbers, booleans, and maps of them; members that are null are left out
     */
    static byte[] encode(String previous, Map<String, ?> members) {
        TreeMap<String, Object> sorted = new TreeMap<>(members);
        sorted.put(HASH, hash(previous, text(members)));
        return (text(sorted) + "\n").getBytes(StandardCharsets.US_ASCII);
    }

    /**
     * The hash of a line.
     *
     * @param previous the hash of the line before, 64 hexadecimal digits
     * @param line     the line without its member {@value #HASH} and without line feed
     * @return 64 hexadecimal digits
     */
    public static String hash(String previous, String line) {
        MessageDigest digest = sha256();
        digest.update(HEX.parseHex(previous));
        return HEX.formatHex(digest.digest(line.getBytes(StandardCharsets.US_ASCII)));
    }

    /** SHA-256. */
    public static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException everyJdkHasIt) {
            throw new IllegalStateException(everyJdkHasIt);
        }
    }

    static String text(Map<String, ?> members) {
        StringBuilder text = new StringBuilder(512);
        write(text, members);
        return text.toString();
    }

    private static void write(StringBuilder text, Map<?, ?> members) {
        TreeMap<String, Object> sorted = new TreeMap<>();
        members.forEach((name, value) -> {
            if (value != null) {
                sorted.put(String.valueOf(name), value);
            }
        });
        text.append('{');
        String separator = "";
        for (Map.Entry<String, Object> member : sorted.entrySet()) {
            text.append(separator);
            write(text, member.getKey());
            text.append(':');
            writeValue(text, member.getValue());
            separator = ",";
        }
        text.append('}');
    }

    private static void writeValue(StringBuilder text, @Nullable Object value) {
        if (value instanceof Map<?, ?> map) {
            write(text, map);
        } else if (value instanceof Long || value instanceof Integer || value instanceof Boolean) {
            text.append(value);
        } else {
            write(text, String.valueOf(value));
        }
    }

    private static void write(StringBuilder text, String value) {
        text.append('"');
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            switch (c) {
                case '"' -> text.append("\\\"");
                case '\\' -> text.append("\\\\");
                case '\b' -> text.append("\\b");
                case '\f' -> text.append("\\f");
                case '\n' -> text.append("\\n");
                case '\r' -> text.append("\\r");
                case '\t' -> text.append("\\t");
                default -> {
                    if (c < ' ' || c > LAST_OF_ASCII) {
                        text.append(String.format(Locale.ROOT, "\\u%04X", (int) c));
                    } else {
                        text.append(c);
                    }
                }
            }
        }
        text.append('"');
    }
}
