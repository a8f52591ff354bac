// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.bridge;

import static org.mockito.Mockito.mock;

import io.github.schsm.SchsmException;
import io.github.schsm.spi.SharedCard;
import io.github.schsm.spi.Token;
import java.util.List;

/** Tokens that know their id, and else only what a test makes them answer. */
final class StubToken {
    /** What is answered, by the name of the method. */
    interface Answers {
        Object answer(String method, Object[] arguments) throws SchsmException;
    }

    private StubToken() {}

    /** A token that is nothing but its id. */
    static Token named(String id) {
        return of(Token.class, id, (method, arguments) -> {
            throw new AssertionError(method);
        });
    }

    /**
     * A card that can be shared, and has been connected to once.
     *
     * @param asked gets the name of each method that is called
     */
    static SharedCard card(String id, List<String> asked, Answers answers) {
        return of(SharedCard.class, id, (method, arguments) -> {
            asked.add(method);
            return switch (method) {
                case "within" -> ((SharedCard.Use<?>) arguments[1]).apply();
                case "connections" -> 1L;
                case "administration" -> throw new SchsmException("not asked for");
                default -> answers.answer(method, arguments);
            };
        });
    }

    private static <T extends Token> T of(Class<T> type, String id, Answers answers) {
        return mock(type, call -> switch (call.getMethod().getName()) {
            case "id" -> id;
            case "toString" -> "token " + id;
            default -> answers.answer(call.getMethod().getName(), call.getArguments());
        });
    }
}
