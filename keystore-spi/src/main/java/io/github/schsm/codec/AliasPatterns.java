// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.codec;

import java.util.Arrays;
import java.util.Collection;
import java.util.List;

/**
 * Which aliases a key store shows: those that one of several patterns fits. In a pattern {@code *} stands for any
 * characters or none, {@code ?} for one character, and everything else for itself, in upper or lower case as it is written.
 * Without a pattern every alias is shown.
 */
public final class AliasPatterns {
    /** Shows everything. */
    public static final AliasPatterns ALL = new AliasPatterns();

    /** More than anyone writes, and few enough that an alias is compared with all of them at once. */
    private static final int MOST_PATTERNS = 1000;

    private static final int MOST_CHARACTERS = 200;

    private final List<String> patterns;
    private final AliasPatterns and;

    private AliasPatterns(List<String> patterns, AliasPatterns and) {
        this.patterns = patterns;
        this.and = and;
    }

    private AliasPatterns() {
        this.patterns = List.of();
        this.and = this;
    }

    /**
     * Patterns.
     *
     * @param patterns none for every alias
     * @throws IllegalArgumentException if one of them is blank, too long, or has a character that no label has
     */
    public static AliasPatterns of(Collection<String> patterns) {
        if (patterns.size() > MOST_PATTERNS) {
            throw new IllegalArgumentException(
                    "there are at most " + MOST_PATTERNS + " patterns for aliases, not " + patterns.size());
        }
        for (String pattern : patterns) {
            if (pattern.isBlank() || pattern.length() > MOST_CHARACTERS) {
                throw new IllegalArgumentException("a pattern for aliases has 1 to " + MOST_CHARACTERS
                        + " characters, this has " + pattern.length() + (pattern.isBlank() ? " blanks" : ""));
            }
            if (pattern.chars().anyMatch(Character::isISOControl) || !PrintableText.isWhole(pattern)) {
                throw new IllegalArgumentException("the pattern \"" + PrintableText.of(pattern)
                        + "\" has a control character or an invalid one, which no alias has");
            }
        }
        return patterns.isEmpty() ? ALL : new AliasPatterns(List.copyOf(patterns), ALL);
    }

    /**
     * Patterns as a configuration has them, with commas between them; a comma in an alias is written as {@code ?}.
     *
     * @throws IllegalArgumentException as {@link #of}
     */
    public static AliasPatterns parse(String list) {
        return of(Arrays.stream(list.split(",", -1)).map(String::strip).toList());
    }

    /** Those that show what both of them show. */
    public AliasPatterns and(AliasPatterns others) {
        if (isAll()) {
            return others;
        }
        return others.isAll() ? this : new AliasPatterns(patterns, and.and(others));
    }

    /** Whether every alias is shown. */
    public boolean isAll() {
        return patterns.isEmpty();
    }

    /** Whether an alias is shown. */
    public boolean show(String alias) {
        if (isAll()) {
            return true;
        }
        int[] characters = alias.codePoints().toArray();
        return patterns.stream().anyMatch(pattern -> fits(pattern.codePoints().toArray(), characters))
                && and.show(alias);
    }

    /** Goes back to the last {@code *} only, so that no pattern takes longer than its length times the alias's. */
    private static boolean fits(int[] pattern, int[] alias) {
        int star = -1;
        int behindStar = 0;
        int at = 0;
        int i = 0;
        while (i < alias.length) {
            if (at < pattern.length && pattern[at] == '*') {
                star = at++;
                behindStar = i;
            } else if (at < pattern.length && (pattern[at] == '?' || pattern[at] == alias[i])) {
                at++;
                i++;
            } else if (star >= 0) {
                at = star + 1;
                i = ++behindStar;
            } else {
                return false;
            }
        }
        while (at < pattern.length && pattern[at] == '*') {
            at++;
        }
        return at == pattern.length;
    }

    /** As a configuration has them. */
    @Override
    public String toString() {
        String list = PrintableText.of(String.join(", ", patterns));
        return and.isAll() ? list : list + " and " + and;
    }
}
