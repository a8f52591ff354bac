package io.github.schsm.cli.report;

import io.github.schsm.SchsmException;
import io.github.schsm.codec.PrintableText;
import java.io.IOException;
import java.security.GeneralSecurityException;
import org.jspecify.annotations.Nullable;

/** What went wrong, as one line. */
public final class Errors {
    private static final int DEPTH = 16;

    private Errors() {}

    /**
     * The cause that says most: our first one in the chain, because engines wrap it in the exception that the
     * JCA documents; else the first that is a message for people; else the exception itself.
     */
    public static Throwable tellingCause(Throwable error) {
        Throwable cause = error;
        Throwable telling = null;
        for (int i = 0; i < DEPTH && cause != null; i++) {
            if (cause instanceof SchsmException) {
                return cause;
            }
            if (telling == null && !isBlank(cause.getMessage())) {
                telling = cause;
            }
            cause = cause.getCause();
        }
        return telling == null ? error : telling;
    }

    /** One line, never empty. */
    public static String message(Throwable error) {
        Throwable cause = tellingCause(error);
        String message = cause.getMessage();
        if (message == null || message.isBlank()) {
            return "unexpected " + cause.getClass().getSimpleName() + "; --verbose shows where it came from";
        }
        String line = PrintableText.of(message.strip().replaceAll("\\s*\\R\\s*", " "));
        boolean expected = cause instanceof GeneralSecurityException
                || cause instanceof IOException
                || cause instanceof IllegalArgumentException;
        return expected
                ? line
                : "unexpected " + cause.getClass().getSimpleName() + ": " + line
                        + "; --verbose shows where it came from";
    }

    private static boolean isBlank(@Nullable String text) {
        return text == null || text.isBlank();
    }

    /** The answer to a program. */
    public static String json(String kind, String message) {
        return Json.text(Answer.json(
                        "error",
                        Answer.json("type", kind).and("message", message).members())
                .members());
    }
}
