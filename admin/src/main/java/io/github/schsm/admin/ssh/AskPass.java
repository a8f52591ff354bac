// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.admin.ssh;

import java.io.IOException;

/**
 * Asks by a program that shows a window, as OpenSSH's own agent does: the question is its argument, the variable {@code
 * SSH_ASKPASS_PROMPT} has the value {@code confirm}, and exit status 0 is a yes.
 *
 * @param program the program, as the variable {@code SSH_ASKPASS} names it
 */
public record AskPass(String program) implements SshAgentConfirmation {
    private static final String PROMPT = "SSH_ASKPASS_PROMPT";

    /** The question about a use, for people. */
    public static String question(SshAgentUse use) {
        return "Allow use of key \"" + use.key().label() + "\" to " + use.purpose() + "? Key fingerprint "
                + use.key().fingerprint();
    }

    @Override
    public boolean isAllowed(SshAgentUse use) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(program, question(use));
        builder.environment().put(PROMPT, "confirm");
        Process process;
        try {
            process = builder.redirectInput(ProcessBuilder.Redirect.PIPE)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
        } catch (IOException notStarted) {
            throw new IOException(
                    "the program of SSH_ASKPASS cannot be started: " + notStarted.getMessage(), notStarted);
        }
        try {
            return process.waitFor() == 0;
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
            throw new IOException("the agent ended before the question was answered", ended);
        } finally {
            process.destroy();
        }
    }
}
