// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.bridge;

import io.github.schsm.SchsmException;
import io.github.schsm.TransportException;
import io.github.schsm.bridge.cryptoki.CryptokiException;
import io.github.schsm.bridge.cryptoki.IaikCryptoki;
import io.github.schsm.bridge.cryptoki.ModuleFile;
import io.github.schsm.bridge.cryptoki.WrapperLibrary;
import io.github.schsm.bridge.session.ErrorMapper;
import io.github.schsm.bridge.session.Pkcs11Module;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;

/**
 * The modules of this JVM: one object per file, however its path is written, because a module keeps one state for the
 * whole process. A module stays loaded until the last of those who use it has given it back.
 *
 * <p>{@code C_Finalize} ends a module for the whole process. So it is called by the last who uses it through these
 * classes, in whatever class loader they are, and never for a module that somebody else had initialized before.
 */
final class Modules {
    private static final System.Logger LOGGER = System.getLogger(Modules.class.getName());
    private static final Map<Path, Ready> READY = new HashMap<>();

    /** Class loaders share nothing but the JVM's own objects. */
    private static final String USERS = "io.github.schsm.pkcs11.users:";

    private static final class Ready {
        private final Pkcs11Module module;
        private final boolean counted;
        private int users;

        private Ready(Pkcs11Module module, boolean counted) {
            this.module = module;
            this.counted = counted;
        }
    }

    private Modules() {}

    /**
     * A module, loaded and initialized if it is not yet; the caller's to {@linkplain #release give back}.
     *
     * @throws SchsmException if it is none, or cannot be used; it may be tried again later
     */
    static Pkcs11Module get(Path file) throws SchsmException {
        Path real = ModuleFile.check(file);
        synchronized (READY) {
            Ready ready = READY.get(real);
            if (ready == null) {
                ready = initialize(real);
                READY.put(real, ready);
            }
            ready.users++;
            return ready.module;
        }
    }

    /** One user less; the last one ends it. */
    static void release(Pkcs11Module module) {
        synchronized (READY) {
            Ready ready = READY.get(module.path());
            if (ready == null || ready.module != module || --ready.users > 0) {
                return;
            }
            READY.remove(module.path());
            module.end(ready.counted && leave(module.path()));
            if (READY.values().stream().noneMatch(other -> other.counted)) {
                WrapperLibrary.end();
            }
        }
    }

    /**
     * Takes a module that is there already for the one in a file.
     *
     * @throws SchsmException if the file is no module
     */
    static void put(Path file, Pkcs11Module module) throws SchsmException {
        Path real = ModuleFile.check(file);
        synchronized (READY) {
            READY.put(real, new Ready(module, false));
        }
    }

    private static Ready initialize(Path file) throws SchsmException {
        IaikCryptoki cryptoki = null;
        boolean entered = false;
        boolean ready = false;
        try {
            cryptoki = IaikCryptoki.load(file);
            enter(file, cryptoki.initialize());
            entered = true;
            Ready made = new Ready(new Pkcs11Module(file, cryptoki, cryptoki.info()), true);
            ready = true;
            return made;
        } catch (IOException | LinkageError notLoaded) {
            throw new TransportException(
                    "the PKCS#11 module '" + file + "' cannot be loaded: " + notLoaded.getMessage(), notLoaded);
        } catch (CryptokiException refused) {
            throw ErrorMapper.of(Pkcs11Module.name(file), "it cannot be initialized", refused);
        } finally {
            if (!ready && cryptoki != null) {
                if (entered) {
                    leave(file);
                }
                cryptoki.end();
            }
        }
    }

    /** Counts this user, unless somebody else has initialized the module: that one ends it, too. */
    private static void enter(Path file, boolean initializedHere) {
        System.getProperties().compute(USERS + file, (key, users) -> {
            if (users == null) {
                return initializedHere ? "1" : null;
            }
            return initializedHere ? "1" : Integer.toString(Integer.parseInt(users.toString()) + 1);
        });
    }

    /** Returns whether nobody is left who uses it. */
    private static boolean leave(Path file) {
        Properties properties = System.getProperties();
        if (properties.getProperty(USERS + file) == null) {
            LOGGER.log(Level.DEBUG, "{0} was initialized by somebody else, and is left to them", file);
            return false;
        }
        Object left = properties.compute(USERS + file, (key, users) -> {
            int others = users == null ? 0 : Integer.parseInt(users.toString()) - 1;
            return others > 0 ? Integer.toString(others) : null;
        });
        return left == null;
    }
}
