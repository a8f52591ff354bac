// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.login;

import io.github.schsm.ConfigurationException;
import io.github.schsm.SchsmException;
import io.github.schsm.callback.NewPinCallback;
import io.github.schsm.callback.PinRequest;
import io.github.schsm.callback.TokenPinCallback;
import io.github.schsm.codec.PrintableText;
import io.github.schsm.codec.SecretFile;
import java.io.Console;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import javax.security.auth.callback.Callback;
import javax.security.auth.callback.CallbackHandler;
import javax.security.auth.callback.TextOutputCallback;
import javax.security.auth.callback.UnsupportedCallbackException;
import org.jspecify.annotations.Nullable;

/** The sources a PIN can come from. */
public final class PinSources {
    /** The value of {@code pin} that has it entered on the reader. */
    public static final String PIN_PAD = "pinpad";

    /** The value of {@code pin} that has the provider's callback handler asked. */
    public static final String CALLBACK = "callback";

    private static final String ENV = "env:";
    private static final String FILE = "file:";
    private static final System.Logger LOG = System.getLogger("io.github.schsm.provider");

    private PinSources() {}

    /**
     * The source that {@code pin = …} names.
     *
     * @param handler the provider's callback handler, asked for when it is needed
     */
    public static PinSource configured(String pin, Handlers handler) {
        if (pin.startsWith(ENV)) {
            return new Environment(pin.substring(ENV.length()));
        }
        if (pin.startsWith(FILE)) {
            return new InFile(Path.of(pin.substring(FILE.length())));
        }
        return switch (pin) {
            case "prompt" -> new Prompt();
            case CALLBACK -> new Asked(handler);
            default -> new OnReader(handler);
        };
    }

    public static PinSource password(char[] password) {
        return new FixedPinSource(password);
    }

    /** The password of a key store file: a PIN that lies in some program's configuration. */
    public static PinSource storePassword(char[] password) {
        return new FixedPinSource(password, true);
    }

    public static PinSource callback(CallbackHandler handler) {
        return new Asked(() -> handler);
    }

    /** The reader's PIN pad, and a handler that is told about it. */
    public static PinSource onReader(Handlers handler) {
        return new OnReader(handler);
    }

    private interface Stored extends PinSource {
        @Override
        default boolean isStored() {
            return true;
        }
    }

    /** An environment variable. Java hands it out as a String, which is the environment's weakness, not ours. */
    private record Environment(String variable) implements Stored {
        @Override
        public char @Nullable [] pin(PinRequest request) throws SchsmException {
            String value = System.getenv(variable);
            if (value == null || value.isEmpty()) {
                throw new ConfigurationException("pin = env:" + variable
                        + (value == null
                                ? ": there is no such environment variable"
                                : ": that environment variable is empty, so there is no PIN"));
            }
            if (!PrintableText.isWhole(value)) {
                throw new ConfigurationException(
                        "pin = env:" + variable + " has characters that are not readable in the"
                                + " locale of this process: it was not used; start the program with LC_ALL=C.UTF-8");
            }
            return value.toCharArray();
        }
    }

    /** The first line of a file that nobody else may read. */
    private record InFile(Path path) implements Stored {
        @Override
        public char @Nullable [] pin(PinRequest request) throws SchsmException {
            String what = "pin = file:" + path;
            char[] pin = SecretFile.firstLine(path, what);
            if (pin.length == 0) {
                throw new ConfigurationException(what + " has no PIN in its first line");
            }
            return pin;
        }
    }

    /** The terminal that the program was started from. */
    private static final class Prompt implements PinSource {
        /** A newer JDK has a console without a terminal as well, which answers null. */
        @SuppressWarnings("SystemConsoleNull")
        private static Optional<Console> console() {
            return Optional.ofNullable(System.console());
        }

