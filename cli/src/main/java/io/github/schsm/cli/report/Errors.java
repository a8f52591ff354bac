// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli.report;

import io.github.schsm.SchsmException;
import io.github.schsm.codec.PrintableText;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.security.GeneralSecurityException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What went wrong: one line for people, an object for programs. */
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

    /** An error for programs: its type and, if there is more to tell apart, its reason. */
    public static Map<String, @Nullable Object> members(Throwable error) {
        Throwable cause = tellingCause(error);
        Json.ObjectBuilder members = Answer.json("type", cause.getClass().getSimpleName());
        if (cause instanceof SchsmException schsm && schsm.reason() != SchsmException.Reason.OTHER) {
            members.and("reason", schsm.reason().name());
        }
        return members.and("message", message(error)).members();
    }

    /** The whole answer to a program if a command failed. */
    public static String json(Throwable error) {
        return Json.text(Answer.json("error", members(error)).members());
    }

    /** The whole answer to a program if the command line is wrong. */
    public static String usageJson(String message) {
        return Json.text(Answer.json(
                        "error",
                        Answer.json("type", "Usage").and("message", message).members())
                .members());
    }

    /** The messages of the JDK's file exceptions are often only the file's name. */
    public static String reason(IOException failed) {
        if (failed instanceof NoSuchFileException) {
            return "there is no such file or folder";
        }
        if (failed instanceof AccessDeniedException) {
            return "access is denied";
        }
        if (failed instanceof FileSystemException system && system.getReason() != null) {
            return system.getReason();
        }
        String message = failed.getMessage();
        return message == null ? failed.getClass().getSimpleName() : message;
    }
}
