// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.bridge.cryptoki;

import iaik.pkcs.pkcs11.wrapper.PKCS11Implementation;
import io.github.schsm.TransportException;
import java.io.IOException;
import java.io.InputStream;
import java.lang.System.Logger.Level;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.xipki.pkcs11.wrapper.PKCS11Module;

/**
 * The wrapper's native library, loaded once for its class loader. It is unpacked into a folder that only its owner can
 * read or write, because code that could replace it in between would run code in this process, and deleted as soon as it is
 * loaded where the operating system lets it be.
 *
 * <p>It holds Java objects of its own, which keep the class loader from being collected, so it is told when the last
 * module ends; the JVM unloads it with the class loader.
 */
public final class WrapperLibrary {
    private static final System.Logger LOGGER = System.getLogger(WrapperLibrary.class.getName());
    private static final String NAME = "pkcs11wrapper";
    private static final String FOLDER = "PKCS11_TEMP_DIR";

    private static boolean loaded;
    private static boolean started;

    private WrapperLibrary() {}

    /**
     * A connection of its native part to one module.
     *
     * @see #end
     */
    static final class Link extends PKCS11Implementation {
        private Link(Path module) throws IOException {
            super(module.toString());
        }

        /** Lets the module go: nothing can be called afterwards. */
        void end() {
            disconnect();
        }

        private static void endAll() {
            finalizeLibrary();
        }
    }

    /**
     * Connects to a module.
     *
     * @throws TransportException if the wrapper's own library cannot be loaded
     * @throws IOException        if the module cannot
     */
    static synchronized Link connect(Path module) throws TransportException, IOException {
        if (!loaded) {
            load(module);
            loaded = true;
        }
        if (!started) {
            PKCS11Implementation.initializeLibrary();
            started = true;
        }
        return new Link(module);
    }

    /** None of our modules is connected any more: lets go what the library holds. */
    public static synchronized void end() {
        if (started && !isUsedByOthers()) {
            Link.endAll();
            started = false;
        }
    }

    /** Code that uses the wrapper's own Java layer in addition would lose its modules, and the process with them. */
    private static boolean isUsedByOthers() {
        try {
            return ((AtomicBoolean) own("licensePrinted", AtomicBoolean.class).get()).get();
        } catch (ReflectiveOperationException notTold) {
            LOGGER.log(Level.DEBUG, "whether others use the PKCS#11 wrapper is not known", notTold);
            return true;
        }
    }

    /** What the wrapper notes of itself: whether its library is loaded, and whether it was asked for a module. */
    private static VarHandle own(String field, Class<?> type) throws ReflectiveOperationException {
        return MethodHandles.privateLookupIn(PKCS11Module.class, MethodHandles.lookup())
                .findStaticVarHandle(PKCS11Module.class, field, type);
    }

    /**
     * Loads it, once for the wrapper's class loader, also if the wrapper's Java layer is used by others, too: of two
     * copies the JVM would call now one and now the other. It belongs to the class loader that loads it, so in another
     * one the wrapper has to do it.
     */
    @SuppressWarnings("LockOnNonEnclosingClassLiteral")
    private static void load(Path module) throws TransportException {
        @Nullable VarHandle linked = null;
        if (PKCS11Implementation.class.getClassLoader() == WrapperLibrary.class.getClassLoader()) {
            try {
                linked = own("linkedAndInitialized", boolean.class);
            } catch (ReflectiveOperationException notTold) {
                LOGGER.log(Level.DEBUG, "the PKCS#11 wrapper loads its library itself", notTold);
            }
        }
        synchronized (PKCS11Module.class) { // as the wrapper does
            if (linked == null) {
                unpackAndLoad(module);
            } else if (!(boolean) linked.get()) {
                if (!isInstalled()) {
                    unpackAndLoad(null);
                }
                linked.set(true);
            }
        }
    }

    private static boolean isInstalled() {
        try {
            System.loadLibrary(NAME);
            return true;
        } catch (UnsatisfiedLinkError notInstalled) {
            LOGGER.log(Level.DEBUG, "the wrapper''s library is unpacked: {0}", notInstalled.getMessage());
            return false;
        }
    }

