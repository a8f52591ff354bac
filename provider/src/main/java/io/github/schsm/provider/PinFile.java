package io.github.schsm.provider;

import io.github.schsm.ConfigurationException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Arrays;
import java.util.Set;

/**
 * A file with a PIN. It has to be as private as the PIN: whoever can read it has the device, and whoever can replace it
 * can use up the tries. Checked where the file system tells permissions; elsewhere that is left to its owner.
 */
final class PinFile {
    private static final int MOST_BYTES = 4096;
    private static final int STICKY = 01000;
    private static final Path THIS_PROCESS = Path.of("/proc/self");

    private PinFile() {}

    /**
     * The first line.
     *
     * @return the caller's to wipe
     * @throws ConfigurationException if it cannot be read, is not text, or others may read or replace it
     */
    static char[] firstLine(Path path) throws ConfigurationException {
        byte[] content = {};
        try {
            Path file = path.toRealPath();
            requirePrivate(path, file);
            if (Files.size(file) > MOST_BYTES) {
                throw new ConfigurationException("pin = file:" + path + " is too long to hold a PIN");
            }
            content = Files.readAllBytes(file);
            CharBuffer text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(content));
            int end = 0;
            while (end < text.limit() && text.get(end) != '\n' && text.get(end) != '\r') {
                end++;
            }
            char[] pin = new char[end];
            text.get(pin);
            Arrays.fill(text.array(), '\0');
            if (end == 0) {
                throw new ConfigurationException("pin = file:" + path + " has no PIN in its first line");
            }
            return pin;
        } catch (CharacterCodingException notText) {
            throw new ConfigurationException("pin = file:" + path + " is no text (UTF-8)", notText);
        } catch (IOException unreadable) {
            throw new ConfigurationException("pin = file:" + path + " cannot be read", unreadable);
        } finally {
            Arrays.fill(content, (byte) 0);
        }
    }

    private static void requirePrivate(Path named, Path file) throws IOException, ConfigurationException {
        Set<String> views = file.getFileSystem().supportedFileAttributeViews();
        if (!views.contains("posix")) {
            return;
        }
        Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(file);
        if (permissions.contains(PosixFilePermission.GROUP_READ)
                || permissions.contains(PosixFilePermission.OTHERS_READ)) {
            throw new ConfigurationException(
                    "pin = file:" + named + " can be read by others: make it private with chmod 600 " + named);
        }
        if (permissions.contains(PosixFilePermission.GROUP_WRITE)
                || permissions.contains(PosixFilePermission.OTHERS_WRITE)) {
            throw new ConfigurationException(
                    "pin = file:" + named + " can be changed by others: make it private with chmod 600 " + named);
        }
        if (views.contains("unix")) {
            requireOwn(named, file);
            for (Path folder = file.getParent(); folder != null; folder = folder.getParent()) {
                requireNotReplaceable(named, folder);
            }
        }
    }

    /** Somebody else's file can be read by that somebody; the administrator can read everything anyway. */
    private static void requireOwn(Path named, Path file) throws IOException, ConfigurationException {
        Object owner = Files.getAttribute(file, "unix:uid");
        boolean own = !Files.exists(THIS_PROCESS) || owner.equals(Files.getAttribute(THIS_PROCESS, "unix:uid"));
        if (!own && !owner.equals(0)) {
            throw new ConfigurationException("pin = file:" + named + " belongs to " + Files.getOwner(file)
                    + ", who can read it: copy it into a file of your own");
        }
    }

    private static void requireNotReplaceable(Path named, Path folder) throws IOException, ConfigurationException {
        boolean sticky = ((int) Files.getAttribute(folder, "unix:mode") & STICKY) != 0;
        if (!sticky && Files.getPosixFilePermissions(folder).contains(PosixFilePermission.OTHERS_WRITE)) {
            throw new ConfigurationException("pin = file:" + named + " can be replaced by others, because everybody may"
                    + " write to " + folder + ": move it, or run chmod o-w " + folder);
        }
    }
}
