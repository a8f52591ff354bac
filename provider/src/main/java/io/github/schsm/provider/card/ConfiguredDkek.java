// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.provider.card;

import io.github.schsm.ConfigurationException;
import io.github.schsm.InvalidRequestException;
import io.github.schsm.SchsmException;
import io.github.schsm.SchsmException.Reason;
import io.github.schsm.card.dkek.Dkek;
import io.github.schsm.card.dkek.DkekPasswordShare;
import io.github.schsm.card.dkek.DkekShareFile;
import io.github.schsm.codec.PrintableText;
import io.github.schsm.codec.SecretBytes;
import io.github.schsm.codec.SecretFile;
import io.github.schsm.config.SchsmConfiguration;
import io.github.schsm.login.Handlers;
import java.io.Console;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import javax.security.auth.callback.Callback;
import javax.security.auth.callback.CallbackHandler;
import javax.security.auth.callback.PasswordCallback;
import javax.security.auth.callback.UnsupportedCallbackException;

/**
 * The DKEK whose shares the configuration names: {@code dkek = file:…} and {@code dkek.password}. It is put together at
 * each use and kept nowhere.
 */
public final class ConfiguredDkek {
    private static final String ENV = "env:";
    private static final String FILE = "file:";
    private static final String SHARES = "shares:";
    private static final String PROMPT = "prompt";

    private final SchsmConfiguration configuration;
    private final Handlers handler;
    private final DkekShareFile form;

    /** @param handler who is asked where the configuration says {@code callback} */
    public ConfiguredDkek(SchsmConfiguration configuration, Handlers handler) {
        this(configuration, handler, DkekShareFile.common());
    }

    ConfiguredDkek(SchsmConfiguration configuration, Handlers handler, DkekShareFile form) {
        this.configuration = configuration;
        this.handler = handler;
        this.form = form;
    }

    /** Whether shares are named. */
    public boolean isConfigured() {
        return configuration.get(SchsmConfiguration.DKEK).isPresent();
    }

    /**
     * The DKEK.
     *
     * @return 32 bytes; the caller's to wipe
     * @throws SchsmException if a file cannot be read, or its password does not open it
     */
    public byte[] get() throws SchsmException {
        List<Path> files = configuration.dkekShares();
        List<String> passwords = configuration.dkekPasswords();
        List<byte[]> encrypted = new ArrayList<>();
        for (Path file : files) {
            encrypted.add(read(file));
        }
        List<byte[]> shares = new ArrayList<>();
        try {
            for (int i = 0; i < files.size(); i++) {
                shares.add(open(files.get(i), encrypted.get(i), passwords.get(Math.min(i, passwords.size() - 1))));
            }
            try (Dkek dkek = Dkek.of(shares)) {
                return dkek.bytes();
            }
        } finally {
            shares.forEach(share -> Arrays.fill(share, (byte) 0));
        }
    }

    private static byte[] read(Path file) throws ConfigurationException {
        try (InputStream in = Files.newInputStream(file)) {
            return in.readNBytes(DkekShareFile.FILE_LENGTH + 1);
        } catch (IOException unreadable) {
            throw new ConfigurationException(
                    "the DKEK share " + file + " (dkek = file:…) cannot be read: " + unreadable.getMessage(),
                    unreadable);
        }
    }

    private byte[] open(Path file, byte[] encrypted, String source) throws SchsmException {
        try {
            if (source.startsWith(SHARES)) {
                char[] text = SecretFile.text(
                        Path.of(source.substring(SHARES.length())), SchsmConfiguration.DKEK_PASSWORD + " = " + source);
                try {
                    return form.open(encrypted, DkekPasswordShare.parse(text));
                } finally {
                    Arrays.fill(text, '\0');
                }
            }
            char[] typed = password(file, source);
            byte[] password = {};
            try {
                password = SecretBytes.password(typed, "password");
                return form.open(encrypted, password);
            } finally {
                Arrays.fill(typed, '\0');
                Arrays.fill(password, (byte) 0);
            }
        } catch (InvalidRequestException refused) {
            throw new InvalidRequestException(
                    Reason.UNUSABLE_SECRET,
                    "the DKEK share " + file + " cannot be opened: " + refused.getMessage(),
                    refused);
        }
    }

    private char[] password(Path file, String source) throws SchsmException {
        String what = SchsmConfiguration.DKEK_PASSWORD + " = " + source;
        String question = PrintableText.of("Password of DKEK share " + file + ": ");
        if (source.startsWith(ENV)) {
            String value = System.getenv(source.substring(ENV.length()));
            if (value == null || value.isEmpty()) {
                throw new ConfigurationException(what
                        + ": there is no such environment variable, or it is empty: it should hold the password of "
                        + file);
            }
            return value.toCharArray();
        }
        if (source.startsWith(FILE)) {
            return SecretFile.withoutLastLineEnd(Path.of(source.substring(FILE.length())), what);
        }
        return source.equals(PROMPT) ? prompted(what, question) : called(what, question);
    }

    @SuppressWarnings("SystemConsoleNull") // a newer JDK has a console without a terminal as well, which answers null
    private static char[] prompted(String what, String question) throws ConfigurationException {
        Console console = System.console();
        char[] typed = console == null ? null : console.readPassword("%s", question);
        if (typed == null) {
            throw new ConfigurationException(what
                    + ": there is no terminal to ask for the password of a DKEK share; use dkek.password = env:NAME,"
                    + " file:PATH, callback or shares:PATH");
        }
        return typed;
    }

    private char[] called(String what, String question) throws SchsmException {
        CallbackHandler answering = handler.get();
        if (answering == null) {
            throw new ConfigurationException(
                    what + ": no callback handler was set; use AuthProvider.setCallbackHandler");
        }
        PasswordCallback callback = new PasswordCallback(question, false);
        try {
            answering.handle(new Callback[] {callback});
            char[] password = callback.getPassword();
            if (password == null) {
                throw new ConfigurationException(what + ": the callback handler gave no password");
            }
            return password;
        } catch (IOException | UnsupportedCallbackException failed) {
            throw new SchsmException(
                    "the callback handler did not answer with the password of a DKEK share: " + failed.getMessage(),
                    failed);
        } finally {
            callback.clearPassword();
        }
    }
}
