// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli;

import io.github.schsm.cli.io.Io;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Somebody at the terminal who types prepared answers, and remembers what was asked. */
public final class TypedAnswers implements Io.Person {
    public final List<String> questions = new ArrayList<>();
    public final List<char[]> givenSecrets = new ArrayList<>();
    private final Deque<String> answers;

    public TypedAnswers(String... answers) {
        this.answers = new ArrayDeque<>(List.of(answers));
    }

    @Override
    public char @Nullable [] secret(String question) {
        questions.add(question);
        String next = answers.poll();
        if (next == null) {
            return null;
        }
        char[] typed = next.toCharArray();
        givenSecrets.add(typed);
        return typed;
    }

    @Override
    public @Nullable String line(String question) {
        questions.add(question);
        return answers.poll();
    }
}
