// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli.command.remote;

import io.github.schsm.cli.command.Context;
import io.github.schsm.cli.report.Answer;
import io.github.schsm.cli.report.Json;
import io.github.schsm.codec.PrintableText;
import io.github.schsm.remote.client.RamListener;
import java.io.PrintWriter;
import java.net.URI;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Locale;

/** Tells the person at this computer what is going on, a line each; in JSON a document each. */
final class Report implements RamListener {
    private static final HexFormat HEX = HexFormat.of().withUpperCase();

    private final Context context;
    private final URI server;

    Report(Context context, URI server) {
        this.context = context;
        this.server = server;
    }

    private void say(String line, Json.ObjectBuilder json) {
        PrintWriter out = context.io().out();
        out.println(context.options().json ? Json.text(json.members()) : PrintableText.of(line));
        out.flush();
    }

    @Override
    public void dialing(String device, String reader) {
        say(
                "Dialing " + server + " with " + device + " in reader '" + reader + "'.",
                Answer.json("event", "dialing")
                        .and("server", server.toString())
                        .and("device", device)
                        .and("reader", reader));
    }

    @Override
    public void connected() {
        say("Connected. Ctrl-C ends it.", Answer.json("event", "connected"));
    }

    @Override
    public void command(byte[] header, int response) {
        if (context.options().verbose) {
            String shown = HEX.formatHex(header);
            String answer = String.format(Locale.ROOT, "%04X", response);
            say(
                    "  " + shown + " → " + answer,
                    Answer.json("event", "command").and("header", shown).and("statusWord", answer));
        }
    }

    @Override
    public void reset() {
        if (context.options().verbose) {
            say("  reset", Answer.json("event", "reset"));
        }
    }

    @Override
    public void notification(int id, String text) {
        say(
                "Server (" + id + "): " + text,
                Answer.json("event", "notification").and("id", id).and("text", text));
    }

    @Override
    public void lost(String reason, Duration pause) {
        say(
                "Not connected: " + reason + (pause.isZero() ? ". Again now." : ". Again in " + seconds(pause) + "."),
                Answer.json("event", "lost").and("reason", reason).and("pauseSeconds", pause.toSeconds()));
    }

    private static String seconds(Duration pause) {
        return pause.toSeconds() == 0 ? "half a second" : pause.toSeconds() + " s";
    }
}
