// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli.command.device;

import io.github.schsm.SchsmException;
import io.github.schsm.admin.console.Console;
import io.github.schsm.admin.progress.ProgressFolder;
import io.github.schsm.cli.command.Context;
import io.github.schsm.cli.command.EndHook;
import io.github.schsm.cli.command.SchsmCommand;
import io.github.schsm.cli.io.Io;
import io.github.schsm.cli.option.Values;
import io.github.schsm.cli.report.Answer;
import io.github.schsm.cli.report.CliException;
import io.github.schsm.cli.report.Json;
import io.github.schsm.cli.report.Status;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "console",
        description = {
            "Shows all devices, key domains and the work on them in a page for a browser of this computer: a row for each"
                    + " key, a column for each device. Prints the page's address, which works once.",
            "The page only looks: PINs are typed in a terminal or on a pad, never in the page.",
            "Runs until Ctrl-C, or until its input ends (Ctrl-D); Enter prints another address."
        },
        footer = {"", "Example:", "  schsm console --for 1"})
public final class ConsoleCommand extends SchsmCommand {
    @Option(
            names = "--port",
            defaultValue = "0",
            paramLabel = "N",
            converter = Values.Port.class,
            description = "TCP port of 127.0.0.1 that it listens on. Default: 0, any that is free.")
    private int port;

    @Option(
            names = "--open",
            defaultValue = "false", // else the second of two turns it off
            description = "Open the page in the browser, too.")
    private boolean open;

    @Option(
            names = "--no-open",
            defaultValue = "false", // else the second of two turns it off
            description = "Only print the address, also where an alias says --open.")
    private boolean notOpen;

    @Option(
            names = "--for",
            paramLabel = "SECONDS",
            converter = Values.Seconds.class,
            description = "End after that time, whatever becomes of the input.")
    private @Nullable Long seconds;

    @Override
    protected boolean answersItself() {
        return true;
    }

    @SuppressWarnings("try") // the shutdown hook closes them where a signal ends the JVM
    @Override
    protected Answer answer(Context context) throws SchsmException {
        List<String> command = new ArrayList<>(List.of("schsm"));
        command.addAll(context.options().place());
        Console.Settings settings = new Console.Settings(
                port,
                Duration.ofSeconds(1),
                Duration.ofSeconds(30),
                ProgressFolder.ofUser(context.io().environment()),
                command);
        try (Console console = Console.open(Console.source(context.provider()), settings);
                BrowserStart browser = new BrowserStart()) {
            try (EndHook hook = EndHook.of("schsm-console-end", () -> {
                browser.close();
                console.close();
                // Ended as asked is no failure.
                return Status.DONE;
            })) {
                URI address = console.address();
                say(context, address);
                if (open && !notOpen) {
                    browser.open(address);
                }
                awaitEnd(context, console);
            }
        }
        return Answer.given(Status.DONE);
    }

    private void say(Context context, URI address) {
        if (context.options().json) {
            context.io()
                    .out()
                    .println(Json.text(Answer.json("url", address.toString()).members()));
        } else {
            context.io().out().println("Open this address in a browser; it works once: " + address);
        }
        context.io().out().flush();
    }

    private void awaitEnd(Context context, Console console) throws CliException {
        Io.Person person = context.io().person();
        try {
            if (seconds != null) {
                Thread.sleep(TimeUnit.SECONDS.toMillis(seconds));
            } else if (person != null && !context.options().json) {
                String question = "Enter for another address, Ctrl-D or Ctrl-C to end. ";
                while (person.line(question) != null) {
                    say(context, console.address());
                }
            } else {
                context.io().streams().in().transferTo(OutputStream.nullOutputStream());
            }
        } catch (InterruptedException asked) {
            Thread.currentThread().interrupt();
        } catch (IOException unreadable) {
            throw new CliException("standard input cannot be read: " + unreadable.getMessage(), unreadable);
        }
    }
}
