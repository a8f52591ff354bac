// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.provider;

import static org.mockito.Mockito.mock;

import io.github.schsm.spi.Token;

/** Tokens that know their id, and else only what a test makes them answer. */
final class StubToken {
    /** What is answered, by the name of the method. */
    interface Answers {
        Object answer(String method, Object[] arguments);
    }

    private StubToken() {}

    /** A token that is nothing but its id. */
    static Token named(String id) {
        return of(id, (method, arguments) -> {
            throw new AssertionError(method);
        });
    }

    /** A token that answers. */
    static Token of(String id, Answers answers) {
        return mock(Token.class, call -> switch (call.getMethod().getName()) {
            case "id" -> id;
            case "toString" -> "token " + id;
            default -> answers.answer(call.getMethod().getName(), call.getArguments());
        });
    }
}
