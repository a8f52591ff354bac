// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli.command.key;

import io.github.schsm.cli.io.Io;
import io.github.schsm.cli.report.CliException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.Charset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A command that runs with the agent: at the same terminal, with the same streams. */
final class AgentChild {
    private static final long MOST_SECONDS = 5;
    private static final int KILLED = 137;

    private final Process process;
    private final List<Thread> pumps = new ArrayList<>();

    private AgentChild(Process process) {
        this.process = process;
    }

    /**
     * Starts it.
     *
     * @param command     the program and its arguments
     * @param environment what is added to the environment
     * @param json        whether standard output is for the answer alone, so that the command's goes to standard error
     */
    static AgentChild start(Io io, List<String> command, Map<String, String> environment, boolean json)
            throws CliException {
        boolean inherits = io.streams().areOfProcess();
        Io.Person person = io.person();
        if (inherits && person != null) {
            person.handOver();
        }
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectInput(inherits ? Redirect.INHERIT : Redirect.PIPE)
                .redirectOutput(inherits && !json ? Redirect.INHERIT : Redirect.PIPE)
                .redirectError(inherits ? Redirect.INHERIT : Redirect.PIPE);
        builder.environment().putAll(environment);
        io.out().flush();
        io.err().flush();
        try {
            AgentChild child = new AgentChild(builder.start());
            child.pump(child.process.inputReader(Charset.defaultCharset()), json ? io.err() : io.out());
            child.pump(child.process.errorReader(Charset.defaultCharset()), io.err());
            if (!inherits) {
                child.process.getOutputStream().close();
            }
            return child;
        } catch (IOException notStarted) {
            throw new CliException(
                    "the command " + command.get(0) + " cannot be started: " + notStarted.getMessage(), notStarted);
        }
    }

    /** Nothing comes where the stream is inherited. */
    private void pump(BufferedReader from, PrintWriter to) {
        Thread pump = new Thread(() -> copy(from, to), "schsm-ssh-agent-output");
        pump.setDaemon(true);
        pump.start();
        pumps.add(pump);
    }

    private static void copy(BufferedReader from, PrintWriter to) {
        try {
            for (String line = from.readLine(); line != null; line = from.readLine()) {
                to.println(line);
            }
        } catch (IOException ended) {
            // What a command says after it was ended is lost.
            return;
        } finally {
            to.flush();
        }
    }

    /** Waits for its end; its exit status. */
    int status() throws CliException {
        try {
            int status = process.waitFor();
            for (Thread pump : pumps) {
                // Programs that it left behind may keep its output open.
                pump.join(TimeUnit.SECONDS.toMillis(MOST_SECONDS));
            }
            return status;
        } catch (InterruptedException ended) {
            end();
            Thread.currentThread().interrupt();
            throw new CliException("ended before the command was", ended);
        }
    }

    /** Ends it; its exit status. */
    int end() {
        process.destroy();
        try {
            if (!process.waitFor(MOST_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                return KILLED;
            }
            return process.exitValue();
        } catch (InterruptedException hurried) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
            return KILLED;
        }
    }
}
