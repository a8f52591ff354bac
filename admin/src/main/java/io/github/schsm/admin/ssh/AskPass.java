// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.admin.ssh;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Asks by a program that shows a window, as OpenSSH's own agent does. The question is its argument, and the variable {@code
 * SSH_ASKPASS_PROMPT} has the value {@code confirm}. Exit status 0 is a yes, unless the first line of the output says
 * something else than {@code yes}: programs that do not know the variable have a field to type in, where people type "no".
 *
 * @param program the program, as the variable {@code SSH_ASKPASS} names it
 */
public record AskPass(String program) implements SshAgentConfirmation {
    private static final String PROMPT = "SSH_ASKPASS_PROMPT";
    private static final int MOST_ANSWER_BYTES = 64;
    private static final int MOST_SECRET_BYTES = 1024;

    /** The question about a use, for people. */
    public static String question(SshAgentUse use) {
        return "Allow use of key " + ClientText.quoted(use.key().label()) + " ("
                + use.key().fingerprint() + ") to " + use.purpose() + "?";
    }

    @Override
    public boolean isAllowed(SshAgentUse use) throws IOException {
        byte[] line = ask(question(use), "confirm", MOST_ANSWER_BYTES);
        if (line == null) {
            return false;
        }
        String answer = new String(line, StandardCharsets.UTF_8);
        return answer.isEmpty() || answer.equalsIgnoreCase("yes");
    }

    /**
     * Asks for something that must not be seen.
     *
     * @return the first line, the caller's to wipe; null if there was no answer
     * @throws IOException if the program cannot be started, or this thread is to end
     */
    public char @Nullable [] secret(String question) throws IOException {
        byte[] line = ask(question, null, MOST_SECRET_BYTES);
        if (line == null) {
            return null;
        }
        CharBuffer decoded = StandardCharsets.UTF_8.decode(ByteBuffer.wrap(line));
        char[] secret = new char[decoded.remaining()];
        decoded.get(secret);
        Arrays.fill(decoded.array(), '\0');
        Arrays.fill(line, (byte) 0);
        return secret;
    }

    /** The first line of what it says, without its end; null if its exit status is not 0. */
    private byte @Nullable [] ask(String question, @Nullable String kind, int mostBytes) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(program, question);
        if (kind == null) {
            builder.environment().remove(PROMPT);
        } else {
            builder.environment().put(PROMPT, kind);
        }
        Process process;
        try {
            process = builder.redirectInput(ProcessBuilder.Redirect.PIPE)
                    .redirectOutput(ProcessBuilder.Redirect.PIPE)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
        } catch (IOException notStarted) {
            throw new IOException(
                    "the program of SSH_ASKPASS cannot be started: " + notStarted.getMessage(), notStarted);
        }
        try (InputStream output = process.getInputStream()) {
            // Waiting ends with the agent, reading would not.
            return process.waitFor() == 0 ? firstLine(output.readNBytes(mostBytes)) : null;
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
            throw new IOException("the agent ended before the question was answered", ended);
        } finally {
            process.destroy();
        }
    }

    private static byte[] firstLine(byte[] output) {
        int end = 0;
        while (end < output.length && output[end] != '\n' && output[end] != '\r') {
            end++;
        }
        byte[] line = Arrays.copyOf(output, end);
        Arrays.fill(output, (byte) 0);
        return line;
    }
}
