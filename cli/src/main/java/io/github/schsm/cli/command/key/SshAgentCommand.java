// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli.command.key;

import io.github.schsm.SchsmException;
import io.github.schsm.admin.inventory.ShellLine;
import io.github.schsm.admin.ssh.AskPass;
import io.github.schsm.admin.ssh.SshAgent;
import io.github.schsm.admin.ssh.SshAgentConfirmation;
import io.github.schsm.admin.ssh.SshAgentListener;
import io.github.schsm.admin.ssh.SshAgentUse;
import io.github.schsm.cli.command.Connected;
import io.github.schsm.cli.command.Context;
import io.github.schsm.cli.command.EndHook;
import io.github.schsm.cli.command.SchsmCommand;
import io.github.schsm.cli.console.PinHandler;
import io.github.schsm.cli.io.Io;
import io.github.schsm.cli.report.Answer;
import io.github.schsm.cli.report.CliException;
import io.github.schsm.cli.report.Json;
import io.github.schsm.cli.report.Status;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "ssh-agent",
        description = {
            "An SSH agent: ssh, git, ssh-keygen, and whatever else knows agents sign with the device's keys. It offers EC keys"
                    + " on secp256r1, secp384r1, and secp521r1, and RSA keys; SSH has no others of those that devices have.",
            "With a command after -- it runs that command with SSH_AUTH_SOCK set, ends with it, and with its exit status."
                    + " Without, it prints a line for the shell and runs until Ctrl-C or SIGTERM.",
            "The PIN is asked for once, at the start, and again after ssh-add -x and -X have locked and unlocked it."
        },
        footer = {"", "Example:", "  schsm ssh-agent --device ZZSIM000001 --key code-signing -- ssh-add -l"})
public final class SshAgentCommand extends SchsmCommand {
    private static final String ASKPASS = "SSH_ASKPASS";
    private static final String ASKPASS_REQUIRE = "SSH_ASKPASS_REQUIRE";

    @Option(
            names = "--key",
            paramLabel = "LABEL",
            description = "Offer only this key; may be given several times. Default: every key that SSH can use.")
    private List<String> keys = List.of();

    @Option(
            names = "--socket",
            paramLabel = "PATH",
            description = "The agent's socket. Default: schsm/ssh-agent.sock in $XDG_RUNTIME_DIR, else in a folder of"
                    + " your own; with a command one of its own there.")
    private @Nullable Path socket;

    @Option(
            names = "--confirm",
            defaultValue = "false", // else the second of two turns it off
            description =
                    "Ask before each use of a key: by the program that SSH_ASKPASS names, else, without a command, at the"
                            + " terminal.")
    private boolean confirm;

    @Parameters(
            arity = "0..*",
            paramLabel = "COMMAND",
            description = "A command to run with the agent, and its arguments; after --.")
    private List<String> command = List.of();

    /** It tells where it is before it ends. */
    @Override
    protected boolean answersItself() {
        return true;
    }

    @Override
    protected Answer answer(Context context) throws GeneralSecurityException {
        Path place = place(context);
        AskPass program = askPass(context.io());
        SshAgentConfirmation confirmation = confirm ? confirmation(context.io(), program) : null;
        Connected connected = context.openWithPin();
        // After a lock the PIN comes from where it came first, not from what a shell remembers.
        Io later = command.isEmpty() ? context.io() : withoutTerminal(context.io(), program);
        connected.provider().setCallbackHandler(new PinHandler(later, context.pin()));
        SshAgent.Builder builder = SshAgent.of(connected.keyStore())
                .keys(keys)
                .socket(place)
                .listener(new Log(context.io(), command.isEmpty() && !context.options().quiet));
        if (confirmation != null) {
            builder.confirmation(confirmation);
        }
        try (SshAgent agent = builder.start()) {
            return Answer.given(serve(context, agent));
        }
    }

    private Path place(Context context) throws SchsmException {
        if (socket != null) {
            return socket;
        }
        return (command.isEmpty()
                        ? SshAgent.defaultSocket(context.io().environment())
                        : SshAgent.freshSocket(context.io().environment()))
                .orElseThrow(() -> new CliException(SshAgent.noFolder().getMessage() + " with --socket"));
    }

    /** As OpenSSH's programs choose. */
    private static @Nullable AskPass askPass(Io io) {
        String program = io.environment().apply(ASKPASS);
        return program == null
                        || program.isEmpty()
                        || "never".equals(io.environment().apply(ASKPASS_REQUIRE))
                ? null
                : new AskPass(program);
    }

