package io.github.schsm.provider;

import io.github.schsm.ConfigurationException;
import io.github.schsm.NewPinCallback;
import io.github.schsm.PinRequest;
import io.github.schsm.PinSource;
import io.github.schsm.SchsmException;
import io.github.schsm.TokenPinCallback;
import io.github.schsm.UnsupportedByDeviceException;
import java.io.Console;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Arrays;
import java.util.Set;
import java.util.function.Supplier;
import javax.security.auth.callback.Callback;
import javax.security.auth.callback.CallbackHandler;
import javax.security.auth.callback.TextOutputCallback;
import javax.security.auth.callback.UnsupportedCallbackException;
import org.jspecify.annotations.Nullable;

/** The sources a PIN can come from. */
final class PinSources {
    private static final String ENV = "env:";
    private static final String FILE = "file:";

    private PinSources() {}

    static void requireKnown(String pin) throws ConfigurationException {
        boolean known = switch (pin) {
            case "prompt", "pinpad", "callback" -> true;
            default -> isNamed(pin, ENV) || isNamed(pin, FILE);
        };
        if (!known) {
            throw new ConfigurationException("this value of pin is not known (it is not repeated here, in case it is"
                    + " a PIN): use prompt, pinpad, env:NAME, file:PATH or callback");
        }
    }

    private static boolean isNamed(String pin, String scheme) {
        return pin.startsWith(scheme) && pin.length() > scheme.length();
    }

    /**
     * The source that {@code pin = …} names.
     *
     * @param handler the provider's callback handler, asked for when it is needed
     */
    static PinSource configured(String pin, Supplier<@Nullable CallbackHandler> handler) {
        if (pin.startsWith(ENV)) {
            return new Environment(pin.substring(ENV.length()));
        }
        if (pin.startsWith(FILE)) {
            return new InFile(Path.of(pin.substring(FILE.length())));
        }
        return switch (pin) {
            case "prompt" -> new Prompt();
            case "callback" -> new Asked(handler);
            default -> new PinPad();
        };
    }

    static PinSource password(char[] password) {
        return new Password(password.clone());
    }

    static PinSource callback(CallbackHandler handler) {
        return new Asked(() -> handler);
    }

    /** A password that a program gave. */
    private static final class Password implements PinSource {
        private final char[] password;

        private Password(char[] password) {
            this.password = password;
        }

        @Override
        public char @Nullable [] pin(PinRequest request) {
            return password.clone();
        }

        @Override
        public boolean isInteractive() {
            return false;
        }

        @Override
        public void destroy() {
            Arrays.fill(password, '\0');
        }
    }

    /** An environment variable. Java hands it out as a String, which is the environment's weakness, not ours. */
    private record Environment(String variable) implements PinSource {
        @Override
        public char @Nullable [] pin(PinRequest request) throws SchsmException {
            String value = System.getenv(variable);
            if (value == null || value.isEmpty()) {
                throw new ConfigurationException("pin = env:" + variable + ": there is no such environment variable");
            }
            return value.toCharArray();
        }

        @Override
        public boolean isInteractive() {
            return false;
        }
    }

    /** The first line of a file that nobody else may read. */
    private record InFile(Path path) implements PinSource {
        @Override
        public char @Nullable [] pin(PinRequest request) throws SchsmException {
            byte[] content = new byte[0];
            try {
                requirePrivate();
                content = Files.readAllBytes(path);
                CharBuffer text = StandardCharsets.UTF_8.decode(ByteBuffer.wrap(content));
                int end = 0;
                while (end < text.limit() && text.get(end) != '\n' && text.get(end) != '\r') {
                    end++;
                }
                char[] pin = new char[end];
                text.get(pin);
                Arrays.fill(text.array(), '\0');
                return pin;
            } catch (IOException unreadable) {
                throw new ConfigurationException("pin = file:" + path + " cannot be read", unreadable);
            } finally {
                Arrays.fill(content, (byte) 0);
            }
        }

        private void requirePrivate() throws IOException, ConfigurationException {
            if (!path.getFileSystem().supportedFileAttributeViews().contains("posix")) {
                return;
            }
            Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(path);
            if (permissions.contains(PosixFilePermission.GROUP_READ)
                    || permissions.contains(PosixFilePermission.OTHERS_READ)) {
                throw new ConfigurationException(
                        "pin = file:" + path + " can be read by others: make it private with chmod 600 " + path);
            }
        }

        @Override
        public boolean isInteractive() {
            return false;
        }
    }

    /** The terminal that the program was started from. */
    private static final class Prompt implements PinSource {
        @Override
        @SuppressWarnings("SystemConsoleNull") // a newer JDK's console without a terminal answers null below
        public char @Nullable [] pin(PinRequest request) throws SchsmException {
            Console console = System.console();
            if (console == null) {
                throw new ConfigurationException("pin = prompt: there is no terminal to ask for the PIN of "
                        + request.device() + "; use env:NAME, file:PATH or callback");
            }
            return console.readPassword("%s", request.question() + ": ");
        }

        @Override
        public boolean isInteractive() {
            return true;
        }
    }

    /**
     * Somebody who answers callbacks. A handler may know only {@code PasswordCallback}, so what it does with a callback
     * that merely informs is no reason to fail.
     */
    private static final class Asked implements PinSource {
        private static final System.Logger LOG = System.getLogger("io.github.schsm.provider");

        private final Supplier<@Nullable CallbackHandler> handler;
        private volatile boolean onReader;

        private Asked(Supplier<@Nullable CallbackHandler> handler) {
            this.handler = handler;
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
                throw new SchsmException(
                        "the callback handler did not answer with the PIN of " + request.device() + ": "
                                + failed.getMessage(),
                        failed);
            } finally {
                callback.clearPassword();
            }
        }

        @Override
        public void changeTransportPin(NewPinCallback wanted) throws SchsmException {
            CallbackHandler answering = handler.get();
            if (answering != null) {
                tell(answering, wanted);
            }
        }

        @Override
        public boolean inform(TextOutputCallback event) {
            CallbackHandler answering = handler.get();
            return answering != null && tell(answering, event);
        }

        private static boolean tell(CallbackHandler answering, Callback callback) {
            try {
                answering.handle(new Callback[] {callback});
                return true;
            } catch (IOException | UnsupportedCallbackException | RuntimeException notKnown) {
                // A handler for PasswordCallbacks alone casts, or says so; the PIN is asked for all the same.
                LOG.log(
                        System.Logger.Level.DEBUG,
                        "the callback handler does not take a "
                                + callback.getClass().getSimpleName(),
                        notKnown);
                return false;
            }
        }

        @Override
        public boolean isInteractive() {
            return true;
        }

        @Override
        public boolean isOnReader() {
            return onReader;
        }
    }

    /** A PIN pad cannot be read by a program: the PIN is entered on the reader. */
    private static final class PinPad implements PinSource {
        @Override
        public char @Nullable [] pin(PinRequest request) throws SchsmException {
            throw new UnsupportedByDeviceException("pin = pinpad: entry of the PIN of " + request.device()
                    + " on the reader is not part of this version; use prompt, env:NAME, file:PATH or callback");
        }

        @Override
        public boolean isInteractive() {
            return true;
        }
    }
}
