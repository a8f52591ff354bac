// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.bench;

import iaik.pkcs.pkcs11.wrapper.CK_C_INITIALIZE_ARGS;
import iaik.pkcs.pkcs11.wrapper.CK_TOKEN_INFO;
import iaik.pkcs.pkcs11.wrapper.PKCS11;
import iaik.pkcs.pkcs11.wrapper.PKCS11Exception;
import io.github.schsm.simulator.VirtualReaders;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.xipki.pkcs11.wrapper.AttributeVector;
import org.xipki.pkcs11.wrapper.PKCS11Module;

/**
 * SoftHSM's module in this process, and what a test has to do with it that the provider does not: making tokens and
 * putting known objects in.
 *
 * <p>The module reads its configuration, and which tokens there are, once in the life of a process. So the file is where
 * the environment of the tests says ({@code SOFTHSM2_CONF}), its folder is emptied before the module is first loaded, and
 * new tokens are made through the module itself, in the free slot that it always shows.
 */
public final class SoftHsm {
    private static final long CKF_OS_LOCKING_OK = 2;
    private static final long CKF_TOKEN_INITIALIZED = 0x400;
    private static final long CKF_READ_WRITE = 6;
    private static final long CKU_SO = 0;
    private static final long CKU_USER = 1;
    private static final long CKR_CRYPTOKI_ALREADY_INITIALIZED = 0x191;
    private static final AtomicInteger NUMBER = new AtomicInteger();

    private final Path module;
    private final PKCS11 functions;

    /** A new token, with the PINs of the simulator's devices. */
    public record SoftToken(long slot, String label, String serial) {}

    private interface Loaded {
        SoftHsm SOFT_HSM = new SoftHsm();
    }

    private SoftHsm() {
        try {
            prepare();
            module = Libraries.find(Libraries.SOFT_HSM);
            functions = PKCS11Module.getInstance(module.toString()).getPKCS11Module();
            CK_C_INITIALIZE_ARGS arguments = new CK_C_INITIALIZE_ARGS();
            arguments.flags = CKF_OS_LOCKING_OK;
            try {
                functions.C_Initialize(arguments, false);
            } catch (PKCS11Exception refused) {
                if (refused.getErrorCode() != CKR_CRYPTOKI_ALREADY_INITIALIZED) {
                    throw refused;
                }
            }
        } catch (IOException | PKCS11Exception unusable) {
            throw new IllegalStateException("SoftHSM cannot be used", unusable);
        }
    }

    /** The module, loaded when it is first asked for. */
    public static SoftHsm module() {
        return Loaded.SOFT_HSM;
    }

    /** Where the module is. */
    public Path path() {
        return module;
    }

    private static void prepare() throws IOException {
        String configuration = System.getenv("SOFTHSM2_CONF");
        if (configuration == null || !configuration.contains("target")) {
            throw new IOException("SOFTHSM2_CONF does not name a file of the tests: " + configuration);
        }
        Path file = Path.of(configuration);
        Path tokens = file.resolveSibling("tokens");
        if (Files.exists(tokens)) {
            try (Stream<Path> old = Files.walk(tokens)) {
                for (Path path : old.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(path);
                }
            }
        }
        Files.createDirectories(tokens);
        Files.writeString(
                file,
                "directories.tokendir = " + tokens.toAbsolutePath()
                        + "\nobjectstore.backend = file\nlog.level = ERROR\nslots.removable = false\n");
    }

    /** Makes a token. */
    public synchronized SoftToken newToken() throws PKCS11Exception {
        String label = "soft-" + NUMBER.incrementAndGet();
        char[] padded = Arrays.copyOf(label.toCharArray(), 32);
        Arrays.fill(padded, label.length(), 32, ' ');
        long slot = freeSlot();
        char[] soPin = VirtualReaders.SO_PIN.toCharArray();
        functions.C_InitToken(slot, soPin, padded, true);
        long session = open(slot);
        try {
            functions.C_Login(session, CKU_SO, soPin, true);
            functions.C_InitPIN(session, VirtualReaders.USER_PIN.toCharArray(), true);
        } finally {
            functions.C_CloseSession(session);
        }
        return new SoftToken(
                slot,
                label,
                String.valueOf(functions.C_GetTokenInfo(slot).serialNumber).trim());
    }

    private long freeSlot() throws PKCS11Exception {
        for (long slot : functions.C_GetSlotList(true)) {
            CK_TOKEN_INFO info = functions.C_GetTokenInfo(slot);
            if ((info.flags & CKF_TOKEN_INITIALIZED) == 0) {
                return slot;
            }
        }
        throw new IllegalStateException("SoftHSM shows no free slot");
    }

    private long open(long slot) throws PKCS11Exception {
        return functions.C_OpenSession(slot, CKF_READ_WRITE, null, null);
    }

    /** Puts an object on a token, as another program would. */
    void create(SoftToken token, AttributeVector attributes) throws PKCS11Exception {
        long session = open(token.slot());
        try {
            try {
                functions.C_Login(session, CKU_USER, VirtualReaders.USER_PIN.toCharArray(), true);
            } catch (PKCS11Exception refused) {
                if (refused.getErrorCode() != 0x100) { // CKR_USER_ALREADY_LOGGED_IN: all sessions are one program's
                    throw refused;
                }
            }
            functions.C_CreateObject(session, attributes.toCkAttributes(), true);
        } finally {
            functions.C_CloseSession(session);
        }
    }

    /** Takes all sessions of a token away from everybody, and the login with them. */
    void closeAllSessions(SoftToken token) throws PKCS11Exception {
        functions.C_CloseAllSessions(token.slot());
    }
}