    private SshAgentConfirmation confirmation(Io io, @Nullable AskPass program) throws CliException {
        if (program != null) {
            return program;
        }
        if (!command.isEmpty()) {
            throw new CliException(
                    "--confirm with a command needs a program to ask by, because the terminal is the command's"
                            + " and whatever it runs could answer: set " + ASKPASS
                            + " to one, or leave --confirm away");
        }
        Io.Person person = io.person();
        if (person == null) {
            throw new CliException("--confirm needs somebody to ask: there is no terminal, and " + ASKPASS
                    + " names no program; set it, or leave --confirm away");
        }
        return use -> {
            String answer = person.line(AskPass.question(use) + " (yes/no) ");
            return answer != null && answer.strip().equalsIgnoreCase("yes");
        };
    }

    /** While a command has the terminal, nothing is asked there: what is typed would go to either of the two. */
    private static Io withoutTerminal(Io io, @Nullable AskPass program) {
        return new Io(
                io.out(), io.err(), io.environment(), program == null ? null : new AtWindow(program), io.streams());
    }

    /** A person who is asked by a program with a window. */
    private record AtWindow(AskPass program) implements Io.Person {
        @Override
        public char @Nullable [] secret(String question) {
            try {
                return program.secret(question);
            } catch (IOException failed) {
                throw new UncheckedIOException(failed.getMessage(), failed);
            }
        }

        /** Only secrets are asked for. */
        @Override
        public @Nullable String line(String question) {
            return null;
        }
    }

    @SuppressWarnings("try") // only a signal uses the hook
    private int serve(Context context, SshAgent agent) throws CliException {
        if (command.isEmpty()) {
            try (EndHook hook = EndHook.of("schsm-ssh-agent-end", () -> {
                agent.close();
                // Ended as asked is no failure.
                return Status.DONE;
            })) {
                say(context, agent, null);
                sayLeftOut(context, agent);
                new CountDownLatch(1).await();
            } catch (InterruptedException ended) {
                Thread.currentThread().interrupt();
            }
            return Status.DONE;
        }
        sayLeftOut(context, agent);
        AgentChild child = AgentChild.start(
                context.io(),
                command,
                Map.of(SshAgent.SOCKET_VARIABLE, agent.socket().toString()),
                context.options().json);
        try (EndHook hook = EndHook.of("schsm-ssh-agent-end", () -> {
            agent.close();
            return child.end();
        })) {
            int status = child.status();
            if (context.options().json) {
                say(context, agent, status);
            }
            return status;
        }
    }

    private static void say(Context context, SshAgent agent, @Nullable Integer status) throws CliException {
        if (context.options().json) {
            context.io()
                    .out()
                    .println(Json.text(Answer.json("socket", agent.socket().toString())
                            .and(
                                    "keys",
                                    agent.keys().stream()
                                            .map(key -> Answer.json("label", key.label())
                                                    .and("type", key.type())
                                                    .and("fingerprint", key.fingerprint())
                                                    .and("publicKey", key.publicKey())
                                                    .members())
                                            .toList())
                            .and(
                                    "leftOut",
                                    agent.leftOut().stream()
                                            .map(left -> Answer.json("label", left.label())
                                                    .and("reason", left.reason())
                                                    .members())
                                            .toList())
                            .and("status", status)
                            .members()));
        } else {
            // Quoted where it has to be: the shell that evaluates it must not see more than a path.
            String path = ShellLine.of(List.of()).line(agent.socket().toString());
            if (path.isEmpty()) {
                throw new CliException("the socket " + agent.socket()
                        + " has characters that cannot be given to a shell safely: give another --socket");
            }
            context.io()
                    .out()
                    .println(SshAgent.SOCKET_VARIABLE + "=" + path + "; export " + SshAgent.SOCKET_VARIABLE + ";");
        }
        context.io().out().flush();
    }

    private void sayLeftOut(Context context, SshAgent agent) {
        if (context.options().json || context.options().quiet || !command.isEmpty()) {
            return;
        }
        agent.keys()
                .forEach(key -> context.io()
                        .err()
                        .println("offers \"" + key.label() + "\" (" + key.type() + ", " + key.fingerprint() + ")"));
        agent.leftOut()
                .forEach(left -> context.io().err().println("leaves out \"" + left.label() + "\": " + left.reason()));
        context.io().err().flush();
    }

    /** Where a person sees what the agent does; behind a command only what it refuses. */
    private record Log(Io io, boolean all) implements SshAgentListener {
        private void say(String line) {
            io.err().println(line);
            io.err().flush();
        }

        @Override
        public void signed(SshAgentUse use) {
            if (all) {
                say("used \"" + use.key().label() + "\" to " + use.purpose());
            }
        }

        @Override
        public void refused(String reason) {
            say("schsm: refused: " + reason);
        }

        @Override
        public void locked() {
            if (all) {
                say("locked");
            }
        }

        @Override
        public void unlocked() {
            if (all) {
                say("unlocked");
            }
        }
    }
}
