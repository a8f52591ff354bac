package io.github.schsm.bridge;

import io.github.schsm.SchsmException;
import io.github.schsm.TransportException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * The modules of this JVM: one object per file, whichever way it is written, because a module keeps one state for the
 * whole process. A module stays loaded until the JVM ends.
 */
final class Modules {
    private static final Map<Path, IaikCryptoki> LOADED = new HashMap<>();
    private static final Map<Path, Pkcs11Module> READY = new HashMap<>();

    private Modules() {}

    /**
     * A module, loaded and initialized if it is not yet.
     *
     * @throws SchsmException if it is none, or cannot be used; it may be tried again later
     */
    static Pkcs11Module get(Path file) throws SchsmException {
        Path real = ModuleFile.check(file);
        synchronized (LOADED) {
            Pkcs11Module module = READY.get(real);
            if (module == null) {
                module = initialize(real);
                READY.put(real, module);
            }
            return module;
        }
    }

    /**
     * Takes a module that is there already for the one in a file.
     *
     * @throws SchsmException if the file is no module
     */
    static void put(Path file, Pkcs11Module module) throws SchsmException {
        Path real = ModuleFile.check(file);
        synchronized (LOADED) {
            READY.put(real, module);
        }
    }

    private static Pkcs11Module initialize(Path file) throws SchsmException {
        try {
            IaikCryptoki cryptoki = LOADED.get(file);
            if (cryptoki == null) {
                cryptoki = IaikCryptoki.load(file);
                LOADED.put(file, cryptoki);
            }
            cryptoki.initialize();
            return new Pkcs11Module(file, cryptoki, cryptoki.info());
        } catch (IOException | LinkageError notLoaded) {
            throw new TransportException(
                    "the PKCS#11 module '" + file + "' cannot be loaded: " + notLoaded.getMessage(), notLoaded);
        } catch (CryptokiException refused) {
            throw Refusals.of(Pkcs11Module.name(file), "it cannot be initialized", refused);
        }
    }
}