    /**
     * Unpacks it and loads it from there.
     *
     * @param byWrapper a module, where the wrapper has to do it itself, which it does when it is asked for one
     */
    private static void unpackAndLoad(@Nullable Path byWrapper) throws TransportException {
        Path folder = null;
        Path file = null;
        try {
            folder = privateFolder();
            if (byWrapper == null) {
                file = unpack(folder);
                System.load(file.toString());
            } else {
                haveItLoaded(folder, byWrapper);
            }
        } catch (IOException | InvalidPathException notUnpacked) {
            throw new TransportException(
                    "the PKCS#11 wrapper's native library cannot be unpacked (" + notUnpacked
                            + "); name a folder that can be written to by -D" + FOLDER + "=<folder>",
                    notUnpacked);
        } catch (LinkageError notLoaded) {
            throw new TransportException(
                    "the PKCS#11 wrapper's native library cannot be loaded from where it was unpacked ("
                            + notLoaded.getMessage() + "); that folder may be mounted noexec: name another one by -D"
                            + FOLDER + "=<folder>",
                    notLoaded);
        } finally {
            delete(file);
            delete(folder);
        }
    }

    private static Path unpack(Path folder) throws IOException, TransportException {
        String resource = resource(System.getProperty("os.name", ""), System.getProperty("os.arch", ""));
        try (InputStream packed = PKCS11Implementation.class.getResourceAsStream(resource)) {
            if (packed == null) {
                throw new TransportException("the PKCS#11 wrapper has no native library for this computer ("
                        + System.getProperty("os.name") + ", " + System.getProperty("os.arch") + "); put one named "
                        + System.mapLibraryName(NAME) + " where java.library.path says");
            }
            Path file = folder.resolve(resource.substring(resource.lastIndexOf('/') + 1));
            Files.copy(packed, file);
            return file;
        }
    }

    /** The wrapper asks a system property for the folder. */
    private static void haveItLoaded(Path folder, Path module) throws IOException {
        String before = System.getProperty(FOLDER);
        System.setProperty(FOLDER, folder.toString());
        try {
            PKCS11Module.getInstance(module.toString());
        } finally {
            if (before == null) {
                System.clearProperty(FOLDER);
            } else {
                System.setProperty(FOLDER, before);
            }
        }
    }

    static String resource(String system, String architecture) {
        String os = system.toLowerCase(Locale.ROOT);
        String arch = architecture.toLowerCase(Locale.ROOT);
        String machine = arch.contains("aarch64")
                ? "aarch64"
                : arch.contains("arm") ? "arm" : arch.contains("64") ? "x86_64" : "x86";
        if (os.contains("win")) {
            return "/natives/windows/win-" + machine + "/release/" + NAME + ".dll";
        }
        return os.contains("mac")
                ? "/natives/unix/macosx_universal/release/lib" + NAME + ".jnilib"
                : "/natives/unix/linux-" + machine + "/release/lib" + NAME + ".so";
    }

    private static Path privateFolder() throws IOException {
        String named = System.getProperty(FOLDER, "");
        if (named.isBlank()) {
            named = String.valueOf(System.getenv().getOrDefault(FOLDER, ""));
        }
        Path parent = Path.of(named.isBlank() ? System.getProperty("java.io.tmpdir", "") : named);
        boolean posix = parent.getFileSystem().supportedFileAttributeViews().contains("posix");
        FileAttribute<?>[] ownerOnly = posix
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"))
                }
                : new FileAttribute<?>[0]; // Windows gives each user a temporary folder of his own
        return Files.createTempDirectory(parent, "schsm-", ownerOnly);
    }

    /** What is loaded cannot be deleted on Windows before the JVM ends. */
    private static void delete(@Nullable Path path) {
        if (path != null) {
            try {
                Files.deleteIfExists(path);
            } catch (IOException inUse) {
                LOGGER.log(Level.DEBUG, "{0} is deleted when the JVM ends", path);
                path.toFile().deleteOnExit();
            }
        }
    }
}