        @Override
        public char @Nullable [] pin(PinRequest request) throws SchsmException {
            return console()
                    .orElseThrow(() -> new ConfigurationException("pin = prompt: there is no terminal to ask"
                            + " for the PIN of " + request.device() + "; use env:NAME, file:PATH or callback"))
                    .readPassword("%s", request.question() + ": ");
        }

        @Override
        public void changeTransportPin(NewPinCallback wanted) {
            console().ifPresent(console -> change(console, wanted));
        }

        private static void change(Console console, NewPinCallback wanted) {
            char[] present = console.readPassword("%s", wanted.request().question() + ", which must be changed now: ");
            char[] first = console.readPassword("%s", "New PIN: ");
            char[] second = console.readPassword("%s", "The same again: ");
            if (present != null && first != null && second != null && Arrays.equals(first, second)) {
                wanted.setPins(present, first);
            }
            for (char[] typed : new char[][] {present, first, second}) {
                if (typed != null) {
                    Arrays.fill(typed, '\0');
                }
            }
        }

        @Override
        public boolean inform(TextOutputCallback event) {
            Optional<Console> console = console();
            if (event.getMessageType() != TextOutputCallback.INFORMATION) {
                console.ifPresent(there -> there.printf("%s%n", event.getMessage()));
            }
            return console.isPresent();
        }

        @Override
        public boolean isInteractive() {
            return true;
        }
    }

    /**
     * Somebody at a callback handler who is told what goes on. A handler may know only {@code PasswordCallback}, so what
     * it does with a callback that merely informs is no reason to fail.
     */
    private abstract static class Told implements PinSource {
        final Handlers handler;

        private Told(Handlers handler) {
            this.handler = handler;
        }

        @Override
        public final boolean inform(TextOutputCallback event) {
            return tell(event);
        }

        final boolean tell(Callback callback) {
            try {
                CallbackHandler listening = handler.get();
                if (listening != null) {
                    listening.handle(new Callback[] {callback});
                    return true;
                }
            } catch (ConfigurationException | IOException | UnsupportedCallbackException | RuntimeException notKnown) {
                // A handler for PasswordCallbacks alone casts, or says so.
                LOG.log(
                        System.Logger.Level.DEBUG,
                        "the callback handler does not take a "
                                + callback.getClass().getSimpleName(),
                        notKnown);
            }
            return false;
        }

        @Override
        public final boolean isInteractive() {
            return true;
        }
    }

    /** Somebody who answers callbacks, with a PIN or by typing it on the reader. */
    private static final class Asked extends Told {
        private volatile boolean onReader;

        private Asked(Handlers handler) {
            super(handler);
        }

        @Override
        public char @Nullable [] pin(PinRequest request) throws SchsmException {
            CallbackHandler answering = handler.get();
            if (answering == null) {
                throw new ConfigurationException("pin = callback: no callback handler was set; use"
                        + " AuthProvider.setCallbackHandler or a CallbackHandlerProtection");
            }
            TokenPinCallback callback = new TokenPinCallback(request);
            try {
                answering.handle(new Callback[] {callback});
                onReader = callback.isOnReader();
                return onReader ? null : callback.getPassword();
            } catch (IOException | UnsupportedCallbackException failed) {
                String why = failed.getMessage();
                throw new SchsmException(
                        "the callback handler did not answer with the PIN of " + request.device()
                                + (why == null || why.isBlank() ? "" : ": " + why),
                        failed);
            } finally {
                callback.clearPassword();
            }
        }

        @Override
        public void changeTransportPin(NewPinCallback wanted) {
            tell(wanted);
        }

        @Override
        public boolean isOnReader() {
            return onReader;
        }
    }

    /** The reader's own pad: a program only tells the user to look there. */
    private static final class OnReader extends Told {
        private OnReader(Handlers handler) {
            super(handler);
        }

        @Override
        public char @Nullable [] pin(PinRequest request) {
            return null;
        }

        @Override
        public boolean isOnReader() {
            return true;
        }
    }
}
