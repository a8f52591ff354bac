package io.github.schsm.cli;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where the password of a file comes from: of a DKEK share, of a PKCS#12 file. */
final class PasswordOptions {
    private static final int MOST_BYTES_PER_CHAR = 3;

    @Option(
            names = "--password-env",
            paramLabel = "NAME",
            description = "The environment variable that holds the file's password.")
    private @Nullable String environment;

    @Option(
            names = "--password-file",
            paramLabel = "FILE",
            description = "A file with the password, readable by its owner only. Without this and --password-env it"
                    + " is asked for.")
    private @Nullable Path file;

    Secret secret() throws CliException {
        return Context.secret("password", "--password", environment, file);
    }

    /** The bytes that tools make of a password; wipes the password. */
    static byte[] bytes(char[] password) {
        byte[] room = new byte[password.length * MOST_BYTES_PER_CHAR];
        ByteBuffer encoded = ByteBuffer.wrap(room);
        StandardCharsets.UTF_8
                .newEncoder()
                .onMalformedInput(CodingErrorAction.REPLACE)
                .encode(CharBuffer.wrap(password), encoded, true);
        byte[] bytes = Arrays.copyOf(room, encoded.position());
        Arrays.fill(room, (byte) 0);
        Arrays.fill(password, '\0');
        return bytes;
    }
}
