// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.card.transport;

import com.sun.jna.NativeLibrary;
import com.sun.jna.Platform;
import com.sun.jna.Structure;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is left of JNA when nobody uses PC/SC by it any more: the PC/SC library, and a thread that waits half a minute for
 * memory to free before it ends. Its class, and so the class loader, is held by it as long.
 */
final class JnaLibraries {
    private static final System.Logger LOG = PcscTransport.LOG;
    private static final String CLEANER = "com.sun.jna.internal.Cleaner";
    private static final int PATIENCE_MILLIS = 2_000;

    /** JNA's notes of which structures a thread is passing; kept for each thread that ever did, as long as it lives. */
    private static final class Notes {
        private static final List<ThreadLocal<?>> ALL = find("busy", "reads");

        private static List<ThreadLocal<?>> find(String... fields) {
            List<ThreadLocal<?>> found = new ArrayList<>();
            for (String field : fields) {
                try {
                    Object value = MethodHandles.privateLookupIn(Structure.class, MethodHandles.lookup())
                            .findStaticVarHandle(Structure.class, field, ThreadLocal.class)
                            .get();
                    found.add((ThreadLocal<?>) value);
                } catch (ReflectiveOperationException | RuntimeException | LinkageError notAllowed) {
                    LOG.log(System.Logger.Level.DEBUG, "JNA keeps what it noted of threads: {0}", notAllowed);
                }
            }
            return List.copyOf(found);
        }
    }

    private int users;
    private int contexts;

    /** Somebody will use PC/SC until he {@linkplain #release releases} it. */
    synchronized void retain() {
        users++;
    }

    synchronized void release() {
        users--;
        endIfUnused();
    }

    synchronized void opened() {
        contexts++;
    }

    synchronized void closed() {
        contexts--;
    }

    /** This thread has come back from JNA. */
    static void leave() {
        for (ThreadLocal<?> notes : Notes.ALL) {
            notes.remove();
        }
    }

    /** Contexts of others who did not say that they use it stay. */
    private void endIfUnused() {
        if (users == 0 && contexts <= 0) {
            try {
                NativeLibrary.getInstance(library()).close();
                endCleaner();
                leave();
            } catch (LinkageError | RuntimeException notLoaded) {
                LOG.log(System.Logger.Level.DEBUG, "the PC/SC library was not loaded", notLoaded);
            }
        }
    }

    /** As jnasmartcardio calls it. */
    private static String library() {
        if (Platform.isWindows()) {
            return "WinSCard.dll";
        }
        return Platform.isMac() ? "/System/Library/Frameworks/PCSC.framework/PCSC" : "libpcsclite.so.1";
    }

    /** Where this is not allowed the thread ends by itself, later. The next who needs one starts another. */
    private static void endCleaner() {
        try {
            Class<?> type = Class.forName(CLEANER, true, NativeLibrary.class.getClassLoader());
            MethodHandles.Lookup lookup = MethodHandles.privateLookupIn(type, MethodHandles.lookup());
            VarHandle field = lookup.findVarHandle(type, "cleanerThread", Thread.class);
            Object cleaner = lookup.findStaticVarHandle(type, "INSTANCE", type).get();
            @Nullable Thread thread = (Thread) field.get(cleaner);
            if (thread != null) {
                thread.interrupt();
                thread.join(PATIENCE_MILLIS);
                if (!thread.isAlive()) {
                    field.compareAndSet(cleaner, thread, null);
                }
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        } catch (ReflectiveOperationException | RuntimeException | LinkageError notAllowed) {
            LOG.log(System.Logger.Level.DEBUG, "JNA''s cleaner ends by itself: {0}", notAllowed);
        }
    }
}
