// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli.command.remote;

import io.github.schsm.InvalidRequestException;
import io.github.schsm.SchsmException;
import io.github.schsm.cli.command.Context;
import io.github.schsm.cli.command.EndHook;
import io.github.schsm.cli.command.SchsmCommand;
import io.github.schsm.cli.option.Secret;
import io.github.schsm.cli.option.SecretOptions;
import io.github.schsm.cli.option.Values;
import io.github.schsm.cli.report.Answer;
import io.github.schsm.cli.report.CliException;
import io.github.schsm.cli.report.Status;
import io.github.schsm.remote.client.LocalReader;
import io.github.schsm.remote.client.RamClient;
import io.github.schsm.remote.tls.StoreFile;
import io.github.schsm.remote.tls.TlsContexts;
import java.net.URI;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Set;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "connect",
        description = {
            "Dials in to a server with a device of this computer, and carries out what a program there asks of it"
                    + " (RAMOverHTTP). --device and --reader choose the device, where there are several.",
            "A line that breaks is made again, after pauses that grow. Runs until it is ended with Ctrl-C or SIGTERM.",
            "The server sends PINs over a secure channel to the device, so that this computer does not see them. With"
                    + " --pin-first it is the other way around: the PIN is verified here and does not leave this computer."
        },
        footer = {"", "Example:", "  schsm remote connect --device ZZSIM000001 https://hsm.example.org:8443/ram"})
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class ConnectCommand extends SchsmCommand {
    private static final Set<String> SCHEMES = Set.of("http", "https");

    @Parameters(
            paramLabel = "URL",
            converter = Url.class,
            description = "The server, e.g. https://hsm.example.com:8443/path; http only on this computer.")
    private String url;

    @Option(
            names = "--keystore",
            paramLabel = "FILE",
            description = "A PKCS#12 file with the key and certificate that this computer shows to the server.")
    private @Nullable Path keystore;

    @Option(
            names = "--truststore",
            paramLabel = "FILE",
            description =
                    "A PKCS#12 file, or certificates as PEM: who is trusted as server. Default: whom the JDK trusts.")
    private @Nullable Path truststore;

    @Mixin
    private SecretOptions.Password password;

    @Option(
            names = "--pin-first",
            defaultValue = "false", // else the second of two turns it off
            description =
                    "Verify the user PIN here before dialing in, once; --pin-env and --pin-file say where it comes"
                            + " from, else it is asked for.")
    private boolean pinFirst;

    @Option(
            names = "--once",
            defaultValue = "false", // else the second of two turns it off
            description = "End with the first line instead of dialing again.")
    private boolean once;

    /** It tells what it does while it does it. */
    @Override
    protected boolean answersItself() {
        return true;
    }

    @SuppressWarnings("try") // only a signal uses the hook
    @Override
    protected Answer answer(Context context) throws SchsmException {
        URI server = RamClient.address(url);
        SSLContext tls = tls(context, server);
        try (LocalReader reader = LocalReader.of(context.settings().checked())) {
            RamClient client = new RamClient(reader, server, tls, pins(context), once, new Report(context, server));
            try (EndHook hook = EndHook.of("schsm-remote-end", () -> {
                client.leave("ended by the person at this computer");
                // Ended as asked is no failure.
                return Status.DONE;
            })) {
                client.run();
            } catch (InterruptedException asked) {
                Thread.currentThread().interrupt();
            }
            return Answer.given(Status.DONE);
        }
    }

    /** The address of a server; plain HTTP is for this computer alone, which is known where its name is looked up. */
    static final class Url extends Values.Text {
        @Override
        protected void require(String value) throws SchsmException {
            URI address = RamClient.address(value);
            String scheme = String.valueOf(address.getScheme()).toLowerCase(Locale.ROOT);
            if (address.getHost() == null || address.getUserInfo() != null || !SCHEMES.contains(scheme)) {
                throw new InvalidRequestException(
                        "give https: or, for this computer, http:, a host and a path, and nothing else");
            }
        }
    }

    private RamClient.@Nullable PinFirst pins(Context context) throws CliException {
        if (!pinFirst) {
            return null;
        }
        Secret pin = context.pin();
        return (device, triesLeft) -> pin.read(context.io(), "of device " + device, triesLeft);
    }

    private @Nullable SSLContext tls(Context context, URI server) throws SchsmException {
        if (!RamClient.isSecure(server)) {
            return null;
        }
        Secret secret = password.secret();
        boolean protectedFiles = keystore != null || secret.isGiven();
        char[] opened = protectedFiles ? secret.read(context.io(), "of the key store") : null;
        try {
            return TlsContexts.of(
                    keystore == null ? null : new StoreFile(keystore, "--keystore " + keystore),
                    truststore == null ? null : new StoreFile(truststore, "--truststore " + truststore),
                    opened);
        } finally {
            if (opened != null) {
                Arrays.fill(opened, '\0');
            }
        }
    }
}
